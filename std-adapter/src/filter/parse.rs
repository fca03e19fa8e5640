//! Reading a filter's text, directive by directive.

use hydra_log_core::LevelFilter;

use super::{Filter, FilterError, FilterProblem, FilterWarning, Rule, suggest};

/// Is told of every problem; an error ends the reading.
type Report<'r> = dyn FnMut(FilterWarning) -> Result<(), FilterError> + 'r;

/// Other loggers' names for levels. As targets they would switch everything else off.
const OTHER_NAMES: [(&str, LevelFilter); 9] = [
    ("warning", LevelFilter::Warn),
    ("err", LevelFilter::Error),
    ("fatal", LevelFilter::Error),
    ("critical", LevelFilter::Error),
    ("information", LevelFilter::Info),
    ("dbg", LevelFilter::Debug),
    ("verbose", LevelFilter::Debug),
    ("none", LevelFilter::Off),
    ("all", LevelFilter::Trace),
];

/// Reads all directives of `text` into `filter`.
pub(super) fn directives(
    text: &str,
    filter: &mut Filter,
    report: &mut Report<'_>,
) -> Result<(), FilterError> {
    let (list, pattern) = pattern(text);
    let mut rest = Word { text: list, position: 0 };
    while !rest.text.is_empty() {
        let (directive, next) = rest.split_at(end_of_directive(rest.text));
        // Without the comma.
        rest = next.split_at(1.min(next.text.len())).1;
        let directive = directive.trimmed();
        if !directive.text.is_empty() {
            read(directive, filter, report)?;
        }
    }
    if let Some(pattern) = pattern {
        let problem = FilterProblem::Pattern { pattern: pattern.to_owned() };
        report(FilterWarning { position: list.len(), problem })?;
    }
    Ok(())
}

/// A part of the text, and where it starts.
#[derive(Clone, Copy)]
struct Word<'t> {
    text: &'t str,
    position: usize,
}

impl Word<'_> {
    /// The first `at` bytes, and the others. `at` lies between two characters.
    fn split_at(self, at: usize) -> (Self, Self) {
        let (text, rest) = self.text.split_at_checked(at).unwrap_or((self.text, ""));
        let behind = self.position + text.len();
        (Self { text, ..self }, Self { text: rest, position: behind })
    }

    fn trimmed(self) -> Self {
        let text = self.text.trim_start();
        let position = self.position + (self.text.len() - text.len());
        Self { text: text.trim_end(), position }
    }

    fn warning(self, problem: FilterProblem) -> FilterWarning {
        FilterWarning { position: self.position, problem }
    }

    fn malformed(self) -> FilterWarning {
        self.warning(FilterProblem::Malformed { directive: self.text.to_owned() })
    }
}

/// The directives, and what stands behind the first `/` outside brackets.
fn pattern(text: &str) -> (&str, Option<&str>) {
    match outside_brackets(text, '/') {
        Some(at) => (text.get(..at).unwrap_or(text), text.get(at + 1..)),
        None => (text, None),
    }
}

fn end_of_directive(text: &str) -> usize {
    outside_brackets(text, ',').unwrap_or(text.len())
}

/// Where `wanted` stands outside `[…]`. A bracket that is never closed encloses nothing.
fn outside_brackets(text: &str, wanted: char) -> Option<usize> {
    let mut skip_to = 0;
    for (at, letter) in text.char_indices() {
        if at < skip_to {
            continue;
        }
        if letter == '[' {
            let close = text.get(at..).and_then(|rest| rest.find(']'));
            skip_to = close.map_or(0, |close| at + close);
        } else if letter == wanted {
            return Some(at);
        }
    }
    None
}

