//! After a thread's first call, a call neither allocates nor enters the kernel.
#![allow(missing_docs, unsafe_code, reason = "a test binary with its own allocator and sandbox")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use hydra_log::sink::Memory;
use hydra_log::{Builder, Preset, info};

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

fn log_every_shape(round: u64) {
    info!("static");
    info!("three {} {} {}", round, round as i32, round as f64);
    info!("text {}", "of twenty bytes more");
    info!(user = round, "fields {:?}", Some(round));
    info!("rendered {}", format_args!("{round:>8}"));
}

#[test]
fn calls_do_not_allocate() {
    let engine = Builder::new().sink(Memory::new()).build().unwrap();
    engine.scope(|| {
        log_every_shape(0);
        let before = ALLOCATIONS.get();
        for round in 0..200 {
            log_every_shape(round);
        }
        assert_eq!(ALLOCATIONS.get() - before, 0);
        // The counter counts.
        drop(std::hint::black_box(Box::new(1)));
        assert_eq!(ALLOCATIONS.get() - before, 1);
    });
}

/// The kernel kills a thread in strict mode at any call but read, write and exit: what gets
/// through makes none.
#[cfg(target_os = "linux")]
#[test]
fn calls_do_not_enter_the_kernel() {
    assert!(survives_strict_mode(|| (0..50).for_each(log_every_shape)));
    assert!(!survives_strict_mode(|| std::thread::yield_now()), "the sandbox bites");
}

#[cfg(target_os = "linux")]
fn survives_strict_mode(work: fn()) -> bool {
    let mut status = 0;
    // SAFETY: the child only logs, then ends; it takes no lock that another thread may hold.
    let child = unsafe { libc::fork() };
    if child == 0 {
        let engine = Builder::preset(Preset::BareMetal).sink(Memory::new()).build().unwrap();
        engine.scope(|| {
            log_every_shape(0);
            // SAFETY: restricts this process, which has one thread.
            unsafe { libc::prctl(libc::PR_SET_SECCOMP, 1) };
            work();
            // SAFETY: ends the thread, which is the process.
            unsafe { libc::syscall(libc::SYS_exit, 0) };
        });
    }
    // SAFETY: waits for the child made above.
    unsafe { libc::waitpid(child, &raw mut status, 0) };
    libc::WIFEXITED(status) && libc::WEXITSTATUS(status) == 0
}
