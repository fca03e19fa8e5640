//! The examples in `docs/format.md` are what the code writes.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, reason = "a test")]

use core::time::Duration;

use hydra_log_core::Level;
use hydra_log_core::record::dictionary::{self, Entry, Reader};
use hydra_log_core::record::{Flags, Layout, encode_words};
use hydra_log_core::site::{SiteId, SiteKind};
use hydra_log_core::value::{Args, Kind, Value, Writer};

/// The bytes behind the line `title`, of lines that start with hexadecimal pairs.
fn documented(title: &str) -> Vec<u8> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/format.md");
    let text = std::fs::read_to_string(path).unwrap();
    let mut lines = text.lines().skip_while(|line| *line != title);
    assert_eq!(lines.next(), Some(title), "an example of this name");
    lines
        .take_while(|line| *line != "```")
        .flat_map(|line| line.split("  ").next().unwrap().split(' '))
        .map(|pair| u8::from_str_radix(pair, 16).unwrap())
        .collect()
}

fn bytes_of(args: &impl Args) -> Vec<u8> {
    let mut words = [0; 32];
    let used = encode_words(&mut words, SiteId(7), 1000, args, Flags::NONE);
    bytemuck::cast_slice(&words[..used / 8]).to_vec()
}

/// Compares the record of a list of arguments with the example of the same text.
macro_rules! example {
    ($title:literal, $args:expr) => {
        assert_eq!(
            format!("{:02x?}", documented(concat!("example: ", $title))),
            format!("{:02x?}", bytes_of(&$args)),
            "{}",
            $title
        );
    };
}

struct Point {
    x: i32,
    y: i32,
}

impl Value for Point {
    const KIND: Kind = Kind::Tagged;

    fn size<L: Layout>(&self, cap: usize) -> usize {
        Writer::<L>::structure_size(&(self.x, (self.y, ())), cap)
    }

    fn write<L: Layout>(&self, writer: &mut Writer<'_, L>, cap: usize) {
        writer.structure(SiteId(9), &(self.x, (self.y, ())), cap);
    }
}

#[test]
fn records() {
    example!("()", ());
    example!("7_u64, -2_i32, 0.5_f64", (7_u64, (-2_i32, (0.5_f64, ()))));
    example!(
        "1_u8, 2_u8, 3_u8, 4_u8, 5_u8, 6_u8",
        (1_u8, (2_u8, (3_u8, (4_u8, (5_u8, (6_u8, ()))))))
    );
    example!("\"héllo wörld\", 'é', true", ("héllo wörld", ('é', (true, ()))));
    example!(
        "Duration::new(3, 5), u128::MAX - 1, [0xAA_u8, 0xBB, 0xCC]",
        (Duration::new(3, 5), (u128::MAX - 1, ([0xAA_u8, 0xBB, 0xCC], ())))
    );
    example!(
        "-1_i8, (), None::<u8>, Some(5_u8), Some(None::<u8>)",
        (-1_i8, ((), (None::<u8>, (Some(5_u8), (Some(None::<u8>), ())))))
    );
    example!("[1_u16, 2, 3, 4, 5]", ([1_u16, 2, 3, 4, 5], ()));
    example!("Point { x: 1_i32, y: 2_i32 }", (Point { x: 1, y: 2 }, ()));
}

hydra_log_core::__site! {
    gate GATE, site SITE: Info Level::Info, {
        target: "db",
        layer: "",
        module: "m",
        file: "a.rs",
        template: "took {0} ms",
        fields: &[],
        line: 12,
        arguments: 1,
        kind: SiteKind::Event,
    }
}

#[test]
fn dictionary() {
    let mut bytes = Vec::new();
    dictionary::write([&SITE], |part| {
        bytes.extend_from_slice(part);
        Ok::<_, ()>(())
    })
    .unwrap();
    // The number depends on the linker.
    bytes[16..20].copy_from_slice(&1_u32.to_le_bytes());
    assert_eq!(format!("{:02x?}", documented("dictionary:")), format!("{bytes:02x?}"));
}

#[test]
fn the_hash_depends_on_what_a_site_says() {
    let site = Entry::of(&SITE);
    let mut bytes = documented("dictionary:");
    let read = Reader::new(&bytes).unwrap().next().unwrap().unwrap();
    assert_eq!(read.hash(), site.hash());
    // Another line in another place is the same call, another text is not.
    bytes[28] += 1;
    assert!(Reader::new(&bytes).unwrap().next().unwrap().is_ok());
    assert_ne!(Entry { line: 1, template: "took {0} s", ..site }.hash(), site.hash());
    assert_ne!(Entry { target: "dbt", template: "ook {0} ms", ..site }.hash(), site.hash());
    assert_eq!(Entry { line: 1, id: SiteId(99), ..site }.hash(), site.hash());
}
