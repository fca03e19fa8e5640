//! Four contexts that log: a main loop and three interrupts over it, 100,000 records in all.
//!
//! Each context numbers its records. The last record says how many each one made, so that the host
//! can add up: what arrived, and what the stream says was lost.

use firmware_board::{entry, passed};
use firmware_tests::{Own, port, storm};
use hydra_log_embedded::{drain, info};

const RECORDS: u32 = 100_000;

static MAIN: Own = Own::new();
static TICK: Own = Own::new();
static HIGH: Own = Own::new();
static LOW: Own = Own::new();

#[cortex_m_rt::exception]
fn SysTick() {
    info!("tick {}", TICK.next());
}

#[cortex_m_rt::exception]
unsafe fn DefaultHandler(line: i16) {
    storm::acknowledge(line);
    match line == storm::TIMER_LINES[0] {
        true => info!("high {}", HIGH.next()),
        false => info!("low {}", LOW.next()),
    }
}

fn produced() -> u32 {
    MAIN.count() + TICK.count() + HIGH.count() + LOW.count()
}

#[entry]
fn main() -> ! {
    let mut port = port();
    storm::start(40, [31, 53]);
    while produced() < RECORDS {
        let number = MAIN.next();
        info!("main {number}");
        // Most of the time often enough; every now and then so late that the ring runs full.
        if super::DRAINS && number % 4 == 0 && number % 512 < 400 {
            drain(&mut port);
        }
    }
    cortex_m::interrupt::disable();
    drain(&mut port);
    let (main, tick, high, low) = (MAIN.count(), TICK.count(), HIGH.count(), LOW.count());
    info!("produced main {main} tick {tick} high {high} low {low}");
    drain(&mut port);
    passed()
}
