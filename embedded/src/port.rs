//! Links that any context may write to: what a full ring and last words go to.

use crate::Sink;
use core::fmt;
use core::marker::PhantomData;

/// A link without a state of its own, so that whoever has to can write to it: a serial port, a
/// semihosting channel.
///
/// Writes are never nested: the drain's token is held meanwhile. The exception is a panic or a
/// fault, which may end a write in the middle; nobody goes on with that one.
///
/// ```
/// use hydra_log_embedded::Port;
///
/// struct Uart;
/// impl Port for Uart {
///     fn write(bytes: &[u8]) -> bool {
///         # const _: &str = "
///         for byte in bytes {
///             while UART.is_full() {}
///             UART.send(*byte);
///         }
///         # ";
///         true
///     }
/// }
/// assert!(Uart::write(b"any bytes"));
/// ```
pub trait Port {
    /// Writes all bytes; `false` says that the link is not there. Takes as long as the link does,
    /// and has to give up on one that stands still.
    fn write(bytes: &[u8]) -> bool;
}

/// A port as a sink.
///
/// ```
/// use hydra_log_embedded::{Outlet, Port, Through, drain, ring};
/// # struct Uart;
/// # impl Port for Uart { fn write(_: &[u8]) -> bool { true } }
/// ring!(256);
///
/// let mut outlet = Outlet::new(Through::<Uart>::new());
/// assert!(drain(&mut outlet).is_empty);
/// ```
pub struct Through<P>(PhantomData<fn() -> P>);

impl<P: Port> Through<P> {
    /// The sink.
    #[must_use]
    pub const fn new() -> Self {
        Self(PhantomData)
    }
}

impl<P: Port> Default for Through<P> {
    fn default() -> Self {
        Self::new()
    }
}

impl<P> fmt::Debug for Through<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Through")
    }
}

impl<P: Port> Sink for Through<P> {
    fn write(&mut self, head: &[u8], payload: &[u8]) -> bool {
        P::write(head) && P::write(payload)
    }
}
