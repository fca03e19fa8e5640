//! A configuration becomes a builder: files are opened, layers and rules made.

use std::path::{Path, PathBuf};

use super::Config;
use super::combos::{kind, outside};
use super::held::{Held, Table};
use super::looks::dress;
use super::problem::{ConfigError, Problem, ProblemKind, Problems};
use crate::builder::{Builder, Output};
use crate::crash;
use crate::delivery::{Deliveries, Delivery, Durability, Rule};
use crate::filter::Filter;
use crate::layers::Layer;
use crate::sink::{
    Compression, Console, File, Memory, Names, OutsideError, Root, Rotating, Rotation, Sink,
};

/// What a memory sink keeps, unless its size is said.
const MEMORY_BYTES: u64 = 1 << 20;

/// Makes a builder of a configuration.
pub(super) fn builder(config: &Config, base: Builder) -> Result<Builder, ConfigError> {
    let table = &config.table;
    let mut maker = Maker { config, root: None, problems: Problems::default() };
    let mut builder = settings(table, base);
    if table.text("crash_proof") == Some("off") {
        builder = builder.plain_memory();
    } else if let Some(held) = table.get("crash_proof")
        && let Some(directory) = maker.crash_proof(held)
    {
        builder = builder.crash_proof(directory);
    }
    if table.get("deliveries").is_some() {
        let rules = table.tables("deliveries").iter().map(rule);
        builder = builder.deliveries(rules.fold(Deliveries::new(), Deliveries::rule));
    }
    for layer in table.tables("layers") {
        builder = builder.layer(maker.layer(layer));
    }
    for output in maker.outputs(&builder) {
        builder = builder.sink(output);
    }
    maker.problems.or(builder)
}

/// What needs nothing from the system.
pub(super) fn settings(table: &Table, base: Builder) -> Builder {
    let mut builder = base;
    for (key, held) in &table.values {
        if let Some(set) = key.set {
            builder = set(builder, held);
        }
    }
    if let Some(chain) = table.get("overflow").and_then(Held::chain) {
        builder = builder.chain(Delivery::BestEffort, chain);
    }
    for (key, held) in table.table("chains").into_iter().flat_map(|chains| &chains.values) {
        if let (Ok(class), Some(chain)) = (key.name.parse(), held.chain()) {
            builder = builder.chain(class, chain);
        }
    }
    match filter(table, &builder) {
        Some(filter) => builder.filter_by(filter),
        None => builder,
    }
}

/// The preset's filter, then what the file says, then what the environment says: of two directives
/// for one target, and of two levels for the rest, the later one counts.
fn filter(table: &Table, builder: &Builder) -> Option<Filter> {
    let mut said: Vec<(&Held, String)> = Vec::new();
    if let Some(held) = table.get("level") {
        said.push((held, held.level().unwrap_or_default().to_string()));
    }
    if let Some(held) = table.get("filter") {
        said.push((held, held.text().unwrap_or_default().to_owned()));
    }
    if said.is_empty() {
        return None;
    }
    said.sort_by_key(|(held, _)| !held.place.is_in_file());
    let base = match builder.filter_before() {
        Some(filter) => filter.to_string(),
        None => builder.settings().level.to_string(),
    };
    let parts = core::iter::once(base).chain(said.into_iter().map(|(_, text)| text));
    Filter::parse_strict(&parts.collect::<Vec<_>>().join(",")).ok()
}

fn rule(table: &Table) -> Rule {
    let class = table.word("class").and_then(|word| word.parse().ok()).unwrap_or_default();
    let mut rule = Rule::new(class);
    if let Some(level) = table.level("from") {
        rule = rule.from(level);
    }
    if let Some(level) = table.level("up_to") {
        rule = rule.up_to(level);
    }
    if let Some(target) = table.text("target") {
        rule = rule.target(target);
    }
    match table.text("layer") {
        Some(layer) => rule.layer(layer),
        None => rule,
    }
}

