//! Colours: when, and which.

use core::fmt;
use core::str::FromStr;

use hydra_log_core::Level;

/// When a destination gets colours.
///
/// ```
/// use hydra_log::format::ColourMode;
/// assert_eq!("auto".parse(), Ok(ColourMode::Auto));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum ColourMode {
    /// On a terminal that knows them, unless `NO_COLOR` is set; elsewhere if `CLICOLOR_FORCE` is.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

impl FromStr for ColourMode {
    type Err = UnknownTheme;

    fn from_str(word: &str) -> Result<Self, UnknownTheme> {
        match word {
            "auto" => Ok(Self::Auto),
            "always" => Ok(Self::Always),
            "never" => Ok(Self::Never),
            _ => Err(UnknownTheme { word: word.to_owned(), known: "auto, always or never" }),
        }
    }
}

/// Which colours levels have, and what is toned down.
///
/// ```
/// use hydra_log::{Level, format::Theme};
/// let theme = Theme::DEFAULT.level(Level::Error, "1;97;41");
/// assert_eq!("mono".parse(), Ok(Theme::MONO));
/// # let _ = theme;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Theme {
    /// By level, what stands between `ESC [` and `m`.
    levels: [&'static str; 5],
    dim: &'static str,
}

impl Theme {
    /// Red, yellow, green, blue, magenta.
    pub const DEFAULT: Self = Self { levels: ["31", "33", "32", "34", "35"], dim: "2" };
    /// As the default, brighter.
    pub const BRIGHT: Self = Self { levels: ["1;91", "1;93", "1;92", "1;94", "1;95"], dim: "90" };
    /// For a light background.
    pub const LIGHT: Self = Self { levels: ["31", "38;5;130", "32", "34", "35"], dim: "38;5;242" };
    /// Without colours: what is severe is bold or reversed.
    pub const MONO: Self = Self { levels: ["7", "1", "", "2", "2"], dim: "2" };

    /// The themes that have names.
    pub const NAMED: [(&'static str, Self); 4] = [
        ("default", Self::DEFAULT),
        ("bright", Self::BRIGHT),
        ("light", Self::LIGHT),
        ("mono", Self::MONO),
    ];

    /// Another colour for a level: digits and semicolons, as between `ESC [` and `m`. Anything else
    /// is left out, so that a theme can't send commands to a terminal.
    #[must_use]
    pub const fn level(mut self, level: Level, code: &'static str) -> Self {
        let at = level as usize - 1;
        if at < self.levels.len() && is_code(code) {
            #[expect(clippy::indexing_slicing, reason = "compared with the length")]
            {
                self.levels[at] = code;
            }
        }
        self
    }

    /// Another look for what is toned down, as for a level.
    #[must_use]
    pub const fn dim(mut self, code: &'static str) -> Self {
        if is_code(code) {
            self.dim = code;
        }
        self
    }

    /// The code of a level.
    pub(super) fn code(&self, level: Level) -> &'static str {
        self.levels.get(level as usize - 1).copied().unwrap_or_default()
    }

    /// The code of what is toned down.
    pub(super) fn dim_code(&self) -> &'static str {
        self.dim
    }
}

/// Whether a text is digits and semicolons.
const fn is_code(code: &str) -> bool {
    let bytes = code.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        #[expect(clippy::indexing_slicing, reason = "compared with the length")]
        let byte = bytes[at];
        if !byte.is_ascii_digit() && byte != b';' {
            return false;
        }
        at += 1;
    }
    bytes.len() <= 32
}

impl FromStr for Theme {
    type Err = UnknownTheme;

    fn from_str(word: &str) -> Result<Self, UnknownTheme> {
        let found = Self::NAMED.into_iter().find(|(name, _)| *name == word);
        let known = "default, bright, light or mono";
        found.map(|(_, theme)| theme).ok_or_else(|| UnknownTheme { word: word.to_owned(), known })
    }
}

/// A word that names no theme, or no colour mode.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnknownTheme {
    /// The word.
    pub word: String,
    /// What there is.
    pub known: &'static str,
}

impl fmt::Display for UnknownTheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is not known: use {}", self.word, self.known)
    }
}

impl core::error::Error for UnknownTheme {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_theme_sends_no_commands() {
        let theme = Theme::DEFAULT.level(Level::Error, "31m\x1b]0;x").dim("2J");
        assert_eq!(theme, Theme::DEFAULT);
        assert_eq!(Theme::MONO.level(Level::Trace, "38;5;8").code(Level::Trace), "38;5;8");
        assert_eq!("pink".parse::<Theme>().unwrap_err().word, "pink");
    }
}
