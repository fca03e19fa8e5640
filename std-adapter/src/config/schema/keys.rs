//! The rows: every key of a configuration.

use super::sink_keys::SINK;
use super::{Key, Kind, Shape};
use crate::config::units::{show_size, show_time};
use crate::delivery::{Chain, Delivery, Step};
use crate::preset::{Order, Settings};
use crate::redact::Redaction;

/// A ring's and the spool's bytes, as a builder takes them.
const RING: Kind = Kind::Size { least: 4 << 10, most: 1 << 30, is_power: true };
const SPOOL: Kind =
    Kind::Size { least: crate::builder::LEAST_SPOOL_BYTES as u64, most: 1 << 30, is_power: true };
pub(super) const ANY_SIZE: Kind = Kind::Size { least: 1, most: 1 << 60, is_power: false };
pub(super) const SOME_TIME: Kind = Kind::Time { least_ns: 1 };

/// What lines look like.
pub(super) const FORMATS: &[&str] = &[
    "text",
    "plain",
    "json",
    "ecs",
    "gcp",
    "bunyan",
    "gelf",
    "logfmt",
    "csv",
    "syslog",
    "rfc5424",
    "rfc3164",
    "binary",
    "binary_zstd",
];
pub(super) const MODES: &[&str] = &["auto", "always", "never"];
pub(super) const THEMES: &[&str] = &["default", "bright", "light", "mono"];
const CLASSES: &[&str] = &["best_effort", "must_not_drop", "guaranteed", "flight_recorder"];

