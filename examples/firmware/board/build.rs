//! Writes the memory map of the machine that QEMU plays for the target.

use std::path::PathBuf;
use std::{env, fs};

fn main() {
    let target = env::var("TARGET").expect("cargo sets TARGET");
    let (flash, flash_size, ram, ram_size): (u32, _, u32, _) = match target.as_str() {
        // microbit: nRF51, Cortex-M0.
        "thumbv6m-none-eabi" => (0x0, "256K", 0x2000_0000, "16K"),
        // lm3s6965evb: Cortex-M3.
        "thumbv7m-none-eabi" => (0x0, "256K", 0x2000_0000, "64K"),
        // mps2-an386: Cortex-M4F.
        "thumbv7em-none-eabihf" => (0x0, "4M", 0x2000_0000, "4M"),
        // mps2-an505: Cortex-M33, by its secure addresses.
        "thumbv8m.main-none-eabihf" => (0x1000_0000, "4M", 0x3800_0000, "4M"),
        // virt: code and data in the same memory.
        _ => (0x8000_0000, "4M", 0x8040_0000, "4M"),
    };
    let map = format!(
        "MEMORY {{\n  FLASH : ORIGIN = {flash:#x}, LENGTH = {flash_size}\n  \
         RAM : ORIGIN = {ram:#x}, LENGTH = {ram_size}\n}}\n"
    );
    let map = if target.starts_with("riscv") { map + RISCV_REGIONS } else { map };
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    fs::write(out.join("memory.x"), map).expect("OUT_DIR can be written");
    println!("cargo:rustc-link-search={}", out.display());
    println!("cargo:rerun-if-changed=build.rs");
}

const RISCV_REGIONS: &str = "\
REGION_ALIAS(\"REGION_TEXT\", FLASH);
REGION_ALIAS(\"REGION_RODATA\", FLASH);
REGION_ALIAS(\"REGION_DATA\", RAM);
REGION_ALIAS(\"REGION_BSS\", RAM);
REGION_ALIAS(\"REGION_HEAP\", RAM);
REGION_ALIAS(\"REGION_STACK\", RAM);
";
