//! A logger for defmt that takes the place of defmt-rtt: the same channel, by way of Hydra's ring.
#![no_std]

use core::cell::RefCell;
use core::ptr::read_volatile;

use critical_section::Mutex;
use hydra_log_embedded::defmt::{Defmt, drain_frames};
use hydra_log_embedded::{Outlet, Rtt, RttBlock, defmt_ring, rtt};

defmt_ring!(12288, frame = 40, nesting = 2, flush = flush);

type Channel = Outlet<Defmt<Rtt<1024>>>;

static CHANNEL: Mutex<RefCell<Option<Channel>>> = Mutex::new(RefCell::new(None));

/// So often a host is looked for that does not read.
const PATIENCE: u32 = 100_000_000;

/// Hands everything over and waits for the host to read it, as defmt-rtt does.
fn flush() {
    critical_section::with(|section| {
        let mut channel = CHANNEL.borrow_ref_mut(section);
        if channel.is_none() {
            *channel = rtt!(1024, name = c"defmt").map(|rtt| Outlet::new(Defmt::new(rtt)));
        }
        let Some(channel) = channel.as_mut() else { return };
        let block = channel.sink().sink().block();
        for _ in 0..PATIENCE {
            if drain_frames(channel).is_empty && is_read(block) {
                return;
            }
        }
    });
}

/// Whether the host read everything.
fn is_read<const N: usize>(block: &'static RttBlock<N>) -> bool {
    let words = core::ptr::from_ref(block).cast::<usize>();
    // Behind 16 bytes of name, two counts and three words of the first channel.
    // SAFETY: the control block is longer.
    let (written, read) = unsafe { (read_volatile(words.add(9)), read_volatile(words.add(10))) };
    written == read
}
