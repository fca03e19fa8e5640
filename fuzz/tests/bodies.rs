//! The bodies on stable: on what was found once, on any bytes, and on seeds that are damaged.
#![allow(missing_docs, reason = "tests are named after what they show")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};

use hydra_log_fuzz::bodies::TARGETS;
use hydra_log_fuzz::target::Target;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn regressions(target: &Target) -> Vec<Vec<u8>> {
    let Ok(files) = fs::read_dir(folder("regressions").join(target.name)) else {
        return Vec::new();
    };
    let mut paths: Vec<_> = files.map(|file| file.unwrap().path()).collect();
    paths.sort();
    paths.iter().map(|path| fs::read(path).unwrap()).collect()
}

/// Runs a body on inputs of this kind; a failure shows the smallest.
fn try_all(target: &Target, inputs: impl Strategy<Value = Vec<u8>>) {
    let config = Config { cases: 600, failure_persistence: None, ..Config::default() };
    let outcome = TestRunner::new(config).run(&inputs, |input| {
        target.check(&input);
        Ok(())
    });
    outcome.unwrap_or_else(|error| panic!("{}: {error}", target.name));
}

#[test]
fn what_was_found_once_holds() {
    for target in TARGETS {
        for input in regressions(target) {
            target.check(&input);
        }
    }
}

#[test]
fn any_bytes_hold() {
    for target in TARGETS {
        target.check(&[]);
        try_all(target, prop::collection::vec(any::<u8>(), 0..300));
    }
}

#[test]
fn damaged_seeds_hold() {
    for target in TARGETS {
        let mut seeds = (target.seeds)();
        seeds.iter().for_each(|seed| target.check(seed));
        seeds.extend(regressions(target));
        let number = any::<prop::sample::Index>();
        let edits = prop::collection::vec((0..5_u8, number.clone(), number, any::<u8>()), 1..6);
        let damaged = (prop::sample::select(seeds), edits).prop_map(|(mut bytes, edits)| {
            edits.into_iter().for_each(|edit| damage(&mut bytes, edit));
            bytes
        });
        try_all(target, damaged);
    }
}

type Edit = (u8, prop::sample::Index, prop::sample::Index, u8);

/// Changes, puts in, takes out, doubles, or cuts off.
fn damage(bytes: &mut Vec<u8>, (kind, at, to, byte): Edit) {
    let at = at.index(bytes.len() + 1);
    let to = to.index(bytes.len() + 1);
    let (at, to) = (at.min(to), at.max(to));
    match kind {
        0 if at < bytes.len() => bytes[at] = byte,
        1 => bytes.insert(at, byte),
        2 => drop(bytes.drain(at..to)),
        3 => bytes.extend_from_within(at..to),
        _ => bytes.truncate(to),
    }
}

#[test]
fn every_target_has_its_parts() {
    let manifest = fs::read_to_string(folder("Cargo.toml")).unwrap();
    for Target { name, seeds, .. } in TARGETS {
        assert!(manifest.contains(&format!("name = \"{name}\"\n")), "no [[bin]] for {name}");
        let path = folder("fuzz_targets").join(format!("{name}.rs"));
        let code = fs::read_to_string(&path).unwrap_or_default();
        assert!(code.contains(&format!("bodies::{name}::TARGET")), "nothing runs {name}");
        assert!(!seeds().is_empty(), "{name} has no seeds");
    }
    let binaries = manifest.matches("[[bin]]").count();
    assert_eq!(binaries, TARGETS.len(), "a [[bin]] for each target, and no other");
}

#[test]
#[should_panic(expected = "bytes of memory for 3")]
fn a_body_that_takes_too_much_memory_fails() {
    let body = |data: &[u8]| drop(vec![0_u8; 1000 * data.len()]);
    let seeds = Vec::new;
    let target = Target { name: "greedy", body, bytes_per_byte: 100, bytes_at_least: 0, seeds };
    target.check(b"abc");
}
