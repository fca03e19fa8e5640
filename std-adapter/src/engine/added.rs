//! Callsites that the program meets while it runs, from other loggers over a bridge.

use core::cell::Cell;
use std::sync::{Mutex, MutexGuard};
use std::time::Instant;

use hydra_log_core::Level;
use hydra_log_core::site::{self, Site, SiteId, SiteKind};

use crate::engine::{gates, handed, lock};

/// All of them, by number from the first on: where several threads add sites, one may be missing
/// for a moment.
static ADDED: Mutex<Vec<&'static Site>> = Mutex::new(Vec::new());

/// What bridges ask to be told when filters change.
static BRIDGES: Mutex<Vec<fn()>> = Mutex::new(Vec::new());

thread_local! {
    /// Whether this thread is adding a site: an allocator that logs through a bridge is inside it.
    static BUSY: Cell<bool> = const { Cell::new(false) };
}

/// What a bridge knows of a callsite. It is kept for ever.
pub(crate) struct NewSite<'a> {
    pub(crate) level: Level,
    pub(crate) target: &'a str,
    pub(crate) module: &'a str,
    pub(crate) file: &'a str,
    pub(crate) line: u32,
    pub(crate) template: &'a str,
    /// Names, and the canonical template of each value.
    pub(crate) fields: Vec<(&'a str, String)>,
    pub(crate) arguments: u16,
}

/// Adds a callsite; `None` when there are too many.
pub(crate) fn add(new: NewSite<'_>) -> Option<&'static Site> {
    let gate = site::add_gate(new.level)?;
    let fields = new.fields.iter().map(|(key, template)| (text(key), text(template)));
    let site: &'static Site = Box::leak(Box::new(Site {
        gate,
        target: text(new.target),
        layer: "",
        module: text(new.module),
        file: text(new.file),
        template: text(new.template),
        fields: Vec::leak(fields.collect()),
        line: new.line,
        arguments: new.arguments,
        kind: SiteKind::Event,
    }));
    lock(&ADDED).push(site);
    gates::set_added(site);
    Some(site)
}

fn text(text: &str) -> &'static str {
    if text.is_empty() { "" } else { Box::leak(text.into()) }
}

/// What is known of callsites that were added, held.
pub(crate) type Held =
    (Option<MutexGuard<'static, Vec<&'static Site>>>, Option<MutexGuard<'static, Vec<fn()>>>);

/// Holds what is known, as far as that is possible in time.
pub(crate) fn hold(deadline: Instant) -> Held {
    (handed::hold(&ADDED, deadline), handed::hold(&BRIDGES, deadline))
}

/// Runs `f`, which may add sites, unless this thread is doing that already.
pub(crate) fn once<R>(f: impl FnOnce() -> R) -> Option<R> {
    struct Done;
    impl Drop for Done {
        fn drop(&mut self) {
            BUSY.set(false);
        }
    }
    if BUSY.replace(true) {
        return None;
    }
    let _done = Done;
    Some(f())
}

/// The site with this number, if it was added.
pub(crate) fn get(id: SiteId) -> Option<&'static Site> {
    lock(&ADDED).iter().copied().find(|site| site.id() == id)
}

/// Runs `f` with all added sites.
pub(crate) fn each<R>(f: impl FnOnce(&[&'static Site]) -> R) -> R {
    // A copy: `f` may take a while, and a call that adds a site should not wait for it.
    let added = lock(&ADDED).clone();
    f(&added)
}

/// From now on, `bridge` is called when a filter changes.
pub(crate) fn tell(bridge: fn()) {
    let mut bridges = lock(&BRIDGES);
    if !bridges.iter().any(|other| core::ptr::fn_addr_eq(*other, bridge)) {
        bridges.push(bridge);
    }
    drop(bridges);
    bridge();
}

/// Tells the bridges that filters changed.
pub(crate) fn tell_bridges() {
    let bridges = lock(&BRIDGES).clone();
    bridges.into_iter().for_each(|bridge| bridge());
}
