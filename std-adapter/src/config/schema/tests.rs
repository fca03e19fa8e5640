//! The table of keys is whole: every call of the builder has a key, every key a meaning.

use super::*;
use crate::preset::Preset;

/// All keys, with those of inner tables.
fn all(shape: &'static Shape, found: &mut Vec<&'static Key>) {
    for key in shape.keys {
        if !found.iter().any(|known| core::ptr::eq(*known, key)) {
            found.push(key);
            if let Kind::Table(inner) | Kind::Tables(inner) = key.kind {
                all(inner, found);
            }
        }
    }
}

fn keys() -> Vec<&'static Key> {
    let mut found = Vec::new();
    all(&CONFIG, &mut found);
    found
}

/// The public functions of a source file's `impl` blocks.
fn calls(source: &str) -> Vec<String> {
    let code = source.split("#[cfg(test)]").next().unwrap();
    let starts = code.lines().filter_map(|line| {
        line.strip_prefix("    pub fn ").or_else(|| line.strip_prefix("    pub const fn "))
    });
    starts.map(|line| line.split(['(', '<']).next().unwrap().to_owned()).collect()
}

#[test]
fn every_call_has_a_key() {
    let keys = keys();
    let missing = |kind: &str, sources: &[&str], without: &[&str]| {
        let calls = sources.iter().flat_map(|source| calls(source));
        let is_there = |call: &String| {
            keys.iter().any(|key| key.call == format!("{kind}::{call}"))
                || without.contains(&call.as_str())
        };
        let missing: Vec<String> = calls.filter(|call| !is_there(call)).collect();
        assert_eq!(missing, [""; 0], "calls of {kind} without a key");
    };
    let builder = [include_str!("../../builder.rs"), include_str!("../../builder/safety.rs")];
    // Beginnings and ends, what takes closures or what was made before, and what outputs say;
    // plain memory is `crash_proof = "off"`.
    let without = [
        "plain_memory",
        "new",
        "filter_by",
        "on_error",
        "try_init",
        "build",
        "give_up_after",
        "fallback",
        "durable",
    ];
    missing("Builder", &builder, &without);
    // `binary` is a format here; what a sink redacts, tags and leaves out is the program's.
    let without = ["new", "binary", "binary_zstd", "format", "redact", "threats", "only"];
    missing("Output", &[include_str!("../../builder/output.rs")], &without);
    let rotation = include_str!("../../sink/rotating/mod.rs");
    let without = ["new", "daily", "hourly", "open", "of"];
    missing("Rotation", &[rotation], &without);
    missing("Layer", &[include_str!("../../layers/mod.rs")], &["new", "only", "redact"]);
    missing("Rule", &[include_str!("../../delivery/rules.rs")], &["delivery", "rule", "new"]);
}

#[test]
fn names_are_words_and_variables_are_unique() {
    let mut variables: Vec<&str> = keys().iter().filter_map(|key| key.variable).collect();
    let count = variables.len();
    variables.sort_unstable();
    variables.dedup();
    assert_eq!(variables.len(), count);
    for key in keys() {
        let is_word = |text: &str| text.bytes().all(|at| at.is_ascii_lowercase() || at == b'_');
        assert!(is_word(key.name), "{}", key.name);
        assert!(key.about.ends_with('.'), "{}", key.name);
        assert!(key.variable.is_none_or(|name| name.starts_with("HYDRA_LOG")), "{}", key.name);
    }
    let top = |key: &Key| CONFIG.keys.iter().any(|row| core::ptr::eq(row, key));
    assert!(keys().iter().all(|key| key.variable.is_none() || top(key)), "only single values");
}

#[test]
fn what_counts_otherwise_could_be_said() {
    for key in keys() {
        let mut said: Vec<String> = Vec::new();
        match key.otherwise {
            Otherwise::Nothing => {}
            Otherwise::This("true" | "false") => assert!(matches!(key.kind, Kind::Bool)),
            Otherwise::This(value) => said.push(value.to_owned()),
            Otherwise::Preset(value) => {
                said.extend(Preset::ALL.iter().map(|preset| value(&preset.settings())));
            }
        }
        for value in said {
            let is_bare = value.starts_with('[') || value.parse::<u64>().is_ok();
            let value = if is_bare { value } else { format!("{value:?}") };
            let line = format!("{} = {value}\n", key.name);
            let whole = match key.kind {
                Kind::Chain => format!("[chains]\n{line}"),
                _ if CONFIG.keys.iter().any(|row| core::ptr::eq(row, key)) => line,
                _ => continue,
            };
            let read = crate::config::Config::parse(&whole, crate::config::Syntax::Toml);
            assert!(read.is_ok(), "{whole}{}", read.unwrap_err());
        }
    }
}

#[test]
fn what_presets_share_is_what_a_file_gets() {
    // A key of the preset's has the preset's value in a builder that was told of nothing.
    for preset in Preset::ALL {
        let builder = Builder::preset(preset);
        for key in CONFIG.keys {
            if let Otherwise::Preset(value) = key.otherwise {
                assert_eq!(value(builder.settings()), value(&preset.settings()));
            }
        }
    }
}
