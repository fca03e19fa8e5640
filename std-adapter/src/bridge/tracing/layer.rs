//! A `tracing_subscriber` layer, for programs that have others too.

use core::cell::Cell;

use tracing_core::span::{Attributes, Id, Record};
use tracing_core::{Event, Interest, LevelFilter, Metadata, Subscriber};
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::LookupSpan;

use super::subscriber::{open_in, record_event};
use super::values::{Source, Values};
use super::{follow_filters, interest, is_wanted, max_level, spans};

/// Records what `tracing` records, beside other layers.
///
/// The engine's filter holds for all layers, as `EnvFilter` does: a callsite that no engine wants
/// is off. With [`beside_others`](Self::beside_others) it holds for this layer alone, and other
/// layers get what they ask for.
///
/// ```
/// use tracing_subscriber::layer::SubscriberExt;
/// use tracing_subscriber::util::SubscriberInitExt;
///
/// let guard = hydra_log::init();
/// tracing_subscriber::registry().with(hydra_log::bridge::tracing::Layer::new()).init();
/// tracing::info_span!("request", method = "GET").in_scope(|| tracing::info!("accepted"));
/// # drop(guard);
/// ```
#[derive(Debug)]
pub struct Layer {
    records_spans: bool,
    is_alone: bool,
}

impl Layer {
    /// A layer. Its records go where the calling thread's records of our macros go.
    #[must_use]
    pub fn new() -> Self {
        follow_filters();
        Self { records_spans: true, is_alone: true }
    }

    /// Whether spans are records too, besides what happens in them. They are at first.
    #[must_use]
    pub fn spans(self, records_spans: bool) -> Self {
        Self { records_spans, ..self }
    }

    /// The engine's filter leaves other layers alone.
    #[must_use]
    pub fn beside_others(self) -> Self {
        Self { is_alone: false, ..self }
    }
}

impl Default for Layer {
    fn default() -> Self {
        Self::new()
    }
}

impl<S> tracing_subscriber::Layer<S> for Layer
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        if self.is_alone { interest(metadata) } else { Interest::always() }
    }

    fn enabled(&self, metadata: &Metadata<'_>, _: Context<'_, S>) -> bool {
        !self.is_alone || is_wanted(metadata)
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        self.is_alone.then(max_level)
    }

    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, _: Context<'_, S>) {
        if self.records_spans {
            let parent = parent(attributes.parent(), attributes.is_contextual());
            open_in(attributes, id.into_u64(), parent);
        }
    }

    fn on_record(&self, id: &Id, record: &Record<'_>, context: Context<'_, S>) {
        if let Some(metadata) = context.metadata(id).filter(|_| self.records_spans) {
            let (source, span) = (Source::Later(record), Some(id.into_u64()));
            Values { source, metadata, span, parent: None, order: Cell::new(0) }.record();
        }
    }

    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        record_event(event, parent(event.parent(), event.is_contextual()));
    }

    fn on_enter(&self, id: &Id, _: Context<'_, S>) {
        spans::enter(id.into_u64());
    }

    fn on_exit(&self, id: &Id, _: Context<'_, S>) {
        spans::exit(id.into_u64());
    }
}

fn parent(named: Option<&Id>, is_contextual: bool) -> Option<u64> {
    match named {
        Some(parent) => Some(parent.into_u64()),
        None if is_contextual => spans::current(),
        None => None,
    }
}
