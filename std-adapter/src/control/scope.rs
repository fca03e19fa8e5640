//! What an override covers: everything, a layer, a target, a callsite.

use core::fmt;
use core::str::FromStr;

use hydra_log_core::Level;
use hydra_log_core::site::Site;

use super::OverrideError;

/// Longer names are no names.
const LONGEST: usize = 256;

/// Which calls an override is for.
///
/// Its text is what `hydra ctl` takes in front of `=`.
///
/// ```
/// use hydra_log::control::Scope;
/// assert_eq!("my_app::net".parse(), Ok(Scope::Target("my_app::net".into())));
/// assert_eq!("layer:API".parse(), Ok(Scope::Layer("API".into())));
/// assert_eq!(
///     "callsite:src/net.rs:10".parse(),
///     Ok(Scope::Callsite { file: "src/net.rs".into(), line: 10 })
/// );
/// assert_eq!("callsite:#17".parse::<Scope>().unwrap().to_string(), "callsite:#17");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Scope {
    /// All calls: `*`.
    Everything,
    /// The calls of a layer: `layer:API`.
    Layer(String),
    /// The calls of a target, and of what lies in it: `my_app::net`, or `target:my_app::net`.
    Target(String),
    /// The calls of a line: `callsite:src/net.rs:10`. A file is also meant by the end of its path.
    Callsite {
        /// The source file.
        file: String,
        /// The line, from 1.
        line: u32,
    },
    /// The call with a number, which holds for one build: `callsite:#17`.
    CallsiteId(u32),
}

/// What is known of a call when it is asked for its level.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CallInfo<'a> {
    pub(crate) level: Level,
    /// The layer that it names, or nothing.
    pub(crate) layer: &'a str,
    pub(crate) target: &'a str,
    /// Where it stands, or nothing and 0.
    pub(crate) file: &'a str,
    pub(crate) line: u32,
    pub(crate) id: Option<u32>,
}

impl<'a> CallInfo<'a> {
    pub(crate) fn of(site: &'static Site) -> Self {
        Self {
            level: site.level(),
            layer: site.layer,
            target: site.target,
            file: site.file,
            line: site.line,
            id: Some(site.id().0),
        }
    }

    /// A call that is not there yet, of no layer, wherever it stands.
    #[allow(dead_code, reason = "only bridges use it, and they are features")]
    pub(crate) fn of_target(level: Level, target: &'a str) -> Self {
        Self { level, layer: "", target, file: "", line: 0, id: None }
    }

    /// The same call, at this place.
    #[allow(dead_code, reason = "only bridges use it, and they are features")]
    pub(crate) fn at(self, file: Option<&'a str>, line: Option<u32>) -> Self {
        Self { file: file.unwrap_or_default(), line: line.unwrap_or_default(), ..self }
    }
}

impl Scope {
    /// Whether a call is meant, and how closely: what is meant more closely counts. `routed` is the
    /// layer that its records go to.
    pub(crate) fn covers(&self, call: &CallInfo<'_>, routed: Option<&str>) -> Option<(u8, usize)> {
        let (is_meant, closeness) = match self {
            Self::Everything => (true, (0, 0)),
            Self::Layer(name) => (call.layer == name || routed == Some(name), (1, 0)),
            Self::Target(target) => (is_in(call.target, target), (2, target.len())),
            Self::Callsite { file, line } => {
                (call.line == *line && ends_in(call.file, file), (3, file.len()))
            }
            Self::CallsiteId(id) => (call.id == Some(*id), (4, 0)),
        };
        is_meant.then_some(closeness)
    }

    /// The same, if it can be meant at all.
    pub(super) fn checked(self) -> Result<Self, OverrideError> {
        let name = match &self {
            Self::Layer(name) | Self::Target(name) | Self::Callsite { file: name, .. } => name,
            Self::Everything | Self::CallsiteId(_) => return Ok(self),
        };
        let is_name = (1..=LONGEST).contains(&name.len()) && !name.contains(is_odd);
        if is_name { Ok(self) } else { Err(OverrideError::Scope { text: brief(name) }) }
    }
}

