//! Runs a script with interrupts at every combination of positions.

use crate::world::{Action, World};
use hydra_log_core::ring::mpsc::claim::Claim;
use hydra_log_core::sync::set_hook;
use std::cell::{Cell, RefCell};
use std::rc::Rc;

/// How deep interrupts nest.
const DEPTH: usize = 3;

/// A schedule that takes more steps than this does not end.
const STEPS_LIMIT: usize = 10_000;

#[derive(Default)]
struct State {
    /// How many interrupts are inside each other now.
    level: Cell<usize>,
    /// Steps made at each level, since it was entered last.
    steps: [Cell<usize>; DEPTH + 1],
    /// The step at which each level is interrupted, once; 0 is never.
    plan: Cell<[usize; DEPTH]>,
    /// Which levels were interrupted.
    fired: [Cell<bool>; DEPTH],
    total: Cell<usize>,
    longest: Cell<usize>,
    interrupt: RefCell<Option<Rc<dyn Fn(usize)>>>,
}

thread_local!(static STATE: State = State::default());

/// Ends what a schedule that panicked left behind.
pub(crate) fn forget() {
    set_hook(None);
    STATE.with(|state| {
        state.level.set(0);
        state.interrupt.replace(None);
    });
}

/// Runs a script at every combination of positions: how many there are, and the most steps that an
/// interrupt took.
pub(crate) fn every_position<C: Claim>(
    make: impl Fn() -> World<C>,
    script: &[Action],
    nest: &[Action; DEPTH],
) -> (usize, usize) {
    forget();
    STATE.with(|state| state.longest.set(0));
    // An interpreter takes every seventh position, and not deeper than two.
    let (stride, depth) = if cfg!(miri) { (7, 2) } else { (1, DEPTH) };
    let mut runs = 0;
    let mut plan = [0; DEPTH];
    loop {
        let fired = run(Rc::new(make()), script, nest, plan);
        runs += 1;
        // The next plan: the deepest level that may go on goes on, deeper ones start again.
        let Some(level) = (0..depth).rev().find(|level| {
            let reached = (0..*level).all(|outer| plan[outer] != 0);
            reached && (plan[*level] == 0 || fired[*level])
        }) else {
            return (runs, STATE.with(|state| state.longest.get()));
        };
        plan[level] += if plan[level] == 0 { 1 } else { stride };
        plan[level + 1..].fill(0);
    }
}

/// Runs one schedule; which levels were interrupted.
fn run<C: Claim>(
    world: Rc<World<C>>,
    script: &[Action],
    nest: &[Action; DEPTH],
    plan: [usize; DEPTH],
) -> [bool; DEPTH] {
    let (inside, nest) = (world.clone(), *nest);
    STATE.with(|state| {
        state.plan.set(plan);
        state.total.set(0);
        state.steps.iter().for_each(|steps| steps.set(0));
        state.fired.iter().for_each(|fired| fired.set(false));
        let interrupt: Rc<dyn Fn(usize)> = Rc::new(move |level| inside.act(nest[level - 1]));
        state.interrupt.replace(Some(interrupt));
    });
    set_hook(Some(step));
    script.iter().for_each(|action| world.act(*action));
    let fired = STATE.with(|state| {
        state.plan.set([0; DEPTH]);
        state.fired.each_ref().map(Cell::get)
    });
    // The steps are still counted: a bug may make the last look endless.
    world.judge(plan);
    forget();
    fired
}

/// One shared access is about to be made.
fn step() {
    if std::thread::panicking() {
        return;
    }
    STATE.with(|state| {
        let level = state.level.get();
        let steps = state.steps[level].get() + 1;
        state.steps[level].set(steps);
        state.total.set(state.total.get() + 1);
        assert!(state.total.get() < STEPS_LIMIT, "somebody waits: {:?}", state.plan.get());
        if level == DEPTH || state.fired[level].get() || state.plan.get()[level] != steps {
            return;
        }
        let before = state.total.get();
        state.fired[level].set(true);
        state.level.set(level + 1);
        state.steps[level + 1].set(0);
        let interrupt = state.interrupt.borrow().clone().unwrap();
        interrupt(level + 1);
        state.level.set(level);
        state.longest.set(state.longest.get().max(state.total.get() - before));
    });
}
