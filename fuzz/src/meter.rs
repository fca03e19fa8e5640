//! Counts the memory that a body holds, and refuses what no input is worth.
#![expect(unsafe_code, reason = "an allocator in front of the system's")]

use core::alloc::{GlobalAlloc, Layout};
use core::cell::Cell;
use std::alloc::System;

/// Beyond this an allocation fails at once, so that a wrong length takes no machine down.
const REFUSED_BYTES: usize = 256 << 20;

#[global_allocator]
static METER: Meter = Meter;

thread_local! {
    // Of this thread alone: the bodies start none, and tests run side by side.
    static HELD: Cell<usize> = const { Cell::new(0) };
    static PEAK: Cell<usize> = const { Cell::new(0) };
}

/// Runs `work`, and says how many bytes more than before it held at its worst.
pub fn peak_bytes(work: impl FnOnce()) -> usize {
    let before = HELD.get();
    PEAK.set(before);
    work();
    PEAK.get() - before
}

struct Meter;

impl Meter {
    /// Counts so many bytes more, or refuses them.
    fn takes(bytes: usize) -> bool {
        let held = HELD.get().saturating_add(bytes);
        if held > REFUSED_BYTES {
            return false;
        }
        HELD.set(held);
        PEAK.set(PEAK.get().max(held));
        true
    }

    fn gives(bytes: usize) {
        // What another thread took, such as the harness, may be given back here.
        HELD.set(HELD.get().saturating_sub(bytes));
    }
}

// SAFETY: bounds and race: those of the system's allocator, which does the work; null is allowed.
unsafe impl GlobalAlloc for Meter {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if !Self::takes(layout.size()) {
            return core::ptr::null_mut();
        }
        // SAFETY: bounds and race: as promised by the caller.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        if !Self::takes(layout.size()) {
            return core::ptr::null_mut();
        }
        // SAFETY: bounds and race: as promised by the caller.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        Self::gives(layout.size());
        // SAFETY: bounds and race: as promised by the caller.
        unsafe { System.dealloc(block, layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, bytes: usize) -> *mut u8 {
        // Both blocks are there while one is copied to the other.
        if !Self::takes(bytes) {
            return core::ptr::null_mut();
        }
        Self::gives(layout.size());
        // SAFETY: bounds and race: as promised by the caller.
        unsafe { System.realloc(block, layout, bytes) }
    }
}
