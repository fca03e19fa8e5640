//! Values that are right by themselves and can't go together.

use std::collections::BTreeMap;
use std::path::{Component, Path};

use hydra_log_core::spool;

use super::held::{Held, Table};
use super::place::Place;
use super::problem::{Problem, ProblemKind, Problems};
use super::schema::{Key, Only};
use super::words::quoted;
use crate::builder::Builder;

/// Looks at a whole configuration, whose files lie below `root`.
pub(super) fn check(config: &Table, base: &Builder, root: &Path, problems: &mut Problems) {
    either(config, "format", "template", problems);
    let chains = config.table("chains");
    let best_effort = chains.and_then(|chains| chains.get("best_effort"));
    if let (Some(overflow), Some(chain)) = (config.get("overflow"), best_effort) {
        conflict(problems, &overflow.place, || {
            let what = format!("`overflow` and `chains.best_effort` ({})", chain.place);
            (what + " say the same thing twice", "leave one of them out".to_owned())
        });
    }
    rings(config, base, problems);
    for name in ["file", "crash_proof"] {
        let is_path = |held: &&Held| !matches!(held.text(), Some("auto" | "off"));
        if let Some(held) = config.get(name).filter(is_path) {
            path(held, root, problems);
        }
    }
    for rule in config.tables("deliveries") {
        levels(rule, problems);
    }
    let mut sinks: Vec<&Table> = config.tables("sinks").iter().collect();
    layers(config.tables("layers"), &mut sinks, problems);
    for sink in &sinks {
        self::sink(sink, config, root, problems);
    }
    twice(config, &sinks, problems);
    if let Some(sink) = sinks.get(spool::MAX_READERS) {
        conflict(problems, &sink.place, || {
            let help = format!("use {} at the most", spool::MAX_READERS);
            (format!("{} sinks", sinks.len()), help)
        });
    }
}

fn conflict(problems: &mut Problems, place: &Place, what: impl FnOnce() -> (String, String)) {
    problems.add(|| {
        let (message, help) = what();
        Problem::new(ProblemKind::Conflict, place, message, help)
    });
}

/// Not both keys.
fn either(table: &Table, one: &'static str, other: &'static str, problems: &mut Problems) {
    if let (Some(_), Some(second)) = (table.get(one), table.get(other)) {
        conflict(problems, &second.place, || {
            (format!("`{one}` and `{other}` at once"), "leave one of them out".to_owned())
        });
    }
}

/// A ring that is larger than rings may be.
fn rings(config: &Table, base: &Builder, problems: &mut Problems) {
    let Some(most) = config.get("max_ring_bytes") else { return };
    let first = config.number("ring_bytes").unwrap_or(base.settings().ring_bytes as u64);
    if most.number().is_some_and(|most| most < first) {
        conflict(problems, &most.place, || {
            let first = super::units::show_size(first);
            let what = format!("`max_ring_bytes` is less than `ring_bytes`, which is {first}");
            (what, "make it larger, or `ring_bytes` smaller".to_owned())
        });
    }
}

/// A rule that no level meets.
fn levels(rule: &Table, problems: &mut Problems) {
    if let (Some(from), Some(up_to)) = (rule.get("from"), rule.get("up_to"))
        && from.level() > up_to.level()
    {
        conflict(problems, &up_to.place, || {
            let help = "`from` is the more severe one: from = \"error\", up_to = \"debug\"";
            ("no level lies between `from` and `up_to`".to_owned(), help.to_owned())
        });
    }
}

fn layers<'t>(layers: &'t [Table], sinks: &mut Vec<&'t Table>, problems: &mut Problems) {
    let mut names = BTreeMap::new();
    for layer in layers {
        sinks.extend(layer.tables("sinks"));
        let Some(name) = layer.get("name") else { continue };
        if let Some(first) = names.insert(name.text(), &name.place) {
            conflict(problems, &name.place, || {
                let shown = quoted(name.text().unwrap_or_default());
                (format!("a second layer {shown}"), format!("make it one with that of {first}"))
            });
        }
    }
}

