//! Applications that must not build: what the compiler or the linker says has to tell what to do.

use super::machine::target_directory;
use crate::tool::{Tool, root};

/// What they are built for.
pub(super) const TARGET: &str = "thumbv7em-none-eabihf";
const SCRIPT: &str = "-C link-arg=-Thydra.x";

/// An application and a part of what its author reads.
pub(super) struct Application {
    pub(super) what: &'static str,
    program: &'static str,
    features: &'static str,
    script: &'static str,
    /// Nothing: it builds.
    told: Option<&'static str>,
}

const fn application(what: &'static str, program: &'static str, told: &'static str) -> Application {
    Application { what, program, features: "", script: SCRIPT, told: Some(told) }
}

pub(super) const APPLICATIONS: [Application; 9] = [
    Application { told: None, ..application("an application that is right", "right", "") },
    application("a ring that is too small", "too_small", "a ring takes at least 64 bytes"),
    application(
        "two rings in a crate",
        "two_rings",
        "symbol `__hydra_no_ring__put_ring_into_the_application` is already defined",
    ),
    Application {
        features: "--features second-ring",
        ..application(
            "two rings in two crates",
            "right",
            "__hydra_no_ring__put_ring_into_the_application",
        )
    },
    application("no ring", "no_ring", "__hydra_no_ring__put_ring_into_the_application"),
    application("no port", "no_port", "__hydra_no_port__put_last_words_into_the_application"),
    application("two loggers", "two_loggers", "_defmt_acquire"),
    application("too many frames", "frames", "the ring does not hold as many frames"),
    Application {
        script: "",
        ..application(
            "no linker script",
            "right",
            "__hydra_linker_script_is_missing__add_link_arg_Thydra_x",
        )
    },
];

impl Application {
    /// Builds it, which has to fail in the way that is known.
    pub(super) fn check(&self) -> Result<String, String> {
        let ended = Tool::cargo("rustc --quiet --release --locked --target")
            .argument(TARGET)
            .words("--bin")
            .argument(self.program)
            .words(self.features)
            .words("-- -C link-arg=--nmagic -C link-arg=-Tlink.x")
            .words(self.script)
            .words("-C link-arg=-Tdefmt.x")
            .env("CARGO_TARGET_DIR", &target_directory().to_string_lossy())
            .within(&root().join("examples").join("firmware").join("wrong"))
            .end()?;
        match self.told {
            None if ended.success => Ok("builds".to_owned()),
            Some(_) if ended.success => Err("builds".to_owned()),
            Some(told) if ended.errors.contains(told) => Ok(format!("refused: `{told}`")),
            _ => Err(ended.errors.lines().rev().take(30).collect::<Vec<_>>().join(" | ")),
        }
    }
}
