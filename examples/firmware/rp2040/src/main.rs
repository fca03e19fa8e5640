//! Hydra on a Raspberry Pi Pico: `cargo run --release` with a debug probe attached.
#![no_std]
#![no_main]

// The critical section that the reserve step runs in. The second core stays asleep here; a program
// that wakes it takes the critical section of its hardware crate instead, which holds both up.
use cortex_m_rt::entry;
use hydra_log_embedded::{Outlet, drain, info, ring, rtt};

ring!(2048);

/// Sets up the flash chip before anything of this program is read from it.
#[unsafe(link_section = ".boot2")]
#[used]
static BOOT2: [u8; 256] = rp2040_boot2::BOOT_LOADER_W25Q080;

#[entry]
fn main() -> ! {
    let Some(rtt) = rtt!(1024) else { panic!("main runs once") };
    let mut rtt = Outlet::new(rtt);
    for round in 0_u32.. {
        info!("round {round}");
        drain(&mut rtt);
        cortex_m::asm::delay(1_000_000);
    }
    loop {
        drain(&mut rtt);
    }
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    loop {
        core::hint::spin_loop();
    }
}
