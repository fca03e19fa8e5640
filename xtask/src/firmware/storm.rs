//! Adds up what several contexts logged at once: produced = delivered + lost, order kept.
//!
//! Each line is `level target: context number`, a loss `… N records lost …`, and the last one says
//! `produced main 100 tick 50 …`.

use std::collections::BTreeMap;

/// What came of one context.
#[derive(Default)]
struct Context {
    delivered: u64,
    /// The number that may come next at the earliest.
    next: u64,
}

/// The counts in a sentence, or what does not add up.
pub(super) fn add_up(decoded: &str) -> Result<String, String> {
    let mut contexts = BTreeMap::<&str, Context>::new();
    let mut lost = 0;
    let mut produced = None;
    for line in decoded.lines() {
        let message = line.split_once(": ").map_or(line, |(_, message)| message);
        let words: Vec<&str> = message.split_whitespace().collect();
        match words.as_slice() {
            [count, "records", "lost", ..] => lost += number(count)?,
            ["produced", pairs @ ..] => produced = Some(pairs.to_vec()),
            [name, at] => {
                let at = number(at)?;
                let context = contexts.entry(name).or_default();
                if at < context.next {
                    return Err(format!("`{line}` after number {}", context.next - 1));
                }
                context.next = at + 1;
                context.delivered += 1;
            }
            _ => return Err(format!("`{line}`: not a line of this program")),
        }
    }
    let produced = produced.ok_or("the last record did not arrive")?;
    let mut all = 0;
    for pair in produced.chunks(2) {
        let [name, count] = pair else { return Err(format!("`{produced:?}`: not pairs")) };
        let count = number(count)?;
        all += count;
        let delivered = contexts.get(name).map_or(0, |context| context.delivered);
        if delivered == 0 || delivered > count {
            return Err(format!("{name}: {delivered} of {count} arrived"));
        }
    }
    let delivered: u64 = contexts.values().map(|context| context.delivered).sum();
    match delivered + lost == all {
        true => Ok(format!("{all} produced = {delivered} delivered + {lost} lost")),
        false => Err(format!("{all} produced, but {delivered} delivered and {lost} lost")),
    }
}

fn number(word: &str) -> Result<u64, String> {
    word.parse().map_err(|_| format!("`{word}` is not a number"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FINE: &str = "info  a: main 0\ninfo  a: tick 0\nwarn  hydra: 2 records lost ring=0\n\
                        info  a: main 3\ninfo  a: produced main 4 tick 1\n";

    #[test]
    fn counts_add_up_or_are_told() {
        assert_eq!(add_up(FINE).unwrap(), "5 produced = 3 delivered + 2 lost");
        let told = |from: &str, to: &str| add_up(&FINE.replacen(from, to, 1)).unwrap_err();
        assert!(told("2 records", "1 records").contains("3 delivered and 1 lost"));
        assert!(told("main 3", "main 0").contains("after number 0"));
        assert!(told("tick 1", "tick 0").contains("1 of 0 arrived"));
        assert!(told("produced", "made").contains("not a line"));
        assert!(add_up("info  a: main 0").unwrap_err().contains("last record"));
    }
}
