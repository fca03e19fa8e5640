//! The bodies, and the list of them.
#![expect(clippy::indexing_slicing, reason = "a body fails by panicking")]

macro_rules! targets {
    ($($name:ident)*) => {
        $(pub mod $name;)*

        /// Everything that is fuzzed.
        pub const TARGETS: &[crate::target::Target] = &[$($name::TARGET),*];
    };
}

targets! {
    record
    dictionary
    template
    format_string
    filter
    config
    formats
    spsc_ops
    mpsc_ops
    spool_ops
    crash_image
    pipe_lines
    log_file
    firmware_stream
    redaction
}
