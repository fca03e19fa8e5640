//! The only file that names an atomic type: it decides what the core's shared words are made of.
//!
//! | build             | atomics and cells         | what for                                        |
//! |-------------------|---------------------------|-------------------------------------------------|
//! | (none)            | `core::sync::atomic`      | what ships                                      |
//! | `--cfg hydra_loom`| `loom`                    | every interleaving of a small model             |
//! | `--cfg hydra_isr` | wrappers that call a hook | an interrupt before every single shared access  |
//!
//! Everything else in this crate is the same source in all three, so what is checked is what ships.
//! `--cfg hydra_section` besides one of the last two makes read-modify-writes what they are on a
//! target without compare-and-swap: a few instructions in a critical section.

#[cfg_attr(hydra_loom, path = "sync/loomed.rs")]
#[cfg_attr(all(hydra_isr, not(hydra_loom)), path = "sync/injected.rs")]
#[cfg_attr(not(any(hydra_loom, hydra_isr)), path = "sync/native.rs")]
mod imp;

#[cfg(not(hydra_loom))]
#[path = "sync/raw.rs"]
mod raw;

#[cfg(any(hydra_loom, hydra_isr))]
#[path = "sync/planted.rs"]
mod planted;

#[path = "sync/hint.rs"]
mod hint;

#[cfg_attr(all(target_has_atomic = "ptr", not(hydra_section)), path = "sync/rmw_cas.rs")]
#[cfg_attr(not(all(target_has_atomic = "ptr", not(hydra_section))), path = "sync/rmw_section.rs")]
pub mod rmw;

#[cfg(target_has_atomic = "ptr")]
#[cfg_attr(all(target_arch = "arm", target_os = "none"), path = "sync/exclusive.rs")]
#[cfg_attr(not(all(target_arch = "arm", target_os = "none")), path = "sync/attempt.rs")]
mod attempt;
#[cfg(target_has_atomic = "ptr")]
pub use attempt::try_update;

pub use hint::{expect_write, not_last, opaque, opaque_ref};
pub use imp::*;

/// Reads a word that only the reader writes.
pub trait LoadOwn {
    /// What the word holds.
    type Value;

    /// The value that this side stored last. To a model it is no access at all: loom loses
    /// interleavings of others with a store that directly follows a load of the same word.
    fn load_own(&self) -> Self::Value;
}

/// Whether bugs can be planted in this build.
pub const CAN_PLANT: bool = cfg!(any(hydra_loom, hydra_isr));

/// The byte of a callsite's gate: a static, so never one of a model's words.
pub use core::sync::atomic::AtomicU8 as StaticU8;

/// A count of what statics handed out.
#[cfg(not(target_os = "none"))]
pub use core::sync::atomic::AtomicUsize as StaticUsize;

/// The pointer to the installed backend: a static as well.
pub use core::sync::atomic::AtomicPtr as StaticPtr;

/// Makes a constructor `const` wherever the words it builds can be built at compile time.
#[cfg(not(hydra_loom))]
macro_rules! const_fn {
    ($(#[$meta:meta])* $vis:vis const unsafe fn $($rest:tt)*) => {
        $(#[$meta])* $vis const unsafe fn $($rest)*
    };
    ($(#[$meta:meta])* $vis:vis const fn $($rest:tt)*) => { $(#[$meta])* $vis const fn $($rest)* };
}
#[cfg(hydra_loom)]
macro_rules! const_fn {
    ($(#[$meta:meta])* $vis:vis const unsafe fn $($rest:tt)*) => {
        $(#[$meta])* $vis unsafe fn $($rest)*
    };
    ($(#[$meta:meta])* $vis:vis const fn $($rest:tt)*) => { $(#[$meta])* $vis fn $($rest)* };
}
pub(crate) use const_fn;
