//! What redaction does to any text: the same once and twice, and nothing without a secret.

use hydra_log::redact::{Action, Detector, Pattern, Redaction};
use proptest::prelude::*;

use super::corpus::cases;

fn ways() -> [Redaction; 3] {
    [Action::Replace, Action::Mask, Action::Hash].map(|action| Redaction::new().all(action))
}

#[test]
fn twice_is_once() {
    for redaction in ways() {
        for case in cases() {
            let once = redaction.text(&case.text).into_owned();
            assert_eq!(redaction.text(&once), once, "{:?}", case.text);
        }
    }
}

#[test]
fn each_action_takes_the_secret_out() {
    for redaction in ways() {
        for case in cases() {
            let shown = redaction.text(&case.text);
            let found = Redaction::new().text(&case.text).into_owned();
            for (_, secret) in case.secrets.iter().filter(|(_, secret)| !found.contains(secret)) {
                assert!(!shown.contains(secret), "{shown}");
            }
        }
    }
}

#[test]
fn masks_leave_the_end_of_numbers() {
    let masked = Redaction::new().all(Action::Mask);
    let text = "card 4111 1111 1111 1111, iban DE89370400440532013000, ssn 123-45-6789, pin=123456";
    assert_eq!(masked.text(text), "card ****1111, iban ****3000, ssn ****, pin=****");
    let report = masked.report();
    let found: Vec<_> = report.found.iter().filter(|found| found.count > 0).collect();
    assert!(found.iter().all(|found| found.action == Action::Mask && found.count == 1));
    assert_eq!((found.len(), report.total()), (4, 4));
}

#[test]
fn hashes_are_the_key_s() {
    let hashed = || Redaction::new().all(Action::Hash);
    let text = "ada@example.org";
    assert_eq!(hashed().text(text), hashed().text(text), "one key for a process");
    assert_eq!(hashed().key([1; 32]).text(text), hashed().key([1; 32]).text(text));
    assert_ne!(hashed().key([1; 32]).text(text), hashed().key([2; 32]).text(text));
    assert_eq!(hashed().text(text).len(), "[email#0123456789abcdef]".len());
}

#[test]
fn what_is_not_looked_for_stays() {
    let text = "ada@example.org has 4111 1111 1111 1111";
    let cards = Redaction::new().only(&[Detector::Card]);
    assert_eq!(cards.text(text), "ada@example.org has [card]");
    let others = Redaction::new().without(&[Detector::Card]);
    assert_eq!(others.text(text), "[email] has 4111 1111 1111 1111");
}

#[test]
fn patterns_of_a_program_s_own() {
    let own = Redaction::new()
        .pattern("order", Pattern::glob("ORD-####"))
        .pattern("host", Pattern::literal("db7"))
        .pattern("pair", Pattern::regex(r"\d+/\d+").unwrap())
        .pattern("odd", Pattern::finder(|text| text.find('é').map(|at| at + 1..at + 9)));
    assert_eq!(own.text("ORD-1234 XORD-1234 on db7: 3/4"), "[order] XORD-1234 on [host]: [pair]");
    assert_eq!(own.text("a finder that cuts é in two"), "a finder that cuts é in two");
    assert_eq!(own.report().of("pair"), 1);
}

/// A secret of each kind, between what proptest makes up.
const SECRETS: [(&str, &str); 10] = [
    (" ", "ada@example.org"),
    (" ", "4111111111111111"),
    (" ", "123-45-6789"),
    (" ", "+4917012345678"),
    (" ", "DE89370400440532013000"),
    (" ", "AKIAIOSFODNN7EXAMPLE"),
    (" ", "ghp_abcdefghijklmnopqrstuvwxyz0123456789"),
    (" Bearer ", "abcdef0123456789abcdef"),
    (" password=", "hunter2"),
    (" https://", "ada:hunter2@example.org"),
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn any_text_once_and_twice(text in "\\PC{0,80}|[a-z@.:=\"'\\\\ 0-9A-Z+<>()\\[\\]{}-]{0,120}") {
        for redaction in ways() {
            let once = redaction.text(&text).into_owned();
            prop_assert_eq!(redaction.text(&once), &*once);
        }
    }

    #[test]
    fn a_secret_is_found_behind_any_letters(
        before in "\\PC{0,20}", number in 0..SECRETS.len(), after in " \\PC{0,20}",
    ) {
        let (name, secret) = SECRETS[number];
        // What stands in front may name the rest, or go on in it: then there is a larger find.
        let text = format!("{before}{name}{secret}{after}");
        let shown = Redaction::new().text(&text).into_owned();
        prop_assert!(!shown.contains(secret), "{}", shown);
    }

    #[test]
    fn an_address_is_found_behind_any_letter(letter in any::<char>()) {
        prop_assume!(!letter.is_ascii());
        let text = format!("{letter}ada@example.org{letter}");
        let shown = Redaction::new().text(&text).into_owned();
        prop_assert!(!shown.contains("ada@example"), "{}", shown);
    }

    #[test]
    fn words_without_a_secret_stay(
        words in prop::collection::vec("[a-zäß漢]{1,9}|[0-9]{1,6}", 0..12),
    ) {
        let text = words.join(" ");
        prop_assert_eq!(Redaction::new().text(&text), &*text);
    }
}
