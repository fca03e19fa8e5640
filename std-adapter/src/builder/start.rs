//! From what a builder was told to an engine that runs; in a forked child once more.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use crate::builder::output::{Lasting, Output};
use crate::control::{Settings as ControlSettings, socket};
use crate::crash::layout::Kind;
use crate::crash::store::{Memory, Store};
use crate::delivery::Deliveries;
use crate::engine::handed::Handed;
use crate::engine::shared::{OnError, Parts, Shared};
use crate::engine::sink_lane::SinkLane;
use crate::engine::{lock, memory, worker};
use crate::error::{Error, InitError};
use crate::filter::Filter;
use crate::layers::Router;
use crate::limit::Rule;
use crate::preset::Settings;
use crate::sys::signal;

/// The ring for signal handlers and other contexts without a ring of their own.
const SHARED_RING_BYTES: usize = 64 << 10;

/// Everything that an engine is made from.
#[derive(Clone)]
pub(crate) struct Plan {
    pub(crate) settings: Settings,
    pub(crate) filter: Filter,
    pub(crate) deliveries: Deliveries,
    pub(crate) router: Option<Arc<Router>>,
    pub(crate) on_error: Option<OnError>,
    pub(crate) crash_proof: Option<PathBuf>,
    pub(crate) control: ControlSettings,
    pub(crate) limits: Vec<Rule>,
    pub(crate) outputs: Vec<Lasting>,
}

impl Plan {
    /// All sinks.
    pub(crate) fn sinks(&self) -> impl Iterator<Item = &Handed> {
        self.outputs.iter().flat_map(Lasting::sinks)
    }

    /// Memory that outlives the process, if that is wanted and can be had.
    fn memory(&self, problems: &mut Vec<Error>) -> Memory {
        let Some(directory) = &self.crash_proof else { return Memory::default() };
        let names: Vec<String> = self.outputs.iter().map(Lasting::name).collect();
        let Settings { budget_bytes, spool_bytes, .. } = self.settings;
        // Rings have spill behind them, and batches their notes.
        let most = (budget_bytes as u64).saturating_add(spool_bytes as u64).saturating_mul(2);
        let least = (spool_bytes + SHARED_RING_BYTES) as u64 * 2;
        match Store::create(directory, &names, most, least) {
            Ok(store) => Memory::new(Some(Box::leak(Box::new(store)))),
            Err(source) => {
                problems.push(Error::NotCrashProof { source });
                Memory::refused()
            }
        }
    }
}

/// Starts an engine and its workers. What went wrong before, and does not keep it from running, is
/// told by it.
pub(crate) fn start(
    plan: Plan,
    recovered: u64,
    mut problems: Vec<Error>,
) -> Result<&'static Shared, InitError> {
    let memory = plan.memory(&mut problems);
    let shared_ring = memory::shared_ring(&memory, SHARED_RING_BYTES)?;
    let lanes = plan.outputs.len();
    let spool = memory::spool(&memory, Kind::Spool, plan.settings.spool_bytes, lanes)?;
    let lane = |(reader, mut output): (usize, Output)| {
        if reader == 0 {
            output.takes.count();
        }
        SinkLane::new(reader, output, memory.store)
    };
    let outputs = plan.outputs.iter().filter_map(Lasting::output);
    let sinks = outputs.enumerate().map(lane).collect();
    let workers = lanes * plan.settings.workers;
    let shared =
        Shared::start(Parts { plan, shared_ring, spool, memory, recovered, sinks, workers });
    problems.iter().for_each(|problem| shared.failed(problem));
    let started: io::Result<Vec<_>> =
        (0..workers).map(|place| worker::spawn(shared, place % lanes, place)).collect();
    *lock(&shared.workers) = started.map_err(|source| InitError::Thread { source })?;
    if shared.plan.control.on_hangup {
        watch_hangups(shared);
    }
    if let Some(directory) = &shared.plan.control.directory
        && let Err(source) = socket::start(shared, directory)
    {
        shared.failed(&Error::Control { source });
    }
    Ok(shared)
}

/// Looks for hangups; where that is not possible, the engine runs without, and says so.
fn watch_hangups(shared: &'static Shared) {
    let watched =
        signal::watch_hangups().and_then(|()| shared.watch_hangups().map_err(io::Error::other));
    if let Err(source) = watched {
        shared.failed(&Error::Control { source });
    }
}
