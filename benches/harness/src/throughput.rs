//! B2: records a second from one thread, until the last is in the file.

use core::hint::black_box;
use std::time::Instant;

use crate::Figure;
use crate::lines::Content;
use crate::values::arguments;

/// All calls have returned; not all records are in the file.
#[derive(Clone, Copy, Debug)]
pub struct Called {
    begin: Instant,
    seconds: f64,
}

/// Seconds until the last call was over, and until everything was in the file.
#[derive(Clone, Copy, Debug)]
pub struct Took {
    called: f64,
    written: f64,
}

/// Logs so many records.
#[inline(always)]
pub fn log(records: u64, mut call: impl FnMut(u64, i32, f64)) -> Called {
    let begin = Instant::now();
    for n in 0..records {
        let (integer, double) = arguments(n);
        call(black_box(n), integer, double);
    }
    Called { begin, seconds: begin.elapsed().as_secs_f64() }
}

impl Called {
    /// Everything is in the file now.
    #[must_use]
    pub fn written(self) -> Took {
        Took { called: self.seconds, written: self.begin.elapsed().as_secs_f64() }
    }
}

/// `name_mps`, `name_calls_mps` and `name_bytes`.
#[must_use]
pub fn figures(name: &str, records: u64, content: Content, took: Took) -> Vec<Figure> {
    let lost = records.saturating_sub(content.lines);
    #[expect(clippy::cast_precision_loss, reason = "millions, shown in three digits")]
    let [logged, written] = [records, content.lines.min(records)].map(|count| count as f64 / 1e6);
    vec![
        // Lost records were not written: they make nobody faster.
        Figure::new(format!("{name}_mps"), written / took.written, "M records/s", lost),
        Figure::new(format!("{name}_calls_mps"), logged / took.called, "M calls/s", lost),
        Figure::new(format!("{name}_bytes"), content.bytes_a_line(), "bytes", lost),
    ]
}
