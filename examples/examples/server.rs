//! A latency-critical server under load: logging off, with Hydra, with tracing, side by side.
//!
//! ```text
//! cargo run --release --example server
//! cargo run --release --example server -- --help
//! ```
//!
//! One process holds both ends: a key-value server on the loopback interface, and clients that keep
//! a few requests in flight on every connection. Each request leaves two records in the log. The
//! log calls themselves are in `examples/src/server/request_log.rs`, the start and the shutdown of
//! the engine in `examples/src/server/hydra.rs`: that is all a program has to write.

use std::process::ExitCode;

fn main() -> ExitCode {
    hydra_log_examples::server::main(std::env::args_os().skip(1))
}
