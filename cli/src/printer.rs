//! Records of a log as lines, by the code that writes them on the server.

use core::fmt::Write as _;
use std::collections::HashMap;
use std::sync::Arc;

use hydra_log::Level;
use hydra_log::format::{Buffer, Contexts, Event, Format, Json, SiteInfo, Text, ThreadInfo};
use hydra_log_core::record::RecordRef;
use hydra_log_core::record::dictionary::{Entry, Fields};
use hydra_log_core::render::{self, Limited, MESSAGE_BYTES, Verbatim};
use hydra_log_core::site::{SiteId, SiteKind};
use hydra_log_decode::Session;

use crate::view::{Form, View};

/// The columns of [`Form::Csv`].
pub(crate) const CSV_HEAD: &str = "time,level,target,thread,file,line,message,fields\n";

/// Turns records into lines, and remembers what it knows of their callsites.
pub(crate) struct Printer {
    view: Arc<View>,
    text: Text,
    json: Json,
    /// What belongs to this session; the next one has other callsites.
    session: u64,
    known: Vec<Known>,
    contexts: Contexts,
    by_site: HashMap<u32, usize>,
    /// By the number of a shape in the block, which known callsite it is.
    shapes: Vec<Option<usize>>,
    thread: (u32, ThreadInfo),
    /// Callsites without a description that were met.
    pub(crate) unknown: Vec<u32>,
    pub(crate) out: Buffer,
}

struct Known {
    info: SiteInfo,
    is_wanted: bool,
}

impl Printer {
    pub(crate) fn new(view: Arc<View>, colour: bool) -> Self {
        let (threads, location) = (view.shows_threads, view.shows_location);
        let text = Text::new().threads(threads).location(location).line_bytes(MESSAGE_BYTES);
        let json = Json::new().threads(threads).location(location).line_bytes(MESSAGE_BYTES);
        Self {
            view,
            text: text.colour(colour),
            json,
            session: 0,
            known: Vec::new(),
            contexts: Contexts::default(),
            by_site: HashMap::new(),
            shapes: Vec::new(),
            thread: (0, ThreadInfo::default()),
            unknown: Vec::new(),
            out: Buffer::new(),
        }
    }

    /// A block begins: its shapes have numbers of their own.
    pub(crate) fn begin_block(&mut self) {
        self.shapes.clear();
    }

    /// Appends a record's line, if it is one to show. Records of one `shape` in a block have the
    /// same callsite.
    pub(crate) fn print(
        &mut self,
        session: &Session,
        record: RecordRef<'_>,
        thread: u32,
        shape: Option<usize>,
    ) {
        let time_ns = session.time_ns(record.stamp());
        if !self.view.takes_time(time_ns) {
            return;
        }
        let at = shape.and_then(|shape| self.shapes.get(shape).copied().flatten());
        let at = at.unwrap_or_else(|| self.find(session, record, shape));
        let Some(Known { info, is_wanted: true }) = self.known.get(at) else { return };
        let needs_thread = self.view.shows_threads || self.view.form == Form::Csv;
        if needs_thread && self.thread.0 != thread {
            let found = session.thread(thread).cloned().unwrap_or_default();
            self.thread = (thread, ThreadInfo { id: found.id, name: found.name });
        }
        let event = Event {
            time_ns,
            level: info.level,
            site: self.contexts.find(at, info, &record),
            record,
            thread: &self.thread.1,
            types: session,
            recovered: session.recovered,
        };
        let start = self.out.len();
        match self.view.form {
            Form::Text => self.text.write(&event, &mut self.out),
            Form::Json => self.json.write(&event, &mut self.out),
            Form::Csv => csv(&event, &mut self.out),
        }
        let line = self.out.as_bytes().get(start..).unwrap_or_default();
        if !self.view.takes_line(line) {
            self.out.truncate(start);
        }
    }

