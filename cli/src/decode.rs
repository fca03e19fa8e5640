//! `hydra decode`: records of binary logs as lines: all processors, one order, constant memory.
//!
//! This thread cuts the log into blocks and hands them around; each worker renders its blocks, and
//! what they made comes back in the same round, so the order stays.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use hydra_log::format::Buffer;
use hydra_log_core::block::{Head, Kind};
use hydra_log_core::record::RecordRef;
use hydra_log_decode::{Block, Blocks, Problem, Session, Sessions, Trouble, Unpacker, inflate};

use crate::Failure;
use crate::firmware;
use crate::log_input::{self, Counted, Out, Troubles};
use crate::printer::{CSV_HEAD, Printer};
use crate::view::{Form, View};

/// More workers than this wait for the reading thread.
const MOST_WORKERS: usize = 8;
/// Blocks that a worker has in hand or waiting.
const IN_HAND: usize = 3;

/// Shows all files, one after the other.
pub(crate) fn run(view: View) -> Result<(), Failure> {
    if !view.elf.is_empty() {
        return firmware::run(view);
    }
    let view = Arc::new(view);
    let (troubles, mut out) = (Troubles::default(), Out::new());
    if view.form == Form::Csv && !out.write(CSV_HEAD.as_bytes())? {
        return Ok(());
    }
    for path in &view.files {
        let mut input = log_input::open(path)?;
        if view.follows {
            input = input.quietly();
        }
        if !Pipeline::new(&view).file(input, &troubles, &mut out)? {
            return Ok(());
        }
    }
    troubles.outcome()
}

/// A block of records on its way to a worker.
struct Job {
    offset: u64,
    head: Head,
    payload: Vec<u8>,
    session: Arc<Session>,
}

/// What a worker made of a block.
struct Done {
    lines: Buffer,
    problems: Vec<Problem>,
    payload: Vec<u8>,
}

struct Worker {
    jobs: SyncSender<Job>,
    done: Receiver<Done>,
    /// Buffers that were written, to be used again.
    spent: SyncSender<Buffer>,
}

struct Pipeline {
    view: Arc<View>,
    workers: Vec<Worker>,
    /// Jobs handed out, and taken back.
    sent: usize,
    taken: usize,
    payloads: Vec<Vec<u8>>,
}

impl Pipeline {
    fn new(view: &Arc<View>) -> Self {
        let count = thread::available_parallelism().map_or(1, usize::from).min(MOST_WORKERS);
        let workers = (0..count).map(|_| Worker::spawn(view)).collect();
        Self { view: Arc::clone(view), workers, sent: 0, taken: 0, payloads: Vec::new() }
    }

    /// Shows a file; `false` if nobody reads any more.
    fn file(
        &mut self,
        input: Counted,
        troubles: &Troubles,
        out: &mut Out,
    ) -> Result<bool, Failure> {
        let name = input.name.clone();
        let mut blocks = Blocks::new(input).follow(self.view.follows);
        let mut sessions = Sessions::new();
        loop {
            let job = match blocks.next() {
                Some(Ok(block)) => job(&block, &mut sessions, &mut self.payloads),
                Some(Err(problem)) => Err(problem),
                None => {
                    if !self.take_all(&name, troubles, out)? {
                        return Ok(false);
                    }
                    if !self.view.follows {
                        return Ok(true);
                    }
                    log_input::wait();
                    continue;
                }
            };
            match job {
                Ok(None) => {}
                Ok(Some(job)) => {
                    if self.sent - self.taken >= IN_HAND * self.workers.len()
                        && !self.take(&name, troubles, out)?
                    {
                        return Ok(false);
                    }
                    self.send(job)?;
                }
                Err(problem) => {
                    // In front of it stands what was read before it.
                    if !self.take_all(&name, troubles, out)? {
                        return Ok(false);
                    }
                    troubles.tell(&name, &problem);
                }
            }
        }
    }

