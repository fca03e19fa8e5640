//! Runs a model over all its schedules, and judges what was seen.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

/// One question about concurrent code.
#[derive(Clone, Copy, Debug)]
pub struct Model {
    /// The name of its file.
    pub name: &'static str,
    /// Builds, runs and checks one schedule, and says how it ended.
    pub body: fn() -> String,
    /// How the full run explores.
    pub full: Depth,
    /// How the quick run explores.
    pub quick: Depth,
    /// Every outcome that the full run must see. The quick run sees some of them, more than one;
    /// no run sees any other.
    pub outcomes: &'static [&'static str],
}

/// How far a run goes.
#[derive(Clone, Copy, Debug)]
pub struct Depth {
    /// At most this many preemptions a schedule; `None` is every schedule there is.
    pub preemptions: Option<usize>,
    /// Fewer schedules than this are a failure: the model no longer looks at what it should.
    pub floor: usize,
}

/// Every schedule there is, and at least `floor` of them.
#[must_use]
pub const fn all(floor: usize) -> Depth {
    Depth { preemptions: None, floor }
}

/// At most `preemptions` a schedule, and at least `floor` schedules.
#[must_use]
pub const fn bounded(preemptions: usize, floor: usize) -> Depth {
    Depth { preemptions: Some(preemptions), floor }
}

/// What a run saw.
#[derive(Debug)]
pub struct Report {
    name: &'static str,
    depth: Depth,
    schedules: usize,
    outcomes: BTreeMap<String, usize>,
    seconds: f64,
}

/// Whether the quick runs are asked for.
#[must_use]
pub fn is_quick() -> bool {
    std::env::var_os("HYDRA_LOOM_QUICK").is_some()
}

/// Models of nothing but a word that a critical section loads and then stores: there loom loses the
/// interleavings that the model asks for.
const NOT_IN_SECTIONS: [&str; 2] = ["registry_join", "registry_epoch"];

/// Runs a model and prints its line of the table.
pub fn check(model: &Model) {
    if cfg!(hydra_section) && NOT_IN_SECTIONS.contains(&model.name) {
        return;
    }
    let depth = if is_quick() { model.quick } else { model.full };
    let report = run(model, depth);
    println!("{}", report.line());
    report.judge(model);
}

/// Runs a model; panics when a schedule does.
#[must_use]
pub fn run(model: &Model, depth: Depth) -> Report {
    for limit in ["LOOM_MAX_DURATION", "LOOM_MAX_PERMUTATIONS", "LOOM_CHECKPOINT_FILE"] {
        assert!(std::env::var_os(limit).is_none(), "{limit} would end a model early, as a pass");
    }
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = depth.preemptions;
    builder.max_branches = 20_000;
    builder.max_duration = None;
    builder.max_permutations = None;
    builder.checkpoint_file = None;
    // Words of `std`: they outlive the schedules, and loom does not see them.
    let outcomes = Arc::new(Mutex::new(BTreeMap::new()));
    let (seen, body) = (outcomes.clone(), model.body);
    let start = Instant::now();
    builder.check(move || {
        let outcome = body();
        *seen.lock().unwrap_or_else(PoisonError::into_inner).entry(outcome).or_insert(0) += 1;
    });
    let outcomes = core::mem::take(&mut *outcomes.lock().unwrap_or_else(PoisonError::into_inner));
    let schedules = outcomes.values().sum();
    Report { name: model.name, depth, schedules, outcomes, seconds: start.elapsed().as_secs_f64() }
}

impl Report {
    /// The report's line of the table.
    #[must_use]
    pub fn line(&self) -> String {
        let bound = self.depth.preemptions.map_or("none".to_owned(), |bound| bound.to_string());
        let outcomes: Vec<_> = self.outcomes.iter().map(|(o, n)| format!("{o}: {n}")).collect();
        let (name, schedules, seconds) = (self.name, self.schedules, self.seconds);
        format!(
            "| {name:<28} | {bound:>5} | {schedules:>9} | {seconds:>6.1} s | {} |",
            outcomes.join("; ")
        )
    }

    /// Fails unless the run saw what it must see.
    pub fn judge(&self, model: &Model) {
        let seen: Vec<_> = self.outcomes.keys().map(String::as_str).collect();
        let mut wanted = model.outcomes.to_vec();
        wanted.sort_unstable();
        if self.depth.preemptions == model.full.preemptions {
            assert_eq!(seen, wanted, "{}: outcomes seen, and outcomes that there are", self.name);
        } else {
            let strange = seen.iter().find(|outcome| !wanted.contains(outcome));
            assert_eq!(strange, None, "{}: an outcome that is not in the full run", self.name);
            assert!(seen.len() > 1, "{}: always the same outcome: {seen:?}", self.name);
        }
        let (schedules, floor) = (self.schedules, self.depth.floor);
        assert!(schedules >= floor, "{}: {schedules} schedules, floor {floor}", self.name);
    }
}
