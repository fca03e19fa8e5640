//! Redaction: how well it does, and that no output ever has what was found.

mod corpus;
mod everywhere;
#[cfg(all(target_os = "linux", target_pointer_width = "64"))]
mod recovered;
mod same;
