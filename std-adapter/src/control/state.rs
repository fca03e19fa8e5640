//! An engine's overrides, behind a lock, and the thread that reverts them when their time is over.
//!
//! The thread is there only while it is needed: while something has an end, or hangups are watched.
//! Calls know nothing of all this; they see their gates.

use core::time::Duration;
use std::sync::{Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread;
use std::time::Instant;

use hydra_log_core::{LevelFilter, ord};

use super::overrides::Overrides;
use super::socket::Listening;
use super::{CallInfo, InForce, Override, OverrideError, reload};
use crate::engine::shared::Shared;
use crate::engine::{added, gates, handed, lock};
use crate::sys::signal;
use hydra_log_core::site;

/// How often somebody looks for a hangup.
const HANGUP_LOOK: Duration = Duration::from_millis(100);

/// What can be changed while an engine runs, and reverts.
#[derive(Default)]
pub(crate) struct Control {
    state: Mutex<State>,
    changed: Condvar,
    listening: OnceLock<Listening>,
}

/// The state, held.
pub(crate) type Held<'c> = MutexGuard<'c, State>;

#[derive(Default)]
pub(crate) struct State {
    overrides: Overrides,
    /// Whether there is a thread.
    is_watched: bool,
    /// How many hangups were seen, if they matter.
    hangups: Option<usize>,
}

impl Control {
    /// The level of a call, if it is another one than usual.
    pub(crate) fn level_of<'r>(
        &self,
        call: &CallInfo<'_>,
        routed: impl FnOnce() -> Option<&'r str>,
    ) -> Option<LevelFilter> {
        let state = lock(&self.state);
        if state.overrides.is_empty() { None } else { state.overrides.level_of(call, routed()) }
    }

    pub(crate) fn max_level(&self) -> LevelFilter {
        lock(&self.state).overrides.max_level()
    }

    /// Holds the state, if that is possible in time.
    pub(crate) fn hold(&self, deadline: Instant) -> Option<Held<'_>> {
        handed::hold(&self.state, deadline)
    }

    /// What is in force, for the engine of a forked child; nothing where somebody is at it.
    pub(crate) fn now(&self) -> Overrides {
        self.state.try_lock().map_or_else(|_| Overrides::default(), |state| state.overrides.clone())
    }

    /// There is a socket from now on.
    #[cfg_attr(not(unix), expect(dead_code, reason = "nobody asks where nothing listens"))]
    pub(crate) fn listen(&self, listening: Listening) {
        let _first = self.listening.set(listening);
    }

    /// The process ends, or the engine: nobody finds the socket any more.
    pub(crate) fn end_listening(&self) {
        if let Some(listening) = self.listening.get() {
            listening.end();
        }
    }

    /// The engine ends: nothing is in force, and the thread ends, too.
    pub(crate) fn end(&self) {
        let mut state = lock(&self.state);
        state.overrides.clear();
        state.hangups = None;
        drop(state);
        self.changed.notify_all();
        self.end_listening();
    }
}

impl Shared {
    /// Takes over what was in force in the process that this one was forked from.
    pub(crate) fn inherit(&'static self, overrides: Overrides) {
        let mut state = lock(&self.control.state);
        state.overrides = overrides;
        // Without a thread they last: nobody is there to be told.
        let _watched = self.watch(state);
    }

    /// From now on hangups are looked for.
    pub(crate) fn watch_hangups(&'static self) -> Result<(), OverrideError> {
        let mut state = lock(&self.control.state);
        state.hangups = Some(signal::hangups());
        self.watch(state)
    }

    /// Puts an override in force; its name.
    pub(crate) fn put_override(&'static self, new: Override) -> Result<String, OverrideError> {
        let mut state = lock(&self.control.state);
        let before = state.overrides.clone();
        let name = state.overrides.put(new, Instant::now())?;
        if let Err(error) = self.watch(state) {
            lock(&self.control.state).overrides = before;
            return Err(error);
        }
        gates::refresh();
        Ok(name)
    }

    /// Ends an override before its time; `false` if there is none of that name.
    pub(crate) fn remove_override(&self, name: &str) -> bool {
        let was_there = lock(&self.control.state).overrides.remove(name);
        if was_there {
            gates::refresh();
        }
        was_there
    }

    /// Ends all overrides; how many there were.
    pub(crate) fn reset_overrides(&self) -> usize {
        let count = lock(&self.control.state).overrides.clear();
        if count > 0 {
            gates::refresh();
        }
        count
    }

    pub(crate) fn list_overrides(&self) -> Vec<InForce> {
        let mut list = lock(&self.control.state).overrides.list(Instant::now());
        if !list.is_empty() {
            added::each(|added| {
                for site in site::sites().iter().chain(added.iter().copied()) {
                    let call = CallInfo::of(site);
                    let routed = self.routed(&call);
                    for one in &mut list {
                        one.callsites += usize::from(one.scope.covers(&call, routed).is_some());
                    }
                }
            });
        }
        list
    }

    /// Sees to it that there is a thread if one is needed.
    fn watch(&'static self, mut state: Held<'static>) -> Result<(), OverrideError> {
        if state.is_watched || !state.needs_watch() {
            drop(state);
            self.control.changed.notify_all();
            return Ok(());
        }
        let named = thread::Builder::new().name("hydra-control".to_owned()).stack_size(256 << 10);
        let started = signal::held_back(|| named.spawn(move || run(self)));
        state.is_watched = started.is_ok();
        started.map(drop).map_err(|error| OverrideError::NoThread { reason: error.to_string() })
    }
}

impl State {
    fn needs_watch(&self) -> bool {
        self.hangups.is_some() || self.overrides.next_end().is_some()
    }
}

/// Waits for whatever ends next.
fn run(shared: &'static Shared) {
    let control = &shared.control;
    let mut state = lock(&control.state);
    loop {
        if shared.stopping.load(ord::stop_seen()) || !state.needs_watch() {
            state.is_watched = false;
            return;
        }
        let now = Instant::now();
        let is_ended = state.overrides.end(now);
        let hangups = signal::hangups();
        let is_hung_up = state.hangups.is_some_and(|seen| seen != hangups);
        if is_ended || is_hung_up {
            state.hangups = state.hangups.map(|_| hangups);
            drop(state);
            if is_ended {
                gates::refresh();
            }
            if is_hung_up {
                reload::run(shared);
            }
            state = lock(&control.state);
            continue;
        }
        let look = state.hangups.map(|_| HANGUP_LOOK);
        let end = state.overrides.next_end().map(|end| end.saturating_duration_since(now));
        let pause = look.into_iter().chain(end).min().unwrap_or(HANGUP_LOOK);
        let waited = control.changed.wait_timeout(state, pause);
        state = waited.unwrap_or_else(PoisonError::into_inner).0;
    }
}
