//! No output has what was found: every format, fallback sinks, layers, structs, recovery.

use hydra_log::format::{
    Bunyan, Csv, Ecs, Format, Gcp, Gelf, Json, Logfmt, Pattern, Rfc3164, Rfc5424, Text,
};
use hydra_log::redact::{Action, Detector, Redaction};
use hydra_log::sink::Memory;
use hydra_log::{Builder, Engine, Layer, Output, Record, info};

use super::corpus::cases;
use crate::common::Failing;

#[derive(Debug, Record)]
struct Login<'a> {
    user: &'a str,
    password: &'a str,
    attempts: u32,
    mail: Option<&'a str>,
    inner: Inner<'a>,
}

#[derive(Debug, Record)]
struct Inner<'a> {
    api_key: &'a str,
    pin: u16,
}

fn engine(format: impl Format + 'static, redaction: Redaction) -> (Engine, Memory) {
    let memory = Memory::new();
    let output = Output::new(memory.clone()).format(format).redact(redaction);
    (Builder::new().sink(output).build().unwrap(), memory)
}

fn lines(format: impl Format + 'static, log: impl FnOnce()) -> (Vec<String>, Redaction) {
    let redaction = Redaction::new();
    let (engine, memory) = engine(format, redaction.clone());
    engine.scope(log);
    engine.flush().unwrap();
    (memory.lines(), redaction)
}

fn log_all() {
    let login = Login {
        user: "ada",
        password: "hunter2",
        attempts: 3,
        mail: Some("ada@example.org"),
        inner: Inner { api_key: "hunter3", pin: 4711 },
    };
    let card = 4_111_111_111_111_111_u64;
    let (user, host) = ("hunter", "example.org");
    info!("login of ada@example.org with password=hunter2");
    info!("login of {} with password={}", "ada@example.org", "hunter 2");
    info!("join {user}@{host}, {} {} {} {}", 4111, 1111, 1111, 1111);
    info!("named", password = "hunter2", token = Some("hunter2"), card, pin = 4711);
    info!("{}: {}", "{\"password\":\"hunter2\"}", ("hunter", 2).0.len());
    info!("bytes {:?}", b"password=hunter2");
    info!("struct {login:?}");
    info!("field", login);
    info!("debug {:?}", ["ada@example.org"]);
    info!("several\nlines: {}", "-----BEGIN PRIVATE KEY-----\nhunter2\n-----END PRIVATE KEY-----");
    info!("auth", authorization = "Bearer hunter2", url = "https://ada:hunter2@example.org/x");
    info!("wide {:>40}|{:?}", "ada@example.org", "ada@example.org");
}

/// What no line may have.
const NEVER: [&str; 9] = [
    "hunter2",
    "hunter 2",
    "hunter3",
    "ada@example",
    "hunter@",
    "4111111111111111",
    "4711",
    "1111 1111",
    "BEGIN PRIVATE",
];

fn check(format: impl Format + 'static) -> Vec<String> {
    let (lines, redaction) = lines(format, log_all);
    for line in &lines {
        for secret in NEVER {
            assert!(!line.contains(secret), "{secret} in {line}");
        }
    }
    let report = redaction.report();
    assert!(report.total() >= 20, "{report:?}");
    assert_eq!((report.of("card"), report.of("private-key"), report.of("userinfo")), (2, 1, 1));
    lines
}

#[test]
fn no_format_has_what_was_found() {
    let text = check(Text::new());
    assert!(text[0].ends_with("login of [email] with password=[redacted]"), "{}", text[0]);
    assert!(text[1].ends_with("login of [email] with password=[redacted]"), "{}", text[1]);
    assert!(text[2].contains("join [email]@, [card]"), "{}", text[2]);
    assert!(text[7].contains("user: \"ada\"") && text[7].contains("attempts: 3"), "{}", text[7]);
    check(Logfmt::new());
    check(Gelf::new());
    check(Csv::new());
    check(Rfc5424::new());
    check(Rfc3164::new());
    check(Ecs);
    check(Gcp);
    check(Bunyan::new());
    check(Pattern::compile("{level} {message} {fields}").unwrap());
    for line in check(Json::new()) {
        let value: serde_json::Value = serde_json::from_str(&line).unwrap();
        assert!(value["fields"]["message"].is_string(), "{line}");
        if value["fields"]["message"] == "field" {
            assert_eq!(value["fields"]["login"]["inner"]["pin"], "[redacted]");
            assert_eq!(value["fields"]["login"]["attempts"], 3);
        }
    }
}

#[test]
fn the_corpus_is_redacted_as_value_and_as_field() {
    let secrets = || cases().into_iter().filter(|case| !case.secrets.is_empty());
    let log = || {
        for case in secrets() {
            let text = case.text.as_str();
            info!("got {text}.");
            info!("value", text);
        }
    };
    let (lines, _) = lines(Json::new(), log);
    for (number, case) in secrets().enumerate() {
        let shown = Redaction::new().text(&case.text).into_owned();
        for line in &lines[2 * number..2 * number + 2] {
            let value: serde_json::Value = serde_json::from_str(line).unwrap();
            let texts = [&value["fields"]["message"], &value["fields"]["text"]];
            for (_, secret) in case.secrets.iter().filter(|(_, secret)| !shown.contains(secret)) {
                let shown = texts.iter().any(|text| text.to_string().contains(secret));
                assert!(!shown, "{secret} in {line}");
            }
        }
    }
}

