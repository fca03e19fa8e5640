//! Hydra on a Raspberry Pi Pico: `cargo run --release` with a debug probe attached.
#![no_std]
#![no_main]

// The critical section that the reserve step runs in. The second core stays asleep here; a program
// that wakes it takes the critical section of its hardware crate instead, which holds both up.
use cortex_m_rt::entry;
use hydra_log_embedded::{Sink, drain, info, ring};
use rtt_target::{ChannelMode::NoBlockSkip, UpChannel, rtt_init};

ring!(2048);

/// Sets up the flash chip before anything of this program is read from it.
#[unsafe(link_section = ".boot2")]
#[used]
static BOOT2: [u8; 256] = rp2040_boot2::BOOT_LOADER_W25Q080;

/// The debug probe's channel: takes a whole block, or none of it when it is full.
struct Rtt(UpChannel);

impl Sink for Rtt {
    fn write(&mut self, block: &[u8]) -> bool {
        self.0.write(block) == block.len()
    }
}

#[entry]
fn main() -> ! {
    let channels = rtt_init! { up: { 0: { size: 1024, mode: NoBlockSkip, name: "hydra" } } };
    let mut rtt = Rtt(channels.up.0);
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
