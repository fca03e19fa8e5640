//! A logger that costs nanoseconds where the program logs, and loses nothing silently.
//!
//! A call writes a binary record into its thread's own ring: no lock, no allocation, no
//! formatting, no system call. A worker merges the rings by time, renders, and writes.
//!
//! ```
//! use hydra_log::{error, info};
//!
//! let guard = hydra_log::init();
//! let (user, latency_us) = ("ada", 17.5);
//! info!("request served in {latency_us:.1} us", user, bytes = 4096);
//! error!(target: "billing", "card refused", code = 51);
//! guard.flush().unwrap();
//! ```
//!
//! | you want to                           | start at                                      |
//! |---------------------------------------|-----------------------------------------------|
//! | log with no configuration             | [`init`]                                      |
//! | choose sinks, formats, sizes, policy  | [`Builder`], [`Preset`], [`Overflow`]         |
//! | send layers to places of their own    | [`Builder::layer`], [`layers`]                |
//! | be configured by files and variables   | `config`, by the features `config` and `yaml` |
//! | take what other loggers record        | `bridge`, by the features `log`, `tracing`, … |
//! | send lines to a collector             | [`sink::Net`]: TCP, UDP, Unix sockets         |
//! | have a request's id in all its records | [`Context`], [`context`]                     |
//! | give HTTP requests an id and a line   | `tower::Layer`, by the feature `tower`        |
//! | write somewhere else                  | [`sink::Sink`], [`format::Format`]            |
//! | lose nothing when the process is killed | [`Builder::crash_proof`], [`crash`]         |
//! | write what was logged before a signal ends the process | [`signals`]           |
//! | write a tenth, and render it later    | [`sink::File::binary`], [`binary`]            |
//! | say what must not be lost, and how    | [`Delivery`], [`Deliveries`], [`Chain`]       |
//! | show that nobody touched a file       | `audit`, by the feature of that name          |
//! | write only what is wanted, or so much | [`Output::only`], [`limit`], [`Builder::limit`] |
//! | change levels while it runs           | [`control`], [`Engine::put_override`]         |
//! | know what was written and what lost   | [`Stats`], [`Report`]                         |
//! | keep secrets out of what is written   | [`redact`], [`Secret`]                        |
//! | be told of values that try something  | [`threat`]                                    |
//! | test what a library logs              | [`testing::capture`]                          |
//! | log from a library, std or not        | the crate `hydra-log-core`, same macros       |

// So that the names that macros expand to exist in this crate's own tests and examples.
extern crate self as hydra_log;

#[cfg(feature = "audit")]
pub mod audit;
pub mod binary;
#[cfg(any(feature = "log", feature = "slog", feature = "tracing"))]
pub mod bridge;
mod builder;
pub mod clock;
#[cfg(feature = "config")]
pub mod config;
pub mod context;
pub mod control;
#[cfg_attr(
    not(all(target_os = "linux", target_pointer_width = "64")),
    allow(dead_code, reason = "where nothing can be kept, recovery alone is left")
)]
pub mod crash;
mod delivery;
mod engine;
mod error;
pub mod filter;
pub mod format;
mod global;
mod health;
pub mod layers;
pub mod limit;
#[macro_use]
mod macros;
mod preset;
pub mod redact;
#[macro_use]
mod reserved;
pub mod signals;
pub mod sink;
mod stats;
mod sys;
pub mod testing;
pub mod threat;
#[cfg(feature = "tower")]
pub mod tower;

#[doc(hidden)]
pub mod __private;

pub use hydra_log_core::value::Secret;
pub use hydra_log_core::{Level, LevelFilter, ParseLevelError, STATIC_MAX_LEVEL};

pub use crate::builder::{Builder, Output};
pub use crate::context::Context;
pub use crate::delivery::{
    Chain, Deliveries, Delivery, Durability, ParseDeliveryError, Rule, Step,
};
pub use crate::engine::{Engine, Flushing, Strategy};
pub use crate::error::{Error, FlushError, InitError};
pub use crate::global::{Guard, init};
pub use crate::health::{Health, SinkHealth, SinkState, StepHealth};
pub use crate::layers::Layer;
pub use crate::limit::{Limit, LimitStats};
pub use crate::preset::{
    Order, Overflow, ParsePresetError, Preset, PresetInfo, PresetName, presets, register_preset,
};
pub use crate::reserved::RESERVED_LAYERS;
pub use crate::stats::{Lost, RecorderStats, Report, RingStats, SinkStats, Stats};

/// Stores a struct as its fields.
///
/// ```
/// use hydra_log::{Record, info};
///
/// #[derive(Debug, Record)]
/// struct Order<'a> {
///     id: u64,
///     symbol: &'a str,
///     limit: Option<f64>,
///     #[record(debug)]
///     peer: std::net::IpAddr,
///     #[record(skip)]
///     raw: Vec<u8>,
///     #[record(redact)]
///     password: String,
///     #[record(rename = "client.id")]
///     client: u32,
/// }
///
/// # let peer = std::net::Ipv4Addr::LOCALHOST.into();
/// # let (raw, password, client) = (Vec::new(), "hunter2".to_owned(), 3);
/// let order = Order { id: 7, symbol: "ABC", limit: Some(12.5), peer, raw, password, client };
/// info!("accepted {order:?}");
/// info!("accepted", order);
/// ```
///
/// As a field, and under `{:?}`, the struct is stored; its text is what `#[derive(Debug)]` would
/// give for the stored fields. Fields are values that can be stored; `#[record(debug)]` and
/// `#[record(display)]` render one on the spot, `#[record(skip)]` leaves it out. Of a field with
/// `#[record(redact)]`, of whatever type, `[redacted]` is stored: its bytes never get into a
/// record. The struct's own `Debug` shows them still, where it is inside of something that is
/// rendered: there a [`Secret`] helps. `#[record(rename = "…")]` gives a field another name. Where
/// this crate is known by another name, `#[record(crate = path::to::it)]` on the struct tells it.
pub use hydra_log_core::__private::macros::HydraRecord as Record;
