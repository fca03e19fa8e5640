//! Any text as a filter: read as far as it goes, with every problem at its place in the text.
//!
//! The input is a filter, a zero byte, and a target to look up.

use hydra_log::LevelFilter;
use hydra_log::filter::{Filter, FilterProblem, FilterWarning};

use crate::input::{text, text_and_bytes};
use crate::target::Target;

/// The target.
pub const TARGET: Target = Target {
    name: "filter",
    body,
    // A rule or a warning for two bytes, in vectors that double, four times.
    bytes_per_byte: 1024,
    bytes_at_least: 1 << 16,
    seeds,
};

fn body(data: &[u8]) {
    let (written, rest) = text_and_bytes(data);
    let target = text(rest);
    let (filter, warnings) = Filter::parse(written);
    for warning in &warnings {
        assert_in_place(written, warning);
    }
    match Filter::parse_strict(written) {
        Ok(strict) => {
            assert!(warnings.is_empty(), "{warnings:?} and no error");
            assert_eq!(strict, filter);
        }
        Err(error) => {
            let first = warnings.first().expect("an error is the first warning");
            assert_eq!((error.position, &error.problem), (first.position, &first.problem));
            assert!(error.to_string().contains(&error.position.to_string()));
        }
    }
    let shown = filter.to_string();
    let again = Filter::parse_strict(&shown).expect("a filter is written as it is read");
    assert_eq!(again, filter, "{shown}");
    assert_eq!(filter.is_empty(), shown.is_empty());
    assert!(filter.level_for(target) <= filter.max_level());
    assert_eq!(filter.level_for(target), by_hand(&shown, target), "{target:?} by {shown:?}");
    for warning in filter.unknown_targets([target]) {
        assert_in_place(written, &warning);
    }
}

/// A warning names a word of the text, at the place where it stands.
fn assert_in_place(written: &str, warning: &FilterWarning) {
    let word = match &warning.problem {
        FilterProblem::UnknownLevel { word, .. } | FilterProblem::OtherName { word, .. } => word,
        FilterProblem::UnknownTarget { target, .. } => target,
        FilterProblem::MissingTarget { directive } | FilterProblem::Malformed { directive } => {
            directive
        }
        FilterProblem::Span { part, .. } => part,
        FilterProblem::Pattern { pattern } => &format!("/{pattern}"),
        other => panic!("a problem without a word: {other:?}"),
    };
    let place = written.get(warning.position..);
    assert!(place.is_some_and(|place| place.starts_with(word)), "{warning:?} in {written:?}");
    assert!(warning.to_string().contains(word));
}

/// What a written filter says of a target: the longest directive that covers it.
fn by_hand(written: &str, target: &str) -> LevelFilter {
    let mut best: Option<(usize, &str)> = None;
    for directive in written.split(',').filter(|directive| !directive.is_empty()) {
        let (module, level) = directive.rsplit_once('=').unwrap_or(("", directive));
        let covers = module.is_empty()
            || target == module
            || (target.starts_with(module) && target[module.len()..].starts_with("::"));
        if covers && best.is_none_or(|(len, _)| module.len() >= len) {
            best = Some((module.len(), level));
        }
    }
    best.map_or(LevelFilter::Off, |(_, level)| level.parse().expect("a level"))
}

fn seeds() -> Vec<Vec<u8>> {
    [
        "warn,my_app=info,my_app::net=trace\0my_app::net::tls",
        "a::b = Debug , c=off,a=\0a::b::c",
        "t[s{a=1,b=\"/x\"}]=debug,[s]=info,3\0t",
        "a=info,b/x.*,y\0b",
        "warning,a=ERR,my_app=debgu,a=loud,6,=info,a=b=c,info x\0my_app",
        "größe::=info,,\0größe",
    ]
    .map(|text| text.as_bytes().to_vec())
    .to_vec()
}
