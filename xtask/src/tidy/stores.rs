//! No function of the core loads a shared word and then stores it: models lose interleavings there.
//!
//! A word that only one side writes is read by that side with `load_own`, which is no access to a
//! model; a word that several write is changed by a read-modify-write. This reads texts: a load and
//! a store of the same name in the same function, with no read-modify-write in between.

use super::Finding;
use super::source::{Source, after_word};
use super::tree::Tree;

/// Where that is meant: file, word.
const MEANT: [(&str, &str); 4] = [
    // Bugs that are planted.
    ("core/src/token.rs", "taken"),
    ("core/src/registry.rs", "head"),
    ("core/src/ring/mpsc/claim/cas.rs", "tail"),
    // The gate's byte: its one writer holds a lock, and the bits of its level never change.
    ("core/src/site.rs", "0"),
];

pub(super) fn check(tree: &Tree, findings: &mut Vec<Finding>) {
    let core = tree.sources.iter().filter(|source| source.path.starts_with("core/src/"));
    // What the words are made of, and what stands for read-modify-write where there is none.
    for source in core.filter(|source| !source.path.starts_with("core/src/sync/")) {
        of_source(source, findings);
    }
}

fn of_source(source: &Source, findings: &mut Vec<Finding>) {
    let mut loaded: Vec<&str> = Vec::new();
    for (number, line) in source.lines() {
        if after_word(line, "fn").is_some() {
            loaded.clear();
        }
        for word in receivers(line, ".store(") {
            let is_meant = MEANT.contains(&(source.path.as_str(), word));
            if loaded.contains(&word) && !is_meant {
                let text = format!("`{word}` is loaded and then stored: `load_own`, or an `rmw`");
                findings.push(Finding::new(&source.path, number, text));
            }
        }
        loaded.extend(receivers(line, ".load("));
        if line.contains("rmw::") || line.contains(".compare_exchange") {
            loaded.clear();
        }
    }
}

/// The names before each call of a method, those of a call or an index without its arguments.
fn receivers<'l>(line: &'l str, method: &'l str) -> impl Iterator<Item = &'l str> {
    line.match_indices(method).filter_map(|(at, _)| {
        let mut before = line.get(..at)?;
        for (open, close) in [('(', ')'), ('[', ']')] {
            if before.ends_with(close) {
                before = before.get(..before.rfind(open)?)?;
            }
        }
        let is_name = |c: char| c.is_alphanumeric() || c == '_';
        before.rsplit(|c| !is_name(c)).next().filter(|name| !name.is_empty())
    })
}

#[cfg(test)]
mod tests {
    use crate::tidy::tests::findings;

    fn of(path: &str, code: &str) -> usize {
        let code = format!("//! An idea.\n{code}\n");
        findings(&[("CHANGELOG.md", "## [Unreleased]"), (path, &code)]).len()
    }

    #[test]
    fn a_load_before_a_store_is_found() {
        for code in [
            "fn f() {\n let x = self.a.load(o());\n self.a.store(x + 1, o());\n}",
            "fn f() {\n self.at(i).load(o());\n self.at(j).store(0, o());\n}",
            "fn f() {\n words[0].load(o());\n words[1].store(0, o());\n}",
        ] {
            assert_eq!(of("core/src/a.rs", code), 1, "{code}");
            assert_eq!(of("core/src/sync/a.rs", code), 0, "{code}");
            assert_eq!(of("std-adapter/src/a.rs", code), 0, "{code}");
        }
    }

    #[test]
    fn other_words_other_functions_and_read_modify_writes_are_not() {
        for code in [
            "fn f() {\n a.load(o());\n b.store(1, o());\n}",
            "fn f() {\n a.store(1, o());\n a.load(o());\n}",
            "fn f() {\n a.load(o());\n}\nfn g() {\n a.store(1, o());\n}",
            "fn f() {\n a.load(o());\n rmw::replace(&a, x, y);\n a.store(1, o());\n}",
            "fn f() {\n a.load_own();\n a.store(1, o());\n}",
        ] {
            assert_eq!(of("core/src/a.rs", code), 0, "{code}");
        }
    }
}
