//! Which output takes a record: by its level, its layer, its target.

use std::sync::{Arc, Mutex};

use hydra_log_core::sync::{AtomicUsize, rmw};
use hydra_log_core::{Level, LevelFilter, ord};

use super::{DEFAULT_LAYER, Layer, Only};
use crate::engine::lock;

/// The layers of an engine.
#[derive(Debug)]
pub(crate) struct Router {
    layers: Vec<Route>,
    /// The one named `DEFAULT`.
    default: Option<usize>,
    /// Records whose layer nobody knows.
    unrouted: AtomicUsize,
}

#[derive(Debug)]
struct Route {
    name: String,
    targets: Vec<String>,
    level: Mutex<Option<LevelFilter>>,
    has_outputs: bool,
}

/// Where a record belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Place {
    /// The layer, or none.
    layer: Option<usize>,
    /// Whether its call named one that is not there.
    is_unknown: bool,
}

impl Router {
    pub(crate) fn new(layers: &[Layer]) -> Self {
        let route = |layer: &Layer| Route {
            name: layer.name.clone(),
            targets: layer.targets.clone(),
            level: Mutex::new(layer.level),
            has_outputs: !layer.outputs.is_empty(),
        };
        Self {
            layers: layers.iter().map(route).collect(),
            default: layers.iter().position(|layer| layer.name == DEFAULT_LAYER),
            unrouted: AtomicUsize::new(0),
        }
    }

    /// Whether records may go to the sinks of no layer.
    pub(crate) fn needs_plain(&self) -> bool {
        let has_outputs = |place: usize| self.layers.get(place).is_some_and(|it| it.has_outputs);
        !self.default.is_some_and(has_outputs) || self.layers.iter().any(|it| !it.has_outputs)
    }

    /// The level of the layer that such records belong to, if it has one of its own.
    pub(crate) fn level_of(&self, layer: &str, target: &str) -> Option<LevelFilter> {
        let place = self.place(layer, target).layer?;
        self.layers.get(place).and_then(|route| *lock(&route.level))
    }

    /// The layer that such records belong to.
    pub(crate) fn name_of(&self, layer: &str, target: &str) -> Option<&str> {
        let place = self.place(layer, target).layer?;
        self.layers.get(place).map(|route| route.name.as_str())
    }

    /// The layers' names.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.layers.iter().map(|route| route.name.as_str())
    }

    /// The layers that have levels of their own, and those.
    pub(crate) fn levels(&self) -> impl Iterator<Item = (&str, LevelFilter)> {
        self.layers.iter().filter_map(|route| Some((route.name.as_str(), (*lock(&route.level))?)))
    }

    /// The most verbose level of a layer.
    pub(crate) fn max_level(&self) -> LevelFilter {
        self.layers.iter().filter_map(|route| *lock(&route.level)).max().unwrap_or_default()
    }

    /// Sets a layer's level, or leaves it to the filter; `false` if there is no such layer.
    pub(crate) fn set_level(&self, layer: &str, level: Option<LevelFilter>) -> bool {
        let route = self.layers.iter().find(|route| route.name == layer);
        route.map(|route| *lock(&route.level) = level).is_some()
    }

    pub(crate) fn unrouted(&self) -> u64 {
        self.unrouted.load(ord::count()) as u64
    }

    fn place(&self, layer: &str, target: &str) -> Place {
        let default = Place { layer: self.default, is_unknown: false };
        if !layer.is_empty() {
            let named = self.layers.iter().position(|route| route.name == layer);
            return match named {
                Some(_) => Place { layer: named, is_unknown: false },
                None => Place { is_unknown: true, ..default },
            };
        }
        let fits = |route: &Route| {
            let fitting = route.targets.iter().filter(|prefix| is_in(target, prefix));
            fitting.map(String::len).max()
        };
        let layers = self.layers.iter().enumerate();
        let longest = layers
            .filter_map(|(place, route)| Some((fits(route)?, place)))
            .max_by_key(|(length, _)| *length);
        longest.map_or(default, |(_, place)| Place { layer: Some(place), is_unknown: false })
    }
}

