//! How far a long run is: a bar on a terminal, a line now and then elsewhere.

use core::time::Duration;
use std::io::{IsTerminal, Write};
use std::time::Instant;

use crate::term::say;

/// How many lines a run prints where there is no terminal.
const LINES: u64 = 20;
const BAR_WIDTH: u64 = 30;
/// A bar is drawn anew no more often than this.
const REDRAW: Duration = Duration::from_millis(100);

/// Counts rounds, and says so.
pub(crate) struct Progress {
    total: u64,
    begun: Instant,
    /// When the bar was drawn last; `None` where there is no terminal.
    drawn: Option<Instant>,
}

impl Progress {
    pub(crate) fn new(total: u64) -> Self {
        let now = Instant::now();
        Self { total, begun: now, drawn: std::io::stdout().is_terminal().then_some(now) }
    }

    /// Says that so many rounds are done, and what they came to.
    pub(crate) fn at(&mut self, done: u64, note: &str) {
        let elapsed = self.begun.elapsed();
        match self.drawn {
            Some(drawn) if drawn.elapsed() < REDRAW && done < self.total => {}
            Some(_) => {
                self.drawn = Some(Instant::now());
                draw(&format!("\r\x1b[K{} {note}", bar(done, self.total, elapsed)));
            }
            None if is_due(done, self.total) => {
                say(&format!("{} {note}", line(done, self.total, elapsed)));
            }
            None => {}
        }
    }

    /// Leaves the bar's line to whoever prints next.
    pub(crate) fn end(&self) {
        if self.drawn.is_some() {
            draw("\r\x1b[K");
        }
    }
}

/// A terminal that went away is no reason to fail.
fn draw(text: &str) {
    let mut out = std::io::stdout().lock();
    drop(out.write_all(text.as_bytes()).and_then(|()| out.flush()));
}

/// Whether a line is printed after so many rounds.
fn is_due(done: u64, total: u64) -> bool {
    done > 0 && (done == total || done.is_multiple_of(total.div_ceil(LINES).max(1)))
}

fn bar(done: u64, total: u64, elapsed: Duration) -> String {
    let full = done * BAR_WIDTH / total.max(1);
    let full = usize::try_from(full).unwrap_or(0);
    let rest = usize::try_from(BAR_WIDTH).unwrap_or(0).saturating_sub(full);
    format!("[{}{}] {}", "#".repeat(full), ".".repeat(rest), line(done, total, elapsed))
}

fn line(done: u64, total: u64, elapsed: Duration) -> String {
    let left = elapsed.as_secs_f64() * (total.saturating_sub(done)) as f64 / done.max(1) as f64;
    format!("{done} of {total}, {:.0} s, {left:.0} s left:", elapsed.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twenty_lines_at_the_most() {
        for total in [1, 7, 20, 50, 2000, 2001] {
            let lines = (0..=total).filter(|done| is_due(*done, total)).count() as u64;
            assert!((1..=LINES + 1).contains(&lines), "{total}: {lines}");
            assert!(is_due(total, total) && !is_due(0, total));
        }
    }

    #[test]
    fn the_bar_is_as_wide_at_any_time() {
        for done in 0..=50 {
            let text = bar(done, 50, Duration::from_secs(10));
            assert_eq!(text.find(']'), Some(31), "{text}");
        }
        assert!(bar(50, 50, Duration::from_secs(10)).ends_with("50 of 50, 10 s, 0 s left:"));
        assert!(bar(25, 50, Duration::from_secs(10)).ends_with("25 of 50, 10 s, 10 s left:"));
    }
}
