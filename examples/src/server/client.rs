//! The load: a few requests in flight on each connection, every answer checked, every wait timed.

use core::fmt::Write as _;
use core::time::Duration;
use std::io::Write as _;
use std::net::TcpStream;
use std::sync::mpsc::Sender;

use super::wire::{Inbox, Verb};
use super::{Histogram, clock};

/// Requests in flight on a connection.
pub(super) const IN_FLIGHT: u64 = 16;

const KEYS: u64 = 10_000;
/// A server that is silent for so long is broken.
const PATIENCE: Duration = Duration::from_secs(30);
/// Requests between two messages to the progress bar.
const REPORT_EVERY: u64 = 50 * IN_FLIGHT;

/// Sends `requests` requests over the connection; returns how long each answer took, in ticks.
pub(super) fn load(
    mut stream: TcpStream,
    number: u32,
    requests: u64,
    progress: &Sender<u64>,
) -> Result<Histogram, String> {
    let failed = |error: std::io::Error| format!("client {number}: {error}");
    stream.set_nodelay(true).map_err(failed)?;
    stream.set_read_timeout(Some(PATIENCE)).map_err(failed)?;
    let mut client = Client {
        inbox: Inbox::new(),
        text: String::new(),
        asked: Vec::new(),
        random: Random(u64::from(number) + 1),
        times: Histogram::new(),
    };
    let (mut left, mut unreported) = (requests, 0);
    while left > 0 {
        let count = left.min(IN_FLIGHT);
        client.batch(&mut stream, count).map_err(|error| format!("client {number}: {error}"))?;
        left -= count;
        unreported += count;
        if unreported >= REPORT_EVERY || left == 0 {
            // Nobody listens when there is no bar.
            let _ = progress.send(unreported);
            unreported = 0;
        }
    }
    Ok(client.times)
}

struct Client {
    inbox: Inbox,
    text: String,
    asked: Vec<(Verb, u64)>,
    random: Random,
    times: Histogram,
}

impl Client {
    /// Writes `count` requests at once and takes their answers, in order.
    fn batch(&mut self, stream: &mut TcpStream, count: u64) -> Result<(), String> {
        self.text.clear();
        self.asked.clear();
        for _ in 0..count {
            self.ask();
        }
        let begin = clock::ticks();
        stream.write_all(self.text.as_bytes()).map_err(|error| error.to_string())?;
        let mut answered = 0;
        while answered < self.asked.len() {
            let is_open = self.inbox.fill(stream).map_err(|error| error.to_string())?;
            if !is_open {
                return Err("the server closed the connection".to_owned());
            }
            let took = clock::ticks().wrapping_sub(begin);
            while let Some(line) = self.inbox.line() {
                let asked = self.asked.get(answered).copied();
                check(asked, line)?;
                self.times.add(took);
                answered += 1;
            }
        }
        Ok(())
    }

    /// Adds one request: 70 % reads, 25 % writes, 5 % deletions.
    fn ask(&mut self) {
        let key = self.random.below(KEYS);
        let verb = match self.random.below(100) {
            0..70 => Verb::Get,
            70..95 => Verb::Set,
            _ => Verb::Del,
        };
        let word = verb.as_str();
        // Writing to a `String` cannot fail.
        let _ = match verb {
            Verb::Set => {
                let salt = self.random.below(1 << 32);
                writeln!(self.text, "{word} user:{key} user:{key}/session={salt:08x}")
            }
            _ => writeln!(self.text, "{word} user:{key}"),
        };
        self.asked.push((verb, key));
    }
}

/// Whether the line can be the answer: a value names the key that it was written for.
fn check(asked: Option<(Verb, u64)>, line: &[u8]) -> Result<(), String> {
    let line = String::from_utf8_lossy(line);
    let is_right = match (asked, line.as_ref()) {
        (Some((Verb::Set | Verb::Del, _)), "OK") => true,
        (Some((Verb::Get | Verb::Del, _)), "MISSING") => true,
        (Some((Verb::Get, key)), answer) => answer
            .strip_prefix("VALUE user:")
            .and_then(|rest| rest.split_once('/'))
            .is_some_and(|(found, _)| found.parse() == Ok(key)),
        _ => false,
    };
    if is_right { Ok(()) } else { Err(format!("asked {asked:?}, the answer was `{line}`")) }
}

/// Numbers without a pattern that a cache would learn: xorshift, the same in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) % bound
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrong_answers_are_found() {
        for (asked, line) in [
            ((Verb::Get, 7), "VALUE user:8/session=00000000"),
            ((Verb::Get, 7), "OK"),
            ((Verb::Set, 7), "MISSING"),
            ((Verb::Del, 7), "ERR unknown verb"),
        ] {
            assert!(check(Some(asked), line.as_bytes()).is_err(), "{line}");
        }
        assert!(check(None, b"OK").is_err());
        assert!(check(Some((Verb::Get, 7)), b"VALUE user:7/session=0000000a").is_ok());
    }
}
