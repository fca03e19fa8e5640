//! `firmware-server FILE`: logs every kind of argument into a binary log, as a server does.

use std::error::Error;

use hydra_log::sink::File;
use hydra_log::{Builder, LevelFilter};

fn main() -> Result<(), Box<dyn Error>> {
    let file = std::env::args().nth(1).ok_or("usage: firmware-server FILE")?;
    let builder = Builder::new().level(LevelFilter::Trace).sink(File::binary(file)?);
    let guard = builder.try_init()?;
    firmware_kinds::log_all_kinds();
    drop(guard);
    Ok(())
}
