//! Text on the device, for who has a serial terminal and no decoder: records as lines.
//!
//! The texts of calls have to be in the image for it: the program is linked with `-Thydra-text.x`
//! instead of `-Thydra.x`.
#![expect(unsafe_code, reason = "reads words as bytes, and what the linker placed")]

use crate::__private::linked_store;
use crate::{Drained, Outlets, Sink};
use core::fmt::{self, Write as _};
use hydra_log_core::block::{Head, Kind};
use hydra_log_core::record::dictionary::Entry;
use hydra_log_core::record::firmware::{self, Header};
use hydra_log_core::record::{Flags, RecordRef};
use hydra_log_core::render::{self, Out, TypeInfo, Types};
use hydra_log_core::site::{self, SiteId};
use hydra_log_core::template::pieces;

/// The words of a record on a server; one that has more shows as its length.
const WORDS: usize = 72;

/// A sink of lines over a sink of bytes: a serial port, an RTT channel of a plain viewer.
///
/// A line is the time in seconds (where the clock's rate is known), level, target, message and
/// fields. Characters that control terminals are shown as escapes. A line of more than `N` bytes is
/// cut, and ends in `...`; `N` bytes and 700 more of stack are used while it is made.
///
/// The renderer is some 115 KiB of code at opt-level 3: it knows all of `format!`.
///
/// Hand it records with [`drain_lines`].
///
/// ```
/// use hydra_log_embedded::{Outlet, Port, Text, Through, drain_lines, ring, warn};
/// # struct Uart;
/// # impl Port for Uart {
/// #     fn write(bytes: &[u8]) -> bool { bytes.is_empty() || bytes == b"WARN app: 1 of 2\r\n" }
/// # }
/// ring!(352);
///
/// let mut terminal = Outlet::new(Text::<_>::new(Through::<Uart>::new()));
/// # hydra_log_embedded::switch_all(hydra_log_embedded::LevelFilter::Trace);
/// warn!(target: "app", "{} of {}", 1, 2);
/// assert_eq!(drain_lines(&mut terminal).records, 1);
/// ```
#[derive(Debug)]
pub struct Text<S, const N: usize = 128> {
    sink: S,
}

impl<S: Sink, const N: usize> Text<S, N> {
    /// Lines go to `sink`, one each write, without a head.
    #[must_use]
    pub const fn new(sink: S) -> Self {
        Self { sink }
    }

    /// The sink of bytes.
    pub const fn sink(&mut self) -> &mut S {
        &mut self.sink
    }
}

impl<S: Sink, const N: usize> Sink for Text<S, N> {
    fn write(&mut self, head: &[u8], payload: &[u8]) -> bool {
        let head = head.first_chunk().and_then(|head| Head::parse(head).ok());
        let Ok(header) = Header::parse(payload) else { return true };
        if head.is_none_or(|head| head.kind() != Some(Kind::Firmware)) {
            // Of the image a terminal needs to know nothing.
            return true;
        }
        let mut line = Line { bytes: [0; N], used: 0, is_cut: false };
        // What does not fit is cut, which the line says by itself.
        let _cut = show(&mut line, &header, payload);
        self.sink.write(&[], line.end())
    }
}

/// As [`drain`](crate::drain()), a record at a time, as [`Text`] takes them.
pub fn drain_lines(outlets: &mut impl Outlets) -> Drained {
    linked_store().take(0, &mut |record| outlets.offer(record))
}

/// A record as a line.
fn show<const N: usize>(line: &mut Line<N>, header: &Header, record: &[u8]) -> fmt::Result {
    let hertz = linked_store().hertz();
    if hertz > 0 {
        let rest = u64::from(header.stamp % hertz) * 1_000_000 / u64::from(hertz);
        write!(line, "{}.{rest:06} ", header.stamp / hertz)?;
    }
    if header.is_note() {
        let lost = header.losses(record, site::level_of);
        let lost = lost.iter().fold(0_u32, |sum, lost| sum.saturating_add(*lost));
        return write!(line, "WARN hydra: {lost} records lost");
    }
    let bytes = header.bytes;
    if header.flags.contains(Flags::CONTROL) {
        return write!(line, "INFO defmt: a frame of {bytes} bytes");
    }
    let id = SiteId(header.site.into());
    let Some(entry) = entry(id) else {
        return write!(line, "call {}: no text, link with -Thydra-text.x", header.site);
    };
    write!(line, "{} {}: ", entry.level.as_str(), entry.target)?;
    let mut words = [0; WORDS];
    let widened = firmware::widen(record, id, header.stamp.into(), &mut words);
    let Ok(used) = widened else { return write!(line, "a record of {bytes} bytes") };
    // SAFETY: bounds: `used` bytes of these words were written; race: a local.
    let wide = unsafe { core::slice::from_raw_parts(words.as_ptr().cast::<u8>(), used) };
    let Ok(wide) = RecordRef::parse(wide) else {
        return line.write_str(render::DAMAGED);
    };
    values(line, entry.template, &wide)?;
    for (name, template) in entry.fields.iter() {
        write!(line, " {name}=")?;
        values(line, template, &wide)?;
    }
    if header.flags.contains(Flags::CUT) { line.write_str(" (cut)") } else { Ok(()) }
}