struct Maker<'c> {
    config: &'c Config,
    /// Made when the first file needs it.
    root: Option<Root>,
    problems: Problems,
}

impl Maker<'_> {
    fn layer(&mut self, table: &Table) -> Layer {
        let mut layer = Layer::new(table.text("name").unwrap_or_default());
        for target in table.get("targets").map(Held::texts).unwrap_or_default() {
            layer = layer.target(target);
        }
        if let Some(level) = table.level("level") {
            layer = layer.level(level);
        }
        for sink in table.tables("sinks") {
            if let Some(output) = self.output(sink) {
                layer = layer.sink(output);
            }
        }
        layer
    }

    /// The outputs of no layer.
    fn outputs(&mut self, builder: &Builder) -> Vec<Output> {
        let table = &self.config.table;
        let sinks = table.tables("sinks");
        let mut outputs: Vec<Output> = sinks.iter().filter_map(|sink| self.output(sink)).collect();
        let plain = Table::new(table.place.clone());
        if let Some(held) = table.get("file")
            && let Some(file) = self.open(held)
        {
            outputs.extend(self.dressed(Output::new(file), &plain, None));
        }
        let is_looked_at = ["format", "template", "colour", "theme"]
            .into_iter()
            .any(|key| table.get(key).is_some());
        if sinks.is_empty() && outputs.is_empty() && is_looked_at && self.problems.is_empty() {
            let format = if builder.shows_text() { "text" } else { "json" };
            let output = Output::new(Console::stderr());
            outputs.extend(self.dressed(output, &plain, Some(format)));
        }
        outputs
    }

    fn output(&mut self, table: &Table) -> Option<Output> {
        let sink = self.sink(table)?;
        let mut output = self.dressed(Output::boxed(sink), table, None)?;
        if let Some(level) = table.level("level") {
            output = output.level(level);
        }
        match table.word("durable") {
            Some("all") => output = output.durable(Durability::All),
            Some(_) => output = output.durable(Durability::Guaranteed),
            None => {}
        }
        if let Some(bound) = table.time("give_up_after") {
            output = output.give_up_after(bound);
        }
        for fallback in table.tables("fallbacks") {
            output.fallbacks.extend(self.sink(fallback));
        }
        Some(output)
    }

    fn dressed(
        &mut self,
        output: Output,
        table: &Table,
        otherwise: Option<&'static str>,
    ) -> Option<Output> {
        let config = &self.config.table;
        let dressed = dress(output, table, config, otherwise);
        dressed
            .map_err(|feature| {
                let held = table.get("format").or_else(|| config.get("format"));
                let place = held.map_or(&table.place, |held| &held.place);
                self.problems.add(|| unavailable(place, feature));
            })
            .ok()
    }

    fn sink(&mut self, table: &Table) -> Option<Box<dyn Sink>> {
        Some(match kind(table)? {
            "stdout" => Box::new(Console::stdout()),
            "stderr" => Box::new(Console::stderr()),
            "memory" => {
                let bytes = table.number("bytes").unwrap_or(MEMORY_BYTES);
                let bytes = usize::try_from(bytes).unwrap_or(usize::MAX);
                let name = table.text("name").unwrap_or("memory");
                Box::new(self.config.memory_or(name, || Memory::recent(bytes)))
            }
            _ => return self.file(table),
        })
    }

    fn file(&mut self, table: &Table) -> Option<Box<dyn Sink>> {
        let held = table.get("path")?;
        let mut file = self.open(held)?;
        if table.bool("reopen_on_hangup") == Some(true) {
            file = match file.reopen_on_hangup() {
                Ok(file) => file,
                Err(error) => {
                    let message = format!("hangups can't be watched: {error}");
                    let kind = ProblemKind::Unopened;
                    self.problems.add(|| Problem::new(kind, &held.place, message, ""));
                    return None;
                }
            };
        }
        match table.table("rotation") {
            Some(rotation) => Some(Box::new(Rotating::of(file, self.rotation(rotation)?))),
            None => Some(Box::new(file)),
        }
    }

    fn rotation(&mut self, table: &Table) -> Option<Rotation> {
        let mut rotation = Rotation::new();
        if let Some(bytes) = table.number("bytes") {
            rotation = rotation.bytes(bytes);
        }
        if let Some(period) = table.time("every") {
            rotation = rotation.every(period);
        }
        if table.word("zone") == Some("local") {
            rotation = rotation.local();
        }
        if table.word("names") == Some("dated") {
            rotation = rotation.names(Names::Dated);
        }
        if let Some(files) = table.number("keep_files") {
            rotation = rotation.keep_files(usize::try_from(files).unwrap_or(usize::MAX));
        }
        if let Some(bytes) = table.number("keep_bytes") {
            rotation = rotation.keep_bytes(bytes);
        }
        if let Some(age) = table.time("keep_for") {
            rotation = rotation.keep_for(age);
        }
        let Some(held) = table.get("compress") else { return Some(rotation) };
        match compression(held.word().unwrap_or_default()) {
            Ok(compression) => Some(rotation.compress(compression)),
            Err(feature) => {
                self.problems.add(|| unavailable(&held.place, feature));
                None
            }
        }
    }

    /// Opens a file: below the root directory, if a file names it; anywhere, if the environment
    /// does, which belongs to whoever starts the program.
    fn open(&mut self, held: &Held) -> Option<File> {
        let path = held.text()?;
        let opened = if held.place.is_in_file() {
            let root = self.root(held)?;
            root.open(path)
        } else {
            File::open(path).map_err(OutsideError::Open)
        };
        opened.map_err(|error| self.refused(held, &error)).ok()
    }

    fn crash_proof(&mut self, held: &Held) -> Option<PathBuf> {
        let path = held.text()?;
        if path == "auto" {
            // Where there is no such place, the engine says that it keeps nothing.
            let otherwise = || std::env::temp_dir().join("hydra-log");
            return Some(crash::default_directory().unwrap_or_else(otherwise));
        }
        if !held.place.is_in_file() {
            return Some(PathBuf::from(path));
        }
        let root = self.root(held)?;
        root.resolve(path).map_err(|error| self.refused(held, &error)).ok()
    }

    fn refused(&mut self, held: &Held, error: &OutsideError) {
        let root = self.config.root_path();
        self.problems.add(|| match error {
            OutsideError::Outside { .. } => outside(held, &root),
            error => Problem::new(ProblemKind::Unopened, &held.place, error.to_string(), ""),
        });
    }

    fn root(&mut self, held: &Held) -> Option<Root> {
        if self.root.is_none() {
            let path = self.config.root_path();
            match Root::create(&path) {
                Ok(root) => self.root = Some(root),
                Err(error) => self.problems.add(|| no_root(held, &path, &error)),
            }
        }
        self.root.clone()
    }
}

fn no_root(held: &Held, path: &Path, error: &std::io::Error) -> Problem {
    let message = format!("the directory {} can't be made: {error}", path.display());
    Problem::new(ProblemKind::Unopened, &held.place, message, "name another one as `root`")
}

fn unavailable(place: &super::Place, feature: &str) -> Problem {
    let message = format!("this program was built without the feature `{feature}`");
    let help = "choose another value, or build it with the feature";
    Problem::new(ProblemKind::Unavailable, place, message, help)
}

/// How files are compressed, or the feature that is not there.
fn compression(word: &str) -> Result<Compression, &'static str> {
    if word == "gzip" { gzip() } else { zstd() }
}

#[cfg(feature = "gzip")]
fn gzip() -> Result<Compression, &'static str> {
    Ok(Compression::Gzip)
}

#[cfg(not(feature = "gzip"))]
fn gzip() -> Result<Compression, &'static str> {
    Err("gzip")
}

#[cfg(feature = "zstd")]
fn zstd() -> Result<Compression, &'static str> {
    Ok(Compression::Zstd)
}

#[cfg(not(feature = "zstd"))]
fn zstd() -> Result<Compression, &'static str> {
    Err("zstd")
}
