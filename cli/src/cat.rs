//! `hydra cat`: several logs as one, by time.

use std::sync::Arc;

use hydra_log_core::record::RecordRef;
use hydra_log_decode::{Found, Reader, Session};

use crate::Failure;
use crate::log_input::{self, Counted, Out, Troubles};
use crate::printer::{CSV_HEAD, Printer};
use crate::view::{Form, View};

/// So many bytes of lines are written at once.
const WRITE_BYTES: usize = 128 << 10;

/// Shows the records of all files, each time the oldest of those that come next.
pub(crate) fn run(view: View) -> Result<(), Failure> {
    let view = Arc::new(view);
    let (troubles, mut out) = (Troubles::default(), Out::new());
    let mut sources = Vec::new();
    for path in &view.files {
        let mut source = Source::new(log_input::open(path)?.quietly(), &view);
        source.step(&troubles);
        sources.push(source);
    }
    if view.form == Form::Csv && !out.write(CSV_HEAD.as_bytes())? {
        return Ok(());
    }
    let mut lines = Vec::new();
    loop {
        let next = sources.iter_mut().filter(|source| source.session.is_some());
        let next = next.min_by_key(|source| source.time_ns);
        let Some(source) = next else { break };
        source.print(&mut lines);
        source.step(&troubles);
        if lines.len() > WRITE_BYTES {
            if !out.write(&lines)? {
                return Ok(());
            }
            lines.clear();
        }
    }
    if out.write(&lines)? { troubles.outcome() } else { Ok(()) }
}

/// A log and its next record.
struct Source {
    reader: Reader<Counted>,
    name: String,
    printer: Printer,
    /// Whose record it is; `None` at the end.
    session: Option<Arc<Session>>,
    time_ns: u64,
    thread: u32,
    record: Vec<u8>,
}

impl Source {
    fn new(input: Counted, view: &Arc<View>) -> Self {
        let printer = Printer::new(Arc::clone(view), log_input::wants_colour());
        let name = input.name.clone();
        let reader = Reader::new(input);
        Self { reader, name, printer, session: None, time_ns: 0, thread: 0, record: Vec::new() }
    }

    /// Goes to the next record, past what cannot be read.
    fn step(&mut self, troubles: &Troubles) {
        self.session = None;
        loop {
            match self.reader.next() {
                None => return,
                Some(Found::Problem(problem)) => troubles.tell(&self.name, &problem),
                Some(Found::Event(event)) => {
                    self.time_ns = event.time_ns();
                    self.thread = event.thread;
                    self.session = Some(Arc::clone(event.session));
                    self.record.clear();
                    self.record.extend_from_slice(event.record.bytes());
                    return;
                }
            }
        }
    }

    fn print(&mut self, lines: &mut Vec<u8>) {
        if let (Some(session), Ok(record)) = (&self.session, RecordRef::parse(&self.record)) {
            self.printer.print(session, record, self.thread, None);
            lines.extend_from_slice(self.printer.out.as_bytes());
            self.printer.out.clear();
        }
    }
}
