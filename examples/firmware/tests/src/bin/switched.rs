//! A host switches two modules on and off while they log; it ends with the fourth word of the host.
#![no_std]
#![no_main]

use firmware_board::{entry, failed, passed};
use firmware_tests::is_read;
use hydra_log_embedded::{Control, Outlet, Rtt, drain, event, info, ring, rtt};

ring!(1280);

/// So many times the host says something.
const WORDS: u32 = 4;

mod motor {
    pub(super) fn log(round: u32) {
        hydra_log_embedded::debug!("motor {round}");
        hydra_log_embedded::warn!("hot {round}");
    }
}

mod radio {
    pub(super) fn log(round: u32) {
        hydra_log_embedded::debug!("radio {round}");
    }
}

/// Hands everything over, as slowly as the host reads.
fn drain_all<const N: usize, const D: usize>(outlet: &mut Outlet<Rtt<N, D>>) {
    while !drain(outlet).is_empty {
        core::hint::spin_loop();
    }
}

#[entry]
fn main() -> ! {
    let Some(rtt) = rtt!(512, down = 64) else { failed() };
    let mut outlet = Outlet::new(rtt);
    let mut control = Control::new();
    let (mut round, mut words) = (0_u32, 0);
    while words < WORDS {
        motor::log(round);
        radio::log(round);
        round += 1;
        drain_all(&mut outlet);
        let mut bytes = [0; 16];
        let count = outlet.sink().read(&mut bytes);
        if control.take(bytes.get(..count).unwrap_or_default()) > 0 {
            words += 1;
            event!(target: "switched", hydra_log_embedded::Level::Error, "word {words}");
        }
    }
    info!("done");
    drain_all(&mut outlet);
    while !is_read(outlet.sink().block()) {
        core::hint::spin_loop();
    }
    passed()
}
