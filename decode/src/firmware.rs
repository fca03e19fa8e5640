//! A firmware's stream: its records as a server would have written them.
//!
//! A block tells by a tag which image its records are of; an image block tells that image's whole
//! build id and how fast its clock ticks. Stamps have 32 bits, and here 64: how often they wrapped
//! is told from the order of records.

use std::io::Read;
use std::sync::Arc;

use hydra_log_core::block::{Kind, TAG_BYTES};
use hydra_log_core::record::firmware::{Header, WIDE_WORDS, widen};
use hydra_log_core::record::{Flags, RecordRef, encode_words};
use hydra_log_core::site::SiteId;

use crate::blocks::{Block, Blocks};
use crate::elf::word;
use crate::image::{FRAME_SITE, GAP_SITE, Image, hex};
use crate::inflate::inflate;
use crate::problem::{Problem, Trouble};
use crate::reader::{Event, Found};

/// Records are padded to this in a stream.
const UNIT: usize = 8;

/// Reads a firmware's stream from its start to its end, by the images that wrote it: a bootloader
/// and an application, say. An event's thread is the number of its image, from 1.
///
/// ```
/// use hydra_log_core::block::{self, Kind};
/// use hydra_log_decode::{FirmwareReader, Found, Image, Trouble};
/// let image = Image::of(&[], &[1, 2, 3, 4]).unwrap();
///
/// // Ten records lost, five of them information; then records of another image.
/// let mut note = vec![1, 2, 3, 4, 0, 0, 8, 4];
/// note.extend([0_u32, 0x11111, 0, 5, 5, 0, 0].map(u32::to_le_bytes).concat());
/// let other = [9, 9, 9, 9];
/// let block = |payload| [&block::head(Kind::Firmware, 0, payload).unwrap()[..], payload].concat();
/// let stream = [block(&note), block(&other)].concat();
///
/// let mut reader = FirmwareReader::new(&stream[..], vec![image]);
/// let Some(Found::Event(event)) = reader.next() else { panic!() };
/// assert_eq!(event.site().unwrap().template, "{0} records lost");
/// let Some(Found::Problem(problem)) = reader.next() else { panic!() };
/// assert!(matches!(problem.trouble, Trouble::OtherImage { .. }));
/// assert!(reader.next().is_none());
/// ```
#[derive(Debug)]
pub struct FirmwareReader<R> {
    blocks: Blocks<R>,
    images: Vec<Known>,
    /// Tags of images that nobody gave, of whom was told.
    refused: Vec<[u8; TAG_BYTES]>,
    /// The block whose records come now: whose it is, and how far it was read.
    records: Vec<u8>,
    at: usize,
    offset: u64,
    image: usize,
    words: Box<[u64; WIDE_WORDS]>,
    bytes: Vec<u8>,
}

/// An image with what its stream said.
#[derive(Debug)]
struct Known {
    image: Image,
    time: u64,
    stamp: u32,
}

/// So many tags of other images are remembered.
const MOST_REFUSED: usize = 64;

impl<R: Read> FirmwareReader<R> {
    /// Reads a stream from where `input` stands.
    pub fn new(input: R, images: Vec<Image>) -> Self {
        let known = |image| Known { image, time: 0, stamp: 0 };
        Self {
            blocks: Blocks::new(input),
            images: images.into_iter().map(known).collect(),
            refused: Vec::new(),
            records: Vec::new(),
            at: 0,
            offset: 0,
            image: 0,
            words: Box::new([0; WIDE_WORDS]),
            bytes: Vec::new(),
        }
    }

    /// Whether the stream may still grow: then [`next`](Self::next) may be asked again after
    /// `None`.
    #[must_use]
    pub fn follow(self, follows: bool) -> Self {
        Self { blocks: self.blocks.follow(follows), ..self }
    }

    /// Says when the clocks of all images were 0, in nanoseconds since the Unix epoch.
    #[must_use]
    pub fn start_at(self, epoch_ns: u64) -> Self {
        self.start_each(&[epoch_ns])
    }

    /// As [`start_at`](Self::start_at), for each image on its own, as they were given: two cores
    /// have two clocks. Those behind the last have the last one's; with none, all began in 1970.
    #[must_use]
    pub fn start_each(mut self, epochs_ns: &[u64]) -> Self {
        let last = epochs_ns.last().copied().unwrap_or_default();
        let epochs = epochs_ns.iter().copied().chain(core::iter::repeat(last));
        for ((number, known), epoch_ns) in (1..).zip(&mut self.images).zip(epochs) {
            let session = Arc::make_mut(&mut known.image.session);
            (session.epoch_ns, session.start_ns, session.number) = (epoch_ns, epoch_ns, number);
        }
        self
    }

