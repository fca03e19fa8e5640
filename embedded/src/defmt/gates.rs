//! How urgent a frame is, in terms of the ring: by its number, as defmt orders its texts by level.
#![expect(unsafe_code, reason = "names the linker's symbols")]

use hydra_log_core::site::Gate;

/// The gate of a frame, by its first bytes.
#[cold]
pub(super) fn of_frame(bytes: &[u8]) -> &'static Gate {
    let [low, high] = bytes.first_chunk().copied().unwrap_or_default();
    by_level::of_number(u16::from_le_bytes([low, high]))
}

/// The gate of a frame of which nothing is known.
#[inline(always)]
pub(super) fn ordinary() -> &'static Gate {
    by_level::ordinary()
}

/// Counts a frame that can't be kept.
#[cold]
pub(super) fn lose(gate: &'static Gate) {
    // What no ring holds is lost, and counted.
    let _nothing = claim_slowly(gate, usize::MAX);
}

unsafe extern "Rust" {
    #[link_name = "__hydra_no_ring__claim_slowly"]
    safe fn claim_slowly(gate: &'static Gate, bytes: usize) -> crate::__private::Returned;
}

#[cfg(target_os = "none")]
mod by_level {
    use hydra_log_core::Level;
    use hydra_log_core::site::Gate;

    macro_rules! gates {
        ($($name:ident $section:literal $level:ident)*) => {
            $(#[unsafe(link_section = $section)]
            static $name: Gate = Gate::new(Level::$level);)*
        };
    }

    gates! {
        ERROR ".hydra_gates.1" Error
        WARN ".hydra_gates.2" Warn
        INFO ".hydra_gates.3" Info
        DEBUG ".hydra_gates.4" Debug
        TRACE ".hydra_gates.5" Trace
    }

    unsafe extern "C" {
        static __DEFMT_MARKER_DEBUG_START: u8;
        static __DEFMT_MARKER_INFO_START: u8;
        static __DEFMT_MARKER_WARN_START: u8;
        static __DEFMT_MARKER_ERROR_START: u8;
        static __DEFMT_MARKER_ERROR_END: u8;
    }

    pub(super) fn ordinary() -> &'static Gate {
        &INFO
    }

    pub(super) fn of_number(number: u16) -> &'static Gate {
        let number = usize::from(number);
        let starts = [
            (&raw const __DEFMT_MARKER_ERROR_END, &INFO),
            (&raw const __DEFMT_MARKER_ERROR_START, &ERROR),
            (&raw const __DEFMT_MARKER_WARN_START, &WARN),
            (&raw const __DEFMT_MARKER_INFO_START, &INFO),
            (&raw const __DEFMT_MARKER_DEBUG_START, &DEBUG),
        ];
        let found = starts.iter().find(|(start, _)| number >= start.addr());
        found.map_or(&TRACE, |(_, gate)| gate)
    }
}

#[cfg(not(target_os = "none"))]
mod by_level {
    use hydra_log_core::site::{Gate, gap_site};

    pub(super) fn ordinary() -> &'static Gate {
        gap_site().gate
    }

    pub(super) fn of_number(_number: u16) -> &'static Gate {
        gap_site().gate
    }
}