/// The configuration itself.
pub(in crate::config) static CONFIG: Shape = Shape {
    name: "configuration",
    about: "How an engine of hydra-log is put together.",
    keys: &[
        Key::new("preset", Kind::Preset, "Builder::preset", "The settings that all else changes.")
            .or("production")
            .variable("HYDRA_LOG_PRESET"),
        Key::new(
            "level",
            Kind::Level,
            "Builder::level",
            "Which levels pass, where `filter` says \
             nothing of the target.",
        )
        .preset(|settings| settings.level.to_string())
        .variable("HYDRA_LOG_LEVEL"),
        Key::new(
            "filter",
            Kind::Filter,
            "Builder::filter",
            "Which levels pass by target, in the \
             grammar of `RUST_LOG`.",
        )
        .variable("HYDRA_LOG"),
        Key::new(
            "format",
            Kind::Words(FORMATS),
            "Output::format",
            "What sinks write that name no \
             format themselves.",
        )
        .variable("HYDRA_LOG_FORMAT"),
        Key::new("template", Kind::Template, "Pattern::compile", "The same as a template.")
            .variable("HYDRA_LOG_TEMPLATE"),
        Key::new(
            "colour",
            Kind::Words(MODES),
            "Output::colour",
            "When text has colours, where a \
             sink says nothing itself.",
        )
        .or("auto")
        .variable("HYDRA_LOG_COLOUR"),
        Key::new(
            "theme",
            Kind::Words(THEMES),
            "Output::theme",
            "Which colours, where a sink says \
             nothing itself.",
        )
        .or("default")
        .variable("HYDRA_LOG_THEME"),
        Key::new(
            "root",
            Kind::Path,
            "Root::create",
            "The directory that no file of this \
             configuration may leave; by itself, the one that the configuration is in.",
        ),
        Key::new("file", Kind::Path, "File::open", "A file to write to, beside the sinks.")
            .variable("HYDRA_LOG_FILE"),
        Key::new(
            "redact",
            Kind::Bool,
            "Builder::redact",
            "Takes out of all records what looks like a secret, by all detectors.",
        )
        .or("false")
        .variable("HYDRA_LOG_REDACT")
        .set(|builder, held| match held.bool() {
            Some(true) => builder.redact(Redaction::new()),
            _ => builder,
        }),
        Key::new(
            "workers",
            Kind::Count { least: 0, most: 16 },
            "Builder::workers",
            "How many \
             threads render and write for each sink; with 0, calls that find their ring full do.",
        )
        .preset(|settings| settings.workers.to_string())
        .variable("HYDRA_LOG_WORKERS")
        .set(|builder, held| builder.workers(count(held.number()))),
        Key::new("ring_bytes", RING, "Builder::ring_bytes", "A thread's first ring.")
            .preset(|settings| show_size(settings.ring_bytes as u64))
            .variable("HYDRA_LOG_RING_BYTES")
            .set(|builder, held| builder.ring_bytes(count(held.number()))),
        Key::new(
            "max_ring_bytes",
            RING,
            "Builder::max_ring_bytes",
            "How far a ring grows that is \
             full.",
        )
        .preset(|settings| show_size(settings.max_ring_bytes as u64))
        .variable("HYDRA_LOG_MAX_RING_BYTES")
        .set(|builder, held| builder.max_ring_bytes(count(held.number()))),
        Key::new(
            "budget_bytes",
            ANY_SIZE,
            "Builder::budget_bytes",
            "All rings together; threads \
             beyond it share one.",
        )
        .preset(|settings| show_size(settings.budget_bytes as u64))
        .variable("HYDRA_LOG_BUDGET_BYTES")
        .set(|builder, held| builder.budget_bytes(count(held.number()))),
        Key::new(
            "spool_bytes",
            SPOOL,
            "Builder::spool_bytes",
            "What lies between the drain and \
             the sinks.",
        )
        .preset(|settings| show_size(settings.spool_bytes as u64))
        .variable("HYDRA_LOG_SPOOL_BYTES")
        .set(|builder, held| builder.spool_bytes(count(held.number()))),
        Key::new(
            "recorder_bytes",
            SPOOL,
            "Builder::recorder_bytes",
            "What the flight recorder \
             keeps.",
        )
        .preset(|settings| show_size(settings.recorder_bytes as u64))
        .variable("HYDRA_LOG_RECORDER_BYTES")
        .set(|builder, held| builder.recorder_bytes(count(held.number()))),
        Key::new(
            "overflow",
            Kind::Overflow,
            "Builder::overflow",
            "What a call of class \
             `best_effort` does whose ring is full: short for its chain.",
        )
        .variable("HYDRA_LOG_OVERFLOW"),
        Key::new(
            "chains",
            Kind::Table(&CHAINS),
            "Builder::chain",
            "What calls do whose ring is \
             full, by class.",
        ),
        Key::new(
            "deliveries",
            Kind::Tables(&RULE),
            "Builder::deliveries",
            "Which records have \
             which class; the last rule that fits counts.",
        ),
        Key::new(
            "order",
            Kind::Words(&["grace", "proven"]),
            "Builder::order",
            "On what the order \
             of threads' records rests.",
        )
        .preset(|settings| order(settings.order).to_owned())
        .variable("HYDRA_LOG_ORDER")
        .set(|builder, held| {
            let is_proven = held.word() == Some("proven");
            builder.order(if is_proven { Order::Proven } else { Order::Grace })
        }),
        Key::new(
            "stall",
            SOME_TIME,
            "Builder::stall",
            "How long a sink may make no progress, \
             while others wait for it, before it is skipped.",
        )
        .preset(|settings| show_time(settings.stall))
        .variable("HYDRA_LOG_STALL")
        .set(|builder, held| builder.stall(held.time().unwrap_or_default())),
        Key::new(
            "confirm_within",
            SOME_TIME,
            "Builder::confirm_within",
            "How long a call of class \
             `guaranteed` waits for its record to be written.",
        )
        .preset(|settings| show_time(settings.confirm))
        .variable("HYDRA_LOG_CONFIRM_WITHIN")
        .set(|builder, held| builder.confirm_within(held.time().unwrap_or_default())),
        Key::new(
            "crash_proof",
            Kind::Path,
            "Builder::crash_proof",
            "Keeps what is not written yet \
             in this directory, where it outlives the process; `auto` is one on the memory file \
             system, which `production` has by itself, and `off` is none.",
        )
        .variable("HYDRA_LOG_CRASH_PROOF"),
        Key::new(
            "sinks",
            Kind::Tables(&SINK),
            "Builder::sink",
            "Where records go that are of no \
             layer; without any, to standard error.",
        ),
        Key::new("layers", Kind::Tables(&LAYER), "Builder::layer", "Named routes."),
    ],
};

