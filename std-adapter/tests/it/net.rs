//! Collectors that refuse, stall, hang up and come back: counts before and after, nothing lost.
#![cfg(unix)]
#![allow(unsafe_code, reason = "a socket that takes no more connections")]

use core::time::Duration;
use std::collections::HashMap;
use std::io::{self, Read};
use std::net::{TcpListener, UdpSocket};
use std::os::fd::AsRawFd;
use std::os::unix::net::{UnixDatagram, UnixListener, UnixStream};
use std::sync::{Arc, Mutex};
use std::thread;

use hydra_log::sink::{File, Framing, Memory, Net, Sink};
use hydra_log::{Builder, Engine, Output, SinkState, info};

use crate::common::{all_once, conserved, found, log, never_dropping, tell, told, until, until_is};

const RECORDS: u64 = 20_000;

/// What arrived, a text for each connection.
#[derive(Clone, Default)]
struct Arrived(Arc<Mutex<Vec<Vec<u8>>>>);

impl Arrived {
    /// Reads so many bytes, or all there are.
    fn read(&self, mut stream: impl Read, most: u64) {
        let number = {
            let mut texts = self.0.lock().unwrap();
            texts.push(Vec::new());
            texts.len() - 1
        };
        let (mut some, mut left) = ([0; 4096], most);
        while left > 0 {
            let part = usize::try_from(left).unwrap_or(usize::MAX).min(some.len());
            let Ok(count @ 1..) = stream.read(&mut some[..part]) else { return };
            self.0.lock().unwrap()[number].extend_from_slice(&some[..count]);
            left -= count as u64;
        }
    }

    /// Accepts for as long as the process lives.
    fn collect(&self, listener: TcpListener) {
        let this = self.clone();
        let _reading = thread::spawn(move || {
            while let Ok((stream, _)) = listener.accept() {
                this.read(stream, u64::MAX);
            }
        });
    }

    /// The whole lines of all connections.
    fn text(&self) -> String {
        let texts = self.0.lock().unwrap();
        let whole = texts.iter().map(|text| {
            let end = text.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
            String::from_utf8(text[..end].to_vec()).unwrap()
        });
        whole.collect()
    }

    /// How often each record is there, and how many of those are marked.
    fn times(&self) -> HashMap<u64, (usize, usize)> {
        let mut times: HashMap<u64, (usize, usize)> = HashMap::new();
        for line in self.text().lines() {
            let Some((_, rest)) = line.split_once("count ") else { continue };
            let is_marked = rest.ends_with(" [resent]");
            let number = rest.trim_end_matches(" [resent]").parse().unwrap();
            let (all, marked) = times.entry(number).or_default();
            (*all, *marked) = (*all + 1, *marked + usize::from(is_marked));
        }
        times
    }

    /// Each record is there; the second time, and each one after, it is marked.
    fn at_least_once(&self, records: u64) {
        let times = self.times();
        for number in 0..records {
            let (all, marked) = times.get(&number).copied().unwrap_or_default();
            assert!(all >= 1 && all - marked <= 1, "record {number}: {all} times, {marked} marked");
        }
    }
}

fn refused() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    (listener, address)
}

/// An address where nobody listens, for now.
fn nobody() -> String {
    refused().1
}

/// Logs one record at a time until the sink works again.
fn until_working(engine: &Engine, next: &mut u64) {
    until("working", || {
        log(engine, *next..*next + 1);
        engine.flush().unwrap();
        *next += 1;
        engine.health().sinks[0].state == SinkState::Working
    });
}

