//! Numbers and names of the threads that logged lately.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use crate::crash::store::Store;
use crate::engine::lock;
use crate::format::ThreadInfo;
use crate::sys;

/// How many threads' names are kept. Older ones show without a name.
const KEPT: usize = 4096;

/// The threads that opened a ring, newest last.
#[derive(Default)]
pub(crate) struct Threads(Mutex<Table>);

#[derive(Default)]
struct Table {
    /// How many threads stood before the first one kept. Number 0 is nobody.
    forgotten: u32,
    kept: VecDeque<Arc<ThreadInfo>>,
}

impl Threads {
    /// Notes the calling thread, also where it outlives the process, and returns its number.
    pub(crate) fn meet(&self, store: Option<&Store>) -> u32 {
        let info = Arc::new(ThreadInfo { id: sys::thread::id(), name: sys::thread::name() });
        let mut table = lock(&self.0);
        table.kept.push_back(info);
        if table.kept.len() > KEPT {
            table.kept.pop_front();
            table.forgotten += 1;
        }
        let number = table.forgotten + u32::try_from(table.kept.len()).unwrap_or(u32::MAX);
        if let (Some(store), Some(info)) = (store, table.kept.back()) {
            store.note_thread(number, info);
        }
        number
    }

    /// What is known of a thread by its number.
    pub(crate) fn get(&self, number: u32) -> Option<Arc<ThreadInfo>> {
        let table = lock(&self.0);
        let place = number.checked_sub(table.forgotten)?.checked_sub(1)?;
        table.kept.get(place as usize).cloned()
    }
}
