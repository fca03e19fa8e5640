//! Puts `hydra.x` where the linker finds it.

use std::path::PathBuf;
use std::{env, fs};

fn main() {
    println!("cargo:rerun-if-changed=hydra.x");
    let Some(out) = env::var_os("OUT_DIR").map(PathBuf::from) else { return };
    let written = fs::write(out.join("hydra.x"), include_str!("hydra.x"));
    if let Err(error) = written {
        println!("cargo:warning=can't write the linker script hydra.x: {error}");
    }
    println!("cargo:rustc-link-search={}", out.display());
}
