//! The level that a line of somebody else's log names: a guess, from its first words.

use hydra_log::Level;

/// Level words stand near the beginning, after a time and perhaps a name.
const LOOKED_AT_BYTES: usize = 160;

/// The level, if the line names one.
///
/// A word in capitals is taken as it stands; one in small letters only where it is set off as a
/// level is: `[info]`, `<warn>`, `info:`, `level=info`, `"level":"info"`. So "no error found" names
/// none.
pub(crate) fn find(line: &str) -> Option<Level> {
    let bytes = line.as_bytes();
    let bytes = bytes.get(..LOOKED_AT_BYTES).unwrap_or(bytes);
    let mut at = 0;
    while at < bytes.len() {
        let rest = bytes.get(at..).unwrap_or_default();
        let length = rest.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
        let word = rest.get(..length).unwrap_or_default();
        let before = at.checked_sub(1).and_then(|before| bytes.get(before)).copied();
        let after = rest.get(length).copied();
        if let Some(level) = level_of(word)
            && stands_alone(before, after)
            && (word.iter().all(u8::is_ascii_uppercase) || is_set_off(before, after))
        {
            return Some(level);
        }
        at += length.max(1);
    }
    None
}

fn level_of(word: &[u8]) -> Option<Level> {
    const WORDS: [(&str, Level); 14] = [
        ("error", Level::Error),
        ("err", Level::Error),
        ("fatal", Level::Error),
        ("critical", Level::Error),
        ("crit", Level::Error),
        ("alert", Level::Error),
        ("emerg", Level::Error),
        ("panic", Level::Error),
        ("warn", Level::Warn),
        ("warning", Level::Warn),
        ("info", Level::Info),
        ("notice", Level::Info),
        ("debug", Level::Debug),
        ("trace", Level::Trace),
    ];
    let known = WORDS.iter().find(|(known, _)| word.eq_ignore_ascii_case(known.as_bytes()));
    known.map(|(_, level)| *level)
}

/// Not a part of a longer name: `ERROR_COUNT`, `DEBUG2`, `http.ERROR`.
fn stands_alone(before: Option<u8>, after: Option<u8>) -> bool {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    !before.is_some_and(|byte| is_part(byte) || byte == b'.') && !after.is_some_and(is_part)
}

fn is_set_off(before: Option<u8>, after: Option<u8>) -> bool {
    matches!((before, after), (Some(b'['), Some(b']')) | (Some(b'<'), Some(b'>')))
        || matches!((before, after), (Some(b'"'), Some(b'"')))
        || before == Some(b'=')
        || after == Some(b':')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn level_words_of_common_formats() {
        for (line, level) in [
            ("2026-01-02T03:04:05Z  INFO app: ready", Level::Info),
            ("[2026-01-02 03:04:05] [warn] slow", Level::Warn),
            ("[error] 12#0: *1 open() failed", Level::Error),
            ("time=1 level=debug msg=\"x\"", Level::Debug),
            ("{\"ts\":1,\"level\":\"trace\",\"msg\":\"error\"}", Level::Trace),
            ("WARNING: deprecated", Level::Warn),
            ("error: could not compile", Level::Error),
            ("Jan  2 03:04:05 host app[1]: FATAL out of memory", Level::Error),
            ("<notice> started", Level::Info),
        ] {
            assert_eq!(find(line), Some(level), "{line}");
        }
    }

    #[test]
    fn ordinary_words_name_no_level() {
        for line in ["", "no error found", "the warning light", "ERRORS=3", "x.ERROR", "INFO2 a"] {
            assert_eq!(find(line), None, "{line}");
        }
        assert_eq!(find(&format!("{}ERROR", " ".repeat(200))), None);
        assert_eq!(find("grün €€€ ERROR"), Some(Level::Error));
    }
}
