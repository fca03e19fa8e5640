//! How many calls of class `Guaranteed` return in a second, from 1, 8 and 64 threads.
//!
//! `group_commit DIR [SECONDS]` writes to a file in DIR, without and with `fdatasync`, and says how
//! many calls shared one write to the disk. On a memory file system that is no disk at all.
#![allow(clippy::print_stdout, reason = "that is what it is for")]

use core::sync::atomic::AtomicBool;
use core::time::Duration;
use std::path::{Path, PathBuf};
use std::time::Instant;
use std::{env, error, fs, thread};

use hydra_log::sink::File;
use hydra_log::{Builder, Deliveries, Delivery, Durability, Output, Rule, info};
use hydra_log_core::{ord, sync::rmw};

fn main() -> Result<(), Box<dyn error::Error>> {
    let mut words = env::args().skip(1);
    let place = words.next().map_or_else(env::temp_dir, PathBuf::from);
    let seconds = words.next().map_or(Ok(2.0), |word| word.parse())?;
    println!("{:>8} {:>10} {:>12} {:>16}", "threads", "on disk", "calls/s", "calls a sync");
    for durability in [None, Some(Durability::Guaranteed)] {
        for threads in [1, 8, 64] {
            run(&place, threads, durability, Duration::from_secs_f64(seconds))?;
        }
    }
    Ok(())
}

fn run(
    place: &Path,
    threads: usize,
    durability: Option<Durability>,
    time: Duration,
) -> Result<(), Box<dyn error::Error>> {
    let path = place.join(format!("hydra-group-commit-{}.log", std::process::id()));
    let mut output = Output::new(File::open(&path)?);
    if let Some(when) = durability {
        output = output.durable(when);
    }
    let engine = Builder::new()
        .sink(output)
        .deliveries(Deliveries::new().rule(Rule::new(Delivery::Guaranteed)))
        .build()?;
    let (done, begun) = (AtomicBool::new(false), Instant::now());
    thread::scope(|scope| {
        for number in 0..threads {
            let (engine, done) = (&engine, &done);
            scope.spawn(move || {
                engine.scope(|| {
                    let mut count = 0_u64;
                    while !done.load(ord::count()) {
                        info!("order {} of thread {}", count, number);
                        count += 1;
                    }
                });
            });
        }
        thread::sleep(time);
        rmw::store(&done, true, ord::count());
    });
    let seconds = begun.elapsed().as_secs_f64();
    let (health, stats) = (engine.health(), engine.stats());
    let syncs = stats.sinks.iter().map(|sink| sink.syncs).sum::<u64>();
    fs::remove_file(&path)?;
    if health.unconfirmed > 0 || !stats.is_conserved() {
        return Err(format!("not all was confirmed: {stats:?}").into());
    }
    #[expect(clippy::cast_precision_loss, reason = "figures for people")]
    let (calls, a_sync) = (health.confirmed as f64, health.confirmed as f64 / syncs as f64);
    let shared = if syncs > 0 { format!("{a_sync:.1}") } else { "-".to_owned() };
    let on_disk = if durability.is_some() { "fdatasync" } else { "no" };
    println!("{threads:>8} {on_disk:>10} {:>12.0} {shared:>16}", calls / seconds);
    Ok(())
}
