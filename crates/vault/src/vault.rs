//! The vault as its callers see it: making, loading and destroying keys by the id of whose they are.

use crate::VaultError;
use crate::grow::Seedling;
use crate::key::{Key, fresh};
use crate::named::Named;
use crate::root::RootKey;
use crate::rotate::hold;
use crate::source::{Goes, RootSource, Source, Strength};
use crate::tree::{FAN_OUT, Options, ROOT_CHECK, Tree};
use model::entropy::{Entropy, random};
use model::ports::{KeyId, KeyStore};
use model::time::{Clock, Timestamp};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// Keys looked through at a time when tags are searched for.
const CHUNK: u32 = 1_000;

/// A key to be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewKey {
    pub id: KeyId,
    /// The key that shall hold it; `None` for directly under the root.
    pub parent: Option<KeyId>,
}

/// Holds the root and hands out the keys below it.
pub struct Vault {
    pub(crate) tree: Arc<Tree>,
    pub(crate) named: Named,
}

impl Vault {
    /// Opens the key store with the root that lies at `source`, or with a root that stays the same. The first
    /// start marks the store as belonging to it (and makes one where the source is empty); from then on
    /// every other root is refused before anything is written. Ends what a crash left half-way.
    pub async fn open(
        store: Arc<dyn KeyStore>,
        source: impl Into<Box<dyn RootSource>> + Send,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self, VaultError> {
        Self::open_with(store, source, clock, entropy, FAN_OUT).await
    }

    /// As [`Vault::open`], with another fan-out: for tests and measuring. Stores of any fan-out open with any.
    #[doc(hidden)]
    pub async fn open_with(
        store: Arc<dyn KeyStore>,
        source: impl Into<Box<dyn RootSource>> + Send,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        fan_out: u64,
    ) -> Result<Self, VaultError> {
        let options = Options { fan_out, is_looking: false };
        let tree = Tree::open(store, source.into(), clock, entropy, options).await?;
        Ok(Self { tree, named: Named::default() })
    }

    /// Opens a key store that is in use, maybe by another process at this moment: makes no root and finishes
    /// nothing that a crash, or that process, has left half-way. Keys of the time before the tree, if nobody
    /// has moved them in yet, stay where they are and are not found.
    pub async fn look(
        store: Arc<dyn KeyStore>,
        source: impl Into<Box<dyn RootSource>> + Send,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self, VaultError> {
        let options = Options { fan_out: FAN_OUT, is_looking: true };
        let tree = Tree::open(store, source.into(), clock, entropy, options).await?;
        Ok(Self { tree, named: Named::default() })
    }

    /// Whether a vault was opened on this store before: then only its own root opens it again.
    pub async fn is_in_use(store: &dyn KeyStore) -> Result<bool, VaultError> {
        Ok(store.record(ROOT_CHECK).await?.1.is_some())
    }

    /// Asks the store, and opens with the root what lies directly under it: nothing else opens then either.
    ///
    /// # Errors
    /// [`VaultError::Store`] when the store does not answer; any other when it does and nothing opens.
    pub async fn check(&self) -> Result<(), VaultError> {
        self.tree.check().await
    }

    /// Lays the root that belongs to `store` at `source`, which has none: after a return from a backup.
    pub async fn put_root(
        store: &dyn KeyStore,
        source: impl Into<Box<dyn RootSource>> + Send,
        root: &RootKey,
        clock: &dyn Clock,
        entropy: &dyn Entropy,
    ) -> Result<(), VaultError> {
        let source = Source::new(source.into());
        let fence = hold(store, clock, random(entropy), true).await?;
        let found = source.lay(root, fence).await?;
        let root = root.clone();
        source.ask(move |source| source.settle(&root, Goes::Listed(&found), fence)).await?;
        store.free(fence).await?;
        Ok(())
    }

    /// How often the root was changed, as far as this process knows.
    pub fn epoch(&self) -> u64 {
        self.tree.top().epoch
    }

    /// Follows what other processes did to the key tree, forgetting opened keys if it was changed; the epoch now in force.
    /// To be called every few seconds: it costs one read while nothing changes. What a process that died left at the root's
    /// source is settled by the first of the others that has seen it for half a minute.
    pub async fn notice(&self) -> Result<u64, VaultError> {
        self.tree.notice().await
    }

    /// How well an old root is destroyed.
    pub fn strength(&self) -> Strength {
        self.tree.source.strength()
    }

    /// Makes random keys, in one durable write. A parent is there already or stands earlier in `new`.
    /// An id that has a key already is an error, and nothing is made.
    pub async fn create(&self, new: &[NewKey]) -> Result<Vec<Arc<Key>>, VaultError> {
        let (created_at, entropy) = (self.tree.clock.now(), &*self.tree.entropy);
        let seedlings: Vec<Seedling> = new
            .iter()
            .map(|key| Seedling { id: key.id, holder: key.parent, secret: fresh(entropy), created_at })
            .collect();
        self.tree.plant(&seedlings, false).await
    }

    /// The keys found among `ids`. One that was erased, or never made, or hangs on one that was, is
    /// absent. What is not in the cache is read in one batch, and one more for each level of nodes that
    /// is not in the cache either.
    pub async fn keys(&self, ids: &[KeyId]) -> Result<HashMap<KeyId, Arc<Key>>, VaultError> {
        self.tree.keys(ids).await
    }

    /// One key, if it is there.
    pub async fn key(&self, id: &KeyId) -> Result<Option<Arc<Key>>, VaultError> {
        Ok(self.keys(&[*id]).await?.remove(id))
    }

    /// What the ledger will say once this key is destroyed; `None` when there is no such key. Answers for
    /// keys whose holder was destroyed too, until they are swept.
    pub async fn erasure_tag(&self, id: &KeyId) -> Result<Option<[u8; 32]>, VaultError> {
        Ok(self.erasure_tags(std::slice::from_ref(id)).await?.remove(id))
    }

    /// The same for many.
    pub async fn erasure_tags(&self, ids: &[KeyId]) -> Result<HashMap<KeyId, [u8; 32]>, VaultError> {
        let found = self.tree.store.load(ids).await?.keys;
        Ok(found.into_iter().filter_map(|row| Some((row.id, row.erasure_tag?))).collect())
    }

    /// Destroys keys, and with them everything sealed under them and under all keys below them, in every
    /// older copy of the key store too if the root can be rotated; the tags of those that were there.
    /// Durable when it returns, and safe to repeat. What is asked for at the same time is one rotation.
    ///
    /// From the moment it is called this vault hands the keys out no more, even when the store then
    /// fails or the call is abandoned: an erasure that was begun goes on after a restart.
    pub async fn destroy(&self, ids: &[KeyId]) -> Result<HashMap<KeyId, [u8; 32]>, VaultError> {
        self.tree.destroy(ids).await
    }

    /// Destroys every key whose erasure tag is among `tags`: what an older copy of the key store brought back
    /// although the log says that it was erased. The keys it found, with their tags.
    pub async fn destroy_tagged(
        &self,
        tags: &HashSet<[u8; 32]>,
    ) -> Result<HashMap<KeyId, [u8; 32]>, VaultError> {
        let (mut after, mut destroyed) = (None, HashMap::new());
        loop {
            let keys = self.tree.store.list(after, CHUNK).await?;
            let Some(last) = keys.last() else { return Ok(destroyed) };
            after = Some(last.id);
            let is_doomed = |tag: &Option<[u8; 32]>| tag.is_some_and(|tag| tags.contains(&tag));
            let doomed: Vec<KeyId> =
                keys.iter().filter(|key| is_doomed(&key.erasure_tag)).map(|key| key.id).collect();
            if !doomed.is_empty() {
                destroyed.extend(self.destroy(&doomed).await?);
            }
        }
    }

    /// Removes up to about `limit` keys that hang on nothing any more because their holder was destroyed;
    /// how many. They open for nobody already; 0 says that none is left. When it returns they are in no file.
    pub async fn sweep(&self, limit: u32) -> Result<u64, VaultError> {
        loop {
            let felled = self.felled(limit).await?;
            if felled.is_empty() {
                return Ok(0);
            }
            // Some may have been empty nodes, which are gone now.
            let swept = self.sweep_of(felled, limit).await?;
            if swept > 0 {
                return Ok(swept);
            }
        }
    }

    /// Where keys hang on nothing any more. What is destroyed later is not among them.
    pub async fn felled(&self, limit: u32) -> Result<Vec<KeyId>, VaultError> {
        Ok(self.tree.store.felled(limit).await?)
    }

    /// As [`Vault::sweep`], of these alone. More may be left even when it removes none: an empty node counts as none.
    pub async fn sweep_of(&self, felled: Vec<KeyId>, limit: u32) -> Result<u64, VaultError> {
        let swept = self.tree.store.sweep(felled, limit).await?;
        if swept > 0 {
            self.tree.store.clean().await?;
        }
        Ok(swept)
    }

    /// When the oldest copy of the keys was made that is not known to be gone.
    pub async fn oldest_copy(&self) -> Result<Option<Timestamp>, VaultError> {
        Ok(self.tree.store.oldest_copy().await?)
    }

    /// Gives the tree another root and crown although nothing is erased; the new epoch.
    pub async fn rotate(&self) -> Result<u64, VaultError> {
        self.tree.renew().await
    }
}
