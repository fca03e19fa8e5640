//! The log macros of a program, or of a library that links this crate.
//!
//! Each passes `$crate` on, by which the expansion finds this crate under whatever name the macro
//! was reached, and with it the backend: a ring of the calling thread.

/// Logs an error: a failure that somebody should look at.
///
/// The grammar is [`event!`](crate::event)'s.
///
/// ```
/// # use hydra_log::error;
/// # let (order, reason) = (17, "no such account");
/// error!("order {order} refused: {reason}");
/// ```
#[macro_export]
macro_rules! error {
    // error!("order {order} refused: {reason}")
    ($($call:tt)*) => { $crate::__private::macros::event!([$crate Error] $($call)*) };
}

/// Logs a warning: something that may become a failure.
///
/// The grammar is [`event!`](crate::event)'s.
///
/// ```
/// # use hydra_log::warn;
/// # let used = 0.934;
/// warn!(disk = "/dev/sda1", "{:.1} % full", 100.0 * used);
/// ```
#[macro_export]
macro_rules! warn {
    // warn!(disk = name, "{:.1} % full", 100.0 * used)
    ($($call:tt)*) => { $crate::__private::macros::event!([$crate Warn] $($call)*) };
}

/// Logs what the program does.
///
/// The grammar is [`event!`](crate::event)'s.
///
/// ```
/// # use hydra_log::info;
/// # let (user, path) = (7, "/index");
/// info!("GET {path}", user, bytes = 4096);
/// ```
#[macro_export]
macro_rules! info {
    // info!("GET {path}", user, bytes = 4096)
    ($($call:tt)*) => { $crate::__private::macros::event!([$crate Info] $($call)*) };
}

/// Logs what helps to find a bug.
///
/// The grammar is [`event!`](crate::event)'s.
///
/// ```
/// # use hydra_log::debug;
/// # let state = Some(3);
/// debug!(?state, "retrying");
/// ```
#[macro_export]
macro_rules! debug {
    // debug!(?state, "retrying")
    ($($call:tt)*) => { $crate::__private::macros::event!([$crate Debug] $($call)*) };
}

/// Logs everything else.
///
/// The grammar is [`event!`](crate::event)'s.
///
/// ```
/// # use hydra_log::trace;
/// # let packet = [0xca, 0xfe];
/// trace!("packet {packet:02x?}");
/// ```
#[macro_export]
macro_rules! trace {
    // trace!("packet {packet:02x?}")
    ($($call:tt)*) => { $crate::__private::macros::event!([$crate Trace] $($call)*) };
}

/// Logs at a level that is named by a constant.
///
/// ```
/// use hydra_log::{Level, event};
/// # use std::time::Duration;
/// # #[derive(Debug)] struct Peer;
/// # let (id, elapsed, width, peer, err) = (7, Duration::from_millis(3), 12, Peer, "timeout");
///
/// // A message in `format!`'s grammar: positional arguments, variables, every specifier.
/// event!(Level::Info, "served {} in {elapsed:?} [{id:>width$}]", "index");
///
/// // Fields: `key = value`; `%value` by `Display`, `?value` by `Debug`; a variable by its name.
/// event!(Level::Warn, user.id = id, ?peer, %err, "dropped after {} tries", 3);
///
/// // Fields behind the message: a name or variable that it does not use. Without a message, too.
/// event!(Level::Info, "served {path}", id, path = "/", bytes = 4096, "content-type" = "text");
/// event!(Level::Debug, id, err);
///
/// // What the record is about, instead of the module's path; and the layer it comes from.
/// event!(target: "audit", layer: "API", Level::Error, "refused");
/// ```
///
/// Arguments are evaluated once, and only when the call is on. Numbers, `bool`, `char`, strings,
/// slices and arrays of them, `Option`, pointers, `Duration` and [`Record`](derive@crate::Record)
/// structs are stored as they are; anything else is rendered by its `Display` or `Debug` on the
/// spot, into the record. A `target:` is any constant `&'static str`. A key is given once a call:
///
/// ```compile_fail
/// hydra_log::info!(id = 1, id = 2);
/// ```
#[macro_export]
macro_rules! event {
    // event!(Level::Info, "served {path}", bytes = 4096)
    ($($call:tt)*) => { $crate::__private::macros::event!([$crate] $($call)*) };
}

/// Whether a call at this place, with this level (and target, and layer), would be on.
///
/// For what is only worth doing then:
///
/// ```
/// use hydra_log::{Level, debug, log_enabled};
/// # fn checksum() -> u32 { 7 }
/// if log_enabled!(Level::Debug) {
///     let sum = checksum();
///     debug!("checksum {sum:08x}");
/// }
/// assert!(!log_enabled!(target: "wire", Level::Trace));
/// ```
#[macro_export]
macro_rules! log_enabled {
    // log_enabled!(target: "wire", Level::Trace)
    ($($call:tt)*) => { $crate::__private::macros::enabled!([$crate] $($call)*) };
}
