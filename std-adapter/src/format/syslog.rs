//! Lines for syslog servers, as RFC 5424 and as RFC 3164 have them.

use core::fmt::Write;
use core::str::FromStr;

use super::colour::UnknownTheme;
use super::escape::{self, Plain, SyslogParam};
use super::parts::{host, marks, program, render, severity, word};
use super::room::Room;
use super::time::{date, digits, month_name};
use super::{Buffer, Event, Format};
use crate::sys::zone;

/// Which part of a system a message comes from.
///
/// ```
/// use hydra_log::format::Facility;
/// assert_eq!("local3".parse(), Ok(Facility::Local3));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(u8)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the names are syslog's")]
pub enum Facility {
    Kern = 0,
    #[default]
    User = 1,
    Mail = 2,
    Daemon = 3,
    Auth = 4,
    Syslog = 5,
    Authpriv = 10,
    Audit = 13,
    Local0 = 16,
    Local1 = 17,
    Local2 = 18,
    Local3 = 19,
    Local4 = 20,
    Local5 = 21,
    Local6 = 22,
    Local7 = 23,
}

impl FromStr for Facility {
    type Err = UnknownTheme;

    fn from_str(name: &str) -> Result<Self, UnknownTheme> {
        const NAMED: [(&str, Facility); 16] = [
            ("kern", Facility::Kern),
            ("user", Facility::User),
            ("mail", Facility::Mail),
            ("daemon", Facility::Daemon),
            ("auth", Facility::Auth),
            ("syslog", Facility::Syslog),
            ("authpriv", Facility::Authpriv),
            ("audit", Facility::Audit),
            ("local0", Facility::Local0),
            ("local1", Facility::Local1),
            ("local2", Facility::Local2),
            ("local3", Facility::Local3),
            ("local4", Facility::Local4),
            ("local5", Facility::Local5),
            ("local6", Facility::Local6),
            ("local7", Facility::Local7),
        ];
        let found = NAMED.into_iter().find(|(known, _)| *known == name);
        let known = "user, daemon, auth, authpriv, local0 to local7, …";
        found.map(|(_, one)| one).ok_or_else(|| UnknownTheme { word: name.to_owned(), known })
    }
}

/// What both kinds say of their sender.
#[derive(Clone, Debug)]
struct Sender {
    facility: Facility,
    host: String,
    program: String,
}

impl Sender {
    fn here() -> Self {
        let (host, program) = (host().to_owned(), program().to_owned());
        Self { facility: Facility::default(), host, program }
    }

    fn priority(&self, event: &Event<'_>, out: &mut Buffer) {
        out.push_str("<");
        out.push_number(u64::from(self.facility as u8) * 8 + severity(event.level));
        out.push_str(">");
    }
}

/// A message as RFC 5424 has it; the call's fields, target and source line are structured data.
///
/// ```text
/// <14>1 2026-11-21T10:12:20.123456Z host app 4242 - [hydra@32473 target="net" port="80"] up
/// ```
///
/// A line each, for files and pipes; a transport adds its framing.
///
/// ```
/// use hydra_log::format::{Facility, Rfc5424};
/// let format = Rfc5424::new().facility(Facility::Local3).program("shop");
/// # let _ = format;
/// ```
#[derive(Clone, Debug)]
pub struct Rfc5424 {
    sender: Sender,
    id: String,
}

/// A message as RFC 3164 describes it, in local time; the call's fields stand behind its text.
///
/// ```text
/// <14>Nov 21 10:12:20 host app[4242]: net: up port=80
/// ```
///
/// ```
/// use hydra_log::format::{Facility, Rfc3164};
/// let format = Rfc3164::new().facility(Facility::Daemon).host("edge-3");
/// # let _ = format;
/// ```
#[derive(Clone, Debug)]
pub struct Rfc3164 {
    sender: Sender,
}

macro_rules! sender {
    ($type:ident) => {
        impl Default for $type {
            fn default() -> Self {
                Self::new()
            }
        }

        impl $type {
            /// Another facility than `user`.
            #[must_use]
            pub fn facility(mut self, facility: Facility) -> Self {
                self.sender.facility = facility;
                self
            }

            /// Another name of the host; signs that it can't have are left out.
            #[must_use]
            pub fn host(mut self, host: &str) -> Self {
                self.sender.host = word(host, "-");
                self
            }

            /// Another name of the program; signs that it can't have are left out.
            #[must_use]
            pub fn program(mut self, program: &str) -> Self {
                self.sender.program = word(program, "-");
                self
            }
        }
    };
}

