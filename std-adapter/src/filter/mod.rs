//! Which records pass: levels by target, in the grammar of `RUST_LOG`.
//!
//! ```text
//! filter    := [directive (',' directive)*] ['/' pattern]
//! directive := level                        for targets without one of their own
//!            | target                       everything of a target
//!            | target '=' [level]           as far as `level`
//!            | target '[' span ']' '=' level
//! level     := off | error | warn | info | debug | trace | 0 … 5      in any case
//! ```
//!
//! This is what `env_logger` and `tracing`'s `EnvFilter` read. The longest target that fits wins,
//! and one fits at the borders of modules only: `my_app` is no part of `my_application`. Of two
//! directives for the same target the later one counts.
//!
//! Two parts are read but not applied, and reported: spans (the directive counts for the whole
//! target) and the pattern that a message has to match.

mod condition;
mod parse;
mod problem;
mod suggest;
mod words;

use core::fmt;
use core::str::FromStr;

use hydra_log_core::LevelFilter;

pub(crate) use self::suggest::level as nearest_level;
pub(crate) use self::suggest::word as nearest;

pub use self::condition::{Condition, ConditionError};
pub use self::problem::{FilterError, FilterProblem, FilterWarning};

/// Levels by target.
///
/// ```
/// use hydra_log::LevelFilter;
/// use hydra_log::filter::Filter;
///
/// let filter = Filter::parse_strict("warn,my_app=info,my_app::net=trace").unwrap();
/// assert_eq!(filter.level_for("my_app::net::tls"), LevelFilter::Trace);
/// assert_eq!(filter.level_for("my_app::network"), LevelFilter::Info);
/// assert_eq!(filter.level_for("other"), LevelFilter::Warn);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    default: Option<LevelFilter>,
    /// Longest target first.
    rules: Vec<Rule>,
}

/// One target's level.
#[derive(Clone, Debug)]
struct Rule {
    target: String,
    level: LevelFilter,
    /// The byte of the filter's text where the target stands.
    position: usize,
}

impl PartialEq for Rule {
    fn eq(&self, other: &Self) -> bool {
        // Where it stood is no part of what it means.
        self.target == other.target && self.level == other.level
    }
}

impl Eq for Rule {}

impl Filter {
    /// The same level for all targets.
    ///
    /// ```
    /// use hydra_log::{LevelFilter, filter::Filter};
    /// assert_eq!(Filter::at(LevelFilter::Info).level_for("any"), LevelFilter::Info);
    /// ```
    #[must_use]
    pub fn at(level: LevelFilter) -> Self {
        Self { default: Some(level), rules: Vec::new() }
    }

    /// Reads a filter as far as it can be read, and says what is wrong with the rest.
    ///
    /// A word that nearly everybody means as a level (`warning`) is read as that level.
    ///
    /// ```
    /// use hydra_log::{LevelFilter, filter::Filter};
    /// let (filter, warnings) = Filter::parse("info,my_app=debgu");
    /// assert_eq!(filter.level_for("my_app"), LevelFilter::Info);
    /// assert_eq!(
    ///     warnings[0].to_string(),
    ///     "filter: `debgu` is no level, did you mean `debug`? The directive is ignored"
    /// );
    /// ```
    #[must_use]
    pub fn parse(text: &str) -> (Self, Vec<FilterWarning>) {
        let mut filter = Self::default();
        let mut warnings = Vec::new();
        let read = parse::directives(text, &mut filter, &mut |warning| {
            warnings.push(warning);
            Ok(())
        });
        debug_assert!(read.is_ok(), "only the caller's closure ends it");
        (filter, warnings)
    }

