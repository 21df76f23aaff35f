//! The key tree: the root wraps the topmost crown, nodes wrap nodes, the lowest nodes wrap the keys that
//! seal. Who holds others (a brand, an account) has a *crown*: the node under which all of them hang, and
//! which lies in the same node as the holder's own key. So the path from any key to the root is made of
//! nodes alone, and nodes can be given other keys, which a key that seals cannot: its rows would not open.
//!
//! Growing is in `grow`, erasing in `rotate`, keys of the time before the tree in `flat`.
//!
//! Invariants: nothing is written under a wrong root, nor for a state of the tree that is over; a key is
//! durable before it is handed out; a key that is missing, or that hangs on nothing any more, is absent
//! from the answer, whereas a damaged one is an error: it must never pass for an erased one.

use crate::VaultError;
use crate::cache::{CACHE_ENTRIES, Cache};
use crate::envelope;
use crate::grow::Edges;
use crate::key::{Key, ROOT};
use crate::primitive::{Aead, expand, framed, sha256};
use crate::root::RootKey;
use crate::rotate::{Doomed, Rotation, Watch, hold};
use crate::source::{Found, Goes, RootSource, Source};
use model::entropy::{Entropy, random};
use model::ports::{KeyId, KeyStore, Record, TreeChange, TreeState, WrappedKey};
use model::time::{Clock, Span};
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use subtle::ConstantTimeEq;

/// Deeper than root, brands, accounts and people ever get, at any fan-out; a longer chain is a forgery.
const DEPTH: usize = 64;
/// How often something is tried again because the tree has moved on meanwhile.
pub const TRIES: usize = 100;
/// How many keys a node holds before the next one is begun: measured, see docs/decisions/0013.
pub const FAN_OUT: u64 = 64;
/// How often a source that lacks the root in force is asked again before that is believed, and how long after.
const LOOKS: usize = 5;
const LOOK_AGAIN: Span = Span::millis(50);
pub const ROOT_CHECK: &str = "vault.root-check";
const ROOT_CHECK_VERSION: u8 = 1;

/// How a tree is opened.
#[derive(Clone, Copy)]
pub struct Options {
    pub fan_out: u64,
    /// Beside a process at work: what that one is about is left alone.
    pub is_looking: bool,
}

/// What is known of the top of the tree.
pub struct Top {
    pub root: RootKey,
    pub key: Key,
    pub records: Aead,
    pub epoch: u64,
}

impl Top {
    pub fn new(root: RootKey, epoch: u64) -> Self {
        let key = Key::root(root.bytes());
        let records = Aead::new(&key.derive("records", ""));
        Self { root, key, records, epoch }
    }
}

pub struct Tree {
    pub store: Arc<dyn KeyStore>,
    pub source: Source,
    pub clock: Arc<dyn Clock>,
    pub entropy: Arc<dyn Entropy>,
    pub fan_out: u64,
    /// Random id of this process, as holder of the right to rotate.
    pub holder: [u8; 16],
    top: Mutex<Arc<Top>>,
    cache: Mutex<Cache>,
    pub edges: tokio::sync::Mutex<Edges>,
    pub rotation: tokio::sync::Mutex<Rotation>,
    /// One at a time finds out what others did; apart from `rotation`, which may wait for others for a minute.
    catching_up: tokio::sync::Mutex<()>,
    pub watch: Mutex<Option<Watch>>,
    pub waiting: Mutex<Vec<Doomed>>,
}

/// The id of a holder's crown; of the topmost one, which the root wraps.
pub fn crown_id(holder: Option<&KeyId>) -> KeyId {
    let mut framed_name = Vec::new();
    let holder: &[u8] = holder.map_or(&[], |holder| holder.as_slice());
    framed(&[b"entente/crown/1", holder], |bytes| framed_name.extend_from_slice(bytes));
    let mut id = [0; 16];
    id.iter_mut().zip(sha256(&[&framed_name])).for_each(|(to, from)| *to = from);
    id
}

/// What the key store remembers to know its root by.
pub fn root_check(root: &RootKey) -> Record {
    let expected = expand::<32>(root.bytes(), &[b"entente/root-check/1"]);
    (ROOT_CHECK.to_owned(), std::iter::once(ROOT_CHECK_VERSION).chain(expected.iter().copied()).collect())
}

