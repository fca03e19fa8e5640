//! Logs to read: opened, counted, and their troubles told.

use core::cell::Cell;
use core::time::Duration;
use std::fs::File;
use std::io::{self, IsTerminal, Read, Write};
use std::path::Path;
use std::rc::Rc;
use std::time::Instant;

use hydra_log_decode::{Problem, Trouble};

use crate::{Failure, complain, serial};

/// Problems of one file that are told one by one; of the others, the number.
const TOLD: u64 = 20;
/// How often the progress is drawn again.
const REDRAW: Duration = Duration::from_millis(100);

/// How often what may still grow is looked at.
const LOOK: Duration = Duration::from_millis(100);

/// Lets a while pass until there may be more.
pub(crate) fn wait() {
    std::thread::sleep(LOOK);
}

/// Opens a log; `-` is the standard input, `tcp:HOST:PORT` what a program sends that listens there,
/// `serial:DEVICE@BAUD` a port. A device that is a terminal is a port too.
pub(crate) fn open(path: &Path) -> Result<Counted, Failure> {
    if path == Path::new("-") {
        return Ok(Counted::new(Box::new(io::stdin()), None, "the input".to_owned()));
    }
    let name = path.display().to_string();
    if let Some(address) = name.strip_prefix("tcp:") {
        let stream = std::net::TcpStream::connect(address);
        let failed = |error| Failure::Input(format!("cannot connect to {address}: {error}"));
        return Ok(Counted::new(Box::new(stream.map_err(failed)?), None, name));
    }
    let failed = |error: io::Error| Failure::Input(format!("cannot open {name}: {error}"));
    if let Some(port) = name.strip_prefix("serial:") {
        let port = serial::open(port).map_err(failed)?;
        return Ok(Counted::new(Box::new(port), None, name));
    }
    let file = File::open(path).map_err(failed)?;
    let data = file.metadata().map_err(failed)?;
    if data.is_dir() {
        return Err(Failure::Input(format!("cannot read {name}: it is a directory")));
    }
    if file.is_terminal() {
        serial::set(&file, None).map_err(failed)?;
    }
    let size = data.is_file().then_some(data.len());
    Ok(Counted::new(Box::new(file), size, name))
}

/// An input that draws on a terminal how far it is.
pub(crate) struct Counted {
    input: Box<dyn Read>,
    pub(crate) name: String,
    size: Option<u64>,
    done: u64,
    draws: bool,
    drawn: Instant,
    begun: Instant,
}

impl Counted {
    fn new(input: Box<dyn Read>, size: Option<u64>, name: String) -> Self {
        let is_quiet = !io::stderr().is_terminal() || io::stdout().is_terminal();
        let now = Instant::now();
        Self { input, name, size, done: 0, draws: !is_quiet, drawn: now, begun: now }
    }

    /// Whether its bytes come as they are made, from a program or a device.
    pub(crate) fn is_live(&self) -> bool {
        self.size.is_none()
    }

    /// As it is, without drawing.
    pub(crate) fn quietly(mut self) -> Self {
        self.draws = false;
        self
    }

    fn draw(&mut self) {
        self.drawn = Instant::now();
        let Some(size) = self.size.filter(|size| *size > 0) else { return };
        let percent = (self.done.saturating_mul(100) / size).min(100);
        let millis = u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        let rate = self.done / 1000 / millis.max(1);
        let filled = "#".repeat(usize::try_from(percent / 4).unwrap_or(0));
        let line = format!("\r[{filled:<25}] {percent:3} %  {rate} MB/s ");
        drop(io::stderr().write_all(line.as_bytes()));
    }
}

impl Read for Counted {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.input.read(into)?;
        self.done += count as u64;
        if self.draws && self.drawn.elapsed() > REDRAW {
            self.draw();
        }
        Ok(count)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        if self.draws && self.drawn != self.begun {
            drop(io::stderr().write_all(b"\r\x1b[K"));
        }
    }
}

/// What was wrong with the logs, told as it comes.
#[derive(Clone, Default)]
pub(crate) struct Troubles {
    damaged: Rc<Cell<u64>>,
    left_out: Rc<Cell<u64>>,
    unreadable: Rc<Cell<bool>>,
}

impl Troubles {
    /// Tells of a problem in a file.
    pub(crate) fn tell(&self, name: &str, problem: &Problem) {
        let count = if problem.trouble.is_damage() { &self.damaged } else { &self.left_out };
        count.set(count.get() + 1);
        if matches!(problem.trouble, Trouble::Read(_)) {
            self.unreadable.set(true);
        }
        let told = self.damaged.get() + self.left_out.get();
        if told <= TOLD {
            complain(&format!("hydra: {name}: {problem}"));
        } else if told == TOLD + 1 {
            complain("hydra: more such problems are only counted");
        }
    }

    /// Tells of a call that the program does not describe.
    pub(crate) fn tell_unknown(&self, name: &str, site: u32) {
        self.damaged.set(self.damaged.get() + 1);
        complain(&format!("hydra: {name}: {}", Trouble::UnknownSite(site)));
    }

    /// How it all ended.
    pub(crate) fn outcome(&self) -> Result<(), Failure> {
        let (damaged, left_out) = (self.damaged.get(), self.left_out.get());
        if self.unreadable.get() {
            return Err(Failure::Input("the log could not be read to its end".to_owned()));
        }
        match damaged + left_out {
            0 => Ok(()),
            _ => {
                let reason = format!("{damaged} damaged places, {left_out} blocks left out");
                Err(Failure::Incomplete(reason))
            }
        }
    }
}

/// The standard output: a reader that went away has read enough.
pub(crate) struct Out {
    out: io::Stdout,
}

impl Out {
    pub(crate) fn new() -> Self {
        Self { out: io::stdout() }
    }

    /// Writes all; `false` if nobody reads any more.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<bool, Failure> {
        let mut out = self.out.lock();
        match out.write_all(bytes).and_then(|()| out.flush()) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(false),
            Err(error) => Err(Failure::Output(format!("cannot write the output: {error}"))),
        }
    }
}

/// Whether lines have colours: on a terminal that can, unless `NO_COLOR` is set.
pub(crate) fn wants_colour() -> bool {
    let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let is_dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
    io::stdout().is_terminal() && !is_set("NO_COLOR") && !is_dumb
}
