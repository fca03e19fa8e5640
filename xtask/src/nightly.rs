//! The nightly toolchain: its components are there, are installed, or a sentence says why not.

use crate::tool::Tool;

pub(crate) const TOOLCHAIN: &str = "nightly";

/// Nightly's `cargo`. By way of rustup: the `cargo` that runs this program is of one toolchain.
pub(crate) fn cargo(line: &str) -> Tool {
    Tool::new("rustup").words("run").argument(TOOLCHAIN).argument("cargo").words(line)
}

/// Installs what is missing of a toolchain and these components.
pub(crate) fn ready(toolchain: &str, components: &[&str]) -> Result<(), String> {
    // Without a backtrace the last line that rustup prints is the reason.
    let rustup =
        |line: &str| Tool::new("rustup").words(line).argument(toolchain).env("RUST_BACKTRACE", "0");
    let add = match rustup("component list --installed --toolchain").output() {
        Ok(installed) if components.iter().all(|name| has(&installed, name)) => return Ok(()),
        Ok(_) => rustup("component add --toolchain").words(&components.join(" ")),
        Err(_) => rustup("toolchain install --profile minimal")
            .argument("--component")
            .argument(&components.join(",")),
    };
    let wanted = components.join(" and ");
    let explain =
        |reason| format!("{toolchain} with {wanted} is missing and cannot be installed: {reason}");
    add.output().map(drop).map_err(explain)
}

/// Whether a component is in rustup's list, where most carry the name of the machine.
fn has(installed: &str, component: &str) -> bool {
    installed.lines().any(|line| {
        let rest = line.trim().strip_prefix(component);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn components_are_found_with_and_without_a_machine() {
        let installed = "cargo-x86_64-unknown-linux-gnu\nrust-src\nrust-std-x86_64-apple-darwin\n";
        assert!(has(installed, "cargo") && has(installed, "rust-src"));
        assert!(!has(installed, "miri") && !has(installed, "rust-s") && !has("", "cargo"));
    }

    #[test]
    fn a_toolchain_that_cannot_be_had_is_one_line() {
        let Err(reason) = ready("no-such-toolchain", &["miri", "rust-src"]) else { panic!() };
        let start = "no-such-toolchain with miri and rust-src is missing and cannot be installed: ";
        assert!(reason.starts_with(start) && reason.lines().count() == 1, "{reason}");
    }
}