sender!(Rfc5424);
sender!(Rfc3164);

impl Rfc5424 {
    /// As facility `user`, with the names of this host and program.
    #[must_use]
    pub fn new() -> Self {
        Self { sender: Sender::here(), id: "hydra@32473".to_owned() }
    }

    /// Another name of the structured data than `hydra@32473`, whose number is for examples: your
    /// own has the number of your enterprise.
    #[must_use]
    pub fn id(mut self, id: &str) -> Self {
        self.id = name(id);
        self
    }
}

impl Rfc3164 {
    /// As facility `user`, with the names of this host and program.
    #[must_use]
    pub fn new() -> Self {
        Self { sender: Sender::here() }
    }
}

impl Format for Rfc5424 {
    fn write(&self, event: &Event<'_>, out: &mut Buffer) {
        let site = event.site;
        self.sender.priority(event, out);
        out.push_str("1 ");
        out.push_time(event.time_ns);
        out.push_str(" ");
        out.push_str(&self.sender.host);
        out.push_str(" ");
        out.push_str(&self.sender.program);
        out.push_str(" ");
        out.push_number(std::process::id().into());
        out.push_str(" ");
        out.push_str(&if site.layer.is_empty() { "-".to_owned() } else { word(&site.layer, "-") });
        out.push_str(" [");
        out.push_str(&self.id);
        out.push_str(" target=\"");
        escape::push::<SyslogParam>(out, &site.target);
        out.push_str("\"");
        if !site.file.is_empty() {
            out.push_str(" file=\"");
            escape::push::<SyslogParam>(out, &site.file);
            out.push_str("\" line=\"");
            out.push_number(site.line.into());
            out.push_str("\"");
        }
        for field in &site.fields {
            out.push_str(" ");
            if is_name(&field.key) {
                out.push_str(&field.key);
            } else {
                out.push_str(&name(&field.key));
            }
            out.push_str("=\"");
            render::<SyslogParam>(event, &field.value, out);
            out.push_str("\"");
        }
        for mark in marks(event) {
            let written = write!(out, " {mark}=\"true\"");
            debug_assert!(written.is_ok(), "a buffer takes everything");
        }
        out.push_str("]");
        if !site.message.is_empty() {
            out.push_str(" ");
            render::<Plain>(event, &site.message, out);
        }
        out.push_str("\n");
    }
}

impl Format for Rfc3164 {
    fn write(&self, event: &Event<'_>, out: &mut Buffer) {
        let site = event.site;
        self.sender.priority(event, out);
        local_time(event.time_ns, out);
        out.push_str(" ");
        out.push_str(&self.sender.host);
        out.push_str(" ");
        out.push_str(&self.sender.program);
        out.push_str("[");
        out.push_number(std::process::id().into());
        out.push_str("]: ");
        escape::push::<Plain>(out, &site.target);
        out.push_str(": ");
        render::<Plain>(event, &site.message, out);
        let mut room = Room::new(event, None, out);
        super::text::fields(event, &mut room, out);
        super::text::marks(event.record.flags(), event.recovered, out);
        out.push_str("\n");
    }
}

/// `Nov 21 10:12:20`, in the zone of this host.
fn local_time(time_ns: u64, out: &mut Buffer) {
    let second = zone::local(time_ns / 1_000_000_000);
    let (days, in_day) = (second / 86_400, second % 86_400);
    let (_, month, day) = date(days);
    out.push_str(month_name(month));
    let written = write!(out, " {day:>2} ");
    debug_assert!(written.is_ok(), "a buffer takes everything");
    out.push_bytes(&digits(in_day / 3600));
    out.push_str(":");
    out.push_bytes(&digits(in_day / 60 % 60));
    out.push_str(":");
    out.push_bytes(&digits(in_day % 60));
}

/// Whether a text may name structured data or its parameter.
fn is_name(text: &str) -> bool {
    let is_fine = |byte: u8| byte.is_ascii_graphic() && !b"=]\"".contains(&byte);
    (1..=32).contains(&text.len()) && text.bytes().all(is_fine)
}

