//! A call that is off: a debug line while the level is info.

use core::hint::black_box;

use harness::{Figure, Size, become_producer, off};
use hydra_log::sink::Memory;
use hydra_log::{LevelFilter, Output, debug};

use super::engine;

/// The loop around it is part of the figure and shown beside it.
pub(super) fn run(size: &Size) -> Result<Vec<Figure>, String> {
    let guard = engine::text(&size.file)?;
    become_producer();
    let off = off::least(|n| {
        debug!("Logging iteration {} int {} double {}", u64::from(n), n, f64::from(n));
    });
    let empty = off::least(|n| {
        black_box(n);
    });
    let content = engine::finish(guard, &size.file)?;
    if content.lines > 0 {
        return Err(format!("{} lines of a level that is off", content.lines));
    }
    Ok(vec![Figure::new("off_ns", off, "ns", 0), Figure::new("empty_loop_ns", empty, "ns", 0)])
}

/// The same call with no filter, with one filter and one more output, and with eight of each.
pub(super) fn layers(size: &Size) -> Result<Vec<Figure>, String> {
    become_producer();
    [0, 1, 8].into_iter().map(|layers| with_layers(layers, size)).collect()
}

fn with_layers(layers: usize, size: &Size) -> Result<Figure, String> {
    let output = || Output::new(Memory::new()).level(LevelFilter::Warn);
    let directives: Vec<String> =
        (0..layers).map(|n| format!("hydra_log_benches::layer_{n}=warn")).collect();
    let mut builder = engine::builder().sink(Output::new(engine::open(&size.file)?));
    if layers > 0 {
        let filter = format!("info,{}", directives.join(","));
        builder = builder.filter(&filter).map_err(|error| error.to_string())?;
    }
    builder = (0..layers).fold(builder, |builder, _| builder.sink(output()));
    let engine = builder.build().map_err(|error| error.to_string())?;
    let ns = engine.scope(|| {
        off::least(|n| {
            debug!("Logging iteration {} int {} double {}", u64::from(n), n, f64::from(n));
        })
    });
    Ok(Figure::new(format!("off_{layers}_layers_ns"), ns, "ns", 0))
}
