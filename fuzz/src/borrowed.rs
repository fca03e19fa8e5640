//! Sources of other packages that have no library: what ships is what is fuzzed.
#![expect(clippy::allow_attributes, reason = "not every build of these finds the same unused")]

// The macros' way from a call's format string to its template, as the compiler runs it.
#[path = "../../macros/src/args.rs"]
#[allow(dead_code, reason = "the rest of a call is not fuzzed")]
pub(crate) mod args;
#[path = "../../macros/src/format.rs"]
pub(crate) mod format;
#[path = "../../macros/src/plan.rs"]
#[allow(dead_code, reason = "the tokens of a call are not fuzzed")]
pub(crate) mod plan;

// The way of a line through `hydra pipe`.
#[path = "../../cli/src/level_word.rs"]
pub(crate) mod level_word;
#[path = "../../cli/src/line_text.rs"]
pub(crate) mod line_text;
#[path = "../../cli/src/lines.rs"]
pub(crate) mod lines;
