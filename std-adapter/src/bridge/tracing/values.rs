//! What a `tracing` callsite hands over: fields by a visitor, and the numbers of spans.

use core::cell::Cell;
use core::fmt;

use hydra_log_core::emit;
use hydra_log_core::record::Measured;
use hydra_log_core::site::Site;
use hydra_log_core::value::{Given, Rendered, Take};
use tracing_core::field::{Field, Visit};
use tracing_core::span::{Attributes, Record};
use tracing_core::{Event, Metadata};

use super::sites::{Key, Shape};
use crate::bridge::sites::record_bare;
use crate::engine::ThreadRings;

/// Something with fields.
#[derive(Clone, Copy)]
pub(super) enum Source<'a> {
    Event(&'a Event<'a>),
    Span(&'a Attributes<'a>),
    Later(&'a Record<'a>),
}

impl Source<'_> {
    #[inline]
    pub(super) fn visit(self, visitor: &mut dyn Visit) {
        match self {
            Self::Event(event) => event.record(visitor),
            Self::Span(attributes) => attributes.record(visitor),
            Self::Later(record) => record.record(visitor),
        }
    }
}

/// One call: its fields, then the numbers of spans.
pub(super) struct Values<'a> {
    pub(super) source: Source<'a>,
    pub(super) metadata: &'static Metadata<'static>,
    /// The span that this is in, or is.
    pub(super) span: Option<u64>,
    /// Of a span, the one around it.
    pub(super) parent: Option<u64>,
    /// Which fields there are, in which order, once they were given.
    pub(super) order: Cell<u64>,
}

impl Given for Values<'_> {
    #[inline]
    fn give(&self, to: &mut impl Take) {
        let mut visitor = Visitor { to, order: 0 };
        self.source.visit(&mut visitor);
        self.order.set(visitor.order);
        if let Some(span) = self.span {
            to.take(&span);
        }
        if let Some(parent) = self.parent {
            to.take(&parent);
        }
    }
}

impl Values<'_> {
    /// Records the call; its site, if it was wanted.
    #[inline]
    pub(super) fn record(&self) -> Option<&'static Site> {
        let measured = Measured::of(self);
        let Some(site) = Key::of(self).site(self) else {
            let level = super::ours(*self.metadata.level());
            record_bare(level, self.metadata.target(), format_args!("{self:?}"));
            return None;
        };
        if !site.gate.is_on() {
            return None;
        }
        emit::emit_measured::<ThreadRings, _>(site.gate, self, measured);
        Some(site)
    }

    pub(super) fn shape(&self) -> Shape {
        match self.source {
            Source::Event(_) => Shape::Event { is_inside: self.span.is_some() },
            Source::Span(_) => Shape::Span { is_inside: self.parent.is_some() },
            Source::Later(_) => Shape::Later,
        }
    }
}

/// All fields as one text.
impl fmt::Debug for Values<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut fields = f.debug_struct(self.metadata.name());
        self.source.visit(&mut |field: &Field, value: &dyn fmt::Debug| {
            fields.field(field.name(), &value);
        });
        fields.finish()
    }
}

/// Hands values on, and notes which fields they are of.
struct Visitor<'t, T> {
    to: &'t mut T,
    order: u64,
}

impl<T: Take> Visitor<'_, T> {
    /// Different for different fields in a different order.
    #[inline(always)]
    fn note(&mut self, field: &Field) {
        self.order = (self.order.rotate_left(7) ^ (field.index() as u64 + 1))
            .wrapping_mul(0x9E37_79B9_7F4A_7C15);
    }
}

macro_rules! visits {
    ($($name:ident: $type:ty,)*) => {$(
        #[inline]
        fn $name(&mut self, field: &Field, value: $type) {
            self.note(field);
            self.to.take(&value);
        }
    )*};
}

impl<T: Take> Visit for Visitor<'_, T> {
    visits! {
        record_f64: f64,
        record_i64: i64,
        record_u64: u64,
        record_i128: i128,
        record_u128: u128,
        record_bool: bool,
        record_str: &str,
        record_bytes: &[u8],
    }

    fn record_error(&mut self, field: &Field, value: &(dyn core::error::Error + 'static)) {
        self.note(field);
        self.to.take(&Rendered(format_args!("{value}")));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.note(field);
        self.to.take(&Rendered(format_args!("{value:?}")));
    }
}
