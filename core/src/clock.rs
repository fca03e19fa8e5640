//! Time as the core sees it: a counter that somebody else reads.

/// Reads a counter that never runs backwards for one producer.
///
/// The unit is the clock's own (ticks of a time stamp counter, a timer of a microcontroller);
/// whoever installs the clock turns ticks into wall time, off the hot path.
///
/// ```
/// use hydra_log_core::Clock;
/// struct Fixed(u64);
/// impl Clock for Fixed {
///     fn now(&self) -> u64 { self.0 }
/// }
/// assert_eq!(Fixed(7).now(), 7);
/// ```
pub trait Clock {
    /// The counter's value now, in the clock's own ticks.
    fn now(&self) -> u64;
}