fn values<const N: usize>(
    line: &mut Line<N>,
    template: &str,
    record: &RecordRef<'_>,
) -> fmt::Result {
    render::message(line, pieces(template).map_while(Result::ok), record, &Image)
}

/// A line that is being made.
struct Line<const N: usize> {
    bytes: [u8; N],
    used: usize,
    is_cut: bool,
}

/// What a cut line ends in, and every line behind that.
const ENDS: [&[u8]; 2] = [b"...", b"\r\n"];

impl<const N: usize> Line<N> {
    /// Room is kept for the ends.
    const MOST: usize = {
        assert!(N >= 16, "a line takes at least 16 bytes: `Text::<_, 128>`");
        N - 5
    };

    fn push(&mut self, text: &str) -> fmt::Result {
        let end = self.used + text.len();
        self.is_cut |= end > Self::MOST;
        if self.is_cut {
            return Err(fmt::Error);
        }
        let place = self.bytes.get_mut(self.used..end);
        place.into_iter().for_each(|place| place.copy_from_slice(text.as_bytes()));
        self.used = end;
        Ok(())
    }

    fn end(&mut self) -> &[u8] {
        let ends = if self.is_cut { &ENDS[..] } else { &ENDS[1..] };
        for end in ends {
            let place = self.bytes.get_mut(self.used..self.used + end.len());
            place.into_iter().for_each(|place| place.copy_from_slice(end));
            self.used += end.len();
        }
        self.bytes.get(..self.used).unwrap_or_default()
    }
}

impl<const N: usize> fmt::Write for Line<N> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for character in text.chars() {
            if character.is_control() {
                character
                    .escape_default()
                    .try_for_each(|part| self.push(part.encode_utf8(&mut [0; 4])))?;
            } else {
                self.push(character.encode_utf8(&mut [0; 4]))?;
            }
        }
        Ok(())
    }
}

impl<const N: usize> Out for Line<N> {}

/// The types of this image.
struct Image;

impl Types for Image {
    fn type_site(&self, id: SiteId) -> Option<TypeInfo<'_>> {
        TypeInfo::of_entry(&entry(id)?)
    }
}

/// What the image says of a call.
#[cfg(not(target_os = "none"))]
fn entry(id: SiteId) -> Option<Entry<'static>> {
    let found = site::sites().iter().find(|site| site.gate.id() == id);
    found.map(Entry::of)
}

/// What the image says of a call: descriptors one behind the other, each the address of a gate and
/// an entry, padded to words.
#[cfg(target_os = "none")]
fn entry(id: SiteId) -> Option<Entry<'static>> {
    let mut rest = descriptors();
    loop {
        let word = |at: usize| Some(u32::from_le_bytes(*rest.get(at..)?.first_chunk()?));
        let (gate, len) = (word(0)?, word(4)? as usize);
        if gate & 0xFFFF == id.0 & 0xFFFF {
            return Entry::parse(rest.get(4..)?).ok();
        }
        rest = rest.get(8 + len.next_multiple_of(4)..)?;
    }
}

/// The section of descriptors, where it is loaded.
#[cfg(target_os = "none")]
fn descriptors() -> &'static [u8] {
    unsafe extern "C" {
        #[link_name = "__hydra_texts_start"]
        static START: u8;
        #[link_name = "__hydra_texts_bytes"]
        static BYTES: u8;
    }
    let start = &raw const START;
    // SAFETY: bounds: the linker says where the section begins and how long it is; race: constants.
    unsafe { core::slice::from_raw_parts(start, (&raw const BYTES).addr()) }
}
