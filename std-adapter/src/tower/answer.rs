//! A request on its way: polled in its context, told of when it ends, however it ends.

use core::fmt;
use core::pin::Pin;
use core::task::{Context as Task, Poll, ready};
use std::time::Instant;

use http::header::HeaderName;
use http::{HeaderValue, Method, Response};

use super::id::{HEADER, RequestId};
use crate::context::{Context, InContext};

/// What all records of this layer are about.
const TARGET: &str = "hydra_log::tower";

/// The future of a [`Service`](super::Service): the answer of the service inside.
#[derive(Debug)]
#[must_use = "futures do nothing unless they are polled"]
pub struct Answer<F> {
    future: InContext<F>,
    /// For the record at the end.
    context: Context,
    /// Gone once it was told of.
    seen: Option<Seen>,
    answered: Option<RequestId>,
}

/// What is known of a request from the start.
#[derive(Debug)]
pub(super) struct Seen {
    method: Method,
    path: String,
    since: Instant,
}

impl Seen {
    pub(super) fn new(method: Method, path: String) -> Self {
        Self { method, path, since: Instant::now() }
    }

    fn latency_us(&self) -> u64 {
        u64::try_from(self.since.elapsed().as_micros()).unwrap_or(u64::MAX)
    }

    fn answered(&self, status: u16) {
        let (method, path, latency_us) = (self.method.as_str(), &*self.path, self.latency_us());
        if status < 500 {
            crate::info!(target: TARGET, "answered", method, path, status, latency_us);
        } else {
            crate::error!(target: TARGET, "answered", method, path, status, latency_us);
        }
    }

    fn failed(&self, error: &dyn fmt::Display) {
        let (method, path, latency_us) = (self.method.as_str(), &*self.path, self.latency_us());
        crate::error!(target: TARGET, "failed", method, path, error = %error, latency_us);
    }

    fn cancelled(&self) {
        let (method, path, latency_us) = (self.method.as_str(), &*self.path, self.latency_us());
        crate::warn!(target: TARGET, "cancelled", method, path, latency_us);
    }
}

impl<F: Future> Answer<F> {
    pub(super) fn new(
        context: Context,
        future: F,
        seen: Seen,
        answered: Option<RequestId>,
    ) -> Self {
        let future = context.clone().in_context(future);
        Self { future, context, seen: Some(seen), answered }
    }
}

impl<F, R, E> Future for Answer<F>
where
    F: Future<Output = Result<Response<R>, E>>,
    E: fmt::Display,
{
    type Output = Result<Response<R>, E>;

    fn poll(self: Pin<&mut Self>, task: &mut Task<'_>) -> Poll<Self::Output> {
        let this = self.get_mut();
        let mut result = ready!(Pin::new(&mut this.future).poll(task));
        if let Some(seen) = this.seen.take() {
            this.context.scope(|| match &result {
                Ok(response) => seen.answered(response.status().as_u16()),
                Err(error) => seen.failed(error),
            });
        }
        let id = this.answered.take().and_then(|id| HeaderValue::from_str(id.as_str()).ok());
        if let (Ok(response), Some(id)) = (&mut result, id) {
            response.headers_mut().insert(HeaderName::from_static(HEADER), id);
        }
        Poll::Ready(result)
    }
}

impl<F> Drop for Answer<F> {
    fn drop(&mut self) {
        if let Some(seen) = self.seen.take() {
            self.context.scope(|| seen.cancelled());
        }
    }
}
