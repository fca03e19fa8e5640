//! What was written survives a reset at any store, and nothing that was not.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test")]

use hydra_log_core::block::{self, Kind};
use hydra_log_core::token::Token;
use hydra_log_embedded::{Memory, Retained, Sink};
use proptest::prelude::*;

const BYTES: usize = 256;

/// A reset: the same contents, and a program that starts again.
fn restarted(contents: [u8; BYTES], end: u32) -> Retained<BYTES> {
    let memory: &'static _ = Box::leak(Box::new(Memory::holding(contents, end)));
    let token: &'static _ = Box::leak(Box::new(Token::new()));
    let kept = memory.open(token).unwrap();
    assert!(memory.open(token).is_none(), "there is one writer");
    kept
}

/// The payloads of the blocks that are there.
fn found(kept: &Retained<BYTES>) -> Vec<Vec<u8>> {
    let mut stream = Vec::new();
    let count = kept.read(|byte| stream.push(byte));
    let (mut rest, mut payloads) = (&stream[..], Vec::new());
    while !rest.is_empty() {
        let len = usize::from(rest[4]);
        payloads.push(rest[12..12 + len].to_vec());
        rest = &rest[12 + len..];
    }
    assert_eq!(payloads.len(), count);
    payloads
}

fn write(kept: &mut Retained<BYTES>, payload: &[u8]) {
    let head = block::head(Kind::Firmware, 0, payload).unwrap();
    assert!(kept.write(&head, payload));
}

#[test]
fn the_newest_blocks_are_kept_in_order() {
    let mut kept = restarted([7; BYTES], 99);
    assert_eq!(found(&kept), [[0; 0]; 0]);
    // Three times around the memory, or thirteen.
    for number in 0..if cfg!(miri) { 24 } else { 100 } {
        write(&mut kept, &[number; 20]);
        let expected = (0..=number).rev().take(8).rev();
        let expected: Vec<_> = expected.map(|number| vec![number; 20]).collect();
        let found = found(&kept);
        assert!(expected.ends_with(&found) && found.len() >= expected.len().min(7), "{found:?}");
    }
    assert!(!kept.write(&[0; BYTES], &[1]), "longer than the memory");
    kept.clear();
    assert_eq!(found(&kept), [[0; 0]; 0]);
}

#[test]
fn a_reset_at_any_store_costs_at_most_what_was_being_written() {
    // Around the end of the memory is one of the few that an interpreter gets.
    for written in (1..20_u8).step_by(if cfg!(miri) { 6 } else { 1 }) {
        let mut kept = restarted([0; BYTES], 0);
        (0..written).for_each(|number| write(&mut kept, &[number; 30]));
        let before = found(&kept);
        let (old, old_end) = kept.memory().contents();
        write(&mut kept, &[written; 30]);
        let (new, new_end) = kept.memory().contents();
        let start = old_end as usize;
        let at = |step: usize| (start + step) % BYTES;
        // The first byte is blanked, the others follow, then the end, then the first byte.
        let mut contents = old;
        contents[start] = 0;
        for step in 1..=42 {
            if !cfg!(miri) || step % 10 == 1 {
                let found = found(&restarted(contents, old_end));
                let lost = before.len() - found.len();
                assert!(lost <= 2 && before.ends_with(&found), "{written} {step}: {found:?}");
            }
            contents[at(step)] = if step < 42 { new[at(step)] } else { contents[at(step)] };
        }
        assert!(before.ends_with(&found(&restarted(contents, new_end))));
        contents[start] = new[start];
        assert_eq!(found(&restarted(contents, new_end)).last(), Some(&vec![written; 30]));
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: if cfg!(miri) { 4 } else { 256 },
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn any_contents_are_harmless(
        contents in proptest::collection::vec(any::<u8>(), BYTES),
        end in any::<u32>(),
        payload in proptest::collection::vec(any::<u8>(), 0..100),
    ) {
        let mut kept = restarted(contents.try_into().unwrap(), end);
        prop_assert_eq!(found(&kept).len(), 0);
        write(&mut kept, &payload);
        prop_assert_eq!(found(&kept), [payload]);
    }
}
