//! Names of fields whose values are secret.

use super::named::Name;

/// Secret is a name that has one of these in it, in small letters and without `_`, `-` and `.`,
/// where nothing of [`HARMLESS`] follows.
const SECRET: [&str; 21] = [
    "password",
    "passwd",
    "passphrase",
    "passcode",
    "secret",
    "apikey",
    "accesskey",
    "secretkey",
    "signingkey",
    "encryptionkey",
    "privatekey",
    "sessionid",
    "sessionkey",
    "credential",
    "authorization",
    "setcookie",
    "securitycode",
    "cardnumber",
    "socialsecurity",
    "connectionstring",
    "recoverycode",
];

/// Names as a whole, or what they end in: others have them in the middle.
const WEAK: [&str; 12] =
    ["token", "pwd", "pin", "auth", "pass", "otp", "cookie", "jwt", "cvv", "cvc", "cvv2", "ssn"];

/// What follows where a name speaks of a secret and does not hold it.
const HARMLESS: [&str; 33] = [
    "age", "ariat", "ary", "at", "attempts", "auth", "changed", "checks", "count", "ed", "enabled",
    "expires", "expiry", "failed", "hint", "history", "id", "len", "length", "less", "max", "min",
    "name", "policy", "provider", "required", "reset", "rotated", "size", "strength", "ttl",
    "type", "version",
];

/// The most that is looked at of a name.
const LONGEST: usize = 64;

/// A name in small letters, without what stands between words.
struct Plain {
    bytes: [u8; LONGEST],
    len: usize,
    /// Which letters it has.
    letters: u32,
}

impl Plain {
    fn of(name: &[u8]) -> Self {
        let mut plain = Self { bytes: [0; LONGEST], len: 0, letters: 0 };
        // The end says most.
        let from = name.len().saturating_sub(LONGEST);
        for byte in name.iter().skip(from).filter(|byte| !b"_-.".contains(byte)) {
            let small = byte.to_ascii_lowercase();
            if let Some(place) = plain.bytes.get_mut(plain.len) {
                *place = small;
                plain.len += 1;
                plain.letters |= letter(small);
            }
        }
        plain
    }

    fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }

    /// What stands behind a word in it.
    fn behind(&self, word: &Word) -> Option<&[u8]> {
        if self.letters & word.letters != word.letters {
            return None;
        }
        let text = word.text.as_bytes();
        let at = self.as_bytes().windows(text.len().max(1)).position(|window| window == text)?;
        self.as_bytes().get(at + text.len()..)
    }
}

fn letter(byte: u8) -> u32 {
    if byte.is_ascii_lowercase() { 1 << (byte - b'a') } else { 0 }
}

/// A word that makes a name secret.
#[derive(Clone, Debug)]
pub(super) struct Word {
    text: Box<str>,
    letters: u32,
}

impl Word {
    pub(super) fn new(word: &str) -> Self {
        let plain = Plain::of(word.as_bytes());
        let text = String::from_utf8_lossy(plain.as_bytes()).into_owned();
        Self { letters: plain.letters, text: text.into() }
    }

    /// Those that are known without being told.
    pub(super) fn known() -> Vec<Self> {
        SECRET.iter().map(|word| Self::new(word)).collect()
    }
}

/// How secret a field of that name is.
pub(super) fn look(name: &[u8], words: &[Word]) -> Name {
    let plain = Plain::of(name);
    let is_harmless = |rest: &[u8]| {
        let stem = rest.strip_suffix(b"at").or_else(|| rest.strip_suffix(b"in")).unwrap_or(rest);
        HARMLESS.iter().any(|word| word.as_bytes() == rest || word.as_bytes() == stem)
    };
    let holds = |word: &Word| plain.behind(word).is_some_and(|rest| !is_harmless(rest));
    if words.iter().any(holds) {
        return Name::Sure;
    }
    let is_end = |word: &&str| {
        let Some(before) = plain.as_bytes().strip_suffix(word.as_bytes()) else { return false };
        before.is_empty() || *word == "token" || has_break(name, word.len())
    };
    if WEAK.iter().any(is_end) { Name::Weak } else { Name::Harmless }
}

/// Whether the last word of a name has so many letters: `user_pin`, `userPin`.
fn has_break(name: &[u8], len: usize) -> bool {
    let Some((before, last)) = name.split_at_checked(name.len().saturating_sub(len)) else {
        return false;
    };
    let is_camel = last.first().is_some_and(u8::is_ascii_uppercase)
        && before.last().is_some_and(u8::is_ascii_lowercase);
    is_camel || before.last().is_some_and(|byte| b"_-.".contains(byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_secret_names_from_others() {
        let words = Word::known();
        let of = |name: &str| look(name.as_bytes(), &words);
        for name in ["password", "user.password", "DB_PASSWORD", "dbPasswordHash", "x-api-key"] {
            assert_eq!(of(name), Name::Sure, "{name}");
        }
        for name in ["token", "csrf_token", "idToken", "pwd", "user_pin", "userPin", "X-Auth"] {
            assert_eq!(of(name), Name::Weak, "{name}");
        }
        let harmless = [
            "tokens",
            "tokenizer",
            "passed",
            "compass",
            "spin",
            "pinned",
            "author",
            "passwordless",
            "password_length",
            "secret_name",
            "api_key_id",
            "",
            "_",
            "bypass",
            "session",
        ];
        for name in harmless {
            assert_eq!(of(name), Name::Harmless, "{name}");
        }
        assert_eq!(look(b"nick_name", &[Word::new("Nickname")]), Name::Sure);
    }
}
