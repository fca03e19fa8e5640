//! What can be changed while the engine runs, and by whom.

use std::path::PathBuf;
use std::sync::Arc;

use super::Builder;
use crate::control::reload::{self, Source};
use crate::engine::Engine;
use crate::error::InitError;
use crate::limit::{Limit, Rule};

impl Builder {
    /// Takes the filter from a file: directives as [`filter`](Self::filter) takes them, in lines or
    /// between commas; `#` begins a remark. It is read again by
    /// [`Engine::reload`](crate::Engine::reload).
    ///
    /// # Errors
    /// [`InitError::Filter`] for a file that cannot be read, or says nothing, or is no filter.
    pub fn filter_file(mut self, path: impl Into<PathBuf>) -> Result<Self, InitError> {
        let path = path.into();
        let filter = reload::filter_from(&path).map_err(|message| InitError::Filter { message })?;
        self.filter = Some(filter);
        self.control.sources.push(Source::Filter(path));
        Ok(self)
    }

    /// Has `hook` called when everything is to be read again: by
    /// [`Engine::reload`](crate::Engine::reload), by a hangup where that is
    /// [asked for](Self::reload_on_hangup), by `hydra ctl PID reload`. It changes the engine, or
    /// says why not, and then should have changed nothing.
    ///
    /// ```
    /// use hydra_log::{Builder, LevelFilter, sink::Memory};
    /// let engine = Builder::new()
    ///     .sink(Memory::new())
    ///     .reload_by(|engine| {
    ///         let level: LevelFilter = std::env::var("LEVEL").unwrap_or("info".into()).parse()?;
    ///         engine.set_level(level);
    ///         Ok::<(), hydra_log::ParseLevelError>(())
    ///     })
    ///     .build()?;
    /// engine.reload()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn reload_by<E>(
        mut self,
        hook: impl Fn(&Engine) -> Result<(), E> + Send + Sync + 'static,
    ) -> Self
    where
        E: Into<Box<dyn core::error::Error + Send + Sync>>,
    {
        let hook = move |engine: &Engine| hook(engine).map_err(Into::into);
        self.control.sources.push(Source::Hook(Arc::new(hook)));
        self
    }

    /// Writes no more records of some calls than a limit says; see [`limit`](crate::limit).
    ///
    /// The scope is a target, `layer:NAME`, `callsite:FILE:LINE` or `*`; one that names nothing is
    /// told by [`build`](Self::build).
    pub fn limit(mut self, scope: impl Into<String>, limit: Limit) -> Self {
        match scope.into().parse() {
            Ok(scope) => self.limits.push(Rule { scope, limit }),
            Err(error) => self.control.wrong_limit = Some(error),
        }
        self
    }

    /// Listens to `hydra ctl`: by a socket in this directory, which is made if it is not there, for
    /// this user alone; [`control::default_directory`](crate::control::default_directory) is where
    /// `hydra ctl` looks first. One thread of the engine's serves it. Where that is not possible,
    /// the engine starts without, and says so through the `on_error` hook.
    ///
    /// Whoever has this user's rights can change levels by it, and see counts and callsites; it
    /// does not show what is logged.
    ///
    /// ```no_run
    /// use hydra_log::{Builder, control};
    /// let _guard = Builder::new().control(control::default_directory()).try_init()?;
    /// # Ok::<(), hydra_log::InitError>(())
    /// ```
    pub fn control(mut self, directory: impl Into<PathBuf>) -> Self {
        self.control.directory = Some(directory.into());
        self
    }

    /// Has SIGHUP read everything again, on a thread of the engine's. A file that is wrong is
    /// reported through the `on_error` hook, and changes nothing. From then on a hangup does not
    /// end the process; a handler that was there before is called, too.
    pub fn reload_on_hangup(mut self) -> Self {
        self.control.on_hangup = true;
        self
    }
}
