//! What is written of what is logged: filters of outputs, conditions on values, limits.

use core::time::Duration;

use hydra_log::filter::Condition;
use hydra_log::sink::Memory;
use hydra_log::{
    Builder, Deliveries, Delivery, Engine, Layer, Level, LevelFilter, Limit, Output, Rule, debug,
    error, info, warn,
};

use crate::common::conserved;
use crate::control::soon;

fn lines(memory: &Memory) -> Vec<String> {
    memory.lines().iter().map(|line| line.split(": ").last().unwrap().to_owned()).collect()
}

fn with(output: Output, memory: &Memory) -> (Engine, Memory) {
    let engine = Builder::new().sink(output).level(LevelFilter::Trace).workers(0).build().unwrap();
    (engine, memory.clone())
}

/// The lines that a condition lets through, of a fixed set of records.
fn chosen(condition: &str) -> Vec<String> {
    let memory = Memory::new();
    let condition: Condition = condition.parse().unwrap();
    let output = Output::new(memory.clone()).only(move |event| condition.matches(event));
    let (engine, memory) = with(output, &memory);
    engine.scope(|| {
        error!(target: "shop::cart", status = 503_u16, user = "ada", "a");
        warn!(target: "shop", status = -1, share = 0.5, "b");
        info!(target: "shops", layer: "API", big = u64::MAX, "c {}", 7);
        debug!(target: "net", status = "503", ok = true, "d");
    });
    engine.flush().unwrap();
    let stats = conserved(&engine);
    let kept = lines(&memory);
    assert_eq!(stats.sinks[0].filtered, 4 - kept.len() as u64);
    assert!(stats.lost().total() == 0 && stats.sinks[0].lost == 0);
    kept.iter().map(|line| line.chars().take(1).collect()).collect()
}

#[test]
fn conditions_see_level_target_layer_message_and_fields() {
    for (condition, expected) in [
        ("level >= warn", "ab"),
        ("level = info or level < info", "cd"),
        ("target = shop", "ab"),
        ("target != shop", "cd"),
        ("target ~ op", "abc"),
        ("layer = API", "c"),
        ("message ~ \"c 7\"", "c"),
        ("status >= 500", "ad"),
        ("status < 0", "b"),
        ("status", "abd"),
        ("not status", "c"),
        ("status != 503", "bc"),
        ("user = \"ada\"", "a"),
        ("user = ada and (status = 1 or status = 503)", "a"),
        ("user = ada or status < 0 and share = 0.5", "ab"),
        ("share > 0.25", "b"),
        ("big = 18446744073709551615", "c"),
        ("big > 18446744073709551614", "c"),
        ("ok = true", "d"),
        ("nothing = 1", ""),
        ("not (nothing > 1) and not user ~ a", "bcd"),
    ] {
        assert_eq!(chosen(condition).concat(), expected, "{condition}");
    }
}

#[test]
fn wrong_conditions_say_where() {
    for (text, position, wanted) in [
        ("", 0, "a name"),
        ("status >=", 9, "a value"),
        ("status > 5 5", 11, "`and` or `or`"),
        ("(a = 1", 6, "`)`"),
        ("level = loud", 8, "error, warn, info, debug or trace"),
        ("level", 5, "a sign, as `=`"),
        ("user = \"ada", 7, "a second `\"`"),
        ("= 5", 0, "a name"),
        ("a ! b", 2, "a name or a sign"),
        ("a = 1 and", 9, "a name"),
    ] {
        let error = text.parse::<Condition>().unwrap_err();
        assert_eq!((error.position, error.wanted), (position, wanted), "{text}: {error}");
    }
    let deep = "(".repeat(100_000);
    assert!(
        deep.parse::<Condition>().is_err() && "not ".repeat(100_000).parse::<Condition>().is_err()
    );
}

#[test]
fn an_outputs_closure_is_its_own_and_a_panic_costs_one_record() {
    for is_binary in [false, true] {
        let (all, some) = (Memory::new(), Memory::new());
        let output = Output::new(some.clone()).only(|event| {
            assert!(event.message() != "count 3", "told to panic");
            event.level == Level::Warn
        });
        let output = if is_binary { output.binary() } else { output };
        let builder = Builder::new().sink(all.clone()).sink(output).workers(0).on_error(|_| {});
        let engine = builder.build().unwrap();
        engine.scope(|| {
            (0..5).for_each(|count| info!("count {count}"));
            warn!("one");
        });
        engine.flush().unwrap();
        let stats = conserved(&engine);
        let [first, second] = &stats.sinks[..] else { panic!() };
        assert_eq!((first.written, first.filtered, first.lost), (6, 0, 0));
        assert_eq!((second.written, second.filtered, second.lost), (1, 4, 1), "{is_binary}");
        assert_eq!(all.lines().len(), 6);
        if !is_binary {
            assert!(some.lines().iter().any(|line| line.ends_with("one")), "{:?}", some.lines());
        }
    }
}

