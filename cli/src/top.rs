//! `hydra top`: looks into the rings of living processes from outside, and changes nothing.

use core::fmt::Write as _;
use core::time::Duration;
use std::collections::HashMap;
use std::ffi::OsString;
use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use std::thread;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use hydra_log::crash::{self, Look, LookedRing};

use crate::{Failure, complain};

pub(crate) const HELP: &str = "\
hydra top: look into the rings of programs that run

Usage: hydra top DIR [--once] [--format text|json] [--every SECONDS]

DIR is where programs keep their crash-proof rings, or one file there. Shows, again and again, for
each process its sinks and what waits for them; and for each ring how full it is, how many records
and bytes went through it in a second, and how many records it lost, by level. Only reads: no
program is stopped, slowed or locked out, and a file of another version, of another user, or one
that is damaged is named and left alone.

Options:
  --once        two looks, one frame, then end: for scripts
  --format F    text or json, an object a line   [text]
  --every S     seconds between two looks   [1; with --once 0.2]
  --help        this text

Rings more than 80 % full are red on a terminal, rings that lost something yellow; NO_COLOR=1
switches colour off.

Examples:
  hydra top /dev/shm/hydra-1000-server
  hydra top /dev/shm/hydra-1000-server --once --format json | jq '.processes[].rings[].fill'
  hydra top /dev/shm/hydra-1000-server --every 0.2

Exit codes:
  0  everything was shown
  1  a file was refused, or damaged: it was named, the rest was shown
  2  bad argument
  4  the directory cannot be read";

/// How long lies between two looks, where nobody said so.
const EVERY: Duration = Duration::from_secs(1);
/// The same, where there are only two.
const EVERY_ONCE: Duration = Duration::from_millis(200);
const LEVELS: [&str; 5] = ["error", "warn", "info", "debug", "trace"];
/// A ring fuller than this is worth a colour.
const FULL: f64 = 0.8;

/// What `hydra top` was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TopOptions {
    pub(crate) place: PathBuf,
    pub(crate) once: bool,
    pub(crate) is_json: bool,
    pub(crate) every: Option<Duration>,
}

/// Reads the words behind the command; `None` when help is asked for.
pub(crate) fn parse(words: &[OsString]) -> Result<Option<TopOptions>, Failure> {
    let mut options =
        TopOptions { place: PathBuf::new(), once: false, is_json: false, every: None };
    let mut places = Vec::new();
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let mut value = || words.next().map(|word| word.to_string_lossy().into_owned());
        match word.to_string_lossy().as_ref() {
            "--help" | "-h" => return Ok(None),
            "--once" => options.once = true,
            "--format" => {
                options.is_json = match value().as_deref() {
                    Some("json") => true,
                    Some("text") => false,
                    other => {
                        let other = other.unwrap_or_default();
                        let reason = format!("`--format {other}`: use text or json");
                        return Err(Failure::Usage(reason));
                    }
                };
            }
            "--every" => options.every = Some(seconds(&value().unwrap_or_default())?),
            option if option.starts_with("--") => {
                let reason =
                    format!("unknown argument `{option}`: use --once, --format, --every or --help");
                return Err(Failure::Usage(reason));
            }
            _ => places.push(PathBuf::from(word)),
        }
    }
    let mut places = places.into_iter();
    match (places.next(), places.next()) {
        (Some(place), None) => Ok(Some(TopOptions { place, ..options })),
        (Some(_), Some(other)) => {
            let reason = format!("`{}`: one directory at a time", other.display());
            Err(Failure::Usage(reason))
        }
        (None, _) => {
            let reason = "no directory: `hydra top /dev/shm/hydra-1000-server`";
            Err(Failure::Usage(reason.to_owned()))
        }
    }
}

fn seconds(text: &str) -> Result<Duration, Failure> {
    let seconds = text.parse::<f64>().ok().filter(|seconds| (0.01..=3600.0).contains(seconds));
    seconds.map(Duration::from_secs_f64).ok_or_else(|| {
        Failure::Usage(format!("`--every {text}`: use seconds between 0.01 and 3600"))
    })
}