    /// The next record, or what is wrong in front of it; `None` at the end.
    #[expect(clippy::should_implement_trait, reason = "what it gives borrows from it")]
    pub fn next(&mut self) -> Option<Found<'_>> {
        let widened = loop {
            if self.at < self.records.len() {
                break self.widen_next();
            }
            match self.next_block()? {
                Ok(()) => {}
                Err(problem) => return Some(Found::Problem(problem)),
            }
        };
        if let Err(what) = widened {
            self.at = self.records.len();
            let trouble = Trouble::Payload { what, lost: 1 };
            return Some(Found::Problem(trouble.at(self.offset)));
        }
        let session = &self.images.get(self.image)?.image.session;
        let thread = u32::try_from(self.image + 1).unwrap_or(u32::MAX);
        Some(match RecordRef::parse(&self.bytes) {
            Ok(record) => Found::Event(Event { record, thread, session }),
            Err(_) => Found::Problem(Trouble::Payload { what: NO_RECORD, lost: 1 }.at(self.offset)),
        })
    }

    /// Makes a record of a server out of the next one.
    fn widen_next(&mut self) -> Result<(), &'static str> {
        let rest = self.records.get(self.at..).unwrap_or_default();
        let header = Header::parse(rest).map_err(|_| "a record that ends behind it")?;
        self.at += header.bytes.next_multiple_of(UNIT);
        let known = self.images.get_mut(self.image).ok_or(NO_RECORD)?;
        // A sink's own notes have no stamp, nor has anything where there is no clock.
        if header.stamp != 0 {
            known.time += u64::from(header.stamp.wrapping_sub(known.stamp));
            known.stamp = header.stamp;
        }
        let is_frame = header.flags.contains(Flags::CONTROL) && (1..=4).contains(&header.site);
        if is_frame {
            // A defmt's frame, padded by its number less one.
            let end = header.bytes + 1 - usize::from(header.site);
            let frame = rest.get(8..end).ok_or(NO_RECORD)?;
            let (site, flags) = (SiteId(FRAME_SITE), Flags::NONE);
            let used = encode_words(&mut *self.words, site, known.time, &(frame, ()), flags);
            self.keep(used);
            return Ok(());
        }
        let site = if header.is_note() { GAP_SITE } else { header.site.into() };
        let used = widen(rest, SiteId(site), known.time, &mut *self.words);
        let used = used.map_err(|_| NO_RECORD)?;
        if let Some(first) = self.words.first_mut().filter(|_| header.is_note()) {
            let word = u64::from_le(*first) & !(0xff_ffff << 16);
            *first = (word | u64::from(GAP_SITE) << 16).to_le();
        }
        self.keep(used);
        Ok(())
    }

    /// Keeps the record that was written into the words.
    fn keep(&mut self, used: usize) {
        self.bytes.clear();
        let words = self.words.iter().take(used / 8);
        self.bytes.extend(words.flat_map(|word| word.to_ne_bytes()));
    }

    /// Takes in the next block.
    fn next_block(&mut self) -> Option<Result<(), Problem>> {
        (self.at, self.offset) = (0, self.blocks.position());
        self.records.clear();
        let block = match self.blocks.next()? {
            Ok(block) => block,
            Err(problem) => return Some(Err(problem)),
        };
        let Block { offset, .. } = block;
        self.offset = offset;
        let taken = inflate(&block).map(std::borrow::Cow::into_owned);
        let kind = block.head.kind();
        Some(taken.and_then(|payload| {
            let taken = match kind {
                Some(Kind::Image) => self.learn(&payload),
                Some(Kind::Firmware) => self.begin(&payload),
                Some(Kind::End) => Ok(()),
                _ => Err(Trouble::NotFirmware),
            };
            taken.map_err(|trouble| trouble.at(offset))
        }))
    }

    /// An image block: tag, ticks in a second, bytes of a word, byte order, length of the build id,
    /// a zero, how long its texts are, and the build id.
    fn learn(&mut self, payload: &[u8]) -> Result<(), Trouble> {
        let nonsense = Trouble::Payload { what: "no facts of an image", lost: 0 };
        let (Some(tag), Some(ticks), Some([_, _, length, _])) =
            (payload.first_chunk(), word(payload, 4), payload.get(8..12))
        else {
            return Err(nonsense);
        };
        let Some(id) = payload.get(16..16 + usize::from(*length)) else { return Err(nonsense) };
        let Some(at) = self.find(*tag) else { return self.refuse(*tag, id) };
        let Some(known) = self.images.get_mut(at) else { return Ok(()) };
        if !id.is_empty() && !known.image.build_id().is_empty() && known.image.build_id() != id {
            return self.refuse(*tag, id);
        }
        let ticks = u64::from(ticks);
        if ticks > 0 && known.image.session.ticks_per_second != ticks {
            Arc::make_mut(&mut known.image.session).ticks_per_second = ticks;
        }
        Ok(())
    }

    /// A block of records.
    fn begin(&mut self, payload: &[u8]) -> Result<(), Trouble> {
        let Some((tag, records)) = payload.split_first_chunk() else {
            return Err(Trouble::Payload { what: "too few bytes", lost: 0 });
        };
        let Some(image) = self.find(*tag) else { return self.refuse(*tag, tag) };
        self.records.extend_from_slice(records);
        self.image = image;
        Ok(())
    }

    /// Which of the images has this tag. Where one side does not know its tag, and there is one
    /// image, there is no choice.
    fn find(&self, tag: [u8; TAG_BYTES]) -> Option<usize> {
        let found = self.images.iter().position(|known| known.image.tag() == tag);
        let is_only = matches!(self.images.as_slice(), [only]
            if tag == [0; TAG_BYTES] || only.image.tag() == [0; TAG_BYTES]);
        found.or(is_only.then_some(0))
    }

    /// Tells of another image, once.
    fn refuse(&mut self, tag: [u8; TAG_BYTES], id: &[u8]) -> Result<(), Trouble> {
        if self.refused.contains(&tag) {
            return Ok(());
        }
        if self.refused.len() < MOST_REFUSED {
            self.refused.push(tag);
        }
        let given: Vec<String> = self.images.iter().map(|known| known.image.name()).collect();
        Err(Trouble::OtherImage { stream: hex(id), given: given.join(", ") })
    }
}

const NO_RECORD: &str = "bytes that are no record";
