//! Single values: what a key takes, and what is wrong with what it does not take.

use core::time::Duration;

use hydra_log_core::LevelFilter;

use super::held::What;
use super::place::Place;
use super::problem::{Problem, ProblemKind};
use super::schema::{Key, Kind, LEVELS, OVERFLOWS, PERIODS, STEPS, TIMED_OVERFLOWS, TIMED_STEPS};
use super::tree::{Node, Value};
use super::units::{self, show_size, show_time};
use crate::delivery::{Chain, Step};
use crate::filter::{Filter, nearest};
use crate::format::Pattern;
use crate::preset;

/// The longest text that a key takes.
const LONGEST: usize = 4 << 10;

/// Longer times than this (a hundred years) are slips of the pen.
const MOST_TIME: Duration = Duration::from_secs(36_500 * 86_400);

/// Why a key does not take a value.
pub(super) struct Fault {
    kind: ProblemKind,
    /// What is told behind the key's name.
    what: String,
    /// What to do; empty if the key's kind says it.
    help: String,
    /// Where, if it is not the value's own place.
    place: Option<Place>,
}

impl Fault {
    fn new(kind: ProblemKind, what: impl Into<String>, help: impl Into<String>) -> Self {
        Self { kind, what: what.into(), help: help.into(), place: None }
    }

    fn kind_of(value: &Value) -> Self {
        let what = match value {
            Value::Bool(value) => format!("is {value}"),
            Value::Integer(number) => format!("is the number {number}"),
            Value::Text(text) => format!("is the text {}", quoted(text)),
            other => format!("is {}", other.what()),
        };
        Self::new(ProblemKind::WrongType, what, "")
    }

    pub(super) fn problem(self, place: &Place, key: &Key) -> Problem {
        let message = format!("`{}` {}", key.name, self.what);
        let wanted = || format!("write {}", key.kind.wants());
        let help = if self.help.is_empty() { wanted() } else { self.help };
        Problem::new(self.kind, self.place.as_ref().unwrap_or(place), message, help)
    }
}

/// A text for a message: not too long, and nothing that a terminal would obey.
pub(super) fn quoted(text: &str) -> String {
    let shown: String = text.chars().take(80).flat_map(char::escape_debug).collect();
    let more = if text.chars().nth(80).is_some() { "…" } else { "" };
    format!("`{shown}{more}`")
}

/// A value that is neither list nor table.
pub(super) fn plain(value: &Value, kind: &Kind) -> Result<What, Fault> {
    if let Value::Text(text) = value {
        if text.len() > LONGEST {
            let what = format!("has {} bytes", text.len());
            let help = format!("write {LONGEST} bytes at the most");
            return Err(Fault::new(ProblemKind::OutOfRange, what, help));
        }
        if let Some(result) = from_text(text, kind) {
            return result;
        }
    }
    match (kind, value) {
        (Kind::Bool, Value::Bool(value)) => Ok(What::Bool(*value)),
        (Kind::Count { least, most }, Value::Integer(number)) => {
            let bounds = *least..=*most;
            let fits = u64::try_from(*number).ok().filter(|number| bounds.contains(number));
            fits.map(What::Count).ok_or_else(|| {
                let help = format!("use {least} to {most}");
                Fault::new(ProblemKind::OutOfRange, format!("is {number}"), help)
            })
        }
        (Kind::Size { .. }, Value::Integer(number)) => match u64::try_from(*number) {
            Ok(bytes) => size(bytes, kind),
            Err(_) => Err(Fault::new(ProblemKind::OutOfRange, format!("is {number}"), "")),
        },
        (Kind::Time { .. } | Kind::Period, Value::Integer(number)) => {
            let what = format!("is {number} without a unit");
            let help = format!("write a unit: \"{number}ms\", \"{number}s\", …");
            Err(Fault::new(ProblemKind::WrongType, what, help))
        }
        (_, value) => Err(Fault::kind_of(value)),
    }
}

/// What a text means to a key; `None` if the key takes no text.
fn from_text(text: &str, kind: &Kind) -> Option<Result<What, Fault>> {
    Some(match kind {
        Kind::Bool | Kind::Count { .. } | Kind::Table(_) | Kind::Tables(_) => return None,
        Kind::Size { .. } => match units::size(text) {
            Some(bytes) => size(bytes, kind),
            None => Err(bad(text, &[], kind)),
        },
        Kind::Time { least_ns } => time(text, Duration::from_nanos(*least_ns), kind),
        Kind::Period => match text {
            "hourly" => Ok(What::Time(Duration::from_secs(3600))),
            "daily" => Ok(What::Time(Duration::from_secs(86_400))),
            _ => period(text, kind),
        },
        Kind::Level => match LEVELS.contains(&text).then(|| text.parse::<LevelFilter>()) {
            Some(Ok(level)) => Ok(What::Level(level)),
            _ => Err(bad(text, &LEVELS, kind)),
        },
        Kind::Filter => {
            Filter::parse_strict(text).map(|_| What::Text(text.to_owned())).map_err(|error| {
                let what = format!("can't be read: {error}");
                Fault::new(ProblemKind::BadValue, what, "")
            })
        }
        Kind::Preset => named_preset(text),
        Kind::Words(words) => words
            .iter()
            .find(|word| **word == text)
            .map(|word| What::Word(word))
            .ok_or_else(|| bad(text, words, kind)),
        Kind::Text | Kind::Path | Kind::Texts if text.is_empty() || text.contains('\0') => {
            Err(Fault::new(ProblemKind::BadValue, format!("is {}", quoted(text)), ""))
        }
        Kind::Text | Kind::Path => Ok(What::Text(text.to_owned())),
        Kind::Texts => Ok(What::Texts(vec![text.to_owned()])),
        Kind::Template => {
            Pattern::compile(text).map(|_| What::Text(text.to_owned())).map_err(|error| {
                let place = text.get(..error.at).unwrap_or(text).chars().count() + 1;
                let what = format!("can't be read at its character {place}: {}", error.message);
                Fault::new(ProblemKind::BadValue, what, "")
            })
        }
        Kind::Overflow => match step(text) {
            Ok(Step::Spill | Step::Assist(_)) => {
                Err(bad(text, &[OVERFLOWS.as_slice(), &TIMED_OVERFLOWS].concat(), kind))
            }
            Ok(step) => Ok(What::Chain(overflow(step))),
            Err(fault) => Err(fault),
        },
        // One step is a chain, too.
        Kind::Chain => step(text).map(|step| What::Chain(Chain::new([step]))),
    })
}

