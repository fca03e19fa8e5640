//! Threat tags: each is seen, counted, never a gate, and changes nothing where it is not asked for.

use hydra_log::format::{Format, Json, Text};
use hydra_log::sink::Memory;
use hydra_log::threat::{Threat, Threats};
use hydra_log::{Builder, Output, Record, info};

#[derive(Debug, Record)]
struct User<'a> {
    name: Option<&'a str>,
}

fn lines(format: impl Format + 'static, threats: &Threats, text: &str) -> Vec<String> {
    let memory = Memory::new();
    let output = Output::new(memory.clone()).format(format).threats(threats.clone());
    let engine = Builder::new().sink(output).build().unwrap();
    engine.scope(|| {
        info!("got {}", text);
        info!("field", text, n = 1);
        info!("user", user = User { name: Some(text) });
    });
    engine.flush().unwrap();
    memory.lines()
}

#[test]
fn each_threat_has_its_tag_and_its_count() {
    let long = "x".repeat(101);
    for (text, tags, threat) in [
        ("a\u{7}b", "control", Threat::Control),
        ("a\nb", "line-break", Threat::LineBreak),
        ("a\r\n2026-01-01 x", "line-break,forged-line", Threat::ForgedLine),
        ("a\n[ERROR] x", "line-break,forged-line", Threat::ForgedLine),
        ("a\u{1b}[31mred", "escape", Threat::Escape),
        ("user\u{202e}nimda", "bidi", Threat::Bidi),
        (&long, "overlong", Threat::Overlong),
    ] {
        let threats = Threats::new().longest(100);
        for line in lines(Text::new(), &threats, text) {
            assert!(line.ends_with(&format!(" threat={tags}")), "{line}");
        }
        assert_eq!(threats.report().of(threat), 3);
        for line in lines(Json::new(), &threats, text) {
            let value: serde_json::Value = serde_json::from_str(&line).unwrap();
            assert_eq!(value["fields"]["threat"], tags, "{line}");
        }
    }
}

#[test]
fn harmless_values_have_no_tag() {
    let threats = Threats::new();
    for text in ["", "plain", "tab\tbed", "größe 漢字 🎉 °“€…", "2026-01-01 ERROR {\"a\":1}"]
    {
        for line in lines(Text::new(), &threats, text) {
            assert!(!line.contains("threat="), "{line}");
        }
    }
    assert!(threats.report().found.iter().all(|(_, count)| *count == 0));
}

#[test]
fn contexts_and_many_values_keep_their_places() {
    let memory = Memory::new();
    let engine =
        Builder::new().sink(Output::new(memory.clone()).threats(Threats::new())).build().unwrap();
    engine.scope(|| {
        let context = hydra_log::Context::new().with("request", 7_u64);
        hydra_log::context::with_context(context, || {
            info!("{} {} {} {} {} {}", 1, 2, 3, 4, 5, "a\nb", seventh = 7);
        });
    });
    engine.flush().unwrap();
    let line = &memory.lines()[0];
    assert!(line.ends_with("1 2 3 4 5 a\\nb seventh=7 request=7 threat=line-break"), "{line}");
    assert_eq!(engine.stats().sinks[0].threats.of(Threat::LineBreak), 1);
}

#[test]
fn a_binary_log_counts_and_stays_as_it_is() {
    let (tagged, plain) = (Memory::new(), Memory::new());
    let threats = Threats::new();
    let engine = Builder::new()
        .sink(Output::new(tagged.clone()).binary().threats(threats.clone()))
        .sink(Output::new(plain.clone()).binary())
        .build()
        .unwrap();
    engine.scope(|| info!("got {}", "a\nb"));
    drop(engine);
    assert_eq!(threats.report().of(Threat::LineBreak), 1);
    assert_eq!(tagged.take().len(), plain.take().len());
}