/// What stands in no name of a target, a layer or a file, and would spoil a list.
fn is_odd(letter: char) -> bool {
    letter.is_control() || letter == '='
}

/// The beginning of a text that may be long, fit for a message.
pub(super) fn brief(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { '?' } else { letter }).take(80).collect()
}

/// Whether a target is another one, or lies in it.
fn is_in(target: &str, other: &str) -> bool {
    target.strip_prefix(other).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

/// Whether a path is another one, or ends in it at a border.
fn ends_in(path: &str, end: &str) -> bool {
    path.strip_suffix(end).is_some_and(|rest| rest.is_empty() || rest.ends_with(['/', '\\']))
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Everything => f.write_str("*"),
            Self::Layer(name) => write!(f, "layer:{name}"),
            Self::Target(target) => f.write_str(target),
            Self::Callsite { file, line } => write!(f, "callsite:{file}:{line}"),
            Self::CallsiteId(id) => write!(f, "callsite:#{id}"),
        }
    }
}

impl FromStr for Scope {
    type Err = OverrideError;

    fn from_str(text: &str) -> Result<Self, OverrideError> {
        let wrong = || OverrideError::Scope { text: brief(text) };
        let scope = match text.trim() {
            "*" => Self::Everything,
            text => match text.split_once(':') {
                Some(("layer", name)) => Self::Layer(name.to_owned()),
                Some(("target", target)) => Self::Target(target.to_owned()),
                Some(("callsite", place)) => callsite(place).ok_or_else(wrong)?,
                // A name with one colon is a slip; targets have two.
                Some((_, rest)) if !rest.starts_with(':') => return Err(wrong()),
                _ => Self::Target(text.to_owned()),
            },
        };
        scope.checked()
    }
}

fn callsite(place: &str) -> Option<Scope> {
    if let Some(id) = place.strip_prefix('#') {
        return id.parse().ok().map(Scope::CallsiteId);
    }
    let (file, line) = place.rsplit_once(':')?;
    let line = line.parse().ok().filter(|line| *line > 0)?;
    Some(Scope::Callsite { file: file.to_owned(), line })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const CALL: CallInfo<'_> = CallInfo {
        level: Level::Info,
        layer: "API",
        target: "shop::db",
        file: "shop/src/db.rs",
        line: 10,
        id: Some(7),
    };

    fn covers(scope: &str) -> bool {
        scope.parse::<Scope>().unwrap().covers(&CALL, Some("DB")).is_some()
    }

    #[test]
    fn covers_what_it_says_and_nothing_beside() {
        for scope in ["*", "layer:API", "layer:DB", "shop", "target:shop::db", "callsite:#7"] {
            assert!(covers(scope), "{scope}");
        }
        for scope in ["layer:A", "shop::d", "callsite:#8", "sho"] {
            assert!(!covers(scope), "{scope}");
        }
        assert!(covers("callsite:db.rs:10") && covers("callsite:shop/src/db.rs:10"));
        assert!(!covers("callsite:b.rs:10") && !covers("callsite:db.rs:11"));
    }

    #[test]
    fn the_closest_is_worth_most() {
        let worth = |scope: &str| scope.parse::<Scope>().unwrap().covers(&CALL, None);
        let order = ["*", "layer:API", "shop", "shop::db", "callsite:db.rs:10", "callsite:#7"];
        assert!(order.map(worth).is_sorted());
    }

    #[test]
    fn slips_are_named() {
        for text in ["", "layer:", "lyer:API", "callsite:db.rs", "callsite:db.rs:0", "a\nb"] {
            let error = text.parse::<Scope>().unwrap_err();
            assert!(error.to_string().contains("layer:NAME"), "{error}");
        }
    }

    proptest! {
        #[test]
        fn never_panics_and_reads_what_it_writes(text in any::<String>()) {
            if let Ok(scope) = text.parse::<Scope>() {
                prop_assert_eq!(scope.to_string().parse::<Scope>(), Ok(scope));
            }
        }
    }
}