static CHAINS: Shape = Shape {
    name: "chains",
    about: "What calls of a class do whose ring is full: steps, tried in order.",
    keys: &[
        Key::new("best_effort", Kind::Chain, "Delivery::BestEffort", "Of class `best_effort`.")
            .preset(|settings| steps(settings, Delivery::BestEffort)),
        Key::new(
            "must_not_drop",
            Kind::Chain,
            "Delivery::MustNotDrop",
            "Of class \
             `must_not_drop`.",
        )
        .preset(|settings| steps(settings, Delivery::MustNotDrop)),
        Key::new("guaranteed", Kind::Chain, "Delivery::Guaranteed", "Of class `guaranteed`.")
            .preset(|settings| steps(settings, Delivery::Guaranteed)),
        Key::new(
            "flight_recorder",
            Kind::Chain,
            "Delivery::FlightRecorder",
            "Of class \
             `flight_recorder`.",
        )
        .preset(|settings| steps(settings, Delivery::FlightRecorder)),
    ],
};

static RULE: Shape = Shape {
    name: "rule",
    about: "Which records have a class.",
    keys: &[
        Key::new("class", Kind::Words(CLASSES), "Rule::new", "The class.").needed(),
        Key::new(
            "from",
            Kind::Level,
            "Rule::from",
            "Only records as severe as this, and less \
             severe ones.",
        )
        .or("error"),
        Key::new(
            "up_to",
            Kind::Level,
            "Rule::up_to",
            "Only records as severe as this, and more \
             severe ones.",
        )
        .or("trace"),
        Key::new(
            "target",
            Kind::Text,
            "Rule::target",
            "Only records of this target and of what \
             lies in it.",
        ),
        Key::new("layer", Kind::Text, "Rule::layer", "Only records of this layer."),
    ],
};

static LAYER: Shape = Shape {
    name: "layer",
    about: "A named route: which records, from which level on, and where to.",
    keys: &[
        Key::new("name", Kind::Text, "Layer::new", "The name that calls give.").needed(),
        Key::new(
            "targets",
            Kind::Texts,
            "Layer::target",
            "Calls without a layer that it takes, \
             too.",
        ),
        Key::new(
            "level",
            Kind::Level,
            "Layer::level",
            "Which levels pass, whatever the filter \
             says.",
        ),
        Key::new(
            "sinks",
            Kind::Tables(&SINK),
            "Layer::sink",
            "Where its records go; without any, \
             to the sinks of no layer.",
        ),
    ],
};

/// A number that was checked against what a key takes.
fn count(number: Option<u64>) -> usize {
    number.and_then(|number| usize::try_from(number).ok()).unwrap_or(usize::MAX)
}

fn order(order: Order) -> &'static str {
    match order {
        Order::Grace => "grace",
        Order::Proven => "proven",
    }
}

fn steps(settings: &Settings, class: Delivery) -> String {
    show_chain(settings.chains.of(class))
}

/// A chain as it would be written.
pub(in crate::config) fn show_chain(chain: &Chain) -> String {
    let step = |step: &Step| match step {
        Step::Wait(bound) => format!("\"wait {}\"", show_time(*bound)),
        Step::Spill => "\"spill\"".to_owned(),
        Step::Assist(bound) => format!("\"assist {}\"", show_time(*bound)),
        Step::DirectWrite(bound) => format!("\"direct_write {}\"", show_time(*bound)),
        Step::DropNewest => "\"drop\"".to_owned(),
    };
    let steps: Vec<String> = chain.steps().iter().map(step).collect();
    format!("[{}]", steps.join(", "))
}
