//! Calls of contexts that cannot be masked, NMI and HardFault: a ring beside the ring.
//!
//! Where there is compare-and-swap, calls of any context share the ring. Without, a call masks
//! interrupts while it claims room, and what is not masked must not claim there. In an NMI's
//! handler, and in a HardFault's that returns, these macros take the ring that
//! [`ring!`](crate::ring) has for them; [`drain`](crate::drain()) hands its records over among the
//! others, by their stamps.
//!
//! ```
//! use hydra_log_embedded::{info, ring, take, unmasked};
//!
//! ring!(1024, unmasked = 256);
//!
//! fn non_maskable_int(millivolts: u32) {
//!     unmasked::error!("supply fell to {millivolts} mV");
//! }
//! # hydra_log_embedded::switch_all(hydra_log_embedded::LevelFilter::Trace);
//! # non_maskable_int(7);
//! # info!("after it");
//! # assert_eq!(take(|_| ()).records, 2);
//! ```
//!
//! On Arm, in any other context they are the ordinary calls. It keeps what comes first; an NMI in
//! the middle of a HardFault's call loses its record. Both are counted and told of. The
//! application's critical section has to be one that an NMI may enter, as that of `cortex-m` is.
#![expect(unsafe_code, reason = "reaches what the application defines")]

use crate::Drained;
use crate::drain::note;
use core::fmt::Debug;
use hydra_log_core::backend::{Backend, Slot};
use hydra_log_core::record::Narrow;
use hydra_log_core::record::firmware::Header;
use hydra_log_core::ring::small::{Claimed, Lane, LaneReader};
use hydra_log_core::site::Gate;

#[doc(inline)]
pub use crate::{
    __unmasked_debug as debug, __unmasked_error as error, __unmasked_info as info,
    __unmasked_trace as trace, __unmasked_warn as warn,
};

/// What the macros' expansions name: as the crate's, but for where records go.
#[doc(hidden)]
pub mod __private {
    pub use crate::__private::*;
    use hydra_log_core::{emit, linked};

    /// Records a call in the ring for contexts that cannot be masked, if this is one.
    #[inline(always)]
    pub fn emit<A: Args>(gate: &'static Gate, args: &A) {
        if super::cannot_be_masked() {
            emit::emit::<super::Unmasked, A>(gate, args);
        } else {
            linked::emit(gate, args);
        }
    }
}

/// Logs a failure that somebody should look at, from a context that cannot be masked.
///
/// The grammar is [`event!`](crate::event)'s.
#[doc(hidden)]
#[macro_export]
macro_rules! __unmasked_error {
    // unmasked::error!("supply fell to {millivolts} mV")
    ($($call:tt)*) => {{
        use $crate::unmasked as hydra_unmasked;
        $crate::__private::macros::event!([hydra_unmasked Error] $($call)*)
    }};
}

/// Logs something that may become a failure, from a context that cannot be masked.
///
/// The grammar is [`event!`](crate::event)'s.
#[doc(hidden)]
#[macro_export]
macro_rules! __unmasked_warn {
    // unmasked::warn!("supply fell to {millivolts} mV")
    ($($call:tt)*) => {{
        use $crate::unmasked as hydra_unmasked;
        $crate::__private::macros::event!([hydra_unmasked Warn] $($call)*)
    }};
}

/// Logs what happens, from a context that cannot be masked.
///
/// The grammar is [`event!`](crate::event)'s.
#[doc(hidden)]
#[macro_export]
macro_rules! __unmasked_info {
    // unmasked::info!("supply fell to {millivolts} mV")
    ($($call:tt)*) => {{
        use $crate::unmasked as hydra_unmasked;
        $crate::__private::macros::event!([hydra_unmasked Info] $($call)*)
    }};
}

/// Logs what helps to find a bug, from a context that cannot be masked.
///
/// The grammar is [`event!`](crate::event)'s.
#[doc(hidden)]
#[macro_export]
macro_rules! __unmasked_debug {
    // unmasked::debug!("supply fell to {millivolts} mV")
    ($($call:tt)*) => {{
        use $crate::unmasked as hydra_unmasked;
        $crate::__private::macros::event!([hydra_unmasked Debug] $($call)*)
    }};
}

/// Logs everything else, from a context that cannot be masked.
///
/// The grammar is [`event!`](crate::event)'s.
#[doc(hidden)]
#[macro_export]
macro_rules! __unmasked_trace {
    // unmasked::trace!("supply fell to {millivolts} mV")
    ($($call:tt)*) => {{
        use $crate::unmasked as hydra_unmasked;
        $crate::__private::macros::event!([hydra_unmasked Trace] $($call)*)
    }};
}

/// What the drain and the calls need of a ring beside the ring, if there is one.
pub trait Beside: Debug + Sync + Sized + 'static {
    /// An empty one.
    const NEW: Self;
    /// What reads it.
    type Reader<'l>: Reading;

    /// Room for a record, or none: then it is counted.
    fn claim(&self, gate: &'static Gate, bytes: usize, now: fn() -> u32) -> Option<Slot>;
    /// # Safety
    /// As [`Lane::commit`].
    unsafe fn commit(&self, used: usize);
    /// The reader, unless there is one.
    fn try_read(&self) -> Option<Self::Reader<'_>>;
    /// # Safety
    /// As [`Lane::seize`].
    unsafe fn seize(&self) -> Self::Reader<'_>;
}

