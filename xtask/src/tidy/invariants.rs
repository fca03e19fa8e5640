//! Every invariant that a module of the core names has a row in `docs/verification.md`, once, and
//! every row is an invariant's.
//!
//! A module names one in a line `//! R1  what holds`; a row begins with its number in a cell of its
//! own, between `<!-- invariants -->` and `<!-- /invariants -->`.

use super::Finding;
use super::tree::Tree;

const TABLE: &str = "docs/verification.md";

/// Where an invariant is named.
struct Named {
    id: String,
    path: String,
    line: usize,
}

pub(super) fn check(tree: &Tree, findings: &mut Vec<Finding>) {
    let named = named(tree);
    let rows = tree.text(TABLE).map(rows).unwrap_or_default();
    for (index, Named { id, path, line }) in named.iter().enumerate() {
        if let Some(first) = named.iter().take(index).find(|other| other.id == *id) {
            let text = format!("{id} is an invariant of {} already", first.path);
            findings.push(Finding::new(path, *line, text));
        } else if !rows.iter().any(|(_, row)| row == id) {
            let text = format!("{id} has no row in {TABLE}: which check fails without it?");
            findings.push(Finding::new(path, *line, text));
        }
    }
    for (line, id) in rows {
        if !named.iter().any(|named| named.id == id) {
            findings.push(Finding::new(TABLE, line, format!("{id}: no module names it")));
        }
    }
}

fn named(tree: &Tree) -> Vec<Named> {
    let sources = tree.sources.iter().filter(|source| source.path.starts_with("core/src/"));
    sources
        .flat_map(|source| {
            source.text.lines().enumerate().filter_map(|(index, line)| {
                let (id, _) = line.strip_prefix("//! ")?.split_once("  ")?;
                let (id, path) = (id.to_owned(), source.path.clone());
                is_id(&id).then_some(Named { id, path, line: index + 1 })
            })
        })
        .collect()
}

fn rows(text: &str) -> Vec<(usize, String)> {
    let lines = text.lines().enumerate();
    lines
        .skip_while(|(_, line)| !line.contains("<!-- invariants -->"))
        .take_while(|(_, line)| !line.contains("<!-- /invariants -->"))
        .filter_map(|(index, line)| {
            let id = line.strip_prefix("| ")?.split(' ').next()?;
            is_id(id).then(|| (index + 1, id.to_owned()))
        })
        .collect()
}

/// A capital letter and a number.
fn is_id(text: &str) -> bool {
    let mut rest = text.chars();
    rest.next().is_some_and(|letter| letter.is_ascii_uppercase())
        && !rest.as_str().is_empty()
        && rest.all(|digit| digit.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use crate::tidy::tests::findings;

    fn of(module: &str, table: &str) -> Vec<String> {
        let module = format!("//! An idea.\n//!\n{module}\n");
        let table =
            format!("# A\n<!-- invariants -->\n{table}\n<!-- /invariants -->\n| R9 | x |\n");
        let other = "//! An idea.\n//! Z1  of another crate\n";
        findings(&[
            ("CHANGELOG.md", "## [Unreleased]"),
            ("core/src/a.rs", &module),
            ("std-adapter/src/a.rs", other),
            ("docs/verification.md", &table),
        ])
    }

    #[test]
    fn names_and_rows_meet() {
        assert!(of("//! R1  one", "| R1 | one | `check` |").is_empty());
        assert!(of("//! No invariant.\n//! Rx  nor this\n//! R1 nor this", "|---|---|").is_empty());
    }

    #[test]
    fn what_is_on_one_side_only_is_found() {
        let found = of("//! R1  one\n//! R2  two", "| R1 | one | `check` |");
        assert_eq!(found.len(), 1);
        assert!(found[0].starts_with("core/src/a.rs:4: R2"), "{found:?}");
        let found = of("//! R1  one", "| R1 | one | `check` |\n| R2 | two | `check` |");
        assert_eq!(found, ["docs/verification.md:4: R2: no module names it"]);
    }

    #[test]
    fn a_name_is_given_once() {
        let found = of("//! R1  one\n//! R1  two", "| R1 | one | `check` |");
        assert_eq!(found, ["core/src/a.rs:4: R1 is an invariant of core/src/a.rs already"]);
    }
}
