//! Puts the linker scripts where the linker finds them.

use std::path::PathBuf;
use std::{env, fs};

fn main() {
    println!("cargo:rerun-if-changed=hydra.x");
    println!("cargo:rerun-if-changed=hydra-id.x");
    let Some(out) = env::var_os("OUT_DIR").map(PathBuf::from) else { return };
    // Constants lie in the region that the usual runtime of the architecture names.
    let is_arm = env::var("CARGO_CFG_TARGET_ARCH").is_ok_and(|arch| arch == "arm");
    let region = if is_arm { "> FLASH" } else { "> REGION_RODATA" };
    let hydra = include_str!("hydra.x");
    let text = hydra
        .replace(
            "0 (INFO) : { *(.hydra_sites) }",
            &format!(": ALIGN(4) {{ *(.hydra_sites) }} {region}"),
        )
        .replace(
            "__hydra_texts_start = ADDR(.hydra_gates)",
            "__hydra_texts_start = ADDR(.hydra_sites)",
        )
        .replace("__hydra_texts_bytes = 0", "__hydra_texts_bytes = SIZEOF(.hydra_sites)")
        .replace("/* Descriptors: in the ELF file only. */", "/* Descriptors. */")
        // In the file alone they come last.
        .replace("/* Last of all", "INSERT AFTER .rodata;\n/* Else last of all");
    let scripts = [
        ("hydra.x", hydra.to_owned()),
        ("hydra-text.x", text),
        ("hydra-id.x", include_str!("hydra-id.x").replace("> REGION", region)),
    ];
    for (name, text) in scripts {
        if let Err(error) = fs::write(out.join(name), text) {
            println!("cargo:warning=can't write the linker script {name}: {error}");
        }
    }
    println!("cargo:rustc-link-search={}", out.display());
}
