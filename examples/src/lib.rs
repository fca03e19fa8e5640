//! Programs that show Hydra at work; the modules here are the larger parts of `examples/*.rs`.
//!
//! | you want to see                              | start at   |
//! |----------------------------------------------|------------|
//! | what logging costs a server, request by request | [`server`] |

mod histogram;
pub mod server;

/// The examples of the texts are compiled and run with the documentation's tests.
#[cfg(doctest)]
mod texts {
    #[doc = include_str!("../../README.md")]
    mod readme {}
    #[doc = include_str!("../../std-adapter/README.md")]
    mod std_adapter {}
    #[doc = include_str!("../../core/README.md")]
    mod core {}
}
