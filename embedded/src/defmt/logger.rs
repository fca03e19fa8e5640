//! The macro that makes the ring defmt's logger.

/// Gives the application its [`ring!`](crate::ring), and makes that defmt's logger too: once in a
/// program, instead of `ring!` and of any other logger for defmt.
///
/// * `frame`: the most bytes that a call of defmt's gives, before they are encoded: 2, the time
///   stamp's and the arguments'. A longer one is lost and counted.
/// * `nesting`: how many calls may be under way on a core: one more than there are priorities of
///   interrupts that log. One more than that is lost and counted.
/// * `cores`: how many cores log, and a function that tells which one it is called on, from 0.
/// * `section = true`: each call runs in the critical section. For an RTOS whose threads preempt
///   one another, which do not end in the reverse order of their beginnings as interrupts do;
///   nothing is masked otherwise where there is compare-and-swap.
/// * `flush`: a function for `defmt::flush`, which does nothing otherwise.
/// * Behind a semicolon: what [`ring!`](crate::ring) takes behind its bytes.
///
/// Whether the ring holds so many frames is checked when the application is compiled.
///
/// ```ignore
/// hydra_log_embedded::defmt_ring!(1408, frame = 64, nesting = 4);
/// hydra_log_embedded::defmt_ring!(2816, frame = 64, nesting = 4, cores = 2 by core_number;
///     policy = KeepNewest, clock = Timer);
/// ```
#[macro_export]
macro_rules! defmt_ring {
    // defmt_ring!(1408, frame = 64, nesting = 4)
    (
        $bytes:expr, frame = $frame:expr, nesting = $nesting:expr
        $(, cores = $cores:literal by $core:path)? $(, section = $section:literal)?
        $(, flush = $flush:path)? $(; $($ring:tt)*)?
    ) => {
        $crate::ring!($bytes $(, $($ring)*)?);
        const _: () = {
            const CORES: usize = 1 $(- 1 + $cores)?;
            const FITS: () = $crate::defmt::check($bytes, $frame, $nesting * CORES);
            static FRAMES: $crate::defmt::Frames<{ $frame }, { $nesting }, CORES> = {
                let () = FITS;
                $crate::defmt::Frames::new()
            };

            #[unsafe(export_name = "__hydra_no_frames__put_defmt_ring_into_the_application")]
            fn hydra_nested() -> &'static dyn $crate::defmt::Nested {
                &FRAMES
            }

            #[inline(always)]
            fn hydra_core() -> usize {
                0 $(+ $core())?
            }

            #[unsafe(export_name = "__hydra_no_frames__core")]
            fn hydra_core_number() -> usize {
                hydra_core()
            }

            // What `defmt::global_logger` would make of a type: these four, by their names.
            const IN_SECTION: bool = false $(|| $section)?;
            static HELD: $crate::defmt::Held = $crate::defmt::Held::new();

            #[unsafe(export_name = "_defmt_acquire")]
            fn hydra_acquire() {
                if IN_SECTION {
                    HELD.begin();
                }
                FRAMES.acquire(hydra_core())
            }

            #[unsafe(export_name = "_defmt_write")]
            fn hydra_write(bytes: &[u8]) {
                FRAMES.write(hydra_core(), bytes)
            }

            #[unsafe(export_name = "_defmt_release")]
            fn hydra_release() {
                FRAMES.release(hydra_core());
                if IN_SECTION {
                    HELD.end();
                }
            }

            #[unsafe(export_name = "_defmt_flush")]
            fn hydra_flush() {
                $($flush();)?
            }
        };
    };
}