/// One sink, its rotation and its fallbacks.
fn sink(sink: &Table, config: &Table, root: &Path, problems: &mut Problems) {
    either(sink, "format", "template", problems);
    let format = format(sink, config);
    place(sink, root, problems);
    go_together(sink, "format", format, problems);
    let fallbacks = sink.tables("fallbacks");
    for fallback in fallbacks {
        place(fallback, root, problems);
    }
    if let Some(first) = fallbacks.first().filter(|_| format.starts_with("binary")) {
        conflict(problems, &first.place, || {
            let help = "leave it out: a binary log would not be whole elsewhere";
            ("a binary log with a fallback".to_owned(), help.to_owned())
        });
    }
    if let Some(rotation) = sink.table("rotation")
        && !["bytes", "every"].into_iter().any(|key| rotation.says(key))
    {
        conflict(problems, &rotation.place, || {
            let help = "say `bytes`, or `every`, or both";
            ("a rotation of which nothing says when".to_owned(), help.to_owned())
        });
    }
}

/// What a sink writes: its own format or the configuration's.
pub(super) fn format(sink: &Table, config: &Table) -> &'static str {
    let of = |table: &Table| match table.get("template") {
        Some(_) => Some("template"),
        None => table.word("format"),
    };
    of(sink).or_else(|| of(config)).unwrap_or("text")
}

/// What a sink is.
pub(super) fn kind(sink: &Table) -> Option<&'static str> {
    sink.word("kind").or_else(|| sink.says("path").then_some("file"))
}

/// Where a sink writes.
fn place(sink: &Table, root: &Path, problems: &mut Problems) {
    let Some(kind) = kind(sink) else {
        if !sink.says("kind") {
            problems.add(|| {
                let help = "add `path`, or `kind`: file, stdout, stderr or memory";
                let message = "nothing says where it writes";
                Problem::new(ProblemKind::Missing, &sink.place, message, help)
            });
        }
        return;
    };
    if kind == "file" && !sink.says("path") {
        problems.add(|| {
            let help = "add `path`";
            Problem::new(ProblemKind::Missing, &sink.place, "a file without a path", help)
        });
    }
    go_together(sink, "kind", kind, problems);
    if let Some(held) = sink.get("path") {
        path(held, root, problems);
    }
}

/// Keys that go with some words of another key only.
fn go_together(table: &Table, other: &str, word: &str, problems: &mut Problems) {
    for (Key { name, only, .. }, held) in &table.values {
        let Some(Only { words, .. }) = only.as_ref().filter(|only| only.key == other) else {
            continue;
        };
        if !words.contains(&word) {
            conflict(problems, &held.place, || {
                let help = format!("leave it out; it goes with {}", words.join(", "));
                (format!("`{name}` with the {other} `{word}`"), help)
            });
        }
    }
}

/// A path that leads out, as far as it tells; links are looked at when it is opened.
fn path(held: &Held, root: &Path, problems: &mut Problems) {
    let Some(text) = held.text().filter(|_| held.place.is_in_file()) else { return };
    let path = Path::new(text);
    let below = path.strip_prefix(root).unwrap_or(path);
    let is_fine = |part| matches!(part, Component::Normal(_) | Component::CurDir);
    if below.file_name().is_none() || !below.components().all(is_fine) {
        problems.add(|| outside(held, root));
    }
}

/// A path that leads out.
pub(super) fn outside(held: &Held, root: &Path) -> Problem {
    let shown = quoted(held.text().unwrap_or_default());
    let message = format!("{shown} leads out of {}", root.display());
    let help = "name a file in there, or another directory as `root`";
    Problem::new(ProblemKind::Outside, &held.place, message, help)
}

/// Two sinks that write to one file would tear each other's lines and rotations apart.
fn twice(config: &Table, sinks: &[&Table], problems: &mut Problems) {
    let fallbacks = sinks.iter().flat_map(|sink| sink.tables("fallbacks"));
    let tables = sinks.iter().copied().chain(fallbacks);
    let paths = config.get("file").into_iter().chain(tables.filter_map(|sink| sink.get("path")));
    let mut seen = BTreeMap::new();
    for held in paths {
        let Some(text) = held.text() else { continue };
        let normal: Vec<Component<'_>> = Path::new(text)
            .components()
            .filter(|part| !matches!(part, Component::CurDir))
            .collect();
        if let Some(first) = seen.insert((held.place.is_in_file(), normal), &held.place) {
            conflict(problems, &held.place, || {
                let help = format!("use another file than {first} does");
                (format!("two sinks write to {}", quoted(text)), help)
            });
        }
    }
}
