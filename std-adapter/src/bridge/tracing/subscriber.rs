//! A `tracing` subscriber that does nothing but record: no registry, no layers.

use core::cell::Cell;
use core::num::NonZeroU64;

use hydra_log_core::ord;
use hydra_log_core::site::{Site, SiteId};
use hydra_log_core::sync::{AtomicUsize, rmw};
use tracing_core::span::{Attributes, Id, Record};
use tracing_core::{Event, Interest, LevelFilter, Metadata};

use super::values::{Source, Values};
use super::{follow_filters, interest, is_wanted, max_level, sites, spans};

/// The number of the next span. Shared by all subscribers, so that a number is one span's.
static NEXT: AtomicUsize = AtomicUsize::new(1);

/// How many bits of a span's id name its site.
const SITE_BITS: u32 = 24;

/// Instead of a site, where a span was not recorded.
const NO_SITE: u64 = (1 << SITE_BITS) - 1;

/// Records what `tracing` records. For programs that need no other layer.
///
/// ```
/// let guard = hydra_log::init();
/// tracing::subscriber::set_global_default(hydra_log::bridge::tracing::Subscriber::new())?;
/// tracing::info!(port = 8080, "ready");
/// # drop(guard);
/// # Ok::<(), tracing::subscriber::SetGlobalDefaultError>(())
/// ```
#[derive(Debug)]
pub struct Subscriber {
    records_spans: bool,
}

impl Subscriber {
    /// A subscriber. Its records go where the calling thread's records of our macros go.
    #[must_use]
    pub fn new() -> Self {
        follow_filters();
        Self { records_spans: true }
    }

    /// Whether spans are records too, besides what happens in them. They are at first.
    #[must_use]
    pub fn spans(self, records_spans: bool) -> Self {
        Self { records_spans }
    }
}

impl Default for Subscriber {
    fn default() -> Self {
        Self::new()
    }
}

impl tracing_core::Subscriber for Subscriber {
    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        interest(metadata)
    }

    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        is_wanted(metadata)
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(max_level())
    }

    fn new_span(&self, attributes: &Attributes<'_>) -> Id {
        let number = rmw::add(&NEXT, 1, ord::count()) as u64;
        let site = self.records_spans.then(|| open(attributes, number)).flatten();
        id_of(number, site)
    }

    fn record(&self, span: &Id, values: &Record<'_>) {
        let Some(metadata) = site_of(span).and_then(sites::metadata_of) else { return };
        let (source, span) = (Source::Later(values), Some(number_of(span)));
        Values { source, metadata, span, parent: None, order: Cell::new(0) }.record();
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        record_event(event, parent(event.parent(), event.is_contextual()));
    }

    fn enter(&self, span: &Id) {
        spans::enter(number_of(span));
    }

    fn exit(&self, span: &Id) {
        spans::exit(number_of(span));
    }
}

/// What `tracing` calls a span: its number, and the site that it was recorded by.
fn id_of(number: u64, site: Option<&'static Site>) -> Id {
    let site = site.map_or(NO_SITE, |site| site.id().0.into());
    // It would take a program thousands of years to come round.
    let id = (number << SITE_BITS) | (site & NO_SITE);
    Id::from_non_zero_u64(NonZeroU64::new(id).unwrap_or(NonZeroU64::MAX))
}

fn number_of(span: &Id) -> u64 {
    span.into_u64() >> SITE_BITS
}

fn site_of(span: &Id) -> Option<SiteId> {
    let site = span.into_u64() & NO_SITE;
    u32::try_from(site).ok().filter(|_| site != NO_SITE).map(SiteId)
}

/// Records a span that begins; `None` for one that is off.
fn open(attributes: &Attributes<'_>, number: u64) -> Option<&'static Site> {
    open_in(attributes, number, parent(attributes.parent(), attributes.is_contextual()))
}

/// Records a span that begins inside of `parent`.
pub(super) fn open_in(
    attributes: &Attributes<'_>,
    number: u64,
    parent: Option<u64>,
) -> Option<&'static Site> {
    let metadata = attributes.metadata();
    let source = Source::Span(attributes);
    Values { source, metadata, span: Some(number), parent, order: Cell::new(0) }.record()
}

fn parent(named: Option<&Id>, is_contextual: bool) -> Option<u64> {
    match named {
        Some(parent) => Some(number_of(parent)),
        None if is_contextual => spans::current(),
        None => None,
    }
}

/// Records an event inside of `span`.
#[inline]
pub(super) fn record_event(event: &Event<'_>, span: Option<u64>) {
    let (metadata, source) = (event.metadata(), Source::Event(event));
    Values { source, metadata, span, parent: None, order: Cell::new(0) }.record();
}
