//! Every callsite of the program, by number, made ready for rendering on first sight.

use std::sync::OnceLock;

use hydra_log_core::render::{TypeInfo, Types};
use hydra_log_core::site::{self, Site, SiteId};

use crate::format::SiteInfo;

/// The callsites of this image.
pub(crate) struct Sites {
    sites: Box<[Option<&'static Site>]>,
    ready: Box<[OnceLock<SiteInfo>]>,
}

impl Sites {
    pub(crate) fn new() -> Self {
        let count = site::gate_count();
        let mut sites = vec![None; count].into_boxed_slice();
        for site in site::sites() {
            if let Some(place) = sites.get_mut(site.id().0 as usize) {
                *place = Some(site);
            }
        }
        Self { sites, ready: (0..count).map(|_| OnceLock::new()).collect() }
    }

    /// The callsite with this number, ready for rendering.
    pub(crate) fn get(&self, id: SiteId) -> Option<&SiteInfo> {
        let site = self.site(id)?;
        Some(self.ready.get(id.0 as usize)?.get_or_init(|| SiteInfo::new(site)))
    }

    /// The callsite's descriptor.
    pub(crate) fn site(&self, id: SiteId) -> Option<&'static Site> {
        self.sites.get(id.0 as usize).copied().flatten()
    }
}

impl Types for Sites {
    fn type_site(&self, id: SiteId) -> Option<TypeInfo<'_>> {
        self.site(id).and_then(TypeInfo::of)
    }
}
