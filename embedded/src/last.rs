//! Last words: what a panic or a fault says, and everything that was logged before it.
#![expect(unsafe_code, reason = "takes the ring from contexts that never go on")]

use crate::{Outlet, Port, Through, drain_last, event};
use core::panic::PanicInfo;
use hydra_log_core::Level;

/// Says where last words go, once in a program: [`panicked`] and [`faulted`] write to this
/// [`Port`], and then run the hook, which never returns. Without one the core stays in a loop.
///
/// ```
/// # struct Uart;
/// # impl hydra_log_embedded::Port for Uart { fn write(_: &[u8]) -> bool { true } }
/// # fn reset() -> ! { loop {} }
/// hydra_log_embedded::ring!(352);
/// hydra_log_embedded::last_words!(Uart, then = reset);
/// ```
///
/// Twice is one symbol twice, which is not compiled or not linked:
///
/// ```compile_fail
/// # struct Uart;
/// # impl hydra_log_embedded::Port for Uart { fn write(_: &[u8]) -> bool { true } }
/// hydra_log_embedded::ring!(352);
/// hydra_log_embedded::last_words!(Uart);
/// hydra_log_embedded::last_words!(Uart);
/// // symbol `__hydra_a_program_has_one_last_words__remove_the_other` is already defined
/// ```
#[macro_export]
macro_rules! last_words {
    // last_words!(Uart)
    ($port:ty $(,)?) => {
        $crate::last_words!($port, then = $crate::__private::stay);
    };
    // last_words!(Uart, then = reset)
    ($port:ty, then = $hook:expr $(,)?) => {
        const _: () = {
            #[unsafe(export_name = "__hydra_a_program_has_one_last_words__remove_the_other")]
            static ONLY: () = ();

            #[unsafe(export_name = "__hydra_no_port__put_last_words_into_the_application")]
            fn write_out() {
                $crate::__private::write_out::<$port>()
            }

            #[unsafe(export_name = "__hydra_no_port__hook")]
            fn hook() -> ! {
                let hook: fn() -> ! = $hook;
                hook()
            }
        };
    };
}

/// Makes a HardFault of a Cortex-M say its [last words](crate::last_words). The application uses
/// the crate `cortex-m-rt`.
///
/// ```ignore
/// hydra_log_embedded::last_words!(Uart);
/// hydra_log_embedded::hard_fault!();
/// ```
#[macro_export]
macro_rules! hard_fault {
    // hard_fault!()
    () => {
        #[cortex_m_rt::exception]
        unsafe fn HardFault(frame: &cortex_m_rt::ExceptionFrame) -> ! {
            $crate::faulted(frame.pc(), frame.lr())
        }
    };
}

/// What a panic does: logs where it was and its message, after everything that was logged before,
/// writes all of it to the port of [`last_words!`](crate::last_words), and runs the hook.
///
/// Records that are not complete are stepped over; no interrupt is let through any more. It takes
/// as long as the port takes for one ring. With the feature `panic_handler` this is the panic
/// handler; an application with one of its own calls it there. Where other cores go on running the
/// application stops them first.
///
/// ```ignore
/// #[panic_handler]
/// fn panic(info: &core::panic::PanicInfo<'_>) -> ! {
///     stop_other_core();
///     hydra_log_embedded::panicked(info)
/// }
/// ```
pub fn panicked(info: &PanicInfo<'_>) -> ! {
    mask();
    // First what there is, so that the ring has room.
    write_everything();
    let (file, line, column) = info
        .location()
        .map_or(("unknown", 0, 0), |place| (place.file(), place.line(), place.column()));
    let message = info.message();
    event!(target: "panic", Level::Error, "panicked at {file}:{line}:{column}: {message}");
    write_everything();
    hook()
}

/// As [`panicked`], for a fault, at an address and with the return address of its function.
pub fn faulted(at: u32, link: u32) -> ! {
    mask();
    write_everything();
    event!(target: "fault", Level::Error, "fault at {at:#010x}, return to {link:#010x}");
    write_everything();
    hook()
}

/// Everything of the ring, to the port.
pub(crate) fn write_to<P: Port>() {
    // SAFETY: called by functions that never return and have masked interrupts, so no context that
    // was interrupted goes on; other cores are stopped, as the caller was told.
    let _ = unsafe { drain_last(&mut Outlet::new(Through::<P>::new())) };
}

#[cfg(all(feature = "panic_handler", target_os = "none"))]
#[panic_handler]
fn on_panic(info: &PanicInfo<'_>) -> ! {
    panicked(info)
}

unsafe extern "Rust" {
    #[link_name = "__hydra_no_port__put_last_words_into_the_application"]
    safe fn write_everything();
    #[link_name = "__hydra_no_port__hook"]
    safe fn hook() -> !;
}

/// Lets no interrupt through any more.
fn mask() {
    #[cfg(all(target_arch = "arm", target_os = "none"))]
    // SAFETY: bounds: no memory; race: only fewer contexts run.
    unsafe {
        core::arch::asm!("cpsid i", options(nostack, preserves_flags));
    }
    #[cfg(all(target_arch = "riscv32", target_os = "none"))]
    // SAFETY: bounds: no memory; race: only fewer contexts run.
    unsafe {
        core::arch::asm!("csrci mstatus, 8", options(nostack));
    }
}
