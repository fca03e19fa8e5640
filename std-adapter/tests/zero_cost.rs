//! After a thread's first call, a call neither allocates nor enters the kernel.
#![allow(
    missing_docs,
    unsafe_code,
    clippy::unwrap_used,
    clippy::cast_possible_truncation,
    reason = "a test binary with its own allocator and sandbox"
)]

use core::alloc::{GlobalAlloc, Layout};
use core::cell::Cell;
use core::hint;
use std::alloc::System;
use std::sync::{Mutex, MutexGuard, PoisonError};

use hydra_log::sink::Memory;
use hydra_log::{Builder, info};

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

/// One engine in this process at a time: with two, a call has to ask whose it is.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

fn log_every_shape(round: u8) {
    info!("static");
    info!("three {} {} {}", u64::from(round), i32::from(round), f64::from(round));
    info!("text {}", "of twenty bytes more");
    info!(user = round, "fields {:?}", Some(round));
    info!("rendered {}", format_args!("{round:>8}"));
}

#[test]
fn calls_do_not_allocate() {
    let _alone = alone();
    let engine = Builder::new().sink(Memory::new()).build().unwrap();
    engine.scope(|| {
        log_every_shape(0);
        let before = ALLOCATIONS.get();
        for round in 0..200 {
            log_every_shape(round);
        }
        assert_eq!(ALLOCATIONS.get() - before, 0);
        // The counter counts.
        drop(hint::black_box(Box::new(1)));
        assert_eq!(ALLOCATIONS.get() - before, 1);
    });
}

/// The kernel kills the process at any call but the one that ends it: what gets through made none.
/// It is a process of its own, because a forked one would begin with an engine made anew.
#[cfg(target_os = "linux")]
#[test]
fn calls_do_not_enter_the_kernel() {
    match std::env::var(sandbox::WORK).as_deref() {
        Ok("calls") => sandbox::run(|| (0..50).for_each(log_every_shape)),
        Ok(_) => sandbox::run(std::thread::yield_now),
        Err(_) => {
            assert!(sandbox::survives("calls"));
            assert!(!sandbox::survives("yield"), "the sandbox bites");
        }
    }
}

#[cfg(target_os = "linux")]
mod sandbox {
    use core::mem::offset_of;

    use hydra_log::Builder;
    use hydra_log::sink::Memory;
    use libc::{seccomp_data, sock_filter, sock_fprog};

    use std::process::Command;

    use super::{alone, log_every_shape};

    /// What the process in the sandbox is to do.
    pub(super) const WORK: &str = "HYDRA_TEST_SANDBOX";

    /// Whether a process like this one gets through the work of this name without a system call.
    pub(super) fn survives(work: &str) -> bool {
        let program = std::env::current_exe().unwrap();
        let mut child = Command::new(program);
        child.args(["--exact", "calls_do_not_enter_the_kernel", "--nocapture"]).env(WORK, work);
        let output = child.output().unwrap();
        let is_there = String::from_utf8_lossy(&output.stdout).contains("running 1 test");
        assert!(is_there, "the test was not found: {output:?}");
        output.status.code() == Some(0)
    }

    /// Does `work` in the sandbox, and ends the process.
    pub(super) fn run(work: fn()) {
        let _alone = alone();
        let builder = Builder::preset(hydra_log::Preset::BareMetal);
        let engine = builder.sink(Memory::new()).build().unwrap();
        engine.scope(|| {
            // Everything that needs a lock or memory is done before.
            log_every_shape(0);
            let shut = shut();
            work();
            // SAFETY: ends the process; nothing of it is needed any more.
            unsafe { libc::syscall(libc::SYS_exit_group, shut) };
        });
    }

    /// Forbids this thread every call but the one that ends the process; returns 0 if the kernel
    /// agreed. (Its strict mode would forbid the time stamp counter too.)
    fn shut() -> libc::c_int {
        let step = |code: u32, jf, k| sock_filter { code: code as u16, jt: 0, jf, k };
        let mut steps = [
            step(
                libc::BPF_LD | libc::BPF_W | libc::BPF_ABS,
                0,
                offset_of!(seccomp_data, nr) as u32,
            ),
            step(libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K, 1, libc::SYS_exit_group as u32),
            step(libc::BPF_RET | libc::BPF_K, 0, libc::SECCOMP_RET_ALLOW),
            step(libc::BPF_RET | libc::BPF_K, 0, libc::SECCOMP_RET_KILL_PROCESS),
        ];
        let program = sock_fprog { len: steps.len() as u16, filter: steps.as_mut_ptr() };
        // SAFETY: gives up rights, which an unprivileged process has to before the next call.
        let given_up = unsafe { libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) };
        let mode = libc::SECCOMP_MODE_FILTER;
        // SAFETY: the program and its steps live until the kernel has copied them.
        let shut = unsafe { libc::prctl(libc::PR_SET_SECCOMP, mode, &raw const program) };
        given_up | shut
    }
}
