//! `records [--elf PROGRAM] FILE`: each record as a line that is the same wherever it was logged.
//!
//! Its call by the hash of what it says, its flags, its values with their types, its text. A struct
//! has its text alone: the number of its type is the program's own.

use core::error::Error;
use std::fs;
use std::io::Write;

use hydra_log_core::record::ValueRef;
use hydra_log_core::render::{self, Limited, MESSAGE_BYTES, Verbatim};
use hydra_log_core::template::pieces;
use hydra_log_decode::{Event, FirmwareReader, Found, Image, Reader};

fn main() -> Result<(), Box<dyn Error>> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match words.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["--elf", program, file] => {
            let image = Image::read(&fs::read(program)?)?;
            let stream = fs::read(file)?;
            let mut reader = FirmwareReader::new(&stream[..], vec![image]);
            while let Some(found) = reader.next() {
                show(found)?;
            }
        }
        [file] => {
            let log = fs::read(file)?;
            let mut reader = Reader::new(&log[..]);
            while let Some(found) = reader.next() {
                show(found)?;
            }
        }
        _ => return Err("usage: records [--elf PROGRAM] FILE".into()),
    }
    Ok(())
}

fn show(found: Found<'_>) -> Result<(), Box<dyn Error>> {
    let event = match found {
        Found::Event(event) => event,
        Found::Problem(problem) => return Err(problem.into()),
    };
    let line = line(&event)? + "\n";
    Ok(std::io::stdout().write_all(line.as_bytes())?)
}

fn line(event: &Event<'_>) -> Result<String, Box<dyn Error>> {
    let site = event.site().ok_or("a site that nobody describes")?;
    let mut line = format!("{:016x} {:?}", site.hash(), event.record.flags());
    for value in event.record.values() {
        match value? {
            ValueRef::Struct(_) => line.push_str(" struct"),
            value => line.push_str(&format!(" {value:?}")),
        }
    }
    let parts: Result<Vec<_>, _> = pieces(site.template).collect();
    let parts = parts.map_err(|error| error.to_string())?;
    line.push_str(": ");
    let mut text = Verbatim(&mut line);
    let mut text = Limited::new(&mut text, MESSAGE_BYTES);
    render::message(&mut text, parts, &event.record, &**event.session)?;
    Ok(line)
}
