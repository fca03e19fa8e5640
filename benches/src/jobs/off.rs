//! A call that is off: a debug line while the level is info.

use core::hint::black_box;
use std::time::Instant;

use hydra_log::debug;

use super::{Figure, Size, become_producer, engine};

const CALLS: u32 = 3_000_000;
const ROUNDS: usize = 7;

/// The least of seven rounds; the loop around it is part of the figure and shown beside it.
pub(super) fn run(size: &Size) -> Result<Vec<Figure>, String> {
    let guard = engine::text(&size.file)?;
    become_producer();
    let off = least(|n| {
        debug!("Logging iteration {} int {} double {}", u64::from(n), n, f64::from(n));
    });
    let empty = least(|n| {
        black_box(n);
    });
    let content = engine::finish(guard, &size.file)?;
    if content.lines > 0 {
        return Err(format!("{} lines of a level that is off", content.lines));
    }
    Ok(vec![Figure::new("off_ns", off, "ns", 0), Figure::new("empty_loop_ns", empty, "ns", 0)])
}

fn least(mut call: impl FnMut(u32)) -> f64 {
    let mut round = || {
        let begin = Instant::now();
        for n in 0..CALLS {
            call(black_box(n));
        }
        begin.elapsed().as_secs_f64() * 1e9 / f64::from(CALLS)
    };
    (0..ROUNDS).map(|_| round()).fold(f64::INFINITY, f64::min)
}
