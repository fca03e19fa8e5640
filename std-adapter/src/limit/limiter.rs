//! The limits of an engine, kept by the drain: part of what its token guards.

use hydra_log_core::record::RecordRef;
use hydra_log_core::site::SiteId;

use super::{Bucket, Limit, hash_of, note};
use crate::control::{CallInfo, Scope};
use crate::engine::shared::Shared;
use crate::format::{Event, ThreadInfo};

/// How long after the first record that was kept back that is told of, in nanoseconds.
const TELL_AFTER_NS: u64 = 1_000_000_000;

/// So many callsites can have a bucket of their own; those beyond share their limit's.
const MOST_OWN: usize = 4096;

/// A limit, and what it is for.
#[derive(Clone, Debug)]
pub(crate) struct Rule {
    pub(crate) scope: Scope,
    pub(crate) limit: Limit,
}

/// What became of the records under one limit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct LimitStats {
    /// What it is for, and what it is: `my_app::net: every 100`.
    pub limit: String,
    /// Records that passed.
    pub passed: u64,
    /// Records that did not.
    pub kept_back: u64,
}

/// All limits, and what they remember.
pub(crate) struct Limiter {
    rules: Vec<Rule>,
    /// The rules' own first, then those of callsites.
    places: Vec<Place>,
    /// By callsite: 0 not looked at yet, 1 none, and else a place, from 2 on.
    of_site: Vec<u32>,
    kept_back: u64,
}

struct Place {
    rule: usize,
    /// What it is for, in the record that tells.
    scope: String,
    bucket: Bucket,
    passed: u64,
    kept_back: u64,
    untold: u64,
    /// When the first of the untold came.
    since_ns: u64,
}

/// Whether a record passes, and which place has to be told.
#[derive(Clone, Copy)]
pub(crate) struct Verdict {
    place: usize,
    pub(crate) passes: bool,
}

impl Limiter {
    /// `None` if there are no limits.
    pub(crate) fn new(rules: &[Rule]) -> Option<Self> {
        let place = |(rule, it): (usize, &Rule)| Place::new(rule, it.scope.to_string());
        let places = rules.iter().enumerate().map(place).collect();
        let rules = rules.to_vec();
        (!rules.is_empty()).then_some(Self { rules, places, of_site: Vec::new(), kept_back: 0 })
    }

    /// What a limit says of a record; `None` if there is none for it.
    pub(crate) fn judge(
        &mut self,
        shared: &Shared,
        site: SiteId,
        now_ns: u64,
        bytes: &[u8],
    ) -> Option<Verdict> {
        let place = self.place_of(shared, site)?;
        if shared.class_of(site).is_awaited() {
            return None;
        }
        let it = self.places.get(place)?;
        let limit = &self.rules.get(it.rule)?.limit;
        let hash = limit.key().and_then(|key| hash_in(shared, key, bytes));
        Some(Verdict { place, passes: limit.admits(&it.bucket, now_ns, hash) })
    }

    /// The record is out, or kept back for good.
    pub(crate) fn note(&mut self, verdict: Verdict, now_ns: u64) {
        let Some(it) = self.places.get_mut(verdict.place) else { return };
        let Some(rule) = self.rules.get(it.rule) else { return };
        rule.limit.note(&mut it.bucket, now_ns, verdict.passes);
        if verdict.passes {
            it.passed += 1;
            return;
        }
        if it.untold == 0 {
            it.since_ns = now_ns;
        }
        it.untold += 1;
        it.kept_back += 1;
        self.kept_back += 1;
    }

    /// Tells `put` of what was kept back long enough ago, or of everything; `put` says whether
    /// there was room. Whether all that was to be told is.
    pub(crate) fn tell(
        &mut self,
        now_ns: u64,
        everything: bool,
        mut put: impl FnMut(&[u8]) -> bool,
    ) -> bool {
        for it in self.places.iter_mut().filter(|it| it.untold > 0) {
            // A clock that was set back is no reason to be silent.
            let age = now_ns.abs_diff(it.since_ns);
            if !everything && age < TELL_AFTER_NS {
                continue;
            }
            let Some(rule) = self.rules.get(it.rule) else { continue };
            let limit = rule.limit.to_string();
            if !note::record((it.untold, &it.scope, &limit), now_ns, &mut put) {
                return false;
            }
            it.untold = 0;
        }
        true
    }

    pub(crate) fn kept_back(&self) -> u64 {
        self.kept_back
    }

    pub(crate) fn stats(&self) -> Vec<LimitStats> {
        let named = |(number, rule): (usize, &Rule)| {
            let places = self.places.iter().filter(|place| place.rule == number);
            let (passed, kept_back) = places.fold((0, 0), |(passed, kept_back), place| {
                (passed + place.passed, kept_back + place.kept_back)
            });
            LimitStats { limit: format!("{}: {}", rule.scope, rule.limit), passed, kept_back }
        };
        self.rules.iter().enumerate().map(named).collect()
    }

    fn place_of(&mut self, shared: &Shared, site: SiteId) -> Option<usize> {
        let number = site.0 as usize;
        if let Some(known) = self.of_site.get(number).filter(|known| **known > 0) {
            return (*known as usize).checked_sub(2);
        }
        let found = self.find(shared, site);
        if self.of_site.len() <= number {
            self.of_site.resize(number + 1, 0);
        }
        if let Some(known) = self.of_site.get_mut(number) {
            *known = found.map_or(1, |place| u32::try_from(place + 2).unwrap_or(1));
        }
        found
    }

    /// The place of a callsite's records: that of the rule which means it most closely.
    fn find(&mut self, shared: &Shared, site: SiteId) -> Option<usize> {
        let site = shared.sites.site(site)?;
        let call = CallInfo::of(site);
        let routed = shared.routed(&call);
        let covering = self.rules.iter().enumerate();
        let covering =
            covering.filter_map(|(place, rule)| Some((rule.scope.covers(&call, routed)?, place)));
        let (_, rule) = covering.max()?;
        let is_own = self.rules.get(rule)?.limit.is_for_each();
        if !is_own || self.places.len() >= self.rules.len() + MOST_OWN {
            return Some(rule);
        }
        let scope = format!("{} at {}:{}", site.target, site.file, site.line);
        self.places.push(Place::new(rule, scope));
        Some(self.places.len() - 1)
    }
}

impl Place {
    fn new(rule: usize, scope: String) -> Self {
        let bucket = Bucket::default();
        Self { rule, scope, bucket, passed: 0, kept_back: 0, untold: 0, since_ns: 0 }
    }
}

/// The hash of a field's text, if the record has the field.
fn hash_in(shared: &Shared, key: &str, bytes: &[u8]) -> Option<u64> {
    let record = RecordRef::parse(bytes).ok()?;
    let site = shared.sites.get(record.site())?;
    let event = Event {
        time_ns: 0,
        level: site.level,
        site,
        record,
        thread: &ThreadInfo::default(),
        types: &shared.sites,
        recovered: false,
    };
    event.text(key).map(|text| hash_of(format_args!("{text}")))
}
