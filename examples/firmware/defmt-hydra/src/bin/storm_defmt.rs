//! Interrupts over a main loop, all by defmt's calls: 100,000 frames from four contexts.
#![no_std]
#![no_main]

use defmt::info;
use firmware_board::{entry, passed};
use firmware_tests::{Own, SerialSink, storm};
use hydra_log_embedded::defmt::{Defmt, drain_frames};
use hydra_log_embedded::{Outlet, defmt_ring};

defmt_ring!(1408, frame = 32, nesting = 4);

const RECORDS: u32 = 100_000;

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
    MAIN.count() + TICK.count() + HIGH.count() + LOW.count()
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
    let (main, tick, high, low) = (MAIN.count(), TICK.count(), HIGH.count(), LOW.count());
    info!("produced main {=u32} tick {=u32} high {=u32} low {=u32}", main, tick, high, low);
    drain_frames(&mut port);
    passed()
}