#[test]
fn nothing_changes_where_nothing_is_found_or_asked_for() {
    let harmless = || cases().into_iter().filter(|case| case.secrets.is_empty());
    let log = || {
        for case in harmless() {
            info!("{}", case.text.as_str());
            info!("n {} of {}: {:?}", 7, 1.5, Some(case.text.len()), ok = true);
        }
    };
    let (seen, redaction) = lines(Text::new(), log);
    let plain = Memory::new();
    let engine = Builder::new().sink(plain.clone()).build().unwrap();
    engine.scope(log);
    engine.flush().unwrap();
    let behind_time = |lines: Vec<String>| -> Vec<String> {
        lines.iter().map(|line| line.split_once(' ').unwrap().1.to_owned()).collect()
    };
    assert_eq!(behind_time(seen), behind_time(plain.lines()));
    assert_eq!(redaction.report().total(), 0);
    // Without a wish, secrets stay.
    let memory = Memory::new();
    let engine = Builder::new().sink(memory.clone()).build().unwrap();
    engine.scope(|| info!("mail {}", "ada@example.org"));
    engine.flush().unwrap();
    assert!(memory.lines()[0].ends_with("mail ada@example.org"));
}

#[test]
fn what_a_context_adds_is_redacted_too() {
    use hydra_log::Context;
    use hydra_log::context::with_context;
    let context = Context::new().with("token", "hunter2").with("user", "ada@example.org");
    let log = || {
        with_context(context, || {
            info!("own text ada@example.org");
            info!("{} of {}", 7, "x", request = 9);
        });
    };
    let (lines, redaction) = lines(Text::new(), log);
    assert!(lines[0].ends_with("own text [email] token=[redacted] user=[email]"), "{}", lines[0]);
    assert!(lines[1].ends_with("7 of x request=9 token=[redacted] user=[email]"), "{}", lines[1]);
    assert_eq!(redaction.report().total(), 5);
}

#[test]
fn fallback_sinks_get_what_was_redacted() {
    let failing = Failing::default();
    failing.fails.store(true, crate::ord::switch());
    let kept = Memory::new();
    let output = Output::new(failing.clone())
        .fallback(kept.clone())
        .give_up_after(core::time::Duration::ZERO)
        .redact(Redaction::new());
    let engine = Builder::new().sink(output).build().unwrap();
    engine.scope(|| info!("mail {}", "ada@example.org"));
    drop(engine);
    assert!(kept.lines().iter().any(|line| line.ends_with("mail [email]")), "{:?}", kept.lines());
}

#[test]
fn each_output_and_each_layer_has_its_own() {
    let (plain, cards, layered, all) = (Memory::new(), Memory::new(), Memory::new(), Memory::new());
    let of_cards = Redaction::new().only(&[Detector::Card]).all(Action::Mask);
    let engine = Builder::new()
        .sink(plain.clone())
        .sink(Output::new(cards.clone()).redact(of_cards))
        .layer(Layer::new("API").sink(layered.clone()).redact(Redaction::new()))
        .build()
        .unwrap();
    engine.scope(|| {
        info!("{} {}", "ada@example.org", "4111111111111111");
        info!(layer: "API", "{} {}", "ada@example.org", "4111111111111111");
    });
    engine.flush().unwrap();
    assert!(plain.lines()[0].ends_with("ada@example.org 4111111111111111"));
    assert!(cards.lines()[0].ends_with("ada@example.org ****1111"));
    assert!(layered.lines()[0].ends_with("[email] [card]"));
    let whole = Redaction::new();
    let engine = Builder::new().redact(whole.clone()).sink(all.clone()).build().unwrap();
    engine.scope(|| info!("{}", "ada@example.org"));
    engine.flush().unwrap();
    assert!(all.lines()[0].ends_with(" [email]"));
    let stats = engine.stats();
    assert_eq!(stats.sinks[0].redacted.of("email"), 1);
    assert_eq!(whole.report(), stats.sinks[0].redacted);
}

#[test]
fn a_finder_that_panics_costs_its_record_alone() {
    use hydra_log::redact::Pattern;
    let bad = Pattern::finder(|text| {
        assert!(!text.contains("boom"), "told to panic");
        None
    });
    let (engine, memory) = engine(Text::new(), Redaction::new().pattern("bad", bad));
    engine.scope(|| {
        info!("one {}", "boom");
        info!("two {}", "quiet");
    });
    engine.flush().unwrap();
    let stats = engine.stats();
    assert_eq!((stats.sinks[0].lost, stats.sinks[0].written), (1, 1));
    assert!(memory.lines().iter().any(|line| line.ends_with("two quiet")));
}
