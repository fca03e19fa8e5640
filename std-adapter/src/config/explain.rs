//! Where each value came from.

use core::fmt;

use super::held::{Held, Table, What};
use super::make;
use super::place::Place;
use super::schema::{CONFIG, Key, Kind, Otherwise, Shape, show_chain};
use super::units::{show_size, show_time};
use super::{Config, combos};
use crate::builder::Builder;

/// Why a key has its value.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Origin {
    /// Nobody said anything.
    Default,
    /// A preset of this name says so.
    Preset(String),
    /// It was said there.
    Said(Place),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::Preset(name) => write!(f, "preset {name}"),
            Self::Said(place) => place.fmt(f),
        }
    }
}

/// A key, its value, and where that came from.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Setting {
    /// The key, with those around it: `sinks[0].rotation.bytes`.
    pub key: String,
    /// The value, as it would be written.
    pub value: String,
    /// Where it came from.
    pub origin: Origin,
}

impl fmt::Display for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} = {}  ({})", self.key, self.value, self.origin)
    }
}

/// Keys whose values follow from another key, where they are not said themselves.
const FOLLOWS: [(&str, &str); 2] =
    [("max_ring_bytes", "ring_bytes"), ("chains.best_effort", "overflow")];

/// All keys that have a value.
pub(super) fn explain(config: &Config) -> Vec<Setting> {
    let preset = config.table.text("preset").unwrap_or("production");
    let before = config.preset();
    let after = make::settings(&config.table, config.preset());
    let mut teller = Teller { config: &config.table, preset, before, after, settings: Vec::new() };
    teller.table(&config.table, "", &CONFIG);
    teller.settings
}

struct Teller<'c> {
    config: &'c Table,
    preset: &'c str,
    /// With the preset alone, and with everything.
    before: Builder,
    after: Builder,
    settings: Vec<Setting>,
}

impl Teller<'_> {
    fn table(&mut self, table: &Table, path: &str, shape: &'static Shape) {
        for key in shape.keys {
            let name = format!("{path}{}", key.name);
            match (table.get(key.name).map(|held| (held, &held.what)), &key.kind) {
                (Some((_, What::Table(inner))), Kind::Table(shape)) => {
                    self.table(inner, &format!("{name}."), shape);
                }
                (Some((_, What::Tables(list))), Kind::Tables(shape)) => {
                    for (place, inner) in list.iter().enumerate() {
                        self.table(inner, &format!("{name}[{place}]."), shape);
                    }
                }
                (Some((held, _)), _) => self.told(name, show(held), held),
                // Chains are there, said or not.
                (None, Kind::Table(shape)) if path.is_empty() => {
                    self.table(&Table::new(table.place.clone()), &format!("{name}."), shape);
                }
                (None, _) if self.is_meant(table, key) => self.otherwise(name, &key.otherwise),
                (None, _) => {}
            }
        }
    }

    /// Whether a key means anything beside the others of its table.
    fn is_meant(&self, table: &Table, key: &Key) -> bool {
        key.only.as_ref().is_none_or(|only| {
            let word = match only.key {
                "kind" => combos::kind(table),
                _ => Some(combos::format(table, self.config)),
            };
            word.is_some_and(|word| only.words.contains(&word))
        })
    }

    fn told(&mut self, key: String, value: String, held: &Held) {
        let origin = Origin::Said(held.place.clone());
        self.settings.push(Setting { key, value, origin });
    }

    fn otherwise(&mut self, key: String, otherwise: &Otherwise) {
        match otherwise {
            Otherwise::Nothing => {}
            Otherwise::This(value) => {
                let is_word = !matches!(*value, "true" | "false");
                let value = if is_word { quoted(value) } else { (*value).to_owned() };
                self.settings.push(Setting { key, value, origin: Origin::Default });
            }
            Otherwise::Preset(value) => {
                let (before, after) = (value(self.before.settings()), value(self.after.settings()));
                let cause = FOLLOWS.iter().find(|(follows, _)| *follows == key);
                let cause = cause.and_then(|(_, cause)| self.config.get(cause));
                let origin = match cause {
                    Some(held) if before != after => Origin::Said(held.place.clone()),
                    _ => Origin::Preset(self.preset.to_owned()),
                };
                let is_bare = after.starts_with('[') || after.parse::<u64>().is_ok();
                let value = if is_bare { after } else { quoted(&after) };
                self.settings.push(Setting { key, value, origin });
            }
        }
    }
}

/// A value as it would be written in TOML.
fn show(held: &Held) -> String {
    match &held.what {
        What::Bool(value) => value.to_string(),
        What::Count(number) => number.to_string(),
        What::Size(bytes) => quoted(&show_size(*bytes)),
        What::Time(time) => quoted(&show_time(*time)),
        What::Level(level) => quoted(level.as_str()),
        What::Word(word) => quoted(word),
        What::Text(text) => quoted(text),
        What::Texts(texts) => {
            let texts: Vec<String> = texts.iter().map(|text| quoted(text)).collect();
            format!("[{}]", texts.join(", "))
        }
        What::Chain(chain) => show_chain(chain),
        What::Table(_) | What::Tables(_) => String::new(),
    }
}

fn quoted(text: &str) -> String {
    format!("{text:?}")
}
