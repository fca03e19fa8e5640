//! Does at most one thread hold the token, and does the next holder see what the last one did?

use crate::bench::Held;
use crate::explore::{Model, all, bounded};
use hydra_log_core::sync::Local;
use hydra_log_core::token::Token;
use loom::thread;

/// Three threads that try once and count in a plain word.
pub const MODEL: Model = Model {
    name: "token_one",
    body,
    full: all(450),
    quick: bounded(3, 50),
    outcomes: &["1 held it", "2 held it", "3 held it"],
};

struct Guarded {
    token: Token,
    count: Local<usize>,
}

// SAFETY: the word is touched by the token's holder only; loom reports it if not.
#[expect(unsafe_code, reason = "the word is what the token protects")]
unsafe impl Sync for Guarded {}

fn body() -> String {
    let guarded = Held::new(Guarded { token: Token::new(), count: Local::new(0) });
    let shared = guarded.get();
    let work = move || {
        let Some(_taken) = shared.token.try_take() else { return 0 };
        shared.count.set(shared.count.get() + 1);
        1
    };
    let others = [thread::spawn(work), thread::spawn(work)];
    let mut held = work();
    for other in others {
        held += other.join().unwrap();
    }
    assert_eq!(shared.count.get(), held, "each holder counted once");
    assert!(shared.token.try_take().is_some(), "nobody holds it any more");
    format!("{held} held it")
}
