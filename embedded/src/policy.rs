//! What a full ring does.

use crate::__private::Store;

/// What happens when a record finds no room. Chosen in [`ring!`](crate::ring).
///
/// Whatever it is: losses are counted by level and told of in place.
pub trait Policy: sealed::Sealed {
    /// Whether room is kept for warnings and errors.
    #[doc(hidden)]
    const KEEPS_ROOM: bool;

    /// Makes room, if it can: whether the claim is worth another try.
    #[doc(hidden)]
    fn make_room(store: &dyn Store, bytes: usize) -> bool;
}

/// The new record is lost: what comes first is kept. The last sixteenth of the ring, or 64 bytes,
/// is kept for warnings and errors.
#[derive(Clone, Copy, Debug)]
pub struct DropNewest;

/// The oldest records are lost: what comes last is kept, warnings and errors included.
///
/// The call itself does it, unless it interrupted the drain: then its own record is lost.
#[derive(Clone, Copy, Debug)]
pub struct KeepNewest;

mod sealed {
    #[expect(unnameable_types, reason = "seals `Policy`")]
    pub trait Sealed {}
    impl Sealed for super::DropNewest {}
    impl Sealed for super::KeepNewest {}
}

impl Policy for DropNewest {
    const KEEPS_ROOM: bool = true;

    #[inline]
    fn make_room(_store: &dyn Store, _bytes: usize) -> bool {
        false
    }
}

impl Policy for KeepNewest {
    const KEEPS_ROOM: bool = false;

    fn make_room(store: &dyn Store, bytes: usize) -> bool {
        store.evict(bytes)
    }
}
