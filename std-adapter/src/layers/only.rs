//! What an output is asked for itself: closures that look at a record before it is rendered.

use core::fmt;
use std::sync::Arc;

use crate::format::Event;

/// Whether a record is wanted.
pub(crate) type Wanted = dyn Fn(&Event<'_>) -> bool + Send + Sync;

/// Closures, all of which have to want a record.
#[derive(Clone, Default)]
pub(crate) struct Only(Vec<Arc<Wanted>>);

impl Only {
    pub(crate) fn push(&mut self, wanted: impl Fn(&Event<'_>) -> bool + Send + Sync + 'static) {
        self.0.push(Arc::new(wanted));
    }

    /// What others ask for, too.
    pub(crate) fn extend(&mut self, others: &Self) {
        self.0.extend(others.0.iter().cloned());
    }

    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn want(&self, event: &Event<'_>) -> bool {
        self.0.iter().all(|wanted| wanted(event))
    }
}

impl fmt::Debug for Only {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Only({})", self.0.len())
    }
}
