//! From a log call to its text: the macros, the record, the renderer.
// An interpreter lays out no linker sections, so it finds no callsites.
#![cfg(not(miri))]
#![allow(missing_docs, clippy::std_instead_of_alloc, reason = "a test")]

mod support;

use core::cell::Cell;
use core::fmt;
use core::num::{NonZero, Wrapping};
use core::panic::AssertUnwindSafe;
use core::time::Duration;
use std::borrow::Cow;
use std::panic::catch_unwind;

use hydra_log_core::{Level, Record, debug, error, event, info, log_enabled, trace, warn};
use support::{abandoned, capture, capture_one};

/// Logs and formats the same.
macro_rules! same {
    ($($call:tt)*) => {{
        let taken = capture_one(|| info!($($call)*));
        assert_eq!(taken.message, format!($($call)*));
        assert_eq!(taken.fields, []);
        taken
    }};
}

#[derive(Debug)]
struct Shouted(&'static str);

impl fmt::Display for Shouted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0.to_uppercase())
    }
}

#[test]
fn text_is_that_of_format() {
    let (x, y, name, width, precision) = (7_u32, -1.5_f64, "hydra", 9, 2);
    same!("static message");
    same!("{{}} and {{{x}}}");
    same!("{} {} {}", 1_u64, -2_i32, 0.5_f64);
    same!("{x} {x:?} {x:#010b} {x} {0} {0:x} {y:e}", 255);
    same!("{1} {} {0} {}", 'a', true);
    same!("[{name:>9}] [{name:*^9.3}] [{name:?}] [{:<width$}]", x);
    same!("[{y:width$.precision$}] [{y:+0width$.1}] [{:.*}] [{y:.*}]", 3, y, 1);
    same!("[{:1$}] [{:.2$}] [{:>1$.2$}]", y, 8, 3);
    same!("{a} {b:?} {a}", a = x + 1, b = name);
    same!("{:?} {:?} {:#?} {:02x?}", Some(1), None::<u8>, Some("x"), [1_u8, 255]);
    same!("{:?} {:?} {:?}", (), Duration::from_millis(1500), &[1.0, 2.5][..]);
    same!("{} {:?} {}", u128::MAX, i128::MIN, i8::MIN);
    same!("{} {:?} {}", NonZero::new(5_u8).unwrap(), Wrapping(3), Wrapping(-3_i64));
    let pointer = &raw const x;
    same!("{pointer:p} {:p} {pointer:?} {:#p}", &x, pointer);
    let slice = &[1_u8][..];
    same!("{name:p} {slice:p} {:p}", &slice);
    same!("{} {:?} {:>8} {:.2}", Shouted("a"), Shouted("b"), Shouted("c"), Shouted("defg"));
    same!("{} {:?}", String::from("owned"), vec![Cow::Borrowed("x")]);
    same!("{} {:e} {:?} {}", f32::MIN_POSITIVE, 1e300, f64::NAN, -0.0);
    same!("{:é>5}{:-^7}", "x", 'y');
    same!("{}", concat!("not a message", ", an argument"));
    same!(r#"raw "{}" \n"#, 1);
    same!(
        "over
        lines \u{1f980} {x}"
    );
}

#[test]
fn three_numbers_take_forty_bytes() {
    assert_eq!(same!("{} {} {}", 1_u64, 2_i32, 3.5_f64).bytes, 40);
    assert_eq!(same!("no arguments").bytes, 16);
    let x = 5;
    assert_eq!(same!("{x} {x} {x}").bytes, 24, "one value, shown three times");
}

#[test]
fn many_arguments() {
    let taken = same!(
        "{} {} {} {} {} {} {} {} {} {} {} {} {} {} {} {} {} {} {} {} {} {} {} {} {} {}",
        0,
        1,
        2,
        3,
        4,
        5,
        6,
        7,
        8,
        9,
        'a',
        'b',
        'c',
        'd',
        'e',
        'f',
        "g",
        "h",
        "i",
        "j",
        1.5,
        2.5,
        Shouted("m"),
        Shouted("n"),
        true,
        false,
    );
    assert_eq!(taken.site.arguments, 26);
}

#[test]
fn fields_in_all_their_forms() {
    let (user, err) = (Shouted("ada"), Err::<(), _>("no"));
    let (id, size) = (7_u64, Some(2.5));
    let taken = capture_one(|| {
        info!(
            user.id = id, %user, ?err, size, "the key" = 'k', r#type = "t", text = %Shouted("x"),
            "failed after {} of {n} tries", 3, n = 5, code = -1, last.seen = ?size, id, "odd" = ()
        );
    });
    assert_eq!(taken.message, "failed after 3 of 5 tries");
    let expected = [
        ("user.id", "7"),
        ("user", "ADA"),
        ("err", "Err(\"no\")"),
        ("size", "Some(2.5)"),
        ("the key", "k"),
        ("type", "t"),
        ("text", "X"),
        ("code", "-1"),
        ("last.seen", "Some(2.5)"),
        ("id", "7"),
        ("odd", "()"),
    ];
    let fields: Vec<_> = taken.fields.iter().map(|(key, text)| (*key, text.as_str())).collect();
    assert_eq!(fields, expected);
}

#[test]
fn fields_without_a_message() {
    struct Pair {
        left: u8,
        right: u8,
    }
    let pair = Pair { left: 1, right: 2 };
    let taken = capture_one(|| warn!(pair.left, ?pair.right));
    assert_eq!(taken.message, "");
    assert_eq!(taken.fields, [("pair.left", "1".to_owned()), ("pair.right", "2".to_owned())]);
}

#[test]
fn what_the_message_does_not_use_is_a_field() {
    let (path, bytes) = ("/", 40);
    let taken =
        capture_one(|| info!("served {} as {kind}", path, bytes, kind = "html", code = 200));
    assert_eq!(taken.message, "served / as html");
    assert_eq!(taken.fields, [("bytes", "40".to_owned()), ("code", "200".to_owned())]);
}

#[test]
fn a_field_prefers_its_value_then_display_then_debug() {
    use hydra_log_core::record::Layout;
    struct Celsius(f64);
    impl hydra_log_core::value::Value for Celsius {
        const KIND: hydra_log_core::value::Kind = hydra_log_core::value::Kind::F64;
        fn size<L: Layout>(&self, cap: usize) -> usize {
            self.0.size::<L>(cap)
        }
        fn write<L: Layout>(&self, writer: &mut hydra_log_core::value::Writer<'_, L>, cap: usize) {
            self.0.write(writer, cap);
        }
    }
    let taken = capture_one(|| {
        info!(value = Celsius(21.5), display = Shouted("x"), debug = vec![1], text = "t");
    });
    let texts: Vec<_> = taken.fields.iter().map(|(_, text)| text.as_str()).collect();
    assert_eq!(texts, ["21.5", "X", "[1]", "t"]);
}

#[test]
fn options_and_levels() {
    const TARGET: &str = "audit";
    const SEVERE: Level = Level::Error;
    let taken = capture(|| {
        error!(target: "wire", "a");
        event!(SEVERE, "b");
        event!(target: TARGET, layer: "API", Level::Trace, "c");
        event!(Level::Debug, target: concat!("a", "::", "b"), "d", x = 1);
        trace!(layer: "DB", "e");
        debug!("f");
        warn!("g",);
    });
    let heads: Vec<_> = taken
        .iter()
        .map(|taken| (taken.site.level(), taken.site.target, taken.site.layer))
        .collect();
    let here = module_path!();
    assert_eq!(
        heads,
        [
            (Level::Error, "wire", ""),
            (Level::Error, here, ""),
            (Level::Trace, "audit", "API"),
            (Level::Debug, "a::b", ""),
            (Level::Trace, here, "DB"),
            (Level::Debug, here, ""),
            (Level::Warn, here, ""),
        ]
    );
    let line = line!() + 1;
    let taken = capture_one(|| info!("here"));
    assert_eq!((taken.site.file, taken.site.line), (file!(), line));
    assert_eq!(taken.site.module, here);
}

#[test]
fn a_call_that_is_off_evaluates_nothing() {
    use hydra_log_core::site::{GateState, sites};
    let count = Cell::new(0);
    let counted = || {
        count.set(count.get() + 1);
        count.get()
    };
    let call = || info!(target: "switched", "{} {0} {:?}", counted(), counted());
    let is_enabled = || log_enabled!(target: "switched", Level::Info);
    let switch = |state| {
        let switched = sites().iter().filter(|site| site.target == "switched");
        switched.for_each(|site| site.gate.set(state));
    };
    drop(capture(|| ()));
    switch(GateState::Off);
    assert!(capture(call).is_empty() && !is_enabled());
    assert_eq!(count.get(), 0);
    switch(GateState::On);
    assert_eq!(capture_one(call).message, "1 1 2");
    assert_eq!(count.get(), 2);
    assert!(is_enabled() && log_enabled!(Level::Trace));
}

#[test]
fn a_display_may_log() {
    struct Chatty;
    impl fmt::Display for Chatty {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            info!("inside {}", Shouted("x"));
            f.write_str("chatty")
        }
    }
    let taken = capture(|| info!("{} {}", Chatty, Chatty));
    let messages: Vec<_> = taken.iter().map(|taken| taken.message.as_str()).collect();
    assert_eq!(messages, ["inside X", "inside X", "chatty chatty"]);
}

