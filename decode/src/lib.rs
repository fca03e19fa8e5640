//! Reads binary logs: everything that can be read, and for the rest where it is and what it is.
//!
//! A log is a row of checksummed blocks; a [`Reader`] goes through them and gives an [`Event`] for
//! each record, or a [`Problem`] with its place. After a problem it goes on: damage costs the
//! block that it is in. Memory is constant, whatever the size of the log is.
//!
//! ```
//! use hydra_log::binary::{Packer, Session, dictionary_blocks, session_block};
//! use hydra_log_core::gap;
//! use hydra_log_core::record::dictionary::Entry;
//! use hydra_log_core::site::gap_site;
//! use hydra_log_decode::{Found, Reader};
//!
//! let mut packer = Packer::new();
//! packer.push(1, bytemuck::cast_slice(&gap::write(3, 99, [0, 1, 20, 0, 0])));
//! let log = [
//!     session_block(&Session::of_this_process()),
//!     dictionary_blocks([Entry::of(gap_site())]),
//!     packer.finish().to_vec(),
//! ]
//! .concat();
//!
//! let mut reader = Reader::new(&log[..]);
//! let Some(Found::Event(event)) = reader.next() else { panic!() };
//! assert_eq!((event.time_ns(), event.thread), (99, 1));
//! assert_eq!(event.site().unwrap().template, "{0} records lost");
//! assert!(reader.next().is_none());
//! ```
//!
//! | you want to                               | start at                                    |
//! |-------------------------------------------|---------------------------------------------|
//! | read a log from its start to its end      | [`Reader`]                                  |
//! | read what a microcontroller sent          | [`FirmwareReader`], [`Image`]               |
//! | read blocks on several threads            | [`Blocks`], [`Sessions`], [`Unpacker`]      |
//! | know what may be wrong                    | [`Problem`], [`Trouble`]                    |
//! | make text or JSON of an event             | `hydra_log::format`, as the `hydra` command |
#![forbid(unsafe_code)]

mod blocks;
mod elf;
mod firmware;
mod image;
mod inflate;
mod problem;
mod reader;
mod session;
mod unpack;

pub use self::blocks::{Block, Blocks};
pub use self::firmware::FirmwareReader;
pub use self::image::{Image, ImageError, symbol};
pub use self::inflate::inflate;
pub use self::problem::{Problem, Trouble};
pub use self::reader::{Event, Found, Reader};
pub use self::session::{Session, Sessions, Thread};
pub use self::unpack::{Unpacked, Unpacker, Unpacking};

/// The CRC-32 of `hydra_log_core::block::crc`, by the processor's own instructions.
fn sum(before: u32, bytes: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new_with_initial(before);
    hasher.update(bytes);
    hasher.finalize()
}
