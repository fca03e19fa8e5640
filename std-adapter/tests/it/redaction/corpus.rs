//! Precision and recall of each detector on the texts of `corpus.txt`, printed, with floors.

use std::collections::BTreeMap;

use hydra_log::redact::{Detector, Redaction};

/// A text, and what of it is secret.
pub struct Case {
    pub text: String,
    pub secrets: Vec<(&'static str, String)>,
}

/// All texts of the corpus.
pub fn cases() -> Vec<Case> {
    let lines = include_str!("corpus.txt").lines();
    lines.filter(|line| !line.is_empty() && !line.starts_with('#')).map(case).collect()
}

fn case(line: &str) -> Case {
    let (mut text, mut secrets) = (String::new(), Vec::new());
    let mut rest = line;
    while let Some((before, marked)) = rest.split_once('⟦') {
        let (marked, behind) = marked.split_once('⟧').unwrap();
        let (label, secret) = marked.split_once(':').unwrap();
        let detector = Detector::ALL.iter().find(|detector| detector.label() == label);
        let label = detector.unwrap_or_else(|| panic!("no detector {label}: {line}")).label();
        let secret = plain(secret);
        text.push_str(&plain(before));
        text.push_str(&secret);
        secrets.push((label, secret));
        rest = behind;
    }
    text.push_str(&plain(rest));
    Case { text, secrets }
}

/// Without the escapes of the file.
fn plain(text: &str) -> String {
    let doubled = text.replace("\\\\", "\u{E000}");
    doubled.replace("\\n", "\n").replace('\u{E000}', "\\")
}

#[derive(Default)]
struct Score {
    hits: u32,
    misses: u32,
    alarms: u32,
}

impl Score {
    fn precision(&self) -> f64 {
        ratio(self.hits, self.alarms)
    }

    fn recall(&self) -> f64 {
        ratio(self.hits, self.misses)
    }
}

fn ratio(hits: u32, others: u32) -> f64 {
    if hits + others == 0 { 1.0 } else { f64::from(hits) / f64::from(hits + others) }
}

#[test]
fn precision_and_recall() {
    let mut scores: BTreeMap<&str, Score> = BTreeMap::new();
    let cases = cases();
    for Case { text, secrets } in &cases {
        let redaction = Redaction::new();
        let shown = redaction.text(text);
        let found = redaction.report();
        for detector in Detector::ALL.map(Detector::label) {
            let score = scores.entry(detector).or_default();
            let wanted = secrets.iter().filter(|(label, _)| *label == detector);
            let (mut hits, mut misses) = (0, 0);
            for (_, secret) in wanted {
                *(if shown.contains(secret) { &mut misses } else { &mut hits }) += 1;
            }
            let finds = u32::try_from(found.of(detector)).unwrap();
            let alarms = finds.saturating_sub(hits);
            if misses + alarms > 0 {
                println!("{detector}: {misses} missed, {alarms} too many: {text:?} -> {shown:?}");
            }
            score.hits += hits;
            score.misses += misses;
            score.alarms += alarms;
        }
    }
    println!(
        "\n{:14} {:>5} {:>6} {:>6}  precision  recall",
        "detector", "hits", "missed", "alarms"
    );
    let mut all = Score::default();
    for (detector, score) in &scores {
        print(detector, score);
        all.hits += score.hits;
        all.misses += score.misses;
        all.alarms += score.alarms;
    }
    print("all", &all);
    let harmless = cases.iter().filter(|case| case.secrets.is_empty()).count();
    println!("{} texts, {harmless} of them harmless", cases.len());
    assert!(cases.len() >= 300 && harmless >= 100);
    for (detector, score) in &scores {
        assert!(score.hits >= 5, "{detector} is hardly tried");
        assert!(score.precision() >= 0.95 && score.recall() >= 0.85, "{detector}");
    }
    assert!(all.precision() >= 0.98 && all.recall() >= 0.95);
}

fn print(name: &str, score: &Score) {
    let Score { hits, misses, alarms } = score;
    let (precision, recall) = (score.precision(), score.recall());
    println!("{name:14} {hits:5} {misses:6} {alarms:6}  {precision:9.3}  {recall:6.3}");
}
