//! Callsites as they are in a context: with the fields that it added to their records.

use std::collections::HashMap;

use hydra_log_core::record::RecordRef;

use super::SiteInfo;

/// How many lists of names are known of one callsite, and of all. A program has few; names that are
/// made up on the way must not take all memory.
const LISTS: usize = 16;
const ALL_LISTS: usize = 1024;

/// Finds a record's callsite with the fields of the record's [context](crate::context).
///
/// ```
/// use hydra_log::format::{Contexts, SiteInfo};
/// use hydra_log_core::record::{Flags, RecordRef, encode_words};
/// use hydra_log_core::site::gap_site;
/// use hydra_log_core::value::Names;
/// let site = SiteInfo::new(gap_site());
/// let own = (1_u64, (2_u64, (0_u64, (0_u64, (0_u64, (0_u64, (0_u64, ())))))));
/// let mut words = [0; 32];
/// encode_words(&mut words, gap_site().id(), 0, &own, Flags::NONE);
/// let record = RecordRef::parse(bytemuck::cast_slice(&words)).unwrap();
/// let mut contexts = Contexts::default();
/// assert_eq!(contexts.find(0, &site, &record).fields.len(), site.fields.len());
/// ```
#[derive(Debug, Default)]
pub struct Contexts {
    /// By callsite: names, and the callsite with them.
    known: HashMap<usize, Vec<Known>>,
    count: usize,
}

#[derive(Debug)]
struct Known {
    names: Box<[u8]>,
    site: SiteInfo,
}

impl Contexts {
    /// The callsite of a record; `number` is the same for all records of a callsite, and another
    /// one for others.
    #[inline]
    pub fn find<'s>(
        &'s mut self,
        number: usize,
        site: &'s SiteInfo,
        record: &RecordRef<'_>,
    ) -> &'s SiteInfo {
        match site.added(record) {
            None => site,
            Some(_) => self.find_added(number, site, record),
        }
    }

    /// Forgets all callsites.
    pub fn clear(&mut self) {
        self.known.clear();
        self.count = 0;
    }

    fn find_added<'s>(
        &'s mut self,
        number: usize,
        site: &'s SiteInfo,
        record: &RecordRef<'_>,
    ) -> &'s SiteInfo {
        let Some(names) = site.added(record) else { return site };
        if self.count >= ALL_LISTS {
            self.clear();
        }
        let lists = self.known.entry(number).or_default();
        let known = lists.iter().position(|known| *known.names == *names.packed());
        let at = known.unwrap_or_else(|| {
            if lists.len() >= LISTS {
                self.count -= lists.len();
                lists.clear();
            }
            self.count += 1;
            lists.push(Known { names: names.packed().into(), site: site.with_fields(names) });
            lists.len() - 1
        });
        lists.get(at).map_or(site, |known| &known.site)
    }
}
