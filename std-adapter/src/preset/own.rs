//! A program's own presets, by name.

use core::fmt;
use std::sync::{Arc, Mutex};

use crate::builder::Builder;
use crate::engine::lock;
use crate::error::InitError;
use crate::preset::Preset;

type Make = Arc<dyn Fn(Builder) -> Builder + Send + Sync>;

struct Own {
    name: String,
    about: String,
    base: Preset,
    make: Make,
}

static OWN: Mutex<Vec<Own>> = Mutex::new(Vec::new());

/// Makes a preset of a program's own known by a name: what it changes of another one.
///
/// ```
/// use hydra_log::{Builder, LevelFilter, Preset, presets, register_preset};
/// register_preset("my_app", "loud and small", Preset::Minimal, |builder| {
///     builder.level(LevelFilter::Trace).ring_bytes(8 << 10)
/// })?;
/// let engine = Builder::preset("my_app").build()?;
/// assert!(presets().iter().any(|preset| preset.name == "my_app"));
/// assert!(register_preset("my_app", "twice", Preset::Minimal, |builder| builder).is_err());
/// # drop(engine);
/// # Ok::<(), hydra_log::InitError>(())
/// ```
///
/// # Errors
/// [`InitError::PresetTaken`] if there is one of that name.
pub fn register_preset(
    name: impl Into<String>,
    about: impl Into<String>,
    base: Preset,
    make: impl Fn(Builder) -> Builder + Send + Sync + 'static,
) -> Result<(), InitError> {
    let (name, about) = (name.into(), about.into());
    let mut own = lock(&OWN);
    if name.parse::<Preset>().is_ok() || own.iter().any(|other| other.name == name) {
        return Err(InitError::PresetTaken { name });
    }
    own.push(Own { name, about, base, make: Arc::new(make) });
    Ok(())
}

/// A preset that there is.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PresetInfo {
    /// Its name.
    pub name: String,
    /// What it is for.
    pub about: String,
}

/// All presets: those that are built in, then the program's own.
#[must_use]
pub fn presets() -> Vec<PresetInfo> {
    let info = |name: &str, about: &str| PresetInfo { name: name.into(), about: about.into() };
    let known = Preset::ALL.iter().map(|preset| info(preset.as_str(), preset.about()));
    let own = lock(&OWN);
    known.chain(own.iter().map(|own| info(&own.name, &own.about))).collect()
}

/// A preset, or the name of one.
#[derive(Clone, Debug)]
pub struct PresetName(Named);

#[derive(Clone, Debug)]
enum Named {
    Known(Preset),
    Word(String),
}

impl PresetName {
    /// Whether it is this one.
    pub(crate) fn is(&self, preset: Preset) -> bool {
        match &self.0 {
            Named::Known(known) => *known == preset,
            Named::Word(word) => word.parse() == Ok(preset),
        }
    }

    /// The builder that it stands for, or the name that nobody knows.
    pub(crate) fn builder(self) -> (Builder, Option<String>) {
        let word = match self.0 {
            Named::Known(preset) => return (Builder::of(preset), None),
            Named::Word(word) => word,
        };
        if let Ok(preset) = word.parse() {
            return (Builder::of(preset), None);
        }
        let found = lock(&OWN)
            .iter()
            .find(|own| own.name == word)
            .map(|own| (own.base, Arc::clone(&own.make)));
        match found {
            Some((base, make)) => (make(Builder::of(base)), None),
            None => (Builder::of(Preset::default()), Some(word)),
        }
    }
}

impl From<Preset> for PresetName {
    fn from(preset: Preset) -> Self {
        Self(Named::Known(preset))
    }
}

impl From<&str> for PresetName {
    fn from(word: &str) -> Self {
        Self(Named::Word(word.to_owned()))
    }
}

impl fmt::Display for PresetName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Named::Known(preset) => preset.fmt(f),
            Named::Word(word) => f.pad(word),
        }
    }
}
