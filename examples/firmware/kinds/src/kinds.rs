//! Calls with every kind of argument, as a library makes them: it knows `hydra-log-core` alone.
//!
//! The same source for microcontrollers and for a server: what is decoded is to be the same.

use core::time::Duration;

use hydra_log_core::{Record, debug, error, info, trace, warn};

/// Stored as its fields.
#[derive(Debug, Record)]
struct Reading {
    channel: u8,
    millivolts: i16,
    is_valid: bool,
}

/// Rendered by its own `Display`.
struct Celsius(i32);

impl core::fmt::Display for Celsius {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{}.{} °C", self.0 / 10, self.0 % 10)
    }
}

/// Each kind once, at each level.
pub fn log_all_kinds() {
    info!("hello");
    trace!("unsigned {} {} {} {}", 1_u8, 2_u16, 305_419_896_u32, u64::MAX);
    debug!("signed {} {} {} {}", -1_i8, -2_i16, i32::MIN, i64::MIN);
    info!("wide {} {}", u128::MAX, i128::MIN);
    info!("sizes {} {}", 70_000_usize, -70_000_isize);
    warn!("floats {} {:.2}", 1.5_f32, core::f64::consts::PI);
    error!("flag {} letter {:?} unit {:?}", true, 'é', ());
    info!("text {} {:?} and {:>8}|", "héllo", "a \"b\"\n", "right");
    info!("bytes {:?} {:02x?}", [1_u8, 2, 254], &[0xab_u8, 0xcd][..]);
    info!("slices {:?} {:?}", [1_u16, 2, 3], &[-1_i32, 7][..]);
    info!("options {:?} {:?} {:?}", Some(5_u8), None::<u8>, Some("text"));
    info!("{:?} later, {:#06x} {:#b}", Duration::from_millis(1500), 0xab, 5);
    info!("{:?}", Reading { channel: 3, millivolts: -120, is_valid: true });
    info!("outside {}", Celsius(215));
    info!("fields", answer = 42, name = "hydra");
    info!("many {} {} {} {} {} {} {} {} {}", 1, 2, 3, 4, 5, 6, 7, 8, 9);
}
