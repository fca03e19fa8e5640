//! Live change: levels for a while, files read again, and a socket for `hydra ctl`.
//!
//! An [`Override`] gives some calls another level than usual: those of a target, a layer, or one
//! line of source. It takes effect on every thread, for our macros as for `log` and `tracing`, and
//! for callsites that are met later. A call pays nothing for it: it sees its gate.
//!
//! ```
//! use core::time::Duration;
//! use hydra_log::control::Override;
//! use hydra_log::{Builder, LevelFilter, debug, sink::Memory};
//! let memory = Memory::new();
//! let engine = Builder::new().sink(memory.clone()).build()?;
//! engine.scope(|| debug!(target: "my_app::net", "not seen"));
//! let change = Override::target("my_app::net", LevelFilter::Debug);
//! let name = engine.put_override(change.lasting(Duration::from_secs(60)))?;
//! engine.scope(|| debug!(target: "my_app::net", "seen"));
//! assert_eq!(engine.overrides()[0].name, "my_app::net");
//! assert!(engine.remove_override(&name));
//! engine.flush()?;
//! assert_eq!(memory.lines().len(), 1);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Several may be in force, each with a name and an end of its own. Of those that cover a call, the
//! one that means it most closely counts: a callsite before a target, a longer target before a
//! shorter one, a target before a layer, a layer before everything; of two equally close ones, the
//! one that came last. When one ends, the others are as they were.
//!
//! An override stands in the place of the filter and of a layer's own level. What an
//! [`Output`](crate::Output) says for itself still holds: one of level `warn` takes no `debug`.
//!
//! Levels that the program was built without (`max_level_*`) cannot be switched on.

#[cfg_attr(not(unix), expect(dead_code, reason = "nobody asks where nothing listens"))]
mod commands;
mod error;
mod handle;
mod overrides;
pub(crate) mod reload;
mod report;
mod scope;
#[cfg_attr(unix, path = "socket/unix.rs")]
#[cfg_attr(not(unix), path = "socket/none.rs")]
pub(crate) mod socket;
mod span;
mod state;

pub use self::error::{AskError, OverrideError};
pub use self::overrides::{InForce, Override};
pub use self::reload::ReloadError;
pub(crate) use self::scope::CallInfo;
pub use self::scope::Scope;
pub use self::socket::{ask, default_directory};
pub(crate) use self::state::{Control, Held};

use std::path::PathBuf;

/// What a builder was told of control.
#[derive(Clone, Default)]
pub(crate) struct Settings {
    /// What can be read again.
    pub(crate) sources: Vec<reload::Source>,
    /// Whether a hangup does that.
    pub(crate) on_hangup: bool,
    /// Where there is a socket.
    pub(crate) directory: Option<PathBuf>,
    /// A limit for nothing.
    pub(crate) wrong_limit: Option<OverrideError>,
}
