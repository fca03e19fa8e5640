//! The one table of keys: from it files are read and checked, values explained, the schema and the
//! documentation made.

mod json;
mod keys;
mod markdown;
mod parts;
mod sink_keys;

use super::held::Held;
use crate::builder::Builder;
use crate::preset::Settings;

pub(super) use self::json::schema;
pub(super) use self::keys::{CONFIG, show_chain};
pub(super) use self::markdown::keys_table;

/// Keys that stand in one table.
#[derive(Debug)]
pub(super) struct Shape {
    /// What such a table is called.
    pub(super) name: &'static str,
    pub(super) about: &'static str,
    pub(super) keys: &'static [Key],
}

/// One key: a row of the table.
#[derive(Debug)]
pub(super) struct Key {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    /// The call of the library that it stands for.
    pub(super) call: &'static str,
    /// A sentence.
    pub(super) about: &'static str,
    pub(super) otherwise: Otherwise,
    /// The variable of the environment that sets it, too.
    pub(super) variable: Option<&'static str>,
    /// How a builder is told.
    pub(super) set: Option<Set>,
    /// With which words of another key of its table it goes.
    pub(super) only: Option<Only>,
    /// Whether its table means nothing without it.
    pub(super) is_needed: bool,
}

/// Tells a builder of a value.
pub(super) type Set = fn(Builder, &Held) -> Builder;

/// A key's value where nobody says one.
#[derive(Debug)]
pub(super) enum Otherwise {
    /// There is none.
    Nothing,
    /// This, whatever the preset.
    This(&'static str),
    /// What the preset says.
    Preset(fn(&Settings) -> String),
}

/// Which words of another key a key goes with.
#[derive(Debug)]
pub(super) struct Only {
    pub(super) key: &'static str,
    pub(super) words: &'static [&'static str],
}

/// What a key's value has to be.
#[derive(Debug)]
pub(super) enum Kind {
    Bool,
    Count {
        least: u64,
        most: u64,
    },
    /// A number of bytes, or a text with a unit.
    Size {
        least: u64,
        most: u64,
        is_power: bool,
    },
    Time {
        least_ns: u64,
    },
    /// A period: a word, or a time in whole seconds.
    Period,
    Level,
    Filter,
    Preset,
    Words(&'static [&'static str]),
    /// A text that is not empty.
    Text,
    /// Texts, or one of them.
    Texts,
    /// A path.
    Path,
    Template,
    /// What a full ring does, in one word.
    Overflow,
    /// Steps.
    Chain,
    Table(&'static Shape),
    Tables(&'static Shape),
}

impl Key {
    const fn new(name: &'static str, kind: Kind, call: &'static str, about: &'static str) -> Self {
        let (otherwise, variable, set, only) = (Otherwise::Nothing, None, None, None);
        Self { name, kind, call, about, otherwise, variable, set, only, is_needed: false }
    }
}

/// The words that are levels.
pub(super) const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];

/// The words that are periods of a rotation.
pub(super) const PERIODS: [&str; 2] = ["hourly", "daily"];

/// The steps that take no time, and those that do.
pub(super) const STEPS: [&str; 2] = ["spill", "drop"];
pub(super) const TIMED_STEPS: [&str; 3] = ["wait", "assist", "direct_write"];

/// What overflow does: at once, and within a time.
pub(super) const OVERFLOWS: [&str; 1] = ["drop"];
pub(super) const TIMED_OVERFLOWS: [&str; 2] = ["wait", "direct_write"];

impl Kind {
    /// What belongs there, for messages and the documentation.
    pub(super) fn wants(&self) -> String {
        let words = |words: &[&str]| {
            let quoted: Vec<String> = words.iter().map(|word| format!("\"{word}\"")).collect();
            quoted.join(", ")
        };
        match self {
            Self::Bool => "true or false".to_owned(),
            Self::Count { least, most } => format!("a number from {least} to {most}"),
            Self::Size { is_power: true, .. } => {
                "a size, a power of two, such as \"64KiB\"".to_owned()
            }
            Self::Size { .. } => "a size such as \"64KiB\"".to_owned(),
            Self::Time { .. } => "a time such as \"10ms\"".to_owned(),
            Self::Period => "\"hourly\", \"daily\" or a time such as \"15m\"".to_owned(),
            Self::Level => format!("one of {}", words(&LEVELS)),
            Self::Filter => "levels by target such as \"my_app=debug,net=warn\"".to_owned(),
            Self::Preset => "the name of a preset".to_owned(),
            Self::Words(known) => format!("one of {}", words(known)),
            Self::Text => "a text".to_owned(),
            Self::Texts => "a text, or a list of texts".to_owned(),
            Self::Path => "a path".to_owned(),
            Self::Template => "a template such as \"{time} {level} {message}\"".to_owned(),
            Self::Overflow => "\"drop\", \"wait 10ms\" or \"direct_write 10ms\"".to_owned(),
            Self::Chain => "a list of steps: \"spill\", \"wait 10ms\", \"assist 10ms\", \
                 \"direct_write 10ms\", \"drop\""
                .to_owned(),
            Self::Table(shape) => format!("a table ({})", shape.name),
            Self::Tables(shape) => format!("a list of tables ({})", shape.name),
        }
    }
}

#[cfg(test)]
mod tests;
