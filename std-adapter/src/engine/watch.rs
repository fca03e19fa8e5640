//! What the drain sees of how full rings are, and what it makes of it.

use core::time::Duration;

use hydra_log_core::ring::spsc;

use crate::engine::pressure::Pressure;
use crate::engine::strategy::{Chooser, Sight, Strategy};
use crate::health::Health;

/// Part of what the drain token guards.
#[derive(Debug, Default)]
pub(crate) struct Watch {
    chooser: Chooser,
    high_water: usize,
    /// The fullest ring that the pass under way found, in thousandths.
    fill: u32,
}

impl Watch {
    /// Notes how many bytes a pass found in each ring, and how many the ring holds.
    pub(crate) fn look(&mut self, rings: impl Iterator<Item = (usize, usize)>) {
        let mut depth = 0;
        self.fill = 0;
        for (bytes, capacity) in rings {
            depth += bytes;
            let fill = u32::try_from(bytes * 1000 / capacity.max(1)).unwrap_or(u32::MAX);
            self.fill = self.fill.max(fill);
        }
        self.high_water = self.high_water.max(depth);
    }

    /// Chooses after a pass that left records behind which wait for so long, or left none.
    pub(crate) fn choose(&mut self, pressure: &Pressure, latency_ns: u64) {
        let is_quiet = latency_ns == 0 && self.fill == 0;
        if is_quiet && self.chooser.strategy() == Strategy::Patient {
            return;
        }
        let before = self.chooser.strategy();
        let sight = Sight { now_ns: pressure.now_ns(), fill: self.fill, latency_ns };
        let chosen = self.chooser.observe(sight);
        if chosen != before {
            pressure.set(chosen, self.chooser.since_ns());
        }
    }

    /// What is known here of the engine's health.
    pub(crate) fn health<'r>(
        &self,
        pressure: &Pressure,
        rings: impl Iterator<Item = &'r spsc::Ring>,
        oldest: Option<Duration>,
    ) -> Health {
        let (mut depth, mut capacity) = (0, 0);
        for ring in rings {
            depth += ring.pending_bytes();
            capacity += ring.capacity();
        }
        Health {
            strategy: self.chooser.strategy(),
            time_in: self.chooser.spent(pressure.now_ns()),
            depth_bytes: depth,
            capacity_bytes: capacity,
            high_water_bytes: self.high_water.max(depth),
            oldest,
            ..Health::default()
        }
    }
}
