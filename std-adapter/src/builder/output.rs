//! Where an engine writes: a sink, how its records look, which of them it takes.

use core::fmt;
use core::time::Duration;
use std::sync::Arc;

use hydra_log_core::LevelFilter;

use crate::delivery::Durability;
use crate::engine::encoding::Encoding;
use crate::engine::handed::Handed;
use crate::format::{ColourMode, Event, Format, Json, Text, Theme};
use crate::layers::Takes;
use crate::preset::Shown;
use crate::redact::Redaction;
use crate::sink::{Console, Sink};
use crate::threat::Threats;

/// A sink, the format of what is written to it, and the levels that it takes.
///
/// ```
/// use hydra_log::{LevelFilter, Output, format::Json, sink::Memory};
/// let errors = Output::new(Memory::new()).format(Json::new()).level(LevelFilter::Error);
/// # let _ = errors;
/// ```
pub struct Output {
    pub(crate) sink: Box<dyn Sink>,
    pub(crate) encoding: Encoding,
    pub(crate) takes: Takes,
    theme: Theme,
    pub(crate) fallbacks: Vec<Box<dyn Sink>>,
    pub(crate) give_up_after: Option<Duration>,
    pub(crate) durability: Option<Durability>,
    pub(crate) redaction: Option<Redaction>,
    pub(crate) threats: Option<Threats>,
}

impl Output {
    /// A sink that takes every level as text.
    pub fn new(sink: impl Sink + 'static) -> Self {
        Self::boxed(Box::new(sink))
    }

    /// The same for a sink that is boxed already.
    pub(crate) fn boxed(sink: Box<dyn Sink>) -> Self {
        let encoding = Encoding::Lines(Arc::new(Text::new()));
        Self {
            sink,
            encoding,
            takes: Takes::at(LevelFilter::Trace),
            theme: Theme::DEFAULT,
            fallbacks: Vec::new(),
            give_up_after: None,
            durability: None,
            redaction: None,
            threats: None,
        }
    }

    /// What is written looks like this.
    #[must_use]
    pub fn format(mut self, format: impl Format + 'static) -> Self {
        self.encoding = Encoding::Lines(Arc::new(format));
        self
    }

    /// When what is written has colours, where its format knows any. Without this call, the format
    /// is as it was made. Call it behind [`format`](Self::format).
    ///
    /// ```
    /// use hydra_log::{Output, format::{ColourMode, Theme}, sink::Console};
    /// let output = Output::new(Console::stderr()).theme(Theme::BRIGHT).colour(ColourMode::Auto);
    /// # let _ = output;
    /// ```
    #[must_use]
    pub fn colour(mut self, mode: ColourMode) -> Self {
        let is_wanted = match mode {
            ColourMode::Auto => self.sink.likes_colours(),
            ColourMode::Always => true,
            ColourMode::Never => false,
        };
        // Nobody shares it before the engine starts.
        if let Encoding::Lines(format) = &mut self.encoding
            && let Some(format) = Arc::get_mut(format)
        {
            format.paint(is_wanted.then_some(self.theme));
        }
        self
    }

    /// What is written is looked through for secrets, whatever its format is: see
    /// [`redact`](crate::redact). What goes to fallback sinks is, too.
    ///
    /// ```
    /// use hydra_log::{Output, redact::Redaction, sink::Console};
    /// let output = Output::new(Console::stderr()).redact(Redaction::new());
    /// # let _ = output;
    /// ```
    #[must_use]
    pub fn redact(mut self, redaction: Redaction) -> Self {
        self.redaction = Some(redaction);
        self
    }

    /// Records whose values try something get a field `threat`, and are counted: see
    /// [`threat`](crate::threat).
    #[must_use]
    pub fn threats(mut self, threats: Threats) -> Self {
        self.threats = Some(threats);
        self
    }

    /// The colours that [`colour`](Self::colour) uses.
    #[must_use]
    pub fn theme(mut self, theme: Theme) -> Self {
        self.theme = theme;
        self
    }

