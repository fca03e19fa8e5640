//! What a configuration has to know of a builder.

use std::io::IsTerminal;

use super::Builder;
use crate::filter::Filter;
use crate::preset::Settings;

impl Builder {
    /// The settings so far.
    pub(crate) fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The filter so far, where it is not the preset's level.
    pub(crate) fn filter_before(&self) -> Option<&Filter> {
        self.filter.as_ref()
    }

    /// Whether records are shown as text where nobody named a sink.
    pub(crate) fn shows_text(&self) -> bool {
        self.settings.shown.is_text(std::io::stderr().is_terminal())
    }
}
