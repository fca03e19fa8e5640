//! The ring's records as defmt's frames, for defmt's own readers.
#![expect(unsafe_code, reason = "reaches what the application defines")]

use super::{HEADER_BYTES, Nested};
use crate::__private::linked_store;
use crate::{Drained, Outlets, Sink};
use core::fmt;
use defmt::Encoder;
use hydra_log_core::block::{Head, Kind};
use hydra_log_core::record::Flags;
use hydra_log_core::record::firmware::Header;
use hydra_log_core::site::{SiteId, level_of};

/// A sink of frames over a sink of bytes: RTT with a channel called `defmt`, a serial port.
///
/// Frames of defmt's calls are byte for byte what defmt's own loggers send. A record of Hydra's is
/// a frame too, whose one argument is its bytes; so is a note of losses, with their number. Both
/// have the time of the drain, if the application has a `defmt::timestamp!`.
///
/// `N` bytes of stack hold a frame while it is encoded; a record whose frame is longer, or longer
/// than the sink of bytes ever has room for, is left out and counted in the next note.
///
/// Hand it records with [`drain_frames`].
pub struct Defmt<S, const N: usize = 640> {
    sink: S,
    encoder: Encoder,
    /// Records that were too long for a frame.
    too_long: u32,
}

impl<S: Sink, const N: usize> Defmt<S, N> {
    /// Frames go to `sink`, one each write, without a head.
    #[must_use]
    pub const fn new(sink: S) -> Self {
        Self { sink, encoder: Encoder::new(), too_long: 0 }
    }

    /// The sink of bytes.
    pub const fn sink(&mut self) -> &mut S {
        &mut self.sink
    }

    /// Sends a frame of these parts; whether there was room.
    fn send(&mut self, parts: &[&[u8]]) -> Sent {
        let mut bytes = [0; N];
        let mut used = 0;
        let mut push = |part: &[u8]| {
            let place = bytes.get_mut(used..used + part.len());
            place.into_iter().for_each(|place| place.copy_from_slice(part));
            used += part.len();
        };
        self.encoder.start_frame(&mut push);
        parts.iter().for_each(|part| self.encoder.write(part, &mut push));
        self.encoder.end_frame(&mut push);
        match bytes.get(..used) {
            None => Sent::TooLong,
            // Waited for, there would never be room, and nothing behind it would get out.
            Some(frame) if frame.len() > self.sink.most() => Sent::TooLong,
            Some(frame) if self.sink.write(&[], frame) => Sent::All,
            Some(_) => Sent::Nothing,
        }
    }

    /// Sends a frame that no call of defmt's made: what it is by its number, the time, arguments.
    fn send_own(&mut self, number: u16, arguments: &[&[u8]]) -> Sent {
        let mut buffer = [0; N];
        let stamp = || defmt::export::timestamp(defmt::export::make_formatter());
        let used = nested().divert(core_number(), &mut buffer, &mut { stamp });
        let stamp = buffer.get(HEADER_BYTES..HEADER_BYTES + used.unwrap_or(0)).unwrap_or_default();
        let number = number.to_le_bytes();
        match arguments {
            [] => self.send(&[&number, stamp]),
            [only] => self.send(&[&number, stamp, only]),
            [first, second, ..] => self.send(&[&number, stamp, first, second]),
        }
    }

    fn send_record(&mut self, header: &Header, record: &[u8]) -> Sent {
        if header.is_note() {
            let lost = header.losses(record, level_of);
            let lost = lost.iter().fold(0_u32, |sum, lost| sum.saturating_add(*lost));
            return self.send_own(texts::lost(), &[&lost.to_le_bytes()]);
        }
        if header.flags.contains(Flags::CONTROL) && (1..=4).contains(&header.site) {
            let end = record.len().saturating_sub(usize::from(header.site) - 1);
            return self.send(&[record.get(HEADER_BYTES..end).unwrap_or_default()]);
        }
        let count = u32::try_from(record.len()).unwrap_or(u32::MAX).to_le_bytes();
        let level = level_of(SiteId(header.site.into()));
        self.send_own(texts::record(level), &[&count, record])
    }
}

