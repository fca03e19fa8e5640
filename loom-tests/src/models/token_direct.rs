//! When a ring is full and its producer writes directly, is everything written once, and in order?

use crate::bench::{Held, mpsc_ring, share, shared_consumer, take_shared};
use crate::explore::{Model, all, bounded};
use hydra_log_core::ring::mpsc::Ring;
use hydra_log_core::ring::mpsc::claim::ByCas;
use hydra_log_core::token::Token;
use loom::cell::UnsafeCell;
use loom::thread;

/// Two producers of two records in a ring of one; who finds it full drains it, and then writes.
pub const MODEL: Model = Model {
    name: "token_direct",
    body,
    full: all(43_000),
    quick: bounded(2, 200),
    outcomes: &[
        "2 written, 0 flagged",
        "3 written, 0 flagged",
        "3 written, 1 flagged",
        "3 written, 2 flagged",
        "4 written, 0 flagged",
        "4 written, 1 flagged",
        "4 written, 2 flagged",
    ],
};

/// What the holder of the token may touch.
#[derive(Debug)]
struct Shared {
    token: Token,
    /// Tags, and whether each is flagged as out of order.
    sink: UnsafeCell<Vec<(u16, bool)>>,
    ring: &'static Ring<ByCas>,
}

fn body() -> String {
    let ring = mpsc_ring(16, 16, usize::MAX - 15, ByCas);
    let shared = Held::new(Shared {
        token: Token::new(),
        sink: UnsafeCell::new(Vec::new()),
        ring: ring.get(),
    });
    let all = shared.get();
    let first = thread::spawn(move || [16, 17].map(|tag| log(all, tag)));
    let second = [32, 33].map(|tag| log(all, tag));
    let outcomes = [first.join().unwrap(), second];
    let sink = drain(all, None);

    let mut late = 0;
    for (producer, outcomes) in [1, 2].into_iter().zip(outcomes) {
        let logged: Vec<_> = (producer * 16..).zip(outcomes).filter(|(_, done)| *done).collect();
        let own: Vec<_> = sink.iter().filter(|(tag, _)| tag / 16 == producer).collect();
        assert_eq!(own.len(), logged.len(), "written once, or counted as lost: {sink:?}");
        let ordered: Vec<_> = own.iter().filter(|(_, late)| !late).map(|(tag, _)| *tag).collect();
        assert!(ordered.is_sorted(), "in order, or flagged: {sink:?}");
        late += own.len() - ordered.len();
    }
    format!("{} written, {late} flagged", sink.len())
}

/// One call. `false`: counted as lost.
fn log(all: &'static Shared, tag: u16) -> bool {
    if share(all.ring, 2, tag) {
        return true;
    }
    let Some(_taken) = all.token.try_take() else { return false };
    drain(all, Some(tag));
    true
}

/// Writes all that is there, and then `tag`. For the holder of the token.
fn drain(all: &'static Shared, tag: Option<u16>) -> Vec<(u16, bool)> {
    let (tags, hole) = take_shared(&shared_consumer(all.ring));
    all.sink.with_mut(|sink| {
        // SAFETY: bounds: the cell's own; race: loom reports it.
        #[expect(unsafe_code, reason = "the sink is what the token protects")]
        let sink = unsafe { &mut *sink };
        sink.extend(tags.into_iter().map(|tag| (tag, false)));
        sink.extend(tag.map(|tag| (tag, hole)));
        sink.clone()
    })
}
