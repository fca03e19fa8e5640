//! `firmware-defmt-decode PROGRAM STREAM`: each frame as a line, by defmt's own decoder.

use std::error::Error;
use std::fs;
use std::process::ExitCode;

use defmt_decoder::{DecodeError, StreamDecoder, Table};

fn main() -> ExitCode {
    match decode() {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            eprintln!("firmware-defmt-decode: {reason}");
            ExitCode::FAILURE
        }
    }
}

fn decode() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(program), Some(stream)) = (arguments.next(), arguments.next()) else {
        return Err("usage: firmware-defmt-decode PROGRAM STREAM".into());
    };
    let table = Table::parse(&fs::read(program)?)?.ok_or("the program has no `.defmt` section")?;
    let mut decoder = table.new_stream_decoder();
    decoder.received(&fs::read(stream)?);
    let mut malformed = 0;
    loop {
        match decoder.decode() {
            Ok(frame) => {
                let level = frame.level().map_or("", |level| level.as_str());
                println!("{level:<5} {}", frame.display_message());
            }
            Err(DecodeError::UnexpectedEof) => break,
            Err(DecodeError::Malformed) => malformed += 1,
        }
    }
    match malformed {
        0 => Ok(()),
        count => Err(format!("{count} frames could not be read").into()),
    }
}
