//! `hydra pipe`: one record a line, and a sum at the end that has to come out even.

use core::time::Duration;
use std::io::{ErrorKind, Read};
use std::path::Path;
use std::sync::mpsc::{self, Receiver, Sender};

use hydra_log::format::{Json, Text};
use hydra_log::sink::{Console, File};
use hydra_log::{Builder, Guard, Level, LevelFilter, Output, Overflow};

use crate::arguments::{PipeOptions, Shape};
use crate::line_text::LineText;
use crate::lines::{Line, Lines};
use crate::{Failure, complain, level_word};

/// How long a slow reader of the output is waited for: it is the one who sets the pace.
const PATIENCE: Duration = Duration::from_secs(24 * 60 * 60);

const RING_BYTES: usize = 1 << 20;
const PIECE_BYTES: usize = 256 << 10;

/// Logs every line of the standard input.
pub(crate) fn run(options: &PipeOptions) -> Result<(), Failure> {
    let (guard, troubles) = start(options)?;
    let mut log = Log { level: options.level, text: LineText::default(), lines: 0 };
    let read = read_all(&mut std::io::stdin().lock(), &mut log, &troubles);
    let report = guard.shutdown(PATIENCE);
    let Log { lines, text, .. } = log;
    let (written, missing) = (report.written, report.lost + report.pending);
    let cut = match text.cut() {
        0 => String::new(),
        count => format!(", cut = {count}"),
    };
    complain(&format!("lines in = {lines}, records written = {written}, lost = {missing}{cut}"));
    read?;
    if let Some(trouble) = troubles.try_iter().next() {
        return Err(Failure::Incomplete(trouble));
    }
    if written == lines && missing == 0 {
        return Ok(());
    }
    Err(Failure::Incomplete(format!("{lines} lines were read and {written} written")))
}

/// Starts the engine. What goes wrong with its output later arrives at the receiver.
fn start(options: &PipeOptions) -> Result<(Guard, Receiver<String>), Failure> {
    let (trouble, troubles): (Sender<String>, _) = mpsc::channel();
    let output = match &options.out {
        // A file that fails ends the program; a slow reader of the standard output sets the pace.
        Some(path) => Output::new(open(path)?).give_up_after(Duration::ZERO),
        None => Output::new(Console::stdout()),
    };
    let output = match options.shape {
        Shape::Text => output.format(Text::new()),
        Shape::Json => output.format(Json::new()),
    };
    let guard = Builder::new()
        .level(LevelFilter::Trace)
        .ring_bytes(RING_BYTES)
        .overflow(Overflow::Wait(PATIENCE))
        .on_error(move |error| {
            // Nobody listens any more: then the sum at the end says it.
            let _ = trouble.send(error.to_string());
        })
        .sink(output)
        .try_init()
        .map_err(|error| Failure::Output(error.to_string()))?;
    Ok((guard, troubles))
}

fn open(path: &Path) -> Result<File, Failure> {
    File::open(path).map_err(|error| Failure::Output(error.to_string()))
}

/// Reads until the end, or until the output is in trouble: who reads on then only loses more.
fn read_all(
    input: &mut impl Read,
    log: &mut Log,
    troubles: &Receiver<String>,
) -> Result<(), Failure> {
    let mut lines = Lines::default();
    let mut piece = vec![0; PIECE_BYTES];
    loop {
        let count = match input.read(&mut piece) {
            Ok(0) => break,
            Ok(count) => count,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Err(Failure::Input(format!("cannot read the input: {error}"))),
        };
        lines.feed(piece.get(..count).unwrap_or_default(), |line| log.line(line));
        if let Ok(trouble) = troubles.try_recv() {
            return Err(Failure::Incomplete(trouble));
        }
    }
    lines.finish(|line| log.line(line));
    Ok(())
}

struct Log {
    level: Level,
    text: LineText,
    lines: u64,
}

impl Log {
    fn line(&mut self, line: Line<'_>) {
        self.lines += 1;
        let text = self.text.of(line);
        // A callsite has one level, so each level has a callsite.
        match level_word::find(text).unwrap_or(self.level) {
            Level::Error => hydra_log::error!(target: "pipe", "{text}"),
            Level::Warn => hydra_log::warn!(target: "pipe", "{text}"),
            Level::Info => hydra_log::info!(target: "pipe", "{text}"),
            Level::Debug => hydra_log::debug!(target: "pipe", "{text}"),
            Level::Trace => hydra_log::trace!(target: "pipe", "{text}"),
        }
    }
}
