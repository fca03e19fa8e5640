//! `firmware-decode PROGRAM STREAM`: each record as a line: level, target, message, fields.

mod image;
mod text;
mod widen;

use std::error::Error;
use std::fs;
use std::io::Write;
use std::process::ExitCode;

use image::Image;
use text::Sites;

fn main() -> ExitCode {
    match decode() {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            eprintln!("firmware-decode: {reason}");
            ExitCode::FAILURE
        }
    }
}

fn decode() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(program), Some(stream)) = (arguments.next(), arguments.next()) else {
        return Err("usage: firmware-decode PROGRAM STREAM".into());
    };
    let image = Image::read(&fs::read(program)?)?;
    let sites = Sites::new(image.sites()?);
    let stream = fs::read(stream)?;
    let mut rest = stream.as_slice();
    let mut out = std::io::stdout().lock();
    while !rest.is_empty() {
        let at = stream.len() - rest.len();
        let record = widen::next(&mut rest).map_err(|reason| format!("byte {at}: {reason}"))?;
        writeln!(out, "{}", sites.line(&record)?)?;
    }
    Ok(())
}
