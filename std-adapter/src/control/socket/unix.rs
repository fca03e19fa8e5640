//! A socket in a private directory, by which `hydra ctl` speaks with a process that runs.
//!
//! The directory is its user's alone (0700), so is the socket (0600), and whoever connects is asked
//! for by the system: another user is not heard. One thread serves all who connect; it waits for
//! none of them, and keeps no more than a few KiB for each.

mod client;
mod conversation;
mod directory;
mod server;

pub use self::client::ask;
pub use self::directory::default_directory;
pub(crate) use self::server::{Ears, Listening, hold, leave_to_parent, start};
