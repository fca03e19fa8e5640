//! Nothing unfinished is left behind, no text knows one machine, and the changelog is open.

use super::Finding;
use super::source::after_word;
use super::tree::Tree;

/// Calls that stand for code that was never written.
const CALLS: [&str; 2] = ["todo!", "unimplemented!"];

/// Marks of unfinished thoughts; in two halves, so that this file is tidy itself.
const MARKS: [(&str, &str); 2] = [("FIX", "ME"), ("XX", "X")];

/// Beginnings of paths that exist on one machine only, in two halves as well.
const PLACES: [(&str, &str); 6] = [
    ("/ho", "me/"),
    ("/ro", "ot/"),
    ("/Us", "ers/"),
    ("/wo", "rk/"),
    ("/tm", "p/hy"),
    ("C:\\", "Users"),
];

pub(super) fn check(tree: &Tree, findings: &mut Vec<Finding>) {
    for source in &tree.sources {
        for (number, line) in source.lines() {
            for call in CALLS.iter().filter(|call| line.contains(*call)) {
                let text = format!("`{call}`: nothing unwritten is committed");
                findings.push(Finding::new(&source.path, number, text));
            }
        }
        words(&source.path, &source.text, findings);
    }
    for text in &tree.texts {
        words(&text.path, &text.text, findings);
    }
    changelog(tree, findings);
}

fn words(path: &str, text: &str, findings: &mut Vec<Finding>) {
    for (index, line) in text.lines().enumerate() {
        for (start, end) in MARKS {
            let mark = format!("{start}{end}");
            if after_word(line, &mark).is_some() {
                let text = format!("`{mark}`: finish it, or say why it is so");
                findings.push(Finding::new(path, index + 1, text));
            }
        }
        for (start, end) in PLACES {
            if is_place(line, &format!("{start}{end}")) {
                let text = format!("`{start}{end}`: a path of one machine");
                findings.push(Finding::new(path, index + 1, text));
            }
        }
    }
}

/// Whether an absolute path in the line begins so: in the middle of a path it means nothing.
fn is_place(line: &str, place: &str) -> bool {
    let is_path = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '-' | '}' | '*' | '/');
    line.match_indices(place).any(|(at, _)| !line.get(..at).unwrap_or_default().ends_with(is_path))
}

fn changelog(tree: &Tree, findings: &mut Vec<Finding>) {
    const PATH: &str = "CHANGELOG.md";
    let is_open = |text: &str| {
        text.lines().any(|line| line.starts_with("## ") && line.contains("Unreleased"))
    };
    if !tree.text(PATH).is_some_and(is_open) {
        findings.push(Finding::new(
            PATH,
            0,
            "no section \"Unreleased\": every change has a line there",
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::tests::findings;

    fn of(path: &str, line: &str) -> Vec<String> {
        let text = format!("//! An idea.\n{line}\n");
        findings(&[(path, &text), ("CHANGELOG.md", "## [Unreleased]")])
    }

    #[test]
    fn leftovers_are_found() {
        for call in CALLS {
            assert_eq!(of("core/src/a.rs", &format!("{call}()")).len(), 1);
            assert!(of("core/src/a.rs", &format!("// {call}")).is_empty());
        }
        for (start, end) in MARKS {
            assert_eq!(of("core/src/a.rs", &format!("// {start}{end}: later")).len(), 1);
            assert_eq!(of("README.md", &format!("{start}{end}")).len(), 1);
            assert!(of("README.md", &format!("{start}{end}ES")).is_empty());
        }
    }

    #[test]
    fn paths_of_a_machine_are_found() {
        for (start, end) in PLACES {
            assert_eq!(of("docs/a.md", &format!("see `{start}{end}x`")).len(), 1);
            assert_eq!(of("core/src/a.rs", &format!("f(\"{start}{end}x\");")).len(), 1);
        }
        let (start, end) = PLACES[3];
        assert!(of("docs/a.md", &format!("the folder frame{start}{end}x")).is_empty());
    }

    #[test]
    fn a_changelog_without_unreleased_is_found() {
        assert_eq!(findings(&[("CHANGELOG.md", "# Changelog\n## 1.0.0\n")]).len(), 1);
        assert_eq!(findings(&[]).len(), 1);
        assert_eq!(findings(&[("CHANGELOG.md", "## [Unreleased]\n")]).len(), 0);
    }
}
