//! Configuration from files and from the environment, for people who never read the source.
//!
//! ```
//! use hydra_log::{LevelFilter, config::{Config, Syntax}};
//! let config = Config::parse(
//!     r#"
//!     preset = "development"
//!     filter = "my_app=debug,net=warn"
//!     ring_bytes = "128KiB"
//!
//!     [[sinks]]
//!     kind = "stderr"
//!     format = "json"
//!     "#,
//!     Syntax::Toml,
//! )?;
//! let engine = config.builder()?.level(LevelFilter::Trace).build()?;
//! # drop(engine);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! What is said later counts: the defaults, then the preset, then the file, then the environment
//! (`HYDRA_LOG_…`), then the calls of the builder. [`Config::explain`] tells where each value came
//! from, as does `hydra config explain`.
//!
//! Whatever is wrong is told at once, each with its place and what to write instead: unknown keys,
//! wrong types, values out of range, combinations that can't be. `hydra config check` tells it
//! before the program runs, and [`Config::schema`] tells editors.
//!
//! Files that a configuration names lie below a directory: its own, or its `root`, or
//! [`Config::root`]. A path that leads out is refused. What the environment names may lie anywhere:
//! it belongs to whoever starts the program.
//!
//! The keys are in `docs/configuration.md`.

mod check;
mod combos;
mod environment;
mod explain;
mod held;
mod looks;
mod make;
mod place;
mod problem;
mod schema;
mod source;
mod toml;
mod tree;
mod units;
mod words;
#[cfg(feature = "yaml")]
mod yaml;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use self::held::Table;
use self::problem::Problems;
use crate::builder::Builder;
use crate::engine::lock;
use crate::error::InitError;
use crate::filter::Filter;
use crate::global::Guard;
use crate::sink::Memory;

pub use self::explain::{Origin, Setting};
pub use self::place::{Place, Source};
pub use self::problem::{ConfigError, Problem, ProblemKind};
pub use self::source::Syntax;

/// The variable with the path of a configuration file.
pub const CONFIG_VARIABLE: &str = "HYDRA_LOG_CONFIG";

/// What files and the environment say of an engine, checked.
#[derive(Clone, Debug)]
pub struct Config {
    table: Table,
    /// The directory that the configuration is in.
    base: PathBuf,
    /// The directory that the program wants files to be in.
    root: Option<PathBuf>,
    memories: Arc<Mutex<BTreeMap<String, Memory>>>,
}

impl Default for Config {
    fn default() -> Self {
        Self::new()
    }
}

/// As they mean the same, wherever it was said.
impl PartialEq for Config {
    fn eq(&self, other: &Self) -> bool {
        (&self.table, &self.base, &self.root) == (&other.table, &other.base, &other.root)
    }
}

impl Config {
    /// Nothing is said.
    #[must_use]
    pub fn new() -> Self {
        let place = Place::whole(&Arc::new(Source::Text));
        let base = PathBuf::from(".");
        Self { table: Table::new(place), base, root: None, memories: Arc::default() }
    }

    /// Reads a file: `.toml`, or with the feature `yaml` also `.yaml` and `.yml`.
    ///
    /// ```
    /// use hydra_log::config::Config;
    /// let error = Config::from_file("no/such/hydra.toml").unwrap_err();
    /// assert!(error.to_string().starts_with("no/such/hydra.toml: "));
    /// ```
    ///
    /// # Errors
    /// [`ConfigError`] with everything that is wrong, and where.
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, ConfigError> {
        let mut problems = Problems::default();
        let config = source::file(path.as_ref(), &mut problems);
        config.checked(problems)
    }

    /// Reads a text. Its files lie below the current directory.
    ///
    /// # Errors
    /// [`ConfigError`] with everything that is wrong, and where.
    pub fn parse(text: &str, syntax: Syntax) -> Result<Self, ConfigError> {
        let mut problems = Problems::default();
        let source = Arc::new(Source::Text);
        let config = source::text(text, syntax, &source, Path::new("."), &mut problems);
        config.checked(problems)
    }

    /// Reads the file that `HYDRA_LOG_CONFIG` names, if it names one, and the other variables
    /// over it.
    ///
    /// # Errors
    /// [`ConfigError`] with everything that is wrong with either.
    pub fn from_env() -> Result<Self, ConfigError> {
        let mut problems = Problems::default();
        let variables = environment::process(&mut problems);
        let path = variables.iter().find(|(name, _)| name == CONFIG_VARIABLE);
        let mut config = match path {
            Some((_, path)) => source::file(Path::new(path), &mut problems),
            None => Self::new(),
        };
        environment::lay(&mut config.table, &variables, &mut problems);
        config.checked(problems)
    }

    /// Lays the process's environment over it, but for `HYDRA_LOG_CONFIG`.
    ///
    /// # Errors
    /// [`ConfigError`] with everything that is wrong with the variables.
    pub fn environment(mut self) -> Result<Self, ConfigError> {
        let mut problems = Problems::default();
        let variables = environment::process(&mut problems);
        environment::lay(&mut self.table, &variables, &mut problems);
        self.checked(problems)
    }

