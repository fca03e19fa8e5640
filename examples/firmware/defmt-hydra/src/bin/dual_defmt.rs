//! Two cores make defmt's calls at once, each with places of its own for frames under way.
#![no_std]
#![no_main]

use core::cell::UnsafeCell;
use core::ptr::{read_volatile, write_volatile};

use defmt::info;
use firmware_board::{entry, passed};
use firmware_tests::{HostWord, SerialSink};
use hydra_log_embedded::defmt::{Defmt, drain_frames};
use hydra_log_embedded::{Outlet, defmt_ring};

defmt_ring!(5632, frame = 32, nesting = 2, cores = 2 by core_number);

const RECORDS: u32 = 20_000;

/// Which core this is: the machine has a register that each core reads as its own number.
fn core_number() -> usize {
    // SAFETY: a register that is only read.
    unsafe { read_volatile(0x5001_f000 as *const usize) }
}

/// The second core wrote its last record.
static IS_DONE: HostWord = HostWord::new();

#[repr(C, align(8))]
struct Stack(UnsafeCell<[u8; 8192]>);

// SAFETY: the second core alone uses it.
unsafe impl Sync for Stack {}

static STACK: Stack = Stack(UnsafeCell::new([0; 8192]));

/// What the second core reads first: where its stack ends, where it starts.
#[repr(C, align(512))]
struct Vectors {
    stack_end: *const Stack,
    start: extern "C" fn() -> !,
}

// SAFETY: nobody writes it.
unsafe impl Sync for Vectors {}

static VECTORS: Vectors = Vectors { stack_end: (&raw const STACK).wrapping_add(1), start: second };

extern "C" fn second() -> ! {
    for number in 0..RECORDS {
        info!("second {=u32}", number);
    }
    // The barrier stands for the pair of orderings: the records come before the word.
    cortex_m::asm::dmb();
    IS_DONE.set(1);
    loop {
        cortex_m::asm::wfi();
    }
}

fn set(register: usize, value: u32) {
    // SAFETY: a register of the machine.
    unsafe { write_volatile(register as *mut u32, value) };
}

#[entry]
fn main() -> ! {
    let mut port = Outlet::new(Defmt::<_, 128>::new(SerialSink::default()));
    // The second core: where its vectors are, and that it may go.
    set(0x5002_1114, &raw const VECTORS as u32);
    set(0x5002_1118, 0);
    for number in 0..RECORDS {
        info!("first {=u32}", number);
        if number % 16 == 0 {
            drain_frames(&mut port);
        }
    }
    while IS_DONE.get() == 0 {
        drain_frames(&mut port);
    }
    cortex_m::asm::dmb();
    drain_frames(&mut port);
    info!("produced first {=u32} second {=u32}", RECORDS, RECORDS);
    drain_frames(&mut port);
    passed()
}
