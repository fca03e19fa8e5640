//! `cargo xtask tidy`: the house rules that no compiler knows.
//!
//! | rule | module |
//! |------|--------|
//! | file and line lengths, a first line that says the file's idea | [`limits`] |
//! | orderings in `ord.rs`, atomics and the model's flag in `sync.rs` | [`atomics`] |
//! | `unsafe` only in the files that ARCHITECTURE.md lists | [`confined`] |
//! | packages of the card are used where they are depended on | [`cards`] |
//! | no shared word of the core is loaded and then stored | [`stores`] |
//! | the core's invariants and their table of checks | [`invariants`] |
//! | no leftovers, no paths of a machine, a changelog with "Unreleased" | [`texts`] |

mod atomics;
mod cards;
mod confined;
mod invariants;
mod limits;
mod source;
mod stores;
mod texts;
mod tree;

use std::path::Path;

use crate::term::{bad, say, skipped};
use crate::tool::root;
use crate::{Command, Failure, Outcome, only};
use tree::Tree;

pub(crate) const COMMAND: Command = Command {
    name: "tidy",
    summary: "the house rules: lengths, orderings, unsafe, leftovers, unused packages",
    help: "\
cargo xtask tidy

Reads every source and text of the workspace and prints one line a finding, with its place.
Warnings do not fail; findings do.

Example:
  cargo xtask tidy
",
    run,
};

const RULES: [fn(&Tree, &mut Vec<Finding>); 7] = [
    limits::check,
    atomics::check,
    stores::check,
    confined::check,
    cards::check,
    invariants::check,
    texts::check,
];

/// Something that a rule has to say about a place.
#[derive(Debug, PartialEq, Eq)]
struct Finding {
    path: String,
    /// From 1; 0 for the file as a whole.
    line: usize,
    text: String,
    is_warning: bool,
}

impl Finding {
    fn new(path: &str, line: usize, text: impl Into<String>) -> Self {
        Self { path: path.to_owned(), line, text: text.into(), is_warning: false }
    }

    fn warning(path: &str, line: usize, text: impl Into<String>) -> Self {
        Self { is_warning: true, ..Self::new(path, line, text) }
    }
}

impl core::fmt::Display for Finding {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let Self { path, line, text, .. } = self;
        match line {
            0 => write!(f, "{path}: {text}"),
            _ => write!(f, "{path}:{line}: {text}"),
        }
    }
}

pub(crate) fn run(arguments: &[String]) -> Outcome {
    only(arguments, &[])?;
    let findings = check(&root()).map_err(|error| Failure::Check(format!("tidy: {error}")))?;
    let mut failures = 0;
    for finding in &findings {
        if finding.is_warning {
            skipped(&format!("{finding} (warning)"));
        } else {
            bad(&finding.to_string());
            failures += 1;
        }
    }
    match failures {
        0 => {
            say("tidy: every rule holds");
            Ok(())
        }
        1 => Err(Failure::Check("tidy: 1 finding".to_owned())),
        _ => Err(Failure::Check(format!("tidy: {failures} findings"))),
    }
}

/// All findings about the tree under `root`, in order of place.
fn check(root: &Path) -> std::io::Result<Vec<Finding>> {
    let tree = Tree::read(root)?;
    let mut findings = Vec::new();
    RULES.iter().for_each(|rule| rule(&tree, &mut findings));
    findings.sort_by(|a, b| (&a.path, a.line).cmp(&(&b.path, b.line)));
    Ok(findings)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The findings' texts about a tree with these files.
    pub(super) fn findings(files: &[(&str, &str)]) -> Vec<String> {
        let tree = Tree::of(files);
        let mut findings = Vec::new();
        RULES.iter().for_each(|rule| rule(&tree, &mut findings));
        findings.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_tidy_tree_has_no_findings() {
        let files = [
            ("core/src/lib.rs", "//! Moves bytes.\nfn f() {}\n"),
            ("CHANGELOG.md", "# Changelog\n\n## [Unreleased]\n"),
            ("ARCHITECTURE.md", "<!-- unsafe-files -->\n<!-- /unsafe-files -->\n"),
        ];
        assert_eq!(findings(&files), Vec::<String>::new());
    }

    #[test]
    fn this_workspace_can_be_read() {
        let tree = Tree::read(&root()).unwrap();
        assert!(tree.sources.iter().any(|source| source.path == "xtask/src/tidy/mod.rs"));
        assert!(!tree.texts.iter().any(|text| text.path.starts_with("target")));
    }
}
