//! The overrides of an engine: each with a name and an end of its own.

use core::fmt;
use core::str::FromStr;
use core::time::Duration;
use std::time::Instant;

use hydra_log_core::LevelFilter;

use super::scope::brief;
use super::{CallInfo, OverrideError, Scope, span};
use crate::filter;

/// So many can be in force.
pub(super) const MOST: usize = 64;

/// The longest name, in bytes.
const LONGEST_NAME: usize = 64;

/// Another level for some calls, for a while or until it is removed.
///
/// ```
/// use core::time::Duration;
/// use hydra_log::LevelFilter;
/// use hydra_log::control::Override;
/// let change = Override::target("my_app::net", LevelFilter::Debug)
///     .lasting(Duration::from_secs(60))
///     .named("incident-7");
/// assert_eq!(change.to_string(), "my_app::net=debug");
/// assert_eq!("layer:API=trace".parse(), Ok(Override::layer("API", LevelFilter::Trace)));
/// assert_eq!("my_app::net=debug for 60s as incident-7".parse(), Ok(change));
/// let error = "my_app::net=debgu".parse::<Override>().unwrap_err();
/// assert_eq!(error.to_string(), "`debgu` is no level, did you mean `debug`?");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Override {
    scope: Scope,
    level: LevelFilter,
    name: Option<String>,
    lasts: Option<Duration>,
}

impl Override {
    /// For whatever a [`Scope`] covers.
    #[must_use]
    pub fn new(scope: Scope, level: LevelFilter) -> Self {
        Self { scope, level, name: None, lasts: None }
    }

    /// For all calls.
    #[must_use]
    pub fn everything(level: LevelFilter) -> Self {
        Self::new(Scope::Everything, level)
    }

    /// For a target, and what lies in it.
    #[must_use]
    pub fn target(target: impl Into<String>, level: LevelFilter) -> Self {
        Self::new(Scope::Target(target.into()), level)
    }

    /// For a layer.
    #[must_use]
    pub fn layer(layer: impl Into<String>, level: LevelFilter) -> Self {
        Self::new(Scope::Layer(layer.into()), level)
    }

    /// For the calls of a line of source.
    #[must_use]
    pub fn callsite(file: impl Into<String>, line: u32, level: LevelFilter) -> Self {
        Self::new(Scope::Callsite { file: file.into(), line }, level)
    }

    /// It reverts by itself after so long. Without this, it lasts until it is removed.
    #[must_use]
    pub fn lasting(mut self, bound: Duration) -> Self {
        self.lasts = Some(bound);
        self
    }

    /// By which it is listed and removed; another one of that name makes way. Without this, the
    /// scope's own text.
    #[must_use]
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }
}

/// Reads `SCOPE=LEVEL [for SPAN] [as NAME]`; a level alone is for everything.
impl FromStr for Override {
    type Err = OverrideError;

    fn from_str(text: &str) -> Result<Self, OverrideError> {
        let mut words = text.split_whitespace();
        let mut change = Self::bare(words.next().unwrap_or_default())?;
        while let Some(word) = words.next() {
            let value = words.next().unwrap_or_default();
            change = match word {
                "for" => change.lasting(span::parse(value)?),
                "as" => change.named(checked_name(value.to_owned())?),
                _ => return Err(OverrideError::Word { word: brief(word) }),
            };
        }
        Ok(change)
    }
}

impl Override {
    fn bare(text: &str) -> Result<Self, OverrideError> {
        let Some((scope, word)) = text.rsplit_once('=') else {
            let level = text.trim().parse();
            return level
                .map(Self::everything)
                .map_err(|_| OverrideError::NoLevel { text: brief(text) });
        };
        let word = word.trim();
        let level = word.parse().map_err(|_| OverrideError::Level {
            nearest: filter::nearest_level(word),
            word: brief(word),
        })?;
        Ok(Self::new(scope.parse()?, level))
    }
}