/// A text made such a name.
fn name(text: &str) -> String {
    let fine = |letter: char| {
        if letter.is_ascii_graphic() && !"=]\"".contains(letter) { letter } else { '_' }
    };
    let name: String = text.chars().map(fine).take(32).collect();
    if name.is_empty() { "_".to_owned() } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::fixture::Fixture;
    use hydra_log_core::Level;
    use hydra_log_core::record::Flags;
    use proptest::prelude::*;
    use syslog_loose::{IncompleteDate, ProcId, Variant, parse_message, parse_message_with_year};

    const FIELDS: &[(&str, &str)] = &[("port", "{0}"), ("a b=", "{1}"), ("d", "{1:?}")];

    fn new() -> Rfc5424 {
        Rfc5424::new().host("h o s t").program("shop").facility(Facility::Local3)
    }

    #[test]
    fn golden_messages() {
        let args = (80_u16, ("x \"]\\", ()));
        let flags = Flags::CUT;
        let call = Fixture::at(Level::Warn, "net", "db", "up {1}", FIELDS, &args, flags);
        let line = call.line(&new().id("own id@1"));
        let pid = std::process::id();
        assert_eq!(
            line,
            format!(
                "<156>1 2026-11-21T10:12:20.123456Z host shop {pid} db [own_id@1 target=\"net\" \
                 file=\"src/net.rs\" line=\"42\" port=\"80\" a_b_=\"x \\\"\\]\\\\\" \
                 d=\"\\\"x \\\\\\\"\\]\\\\\\\\\\\"\" cut=\"true\"] up x \"]\\\n"
            )
        );
        let old = Rfc3164::new().host("h").program("shop").facility(Facility::Daemon);
        let line = call.line(&old);
        assert!(line.starts_with("<28>Nov 21 "), "{line}");
        let end = format!(" h shop[{pid}]: net: up x \"]\\ port=80 a b==\"x \\\"]\\\\\"");
        assert!(line.contains(&end), "{line}");
        assert!(line.ends_with(" [cut]\n"), "{line}");
    }

    fn year(_: IncompleteDate) -> i32 {
        2026
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn a_parser_finds_what_was_said(text in "[^\\p{C}\u{2028}\u{2029}]+", number: u64) {
            let fields = &[("k", "{0}"), ("n", "{1}")];
            let call = Fixture::new("said {0}", fields, &(text.as_str(), (number, ())));
            let line = call.line(&new());
            let found = parse_message(line.trim_end_matches('\n'), Variant::RFC5424);
            prop_assert_eq!(found.hostname, Some("host"));
            prop_assert_eq!(found.appname, Some("shop"));
            let pid = i32::try_from(std::process::id()).unwrap();
            prop_assert_eq!(found.procid, Some(ProcId::PID(pid)));
            let params = &found.structured_data[0].params;
            let of = |key: &str| {
                params.iter().find(|(name, _)| *name == key).unwrap().1.to_string()
            };
            let number = number.to_string();
            prop_assert_eq!(of("n"), number);
            let plain = of("k").replace("\\\"", "\"").replace("\\]", "]").replace("\\\\", "\\");
            if !text.contains('\\') {
                prop_assert_eq!(&plain, &text);
            }
            let said = format!("said {text}");
            prop_assert_eq!(found.msg.trim(), said.trim());
        }

        #[test]
        fn old_messages_are_understood(text in "[a-z ]+") {
            let call = Fixture::new("said {0}", &[], &(text.as_str(), ()));
            let line = call.line(&Rfc3164::new().host("h").program("shop"));
            let found = parse_message_with_year(line.trim_end(), year, Variant::RFC3164);
            prop_assert_eq!(found.hostname, Some("h"));
            prop_assert_eq!(found.appname, Some("shop"));
            prop_assert!(found.msg.contains("said"));
            prop_assert!(found.timestamp.is_some());
        }

        #[test]
        fn a_message_is_one_line(text in any::<String>()) {
            let call = Fixture::new("{0}", &[("k", "{0:?}")], &(text.as_str(), ()));
            for line in [call.line(&new()), call.line(&Rfc3164::new())] {
                prop_assert!(!line.trim_end_matches('\n').contains(char::is_control));
            }
        }
    }
}
