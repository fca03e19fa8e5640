//! Callsites of other loggers, found again: by the thread at first, then among all.
//!
//! A thread remembers the callsites that it met last, in a table without links, so that a call
//! that was met before costs one comparison. Others ask a map behind a lock.

use core::cell::Cell;
use core::fmt;
use core::hash::Hash;
use std::collections::HashMap;
use std::sync::{LazyLock, Mutex};

use hydra_log_core::Level;
use hydra_log_core::emit;
use hydra_log_core::site::{Gate, Site, SiteKind};
use hydra_log_core::value::Rendered;

use crate::engine::{ThreadRings, added, lock};

/// How many callsites a thread remembers.
const REMEMBERED: usize = 128;

/// What a thread remembers; a callsite that needs another one's place takes it.
pub(super) struct Memory<K>([Cell<Option<(K, &'static Site)>>; REMEMBERED]);

impl<K: Copy + PartialEq> Memory<K> {
    pub(super) const fn new() -> Self {
        Self([const { Cell::new(None) }; REMEMBERED])
    }

    /// A callsite that was met by this thread; `hash` is the key's.
    #[inline(always)]
    pub(super) fn get(&self, key: &K, hash: u64) -> Option<&'static Site> {
        let (known, site) = self.place(hash)?.get()?;
        (known == *key).then_some(site)
    }

    pub(super) fn put(&self, key: K, hash: u64, site: &'static Site) {
        if let Some(place) = self.place(hash) {
            place.set(Some((key, site)));
        }
    }

    #[inline(always)]
    fn place(&self, hash: u64) -> Option<&Cell<Option<(K, &'static Site)>>> {
        // The product's high bits depend on all of the key's.
        let place = (hash.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 57) as usize;
        self.0.get(place)
    }
}

const _: () = assert!(REMEMBERED == 1 << (64 - 57));

/// All callsites of one kind.
pub(super) type Known<K> = LazyLock<Mutex<HashMap<K, &'static Site>>>;

/// A callsite, which is added if nobody met it yet; `None` if it can't be.
#[cold]
#[inline(never)]
pub(super) fn meet<K: Eq + Hash>(
    known: &Known<K>,
    key: K,
    add: impl FnOnce() -> Option<&'static Site>,
) -> Option<&'static Site> {
    added::once(|| {
        let mut known = lock(known);
        if let Some(site) = known.get(&key) {
            return Some(*site);
        }
        let site = add()?;
        known.insert(key, site);
        Some(site)
    })
    .flatten()
}

/// Records a call that has no callsite: where there are too many, or inside of adding one.
#[cold]
pub(super) fn record_bare(level: Level, target: &str, text: fmt::Arguments<'_>) {
    let gate = bare_gate(level);
    if gate.is_on() {
        emit::emit::<ThreadRings, _>(gate, &(Rendered(text), (target, ())));
    }
}

macro_rules! bare_sites {
    ($($severity:ident $gate:ident $site:ident,)*) => {
        $(hydra_log_core::__resident_site! {
            gate $gate, site $site: $severity Level::$severity, {
                target: "hydra::bridge",
                layer: "",
                module: module_path!(),
                file: file!(),
                template: "{0}",
                fields: &[("target", "{1}")],
                line: line!(),
                arguments: 2,
                kind: SiteKind::Event,
            }
        })*

        fn bare_gate(level: Level) -> &'static Gate {
            match level {
                $(Level::$severity => &$gate,)*
            }
        }
    };
}

bare_sites! {
    Error ERROR_GATE ERROR_SITE,
    Warn WARN_GATE WARN_SITE,
    Info INFO_GATE INFO_SITE,
    Debug DEBUG_GATE DEBUG_SITE,
    Trace TRACE_GATE TRACE_SITE,
}
