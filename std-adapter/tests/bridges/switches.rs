//! Filters switch other loggers' callsites, too.

use hydra_log::LevelFilter;
use hydra_log::bridge::tracing::{Layer, Subscriber};
use hydra_log::control::Override;
use hydra_log::filter::Filter;
use tracing::level_filters::LevelFilter as Theirs;
use tracing::subscriber::Interest;
use tracing::{Dispatch, Subscriber as _};
use tracing_subscriber::layer::SubscriberExt;

use crate::common::{Kept, alone};

fn both() {
    tracing::debug!(target: "quiet::part", "t");
    log::debug!(target: "quiet::part", "l");
}

#[test]
fn a_filter_takes_effect_at_once_and_both_ways() {
    let _alone = alone();
    let kept = Kept::new(LevelFilter::Info);
    let dispatch = Dispatch::new(Subscriber::new());
    let run = || -> Vec<String> {
        tracing::dispatcher::with_default(&dispatch, || {
            kept.of(both).iter().map(|line| line["fields"]["message"].to_string()).collect()
        })
    };
    let nothing: Vec<String> = Vec::new();
    assert_eq!(run(), nothing);
    kept.engine.set_filter(Filter::parse_strict("info,quiet=debug").unwrap());
    assert_eq!(run(), ["\"t\"", "\"l\""]);
    kept.engine.set_filter(Filter::parse_strict("trace,quiet=info").unwrap());
    assert_eq!(run(), nothing);
    kept.engine.set_level(LevelFilter::Off);
    assert_eq!(run(), nothing);
}

#[test]
fn an_override_reaches_other_loggers_by_target_and_by_line() {
    let _alone = alone();
    let kept = Kept::new(LevelFilter::Warn);
    let dispatch = Dispatch::new(Subscriber::new());
    let here = line!() + 3;
    #[rustfmt::skip]
    let by_line = || {
        tracing::debug!(target: "loud", "t"); log::debug!(target: "loud", "l");
        tracing::debug!(target: "loud", "on the next line");
    };
    let run = |call: fn()| -> Vec<String> {
        tracing::dispatcher::with_default(&dispatch, || {
            kept.of(call).iter().map(|line| line["fields"]["message"].to_string()).collect()
        })
    };
    let nothing: Vec<String> = Vec::new();
    // `tracing` asks the subscriber of the thread that changes something, if there is only one.
    let _default = tracing::dispatcher::set_default(&dispatch);
    let put = |change| kept.engine.put_override(change).unwrap();
    assert_eq!((run(both), run(by_line)), (nothing.clone(), nothing.clone()));
    put(Override::callsite("bridges/switches.rs", here, LevelFilter::Debug));
    assert_eq!((run(both), run(by_line)), (nothing.clone(), vec!["\"t\"".into(), "\"l\"".into()]));
    put(Override::target("quiet", LevelFilter::Trace));
    assert_eq!(run(both), ["\"t\"", "\"l\""]);
    assert_eq!(kept.engine.reset_overrides(), 2);
    assert_eq!((run(both), run(by_line)), (nothing.clone(), nothing));
}

#[test]
fn tracing_is_told_what_no_engine_wants() {
    let _alone = alone();
    struct Site;
    impl tracing::Callsite for Site {
        fn set_interest(&self, _: Interest) {}
        fn metadata(&self) -> &tracing::Metadata<'_> {
            &META
        }
    }
    static SITE: Site = Site;
    static META: tracing::Metadata<'static> = tracing::metadata! {
        name: "n", target: "only::here", level: tracing::Level::DEBUG, fields: &[],
        callsite: &SITE, kind: tracing::metadata::Kind::EVENT,
    };
    let subscriber = Subscriber::new();
    let level = LevelFilter::Off;
    let one = Kept::new(level);
    one.engine.set_filter(Filter::parse_strict("off,only=debug").unwrap());
    // Other tests' engines run beside this one: what it wants alone is asked each time.
    let interest = subscriber.register_callsite(&META);
    assert!(!interest.is_never());
    assert!(subscriber.enabled(&META));
    assert!(subscriber.max_level_hint() >= Some(Theirs::DEBUG));
    one.engine.set_level(LevelFilter::Off);
    if !subscriber.enabled(&META) {
        assert!(subscriber.register_callsite(&META).is_never());
    }
}

#[test]
fn a_layer_beside_others_leaves_them_what_they_ask_for() {
    let _alone = alone();
    let kept = Kept::new(LevelFilter::Off);
    let theirs = hydra_log::sink::Memory::new();
    let (writer, guard) = hydra_log::bridge::appender::non_blocking(theirs.clone()).unwrap();
    let fmt = tracing_subscriber::fmt::layer().with_writer(writer).with_ansi(false);
    let layers = tracing_subscriber::registry().with(fmt).with(Layer::new().beside_others());
    let dispatch = Dispatch::new(layers);
    kept.engine.scope(|| {
        tracing::dispatcher::with_default(&dispatch, || tracing::trace!(target: "alone", "x"));
    });
    drop(guard);
    assert_eq!(theirs.lines().len(), 1);
    assert!(kept.lines().is_empty());
}
