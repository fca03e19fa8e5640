//! Serial ports, set so that no byte is changed on its way.

use std::fs::File;
use std::io;

/// Opens a port for both directions: `/dev/ttyUSB0`, or `/dev/ttyUSB0@115200`.
pub(crate) fn open(words: &str) -> io::Result<File> {
    let (path, speed) = match words.rsplit_once('@') {
        Some((path, speed)) => {
            let refused = || {
                let told = format!("`{speed}` is no speed: serial:/dev/ttyUSB0@115200");
                io::Error::new(io::ErrorKind::InvalidInput, told)
            };
            (path, Some(speed.parse().map_err(|_| refused())?))
        }
        None => (words, None),
    };
    let port = File::options().read(true).write(true).open(path)?;
    set(&port, speed)?;
    Ok(port)
}

/// Sets a port that is open already; leaves its speed as it is if none is given.
#[cfg(unix)]
pub(crate) fn set(port: &File, speed: Option<u32>) -> io::Result<()> {
    use rustix::termios::{ControlModes, OptionalActions, tcgetattr, tcsetattr};
    let mut settings = tcgetattr(port)?;
    // No echo, no lines, no signals, no characters for others.
    settings.make_raw();
    settings.control_modes |= ControlModes::CLOCAL | ControlModes::CREAD;
    if let Some(speed) = speed {
        settings.set_speed(speed)?;
    }
    Ok(tcsetattr(port, OptionalActions::Now, &settings)?)
}

/// Elsewhere the system's own tool has to set the port.
#[cfg(not(unix))]
pub(crate) fn set(_port: &File, speed: Option<u32>) -> io::Result<()> {
    match speed {
        None => Ok(()),
        Some(_) => Err(io::Error::new(
            io::ErrorKind::Unsupported,
            "the speed of a port cannot be set here: leave `@BAUD` out",
        )),
    }
}
