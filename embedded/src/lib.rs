//! Hydra on microcontrollers.
//!
//! One line gives the application a ring; then every context logs into it (thread mode, interrupts,
//! other cores), with the macros of a server, and an idle loop hands the records to a sink:
//!
//! ```
//! use hydra_log_embedded::{info, ring};
//!
//! ring!(1024);
//!
//! fn sample(adc: u32) {
//!     info!("adc {adc}");
//! }
//! # hydra_log_embedded::switch_all(hydra_log_embedded::LevelFilter::Trace);
//! # sample(7);
//! # assert_eq!(hydra_log_embedded::take(|_| ()).records, 1);
//! ```
//!
//! A call writes a binary record and no text: strings stay in the ELF file. With compare-and-swap
//! it masks no interrupt; without, only while room is reserved.
//!
//! | you want to                        | start at                        |
//! |------------------------------------|---------------------------------|
//! | set the ring up                    | [`ring!`], [`policy`]           |
//! | log                                | [`info!`] and its like          |
//! | log from an NMI or a HardFault     | [`unmasked`]                    |
//! | mask nothing without compare-and-swap | [`rings!`]                   |
//! | stamp records with your own timer  | [`clock`]                       |
//! | get records out                    | [`drain()`], [`Outlet`], [`rtt!`] |
//! | read lines on a serial terminal    | [`Text`]                        |
//! | keep records over a reset          | [`retained!`]                   |
//! | have a panic say its last words    | [`last_words!`], [`panicked`]   |
//! | log by unchanged calls of defmt's  | feature `defmt`, `defmt_ring!`  |
//! | switch calls at run time           | [`switch_all`], [`switch`], [`Control`] for a host |
#![no_std]

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;
pub mod clock;
mod control;
#[cfg(feature = "defmt")]
pub mod defmt;
mod drain;
mod filter;
mod frame;
mod image;
#[cfg(any(feature = "embedded-io", feature = "embedded-io-async"))]
mod io;
mod last;
mod macros;
mod nest;
pub mod policy;
mod port;
mod retained;
mod rtt;
mod text;
pub mod unmasked;

pub use crate::control::Control;
pub use crate::drain::{Drained, Outlet, Outlets, Sink, drain, drain_last, take};
pub use crate::filter::{switch, switch_all};
#[cfg(feature = "embedded-io")]
pub use crate::io::Blocking;
#[cfg(feature = "embedded-io-async")]
pub use crate::io::drain_async;
pub use crate::last::{faulted, panicked};
pub use crate::port::{Port, Through};
pub use crate::retained::{Memory, Retained};
pub use crate::rtt::{Rtt, RttBlock};
pub use crate::text::{Text, drain_lines};
pub use hydra_log_core::{Level, LevelFilter, Record, STATIC_MAX_LEVEL};
