//! What the test programs share: the serial port as a sink.
#![no_std]

pub mod kinds;
pub mod storm;

#[cfg(target_arch = "arm")]
use cortex_m as _;
use firmware_board::serial::Serial;
use hydra_log_embedded::{Outlet, Sink, drain_last, error};
#[cfg(target_arch = "riscv32")]
use riscv as _;

/// Sends the stream through the machine's serial port.
#[derive(Debug, Default)]
pub struct Port(Serial);

impl Sink for Port {
    fn write(&mut self, head: &[u8], payload: &[u8]) -> bool {
        self.0.send(head);
        self.0.send(payload);
        true
    }
}

/// The port, which takes everything.
pub fn port() -> Outlet<Port> {
    Outlet::new(Port::default())
}

/// Sends what can be sent, of a program that is at its end.
pub fn send_last() {
    // SAFETY: the context that was left is not returned to, and no other one runs.
    unsafe { drain_last(&mut port()) };
}

#[panic_handler]
fn panic(info: &core::panic::PanicInfo<'_>) -> ! {
    error!("{}", info.message());
    send_last();
    firmware_board::failed()
}
