//! Counts of values by size, 64 steps between a power of two and the next: 1.6 % at the worst.

/// Steps between two powers of two, as a power of two.
const STEP_BITS: u32 = 6;
const STEPS: u64 = 1 << STEP_BITS;
const BUCKETS: usize = (64 - STEP_BITS as usize + 1) << STEP_BITS;

/// How often values of about this size came.
#[derive(Clone, Debug)]
pub struct Histogram {
    buckets: Vec<u64>,
    count: u64,
}

impl Default for Histogram {
    fn default() -> Self {
        Self::new()
    }
}

impl Histogram {
    /// Takes all its memory now, so that adding never allocates.
    #[must_use]
    pub fn new() -> Self {
        Self { buckets: vec![0; BUCKETS], count: 0 }
    }

    /// Counts one value.
    #[inline]
    pub fn add(&mut self, value: u64) {
        if let Some(bucket) = self.buckets.get_mut(bucket_of(value)) {
            *bucket += 1;
        }
        self.count += 1;
    }

    /// How many values there are.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The value that this many of 10,000 values do not exceed: the middle of its bucket.
    #[must_use]
    pub fn quantile(&self, of_ten_thousand: u64) -> u64 {
        let rank = (self.count * of_ten_thousand).div_ceil(10_000).max(1);
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
            let error = middle_of(bucket_of(value)).abs_diff(value);
            assert!(error <= value / 60, "{value} {error}");
            assert!(bucket_of(value) < BUCKETS);
        }
    }

    #[test]
    fn quantiles_of_ten_thousand() {
        let mut histogram = Histogram::new();
        (0..9_999).for_each(|_| histogram.add(10));
        histogram.add(1_000_000);
        assert_eq!((histogram.quantile(5_000), histogram.quantile(9_999)), (10, 10));
        assert!(histogram.quantile(10_000) > 980_000);
        assert_eq!(histogram.count(), 10_000);
    }
}
