//! A future whose polls happen in a context.

use core::pin::Pin;
use core::task::Poll;
use std::sync::Arc;

use super::Context;
use super::fields::Fields;
use super::held;

/// A future that has a context in force at each of its polls: made by
/// [`InContextExt::with_context`] or [`Context::in_context`].
///
/// Its destructor runs in the context, too.
#[derive(Debug)]
#[must_use = "futures do nothing unless they are polled"]
pub struct InContext<F> {
    /// Gone once dropped, which happens in the context.
    future: Option<Pin<Box<F>>>,
    context: Context,
    /// What was around it when it was polled last, and both together.
    joined: Option<Joined>,
}

#[derive(Debug)]
struct Joined {
    around: Option<Arc<Fields>>,
    both: Option<Arc<Fields>>,
}

/// Futures in a context.
pub trait InContextExt: Future + Sized {
    /// Has `context` in force at each poll, added to what is in force there.
    ///
    /// ```
    /// use hydra_log::{Context, context::InContextExt};
    /// # fn spawn(_: impl Future + Send + 'static) {}
    /// async fn handle() {
    ///     hydra_log::info!("has the request's number");
    /// }
    /// let request = Context::new().with("request", 7);
    /// spawn(handle().with_context(request));
    /// // A task inherits what it is given:
    /// spawn(handle().with_context(Context::current()));
    /// ```
    fn with_context(self, context: Context) -> InContext<Self> {
        InContext::new(context, self)
    }
}

impl<F: Future> InContextExt for F {}

impl<F> InContext<F> {
    pub(super) fn new(context: Context, future: F) -> Self {
        Self { future: Some(Box::pin(future)), context, joined: None }
    }

    fn enter(&mut self) -> held::Entered {
        let around = held::current();
        let is_same = |joined: &&Joined| match (&joined.around, &around) {
            (Some(one), Some(other)) => Arc::ptr_eq(one, other),
            (one, other) => one.is_none() && other.is_none(),
        };
        let known = self.joined.as_ref().filter(is_same).map(|joined| joined.both.clone());
        let fields = known.unwrap_or_else(|| {
            let both = self.context.on(around.clone());
            self.joined = Some(Joined { around, both: both.clone() });
            both
        });
        held::enter(fields)
    }
}

impl<F: Future> Future for InContext<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, task: &mut core::task::Context<'_>) -> Poll<F::Output> {
        let this = self.get_mut();
        let _entered = this.enter();
        match &mut this.future {
            Some(future) => future.as_mut().poll(task),
            None => Poll::Pending,
        }
    }
}

impl<F> Drop for InContext<F> {
    fn drop(&mut self) {
        let _entered = self.enter();
        self.future = None;
    }
}
