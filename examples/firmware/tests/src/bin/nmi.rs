//! One call between two marks. A debugger asks for an NMI after each of its instructions: both
//! records have to come out, whole.
#![no_std]
#![no_main]

use core::hint::black_box;

use firmware_board::{entry, mark, passed};
use firmware_tests::{HostWord, port};
use hydra_log_embedded::{drain, info, ring, unmasked};

ring!(1024, unmasked = 128);

static NMIS: HostWord = HostWord::new();

#[cortex_m_rt::exception]
unsafe fn NonMaskableInt() {
    NMIS.set(NMIS.get() + 1);
    unmasked::warn!("nmi {}", NMIS.get());
}

#[inline(never)]
fn call(x: u32) {
    info!("call {x}");
}

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
