//! Nothing outlives the process here.

use std::io;
use std::path::Path;

use hydra_log_core::site::Site;

use super::Request;
use crate::crash::batch::Segment;
use crate::crash::page::Page;
use crate::format::ThreadInfo;

/// There is none.
#[derive(Debug)]
pub(crate) enum Store {}

impl Store {
    pub(crate) fn create(
        _directory: &Path,
        _sinks: &[String],
        _most: u64,
        _least: u64,
    ) -> io::Result<Self> {
        Err(io::Error::new(io::ErrorKind::Unsupported, "crash-proof rings need 64-bit Linux"))
    }

    pub(crate) fn segment(&self, _request: Request) -> io::Result<Segment> {
        match *self {}
    }

    pub(crate) fn name(&self, _sites: impl IntoIterator<Item = &'static Site>) -> io::Result<()> {
        match *self {}
    }

    pub(crate) fn header(&self) -> Page {
        match *self {}
    }

    pub(crate) fn note_thread(&self, _number: u32, _info: &ThreadInfo) {
        match *self {}
    }

    pub(crate) fn calibrate(&self, _line: (u64, u64, u64)) {
        match *self {}
    }

    pub(crate) fn bytes(&self) -> u64 {
        match *self {}
    }

    pub(crate) fn remove(&self) -> io::Result<()> {
        match *self {}
    }
}
