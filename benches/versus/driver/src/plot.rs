//! The plot: a call's cost on a logarithmic axis, and records a second, a row a logger.

use std::fmt::Write as _;

use crate::rounds::Results;
use crate::table::{ranked, short};

const ROW: f64 = 22.0;
const TOP: f64 = 58.0;
const NAMES: f64 = 150.0;
const PANEL: f64 = 330.0;
const GAP: f64 = 90.0;
/// The axis of a call, in powers of ten of nanoseconds.
const DECADES: (f64, f64) = (1.0, 4.0);

/// Both panels as one picture.
pub(crate) fn svg(results: &[Results]) -> String {
    let rows: Vec<&Results> =
        ranked(results).into_iter().filter(|row| row.get("b1_p50_ns").is_some()).collect();
    #[expect(clippy::cast_precision_loss, reason = "a few rows")]
    let height = TOP + ROW * rows.len() as f64 + 34.0;
    let width = NAMES + 2.0 * PANEL + 2.0 * GAP;
    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
         font-family=\"sans-serif\" font-size=\"12\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n"
    );
    head(&mut text, NAMES, "a call with (u64, i32, f64): p50, line to p99, ns");
    head(&mut text, NAMES + PANEL + GAP, "text or frames to a file, M records/s");
    axis(&mut text, height);
    let most = rows.iter().filter_map(|row| row.get("text_mps")).map(|f| f.value);
    let most = most.fold(1.0, f64::max);
    for (index, row) in rows.iter().enumerate() {
        #[expect(clippy::cast_precision_loss, reason = "a few rows")]
        let y = TOP + ROW * index as f64;
        one(&mut text, row, y, most);
    }
    let note = "hollow: lost lines in this run, not ranked";
    let _ = writeln!(text, "<text x=\"8\" y=\"{}\" fill=\"#666666\">{note}</text>", height - 12.0);
    text.push_str("</svg>\n");
    text
}

fn head(text: &mut String, x: f64, title: &str) {
    let _ = writeln!(text, "<text x=\"{x}\" y=\"22\" font-weight=\"bold\">{title}</text>");
}

/// Lines of the powers of ten.
fn axis(text: &mut String, height: f64) {
    for (ns, label) in [(10.0, "10"), (100.0, "100"), (1e3, "1,000"), (1e4, "10,000")] {
        let x = place(ns);
        let bottom = height - 30.0;
        let _ = writeln!(
            text,
            "<line x1=\"{x:.1}\" y1=\"{TOP}\" x2=\"{x:.1}\" y2=\"{bottom}\" stroke=\"#dddddd\"/>\
             <text x=\"{x:.1}\" y=\"{}\" text-anchor=\"middle\" fill=\"#666666\">{label}</text>",
            TOP - 8.0
        );
    }
}

fn one(text: &mut String, row: &Results, y: f64, most: f64) {
    let is_ours = row.peer.name.starts_with("hydra");
    let colour = if is_ours { "#c2410c" } else { "#64748b" };
    let fill = if row.lost() > 0 { "#ffffff" } else { colour };
    let value = |name: &str| row.get(name).map(|figure| figure.value);
    let middle = y + ROW / 2.0;
    let _ = writeln!(
        text,
        "<text x=\"{}\" y=\"{}\" text-anchor=\"end\">{}</text>",
        NAMES - 8.0,
        middle + 4.0,
        row.peer.name
    );
    let (p50, p99) = (value("b1_p50_ns").unwrap_or(0.0), value("b1_p99_ns").unwrap_or(0.0));
    bar(text, NAMES, y, place(p50) - NAMES, (fill, colour));
    let _ = writeln!(
        text,
        "<line x1=\"{:.1}\" y1=\"{middle}\" x2=\"{:.1}\" y2=\"{middle}\" stroke=\"{colour}\"/>\
         <text x=\"{:.1}\" y=\"{}\" fill=\"#333333\">{}</text>",
        place(p50),
        place(p99),
        place(p99.max(p50)) + 5.0,
        middle + 4.0,
        short(p50)
    );
    if let Some(millions) = value("text_mps") {
        let x = NAMES + PANEL + GAP;
        let width = millions / most * PANEL;
        bar(text, x, y, width, (fill, colour));
        let _ = writeln!(
            text,
            "<text x=\"{:.1}\" y=\"{}\" fill=\"#333333\">{}</text>",
            x + width + 5.0,
            middle + 4.0,
            short(millions)
        );
    }
}

fn bar(text: &mut String, x: f64, y: f64, width: f64, (fill, colour): (&str, &str)) {
    let (y, height) = (y + 3.0, ROW - 6.0);
    let _ = writeln!(
        text,
        "<rect x=\"{x}\" y=\"{y}\" width=\"{width:.1}\" height=\"{height}\" fill=\"{fill}\" \
         stroke=\"{colour}\"/>"
    );
}

/// Where so many nanoseconds are.
fn place(ns: f64) -> f64 {
    let (least, most) = DECADES;
    let power = ns.max(1.0).log10().clamp(least - 0.3, most);
    NAMES + (power - least + 0.3) / (most - least + 0.3) * PANEL
}
