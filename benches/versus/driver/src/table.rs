//! The table: losers of lines below a line of their own, without a rank.

use crate::rounds::Results;

const COLUMNS: [(&str, &str); 9] = [
    ("static p50", "static_p50_ns"),
    ("p50", "b1_p50_ns"),
    ("p99", "b1_p99_ns"),
    ("p99.9", "b1_p999_ns"),
    ("string p50", "string_p50_ns"),
    ("2 threads p50", "two_p50_ns"),
    ("1 M/s: p99.9", "b1p_p999_ns"),
    ("off", "off_ns"),
    ("M records/s", "text_mps"),
];

/// Fastest call first; those that lost lines last.
pub(crate) fn ranked(results: &[Results]) -> Vec<&Results> {
    let mut ranked: Vec<&Results> = results.iter().collect();
    let p50 = |results: &Results| results.get("b1_p50_ns").map_or(f64::INFINITY, |f| f.value);
    ranked.sort_by(|a, b| (a.lost() > 0).cmp(&(b.lost() > 0)).then(p50(a).total_cmp(&p50(b))));
    ranked
}

/// A table in Markdown.
pub(crate) fn markdown(results: &[Results]) -> String {
    let mut text = String::from("| | logger |");
    COLUMNS.iter().for_each(|(title, _)| text.push_str(&format!(" {title} |")));
    text.push_str(" when full | lost |\n|---|---|");
    COLUMNS.iter().for_each(|_| text.push_str("---|"));
    text.push_str("---|---|\n");
    for (index, results) in ranked(results).into_iter().enumerate() {
        let lost = results.lost();
        let rank = if lost > 0 { "-".to_owned() } else { (index + 1).to_string() };
        text.push_str(&format!("| {rank} | {} {} |", results.peer.name, results.peer.version));
        for (_, name) in COLUMNS {
            let value = results.get(name).map_or_else(|| "".to_owned(), |f| short(f.value));
            text.push_str(&format!(" {value} |"));
        }
        text.push_str(&format!(" {} | {lost} |\n", results.peer.when_full));
    }
    text
}

/// As many digits as mean something.
pub(crate) fn short(value: f64) -> String {
    match value {
        10_000_000.0.. => format!("{:.0} ms", value / 1e6),
        100.0.. => format!("{value:.0}"),
        10.0.. => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}
