//! A global allocator that logs every allocation.
#![cfg(unix)]
#![allow(unsafe_code, reason = "a global allocator")]
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test fails by panicking, and tells"
)]

use core::alloc::{GlobalAlloc, Layout};
use core::cell::Cell;
use core::time::Duration;
use std::alloc::System;
use std::thread;

use hydra_log::sink::Memory;
use hydra_log::{Builder, Engine, Overflow, info};
use hydra_log_core::ord;
use hydra_log_core::sync::AtomicUsize;

struct Logs;

/// Calls that the allocator made.
static CALLS: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    /// Whether this thread's allocations are logged.
    static LOGS: Cell<bool> = const { Cell::new(false) };
}

impl Logs {
    fn log(what: &str, bytes: usize) {
        if LOGS.try_with(Cell::get).unwrap_or(false) {
            info!("{what} {bytes}");
            CALLS.fetch_add(1, ord::count());
        }
    }
}

// SAFETY: everything is the system's allocator's.
unsafe impl GlobalAlloc for Logs {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        Self::log("alloc", layout.size());
        // SAFETY: by the caller.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        Self::log("free", layout.size());
        // SAFETY: by the caller.
        unsafe { System.dealloc(at, layout) }
    }

    unsafe fn realloc(&self, at: *mut u8, layout: Layout, bytes: usize) -> *mut u8 {
        Self::log("realloc", bytes);
        // SAFETY: by the caller.
        unsafe { System.realloc(at, layout, bytes) }
    }
}

#[global_allocator]
static GLOBAL: Logs = Logs;

/// Runs `f` while this thread's allocations are logged.
fn logged<R>(f: impl FnOnce() -> R) -> R {
    LOGS.set(true);
    let result = f();
    LOGS.set(false);
    result
}

fn engine(memory: &Memory) -> Engine {
    Builder::new()
        .overflow(Overflow::Wait(Duration::from_secs(60)))
        .sink(memory.clone())
        .build()
        .unwrap()
}

/// Every call is emitted, and written or counted as lost.
fn check(engine: &Engine, calls: usize, memory: &Memory) {
    engine.flush().unwrap();
    let stats = engine.stats();
    assert!(stats.is_conserved(), "{stats:?}");
    assert_eq!(stats.emitted(), calls as u64, "calls before, records after");
    let lost = stats.lost().total();
    let lines = memory.lines();
    let records = lines.iter().filter(|line| !line.contains("records lost")).count();
    assert_eq!(records as u64 + lost, calls as u64);
    println!("{calls} calls, {records} written, {lost} lost");
}

#[test]
fn an_allocator_may_log_every_allocation() {
    let memory = Memory::new();
    let engine = engine(&memory);
    let before = CALLS.load(ord::count());
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                engine.scope(|| {
                    // The first call opens a ring, which allocates.
                    logged(|| {
                        for count in 0..2_000_usize {
                            let text = format!("{count:>64}");
                            info!("mine {}", text.as_str());
                            CALLS.fetch_add(1, ord::count());
                        }
                    });
                });
            });
        }
    });
    // Flushing allocates as well.
    engine.scope(|| logged(|| engine.flush().unwrap()));
    check(&engine, CALLS.load(ord::count()) - before, &memory);
}
