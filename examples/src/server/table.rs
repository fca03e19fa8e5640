//! The table at the end: a row a figure, a column a run.

use core::fmt::Write as _;

use super::arguments::Arguments;
use super::client::IN_FLIGHT;
use super::clock::Times;
use super::number::{Number, rate};
use super::phase::{Logged, Phase};

const LABEL: usize = 36;
const COLUMN: usize = 14;

/// All figures of the runs.
pub(super) fn render(arguments: &Arguments, clock: &Times, phases: &[&Phase]) -> String {
    let mut table = Table { text: String::new(), phases };
    let Arguments { threads, preset, .. } = arguments;
    table.line(&format!(
        "{} requests a run, {threads} connections with {IN_FLIGHT} in flight on each, {threads} \
         workers, preset {preset}\n",
        Number(arguments.requests())
    ));
    table.row("", |phase| phase.name.to_owned());
    table.row("requests", |phase| Number(phase.requests).to_string());
    table.row("requests a second", |phase| Number(rate(phase.requests, phase.seconds)).to_string());
    table.row("request p50, us", |phase| format!("{:.1}", phase.answers.ns(500) / 1e3));
    table.row("request p99.9, us", |phase| format!("{:.1}", phase.answers.ns(999) / 1e3));
    table.line("");
    table.row("log calls", |phase| Number(phase.calls.ticks.count()).to_string());
    for (label, per_mille) in [("p50", 500), ("p99", 990), ("p99.9", 999)] {
        let label = format!("a log call {label}, ns *");
        table.row(&label, |phase| format!("{:.0}", phase.calls.ns(per_mille)));
    }
    table.line("");
    table.logged("records emitted", |logged| Number(logged.counted.emitted).to_string());
    table.logged("records written", |logged| Number(logged.counted.written).to_string());
    table.logged("records pending", |logged| Number(logged.counted.pending).to_string());
    table.logged("records lost", |logged| Number(logged.counted.lost).to_string());
    table.logged("lines in the file", |logged| Number(logged.content.lines).to_string());
    table.logged("records a second at the drain", |logged| {
        Number(rate(logged.counted.written, logged.seconds)).to_string()
    });
    table.logged("bytes a record in the file", bytes_a_record);
    let [p50, p99, p999] = [500, 990, 999].map(|per_mille| clock.ns(per_mille));
    table.line(&format!(
        "\n* with reading the clock twice, which alone takes p50 {p50:.0}, p99 {p99:.0}, \
         p99.9 {p999:.0} ns on this machine"
    ));
    table.text.trim_end().to_owned()
}

#[expect(clippy::cast_precision_loss, reason = "shown with one digit after the point")]
fn bytes_a_record(logged: &Logged) -> String {
    format!("{:.1}", logged.content.bytes as f64 / logged.content.lines.max(1) as f64)
}

struct Table<'a> {
    text: String,
    phases: &'a [&'a Phase],
}

impl Table<'_> {
    fn line(&mut self, text: &str) {
        self.text.push_str(text);
        self.text.push('\n');
    }

    fn row(&mut self, label: &str, cell: impl Fn(&Phase) -> String) {
        let mut line = format!("{label:<LABEL$}");
        for phase in self.phases {
            // Writing to a `String` cannot fail.
            let _ = write!(line, "{:>COLUMN$}", cell(phase));
        }
        self.line(&line);
    }

    /// A row that a run without a logger has nothing to say to.
    fn logged(&mut self, label: &str, cell: impl Fn(&Logged) -> String) {
        self.row(label, |phase| phase.logged.as_ref().map_or_else(|| "-".to_owned(), &cell));
    }
}