/// Reads one directive.
fn read(
    directive: Word<'_>,
    filter: &mut Filter,
    report: &mut Report<'_>,
) -> Result<(), FilterError> {
    let (before_span, span) = directive.split_at(directive.text.find('[').unwrap_or(usize::MAX));
    let level = if span.text.is_empty() {
        let (_, level) = directive.split_at(directive.text.find('=').unwrap_or(usize::MAX));
        level
    } else {
        let Some(close) = span.text.find(']') else { return report(directive.malformed()) };
        let (part, level) = span.split_at(close + 1);
        let target = before_span.text.trim_end().to_owned();
        let is_ignored = target.is_empty();
        let part = part.text.to_owned();
        report(span.warning(FilterProblem::Span { part, target }))?;
        if is_ignored {
            return Ok(());
        }
        level
    };
    let target_len = before_span.text.find('=').unwrap_or(before_span.text.len());
    let (target, _) = before_span.split_at(target_len);
    let target = target.trimmed();
    let level = level.trimmed();
    if level.text.is_empty() && span.text.is_empty() {
        return bare(target, filter, report);
    }
    let level = match level.text.strip_prefix('=') {
        Some(_) => level.split_at(1).1.trimmed(),
        None if level.text.is_empty() => level,
        None => return report(directive.malformed()),
    };
    if target.text.is_empty() {
        let directive_text = directive.text.to_owned();
        let problem = FilterProblem::MissingTarget { directive: directive_text };
        return report(directive.warning(problem));
    }
    if !is_target(target.text) || level.text.contains(['=', '[', ']']) {
        return report(directive.malformed());
    }
    let level = match level.text {
        // Everything of the target.
        "" => Some(LevelFilter::Trace),
        _ => level_or_report(level, report)?,
    };
    if let Some(level) = level {
        filter.set(rule(target, level));
    }
    Ok(())
}

/// Reads a directive without `=`: a level for everything, or everything of a target.
fn bare(word: Word<'_>, filter: &mut Filter, report: &mut Report<'_>) -> Result<(), FilterError> {
    if let Some(level) = level(word.text) {
        filter.set_default(level);
    } else if let Some(level) = other_name(word.text) {
        let problem = FilterProblem::OtherName { word: word.text.to_owned(), meant: level };
        report(word.warning(problem))?;
        filter.set_default(level);
    } else if word.text.bytes().all(|byte| byte.is_ascii_digit()) {
        let problem = FilterProblem::UnknownLevel { word: word.text.to_owned(), nearest: None };
        report(word.warning(problem))?;
    } else if is_target(word.text) {
        filter.set(rule(word, LevelFilter::Trace));
    } else {
        report(word.malformed())?;
    }
    Ok(())
}

fn rule(target: Word<'_>, level: LevelFilter) -> Rule {
    let name = target.text.trim_end_matches("::").to_owned();
    Rule { target: name, level, position: target.position }
}

/// Whether a word may be a target: it has no spaces, brackets or signs of the grammar.
fn is_target(word: &str) -> bool {
    let is_foreign = |letter: char| {
        letter.is_whitespace()
            || letter.is_control()
            || matches!(letter, '=' | '[' | ']' | '{' | '}' | ',' | '/')
    };
    !word.trim_end_matches("::").is_empty() && !word.contains(is_foreign)
}

fn level_or_report(
    word: Word<'_>,
    report: &mut Report<'_>,
) -> Result<Option<LevelFilter>, FilterError> {
    if let Some(level) = level(word.text) {
        return Ok(Some(level));
    }
    let meant = other_name(word.text);
    let word_text = word.text.to_owned();
    let problem = match meant {
        Some(meant) => FilterProblem::OtherName { word: word_text, meant },
        None => {
            let nearest = suggest::level(word.text);
            FilterProblem::UnknownLevel { word: word_text, nearest }
        }
    };
    report(word.warning(problem))?;
    Ok(meant)
}

fn level(word: &str) -> Option<LevelFilter> {
    let by_number = word.parse::<usize>().ok().filter(|_| word.len() == 1);
    match by_number {
        Some(number) => suggest::LEVELS.get(number).copied(),
        None => word.parse().ok(),
    }
}

