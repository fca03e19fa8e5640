//! The keys and their values, in shards so that workers rarely meet.

use core::hash::BuildHasher;
use std::collections::HashMap;
use std::hash::RandomState;
use std::sync::{Mutex, MutexGuard, PoisonError};

const SHARDS: usize = 64;

/// A map that threads share.
#[derive(Debug)]
pub(super) struct Store {
    shards: Vec<Mutex<HashMap<Box<str>, Box<str>>>>,
    hasher: RandomState,
}

impl Store {
    pub(super) fn new() -> Self {
        let shards = (0..SHARDS).map(|_| Mutex::default()).collect();
        Self { shards, hasher: RandomState::new() }
    }

    /// Gives the value to `read`, if there is one; says whether there was.
    pub(super) fn get(&self, key: &str, read: impl FnOnce(&str)) -> bool {
        let shard = self.shard(key);
        let value = shard.get(key);
        value.map(|value| read(value)).is_some()
    }

    pub(super) fn set(&self, key: &str, value: &str) {
        let mut shard = self.shard(key);
        match shard.get_mut(key) {
            Some(old) => *old = value.into(),
            None => drop(shard.insert(key.into(), value.into())),
        }
    }

    /// Says whether there was one.
    pub(super) fn remove(&self, key: &str) -> bool {
        self.shard(key).remove(key).is_some()
    }

    #[expect(clippy::indexing_slicing, reason = "a remainder of the number of shards")]
    fn shard(&self, key: &str) -> MutexGuard<'_, HashMap<Box<str>, Box<str>>> {
        let hash = usize::try_from(self.hasher.hash_one(key) >> 32).unwrap_or(0);
        // A map is whole between two calls, so another thread's panic is no reason to refuse.
        self.shards[hash % SHARDS].lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holds_the_newest_value() {
        let store = Store::new();
        let read = |key: &str| {
            let mut text = None;
            store.get(key, |value| text = Some(value.to_owned()));
            text
        };
        assert_eq!(read("a"), None);
        store.set("a", "1");
        store.set("a", "2");
        assert_eq!(read("a").as_deref(), Some("2"));
        assert!(store.remove("a") && !store.remove("a"));
    }
}
