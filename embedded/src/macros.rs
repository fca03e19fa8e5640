//! The macros: the ring's, and the log calls'.

/// Gives the application its ring: once in a program, at the top level of a module.
///
/// The bytes are those of records, spill and map together; control words take 40 more. Good sizes
/// are a power of two, an eighth of it, and 128 or more for spill (1280 for 1 KiB of records); no
/// record is longer than the spill and 8 bytes.
///
/// ```
/// use hydra_log_embedded::policy::KeepNewest;
/// use hydra_log_embedded::clock::NoClock;
///
/// hydra_log_embedded::ring!(1280, policy = KeepNewest, clock = NoClock);
/// ```
///
/// Where there is no compare-and-swap, a call masks interrupts while it claims room, and an NMI or
/// a HardFault comes all the same. `unmasked = 256` gives them so many bytes of their own, beside
/// the ring's: see [`unmasked`](crate::unmasked).
///
/// Without a policy, what comes first is kept ([`DropNewest`](crate::policy::DropNewest)); without
/// a clock, stamps are zero ([`NoClock`](crate::clock::NoClock)).
///
/// ```compile_fail
/// hydra_log_embedded::ring!(48); // a ring takes at least 64 bytes
/// ```
///
/// A program has one ring. Two of them are one symbol twice, which is an error of the compiler in
/// one crate, and one of the linker in two:
///
/// ```compile_fail
/// hydra_log_embedded::ring!(256);
/// hydra_log_embedded::ring!(512);
/// // symbol `__hydra_a_program_has_one_ring__remove_the_other` is already defined
/// ```
#[macro_export]
macro_rules! ring {
    // ring!(1024, policy = KeepNewest, clock = Timer, unmasked = 256)
    (
        $bytes:expr $(, policy = $policy:ty)? $(, clock = $clock:ty)?
        $(, unmasked = $unmasked:expr)? $(,)?
    ) => {
        const _: () = {
            // Nothing but a name, which a second ring would define once more.
            #[unsafe(export_name = "__hydra_a_program_has_one_ring__remove_the_other")]
            static ONLY: () = ();

            const SIZES: $crate::__private::Geometry = $crate::__private::Geometry::of($bytes);
            type Logger = $crate::__private::Logger<
                { SIZES.capacity },
                { SIZES.entries },
                { SIZES.longs },
                $crate::__first!($($policy,)? $crate::policy::DropNewest),
                $crate::__first!($($clock,)? $crate::clock::NoClock),
                $crate::__first!($($crate::__unmasked!($unmasked),)? ()),
            >;
            static LOGGER: Logger = Logger::new();
            $(
                #[unsafe(export_name = "__hydra_no_unmasked_ring__give_ring_unmasked_bytes")]
                fn unmasked() -> &'static dyn $crate::__private::Aside {
                    let _bytes: usize = $unmasked;
                    &LOGGER
                }
            )?

            #[inline]
            #[unsafe(export_name = "__hydra_no_ring__put_ring_into_the_application")]
            fn claim(bytes: usize) -> $crate::__private::Returned {
                LOGGER.claim(bytes)
            }

            #[unsafe(export_name = "__hydra_no_ring__claim_slowly")]
            fn claim_slowly(
                gate: &'static $crate::__private::Gate,
                bytes: usize,
            ) -> $crate::__private::Returned {
                LOGGER.claim_slowly(gate, bytes)
            }

            #[inline]
            #[unsafe(export_name = "__hydra_no_ring__commit")]
            unsafe fn commit(
                ring: *const (),
                at: ::core::ptr::NonNull<u8>,
                bytes: usize,
                used: usize,
            ) {
                // SAFETY: the caller's promise is passed on.
                unsafe { Logger::commit(ring, at, bytes, used) }
            }

            #[inline]
            #[unsafe(export_name = "__hydra_no_ring__longest")]
            fn longest() -> usize {
                LOGGER.longest()
            }

            #[unsafe(export_name = "__hydra_no_ring__store")]
            fn store() -> &'static dyn $crate::__private::Store {
                &LOGGER
            }
        };
    };
}

