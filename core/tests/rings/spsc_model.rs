//! Operations on a ring of one producer against a queue that is obviously right.

use crate::effort::cases;
use crate::spsc::{Step, check};
use proptest::prelude::*;

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let len = 1_usize..80;
    let step = prop_oneof![
        4 => (len.clone(), len.clone()).prop_map(|(a, b)| Step::Log(a.max(b), a.min(b))),
        1 => len.clone().prop_map(Step::Note),
        1 => len.clone().prop_map(Step::Abandon),
        2 => (len.clone(), 0_usize..160).prop_map(|(room, keep)| Step::Keep(room, keep)),
        1 => len.prop_map(Step::Once),
        2 => Just(Step::Poll),
        4 => Just(Step::Take),
        2 => Just(Step::Release),
        1 => Just(Step::ReleaseNow),
        1 => Just(Step::Gap),
    ];
    prop::collection::vec(step, 1..if cfg!(miri) { 40 } else { 200 })
}

proptest! {
    #![proptest_config(cases(400))]

    #[test]
    fn a_ring_is_a_queue(
        steps in steps(),
        capacity in prop::sample::select(vec![16_usize, 32, 64, 128]),
        spill in (1_usize..20).prop_map(|granules| granules * 8),
        start in (0_usize..300).prop_map(|back| usize::MAX - back),
    ) {
        check(&steps, capacity, spill, start);
    }
}
