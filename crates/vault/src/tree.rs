//! The key tree: making, loading and destroying keys. Root → brand → account → person, though nothing
//! here depends on what a key is for: a parent is any key, so that nodes of a rotating tree can come
//! between the root and the brands without a change for those who use keys.
//!
//! Invariants: nothing is written under a wrong root; a key is durable before it is handed out;
//! destroying is durable before its tags are; a key that is missing, or whose parent is, is absent
//! from the answer, whereas a damaged one is an error: it must never pass for an erased one.

use crate::VaultError;
use crate::cache::{CACHE_ENTRIES, Cache};
use crate::key::Key;
use crate::named::Named;
use crate::primitive::{Aead, expand};
use crate::root::RootKey;
use model::entropy::Entropy;
use model::ports::{KeyId, KeyStore, WrappedKey};
use model::time::Clock;
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use subtle::ConstantTimeEq;

/// Deeper than root → nodes → brand → account → person ever gets; a longer chain is a forgery.
const DEPTH: usize = 16;
const ROOT_CHECK: &str = "vault.root-check";
const ROOT_CHECK_VERSION: u8 = 1;

/// A key to be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewKey {
    pub id: KeyId,
    /// The key that shall hold it; `None` for directly under the root.
    pub parent: Option<KeyId>,
}

/// Holds the root and hands out the keys below it.
pub struct Vault {
    pub(crate) store: Arc<dyn KeyStore>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
    root: Arc<Key>,
    pub(crate) records: Aead,
    pub(crate) named: Named,
    cache: Mutex<Cache>,
}

