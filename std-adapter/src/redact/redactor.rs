//! A record is looked through, and written anew where something was found.

use std::sync::OnceLock;

use hydra_log_core::record::dictionary::Entry;
use hydra_log_core::record::{HEADER_BYTES, RecordRef};
use hydra_log_core::render::Types;
use hydra_log_core::site::{self, SiteId};

use super::detector::Detector;
use super::leaves::Leaves;
use super::plan::{Part, Plan};
use super::rewrite::{Hit, Rewrite, settle};
use super::scan::Find;
use super::{Redaction, RedactionReport};

/// What a serving thread keeps from record to record.
#[derive(Debug, Default)]
pub(crate) struct Work {
    leaves: Leaves,
    text: Vec<u8>,
    spots: Vec<Spot>,
    hits: Vec<Hit>,
    record: Vec<u8>,
}

/// Where a leaf stands in a text.
#[derive(Clone, Copy, Debug)]
struct Spot {
    leaf: usize,
    start: usize,
    end: usize,
}

/// Between the leaves of a struct: belongs to no word.
const BETWEEN: u8 = 1;

/// A lane's redaction, with what it knows of the program's callsites.
pub(crate) struct Redactor {
    redaction: Redaction,
    plans: Box<[OnceLock<Box<Plan>>]>,
}

impl Redactor {
    pub(crate) fn new(redaction: Redaction) -> Self {
        let plans = (0..site::gate_count()).map(|_| OnceLock::new()).collect();
        Self { redaction, plans }
    }

    pub(crate) fn report(&self) -> RedactionReport {
        self.redaction.report()
    }

    pub(crate) fn redaction(&self) -> &Redaction {
        &self.redaction
    }

    /// What is known of a callsite.
    pub(crate) fn plan(&self, id: SiteId, entry: impl FnOnce() -> Entry<'static>) -> Option<&Plan> {
        let place = self.plans.get(id.0 as usize)?;
        Some(place.get_or_init(|| Box::new(self.redaction.plan(&entry()))))
    }
}

impl Redaction {
    /// What is known of a callsite.
    pub(crate) fn plan(&self, entry: &Entry<'_>) -> Plan {
        Plan::new(entry, &self.rules)
    }

    /// The record without what is secret; `None` if it may stay as it is.
    pub(crate) fn apply<'w>(
        &self,
        plan: &Plan,
        record: &RecordRef<'_>,
        types: &dyn Types,
        work: &'w mut Work,
    ) -> Option<&'w [u8]> {
        plan.own.iter().for_each(|rule| self.count(*rule));
        if record.bytes().len() <= HEADER_BYTES {
            return None;
        }
        let rules = &*self.rules;
        let own = plan.secret.len();
        let added = record.names_behind(own);
        // Behind the call's own values stand those of its context: their names, and then they.
        let is_secret = |index: usize| match index.checked_sub(own + 1) {
            None => plan.secret.get(index).copied().unwrap_or_default(),
            Some(place) => added
                .and_then(|names| names.iter().nth(place))
                .is_some_and(|name| rules.is_secret(name)),
        };
        work.leaves.fill(record, is_secret, (types, rules));
        if plan.is_tame && work.leaves.are_tame {
            return None;
        }
        work.hits.clear();
        work.names();
        for parts in &plan.texts {
            work.assemble(parts);
            let Work { leaves, text, spots, hits, .. } = &mut *work;
            rules.each(text, |find| note(find, spots, leaves, hits));
        }
        for index in own..work.leaves.firsts.len().saturating_sub(1) {
            work.assemble(&[Part::Argument(index)]);
            let Work { leaves, text, spots, hits, .. } = &mut *work;
            rules.each(text, |find| note(find, spots, leaves, hits));
        }
        if work.hits.is_empty() {
            return None;
        }
        settle(&mut work.hits);
        let Work { hits, record: out, .. } = work;
        let replace = |hit: &Hit, secret: &[u8], out: &mut Vec<u8>| {
            self.count(hit.rule);
            rules.write(hit.rule, secret, out);
        };
        Rewrite::new(hits, replace).record(record, None, out);
        Some(out)
    }
}

impl Work {
    /// Notes the leaves that are secret by their names, whatever they are like.
    fn names(&mut self) {
        let rule = Detector::Named as usize;
        for (leaf, found) in self.leaves.all.iter().enumerate().filter(|(_, leaf)| leaf.secret) {
            let (start, end) = (0, found.end - found.start);
            self.hits.push(Hit { leaf, start, end, rule, begins: true });
        }
    }

    /// Puts one text together: the callsite's own, and the leaves where its arguments stand.
    fn assemble(&mut self, parts: &[Part]) {
        let Self { leaves, text, spots, .. } = self;
        text.clear();
        spots.clear();
        for part in parts {
            let index = match part {
                Part::Text(own) => {
                    text.extend_from_slice(own);
                    continue;
                }
                Part::Argument(index) => *index,
            };
            let first = leaves.firsts.get(index).copied().unwrap_or_default();
            let end = leaves.firsts.get(index + 1).copied().unwrap_or_default();
            for leaf in first..end {
                let Some(found) = leaves.all.get(leaf) else { continue };
                if leaf > first {
                    text.push(BETWEEN);
                }
                let start = text.len();
                text.extend_from_slice(leaves.text.get(found.start..found.end).unwrap_or_default());
                spots.push(Spot { leaf, start, end: text.len() });
            }
        }
    }
}

/// Notes a find with the leaves that it lies in.
fn note(find: Find, spots: &[Spot], leaves: &Leaves, hits: &mut Vec<Hit>) {
    let from = spots.partition_point(|spot| spot.end <= find.start);
    let mut begins = true;
    for spot in spots.iter().skip(from).take_while(|spot| spot.start < find.end) {
        if leaves.all.get(spot.leaf).is_none_or(|leaf| leaf.secret) {
            continue;
        }
        let start = find.start.max(spot.start) - spot.start;
        let mut end = find.end.min(spot.end) - spot.start;
        // A name in the callsite's own text speaks of the whole value.
        if find.rule == Detector::Named as usize && start == 0 && find.start == spot.start {
            end = spot.end - spot.start;
        }
        if end > start {
            hits.push(Hit { leaf: spot.leaf, start, end, rule: find.rule, begins });
            begins = false;
        }
    }
}