/// The root among `candidates` that these records belong to; `None`: nobody has used this store yet.
pub fn choose(records: &[Record], candidates: &[RootKey]) -> Result<Option<RootKey>, VaultError> {
    let Some((name, found)) = records.iter().find(|(name, _)| name == ROOT_CHECK) else { return Ok(None) };
    if found.len() != 33 || found.first() != Some(&ROOT_CHECK_VERSION) {
        return Err(VaultError::DamagedRecord(name.clone()));
    }
    if candidates.is_empty() {
        return Err(VaultError::NoRoot);
    }
    let fits = |root: &&RootKey| bool::from(root_check(root).1.ct_eq(found));
    candidates.iter().find(fits).cloned().map(Some).ok_or(VaultError::WrongRoot)
}

/// Store and source as they belong together.
pub struct Seen {
    pub at: TreeState,
    pub records: Vec<Record>,
    /// `None`: nobody has used this store yet.
    pub root: Option<RootKey>,
    /// All that lies at the source.
    pub found: Found,
}

pub async fn look(store: &dyn KeyStore, source: &Source, clock: &dyn Clock) -> Result<Seen, VaultError> {
    let mut in_vain = 0;
    for _ in 0..TRIES {
        let (at, records) = store.records().await?;
        let read = source.read().await;
        let looked = read.and_then(|found| Ok((choose(&records, &found.roots)?, found)));
        let error = match looked {
            Ok((root, found)) => return Ok(Seen { at, records, root, found }),
            Err(error @ (VaultError::WrongRoot | VaultError::NoRoot | VaultError::Source(_))) => error,
            Err(error) => return Err(error),
        };
        // Between the two questions another process may have changed the root.
        if store.record(ROOT_CHECK).await?.0.epoch != at.epoch {
            continue;
        }
        // Or it is about to, at a source that does not show it in one piece.
        in_vain += 1;
        if in_vain >= LOOKS || matches!(error, VaultError::Source(_)) {
            return Err(error);
        }
        clock.sleep_until(clock.now().plus(LOOK_AGAIN)).await;
    }
    Err(VaultError::Busy)
}

impl Tree {
    /// Opens the key store. The first start marks it as belonging to the root; from then on every other
    /// root is refused before anything is written.
    pub async fn open(
        store: Arc<dyn KeyStore>,
        source: Box<dyn RootSource>,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        options: Options,
    ) -> Result<Arc<Self>, VaultError> {
        let source = Source::new(source);
        let holder = random(&*entropy);
        if options.is_looking && look(&*store, &source, &*clock).await?.root.is_none() {
            return Err(VaultError::NoRoot);
        }
        let (top, is_settled) = Self::find_top(&*store, &source, &*entropy, &*clock, holder).await?;
        let tree = Arc::new(Self {
            holder,
            store,
            source,
            clock,
            entropy,
            fan_out: options.fan_out.max(2),
            top: Mutex::new(Arc::new(top)),
            cache: Mutex::new(Cache::new(CACHE_ENTRIES)),
            edges: tokio::sync::Mutex::default(),
            rotation: tokio::sync::Mutex::new(Rotation::begun(is_settled)),
            catching_up: tokio::sync::Mutex::default(),
            watch: Mutex::default(),
            waiting: Mutex::default(),
        });
        if !is_settled && !options.is_looking {
            tree.recover().await?;
        }
        if tree.top().epoch == 0 && !options.is_looking {
            tree.move_in().await?;
        }
        Ok(tree)
    }

    /// The top, and whether the source holds nothing but its root.
    async fn find_top(
        store: &dyn KeyStore,
        source: &Source,
        entropy: &dyn Entropy,
        clock: &dyn Clock,
        holder: [u8; 16],
    ) -> Result<(Top, bool), VaultError> {
        for _ in 0..TRIES {
            let seen = look(store, source, clock).await?;
            if let Some(root) = seen.root {
                return Ok((Top::new(root, seen.at.epoch), seen.found.is_settled));
            }
            // Somebody else may be about to begin as well.
            let fence = hold(store, clock, holder, true).await?;
            let begun = Self::begin(store, source, entropy, clock, fence).await;
            let free = store.free(fence).await;
            match begun {
                Ok(Some(top)) => return Ok((top, true)),
                Ok(None) => {}
                // Another process has the right by now and cleared away what was laid.
                Err(VaultError::Source(_)) if !free? => {}
                Err(error) => return Err(error),
            }
        }
        Err(VaultError::Busy)
    }

