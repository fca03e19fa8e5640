//! What is logged: values that the compiler cannot know, the same for every logger.

/// The integer and the double of the record of this number.
#[inline(always)]
#[must_use]
pub fn arguments(n: u64) -> (i32, f64) {
    let integer = i32::try_from(n & 0xffff).unwrap_or(0);
    (integer, f64::from(integer) * 0.25)
}

/// Strings of 20 bytes, taken in turn.
#[derive(Debug)]
pub struct Texts(Vec<String>);

impl Default for Texts {
    fn default() -> Self {
        Self((0..16).map(|n| format!("account-{n:03}-balance!")).collect())
    }
}

impl Texts {
    /// The text of the record of this number.
    #[inline(always)]
    #[must_use]
    pub fn of(&self, n: u64) -> &str {
        let index = usize::try_from(n % 16).unwrap_or(0);
        self.0.get(index).map_or("", String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_of_20_bytes() {
        let texts = Texts::default();
        assert!((0..32).all(|n| texts.of(n).len() == 20));
        assert_ne!(texts.of(0), texts.of(1));
    }
}
