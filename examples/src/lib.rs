//! Programs that show Hydra at work; the modules here are the larger parts of `examples/*.rs`.
//!
//! | you want to see                              | start at   |
//! |----------------------------------------------|------------|
//! | what logging costs a server, request by request | [`server`] |

mod histogram;
pub mod server;
