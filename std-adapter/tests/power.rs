//! A power failure: a file keeps what `fdatasync` has covered when it returned, and no byte more.
//!
//! The test's own `fdatasync` and `fsync` stand in front of the system's, as the dynamic linker
//! allows. They note how many bytes each file had when the call that reached the disk began: what
//! a machine finds there that fails at that moment. Writes that were never synced are forgotten.
#![cfg(all(target_os = "linux", feature = "audit"))]
#![allow(missing_docs, reason = "a test binary")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]
#![allow(unsafe_code, reason = "stands in front of the system's calls")]

use core::ffi::c_int;
use core::mem::MaybeUninit;
use core::time::Duration;
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;

use hydra_log::audit::{AuditFile, SecretKey, verify};
use hydra_log::sink::{File, Rotating, Rotation, Sink};
use hydra_log::{
    Builder, Deliveries, Delivery, Durability, Engine, Layer, Output, Rule, audit, info,
};

const THREADS: u64 = 4;
const CALLS: u64 = 25;

/// What is on the disk: of each file, by its number, so many bytes; of each directory, its names.
#[derive(Default)]
struct Disk {
    bytes: BTreeMap<u64, u64>,
    directories: BTreeMap<u64, u64>,
    refuses: bool,
}

static DISK: Mutex<Disk> =
    Mutex::new(Disk { bytes: BTreeMap::new(), directories: BTreeMap::new(), refuses: false });

/// One test at a time: they share the disk.
static ALONE: Mutex<()> = Mutex::new(());

fn disk() -> MutexGuard<'static, Disk> {
    DISK.lock().unwrap_or_else(PoisonError::into_inner)
}

fn sync(fd: c_int, call: libc::c_long) -> c_int {
    let mut data = MaybeUninit::<libc::stat>::zeroed();
    // SAFETY: bounds: `data` outlives the call.
    let known = unsafe { libc::fstat(fd, data.as_mut_ptr()) };
    // SAFETY: bounds: zero is a value of all its fields.
    let data = unsafe { data.assume_init() };
    if disk().refuses {
        // SAFETY: bounds: no arguments.
        let errno = unsafe { libc::__errno_location() };
        // SAFETY: bounds and race: this thread's own word.
        unsafe { errno.write(libc::EIO) };
        return -1;
    }
    // SAFETY: race: the system knows what to do with any number.
    let result = unsafe { libc::syscall(call, fd) };
    if known == 0 && result == 0 {
        let mut disk = disk();
        // What was written while the call was under way may be there, or not.
        if data.st_mode & libc::S_IFMT == libc::S_IFDIR {
            *disk.directories.entry(data.st_ino).or_default() += 1;
        } else {
            disk.bytes.insert(data.st_ino, u64::try_from(data.st_size).unwrap());
        }
    }
    c_int::try_from(result).unwrap()
}

// The C library's own function, with its own signature.
#[unsafe(no_mangle)]
extern "C" fn fdatasync(fd: c_int) -> c_int {
    sync(fd, libc::SYS_fdatasync)
}

// As above.
#[unsafe(no_mangle)]
extern "C" fn fsync(fd: c_int) -> c_int {
    sync(fd, libc::SYS_fsync)
}

/// What a machine that fails now finds in a file; nothing if its name is not on the disk.
fn survives(path: &Path) -> Vec<u8> {
    let disk = disk();
    let number = fs::metadata(path).unwrap().ino();
    let directory = fs::metadata(path.parent().unwrap()).unwrap().ino();
    let kept = disk.bytes.get(&number).filter(|_| disk.directories.contains_key(&directory));
    let bytes = fs::read(path).unwrap();
    let kept = kept.map_or(0, |kept| usize::try_from(*kept).unwrap());
    bytes[..kept.min(bytes.len())].to_vec()
}

fn holds(bytes: &[u8], line: &str) -> bool {
    String::from_utf8_lossy(bytes).lines().any(|it| it.ends_with(line))
}

