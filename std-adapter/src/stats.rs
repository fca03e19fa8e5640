//! Counts: what was emitted, written, lost, and what is still on its way.

use core::fmt;

use hydra_log_core::Level;

use crate::limit::LimitStats;
use crate::redact::RedactionReport;
use crate::threat::ThreatReport;

/// Records lost, by level.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lost {
    /// How many of each level, `Error` first.
    pub by_level: [u64; 5],
}

impl Lost {
    /// All levels together.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.by_level.iter().sum()
    }

    /// How many of one level.
    #[must_use]
    pub fn of(&self, level: Level) -> u64 {
        self.by_level.get(level as usize - 1).copied().unwrap_or(0)
    }

    pub(crate) fn add(&mut self, other: [u64; 5]) {
        for (sum, more) in self.by_level.iter_mut().zip(other) {
            *sum += more;
        }
    }
}

/// One ring's counts. `emitted` is counted by the producer, `pending` by walking the ring.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RingStats {
    /// The ring's number.
    pub id: u32,
    /// Bytes that it holds at the most.
    pub capacity_bytes: usize,
    /// Calls that were on: published or lost.
    pub emitted: u64,
    /// Records that the drain took out.
    pub drained: u64,
    /// Records that found no room.
    pub lost: Lost,
    /// Records in the ring.
    pub pending: u64,
}

impl RingStats {
    /// Whether `emitted = drained + lost + pending`.
    #[must_use]
    pub fn is_conserved(&self) -> bool {
        self.emitted == self.drained + self.lost.total() + self.pending
    }
}

/// One sink's counts. `pending` is counted by walking the spool.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct SinkStats {
    /// What the sink calls itself: a path, `stdout`, …
    pub name: String,
    /// Records that came past in the spool.
    pub offered: u64,
    /// Records written.
    pub written: u64,
    /// Records of a level that the sink does not take.
    pub skipped: u64,
    /// Records that the output's own filters turned away: see
    /// [`Output::only`](crate::Output::only).
    pub filtered: u64,
    /// Records that the sink failed to write or that it was too slow for.
    pub lost: u64,
    /// Records in the spool and in the hands of a worker.
    pub pending: u64,
    /// Bytes written.
    pub bytes: u64,
    /// Gap records written.
    pub gaps: u64,
    /// What values tried, where that is asked for.
    pub threats: ThreatReport,
    /// What was redacted, where that is asked for.
    pub redacted: RedactionReport,
    /// Writes that failed.
    pub errors: u64,
    /// Records among the written that a fallback sink took.
    pub diverted: u64,
    /// How often the sink was asked to put what was written on its disk, and did.
    pub syncs: u64,
}

impl SinkStats {
    /// Whether `offered = written + skipped + filtered + lost + pending`.
    #[must_use]
    pub fn is_conserved(&self) -> bool {
        let passed = self.skipped + self.filtered;
        self.offered == self.written + passed + self.lost + self.pending
    }
}

/// The flight recorder's counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RecorderStats {
    /// Records that it keeps now.
    pub kept: u64,
    /// Records that were overwritten by younger ones.
    pub overwritten: u64,
    /// Records that were given to the sinks.
    pub written: u64,
}

/// Everything that is counted, at one moment.
///
/// At rest (no call in flight) the laws hold exactly: for every ring
/// `emitted = drained + lost + pending`, for every sink
/// `offered = written + skipped + filtered + lost + pending`, and what a sink is offered is what
/// was drained, but for what the flight recorder keeps or has overwritten, and what limits kept
/// back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    /// Ring by ring.
    pub rings: Vec<RingStats>,
    /// Sink by sink.
    pub sinks: Vec<SinkStats>,
    /// How often a call found its ring full.
    pub full: u64,
    /// How often a full ring was replaced by a larger one.
    pub grown: u64,
    /// How often a call waited for room, and for how long together, in nanoseconds.
    pub waited: u64,
    /// Nanoseconds that calls waited for room.
    pub waited_ns: u64,
    /// How often a call drained the rings itself.
    pub assisted: u64,
    /// How often a call woke a parked worker.
    pub woken: u64,
    /// Records that came out later than a younger one.
    pub late: u64,
    /// How often the system clock was set.
    pub clock_steps: u64,
    /// Bytes of all rings.
    pub ring_bytes: usize,
    /// Bytes that outlive the process, in its crash file; 0 if it has none.
    pub crash_proof_bytes: u64,
    /// How often memory that was to outlive the process could not be had.
    pub not_crash_proof: u64,
    /// Records that processes which died had left, written at the start.
    pub recovered: u64,
    /// Records whose call named a layer that is not there; they went on to another one.
    pub unrouted: u64,
    /// The flight recorder.
    pub recorder: RecorderStats,
    /// Records that limits kept back in the drain; see [`Builder::limit`](crate::Builder::limit).
    pub limited: u64,
    /// Limit by limit, what became of its records.
    pub limits: Vec<LimitStats>,
}

impl Stats {
    /// Calls that were on, in all rings.
    #[must_use]
    pub fn emitted(&self) -> u64 {
        self.rings.iter().map(|ring| ring.emitted).sum()
    }

    /// Records that found no room in their ring.
    #[must_use]
    pub fn lost(&self) -> Lost {
        self.rings.iter().fold(Lost::default(), |mut sum, ring| {
            sum.add(ring.lost.by_level);
            sum
        })
    }

    /// Records that are still in a ring.
    #[must_use]
    pub fn pending(&self) -> u64 {
        self.rings.iter().map(|ring| ring.pending).sum()
    }

    /// Whether every ring's and every sink's law holds.
    #[must_use]
    pub fn is_conserved(&self) -> bool {
        let drained: u64 = self.rings.iter().map(|ring| ring.drained).sum();
        let offered = drained - self.recorder.kept - self.recorder.overwritten - self.limited;
        self.rings.iter().all(RingStats::is_conserved)
            && self.sinks.iter().all(SinkStats::is_conserved)
            && self.sinks.iter().all(|sink| sink.offered == offered)
    }

    /// The counts in four numbers, for the sink that has the most still to do.
    #[must_use]
    pub fn report(&self) -> Report {
        let emitted = self.emitted();
        let in_rings = self.pending();
        let lost_in_rings = self.lost().total();
        let worst = self.sinks.iter().max_by_key(|sink| sink.lost + sink.pending);
        let (written, lost, pending) = worst.map_or((0, 0, 0), |sink| {
            (sink.written + sink.skipped + sink.filtered, sink.lost, sink.pending)
        });
        Report {
            emitted,
            written,
            lost: lost + lost_in_rings,
            pending: pending + in_rings,
            recorder: self.recorder.kept + self.recorder.overwritten,
            limited: self.limited,
        }
    }
}

/// What became of the records: `emitted = written + lost + pending + recorder + limited`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Report {
    /// Calls that were on.
    pub emitted: u64,
    /// Records written, or passed by a sink that does not take them.
    pub written: u64,
    /// Records lost: no room in a ring, or a sink failed.
    pub lost: u64,
    /// Records not written yet.
    pub pending: u64,
    /// Records that stayed in the flight recorder, or were overwritten there.
    pub recorder: u64,
    /// Records that limits kept back.
    pub limited: u64,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "emitted {}, written {}, lost {}, pending {}",
            self.emitted, self.written, self.lost, self.pending
        )
    }
}
