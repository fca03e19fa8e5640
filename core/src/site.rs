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
//! I1  ids are dense: `0 <= id < gates().len()`.
//! I2  a gate is zero in its on-bits until an engine switches it on: a call before `init` is off.
#![expect(unsafe_code, reason = "walks the linker's sections")]

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

const STATE: u8 = 0b11;

impl Gate {
    /// A gate that is off, for a site of this level.
    #[must_use]
    pub const fn new(level: Level) -> Self {
        Self(StaticU8::new((level as u8) << 4))
    }

    /// Whether the call goes on: one load, one test.
    #[inline(always)]
    #[must_use]
    pub fn is_on(&self) -> bool {
        self.0.load(ord::gate()) & STATE != 0
    }

    /// The state that was last set.
    #[inline]
    #[must_use]
    pub fn state(&self) -> GateState {
        match self.0.load(ord::gate()) & STATE {
            0 => GateState::Off,
            1 => GateState::On,
            _ => GateState::Ask,
        }
    }

    /// Switches the site. Takes effect on every thread as soon as its next load sees the byte.
    pub fn set(&self, state: GateState) {
        self.0.store((self.0.load(ord::gate()) & !STATE) | state as u8, ord::gate());
    }

    /// The site's level.
    #[inline]
    #[must_use]
    pub fn level(&self) -> Level {
        // The byte is only ever written by `new` and `set`, which keep the level.
        Level::from_number((self.0.load(ord::gate()) >> 4) & 0b111).unwrap_or(Level::Error)
    }

    /// The site's id: the gate's index in its section.
    #[inline(always)]
    #[must_use]
    pub fn id(&'static self) -> SiteId {
        let first = section::gates_start() as usize;
        let own = &raw const *self as usize;
        #[expect(clippy::cast_possible_truncation, reason = "a program has fewer than 2^24 sites")]
        SiteId(own.wrapping_sub(first) as u32)
    }
}

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

crate::__site! {
    gate GAP_GATE, site GAP: Level::Warn, Site {
        gate: &GAP_GATE,
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

/// Puts a gate and a descriptor into their sections. The only place that names the sections.
#[doc(hidden)]
#[macro_export]
macro_rules! __site {
    (gate $gate:ident, site $site:ident: $level:expr, $descriptor:expr) => {
        #[used]
        #[cfg_attr(target_vendor = "apple", unsafe(link_section = "__DATA,hydra_gates"))]
        #[cfg_attr(windows, unsafe(link_section = ".hydg$b"))]
        #[cfg_attr(
            not(any(target_vendor = "apple", windows)),
            unsafe(link_section = "hydra_gates")
        )]
        static $gate: $crate::site::Gate = $crate::site::Gate::new($level);
        #[used]
        #[cfg_attr(target_vendor = "apple", unsafe(link_section = "__DATA,hydra_sites"))]
        #[cfg_attr(windows, unsafe(link_section = ".hyds$b"))]
        #[cfg_attr(
            not(any(target_vendor = "apple", windows)),
            unsafe(link_section = "hydra_sites")
        )]
        static $site: $crate::site::Site = $descriptor;
    };
}

#[cfg(not(any(miri, hydra_loom, windows)))]
mod section {
    use super::{Gate, Site};

    // The bounds of both sections. Each platform spells them its own way.
    #[expect(improper_ctypes, reason = "only addresses of the symbols are used, never a C layout")]
    unsafe extern "C" {
        #[cfg_attr(target_vendor = "apple", link_name = "\x01section$start$__DATA$hydra_gates")]
        #[cfg_attr(not(target_vendor = "apple"), link_name = "__start_hydra_gates")]
        static GATES_START: Gate;
        #[cfg_attr(target_vendor = "apple", link_name = "\x01section$end$__DATA$hydra_gates")]
        #[cfg_attr(not(target_vendor = "apple"), link_name = "__stop_hydra_gates")]
        static GATES_STOP: Gate;
        #[cfg_attr(target_vendor = "apple", link_name = "\x01section$start$__DATA$hydra_sites")]
        #[cfg_attr(not(target_vendor = "apple"), link_name = "__start_hydra_sites")]
        static SITES_START: Site;
        #[cfg_attr(target_vendor = "apple", link_name = "\x01section$end$__DATA$hydra_sites")]
        #[cfg_attr(not(target_vendor = "apple"), link_name = "__stop_hydra_sites")]
        static SITES_STOP: Site;
    }

    #[cfg(all(target_arch = "x86_64", target_os = "linux"))]
    #[inline(always)]
    pub(super) fn gates_start() -> *const Gate {
        let start;
        // The linker's symbol belongs to this image, so every call computes its address. rustc does
        // not know that and would load it from a table: a cache line of its own on a cold call.
        // SAFETY: bounds: an address is computed, nothing read; race: none.
        unsafe {
            core::arch::asm!(
                ".hidden {symbol}",
                "lea {start}, [rip + {symbol}]",
                symbol = sym GATES_START,
                start = out(reg) start,
                options(pure, nomem, nostack, preserves_flags)
            );
        }
        start
    }

    #[cfg(not(all(target_arch = "x86_64", target_os = "linux")))]
    #[inline(always)]
    pub(super) fn gates_start() -> *const Gate {
        &raw const GATES_START
    }

    pub(super) fn gate_count() -> usize {
        &raw const GATES_STOP as usize - &raw const GATES_START as usize
    }

    pub(super) fn sites() -> &'static [Site] {
        let start = &raw const SITES_START;
        let count = (&raw const SITES_STOP as usize - start as usize) / size_of::<Site>();
        // SAFETY: bounds: the section holds `count` values of `Site` one after the other, as only
        // `__site!` contributes to it; race: nothing ever writes them.
        unsafe { core::slice::from_raw_parts(start, count) }
    }
}

#[cfg(all(windows, not(any(miri, hydra_loom))))]
mod section {
    use super::{Gate, Site};

    // The linker sorts `.hydg$a`, `$b`, `$c` by name and may pad between objects with zeros; the
    // descriptors are therefore found by their non-null gate.
    #[unsafe(link_section = ".hydg$a")]
    static GATES_START: [u8; 0] = [];
    #[unsafe(link_section = ".hydg$c")]
    static GATES_STOP: [u8; 0] = [];
    #[unsafe(link_section = ".hyds$a")]
    static SITES_START: [usize; 0] = [];
    #[unsafe(link_section = ".hyds$c")]
    static SITES_STOP: [usize; 0] = [];

    #[inline(always)]
    pub(super) fn gates_start() -> *const Gate {
        (&raw const GATES_START).cast()
    }

    pub(super) fn gate_count() -> usize {
        &raw const GATES_STOP as usize - &raw const GATES_START as usize
    }

    pub(super) fn sites() -> &'static [Site] {
        let start = (&raw const SITES_START).cast::<Site>();
        let count = (&raw const SITES_STOP as usize - start as usize) / size_of::<Site>();
        // SAFETY: bounds: as the linker laid the section out between its two markers; only
        // `__site!` contributes to it; race: nothing ever writes them.
        unsafe { core::slice::from_raw_parts(start, count) }
    }
}

/// Where no linker lays sections out (interpreters, models): the gap record is the only site.
#[cfg(any(miri, hydra_loom))]
mod section {
    use super::{Gate, Site};

    pub(super) fn gates_start() -> *const Gate {
        &raw const super::GAP_GATE
    }

    pub(super) fn gate_count() -> usize {
        1
    }

    pub(super) fn sites() -> &'static [Site] {
        core::slice::from_ref(&super::GAP)
    }
}