/// What became of a frame.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sent {
    All,
    Nothing,
    TooLong,
}

impl<S: Sink, const N: usize> Sink for Defmt<S, N> {
    fn write(&mut self, head: &[u8], payload: &[u8]) -> bool {
        let head = head.first_chunk().and_then(|head| Head::parse(head).ok());
        if head.is_none_or(|head| head.kind() != Some(Kind::Firmware)) {
            // defmt's readers know their image by themselves.
            return true;
        }
        if self.too_long > 0 {
            let lost = self.too_long.to_le_bytes();
            match self.send_own(texts::lost(), &[&lost]) {
                Sent::All => self.too_long = 0,
                Sent::Nothing => return false,
                // Not even their number fits, and the records may.
                Sent::TooLong => {}
            }
        }
        let Ok(header) = Header::parse(payload) else { return true };
        let record = payload.get(..header.bytes).unwrap_or_default();
        match self.send_record(&header, record) {
            Sent::All => true,
            Sent::Nothing => false,
            Sent::TooLong => {
                let lost = header.losses(record, level_of);
                self.too_long =
                    lost.iter().fold(self.too_long, |sum, lost| sum.saturating_add(*lost));
                true
            }
        }
    }
}

impl<S: fmt::Debug, const N: usize> fmt::Debug for Defmt<S, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Defmt").field("sink", &self.sink).finish_non_exhaustive()
    }
}

/// As [`drain`](crate::drain()), a record at a time, as [`Defmt`] takes them.
pub fn drain_frames(outlets: &mut impl Outlets) -> Drained {
    linked_store().take(0, &mut |record| outlets.offer(record))
}

// What `defmt_ring!` defines.
unsafe extern "Rust" {
    #[link_name = "__hydra_no_frames__put_defmt_ring_into_the_application"]
    safe fn nested() -> &'static dyn Nested;
    #[link_name = "__hydra_no_frames__core"]
    safe fn core_number() -> usize;
}

/// Texts of frames that no call made, where defmt's readers look for texts.
mod texts {
    use hydra_log_core::Level;

    macro_rules! text {
        ($shown:vis $name:ident $section:literal $tag:literal $text:literal) => {
            $shown fn $name() -> u16 {
                #[cfg_attr(target_os = "none", unsafe(link_section = $section))]
                #[unsafe(export_name = concat!(
                    r#"{"package":"hydra-log-embedded","tag":"defmt_"#, $tag, r#"","data":""#,
                    $text, r#"","disambiguator":"0","crate_name":"hydra_log_embedded"}"#
                ))]
                static TEXT: u8 = 0;
                // As defmt's calls do it: the low half of the address is the text's number.
                (&raw const TEXT).addr().to_le_bytes().first_chunk().map_or(0, |half| {
                    u16::from_le_bytes(*half)
                })
            }
        };
    }

    /// A record's, by its level.
    pub(super) fn record(level: Level) -> u16 {
        match level {
            Level::Error => error(),
            Level::Warn => warn(),
            Level::Info => info(),
            Level::Debug => debug(),
            Level::Trace => trace(),
        }
    }

    text!(error ".defmt.error.hydra" "error" "hydra record {=[u8]:02x}");
    text!(warn ".defmt.warn.hydra" "warn" "hydra record {=[u8]:02x}");
    text!(info ".defmt.info.hydra" "info" "hydra record {=[u8]:02x}");
    text!(debug ".defmt.debug.hydra" "debug" "hydra record {=[u8]:02x}");
    text!(trace ".defmt.trace.hydra" "trace" "hydra record {=[u8]:02x}");
    text!(pub(super) lost ".defmt.warn.hydra.lost" "warn" "{=u32} records lost");
}