    fn find(&mut self, session: &Session, record: RecordRef<'_>, shape: Option<usize>) -> usize {
        if session.number != self.session {
            self.session = session.number;
            self.known.clear();
            self.contexts.clear();
            self.by_site.clear();
            self.thread = (0, ThreadInfo::default());
        }
        let id = record.site();
        let at = self.by_site.get(&id.0).copied().unwrap_or_else(|| self.learn(session, id));
        if let Some(shape) = shape {
            if self.shapes.len() <= shape {
                self.shapes.resize(shape + 1, None);
            }
            if let Some(place) = self.shapes.get_mut(shape) {
                *place = Some(at);
            }
        }
        at
    }

    fn learn(&mut self, session: &Session, id: SiteId) -> usize {
        let at = self.known.len();
        let entry = session.site(id);
        let is_described = entry.is_some();
        let entry = entry.unwrap_or_else(|| nobody(id));
        let is_wanted = self.view.takes_site(entry.level, entry.target);
        self.known.push(Known { info: SiteInfo::of(&entry), is_wanted });
        if is_described {
            // An unknown one may be described later.
            self.by_site.insert(id.0, at);
        } else {
            self.unknown.push(id.0);
        }
        at
    }
}

/// What is shown of a callsite that no dictionary describes: the values it left.
fn nobody(id: SiteId) -> Entry<'static> {
    const FIELDS: &[(&str, &str)] =
        &[("0", "{0}"), ("1", "{1}"), ("2", "{2}"), ("3", "{3}"), ("4", "{4}"), ("5", "{5}")];
    Entry {
        id,
        level: Level::Error,
        kind: SiteKind::Event,
        arguments: 0,
        line: 0,
        target: "?",
        layer: "",
        module: "",
        file: "",
        template: "a call that no dictionary describes",
        fields: Fields::new(FIELDS),
    }
}

/// Appends the columns of [`CSV_HEAD`].
fn csv(event: &Event<'_>, out: &mut Buffer) {
    let site = event.site;
    let mut text = String::new();
    let show = |text: &mut String, template: &hydra_log::format::Template| {
        let mut verbatim = Verbatim(text);
        let mut limited = Limited::new(&mut verbatim, MESSAGE_BYTES);
        // What does not fit is left out.
        let _cut = render::message(&mut limited, template.pieces(), &event.record, event.types);
    };
    out.push_time(event.time_ns);
    column(event.level.as_str(), out);
    column(&site.target, out);
    column(event.thread.name.as_deref().unwrap_or_default(), out);
    column(&site.file, out);
    column(&site.line.to_string(), out);
    show(&mut text, &site.message);
    column(&text, out);
    text.clear();
    for field in &site.fields {
        let gap = if text.is_empty() { "" } else { " " };
        // A string takes everything.
        let _whole = write!(text, "{gap}{}=", field.key);
        show(&mut text, &field.value);
        if text.len() > MESSAGE_BYTES {
            break;
        }
    }
    column(&text, out);
    out.push_str("\n");
}

/// Appends a comma and a text: in quotes where it has to be, and without control characters.
fn column(text: &str, out: &mut Buffer) {
    out.push_str(",");
    let is_plain = |byte: &u8| !matches!(byte, b'"' | b',' | 0..=b' ' | 0x7F..);
    if text.as_bytes().iter().all(is_plain) {
        return out.push_str(text);
    }
    out.push_str("\"");
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\"\""),
            letter if letter.is_control() || matches!(letter, '\u{2028}' | '\u{2029}') => {
                let _whole = write!(out, "{}", letter.escape_default());
            }
            letter => out.push_str(letter.encode_utf8(&mut [0; 4])),
        }
    }
    out.push_str("\"");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_quoted_and_hold_no_line_ends() {
        let mut out = Buffer::new();
        for text in ["plain", "", "a,b", "say \"hi\"", "two\nlines\u{9b}", "é"] {
            column(text, &mut out);
        }
        let line = String::from_utf8_lossy(out.as_bytes()).into_owned();
        assert_eq!(line, ",plain,,\"a,b\",\"say \"\"hi\"\"\",\"two\\nlines\\u{9b}\",\"é\"");
    }
}
