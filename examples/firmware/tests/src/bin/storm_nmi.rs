//! NMIs over a main loop and an interrupt, all of which log: 100,000 records in all.
//!
//! The watchdog of QEMU's MPS2 boards is wired to NMI, so that it comes at any instruction, those
//! with interrupts masked too. Those boards run code for a core without compare-and-swap as well,
//! where a call masks interrupts while it claims room.
#![no_std]
#![no_main]

use firmware_board::{entry, failed, passed};
use firmware_tests::{Own, port, storm};
use hydra_log_embedded::{drain, info, ring, unmasked};

ring!(1024, unmasked = 256);

const RECORDS: u32 = 100_000;

static MAIN: Own = Own::new();
static TICK: Own = Own::new();
static NMI: Own = Own::new();
/// NMIs that came while interrupts were masked.
static MASKED: Own = Own::new();

#[cortex_m_rt::exception]
fn SysTick() {
    info!("tick {}", TICK.next());
}

#[cortex_m_rt::exception]
unsafe fn NonMaskableInt() {
    storm::acknowledge_watchdog();
    if cortex_m::register::primask::read().is_inactive() {
        MASKED.next();
    }
    unmasked::info!("nmi {}", NMI.next());
}

fn produced() -> u32 {
    MAIN.count() + TICK.count() + NMI.count()
}

#[entry]
fn main() -> ! {
    let mut port = port();
    storm::start_sys_tick(40);
    storm::start_watchdog(17);
    while produced() < RECORDS {
        let number = MAIN.next();
        info!("main {number}");
        // Every now and then so late that both rings run full.
        if number % 4 == 0 && number % 512 < 400 {
            drain(&mut port);
        }
    }
    storm::stop_watchdog();
    cortex_m::interrupt::disable();
    drain(&mut port);
    // Where nothing is masked there is nothing to hit.
    if MASKED.count() < 1000 && !cfg!(target_has_atomic = "ptr") {
        failed();
    }
    let (main, tick, nmi) = (MAIN.count(), TICK.count(), NMI.count());
    info!("produced main {main} tick {tick} nmi {nmi}");
    drain(&mut port);
    passed()
}