impl Vault {
    /// Opens the key store. The first start marks it as belonging to `root`; from then on every other
    /// root is refused before anything is written.
    pub async fn open(
        store: Arc<dyn KeyStore>,
        root: RootKey,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self, VaultError> {
        let expected = expand::<32>(root.bytes(), &[b"entente/root-check/1"]);
        match store.get_record(ROOT_CHECK).await? {
            None => {
                let record = std::iter::once(ROOT_CHECK_VERSION).chain(expected.iter().copied()).collect();
                store.set_record(ROOT_CHECK, record).await?;
            }
            Some(record) => match record.split_first() {
                Some((&ROOT_CHECK_VERSION, found)) if found.len() == expected.len() => {
                    if !bool::from(found.ct_eq(expected.as_slice())) {
                        return Err(VaultError::WrongRoot);
                    }
                }
                _ => return Err(VaultError::DamagedRecord(ROOT_CHECK.to_owned())),
            },
        }
        let root = Arc::new(Key::root(root.bytes()));
        let records = Aead::new(&root.derive("records", ""));
        let cache = Mutex::new(Cache::new(CACHE_ENTRIES));
        Ok(Self { store, clock, entropy, root, records, named: Named::default(), cache })
    }

    /// Whether a vault was opened on this store before: then only its own root opens it again.
    pub async fn is_in_use(store: &dyn KeyStore) -> Result<bool, VaultError> {
        Ok(store.get_record(ROOT_CHECK).await?.is_some())
    }

    /// Makes random keys, in one durable write. A parent is there already or stands earlier in `new`.
    /// An id that has a key already is an error, and nothing is made.
    pub async fn create(&self, new: &[NewKey]) -> Result<Vec<Arc<Key>>, VaultError> {
        let (started, since) = (self.cache().destructions(), self.clock.monotonic());
        let own: HashSet<KeyId> = new.iter().map(|key| key.id).collect();
        let mut outside: Vec<KeyId> = new.iter().filter_map(|key| key.parent).collect();
        outside.retain(|id| !own.contains(id));
        let mut parents = self.keys(&outside).await?;

        let created_at = self.clock.now();
        let (mut keys, mut rows) = (Vec::with_capacity(new.len()), Vec::with_capacity(new.len()));
        for NewKey { id, parent } in new {
            let parent = match parent {
                None => &self.root,
                Some(parent) => parents.get(parent).ok_or(VaultError::NoParent(*parent))?,
            };
            let (key, row) = parent.make_child(*id, created_at, self.entropy.as_ref());
            let key = Arc::new(key);
            parents.insert(*id, Arc::clone(&key));
            keys.push(key);
            rows.push(row);
        }
        if rows.is_empty() {
            return Ok(keys);
        }
        self.store.put(rows).await?;
        let mut cache = self.cache();
        if cache.destructions() == started {
            keys.iter().for_each(|key| cache.insert(key, since));
        }
        Ok(keys)
    }

    /// The keys found among `ids`. One that was erased, or never made, or hangs on one that was, is
    /// absent. What is not in the cache is read in one batch, and one more for each level of parents
    /// that is not in the cache either.
    pub async fn keys(&self, ids: &[KeyId]) -> Result<HashMap<KeyId, Arc<Key>>, VaultError> {
        let since = self.clock.monotonic();
        let mut known: HashMap<KeyId, Arc<Key>> = HashMap::with_capacity(ids.len());
        let mut rows: HashMap<KeyId, WrappedKey> = HashMap::new();
        let mut asked: HashSet<KeyId> = HashSet::new();
        let mut wanted: Vec<KeyId> = Vec::new();
        let look_up = |id: KeyId,
                       cache: &mut Cache,
                       known: &mut HashMap<KeyId, Arc<Key>>,
                       asked: &mut HashSet<KeyId>,
                       wanted: &mut Vec<KeyId>| {
            if asked.insert(id) {
                match cache.get(&id, since) {
                    Some(key) => _ = known.insert(id, key),
                    None => wanted.push(id),
                }
            }
        };
        let started = {
            let mut cache = self.cache();
            ids.iter().for_each(|id| look_up(*id, &mut cache, &mut known, &mut asked, &mut wanted));
            cache.destructions()
        };
        while !wanted.is_empty() {
            let found = self.store.get(&wanted).await?;
            wanted.clear();
            let mut cache = self.cache();
            found
                .iter()
                .filter_map(|row| row.parent)
                .for_each(|id| look_up(id, &mut cache, &mut known, &mut asked, &mut wanted));
            drop(cache);
            rows.extend(found.into_iter().map(|row| (row.id, row)));
        }
        if !rows.is_empty() {
            let mut opened = Vec::with_capacity(rows.len());
            for id in ids {
                self.unwrap(id, &rows, &mut known, &mut opened, DEPTH)?;
            }
            let mut cache = self.cache();
            known.retain(|_, key| !cache.is_fenced(key));
            if cache.destructions() == started {
                opened.iter().for_each(|key| cache.insert(key, since));
            }
            // Parents were loaded for the sake of their children only.
            let answer: HashSet<&KeyId> = ids.iter().collect();
            known.retain(|id, _| answer.contains(id));
        }
        Ok(known)
    }

    /// One key, if it is there.
    pub async fn key(&self, id: &KeyId) -> Result<Option<Arc<Key>>, VaultError> {
        Ok(self.keys(&[*id]).await?.remove(id))
    }

    /// Opens `id` and, before it, its parents; `None` when one of them is missing.
    fn unwrap(
        &self,
        id: &KeyId,
        rows: &HashMap<KeyId, WrappedKey>,
        known: &mut HashMap<KeyId, Arc<Key>>,
        opened: &mut Vec<Arc<Key>>,
        depth: usize,
    ) -> Result<Option<Arc<Key>>, VaultError> {
        if let Some(key) = known.get(id) {
            return Ok(Some(Arc::clone(key)));
        }
        let Some(row) = rows.get(id) else { return Ok(None) };
        let damaged = || VaultError::DamagedKey(*id);
        let depth = depth.checked_sub(1).ok_or_else(damaged)?;
        let parent = match &row.parent {
            None => Arc::clone(&self.root),
            Some(parent) => match self.unwrap(parent, rows, known, opened, depth)? {
                Some(parent) => parent,
                None => return Ok(None),
            },
        };
        let key = Arc::new(parent.unwrap_child(row).map_err(|_| damaged())?);
        known.insert(*id, Arc::clone(&key));
        opened.push(Arc::clone(&key));
        Ok(Some(key))
    }

    /// What the ledger will say once this key is destroyed; `None` when there is no such key.
    pub async fn erasure_tag(&self, id: &KeyId) -> Result<Option<[u8; 32]>, VaultError> {
        let row = self.store.get(std::slice::from_ref(id)).await?.into_iter().find(|row| row.id == *id);
        Ok(row.map(|row| row.erasure_tag))
    }

    /// Destroys keys, and with them everything sealed under them and under all keys below them; the
    /// tags of those that were there. Durable when it returns, and safe to repeat.
    ///
    /// From the moment it is called this vault hands the keys out no more, even when the store then
    /// fails or the call is abandoned: an erasure that was begun goes on after a restart.
    pub async fn destroy(&self, ids: &[KeyId]) -> Result<HashMap<KeyId, [u8; 32]>, VaultError> {
        let tags = self.store.get(ids).await?.into_iter().map(|row| (row.id, row.erasure_tag)).collect();
        self.cache().fence(ids);
        self.store.destroy(ids).await?;
        self.cache().destroyed(ids);
        Ok(tags)
    }

    fn cache(&self) -> MutexGuard<'_, Cache> {
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
