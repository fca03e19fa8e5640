//! core
#![no_std]
pub mod clock;
pub mod level;
pub mod ord;
pub mod site;
pub mod sync;
pub use crate::{clock::Clock, level::{Level, LevelFilter, STATIC_MAX_LEVEL}};
