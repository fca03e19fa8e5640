//! A backend that keeps the records of each thread, and their texts.
#![expect(unsafe_code, reason = "implements a backend")]
#![allow(dead_code, unreachable_pub, reason = "each test uses its part")]
#![allow(clippy::unwrap_used, reason = "a helper of tests")]

use core::cell::{Cell, RefCell};
use core::ptr::{self, NonNull};
use std::sync::Once;

use hydra_log_core::backend::{self, Backend, Slot};
use hydra_log_core::record::{Flags, RecordRef, Wide};
use hydra_log_core::render::{self, TypeInfo, Types, Verbatim};
use hydra_log_core::site::{Gate, GateState, Site, SiteId, sites};
use hydra_log_core::template::{Piece, pieces};

/// A record as a reader sees it.
#[derive(Debug)]
pub struct Taken {
    pub site: &'static Site,
    pub message: String,
    pub fields: Vec<(&'static str, String)>,
    pub is_cut: bool,
    pub bytes: usize,
}

/// The records that this thread makes in `f`.
pub fn capture(f: impl FnOnce()) -> Vec<Taken> {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        backend::install_for::<Kept>();
        for site in sites() {
            site.gate.set(GateState::On);
        }
    });
    let before = RECORDS.take();
    f();
    RECORDS.replace(before).iter().map(|words| taken(words)).collect()
}

/// The one record that this thread makes in `f`.
pub fn capture_one(f: impl FnOnce()) -> Taken {
    let mut taken = capture(f);
    assert_eq!(taken.len(), 1, "{taken:?}");
    taken.remove(0)
}

/// How many reservations of this thread were given back.
pub fn abandoned() -> usize {
    ABANDONED.get()
}

thread_local! {
    static RECORDS: RefCell<Vec<Vec<u64>>> = const { RefCell::new(Vec::new()) };
    static ABANDONED: Cell<usize> = const { Cell::new(0) };
    static STAMP: Cell<u64> = const { Cell::new(0) };
}

fn taken(words: &[u64]) -> Taken {
    let record = RecordRef::parse(bytemuck::cast_slice(words)).unwrap();
    let site = sites().iter().find(|site| site.id() == record.site()).unwrap();
    assert_eq!(record.values().count(), usize::from(site.arguments));
    let text = |template: &'static str| {
        let pieces: Vec<Piece<'_>> = pieces(template).map(Result::unwrap).collect();
        let mut text = String::new();
        render::message(&mut Verbatim(&mut text), pieces, &record, &Known).unwrap();
        text
    };
    Taken {
        site,
        message: text(site.template),
        fields: site.fields.iter().map(|(key, template)| (*key, text(template))).collect(),
        is_cut: record.flags().contains(Flags::CUT),
        bytes: size_of_val(words),
    }
}

struct Known;

impl Types for Known {
    fn type_site(&self, id: SiteId) -> Option<TypeInfo<'_>> {
        sites().iter().find(|site| site.id() == id).and_then(TypeInfo::of)
    }
}

struct Kept;

impl Kept {
    fn words(slot: &Slot) -> Box<[u64]> {
        let words = ptr::slice_from_raw_parts_mut(slot.at.cast().as_ptr(), slot.room / 8);
        // SAFETY: bounds: `reserve` leaked a box of as many words; race: the slot is given up.
        unsafe { Box::from_raw(words) }
    }
}

impl Backend for Kept {
    type Layout = Wide;

    fn reserve(_gate: &'static Gate, max: usize) -> Option<Slot> {
        let words = Box::leak(vec![0_u64; max.div_ceil(8)].into_boxed_slice());
        let (room, at) = (size_of_val(words), NonNull::from(words).cast());
        STAMP.set(STAMP.get() + 1);
        Some(Slot { at, room, stamp: STAMP.get(), owner: ptr::null(), extra: 0 })
    }

    unsafe fn commit(slot: Slot, used: usize) {
        let mut words = Self::words(&slot).into_vec();
        words.truncate(used / 8);
        RECORDS.with_borrow_mut(|records| records.push(words));
    }

    unsafe fn abandon(slot: Slot) {
        drop(Self::words(&slot));
        ABANDONED.set(ABANDONED.get() + 1);
    }
}