    /// The very first start. `None`: somebody else was faster.
    async fn begin(
        store: &dyn KeyStore,
        source: &Source,
        entropy: &dyn Entropy,
        clock: &dyn Clock,
        fence: u64,
    ) -> Result<Option<Top>, VaultError> {
        let Seen { at, records, root: None, found } = look(store, source, clock).await? else {
            return Ok(None);
        };
        // What lies beside the place is of a first start that came to nothing.
        let (root, found) = match found.roots.first().filter(|_| found.is_in_place).cloned() {
            Some(root) => (root, found),
            None => {
                let root = RootKey::generate(entropy);
                let found = source.lay(&root, fence).await?;
                (root, found)
            }
        };
        let top = Top::new(root.clone(), 1);
        let crown = top.key.make_child(crown_id(None), entropy);
        let made = TreeChange {
            epoch: at.epoch,
            shape: Some(at.shape),
            fence: Some(fence),
            records_were: Some(records),
            next: Some(TreeState { epoch: 1, shape: at.shape.saturating_add(1) }),
            put: vec![WrappedKey {
                id: *crown.id(),
                node: ROOT,
                level: 1,
                wrapped: top.key.wrap_node(&crown, entropy),
                erasure_tag: None,
                created_at: clock.now(),
            }],
            records: vec![root_check(&root)],
            ..TreeChange::default()
        };
        if !store.commit(made).await? {
            return Ok(None);
        }
        source.ask(move |source| source.settle(&root, Goes::Listed(&found), fence)).await?;
        Ok(Some(top))
    }

