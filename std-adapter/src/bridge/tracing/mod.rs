//! `tracing`'s events and spans: typed fields go into the ring as they are.
//!
//! ```
//! use tracing::Dispatch;
//! # use hydra_log::{Builder, bridge::tracing::Subscriber, sink::Memory};
//! let memory = Memory::new();
//! let engine = Builder::new().sink(memory.clone()).build()?;
//! let dispatch = Dispatch::new(Subscriber::new());
//! engine.scope(|| {
//!     tracing::dispatcher::with_default(&dispatch, || {
//!         tracing::info!(user = 7, "hello");
//!     });
//! });
//! engine.flush()?;
//! assert!(memory.lines()[0].ends_with(": hello user=7"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! A callsite becomes one of ours when its first event comes; before that, filters answer
//! `tracing`'s question for its interest, so that a callsite that is off costs one load.
//!
//! A span is a record too: its name is the message, its fields are fields, `span.id` is its number
//! and `span.parent` that of the span around it. What happens inside has the number as `span.id`.
//! Values that a span gets later are a record with that number. So all that is known of a request
//! is found by its number, and the caller renders nothing.
//!
//! Texts of `%value` and `?value` are rendered by the caller, straight into the record: `tracing`
//! hands out nothing else.

#[cfg(feature = "tracing-subscriber")]
mod layer;
mod sites;
mod spans;
mod subscriber;
mod values;

#[cfg(feature = "tracing-subscriber")]
pub use self::layer::Layer;
pub use self::subscriber::Subscriber;

use hydra_log_core::site::GateState;
use hydra_log_core::{Level, LevelFilter};
use tracing_core::{Interest, Metadata};

use crate::control::CallInfo;
use crate::engine::{added, gates};

/// What filters say of a callsite.
fn interest(metadata: &Metadata<'_>) -> Interest {
    match gates::wish(&call(metadata)) {
        GateState::Off => Interest::never(),
        GateState::On => Interest::always(),
        GateState::Ask => Interest::sometimes(),
    }
}

/// Whether some engine takes what a callsite records.
fn is_wanted(metadata: &Metadata<'_>) -> bool {
    gates::wish(&call(metadata)) != GateState::Off
}

/// What is known of a callsite before it is one of ours.
fn call<'m>(metadata: &'m Metadata<'_>) -> CallInfo<'m> {
    let call = CallInfo::of_target(ours(*metadata.level()), metadata.target());
    call.at(metadata.file(), metadata.line())
}

/// What filters let pass at the most.
fn max_level() -> tracing_core::LevelFilter {
    match gates::max_level() {
        LevelFilter::Off => tracing_core::LevelFilter::OFF,
        LevelFilter::Error => tracing_core::LevelFilter::ERROR,
        LevelFilter::Warn => tracing_core::LevelFilter::WARN,
        LevelFilter::Info => tracing_core::LevelFilter::INFO,
        LevelFilter::Debug => tracing_core::LevelFilter::DEBUG,
        LevelFilter::Trace => tracing_core::LevelFilter::TRACE,
    }
}

fn ours(level: tracing_core::Level) -> Level {
    match level {
        tracing_core::Level::ERROR => Level::Error,
        tracing_core::Level::WARN => Level::Warn,
        tracing_core::Level::INFO => Level::Info,
        tracing_core::Level::DEBUG => Level::Debug,
        tracing_core::Level::TRACE => Level::Trace,
    }
}

/// From now on `tracing` asks again whenever filters change.
fn follow_filters() {
    added::tell(tracing_core::callsite::rebuild_interest_cache);
}
