//! Bugs that can be planted on purpose, to show that the models notice them.
//!
//! A build that ships has none of this: there `planted` is constant `false`. In a model or in an
//! interrupt harness one bug is switched on at run time, and some check has to fail; see
//! `docs/verification.md`.

use core::sync::atomic::Ordering;

macro_rules! seeds {
    ($($(#[$meta:meta])* $name:ident: $text:literal,)*) => {
        /// One bug that a test may plant.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum Seed {
            $(#[doc = $text] $name,)*
        }

        impl Seed {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// What the bug is.
            #[must_use]
            pub const fn text(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)*
                }
            }
        }
    };
}

seeds! {
    SpscTailPublish: "spsc: tail published with Relaxed",
    SpscTailRead: "spsc: tail read with Relaxed",
    SpscHeadRelease: "spsc: head released with Relaxed",
    SpscHeadRead: "spsc: head read with Relaxed",
    SpscMarkClear: "spsc: in-flight mark cleared with Relaxed",
    SpscMarkRead: "spsc: in-flight mark read with Relaxed",
    SpscLossCount: "spsc: loss counted with Relaxed",
    SpscLossRead: "spsc: losses read with Relaxed",
    RingClose: "registry: ring closed with Relaxed",
    RingClosed: "registry: closed state read with Relaxed",
    RingRetire: "registry: ring freed with Relaxed",
    RingReuse: "registry: free ring taken with Relaxed",
    RegistryJoin: "registry: ring joined with Relaxed",
    RegistryWalk: "registry: list walked with Relaxed",
    TokenTake: "token: taken with Relaxed",
    TokenRelease: "token: given back with Relaxed",
    FlushRequest: "flush: requested with Relaxed",
    FlushPending: "flush: request read with Relaxed",
    FlushDone: "flush: acknowledged with Relaxed",
    FlushCheck: "flush: acknowledgement read with Relaxed",
    MpscHeadRelease: "mpsc: head released with Relaxed",
    MpscHeadRead: "mpsc: head read with Relaxed",
    MpscCommit: "mpsc: committed with Relaxed",
    MpscMapRead: "mpsc: map read with Relaxed",
    SpscPublishFirst: "spsc: tail published before the bytes are written",
    SpscReleaseFirst: "spsc: head released before the bytes are read",
    SpscFullByOne: "spsc: one granule too many counted as free",
    SpscMarkLast: "spsc: drain reads the mark after the tail",
    SpscClosedLast: "spsc: drain reads the closed state after the tail",
    SpscMarkIgnored: "spsc: a call inside a call goes on",
    SpscCountLast: "spsc: record counted after it is published",
    MpscCommitFirst: "mpsc: committed before the bytes are written",
    MpscFreeFirst: "mpsc: head released before the map entry is cleared",
    MpscNoClear: "mpsc: map entry not cleared",
    MpscFullByOne: "mpsc: one granule too many counted as free",
    MpscClaimByStore: "mpsc: claim by load and store",
    SmallClaimByStore: "mpsc, in one attempt: claim by load and store",
    MpscNoGuard: "mpsc: no guard against a head that moved",
    MpscTailFirst: "mpsc: tail read before head, without the guard",
    MpscFrontFirst: "mpsc: front of a shortened grant committed before its rest is marked",
    MpscDropUnmarked: "mpsc: dropped grant not marked",
    MpscHoleSkipped: "mpsc: reader steps over a claim that is not committed",
    SectionRemoved: "mpsc without compare-and-swap: claim outside the critical section",
    SectionFullByOne: "mpsc without compare-and-swap: one granule too many counted as free",
    SectionLoad: "section: loaded with Relaxed",
    SectionStore: "section: stored with Relaxed",
    ReuseUnchecked: "registry: ring reused without asking whether it is free",
    RetireOpen: "registry: ring freed without asking whether it is closed",
    RetireFull: "registry: ring freed with records in it",
    ReuseForgets: "registry: counters start again when a ring is reused",
    JoinByStore: "registry: ring joined by load and store",
    TokenByStore: "token: taken by load and store",
    SpoolEndPublish: "spool: end published with Relaxed",
    SpoolEndRead: "spool: end read with Relaxed",
    SpoolAtRelease: "spool: reader's place released with Relaxed",
    SpoolPushBusy: "spool: reader pushed on while it copies",
    SpoolAtPush: "spool: reader pushed on with Relaxed",
    SpoolAtRead: "spool: reader's place read with Relaxed",
    EpochBump: "registry: epoch bumped with Relaxed",
    EpochRead: "registry: epoch read with Relaxed",
    EpochFirst: "registry: epoch bumped before the ring is taken",
    Stop: "registry: stop raised with Relaxed",
    StopSeen: "registry: stop read with Relaxed",
    RestCall: "rest: called with Relaxed",
    RestHeard: "rest: a call heard with Relaxed",
    RestCallMissed: "rest: sleeps without looking whether it was called",
    RestCallByLook: "rest: calls only who looks asleep",
    BackendInstall: "backend: installed with Relaxed",
    BackendRead: "backend: read with Relaxed",
    FlushEarly: "flush: acknowledges what was requested during the pass",
}

/// The ordering given, or `Relaxed` when its bug is planted.
#[inline(always)]
pub(crate) fn weakened(seed: Seed, order: Ordering) -> Ordering {
    if crate::sync::planted(seed) { crate::ord::none() } else { order }
}
