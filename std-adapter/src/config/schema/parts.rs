//! How rows of the table are written.

use super::{Key, Only, Otherwise, Set};
use crate::preset::Settings;

impl Key {
    /// What counts where nobody says anything.
    pub(super) const fn or(self, value: &'static str) -> Self {
        Self { otherwise: Otherwise::This(value), ..self }
    }

    /// The preset's value counts where nobody says another one.
    pub(super) const fn preset(self, value: fn(&Settings) -> String) -> Self {
        Self { otherwise: Otherwise::Preset(value), ..self }
    }

    /// A variable sets it, too.
    pub(super) const fn variable(self, name: &'static str) -> Self {
        Self { variable: Some(name), ..self }
    }

    /// A builder is told so.
    pub(super) const fn set(self, set: Set) -> Self {
        Self { set: Some(set), ..self }
    }

    /// It goes with these words of another key only.
    pub(super) const fn only(self, key: &'static str, words: &'static [&'static str]) -> Self {
        Self { only: Some(Only { key, words }), ..self }
    }

    /// Its table means nothing without it.
    pub(super) const fn needed(self) -> Self {
        Self { is_needed: true, ..self }
    }
}