    /// Lays variables over it that the program has from elsewhere. Names that do not start with
    /// `HYDRA_LOG` are passed over.
    ///
    /// ```
    /// use hydra_log::config::{Config, Syntax};
    /// let config = Config::parse("workers = 2", Syntax::Toml)?;
    /// let config = config.variables([("HYDRA_LOG_WORKERS", "4"), ("PATH", "/bin")])?;
    /// let settings = config.explain();
    /// let workers = settings.iter().find(|setting| setting.key == "workers").unwrap();
    /// assert_eq!(workers.to_string(), "workers = 4  (HYDRA_LOG_WORKERS)");
    /// # Ok::<(), hydra_log::config::ConfigError>(())
    /// ```
    ///
    /// # Errors
    /// [`ConfigError`] with everything that is wrong with them.
    pub fn variables<N: Into<String>, V: Into<String>>(
        mut self,
        variables: impl IntoIterator<Item = (N, V)>,
    ) -> Result<Self, ConfigError> {
        let mut problems = Problems::default();
        let variables: Vec<(String, String)> =
            variables.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
        environment::lay(&mut self.table, &variables, &mut problems);
        self.checked(problems)
    }

    /// The directory that files named in a file may not leave, whatever that says.
    #[must_use]
    pub fn root(mut self, directory: impl Into<PathBuf>) -> Self {
        self.root = Some(directory.into());
        self
    }

    /// A builder with all of it; its own calls count more. Files are opened, and their directories
    /// made.
    ///
    /// # Errors
    /// [`ConfigError`] for files that can't be opened or lie elsewhere, and for what this program
    /// was built without.
    pub fn builder(&self) -> Result<Builder, ConfigError> {
        make::builder(self, self.preset())
    }

    /// Which records pass: to have an engine that runs follow a file that was changed.
    ///
    /// ```
    /// use hydra_log::{Builder, LevelFilter, config::{Config, Syntax}, sink::Memory};
    /// let engine = Builder::new().sink(Memory::new()).build()?;
    /// let changed = Config::parse("filter = \"net=debug\"", Syntax::Toml)?;
    /// engine.set_filter(changed.filter());
    /// assert_eq!(changed.filter().level_for("net::tcp"), LevelFilter::Debug);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn filter(&self) -> Filter {
        let builder = make::settings(&self.table, self.preset());
        let level = Filter::at(builder.settings().level);
        builder.filter_before().cloned().unwrap_or(level)
    }

    /// What a sink of kind `memory` keeps, by its `name`, once [`builder`](Self::builder) was
    /// called.
    ///
    /// ```
    /// use hydra_log::{info, config::{Config, Syntax}};
    /// let text = "sinks = [{ kind = \"memory\", format = \"csv\" }]";
    /// let config = Config::parse(text, Syntax::Toml)?;
    /// let engine = config.builder()?.build()?;
    /// engine.scope(|| info!("kept"));
    /// engine.flush()?;
    /// assert_eq!(config.memory("memory").unwrap().lines().len(), 2);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn memory(&self, name: &str) -> Option<Memory> {
        lock(&self.memories).get(name).cloned()
    }

    /// Every key that has a value, with where it came from, in the order of the documentation.
    #[must_use]
    pub fn explain(&self) -> Vec<Setting> {
        explain::explain(self)
    }

    /// The JSON Schema of configuration files, for editors.
    #[must_use]
    pub fn schema() -> String {
        schema::schema()
    }

    /// All keys as a table in Markdown, as it stands in the documentation.
    #[must_use]
    pub fn keys() -> String {
        schema::keys_table()
    }

    /// A builder with the preset alone.
    fn preset(&self) -> Builder {
        match self.table.text("preset") {
            Some(name) => Builder::preset(name),
            None => Builder::new(),
        }
    }

    /// Where files lie.
    fn root_path(&self) -> PathBuf {
        if let Some(root) = &self.root {
            return root.clone();
        }
        match self.table.text("root") {
            Some(root) => self.base.join(root),
            None => self.base.clone(),
        }
    }

    /// The memory of a name, made if there is none yet: parts of a configuration that name the same
    /// one share it.
    fn memory_or(&self, name: &str, make: impl FnOnce() -> Memory) -> Memory {
        lock(&self.memories).entry(name.to_owned()).or_insert_with(make).clone()
    }

    fn checked(self, mut problems: Problems) -> Result<Self, ConfigError> {
        combos::check(&self.table, &self.preset(), &self.root_path(), &mut problems);
        problems.or(self)
    }
}

/// Starts the process's engine as the file that `HYDRA_LOG_CONFIG` names and the variables
/// `HYDRA_LOG_…` say.
///
/// It is short for `Config::from_env()?.builder()?.try_init()`.
///
/// ```
/// let _guard = hydra_log::config::init_from_env()?;
/// # Ok::<(), hydra_log::InitError>(())
/// ```
///
/// # Errors
/// [`InitError::Config`] with everything that is wrong, and [`InitError`].
pub fn init_from_env() -> Result<Guard, InitError> {
    Config::from_env()?.builder()?.try_init()
}
