//! `hydra recover`: writes out by hand what programs had still to write when they died.

use hydra_log::crash::{Recovered, Recovery};
use hydra_log::format::{Json, Text};
use hydra_log::sink::{Console, File};
use hydra_log::{LevelFilter, Output};

use crate::arguments::{RecoverOptions, Shape};
use crate::{Failure, complain};

/// Writes what the dead processes of a directory left, and says what it found.
pub(crate) fn run(options: &RecoverOptions) -> Result<(), Failure> {
    let output = match &options.into {
        Some(path) => {
            let file = File::open(path).map_err(|error| Failure::Output(error.to_string()))?;
            Output::new(file)
        }
        None => Output::new(Console::stdout()),
    };
    let output = match options.shape {
        Shape::Text => output.format(Text::new().threads(options.threads)),
        Shape::Json => output.format(Json::new().threads(options.threads)),
    };
    // What was only shown must still be there for whoever writes it.
    let recovery = Recovery::new(&options.directory)
        .output(output.level(LevelFilter::Trace))
        .keep(options.into.is_none());
    let found = recovery.run().map_err(|error| {
        Failure::Input(format!("cannot read {}: {error}", options.directory.display()))
    })?;
    found.iter().for_each(|process| complain(&sentence(process)));
    let records: u64 = found.iter().map(|process| process.records).sum();
    complain(&format!("dead processes = {}, records recovered = {records}", found.len()));
    match found.iter().find(|process| process.error.is_some() || process.damage.is_some()) {
        None => Ok(()),
        Some(process) => Err(Failure::Incomplete(format!("{} is not whole", name(process)))),
    }
}

fn name(process: &Recovered) -> String {
    process.path.display().to_string()
}

fn sentence(process: &Recovered) -> String {
    let mut text = name(process);
    if !process.program.is_empty() {
        text.push_str(&format!(": {} (process {})", process.program, process.pid));
    }
    text.push_str(&format!(": {} records", process.records));
    if process.losses > 0 {
        text.push_str(&format!(", {} lost before it died", process.losses));
    }
    if process.completed {
        text.push_str(", the batch it was writing was completed");
    }
    if let Some(damage) = &process.damage {
        text.push_str(&format!(", damaged: {damage}"));
    }
    if let Some(error) = &process.error {
        text.push_str(&format!(": {error}"));
    }
    text
}
