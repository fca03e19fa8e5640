//! What a call does whose ring is full: steps, tried in order.

use core::time::Duration;

use super::Delivery;
use crate::preset::Overflow;

/// One thing to try for room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Step {
    /// Waits up to this long for somebody else to drain.
    Wait(Duration),
    /// Replaces the ring by a larger one, within the thread's and the process's budget.
    Spill,
    /// Drains all rings in order into the spool, up to this long.
    Assist(Duration),
    /// Drains all rings in order and writes to the sinks, up to this long; the record follows by
    /// the same hand. A sink that another thread is writing to is left to it.
    DirectWrite(Duration),
    /// Drops the record, counted.
    DropNewest,
}

impl Step {
    /// How many kinds of steps there are.
    pub(crate) const KINDS: usize = 5;

    /// The step's place in tables of kinds.
    pub(crate) const fn kind(self) -> usize {
        match self {
            Self::Wait(_) => 0,
            Self::Spill => 1,
            Self::Assist(_) => 2,
            Self::DirectWrite(_) => 3,
            Self::DropNewest => 4,
        }
    }
}

/// Steps, tried in order until there is room.
///
/// A chain that ends in [`Step::DropNewest`] gives up there. Any other one starts again from its
/// first step, for as long as its engine runs.
///
/// ```
/// use core::time::Duration;
/// use hydra_log::{Builder, Chain, Delivery, Step, sink::Memory};
/// let bound = Duration::from_millis(5);
/// let chain = Chain::new([Step::Wait(bound), Step::Spill, Step::Assist(bound), Step::DropNewest]);
/// assert!(chain.gives_up());
/// let engine = Builder::new().chain(Delivery::BestEffort, chain).sink(Memory::new()).build()?;
/// # drop(engine);
/// # Ok::<(), hydra_log::InitError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chain {
    steps: [Step; Self::MOST],
    len: usize,
}

impl Chain {
    /// The most steps of one chain.
    pub const MOST: usize = 6;

    /// A chain of one to six steps; any other number does not compile.
    #[must_use]
    pub const fn new<const N: usize>(steps: [Step; N]) -> Self {
        const { assert!(N > 0 && N <= Self::MOST, "a chain has one to six steps") };
        let mut chain = Self { steps: [Step::DropNewest; Self::MOST], len: N };
        let (places, _) = chain.steps.split_at_mut(N);
        places.copy_from_slice(&steps);
        chain
    }

    /// The steps.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        self.steps.get(..self.len).unwrap_or_default()
    }

    /// Whether it ends by dropping the record.
    #[must_use]
    pub fn gives_up(&self) -> bool {
        self.steps().contains(&Step::DropNewest)
    }
}

impl Chain {
    /// A chain of steps that came from outside; `None` if they are none, or too many.
    #[cfg(feature = "config")]
    pub(crate) fn of(steps: &[Step]) -> Option<Self> {
        let mut chain = Self { steps: [Step::DropNewest; Self::MOST], len: steps.len() };
        let places = chain.steps.get_mut(..steps.len()).filter(|places| !places.is_empty())?;
        places.copy_from_slice(steps);
        Some(chain)
    }

    /// Whether it has a step in which the call drains.
    pub(crate) fn helps(&self) -> bool {
        self.steps().iter().any(|step| matches!(step, Step::Assist(_) | Step::DirectWrite(_)))
    }
}

impl From<Overflow> for Chain {
    fn from(overflow: Overflow) -> Self {
        match overflow {
            Overflow::Drop => Self::new([Step::Spill, Step::DropNewest]),
            Overflow::Wait(bound) => {
                Self::new([Step::Spill, Step::Assist(bound), Step::DropNewest])
            }
            Overflow::DirectWrite(bound) => {
                Self::new([Step::Spill, Step::DirectWrite(bound), Step::DropNewest])
            }
        }
    }
}

/// How long a class that never drops tries each step.
const ROUND: Duration = Duration::from_millis(100);

/// How long it waits before it takes memory.
const MOMENT: Duration = Duration::from_micros(50);

/// The chain of each class.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Chains([Chain; Delivery::ALL.len()]);

impl Chains {
    /// What overflows as said, and never where that must not be.
    pub(crate) const fn new(best_effort: Chain) -> Self {
        let never = Chain::new([
            Step::Wait(MOMENT),
            Step::Spill,
            Step::Assist(ROUND),
            Step::DirectWrite(ROUND),
        ]);
        let recorder = Chain::new([Step::Spill, Step::DropNewest]);
        Self([best_effort, never, never, recorder])
    }

    pub(crate) fn set(&mut self, class: Delivery, chain: Chain) {
        if let Some(place) = self.0.get_mut(class as usize) {
            *place = chain;
        }
    }

    pub(crate) fn of(&self, class: Delivery) -> &Chain {
        let [best_effort, ..] = &self.0;
        self.0.get(class as usize).unwrap_or(best_effort)
    }

    /// Whether some class writes past the rings.
    pub(crate) fn write_directly(&self) -> bool {
        self.of(Delivery::BestEffort)
            .steps()
            .iter()
            .any(|step| matches!(step, Step::DirectWrite(_)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chain_has_the_steps_that_it_was_given() {
        let chain = Chain::new([Step::Spill, Step::Wait(MOMENT)]);
        assert_eq!(chain.steps(), [Step::Spill, Step::Wait(MOMENT)]);
        assert!(!chain.gives_up());
        assert!(Chain::from(Overflow::Drop).gives_up());
    }

    #[test]
    fn what_must_not_drop_has_no_such_step() {
        let mut chains = Chains::new(Overflow::Drop.into());
        assert!(chains.of(Delivery::BestEffort).gives_up());
        assert!(!chains.of(Delivery::MustNotDrop).gives_up());
        assert!(!chains.of(Delivery::Guaranteed).gives_up());
        assert!(chains.of(Delivery::FlightRecorder).gives_up());
        assert!(!chains.write_directly());
        chains.set(Delivery::BestEffort, Overflow::DirectWrite(MOMENT).into());
        assert!(chains.write_directly());
    }
}
