//! `slog`: values of the call, then those of its loggers.

use hydra_log::LevelFilter;
use hydra_log::bridge::slog::Drain;
use serde_json::json;
use slog::{Drain as _, o};

use crate::common::Kept;

#[test]
fn values_of_call_and_loggers_are_typed() {
    let kept = Kept::new(LevelFilter::Info);
    let root = slog::Logger::root(Drain.fuse(), o!("part" => "net"));
    let child = root.new(o!("port" => 80_u16));
    let lines = kept.of(|| {
        slog::info!(child, "up after {} ms", 12; "share" => 0.5, "ok" => true, 
            "none" => None::<u8>);
        slog::crit!(root, # "audit", "down");
        slog::debug!(root, "off");
    });
    assert_eq!(lines.len(), 2);
    assert_eq!(
        lines[0],
        json!({
            "level": "INFO", "target": module_path!(),
            "fields": {
                "message": "up after 12 ms", "none": null, "ok": true, "share": 0.5,
                "port": 80, "part": "net",
            },
        })
    );
    assert_eq!((&lines[1]["level"], &lines[1]["target"]), (&json!("ERROR"), &json!("audit")));
}
