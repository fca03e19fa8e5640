//! Operations on a shared ring against a queue that is obviously right, with both kinds of claim.

use crate::effort::cases;
use crate::mpsc::{Step, check};
use hydra_log_core::ring::mpsc::claim::{ByCas, InSection};
use proptest::prelude::*;

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        4 => (0_usize..80).prop_map(Step::Reserve),
        3 => (any::<usize>(), 1_usize..80)
            .prop_map(|(which, used)| Step::Commit(which, used)),
        1 => any::<usize>().prop_map(Step::Drop),
        4 => Just(Step::Take),
        2 => Just(Step::Release),
    ];
    prop::collection::vec(step, 1..if cfg!(miri) { 40 } else { 200 })
}

proptest! {
    #![proptest_config(cases(300))]

    #[test]
    fn a_shared_ring_is_a_queue(
        steps in steps(),
        capacity in prop::sample::select(vec![16_usize, 32, 64, 128]),
        spill in (1_usize..20).prop_map(|granules| granules * 8),
        start in (0_usize..300).prop_map(|back| usize::MAX - back),
    ) {
        check(ByCas, &steps, capacity, spill, start);
        check(InSection::new(), &steps, capacity, spill, start);
    }
}
