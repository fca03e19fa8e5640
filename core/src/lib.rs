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
//! | know what callsites a program has           | [`site`]                                   |
#![no_std]

// So that the names that macros expand to exist in this crate's own code and tests.
extern crate self as hydra_log_core;

pub mod backend;
pub mod clock;
pub mod drain;
pub mod flush;
pub mod level;
#[doc(hidden)]
pub mod ord;
pub mod record;
pub mod registry;
pub mod render;
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
