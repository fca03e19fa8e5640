//! Log calls in unfriendly surroundings: shadowed names, strict lints, every kind of function.
// An interpreter lays out no linker sections, so it finds no callsites.
#![cfg(not(miri))]
#![deny(warnings, unused_qualifications, unused_results, clippy::all, clippy::pedantic)]
#![allow(missing_docs, clippy::std_instead_of_alloc, reason = "a test")]

mod support;

use core::cell::RefCell;
use core::fmt::Display;
use core::future::Future;
use core::pin::pin;
use core::task::{Context, Poll, Waker};
use std::rc::Rc;

use hydra_log_facade_fixture as facade;
use support::{capture, capture_one};

/// The messages that this thread logs in `f`.
fn messages(f: impl FnOnce()) -> Vec<String> {
    capture(f).into_iter().map(|taken| taken.message).collect()
}

mod shadowed {
    //! Every name that an expansion could mean is something else here.
    #![allow(dead_code, unused_macros, non_camel_case_types, reason = "names that hide others")]

    use hydra_log_core::{info, log_enabled};

    mod core {}
    mod std {}
    mod alloc {}
    mod hydra_log_core_private {}
    struct Some;
    struct None;
    struct Ok;
    struct Option;
    struct str;
    struct u16;
    struct Level;
    struct Site;
    struct Gate;
    struct Pick;
    struct Rendered;
    trait Display {}
    trait Debug {}
    macro_rules! format_args {
        ($($any:tt)*) => {
            compile_error!("hidden")
        };
    }
    macro_rules! module_path {
        () => {
            compile_error!("hidden")
        };
    }
    macro_rules! line {
        () => {
            compile_error!("hidden")
        };
    }

    pub(super) fn log() {
        let (gate, a0, a1, args, slot) = (1, 2, 3, 4, 5);
        let __hydra_gate = 6;
        info!("{gate} {a0} {a1} {args} {slot} {__hydra_gate} {:?}", [7], sum = a1 + a0);
        std_is_hidden();
    }

    fn std_is_hidden() {
        let is_on = log_enabled!(super::facade::logging::Level::Info);
        info!(is_on, "{:>1$} {x:p}", "w", 3, x = &raw const is_on);
    }
}

#[test]
fn names_of_the_caller_are_the_callers() {
    let taken = capture(shadowed::log);
    assert_eq!(taken[0].message, "1 2 3 4 5 6 [7]");
    assert_eq!(taken[0].fields, [("sum", "5".to_owned())]);
    assert!(taken[1].message.starts_with("  w 0x"));
    assert_eq!(taken[1].fields, [("is_on", "true".to_owned())]);
}

#[test]
fn macros_of_another_crate_work() {
    let taken = capture(|| {
        facade::info!("through a crate", n = 1);
        facade::logging::fail!("under another name");
        facade::logging::event!(facade::logging::Level::Warn, "through a module");
        facade::audit!("wrapped {}", 1);
        facade::audit!(text: "wrapped {}", 2);
        facade::log(&facade::Version { major: 1, minor: 2 }, &'x');
    });
    let texts: Vec<_> = taken.iter().map(|taken| taken.message.as_str()).collect();
    let version = "version Version { major: 1, minor: 2 } of facade";
    let expected = [
        "through a crate",
        "under another name",
        "through a module",
        "wrapped 1",
        "wrapped 2",
        version,
    ];
    assert_eq!(texts, expected);
    assert_eq!(taken[3].site.target, "audit");
    assert_eq!(taken[5].fields, [("extra", "'x'".to_owned()), ("async", "true".to_owned())]);
}

#[test]
fn a_record_finds_the_crate_where_it_is_told() {
    #[derive(Debug, facade::Record)]
    #[record(crate = facade::inner)]
    struct Point(i32, i32);
    assert_eq!(messages(|| facade::info!("{:?}", Point(1, 2))), ["Point(1, 2)"]);
}

