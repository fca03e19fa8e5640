//! The operating system and the processor: the only place of this crate's parts with unsafe calls
//! to either.
//!
//! | file     | what for                                                    |
//! |----------|-------------------------------------------------------------|
//! | `barrier` | what every thread stored before is visible behind it        |
//! | `ticks`  | the counter that stamps records                             |
//! | `memory` | pages from the system, never from the global allocator      |
//! | `fd`     | writing to a descriptor without anybody's lock              |
//! | `signal` | counts hangups, keeps handlers off the engine's own threads |
//! | `peer`   | users and processes, and waiting for several descriptors     |
//! | `fork`   | what is done around a fork, and how many there were        |
//! | `exit`   | runs something when the process ends through `exit`         |
//! | `thread` | the number by which the system knows a thread               |

pub(crate) mod barrier;
pub(crate) mod exit;
#[cfg(unix)]
pub(crate) mod fd;
pub(crate) mod fork;
pub(crate) mod memory;
#[cfg(all(target_os = "linux", target_pointer_width = "64"))]
pub(crate) mod owned;
#[cfg(unix)]
pub(crate) mod peer;
pub(crate) mod signal;
pub(crate) mod thread;
pub(crate) mod ticks;
pub(crate) mod zone;
