//! Orderings stand in `ord.rs`, atomic types come from `sync.rs`, and few files know of models.
//!
//! So a seeded bug can weaken any ordering in one place, and a model can replace every shared word.

use super::Finding;
use super::source::{Source, after_word};
use super::tree::Tree;

/// Where the model's build flag may be asked for: a trailing slash means the folder.
const KNOW_OF_MODELS: [&str; 5] = [
    "core/src/sync.rs",
    "core/src/sync/",
    "core/src/site/section.rs",
    "core/src/lib.rs",
    "loom-tests/",
];

/// Where atomic types are named by the paths of `core`, `std` or `loom`.
const NAME_ATOMICS: [&str; 2] = ["core/src/sync.rs", "core/src/sync/"];

/// Crates that ship: their shared words go through `sync.rs`.
const SHIPPED: [&str; 6] =
    ["core/src/", "macros/src/", "std-adapter/src/", "cli/src/", "decode/src/", "embedded/src/"];

pub(super) fn check(tree: &Tree, findings: &mut Vec<Finding>) {
    for source in &tree.sources {
        for (number, line) in source.lines() {
            if let Some(text) = wrong(source, line) {
                findings.push(Finding::new(&source.path, number, text));
            }
        }
    }
}

fn wrong(source: &Source, line: &str) -> Option<&'static str> {
    if names_ordering(line) && source.name() != "ord.rs" {
        return Some("an ordering outside `ord.rs`: give it a name and its proof there");
    }
    if is_in(source, &SHIPPED) && !is_in(source, &NAME_ATOMICS) && names_atomic(line) {
        return Some("an atomic type that is not from `core/src/sync.rs`: models cannot see it");
    }
    if asks_for_models(line) && !is_in(source, &KNOW_OF_MODELS) {
        return Some("`cfg(hydra_loom)` outside `sync.rs` and its like");
    }
    None
}

/// `Ordering::Release` and imports of it; `Ordering::Less` is another type.
fn names_ordering(line: &str) -> bool {
    let Some(rest) = after_word(line, "Ordering") else { return false };
    let Some(name) = rest.strip_prefix("::") else { return rest.starts_with(" as ") };
    !["Less", "Equal", "Greater"].iter().any(|known| name.starts_with(known))
}

/// `sync::atomic::…`, but for the type of the orderings themselves.
fn names_atomic(line: &str) -> bool {
    let Some(rest) = after_word(line, "atomic") else { return false };
    rest.strip_prefix("::").is_some_and(|name| !name.starts_with("Ordering"))
}

fn asks_for_models(line: &str) -> bool {
    line.contains("cfg") && after_word(line, "hydra_loom").is_some()
}

fn is_in(source: &Source, places: &[&str]) -> bool {
    places.iter().any(|place| {
        source.path == *place || (place.ends_with('/') && source.path.starts_with(place))
    })
}

#[cfg(test)]
mod tests {
    use crate::tidy::tests::findings;

    fn of(path: &str, line: &str) -> Vec<String> {
        let text = format!("//! An idea.\n{line}\n");
        findings(&[(path, &text), ("CHANGELOG.md", "## [Unreleased]")])
    }

    #[test]
    fn orderings_outside_ord_are_found() {
        for line in [
            "x.load(Ordering::Acquire);",
            "use std::sync::atomic::Ordering as O;",
            "use Ordering::*;",
            "let o = core::sync::atomic::Ordering::SeqCst;",
        ] {
            assert_eq!(of("tests/it/a.rs", line).len(), 1, "{line}");
            assert!(of("tests/it/ord.rs", line).is_empty(), "{line}");
        }
    }

    #[test]
    fn comparisons_comments_and_parameters_are_not_orderings() {
        for line in [
            "a.cmp(b) == Ordering::Less",
            "// Ordering::Acquire would do",
            "fn load(&self, order: Ordering) -> u8 {",
            "use core::sync::atomic::Ordering;",
            "f(\"Ordering::Acquire\")",
        ] {
            assert!(of("core/src/a.rs", line).is_empty(), "{line}");
        }
    }

    #[test]
    fn atomic_types_come_from_sync() {
        for line in [
            "use core::sync::atomic::AtomicU8;",
            "use std::sync::{Arc, atomic::{AtomicBool, AtomicU8}};",
            "static X: std::sync::atomic::AtomicU8 = f();",
        ] {
            assert_eq!(of("core/src/a.rs", line).len(), 1, "{line}");
            assert!(of("core/src/sync.rs", line).is_empty(), "{line}");
            assert!(of("core/src/sync/native.rs", line).is_empty(), "{line}");
            assert!(of("core/tests/a.rs", line).is_empty(), "{line}");
        }
        assert!(of("core/src/a.rs", "use crate::sync::AtomicU8;").is_empty());
    }

    #[test]
    fn few_files_know_of_models() {
        for line in ["#[cfg(hydra_loom)]", "if cfg!(hydra_loom) {", "#[cfg(not(hydra_loom))]"] {
            assert_eq!(of("core/src/ring/spsc.rs", line).len(), 1, "{line}");
            assert!(of("core/src/sync.rs", line).is_empty(), "{line}");
            assert!(of("loom-tests/tests/a.rs", line).is_empty(), "{line}");
        }
    }
}
