//! What records are worth to an engine: classes, chains, how long to wait, and where to go then.

use core::time::Duration;

use super::{Builder, Output};
use crate::delivery::{Chain, Deliveries, Delivery, Durability};
use crate::preset::Order;
use crate::sink::Sink;

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

impl Output {
    /// How long lines are kept and tried again that the sink does not take, before they go to a
    /// fallback, or are lost.
    ///
    /// Unless this is said, what may pass by itself (a full disk, a pipe that nobody reads) is
    /// tried for as long as it takes, with pauses that grow to a second: what comes meanwhile waits
    /// in the spool and in the rings, and when those are full, each class does what it does. Any
    /// other failure (a pipe that was closed) is tried four times.
    #[must_use]
    pub fn give_up_after(mut self, bound: Duration) -> Self {
        self.give_up_after = Some(bound);
        self
    }

    /// Where lines go that the sink has failed for, until it works again; several are tried in
    /// order. What is still kept when the engine ends goes there too. A binary log has no such
    /// place, as it would not be whole there.
    ///
    /// ```
    /// use hydra_log::{Output, sink::{Console, File, Memory}};
    /// # let directory = tempfile::tempdir().unwrap();
    /// # let path = directory.path().join("app.log");
    /// let output = Output::new(File::open(path)?)
    ///     .fallback(Memory::recent(1 << 20))
    ///     .fallback(Console::stderr());
    /// # let _ = output;
    /// # Ok::<(), hydra_log::sink::OpenError>(())
    /// ```
    #[must_use]
    pub fn fallback(mut self, sink: impl Sink + 'static) -> Self {
        self.fallbacks.push(Box::new(sink));
        self
    }

    /// When the system is asked to put what was written on the disk; never, unless this is said.
    ///
    /// A call of class `Guaranteed` then returns when its record is there, too. Where the system
    /// refuses, that is told, and the call counts as unconfirmed.
    ///
    /// ```
    /// use hydra_log::{Builder, Deliveries, Delivery, Durability, Output, Rule, info, sink::File};
    /// # let directory = tempfile::tempdir().unwrap();
    /// # let path = directory.path().join("orders.log");
    /// let engine = Builder::new()
    ///     .sink(Output::new(File::open(path)?).durable(Durability::Guaranteed))
    ///     .deliveries(Deliveries::new().rule(Rule::new(Delivery::Guaranteed).target("orders")))
    ///     .build()?;
    /// engine.scope(|| info!(target: "orders", "accepted {}", 7));
    /// assert_eq!((engine.health().confirmed, engine.stats().sinks[0].syncs), (1, 1));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn durable(mut self, when: Durability) -> Self {
        self.durability = Some(when);
        self
    }
}
