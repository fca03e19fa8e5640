//! What the test programs share: the serial port as a sink.
#![no_std]

pub mod kinds;
pub mod storm;

#[cfg(target_arch = "arm")]
use cortex_m as _;
use firmware_board::serial::Serial;
use hydra_log_embedded::{Sink, drain, error};
#[cfg(target_arch = "riscv32")]
use riscv as _;

/// Sends the stream through the machine's serial port.
#[derive(Debug, Default)]
pub struct Port(Serial);

impl Sink for Port {
    fn write(&mut self, block: &[u8]) -> bool {
        self.0.send(block);
        true
    }
}

#[panic_handler]
fn panic(info: &core::panic::PanicInfo<'_>) -> ! {
    error!("{}", info.message());
    drain(&mut Port::default());
    firmware_board::failed()
}
