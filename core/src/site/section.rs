//! Where the linker puts gates and descriptors, on each platform.
#![cfg_attr(
    not(any(miri, hydra_loom, target_os = "none")),
    expect(unsafe_code, reason = "walks the linker's sections")
)]

#[cfg(not(target_os = "none"))]
pub(super) use self::platform::gates_start;
pub(super) use self::platform::{gate_count, sites};

#[cfg(not(any(miri, hydra_loom, windows, target_os = "none")))]
mod platform {
    use super::super::{Gate, Site};

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
    pub(in crate::site) fn gates_start() -> *const Gate {
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
    pub(in crate::site) fn gates_start() -> *const Gate {
        &raw const GATES_START
    }

    pub(in crate::site) fn gate_count() -> usize {
        &raw const GATES_STOP as usize - &raw const GATES_START as usize
    }

    pub(in crate::site) fn sites() -> &'static [Site] {
        let start = &raw const SITES_START;
        let count = (&raw const SITES_STOP as usize - start as usize) / size_of::<Site>();
        // SAFETY: bounds: the section holds `count` values of `Site` one after the other, as only
        // `__site!` contributes to it; race: nothing ever writes them.
        unsafe { core::slice::from_raw_parts(start, count) }
    }
}

#[cfg(all(windows, not(any(miri, hydra_loom))))]
mod platform {
    use super::super::{Gate, Site};

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
    pub(in crate::site) fn gates_start() -> *const Gate {
        (&raw const GATES_START).cast()
    }

    pub(in crate::site) fn gate_count() -> usize {
        &raw const GATES_STOP as usize - &raw const GATES_START as usize
    }

    pub(in crate::site) fn sites() -> &'static [Site] {
        let start = (&raw const SITES_START).cast::<Site>();
        let count = (&raw const SITES_STOP as usize - start as usize) / size_of::<Site>();
        // SAFETY: bounds: as the linker laid the section out between its two markers; only
        // `__site!` contributes to it; race: nothing ever writes them.
        unsafe { core::slice::from_raw_parts(start, count) }
    }
}

/// Where no linker lays sections out (interpreters, models), and where descriptors are not loaded:
/// the gap record is the only site.
#[cfg(any(miri, hydra_loom, target_os = "none"))]
mod platform {
    #[cfg(not(target_os = "none"))]
    use super::super::Gate;
    use super::super::Site;

    #[cfg(not(target_os = "none"))]
    pub(in crate::site) fn gates_start() -> *const Gate {
        &raw const super::super::GAP_GATE
    }

    pub(in crate::site) fn gate_count() -> usize {
        1
    }

    pub(in crate::site) fn sites() -> &'static [Site] {
        core::slice::from_ref(&super::super::GAP)
    }
}
