//! What is fuzzed: bodies that assert properties of any bytes, by libFuzzer and on stable.
//!
//! A body decides by itself what the bytes mean: a record, a filter, operations on a ring. It
//! panics when a property does not hold, and [`Target::check`](target::Target::check) when it held
//! more memory than its input is worth. `cargo xtask fuzz` runs the bodies under libFuzzer;
//! `fuzz/tests/bodies.rs` runs the same ones on the inputs in `fuzz/regressions/<name>/`, on what
//! proptest makes up, and on mutations of seeds.
//!
//! | module                                   | what it is about                                                  |
//! |------------------------------------------|-------------------------------------------------------------------|
//! | [`record`](bodies::record)               | any bytes as a record: walked, and shown by any template          |
//! | [`dictionary`](bodies::dictionary)       | any bytes as a dictionary                                         |
//! | [`template`](bodies::template)           | any text as a template in canonical form                          |
//! | [`format_string`](bodies::format_string) | any text as the format string of a call                           |
//! | [`filter`](bodies::filter)               | any text as a filter                                              |
//! | [`config`](bodies::config)               | any text as a configuration                                       |
//! | [`formats`](bodies::formats)             | any record as a line of text, and of JSON                         |
//! | [`spsc_ops`](bodies::spsc_ops)           | operations on a ring of one producer, against a queue             |
//! | [`mpsc_ops`](bodies::mpsc_ops)           | operations on a shared ring, against a queue                      |
//! | [`spool_ops`](bodies::spool_ops)         | operations on the spool, against a queue for each reader          |
//! | [`crash_image`](bodies::crash_image)     | what a dead process left: any ring, any spool, any crash file     |
//! | [`pipe_lines`](bodies::pipe_lines)       | a stream that is cut into lines, texts and levels by `hydra pipe` |
//! | [`log_file`](bodies::log_file)           | any bytes as a binary log                                         |
//! | [`firmware_stream`](bodies::firmware_stream) | any bytes as a firmware's program, and as its stream          |
//! | [`redaction`](bodies::redaction)         | any text, looked through for secrets                              |
//!
//! To add one: a file in `fuzz/src/bodies/` with its `TARGET`, its name in the list in
//! `fuzz/src/bodies.rs`, and a `[[bin]]` in `fuzz/Cargo.toml`, whose file is a copy of another
//! one's. `cargo test -p hydra-log-fuzz` says what is missing.

mod borrowed;
mod models;

// Where the borrowed sources look for each other.
use borrowed::{args, format, level_word, line_text, lines};

pub mod bodies;
pub mod input;
pub mod meter;
pub mod target;