    /// Reads a filter that has to be right.
    ///
    /// ```
    /// use hydra_log::filter::Filter;
    /// let error = Filter::parse_strict("info,my_app=loud").unwrap_err();
    /// assert_eq!(error.position, 12);
    /// assert_eq!(
    ///     error.to_string(),
    ///     "`loud` is no level, use off, error, warn, info, debug or trace (at byte 12)"
    /// );
    /// ```
    ///
    /// # Errors
    ///
    /// The first thing that can't be read or applied, and where it stands.
    pub fn parse_strict(text: &str) -> Result<Self, FilterError> {
        let mut filter = Self::default();
        parse::directives(text, &mut filter, &mut |FilterWarning { position, problem }| {
            Err(FilterError { position, problem })
        })?;
        Ok(filter)
    }

    /// As far as which level a target's records pass.
    #[must_use]
    pub fn level_for(&self, target: &str) -> LevelFilter {
        let rule = self.rules.iter().find(|rule| covers(&rule.target, target));
        rule.map(|rule| rule.level).or(self.default).unwrap_or_default()
    }

    /// The most verbose level that passes for any target.
    ///
    /// ```
    /// use hydra_log::{LevelFilter, filter::Filter};
    /// let filter: Filter = "error,my_app=debug".parse().unwrap();
    /// assert_eq!(filter.max_level(), LevelFilter::Debug);
    /// ```
    #[must_use]
    pub fn max_level(&self) -> LevelFilter {
        let levels = self.rules.iter().map(|rule| rule.level);
        levels.chain(self.default).max().unwrap_or_default()
    }

    /// Whether nothing was said: then nothing passes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.default.is_none() && self.rules.is_empty()
    }

    /// Warns of targets that are none of the program's, with the nearest that is.
    ///
    /// `known` are the targets of all calls in the program. A target that a library logs to through
    /// another logging interface is not among them, so this is a hint, never an error.
    ///
    /// ```
    /// use hydra_log::filter::Filter;
    /// let (filter, _) = Filter::parse("my_ap::net=debug");
    /// let warnings = filter.unknown_targets(["my_app::net::tls", "my_app"]);
    /// assert_eq!(
    ///     warnings[0].to_string(),
    ///     "filter: nothing logs to `my_ap::net`, did you mean `my_app::net`?"
    /// );
    /// ```
    pub fn unknown_targets<'t>(
        &self,
        known: impl IntoIterator<Item = &'t str>,
    ) -> Vec<FilterWarning> {
        let known: Vec<&str> = known.into_iter().collect();
        let is_known = |rule: &&Rule| known.iter().any(|target| covers(&rule.target, target));
        let mut unknown: Vec<&Rule> = self.rules.iter().filter(|rule| !is_known(rule)).collect();
        unknown.sort_by_key(|rule| rule.position);
        let warning = |rule: &Rule| FilterWarning {
            position: rule.position,
            problem: FilterProblem::UnknownTarget {
                target: rule.target.clone(),
                nearest: suggest::target(&rule.target, &known).map(str::to_owned),
            },
        };
        unknown.into_iter().map(warning).collect()
    }

    fn set_default(&mut self, level: LevelFilter) {
        self.default = Some(level);
    }

    fn set(&mut self, rule: Rule) {
        self.rules.retain(|other| other.target != rule.target);
        // Longest first, so that the first that covers a target is the one meant; the order of
        // others has no meaning, and is fixed so that equal filters are equal.
        let key = |rule: &Rule| (core::cmp::Reverse(rule.target.len()), rule.target.clone());
        let place = self.rules.partition_point(|other| key(other) < key(&rule));
        self.rules.insert(place, rule);
    }
}

