//! Layers, presets, and records that must not be dropped, as a program sees them.

use hydra_log::format::Json;
use hydra_log::sink::Memory;
use hydra_log::{
    Builder, Layer, LevelFilter, Output, Preset, audit, compliance, debug, error, info, presets,
    security,
};
use serde_json::Value;

use crate::common::conserved;

#[test]
fn each_destination_has_its_level_and_format_and_counts_add_up() {
    let (api, errors, rest) = (Memory::new(), Memory::new(), Memory::new());
    let layer = Layer::new("API")
        .level(LevelFilter::Debug)
        .sink(Output::new(api.clone()).format(Json::new()))
        .sink(Output::new(errors.clone()).level(LevelFilter::Error));
    let builder = Builder::new().layer(layer).sink(rest.clone()).level(LevelFilter::Warn);
    let engine = builder.build().unwrap();
    engine.scope(|| {
        debug!(layer: "API", "one");
        error!(layer: "API", "two");
        info!("the filter is for what has no layer");
        error!("three");
        error!(layer: "DB", "four");
    });
    engine.flush().unwrap();
    let stats = conserved(&engine);
    assert_eq!((stats.emitted(), stats.unrouted), (4, 1));
    let lines = api.lines();
    let first: Value = serde_json::from_str(&lines[0]).unwrap();
    assert_eq!((lines.len(), &first["layer"]), (2, &Value::from("API")));
    assert_eq!((errors.lines().len(), rest.lines().len()), (1, 2));
}

#[test]
fn a_layers_level_changes_while_it_runs() {
    let memory = Memory::new();
    let layer = Layer::new("API").level(LevelFilter::Error).sink(memory.clone());
    let engine = Builder::new().workers(0).layer(layer).build().unwrap();
    let log = || {
        engine.scope(|| debug!(layer: "API", "x"));
        engine.drain_once();
        memory.take().len()
    };
    assert_eq!(log(), 0);
    assert!(engine.set_layer_level("API", Some(LevelFilter::Debug)));
    assert!(log() > 0);
    assert!(engine.set_layer_level("API", None) && !engine.set_layer_level("APO", None));
    assert_eq!(log(), 0);
}

#[test]
fn layers_that_cannot_be_told_apart_are_refused() {
    let twice = Builder::new().layer(Layer::new("A")).layer(Layer::new("A")).build();
    assert!(twice.unwrap_err().to_string().contains("`A`"));
    let nameless = Builder::new().layer(Layer::new("")).build();
    assert!(nameless.unwrap_err().to_string().contains("without a name"));
    let unknown = Builder::preset("produktion").build().unwrap_err();
    assert!(unknown.to_string().contains("did you mean `production`?"), "{unknown}");
}

#[test]
fn reserved_records_have_their_fields_and_are_not_dropped() {
    const RECORDS: usize = 20_000;
    let memory = Memory::new();
    let output = Output::new(memory.clone()).format(Json::new());
    let builder = Builder::preset(Preset::HighPerformance).ring_bytes(4 << 10);
    let engine = builder.max_ring_bytes(4 << 10).sink(output).build().unwrap();
    engine.scope(|| {
        security!(event = "login", actor = "ada", outcome = "refused", tries = 3, "again");
        compliance!(rule = "retention", subject = "customer 9", outcome = "kept");
        for count in 0..RECORDS {
            audit!(actor = "ada", action = "read", object = "order", outcome = "done", count);
        }
    });
    engine.flush().unwrap();
    let stats = conserved(&engine);
    assert_eq!(stats.lost().total(), 0);
    let lines = memory.lines();
    assert_eq!(lines.len(), RECORDS + 2);
    let first: Value = serde_json::from_str(&lines[0]).unwrap();
    assert_eq!((&first["layer"], &first["level"]), (&"SECURITY".into(), &"WARN".into()));
    assert_eq!(first["fields"]["message"], "again");
    assert_eq!((&first["fields"]["actor"], &first["fields"]["tries"]), (&"ada".into(), &3.into()));
}

#[test]
fn every_preset_logs() {
    for preset in Preset::ALL {
        assert_eq!(preset.as_str().parse(), Ok(preset));
        let memory = Memory::new();
        let engine = Builder::preset(preset).sink(memory.clone()).build().unwrap();
        engine.scope(|| error!("x"));
        engine.flush().unwrap();
        assert_eq!(memory.lines().len(), 1, "{preset}");
    }
    assert!(presets().len() >= 10);
    assert!(presets().iter().all(|preset| !preset.about.is_empty()));
}