/// What a directory holds at one moment.
struct Frame {
    at: Instant,
    looks: Vec<Look>,
    problems: Vec<(PathBuf, String)>,
}

impl Frame {
    fn take(options: &TopOptions) -> Result<Self, Failure> {
        let place = &options.place;
        let found = crash::look(place)
            .map_err(|error| Failure::Input(format!("cannot read {}: {error}", place.display())))?;
        let (mut looks, mut problems) = (Vec::new(), Vec::new());
        for (path, look) in found {
            match look {
                Ok(look) => looks.push(look),
                Err(error) => problems.push((path, error.to_string())),
            }
        }
        Ok(Self { at: Instant::now(), looks, problems })
    }

    /// Says what is wrong, for the exit code.
    fn outcome(&self) -> Result<(), Failure> {
        if let Some((path, problem)) = self.problems.first() {
            return Err(Failure::Incomplete(format!("{}: {problem}", path.display())));
        }
        match self.looks.iter().find(|look| look.damaged > 0) {
            Some(look) => {
                let (path, count) = (look.path.display(), look.damaged);
                Err(Failure::Incomplete(format!("{path}: {count} pieces are damaged")))
            }
            None => Ok(()),
        }
    }
}

/// Looks again and again, or once: rates need two looks.
pub(crate) fn run(options: &TopOptions) -> Result<(), Failure> {
    let every = options.every.unwrap_or(if options.once { EVERY_ONCE } else { EVERY });
    let is_terminal = std::io::stdout().is_terminal();
    let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let coloured = is_terminal && !refused;
    let mut before = Frame::take(options)?;
    loop {
        thread::sleep(every);
        let frame = Frame::take(options)?;
        let shown = Shown { frame: &frame, before: &before, coloured };
        let mut text = if options.is_json { shown.json() } else { shown.text() };
        if is_terminal && !options.once && !options.is_json {
            // From the top of the screen, over what was there.
            text.insert_str(0, "\x1b[H\x1b[J");
        }
        let mut out = std::io::stdout().lock();
        if out.write_all(text.as_bytes()).and_then(|()| out.flush()).is_err() {
            // A reader that went away has read enough.
            return Ok(());
        }
        if options.once {
            frame.problems.iter().for_each(|(path, problem)| {
                complain(&format!("hydra: {}: {problem}", path.display()));
            });
            return frame.outcome();
        }
        before = frame;
    }
}

/// A frame, and the one before it.
struct Shown<'f> {
    frame: &'f Frame,
    before: &'f Frame,
    coloured: bool,
}

/// A ring with its rates.
struct Rated<'f> {
    ring: &'f LookedRing,
    records: f64,
    bytes: f64,
}