#[test]
fn a_collector_that_refuses_is_replaced_and_comes_back() {
    let (address, last, arrived) = (nobody(), Memory::recent(64 << 20), Arrived::default());
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("fallback.log");
    // The network, then a file, then memory.
    let output =
        Output::new(Net::tcp(&address)).fallback(File::open(&path).unwrap()).fallback(last.clone());
    let engine = Builder::new().sink(output).on_error(|_error| {}).build().unwrap();
    let longest = log(&engine, 0..RECORDS);
    engine.flush().unwrap();
    tell("collector refuses", &engine, longest);
    let stats = conserved(&engine);
    assert_eq!((stats.sinks[0].diverted, stats.report().lost), (RECORDS, 0));
    assert_eq!(engine.health().sinks[0].state, SinkState::Broken);
    arrived.collect(TcpListener::bind(&address).unwrap());
    let mut next = RECORDS;
    until_working(&engine, &mut next);
    log(&engine, next..next + 10);
    engine.flush().unwrap();
    tell("collector back", &engine, Duration::ZERO);
    let stats = conserved(&engine);
    assert_eq!((stats.sinks[0].written, stats.report().lost), (next + 10, 0));
    let kept = std::fs::read_to_string(&path).unwrap();
    assert_eq!(stats.sinks[0].diverted, kept.lines().count() as u64);
    assert!(last.lines().is_empty(), "the file took all");
    until("arrived", || found(&(kept.clone() + &arrived.text())).0.len() as u64 == next + 10);
    let times = found(&(kept + &arrived.text())).0;
    assert!(times.values().all(|times| *times == 1));
}

#[test]
fn a_collector_that_comes_late_gets_all() {
    let (address, arrived) = (nobody(), Arrived::default());
    let engine = Builder::new()
        .sink(Net::tcp(&address))
        .deliveries(never_dropping())
        .on_error(|_error| {})
        .build()
        .unwrap();
    let longest = log(&engine, 0..RECORDS / 2);
    until_is(&engine, 0, SinkState::Failing);
    tell("nobody there", &engine, longest);
    let stats = conserved(&engine);
    assert_eq!((stats.sinks[0].written, stats.report().lost), (0, 0));
    assert_eq!(stats.report().pending, RECORDS / 2);
    arrived.collect(TcpListener::bind(&address).unwrap());
    log(&engine, RECORDS / 2..RECORDS);
    engine.flush().unwrap();
    tell("there", &engine, Duration::ZERO);
    let stats = conserved(&engine);
    assert_eq!((stats.sinks[0].written, stats.report().lost), (RECORDS, 0));
    until("arrived", || arrived.text().lines().count() as u64 == RECORDS);
    all_once(&arrived.text(), RECORDS);
    assert!(engine.health().sinks[0].resumed > 0);
}

#[test]
fn a_collector_that_never_reads_delays_nobody() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("collector");
    let listener = UnixListener::bind(&path).unwrap();
    let engine = Builder::new().sink(Net::unix(&path)).on_error(|_error| {}).build().unwrap();
    let longest = log(&engine, 0..20 * RECORDS);
    until_is(&engine, 0, SinkState::Failing);
    tell("collector does not read", &engine, longest);
    assert!(engine.flush_within(Duration::from_millis(20)).is_err());
    let stats = conserved(&engine);
    assert_eq!(stats.emitted(), 20 * RECORDS);
    assert!(stats.report().lost > 0 && stats.sinks[0].written > 0, "{stats:?}");
    let arrived = Arrived::default();
    let (theirs, (stream, _)) = (arrived.clone(), listener.accept().unwrap());
    let _reading = thread::spawn(move || theirs.read(stream, u64::MAX));
    engine.flush().unwrap();
    log(&engine, 20 * RECORDS..20 * RECORDS + 1);
    engine.flush().unwrap();
    tell("collector reads", &engine, Duration::ZERO);
    let stats = conserved(&engine);
    assert_eq!(stats.report().pending, 0);
    let all = stats.sinks[0].written;
    until("arrived", || found(&arrived.text()).0.len() as u64 == all);
    let (times, in_order) = found(&arrived.text());
    assert!(in_order && times.values().all(|times| *times == 1));
    assert_eq!(told(&arrived.text()), stats.report().lost, "the gaps say how many");
}

#[test]
fn a_collector_that_never_reads_is_replaced_in_time() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("collector");
    let listener = UnixListener::bind(&path).unwrap();
    let last = Memory::recent(64 << 20);
    let output = Output::new(Net::unix(&path))
        .give_up_after(Duration::from_millis(20))
        .fallback(last.clone());
    let engine = Builder::new().sink(output).on_error(|_error| {}).build().unwrap();
    log(&engine, 0..RECORDS);
    engine.flush().unwrap();
    tell("collector does not read", &engine, Duration::ZERO);
    assert_eq!(engine.health().sinks[0].state, SinkState::Broken);
    let arrived = Arrived::default();
    let (theirs, (stream, _)) = (arrived.clone(), listener.accept().unwrap());
    let _reading = thread::spawn(move || theirs.read(stream, u64::MAX));
    let mut next = RECORDS;
    until_working(&engine, &mut next);
    tell("collector reads", &engine, Duration::ZERO);
    let stats = conserved(&engine);
    assert_eq!((stats.sinks[0].written, stats.report().lost), (next, 0));
    assert!(stats.sinks[0].diverted > 0);
    let all = || found(&(last.text() + &arrived.text())).0;
    until("arrived", || all().len() as u64 == next);
    // Of the line that was begun when the collector was given up, there is one in each.
    assert!(all().values().filter(|times| **times > 1).count() <= 1);
}

