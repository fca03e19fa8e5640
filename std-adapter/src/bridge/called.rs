//! Callsites that show themselves by texts: level, target, file, line, and the names of values.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex};

use hydra_log_core::Level;
use hydra_log_core::site::Site;

use super::sites::{Known, Memory, meet};
use crate::engine::added::{self, NewSite};

/// A callsite as a call shows it.
#[derive(Clone, Copy)]
pub(super) struct Called<'a> {
    pub(super) level: Level,
    pub(super) target: &'a str,
    pub(super) module: &'a str,
    pub(super) file: &'a str,
    pub(super) line: u32,
    /// The names of its values, hashed by [`hash_on`].
    pub(super) names: u64,
}

/// The same by address, as most texts are the program's.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Key {
    file: *const u8,
    target: *const u8,
    line: u32,
    level: Level,
    names: u64,
}

/// The same among all: file, line, level, names, target. Of those that collide, two targets are
/// told apart.
type Place = (usize, u32, Level, u64, u64);

thread_local! {
    static MET: Memory<Key> = const { Memory::new() };
}

static KNOWN: Known<Place> = LazyLock::new(|| Mutex::new(HashMap::new()));

impl Called<'_> {
    /// The call's site. `names` tells the values' names, where nobody met it yet.
    #[inline]
    pub(super) fn site(&self, names: impl FnOnce() -> Vec<String>) -> Option<&'static Site> {
        let key = Key {
            file: self.file.as_ptr(),
            target: self.target.as_ptr(),
            line: self.line,
            level: self.level,
            names: self.names,
        };
        let known = MET.with(|met| met.get(&key, key.hash()));
        // A text that is not the program's may have changed where it lies.
        known.filter(|site| site.target == self.target).or_else(|| self.meet(key, names))
    }

    #[cold]
    fn meet(&self, key: Key, names: impl FnOnce() -> Vec<String>) -> Option<&'static Site> {
        let target = hash_on(0, self.target);
        let place = (key.file.addr(), key.line, key.level, key.names, target);
        let site = meet(&KNOWN, place, || self.add(&names()))?;
        MET.with(|met| met.put(key, key.hash(), site));
        (site.target == self.target).then_some(site)
    }

    fn add(&self, names: &[String]) -> Option<&'static Site> {
        let fields = names.iter().enumerate();
        let fields: Vec<(&str, String)> =
            fields.map(|(index, name)| (name.as_str(), format!("{{{}}}", index + 1))).collect();
        added::add(NewSite {
            level: self.level,
            target: self.target,
            module: self.module,
            file: self.file,
            line: self.line,
            template: "{0}",
            arguments: u16::try_from(fields.len() + 1).unwrap_or(u16::MAX),
            fields,
        })
    }
}

impl Key {
    #[inline]
    fn hash(&self) -> u64 {
        let place = self.file.addr() as u64 ^ self.target.addr() as u64;
        place ^ (u64::from(self.line) << 40) ^ ((self.level as u64) << 33) ^ self.names
    }
}

/// A text hashed behind others: their order counts.
#[inline]
pub(super) fn hash_on(hash: u64, text: &str) -> u64 {
    const FACTOR: u64 = 0x0100_0000_01B3;
    let hash = (hash ^ text.len() as u64 ^ 0xCBF2_9CE4_8422_2325).wrapping_mul(FACTOR);
    text.bytes().fold(hash, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(FACTOR))
}