    fn send(&mut self, job: Job) -> Result<(), Failure> {
        let worker = self.workers.get(self.sent % self.workers.len());
        let sent = worker.is_some_and(|worker| worker.jobs.send(job).is_ok());
        self.sent += 1;
        if sent { Ok(()) } else { Err(died()) }
    }

    /// Writes the oldest block that is out.
    fn take(&mut self, name: &str, troubles: &Troubles, out: &mut Out) -> Result<bool, Failure> {
        let Some(worker) = self.workers.get(self.taken % self.workers.len()) else {
            return Err(died());
        };
        let Ok(mut done) = worker.done.recv() else { return Err(died()) };
        self.taken += 1;
        let is_read = done.lines.is_empty() || out.write(done.lines.as_bytes())?;
        for problem in &done.problems {
            troubles.tell(name, problem);
        }
        done.lines.clear();
        // A worker that has enough of them lets this one go.
        let _kept = worker.spent.try_send(done.lines);
        self.payloads.push(done.payload);
        Ok(is_read)
    }

    fn take_all(
        &mut self,
        name: &str,
        troubles: &Troubles,
        out: &mut Out,
    ) -> Result<bool, Failure> {
        while self.taken < self.sent {
            if !self.take(name, troubles, out)? {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

fn died() -> Failure {
    Failure::Output("a thread that renders has died".to_owned())
}

/// The job that a block is; `None` if it only tells what has to be known.
fn job(
    block: &Block<'_>,
    sessions: &mut Sessions,
    payloads: &mut Vec<Vec<u8>>,
) -> Result<Option<Job>, Problem> {
    let Block { offset, head, payload } = *block;
    if head.kind() != Some(Kind::Records) {
        let plain = inflate(block)?;
        return sessions.take(block, &plain).map(|()| None);
    }
    let Some(session) = sessions.current().cloned() else {
        return Err(Problem { offset, trouble: Trouble::NoSession });
    };
    let mut own = payloads.pop().unwrap_or_default();
    own.clear();
    own.extend_from_slice(payload);
    Ok(Some(Job { offset, head, payload: own, session }))
}

impl Worker {
    fn spawn(view: &Arc<View>) -> Self {
        let (jobs, job) = sync_channel::<Job>(IN_HAND);
        let (finished, done) = sync_channel(IN_HAND);
        let (spent, fresh) = sync_channel(IN_HAND + 1);
        let printer = Printer::new(Arc::clone(view), log_input::wants_colour());
        thread::spawn(move || {
            let (mut printer, mut unpacker) = (printer, Unpacker::new());
            while let Ok(job) = job.recv() {
                let problems = render(&job, &mut printer, &mut unpacker);
                let next = fresh.try_recv().unwrap_or_default();
                let lines = core::mem::replace(&mut printer.out, next);
                if finished.send(Done { lines, problems, payload: job.payload }).is_err() {
                    return;
                }
            }
        });
        Self { jobs, done, spent }
    }
}

/// Renders a block's records into the printer's buffer.
fn render(job: &Job, printer: &mut Printer, unpacker: &mut Unpacker) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut fail = |trouble| problems.push(Problem { offset: job.offset, trouble });
    let block = Block { offset: job.offset, head: job.head, payload: &job.payload };
    let payload = match inflate(&block) {
        Ok(payload) => payload,
        Err(problem) => return vec![problem],
    };
    let mut records = match unpacker.start(&payload) {
        Ok(records) => records,
        Err(trouble) => {
            fail(trouble);
            return problems;
        }
    };
    printer.begin_block();
    while let Some(found) = records.next() {
        match found {
            Ok(found) => match RecordRef::parse(found.bytes) {
                Ok(record) => {
                    printer.print(&job.session, record, found.thread, Some(found.shape));
                }
                Err(_) => fail(Trouble::Payload { what: "bytes that are no record", lost: 1 }),
            },
            Err(trouble) => fail(trouble),
        }
    }
    for site in printer.unknown.drain(..) {
        fail(Trouble::UnknownSite(site));
    }
    problems
}