/// Gives the application a ring for each depth of nesting, instead of [`ring!`]: for one core
/// without compare-and-swap on which not even a claim may be masked.
///
/// A call takes the ring of its depth, which is 0 where it interrupts no other one. There are to be
/// as many as priorities that log, NMI and HardFault among them, which log by the ordinary macros.
/// The bytes are those of each ring; control words take 72 more. A record that finds its ring full
/// is lost, as is one that is nested deeper: counted, and told of where all rings were found empty.
/// The drain merges by stamps, so a clock is wanted.
///
/// Threads of an RTOS that preempt one another do not nest, nor do two cores: use [`ring!`] there.
///
/// ```
/// use hydra_log_embedded::{info, rings, take};
/// # use hydra_log_embedded::clock::NoClock;
/// rings!(256, nesting = 4, clock = NoClock);
///
/// # hydra_log_embedded::switch_all(hydra_log_embedded::LevelFilter::Trace);
/// info!("adc {}", 7);
/// assert_eq!(take(|_| ()).records, 1);
/// ```
#[macro_export]
macro_rules! rings {
    // rings!(256, nesting = 4, clock = Timer)
    ($bytes:expr, nesting = $nesting:expr, clock = $clock:ty $(,)?) => {
        const _: () = {
            #[unsafe(export_name = "__hydra_a_program_has_one_ring__remove_the_other")]
            static ONLY: () = ();

            static RINGS: $crate::__private::Nest<
                { $crate::__private::Geometry::of($bytes).capacity },
                { $bytes / 8 },
                { $nesting },
                $clock,
            > = $crate::__private::Nest::new();

            #[inline]
            #[unsafe(export_name = "__hydra_no_ring__put_ring_into_the_application")]
            fn claim(bytes: usize) -> $crate::__private::Returned {
                RINGS.claim(bytes)
            }

            #[unsafe(export_name = "__hydra_no_ring__claim_slowly")]
            fn claim_slowly(
                gate: &'static $crate::__private::Gate,
                bytes: usize,
            ) -> $crate::__private::Returned {
                RINGS.claim_slowly(gate, bytes)
            }

            #[inline]
            #[unsafe(export_name = "__hydra_no_ring__commit")]
            unsafe fn commit(
                lane: *const (),
                _at: ::core::ptr::NonNull<u8>,
                _bytes: usize,
                used: usize,
            ) {
                // SAFETY: the caller's promise is passed on.
                unsafe { RINGS.commit(lane, used) }
            }

            #[inline]
            #[unsafe(export_name = "__hydra_no_ring__longest")]
            fn longest() -> usize {
                RINGS.longest()
            }

            #[unsafe(export_name = "__hydra_no_ring__store")]
            fn store() -> &'static dyn $crate::__private::Store {
                &RINGS
            }
        };
    };
}

/// The first type of a list: what was chosen, or what stands behind it.
#[doc(hidden)]
#[macro_export]
macro_rules! __first {
    // __first!(Chosen, Default)
    ($first:ty $(, $rest:ty)?) => {
        $first
    };
}

/// The type of a ring of so many bytes beside the ring.
#[doc(hidden)]
#[macro_export]
macro_rules! __unmasked {
    // __unmasked!(256)
    ($bytes:expr) => {
        $crate::__private::Lane<
            { $crate::__private::Geometry::of($bytes).capacity },
            { $bytes / 8 },
        >
    };
}

/// Logs an error: a failure that somebody should look at.
///
/// The grammar is [`event!`](crate::event)'s.
#[macro_export]
macro_rules! error {
    // error!("order {order} refused: {reason}")
    ($($call:tt)*) => { $crate::__private::macros::event!([$crate Error] $($call)*) };
}

/// Logs a warning: something that may become a failure.
///
/// The grammar is [`event!`](crate::event)'s.
#[macro_export]
macro_rules! warn {
    // warn!(supply = millivolts, "brown-out")
    ($($call:tt)*) => { $crate::__private::macros::event!([$crate Warn] $($call)*) };
}

/// Logs what the program does.
///
/// The grammar is [`event!`](crate::event)'s.
#[macro_export]
macro_rules! info {
    // info!("adc {adc} at {t:?}")
    ($($call:tt)*) => { $crate::__private::macros::event!([$crate Info] $($call)*) };
}

/// Logs what helps to find a bug.
///
/// The grammar is [`event!`](crate::event)'s.
#[macro_export]
macro_rules! debug {
    // debug!(?state, "retrying")
    ($($call:tt)*) => { $crate::__private::macros::event!([$crate Debug] $($call)*) };
}

/// Logs everything else.
///
/// The grammar is [`event!`](crate::event)'s.
#[macro_export]
macro_rules! trace {
    // trace!("packet {packet:02x?}")
    ($($call:tt)*) => { $crate::__private::macros::event!([$crate Trace] $($call)*) };
}

/// Logs at a level that is named: the grammar of `hydra_log_core::event!`, and so of a server.
///
/// A level that is a constant of your own (and not `Level::Warn` as it stands) counts as `Info`
/// where a full ring has to know it.
///
/// ```
/// use hydra_log_embedded::{Level, event};
/// # hydra_log_embedded::ring!(256);
/// # let (adc, volts) = (7, 3.3_f32);
/// event!(Level::Info, volts, "adc {adc:#06x}");
/// ```
#[macro_export]
macro_rules! event {
    // event!(Level::Info, "served {path}", bytes = 4096)
    ($($call:tt)*) => { $crate::__private::macros::event!([$crate] $($call)*) };
}

/// Whether a call at this place, with this level, would be on.
#[macro_export]
macro_rules! log_enabled {
    // log_enabled!(Level::Trace)
    ($($call:tt)*) => { $crate::__private::macros::enabled!([$crate] $($call)*) };
}
