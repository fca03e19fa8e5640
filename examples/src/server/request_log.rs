//! The log calls of the request path: two a request, the same words for Hydra and for its peer.

use super::wire::Verb;

/// A request, as the log shows it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Request<'a> {
    /// Counts the requests of one connection, from 1.
    pub(super) id: u64,
    pub(super) connection: u32,
    pub(super) verb: Verb,
    pub(super) key: &'a str,
}

/// What a connection did, as the log shows it at the end.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Served {
    pub(super) requests: u64,
    pub(super) refused: u64,
}

/// Where the records go.
pub(super) trait RequestLog: Copy + Send + Sync + 'static {
    fn opened(self, connection: u32);
    fn received(self, request: Request<'_>);
    fn answered(self, request: Request<'_>, status: &str, bytes: usize, took_ns: u64);
    fn refused(self, connection: u32, reason: &str);
    fn closed(self, connection: u32, served: Served);
}

/// Through Hydra. Without an engine these are calls that are off.
#[derive(Clone, Copy, Debug)]
pub(super) struct HydraCalls;

impl RequestLog for HydraCalls {
    fn opened(self, connection: u32) {
        hydra_log::info!(target: "server", connection, "connection opened");
    }

    #[inline(always)]
    fn received(self, request: Request<'_>) {
        let Request { id, connection, verb, key } = request;
        let verb = verb.as_str();
        hydra_log::info!(target: "server", "request {connection}.{id} received: {verb} {key}");
    }

    #[inline(always)]
    fn answered(self, request: Request<'_>, status: &str, bytes: usize, took_ns: u64) {
        let Request { id, connection, .. } = request;
        hydra_log::info!(
            target: "server",
            "request {connection}.{id} answered: {status}, {bytes} bytes, {took_ns} ns"
        );
    }

    fn refused(self, connection: u32, reason: &str) {
        hydra_log::warn!(target: "server", connection, reason, "request refused");
    }

    fn closed(self, connection: u32, served: Served) {
        let Served { requests, refused } = served;
        hydra_log::info!(target: "server", connection, requests, refused, "connection closed");
    }
}

/// Through tracing, with the same words.
#[derive(Clone, Copy, Debug)]
pub(super) struct TracingCalls;

impl RequestLog for TracingCalls {
    fn opened(self, connection: u32) {
        tracing::info!(target: "server", connection, "connection opened");
    }

    #[inline(always)]
    fn received(self, request: Request<'_>) {
        let Request { id, connection, verb, key } = request;
        let verb = verb.as_str();
        tracing::info!(target: "server", "request {connection}.{id} received: {verb} {key}");
    }

    #[inline(always)]
    fn answered(self, request: Request<'_>, status: &str, bytes: usize, took_ns: u64) {
        let Request { id, connection, .. } = request;
        tracing::info!(
            target: "server",
            "request {connection}.{id} answered: {status}, {bytes} bytes, {took_ns} ns"
        );
    }

    fn refused(self, connection: u32, reason: &str) {
        tracing::warn!(target: "server", connection, reason, "request refused");
    }

    fn closed(self, connection: u32, served: Served) {
        let Served { requests, refused } = served;
        tracing::info!(target: "server", connection, requests, refused, "connection closed");
    }
}
