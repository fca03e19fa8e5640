//! A program that logs at full speed until it dies: `cargo xtask chaos` kills it.
//!
//! `victim run DIR PEER HOW THREADS AFTER_US` logs numbered records from so many threads, and after
//! so many microseconds dies by itself (`segv`, `abort`, `exit`, `panic`, `oom`) or waits to be
//! killed (`kill`). It writes to a file, and where PEER is `pipe` or `socket`, to DIR/peer, too.
//! What it had logged it says outside the engine, in DIR/witness: a word of 64 bits for each
//! thread, 64 bytes apart, stored after each call returned. `victim recover DIR PEER` is the next
//! start: it writes what was left, and says what it found.
#![cfg_attr(unix, expect(unsafe_code, reason = "maps a page, and dies in every way"))]
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test's other half")]

use core::time::Duration;
use std::path::Path;
use std::{env, io, thread};

use hydra_log::sink::{File, Place, Sink, WriteError};
use hydra_log::{Builder, Error, Overflow};

/// Where one thread's word stands behind the one before.
const STRIDE: usize = 64;

fn main() {
    let words: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        #[cfg(unix)]
        ["run", place, peer, how, threads, after_us] => run::run(
            Path::new(place),
            peer,
            how,
            threads.parse().unwrap(),
            Duration::from_micros(after_us.parse().unwrap()),
        ),
        ["recover", place, peer] => recover(Path::new(place), peer),
        _ => println!("victim run DIR PEER HOW THREADS AFTER_US | victim recover DIR PEER"),
    }
}

fn builder(place: &Path, peer: &str) -> Builder {
    let builder = Builder::new()
        .overflow(Overflow::Wait(Duration::from_secs(600)))
        // Nobody gives up on one of two sinks.
        .stall(Duration::from_secs(600))
        .crash_proof(place.join("rings"))
        .on_error(tell)
        .sink(Slow(File::open(place.join("app.log")).unwrap()));
    let path = place.join("peer");
    match peer {
        "pipe" => builder.sink(File::open(path).unwrap()),
        #[cfg(unix)]
        "socket" => builder.sink(hydra_log::sink::Net::unix(path)),
        _ => builder,
    }
}

/// A pipe that is full for a while is none.
fn tell(error: &Error) {
    match error {
        Error::Write { lost: 0, .. } => {}
        error => println!("error {error}"),
    }
}

/// A disk that takes a piece at a time: death comes between any two of them.
struct Slow(File);

impl Sink for Slow {
    fn write(&mut self, lines: &[u8]) -> Result<(), WriteError> {
        const PIECE: usize = 1000;
        for (count, piece) in lines.chunks(PIECE).enumerate() {
            self.0.write(piece).map_err(|error| {
                let written = count * PIECE + error.written;
                WriteError { written, source: error.source }
            })?;
            thread::yield_now();
        }
        Ok(())
    }

    fn name(&self) -> String {
        self.0.name()
    }

    fn place(&mut self) -> io::Result<Option<Place>> {
        self.0.place()
    }
}

/// The next start.
fn recover(place: &Path, peer: &str) {
    let engine = builder(place, peer).build().unwrap();
    println!("recovered {}", engine.stats().recovered);
    engine.shutdown(Duration::from_secs(10));
}

#[cfg(unix)]
mod run {
    use super::{STRIDE, builder};
    use core::hint::black_box;
    use core::time::Duration;
    use std::fs;
    use std::os::fd::AsRawFd;
    use std::path::Path;
    use std::{process, thread};

    use hydra_log::info;

    /// Words that outlive the process.
    #[derive(Clone, Copy)]
    struct Witness(*mut u8);

    // SAFETY: race: each thread stores to a word of its own.
    unsafe impl Send for Witness {}

    impl Witness {
        fn new(place: &Path, threads: usize) -> Self {
            let bytes = threads * STRIDE;
            let path = place.join("witness");
            fs::write(&path, vec![0; bytes]).unwrap();
            let file = fs::OpenOptions::new().read(true).write(true).open(path).unwrap();
            let access = libc::PROT_READ | libc::PROT_WRITE;
            let (any, kind, fd) = (core::ptr::null_mut(), libc::MAP_SHARED, file.as_raw_fd());
            // SAFETY: bounds: a new mapping of as many bytes as the file has.
            let start = unsafe { libc::mmap(any, bytes, access, kind, fd, 0) };
            assert_ne!(start, libc::MAP_FAILED);
            Self(start.cast())
        }

        fn returned(self, thread: usize, count: u64) {
            // SAFETY: bounds: there are so many words.
            let word = unsafe { self.0.add(thread * STRIDE) }.cast::<u64>();
            // SAFETY: bounds: as above; race: this thread's own word.
            unsafe { word.write_volatile(count) };
        }
    }

    pub(super) fn run(place: &Path, peer: &str, how: &str, threads: usize, after: Duration) {
        let no_core = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
        // SAFETY: bounds: the limit outlives the call.
        unsafe { libc::setrlimit(libc::RLIMIT_CORE, &raw const no_core) };
        let witness = Witness::new(place, threads);
        let _guard = builder(place, peer).try_init().unwrap();
        for thread in 0..threads {
            thread::spawn(move || {
                let witness = witness;
                for count in 0_u64.. {
                    info!("record {thread} {count} of a thread");
                    witness.returned(thread, count + 1);
                }
            });
        }
        thread::sleep(after);
        match how {
            "segv" => {
                let nowhere = black_box(core::ptr::without_provenance_mut::<u64>(8));
                // SAFETY: none: this is the crash.
                unsafe { nowhere.write_volatile(1) };
            }
            "abort" => process::abort(),
            "exit" => process::exit(3),
            "panic" => boom(),
            "oom" => starve(),
            _ => thread::sleep(Duration::from_secs(600)),
        }
    }

    /// A panic that may not leave a function of C aborts, as with `panic = "abort"`.
    extern "C" fn boom() {
        panic!("on purpose");
    }

    /// Takes memory until there is none, which ends the process.
    fn starve() {
        let most = libc::rlimit { rlim_cur: 1 << 20, rlim_max: 1 << 20 };
        // SAFETY: bounds: the limit outlives the call.
        unsafe { libc::setrlimit(libc::RLIMIT_AS, &raw const most) };
        let mut hoard = Vec::new();
        loop {
            hoard.push(black_box(vec![1_u8; 1 << 16]));
        }
    }
}
