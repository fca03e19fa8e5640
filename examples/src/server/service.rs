//! The server: worker threads take connections from a queue and answer line by line.

use core::fmt::Write as _;
use std::io::Write as _;
use std::net::TcpStream;
use std::sync::{Mutex, PoisonError};
use std::thread;

use super::clock::Calls;
use super::request_log::{Request, RequestLog, Served};
use super::store::Store;
use super::wire::{self, Inbox, Verb};
use super::{Histogram, clock};

/// A connection that was accepted, and its number.
pub(super) type Accepted = (u32, TcpStream);

/// Serves all connections until their clients close them; returns the time of every log call.
pub(super) fn serve<L: RequestLog>(
    connections: Vec<Accepted>,
    workers: u32,
    ns_per_tick: f64,
    log: L,
) -> Result<Histogram, String> {
    let store = Store::new();
    let queue = Mutex::new(connections);
    let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).pop();
    let work = || {
        let mut worker = Worker { store: &store, log, calls: Calls::new(), ns_per_tick };
        while let Some(connection) = next() {
            worker.connection(connection)?;
        }
        Ok(worker.calls.ticks)
    };
    thread::scope(|scope| {
        let mut threads = Vec::new();
        for number in 0..workers {
            let builder = thread::Builder::new().name(format!("worker-{number}"));
            let started = builder.spawn_scoped(scope, work);
            threads.push(started.map_err(|error| format!("cannot start a worker: {error}"))?);
        }
        let mut calls = Histogram::new();
        for thread in threads {
            let own: Result<Histogram, String> =
                thread.join().map_err(|_| "a worker panicked".to_owned())?;
            calls.merge(&own?);
        }
        Ok(calls)
    })
}

struct Worker<'a, L> {
    store: &'a Store,
    log: L,
    calls: Calls,
    ns_per_tick: f64,
}

impl<L: RequestLog> Worker<'_, L> {
    fn connection(&mut self, (number, mut stream): Accepted) -> Result<(), String> {
        let (mut inbox, mut answers) = (Inbox::new(), String::new());
        let mut served = Served::default();
        let log = self.log;
        self.calls.time(|| log.opened(number));
        let failed = |error| format!("connection {number}: {error}");
        while inbox.fill(&mut stream).map_err(failed)? {
            answers.clear();
            while let Some(line) = inbox.line() {
                self.answer(number, line, &mut served, &mut answers);
            }
            if inbox.is_overlong() {
                answers.push_str("ERR line too long\n");
            }
            stream.write_all(answers.as_bytes()).map_err(failed)?;
            if inbox.is_overlong() {
                break;
            }
        }
        self.calls.time(|| log.closed(number, served));
        Ok(())
    }

    /// The request path: received, done, answered.
    fn answer(&mut self, connection: u32, line: &[u8], served: &mut Served, answers: &mut String) {
        served.requests += 1;
        let log = self.log;
        let command = match wire::parse(line) {
            Ok(command) => command,
            Err(reason) => {
                served.refused += 1;
                self.calls.time(|| log.refused(connection, reason.0));
                // Writing to a `String` cannot fail.
                let _ = writeln!(answers, "ERR {reason}");
                return;
            }
        };
        let wire::Command { verb, key, value } = command;
        let request = Request { id: served.requests, connection, verb, key };
        let (_, begin) = self.calls.time(|| log.received(request));
        let before = answers.len();
        let status = match verb {
            Verb::Get => {
                let read = |value: &str| {
                    let _ = writeln!(answers, "VALUE {value}");
                };
                if self.store.get(key, read) { "VALUE" } else { "MISSING" }
            }
            Verb::Set => {
                self.store.set(key, value);
                "OK"
            }
            Verb::Del if self.store.remove(key) => "OK",
            Verb::Del => "MISSING",
        };
        if answers.len() == before {
            answers.push_str(status);
            answers.push('\n');
        }
        let bytes = answers.len() - before;
        let took = self.nanoseconds(clock::ticks().wrapping_sub(begin));
        self.calls.time(|| log.answered(request, status, bytes, took));
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "nanoseconds of one request: far from every limit"
    )]
    fn nanoseconds(&self, ticks: u64) -> u64 {
        (ticks as f64 * self.ns_per_tick) as u64
    }
}