    /// What is written is a binary log: see [`binary`](crate::binary).
    ///
    /// ```
    /// use hydra_log::{Builder, Output, info, sink::Memory};
    /// let memory = Memory::new();
    /// let engine = Builder::new().sink(Output::new(memory.clone()).binary()).build()?;
    /// engine.scope(|| info!("order {} at {}", 7, 0.25));
    /// drop(engine);
    /// assert!(memory.take().starts_with(&hydra_log_core::block::MAGIC));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn binary(mut self) -> Self {
        self.encoding = Encoding::Binary { is_compressed: false };
        self
    }

    /// What is written is a binary log whose blocks are compressed by zstd where that makes them
    /// smaller. It costs the worker several times the work.
    #[cfg(feature = "zstd")]
    #[must_use]
    pub fn binary_zstd(mut self) -> Self {
        self.encoding = Encoding::Binary { is_compressed: true };
        self
    }

    /// Takes only what `wanted` says, of the records that it would take otherwise: a closure that
    /// sees level, target and values, or a [`Condition`](crate::filter::Condition). Several have to
    /// agree.
    ///
    /// It runs on the worker, never in a call. What it turns away is counted in
    /// [`SinkStats::filtered`](crate::SinkStats::filtered); a record over which it panics is lost,
    /// counted, and told of.
    ///
    /// ```
    /// use hydra_log::{Builder, Output, info, sink::Memory};
    /// let memory = Memory::new();
    /// let output = Output::new(memory.clone())
    ///     .only(|event| event.site.target.starts_with("shop"));
    /// let engine = Builder::new().sink(output).build()?;
    /// engine.scope(|| {
    ///     info!(target: "shop::cart", "kept");
    ///     info!(target: "noise", "not kept");
    /// });
    /// engine.flush()?;
    /// assert_eq!((memory.lines().len(), engine.stats().sinks[0].filtered), (1, 1));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn only(mut self, wanted: impl Fn(&Event<'_>) -> bool + Send + Sync + 'static) -> Self {
        self.takes.only_mut().push(wanted);
        self
    }

    /// Records less severe than this are passed over.
    #[must_use]
    pub fn level(mut self, level: LevelFilter) -> Self {
        self.takes.set_level(level);
        self
    }
}

impl<S: Sink + 'static> From<S> for Output {
    fn from(sink: S) -> Self {
        Self::new(sink)
    }
}

impl fmt::Debug for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.sink.name();
        f.debug_struct("Output").field("sink", &name).field("level", &self.takes.level()).finish()
    }
}

/// An output whose sinks a forked child can take over.
#[derive(Clone)]
pub(crate) struct Lasting {
    /// The sink, then its fallbacks.
    sinks: Vec<Handed>,
    encoding: Encoding,
    takes: Takes,
    theme: Theme,
    give_up_after: Option<Duration>,
    durability: Option<Durability>,
    redaction: Option<Redaction>,
    threats: Option<Threats>,
}

impl Lasting {
    pub(super) fn new(output: Output) -> Self {
        let Output { sink, encoding, takes, theme, fallbacks, .. } = output;
        let Output { give_up_after, durability, redaction, threats, .. } = output;
        let sinks = core::iter::once(sink).chain(fallbacks).map(Handed::new).collect();
        Self { sinks, encoding, takes, theme, give_up_after, durability, redaction, threats }
    }

    /// The output, for the lane of this process; `None` if it has no sink.
    pub(super) fn output(&self) -> Option<Output> {
        let Self { encoding, takes, theme, give_up_after, durability, .. } = self.clone();
        let Self { redaction, threats, .. } = self.clone();
        let boxed = |sink: &Handed| -> Box<dyn Sink> { Box::new(sink.clone()) };
        let mut sinks = self.sinks.iter().map(boxed);
        let sink = sinks.next()?;
        let fallbacks = sinks.collect();
        Some(Output {
            sink,
            encoding,
            takes,
            theme,
            fallbacks,
            give_up_after,
            durability,
            redaction,
            threats,
        })
    }

    pub(super) fn name(&self) -> String {
        self.sinks.first().map(|sink| sink.name()).unwrap_or_default()
    }

    pub(super) fn sinks(&self) -> impl Iterator<Item = &Handed> {
        self.sinks.iter()
    }
}

/// Where an engine writes that was told of nowhere: standard error.
pub(super) fn default_output(shown: Shown) -> Output {
    let console = Console::stderr();
    let is_text = shown.is_text(console.is_terminal());
    let output = Output::new(console);
    if is_text { output.colour(ColourMode::Auto) } else { output.format(Json::new()) }
}