/// Whether `target` is `module` or lies inside it.
fn covers(module: &str, target: &str) -> bool {
    target.strip_prefix(module).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

impl From<LevelFilter> for Filter {
    fn from(level: LevelFilter) -> Self {
        Self::at(level)
    }
}

/// As [`Filter::parse_strict`].
impl FromStr for Filter {
    type Err = FilterError;

    fn from_str(text: &str) -> Result<Self, FilterError> {
        Self::parse_strict(text)
    }
}

/// The filter as it would be written, longest target last.
impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut comma = "";
        if let Some(level) = self.default {
            write!(f, "{level}")?;
            comma = ",";
        }
        for rule in self.rules.iter().rev() {
            write!(f, "{comma}{}={}", rule.target, rule.level)?;
            comma = ",";
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn level(filter: &str, target: &str) -> LevelFilter {
        Filter::parse(filter).0.level_for(target)
    }

    #[test]
    fn the_longest_target_wins() {
        let filter = "warn,a=info,a::b=off,a::b::c=trace";
        assert_eq!(level(filter, "z"), LevelFilter::Warn);
        assert_eq!(level(filter, "a"), LevelFilter::Info);
        assert_eq!(level(filter, "ab"), LevelFilter::Warn);
        assert_eq!(level(filter, "a::bc"), LevelFilter::Info);
        assert_eq!(level(filter, "a::b::d"), LevelFilter::Off);
        assert_eq!(level(filter, "a::b::c::d"), LevelFilter::Trace);
    }

    #[test]
    fn without_a_level_of_its_own_nothing_else_passes() {
        assert_eq!(level("a=info", "b"), LevelFilter::Off);
        assert_eq!(level("", "b"), LevelFilter::Off);
        assert!(Filter::parse("").0.is_empty());
        assert!(!Filter::parse("off").0.is_empty());
    }

    #[test]
    fn the_later_directive_counts() {
        assert_eq!(level("a=info,a=debug", "a"), LevelFilter::Debug);
        assert_eq!(level("info,error", "a"), LevelFilter::Error);
    }

    #[test]
    fn knows_which_targets_exist() {
        let (filter, _) = Filter::parse("hyper=off,my-app=debug,my_app::nte,ok::a");
        let warnings = filter.unknown_targets(["my_app::net", "ok::a::b"]);
        let texts: Vec<String> = warnings.iter().map(ToString::to_string).collect();
        assert_eq!(
            texts,
            [
                "filter: nothing logs to `hyper`",
                "filter: nothing logs to `my-app`, did you mean `my_app`?",
                "filter: nothing logs to `my_app::nte`, did you mean `my_app::net`?",
            ]
        );
    }

    fn target() -> impl Strategy<Value = String> {
        prop::collection::vec("[ab]{1,2}", 1..4).prop_map(|parts| parts.join("::"))
    }

    proptest! {
        #[test]
        fn never_panics(text in any::<String>(), target in any::<String>()) {
            let (filter, _) = Filter::parse(&text);
            let _level = filter.level_for(&target);
            let _warnings = filter.unknown_targets([target.as_str(), text.as_str()]);
            let _strict = Filter::parse_strict(&text);
        }

        #[test]
        fn never_panics_on_near_misses(text in r"[a=\[\]{}/,: \-0-9wW]{0,24}(info|INF|=)?") {
            let (filter, warnings) = Filter::parse(&text);
            let strict = Filter::parse_strict(&text);
            prop_assert_eq!(strict.is_ok(), warnings.is_empty());
            let (again, warnings) = Filter::parse(&filter.to_string());
            prop_assert_eq!(filter, again);
            prop_assert!(warnings.is_empty());
        }

        #[test]
        fn equals_trying_every_prefix(
            rules in prop::collection::vec((target(), 0_u8..6), 0..8),
            wanted in target(),
        ) {
            let directives: Vec<String> =
                rules.iter().map(|(target, level)| format!("{target}={level}")).collect();
            let filter = Filter::parse_strict(&directives.join(",")).unwrap();
            let parts: Vec<&str> = wanted.split("::").collect();
            let prefixes = (1..=parts.len()).rev().map(|count| parts[..count].join("::"));
            let rule = |prefix: String| rules.iter().rfind(|(target, _)| *target == prefix);
            let expected = prefixes.filter_map(rule).map(|(_, level)| *level).next();
            prop_assert_eq!(filter.level_for(&wanted) as u8, expected.unwrap_or(0));
        }
    }
}
