//! Keys and tokens: by the shapes that vendors give them, and by what stands around them.

/// No key is shorter.
pub(super) const LEAST: usize = 16;

/// Which signs a key has.
#[derive(Clone, Copy)]
enum Signs {
    /// Letters, digits, `_`, `-`.
    Url,
    /// Capitals and digits.
    Capitals,
    /// The digits of hexadecimal numbers, in small letters.
    Hex,
    /// As `Url`, and points.
    Parts,
}

/// How a key starts, what follows, and how much of it at least.
const SHAPES: [(&[u8], Signs, usize); 53] = [
    // Amazon.
    (b"AKIA", Signs::Capitals, 16),
    (b"ASIA", Signs::Capitals, 16),
    (b"ABIA", Signs::Capitals, 16),
    (b"ACCA", Signs::Capitals, 16),
    // Google.
    (b"AIza", Signs::Url, 35),
    (b"ya29.", Signs::Parts, 20),
    (b"GOCSPX-", Signs::Url, 24),
    // GitHub, GitLab.
    (b"ghp_", Signs::Url, 30),
    (b"gho_", Signs::Url, 30),
    (b"ghu_", Signs::Url, 30),
    (b"ghs_", Signs::Url, 30),
    (b"ghr_", Signs::Url, 30),
    (b"github_pat_", Signs::Url, 22),
    (b"glpat-", Signs::Url, 20),
    (b"gldt-", Signs::Url, 20),
    (b"glrt-", Signs::Url, 20),
    // Slack.
    (b"xoxb-", Signs::Url, 20),
    (b"xoxp-", Signs::Url, 20),
    (b"xoxa-", Signs::Url, 20),
    (b"xoxr-", Signs::Url, 20),
    (b"xoxs-", Signs::Url, 20),
    (b"xoxe-", Signs::Url, 20),
    (b"xapp-", Signs::Url, 20),
    // Stripe, Square, Shopify.
    (b"sk_live_", Signs::Url, 16),
    (b"sk_test_", Signs::Url, 16),
    (b"rk_live_", Signs::Url, 16),
    (b"rk_test_", Signs::Url, 16),
    (b"pk_live_", Signs::Url, 16),
    (b"pk_test_", Signs::Url, 16),
    (b"whsec_", Signs::Url, 24),
    (b"sq0atp-", Signs::Url, 22),
    (b"sq0csp-", Signs::Url, 40),
    (b"shpat_", Signs::Hex, 32),
    (b"shpss_", Signs::Hex, 32),
    // OpenAI, Anthropic, Hugging Face, Replicate, Groq.
    (b"sk-ant-", Signs::Url, 20),
    (b"sk-proj-", Signs::Url, 20),
    (b"sk-svcacct-", Signs::Url, 20),
    (b"sk-", Signs::Url, 40),
    (b"hf_", Signs::Url, 30),
    (b"r8_", Signs::Url, 36),
    (b"gsk_", Signs::Url, 40),
    // Packages.
    (b"npm_", Signs::Url, 36),
    (b"pypi-", Signs::Url, 40),
    (b"dckr_pat_", Signs::Url, 20),
    // Mail, infrastructure, monitoring.
    (b"SG.", Signs::Parts, 40),
    (b"key-", Signs::Hex, 32),
    (b"hvs.", Signs::Parts, 24),
    (b"dop_v1_", Signs::Hex, 64),
    (b"dp.pt.", Signs::Url, 40),
    (b"NRAK-", Signs::Capitals, 27),
    (b"glsa_", Signs::Url, 32),
    (b"lin_api_", Signs::Url, 32),
    (b"PMAK-", Signs::Url, 40),
];

impl Signs {
    fn has(self, byte: u8) -> bool {
        match self {
            Self::Url => is_base64(byte),
            Self::Capitals => byte.is_ascii_uppercase() || byte.is_ascii_digit(),
            Self::Hex => byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte),
            Self::Parts => is_base64(byte) || byte == b'.',
        }
    }
}

/// How many bytes from the start on are such.
fn run(text: &[u8], is_such: impl Fn(u8) -> bool) -> usize {
    text.iter().take_while(|byte| is_such(**byte)).count()
}

fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"_-".contains(&byte)
}

/// The key that a word begins with, and its length.
pub(super) fn api_key(word: &[u8]) -> Option<usize> {
    SHAPES.iter().find_map(|(start, signs, least)| {
        let rest = word.strip_prefix(*start)?;
        let len = run(rest, |byte| signs.has(byte));
        let key = rest.get(..len)?;
        // Words in small letters with dashes between them are a name.
        let is_random = key.iter().any(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase());
        // An identifier of capitals goes on where a key ends.
        let goes_on = rest.get(len).is_some_and(|byte| is_base64(*byte));
        (len >= *least && is_random && !goes_on).then_some(start.len() + len)
    })
}

/// `head.claims.signature`, each in base 64, the first two JSON.
pub(super) fn jwt(word: &[u8]) -> Option<usize> {
    // `{"` in base 64.
    if !word.starts_with(b"eyJ") {
        return None;
    }
    let mut len = 0;
    for part in 0..3 {
        let run = run(word.get(len..)?, is_base64);
        if run < if part < 2 { 8 } else { 16 } {
            return None;
        }
        len += run;
        if part < 2 {
            if word.get(len) != Some(&b'.') {
                return None;
            }
            len += 1;
        }
    }
    Some(len)
}

/// The block that begins here, and its length: to its last line, or to the end of the text.
pub(super) fn private_key(text: &[u8]) -> Option<usize> {
    let rest = text.strip_prefix(b"-----BEGIN ")?;
    let kind = run(rest, |byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b' ');
    let is_private = rest.get(..kind)?.windows(11).any(|window| window == b"PRIVATE KEY");
    if !is_private || !rest.get(kind..)?.starts_with(b"-----") {
        return None;
    }
    const END: &[u8] = b"-----END ";
    let Some(end) = text.windows(END.len()).position(|window| window == END) else {
        return Some(text.len());
    };
    let behind = text.get(end + END.len()..)?;
    let Some(dashes) = behind.windows(5).position(|window| window == b"-----") else {
        return Some(text.len());
    };
    Some(end + END.len() + dashes + 5)
}

/// The token behind `Bearer` or `Basic`: where it starts and ends.
pub(super) fn authorization(text: &[u8]) -> Option<(usize, usize)> {
    let is = |scheme: &[u8]| {
        text.get(..scheme.len()).is_some_and(|head| head.eq_ignore_ascii_case(scheme))
    };
    let is_basic = is(b"Basic ");
    let start = if is_basic { 6 } else { 7 };
    if !is_basic && !is(b"Bearer ") {
        return None;
    }
    let rest = text.get(start..)?;
    let len = run(rest, |byte| is_base64(byte) || b".~+/=".contains(&byte));
    let token = rest.get(..len)?;
    let has = |is: fn(&u8) -> bool| token.iter().any(is);
    let is_random = has(u8::is_ascii_digit)
        || token.ends_with(b"=")
        || (has(u8::is_ascii_uppercase) && token.iter().skip(1).any(u8::is_ascii_uppercase));
    (len >= 8 && is_random).then_some((start, start + len))
}
