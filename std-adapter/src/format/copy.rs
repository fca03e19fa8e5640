//! Copies of short texts, without a call: most pieces of a line have fewer than 32 bytes.

/// Copies `source` to the start of `target`, which is at least as long.
#[inline(always)]
pub(super) fn copy(target: &mut [u8], source: &[u8]) {
    let len = source.len();
    let Some(target) = target.get_mut(..len) else { return };
    match len {
        0 => {}
        1..4 => small(target, source),
        4..8 => ends::<4>(target, source),
        8..16 => ends::<8>(target, source),
        16..=32 => ends::<16>(target, source),
        _ => target.copy_from_slice(source),
    }
}

/// Copies the first `N` bytes and the last `N`: all, if there are `N` to `2 N`.
#[inline(always)]
fn ends<const N: usize>(target: &mut [u8], source: &[u8]) {
    if let (Some(to), Some(from)) = (target.first_chunk_mut::<N>(), source.first_chunk::<N>()) {
        *to = *from;
    }
    if let (Some(to), Some(from)) = (target.last_chunk_mut::<N>(), source.last_chunk::<N>()) {
        *to = *from;
    }
}

#[inline(always)]
fn small(target: &mut [u8], source: &[u8]) {
    for (to, from) in target.iter_mut().zip(source) {
        *to = *from;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_every_length() {
        let source: Vec<u8> = (0..100).collect();
        for len in 0..=100 {
            let mut target = [0xFF; 101];
            copy(&mut target, &source[..len]);
            assert_eq!(target[..len], source[..len]);
            assert!(target[len..].iter().all(|byte| *byte == 0xFF));
        }
    }
}