impl Shown<'_> {
    fn rings<'f>(&'f self, look: &'f Look) -> impl Iterator<Item = Rated<'f>> {
        let time = self.frame.at.duration_since(self.before.at);
        let before = self.before.looks.iter().find(|before| {
            (before.pid, before.started_ns, &before.path) == (look.pid, look.started_ns, &look.path)
        });
        let before: HashMap<Option<u32>, &LookedRing> = before
            .map(|look| look.rings.iter().map(|ring| (ring.number, ring)).collect())
            .unwrap_or_default();
        look.rings.iter().map(move |ring| {
            let rates = before.get(&ring.number).map(|before| ring.rates(before, time));
            let (records, bytes) = rates.unwrap_or_default();
            Rated { ring, records, bytes }
        })
    }

    fn text(&self) -> String {
        let mut out = String::new();
        for look in &self.frame.looks {
            self.process(look, &mut out);
        }
        for (path, problem) in &self.frame.problems {
            line(&mut out, &format!("{}: {problem}", plain(&path.to_string_lossy())));
        }
        if out.is_empty() {
            line(&mut out, "no process keeps its rings here");
        }
        out
    }

    fn process(&self, look: &Look, out: &mut String) {
        let state = if look.is_alive { "alive" } else { "dead: `hydra recover`" };
        let (program, size) = (plain(&look.program), size(look.bytes as f64));
        line(out, &format!("{program} (process {}), {state}, {size}{}", look.pid, up(look)));
        if look.damaged > 0 {
            line(out, &self.paint(&format!("  {} pieces are damaged", look.damaged), "31"));
        }
        for sink in &look.sinks {
            let share = share(sink.pending_bytes as f64 / look.spool_bytes.max(1) as f64);
            let does = if sink.is_writing { "writes" } else { "idle" };
            let waits = self::size(sink.pending_bytes as f64);
            let name = plain(&sink.name);
            line(out, &format!("  sink {name}: {does}, {waits} wait ({share} of the spool)"));
        }
        line(
            out,
            "  ring    thread                     fill  of         records/s    bytes/s  lost",
        );
        for rated in self.rings(look) {
            self.ring(&rated, out);
        }
        out.push('\n');
    }

    fn ring(&self, rated: &Rated<'_>, out: &mut String) {
        let Rated { ring, records, bytes } = rated;
        let number = ring.number.map_or_else(|| "shared".to_owned(), |number| number.to_string());
        let name = ring.name.as_deref().map(plain).unwrap_or_default();
        let id = ring.thread.map(|id| format!(" {id}")).unwrap_or_default();
        let fill = share(ring.fill());
        let (of, rate) = (size(ring.capacity as f64), size(*bytes));
        let lost: Vec<String> = LEVELS
            .iter()
            .zip(ring.lost)
            .filter(|(_, count)| *count > 0)
            .map(|(level, count)| format!("{count} {level}"))
            .collect();
        let lost = if lost.is_empty() { "0".to_owned() } else { lost.join(", ") };
        let thread = format!("{name}{id}");
        let text = format!(
            "  {number:<7} {thread:<24} {fill:>6}  {of:<9} {records:>11.0} {rate:>10}  {lost}"
        );
        let code = match (ring.fill() > FULL, lost == "0") {
            (true, _) => "31",
            (false, false) => "33",
            (false, true) => "",
        };
        line(out, &self.paint(&text, code));
    }

    fn paint(&self, text: &str, code: &str) -> String {
        if self.coloured && !code.is_empty() {
            format!("\x1b[{code}m{text}\x1b[0m")
        } else {
            text.to_owned()
        }
    }

    /// One line: everything, by names.
    fn json(&self) -> String {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
        let processes: Vec<String> =
            self.frame.looks.iter().map(|look| self.json_of(look)).collect();
        let problems: Vec<String> = self
            .frame
            .problems
            .iter()
            .map(|(path, problem)| {
                let path = quoted(&path.to_string_lossy());
                format!("{{\"path\":{path},\"problem\":{}}}", quoted(problem))
            })
            .collect();
        format!(
            "{{\"time_ns\":{now},\"processes\":[{}],\"problems\":[{}]}}\n",
            processes.join(","),
            problems.join(",")
        )
    }

    fn json_of(&self, look: &Look) -> String {
        let sinks: Vec<String> = look
            .sinks
            .iter()
            .map(|sink| {
                let (name, writes) = (quoted(&sink.name), sink.is_writing);
                let waits = sink.pending_bytes;
                format!("{{\"name\":{name},\"writing\":{writes},\"pending_bytes\":{waits}}}")
            })
            .collect();
        let rings: Vec<String> = self.rings(look).map(|rated| json_of_ring(&rated)).collect();
        let path = quoted(&look.path.to_string_lossy());
        format!(
            "{{\"path\":{path},\"program\":{},\"process\":{},\"started_ns\":{},\"alive\":{},\
             \"bytes\":{},\"spool_bytes\":{},\"damaged\":{},\"sinks\":[{}],\"rings\":[{}]}}",
            quoted(&look.program),
            look.pid,
            look.started_ns,
            look.is_alive,
            look.bytes,
            look.spool_bytes,
            look.damaged,
            sinks.join(","),
            rings.join(",")
        )
    }
}

