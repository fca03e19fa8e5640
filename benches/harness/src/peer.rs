//! What a logger has to offer to be measured, and the measurements of one.

use std::path::Path;

use crate::clock::ns_per_tick;
use crate::lines::Content;
use crate::values::{Texts, arguments};
use crate::{Figure, Size, become_producer, bursts, crowd, off, open_loop, throughput};

/// What has to be known beside the figures.
#[derive(Clone, Copy, Debug)]
pub struct About {
    /// The package, as the lock file names it; empty for none.
    pub package: &'static str,
    /// How it was set up, in a few words.
    pub setup: &'static str,
    /// What a call does when the logger cannot take more.
    pub when_full: &'static str,
    /// How many threads may log at once.
    pub threads: usize,
}

/// A logger. Its calls have to be `#[inline(always)]`, as the macros of most are.
pub trait Peer: Sync + Sized {
    /// What has to be known beside the figures.
    const ABOUT: About;

    /// Starts it, writing to this file.
    ///
    /// # Errors
    /// A sentence that says why it does not start.
    fn start(file: &Path) -> Result<Self, String>;

    /// Logs a message without arguments.
    fn fixed(&self);

    /// Logs `(u64, i32, f64)`.
    fn three(&self, iteration: u64, integer: i32, double: f64);

    /// Logs a string.
    fn string(&self, text: &str);

    /// A call of a level that is off while the program runs.
    fn off(&self, iteration: u64, integer: i32, double: f64);

    /// Ends it; returns when everything is in the file.
    ///
    /// # Errors
    /// A sentence that says what is not.
    fn finish(self) -> Result<(), String>;

    /// How many records and bytes are in the file.
    ///
    /// # Errors
    /// The file cannot be read.
    fn content(file: &Path) -> Result<Content, String> {
        Content::of(file).map_err(|error| error.to_string())
    }
}

/// The measurements of a logger, in the order of one round.
pub const JOBS: [&str; 8] = ["b1", "static", "string", "two", "four", "b1p", "off", "text"];

/// Runs one of [`JOBS`].
pub(crate) fn run<P: Peer>(job: &str, size: &Size) -> Result<Vec<Figure>, String> {
    let texts = Texts::default();
    let three = |peer: &P, n: u64| {
        let (integer, double) = arguments(n);
        peer.three(n, integer, double);
    };
    match job {
        "b1" => burst::<P>("b1", size, three),
        "static" => burst::<P>("static", size, |peer, _| peer.fixed()),
        "string" => burst::<P>("string", size, |peer, n| peer.string(texts.of(n))),
        "two" => several::<P>("two", 2, size, three),
        "four" => several::<P>("four", 4, size, three),
        "b1p" => at_a_rate::<P>(size, three),
        "off" => switched_off::<P>(size),
        "text" => until_written::<P>(size),
        _ => Err(format!("no measurement is called `{job}`")),
    }
}

fn burst<P: Peer>(name: &str, size: &Size, call: impl Fn(&P, u64)) -> Result<Vec<Figure>, String> {
    let peer = P::start(&size.file)?;
    become_producer();
    let ns_per_tick = ns_per_tick();
    let samples = bursts::run(size.bursts, |n| call(&peer, n), core::hint::spin_loop);
    let lost = lost::<P>(peer, size, bursts::calls(size.bursts))?;
    Ok(bursts::quantiles(name, samples, ns_per_tick, lost))
}

fn several<P: Peer>(
    name: &str,
    threads: usize,
    size: &Size,
    call: impl Fn(&P, u64) + Sync,
) -> Result<Vec<Figure>, String> {
    if threads > P::ABOUT.threads {
        return Ok(Vec::new());
    }
    let peer = P::start(&size.file)?;
    let ns_per_tick = ns_per_tick();
    let count = size.bursts / 2;
    let samples = crowd::run(threads, count, |n| call(&peer, n));
    let lost = lost::<P>(peer, size, bursts::calls(count) * threads as u64)?;
    Ok(bursts::quantiles(name, samples, ns_per_tick, lost))
}

fn at_a_rate<P: Peer>(size: &Size, call: impl Fn(&P, u64)) -> Result<Vec<Figure>, String> {
    let peer = P::start(&size.file)?;
    become_producer();
    let ns_per_tick = ns_per_tick();
    let samples = open_loop::run(size.seconds, ns_per_tick, |n| call(&peer, n));
    let lost = lost::<P>(peer, size, open_loop::calls(size.seconds))?;
    Ok(open_loop::quantiles("b1p", &samples, ns_per_tick, lost))
}

fn switched_off<P: Peer>(size: &Size) -> Result<Vec<Figure>, String> {
    let peer = P::start(&size.file)?;
    become_producer();
    let ns = off::least(|n| peer.off(u64::from(n), n.cast_signed(), f64::from(n)));
    peer.finish()?;
    match P::content(&size.file)?.lines {
        0 => Ok(vec![Figure::new("off_ns", ns, "ns", 0)]),
        lines => Err(format!("{lines} lines of a level that is off")),
    }
}

fn until_written<P: Peer>(size: &Size) -> Result<Vec<Figure>, String> {
    let peer = P::start(&size.file)?;
    become_producer();
    let called = throughput::log(size.records, |n, integer, double| {
        peer.three(n, integer, double);
    });
    peer.finish()?;
    let took = called.written();
    Ok(throughput::figures("text", size.records, P::content(&size.file)?, took))
}

/// Ends it; how many of the calls are not in the file.
fn lost<P: Peer>(peer: P, size: &Size, calls: u64) -> Result<u64, String> {
    peer.finish()?;
    Ok(calls.saturating_sub(P::content(&size.file)?.lines))
}
