//! Callsites: a gate byte that the call loads, a descriptor that everybody else reads.
//!
//! Every log call leaves two statics in sections of the linker:
//!
//! ```text
//! hydra_gates   [gate][gate][gate] …     one byte each: loaded by every call
//! hydra_sites   [descriptor] …           level, target, texts, and which gate is whose
//! ```
//!
//! A site's id is its gate's index in `hydra_gates`: dense, known without start-up work, and
//! derived from the address of a byte that the call has in its cache anyway.
//!
//! On a microcontroller descriptors are not loaded, so that they cost no flash; see `site/bare.rs`.
//!
//! I1  ids are dense: `0 <= id < gates().len()`.
//! I2  a gate is zero in its on-bits until an engine switches it on: a call before `init` is off.
//!     A gate of a microcontroller is on while it is zero, as there is no `init`.
#![expect(unsafe_code, reason = "puts the gap's site into the linker's sections")]

use crate::level::Level;
use crate::ord;
use crate::sync::StaticU8;

/// One byte a callsite: whether it is on, and its level.
///
/// Bits 0-1: 0 off, 1 on, 2 on for some engine (ask the one that would take the record).
/// Bits 4-6: the level's number.
#[derive(Debug)]
#[repr(transparent)]
pub struct Gate(StaticU8);

/// What a gate says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum GateState {
    /// No engine wants the record.
    Off = 0,
    /// Every engine wants it.
    On = 1,
    /// Some engine wants it: the one that would take the record has to be asked.
    Ask = 2,
}

impl Gate {
    /// A gate that is off, for a site of this level.
    #[must_use]
    pub const fn new(level: Level) -> Self {
        Self(StaticU8::new(state::first(level)))
    }

    /// Whether the call goes on: one load, one test.
    #[inline(always)]
    #[must_use]
    pub fn is_on(&self) -> bool {
        cfg!(all(target_os = "none", feature = "without_filter"))
            || state::is_on(self.0.load(ord::gate()))
    }

    /// The state that was last set.
    #[inline]
    #[must_use]
    pub fn state(&self) -> GateState {
        state::of(self.0.load(ord::gate()))
    }

    /// Switches the site. Takes effect on every thread as soon as its next load sees the byte.
    pub fn set(&self, state: GateState) {
        self.0.store(state::with(self.0.load(ord::gate()), state), ord::gate());
    }

    /// The site's level.
    #[inline]
    #[must_use]
    pub fn level(&'static self) -> Level {
        state::level(self, self.0.load(ord::gate()))
    }

    /// The site's id: the gate's index in its section, or, on a microcontroller, the low 16 bits of
    /// the gate's address, which the call has in a register.
    #[inline(always)]
    #[must_use]
    pub fn id(&'static self) -> SiteId {
        state::id(self)
    }
}

/// What a gate's byte says where an engine switches gates on.
#[cfg(not(target_os = "none"))]
mod state {
    use super::{Gate, GateState, Level, SiteId, section};

    const STATE: u8 = 0b11;

    pub(super) const fn first(level: Level) -> u8 {
        (level as u8) << 4
    }

    #[inline(always)]
    pub(super) const fn is_on(byte: u8) -> bool {
        byte & STATE != 0
    }

    pub(super) const fn of(byte: u8) -> GateState {
        match byte & STATE {
            0 => GateState::Off,
            1 => GateState::On,
            _ => GateState::Ask,
        }
    }

    pub(super) const fn with(byte: u8, state: GateState) -> u8 {
        (byte & !STATE) | state as u8
    }

    pub(super) fn level_of(id: SiteId) -> Level {
        let site = section::sites().iter().find(|site| site.id() == id);
        site.map_or(Level::Error, super::Site::level)
    }

    pub(super) fn level(_gate: &'static Gate, byte: u8) -> Level {
        // The byte is only ever written by `new` and `set`, which keep the level.
        Level::from_number((byte >> 4) & 0b111).unwrap_or(Level::Error)
    }