fn bad(text: &str, known: &[&str], kind: &Kind) -> Fault {
    let near = nearest(text, known.iter().copied());
    let help = near.map(|near| format!("did you mean `{near}`?"));
    let help = help.unwrap_or_else(|| format!("write {}", kind.wants()));
    Fault::new(ProblemKind::BadValue, format!("is {}", quoted(text)), help)
}

fn named_preset(text: &str) -> Result<What, Fault> {
    let is_known = text.parse::<preset::Preset>().is_ok()
        || preset::presets().iter().any(|preset| preset.name == text);
    if is_known {
        return Ok(What::Text(text.to_owned()));
    }
    let what = format!("is {}, which there is not", quoted(text));
    Err(Fault::new(ProblemKind::BadValue, what, preset::known(text)))
}

fn size(bytes: u64, kind: &Kind) -> Result<What, Fault> {
    let Kind::Size { least, most, is_power } = kind else { return Ok(What::Size(bytes)) };
    let range = || format!("use {} to {}", show_size(*least), show_size(*most));
    let help = if !(*least..=*most).contains(&bytes) {
        range()
    } else if *is_power && !bytes.is_power_of_two() {
        let above = bytes.checked_next_power_of_two().unwrap_or(*most).min(*most);
        let below = (above / 2).max(*least);
        format!("use a power of two: {} or {}", show_size(below), show_size(above))
    } else {
        return Ok(What::Size(bytes));
    };
    Err(Fault::new(ProblemKind::OutOfRange, format!("is {}", show_size(bytes)), help))
}

fn time(text: &str, least: Duration, kind: &Kind) -> Result<What, Fault> {
    let Some(time) = units::time(text) else { return Err(bad(text, &[], kind)) };
    if (least..=MOST_TIME).contains(&time) {
        return Ok(What::Time(time));
    }
    let help = format!("use {} to {}", show_time(least), show_time(MOST_TIME));
    Err(Fault::new(ProblemKind::OutOfRange, format!("is {}", show_time(time)), help))
}

fn period(text: &str, kind: &Kind) -> Result<What, Fault> {
    let Some(time) = units::time(text) else { return Err(bad(text, &PERIODS, kind)) };
    if time.subsec_nanos() == 0 && !time.is_zero() && time <= MOST_TIME {
        return Ok(What::Time(time));
    }
    let help = "use whole seconds, one at the least";
    Err(Fault::new(ProblemKind::OutOfRange, format!("is {}", show_time(time)), help))
}

/// The chain that a word for overflow is short for.
fn overflow(step: Step) -> Chain {
    match step {
        Step::Wait(bound) => preset::Overflow::Wait(bound).into(),
        Step::DirectWrite(bound) => preset::Overflow::DirectWrite(bound).into(),
        _ => preset::Overflow::Drop.into(),
    }
}

/// `spill`, `wait 10ms`.
fn step(text: &str) -> Result<Step, Fault> {
    let (word, bound) = text.split_once(' ').unwrap_or((text, ""));
    let timed = |step: fn(Duration) -> Step| match units::time(bound) {
        Some(bound) if bound <= MOST_TIME => Ok(step(bound)),
        _ => {
            let help = format!("say for how long: \"{word} 10ms\"");
            Err(Fault::new(ProblemKind::BadValue, format!("is {}", quoted(text)), help))
        }
    };
    match word {
        "spill" if bound.is_empty() => Ok(Step::Spill),
        "drop" if bound.is_empty() => Ok(Step::DropNewest),
        "wait" => timed(Step::Wait),
        "assist" => timed(Step::Assist),
        "direct_write" => timed(Step::DirectWrite),
        _ => {
            let known = [STEPS.as_slice(), &TIMED_STEPS].concat();
            Err(bad(word, &known, &Kind::Chain))
        }
    }
}

/// A list of steps.
pub(super) fn chain(nodes: &[Node]) -> Result<What, Fault> {
    let mut steps = Vec::new();
    for node in nodes.iter().take(Chain::MOST + 1) {
        let read = match &node.value {
            Value::Text(text) => step(text),
            other => Err(Fault::kind_of(other)),
        };
        let in_place = |fault| Fault { place: Some(node.place.clone()), ..fault };
        steps.push(read.map_err(in_place)?);
    }
    Chain::of(&steps).map(What::Chain).ok_or_else(|| {
        let help = format!("write one to {} steps", Chain::MOST);
        Fault::new(ProblemKind::OutOfRange, format!("has {} steps", nodes.len()), help)
    })
}

/// A list of texts.
pub(super) fn texts(nodes: &[Node]) -> Result<What, Fault> {
    let mut texts = Vec::new();
    for node in nodes {
        match &node.value {
            Value::Text(text) if !text.is_empty() && text.len() <= LONGEST => {
                texts.push(text.clone());
            }
            other => {
                return Err(Fault { place: Some(node.place.clone()), ..Fault::kind_of(other) });
            }
        }
    }
    Ok(What::Texts(texts))
}
