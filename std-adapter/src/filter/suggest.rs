//! What somebody may have meant.

use hydra_log_core::LevelFilter;

/// Longer words are not compared: nobody mistypes those.
const LONGEST: usize = 96;

/// All levels.
pub(super) const LEVELS: [LevelFilter; 6] = [
    LevelFilter::Off,
    LevelFilter::Error,
    LevelFilter::Warn,
    LevelFilter::Info,
    LevelFilter::Debug,
    LevelFilter::Trace,
];

/// The level that a word looks like.
pub(crate) fn level(word: &str) -> Option<LevelFilter> {
    let word = normal(word);
    let distance = |level: &LevelFilter| distance(&word, &normal(level.as_str()));
    let nearest = LEVELS.into_iter().min_by_key(distance)?;
    (distance(&nearest) <= 2 && distance(&nearest) < word.len()).then_some(nearest)
}

/// The target, or the module around one, that a target looks like.
pub(super) fn target<'t>(wanted: &str, known: &[&'t str]) -> Option<&'t str> {
    let word = normal(wanted);
    let modules = known.iter().flat_map(|target| {
        let borders = target.match_indices("::").map(|(at, _)| at);
        borders.chain([target.len()]).filter_map(|end| target.get(..end))
    });
    let (nearest, far) = modules
        .filter(|module| *module != wanted)
        .map(|module| (module, distance(&word, &normal(module))))
        .min_by_key(|(_, far)| *far)?;
    (far <= (word.len() / 3).clamp(1, 3)).then_some(nearest)
}

/// The word among those known that another one looks like.
pub(crate) fn word<'w>(wanted: &str, known: impl IntoIterator<Item = &'w str>) -> Option<&'w str> {
    let word = normal(wanted);
    let far = |known: &str| distance(&word, &normal(known));
    let nearest = known.into_iter().map(|known| (known, far(known))).min_by_key(|(_, far)| *far);
    let (nearest, far) = nearest?;
    (far <= 2 && far < word.len()).then_some(nearest)
}

/// In lower case, as crates are called in code.
fn normal(word: &str) -> Vec<char> {
    let letters = word.chars().flat_map(char::to_lowercase);
    letters.map(|letter| if letter == '-' { '_' } else { letter }).take(LONGEST).collect()
}

/// How many letters have to be changed, left out, put in, or swapped with the next one.
#[expect(clippy::indexing_slicing, reason = "rows are as long as `b` and one more")]
fn distance(a: &[char], b: &[char]) -> usize {
    let mut before_last = vec![0; b.len() + 1];
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 0..a.len() {
        let mut row = vec![i + 1; b.len() + 1];
        for j in 0..b.len() {
            let changed = last[j] + usize::from(a[i] != b[j]);
            row[j + 1] = changed.min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && a[i] == b[j - 1] && a[i - 1] == b[j] {
                row[j + 1] = row[j + 1].min(before_last[j - 1] + 1);
            }
        }
        before_last = core::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_near_levels() {
        for (word, expected) in [
            ("debgu", Some(LevelFilter::Debug)),
            ("inof", Some(LevelFilter::Info)),
            ("WRAN", Some(LevelFilter::Warn)),
            ("traec", Some(LevelFilter::Trace)),
            ("errors", Some(LevelFilter::Error)),
            ("of", Some(LevelFilter::Off)),
            ("loud", None),
            ("", None),
            ("7", None),
        ] {
            assert_eq!(level(word), expected, "{word}");
        }
    }

    #[test]
    fn finds_near_targets() {
        let known = ["my_app::net::tls", "my_app::db"];
        assert_eq!(target("my-app", &known), Some("my_app"));
        assert_eq!(target("my_app::ntes", &known), Some("my_app::net"));
        assert_eq!(target("My_App::net::tls", &known), Some("my_app::net::tls"));
        assert_eq!(target("serde", &known), None);
        assert_eq!(target("x", &[]), None);
        assert_eq!(target(&"y".repeat(10_000), &known), None);
    }

    #[test]
    fn counts_changes() {
        let between = |a: &str, b: &str| distance(&normal(a), &normal(b));
        assert_eq!(between("", "abc"), 3);
        assert_eq!(between("abc", ""), 3);
        assert_eq!(between("abc", "acb"), 1);
        assert_eq!(between("kitten", "sitting"), 3);
    }
}
