//! The source that every microcontroller runs under QEMU logs the same on a server.
//!
//! This program has the name of theirs, as modules are part of what is logged.

use core::fmt::Write as _;

#[expect(unreachable_pub, reason = "a library has it, where it comes from")]
#[path = "../../examples/firmware/kinds/src/kinds.rs"]
mod kinds;

#[test]
fn a_server_logs_what_microcontrollers_log() {
    let mut text = String::new();
    for record in hydra_log::testing::capture(kinds::log_all_kinds) {
        let (level, target) = (record.level.as_str(), record.target);
        // Fields stand behind the message, as in the text of `hydra decode`.
        let fields: String =
            record.fields.iter().map(|(name, value)| format!(" {name}={value}")).collect();
        assert!(writeln!(text, "{level} {target}: {}{fields}", record.message).is_ok());
    }
    assert_eq!(text, include_str!("../../examples/firmware/tests/src/bin/kinds.out"));
}
