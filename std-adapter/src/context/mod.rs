//! Key-values that follow a thread or a future: every record carries those in force.
//!
//! ```
//! use hydra_log::{Context, context::with_context, info};
//! let records = hydra_log::testing::capture(|| {
//!     with_context(Context::new().with("request", 7_u64), || {
//!         with_context(Context::new().with("user", "ada"), || info!("paid"));
//!         info!("done");
//!     });
//!     info!("idle");
//! });
//! let lines: Vec<&str> = records.iter().map(|record| record.line.as_str()).collect();
//! assert!(lines[0].ends_with(": paid request=7 user=ada"), "{lines:?}");
//! assert!(lines[1].ends_with(": done request=7"));
//! assert!(lines[2].ends_with(": idle"));
//! ```
//!
//! | to have it in force for | use |
//! |---|---|
//! | a closure | [`with_context`], [`Context::scope`] |
//! | a block | [`Context::enter`] |
//! | a future, at each of its polls | [`InContextExt::with_context`] |
//! | another thread | [`Context::current`], then [`Context::wrap`] |
//! | another task | [`Context::current`], then [`Context::in_context`] |
//!
//! A context adds to the one around it; of two fields with one name the inner one counts, and a
//! call's own field hides both. A thread or a task that is spawned starts with none: what is to be
//! inherited is said.
//!
//! Each record holds the fields itself, behind its own values, so they are in every format, in
//! binary logs, and in what is recovered after a crash. A call where no context is in force costs
//! what it did; one in a context takes a longer way to its ring, and copies the fields, which were
//! made ready when the context was entered first. It does not allocate.
//!
//! A context has at most [`MAX_FIELDS`] fields, with names of at most [`MAX_NAME_BYTES`] and texts
//! of at most [`MAX_TEXT_BYTES`]. Longer ones are cut; fields beyond are left out, and
//! `context.left_out` says how many.

mod fields;
mod future;
pub(crate) mod held;
mod value;

use core::fmt;
use std::sync::Arc;

use self::fields::Fields;
pub use self::fields::{MAX_FIELDS, MAX_NAME_BYTES, MAX_TEXT_BYTES};
pub use self::future::{InContext, InContextExt};
pub use self::held::Entered;
pub use self::value::ContextValue;

/// Fields for all records of a part of the program: see [the module](self).
///
/// A clone shares the fields.
#[derive(Clone, Default)]
pub struct Context {
    fields: Option<Arc<Fields>>,
}

impl Context {
    /// Without fields.
    #[must_use]
    pub const fn new() -> Self {
        Self { fields: None }
    }

    /// What is in force on this thread.
    ///
    /// ```
    /// use hydra_log::Context;
    /// let user = Context::new().with("user", "ada");
    /// user.scope(|| assert_eq!(Context::current().field("user"), Some(&"ada".into())));
    /// assert!(Context::current().is_empty());
    /// ```
    #[must_use]
    pub fn current() -> Self {
        Self { fields: held::current() }
    }

    /// With one more field; one of this name is replaced.
    ///
    /// ```
    /// use hydra_log::Context;
    /// let context = Context::new().with("user", "ada").with("tries", 3).with("user", "bob");
    /// assert_eq!(context.field("user"), Some(&"bob".into()));
    /// assert_eq!(context.fields().count(), 2);
    /// ```
    #[must_use]
    pub fn with(self, name: &str, value: impl Into<ContextValue>) -> Self {
        let fields = self.fields.unwrap_or_default();
        let mut fields = Arc::unwrap_or_clone(fields);
        fields.put(name, value.into());
        Self { fields: Some(Arc::new(fields)) }
    }

    /// With one more field: what `value` displays.
    ///
    /// ```
    /// use hydra_log::Context;
    /// let peer = std::net::Ipv4Addr::LOCALHOST;
    /// let context = Context::new().with_display("peer", peer);
    /// assert_eq!(context.field("peer"), Some(&"127.0.0.1".into()));
    /// ```
    #[must_use]
    pub fn with_display(self, name: &str, value: impl fmt::Display) -> Self {
        self.with(name, value.to_string())
    }

    /// A field's value.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&ContextValue> {
        self.fields().find_map(|(key, value)| (key == name).then_some(value))
    }

    /// All fields in order.
    pub fn fields(&self) -> impl Iterator<Item = (&str, &ContextValue)> {
        self.fields.iter().flat_map(|fields| fields.iter())
    }

    /// How many fields found no place.
    #[must_use]
    pub fn left_out(&self) -> usize {
        self.fields.as_ref().map_or(0, |fields| fields.left_out())
    }

    /// Whether it has no fields.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.fields().next().is_none()
    }

    /// In force, added to what is, until the guard is dropped. Guards are dropped in the reverse of
    /// their order, as those of nested blocks are; across an `await` use
    /// [`InContextExt::with_context`].
    ///
    /// ```
    /// use hydra_log::Context;
    /// let _in_batch = Context::new().with("batch", 12).enter();
    /// hydra_log::info!("a record of batch 12");
    /// ```
    pub fn enter(&self) -> Entered {
        held::enter(self.on(held::current()))
    }

    /// Runs `f` with this in force, added to what is.
    pub fn scope<R>(&self, f: impl FnOnce() -> R) -> R {
        let _entered = self.enter();
        f()
    }

    /// A closure that has this in force wherever it runs: for threads.
    ///
    /// ```
    /// use hydra_log::Context;
    /// let _in_batch = Context::new().with("batch", 12).enter();
    /// let thread = std::thread::spawn(Context::current().wrap(|| Context::current()));
    /// assert_eq!(thread.join().unwrap().field("batch"), Some(&12.into()));
    /// ```
    pub fn wrap<R, F: FnOnce() -> R>(self, f: F) -> impl FnOnce() -> R + use<R, F> {
        move || self.scope(f)
    }

    /// A future that has this in force at each of its polls, whatever thread that is on.
    pub fn in_context<F: Future>(self, future: F) -> InContext<F> {
        InContext::new(self, future)
    }

    /// The fields of this added to others.
    fn on(&self, outer: Option<Arc<Fields>>) -> Option<Arc<Fields>> {
        match (outer, &self.fields) {
            (Some(outer), Some(inner)) => Some(Arc::new(outer.with_all(inner))),
            (outer, inner) => inner.clone().or(outer),
        }
    }
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.fields()).finish()
    }
}

/// Runs `f` with `context` in force, added to what is. See [the module](self).
pub fn with_context<R>(context: Context, f: impl FnOnce() -> R) -> R {
    context.scope(f)
}