/// The reader of a ring beside the ring.
pub trait Reading {
    /// Whether there is no record now.
    fn is_empty(&self) -> bool;
    /// Hands over what was logged before `stamp`; without one, everything, and what was lost.
    /// Whether `each` took it all.
    fn hand_over(
        &self,
        stamp: Option<u32>,
        each: &mut dyn FnMut(&[u8]) -> bool,
        drained: &mut Drained,
    ) -> bool;
}

impl Beside for () {
    const NEW: Self = ();
    type Reader<'l> = ();

    fn claim(&self, _gate: &'static Gate, _bytes: usize, _now: fn() -> u32) -> Option<Slot> {
        None
    }

    unsafe fn commit(&self, _used: usize) {}

    #[inline(always)]
    fn try_read(&self) -> Option<()> {
        Some(())
    }

    #[inline(always)]
    unsafe fn seize(&self) {}
}

impl Reading for () {
    #[inline(always)]
    fn is_empty(&self) -> bool {
        true
    }

    #[inline(always)]
    fn hand_over(
        &self,
        _stamp: Option<u32>,
        _each: &mut dyn FnMut(&[u8]) -> bool,
        _drained: &mut Drained,
    ) -> bool {
        true
    }
}

impl<const K: usize, const L: usize> Beside for Lane<K, L> {
    const NEW: Self = Self::new();
    type Reader<'l> = LaneReader<'l, K, L>;

    fn claim(&self, gate: &'static Gate, bytes: usize, now: fn() -> u32) -> Option<Slot> {
        // A longer record is cut.
        let room = bytes.min(Self::LONGEST);
        let Claimed { at, stamp } = self.claim(gate.level(), room, now)?;
        Some(Slot { at, room, stamp: stamp.into(), owner: core::ptr::null(), extra: 0 })
    }

    unsafe fn commit(&self, used: usize) {
        // SAFETY: the caller's promise is passed on.
        unsafe { self.commit(used) }
    }

    fn try_read(&self) -> Option<LaneReader<'_, K, L>> {
        self.try_read()
    }

    unsafe fn seize(&self) -> LaneReader<'_, K, L> {
        // SAFETY: the caller's promise is passed on.
        unsafe { self.seize() }
    }
}

impl<const K: usize, const L: usize> Reading for LaneReader<'_, K, L> {
    fn is_empty(&self) -> bool {
        self.peek().is_none()
    }

    fn hand_over(
        &self,
        stamp: Option<u32>,
        each: &mut dyn FnMut(&[u8]) -> bool,
        drained: &mut Drained,
    ) -> bool {
        // As many as there may be at once: an end, whatever comes meanwhile.
        for _ in 0..K / 8 {
            let Some(record) = self.peek() else { break };
            let own = Header::parse(record).map_or(0, |header| header.stamp);
            if stamp.is_some_and(|stamp| stamp.wrapping_sub(own).cast_signed() < 0) {
                return true;
            }
            if !each(record) {
                return false;
            }
            self.advance(record.len());
            drained.records += 1;
        }
        let Some(lost) = self.gap().filter(|_| stamp.is_none()) else { return true };
        let is_told = each(&note(lost));
        if is_told {
            self.told(lost);
            drained.records += 1;
        }
        is_told
    }
}

/// The backend of these calls: the ring beside the ring.
#[derive(Clone, Copy, Debug)]
struct Unmasked;

/// An application's ring, as these calls see it.
pub trait Aside: Sync {
    /// As [`Beside::claim`].
    fn claim(&self, gate: &'static Gate, bytes: usize) -> Option<Slot>;
    /// # Safety
    /// As [`Beside::commit`].
    unsafe fn commit(&self, used: usize);
}

impl Backend for Unmasked {
    type Layout = Narrow;

    fn reserve(gate: &'static Gate, max: usize) -> Option<Slot> {
        aside().claim(gate, max)
    }

    unsafe fn commit(_slot: Slot, used: usize) {
        // SAFETY: the slot came from `reserve`, and a record of `used` bytes was written there.
        unsafe { aside().commit(used) }
    }

    unsafe fn abandon(_slot: Slot) {
        // SAFETY: the slot came from `reserve`, and nothing of it is to be published.
        unsafe { aside().commit(0) }
    }
}

unsafe extern "Rust" {
    #[link_name = "__hydra_no_unmasked_ring__give_ring_unmasked_bytes"]
    safe fn aside() -> &'static dyn Aside;
}

/// Whether this is an NMI or a HardFault.
#[cfg(all(target_arch = "arm", target_os = "none"))]
#[inline(always)]
fn cannot_be_masked() -> bool {
    let exception: u32;
    // SAFETY: bounds: a register; race: reading it has no effect.
    unsafe {
        core::arch::asm!("mrs {}, IPSR", out(reg) exception, options(nomem, nostack));
    }
    matches!(exception, 2 | 3)
}

/// Nothing tells what this is: the caller has said so.
#[cfg(not(all(target_arch = "arm", target_os = "none")))]
#[inline(always)]
fn cannot_be_masked() -> bool {
    true
}
