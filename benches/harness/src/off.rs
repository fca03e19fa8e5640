//! A call that is off: the least of seven rounds, as interference only adds.

use core::hint::black_box;
use std::time::Instant;

const CALLS: u32 = 3_000_000;
const ROUNDS: usize = 7;

/// Nanoseconds a call, the loop around it included.
#[inline(always)]
pub fn least(mut call: impl FnMut(u32)) -> f64 {
    let mut round = || {
        let begin = Instant::now();
        for n in 0..CALLS {
            call(black_box(n));
        }
        begin.elapsed().as_secs_f64() * 1e9 / f64::from(CALLS)
    };
    (0..ROUNDS).map(|_| round()).fold(f64::INFINITY, f64::min)
}
