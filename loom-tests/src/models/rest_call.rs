//! When a sleeper is called, does it look again before it sleeps, or is it woken, and does it see
//! what it was called for?

use crate::bench::Held;
use crate::explore::{Model, all, bounded};
use hydra_log_core::ord;
use hydra_log_core::rest::Rest;
use hydra_log_core::sync::AtomicBool;
use loom::thread;

/// A sleeper that found nothing, one who calls it, and one who nudges it.
pub const MODEL: Model = Model {
    name: "rest_call",
    body,
    full: all(2_300),
    quick: bounded(3, 100),
    outcomes: &[
        "found at once",
        "called before it slept",
        "asleep, woken by the call",
        "asleep, woken by the nudge",
        "woken by the call",
        "woken by the nudge",
    ],
};

/// Everything here but the rest is as weak as words get.
struct Work {
    rest: Rest,
    /// What each caller has to tell.
    told: [AtomicBool; 2],
    /// Whether a caller woke the sleeper.
    woken: [AtomicBool; 2],
}

const CALLER: usize = 0;
const NUDGER: usize = 1;

fn body() -> String {
    let pair = || [AtomicBool::new(false), AtomicBool::new(false)];
    let work = Held::new(Work { rest: Rest::new(), told: pair(), woken: pair() });
    let all = work.get();
    let sleeper = thread::spawn(move || sleep(all));
    let nudger = thread::spawn(move || tell(all, NUDGER, Rest::nudge));
    tell(all, CALLER, Rest::call);
    nudger.join().unwrap();
    let slept = sleeper.join().unwrap();
    if slept != "asleep" {
        return slept.to_owned();
    }
    let by = |who: usize| all.woken[who].load(ord::count());
    assert!(by(CALLER) != by(NUDGER), "called, asleep, and nobody wakes it, or two do");
    format!("asleep, woken by the {}", if by(CALLER) { "call" } else { "nudge" })
}

fn tell(all: &Work, who: usize, how: fn(&Rest) -> bool) {
    all.told[who].store(true, ord::count());
    if how(&all.rest) {
        all.woken[who].store(true, ord::count());
    }
}

/// Looks, lies down, and looks again once it knows why it should.
fn sleep(all: &Work) -> &'static str {
    let told = |who: usize| all.told[who].load(ord::count());
    if told(CALLER) {
        return "found at once";
    }
    if !all.rest.lie_down(true) {
        assert!(told(CALLER), "called, and what for is not there");
        return "called before it slept";
    }
    let Some(who) = [CALLER, NUDGER].into_iter().find(|who| all.woken[*who].load(ord::count()))
    else {
        return "asleep";
    };
    all.rest.rise();
    assert!(told(who), "woken, and what for is not there");
    if who == CALLER { "woken by the call" } else { "woken by the nudge" }
}