#[test]
fn a_collector_that_hangs_up_within_a_line_gets_the_rest_and_the_doubles_are_marked() {
    for first in [1000, 100_003, 7] {
        let (listener, address) = refused();
        let arrived = Arrived::default();
        let theirs = arrived.clone();
        let _reading = thread::spawn(move || {
            let (stream, _) = listener.accept().unwrap();
            theirs.read(stream, first);
            theirs.collect(listener);
        });
        let engine = Builder::new()
            // All that was written before the end is sent again: nothing that was read is missed.
            .sink(Net::tcp(&address).resend(64 << 20))
            .deliveries(never_dropping())
            .on_error(|_error| {})
            .build()
            .unwrap();
        let longest = log(&engine, 0..RECORDS);
        engine.flush().unwrap();
        tell("hung up within a line", &engine, longest);
        let stats = conserved(&engine);
        assert_eq!((stats.sinks[0].written, stats.report().lost), (RECORDS, 0));
        // Where all was written before it hung up, the next look at the connection shows it.
        let mut next = RECORDS;
        until("arrived", || {
            log(&engine, next..next + 1);
            engine.flush().unwrap();
            next += 1;
            arrived.times().len() as u64 >= next - 1 && arrived.0.lock().unwrap().len() > 1
        });
        arrived.at_least_once(next - 1);
        let begun = arrived.0.lock().unwrap()[0].clone();
        assert_eq!(begun.len() as u64, first);
        assert!(arrived.times().values().any(|(_, marked)| *marked > 0), "some were sent twice");
    }
}

#[test]
fn a_collector_that_takes_nothing_for_long_is_connected_to_anew() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("collector");
    let listener = UnixListener::bind(&path).unwrap();
    let arrived = Arrived::default();
    let engine = Builder::new()
        .sink(Net::unix(&path).write_within(Duration::from_millis(100)))
        .deliveries(never_dropping())
        .on_error(|_error| {})
        .build()
        .unwrap();
    let theirs = arrived.clone();
    let _reading = thread::spawn(move || {
        // Held, not read, and then closed when the second one is there.
        let first = listener.accept().unwrap();
        let second = listener.accept().unwrap();
        let other = theirs.clone();
        let _first = thread::spawn(move || other.read(first.0, u64::MAX));
        theirs.read(second.0, u64::MAX);
    });
    log(&engine, 0..RECORDS);
    engine.flush().unwrap();
    tell("second connection", &engine, Duration::ZERO);
    assert_eq!((conserved(&engine).sinks[0].written, engine.stats().report().lost), (RECORDS, 0));
    until("arrived", || arrived.times().len() as u64 == RECORDS);
    arrived.at_least_once(RECORDS);
}

#[test]
fn nobody_waits_for_a_connection_that_hangs() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("collector");
    let listener = UnixListener::bind(&path).unwrap();
    // SAFETY: bounds: the listener is open; from now on one connection waits to be accepted.
    assert_eq!(unsafe { libc::listen(listener.as_raw_fd(), 0) }, 0);
    let _full = UnixStream::connect(&path).unwrap();
    let last = Memory::recent(64 << 20);
    let output = Output::new(Net::unix(&path).connect_within(Duration::from_millis(50)))
        .fallback(last.clone());
    let engine = Builder::new().sink(output).on_error(|_error| {}).build().unwrap();
    let longest = log(&engine, 0..RECORDS);
    engine.flush().unwrap();
    tell("connecting hangs", &engine, longest);
    all_once(&last.text(), RECORDS);
    assert_eq!(conserved(&engine).sinks[0].diverted, RECORDS);
    // Once somebody accepts, the thread that hung has its connection.
    let arrived = Arrived::default();
    let theirs = arrived.clone();
    let _reading = thread::spawn(move || {
        let _full = listener.accept().unwrap();
        while let Ok((stream, _)) = listener.accept() {
            theirs.read(stream, u64::MAX);
        }
    });
    let mut next = RECORDS;
    until_working(&engine, &mut next);
    assert_eq!(conserved(&engine).report().lost, 0);
}

