//! One run: the logger starts, the load runs, the logger ends, everything is counted.

use std::net::{TcpListener, TcpStream};
use std::sync::mpsc;
use std::thread;

use super::arguments::Arguments;
use super::clock::{Moment, Times};
use super::log_file::{Content, LogFile};
use super::number::Number;
use super::request_log::RequestLog;
use super::service::{self, Accepted};
use super::{Histogram, client, clock, progress};

/// What a logger says of itself after its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Counted {
    pub(super) emitted: u64,
    pub(super) written: u64,
    pub(super) pending: u64,
    pub(super) lost: u64,
}

/// How a logger is started and ended around a run.
pub(super) trait Logger {
    /// Ends it; returns when everything is in the file. `calls` log calls were made.
    fn finish(self, calls: u64) -> Result<Counted, String>;
}

/// For a run without a logger.
#[derive(Debug)]
pub(super) enum NoLogger {}

impl Logger for NoLogger {
    fn finish(self, _calls: u64) -> Result<Counted, String> {
        match self {}
    }
}

/// What became of the records of a run.
#[derive(Clone, Copy, Debug)]
pub(super) struct Logged {
    pub(super) counted: Counted,
    pub(super) content: Content,
    /// From the first call until the last record was in the file.
    pub(super) seconds: f64,
}

/// What a run came to.
#[derive(Clone, Debug)]
pub(super) struct Phase {
    pub(super) name: &'static str,
    /// Reading the clock twice, around nothing.
    pub(super) clock: Times,
    pub(super) requests: u64,
    pub(super) seconds: f64,
    pub(super) calls: Times,
    pub(super) answers: Times,
    pub(super) logged: Option<Logged>,
}

impl Phase {
    /// Runs the load; `logger` writes to its file, or there is none.
    pub(super) fn run<L: RequestLog, G: Logger>(
        name: &'static str,
        arguments: &Arguments,
        calls: L,
        logger: Option<(G, &LogFile)>,
    ) -> Result<Self, String> {
        let ends = connect(arguments.threads)?;
        let clock = clock::measure();
        let begin = Moment::now();
        let load = Load { name, arguments, ns_per_tick: clock.ns_per_tick, log: calls };
        let (calls, answers) = load.run(ends)?;
        let (seconds, ns_per_tick) = (begin.seconds(), begin.ns_per_tick());
        let logged = match logger {
            None => None,
            Some((logger, file)) => {
                let counted = logger.finish(calls.count())?;
                let seconds = begin.seconds();
                Some(Logged { counted, content: file.content()?, seconds })
            }
        };
        Ok(Self {
            name,
            clock,
            requests: arguments.requests(),
            seconds,
            calls: Times { ticks: calls, ns_per_tick },
            answers: Times { ticks: answers, ns_per_tick },
            logged,
        })
    }

    /// An error unless every record that was logged is a line of the file.
    pub(super) fn verdict(&self) -> Result<(), String> {
        let Some(Logged { counted, content, .. }) = self.logged else { return Ok(()) };
        let calls = self.calls.ticks.count();
        let Counted { emitted, written, pending, lost } = counted;
        if emitted == calls && written == calls && content.lines == calls && pending + lost == 0 {
            return Ok(());
        }
        let [calls, emitted, written, lines, pending, lost] =
            [calls, emitted, written, content.lines, pending, lost].map(Number);
        Err(format!(
            "{}: {calls} calls, but {emitted} records emitted, {written} written, \
             {lines} lines in the file, {pending} pending, {lost} lost",
            self.name
        ))
    }
}

struct Load<'a, L> {
    name: &'a str,
    arguments: &'a Arguments,
    ns_per_tick: f64,
    log: L,
}

impl<L: RequestLog> Load<'_, L> {
    /// Server and clients; returns the times of the log calls and of the answers.
    fn run(&self, (near, far): Ends) -> Result<(Histogram, Histogram), String> {
        let (threads, total) = (self.arguments.threads, self.arguments.requests());
        let (report, reports) = mpsc::channel();
        thread::scope(|scope| {
            let serve = || service::serve(far, threads, self.ns_per_tick, self.log);
            let serving = scope.spawn(serve);
            let mut clients = Vec::new();
            for (stream, number) in near.into_iter().zip(0_u32..) {
                let share = share(total, u64::from(number), u64::from(threads));
                let report = report.clone();
                clients.push(scope.spawn(move || client::load(stream, number, share, &report)));
            }
            drop(report);
            progress::follow(self.name, total, &reports);
            let mut answers = Histogram::new();
            let mut outcome = Ok(());
            for client in clients {
                match client.join() {
                    Ok(Ok(own)) => answers.merge(&own),
                    Ok(Err(reason)) => outcome = Err(reason),
                    Err(_) => outcome = Err("a client panicked".to_owned()),
                }
            }
            let calls = serving.join().map_err(|_| "the server panicked".to_owned())?;
            outcome.and(calls).map(|calls| (calls, answers))
        })
    }
}

/// The clients' ends of all connections, and the server's.
type Ends = (Vec<TcpStream>, Vec<Accepted>);

/// Both ends of `count` connections over the loopback interface.
fn connect(count: u32) -> Result<Ends, String> {
    let failed =
        |error: std::io::Error| format!("no connection over the loopback interface: {error}");
    let listener = TcpListener::bind("127.0.0.1:0").map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    let (mut near, mut far) = (Vec::new(), Vec::new());
    for number in 0..count {
        near.push(TcpStream::connect(address).map_err(failed)?);
        let (stream, _) = listener.accept().map_err(failed)?;
        stream.set_nodelay(true).map_err(failed)?;
        far.push((number, stream));
    }
    Ok((near, far))
}

/// The part of `total` that falls to one of `count`.
fn share(total: u64, index: u64, count: u64) -> u64 {
    total / count + u64::from(index < total % count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_add_up() {
        for (total, count) in [(10, 3), (2, 64), (1_000_000, 7)] {
            assert_eq!((0..count).map(|index| share(total, index, count)).sum::<u64>(), total);
        }
    }
}
