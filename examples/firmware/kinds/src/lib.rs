//! A library that logs every kind of argument, on microcontrollers and on a server.
#![no_std]

mod kinds;

pub use kinds::log_all_kinds;
