//! The core of Hydra: what a log call does, and what makes its record readable again.
//!
//! A log call finds its callsite's gate on, takes room in a *ring*, and writes a binary *record*
//! there: no lock, no allocation, no formatting. A *drain* visits the rings and lets whole records
//! go, oldest first. The one *renderer* turns a record and its callsite's template into the text
//! that `format!` would have given.
//!
//! The crate knows no thread, no file and no clock of its own, and allocates nothing: it runs on a
//! microcontroller as it does on a server. `hydra-log` puts threads, clocks and files around it.
//!
//! | you want to                                 | start at                                   |
//! |---------------------------------------------|--------------------------------------------|
//! | log from a library, whoever runs it         | [`info!`] and its like                     |
//! | take what such libraries log                | [`backend`]                                |
//! | store a type of your own as it is           | [`Record`](derive@Record), [`value`]       |
//! | hold records between producers and a drain  | [`ring`], [`registry`]                     |
//! | move records from rings to somewhere        | [`drain`], [`token`], [`flush`], [`spool`] |
//! | read records                                | [`record`], [`template`], [`render`]       |
//! | read what a dead process left               | [`recover`]                                |
//! | put records into a file or a stream         | [`block`]                                  |
//! | know what callsites a program has           | [`site`]                                   |
#![no_std]

// So that the names that macros expand to exist in this crate's own code and tests.
extern crate self as hydra_log_core;

#[doc(hidden)]
#[path = "private/mod.rs"]
pub mod __private;
pub mod backend;
pub mod block;
pub mod clock;
pub mod drain;
pub mod emit;
pub mod flush;
pub mod gap;
pub mod level;
#[doc(hidden)]
pub mod linked;
mod macros;
#[doc(hidden)]
pub mod ord;
pub mod record;
pub mod recover;
pub mod registry;
pub mod render;
#[doc(hidden)]
pub mod rest;
pub mod ring;
#[doc(hidden)]
pub mod seed;
pub mod site;
pub mod spool;
#[doc(hidden)]
pub mod sync;
pub mod template;
pub mod token;
pub mod value;

pub use crate::clock::Clock;
pub use crate::level::{Level, LevelFilter, ParseLevelError, STATIC_MAX_LEVEL};

/// Stores a struct as its fields.
///
/// ```
/// use hydra_log_core::{Record, info};
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
/// }
///
/// # let peer = std::net::Ipv4Addr::LOCALHOST.into();
/// let order = Order { id: 7, symbol: "ABC", limit: Some(12.5), peer, raw: Vec::new() };
/// info!("accepted {order:?}");
/// info!("accepted", order);
/// ```
///
/// As a field, and under `{:?}`, the struct is stored; its text is what `#[derive(Debug)]` would
/// give for the stored fields. Fields are values that can be stored; `#[record(debug)]` and
/// `#[record(display)]` render one on the spot, `#[record(skip)]` leaves it out,
/// `#[record(redact)]` stores `[redacted]` for it, whatever its type is, and
/// `#[record(rename = "…")]` gives it another name. Where this crate is known by another name,
/// `#[record(crate = path::to::it)]` on the struct tells it.
pub use hydra_log_macros::Record;
