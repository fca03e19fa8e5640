//! Which id a request has: its own where that can be believed, else a new one.

use core::fmt;
use core::hash::BuildHasher;
use std::hash::RandomState;
use std::sync::LazyLock;

use http::{HeaderMap, HeaderValue};
use hydra_log_core::ord;
use hydra_log_core::sync::{AtomicUsize, rmw};

/// The header that an id comes in and goes out by.
pub(super) const HEADER: &str = "x-request-id";

/// The most bytes of an id.
const LONGEST: usize = 64;

/// A request's id, as its records have it. Handlers find it in the request's extensions.
///
/// ```
/// use hydra_log::tower::RequestId;
/// # let request = http::Request::new(());
/// let id: Option<&RequestId> = request.extensions().get();
/// # let _ = id;
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RequestId(Box<str>);

impl RequestId {
    /// The id as text: at most 64 letters, digits and `-_.:`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The request's own id, if it has one that can be believed, else a new one.
    pub(super) fn of(headers: &HeaderMap) -> Self {
        let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
        let named = text(HEADER).filter(|id| is_sane(id));
        let found = named.or_else(|| text("traceparent").and_then(trace_id));
        found.map_or_else(Self::new, |id| Self(id.into()))
    }

    /// One that no other request has: 32 hexadecimal digits.
    fn new() -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(1);
        // Keyed by the system's randomness, once a process.
        static KEYS: LazyLock<[RandomState; 2]> =
            LazyLock::new(|| core::array::from_fn(|_| RandomState::new()));
        let number = rmw::add(&NEXT, 1, ord::count());
        let [high, low] = KEYS.each_ref().map(|key| key.hash_one(number));
        Self(format!("{high:016x}{low:016x}").into())
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn is_sane(id: &str) -> bool {
    let is_fine = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte);
    (1..=LONGEST).contains(&id.len()) && id.bytes().all(is_fine)
}

/// The trace id of a `traceparent`: `00-<32 digits>-<16 digits>-<2 digits>`, and not all zeros.
fn trace_id(header: &str) -> Option<&str> {
    let mut parts = header.split('-');
    let (version, trace, parent, flags) =
        (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let is_hex = |text: &str, len: usize| {
        text.len() == len && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    };
    // Later versions may have more parts.
    let is_known =
        is_hex(version, 2) && version != "ff" && (version != "00" || parts.next().is_none());
    let is_whole = is_hex(trace, 32) && is_hex(parent, 16) && is_hex(flags, 2);
    (is_known && is_whole && trace.bytes().any(|byte| byte != b'0')).then_some(trace)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(name: &'static str, value: &[u8]) -> RequestId {
        let mut headers = HeaderMap::new();
        headers.insert(name, HeaderValue::from_bytes(value).unwrap());
        RequestId::of(&headers)
    }

    #[test]
    fn sane_ids_are_kept_and_others_replaced() {
        for id in ["a", "6c1f-0e7a_x.y:z", &"i".repeat(64)] {
            assert_eq!(of(HEADER, id.as_bytes()).as_str(), id);
        }
        for id in ["", "a b", "a\"b", "a\tb", "\u{e9}", "a=b", &"i".repeat(65)] {
            let made = of(HEADER, id.as_bytes());
            assert_eq!((made.as_str().len(), made.as_str() == id), (32, false), "{id}");
        }
        let (one, other) = (RequestId::new(), RequestId::new());
        assert_ne!(one, other);
        assert!(is_sane(one.as_str()) && one.as_str().bytes().all(|byte| byte.is_ascii_hexdigit()));
    }

    #[test]
    fn trace_ids() {
        let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
        let whole = format!("00-{trace}-00f067aa0ba902b7-01");
        assert_eq!(of("traceparent", whole.as_bytes()).as_str(), trace);
        assert_eq!(trace_id(&format!("01-{trace}-00f067aa0ba902b7-01-more")), Some(trace));
        let zero = "0".repeat(32);
        let bad = [
            format!("00-{trace}-00f067aa0ba902b7-01-more"),
            format!("ff-{trace}-00f067aa0ba902b7-01"),
            format!("00-{zero}-00f067aa0ba902b7-01"),
            format!("00-{}-00f067aa0ba902b7-01", trace.to_uppercase()),
            format!("00-{trace}-00f067aa0ba902b7"),
            String::new(),
        ];
        for header in bad {
            assert_eq!(trace_id(&header), None, "{header}");
        }
    }
}
