//! What a record is worth: delivery classes, which records have which, and what a full ring means
//! for each.
//!
//! | class              | the call returns                       | when its ring is full         |
//! |--------------------|----------------------------------------|-------------------------------|
//! | [`BestEffort`]     | at once                                | bounded, then it is dropped   |
//! | [`MustNotDrop`]    | at once                                | it waits until there is room  |
//! | [`Guaranteed`]     | when every sink has the record         | it waits until there is room  |
//! | [`FlightRecorder`] | at once                                | it is dropped                 |
//!
//! [`BestEffort`]: Delivery::BestEffort
//! [`MustNotDrop`]: Delivery::MustNotDrop
//! [`Guaranteed`]: Delivery::Guaranteed
//! [`FlightRecorder`]: Delivery::FlightRecorder

mod chain;
mod rules;

use core::fmt;
use core::str::FromStr;

pub(crate) use self::chain::Chains;
pub use self::chain::{Chain, Step};
pub use self::rules::{Deliveries, Rule};

/// A class of records. Which records have it is said by [`Deliveries`].
///
/// ```
/// use hydra_log::Delivery;
/// assert_eq!("must_not_drop".parse(), Ok(Delivery::MustNotDrop));
/// assert!("always".parse::<Delivery>().unwrap_err().to_string().contains("guaranteed"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Delivery {
    /// Written, unless its ring stays full for longer than its chain waits.
    #[default]
    BestEffort,
    /// Never dropped for want of room: the call waits, however long that takes. A call that cannot
    /// wait (in a signal handler, inside another log call) drops it, counted.
    MustNotDrop,
    /// As `MustNotDrop`, and the call returns when every sink has written the record. Calls of
    /// several threads at a time share one write.
    ///
    /// A call that cannot wait returns at once, and so does one whose sinks did not write the
    /// record within [`Builder::confirm_within`](crate::Builder::confirm_within); both are counted
    /// in [`Health::unconfirmed`](crate::Health::unconfirmed), as are calls during which a sink
    /// lost something or could not put it on its disk.
    Guaranteed,
    /// Kept in memory, the oldest overwritten by the youngest, and written in order in front of the
    /// next record of level `Error`, at a panic, and by
    /// [`Engine::write_recorder`](crate::Engine::write_recorder).
    FlightRecorder,
}

impl Delivery {
    /// All classes.
    pub const ALL: [Self; 4] =
        [Self::BestEffort, Self::MustNotDrop, Self::Guaranteed, Self::FlightRecorder];

    /// Whether a sink that stands still is waited for rather than lose the record.
    pub(crate) const fn is_awaited(self) -> bool {
        matches!(self, Self::MustNotDrop | Self::Guaranteed)
    }

    /// The name, as in configuration.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::BestEffort => "best_effort",
            Self::MustNotDrop => "must_not_drop",
            Self::Guaranteed => "guaranteed",
            Self::FlightRecorder => "flight_recorder",
        }
    }
}

impl fmt::Display for Delivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// When an output asks the system to put what was written where it outlives a power failure
/// (`fdatasync` for files). See [`Output::durable`](crate::Output::durable).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Durability {
    /// Behind each batch that holds a record of class [`Guaranteed`](Delivery::Guaranteed): its
    /// call returns after that. All calls whose records are in the batch share it.
    Guaranteed,
    /// Behind every batch. A flush that returned has everything on the disk.
    All,
}

/// A word that names no class.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ParseDeliveryError {
    /// The word.
    pub word: String,
}

impl fmt::Display for ParseDeliveryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = "best_effort, must_not_drop, guaranteed or flight_recorder";
        write!(f, "unknown delivery class `{}`: use {names}", self.word)
    }
}

impl core::error::Error for ParseDeliveryError {}

impl FromStr for Delivery {
    type Err = ParseDeliveryError;

    fn from_str(word: &str) -> Result<Self, ParseDeliveryError> {
        let wanted = word.replace('-', "_");
        Self::ALL
            .into_iter()
            .find(|class| class.as_str().eq_ignore_ascii_case(&wanted))
            .ok_or_else(|| ParseDeliveryError { word: word.to_owned() })
    }
}