/// `SCOPE=LEVEL`, as it is read.
impl fmt::Display for Override {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.scope, self.level)
    }
}

/// An override in force: see [`Engine::overrides`](crate::Engine::overrides).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct InForce {
    /// By which it is removed.
    pub name: String,
    /// What it covers.
    pub scope: Scope,
    /// The level there.
    pub level: LevelFilter,
    /// How long it still lasts; `None` if it is there until it is removed.
    pub left: Option<Duration>,
    /// How many callsites known so far it covers. None at all is a slip of the pen, or a call of
    /// another logger that was not made yet.
    pub callsites: usize,
}

impl fmt::Display for InForce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, scope, level, left, callsites } = self;
        write!(f, "{scope}={level}")?;
        match left {
            Some(left) => write!(f, " for {}", span::Shown(*left))?,
            None => f.write_str(" until removed")?,
        }
        write!(f, " as {name} ({callsites} callsites)")
    }
}

/// All overrides of an engine, in the order in which they came.
#[derive(Clone, Debug, Default)]
pub(crate) struct Overrides(Vec<Active>);

#[derive(Clone, Debug)]
struct Active {
    name: String,
    scope: Scope,
    level: LevelFilter,
    ends: Option<Instant>,
}

impl Overrides {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Puts one behind the others; its name.
    pub(super) fn put(&mut self, new: Override, now: Instant) -> Result<String, OverrideError> {
        let Override { scope, level, name, lasts } = new;
        let scope = scope.checked()?;
        let name = name.map_or_else(|| Ok(scope.to_string()), checked_name)?;
        // Beyond what a clock can say is for ever.
        let ends = lasts.and_then(|bound| now.checked_add(bound));
        let others = self.0.iter().filter(|other| other.name != name).count();
        if others >= MOST {
            return Err(OverrideError::TooMany { most: MOST });
        }
        self.remove(&name);
        self.0.push(Active { name: name.clone(), scope, level, ends });
        Ok(name)
    }

    /// Whether there was one of that name.
    pub(super) fn remove(&mut self, name: &str) -> bool {
        let before = self.0.len();
        self.0.retain(|other| other.name != name);
        self.0.len() < before
    }

    /// Removes all; how many there were.
    pub(super) fn clear(&mut self) -> usize {
        let count = self.0.len();
        self.0.clear();
        count
    }

    /// Removes what has ended; whether something had.
    pub(super) fn end(&mut self, now: Instant) -> bool {
        let before = self.0.len();
        self.0.retain(|one| one.ends.is_none_or(|ends| ends > now));
        self.0.len() < before
    }

    /// When the next one ends.
    pub(super) fn next_end(&self) -> Option<Instant> {
        self.0.iter().filter_map(|one| one.ends).min()
    }

    /// The level of a call, if one of them is for it: the one that means it most closely, and of
    /// several equally close the last that came.
    pub(super) fn level_of(
        &self,
        call: &CallInfo<'_>,
        routed: Option<&str>,
    ) -> Option<LevelFilter> {
        let covering = self.0.iter().filter_map(|one| Some((one.scope.covers(call, routed)?, one)));
        covering.max_by_key(|(closeness, _)| *closeness).map(|(_, one)| one.level)
    }

    pub(super) fn max_level(&self) -> LevelFilter {
        self.0.iter().map(|one| one.level).max().unwrap_or_default()
    }

    /// Those in force at this moment, without counting callsites.
    pub(super) fn list(&self, now: Instant) -> Vec<InForce> {
        let shown = |one: &Active| InForce {
            name: one.name.clone(),
            scope: one.scope.clone(),
            level: one.level,
            left: one.ends.map(|ends| ends.saturating_duration_since(now)),
            callsites: 0,
        };
        self.0.iter().map(shown).collect()
    }
}