#[test]
fn a_layers_closure_is_for_all_its_outputs() {
    let (one, other, rest) = (Memory::new(), Memory::new(), Memory::new());
    let layer = Layer::new("API").sink(one.clone()).sink(other.clone());
    let layer = layer.only(|event| event.text("user").is_some_and(|user| user == "ada"));
    let builder = Builder::new().layer(layer).sink(rest.clone()).workers(0);
    let engine = builder.build().unwrap();
    engine.scope(|| {
        info!(layer: "API", user = "ada", "x");
        info!(layer: "API", user = "bob", "x");
        info!(user = "bob", "x");
    });
    engine.flush().unwrap();
    assert_eq!([one, other, rest].map(|memory| memory.lines().len()), [1, 1, 1]);
}

fn limited(scope: &str, limit: Limit) -> (Engine, Memory) {
    let memory = Memory::new();
    let builder = Builder::new().sink(memory.clone()).workers(0).limit(scope, limit);
    (builder.build().unwrap(), memory)
}

#[test]
fn a_limit_by_target_keeps_back_counts_and_tells() {
    let (engine, memory) = limited("lim::net", Limit::every(100));
    engine.scope(|| {
        (0..1000).for_each(|count| info!(target: "lim::net::tls", "count {count}"));
        (0..10).for_each(|count| info!(target: "lim::network", "other {count}"));
    });
    engine.flush().unwrap();
    let stats = engine.stats();
    assert!(stats.is_conserved(), "{stats:?}");
    assert_eq!((stats.emitted(), stats.limited, stats.sinks[0].written), (1010, 990, 20));
    let one = &stats.limits[0];
    assert_eq!((one.limit.as_str(), one.passed, one.kept_back), ("lim::net: every 100", 10, 990));
    let counts: Vec<String> =
        lines(&memory).into_iter().filter(|line| line.starts_with('c')).collect();
    assert_eq!(counts[..3], ["count 0", "count 100", "count 200"]);
    let report = engine.shutdown(Duration::from_secs(5));
    assert_eq!((report.emitted, report.written, report.limited, report.lost), (1010, 20, 990, 0));
    let told = memory.lines().into_iter().find(|line| line.contains("kept back")).unwrap();
    let said = "hydra: 990 records kept back scope=lim::net limit=\"every 100\"";
    assert!(told.contains(said), "{told}");
}

#[test]
fn a_rate_is_told_of_within_a_second_or_two_though_nothing_follows() {
    let memory = Memory::new();
    let limit = Limit::per_second(10).burst(20);
    let engine = Builder::new().sink(memory.clone()).limit("lim::rate", limit).build().unwrap();
    engine.scope(|| (0..500).for_each(|count| info!(target: "lim::rate", "count {count}")));
    assert!(soon(|| memory.lines().iter().any(|line| line.contains("records kept back"))));
    engine.flush().unwrap();
    let stats = engine.stats();
    assert!((20..40).contains(&stats.sinks[0].written), "{stats:?}");
    assert_eq!(stats.sinks[0].written + stats.limited, 500);
    assert!(stats.is_conserved(), "{stats:?}");
}

#[test]
fn each_callsite_by_itself_and_the_closest_scope_counts() {
    let memory = Memory::new();
    let engine = Builder::new()
        .sink(memory.clone())
        .workers(0)
        .limit("*", Limit::once().each_callsite())
        .limit("lim::free", Limit::every(1))
        .build()
        .unwrap();
    engine.scope(|| {
        for _ in 0..10 {
            info!(target: "lim::one", "first");
            info!(target: "lim::one", "second");
            info!(target: "lim::free", "free");
        }
    });
    engine.flush().unwrap();
    assert_eq!((memory.lines().len(), engine.stats().limited), (12, 18));
    drop(engine);
    let told = memory.lines().iter().filter(|line| line.contains("9 records kept back")).count();
    assert_eq!(told, 2);
}

#[test]
fn a_sample_takes_all_of_a_key_or_nothing() {
    let (engine, memory) = limited("lim::sample", Limit::sample(4, "user"));
    engine.scope(|| {
        for user in 0..100_u32 {
            (0..3).for_each(|_| info!(target: "lim::sample", user, "x"));
            // The same user, as a text.
            info!(target: "lim::sample", user = user.to_string().as_str(), "x");
        }
        info!(target: "lim::sample", "no user");
    });
    engine.flush().unwrap();
    let written = memory.lines().len();
    assert!(written % 4 == 1 && (10 * 4..45 * 4).contains(&written), "{written}");
}

#[test]
fn what_must_not_be_dropped_passes_every_limit() {
    let memory = Memory::new();
    let kept = Rule::new(Delivery::MustNotDrop).target("lim::must");
    let engine = Builder::new()
        .sink(memory.clone())
        .workers(0)
        .deliveries(Deliveries::new().rule(kept))
        .limit("lim", Limit::once())
        .build()
        .unwrap();
    engine.scope(|| (0..10).for_each(|_| info!(target: "lim::must", "x")));
    engine.flush().unwrap();
    assert_eq!((memory.lines().len(), engine.stats().limited), (10, 0));
}

#[test]
fn a_limit_for_nothing_is_refused() {
    let error = Builder::new().limit("lyer:API", Limit::once()).build().unwrap_err();
    assert!(error.to_string().starts_with("limit: `lyer:API` names nothing"), "{error}");
}
