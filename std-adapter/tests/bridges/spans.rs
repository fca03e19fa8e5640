//! Spans: numbers, parents, values that come later; and fields that are not there.

use hydra_log::LevelFilter;
use hydra_log::bridge::tracing::Layer;
use serde_json::{Value, json};
use tracing::Dispatch;
use tracing::field::Empty;
use tracing_subscriber::layer::SubscriberExt;

use crate::common::Kept;

fn program() {
    let request = tracing::info_span!("request {x}", method = "GET", user = Empty);
    let _in_request = request.enter();
    request.record("user", 7);
    let query = tracing::debug_span!("query", table = ?Some("t"));
    query.in_scope(|| tracing::info!(rows = 3, "done"));
    tracing::info!(parent: None, "outside");
    tracing::info!(parent: &query, "told");
    tracing::info!(there = Some(1), missing = None::<u8>);
}

fn check(lines: &[Value]) {
    let fields: Vec<&Value> = lines.iter().map(|line| &line["fields"]).collect();
    let (request, query) = (&fields[0]["span.id"], &fields[2]["span.id"]);
    assert!(request.is_u64() && query.is_u64() && request != query);
    let expected = [
        json!({"message": "request {x}", "method": "GET", "span.id": request}),
        json!({"message": "request {x}", "user": 7, "span.id": request}),
        json!({
            "message": "query", "table": "Some(\"t\")", "span.id": query, "span.parent": request,
        }),
        json!({"message": "done", "rows": 3, "span.id": query}),
        json!({"message": "outside"}),
        json!({"message": "told", "span.id": query}),
        json!({"there": 1, "span.id": request}),
    ];
    let expected: Vec<&Value> = expected.iter().collect();
    assert_eq!(fields, expected);
    assert_eq!(
        (&lines[2]["level"], &lines[2]["target"]),
        (&json!("DEBUG"), &json!(module_path!()))
    );
}

#[test]
fn the_subscriber_numbers_spans() {
    let kept = Kept::new(LevelFilter::Debug);
    check(&kept.of_tracing(program));
    check(&kept.of_tracing(program));
}

#[test]
fn the_layer_numbers_spans() {
    let kept = Kept::new(LevelFilter::Debug);
    let dispatch = Dispatch::new(tracing_subscriber::registry().with(Layer::new()));
    kept.engine.scope(|| tracing::dispatcher::with_default(&dispatch, program));
    check(&kept.lines());
}

#[test]
fn spans_need_not_be_records() {
    let kept = Kept::new(LevelFilter::Debug);
    let layer = Layer::new().spans(false);
    let dispatch = Dispatch::new(tracing_subscriber::registry().with(layer));
    kept.engine.scope(|| tracing::dispatcher::with_default(&dispatch, program));
    assert_eq!(kept.lines().len(), 4);
}
