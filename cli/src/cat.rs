//! `hydra cat`: several logs as one, by time.

use std::io::{self, Read};
use std::sync::Arc;

use hydra_log_core::block::{HEAD_BYTES, Head, Kind};
use hydra_log_core::record::RecordRef;
use hydra_log_decode::{FirmwareReader, Found, Image, Reader, Session};

use crate::Failure;
use crate::firmware;
use crate::log_input::{self, Counted, Out, Troubles};
use crate::printer::{CSV_HEAD, Printer};
use crate::view::{Form, View};

/// So many bytes of lines are written at once.
const WRITE_BYTES: usize = 128 << 10;
/// Of so many bytes the first block tells whose log it is.
const FRONT_BYTES: u64 = 64 << 10;

/// Shows the records of all files, each time the oldest of those that come next.
pub(crate) fn run(view: View) -> Result<(), Failure> {
    let (images, view) = (firmware::images(&view)?, Arc::new(view));
    let (troubles, mut out) = (Troubles::default(), Out::new());
    let mut sources = Vec::new();
    for path in &view.files {
        let mut source = Source::new(log_input::open(path)?.quietly(), &view, &images)?;
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
    reader: Records,
    name: String,
    printer: Printer,
    /// Whose record it is; `None` at the end.
    session: Option<Arc<Session>>,
    time_ns: u64,
    thread: u32,
    record: Vec<u8>,
}

impl Source {
    fn new(input: Counted, view: &Arc<View>, images: &[Image]) -> Result<Self, Failure> {
        let printer = Printer::new(Arc::clone(view), log_input::wants_colour());
        let name = input.name.clone();
        let reader = Records::of(input, view, images);
        let reader = reader.map_err(|error| Failure::Input(format!("{name}: {error}")))?;
        let (session, record) = (None, Vec::new());
        Ok(Self { reader, name, printer, session, time_ns: 0, thread: 0, record })
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

/// A server's log or a firmware's stream.
enum Records {
    Server(Box<Reader<Box<dyn Read>>>),
    Firmware(Box<FirmwareReader<Box<dyn Read>>>),
}

impl Records {
    /// Looks at the first block, where there are programs that may have written it.
    fn of(mut input: Counted, view: &View, images: &[Image]) -> io::Result<Self> {
        if images.is_empty() {
            return Ok(Self::Server(Box::new(Reader::new(Box::new(input)))));
        }
        let mut front = Vec::new();
        (&mut input).take(FRONT_BYTES).read_to_end(&mut front)?;
        let heads = front.windows(HEAD_BYTES).filter_map(|bytes| bytes.first_chunk());
        let first = heads.filter_map(|bytes| Head::parse(bytes).ok()).next();
        let is_firmware = first
            .and_then(|head| head.kind())
            .is_some_and(|kind| matches!(kind, Kind::Image | Kind::Firmware));
        let all: Box<dyn Read> = Box::new(io::Cursor::new(front).chain(input));
        Ok(match is_firmware {
            true => {
                let reader = FirmwareReader::new(all, images.to_vec()).start_each(&view.starts_ns);
                Self::Firmware(Box::new(reader))
            }
            false => Self::Server(Box::new(Reader::new(all))),
        })
    }

    fn next(&mut self) -> Option<Found<'_>> {
        match self {
            Self::Server(reader) => reader.next(),
            Self::Firmware(reader) => reader.next(),
        }
    }
}
