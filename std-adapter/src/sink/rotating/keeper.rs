//! The thread that looks after files that made way: compresses them, removes those that are too
//! old or too many.

use std::fs;
use std::io;
use std::sync::mpsc::{Sender, channel};
use std::sync::{LazyLock, Mutex};
use std::thread;
use std::time::SystemTime;

use super::names::Family;
use super::{Compression, Keep};
use crate::engine::lock;
use crate::error::Error;
use crate::sys::signal;

/// What is to be done after a file made way, and at the start.
pub(super) struct Job {
    pub(super) family: Family,
    pub(super) keep: Keep,
    pub(super) compression: Option<Compression>,
}

/// To the thread, once there is something to do.
static KEEPER: LazyLock<Mutex<Option<Sender<Job>>>> = LazyLock::new(|| Mutex::new(start()));

fn start() -> Option<Sender<Job>> {
    let (sender, receiver) = channel::<Job>();
    let keeper = move || receiver.iter().for_each(|job| tell(job.run()));
    let thread = thread::Builder::new().name("hydra-keeper".to_owned());
    let started = signal::held_back(|| thread.spawn(keeper));
    match started {
        Ok(_runs_on) => Some(sender),
        Err(error) => {
            tell(Err(error));
            None
        }
    }
}

/// Has a job done soon, where there is anything to do.
pub(super) fn send(job: Job) {
    if job.compression.is_none() && job.keep == Keep::default() {
        return;
    }
    if let Some(keeper) = &*lock(&KEEPER) {
        // The thread ends with the process.
        let _sent = keeper.send(job);
    }
}

fn tell(result: io::Result<()>) {
    if let Err(source) = result {
        crate::engine::to_stderr(&Error::Files { source });
    }
}

impl Job {
    fn run(self) -> io::Result<()> {
        #[cfg(any(feature = "gzip", feature = "zstd"))]
        if let Some(compression) = self.compression {
            super::pack::all(&self.family, compression)?;
        }
        self.remove(SystemTime::now())
    }

    /// Removes the oldest ones, until what stays is few, small and young enough.
    fn remove(&self, now: SystemTime) -> io::Result<()> {
        let members = self.family.members()?;
        let Keep { files, bytes, age } = self.keep;
        let mut kept_bytes = 0_u64;
        let mut is_over = false;
        for (younger, member) in members.iter().rev().enumerate() {
            kept_bytes = kept_bytes.saturating_add(member.bytes);
            let too_old = age.is_some_and(|age| {
                now.duration_since(member.modified).is_ok_and(|since| since > age)
            });
            is_over |= files.is_some_and(|most| younger >= most)
                || bytes.is_some_and(|most| kept_bytes > most)
                || too_old;
            if is_over {
                match fs::remove_file(&member.path) {
                    Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                    _ => {}
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::time::Duration;

    fn left(keep: Keep, after: u64) -> Vec<String> {
        let place = tempfile::tempdir().unwrap();
        for number in 1..=5 {
            let text = "x".repeat(number * 10);
            fs::write(place.path().join(format!("app.log.{number}")), text).unwrap();
        }
        fs::write(place.path().join("app.log"), "now").unwrap();
        fs::write(place.path().join("app.log.bak"), "not ours").unwrap();
        let family = Family::of(&place.path().join("app.log"));
        let job = Job { family, keep, compression: None };
        job.remove(SystemTime::now() + Duration::from_secs(after)).unwrap();
        let names = fs::read_dir(place.path()).unwrap();
        let mut names: Vec<_> =
            names.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn the_oldest_go_first_and_nothing_of_others() {
        let keep = Keep { files: Some(2), ..Keep::default() };
        assert_eq!(left(keep, 0), ["app.log", "app.log.4", "app.log.5", "app.log.bak"]);
        let keep = Keep { bytes: Some(95), ..Keep::default() };
        assert_eq!(left(keep, 0), ["app.log", "app.log.4", "app.log.5", "app.log.bak"]);
        let keep = Keep { age: Some(Duration::from_secs(60)), ..Keep::default() };
        assert_eq!(left(keep.clone(), 0).len(), 7);
        assert_eq!(left(keep, 120), ["app.log", "app.log.bak"]);
        assert_eq!(left(Keep::default(), 1000).len(), 7);
    }
}