    #[inline(always)]
    pub(super) fn id(gate: &'static Gate) -> SiteId {
        let first = section::gates_start() as usize;
        let own = &raw const *gate as usize;
        #[expect(clippy::cast_possible_truncation, reason = "a program has fewer than 2^24 sites")]
        SiteId(own.wrapping_sub(first) as u32)
    }
}

#[cfg(target_os = "none")]
use self::bare::state;

/// A callsite's number: dense, 24 bits, valid within one image.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SiteId(pub u32);

/// What is known of a callsite at build time.
///
/// `template` is in canonical form: literal text (`{{` and `}}` for braces) with `{0}`, `{1:>8.3}`,
/// `{2:?}`, `{3:>4$}` for the record's arguments by index (`n$` names the argument that holds a
/// width or precision). Arguments used only as width or precision are in the record too.
#[derive(Debug)]
#[repr(C)]
pub struct Site {
    /// The site's gate; its place is the site's id.
    pub gate: &'static Gate,
    /// What the record is about: the module's path, or the call's `target:`.
    pub target: &'static str,
    /// The call's `layer:`, or empty.
    pub layer: &'static str,
    /// The module's path.
    pub module: &'static str,
    /// The source file.
    pub file: &'static str,
    /// The message.
    pub template: &'static str,
    /// The fields in order: `key`, then the canonical template of its value (`{3}`, `{4:?}`).
    pub fields: &'static [(&'static str, &'static str)],
    /// The source line, from 1.
    pub line: u32,
    /// How many arguments the record holds.
    pub arguments: u16,
    /// What the descriptor describes.
    pub kind: SiteKind,
}

/// What a descriptor describes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum SiteKind {
    /// A log call.
    Event = 0,
    /// A `#[derive(Record)]` type: `template` is its name, `fields` are its fields' names; a field
    /// named by a digit makes it a tuple struct.
    Type = 1,
}

impl Site {
    /// The site's level.
    #[must_use]
    pub fn level(&self) -> Level {
        self.gate.level()
    }

    /// The site's id.
    #[must_use]
    pub fn id(&self) -> SiteId {
        self.gate.id()
    }
}

/// The level of a site of this image.
///
/// ```
/// use hydra_log_core::{Level, site};
/// assert_eq!(site::level_of(site::gap_site().id()), Level::Warn);
/// ```
#[must_use]
pub fn level_of(id: SiteId) -> Level {
    state::level_of(id)
}

/// All gates of this image.
#[cfg(target_os = "none")]
#[must_use]
pub fn gates() -> &'static [Gate] {
    bare::gates()
}

/// All descriptors of this image, in no particular order.
#[must_use]
pub fn sites() -> &'static [Site] {
    section::sites()
}

/// How many ids this image has: one more than the largest.
#[must_use]
pub fn gate_count() -> usize {
    section::gate_count()
}

/// The record that stands where records were lost: how many, and which levels.
///
/// ```
/// let gap = hydra_log_core::site::gap_site();
/// assert_eq!((gap.target, gap.arguments), ("hydra", 7));
/// ```
///
/// It also gives both sections their first entry, so that an image without a log call links.
#[must_use]
pub fn gap_site() -> &'static Site {
    &GAP
}

crate::__resident_site! {
    gate GAP_GATE, site GAP: Warn Level::Warn, {
        target: "hydra",
        layer: "",
        module: module_path!(),
        file: file!(),
        template: "{0} records lost",
        fields: &[
            ("ring", "{1}"),
            ("error", "{2}"),
            ("warn", "{3}"),
            ("info", "{4}"),
            ("debug", "{5}"),
            ("trace", "{6}"),
        ],
        line: line!(),
        arguments: 7,
        kind: SiteKind::Event,
    }
}

#[cfg(not(target_os = "none"))]
mod added;
mod flat;
mod resident;
mod section;

#[cfg(target_os = "none")]
mod bare;
#[cfg(not(target_os = "none"))]
pub use self::added::{MOST_ADDED, add_gate, first_added};
#[cfg(target_os = "none")]
pub use self::bare::Descriptor;
pub use self::flat::{Text, entry, entry_bytes};
