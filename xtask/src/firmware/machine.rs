//! The machines that QEMU plays, and how a program runs on one, never longer than a time limit.

use core::time::Duration;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::sleep;
use std::time::Instant;

/// A target with the machine that runs its programs.
#[derive(Debug)]
pub(super) struct Machine {
    pub(super) target: &'static str,
    program: &'static str,
    /// QEMU's machine and what it needs besides.
    options: &'static str,
}

impl Machine {
    pub(super) fn is_arm(&self) -> bool {
        self.program == "qemu-system-arm"
    }
}

/// One machine a target that can be run.
pub(super) const MACHINES: [Machine; 6] = [
    Machine { target: "thumbv6m-none-eabi", program: "qemu-system-arm", options: "-M microbit" },
    Machine { target: "thumbv7m-none-eabi", program: "qemu-system-arm", options: "-M lm3s6965evb" },
    Machine {
        target: "thumbv7em-none-eabihf",
        program: "qemu-system-arm",
        options: "-M mps2-an386",
    },
    Machine {
        target: "thumbv8m.main-none-eabihf",
        program: "qemu-system-arm",
        options: "-M mps2-an505",
    },
    Machine {
        target: "riscv32imac-unknown-none-elf",
        program: "qemu-system-riscv32",
        options: "-M virt -bios none",
    },
    Machine {
        target: "riscv32imc-unknown-none-elf",
        program: "qemu-system-riscv32",
        options: "-M virt -bios none",
    },
];

/// Two cores of one image.
pub(super) const DUAL_CORE: Machine = Machine {
    target: "thumbv8m.main-none-eabihf",
    program: "qemu-system-arm",
    options: "-M mps2-an521",
};

/// The code of a core without compare-and-swap on a board whose watchdog is wired to NMI; nothing
/// else of that board is where this target's programs would look for it.
pub(super) const NMI_BOARD: Machine =
    Machine { target: "thumbv6m-none-eabi", program: "qemu-system-arm", options: "-M mps2-an386" };

/// The machine of a target.
pub(super) fn of(target: &str) -> Option<&'static Machine> {
    MACHINES.iter().find(|machine| machine.target == target)
}

/// QEMU on its way to a program.
pub(super) struct Run {
    command: Command,
    shown: String,
    limit: Duration,
}

/// A machine that runs, and is ended when this goes.
pub(super) struct Running {
    child: Child,
    shown: String,
    until: Instant,
    limit: Duration,
}

impl Run {
    /// A program on its machine, with nothing attached.
    pub(super) fn new(machine: &Machine, elf: &Path) -> Self {
        let fixed = "-nographic -monitor none -net none \
                     -semihosting-config enable=on,target=native -kernel";
        let mut command = Command::new(machine.program);
        command.args(machine.options.split_whitespace()).args(fixed.split_whitespace()).arg(elf);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let shown = format!("{} {}", machine.program, elf.display());
        Self { command, shown, limit: Duration::from_secs(60) }
    }

    /// Adds options without quoting.
    pub(super) fn options(mut self, line: &str) -> Self {
        self.command.args(line.split_whitespace());
        self
    }

    /// Adds an option with a value that may hold spaces.
    pub(super) fn option(mut self, name: &str, value: &str) -> Self {
        self.command.arg(name).arg(value);
        self
    }

    /// The serial port's bytes go to a file.
    pub(super) fn serial_to(self, file: &Path) -> Self {
        self.option("-serial", &format!("file:{}", file.display()))
    }

    /// Its memory can be read and written through this port while it runs.
    pub(super) fn with_probe(self, port: u16) -> Self {
        self.options("-accel tcg -qtest-log none").option("-qtest", &server(port))
    }

    /// It waits for a debugger at this port before its first instruction.
    pub(super) fn with_debugger(self, port: u16) -> Self {
        self.options("-S").option("-gdb", &server(port))
    }

    /// A debugger may come to this port at any time.
    pub(super) fn with_open_debugger(self, port: u16) -> Self {
        self.option("-gdb", &server(port))
    }

    /// How long it may take.
    pub(super) fn within(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    /// Starts it.
    pub(super) fn start(mut self) -> Result<Running, String> {
        let child = self.command.spawn();
        let child = child.map_err(|error| format!("{} did not start: {error}", self.shown))?;
        let until = Instant::now() + self.limit;
        Ok(Running { child, shown: self.shown, until, limit: self.limit })
    }

    /// Runs it until the program ends it, with success.
    pub(super) fn finish(self) -> Result<(), String> {
        self.start()?.finish()
    }
}

impl Running {
    /// Whether it ended, and how. A machine that ran too long is an error.
    pub(super) fn ended(&mut self) -> Result<Option<ExitStatus>, String> {
        let status = self.child.try_wait();
        let status = status.map_err(|error| format!("waiting for {}: {error}", self.shown))?;
        if status.is_none() && Instant::now() > self.until {
            return Err(format!("{}: not at its end after {:?}", self.shown, self.limit));
        }
        Ok(status)
    }

    /// Waits until the program ends it, with success.
    pub(super) fn finish(mut self) -> Result<(), String> {
        loop {
            match self.ended()? {
                Some(status) if status.success() => return Ok(()),
                Some(status) => return Err(format!("{}: ended with {status}", self.shown)),
                None => sleep(Duration::from_millis(5)),
            }
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// QEMU listens and waits for nobody.
fn server(port: u16) -> String {
    format!("tcp:127.0.0.1:{port},server=on,wait=off,nodelay=on")
}

/// QEMU's option for blocks of one instruction, which was renamed in version 8.1.
pub(super) fn one_instruction_a_block() -> &'static str {
    let help = crate::tool::Tool::new("qemu-system-arm").words("-help").output();
    match help.is_ok_and(|help| help.contains("one-insn-per-tb")) {
        true => "-accel tcg,one-insn-per-tb=on",
        false => "-singlestep",
    }
}

/// Where programs are built and their output goes: apart from the host's, whose locks they'd wait
/// for.
pub(super) fn target_directory() -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR");
    target.map_or_else(|| crate::tool::root().join("target"), PathBuf::from).join("firmware")
}

/// The program of this name, built for release.
pub(super) fn program(target: &str, name: &str) -> PathBuf {
    target_directory().join(target).join("release").join(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_does_not_end_is_ended() {
        let mut command = Command::new("sleep");
        command.arg("60");
        let run = Run { command, shown: "sleep".to_owned(), limit: Duration::from_millis(20) };
        let reason = run.finish().unwrap_err();
        assert!(reason.contains("sleep") && reason.contains("20ms"), "{reason}");
    }

    #[test]
    fn failure_is_told_with_the_exit_code() {
        let limit = Duration::from_secs(60);
        let run = Run { command: Command::new("false"), shown: "false".to_owned(), limit };
        assert!(run.finish().unwrap_err().contains('1'));
    }

    #[test]
    fn each_target_has_one_machine() {
        for machine in &MACHINES {
            assert_eq!(of(machine.target).unwrap().options, machine.options);
        }
        assert!(of("z80").is_none());
    }
}
