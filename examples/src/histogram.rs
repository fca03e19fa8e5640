//! Counts of values by size, 64 steps between a power of two and the next: 1.6 % at the worst.

/// Steps between two powers of two, as a power of two.
const STEP_BITS: u32 = 6;
const STEPS: u64 = 1 << STEP_BITS;
const BUCKETS: usize = (64 - STEP_BITS as usize + 1) << STEP_BITS;

/// How often values of about this size came.
#[derive(Clone, Debug)]
pub(crate) struct Histogram {
    buckets: Vec<u64>,
    count: u64,
}

impl Histogram {
    /// Takes all its memory now, so that adding never allocates.
    pub(crate) fn new() -> Self {
        Self { buckets: vec![0; BUCKETS], count: 0 }
    }

    /// Counts one value.
    #[inline]
    pub(crate) fn add(&mut self, value: u64) {
        if let Some(bucket) = self.buckets.get_mut(bucket_of(value)) {
            *bucket += 1;
        }
        self.count += 1;
    }

    /// Adds all counts of another.
    pub(crate) fn merge(&mut self, other: &Self) {
        for (own, more) in self.buckets.iter_mut().zip(&other.buckets) {
            *own += more;
        }
        self.count += other.count;
    }

    pub(crate) fn count(&self) -> u64 {
        self.count
    }

    /// The value that `per_mille` of 1000 values do not exceed: the middle of its bucket.
    pub(crate) fn quantile(&self, per_mille: u64) -> u64 {
        let rank = (self.count * per_mille).div_ceil(1000).max(1);
        let mut seen = 0;
        for (index, count) in self.buckets.iter().enumerate() {
            seen += count;
            if seen >= rank {
                return middle_of(index);
            }
        }
        0
    }
}

/// Small values have a bucket each; larger ones share it with those that agree in the top bits.
fn bucket_of(value: u64) -> usize {
    let index = if value < STEPS {
        value
    } else {
        let power = 63 - value.leading_zeros();
        let row = u64::from(power - STEP_BITS + 1);
        (row << STEP_BITS) + (value >> (power - STEP_BITS)) - STEPS
    };
    usize::try_from(index).unwrap_or(usize::MAX)
}

fn middle_of(index: usize) -> u64 {
    let index = index as u64;
    let (row, step) = (index >> STEP_BITS, index % STEPS);
    if row == 0 {
        return step;
    }
    let width = 1_u64 << (row - 1);
    (STEPS + step) * width + width / 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn middle_is_near_the_value_over_the_whole_range() {
        for value in (0..64).chain((6..64).flat_map(|power| {
            let base = 1_u64 << power;
            [base, base + base / 3, base + (base - 1)]
        })) {
            let middle = middle_of(bucket_of(value));
            let error = middle.abs_diff(value) as f64 / value.max(1) as f64;
            assert!(error < 0.016, "{value} {middle}");
            assert!(bucket_of(value) < BUCKETS);
        }
    }

    #[test]
    fn buckets_grow_with_the_value() {
        let mut last = 0;
        for value in 0..100_000 {
            let bucket = bucket_of(value);
            assert!(bucket == last || bucket == last + 1);
            last = bucket;
        }
    }

    #[test]
    fn quantiles_of_a_merged_histogram() {
        let (mut low, mut high) = (Histogram::new(), Histogram::new());
        (1..=900).for_each(|_| low.add(10));
        (1..=100).for_each(|_| high.add(50));
        low.merge(&high);
        let quantiles = [500, 900, 901, 1000].map(|per_mille| low.quantile(per_mille));
        assert_eq!((low.count(), quantiles), (1000, [10, 10, 50, 50]));
        assert_eq!(Histogram::new().quantile(500), 0);
    }
}
