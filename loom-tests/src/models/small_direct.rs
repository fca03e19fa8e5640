//! Where calls on a full ring write the oldest records out themselves: is each written once, in the
//! order of the ring, and by one of them at a time?

use crate::bench::Held;
use crate::explore::{Model, bounded};
use crate::small::{Narrow, Taken, drop_newest, log, ring, take, take_some};
use loom::cell::UnsafeCell;
use loom::thread;

/// A full ring and two calls, of which one may come in the middle of the other, or of the drain
/// behind it: who holds the token writes to the port.
pub const MODEL: Model = Model {
    name: "small_direct",
    body,
    full: bounded(3, 9_000),
    quick: bounded(2, 2_000),
    outcomes: &["0 lost", "1 lost"],
};

struct Shared {
    ring: &'static Narrow,
    /// What the holder of the ring's token may touch.
    port: UnsafeCell<Taken>,
}

impl Shared {
    /// For the holder of the token.
    fn write<T>(&self, write: impl FnOnce(&mut Taken) -> T) -> T {
        self.port.with_mut(|port| {
            // SAFETY: bounds: the cell's own; race: loom reports it.
            #[expect(unsafe_code, reason = "the port is what the token protects")]
            let port = unsafe { &mut *port };
            write(port)
        })
    }

    /// What a call does that finds no room.
    fn write_out(&self, bytes: usize) -> bool {
        let Some(reader) = self.ring.try_read() else { return false };
        self.write(|port| take_some(&reader, bytes, port)) > 0
    }

    fn drain(&self) -> bool {
        let Some(reader) = self.ring.try_read() else { return false };
        self.write(|port| take(&reader, port));
        true
    }
}

fn body() -> String {
    let held = ring();
    let ring: &'static Narrow = held.get();
    (1..=2).for_each(|tag| assert!(log(ring, tag, drop_newest), "there is room for two"));
    let shared = Held::new(Shared { ring, port: UnsafeCell::new(Taken::default()) });
    let all = shared.get();
    let call = |tag| move || log(all.ring, tag, |bytes| all.write_out(bytes));
    let other = thread::spawn(call(3));
    let own = call(4)();
    all.drain();
    let logged = [other.join().unwrap(), own];
    assert!(all.drain(), "nobody else has the token");
    all.write(|port| {
        let lost = 4 - port.tags.len();
        assert_eq!(port.told as usize, lost, "emitted = written + lost: {port:?}");
        let (first, last) = port.tags.split_at(2);
        assert_eq!(first, [1, 2], "the oldest are never lost, and in order");
        for (tag, logged) in [3, 4].iter().zip(logged) {
            let count = last.iter().filter(|found| *found == tag).count();
            assert_eq!(count, usize::from(logged), "written once, or lost: {port:?}");
        }
        format!("{lost} lost")
    })
}
