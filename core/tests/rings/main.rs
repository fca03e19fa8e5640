//! The rings, their registry, the token and the flush, from outside.
#![allow(missing_docs, reason = "tests are named after what they show")]
#![allow(unsafe_code, reason = "the tests keep the rings' promises themselves")]

mod edges;
mod memory;
mod mpsc_model;
mod oracle;
mod registry;
mod spsc_model;
mod stress;
