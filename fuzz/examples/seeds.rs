//! Writes what the fuzzers start from: `cargo run -p hydra-log-fuzz --example seeds -- FOLDER`.

use std::path::PathBuf;
use std::{env, fs, io};

use hydra_log_fuzz::bodies::TARGETS;

fn main() -> io::Result<()> {
    let Some(folder) = env::args_os().nth(1).map(PathBuf::from) else {
        return Err(io::Error::other("no folder: each target gets one in it"));
    };
    for target in TARGETS {
        let folder = folder.join(target.name);
        fs::create_dir_all(&folder)?;
        for (number, seed) in (target.seeds)().iter().enumerate() {
            fs::write(folder.join(format!("seed-{number}")), seed)?;
        }
    }
    Ok(())
}