fn other_name(word: &str) -> Option<LevelFilter> {
    let found = OTHER_NAMES.iter().find(|(name, _)| name.eq_ignore_ascii_case(word));
    found.map(|(_, level)| *level)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The filter as it is understood, and the warnings.
    fn understood(text: &str) -> (String, Vec<String>) {
        let (filter, warnings) = Filter::parse(text);
        (filter.to_string(), warnings.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn reads_what_other_loggers_read() {
        for (text, expected) in [
            ("", ""),
            (",, ,", ""),
            ("info", "info"),
            ("WARN", "warn"),
            ("3", "info"),
            ("a", "a=trace"),
            ("a=", "a=trace"),
            ("a=0", "a=off"),
            ("a::b = Debug , c=off", "c=off,a::b=debug"),
            ("warn,my_crate::net=debug,hyper=off", "warn,hyper=off,my_crate::net=debug"),
            ("a::=info", "a=info"),
            ("my-target.sub=5", "my-target.sub=trace"),
            ("größe=info", "größe=info"),
        ] {
            assert_eq!(understood(text), (expected.to_owned(), vec![]), "{text}");
        }
    }

    #[test]
    fn says_what_it_does_not_apply() {
        let all_targets = "filter: spans are not supported, leave `[s{a=1,b=\"/x\"}]` out";
        for (text, expected, warning) in [
            (
                "t[s{a=1,b=\"/x\"}]=debug",
                "t=debug",
                format!("{all_targets}; the directive is applied to the whole target"),
            ),
            (
                "[s{a=1,b=\"/x\"}]=debug,info",
                "info",
                format!("{all_targets}; the directive is ignored"),
            ),
            (
                "a=info,b/x.*,y",
                "b=trace,a=info",
                "filter: message patterns are not supported, leave `/x.*,y` out; it is ignored"
                    .to_owned(),
            ),
        ] {
            assert_eq!(understood(text), (expected.to_owned(), vec![warning]), "{text}");
        }
        assert_eq!(understood("t[s]").0, "t=trace");
    }

    #[test]
    fn names_the_word_that_is_wrong() {
        let ignored = "; the directive is ignored";
        let no_level = "is no level, use off, error, warn, info, debug or trace; the directive is \
                        ignored";
        let form = "write `target=level` with commas between directives";
        for (text, expected, warning) in [
            ("warning", "warn", "filter: `warning` is called `warn` here".to_owned()),
            ("a=ERR", "a=error", "filter: `ERR` is called `error` here".to_owned()),
            ("a=loud", "", format!("filter: `loud` {no_level}")),
            (
                "a=inof,b",
                "b=trace",
                "filter: `inof` is no level, did you mean `info`? The directive is ignored"
                    .to_owned(),
            ),
            ("6", "", format!("filter: `6` {no_level}")),
            (
                "=info",
                "",
                format!("filter: `=info` has no target, write `target=level` or `level`{ignored}"),
            ),
            ("a=b=c=d", "", format!("filter: cannot read `a=b=c=d`, {form}{ignored}")),
            (
                "info my_app=debug",
                "",
                format!("filter: cannot read `info my_app=debug`, {form}{ignored}"),
            ),
            ("a[b=info", "", format!("filter: cannot read `a[b=info`, {form}{ignored}")),
        ] {
            assert_eq!(understood(text), (expected.to_owned(), vec![warning]), "{text}");
        }
    }

    #[test]
    fn says_where_it_goes_wrong() {
        let position = |text| Filter::parse_strict(text).unwrap_err().position;
        assert_eq!(position("info, my_app = loud"), 15);
        assert_eq!(position("ä=info,  warning"), 10);
        assert_eq!(position("info,a[b]=info"), 6);
        assert_eq!(position("info/x"), 4);
        assert_eq!(position("info,=x"), 5);
    }
}
