//! A host that switches modules on and off while they log: what it types beside the records that
//! it watches, and by a second link, a debugger's.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdout, Command, Stdio};

use super::hydra::decoder;
use super::machine::{self, Machine, Run};
use super::rtt::free_port;
use crate::tool::Tool;

const PROGRAM: &str = "switched";
/// So many lines are looked at behind each word; a round of the program has three.
const LINES: usize = 60;

/// A word of the host's, and the calls that go on behind it.
struct Word {
    said: &'static str,
    /// By `hydra control` and the debugger's port, instead of `hydra rtt`.
    is_apart: bool,
    calls: &'static [&'static str],
}

const ALL: &[&str] = &["hot", "motor", "radio"];
const WORDS: [Word; 4] = [
    Word { said: "switched::radio=off", is_apart: false, calls: &["hot", "motor"] },
    Word { said: "switched::radio=trace", is_apart: true, calls: ALL },
    Word { said: "warn", is_apart: true, calls: &["hot"] },
    Word { said: "error,switched::radio=debug", is_apart: false, calls: &["radio"] },
];

/// `hydra rtt` at its work; ended when this goes.
struct Watched {
    child: Child,
    lines: std::io::Lines<BufReader<ChildStdout>>,
}

impl Watched {
    /// The next line's message.
    fn next(&mut self) -> Result<String, String> {
        let line = self.lines.next().ok_or("`hydra rtt` ended")?;
        let line = line.map_err(|error| format!("reading what `hydra rtt` shows: {error}"))?;
        let message = line.rsplit_once(": ").map(|(_, message)| message.to_owned());
        message.ok_or_else(|| format!("`{line}`: not a line of this program"))
    }

    /// The first words of so many lines.
    fn calls(&mut self) -> Result<BTreeSet<String>, String> {
        let first = |line: String| line.split(' ').next().unwrap_or_default().to_owned();
        (0..LINES).map(|_| self.next().map(first)).collect()
    }

    /// Lines up to the one by which the program says that it heard the host.
    fn until_heard(&mut self, number: usize) -> Result<(), String> {
        while self.next()? != format!("word {number}") {}
        Ok(())
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Runs the program, says the words, and looks at what goes on.
pub(super) fn check(machine: &Machine) -> Result<String, String> {
    let program = machine::program(machine.target, PROGRAM);
    let (probe, debugger) = (free_port()?, free_port()?);
    let run = Run::new(machine, &program).options("-serial null").with_probe(probe);
    let running = run.with_open_debugger(debugger).start()?;
    let mut command = Command::new(decoder());
    command.args(["rtt", "--control", "--elf"]).arg(&program);
    command.arg(format!("qemu:127.0.0.1:{probe}")).stdin(Stdio::piped()).stdout(Stdio::piped());
    let child = command.spawn();
    let mut child = child.map_err(|error| format!("`hydra` did not start: {error}"))?;
    let (Some(mut typed), Some(shown)) = (child.stdin.take(), child.stdout.take()) else {
        return Err("`hydra rtt` has no input or no output".to_owned());
    };
    let mut watched = Watched { child, lines: BufReader::new(shown).lines() };
    let wanted = |calls: &[&str]| calls.iter().copied().map(str::to_owned).collect();
    let seen: BTreeSet<String> = watched.calls()?;
    if seen != wanted(ALL) {
        return Err(format!("at first {seen:?}"));
    }
    for (number, word) in (1..).zip(&WORDS) {
        match word.is_apart {
            true => {
                let control = Tool::new(&decoder().to_string_lossy()).words("control --elf");
                let control = control.argument(&program.to_string_lossy());
                let control = control.argument(&format!("gdb:127.0.0.1:{debugger}"));
                control.argument(word.said).output()?;
            }
            false => {
                let written = writeln!(typed, "{}", word.said);
                written.map_err(|error| format!("typing `{}`: {error}", word.said))?;
            }
        }
        watched.until_heard(number)?;
        // The last word ends the program.
        if number < WORDS.len() {
            let seen: BTreeSet<String> = watched.calls()?;
            if seen != wanted(word.calls) {
                return Err(format!("behind `{}`: {seen:?}, not {:?}", word.said, word.calls));
            }
        }
    }
    running.finish()?;
    Ok(format!("{} words, each heard", WORDS.len()))
}
