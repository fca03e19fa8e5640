//! Is one program, built three ways, the same JSON?

use core::fmt;
use std::net::Ipv4Addr;

use hydra_log::LevelFilter;

use crate::common::Kept;

const USER: u64 = 7;
const SHARE: f64 = 0.25;
const PATH: &str = "/a \"b\"\n";

struct Peer(Ipv4Addr);

impl fmt::Display for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "peer {}", self.0)
    }
}

impl fmt::Debug for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Peer({})", self.0)
    }
}

fn ours() {
    use hydra_log::{debug, error, info, trace, warn};
    let peer = Peer(Ipv4Addr::LOCALHOST);
    trace!("nothing but a message");
    debug!("{} of {:.1} for {}", USER, SHARE, PATH);
    info!("typed", user = USER, share = SHARE, path = PATH, is_on = true, left = -3_i64);
    warn!("rendered", peer = %peer, again = ?peer);
    error!(target: "billing", "wide", most = u128::from(u64::MAX), least = i128::from(i64::MIN));
}

fn by_log() {
    use log::{debug, error, info, trace, warn};
    let peer = Peer(Ipv4Addr::LOCALHOST);
    trace!("nothing but a message");
    debug!("{} of {:.1} for {}", USER, SHARE, PATH);
    info!(user = USER, share = SHARE, path = PATH, is_on = true, left = -3_i64; "typed");
    warn!(peer:% = peer, again:? = peer; "rendered");
    error!(
        target: "billing", most = u128::from(u64::MAX), least = i128::from(i64::MIN); "wide"
    );
}

fn by_tracing() {
    use tracing::{debug, error, info, trace, warn};
    let peer = Peer(Ipv4Addr::LOCALHOST);
    trace!("nothing but a message");
    debug!("{} of {:.1} for {}", USER, SHARE, PATH);
    info!(user = USER, share = SHARE, path = PATH, is_on = true, left = -3_i64, "typed");
    warn!(peer = %peer, again = ?peer, "rendered");
    error!(
        target: "billing", most = u128::from(u64::MAX), least = i128::from(i64::MIN), "wide"
    );
}

#[test]
fn three_ways_are_one() {
    let kept = Kept::new(LevelFilter::Trace);
    let expected = kept.of(ours);
    assert_eq!(expected.len(), 5);
    assert_eq!(expected[2]["fields"]["share"], 0.25);
    assert_eq!(expected[3]["fields"]["again"], "Peer(127.0.0.1)");
    assert_eq!(expected[4]["target"], "billing");
    assert_eq!(kept.of(by_log), expected);
    assert_eq!(kept.of_tracing(by_tracing), expected);
    // What was met before is found again.
    assert_eq!(kept.of(by_log), expected);
    assert_eq!(kept.of_tracing(by_tracing), expected);
}
