//! `unsafe` stands only in the files that ARCHITECTURE.md lists, and every listed file has some.
//!
//! The list is what stands between `<!-- unsafe-files -->` and `<!-- /unsafe-files -->`: the first
//! text in backticks of each line is a file, or a folder when it ends in a slash.

use super::Finding;
use super::source::{Source, after_word};
use super::tree::Tree;

const LIST: &str = "ARCHITECTURE.md";

pub(super) fn check(tree: &Tree, findings: &mut Vec<Finding>) {
    let listed = tree.text(LIST).map(list).unwrap_or_default();
    let mut used = vec![false; listed.len()];
    for source in &tree.sources {
        let Some(line) = first_unsafe(source) else { continue };
        let mut is_listed = false;
        for ((_, place), used) in listed.iter().zip(&mut used) {
            if covers(place, &source.path) {
                is_listed = true;
                *used = true;
            }
        }
        if !is_listed {
            let text = format!("`unsafe` in a file that {LIST} does not list");
            findings.push(Finding::new(&source.path, line, text));
        }
    }
    for ((line, place), used) in listed.iter().zip(used) {
        if !used {
            let text = format!("`{place}` is listed as unsafe, and no code there is");
            findings.push(Finding::new(LIST, *line, text));
        }
    }
}

fn list(text: &str) -> Vec<(usize, String)> {
    let lines = text.lines().enumerate();
    lines
        .skip_while(|(_, line)| !line.contains("<!-- unsafe-files -->"))
        .take_while(|(_, line)| !line.contains("<!-- /unsafe-files -->"))
        .filter_map(|(index, line)| Some((index + 1, line.split('`').nth(1)?.to_owned())))
        .collect()
}

fn covers(place: &str, path: &str) -> bool {
    place == path || (place.ends_with('/') && path.starts_with(place))
}

fn first_unsafe(source: &Source) -> Option<usize> {
    source.lines().find(|(_, line)| after_word(line, "unsafe").is_some()).map(|(line, _)| line)
}

#[cfg(test)]
mod tests {
    use crate::tidy::tests::findings;

    const CODE: &str = "//! An idea.\n#![expect(unsafe_code, reason = \"r\")]\nunsafe fn f() {}\n";

    fn of(list: &str, path: &str, code: &str) -> Vec<String> {
        let list =
            format!("# A\n<!-- unsafe-files -->\n{list}\n<!-- /unsafe-files -->\n- `b.rs`\n");
        findings(&[("CHANGELOG.md", "## [Unreleased]"), ("ARCHITECTURE.md", &list), (path, code)])
    }

    #[test]
    fn unlisted_unsafe_is_found() {
        let found = of("", "core/src/b.rs", CODE);
        assert_eq!(found.len(), 1);
        assert!(found[0].starts_with("core/src/b.rs:3: `unsafe`"), "{found:?}");
    }

    #[test]
    fn files_and_folders_can_be_listed() {
        assert!(of("- `core/src/b.rs`: why", "core/src/b.rs", CODE).is_empty());
        assert!(of("| `core/src/` | why |", "core/src/b.rs", CODE).is_empty());
    }

    #[test]
    fn a_listed_file_without_unsafe_is_found() {
        let found = of("- `core/src/b.rs`", "core/src/b.rs", "//! An idea.\n// unsafe\n");
        assert_eq!(found.len(), 1);
        assert!(found[0].starts_with("ARCHITECTURE.md:3: `core/src/b.rs`"), "{found:?}");
    }
}
