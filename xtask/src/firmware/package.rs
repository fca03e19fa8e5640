//! The crates under `examples/firmware`: which targets each is built for, and how.

use super::machine::target_directory;
use crate::tool::{Tool, root};

const V6M: &str = "thumbv6m-none-eabi";
const V7EM: &str = "thumbv7em-none-eabihf";

/// A crate with a lock file of its own.
#[derive(Debug)]
pub(super) struct Package {
    /// Its folder under `examples/firmware`.
    pub(super) folder: &'static str,
    pub(super) targets: &'static [&'static str],
}

impl Package {
    pub(super) const ANCHOR: Self = Self::new("anchor", &[V6M, V7EM]);

    const fn new(folder: &'static str, targets: &'static [&'static str]) -> Self {
        Self { folder, targets }
    }

    /// Builds all its programs for a target.
    pub(super) fn build(&self, target: &str) -> Result<(), String> {
        self.build_with(target, "")
    }

    /// As [`build`](Self::build), with options for cargo.
    pub(super) fn build_with(&self, target: &str, options: &str) -> Result<(), String> {
        // Flags of the environment would replace those of the crate's own `.cargo/config.toml`.
        Tool::cargo("build --quiet --release --locked --target")
            .argument(target)
            .words(options)
            .env("CARGO_TARGET_DIR", &target_directory().to_string_lossy())
            .without("RUSTFLAGS")
            .within(&root().join("examples").join("firmware").join(self.folder))
            .run()
    }
}

/// Everything there is to build for microcontrollers, but for the board that they share.
pub(super) const PACKAGES: [Package; 2] = [Package::ANCHOR, Package::new("defmt-app", &[V7EM])];

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
        assert_eq!(found, listed);
    }

    #[test]
    fn crates_are_built_for_targets_that_are_installed() {
        for package in &PACKAGES {
            assert!(package.targets.iter().all(|target| TARGETS.contains(target)), "{package:?}");
        }
    }
}
