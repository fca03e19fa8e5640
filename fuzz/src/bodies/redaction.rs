//! Any text, looked through for secrets: it ends, once is twice, and known secrets are gone.
//!
//! The input is a byte that says what becomes of finds, and a text.

use hydra_log::redact::{Action, Pattern, Redaction};

use crate::input::{Input, text};
use crate::target::Target;

/// The target.
pub const TARGET: Target = Target {
    name: "redaction",
    body,
    // The text is made anew three times, of finds that are shorter than what stands for them.
    bytes_per_byte: 256,
    bytes_at_least: 1 << 16,
    seeds,
};

/// Secrets that are found in front of any text, and behind any that ends in a blank.
const SECRETS: [&str; 4] = [
    "ada@example.org",
    "4111 1111 1111 1111",
    "ghp_abcdefghijklmnopqrstuvwxyz0123456789",
    "password=\"hunter2\"",
];

fn body(data: &[u8]) {
    let mut input = Input::new(data);
    let choice = input.byte();
    let action = if choice & 1 == 0 { Action::Replace } else { Action::Mask };
    let mut redaction = Redaction::new().all(action);
    if choice & 2 != 0 {
        redaction = redaction.pattern("own", Pattern::glob("a*b-#?"));
    }
    let written = text(input.rest());
    let once = redaction.text(written).into_owned();
    let found = redaction.report().total();
    assert_eq!(found == 0, once == written, "{found} finds: {once:?}");
    if choice & 2 == 0 {
        assert_eq!(redaction.text(&once), once, "of {written:?}");
    }
    let secret = SECRETS[usize::from(choice >> 2) % SECRETS.len()];
    let shown = redaction.text(&format!("{secret} {written}")).into_owned();
    assert!(!shown.starts_with(secret), "{shown:?}");
}

fn seeds() -> Vec<Vec<u8>> {
    [
        "\0mail to ada@example.org, card 4111-1111-1111-1111, iban DE89 3704 0044 0532 0130 00",
        "\x01{\"password\":\"a \\\" b\",\"token\":[1,2]} https://u:p@h/?token=x +49 170 1234567",
        "\x06Authorization: Bearer abcdef0123456789 --password x 123-45-6789 a-b-1c",
        "\x0b-----BEGIN PRIVATE KEY-----\nabc\n-----END PRIVATE KEY----- <pin>1</pin>",
        "\0AKIAIOSFODNN7EXAMPLE",
        "\x0feyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.SflKxwRJSMeKKF2QT4fwpMeJf36",
        "\x01Login { password: Some(\"x\") }",
    ]
    .map(|text| text.as_bytes().to_vec())
    .to_vec()
}
