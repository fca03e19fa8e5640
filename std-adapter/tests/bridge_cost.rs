//! After a callsite's first call on a thread, a call over a bridge does not allocate.
#![allow(
    missing_docs,
    unsafe_code,
    clippy::unwrap_used,
    reason = "a test binary with its own allocator"
)]

use core::alloc::{GlobalAlloc, Layout};
use core::cell::Cell;
use std::alloc::System;

use hydra_log::sink::Memory;
use hydra_log::{Builder, Engine, bridge};
use slog::{Drain as _, o};
use tracing::Dispatch;
use tracing_subscriber::layer::SubscriberExt;

struct Counting;

thread_local! {
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
}

// SAFETY: passes everything on to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
        // SAFETY: the caller's promise is passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        // SAFETY: the caller's promise is passed on.
        unsafe { System.dealloc(at, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn by_log(round: u64) {
    log::info!("static");
    log::info!("three {} {} {}", round, 0.5, "text");
    log::info!(user = round, share = 0.5, path = "/index"; "fields");
    log::info!(target: "other", "named");
}

fn by_slog(logger: &slog::Logger, round: u64) {
    slog::info!(logger, "three {}", round; "user" => round, "path" => "/index");
}

fn by_tracing(round: u64) {
    tracing::info!(user = round, share = 0.5, path = "/index");
    tracing::info!(user = round, "message {}", round);
    tracing::info!(there = Some(round), missing = None::<u64>, debug = ?round);
}

/// Spans of the stand-alone subscriber; a registry has to keep its own.
fn by_spans(round: u64) {
    let span = tracing::info_span!("span", round);
    span.in_scope(|| tracing::info!("inside"));
}

/// How often calls of `f` after the first allocate. The ring has room: growing is no call's cost.
fn allocations(engine: &Engine, mut f: impl FnMut(u64)) -> usize {
    f(0);
    engine.flush().unwrap();
    let before = ALLOCATIONS.get();
    (1..50).for_each(&mut f);
    ALLOCATIONS.get() - before
}

#[test]
fn calls_over_bridges_do_not_allocate() {
    let engine = Builder::new().sink(Memory::new()).build().unwrap();
    bridge::log::install().unwrap();
    let logger = slog::Logger::root(bridge::slog::Drain.fuse(), o!("part" => "net"));
    let subscriber = Dispatch::new(bridge::tracing::Subscriber::new());
    let layer = tracing_subscriber::registry().with(bridge::tracing::Layer::new());
    let layer = Dispatch::new(layer);
    engine.scope(|| {
        assert_eq!(allocations(&engine, by_log), 0, "log");
        assert_eq!(allocations(&engine, |round| by_slog(&logger, round)), 0, "slog");
        tracing::dispatcher::with_default(&subscriber, || {
            assert_eq!(allocations(&engine, by_tracing), 0, "tracing");
            assert_eq!(allocations(&engine, by_spans), 0, "spans");
        });
        tracing::dispatcher::with_default(&layer, || {
            assert_eq!(allocations(&engine, by_tracing), 0, "a layer");
        });
    });
    engine.flush().unwrap();
}
