//! Firmware's streams as lines, by the programs that wrote them.

use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use hydra_log_decode::{FirmwareReader, Found, Image};

use crate::Failure;
use crate::log_input::{self, Out, Troubles};
use crate::printer::{CSV_HEAD, Printer};
use crate::view::{Form, View};

/// So many bytes of lines are written at once, where the input is a file.
const WRITE_BYTES: usize = 128 << 10;

/// Shows all streams, one after the other.
pub(crate) fn run(view: View) -> Result<(), Failure> {
    let images = images(&view)?;
    let mut shown = Shown::new(view)?;
    let view = Arc::clone(&shown.view);
    for path in &view.files {
        let input = log_input::open(path)?;
        let (name, is_live) = (input.name.clone(), input.is_live());
        let input = if is_live { input.quietly() } else { input };
        let reader = FirmwareReader::new(input, images.clone()).follow(view.follows);
        if !shown.stream(reader, &name, is_live)? {
            return Ok(());
        }
    }
    shown.troubles.outcome()
}

/// The programs that were named.
pub(crate) fn images(view: &View) -> Result<Vec<Image>, Failure> {
    view.elf.iter().map(|path| image(path)).collect()
}

/// A program's file.
pub(crate) fn image(path: &Path) -> Result<Image, Failure> {
    let name = path.display();
    let file = std::fs::read(path);
    let file = file.map_err(|error| Failure::Input(format!("cannot read {name}: {error}")))?;
    Image::read(&file).map_err(|error| Failure::Input(format!("{name}: {error}")))
}

/// Where lines go.
pub(crate) struct Shown {
    view: Arc<View>,
    printer: Printer,
    out: Out,
    pub(crate) troubles: Troubles,
}

impl Shown {
    pub(crate) fn new(view: View) -> Result<Self, Failure> {
        let view = Arc::new(view);
        let mut out = Out::new();
        if view.form == Form::Csv {
            // Whoever does not read this reads no line either.
            let _is_read = out.write(CSV_HEAD.as_bytes())?;
        }
        let printer = Printer::new(Arc::clone(&view), log_input::wants_colour());
        Ok(Self { view, printer, out, troubles: Troubles::default() })
    }

    /// Shows a stream; a live one line by line. `false` if nobody reads any more.
    pub(crate) fn stream<R: Read>(
        &mut self,
        reader: FirmwareReader<R>,
        name: &str,
        is_live: bool,
    ) -> Result<bool, Failure> {
        let mut reader = reader.start_each(&self.view.starts_ns);
        let most = if is_live { 0 } else { WRITE_BYTES };
        loop {
            match reader.next() {
                Some(Found::Event(event)) => {
                    self.printer.print(event.session, event.record, event.thread, None);
                    for site in self.printer.unknown.drain(..) {
                        self.troubles.tell_unknown(name, site);
                    }
                    if self.printer.out.len() <= most {
                        continue;
                    }
                }
                Some(Found::Problem(problem)) => self.troubles.tell(name, &problem),
                None if self.view.follows => log_input::wait(),
                None => return self.write(),
            }
            if !self.write()? {
                return Ok(false);
            }
        }
    }

    fn write(&mut self) -> Result<bool, Failure> {
        let lines = self.printer.out.as_bytes();
        let is_read = lines.is_empty() || self.out.write(lines)?;
        self.printer.out.clear();
        Ok(is_read)
    }
}
