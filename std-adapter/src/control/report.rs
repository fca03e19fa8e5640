//! Counts and health in lines: a name, a space, a number.

use core::fmt::Write;

use crate::health::Health;
use crate::stats::Stats;

/// Everything that is counted. Writing to a `String` does not fail.
pub(super) fn stats(stats: &Stats) -> String {
    let mut said = String::new();
    for (name, count) in [
        ("emitted", stats.emitted()),
        ("lost", stats.lost().total()),
        ("pending", stats.pending()),
        ("rings", stats.rings.len() as u64),
        ("ring_bytes", stats.ring_bytes as u64),
        ("full", stats.full),
        ("grown", stats.grown),
        ("waited", stats.waited),
        ("waited_ns", stats.waited_ns),
        ("late", stats.late),
        ("recovered", stats.recovered),
        ("unrouted", stats.unrouted),
        ("recorder_kept", stats.recorder.kept),
        ("limited", stats.limited),
    ] {
        let _ = writeln!(said, "{name} {count}");
    }
    for limit in &stats.limits {
        let (name, passed, kept_back) = (&limit.limit, limit.passed, limit.kept_back);
        let _ = writeln!(said, "limit {name:?} passed {passed} kept_back {kept_back}");
    }
    for sink in &stats.sinks {
        let _ = writeln!(
            said,
            "sink {:?} offered {} written {} skipped {} filtered {} lost {} pending {} bytes {} \
             errors {}",
            sink.name,
            sink.offered,
            sink.written,
            sink.skipped,
            sink.filtered,
            sink.lost,
            sink.pending,
            sink.bytes,
            sink.errors
        );
    }
    said
}

/// How the engine feels.
pub(super) fn health(health: &Health) -> String {
    let mut said = format!(
        "strategy {:?}\ndepth_bytes {}\ncapacity_bytes {}\nhigh_water_bytes {}\n",
        health.strategy, health.depth_bytes, health.capacity_bytes, health.high_water_bytes
    );
    let oldest = health.oldest.map_or(0, |oldest| oldest.as_micros());
    let _ = writeln!(said, "oldest_us {oldest}");
    for sink in &health.sinks {
        let held = sink.held_for.map_or(0, |held| held.as_millis());
        let (name, state, failures) = (&sink.name, sink.state, sink.failures);
        let _ = writeln!(said, "sink {name:?} {state:?} failures {failures} held_ms {held}");
    }
    said
}
