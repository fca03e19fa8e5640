//! defmt's macros and encoder on this machine, measured; the caller writes the frames.
#![expect(unsafe_code, reason = "defmt's global logger is an unsafe trait over a static")]

use std::cell::UnsafeCell;
use std::fs::File;
use std::io::{BufWriter, Read, Write};
use std::path::Path;
use std::process::ExitCode;

use harness::lines::Content;
use harness::{About, Peer};

struct State {
    encoder: defmt::Encoder,
    writer: Option<BufWriter<File>>,
}

/// Only one thread logs: [`Peer::ABOUT`] allows no second.
struct Cell(UnsafeCell<State>);

// SAFETY: race: one thread starts, logs and finishes.
unsafe impl Sync for Cell {}

static CELL: Cell = Cell(UnsafeCell::new(State { encoder: defmt::Encoder::new(), writer: None }));

/// Lends the state for one step.
#[inline(always)]
fn with<R>(step: impl FnOnce(&mut State) -> R) -> R {
    // SAFETY: bounds: a static; race: one thread, and no step calls another.
    step(unsafe { &mut *CELL.0.get() })
}

fn put(writer: &mut Option<BufWriter<File>>, bytes: &[u8]) {
    if let Some(writer) = writer {
        // A frame that cannot be written is missed when frames are counted.
        drop(writer.write_all(bytes));
    }
}

#[defmt::global_logger]
struct Logger;

// SAFETY: race: one thread logs, so nobody else can acquire.
unsafe impl defmt::Logger for Logger {
    fn acquire() {
        with(|State { encoder, writer }| encoder.start_frame(|bytes| put(writer, bytes)));
    }

    unsafe fn flush() {}

    unsafe fn release() {
        with(|State { encoder, writer }| encoder.end_frame(|bytes| put(writer, bytes)));
    }

    unsafe fn write(bytes: &[u8]) {
        with(|State { encoder, writer }| encoder.write(bytes, |bytes| put(writer, bytes)));
    }
}

defmt::timestamp!("{=u64}", harness::clock::ticks());

#[defmt::panic_handler]
fn panic() -> ! {
    std::process::abort()
}

struct Subject;

impl Peer for Subject {
    const ABOUT: About = About {
        package: "defmt",
        setup: "rzCOBS frames with a 64-bit stamp, one thread, the caller writes a BufWriter; \
                off is decided by the compiler",
        when_full: "waits: the caller writes",
        threads: 1,
    };

    fn start(file: &Path) -> Result<Self, String> {
        let file = File::create(file).map_err(|error| error.to_string())?;
        with(|state| state.writer = Some(BufWriter::with_capacity(64 << 10, file)));
        Ok(Self)
    }

    #[inline(always)]
    fn fixed(&self) {
        defmt::info!("Starting backup replica garbage collector thread");
    }

    #[inline(always)]
    fn three(&self, n: u64, integer: i32, double: f64) {
        defmt::info!("Logging iteration {} int {} double {}", n, integer, double);
    }

    #[inline(always)]
    fn string(&self, text: &str) {
        defmt::info!("Request for {}", text);
    }

    #[inline(always)]
    fn off(&self, n: u64, integer: i32, double: f64) {
        defmt::debug!("Logging iteration {} int {} double {}", n, integer, double);
    }

    fn finish(self) -> Result<(), String> {
        with(|state| state.writer.take().map_or(Ok(()), |mut writer| writer.flush()))
            .map_err(|error| error.to_string())
    }

    /// A frame ends with a zero, and holds no other.
    fn content(path: &Path) -> Result<Content, String> {
        let mut bytes = Vec::new();
        let read = File::open(path).and_then(|mut file| file.read_to_end(&mut bytes));
        read.map_err(|error| error.to_string())?;
        // An empty frame is the encoder's way to begin a stream.
        let frames = bytes.split(|&byte| byte == 0).filter(|frame| !frame.is_empty()).count();
        Ok(Content { lines: frames as u64, bytes: bytes.len() as u64 })
    }
}

fn main() -> ExitCode {
    harness::main::<Subject>()
}
