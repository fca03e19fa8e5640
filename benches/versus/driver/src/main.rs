//! Hydra and its peers side by side: one driver builds, measures and writes down all of them.

mod options;
mod peers;
mod plot;
mod record;
mod rounds;
mod table;

use std::process::ExitCode;

use options::Options;

fn main() -> ExitCode {
    let options = match options::parse(std::env::args().skip(1)) {
        Ok(Some(options)) => options,
        Ok(None) => {
            println!("{}", options::HELP);
            return ExitCode::SUCCESS;
        }
        Err(reason) => {
            eprintln!("versus: {reason}; try `--help`");
            return ExitCode::from(2);
        }
    };
    match run(&options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            eprintln!("versus: {reason}");
            ExitCode::from(1)
        }
    }
}

fn run(options: &Options) -> Result<(), String> {
    let (peers, mut notes) = peers::build(&options.only);
    if peers.is_empty() {
        return Err("nothing could be built".to_owned());
    }
    let results = rounds::measure(options, &peers, &mut notes)?;
    let csv = record::csv(options, &results, &notes);
    print!("{csv}");
    println!("\n{}", table::markdown(&results));
    notes.iter().for_each(|note| println!("{note}"));
    if options.record {
        for path in record::write(&csv, &plot::svg(&results))? {
            println!("written: {path}");
        }
    }
    Ok(())
}
