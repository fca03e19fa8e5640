//! How an engine feels: what a full ring does now, and how well that went so far.

use core::time::Duration;

use crate::delivery::Step;
use crate::engine::Strategy;

/// How often one kind of step was tried, and how often there was room then.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct StepHealth {
    /// How often it was tried.
    pub tried: u64,
    /// How often the record had room afterwards.
    pub helped: u64,
    /// How long calls were held up by it, together.
    pub time: Duration,
    /// The longest that one call was held up by it.
    pub longest: Duration,
}

/// What a sink does at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum SinkState {
    /// It takes what it gets.
    #[default]
    Working,
    /// A thread is in it just now; if that takes long, it hangs.
    Writing,
    /// It did not take a batch, which is kept and tried again.
    Retrying,
    /// As `Retrying`, and it failed so often that the pauses are long: a full disk, a stalled pipe.
    Failing,
    /// It was given up. What it does not take at once goes to a fallback, or is lost; with a
    /// fallback it is tried now and then, without one with each batch.
    Broken,
}

/// A sink at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct SinkHealth {
    /// What the sink calls itself.
    pub name: String,
    /// What it does.
    pub state: SinkState,
    /// How often it failed since it last took something.
    pub failures: u32,
    /// How often it came back after failures.
    pub resumed: u64,
    /// How long it has not taken what it was given; `None` if it has.
    pub held_for: Option<Duration>,
}

/// An engine at one moment.
///
/// ```
/// use hydra_log::{Builder, Strategy, info, sink::Memory};
/// let engine = Builder::new().sink(Memory::new()).build()?;
/// engine.scope(|| info!("one record"));
/// engine.flush()?;
/// let health = engine.health();
/// assert_eq!((health.strategy, health.success_rate()), (Strategy::Patient, None));
/// assert_eq!(health.oldest, None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Health {
    /// How a call meets a full ring now.
    pub strategy: Strategy,
    /// The time in each strategy so far, in the order of [`Strategy::ALL`].
    pub time_in: [Duration; 3],
    /// Bytes that wait in rings.
    pub depth_bytes: usize,
    /// Bytes of all rings in use.
    pub capacity_bytes: usize,
    /// The most bytes that a pass of the drain found waiting.
    pub high_water_bytes: usize,
    /// How old the oldest record is that some sink has not taken yet; `None` if there is none.
    pub oldest: Option<Duration>,
    /// Calls of class `Guaranteed` that returned when every sink had their record.
    pub confirmed: u64,
    /// Calls of class `Guaranteed` that returned before: the context could not wait, or the sinks
    /// took too long.
    pub unconfirmed: u64,
    /// Sink by sink.
    pub sinks: Vec<SinkHealth>,
    pub(crate) steps: [StepHealth; Step::KINDS],
}

impl Health {
    /// What became of one kind of step; its bound does not matter.
    #[must_use]
    pub fn step(&self, step: Step) -> StepHealth {
        self.steps.get(step.kind()).copied().unwrap_or_default()
    }

    /// Of the calls that found their ring full, the part that got room, from 0 to 1. `None` if
    /// there was no such call.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "a ratio")]
    pub fn success_rate(&self) -> Option<f64> {
        let helped: u64 = self.steps.iter().map(|step| step.helped).sum();
        let dropped = self.step(Step::DropNewest).tried;
        let all = helped + dropped;
        (all > 0).then(|| helped as f64 / all as f64)
    }

    /// The longest that one step held a call up.
    #[must_use]
    pub fn longest_hold(&self) -> Duration {
        self.steps.iter().map(|step| step.longest).max().unwrap_or_default()
    }
}