#[test]
fn arguments_may_leave_the_call() {
    use hydra_log_core::info;
    fn question(text: &str) -> Result<i32, core::num::ParseIntError> {
        info!("parsed {}", text.parse::<i32>()?);
        Ok(1)
    }
    fn returns(n: Option<u8>) -> u8 {
        info!("n = {}", if let Some(n) = n { n } else { return 0 });
        1
    }
    fn breaks() -> u32 {
        let mut count = 0;
        loop {
            count += 1;
            info!("count {}", if count < 3 { count } else { break count });
        }
    }
    let texts = messages(|| {
        assert_eq!(question("12"), Ok(1));
        assert!(question("x").is_err());
        assert_eq!((returns(Some(5)), returns(None)), (1, 0));
        assert_eq!(breaks(), 3);
    });
    assert_eq!(texts, ["parsed 12", "n = 5", "count 1", "count 2"]);
}

#[test]
fn calls_stand_wherever_an_expression_does() {
    use hydra_log_core::{Level, debug, info, log_enabled};
    let shared = RefCell::new(vec![1]);
    // The borrow ends with the call, though this is the last expression of a block.
    let tail = |cell: &RefCell<Vec<i32>>| info!("{:?}", cell.borrow());
    let texts = messages(|| {
        tail(&shared);
        shared.borrow_mut().push(2);
        let unit: () = match shared.borrow().len() {
            0 => debug!("empty"),
            n => info!("{n} of {:?}", shared.borrow()),
        };
        let moved = move || {
            info!("{unit:?} {}", {
                info!("inner");
                "outer"
            });
        };
        moved();
        if log_enabled!(Level::Info) && !log_enabled!(Level::Info) {
            info!("never");
        }
        let mut text = String::from("mutable");
        let exclusive = &mut text;
        info!("{exclusive} {:?}", exclusive);
        exclusive.clear();
        let local = Rc::new(5);
        info!(%local, "{}", local);
    });
    let expected = ["[1]", "2 of [1, 2]", "inner", "() outer", "mutable \"mutable\"", "5"];
    assert_eq!(texts, expected);
}

#[test]
fn generic_functions_and_methods() {
    use hydra_log_core::info;
    use hydra_log_core::value::Value;
    struct Named<'a, T: ?Sized>(&'a str, &'a T);
    impl<T: Display + ?Sized> Named<'_, T> {
        fn log(&self) {
            info!("{} = {}", self.0, self.1);
            info!(self.len = self.0.len(), "{self}");
        }
    }
    impl<T: ?Sized> Display for Named<'_, T> {
        fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
            f.write_str("self")
        }
    }
    fn stored<const N: usize>(value: impl Value, text: impl AsRef<str>) {
        info!(value, "{} {N}", text.as_ref());
    }
    let texts = messages(|| {
        Named("a", &1).log();
        Named::<dyn Display>("b", &"x").log();
        stored::<3>(7_u8, "text");
        stored::<4>("value", String::from("string"));
    });
    assert_eq!(texts, ["a = 1", "self", "b = x", "self", "text 3", "string 4"]);
}

#[test]
fn nothing_is_held_across_an_await() {
    use hydra_log_core::info;
    async fn number(n: i32) -> i32 {
        core::future::ready(n).await
    }
    async fn work(name: &str) {
        info!("{name} starts with {}", number(1).await);
        let late = number(2);
        info!(field = late.await, "{} in {}", number(3).await, String::from("work"));
        assert_eq!(number(4).await, 4);
        info!("{:?}", Some(number(5).await));
    }
    fn finish(future: impl Future<Output = ()> + Send) {
        let mut future = pin!(future);
        let mut context = Context::from_waker(Waker::noop());
        assert_eq!(future.as_mut().poll(&mut context), Poll::Ready(()));
    }
    let texts = messages(|| finish(work("async")));
    assert_eq!(texts, ["async starts with 1", "3 in work", "Some(5)"]);
    assert_eq!(capture_one(|| finish(async { info!(a = number(6).await) })).fields[0].1, "6");
}
