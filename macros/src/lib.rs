//! The procedural macros behind Hydra's log calls and `#[derive(Record)]`.
//!
//! Use them through `hydra-log` or `hydra-log-core`, whose macros name their crate for these. A
//! call goes through five files:
//!
//! ```text
//! tokens --args--> what is written --plan--> what is recorded --codegen--> tokens
//!                        |                          ^
//!                        +--format: the template----+
//! ```

mod args;
mod codegen;
mod enabled;
mod event;
mod format;
mod plan;
mod record;

use proc_macro::TokenStream;

/// A log call: `event!([$crate Info] …)`, or `event!([$crate] Level::Info, …)`.
#[proc_macro]
pub fn event(input: TokenStream) -> TokenStream {
    event::expand(input.into()).into()
}

/// Whether a call would be on: `enabled!([$crate] Level::Info)`.
#[proc_macro]
pub fn enabled(input: TokenStream) -> TokenStream {
    enabled::expand(input.into()).into()
}

/// Stores a struct as its fields, for crates that depend on `hydra-log-core`.
#[proc_macro_derive(Record, attributes(record))]
pub fn core_record(input: TokenStream) -> TokenStream {
    record::expand(input.into(), "hydra_log_core").into()
}

/// Stores a struct as its fields, for crates that depend on `hydra-log`.
#[proc_macro_derive(HydraRecord, attributes(record))]
pub fn hydra_record(input: TokenStream) -> TokenStream {
    record::expand(input.into(), "hydra_log").into()
}
