//! Does a call that finds a backend installed find its functions written?

use crate::bench::Held;
use crate::explore::{Model, all, bounded};
use core::ptr::{from_ref, null_mut};
use hydra_log_core::ord;
use hydra_log_core::sync::{AtomicPtr, Local};
use loom::thread;

/// A backend built at run time is installed, and then another; a call asks twice. The word is the
/// model's own, because the one that ships is a static; it is stored and loaded as that one is.
pub const MODEL: Model = Model {
    name: "backend_install",
    body,
    full: all(35),
    quick: bounded(3, 20),
    outcomes: &["0, 0", "0, 1", "0, 2", "1, 1", "1, 2", "2, 2"],
};

/// What stands for a table of functions.
struct Built(Local<usize>);

// SAFETY: the word is written before it is installed, and never again; loom reports it if not.
#[expect(unsafe_code, reason = "the word is what the installation publishes")]
unsafe impl Sync for Built {}

fn body() -> String {
    let built = [(); 2].map(|()| Held::new(Built(Local::new(0))));
    let word = Held::new(AtomicPtr::new(null_mut()));
    let (tables, installed) = (built.each_ref().map(Held::get), word.get());
    let installer = thread::spawn(move || {
        for (number, table) in (1..).zip(tables) {
            table.0.set(number);
            installed.store(from_ref(table).cast_mut(), ord::backend_install());
        }
    });
    let ask = || {
        let table: *mut Built = installed.load(ord::backend_read());
        // SAFETY: bounds: null, or one of `built`, which outlives the threads; race: loom's to say.
        #[expect(unsafe_code, reason = "follows the pointer that was installed")]
        let table = unsafe { table.as_ref() };
        table.map_or(0, |table| table.0.get())
    };
    let (first, second) = (ask(), ask());
    installer.join().unwrap();
    assert!(first <= second, "the last one wins");
    format!("{first}, {second}")
}
