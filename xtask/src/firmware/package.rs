//! The crates under `examples/firmware`: which targets each is built for, and how.

use super::machine::target_directory;
use crate::tool::{Tool, root};

const V6M: &str = "thumbv6m-none-eabi";
const V7M: &str = "thumbv7m-none-eabi";
const V7EM: &str = "thumbv7em-none-eabihf";
const V8M: &str = "thumbv8m.main-none-eabihf";
const IMAC: &str = "riscv32imac-unknown-none-elf";
const IMC: &str = "riscv32imc-unknown-none-elf";

/// A crate with a lock file of its own.
#[derive(Debug)]
pub(super) struct Package {
    /// Its folder under `examples/firmware`.
    pub(super) folder: &'static str,
    pub(super) targets: &'static [&'static str],
    /// For cargo.
    options: &'static str,
}

impl Package {
    pub(super) const ANCHOR: Self = Self::new("anchor", &[V6M, V7EM]);
    pub(super) const BACKEND: Self = Self::new("defmt-hydra", &[V6M, V7EM]);
    pub(super) const COUNT: Self = Self::new("count", &[V6M, V7EM]);

    const fn new(folder: &'static str, targets: &'static [&'static str]) -> Self {
        Self { folder, targets, options: "" }
    }

    /// Whether its programs can be run here; the others need a board.
    pub(super) fn is_run(&self) -> bool {
        !matches!(self.folder, "esp32c3" | "nrf52840" | "rp2040")
    }

    /// Builds its programs for a target.
    pub(super) fn build(&self, target: &str) -> Result<(), String> {
        // Flags of the environment would replace those of the crate's own `.cargo/config.toml`.
        Tool::cargo("build --quiet --release --locked --target")
            .argument(target)
            .words(self.options)
            .env("CARGO_TARGET_DIR", &target_directory().to_string_lossy())
            .without("RUSTFLAGS")
            .within(&root().join("examples").join("firmware").join(self.folder))
            .run()
    }
}

const V7EM_BACKEND: Package = Package::new("defmt-hydra", &[V7EM]);
const V8M_BACKEND: Package = Package::new("defmt-hydra", &[V8M]);

/// Everything there is to build for microcontrollers, but for the board that they share.
pub(super) const PACKAGES: [Package; 17] = [
    Package::ANCHOR,
    Package::BACKEND,
    Package { options: "--features threads --bin threads_defmt", ..V7EM_BACKEND },
    Package { options: "--features dual --bin dual_defmt", ..V8M_BACKEND },
    Package::COUNT,
    Package::new("tests", &[V6M, V7M, V7EM, V8M]),
    // The others of its programs are about Cortex-M.
    Package { options: "--bin kinds --bin live --bin host", ..Package::new("tests", &[IMAC, IMC]) },
    Package::new("cortex-m0", &[V6M]),
    Package::new("cortex-m4", &[V7EM]),
    Package::new("defmt-app", &[V7EM]),
    Package::new("dual-core", &[V8M]),
    Package::new("embassy", &[V7EM]),
    Package::new("esp32c3", &[IMC]),
    Package::new("nrf52840", &[V7EM]),
    Package::new("riscv", &[IMAC, IMC]),
    Package::new("rp2040", &[V6M]),
    Package::new("text", &[V7EM]),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::firmware::setup::TARGETS;

    #[test]
    fn every_crate_is_there_and_every_folder_is_a_crate() {
        let folder = root().join("examples").join("firmware");
        let mut found: Vec<String> = std::fs::read_dir(&folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.join(".cargo").is_dir())
            .map(|path| path.file_name().unwrap().to_string_lossy().into_owned())
            .collect();
        found.sort();
        let mut listed: Vec<&str> = PACKAGES.iter().map(|package| package.folder).collect();
        listed.sort_unstable();
        listed.dedup();
        assert_eq!(found, listed);
    }

    #[test]
    fn crates_are_built_for_targets_that_are_installed() {
        for package in &PACKAGES {
            assert!(package.targets.iter().all(|target| TARGETS.contains(target)), "{package:?}");
        }
    }
}
