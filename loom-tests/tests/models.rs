//! Every model, as a test of its own.
#![cfg(hydra_loom)]
#![allow(missing_docs, reason = "a test's name is its model's")]

macro_rules! test {
    ($name:ident) => {
        #[test]
        fn $name() {
            hydra_log_loom_tests::explore::check(&hydra_log_loom_tests::models::$name::MODEL);
        }
    };
}

hydra_log_loom_tests::for_each_model!(test);
