//! Which records have which class: rules by level, target and layer.

use hydra_log_core::LevelFilter;
use hydra_log_core::site::Site;

use super::Delivery;
use crate::reserved::{AUDIT, RESERVED_LAYERS};

/// Records of some levels, of a target and of a layer.
///
/// ```
/// use hydra_log::{Delivery, LevelFilter, Rule};
/// let rule = Rule::new(Delivery::MustNotDrop).up_to(LevelFilter::Warn).target("billing");
/// assert_eq!(rule.delivery(), Delivery::MustNotDrop);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "a rule counts in `Deliveries`"]
pub struct Rule {
    class: Delivery,
    from: LevelFilter,
    up_to: LevelFilter,
    target: Option<String>,
    layer: Option<String>,
}

impl Rule {
    /// All records have this class.
    pub fn new(class: Delivery) -> Self {
        Self {
            class,
            from: LevelFilter::Error,
            up_to: LevelFilter::Trace,
            target: None,
            layer: None,
        }
    }

    /// Only records as severe as this, and more severe ones.
    pub fn up_to(mut self, level: LevelFilter) -> Self {
        self.up_to = level;
        self
    }

    /// Only records as severe as this, and less severe ones.
    pub fn from(mut self, level: LevelFilter) -> Self {
        self.from = level;
        self
    }

    /// Only records of this target and of what lies in it: `net` also means `net::tcp`.
    pub fn target(mut self, target: impl Into<String>) -> Self {
        self.target = Some(target.into());
        self
    }

    /// Only records of this layer.
    pub fn layer(mut self, layer: impl Into<String>) -> Self {
        self.layer = Some(layer.into());
        self
    }

    /// The class.
    #[must_use]
    pub fn delivery(&self) -> Delivery {
        self.class
    }

    fn is_for(&self, site: &Site) -> bool {
        let level = site.level() as u8;
        (self.from as u8..=self.up_to as u8).contains(&level)
            && self.target.as_deref().is_none_or(|target| is_in(site.target, target))
            && self.layer.as_deref().is_none_or(|layer| site.layer == layer)
    }
}

/// Whether a target is another one, or lies in it.
fn is_in(target: &str, other: &str) -> bool {
    target.strip_prefix(other).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

/// Rules; the last one that a record meets gives its class. Without one it is `BestEffort`, and
/// `MustNotDrop` in a layer of [`RESERVED_LAYERS`](crate::RESERVED_LAYERS), of which `AUDIT` has
/// `Guaranteed`.
///
/// ```
/// use hydra_log::{Builder, Deliveries, Delivery, LevelFilter, Rule, sink::Memory};
/// let deliveries = Deliveries::new()
///     .rule(Rule::new(Delivery::FlightRecorder).from(LevelFilter::Debug))
///     .rule(Rule::new(Delivery::MustNotDrop).up_to(LevelFilter::Error))
///     .rule(Rule::new(Delivery::Guaranteed).target("payments"));
/// let engine = Builder::new().deliveries(deliveries).sink(Memory::new()).build()?;
/// // At run time, too:
/// engine.set_deliveries(Deliveries::new());
/// # Ok::<(), hydra_log::InitError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Default)]
#[must_use = "classes count once an engine has them"]
pub struct Deliveries {
    rules: Vec<Rule>,
}

impl Deliveries {
    /// No rules.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a rule, which counts more than those before it.
    pub fn rule(mut self, rule: Rule) -> Self {
        self.rules.push(rule);
        self
    }

    /// The class of a callsite's records.
    pub(crate) fn of(&self, site: &Site) -> Delivery {
        let rule = self.rules.iter().rev().find(|rule| rule.is_for(site));
        let otherwise = || match site.layer {
            AUDIT => Delivery::Guaranteed,
            layer if RESERVED_LAYERS.contains(&layer) => Delivery::MustNotDrop,
            _ => Delivery::BestEffort,
        };
        rule.map_or_else(otherwise, Rule::delivery)
    }

    /// Whether some rule gives this class.
    pub(crate) fn have(&self, class: Delivery) -> bool {
        self.rules.iter().any(|rule| rule.class == class)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hydra_log_core::site;

    #[test]
    fn the_last_rule_that_is_met_counts() {
        // The gap's site: a warning of the target `hydra`, of no layer.
        let site = site::gap_site();
        assert_eq!(Deliveries::new().of(site), Delivery::BestEffort);
        let all = Deliveries::new().rule(Rule::new(Delivery::MustNotDrop));
        assert_eq!(all.of(site), Delivery::MustNotDrop);
        let with = |rule| all.clone().rule(rule).of(site);
        let recorder = || Rule::new(Delivery::FlightRecorder);
        assert_eq!(with(recorder().up_to(LevelFilter::Error)), Delivery::MustNotDrop);
        assert_eq!(with(recorder().up_to(LevelFilter::Warn)), Delivery::FlightRecorder);
        assert_eq!(with(recorder().from(LevelFilter::Info)), Delivery::MustNotDrop);
        assert_eq!(with(recorder().target("hydra")), Delivery::FlightRecorder);
        assert_eq!(with(recorder().target("hyd")), Delivery::MustNotDrop);
        assert_eq!(with(recorder().layer("API")), Delivery::MustNotDrop);
    }

    #[test]
    fn a_target_holds_what_lies_in_it() {
        assert!(is_in("net::tcp", "net") && is_in("net", "net"));
        assert!(!is_in("network", "net") && !is_in("net", "net::tcp"));
    }
}