fn checked_name(name: String) -> Result<String, OverrideError> {
    let is_odd = |letter: char| letter.is_control() || letter.is_whitespace();
    if (1..=LONGEST_NAME).contains(&name.len()) && !name.contains(is_odd) {
        Ok(name)
    } else {
        Err(OverrideError::Name { name: brief(&name) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hydra_log_core::Level;

    fn level(all: &Overrides, target: &str) -> Option<LevelFilter> {
        all.level_of(&CallInfo::of_target(Level::Info, target), None)
    }

    fn put(all: &mut Overrides, text: &str, name: &str) {
        all.put(text.parse::<Override>().unwrap().named(name), Instant::now()).unwrap();
    }

    #[test]
    fn they_nest_and_leave_in_any_order() {
        let mut all = Overrides::default();
        put(&mut all, "a=debug", "first");
        put(&mut all, "a=off", "second");
        put(&mut all, "a::b=trace", "inner");
        put(&mut all, "error", "all");
        assert_eq!(level(&all, "a::b::c"), Some(LevelFilter::Trace));
        assert_eq!(level(&all, "a"), Some(LevelFilter::Off));
        assert_eq!(level(&all, "z"), Some(LevelFilter::Error));
        assert!(all.remove("second") && !all.remove("second"));
        assert_eq!(level(&all, "a"), Some(LevelFilter::Debug));
        assert!(all.remove("first") && all.remove("all"));
        assert_eq!((level(&all, "a"), level(&all, "a::b")), (None, Some(LevelFilter::Trace)));
        assert_eq!((all.max_level(), all.clear(), all.is_empty()), (LevelFilter::Trace, 1, true));
    }

    #[test]
    fn a_text_says_all_of_it() {
        let minute = Duration::from_secs(60);
        let all = Override::everything(LevelFilter::Debug).lasting(minute).named("x");
        assert_eq!("debug as x for 1m".parse(), Ok(all));
        for (text, named) in [
            ("", "``"),
            ("my_app", "`my_app`"),
            ("a=debug fro 60s", "`fro`"),
            ("a=debug for", "``"),
            ("a=debug for 60", "`60`"),
            ("a=debug as", "``"),
            ("a=debgu for 60s", "`debug`"),
        ] {
            let error = text.parse::<Override>().unwrap_err().to_string();
            assert!(error.contains(named), "{text}: {error}");
        }
    }

    #[test]
    fn each_ends_by_itself() {
        let (mut all, now) = (Overrides::default(), Instant::now());
        for (target, seconds) in [("a", 5), ("b", 10)] {
            let change = Override::target(target, LevelFilter::Debug);
            all.put(change.lasting(Duration::from_secs(seconds)), now).unwrap();
        }
        all.put(Override::everything(LevelFilter::Info).lasting(Duration::MAX), now).unwrap();
        assert_eq!(all.next_end(), Some(now + Duration::from_secs(5)));
        assert!(!all.end(now) && all.end(now + Duration::from_secs(5)));
        assert_eq!(level(&all, "a"), Some(LevelFilter::Info));
        let list = all.list(now);
        assert_eq!((list.len(), list[0].left), (2, Some(Duration::from_secs(10))));
        assert_eq!(list[0].to_string(), "b=debug for 10s as b (0 callsites)");
        assert_eq!(list[1].to_string(), "*=info until removed as * (0 callsites)");
    }

    #[test]
    fn there_is_an_end_to_how_many() {
        let (mut all, now) = (Overrides::default(), Instant::now());
        for number in 0..MOST {
            all.put(Override::target(format!("t{number}"), LevelFilter::Info), now).unwrap();
        }
        let more = Override::target("more", LevelFilter::Info);
        assert_eq!(all.put(more, now), Err(OverrideError::TooMany { most: MOST }));
        // One of a name that is there takes its place.
        assert_eq!(all.put(Override::target("t3", LevelFilter::Off), now), Ok("t3".to_owned()));
        let nameless = Override::everything(LevelFilter::Off).named("a b");
        assert!(matches!(all.put(nameless, now), Err(OverrideError::Name { .. })));
    }
}
