//! embassy-time's clock stamps records, at the rate of the driver.
#![cfg(feature = "embassy-time")]

use core::task::Waker;

use hydra_log_embedded::clock::{EmbassyTime, Ticks as _};
use hydra_log_embedded::{info, ring, take};

/// Has counted beyond 32 bits.
struct Driver;

const TICKS: u64 = (5 << 32) + 0x1234_5678;

impl embassy_time_driver::Driver for Driver {
    fn now(&self) -> u64 {
        TICKS
    }

    fn schedule_wake(&self, _at: u64, _waker: &Waker) {}
}

embassy_time_driver::time_driver_impl!(static DRIVER: Driver = Driver);

ring!(256, clock = EmbassyTime);

#[test]
fn a_stamp_is_the_low_half_of_the_drivers_ticks() {
    assert_eq!(u64::from(EmbassyTime::HERTZ), embassy_time_driver::TICK_HZ);
    hydra_log_embedded::switch_all(hydra_log_embedded::LevelFilter::Trace);
    info!("stamped");
    let mut stamps = Vec::new();
    take(|record| stamps.extend(record.get(4..8).map(<[u8]>::to_vec)));
    assert_eq!(stamps, [0x1234_5678_u32.to_le_bytes()]);
}
