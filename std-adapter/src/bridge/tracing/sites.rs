//! The sites of `tracing`'s callsites: one for each set of fields that a callsite was seen with.

use core::fmt;
use std::collections::HashMap;
use std::sync::{LazyLock, Mutex};

use hydra_log_core::site::{Site, SiteId};
use tracing_core::Metadata;
use tracing_core::field::Field;

use super::values::Values;
use crate::bridge::sites::{Known, Memory, meet};
use crate::engine::added::{self, NewSite};
use crate::engine::lock;

/// What a record tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Shape {
    Event {
        is_inside: bool,
    },
    Span {
        is_inside: bool,
    },
    /// Values that a span got later.
    Later,
}

/// A callsite with some of its fields.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Key {
    metadata: usize,
    order: u64,
    shape: Shape,
}

thread_local! {
    static MET: Memory<Key> = const { Memory::new() };
}

static KNOWN: Known<Key> = LazyLock::new(|| Mutex::new(HashMap::new()));

/// What spans get later is told of the callsite that began them.
static SPANS: LazyLock<Mutex<HashMap<SiteId, &'static Metadata<'static>>>> =
    LazyLock::new(|| Mutex::new(HashMap::new()));

impl Key {
    /// Of values that were given once.
    #[inline]
    pub(super) fn of(values: &Values<'_>) -> Self {
        Self {
            metadata: core::ptr::from_ref(values.metadata).addr(),
            order: values.order.get(),
            shape: values.shape(),
        }
    }

    #[inline]
    pub(super) fn site(self, values: &Values<'_>) -> Option<&'static Site> {
        // The shapes of one callsite seldom take turns.
        let hash = self.metadata as u64 ^ self.order;
        MET.with(|met| met.get(&self, hash)).or_else(|| {
            let site = meet(&KNOWN, self, || add(values))?;
            MET.with(|met| met.put(self, hash, site));
            Some(site)
        })
    }
}

/// Adds the site for values like these.
fn add(values: &Values<'_>) -> Option<&'static Site> {
    let mut names = Vec::new();
    values.source.visit(&mut |field: &Field, _: &dyn fmt::Debug| names.push(field.name()));
    let metadata = values.metadata;
    let mut template = String::new();
    let mut fields = Vec::new();
    for (index, name) in names.iter().enumerate() {
        let value = format!("{{{index}}}");
        if *name == "message" && matches!(values.shape(), Shape::Event { .. }) {
            template = value;
        } else {
            fields.push((*name, value));
        }
    }
    if !matches!(values.shape(), Shape::Event { .. }) {
        template = metadata.name().replace('{', "{{").replace('}', "}}");
    }
    let numbers = [("span.id", values.span), ("span.parent", values.parent)];
    let there = numbers.iter().filter(|(_, number)| number.is_some());
    for (index, (name, _)) in there.enumerate() {
        fields.push((name, format!("{{{}}}", names.len() + index)));
    }
    let arguments = names.len() + numbers.iter().filter(|(_, number)| number.is_some()).count();
    let site = added::add(NewSite {
        level: super::ours(*metadata.level()),
        target: metadata.target(),
        module: metadata.module_path().unwrap_or_default(),
        file: metadata.file().unwrap_or_default(),
        line: metadata.line().unwrap_or(0),
        template: &template,
        fields,
        arguments: u16::try_from(arguments).unwrap_or(u16::MAX),
    })?;
    if matches!(values.shape(), Shape::Span { .. }) {
        lock(&SPANS).insert(site.id(), metadata);
    }
    Some(site)
}

/// The callsite of the spans that are recorded by this site.
pub(super) fn metadata_of(site: SiteId) -> Option<&'static Metadata<'static>> {
    lock(&SPANS).get(&site).copied()
}
