//! A defmt application as it is found: one logger crate, one panic crate, and `defmt::info!`.
#![no_std]
#![no_main]

use cortex_m_rt::entry;
use defmt::{Format, debug, error, info, trace, warn};
use defmt_rtt as _;
use panic_probe as _;

#[derive(Format)]
struct Reading {
    channel: u8,
    millivolts: i16,
    is_valid: bool,
}

#[derive(Format)]
enum State {
    Idle,
    Running { since_ms: u32 },
}

#[entry]
fn main() -> ! {
    info!("hello");
    debug!("number {=u32}, negative {=i32}, hex {=u8:#04x}", 305_419_896, -7, 0xab);
    warn!("text {=str}, bytes {=[u8]:x}", "héllo", [1, 2, 254]);
    error!("float {=f32}, flag {=bool}, wide {=u64}", 1.5, true, u64::MAX);
    info!("{}", Reading { channel: 3, millivolts: -120, is_valid: true });
    for state in [State::Idle, State::Running { since_ms: 1500 }] {
        trace!("state {}", state);
    }
    for round in 0..100_u32 {
        info!("round {=u32}", round);
    }
    info!("done");
    // Gives the host's side the time to take everything, as a real program would go on running.
    defmt::flush();
    semihosting::process::exit(0)
}