/// Whether a target is another one, or lies in it.
fn is_in(target: &str, other: &str) -> bool {
    target.strip_prefix(other).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

/// Which records an output takes.
#[derive(Clone, Debug)]
pub(crate) struct Takes {
    level: LevelFilter,
    router: Option<Arc<Router>>,
    /// Its layer, or none.
    layer: Option<usize>,
    /// Whether this one counts records of unknown layers.
    counts: bool,
    only: Only,
}

impl Takes {
    /// Everything up to a level.
    pub(crate) fn at(level: LevelFilter) -> Self {
        Self { level, router: None, layer: None, counts: false, only: Only::default() }
    }

    pub(crate) fn set_level(&mut self, level: LevelFilter) {
        self.level = level;
    }

    /// What is asked of a record beside its level and its layer.
    pub(crate) fn only(&self) -> &Only {
        &self.only
    }

    /// The same, to add to it.
    pub(crate) fn only_mut(&mut self) -> &mut Only {
        &mut self.only
    }

    /// Of these only what belongs to a layer, or to none.
    pub(crate) fn route(&mut self, router: &Arc<Router>, layer: Option<usize>) {
        self.router = Some(Arc::clone(router));
        self.layer = layer;
    }

    /// From now on this one counts records of unknown layers.
    pub(crate) fn count(&mut self) {
        self.counts = true;
    }

    pub(crate) fn level(&self) -> LevelFilter {
        self.level
    }

    /// Whether a record goes there.
    #[inline]
    pub(crate) fn takes(&self, level: Level, layer: &str, target: &str) -> bool {
        match &self.router {
            None => self.level.allows(level),
            Some(router) => self.takes_routed(router, level, layer, target),
        }
    }

    fn takes_routed(&self, router: &Router, level: Level, layer: &str, target: &str) -> bool {
        let place = router.place(layer, target);
        let has_outputs =
            |place: &usize| router.layers.get(*place).is_some_and(|it| it.has_outputs);
        self.level.allows(level) && place.layer.filter(has_outputs) == self.layer
    }

    /// As [`takes`](Self::takes), of a record that is about to be written: once a record.
    #[inline]
    pub(crate) fn takes_now(&self, level: Level, layer: &str, target: &str) -> bool {
        if self.counts
            && let Some(router) = &self.router
            && router.place(layer, target).is_unknown
        {
            rmw::add(&router.unrouted, 1, ord::count());
        }
        self.takes(level, layer, target)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sink::Memory;

    fn router(layers: &[Layer]) -> Arc<Router> {
        Arc::new(Router::new(layers))
    }

    fn member(router: &Arc<Router>, layer: Option<usize>) -> Takes {
        let mut takes = Takes::at(LevelFilter::Info);
        takes.route(router, layer);
        takes
    }

    #[test]
    fn a_record_is_taken_by_one_layer() {
        let api = Layer::new("API").target("shop").sink(Memory::new());
        let db = Layer::new("DB").target("shop::db").sink(Memory::new());
        let router = router(&[api, db]);
        let members = [None, Some(0), Some(1)].map(|layer| member(&router, layer));
        let who = |layer, target| {
            let takes = members.iter().map(|member| member.takes(Level::Info, layer, target));
            takes.collect::<Vec<_>>()
        };
        assert_eq!(who("", "other"), [true, false, false]);
        assert_eq!(who("API", "other"), [false, true, false]);
        assert_eq!(who("", "shop"), [false, true, false]);
        assert_eq!(who("", "shop::db::pool"), [false, false, true]);
        assert_eq!(who("", "shop::dbx"), [false, true, false]);
        assert_eq!(who("", "shopping"), [true, false, false]);
        assert_eq!(who("NONE", "shop"), [true, false, false]);
        assert!(!members[1].takes(Level::Debug, "API", ""));
    }

    #[test]
    fn what_nobody_knows_goes_on_and_is_counted() {
        let default = Layer::new(DEFAULT_LAYER).sink(Memory::new());
        let silent = Layer::new("SILENT").level(LevelFilter::Error);
        let router = router(&[default, silent]);
        let (mut plain, inner) = (member(&router, None), member(&router, Some(0)));
        plain.count();
        assert!(!plain.takes_now(Level::Info, "NONE", "x"));
        assert!(inner.takes_now(Level::Info, "NONE", "x"));
        assert!(inner.takes_now(Level::Info, "", "x"));
        // A layer without sinks has those of no layer.
        assert!(plain.takes_now(Level::Info, "SILENT", "x"));
        assert!(router.needs_plain());
        assert_eq!(router.unrouted(), 1);
        assert_eq!(router.level_of("SILENT", ""), Some(LevelFilter::Error));
        assert!(router.set_level("SILENT", Some(LevelFilter::Trace)));
        assert_eq!((router.max_level(), router.set_level("X", None)), (LevelFilter::Trace, false));
    }
}