fn json_of_ring(rated: &Rated<'_>) -> String {
    let Rated { ring, records, bytes } = rated;
    let number = ring.number.map_or_else(|| "null".to_owned(), |number| number.to_string());
    let id = ring.thread.map_or_else(|| "null".to_owned(), |id| id.to_string());
    let name = ring.name.as_deref().map_or_else(|| "null".to_owned(), quoted);
    let lost = LEVELS.iter().zip(ring.lost).map(|(level, count)| format!("\"{level}\":{count}"));
    let lost: Vec<String> = lost.collect();
    format!(
        "{{\"ring\":{number},\"thread\":{id},\"name\":{name},\"capacity\":{},\"pending_bytes\":{},\
         \"fill\":{:.4},\"records\":{},\"records_per_second\":{records:.1},\
         \"bytes_per_second\":{bytes:.1},\"lost\":{{{}}}}}",
        ring.capacity,
        ring.pending_bytes,
        ring.fill(),
        ring.published,
        lost.join(",")
    )
}

fn line(out: &mut String, text: &str) {
    out.push_str(text);
    out.push('\n');
}

fn up(look: &Look) -> String {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
    let seconds = since.saturating_sub(look.started_ns.into()) / 1_000_000_000;
    match seconds {
        0..60 => format!(", for {seconds} s"),
        60..7200 => format!(", for {} min", seconds / 60),
        _ => format!(", for {} h", seconds / 3600),
    }
}

fn share(part: f64) -> String {
    format!("{:.0} %", part * 100.0)
}

fn size(bytes: f64) -> String {
    let units = [(1024.0 * 1024.0 * 1024.0, "GiB"), (1024.0 * 1024.0, "MiB"), (1024.0, "KiB")];
    let found = units.into_iter().find(|(unit, _)| bytes >= *unit);
    found.map_or_else(
        || format!("{bytes:.0} B"),
        |(unit, name)| format!("{:.1} {name}", bytes / unit),
    )
}

/// A name that another program chose, without what commands a terminal.
fn plain(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { '?' } else { letter }).collect()
}

/// A text as JSON has it.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            letter if letter.is_control() => {
                // A text takes what is written to it.
                let _written = write!(out, "\\u{:04x}", u32::from(letter));
            }
            letter => out.push(letter),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(line: &str) -> Result<Option<TopOptions>, Failure> {
        let words: Vec<OsString> = line.split_whitespace().map(OsString::from).collect();
        parse(&words)
    }

    #[test]
    fn reads_its_options() {
        let options = of("dir --once --format json --every 0.5").unwrap().unwrap();
        assert_eq!((options.once, options.is_json), (true, true));
        assert_eq!(options.every, Some(Duration::from_millis(500)));
        assert_eq!(of("dir --help").unwrap(), None);
        for wrong in ["", "a b", "a --every 0", "a --every x", "a --format xml", "a --what"] {
            assert!(matches!(of(wrong), Err(Failure::Usage(_))), "{wrong}");
        }
    }

    #[test]
    fn names_command_no_terminal() {
        assert_eq!(plain("a\x1b[2Jb\n"), "a?[2Jb?");
        let value: serde_json::Value = serde_json::from_str(&quoted("a\"\\\x1b\nü")).unwrap();
        assert_eq!(value, "a\"\\\x1b\nü");
    }

    #[test]
    fn sizes_have_units() {
        let shown = [0.0, 1023.0, 1024.0, 1.5 * 1024.0 * 1024.0].map(size);
        assert_eq!(shown, ["0 B", "1023 B", "1.0 KiB", "1.5 MiB"]);
    }
}
