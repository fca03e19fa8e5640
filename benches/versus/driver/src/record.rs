//! What is kept of a run: the machine, the versions, every figure.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use harness::civil::Civil;
use harness::machine::Machine;

use crate::options::Options;
use crate::rounds::Results;

/// Everything in one text.
pub(crate) fn csv(options: &Options, results: &[Results], notes: &[String]) -> String {
    let Machine { cpu, cores, system, rustc, commit } = Machine::here();
    let Options { rounds, bursts, records, seconds, .. } = options;
    let mut text = format!(
        "# machine: {cpu}, {cores} cores, {system}\n# rustc: {rustc}\n# commit: {commit}\n\
         # medians of {rounds} interleaved rounds; {bursts} bursts of 20 calls; \
         {records} records; {seconds} s at 1 M calls/s\n"
    );
    for Results { peer, .. } in results {
        let (name, version) = (peer.name, &peer.version);
        let gap = if version.is_empty() { "" } else { " " };
        // Writing to a `String` cannot fail.
        let _ = writeln!(text, "# {name}{gap}{version}: {}; full: {}", peer.setup, peer.when_full);
    }
    notes.iter().for_each(|note| text.push_str(&format!("{note}\n")));
    text.push_str("peer,name,value,unit,lost\n");
    for results in results {
        for figure in &results.figures {
            let _ = writeln!(text, "{},{}", results.peer.name, figure.line());
        }
    }
    text
}

/// Writes both files to the records; returns their names.
pub(crate) fn write(csv: &str, svg: &str) -> Result<[String; 2], String> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let date = Civil::of(now.as_secs()).date();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../records");
    let names = [format!("{date}-versus-{}.csv", Machine::here().slug()), "versus.svg".to_owned()];
    for (name, text) in names.iter().zip([csv, svg]) {
        fs::write(folder.join(name), text).map_err(|error| format!("{name}: {error}"))?;
    }
    Ok(names.map(|name| format!("benches/records/{name}")))
}
