//! The key store as the vault sees it: wrapped keys in the nodes of a tree, and a few sealed records.
//!
//! Invariant: the tree has one state ([`TreeState`]) at a time. Whatever is written says which state it
//! was made for and is written in whole or, if the tree has moved on, not at all: so nothing is ever
//! wrapped by a node that has another key by now, nor sealed under a root that is gone. The right to change the
//! root has a number that only grows; what is committed under a number that is over is not written.

use crate::time::{BoxFuture, Span, Timestamp};

/// The id of a key: the 16 bytes of the person, account or brand it belongs to; random for a node.
pub type KeyId = [u8; 16];

/// One wrapped key, as it lies in the key store.
#[derive(Clone, PartialEq, Eq)]
pub struct WrappedKey {
    pub id: KeyId,
    /// The node that wraps it; sixteen zeros for what the root itself wraps.
    pub node: KeyId,
    /// 0 for a key that seals; a node's height above the keys that seal, from 1.
    pub level: u32,
    /// Ciphertext with its header; opens only under the node's key.
    pub wrapped: Vec<u8>,
    /// What the ledger says once this key is destroyed; computed when the key is made. A node has none.
    pub erasure_tag: Option<[u8; 32]>,
    pub created_at: Timestamp,
}

/// A key of the time before the tree: wrapped by its logical parent, or by the root.
#[derive(Clone, PartialEq, Eq)]
pub struct FlatKey {
    pub id: KeyId,
    pub parent: Option<KeyId>,
    pub wrapped: Vec<u8>,
    pub erasure_tag: [u8; 32],
    pub created_at: Timestamp,
}

/// Where the tree stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TreeState {
    /// How often the root was changed; 0 while keys of the time before the tree are left.
    pub epoch: u64,
    /// How often nodes came, moved, got other keys or went.
    pub shape: u64,
}

/// Keys as they stood at one moment.
#[derive(Clone)]
pub struct Snapshot {
    pub at: TreeState,
    pub keys: Vec<WrappedKey>,
}

/// The nodes in which a holder's newest key lies, its crown first, each with how many it holds: keys that
/// seal at level 1, nodes above. Empty when it has no crown.
#[derive(Clone)]
pub struct Spine {
    pub at: TreeState,
    pub nodes: Vec<(WrappedKey, u64)>,
}

/// A small named record.
pub type Record = (String, Vec<u8>);

/// A key that is wrapped anew, raised or moved.
#[derive(Clone)]
pub struct Replaced {
    /// The node it lies in until now.
    pub from: KeyId,
    pub key: WrappedKey,
}

/// One change of the tree: what must still be so, and what is written if it is.
#[derive(Clone, Default)]
pub struct TreeChange {
    /// The epoch and, if given, the shape that the tree must have.
    pub epoch: u64,
    pub shape: Option<u64>,
    /// The number of the right to rotate that must be the newest ([`KeyStore::hold`]).
    pub fence: Option<u64>,
    /// How many keys of any level these nodes must hold.
    pub counts: Vec<(KeyId, u64)>,
    /// What a record must be; `None`: not there.
    pub record_was: Option<(String, Option<Vec<u8>>)>,
    /// All records there must be, as they must be.
    pub records_were: Option<Vec<Record>>,

    /// The state afterwards; `None`: as it is.
    pub next: Option<TreeState>,
    /// An id that is there already is an error, and nothing is written.
    pub put: Vec<WrappedKey>,
    pub replace: Vec<Replaced>,
    /// Node and id.
    pub remove: Vec<(KeyId, KeyId)>,
    /// Nodes that hang on nothing any more: what lies in them is noise and is swept later.
    pub felled: Vec<KeyId>,
    /// Keys of the time before the tree that have their place in it now.
    pub moved_in: Vec<KeyId>,
    pub records: Vec<Record>,
    /// Names of records that go.
    pub forgotten: Vec<String>,
}

/// The key store failed.
#[derive(Debug, Clone, thiserror::Error)]
#[error("the key store failed: {0}")]
pub struct KeyStoreError(pub String);

type Answer<'a, T> = BoxFuture<'a, Result<T, KeyStoreError>>;

/// Where wrapped keys lie: a database of its own, apart from the data.
pub trait KeyStore: Send + Sync {
    /// The keys found among `ids`, in any order; those that are not there are left out.
    fn load<'a>(&'a self, ids: &'a [KeyId]) -> Answer<'a, Snapshot>;
    /// Everything that lies in these nodes.
    fn children<'a>(&'a self, nodes: &'a [KeyId]) -> Answer<'a, Snapshot>;
    fn spine(&self, crown: KeyId) -> Answer<'_, Spine>;
    /// Keys that seal, in the order of their ids.
    fn list(&self, after: Option<KeyId>, limit: u32) -> Answer<'_, Vec<WrappedKey>>;
    /// Durable when it returns `true`; `false`: the tree is not any more what the change was made for, and
    /// nothing was written.
    fn commit(&self, change: TreeChange) -> Answer<'_, bool>;
    /// Takes or keeps the right to rotate, for `span` where several processes may ask; its number, or `None` if another
    /// has it. The number grows each time the right is taken, and each time with `anew`; it is never lower than
    /// the time in microseconds, so that a key store brought back from a backup gives none twice.
    ///
    /// `now` is asked only where the database is a file; a server that several ask goes by its own clock. Whoever asks gives
    /// the same `span`: what is held for longer than that was taken while the clock was ahead, and holds up nobody.
    fn hold(&self, holder: [u8; 16], anew: bool, now: Timestamp, span: Span) -> Answer<'_, Option<u64>>;
    /// Gives the right of this number back; whether that was still the newest.
    fn free(&self, fence: u64) -> Answer<'_, bool>;
    /// What was removed or replaced is in no free page and no log either when it returns, as far as the
    /// database can promise that.
    fn clean(&self) -> Answer<'_, ()>;
    /// Felled nodes whose keys are still there, up to about so many.
    fn felled(&self, limit: u32) -> Answer<'_, Vec<KeyId>>;
    /// Removes up to about `limit` keys of these felled nodes; how many. What hung on those is felled then.
    fn sweep(&self, nodes: Vec<KeyId>, limit: u32) -> Answer<'_, u64>;
    fn record<'a>(&'a self, name: &'a str) -> Answer<'a, (TreeState, Option<Vec<u8>>)>;
    fn records(&self) -> Answer<'_, (TreeState, Vec<Record>)>;
    /// Keys of the time before the tree whose parent is in the tree, or that have none.
    fn flat(&self, limit: u32) -> Answer<'_, Vec<FlatKey>>;
    /// Removes keys of the time before the tree that can never be moved in, since their parent is gone.
    fn drop_flat(&self) -> Answer<'_, ()>;

    /// When the oldest copy of the keys was made that is not known to be gone.
    fn oldest_copy(&self) -> Answer<'_, Option<Timestamp>> {
        Box::pin(std::future::ready(Ok(None)))
    }

    /// As [`KeyStore::load`], the keys alone.
    fn get<'a>(&'a self, ids: &'a [KeyId]) -> Answer<'a, Vec<WrappedKey>> {
        Box::pin(async move { Ok(self.load(ids).await?.keys) })
    }
}
