//! The first word field by field, its flags, and what the errors say.

use hydra_log_core::record::{
    DecodeError, Flags, MAX_BYTES, RecordRef, flags_of, header_word, is_control, len_bytes,
    site_of, with_flags,
};
use hydra_log_core::site::SiteId;

const ALL: Flags = Flags::CUT.union(Flags::OUT_OF_ORDER).union(Flags::CONTROL);

#[test]
fn fields_do_not_touch_each_other() {
    let full = header_word(MAX_BYTES, ALL, SiteId(0x00FF_FFFF), u64::MAX);
    assert_eq!((MAX_BYTES, full), (65_528, u64::MAX));
    let (none, site) = (Flags::NONE, SiteId(0));
    for (word, expected) in [
        (header_word(MAX_BYTES, none, site, 0), 0x1FFF),
        (header_word(0, ALL, site, 0), 7 << 13),
        (header_word(0, none, SiteId(u32::MAX), 0), 0xFF_FFFF << 16),
        (header_word(0, none, site, u64::MAX), 0xFF_FFFF << 40),
        (with_flags(header_word(16, Flags::CUT, SiteId(5), 3), Flags::CUT), 3 << 40 | 0x5_2002),
        (with_flags(header_word(16, Flags::CUT, SiteId(5), 3), Flags::CONTROL), 3 << 40 | 0x5_A002),
    ] {
        assert_eq!(word, expected, "{word:#x}");
    }
    for bit in 0..u64::BITS {
        let word = 1 << bit;
        let read = (len_bytes(word), flags_of(word).bits(), site_of(word).0);
        let len = if bit < 13 { 8 << bit } else { 0 };
        let flags = if (13..16).contains(&bit) { 1 << (bit - 13) } else { 0 };
        let site = if (16..40).contains(&bit) { 1 << (bit - 16) } else { 0 };
        assert_eq!(read, (len, flags, site), "bit {bit}");
        assert_eq!(is_control(&word.to_le_bytes()), bit == 15, "bit {bit}");
    }
    assert!(!is_control(&[0xFF]), "too short");
}

#[test]
fn flags_are_a_set() {
    assert_eq!(ALL.bits(), 7);
    assert_eq!(Flags::CUT | Flags::CONTROL, Flags::CUT.union(Flags::CONTROL));
    assert_eq!(Flags::CUT.union(Flags::CUT), Flags::CUT);
    let both = Flags::CUT | Flags::CONTROL;
    assert!(both.contains(Flags::CUT) && both.contains(both) && both.contains(Flags::NONE));
    assert!(!both.contains(Flags::OUT_OF_ORDER) && !both.contains(ALL));
    assert_eq!(format!("{both:?} {:?}", Flags::NONE), r#"{"CUT", "CONTROL"} {}"#);
}

#[test]
fn a_header_that_is_not_whole_is_refused() {
    let bytes = [0xFF; 16];
    for available in 0..16 {
        let error = DecodeError::Short { wanted: 16, available };
        assert_eq!(RecordRef::parse(&bytes[..available]).unwrap_err(), error);
    }
    let parse = |first: u64, more: [u64; 2]| {
        let words = [first, 0, more[0], more[1]].map(u64::to_le);
        RecordRef::parse(bytemuck::cast_slice(&words)).map(|record| record.bytes().len())
    };
    assert_eq!(parse(1, [0; 2]), Err(DecodeError::Length(8)));
    assert_eq!(parse(2, [0; 2]), Ok(16));
    // The sixth kind is in use, so another word of kinds follows; its last one, so one more.
    assert_eq!(parse(2 | 1 << 60, [0; 2]), Err(DecodeError::Short { wanted: 24, available: 16 }));
    assert_eq!(parse(3 | 1 << 60, [0; 2]), Ok(24));
    let more = [1 << 60, 0];
    assert_eq!(parse(3 | 1 << 60, more), Err(DecodeError::Short { wanted: 32, available: 24 }));
    assert_eq!(parse(4 | 1 << 60, more), Ok(32));
}

#[test]
fn errors_say_what_is_wrong() {
    for (error, text) in [
        (DecodeError::Short { wanted: 16, available: 8 }, "16 bytes wanted, 8 there"),
        (DecodeError::Length(8), "record of 8 bytes"),
        (DecodeError::Utf8, "not utf-8"),
        (DecodeError::Range, "range"),
        (DecodeError::Tag(99), "unknown tag 99"),
        (DecodeError::Kind(98), "unknown kind 98"),
        (DecodeError::Depth, "too deeply"),
    ] {
        assert!(error.to_string().contains(text), "{error}");
    }
}
