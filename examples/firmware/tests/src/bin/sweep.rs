//! One call between two marks. A debugger leaves it after each of its instructions, for a panic or
//! a fault: what was logged before has to come out, and the last words.
#![no_std]
#![no_main]

use core::hint::black_box;

use firmware_board::{entry, mark, passed};
use firmware_tests::port;
use hydra_log_embedded::{drain, hard_fault, info, ring};

ring!(1024);

#[inline(never)]
fn call(x: u32) {
    info!("call {x}");
}

/// Where the debugger goes for a panic.
#[unsafe(no_mangle)]
extern "C" fn sweep_panic() -> ! {
    panic!("left the call")
}

/// Where the debugger goes for a fault.
#[unsafe(no_mangle)]
extern "C" fn sweep_fault() -> ! {
    // SAFETY: an instruction that no core knows, which is a fault and does nothing else.
    unsafe { core::arch::asm!("udf #0", options(noreturn)) }
}

#[used]
static WAYS_OUT: [extern "C" fn() -> !; 2] = [sweep_panic, sweep_fault];

hard_fault!();

#[entry]
fn main() -> ! {
    for number in 0..3_u32 {
        info!("before {number}");
    }
    let x = black_box(7);
    mark::begin();
    call(x);
    mark::end();
    info!("after");
    drain(&mut port());
    passed()
}
