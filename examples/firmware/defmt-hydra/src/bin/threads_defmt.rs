//! Two threads that preempt each other make defmt's calls: each call in the critical section.
//!
//! The smallest scheduler there is: SysTick asks for PendSV, which changes threads, anywhere in a
//! call. So calls end in any order, which places by nesting alone could not bear.
#![no_std]
#![no_main]

use core::cell::UnsafeCell;
use core::ptr;

use cortex_m::peripheral::{Peripherals, SCB, syst::SystClkSource};
use defmt::info;
use firmware_board::{entry, failed, passed};
use firmware_tests::{HostWord, SerialSink};
use hydra_log_embedded::defmt::{Defmt, drain_frames};
use hydra_log_embedded::{Outlet, defmt_ring};

defmt_ring!(1408, frame = 32, nesting = 2, section = true);

const RECORDS: u32 = 20_000;
/// Of the core's clock: short, so that threads change hundreds of times in the middle of a call.
const SLICE: u32 = 997;

const STACK_WORDS: usize = 1024;

#[repr(C, align(8))]
struct Stack(UnsafeCell<[u32; STACK_WORDS]>);

// SAFETY: the second thread alone uses it, once it is set up.
unsafe impl Sync for Stack {}

static STACK: Stack = Stack(UnsafeCell::new([0; STACK_WORDS]));

/// Where the thread that waits has its stack.
static WAITING: HostWord = HostWord::new();
/// How often threads changed.
static CHANGES: HostWord = HostWord::new();
/// The second thread made its last call.
static IS_DONE: HostWord = HostWord::new();

core::arch::global_asm!(
    ".global PendSV",
    ".thumb_func",
    "PendSV:",
    "mrs r0, psp",
    "stmdb r0!, {{r4-r11, lr}}",
    "bl change_threads",
    "ldmia r0!, {{r4-r11, lr}}",
    "msr psp, r0",
    "bx lr",
);

/// Gives the other thread's stack for this one's.
#[unsafe(no_mangle)]
extern "C" fn change_threads(stack: u32) -> u32 {
    let next = WAITING.get();
    WAITING.set(stack);
    CHANGES.set(CHANGES.get() + 1);
    next
}

#[cortex_m_rt::exception]
fn SysTick() {
    SCB::set_pendsv();
}

extern "C" fn second() -> ! {
    for number in 0..RECORDS {
        info!("second {=u32}", number);
    }
    IS_DONE.set(1);
    loop {
        // Gives the rest of its slice away.
        cortex_m::asm::wfi();
    }
}

/// The second thread's stack, as PendSV would have left it.
fn prepare() -> u32 {
    // SAFETY: the end of an array.
    let end = unsafe { STACK.0.get().cast::<u32>().add(STACK_WORDS) };
    // r4 to r11, where to return to; r0 to r3, r12, lr, pc, xPSR in Thumb state.
    let mut frame = [0_u32; 17];
    frame[8] = 0xffff_fffd;
    frame[15] = second as extern "C" fn() -> ! as usize as u32;
    frame[16] = 1 << 24;
    // SAFETY: the stack is longer than the frame.
    let start = unsafe { end.sub(frame.len()) };
    // SAFETY: the end of the stack, which nobody uses yet.
    unsafe { ptr::copy_nonoverlapping(frame.as_ptr(), start, frame.len()) };
    start as u32
}

/// From here on this is a thread: its stack is the one that PendSV changes.
fn become_thread() {
    // SAFETY: the process stack goes on where the main one is; interrupts get the room below a
    // kilobyte of it.
    unsafe {
        core::arch::asm!(
            "mrs {0}, msp",
            "msr psp, {0}",
            "mrs {1}, control",
            "orr {1}, {1}, #2",
            "msr control, {1}",
            "isb",
            "sub {0}, {0}, #0x10000",
            "msr msp, {0}",
            out(reg) _,
            out(reg) _,
        )
    };
}

#[entry]
fn main() -> ! {
    let Some(mut peripherals) = Peripherals::take() else { failed() };
    let mut port = Outlet::new(Defmt::<_, 128>::new(SerialSink::default()));
    WAITING.set(prepare());
    become_thread();
    // SAFETY: the lowest priority, so that PendSV interrupts no interrupt.
    unsafe {
        use cortex_m::peripheral::scb::SystemHandler;
        peripherals.SCB.set_priority(SystemHandler::PendSV, 0xff);
    }
    peripherals.SYST.set_clock_source(SystClkSource::Core);
    peripherals.SYST.set_reload(SLICE);
    peripherals.SYST.clear_current();
    peripherals.SYST.enable_counter();
    peripherals.SYST.enable_interrupt();
    for number in 0..RECORDS {
        info!("first {=u32}", number);
        if number % 4 == 0 {
            drain_frames(&mut port);
        }
    }
    while IS_DONE.get() == 0 {
        drain_frames(&mut port);
    }
    peripherals.SYST.disable_interrupt();
    drain_frames(&mut port);
    if CHANGES.get() < 100 {
        failed();
    }
    info!("produced first {=u32} second {=u32}", RECORDS, RECORDS);
    drain_frames(&mut port);
    passed()
}
