//! Log files that show whether somebody touched them: each line is chained to the one before, and
//! signed checkpoints say where the chain was.
//!
//! [`AuditFile`] is the sink, [`verify_file`] (or `hydra verify`) reads what it wrote. The records
//! of [`audit!`](macro@crate::audit) are of class [`Guaranteed`](crate::Delivery::Guaranteed), so
//! the call returns when its record is in the file; a layer sends them there.
//!
//! ```no_run
//! use hydra_log::audit::{AuditFile, SecretKey};
//! use hydra_log::{Builder, Layer, audit};
//! let key = SecretKey::read("/etc/my-server/audit.key")?;
//! let file = AuditFile::open("audit.log", key)?;
//! let _guard = Builder::new().layer(Layer::new("AUDIT").sink(file)).try_init()?;
//! audit!(actor = "ada", action = "delete", object = "order 17", outcome = "done");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! What it shows: a line that was edited, removed, added or moved, a rewritten stretch, a cut at
//! the beginning or the end, also one that was made before the program's next start. Who has the
//! secret key can write a file anew; who may write both the file and its `.head` can put an old
//! pair back: keep the number of [`Verified::signed`] elsewhere if that matters. The format is in
//! `docs/audit.md`.

mod chain;
mod end;
mod fault;
mod file;
mod key;
mod verify;

pub use self::fault::{Fault, Verified};
pub use self::file::AuditFile;
pub use self::key::{KeyError, PublicKey, SecretKey};
pub use self::verify::{verify, verify_file, verify_files};
