//! Keys that were opened lately.
//!
//! Invariants: never more than [`CACHE_ENTRIES`]; no key is handed out for longer than [`CACHE_LIFE`]
//! after it was read from the store (so that an erasure on another node reaches this one); a key that
//! is being destroyed, or hangs on one that is, is neither handed out nor taken in.

use crate::key::Key;
use model::ports::KeyId;
use model::time::{Monotonic, Span};
use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;

/// How many opened keys are held at most, about a kilobyte each.
pub const CACHE_ENTRIES: usize = 16_384;
/// How long an opened key is held at most.
pub const CACHE_LIFE: Span = Span::secs(60);

struct Slot {
    key: Arc<Key>,
    since: Monotonic,
    used: bool,
}

/// Second chance: what was used since the hand passed last stays for another round. The parents, used
/// with every child, stay; a run of leaves used once passes through.
pub struct Cache {
    slots: HashMap<KeyId, Slot>,
    /// Each id in `slots` once, in the order in which the hand comes by.
    ring: VecDeque<KeyId>,
    capacity: usize,
    fenced: HashSet<KeyId>,
    destructions: u64,
}

impl Cache {
    pub fn new(capacity: usize) -> Self {
        Self {
            slots: HashMap::new(),
            ring: VecDeque::new(),
            capacity,
            fenced: HashSet::new(),
            destructions: 0,
        }
    }

    pub fn get(&mut self, id: &KeyId, now: Monotonic) -> Option<Arc<Key>> {
        let slot = self.slots.get_mut(id)?;
        if now.0.saturating_sub(slot.since.0) > CACHE_LIFE.0 {
            return None;
        }
        slot.used = true;
        Some(Arc::clone(&slot.key))
    }

    /// A number that changes with each destruction: a key read before one is not taken in after it.
    pub const fn destructions(&self) -> u64 {
        self.destructions
    }

    pub fn is_fenced(&self, key: &Key) -> bool {
        !self.fenced.is_empty() && key.hangs_on(&self.fenced)
    }

    pub fn insert(&mut self, key: &Arc<Key>, since: Monotonic) {
        if self.is_fenced(key) {
            return;
        }
        let slot = Slot { key: Arc::clone(key), since, used: false };
        if self.slots.insert(*key.id(), slot).is_none() {
            self.ring.push_back(*key.id());
            self.evict();
        }
    }

    fn evict(&mut self) {
        while self.slots.len() > self.capacity {
            let Some(id) = self.ring.pop_front() else { return };
            match self.slots.get_mut(&id) {
                Some(slot) if slot.used => {
                    slot.used = false;
                    self.ring.push_back(id);
                }
                _ => drop(self.slots.remove(&id)),
            }
        }
    }

    /// From now on `ids` and all below them are handed out no more.
    pub fn fence(&mut self, ids: &HashSet<KeyId>) {
        self.fenced.extend(ids);
        self.destructions += 1;
        self.slots.retain(|_, slot| !slot.key.hangs_on(ids));
        self.ring.retain(|id| self.slots.contains_key(id));
    }

    /// The store no longer has `ids`: there is nothing left to fence off.
    pub fn destroyed(&mut self, ids: &HashSet<KeyId>) {
        self.fenced.retain(|id| !ids.contains(id));
        self.destructions += 1;
    }

    /// The tree has moved on: these nodes have another key (`Some`) or may have one (`None`: forgotten).
    pub fn renewed(&mut self, nodes: Vec<(KeyId, Option<Arc<Key>>)>) {
        self.destructions += 1;
        for (id, key) in nodes {
            match (self.slots.get_mut(&id), key) {
                (Some(slot), Some(key)) => slot.key = key,
                (Some(_), None) => drop(self.slots.remove(&id)),
                (None, _) => {}
            }
        }
        self.ring.retain(|id| self.slots.contains_key(id));
    }

    /// Another process has changed the tree: which nodes, is not known.
    pub fn forget(&mut self) {
        self.destructions += 1;
        self.slots.clear();
        self.ring.clear();
    }

    #[cfg(test)]
    fn len(&self) -> usize {
        assert_eq!(self.slots.len(), self.ring.len());
        self.slots.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use zeroize::Zeroizing;

    fn key(id: u8, path: &[KeyId]) -> Arc<Key> {
        Arc::new(Key::new([id; 16], path.into(), Zeroizing::new([id; 32])))
    }

    #[test]
    fn stays_within_its_capacity_and_keeps_what_is_used() {
        let mut cache = Cache::new(8);
        cache.insert(&key(255, &[]), Monotonic(0));
        for id in 0..100 {
            assert!(cache.get(&[255; 16], Monotonic(0)).is_some(), "the parent was evicted by leaf {id}");
            cache.insert(&key(id, &[[255; 16]]), Monotonic(0));
            assert!(cache.len() <= 8);
        }
        assert!(cache.get(&[99; 16], Monotonic(0)).is_some());
        assert!(cache.get(&[1; 16], Monotonic(0)).is_none());
    }

    #[test]
    fn hands_out_nothing_older_than_its_life_and_takes_it_in_again() {
        let mut cache = Cache::new(8);
        cache.insert(&key(1, &[]), Monotonic(0));
        assert!(cache.get(&[1; 16], Monotonic(CACHE_LIFE.0)).is_some());
        assert!(cache.get(&[1; 16], Monotonic(CACHE_LIFE.0 + 1)).is_none());
        cache.insert(&key(1, &[]), Monotonic(CACHE_LIFE.0 + 1));
        assert!(cache.get(&[1; 16], Monotonic(CACHE_LIFE.0 + 2)).is_some());
        assert_eq!(cache.len(), 1);
    }

    #[test]
    fn drops_a_destroyed_key_with_all_below_it_and_wipes_them() {
        let mut cache = Cache::new(8);
        let leaf = Arc::downgrade(&{
            let leaf = key(2, &[[1; 16]]);
            cache.insert(&key(1, &[]), Monotonic(0));
            cache.insert(&leaf, Monotonic(0));
            cache.insert(&key(3, &[]), Monotonic(0));
            leaf
        });
        cache.fence(&HashSet::from([[1; 16]]));
        assert_eq!(cache.len(), 1);
        assert!(leaf.upgrade().is_none(), "the cache still holds the key");
        cache.insert(&key(2, &[[1; 16]]), Monotonic(0));
        assert!(cache.get(&[2; 16], Monotonic(0)).is_none(), "taken in while its parent is being destroyed");
        assert!(cache.get(&[3; 16], Monotonic(0)).is_some());
    }
}
