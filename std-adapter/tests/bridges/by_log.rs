//! What `log` can say that our macros say otherwise.

use hydra_log::LevelFilter;
use serde_json::json;

use crate::common::Kept;

#[test]
fn a_callsite_with_changing_names_and_targets_keeps_them_apart() {
    let kept = Kept::new(LevelFilter::Info);
    let lines = kept.of(|| {
        for round in 0..3_u8 {
            let target = format!("part{round}");
            log::info!(target: &target, "round {round}");
        }
        for name in ["a", "b", "a"] {
            let pairs = [(name, 1_u8)];
            let record = log::Record::builder()
                .args(format_args!("m"))
                .level(log::Level::Info)
                .target("t")
                .file_static(Some("same.rs"))
                .line(Some(7))
                .key_values(&pairs)
                .build();
            log::logger().log(&record);
        }
    });
    let targets: Vec<_> = lines.iter().map(|line| line["target"].as_str().unwrap()).collect();
    assert_eq!(targets, ["part0", "part1", "part2", "t", "t", "t"]);
    assert_eq!(lines[1]["fields"]["message"], "round 1");
    assert_eq!(lines[3]["fields"], json!({"message": "m", "a": 1}));
    assert_eq!(lines[4]["fields"], json!({"message": "m", "b": 1}));
    assert_eq!(lines[5]["fields"], json!({"message": "m", "a": 1}));
}

#[test]
fn a_logger_that_logs_while_it_displays_is_recorded_in_full() {
    struct Chatty;
    impl core::fmt::Display for Chatty {
        fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
            log::info!("inner");
            f.write_str("outer")
        }
    }
    let kept = Kept::new(LevelFilter::Info);
    let lines = kept.of(|| log::info!("{Chatty}"));
    let mut messages: Vec<_> =
        lines.iter().map(|line| line["fields"]["message"].as_str().unwrap()).collect();
    messages.sort_unstable();
    assert_eq!(messages, ["inner", "outer"]);
}

#[test]
fn a_panic_in_a_value_leaves_the_ring_whole() {
    struct Bad;
    impl core::fmt::Display for Bad {
        fn fmt(&self, _: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
            panic!("no")
        }
    }
    let kept = Kept::new(LevelFilter::Info);
    let lines = kept.of(|| {
        let _panic = std::panic::catch_unwind(|| log::info!("{Bad}"));
        log::info!("next");
    });
    assert_eq!(lines.len(), 1);
    assert_eq!(lines[0]["fields"]["message"], "next");
}

#[test]
fn a_text_longer_than_any_record_is_cut() {
    let kept = Kept::new(LevelFilter::Info);
    let long = "x".repeat(200_000);
    let lines = kept.of(|| log::info!(long = long.as_str(), tries = 3; "{long}"));
    assert_eq!(lines[0]["cut"], true);
    assert_eq!(lines[0]["fields"]["tries"], 3);
    assert!(lines[0]["fields"]["long"].as_str().unwrap().len() > 10_000);
    assert!(lines[0]["fields"]["message"].as_str().unwrap().len() > 10_000);
}
