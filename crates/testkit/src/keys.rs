//! A key store in memory, whose whole content can be copied: the thief's old backup in a test.
//!
//! Invariant: behaves as `model::ports::KeyStore` promises; what was destroyed is in no later copy.

use model::ports::{
    FlatKey, KeyId, KeyStore, KeyStoreError, Record, Replaced, Snapshot, Spine, TreeChange, TreeState,
    WrappedKey,
};
use model::time::{BoxFuture, Span, Timestamp};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

#[derive(Clone, Default, PartialEq, Eq)]
struct Content {
    at: TreeState,
    holder: Option<[u8; 16]>,
    fence: u64,
    keys: BTreeMap<(KeyId, KeyId), WrappedKey>,
    /// Which node each key lies in.
    nodes: BTreeMap<KeyId, KeyId>,
    felled: BTreeSet<KeyId>,
    flat: BTreeMap<KeyId, FlatKey>,
    records: BTreeMap<String, Vec<u8>>,
}

impl Content {
    fn get(&self, id: &KeyId) -> Option<&WrappedKey> {
        self.keys.get(&(*self.nodes.get(id)?, *id))
    }

    fn in_node(&self, node: KeyId) -> impl DoubleEndedIterator<Item = &WrappedKey> {
        self.keys.range((node, [0; 16])..=(node, [255; 16])).map(|(_, key)| key)
    }

    fn put(&mut self, key: WrappedKey) {
        self.nodes.insert(key.id, key.node);
        self.keys.insert((key.node, key.id), key);
    }

    fn remove(&mut self, node: KeyId, id: KeyId) {
        self.keys.remove(&(node, id));
        self.nodes.remove(&id);
    }

    fn records(&self) -> Vec<Record> {
        self.records.iter().map(|(name, value)| (name.clone(), value.clone())).collect()
    }

    fn fits(&self, change: &TreeChange) -> bool {
        self.at.epoch == change.epoch
            && change.shape.is_none_or(|shape| shape == self.at.shape)
            && change.fence.is_none_or(|fence| fence == self.fence)
            && change.counts.iter().all(|(node, count)| self.in_node(*node).count() as u64 == *count)
            && change.record_was.as_ref().is_none_or(|(name, was)| self.records.get(name) == was.as_ref())
            && change.records_were.as_ref().is_none_or(|were| *were == self.records())
    }

    fn change(&mut self, change: TreeChange) -> Result<bool, KeyStoreError> {
        if !self.fits(&change) {
            return Ok(false);
        }
        let ids: BTreeSet<&KeyId> = change.put.iter().map(|key| &key.id).collect();
        if ids.len() < change.put.len() || ids.into_iter().any(|id| self.nodes.contains_key(id)) {
            return Err(KeyStoreError("a key with this id is there already".to_owned()));
        }
        self.at = change.next.unwrap_or(self.at);
        change.remove.iter().for_each(|(node, id)| self.remove(*node, *id));
        for Replaced { from, key } in change.replace {
            if self.keys.remove(&(from, key.id)).is_some() {
                self.put(key);
            }
        }
        change.put.into_iter().for_each(|key| self.put(key));
        self.felled.extend(change.felled);
        change.moved_in.iter().for_each(|id| drop(self.flat.remove(id)));
        self.records.extend(change.records);
        self.records.retain(|name, _| !change.forgotten.contains(name));
        Ok(true)
    }
}

#[derive(Default)]
pub struct MemoryKeyStore {
    content: Mutex<Content>,
    reads: AtomicU64,
    writes: AtomicU64,
    failing: AtomicBool,
}

impl MemoryKeyStore {
    pub fn new() -> Self {
        Self::default()
    }

    /// A store of the time before the tree.
    pub fn flat(keys: Vec<FlatKey>, records: Vec<Record>) -> Self {
        let content = Content {
            flat: keys.into_iter().map(|key| (key.id, key)).collect(),
            records: records.into_iter().collect(),
            ..Content::default()
        };
        Self { content: Mutex::new(content), ..Self::default() }
    }

    /// A copy of everything in it, as a backup would hold.
    #[must_use]
    pub fn copy(&self) -> Self {
        Self { content: Mutex::new(self.content().clone()), ..Self::default() }
    }

    pub fn same_content(&self, other: &Self) -> bool {
        let other = other.content().clone();
        *self.content() == other
    }

    /// How often [`KeyStore::load`] was called.
    pub fn reads(&self) -> u64 {
        self.reads.load(Ordering::SeqCst)
    }

    /// How often something was written or destroyed.
    pub fn writes(&self) -> u64 {
        self.writes.load(Ordering::SeqCst)
    }

    /// From now on every write fails, or works again.
    pub fn fail_writes(&self, failing: bool) {
        self.failing.store(failing, Ordering::SeqCst);
    }

    /// Changes a stored key past the vault, as somebody with access to the file could.
    pub fn tamper(&self, id: &KeyId, change: impl FnOnce(&mut WrappedKey)) {
        let mut content = self.content();
        if let Some(mut row) = content.get(id).cloned() {
            content.remove(row.node, row.id);
            change(&mut row);
            content.put(row);
        }
    }

    /// Changes a stored record past the vault.
    pub fn tamper_record(&self, name: &str, change: impl FnOnce(&mut Vec<u8>)) {
        if let Some(record) = self.content().records.get_mut(name) {
            change(record);
        }
    }

    pub fn record_names(&self) -> Vec<String> {
        self.content().records.keys().cloned().collect()
    }

