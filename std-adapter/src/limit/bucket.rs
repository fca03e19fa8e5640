//! One limit, and what it remembers from record to record.

use core::fmt::{self, Write};
use core::time::Duration;

/// How many records pass: so many in a time, one of so many, or one.
///
/// See [`Builder::limit`](crate::Builder::limit).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limit {
    kind: Kind,
    is_for_each: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    Rate { interval_ns: u64, burst: u32 },
    Every(u64),
    Once,
    Sample { one_of: u64, key: Box<str> },
}

/// What a limit remembers.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Bucket {
    /// When the last of the records that passed would have come, at the limit's own pace.
    paced_ns: u64,
    seen: u64,
}

impl Limit {
    /// So many in a second, and as many at once; `0` is taken as `1`.
    #[must_use]
    pub fn per_second(count: u32) -> Self {
        Self::rate(count, Duration::from_secs(1))
    }

    /// So many in a minute, and as many at once; `0` is taken as `1`.
    #[must_use]
    pub fn per_minute(count: u32) -> Self {
        Self::rate(count, Duration::from_secs(60))
    }

    /// The first, and then each that comes so many behind the last one that passed.
    #[must_use]
    pub fn every(count: u64) -> Self {
        Self::of(Kind::Every(count.max(1)))
    }

    /// The first, and no other.
    #[must_use]
    pub fn once() -> Self {
        Self::of(Kind::Once)
    }

    /// Of so many values of a field one, and always the same: all records of one user, say, or none
    /// of them. Records without the field pass.
    #[must_use]
    pub fn sample(one_of: u64, field: impl Into<String>) -> Self {
        Self::of(Kind::Sample { one_of: one_of.max(1), key: field.into().into_boxed_str() })
    }

    /// So many pass at once after a pause. For rates only.
    #[must_use]
    pub fn burst(mut self, count: u32) -> Self {
        if let Kind::Rate { burst, .. } = &mut self.kind {
            *burst = count.max(1);
        }
        self
    }

    /// Each callsite by itself, rather than all together.
    #[must_use]
    pub fn each_callsite(mut self) -> Self {
        self.is_for_each = true;
        self
    }

    fn of(kind: Kind) -> Self {
        Self { kind, is_for_each: false }
    }

    fn rate(count: u32, time: Duration) -> Self {
        let count = count.max(1);
        let interval = time / count;
        let interval_ns = u64::try_from(interval.as_nanos()).unwrap_or(u64::MAX);
        Self::of(Kind::Rate { interval_ns, burst: count })
    }

    pub(super) fn is_for_each(&self) -> bool {
        self.is_for_each
    }

    /// The field that decides, if one does.
    pub(super) fn key(&self) -> Option<&str> {
        match &self.kind {
            Kind::Sample { key, .. } => Some(key),
            _ => None,
        }
    }

    /// Whether a record passes that comes now; `hash` is that of its field's text.
    pub(super) fn admits(&self, bucket: &Bucket, now_ns: u64, hash: Option<u64>) -> bool {
        match &self.kind {
            Kind::Rate { interval_ns, burst } => {
                let ahead = bucket.paced(now_ns, *interval_ns, *burst).saturating_sub(now_ns);
                ahead <= interval_ns.saturating_mul(u64::from(*burst - 1))
            }
            Kind::Every(count) => bucket.seen.is_multiple_of(*count),
            Kind::Once => bucket.seen == 0,
            Kind::Sample { one_of, .. } => hash.is_none_or(|hash| hash.is_multiple_of(*one_of)),
        }
    }

    /// Notes a record that came.
    pub(super) fn note(&self, bucket: &mut Bucket, now_ns: u64, has_passed: bool) {
        bucket.seen += 1;
        if let Kind::Rate { interval_ns, burst } = self.kind
            && has_passed
        {
            let paced = bucket.paced(now_ns, interval_ns, burst);
            bucket.paced_ns = paced.max(now_ns).saturating_add(interval_ns);
        }
    }
}

impl Bucket {
    /// The pace, unless the clock was set back: it is never so far ahead by itself.
    fn paced(&self, now_ns: u64, interval_ns: u64, burst: u32) -> u64 {
        let most = interval_ns.saturating_mul(u64::from(burst).saturating_add(1));
        if self.paced_ns.saturating_sub(now_ns) > most { now_ns } else { self.paced_ns }
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            Kind::Rate { interval_ns, burst } => {
                let interval = Duration::from_nanos(*interval_ns);
                write!(f, "one in {interval:?}, {burst} at once")
            }
            Kind::Every(count) => write!(f, "every {count}"),
            Kind::Once => f.write_str("once"),
            Kind::Sample { one_of, key } => write!(f, "1/{one_of} by {key}"),
        }
    }
}

/// The hash of a value's text: the same in every process, wherever it is taken.
pub(crate) fn hash_of(value: fmt::Arguments<'_>) -> u64 {
    struct Hash(u64);
    impl Write for Hash {
        fn write_str(&mut self, text: &str) -> fmt::Result {
            for byte in text.bytes() {
                self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3);
            }
            Ok(())
        }
    }
    let mut hash = Hash(0xCBF2_9CE4_8422_2325);
    // It takes everything; a `Display` that fails has shown less.
    let _written = hash.write_fmt(value);
    // Short texts differ in few bits.
    let mixed = (hash.0 ^ (hash.0 >> 32)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    mixed >> 32
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: u64 = 1_000_000_000;

    fn passing(limit: &Limit, times: impl IntoIterator<Item = u64>) -> usize {
        let mut bucket = Bucket::default();
        let passes = |now| {
            let passes = limit.admits(&bucket, now, None);
            limit.note(&mut bucket, now, passes);
            passes
        };
        times.into_iter().map(passes).filter(|passes| *passes).count()
    }

    #[test]
    fn a_rate_lets_a_burst_pass_and_then_keeps_its_pace() {
        let limit = Limit::per_second(10).burst(20);
        let start = 1_795_255_940 * SECOND;
        assert_eq!(passing(&limit, (0..1000).map(|_| start)), 20);
        // A record a millisecond, for ten seconds.
        let steady = (0..10_000).map(|count| start + count * SECOND / 1000);
        assert_eq!(passing(&limit, steady), 20 + 99);
        // After a pause there is a burst again, and no more than that.
        let bursts = [0, 3600].map(|pause| (0..100).map(move |_| start + pause * SECOND));
        assert_eq!(passing(&limit, bursts.into_iter().flatten()), 40);
        // A clock that is set back by a day does not stop everything for a day.
        let back = (0..10).map(|count| start - 86_400 * SECOND + count * SECOND);
        assert_eq!(passing(&limit, [start; 30].into_iter().chain(back)), 30);
        assert_eq!(passing(&Limit::per_minute(0), [start; 9]), 1);
    }

    #[test]
    fn counts_and_samples() {
        assert_eq!(passing(&Limit::every(100), 0..1000), 10);
        assert_eq!(passing(&Limit::every(0), 0..5), 5);
        assert_eq!(passing(&Limit::once(), 0..1000), 1);
        let limit = Limit::sample(10, "user");
        let admits =
            |user: u64| limit.admits(&Bucket::default(), 0, Some(hash_of(format_args!("{user}"))));
        let chosen = (0..10_000).filter(|user| admits(*user)).count();
        assert!((850..1150).contains(&chosen), "{chosen}");
        assert!(limit.admits(&Bucket::default(), 0, None));
        // The same for ever: other processes decide alike.
        assert_eq!(hash_of(format_args!("{}", "ada")), hash_of(format_args!("a{}a", 'd')));
    }
}
