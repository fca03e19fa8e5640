//! logforth through the log crate, measured.

use std::path::Path;
use std::process::ExitCode;

use harness::{About, Peer};

use logforth::append::asynchronous::AsyncBuilder;
use logforth::append::file::FileBuilder;
use logforth::layout::TextLayout;
use logforth::record::{Level, LevelFilter};

struct Subject;

impl Peer for Subject {
    const ABOUT: About = About {
        package: "logforth",
        setup: "log crate, async appender of 100,000 lines, text layout",
        when_full: "waits (set; by default unbounded)",
        threads: usize::MAX,
    };

    fn start(file: &Path) -> Result<Self, String> {
        let folder = file.parent().ok_or("no folder")?;
        let name = file.file_name().and_then(|name| name.to_str()).ok_or("no name")?;
        let append = FileBuilder::new(folder, name)
            .layout(TextLayout::default().no_color())
            .build()
            .map_err(|error| error.to_string())?;
        let append = AsyncBuilder::new("logforth")
            .buffered_lines_limit(Some(100_000))
            .overflow_block()
            .append(append)
            .build();
        logforth::starter_log::builder()
            .dispatch(|dispatch| {
                dispatch.filter(LevelFilter::MoreSevereEqual(Level::Info)).append(append)
            })
            .try_apply()
            .map_err(|error| error.to_string())?;
        log::set_max_level(log::LevelFilter::Info);
        Ok(Self)
    }

    #[inline(always)]
    fn fixed(&self) {
        log::info!("Starting backup replica garbage collector thread");
    }

    #[inline(always)]
    fn three(&self, n: u64, integer: i32, double: f64) {
        log::info!("Logging iteration {} int {} double {}", n, integer, double);
    }

    #[inline(always)]
    fn string(&self, text: &str) {
        log::info!("Request for {}", text);
    }

    #[inline(always)]
    fn off(&self, n: u64, integer: i32, double: f64) {
        log::debug!("Logging iteration {} int {} double {}", n, integer, double);
    }

    fn finish(self) -> Result<(), String> {
        log::logger().flush();
        Ok(())
    }
}

fn main() -> ExitCode {
    harness::main::<Subject>()
}
