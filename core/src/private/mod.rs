//! Everything that the macros' expansions name; no part of the public interface.
//!
//! Another front, such as `hydra_log`, re-exports this module with an `emit` of its own.

mod call;
pub mod pick;

pub use core::fmt::{Debug, Display};
pub use core::option::Option::{None, Some};
pub use core::{file, format_args, line, module_path};

#[cfg(target_os = "none")]
pub use core::arch::asm;

pub use hydra_log_macros as macros;

pub use crate::level::Level;
pub use crate::record::Layout;
pub use crate::site::{Gate, Site, SiteKind};
pub use crate::value::{Args, Kind, Rendered, Secret, Value, Writer};
pub use crate::{__call, __linked, __site, __would_be_on};

/// What is stored of a field that is redacted.
pub const REDACTED: Secret<()> = Secret::new(());

/// A call's gate: its address is found once, for the test and for the record.
#[inline(always)]
#[must_use]
pub fn known(gate: &'static Gate) -> &'static Gate {
    crate::sync::opaque_ref(gate)
}

/// Whether calls of this level are compiled in.
#[must_use]
pub const fn allows(level: Level) -> bool {
    crate::level::STATIC_MAX_LEVEL.allows(level)
}

/// By the levels' names, whether such calls are compiled in.
#[expect(non_upper_case_globals, reason = "the levels' names")]
#[expect(missing_docs, reason = "the levels' names")]
pub mod allowed {
    use super::{Level, allows};

    pub const Error: bool = allows(Level::Error);
    pub const Warn: bool = allows(Level::Warn);
    pub const Info: bool = allows(Level::Info);
    pub const Debug: bool = allows(Level::Debug);
    pub const Trace: bool = allows(Level::Trace);
}

/// Records a call in whatever backend is installed.
#[cfg(not(target_os = "none"))]
#[inline(always)]
pub fn emit<A: Args>(gate: &'static Gate, args: &A) {
    crate::emit::emit_installed(gate, args);
}

/// Records a call in the application's ring.
#[cfg(target_os = "none")]
#[inline(always)]
pub fn emit<A: Args>(gate: &'static Gate, args: &A) {
    crate::linked::emit(gate, args);
}

/// Lays the path that calls it out behind the function's other code.
#[cold]
#[inline(always)]
pub const fn unlikely() {}
