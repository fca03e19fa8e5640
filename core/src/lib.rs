//! core
#![no_std]
pub mod clock;
pub mod drain;
pub mod flush;
pub mod level;
pub mod ord;
pub mod record;
pub mod render;
pub mod registry;
pub mod ring;
pub mod seed;
pub mod site;
pub mod spool;
pub mod sync;
pub mod template;
pub mod token;
pub mod value;
pub use crate::{clock::Clock, level::{Level, LevelFilter, STATIC_MAX_LEVEL}};
