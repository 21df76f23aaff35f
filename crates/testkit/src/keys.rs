//! A key store in memory, whose whole content can be copied: the thief's old backup in a test.
//!
//! Invariant: behaves as `model::ports::KeyStore` promises; what was destroyed is in no later copy.

use model::ports::{KeyId, KeyStore, KeyStoreError, WrappedKey};
use model::time::BoxFuture;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

#[derive(Clone, Default, PartialEq, Eq)]
struct Content {
    keys: BTreeMap<KeyId, WrappedKey>,
    records: BTreeMap<String, Vec<u8>>,
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

    /// A copy of everything in it, as a backup would hold.
    #[must_use]
    pub fn copy(&self) -> Self {
        Self { content: Mutex::new(self.content().clone()), ..Self::default() }
    }

    pub fn same_content(&self, other: &Self) -> bool {
        let other = other.content().clone();
        *self.content() == other
    }

    /// How often [`KeyStore::get`] was called.
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
        if let Some(row) = self.content().keys.get_mut(id) {
            change(row);
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

    pub fn key_ids(&self) -> Vec<KeyId> {
        self.content().keys.keys().copied().collect()
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

impl KeyStore for MemoryKeyStore {
    fn get<'a>(&'a self, ids: &'a [KeyId]) -> BoxFuture<'a, Result<Vec<WrappedKey>, KeyStoreError>> {
        Box::pin(async move {
            self.reads.fetch_add(1, Ordering::SeqCst);
            let content = self.content();
            Ok(ids.iter().filter_map(|id| content.keys.get(id).cloned()).collect())
        })
    }

    fn put(&self, keys: Vec<WrappedKey>) -> BoxFuture<'_, Result<(), KeyStoreError>> {
        Box::pin(async move {
            self.write(|content| {
                let ids: BTreeSet<&KeyId> = keys.iter().map(|key| &key.id).collect();
                if ids.len() < keys.len() || ids.into_iter().any(|id| content.keys.contains_key(id)) {
                    return Err(KeyStoreError("a key with this id is there already".to_owned()));
                }
                content.keys.extend(keys.into_iter().map(|key| (key.id, key)));
                Ok(())
            })
        })
    }

    fn destroy<'a>(&'a self, ids: &'a [KeyId]) -> BoxFuture<'a, Result<u64, KeyStoreError>> {
        Box::pin(async move {
            self.write(|content| Ok(ids.iter().filter_map(|id| content.keys.remove(id)).map(|_| 1).sum()))
        })
    }

    fn get_record<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<Option<Vec<u8>>, KeyStoreError>> {
        Box::pin(async move { Ok(self.content().records.get(name).cloned()) })
    }

    fn set_record<'a>(&'a self, name: &'a str, value: Vec<u8>) -> BoxFuture<'a, Result<(), KeyStoreError>> {
        Box::pin(async move {
            self.write(|content| {
                content.records.insert(name.to_owned(), value);
                Ok(())
            })
        })
    }
}
