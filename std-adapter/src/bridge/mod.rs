//! Other loggers' calls, recorded as ours: typed values, callsites known once, no allocation in
//! the caller.
//!
//! | a program that logs through | installs                                         | feature              |
//! |-----------------------------|--------------------------------------------------|----------------------|
//! | `log`                       | [`log::install`]                                 | `log`                |
//! | `tracing`                   | [`tracing::Subscriber`]                          | `tracing`            |
//! | `tracing`, several layers   | [`tracing::Layer`]                               | `tracing-subscriber` |
//! | `tracing_appender`          | [`appender::non_blocking`] as `MakeWriter`       | `tracing-subscriber` |
//! | `slog`                      | [`slog::Drain`]                                  | `slog`               |
//!
//! A callsite is met once: its level, target, place and names become a site as those of our macros
//! are, so filters switch it by one byte, and formats know it. After that a call stores its values.
//! What another logger hands over only as something that can be displayed is rendered by the
//! caller, straight into the record, bounded; `log`'s messages are such.
//!
//! A program has room for 4096 such callsites; those beyond it are recorded with target and text.

#[cfg(feature = "tracing-subscriber")]
pub mod appender;
#[cfg(any(feature = "log", feature = "slog"))]
mod called;
#[cfg(feature = "log")]
pub mod log;
mod sites;
#[cfg(feature = "slog")]
pub mod slog;
#[cfg(feature = "tracing")]
pub mod tracing;
