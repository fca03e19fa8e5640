//! Where the engine's own failures go when nobody asked to be told.

use core::time::Duration;
use std::io::Write;
use std::sync::Mutex;
use std::time::Instant;

use crate::error::Error;

/// At most one line in this time: a failing disk must not flood a terminal.
const PAUSE: Duration = Duration::from_secs(1);

static LAST: Mutex<Option<Instant>> = Mutex::new(None);

/// Writes a failure to standard error, unless one was written just before.
pub(crate) fn to_stderr(error: &Error) {
    // Who finds it locked would say the same; and in a forked child it may be so for ever.
    let Ok(mut last) = LAST.try_lock() else { return };
    if last.is_some_and(|at| at.elapsed() < PAUSE) {
        return;
    }
    *last = Some(Instant::now());
    drop(last);
    // There is nobody left to tell if this fails too.
    let _told = writeln!(std::io::stderr(), "hydra: {error}");
}