    /// Of the keys that seal.
    pub fn key_ids(&self) -> Vec<KeyId> {
        let content = self.content();
        content.nodes.keys().filter(|id| content.get(id).is_some_and(|key| key.level == 0)).copied().collect()
    }

    /// Everything in the tree, nodes too.
    pub fn rows(&self) -> Vec<WrappedKey> {
        self.content().keys.values().cloned().collect()
    }

    fn content(&self) -> MutexGuard<'_, Content> {
        self.content.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn write<T>(
        &self,
        change: impl FnOnce(&mut Content) -> Result<T, KeyStoreError>,
    ) -> Result<T, KeyStoreError> {
        if self.failing.load(Ordering::SeqCst) {
            return Err(KeyStoreError("writing fails, as the test asked".to_owned()));
        }
        self.writes.fetch_add(1, Ordering::SeqCst);
        change(&mut self.content())
    }
}

type Answer<'a, T> = BoxFuture<'a, Result<T, KeyStoreError>>;

impl KeyStore for MemoryKeyStore {
    fn load<'a>(&'a self, ids: &'a [KeyId]) -> Answer<'a, Snapshot> {
        Box::pin(async move {
            self.reads.fetch_add(1, Ordering::SeqCst);
            let content = self.content();
            let keys = ids.iter().filter_map(|id| content.get(id).cloned()).collect();
            Ok(Snapshot { at: content.at, keys })
        })
    }

    fn children<'a>(&'a self, nodes: &'a [KeyId]) -> Answer<'a, Snapshot> {
        Box::pin(async move {
            let content = self.content();
            let keys = nodes.iter().flat_map(|node| content.in_node(*node)).cloned().collect();
            Ok(Snapshot { at: content.at, keys })
        })
    }

    fn spine(&self, crown: KeyId) -> Answer<'_, Spine> {
        Box::pin(async move {
            let content = self.content();
            let (mut nodes, mut next) = (Vec::new(), content.get(&crown));
            while let Some(node) = next {
                let inside = || content.in_node(node.id);
                next = inside().next_back().filter(|_| node.level > 1);
                let holds = inside().filter(|key| node.level > 1 || key.level == 0).count();
                nodes.push((node.clone(), holds as u64));
            }
            Ok(Spine { at: content.at, nodes })
        })
    }

    fn list(&self, after: Option<KeyId>, limit: u32) -> Answer<'_, Vec<WrappedKey>> {
        Box::pin(async move {
            let content = self.content();
            let keys = content.nodes.keys().filter(|id| after.is_none_or(|after| **id > after));
            let leaves = keys.filter_map(|id| content.get(id)).filter(|key| key.level == 0);
            Ok(leaves.take(limit as usize).cloned().collect())
        })
    }

    fn commit(&self, change: TreeChange) -> Answer<'_, bool> {
        Box::pin(async move { self.write(|content| content.change(change)) })
    }

    fn hold(&self, holder: [u8; 16], anew: bool, _: Timestamp, _: Span) -> Answer<'_, Option<u64>> {
        Box::pin(async move {
            if anew || self.content().holder != Some(holder) {
                self.write(|content| {
                    content.holder = Some(holder);
                    content.fence += 1;
                    Ok(())
                })?;
            }
            Ok(Some(self.content().fence))
        })
    }

    fn free(&self, fence: u64) -> Answer<'_, bool> {
        Box::pin(async move { Ok(self.content().fence == fence) })
    }

    fn clean(&self) -> Answer<'_, ()> {
        Box::pin(async move { Ok(()) })
    }

    fn felled(&self, limit: u32) -> Answer<'_, Vec<KeyId>> {
        Box::pin(async move {
            let most = usize::try_from(limit).unwrap_or(usize::MAX);
            Ok(self.content().felled.iter().copied().take(most).collect())
        })
    }

    fn sweep(&self, nodes: Vec<KeyId>, limit: u32) -> Answer<'_, u64> {
        Box::pin(async move {
            self.write(|content| {
                let mut swept = 0;
                for node in
                    nodes.iter().copied().filter(|node| content.felled.contains(node)).collect::<Vec<_>>()
                {
                    while swept < limit {
                        let Some(row) = content.in_node(node).next().cloned() else {
                            content.felled.remove(&node);
                            break;
                        };
                        if row.level > 0 {
                            content.felled.insert(row.id);
                        }
                        content.remove(node, row.id);
                        swept += 1;
                    }
                }
                Ok(swept.into())
            })
        })
    }

    fn record<'a>(&'a self, name: &'a str) -> Answer<'a, (TreeState, Option<Vec<u8>>)> {
        Box::pin(async move {
            let content = self.content();
            Ok((content.at, content.records.get(name).cloned()))
        })
    }

    fn records(&self) -> Answer<'_, (TreeState, Vec<Record>)> {
        Box::pin(async move {
            let content = self.content();
            Ok((content.at, content.records()))
        })
    }

    fn flat(&self, limit: u32) -> Answer<'_, Vec<FlatKey>> {
        Box::pin(async move {
            let content = self.content();
            let is_ready = |key: &&FlatKey| key.parent.is_none_or(|id| content.nodes.contains_key(&id));
            Ok(content.flat.values().filter(is_ready).take(limit as usize).cloned().collect())
        })
    }

    fn drop_flat(&self) -> Answer<'_, ()> {
        Box::pin(async move {
            self.write(|content| {
                content.flat.clear();
                Ok(())
            })
        })
    }
}
