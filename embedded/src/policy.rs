//! What a full ring does.

use crate::__private::Store;
use crate::frame;
use crate::port::{Port, Through};
use crate::{Outlet, Outlets as _};
use core::marker::PhantomData;

/// What happens when a record finds no room. Chosen in [`ring!`](crate::ring).
///
/// Whatever it is: losses are counted by level and told of in place, and the last sixteenth of the
/// ring, at least 64 bytes of it (32 for [`KeepNewest`]), has room for warnings and errors when
/// there is none for others. Rings below 128 bytes keep no room.
pub trait Policy: sealed::Sealed {
    /// Whether the oldest records are dropped for it.
    #[doc(hidden)]
    const EVICTS: bool;

    /// Makes room, if it can: whether the claim is worth another try.
    #[doc(hidden)]
    fn make_room(store: &dyn Store, bytes: usize) -> bool;
}

/// The new record is lost: what comes first is kept.
#[derive(Clone, Copy, Debug)]
pub struct DropNewest;

/// The oldest records are lost: what comes last is kept, warnings and errors included.
///
/// The call itself does it, unless it interrupted the drain: then its own record is lost.
#[derive(Clone, Copy, Debug)]
pub struct KeepNewest;

/// The oldest records are written out by the call that finds no room, until its own fits: for a
/// program without an idle loop.
///
/// The call takes as long as the port does. It waits for no context: where it interrupted the
/// drain, another call that writes out, or the call whose record is the oldest, its own record is
/// lost.
///
/// ```
/// use hydra_log_embedded::{Port, policy::Direct, ring};
///
/// struct Uart;
/// impl Port for Uart {
///     fn write(bytes: &[u8]) -> bool {
///         # let _ = bytes;
///         true
///     }
/// }
/// ring!(352, policy = Direct<Uart>);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Direct<P>(PhantomData<fn() -> P>);

mod sealed {
    #[expect(unnameable_types, reason = "seals `Policy`")]
    pub trait Sealed {}
    impl Sealed for super::DropNewest {}
    impl Sealed for super::KeepNewest {}
    impl<P> Sealed for super::Direct<P> {}
}

impl Policy for DropNewest {
    const EVICTS: bool = false;

    #[inline]
    fn make_room(_store: &dyn Store, _bytes: usize) -> bool {
        false
    }
}

impl Policy for KeepNewest {
    const EVICTS: bool = true;

    fn make_room(store: &dyn Store, bytes: usize) -> bool {
        store.evict(bytes)
    }
}

impl<P: Port> Policy for Direct<P> {
    const EVICTS: bool = false;

    fn make_room(store: &dyn Store, bytes: usize) -> bool {
        let mut outlet = Outlet::new(Through::<P>::new());
        let mut freed = 0;
        store.take(frame::PAYLOAD_MAX, &mut |records| {
            let is_taken = freed < bytes && outlet.offer(records);
            freed += if is_taken { records.len() } else { 0 };
            is_taken
        });
        freed > 0
    }
}
