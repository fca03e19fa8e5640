//! Callsites of a microcontroller: descriptors that are not loaded, gates in zeroed memory.
//!
//! ```text
//! .hydra_gates   [gate] …                   RAM, zeroed at start; sorted by level; zero is on
//! .hydra_sites   [address of gate][entry] … in the ELF file only: the dictionary's entries
//! ```
//!
//! The linker script `hydra.x` places both. A descriptor refers to its gate; the call refers to the
//! descriptor by a relocation that changes nothing, so that the linker drops what nobody calls.
#![expect(unsafe_code, reason = "names the linker's symbols")]

use super::{Gate, GateState, Level, SiteId};
use core::fmt;

/// A descriptor: the gate, and the dictionary's entry of the site, padded to words.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct Descriptor<const N: usize> {
    /// Its address tells the site's number.
    pub gate: &'static Gate,
    /// What [`entry`](super::entry) gave.
    pub entry: [u8; N],
}

impl<const N: usize> fmt::Debug for Descriptor<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Descriptor").field("gate", &self.gate).finish_non_exhaustive()
    }
}

/// A callsite: `$severity` is its level's name, or `Other` where only the compiler knows it.
#[doc(hidden)]
#[macro_export]
macro_rules! __site {
    (gate $gate:ident, site $site:ident: Error $level:expr, $text:tt) => {
        $crate::__bare_site! { ".hydra_gates.1", $gate, $site, $level, $text }
    };
    (gate $gate:ident, site $site:ident: Warn $level:expr, $text:tt) => {
        $crate::__bare_site! { ".hydra_gates.2", $gate, $site, $level, $text }
    };
    (gate $gate:ident, site $site:ident: Info $level:expr, $text:tt) => {
        $crate::__bare_site! { ".hydra_gates.3", $gate, $site, $level, $text }
    };
    (gate $gate:ident, site $site:ident: Debug $level:expr, $text:tt) => {
        $crate::__bare_site! { ".hydra_gates.4", $gate, $site, $level, $text }
    };
    (gate $gate:ident, site $site:ident: Trace $level:expr, $text:tt) => {
        $crate::__bare_site! { ".hydra_gates.5", $gate, $site, $level, $text }
    };
    (gate $gate:ident, site $site:ident: Other $level:expr, $text:tt) => {
        $crate::__bare_site! { ".hydra_gates.3", $gate, $site, $level, $text }
    };
}

/// The statics of a callsite whose gate lies in a given section.
#[doc(hidden)]
#[macro_export]
macro_rules! __bare_site {
    ($section:literal, $gate:ident, $site:ident, $level:expr, { $($text:tt)* }) => {
        #[unsafe(link_section = $section)]
        static $gate: $crate::site::Gate = $crate::site::Gate::new($level);
        #[unsafe(link_section = ".hydra_sites")]
        static $site: $crate::site::Descriptor<
            {
                const TEXT: $crate::site::Text = $crate::site::Text { $($text)* };
                $crate::site::entry_bytes(&TEXT)
            },
        > = $crate::site::Descriptor {
            gate: &$gate,
            entry: {
                const TEXT: $crate::site::Text = $crate::site::Text { $($text)* };
                $crate::site::entry($level, &TEXT)
            },
        };
    };
}

/// Refers to a descriptor from the code around, at no cost: a relocation of no effect.
#[doc(hidden)]
#[macro_export]
macro_rules! __linked {
    ($site:ident) => {
        $crate::__linked_as!($site)
    };
}

#[cfg(target_arch = "arm")]
#[doc(hidden)]
#[macro_export]
macro_rules! __linked_as {
    ($site:ident) => {
        // SAFETY: bounds: no instruction; race: none.
        unsafe {
            $crate::__private::asm!(
                ".reloc ., R_ARM_NONE, {}",
                sym $site,
                options(nomem, nostack, preserves_flags)
            )
        }
    };
}

#[cfg(any(target_arch = "riscv32", target_arch = "riscv64"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __linked_as {
    ($site:ident) => {
        // SAFETY: bounds: no instruction; race: none.
        unsafe {
            $crate::__private::asm!(
                ".reloc ., R_RISCV_NONE, {}",
                sym $site,
                options(nomem, nostack, preserves_flags)
            )
        }
    };
}

#[cfg(not(any(target_arch = "arm", target_arch = "riscv32", target_arch = "riscv64")))]
compile_error!("hydra-log on a target without an operating system knows Arm and RISC-V");

/// What a gate's byte says where it is zeroed at start: zero is on.
pub(super) mod state {
    use super::{Gate, GateState, Level, SiteId};

    pub(in crate::site) const fn first(_level: Level) -> u8 {
        0
    }

    #[inline(always)]
    pub(in crate::site) const fn is_on(byte: u8) -> bool {
        byte == 0
    }

    pub(in crate::site) const fn of(byte: u8) -> GateState {
        if byte == 0 { GateState::On } else { GateState::Off }
    }

    pub(in crate::site) const fn with(_byte: u8, state: GateState) -> u8 {
        matches!(state, GateState::Off) as u8
    }

    pub(in crate::site) fn level_of(site: SiteId) -> Level {
        super::level_of_number(site)
    }

    pub(in crate::site) fn level(gate: &'static Gate, _byte: u8) -> Level {
        super::level_at(&raw const *gate as usize)
    }

    #[inline(always)]
    #[expect(clippy::cast_possible_truncation, reason = "the low half is the number")]
    pub(in crate::site) fn id(gate: &'static Gate) -> SiteId {
        SiteId((&raw const *gate as usize as u32) & 0xFFFF)
    }
}

unsafe extern "C" {
    #[link_name = "__hydra_gates_start"]
    static GATES_START: Gate;
    #[link_name = "__hydra_gates_end"]
    static GATES_END: Gate;
    // Where the gates of a level end; `hydra.x` defines them.
    #[link_name = "__hydra_linker_script_is_missing__add_link_arg_Thydra_x"]
    static ERRORS_END: u8;
    #[link_name = "__hydra_warns_end"]
    static WARNS_END: u8;
    #[link_name = "__hydra_infos_end"]
    static INFOS_END: u8;
    #[link_name = "__hydra_debugs_end"]
    static DEBUGS_END: u8;
}

/// All gates, sorted by level.
pub(super) fn gates() -> &'static [Gate] {
    let start = &raw const GATES_START;
    let count = &raw const GATES_END as usize - start as usize;
    // SAFETY: bounds: `hydra.x` puts both symbols around bytes that only gates lie in, zeroed;
    // race: each is an atomic.
    unsafe { core::slice::from_raw_parts(start, count) }
}

/// The level of the gate at an address: gates are sorted by level.
fn level_at(gate: usize) -> Level {
    let below = |end: *const u8| gate < end as usize;
    if below(&raw const ERRORS_END) {
        Level::Error
    } else if below(&raw const WARNS_END) {
        Level::Warn
    } else if below(&raw const INFOS_END) {
        Level::Info
    } else if below(&raw const DEBUGS_END) {
        Level::Debug
    } else {
        Level::Trace
    }
}

/// The level of a site in a record of this program.
#[expect(clippy::cast_possible_truncation, reason = "the low half is the number")]
fn level_of_number(site: SiteId) -> Level {
    let low = &raw const ERRORS_END as usize;
    // The gates are within 64 KiB, so the low bits tell how far behind a known place one lies.
    let distance = (site.0 as usize).wrapping_sub(low) as u16;
    level_at(low.wrapping_add(distance.cast_signed() as isize as usize))
}
