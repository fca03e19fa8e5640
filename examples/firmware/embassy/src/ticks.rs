//! Time for embassy from SysTick: a thousand ticks a second. Hardware crates bring a better one.

use core::cell::RefCell;
use core::task::Waker;

use cortex_m::peripheral::{SYST, syst::SystClkSource};
use cortex_m_rt::exception;
use critical_section::Mutex;
use embassy_time_driver::Driver;
use embassy_time_queue_utils::Queue;

struct State {
    now: u64,
    next: u64,
    queue: Queue,
}

struct Ticks(Mutex<RefCell<State>>);

embassy_time_driver::time_driver_impl!(
    static TICKS: Ticks =
        Ticks(Mutex::new(RefCell::new(State { now: 0, next: u64::MAX, queue: Queue::new() })))
);

impl Driver for Ticks {
    fn now(&self) -> u64 {
        critical_section::with(|section| self.0.borrow_ref(section).now)
    }

    fn schedule_wake(&self, at: u64, waker: &Waker) {
        critical_section::with(|section| {
            let mut state = self.0.borrow_ref_mut(section);
            if state.queue.schedule_wake(at, waker) {
                let now = state.now;
                state.next = state.queue.next_expiration(now);
            }
        });
    }
}

#[exception]
fn SysTick() {
    critical_section::with(|section| {
        let mut state = TICKS.0.borrow_ref_mut(section);
        state.now += 1;
        if state.now >= state.next {
            let now = state.now;
            state.next = state.queue.next_expiration(now);
        }
    });
}

/// Starts the ticks, of a core with 25 MHz.
pub fn start(mut timer: SYST) {
    timer.set_clock_source(SystClkSource::Core);
    timer.set_reload(25_000 - 1);
    timer.enable_counter();
    timer.enable_interrupt();
}
