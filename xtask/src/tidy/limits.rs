//! How long a file and a line may be, and that a file's first line says its idea.

use super::Finding;
use super::source::Source;
use super::tree::Tree;

const FILE_LINES: usize = 400;
const FILE_LINES_AT_MOST: usize = 600;
const COLUMNS: usize = 100;

pub(super) fn check(tree: &Tree, findings: &mut Vec<Finding>) {
    for source in &tree.sources {
        file_length(source, findings);
        columns(source, findings);
        first_line(source, findings);
    }
}

fn file_length(source: &Source, findings: &mut Vec<Finding>) {
    let count = source.code_line_count();
    let text = format!("{count} lines of code: one idea a file, {FILE_LINES} lines at the most");
    if count > FILE_LINES_AT_MOST {
        findings.push(Finding::new(&source.path, 0, text));
    } else if count > FILE_LINES {
        findings.push(Finding::warning(&source.path, 0, text));
    }
}

fn columns(source: &Source, findings: &mut Vec<Finding>) {
    for (index, line) in source.text.lines().enumerate() {
        let count = line.chars().count();
        if count > COLUMNS && !is_table_row(line) {
            let text = format!("{count} columns: {COLUMNS} at the most");
            findings.push(Finding::new(&source.path, index + 1, text));
        }
    }
}

/// A row of a table in a comment: it has no place where it could be broken.
fn is_table_row(line: &str) -> bool {
    let line = line.trim_start();
    ["//! |", "/// |", "// |"].iter().any(|start| line.starts_with(start))
}

fn first_line(source: &Source, findings: &mut Vec<Finding>) {
    let first = source.text.lines().next().unwrap_or_default();
    let idea = first.strip_prefix("//! ").unwrap_or_default();
    // Two words at least: a name alone says nothing that the path does not say.
    if !idea.trim().contains(' ') {
        let text = "the first line has to say the file's idea: `//! A sentence.`";
        findings.push(Finding::new(&source.path, 1, text));
    }
}

#[cfg(test)]
mod tests {
    use crate::tidy::tests::findings;

    const REST: [(&str, &str); 1] = [("CHANGELOG.md", "## [Unreleased]")];

    fn of(text: &str) -> Vec<String> {
        findings(&[("core/src/a.rs", text), REST[0]])
    }

    #[test]
    fn long_files_warn_and_very_long_files_fail() {
        let file = |lines: usize| format!("//! An idea.\n{}", "f();\n// why\n".repeat(lines));
        assert_eq!(of(&file(400)).len(), 0);
        assert!(of(&file(401))[0].contains("401 lines of code"));
        let tree = |lines| crate::tidy::tree::Tree::of(&[("a.rs", &file(lines))]);
        let mut found = Vec::new();
        super::check(&tree(600), &mut found);
        super::check(&tree(601), &mut found);
        let warnings: Vec<bool> = found.iter().map(|finding| finding.is_warning).collect();
        assert_eq!(warnings, [true, false]);
    }

    #[test]
    fn long_lines_are_found_in_comments_and_strings_too() {
        let long = format!("//! An idea.\n// {}\n", "é".repeat(98));
        assert_eq!(of(&long), ["core/src/a.rs:2: 101 columns: 100 at the most"]);
        let row = format!("//! An idea.\n//! | {} |\n", "é".repeat(98));
        assert!(of(&row).is_empty());
    }

    #[test]
    fn a_file_without_an_idea_is_found() {
        for text in ["fn f() {}\n", "//! x\n", "/// About f.\nfn f() {}\n", ""] {
            assert!(of(text)[0].contains("first line"), "{text:?}");
        }
    }
}
