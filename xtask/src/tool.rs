//! Programs that a step runs: shown before they start, and a missing one is a sentence.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::term::say;

/// The root of the workspace: the directory above this crate's.
pub(crate) fn root() -> PathBuf {
    let own = std::env::var_os("CARGO_MANIFEST_DIR")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    own.parent().map_or_else(|| own.clone(), Path::to_path_buf)
}

/// A program with its arguments and changes to its environment, run in the workspace's root
/// or in a directory of its own.
pub(crate) struct Tool {
    program: String,
    arguments: Vec<String>,
    environment: Vec<(&'static str, String)>,
    removed: Vec<&'static str>,
    directory: PathBuf,
}

impl Tool {
    pub(crate) fn new(program: &str) -> Self {
        Self {
            program: program.to_owned(),
            arguments: Vec::new(),
            environment: Vec::new(),
            removed: Vec::new(),
            directory: root(),
        }
    }

    /// `cargo` with a line of arguments that has no quoting.
    pub(crate) fn cargo(line: &str) -> Self {
        Self::new("cargo").words(line)
    }

    /// Adds the words of a line.
    pub(crate) fn words(mut self, line: &str) -> Self {
        self.arguments.extend(line.split_whitespace().map(str::to_owned));
        self
    }

    /// Adds one argument that may hold spaces.
    pub(crate) fn argument(mut self, word: &str) -> Self {
        self.arguments.push(word.to_owned());
        self
    }

    pub(crate) fn env(mut self, key: &'static str, value: &str) -> Self {
        self.environment.push((key, value.to_owned()));
        self
    }

    /// Takes a variable out of its environment.
    pub(crate) fn without(mut self, key: &'static str) -> Self {
        self.removed.push(key);
        self
    }

    /// Runs in this directory instead of the workspace's root.
    pub(crate) fn within(mut self, directory: &Path) -> Self {
        self.directory = directory.to_owned();
        self
    }

    /// Whether the program runs at all and answers with success; prints nothing.
    pub(crate) fn works(&self) -> bool {
        let mut command = self.command();
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command.status().is_ok_and(|status| status.success())
    }

    /// Runs with the output shown.
    pub(crate) fn run(&self) -> Result<(), String> {
        say(&format!("$ {self}"));
        let status = self.command().stdin(Stdio::null()).status();
        let status = status.map_err(|error| format!("{} did not start: {error}", self.program))?;
        if status.success() { Ok(()) } else { Err(format!("`{self}` ended with {status}")) }
    }

    /// Runs with the output shown and returns the exit code.
    pub(crate) fn code(&self) -> Result<i32, String> {
        say(&format!("$ {self}"));
        let status = self.command().stdin(Stdio::null()).status();
        let status = status.map_err(|error| format!("{} did not start: {error}", self.program))?;
        status.code().ok_or_else(|| format!("`{self}` ended with {status}"))
    }

    /// Runs and returns what was printed; on failure the last line of the standard error.
    pub(crate) fn output(&self) -> Result<String, String> {
        let output = self.command().stdin(Stdio::null()).output();
        let output = output.map_err(|error| format!("{} did not start: {error}", self.program))?;
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
        }
        let text = String::from_utf8_lossy(&output.stderr);
        let last = text.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("no reason");
        Err(last.trim().to_owned())
    }

    /// Runs and returns what was printed to the standard error.
    pub(crate) fn errors(&self) -> Result<String, String> {
        say(&format!("$ {self}"));
        let output = self.command().stdin(Stdio::null()).output();
        let output = output.map_err(|error| format!("{} did not start: {error}", self.program))?;
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        match output.status.success() {
            true => Ok(text),
            false => Err(format!("`{self}` ended with {}: {}", output.status, text.trim())),
        }
    }

    /// Runs and returns how it ended, with what was printed to the standard error.
    pub(crate) fn end(&self) -> Result<Ended, String> {
        let output = self.command().stdin(Stdio::null()).output();
        let output = output.map_err(|error| format!("{} did not start: {error}", self.program))?;
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        Ok(Ended { success: output.status.success(), errors })
    }

    /// Runs with the standard error shown and each line of the standard output given to `each`.
    pub(crate) fn lines(&self, mut each: impl FnMut(&str)) -> Result<(), String> {
        use std::io::{BufRead, BufReader};

        say(&format!("$ {self}"));
        let mut command = self.command();
        let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn();
        let mut child =
            child.map_err(|error| format!("{} did not start: {error}", self.program))?;
        if let Some(stdout) = child.stdout.take() {
            for line in BufReader::new(stdout).split(b'\n') {
                let line = line.map_err(|error| format!("reading its output: {error}"))?;
                each(&String::from_utf8_lossy(&line));
            }
        }
        let status = child.wait().map_err(|error| format!("waiting for it: {error}"))?;
        if status.success() { Ok(()) } else { Err(format!("`{self}` ended with {status}")) }
    }

    fn command(&self) -> Command {
        let program = match self.program.as_str() {
            "cargo" => std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned()),
            other => other.to_owned(),
        };
        let mut command = Command::new(program);
        command.args(&self.arguments).current_dir(&self.directory);
        for key in &self.removed {
            command.env_remove(key);
        }
        command.envs(self.environment.iter().map(|(key, value)| (key, value)));
        command
    }
}

/// How a program ended that may fail.
pub(crate) struct Ended {
    pub(crate) success: bool,
    /// What it printed to the standard error.
    pub(crate) errors: String,
}

impl core::fmt::Display for Tool {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        for (key, value) in &self.environment {
            let quote = if value.contains(' ') { "\"" } else { "" };
            write!(f, "{key}={quote}{value}{quote} ")?;
        }
        write!(f, "{}", self.program)?;
        self.arguments.iter().try_for_each(|word| write!(f, " {word}"))
    }
}
