//! What the compiler says of wrong log calls, and that right ones compile under strict rules.
#![cfg(not(miri))]

use std::process::Command;

/// The compiler whose words the `.stderr` files hold: another one words its own messages anew.
const RUSTC: &str = "rustc 1.95.";

#[test]
fn ui() {
    let cases = trybuild::TestCases::new();
    cases.pass("tests/ui/pass_*.rs");
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let version = Command::new(rustc).arg("--version").output().map(|output| output.stdout);
    let version = String::from_utf8_lossy(&version.unwrap_or_default()).into_owned();
    if version.starts_with(RUSTC) {
        cases.compile_fail("tests/ui/fail_*.rs");
    } else {
        println!("skipped: messages are compared under {RUSTC}x only, this is {}", version.trim());
    }
}
