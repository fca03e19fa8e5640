//! HTTP requests get an id and a line: a layer for `tower`, and so for axum, hyper and tonic.
//!
//! ```
//! use hydra_log::tower::Layer;
//! use tower_layer::Layer as _;
//! # #[derive(Clone)]
//! # struct Shop;
//! let service = Layer::new().response_header(true).layer(Shop);
//! # let _ = service;
//! ```
//!
//! Everything that the handler logs has the request's id, as the field `request_id` of its
//! [context](crate::context). When the handler is done, one record tells of it:
//!
//! | what happened | level | message | fields |
//! |---|---|---|---|
//! | an answer below 500 | info | `answered` | `method`, `path`, `status`, `latency_us` |
//! | an answer from 500 on | error | `answered` | the same |
//! | the service failed | error | `failed` | `method`, `path`, `error`, `latency_us` |
//! | the future was dropped | warn | `cancelled` | `method`, `path`, `latency_us` |
//!
//! A future is dropped when its client goes away, or a timeout strikes. The latency is that of the
//! answer's head; its body may follow for long. The target is `hydra_log::tower`, by which filters
//! and layers find these records.
//!
//! The id is the request's `x-request-id` if that is at most 64 letters, digits and `-_.:`, else
//! the trace id of a valid `traceparent`, else a new one of 32 hexadecimal digits. What a client
//! sent is not believed further than that: it names the request in lines, and nothing else.
//!
//! Of the path at most 512 bytes are logged, of the query string nothing, as tokens stand there;
//! [`Layer::query`] changes that.

mod answer;
mod id;

use core::fmt;
use core::task::{Context as Task, Poll};

use http::{Request, Response};
use tower_service::Service as TowerService;

pub use self::answer::Answer;
use self::answer::Seen;
pub use self::id::RequestId;
use crate::context::Context;

/// The most bytes of a path that are logged.
const PATH_BYTES: usize = 512;

/// Gives requests ids and lines: see [the module](self).
#[derive(Clone, Copy, Debug, Default)]
pub struct Layer {
    has_query: bool,
    answers_id: bool,
}

impl Layer {
    /// Without query strings, and without a header in responses.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether query strings are logged, as a part of `path`. They are not at first: secrets stand
    /// there.
    #[must_use]
    pub fn query(self, has_query: bool) -> Self {
        Self { has_query, ..self }
    }

    /// Whether responses get the id in a header, `x-request-id`, so that a client can tell of it.
    #[must_use]
    pub fn response_header(self, answers_id: bool) -> Self {
        Self { answers_id, ..self }
    }
}

impl<S> tower_layer::Layer<S> for Layer {
    type Service = Service<S>;

    fn layer(&self, inner: S) -> Service<S> {
        Service { inner, settings: *self }
    }
}

/// A service whose requests have ids and lines: made by [`Layer`].
#[derive(Clone, Debug)]
pub struct Service<S> {
    inner: S,
    settings: Layer,
}

impl<S, B, R> TowerService<Request<B>> for Service<S>
where
    S: TowerService<Request<B>, Response = Response<R>>,
    S::Error: fmt::Display,
{
    type Response = Response<R>;
    type Error = S::Error;
    type Future = Answer<S::Future>;

    fn poll_ready(&mut self, task: &mut Task<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(task)
    }

    /// Handlers find the [`RequestId`] in the request's extensions.
    fn call(&mut self, mut request: Request<B>) -> Self::Future {
        let id = RequestId::of(request.headers());
        let context = Context::new().with("request_id", id.as_str());
        let uri = request.uri();
        let target = uri.path_and_query().filter(|_| self.settings.has_query);
        let path = target.map_or_else(|| uri.path(), |target| target.as_str());
        let seen = Seen::new(request.method().clone(), cut(path).to_owned());
        let answered = self.settings.answers_id.then(|| id.clone());
        request.extensions_mut().insert(id);
        let future = context.scope(|| self.inner.call(request));
        Answer::new(context, future, seen, answered)
    }
}

/// The beginning of a path, in whole characters.
fn cut(path: &str) -> &str {
    let ends = (0..=PATH_BYTES.min(path.len())).rev();
    ends.filter_map(|end| path.get(..end)).next().unwrap_or_default()
}