#[test]
fn a_display_may_panic() {
    struct Broken;
    impl fmt::Display for Broken {
        fn fmt(&self, _f: &mut fmt::Formatter<'_>) -> fmt::Result {
            std::panic::resume_unwind(Box::new("broken"))
        }
    }
    let before = abandoned();
    let taken = capture(|| {
        let result = catch_unwind(AssertUnwindSafe(|| info!("{} {}", 1, Broken)));
        assert!(result.is_err());
        info!("alive");
    });
    assert_eq!(abandoned(), before + 1);
    assert_eq!(taken.len(), 1);
    assert_eq!(taken[0].message, "alive");
}

#[test]
fn what_is_too_long_is_cut() {
    let long = "é".repeat(40_000);
    let taken = capture_one(|| info!("{} {} {}", 1, long.as_str(), 2));
    assert!(taken.is_cut && taken.bytes <= 8191 * 8);
    assert!(taken.message.starts_with("1 éé") && taken.message.ends_with("é 2"));
    let taken = capture_one(|| info!("{} {long} {}", 1, Shouted("two")));
    assert!(taken.is_cut && taken.message.starts_with("1 éé"));
    assert!(taken.message.ends_with("é TWO"), "the last argument has its room");
}

#[test]
fn records_are_stored_or_rendered() {
    #[derive(Debug, Record)]
    struct Point<T> {
        x: T,
        y: T,
    }
    #[derive(Debug, Record)]
    struct Pair<'a>(&'a str, Option<Point<i32>>);
    #[derive(Debug, Record)]
    struct Unit;
    #[derive(Record)]
    struct Order {
        id: u64,
        #[record(display)]
        symbol: Shouted,
        #[record(debug)]
        tags: Vec<&'static str>,
        #[record(skip)]
        _secret: String,
        r#type: char,
    }
    same!("{:?} {:#?} {:?}", Point { x: 1, y: 2 }, Pair("a", Some(Point { x: 1, y: 2 })), Unit);
    same!("{:02x?} {:?}", Point { x: [1_u8, 2], y: [3, 4] }, Some(&Pair("b", None)));
    let order = Order {
        id: 7,
        symbol: Shouted("abc"),
        tags: vec!["x"],
        _secret: String::new(),
        r#type: 't',
    };
    let taken = capture_one(|| info!(order));
    let expected = "Order { id: 7, symbol: ABC, tags: [\"x\"], type: 't' }";
    assert_eq!(taken.fields, [("order", expected.to_owned())]);
}