fn engine(output: Output) -> Engine {
    let deliveries = Deliveries::new().rule(Rule::new(Delivery::Guaranteed).target("orders"));
    let builder = Builder::new().sink(output).deliveries(deliveries);
    builder.on_error(|_error| {}).build().unwrap()
}

/// Calls of several threads; after each one, what a power failure would leave is looked at.
fn calls(engine: &Engine, threads: u64, survives: impl Fn() -> Vec<u8> + Sync) {
    thread::scope(|scope| {
        for place in 0..threads {
            let survives = &survives;
            scope.spawn(move || {
                engine.scope(|| {
                    for count in 0..CALLS {
                        info!(target: "orders", "order {place}-{count}");
                        let line = format!("order {place}-{count}");
                        assert!(holds(&survives(), &line), "{line} is not on the disk");
                    }
                });
            });
        }
    });
    let health = engine.health();
    assert_eq!((health.confirmed, health.unconfirmed), (threads * CALLS, 0));
}

#[test]
fn a_guaranteed_record_survives_a_power_failure() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("app.log");
    let output = Output::new(File::open(&path).unwrap()).durable(Durability::Guaranteed);
    calls(&engine(output), THREADS, || survives(&path));
}

#[test]
fn a_guaranteed_record_survives_a_power_failure_in_a_file_that_makes_way() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let home = tempfile::tempdir().unwrap();
    let rotating = Rotating::open(home.path().join("app.log"), Rotation::new().bytes(500)).unwrap();
    let output = Output::new(rotating).durable(Durability::Guaranteed);
    // One thread: another one would move files away while this one looks at them.
    calls(&engine(output), 1, || {
        let files = fs::read_dir(home.path()).unwrap().filter_map(Result::ok);
        files.flat_map(|file| survives(&file.path())).collect()
    });
    assert!(fs::read_dir(home.path()).unwrap().count() > 1, "it made way");
}

#[test]
fn a_signed_record_survives_a_power_failure() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("audit.log");
    let key = SecretKey::generate(home.path().join("key")).unwrap();
    let file = AuditFile::open(&path, key.clone()).unwrap();
    let output = Output::new(file).durable(Durability::Guaranteed);
    let engine = Builder::new().layer(Layer::new("AUDIT").sink(output)).build().unwrap();
    engine.scope(|| {
        for count in 1..=CALLS {
            audit!(actor = "ada", action = "open", object = count, outcome = "done");
            let verified = verify(survives(&path).as_slice(), &key.public()).unwrap();
            assert!(verified.is_whole(), "{verified:?}");
            assert_eq!((verified.records, verified.signed), (count, count));
        }
    });
}

/// The other way round, so that the tests above can fail.
#[test]
fn without_a_sync_a_power_failure_takes_what_was_written() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("app.log");
    let engine = engine(Output::new(File::open(&path).unwrap()));
    engine.scope(|| info!(target: "orders", "order"));
    assert_eq!(engine.health().confirmed, 1, "it is with the system");
    assert!(holds(&fs::read(&path).unwrap(), "order") && survives(&path).is_empty());
    // A disk that refuses: the call says so, by its count.
    let other = home.path().join("other.log");
    let output = Output::new(File::open(&other).unwrap()).durable(Durability::Guaranteed);
    let engine = self::engine(output);
    disk().refuses = true;
    engine.scope(|| info!(target: "orders", "order"));
    disk().refuses = false;
    assert_eq!((engine.health().confirmed, engine.health().unconfirmed), (0, 1));
    assert!(survives(&other).is_empty());
    // By hand, that the calls are in front of the system's at all.
    let mut file = File::open(&other).unwrap();
    file.write(b"line\n").unwrap();
    file.sync().unwrap();
    assert!(holds(&survives(&other), "line"));
    engine.shutdown(Duration::from_secs(1));
}
