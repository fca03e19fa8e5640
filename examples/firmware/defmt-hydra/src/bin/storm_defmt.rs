//! Interrupts over a main loop, all by defmt's calls: 100,000 frames from four contexts.
#![no_std]
#![no_main]

use core::cell::Cell;

use defmt::info;
use firmware_board::{entry, passed};
use firmware_tests::{SerialSink, storm};
use hydra_log_embedded::defmt::{Defmt, drain_frames};
use hydra_log_embedded::{Outlet, defmt_ring};

defmt_ring!(1408, frame = 32, nesting = 4);

const RECORDS: u32 = 100_000;

/// A number that one context alone writes.
struct Own(Cell<u32>);

// SAFETY: each has one context that writes it; who reads it elsewhere runs when that one can't.
unsafe impl Sync for Own {}

impl Own {
    const fn new() -> Self {
        Self(Cell::new(0))
    }

    fn next(&self) -> u32 {
        let number = self.0.get();
        self.0.set(number + 1);
        number
    }
}

static MAIN: Own = Own::new();
static TICK: Own = Own::new();
static HIGH: Own = Own::new();
static LOW: Own = Own::new();

#[cortex_m_rt::exception]
fn SysTick() {
    info!("tick {=u32}", TICK.next());
}

#[cortex_m_rt::exception]
unsafe fn DefaultHandler(line: i16) {
    storm::acknowledge(line);
    match line == storm::TIMER_LINES[0] {
        true => info!("high {=u32}", HIGH.next()),
        false => info!("low {=u32}", LOW.next()),
    }
}

fn produced() -> u32 {
    MAIN.0.get() + TICK.0.get() + HIGH.0.get() + LOW.0.get()
}

#[entry]
fn main() -> ! {
    let mut port = Outlet::new(Defmt::<_, 128>::new(SerialSink::default()));
    storm::start(400, [310, 530]);
    while produced() < RECORDS {
        let number = MAIN.next();
        info!("main {=u32}", number);
        // Most of the time often enough; every now and then so late that the ring runs full.
        if number % 4 == 0 && number % 512 < 400 {
            drain_frames(&mut port);
        }
    }
    cortex_m::interrupt::disable();
    drain_frames(&mut port);
    let (main, tick, high, low) = (MAIN.0.get(), TICK.0.get(), HIGH.0.get(), LOW.0.get());
    info!("produced main {=u32} tick {=u32} high {=u32} low {=u32}", main, tick, high, low);
    drain_frames(&mut port);
    passed()
}
