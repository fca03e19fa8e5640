//! Every callsite of the program, by number, made ready for rendering on first sight.

use std::sync::OnceLock;

use hydra_log_core::render::{TypeInfo, Types};
use hydra_log_core::site::{self, MOST_ADDED, Site, SiteId};

use crate::engine::added;
use crate::format::SiteInfo;

/// The callsites of this image, and those that were added while it runs.
pub(crate) struct Sites {
    sites: Box<[Option<&'static Site>]>,
    ready: Box<[OnceLock<SiteInfo>]>,
    added: Added,
}

/// The callsites that were added and met, from the first number on.
struct Added {
    first: usize,
    /// Not there before the first is met: most programs have no bridge.
    ready: OnceLock<Box<[OnceLock<Ready>]>>,
}

struct Ready {
    site: &'static Site,
    info: Box<SiteInfo>,
}

impl Sites {
    pub(crate) fn new() -> Self {
        let first = site::first_added().0 as usize;
        let count = site::gate_count() - MOST_ADDED;
        let mut sites = vec![None; count].into_boxed_slice();
        for site in site::sites() {
            if let Some(place) = sites.get_mut(place(site.id().0 as usize, first)) {
                *place = Some(site);
            }
        }
        let ready = (0..count).map(|_| OnceLock::new()).collect();
        Self { sites, ready, added: Added { first, ready: OnceLock::new() } }
    }

    /// The callsite with this number, ready for rendering.
    pub(crate) fn get(&self, id: SiteId) -> Option<&SiteInfo> {
        let number = id.0 as usize;
        if self.added.covers(number) {
            return self.added.get(number).map(|ready| &*ready.info);
        }
        let site = self.site(id)?;
        let ready = self.ready.get(place(number, self.added.first))?;
        Some(ready.get_or_init(|| SiteInfo::new(site)))
    }

    /// The callsite's descriptor.
    pub(crate) fn site(&self, id: SiteId) -> Option<&'static Site> {
        let number = id.0 as usize;
        if self.added.covers(number) {
            return self.added.get(number).map(|ready| ready.site);
        }
        self.sites.get(place(number, self.added.first)).copied().flatten()
    }
}

/// Where a callsite of this image is: those that can be added leave no hole.
fn place(number: usize, first_added: usize) -> usize {
    if number < first_added { number } else { number - MOST_ADDED }
}

impl Added {
    fn covers(&self, number: usize) -> bool {
        number.wrapping_sub(self.first) < MOST_ADDED
    }

    fn get(&self, number: usize) -> Option<&Ready> {
        let all = self.ready.get_or_init(|| (0..MOST_ADDED).map(|_| OnceLock::new()).collect());
        let ready = all.get(number.checked_sub(self.first)?)?;
        if ready.get().is_none() {
            // It was added before its first record, so whoever has a record finds it.
            let site = added::get(SiteId(u32::try_from(number).ok()?))?;
            ready.get_or_init(|| Ready { site, info: Box::new(SiteInfo::new(site)) });
        }
        ready.get()
    }
}

impl Types for Sites {
    fn type_site(&self, id: SiteId) -> Option<TypeInfo<'_>> {
        self.site(id).and_then(TypeInfo::of)
    }
}