#[test]
fn datagrams_are_lines() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("log");
    let (udp, unix) = (UdpSocket::bind("127.0.0.1:0").unwrap(), UnixDatagram::bind(&path).unwrap());
    let address = udp.local_addr().unwrap().to_string();
    let engine = Builder::new()
        .sink(Net::udp(&address))
        .sink(Net::unix_datagram(&path))
        .on_error(|_error| {})
        .build()
        .unwrap();
    log(&engine, 0..20);
    let long = "ä".repeat(5_000);
    engine.scope(|| info!("{long} count 20"));
    let (mut one, mut other) = ([0; 100_000], [0; 100_000]);
    for number in 0..=20 {
        let (length, same) = (udp.recv(&mut one).unwrap(), unix.recv(&mut other).unwrap());
        assert_eq!(one[..length], other[..same]);
        let line = core::str::from_utf8(&one[..length]).unwrap();
        assert!(line.ends_with(&format!("count {number}")), "no line feed: {line}");
    }
    engine.flush().unwrap();
    let stats = conserved(&engine);
    assert_eq!((stats.sinks[0].written, stats.sinks[1].written), (21, 21));
}

#[test]
fn datagrams_that_nobody_takes_go_to_the_fallback() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("log");
    let last = Memory::recent(64 << 20);
    let output = Output::new(Net::unix_datagram(&path)).fallback(last.clone());
    let engine = Builder::new().sink(output).on_error(|_error| {}).build().unwrap();
    log(&engine, 0..RECORDS);
    engine.flush().unwrap();
    all_once(&last.text(), RECORDS);
    let socket = UnixDatagram::bind(&path).unwrap();
    let (arrived, theirs) = {
        let arrived = Arc::new(Mutex::new(Vec::new()));
        (Arc::clone(&arrived), arrived)
    };
    let _reading = thread::spawn(move || {
        let mut some = [0; 4096];
        while let Ok(count) = socket.recv(&mut some) {
            theirs.lock().unwrap().push(some[..count].to_vec());
        }
    });
    let mut next = RECORDS;
    until_working(&engine, &mut next);
    tell("somebody takes datagrams", &engine, Duration::ZERO);
    assert_eq!(conserved(&engine).report().lost, 0);
    until("arrived", || !arrived.lock().unwrap().is_empty());
}

#[test]
fn octets_are_counted() {
    let (listener, address) = refused();
    let arrived = Arrived::default();
    arrived.collect(listener);
    let engine = Builder::new()
        .sink(Net::tcp(&address).framing(Framing::Octets))
        .deliveries(never_dropping())
        .build()
        .unwrap();
    log(&engine, 0..1000);
    engine.flush().unwrap();
    let lines = || -> Vec<String> {
        let texts = arrived.0.lock().unwrap();
        let (mut rest, mut lines) = (texts.first().map_or(&[][..], |text| &text[..]), Vec::new());
        while let Some(at) = rest.iter().position(|byte| *byte == b' ') {
            let length: usize = core::str::from_utf8(&rest[..at]).unwrap().parse().unwrap();
            let Some(line) = rest.get(at + 1..at + 1 + length) else { break };
            lines.push(String::from_utf8(line.to_vec()).unwrap());
            rest = &rest[at + 1 + length..];
        }
        lines
    };
    until("arrived", || lines().len() == 1000);
    all_once(&(lines().join("\n") + "\n"), 1000);
}

/// The first address that nobody can have: the error names it, and nothing is connected to.
#[test]
fn an_address_that_is_none_is_an_error_that_names_it() {
    let mut net = Net::tcp("no address at all");
    let error = loop {
        match net.write(b"line\n").unwrap_err() {
            error if error.source.kind() == io::ErrorKind::WouldBlock => {}
            error => break error,
        }
    };
    assert_eq!((error.written, error.source.kind()), (0, io::ErrorKind::NotConnected));
    assert!(error.to_string().contains("tcp:no address at all: "), "{error}");
}
