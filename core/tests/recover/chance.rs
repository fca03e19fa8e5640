//! Arbitrary images: a walk ends, stays inside, and accounts for what it saw.

use hydra_log_core::recover::{Geometry, Layout, Places, Walk, mpsc, spool, spsc};
use proptest::prelude::*;

use crate::cases;

fn ends(walk: Walk<'_>, data: &[u8], geometry: Geometry) -> Result<(), TestCaseError> {
    let mut walk = walk;
    let bounds = data.as_ptr_range();
    let mut steps = 0;
    for found in walk.by_ref() {
        let range = found.bytes.as_ptr_range();
        prop_assert!(bounds.start <= range.start && range.end <= bounds.end);
        prop_assert!(!found.bytes.is_empty() && found.bytes.len() <= geometry.longest);
        steps += 1;
        prop_assert!(steps <= geometry.capacity / 8, "more records than granules");
    }
    let report = walk.report();
    prop_assert_eq!(report.records, steps);
    prop_assert!(report.hole_bytes <= geometry.capacity);
    prop_assert!(report.holes * 8 <= report.hole_bytes);
    prop_assert_eq!(walk.next(), None);
    Ok(())
}

/// A map's bytes: mostly of entries that a claim may have.
fn words() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(prop_oneof![Just(0_u8), Just(0x80), 0_u8..4, any::<u8>()], 0..80)
}

/// Mostly what a ring may hold, and at times anything.
fn position() -> impl Strategy<Value = usize> {
    prop_oneof![
        8 => (0_usize..40).prop_map(|granule| (granule * 8).wrapping_sub(160)),
        1 => any::<usize>(),
    ]
}

proptest! {
    #![proptest_config(cases(400))]

    #[test]
    fn any_image_is_walked_to_its_end(
        data in prop::collection::vec(prop_oneof![3 => 0_u8..9, 1 => any::<u8>()], 0..400),
        map in words(),
        capacity in prop_oneof![8 => (4_u32..9).prop_map(|bits| 1 << bits), 1 => any::<usize>()],
        longest in prop_oneof![8 => (1_usize..10).prop_map(|count| count * 8), 1 => any::<usize>()],
        (head, tail) in (position(), position()),
        moved in any::<bool>(),
    ) {
        let geometry = Geometry { capacity, longest };
        let places = Places { head, tail, moved };
        ends(spsc(&data, geometry, places), &data, geometry)?;
        ends(mpsc(&data, &map, geometry, places), &data, geometry)?;
        ends(spool(&data, geometry, places), &data, geometry)?;
    }

    #[test]
    fn any_words_are_read_or_refused(words in prop::collection::vec(any::<u8>(), 0..600)) {
        let layouts: [Layout; 2] =
            [hydra_log_core::ring::spsc::Ring::LAYOUT, <hydra_log_core::ring::mpsc::Ring>::LAYOUT];
        for layout in layouts {
            let places = Places::of_ring(&words, &layout, 0);
            let losses = Places::losses(&words, &layout);
            if words.len() >= layout.bytes {
                prop_assert!(places.is_ok() && losses.is_ok());
            }
            prop_assert!(places.is_err() || !words.is_empty());
        }
    }
}
