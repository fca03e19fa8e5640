//! `cargo xtask migration`: the programs of the migration pages say as much after as before.

use std::fs;

use crate::term::{good, skipped};
use crate::tool::{Tool, root};
use crate::{Command, Failure, Outcome, only};

pub(crate) const COMMAND: Command = Command {
    name: "migration",
    summary: "the programs of docs/migration, before and after, compared by their lines",
    help: "\
cargo xtask migration

Builds the programs of docs/migration/programs, a workspace of its own, runs each pair and compares
how many lines they print; checks that the pages show the programs as they are. spdlog's program is
C++: without a compiler or spdlog, one line says so.

Example:
  cargo xtask migration
",
    run,
};

const PROGRAMS: &str = "docs/migration/programs";

/// By page: the program before, and those after it.
const PAGES: [(&str, &str, &[&str]); 4] = [
    ("env_logger", "env_logger_before", &["env_logger_after"]),
    (
        "tracing-appender",
        "tracing_appender_before",
        &["tracing_appender_drop_in", "tracing_appender_after"],
    ),
    ("slog", "slog_before", &["slog_after"]),
    ("spdlog", "", &["spdlog_after"]),
];

/// What spdlog's program prints, where it can't be asked.
const SPDLOG_LINES: usize = 4;

pub(crate) fn run(arguments: &[String]) -> Outcome {
    only(arguments, &[])?;
    check().map_err(Failure::Check)
}

fn check() -> Result<(), String> {
    Tool::cargo("build --quiet").within(&root().join(PROGRAMS)).run()?;
    for (page, before, after) in PAGES {
        let before_lines = if before.is_empty() {
            shows(page, &format!("{PROGRAMS}/spdlog/before.cpp"))?;
            spdlog()?
        } else {
            shows(page, &source(before))?;
            lines(before)?
        };
        for program in after {
            shows(page, &source(program))?;
            let found = lines(program)?;
            if found != before_lines || found == 0 {
                return Err(format!("{program} prints {found} lines, of {before_lines} before"));
            }
        }
        good(&format!("{page}: {before_lines} lines before and after"));
    }
    Ok(())
}

fn source(program: &str) -> String {
    format!("{PROGRAMS}/src/bin/{program}.rs")
}

/// How many lines a program prints.
fn lines(program: &str) -> Result<usize, String> {
    let tool = Tool::cargo("run --quiet --bin").argument(program).without("RUST_LOG");
    let tool = tool.without("HYDRA_LOG").within(&root().join(PROGRAMS));
    tool.output().map(|text| text.lines().count())
}

/// Whether a page has the program's text: all but its first line, which the page says otherwise.
fn shows(page: &str, path: &str) -> Result<(), String> {
    let read = |path: &str| {
        fs::read_to_string(root().join(path)).map_err(|error| format!("{path}: {error}"))
    };
    let program = read(path)?;
    let (_, code) = program.split_once('\n').unwrap_or_default();
    let page = format!("docs/migration/{page}.md");
    if read(&page)?.contains(code.trim()) {
        Ok(())
    } else {
        Err(format!("{page} shows not {path}"))
    }
}

/// How many lines spdlog's program prints.
fn spdlog() -> Result<usize, String> {
    let flags = Tool::new("pkg-config").words("--cflags --libs spdlog").output();
    let flags = match flags {
        Ok(flags) if Tool::new("c++").argument("--version").works() => flags,
        Ok(_) => {
            skipped("spdlog's program was not built: there is no c++");
            return Ok(SPDLOG_LINES);
        }
        Err(reason) => {
            skipped(&format!("spdlog's program was not built: {reason}"));
            return Ok(SPDLOG_LINES);
        }
    };
    let program = std::env::temp_dir().join(format!("hydra-spdlog-{}", std::process::id()));
    let path = program.to_string_lossy().into_owned();
    let built = Tool::new("c++")
        .words("-std=c++17 -o")
        .argument(&path)
        .argument(&format!("{PROGRAMS}/spdlog/before.cpp"))
        .words(&flags)
        .run();
    let found = built.and_then(|()| Tool::new(&path).output()).map(|text| text.lines().count());
    let _left_over = fs::remove_file(&program);
    found
}
