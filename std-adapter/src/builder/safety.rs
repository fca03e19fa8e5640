//! What records are worth to an engine: classes, chains, and how long a call may wait.

use core::time::Duration;

use super::Builder;
use crate::delivery::{Chain, Deliveries, Delivery};
use crate::preset::Order;

impl Builder {
    /// Which records have which class; without rules, all are `BestEffort`.
    pub fn deliveries(mut self, deliveries: Deliveries) -> Self {
        self.deliveries = deliveries;
        self
    }

    /// What calls of a class do whose ring is full.
    pub fn chain(mut self, class: Delivery, chain: impl Into<Chain>) -> Self {
        self.settings.chains.set(class, chain.into());
        self
    }

    /// How long a call of class `Guaranteed` waits at the most for its record to be written; 30 s
    /// unless said otherwise. After that it returns, counted, and the record is written later.
    pub fn confirm_within(mut self, bound: Duration) -> Self {
        self.settings.confirm = bound;
        self
    }

    /// The bytes that the flight recorder keeps, a power of two; 256 KiB unless said otherwise.
    pub fn recorder_bytes(mut self, bytes: usize) -> Self {
        self.settings.recorder_bytes = bytes;
        self
    }

    /// On what the order of records of different threads rests.
    pub fn order(mut self, order: Order) -> Self {
        self.settings.order = order;
        self
    }
}
