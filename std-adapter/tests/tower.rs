//! Requests get ids and lines: answered, failed, cancelled.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use core::pin::Pin;
use core::task::{Context as Task, Poll, Waker};

use http::{HeaderMap, Request, Response};
use hydra_log::testing::{Captured, capture};
use hydra_log::tower::{Layer, RequestId};
use hydra_log::{Level, info};
use tower_layer::Layer as _;
use tower_service::Service;

/// Answers by path; `/slow` never.
#[derive(Clone)]
struct Shop;

impl Service<Request<()>> for Shop {
    type Response = Response<String>;
    type Error = String;
    type Future = Pin<Box<dyn Future<Output = Result<Response<String>, String>>>>;

    fn poll_ready(&mut self, _: &mut Task<'_>) -> Poll<Result<(), String>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<()>) -> Self::Future {
        info!("called");
        let id = request.extensions().get::<RequestId>().unwrap().to_string();
        Box::pin(async move {
            let mut polls = 0;
            core::future::poll_fn(|_| {
                polls += 1;
                if polls < 2 { Poll::Pending } else { Poll::Ready(()) }
            })
            .await;
            info!("handling", polls);
            match request.uri().path() {
                "/slow" => core::future::pending().await,
                "/fails" => Err("no stock".to_owned()),
                "/breaks" => Ok(Response::builder().status(503).body(id).unwrap()),
                _ => Ok(Response::new(id)),
            }
        })
    }
}

type Outcome = Option<(HeaderMap, String)>;

/// What is logged while a request is served, and the answer, if there is one.
fn serve(layer: Layer, uri: &str, headers: &[(&str, &str)]) -> (Vec<Captured>, Outcome) {
    let mut request = Request::builder().method("POST").uri(uri);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(()).unwrap();
    let mut outcome = None;
    let records = capture(|| {
        let mut service = layer.layer(Shop);
        let mut task = Task::from_waker(Waker::noop());
        assert!(service.poll_ready(&mut task).is_ready());
        let mut future = Box::pin(service.call(request));
        for _ in 0..3 {
            if let Poll::Ready(result) = future.as_mut().poll(&mut task) {
                let answer = result.ok().map(Response::into_parts);
                outcome = answer.map(|(parts, body)| (parts.headers, body));
                break;
            }
        }
        drop(future);
        info!("between requests");
    });
    (records, outcome)
}

fn messages(records: &[Captured]) -> Vec<&str> {
    records.iter().map(|record| record.message.as_str()).collect()
}

#[test]
fn an_answer_has_its_line_and_the_handlers_records_have_the_id() {
    let named = [("x-request-id", "order-7")];
    let (records, outcome) = serve(Layer::new(), "/cart?token=secret", &named);
    assert_eq!(messages(&records), ["called", "handling", "answered", "between requests"]);
    let ids: Vec<_> = records.iter().map(|record| record.field("request_id")).collect();
    assert_eq!(ids, [Some("order-7"), Some("order-7"), Some("order-7"), None]);
    let (headers, body) = outcome.unwrap();
    assert_eq!((headers.len(), body.as_str()), (0, "order-7"));
    let answered = &records[2];
    assert_eq!((answered.level, answered.target.as_str()), (Level::Info, "hydra_log::tower"));
    let field = |name| answered.field(name).unwrap();
    assert_eq!((field("method"), field("path"), field("status")), ("POST", "/cart", "200"));
    assert!(field("latency_us").parse::<u64>().is_ok());
    assert!(records.iter().all(|record| !record.line.contains("secret")), "{records:?}");
}

#[test]
fn failures_are_errors() {
    let (records, _) = serve(Layer::new(), "/breaks", &[]);
    assert_eq!((records[2].level, records[2].field("status")), (Level::Error, Some("503")));
    let (records, outcome) = serve(Layer::new(), "/fails", &[]);
    assert!(outcome.is_none());
    assert_eq!((records[2].level, records[2].message.as_str()), (Level::Error, "failed"));
    assert_eq!(records[2].field("error"), Some("no stock"));
}

#[test]
fn a_dropped_future_is_a_cancelled_request() {
    let (records, _) = serve(Layer::new(), "/slow", &[("x-request-id", "s")]);
    assert_eq!(messages(&records), ["called", "handling", "cancelled", "between requests"]);
    let cancelled = &records[2];
    assert_eq!((cancelled.level, cancelled.field("request_id")), (Level::Warn, Some("s")));
    assert_eq!((cancelled.field("path"), cancelled.field("status")), (Some("/slow"), None));
}

#[test]
fn ids_that_cannot_be_believed_are_replaced_and_answered() {
    let layer = Layer::new().response_header(true).query(true);
    let (records, outcome) = serve(layer, "/cart?page=2", &[("x-request-id", "a b")]);
    let (headers, body) = outcome.unwrap();
    assert_eq!(headers["x-request-id"], body.as_str());
    assert_eq!((body.len(), records[2].field("request_id")), (32, Some(body.as_str())));
    assert_eq!(records[2].field("path"), Some("/cart?page=2"));
    let long = format!("/{}", "é".repeat(2000));
    let uri: String =
        long.chars().map(|c| if c == 'é' { "%C3%A9".into() } else { c.to_string() }).collect();
    let (records, _) = serve(Layer::new(), &uri, &[]);
    assert_eq!(records[2].field("path").unwrap().len(), 512);
}
