//! `cargo xtask`: one entry for people and for CI; `cargo xtask --help` lists the commands.

mod bench;
mod chaos;
mod ci;
mod cost;
mod count;
mod docs;
mod firmware;
mod fuzz;
mod isr;
mod loom;
mod migration;
mod miri;
mod mutants;
mod nightly;
mod order;
mod plan;
mod platforms;
mod progress;
mod publish;
mod survivors;
mod term;
mod test;
mod tidy;
mod tool;
mod tsan;

use std::process::ExitCode;

use crate::term::{say, warn};

/// What a command returns: nothing, or the sentence that says what failed.
type Outcome = Result<(), Failure>;

/// Why a command ends with another exit code than 0.
#[derive(Debug, PartialEq, Eq)]
enum Failure {
    /// A check did not pass: exit code 1.
    Check(String),
    /// The command line cannot be understood: exit code 2.
    Usage(String),
}

/// One command: how it is called, what it says of itself, what it does.
struct Command {
    name: &'static str,
    summary: &'static str,
    help: &'static str,
    run: fn(&[String]) -> Outcome,
}

const COMMANDS: [Command; 20] = [
    ci::COMMAND,
    test::COMMAND,
    tidy::COMMAND,
    loom::COMMAND,
    mutants::COMMAND,
    survivors::COMMAND,
    isr::COMMAND,
    miri::COMMAND,
    tsan::COMMAND,
    fuzz::COMMAND,
    bench::COMMAND,
    docs::COMMAND,
    migration::COMMAND,
    platforms::COMMAND,
    publish::COMMAND,
    count::COMMAND,
    cost::COMMAND,
    firmware::COMMAND,
    chaos::COMMAND,
    order::COMMAND,
];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match dispatch(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::Check(reason)) => {
            warn(&format!("xtask: {reason}"));
            ExitCode::from(1)
        }
        Err(Failure::Usage(reason)) => {
            warn(&format!("xtask: {reason}"));
            warn("xtask: `cargo xtask --help` lists the commands");
            ExitCode::from(2)
        }
    }
}

fn dispatch(arguments: &[String]) -> Outcome {
    let Some((name, rest)) = arguments.split_first() else {
        say(&overview());
        return Err(Failure::Usage("no command given".to_owned()));
    };
    if matches!(name.as_str(), "--help" | "-h" | "help") {
        say(&overview());
        return Ok(());
    }
    let Some(command) = COMMANDS.iter().find(|command| command.name == name) else {
        let known: Vec<&str> = COMMANDS.iter().map(|command| command.name).collect();
        let known = known.join(", ");
        return Err(Failure::Usage(format!("unknown command `{name}`: use one of {known}")));
    };
    if rest.iter().any(|word| word == "--help" || word == "-h") {
        say(command.help.trim_end());
        return Ok(());
    }
    (command.run)(rest)
}

fn overview() -> String {
    let mut text = String::from("cargo xtask <command> [options]\n\nCommands:\n");
    for command in &COMMANDS {
        text.push_str(&format!("  {:<10} {}\n", command.name, command.summary));
    }
    text.push_str(
        "
Examples:
  cargo xtask test              everything that has to pass before a change goes in
  cargo xtask bench --quick     the figures of this machine, one a line
  cargo xtask loom --help       what a command does and which options it has

Exit codes: 0 passed, 1 a check failed, 2 the command line is wrong.
NO_COLOR=1 switches colour off.",
    );
    text
}

/// Refuses every word that is not in `allowed`.
fn only(arguments: &[String], allowed: &[&str]) -> Outcome {
    match arguments.iter().find(|word| !allowed.contains(&word.as_str())) {
        None => Ok(()),
        Some(word) if allowed.is_empty() => {
            Err(Failure::Usage(format!("unknown option `{word}`: this command has none")))
        }
        Some(word) => {
            let allowed = allowed.join(", ");
            Err(Failure::Usage(format!("unknown option `{word}`: use {allowed}")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<String> {
        line.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn unknown_command_names_the_word_and_the_choices() {
        let Err(Failure::Usage(reason)) = dispatch(&words("frobnicate")) else { panic!() };
        assert!(reason.contains("`frobnicate`") && reason.contains("tidy"), "{reason}");
    }

    #[test]
    fn unknown_option_names_the_word() {
        let Err(Failure::Usage(reason)) = dispatch(&words("loom --quik")) else { panic!() };
        assert!(reason.contains("`--quik`") && reason.contains("--quick"), "{reason}");
    }

    #[test]
    fn every_command_has_help_with_an_example() {
        for command in &COMMANDS {
            let called = format!("cargo xtask {}", command.name);
            assert!(command.help.contains("Example"), "{}", command.name);
            assert!(command.help.contains(&called), "{}", command.name);
            assert_eq!(dispatch(&words(&format!("{} --help", command.name))), Ok(()));
        }
    }
}
