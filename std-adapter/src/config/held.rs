//! What a configuration says once it was checked: values that mean something.

use core::time::Duration;

use hydra_log_core::LevelFilter;

use super::place::Place;
use super::schema::Key;
use crate::delivery::Chain;

/// A checked value, and where it was said.
#[derive(Clone, Debug)]
pub(super) struct Held {
    pub(super) place: Place,
    pub(super) what: What,
}

/// A value by its key's kind.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum What {
    Bool(bool),
    /// A count.
    Count(u64),
    /// A size in bytes.
    Size(u64),
    Time(Duration),
    Level(LevelFilter),
    /// One of the words that a key knows.
    Word(&'static str),
    Text(String),
    Texts(Vec<String>),
    Chain(Chain),
    Table(Table),
    Tables(Vec<Table>),
}

/// Checked values by their keys.
#[derive(Clone, Debug)]
pub(super) struct Table {
    pub(super) place: Place,
    pub(super) values: Vec<(&'static Key, Held)>,
    /// Keys whose values are wrong, which was told.
    pub(super) failed: Vec<&'static str>,
}

/// Where a value was said is no part of what it means.
impl PartialEq for Table {
    fn eq(&self, other: &Self) -> bool {
        let is_same = |(key, held): &(&Key, Held)| {
            other.get(key.name).is_some_and(|found| found.what == held.what)
        };
        self.values.len() == other.values.len() && self.values.iter().all(is_same)
    }
}

impl Table {
    pub(super) fn new(place: Place) -> Self {
        Self { place, values: Vec::new(), failed: Vec::new() }
    }

    /// The value of a key.
    pub(super) fn get(&self, name: &str) -> Option<&Held> {
        self.values.iter().find(|(key, _)| key.name == name).map(|(_, held)| held)
    }

    /// Whether anything was said of a key, be it right or wrong.
    pub(super) fn says(&self, name: &str) -> bool {
        self.failed.contains(&name) || self.get(name).is_some()
    }

    /// Takes a value out.
    pub(super) fn remove(&mut self, name: &str) {
        self.values.retain(|(key, _)| key.name != name);
    }

    pub(super) fn word(&self, name: &str) -> Option<&'static str> {
        self.get(name).and_then(Held::word)
    }

    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.get(name).and_then(Held::text)
    }

    pub(super) fn bool(&self, name: &str) -> Option<bool> {
        self.get(name).and_then(Held::bool)
    }

    pub(super) fn time(&self, name: &str) -> Option<Duration> {
        self.get(name).and_then(Held::time)
    }

    pub(super) fn number(&self, name: &str) -> Option<u64> {
        self.get(name).and_then(Held::number)
    }

    pub(super) fn level(&self, name: &str) -> Option<LevelFilter> {
        self.get(name).and_then(Held::level)
    }

    pub(super) fn table(&self, name: &str) -> Option<&Self> {
        match self.get(name).map(|held| &held.what) {
            Some(What::Table(table)) => Some(table),
            _ => None,
        }
    }

    pub(super) fn tables(&self, name: &str) -> &[Self] {
        match self.get(name).map(|held| &held.what) {
            Some(What::Tables(tables)) => tables,
            _ => &[],
        }
    }
}

impl Held {
    pub(super) fn word(&self) -> Option<&'static str> {
        if let What::Word(word) = self.what { Some(word) } else { None }
    }

    pub(super) fn text(&self) -> Option<&str> {
        if let What::Text(text) = &self.what { Some(text) } else { None }
    }

    pub(super) fn texts(&self) -> &[String] {
        if let What::Texts(texts) = &self.what { texts } else { &[] }
    }

    pub(super) fn bool(&self) -> Option<bool> {
        if let What::Bool(value) = self.what { Some(value) } else { None }
    }

    pub(super) fn time(&self) -> Option<Duration> {
        if let What::Time(time) = self.what { Some(time) } else { None }
    }

    /// A count or a size.
    pub(super) fn number(&self) -> Option<u64> {
        if let What::Count(number) | What::Size(number) = self.what { Some(number) } else { None }
    }

    pub(super) fn level(&self) -> Option<LevelFilter> {
        if let What::Level(level) = self.what { Some(level) } else { None }
    }

    pub(super) fn chain(&self) -> Option<Chain> {
        if let What::Chain(chain) = self.what { Some(chain) } else { None }
    }
}
