//! Layers: named routes, each with its own level and destinations.
//!
//! ```
//! use hydra_log::{Builder, Layer, LevelFilter, Output, info, sink::Memory};
//! let (api, errors, rest) = (Memory::new(), Memory::new(), Memory::new());
//! let engine = Builder::new()
//!     .layer(
//!         Layer::new("API")
//!             .target("shop::api")
//!             .level(LevelFilter::Debug)
//!             .sink(api.clone())
//!             .sink(Output::new(errors.clone()).level(LevelFilter::Error)),
//!     )
//!     .sink(rest.clone())
//!     .build()?;
//! engine.scope(|| {
//!     info!(layer: "API", "by its layer");
//!     hydra_log::debug!(target: "shop::api::v2", "by its target");
//!     info!("of no layer");
//!     info!(layer: "APO", "of one that nobody knows");
//! });
//! engine.flush()?;
//! assert_eq!((api.lines().len(), errors.lines().len(), rest.lines().len()), (2, 0, 2));
//! assert_eq!(engine.stats().unrouted, 1);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! A record goes to the layer that its call names, or else to the one with the longest target that
//! it lies in. Where nobody knows the layer, the record goes on: to the layer `DEFAULT` if there is
//! one, or else to the sinks of no layer, or else to the console, and is counted. Nothing goes
//! nowhere silently.

mod only;
mod router;

use core::fmt;

use hydra_log_core::LevelFilter;

use crate::builder::Output;
use crate::format::Event;
use crate::redact::Redaction;

pub(crate) use self::only::Only;
pub(crate) use self::router::{Router, Takes};

/// The layer that takes what no other one does.
pub const DEFAULT_LAYER: &str = "DEFAULT";

/// A named route: which records, from which level on, and where to.
///
/// See [`Builder::layer`](crate::Builder::layer).
#[must_use = "a layer counts in a builder"]
pub struct Layer {
    pub(crate) name: String,
    pub(crate) targets: Vec<String>,
    pub(crate) level: Option<LevelFilter>,
    pub(crate) outputs: Vec<Output>,
    pub(crate) redaction: Option<Redaction>,
    pub(crate) only: Only,
}

impl Layer {
    /// A layer by the name that calls give: `info!(layer: "API", …)`.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            targets: Vec::new(),
            level: None,
            outputs: Vec::new(),
            redaction: None,
            only: Only::default(),
        }
    }

    /// Takes calls without a layer, too, whose target is this or lies in it.
    pub fn target(mut self, target: impl Into<String>) -> Self {
        self.targets.push(target.into());
        self
    }

    /// Which levels pass, whatever the filter says. Without this call the filter says.
    pub fn level(mut self, level: LevelFilter) -> Self {
        self.level = Some(level);
        self
    }

    /// Of its records, its outputs take only those that `wanted` says; see
    /// [`Output::only`](crate::Output::only).
    pub fn only(mut self, wanted: impl Fn(&Event<'_>) -> bool + Send + Sync + 'static) -> Self {
        self.only.push(wanted);
        self
    }

    /// Adds somewhere to write. A layer without sinks writes to those of no layer.
    pub fn sink(mut self, output: impl Into<Output>) -> Self {
        self.outputs.push(output.into());
        self
    }

    /// Redacts what its own outputs write that have no redaction of their own: see
    /// [`redact`](crate::redact).
    pub fn redact(mut self, redaction: Redaction) -> Self {
        self.redaction = Some(redaction);
        self
    }
}

impl fmt::Debug for Layer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Layer")
            .field("name", &self.name)
            .field("targets", &self.targets)
            .field("level", &self.level)
            .field("outputs", &self.outputs)
            .finish()
    }
}
