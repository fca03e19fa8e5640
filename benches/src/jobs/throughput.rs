//! Millions of records a second from one thread, until the last is in the file.
//!
//! The baseline is what one writes without a library; its lines are like ours.

use harness::lines::Content;
use harness::naive::Naive;
use harness::throughput::{self, Called, Took};
use harness::values::Texts;
use harness::{Figure, Size, become_producer};
use hydra_log::{Guard, info};

use super::engine;

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

/// Text to a file, looked through for secrets: a text among the values is what keeps it from being
/// passed over unseen.
pub(super) fn redact(size: &Size) -> Result<Vec<Figure>, String> {
    let guard = engine::redacted(&size.file)?;
    let texts = Texts::default();
    become_producer();
    let called = throughput::log(size.records, |n, integer, double| {
        let text = texts.of(n);
        info!(target: "bench", "Log {} iteration {} int {} double {}", text, n, integer, double);
    });
    let took = flushed(&guard, called)?;
    let content = engine::finish(guard, &size.file)?;
    figures("redact", size, content, took)
}

/// A binary log.
pub(super) fn binary(size: &Size) -> Result<Vec<Figure>, String> {
    logged_binary("binary", size, |n, integer, double| {
        info!(target: "bench", "Logging iteration {} int {} double {}", n, integer, double);
    })
}

/// A binary log of messages without arguments.
pub(super) fn binary_static(size: &Size) -> Result<Vec<Figure>, String> {
    logged_binary("binary_static", size, |_, _, _| {
        info!(target: "bench", "Starting backup replica garbage collector thread");
    })
}

/// A binary log of arguments that have nothing to do with the ones before.
pub(super) fn binary_random(size: &Size) -> Result<Vec<Figure>, String> {
    logged_binary("binary_random", size, |n, _, _| {
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

fn logged_binary(
    name: &str,
    size: &Size,
    call: impl FnMut(u64, i32, f64),
) -> Result<Vec<Figure>, String> {
    let guard = engine::binary(&size.file)?;
    become_producer();
    let took = flushed(&guard, throughput::log(size.records, call))?;
    let content = engine::finish_binary(guard, &size.file)?;
    Ok(throughput::figures(name, size.records, content, took))
}

fn logged(name: &str, guard: Guard, size: &Size) -> Result<Vec<Figure>, String> {
    become_producer();
    let called = throughput::log(size.records, |n, integer, double| {
        info!(target: "bench", "Logging iteration {} int {} double {}", n, integer, double);
    });
    let took = flushed(&guard, called)?;
    let content = engine::finish(guard, &size.file)?;
    figures(name, size, content, took)
}

fn flushed(guard: &Guard, called: Called) -> Result<Took, String> {
    guard.flush().map_err(|error| error.to_string())?;
    Ok(called.written())
}

/// A mutex around a buffered writer.
pub(super) fn baseline(size: &Size) -> Result<Vec<Figure>, String> {
    become_producer();
    let writer = Naive::create(&size.file).map_err(|error| error.to_string())?;
    let called = throughput::log(size.records, |n, integer, double| {
        // A line that cannot be written is missed when lines are counted.
        drop(writer.log(format_args!("Logging iteration {n} int {integer} double {double}")));
    });
    writer.flush().map_err(|error| error.to_string())?;
    let took = called.written();
    let content = Content::of(&size.file).map_err(|error| error.to_string())?;
    figures("baseline", size, content, took)
}

fn figures(name: &str, size: &Size, content: Content, took: Took) -> Result<Vec<Figure>, String> {
    let bytes = content.bytes_a_line();
    if bytes < LEAST_LINE_BYTES {
        return Err(format!("{name}: lines of {bytes:.1} bytes, {LEAST_LINE_BYTES} are wanted"));
    }
    Ok(throughput::figures(name, size.records, content, took))
}
