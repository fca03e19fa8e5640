//! Late attach: 400 records before anybody looks. Which are there, and whether the rest is counted.

/// How many records each program logs before a host looks.
const LOGGED: u32 = 400;
/// How many of them have to be there, of 1 KiB of records.
const AT_LEAST: u32 = 60;

/// The newest in a row up to the last, and in front of them how many were lost.
pub(super) fn newest(decoded: &str) -> Result<String, String> {
    let (mut lost, mut next) = (0, None);
    let mut kept = 0;
    for line in decoded.lines() {
        let message = line.split_once(": ").map_or(line, |(_, message)| message);
        let number = |word: &str| word.parse::<u32>().map_err(|_| format!("`{line}`"));
        if let Some(value) = message.strip_prefix("x=") {
            let value = number(value)?;
            if next.is_some_and(|next| next != value) {
                return Err(format!("`{line}`: not the next one"));
            }
            (next, kept) = (Some(value + 1), kept + 1);
        } else if let (Some((count, _)), None) = (message.split_once(" records lost"), next) {
            lost += number(count)?;
        } else {
            return Err(format!("`{line}`: not a line of this program, or not at its place"));
        }
    }
    let told = format!("the newest {kept} and {lost} counted as lost, of {LOGGED}");
    match next == Some(LOGGED) && kept >= AT_LEAST && kept + lost == LOGGED {
        true => Ok(told),
        false => Err(format!("{told}: {AT_LEAST} at least")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_are_there_and_the_rest_is_counted() {
        let lines = |lost: u32, from: u32| {
            let kept = (from..LOGGED).map(|x| format!("INFO late: x={x}\n"));
            format!("WARN hydra: {lost} records lost ring=1\n{}", kept.collect::<String>())
        };
        assert!(newest(&lines(340, 340)).unwrap().contains("the newest 60 and 340"));
        assert!(newest(&lines(339, 340)).is_err() && newest(&lines(341, 341)).is_err());
        assert!(newest(&lines(340, 340).replace("x=350\n", "x=351\n")).is_err());
        assert!(newest(&lines(340, 340).replace("x=399", "lost")).is_err());
    }
}
