//! Millions of records a second from one thread, until the last is in the file.
//!
//! The baseline is what one writes without a library: a mutex around a buffered writer, a stamp
//! from the system's clock, the line formatted by the caller. Its lines are like ours.

use core::hint::black_box;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use hydra_log::{Guard, info};

use super::{Figure, Size, become_producer, engine};
use crate::civil::Civil;
use crate::lines::Content;

/// Lines shorter than this would flatter everybody.
const LEAST_LINE_BYTES: f64 = 80.0;

/// Text to a file.
pub(super) fn text(size: &Size) -> Result<Vec<Figure>, String> {
    logged("text", engine::text(&size.file)?, size)
}

/// JSON lines to a file.
pub(super) fn json(size: &Size) -> Result<Vec<Figure>, String> {
    logged("json", engine::json(&size.file)?, size)
}

/// A binary log.
pub(super) fn binary(size: &Size) -> Result<Vec<Figure>, String> {
    logged_binary("binary", size, |n| {
        let (integer, double) = arguments(n);
        let n = black_box(n);
        info!(target: "bench", "Logging iteration {} int {} double {}", n, integer, double);
    })
}

/// A binary log of messages without arguments.
pub(super) fn binary_static(size: &Size) -> Result<Vec<Figure>, String> {
    logged_binary("binary_static", size, |n| {
        black_box(n);
        info!(target: "bench", "Starting backup replica garbage collector thread");
    })
}

/// A binary log of arguments that have nothing to do with the ones before.
pub(super) fn binary_random(size: &Size) -> Result<Vec<Figure>, String> {
    logged_binary("binary_random", size, |n| {
        // A step of a counter, mixed (splitmix64).
        let mixed = |n: u64| {
            let n = n.wrapping_mul(0x9E37_79B9_7F4A_7C15);
            let n = (n ^ n >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            let n = (n ^ n >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
            n ^ n >> 31
        };
        let [number, other] = [mixed(2 * n), mixed(2 * n + 1)];
        #[expect(clippy::cast_possible_truncation, reason = "some of its bits")]
        let integer = (other >> 32).cast_signed() as i32;
        let double = f64::from_bits(number >> 2 | 1 << 61);
        info!(target: "bench", "Logging iteration {} int {} double {}", number, integer, double);
    })
}

fn logged_binary(name: &str, size: &Size, call: impl Fn(u64)) -> Result<Vec<Figure>, String> {
    let guard = engine::binary(&size.file)?;
    become_producer();
    let begin = Instant::now();
    for n in 0..size.records {
        call(n);
    }
    let called = begin.elapsed().as_secs_f64();
    guard.flush().map_err(|error| error.to_string())?;
    let written = begin.elapsed().as_secs_f64();
    let content = engine::finish_binary(guard, &size.file)?;
    Ok(rates(name, size, content, called, written))
}

fn logged(name: &str, guard: Guard, size: &Size) -> Result<Vec<Figure>, String> {
    become_producer();
    let begin = Instant::now();
    for n in 0..size.records {
        let (integer, double) = arguments(n);
        let n = black_box(n);
        info!(target: "bench", "Logging iteration {} int {} double {}", n, integer, double);
    }
    let called = begin.elapsed().as_secs_f64();
    guard.flush().map_err(|error| error.to_string())?;
    let written = begin.elapsed().as_secs_f64();
    let content = engine::finish(guard, &size.file)?;
    figures(name, size, content, called, written)
}

/// A mutex around a buffered writer.
pub(super) fn baseline(size: &Size) -> Result<Vec<Figure>, String> {
    become_producer();
    let writer = Naive::create(&size.file).map_err(|error| error.to_string())?;
    let begin = Instant::now();
    for n in 0..size.records {
        let (integer, double) = arguments(n);
        let n = black_box(n);
        writer
            .log(format_args!("Logging iteration {n} int {integer} double {double}"))
            .map_err(|error| error.to_string())?;
    }
    let called = begin.elapsed().as_secs_f64();
    writer.flush().map_err(|error| error.to_string())?;
    let written = begin.elapsed().as_secs_f64();
    let content = Content::of(&size.file).map_err(|error| error.to_string())?;
    figures("baseline", size, content, called, written)
}

#[inline(always)]
fn arguments(n: u64) -> (i32, f64) {
    let integer = i32::try_from(n & 0xffff).unwrap_or(0);
    (integer, f64::from(integer) * 0.25)
}

fn figures(
    name: &str,
    size: &Size,
    content: Content,
    called: f64,
    written: f64,
) -> Result<Vec<Figure>, String> {
    let bytes = content.bytes_a_line();
    if bytes < LEAST_LINE_BYTES {
        return Err(format!("{name}: lines of {bytes:.1} bytes, {LEAST_LINE_BYTES} are wanted"));
    }
    Ok(rates(name, size, content, called, written))
}

fn rates(name: &str, size: &Size, content: Content, called: f64, written: f64) -> Vec<Figure> {
    let bytes = content.bytes_a_line();
    let lost = size.records.saturating_sub(content.lines);
    #[expect(clippy::cast_precision_loss, reason = "millions, shown in three digits")]
    let millions = size.records as f64 / 1e6;
    vec![
        Figure::new(format!("{name}_mps"), millions / written, "M records/s", lost),
        Figure::new(format!("{name}_calls_mps"), millions / called, "M calls/s", lost),
        Figure::new(format!("{name}_bytes"), bytes, "bytes", lost),
    ]
}

/// What one writes without a library.
struct Naive {
    state: Mutex<State>,
}

struct State {
    writer: BufWriter<File>,
    /// The text of the second that the last line was in: the calendar is asked once a second.
    second: u64,
    stamp: String,
}

impl Naive {
    fn create(path: &Path) -> std::io::Result<Self> {
        let writer = BufWriter::with_capacity(64 << 10, File::create(path)?);
        Ok(Self { state: Mutex::new(State { writer, second: 0, stamp: String::new() }) })
    }

    fn log(&self, message: core::fmt::Arguments<'_>) -> std::io::Result<()> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let State { writer, second, stamp } = &mut *state;
        if *second != now.as_secs() {
            *second = now.as_secs();
            *stamp = Civil::of(*second).text();
        }
        let micros = now.subsec_micros();
        writeln!(writer, "{stamp}.{micros:06}Z  INFO bench: {message}")
    }

    fn flush(&self) -> std::io::Result<()> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).writer.flush()
    }
}