    pub fn top(&self) -> Arc<Top> {
        Arc::clone(&self.top.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub fn cache(&self) -> MutexGuard<'_, Cache> {
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The tree has this top from now on; `nodes` have other keys.
    pub fn set_top(&self, top: Top, nodes: Vec<(KeyId, Option<Arc<Key>>)>) {
        let mut cache = self.cache();
        cache.renewed(nodes);
        *self.top.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(top);
    }

    /// Another process may have changed the root since `seen`: asks the store and the source anew.
    pub async fn catch_up(&self, seen: &Top) -> Result<(), VaultError> {
        let _one_at_a_time = self.catching_up.lock().await;
        if self.top().epoch != seen.epoch {
            return Ok(());
        }
        // More often it is nodes alone that came or went.
        let (at, _) = self.store.record(ROOT_CHECK).await?;
        if at.epoch == seen.epoch { Ok(()) } else { self.adopt().await }
    }

    /// Takes over whichever root is in force.
    pub async fn adopt(&self) -> Result<(), VaultError> {
        let before = self.top();
        let Seen { at, root, .. } = look(&*self.store, &self.source, &*self.clock).await?;
        self.follow(&before, at, root.ok_or(VaultError::NoRoot)?);
        Ok(())
    }

    /// Opens the topmost crown, which is read from the store and not from the cache.
    pub async fn check(&self) -> Result<(), VaultError> {
        let crown = crown_id(None);
        for _ in 0..TRIES {
            let top = self.top();
            let found = self.store.load(&[crown]).await?;
            if found.at.epoch == top.epoch {
                let opens = found.keys.first().is_some_and(|row| top.key.unwrap_child(row).is_ok());
                return if opens { Ok(()) } else { Err(VaultError::DamagedKey(crown)) };
            }
            self.catch_up(&top).await?;
        }
        Err(VaultError::Busy)
    }

    /// Takes over what was seen, unless the top is another one than before it was looked for: that is newer.
    pub fn follow(&self, before: &Arc<Top>, at: TreeState, root: RootKey) {
        if before.epoch == at.epoch && before.root == root {
            return;
        }
        let mut cache = self.cache();
        let mut top = self.top.lock().unwrap_or_else(PoisonError::into_inner);
        if Arc::ptr_eq(&top, before) {
            cache.forget();
            *top = Arc::new(Top::new(root, at.epoch));
        }
    }

    /// The keys found among `ids`. What is not in the cache is read in one batch, and one more for each
    /// level of nodes that is not in the cache either.
    pub async fn keys(&self, ids: &[KeyId]) -> Result<HashMap<KeyId, Arc<Key>>, VaultError> {
        for _ in 0..TRIES {
            let top = self.top();
            if let Some(found) = self.try_keys(&top, ids).await? {
                return Ok(found);
            }
            self.catch_up(&top).await?;
        }
        Err(VaultError::Busy)
    }

    /// `None`: the tree has moved on from `top`.
    pub async fn try_keys(
        &self,
        top: &Top,
        ids: &[KeyId],
    ) -> Result<Option<HashMap<KeyId, Arc<Key>>>, VaultError> {
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
            let found = self.store.load(&wanted).await?;
            if found.at.epoch != top.epoch {
                return Ok(None);
            }
            wanted.clear();
            let mut cache = self.cache();
            found
                .keys
                .iter()
                .map(|row| row.node)
                .filter(|node| *node != ROOT)
                .for_each(|id| look_up(id, &mut cache, &mut known, &mut asked, &mut wanted));
            drop(cache);
            rows.extend(found.keys.into_iter().map(|row| (row.id, row)));
        }
        if !rows.is_empty() {
            let mut opened = Vec::with_capacity(rows.len());
            for id in ids {
                if let Err(error) = unwrap(top, id, &rows, &mut known, &mut opened, DEPTH) {
                    // A node's key from the cache may be newer than its children that were read before.
                    return if self.top().epoch == top.epoch { Err(error) } else { Ok(None) };
                }
            }
            let mut cache = self.cache();
            known.retain(|_, key| !cache.is_fenced(key));
            if cache.destructions() == started {
                opened.iter().for_each(|key| cache.insert(key, since));
            }
            // Nodes were loaded for the sake of their children only.
            let answer: HashSet<&KeyId> = ids.iter().collect();
            known.retain(|id, _| answer.contains(id));
        }
        Ok(Some(known))
    }

    /// Keeps a record, sealed under the root.
    pub async fn remember(&self, record: &str, bytes: &[u8]) -> Result<(), VaultError> {
        for _ in 0..TRIES {
            let top = self.top();
            let sealed = envelope::seal(&top.records, record.as_bytes(), bytes, self.entropy.as_ref());
            let records = vec![(record.to_owned(), sealed)];
            if self.store.commit(TreeChange { epoch: top.epoch, records, ..TreeChange::default() }).await? {
                return Ok(());
            }
            self.catch_up(&top).await?;
        }
        Err(VaultError::Busy)
    }

    /// Replaces a record, in one commit with the look at what it was; `false`: what is there is to stay, as `is_over` says
    /// of it.
    pub async fn remember_over(
        &self,
        record: &str,
        bytes: &[u8],
        is_over: impl Fn(&[u8]) -> bool + Send + Sync,
    ) -> Result<bool, VaultError> {
        for _ in 0..TRIES {
            let top = self.top();
            let (at, was) = self.store.record(record).await?;
            if at.epoch == top.epoch {
                if let Some(was) = &was {
                    let opened = envelope::open(&top.records, record.as_bytes(), was)
                        .map_err(|_| VaultError::DamagedRecord(record.to_owned()))?;
                    if !is_over(&opened) {
                        return Ok(false);
                    }
                }
                let sealed = envelope::seal(&top.records, record.as_bytes(), bytes, self.entropy.as_ref());
                let change = TreeChange {
                    epoch: top.epoch,
                    record_was: Some((record.to_owned(), was)),
                    records: vec![(record.to_owned(), sealed)],
                    ..TreeChange::default()
                };
                if self.store.commit(change).await? {
                    return Ok(true);
                }
            }
            self.catch_up(&top).await?;
        }
        Err(VaultError::Busy)
    }

    /// Takes a record away, if it is there.
    pub async fn forget(&self, record: &str) -> Result<(), VaultError> {
        for _ in 0..TRIES {
            let (top, forgotten) = (self.top(), vec![record.to_owned()]);
            let change = TreeChange { epoch: top.epoch, forgotten, ..TreeChange::default() };
            if self.store.commit(change).await? {
                return Ok(());
            }
            self.catch_up(&top).await?;
        }
        Err(VaultError::Busy)
    }

    pub async fn recall(&self, record: &str) -> Result<Option<envelope::Opened>, VaultError> {
        for _ in 0..TRIES {
            let top = self.top();
            let (at, sealed) = self.store.record(record).await?;
            if at.epoch == top.epoch {
                let Some(sealed) = sealed else { return Ok(None) };
                let opened = envelope::open(&top.records, record.as_bytes(), &sealed);
                return opened.map(Some).map_err(|_| VaultError::DamagedRecord(record.to_owned()));
            }
            self.catch_up(&top).await?;
        }
        Err(VaultError::Busy)
    }
}

/// Opens `id` and, before it, the nodes above; `None` when one of them is missing.
fn unwrap(
    top: &Top,
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
    let key = if row.node == ROOT {
        top.key.unwrap_child(row)
    } else {
        match unwrap(top, &row.node, rows, known, opened, depth)? {
            Some(node) => node.unwrap_child(row),
            None => return Ok(None),
        }
    };
    let key = Arc::new(key.map_err(|_| damaged())?);
    known.insert(*id, Arc::clone(&key));
    opened.push(Arc::clone(&key));
    Ok(Some(key))
}
