//! What is looked for, by name.

/// What is looked for.
///
/// ```
/// use hydra_log::redact::Detector;
/// assert_eq!(Detector::Email.label(), "email");
/// assert!(Detector::ALL.contains(&Detector::Named));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Detector {
    /// `ada@example.org`
    Email,
    /// A payment card's number: of an issuer's range, of the right length, in one piece or in the
    /// groups that cards show, and with the right check digit.
    Card,
    /// A United States social security number, with its dashes.
    Ssn,
    /// A phone number with a `+` in front, or of the shape `(202) 555-0123` or `202-555-0123`.
    Phone,
    /// An account number of its country's length, whose check digits are right.
    Iban,
    /// A JSON web token.
    Jwt,
    /// A key of the shape that its vendor gives it: `AKIA…`, `ghp_…`, `sk_live_…` and others.
    ApiKey,
    /// `-----BEGIN … PRIVATE KEY-----` and what follows, to its end or that of the text.
    PrivateKey,
    /// What stands behind `Bearer` or `Basic`.
    Authorization,
    /// `user:password` in front of a URL's host.
    UserInfo,
    /// The value of a field whose name says that it is secret, and of such a name in a text:
    /// `password=…`, `"token":"…"`, `?api_key=…`, `--passphrase …`.
    Named,
}

/// How many there are.
pub(super) const COUNT: usize = Detector::ALL.len();

impl Detector {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::Email,
        Self::Card,
        Self::Ssn,
        Self::Phone,
        Self::Iban,
        Self::Jwt,
        Self::ApiKey,
        Self::PrivateKey,
        Self::Authorization,
        Self::UserInfo,
        Self::Named,
    ];

    /// What stands in brackets for a find.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Card => "card",
            Self::Ssn => "ssn",
            Self::Phone => "phone",
            Self::Iban => "iban",
            Self::Jwt => "jwt",
            Self::ApiKey => "api-key",
            Self::PrivateKey => "private-key",
            Self::Authorization => "authorization",
            Self::UserInfo => "userinfo",
            Self::Named => "redacted",
        }
    }

    /// The last characters that a mask leaves.
    pub(super) const fn tail(self) -> usize {
        match self {
            Self::Card | Self::Ssn | Self::Phone | Self::Iban | Self::ApiKey => 4,
            _ => 0,
        }
    }
}
