//! One record to bytes, and from bytes to text, with `core::fmt` beside it.

use core::fmt::Write as _;
use core::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use hydra_log_core::record::{Flags, RecordRef, encode_words};
use hydra_log_core::render::{self, NoTypes, Verbatim};
use hydra_log_core::site::SiteId;
use hydra_log_core::template::{Piece, pieces};

const TEXT: &str = "account-007-balance!";

fn encode(c: &mut Criterion) {
    let mut words = [0_u64; 16];
    let mut group = c.benchmark_group("encode");
    group.bench_function("static", |b| {
        b.iter(|| encode_words(black_box(&mut words), SiteId(7), 1, &(), Flags::NONE));
    });
    group.bench_function("u64, i32, f64", |b| {
        b.iter(|| {
            let arguments = (black_box(7_u64), (black_box(-3_i32), (black_box(0.25_f64), ())));
            encode_words(black_box(&mut words), SiteId(7), 1, &arguments, Flags::NONE)
        });
    });
    group.bench_function("string of 20 bytes", |b| {
        b.iter(|| {
            let arguments = (black_box(TEXT), ());
            encode_words(black_box(&mut words), SiteId(7), 1, &arguments, Flags::NONE)
        });
    });
    group.finish();
}

fn render(c: &mut Criterion) {
    let mut words = [0_u64; 16];
    let arguments = (7_654_321_u64, (-321_i32, (1234.25_f64, ())));
    let used = encode_words(&mut words, SiteId(7), 1, &arguments, Flags::NONE);
    let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).take(used).collect();
    let parts: Vec<Piece<'_>> =
        pieces("Logging iteration {0} int {1} double {2}").filter_map(Result::ok).collect();
    let mut text = String::with_capacity(256);
    let mut group = c.benchmark_group("render");
    group.bench_function("hydra", |b| {
        b.iter(|| {
            text.clear();
            let Ok(record) = RecordRef::parse(black_box(&bytes)) else { return };
            let parts = parts.iter().copied();
            let _ = render::message(&mut Verbatim(&mut text), parts, &record, &NoTypes);
            black_box(&text);
        });
    });
    group.bench_function("core::fmt", |b| {
        b.iter(|| {
            text.clear();
            let (iteration, (integer, (double, ()))) = black_box(arguments);
            let _ = write!(text, "Logging iteration {iteration} int {integer} double {double}");
            black_box(&text);
        });
    });
    group.finish();
}

criterion_group!(benches, encode, render);
criterion_main!(benches);
