//! A bar while the load runs, on a terminal only.

use core::time::Duration;
use std::io::{IsTerminal, Write};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Instant;

use super::number::{Number, rate};

const CELLS: u64 = 32;
const REDRAW: Duration = Duration::from_millis(100);

/// Adds up what the clients report until the last of them is gone.
pub(super) fn follow(name: &str, total: u64, reports: &Receiver<u64>) {
    let mut error = std::io::stderr();
    if !error.is_terminal() {
        return;
    }
    let begin = Instant::now();
    let (mut done, mut drawn) = (0, None::<Instant>);
    loop {
        match reports.recv_timeout(REDRAW) {
            Ok(count) => done += count,
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => break,
        }
        if drawn.is_none_or(|drawn| drawn.elapsed() >= REDRAW) {
            drop(write!(error, "\r{}", bar(name, done, total, begin.elapsed().as_secs_f64())));
            drawn = Some(Instant::now());
        }
    }
    // The table says the rest: the line is free again.
    drop(write!(error, "\r{:78}\r", ""));
}

fn bar(name: &str, done: u64, total: u64, seconds: f64) -> String {
    let total = total.max(1);
    let full = usize::try_from((done * CELLS / total).min(CELLS)).unwrap_or(0);
    let rest = usize::try_from(CELLS).unwrap_or(0) - full;
    let percent = done * 100 / total;
    let speed = Number(rate(done, seconds));
    format!(
        "{name:<8}[{}{}] {percent:>3} %  {speed} requests/s ",
        "#".repeat(full),
        ".".repeat(rest)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bar_is_full_at_the_end_and_never_wider() {
        assert!(bar("hydra", 0, 10, 0.0).contains("[................................]   0 %"));
        assert!(bar("hydra", 10, 10, 1.0).contains("[################################] 100 %"));
        assert!(bar("hydra", 1_000_000_000, 1_000_000_000, 0.1).len() < 78);
        assert!(bar("off", 3, 0, 1.0).contains('#'));
    }
}
