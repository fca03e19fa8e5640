//! A ring of one producer against `ringbuf`, a ring that others have used for years.

use crate::effort::cases;
use crate::memory::{log, spsc_ring, take};
use proptest::prelude::*;
use ringbuf::HeapRb;
use ringbuf::traits::Observer as _;

proptest! {
    #![proptest_config(cases(300))]

    #[test]
    fn records_of_one_size_come_and_go_as_in_ringbuf(
        pushes in prop::collection::vec(any::<bool>(), 1..if cfg!(miri) { 60 } else { 400 }),
        slots in prop::sample::select(vec![1_usize, 2, 4, 8]),
        start in (0_usize..300).prop_map(|back| usize::MAX - back),
    ) {
        let ring = spsc_ring(slots * 16, 16, start);
        let mut oracle = HeapRb::new(slots);
        // SAFETY: one thread is both.
        let (producer, consumer) = unsafe { (ring.producer(), ring.consumer()) };
        for (tag, push) in (0_u32..).zip(pushes) {
            if push {
                prop_assert_eq!(log(&producer, 16, tag), oracle.try_push(tag).is_ok());
            } else {
                prop_assert_eq!(take(&consumer).map(|(tag, _)| tag), oracle.try_pop());
            }
            prop_assert_eq!(ring.pending_bytes(), oracle.occupied_len() * 16);
        }
    }
}
