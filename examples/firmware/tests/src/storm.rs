//! Two timers beside SysTick, each with an interrupt of its own.

#[cfg(target_arch = "arm")]
pub use arm::{
    TIMER_LINES, acknowledge, acknowledge_watchdog, start, start_sys_tick, start_watchdog,
    stop_watchdog,
};

#[cfg(target_arch = "arm")]
mod arm {
    use core::ptr::write_volatile;

    /// The timers' interrupts, on both machines.
    pub const TIMER_LINES: [i16; 2] = [8, 9];

    const IS_NRF51: bool = !cfg!(target_has_atomic = "ptr");

    fn set(register: usize, value: u32) {
        // SAFETY: a register of the machine that the target stands for.
        unsafe { write_volatile(register as *mut u32, value) };
    }

    /// Starts SysTick and both timers: each interrupts all so many of its own ticks.
    pub fn start(sys_tick: u32, timers: [u32; 2]) {
        for (line, ticks) in TIMER_LINES.iter().zip(timers) {
            start_timer(*line, ticks);
        }
        // Priorities: the first timer above the second, SysTick between them.
        set(0xe000_e408, 0x0000_c040);
        set(0xe000_ed20, 0x8000_0000);
        set(0xe000_e100, 0x300);
        start_sys_tick(sys_tick);
    }

    /// Starts SysTick alone.
    pub fn start_sys_tick(ticks: u32) {
        for (register, value) in [(0xe000_e014, ticks), (0xe000_e018, 0), (0xe000_e010, 7)] {
            set(register, value);
        }
    }

    /// The watchdog of QEMU's MPS2 boards, whose first alarm is an NMI.
    const WATCHDOG: usize = 0x4000_8000;

    /// Starts it: an NMI all so many of its ticks, of which 25 are a microsecond.
    pub fn start_watchdog(ticks: u32) {
        set(WATCHDOG, ticks);
        set(WATCHDOG + 8, 1);
    }

    /// Tells the watchdog that its NMI was seen; it starts over.
    pub fn acknowledge_watchdog() {
        set(WATCHDOG + 12, 1);
    }

    /// No NMI comes any more.
    pub fn stop_watchdog() {
        set(WATCHDOG + 8, 0);
        acknowledge_watchdog();
    }

    fn start_timer(line: i16, ticks: u32) {
        let index = usize::from(line == TIMER_LINES[1]);
        if IS_NRF51 {
            let timer = 0x4000_8000 + index * 0x1000;
            // 32 bits, 16 MHz, starts over at the compare value and interrupts there.
            for (offset, value) in
                [(0x508, 3), (0x510, 0), (0x540, ticks), (0x200, 1), (0x304, 1 << 16), (0, 1)]
            {
                set(timer + offset, value);
            }
        } else {
            let timer = 0x4000_0000 + index * 0x1000;
            for (offset, value) in [(8, ticks), (4, ticks), (0, 0b1001)] {
                set(timer + offset, value);
            }
        }
    }

    /// Tells a timer that its interrupt was seen.
    pub fn acknowledge(line: i16) {
        let index = usize::from(line == TIMER_LINES[1]);
        match IS_NRF51 {
            true => set(0x4000_8140 + index * 0x1000, 0),
            false => set(0x4000_000c + index * 0x1000, 1),
        }
    }
}
