//! Contexts of tasks that move from thread to thread.

use core::future::Future;
use core::pin::{Pin, pin};
use core::task::{Context as Task, Poll, Waker};
use std::collections::HashMap;

use hydra_log::context::InContextExt;
use hydra_log::format::Json;
use hydra_log::sink::Memory;
use hydra_log::{Builder, Context, Engine, Output, info, testing};
use serde_json::Value;

use crate::executor::{run, yield_now};

const STEPS: u64 = 20;

pub fn engine() -> (Engine, Memory) {
    let memory = Memory::new();
    let output = Output::new(memory.clone()).format(Json::new().threads(true));
    (Builder::new().sink(output).build().unwrap(), memory)
}

async fn handle(request: u64) {
    for step in 0..STEPS {
        info!("step", request, step);
        yield_now().await;
        inner(request).with_context(Context::new().with("part", "db").with("ctx.step", step)).await;
    }
}

async fn inner(request: u64) {
    info!("query", request);
    yield_now().await;
    info!("answer", request);
}

#[test]
fn a_tasks_context_goes_where_the_task_goes() {
    const TASKS: u64 = 200;
    let (engine, memory) = engine();
    let jobs = (0..TASKS).map(|request| {
        let context = Context::new().with("request_id", request).with("user", "ada");
        let job = async move {
            handle(request).with_context(context).await;
            info!("outside", request);
        };
        Box::pin(job) as Pin<Box<dyn Future<Output = ()> + Send>>
    });
    run(&engine, 4, jobs.collect());
    engine.flush().unwrap();
    let lines: Vec<Value> =
        memory.lines().iter().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len() as u64, TASKS * (3 * STEPS + 1));
    let mut threads: HashMap<u64, Vec<&Value>> = HashMap::new();
    for line in &lines {
        let fields = &line["fields"];
        let is_inner = fields["message"] == "query" || fields["message"] == "answer";
        if fields["message"] == "outside" {
            assert_eq!(fields.as_object().unwrap().len(), 2, "{line}");
            continue;
        }
        assert_eq!(fields["request"], fields["request_id"], "{line}");
        assert_eq!(fields["user"], "ada", "{line}");
        assert_eq!(fields.get("part").is_some(), is_inner, "{line}");
        assert_eq!(fields.get("ctx.step").is_some(), is_inner, "{line}");
        threads.entry(fields["request"].as_u64().unwrap()).or_default().push(&line["threadId"]);
    }
    let moved = threads.values().filter(|ids| ids.iter().any(|id| *id != ids[0])).count();
    assert!(moved > 0, "no task went to another thread: this test saw nothing");
}

#[test]
fn a_task_inherits_what_it_is_given_and_nothing_else() {
    let (engine, memory) = engine();
    let request = Context::new().with("request_id", 7);
    let jobs = request.scope(|| {
        let alone = async { info!("alone") };
        let given = async { info!("given") }.with_context(Context::current());
        let also = Context::current().in_context(async { info!("also") });
        vec![
            Box::pin(alone) as Pin<Box<dyn Future<Output = ()> + Send>>,
            Box::pin(given),
            Box::pin(also),
        ]
    });
    run(&engine, 2, jobs);
    engine.flush().unwrap();
    let has = |word: &str| {
        let lines = memory.lines();
        lines.iter().find(|line| line.contains(word)).unwrap().contains("\"request_id\":7")
    };
    assert_eq!((has("alone"), has("given"), has("also")), (false, true, true));
}

struct Says(&'static str);

impl Drop for Says {
    fn drop(&mut self) {
        info!("dropped {}", self.0);
    }
}

#[test]
fn a_cancelled_future_is_dropped_in_its_context() {
    let records = testing::capture(|| {
        let future = async {
            let _says = Says("inside");
            core::future::pending::<()>().await;
        };
        let mut future = Box::pin(future.with_context(Context::new().with("request_id", 9)));
        let poll = future.as_mut().poll(&mut Task::from_waker(Waker::noop()));
        assert_eq!(poll, Poll::Pending);
        info!("between");
        drop(future);
    });
    assert_eq!((records[0].field("request_id"), records[1].field("request_id")), (None, Some("9")));
}

#[test]
fn a_futures_context_follows_what_is_around_it() {
    let records = testing::capture(|| {
        let future = async {
            info!("first");
            yield_now().await;
            info!("second");
        };
        let mut future = pin!(future.with_context(Context::new().with("b", 2)));
        let mut poll = || future.as_mut().poll(&mut Task::from_waker(Waker::noop()));
        Context::new().with("a", 1).scope(|| assert_eq!(poll(), Poll::Pending));
        Context::new().with("a", 3).scope(|| assert_eq!(poll(), Poll::Ready(())));
    });
    let shown: Vec<_> =
        records.iter().map(|record| (record.field("a"), record.field("b"))).collect();
    assert_eq!(shown, [(Some("1"), Some("2")), (Some("3"), Some("2"))]);
}
