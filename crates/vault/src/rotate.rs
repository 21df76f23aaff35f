//! Erasing, and giving the tree another root.
//!
//! One rotation: the doomed keys are left out, each node on their paths gets a new key and wraps anew what it
//! still holds, the topmost crown is wrapped by the next root. The order is: the next root is durable at
//! its source; one commit in the key store; the old root is destroyed at its source. Whoever has every older
//! copy of the key store and the root of today opens nothing that was erased, because all those copies
//! lead to roots that are gone.
//!
//! Several processes may do so on one store and one source. None of what keeps them apart depends on time: the right to rotate
//! has a number that only grows, the next root is staged under it, and the commit asks for it (`source`,
//! docs/decisions/0021). Time says only how long one waits for another.
//!
//! Invariants: a crash or a standstill at any point ends in "not begun" or "done", never in a tree without its root; what
//! waits together is one rotation; nothing is staged beside what is not settled; whoever is told that a key is destroyed is
//! told so when no root is left that opened it; a rotation that was begun goes on even when nobody waits for it any more.

use crate::VaultError;
use crate::envelope;
use crate::grow::Edges;
use crate::key::{Key, ROOT};
use crate::root::RootKey;
use crate::source::Goes;
use crate::tree::{ROOT_CHECK, Seen, TRIES, Top, Tree, choose, crown_id, look, root_check};
use model::ports::{KeyId, KeyStore, Record, Replaced, TreeChange, TreeState, WrappedKey};
use model::time::{Clock, Monotonic, Span};
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, PoisonError};
use tokio::sync::{MutexGuard, oneshot};

/// For how long a process has the right to rotate at a time, and how often another one asks for it and how many times:
/// for longer than that.
const HOLD: Span = Span::secs(60);
const ASK_AGAIN: Span = Span::millis(100);
const ASKS: usize = 900;
/// For how long a source may stay unsettled after another process has changed the root, before this one settles it.
const UNSETTLED: Span = Span::secs(30);

type Tags = HashMap<KeyId, [u8; 32]>;

/// Keys somebody wants destroyed.
pub struct Doomed {
    ids: Vec<KeyId>,
    answer: oneshot::Sender<Result<Tags, VaultError>>,
}

/// How the last rotation ended.
pub struct Rotation {
    /// Whether the source holds nothing but the root in force.
    is_settled: bool,
    /// Whether the key store's files hold nothing of what was removed.
    is_clean: bool,
}

impl Rotation {
    pub const fn begun(is_settled: bool) -> Self {
        Self { is_settled, is_clean: true }
    }
}

/// Since when an epoch is known here, and whether the source is known to hold nothing but its root.
pub struct Watch {
    epoch: u64,
    since: Monotonic,
    is_settled: bool,
}

/// What is taken out of the tree.
#[derive(Default)]
struct Uprooted {
    at: TreeState,
    /// The nodes on the way to the root, each below the ones it hangs on.
    nodes: Vec<WrappedKey>,
    gone: Vec<WrappedKey>,
    felled: Vec<KeyId>,
    tags: Tags,
}

impl Tree {
    /// Destroys keys and all below them; the tags of those that were there.
    pub async fn destroy(self: &Arc<Self>, ids: &[KeyId]) -> Result<Tags, VaultError> {
        let fence: HashSet<KeyId> = ids.iter().flat_map(|id| [*id, crown_id(Some(id))]).collect();
        self.cache().fence(&fence);
        let (answer, answered) = oneshot::channel();
        self.waiting
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(Doomed { ids: ids.to_vec(), answer });
        let tree = Arc::clone(self);
        // Apart from whoever waits: a rotation that has begun is not left half-way.
        tokio::spawn(async move { tree.work_off().await });
        let tags = answered.await.map_err(|_| VaultError::Stopped)??;
        self.cache().destroyed(&fence);
        Ok(tags)
    }

    /// Gives the tree another root although nothing is to be destroyed.
    pub async fn renew(self: &Arc<Self>) -> Result<u64, VaultError> {
        let tree = Arc::clone(self);
        let renewed = tokio::spawn(async move {
            let mut rotation = tree.rotation.lock().await;
            tree.rotate(&mut rotation, &[], true).await?;
            Ok(tree.top().epoch)
        });
        renewed.await.map_err(|_| VaultError::Stopped)?
    }

    /// One rotation for all that wait.
    async fn work_off(&self) {
        let mut rotation = self.rotation.lock().await;
        let waiting: Vec<Doomed> =
            std::mem::take(&mut *self.waiting.lock().unwrap_or_else(PoisonError::into_inner));
        if waiting.is_empty() {
            return;
        }
        let mut ids: Vec<KeyId> = waiting.iter().flat_map(|doomed| doomed.ids.iter().copied()).collect();
        ids.sort_unstable();
        ids.dedup();
        let done = self.rotate(&mut rotation, &ids, false).await;
        for Doomed { ids, answer } in waiting {
            let own = done
                .as_ref()
                .map_err(Clone::clone)
                .map(|tags| ids.iter().filter_map(|id| Some((*id, *tags.get(id)?))).collect::<Tags>());
            // Whoever asked may have gone; it is done all the same.
            let _ = answer.send(own);
        }
    }

    async fn rotate(
        &self,
        rotation: &mut Rotation,
        ids: &[KeyId],
        is_forced: bool,
    ) -> Result<Tags, VaultError> {
        let rotated = self.rotate_tree(rotation, ids, is_forced).await;
        self.watch_on(rotation.is_settled);
        if !rotation.is_clean {
            self.store.clean().await?;
            rotation.is_clean = true;
        }
        rotated
    }

    async fn rotate_tree(
        &self,
        rotation: &mut Rotation,
        ids: &[KeyId],
        is_forced: bool,
    ) -> Result<Tags, VaultError> {
        let can_rotate = self.source.strength().can_rotate();
        for _ in 0..TRIES {
            if !rotation.is_settled {
                self.recover_in(rotation).await?;
            }
            if !is_forced && self.store.load(&with_crowns(ids)).await?.keys.is_empty() {
                // Another process may have removed them and not destroyed yet what they opened with.
                return self.see_settled(rotation).await.map(|()| Tags::new());
            }
            // Before the edges are taken: whoever makes keys does not wait for another process.
            let fence = if can_rotate {
                Some(hold(&*self.store, &*self.clock, self.holder, false).await?)
            } else {
                None
            };
            let rotated = self.rotate_under(rotation, fence, ids, is_forced).await;
            if let Some(fence) = fence {
                // If that fails, the right ends by itself.
                let _ = self.store.free(fence).await;
            }
            if let Some(tags) = rotated? {
                return Ok(tags);
            }
        }
        Err(VaultError::Busy)
    }

    /// `None`: the tree has moved on meanwhile.
    async fn rotate_under(
        &self,
        rotation: &mut Rotation,
        fence: Option<u64>,
        ids: &[KeyId],
        is_forced: bool,
    ) -> Result<Option<Tags>, VaultError> {
        // New keys wait: they would be wrapped by nodes that are about to change.
        let mut edges = self.edges.lock().await;
        edges.forget();
        let top = self.top();
        let Some(uprooted) = self.uproot(&top, ids, is_forced).await? else {
            drop(edges);
            self.adopt().await?;
            return Ok(None);
        };
        if uprooted.gone.is_empty() && !is_forced {
            return Ok(None);
        }
        let is_done = self.try_rotate(rotation, edges, fence, &top, &uprooted).await?;
        Ok(is_done.then_some(uprooted.tags))
    }

    /// What goes, and which nodes it hangs on. `None`: the tree has moved on meanwhile.
    async fn uproot(
        &self,
        top: &Top,
        ids: &[KeyId],
        is_forced: bool,
    ) -> Result<Option<Uprooted>, VaultError> {
        let found = self.store.load(&with_crowns(ids)).await?;
        let at = found.at;
        if at.epoch != top.epoch {
            return Ok(None);
        }
        let gone = found.keys;
        let doomed: HashSet<KeyId> = gone.iter().map(|row| row.id).collect();
        let mut above: HashMap<KeyId, WrappedKey> = HashMap::new();
        let mut next: HashSet<KeyId> = gone.iter().map(|row| row.node).collect();
        if is_forced {
            next.insert(crown_id(None));
        }
        loop {
            let wanted: Vec<KeyId> =
                next.drain().filter(|id| *id != ROOT && !above.contains_key(id)).collect();
            if wanted.is_empty() {
                break;
            }
            let found = self.store.load(&wanted).await?;
            if found.at != at {
                return Ok(None);
            }
            next.extend(found.keys.iter().map(|row| row.node));
            above.extend(found.keys.into_iter().map(|row| (row.id, row)));
        }
        // What hangs on nothing, or on something that goes itself, needs no other key.
        let mut heights: HashMap<KeyId, usize> = HashMap::new();
        for id in above.keys() {
            let (mut height, mut at) = (0_usize, *id);
            while let Some(row) = above.get(&at).filter(|_| !doomed.contains(&at) && height <= above.len()) {
                height = height.saturating_add(1);
                at = row.node;
            }
            if at == ROOT {
                heights.insert(*id, height);
            }
        }
        let mut nodes: Vec<WrappedKey> =
            above.into_iter().filter(|(id, _)| heights.contains_key(id)).map(|(_, row)| row).collect();
        nodes.sort_by_key(|row| std::cmp::Reverse(heights.get(&row.id).copied()));
        let tags = gone.iter().filter_map(|row| Some((row.id, row.erasure_tag?))).collect();
        let felled = gone.iter().filter(|row| row.level > 0).map(|row| row.id).collect();
        Ok(Some(Uprooted { at, nodes, gone, felled, tags }))
    }

    /// The next root and the tree under it, in one commit. `false`: the tree has moved on meanwhile.
    async fn try_rotate(
        &self,
        rotation: &mut Rotation,
        edges: MutexGuard<'_, Edges>,
        fence: Option<u64>,
        top: &Top,
        uprooted: &Uprooted,
    ) -> Result<bool, VaultError> {
        let (at, records) = self.store.records().await?;
        if at != uprooted.at {
            return Ok(false);
        }
        // The root changes only if something that hangs on it does.
        let fence = fence.filter(|_| !uprooted.nodes.is_empty());
        let root = if fence.is_some() { RootKey::generate(&*self.entropy) } else { top.root.clone() };
        // What hung on nothing any more is removed without a new epoch.
        let epoch = top.epoch.saturating_add(u64::from(!uprooted.nodes.is_empty()));
        let next = Top::new(root.clone(), epoch);
        let Some((mut change, renewed)) = self.regrown(top, &next, uprooted).await? else { return Ok(false) };
        change.records = self.sealed_anew(top, &next, &records)?;
        change.records_were = Some(records);
        change.fence = fence;
        if let Some(fence) = fence
            && !self.lay(rotation, top, &root, fence).await?
        {
            return Ok(false);
        }
        rotation.is_clean = false;
        if !self.store.commit(change).await? {
            return Ok(false);
        }
        self.set_top(next, renewed);
        drop(edges);
        let Some(fence) = fence else {
            self.see_settled(rotation).await?;
            return Ok(true);
        };
        let old = top.root.clone();
        let settle = self.source.ask(move |source| source.settle(&root, Goes::Before(&old), fence));
        match settle.await {
            Ok(()) => rotation.is_settled = true,
            // Somebody else may have gone on from this root, or it may be there again.
            Err(error) => self.recover_in(rotation).await.map_err(|recovering| match recovering {
                VaultError::RootOnlyHere(_) => recovering,
                _ => error,
            })?,
        }
        Ok(true)
    }

    /// Lays the next root beside the one in force. `false`: what lies there is to be settled first.
    async fn lay(
        &self,
        rotation: &mut Rotation,
        top: &Top,
        next: &RootKey,
        fence: u64,
    ) -> Result<bool, VaultError> {
        let begun = self.clock.monotonic();
        let found = self.source.read().await?;
        rotation.is_settled = false;
        // What lies beside the root may be the root in force, left by a process that died after its commit.
        if !found.is_settled || !found.roots.contains(&top.root) {
            return Ok(false);
        }
        if let Err(error) = self.source.lay(next, fence).await {
            return self.is_lost(fence, error).await;
        }
        // A slow source: the right may be over soon.
        let is_slow = self.clock.monotonic().0.saturating_sub(begun.0) > HOLD.0 / 2;
        Ok(!is_slow || self.is_held(fence).await?)
    }

    /// `false`, if a source failed because another process has the right by now; else what it failed with.
    async fn is_lost(&self, fence: u64, error: VaultError) -> Result<bool, VaultError> {
        if self.is_held(fence).await? { Err(error) } else { Ok(false) }
    }

    /// Whether nobody else has had the right to rotate since it was taken under this number; then it is kept.
    async fn is_held(&self, fence: u64) -> Result<bool, VaultError> {
        Ok(self.store.hold(self.holder, false, self.clock.now(), HOLD).await? == Some(fence))
    }

    /// All nodes that need another key, with what they hold wrapped anew; `None`: the tree has moved on.
    async fn regrown(
        &self,
        top: &Top,
        next: &Top,
        uprooted: &Uprooted,
    ) -> Result<Option<(TreeChange, Vec<(KeyId, Option<Arc<Key>>)>)>, VaultError> {
        let entropy = &*self.entropy;
        let nodes: Vec<KeyId> = uprooted.nodes.iter().map(|row| row.id).collect();
        let held = self.store.children(&nodes).await?;
        if held.at != uprooted.at {
            return Ok(None);
        }
        let mut children: HashMap<KeyId, Vec<WrappedKey>> = HashMap::with_capacity(nodes.len());
        for row in held.keys {
            children.entry(row.node).or_default().push(row);
        }
        // The old keys from the root downward, the new ones beside them.
        let mut old: HashMap<KeyId, Key> = HashMap::with_capacity(nodes.len());
        for row in uprooted.nodes.iter().rev() {
            let above = if row.node == ROOT { Some(&top.key) } else { old.get(&row.node) };
            let opened = above.and_then(|above| above.unwrap_child(row).ok());
            old.insert(row.id, opened.ok_or(VaultError::DamagedKey(row.id))?);
        }
        let new: HashMap<KeyId, Arc<Key>> =
            old.iter().map(|(id, key)| (*id, Arc::new(key.renewed(entropy)))).collect();

        let at = uprooted.at;
        let mut change = TreeChange {
            epoch: at.epoch,
            shape: Some(at.shape),
            next: Some(TreeState { epoch: next.epoch, shape: at.shape.saturating_add(1) }),
            remove: uprooted.gone.iter().map(|row| (row.node, row.id)).collect(),
            felled: uprooted.felled.clone(),
            ..TreeChange::default()
        };
        let levels: HashMap<KeyId, u32> = uprooted.nodes.iter().map(|row| (row.id, row.level)).collect();
        let mut gone: HashSet<KeyId> = uprooted.gone.iter().map(|row| row.id).collect();
        for row in &uprooted.nodes {
            let held = children.remove(&row.id).unwrap_or_default();
            change.counts.push((row.id, u64::try_from(held.len()).unwrap_or(u64::MAX)));
            let (Some(from), Some(to)) = (old.get(&row.id), new.get(&row.id)) else { return Ok(None) };
            let mut is_empty = true;
            for child in held.into_iter().filter(|child| !gone.contains(&child.id)) {
                is_empty = false;
                let wrapped = match new.get(&child.id) {
                    Some(node) => to.wrap_node(node, entropy),
                    // A damaged one stays as damaged as it was: it must not keep others from being erased.
                    None => match from.rewrap(&child, to, entropy) {
                        Ok(wrapped) => wrapped,
                        Err(_) => continue,
                    },
                };
                change.replace.push(Replaced { from: row.id, key: WrappedKey { wrapped, ..child } });
            }
            // An empty node goes, unless it is a crown: those lie beside keys that seal.
            let is_crown = row.node == ROOT || levels.get(&row.node).is_none_or(|level| *level <= 1);
            if is_empty && !is_crown {
                change.remove.push((row.node, row.id));
                gone.insert(row.id);
            }
            if row.node == ROOT {
                let wrapped = next.key.wrap_node(to, entropy);
                change.replace.push(Replaced { from: ROOT, key: WrappedKey { wrapped, ..row.clone() } });
            }
            // Thousands of keys may be wrapped here; others want the thread as well.
            tokio::task::yield_now().await;
        }
        let renewed =
            new.into_iter().map(|(id, key)| (id, Some(key).filter(|_| !gone.contains(&id)))).collect();
        Ok(Some((change, renewed)))
    }

    /// The records, sealed under the next root.
    fn sealed_anew(&self, top: &Top, next: &Top, records: &[Record]) -> Result<Vec<Record>, VaultError> {
        let mut anew = Vec::with_capacity(records.len());
        for (name, sealed) in records {
            if name == ROOT_CHECK {
                anew.push(root_check(&next.root));
                continue;
            }
            // As for keys: a damaged one stays as it is.
            if let Ok(opened) = envelope::open(&top.records, name.as_bytes(), sealed) {
                let sealed = envelope::seal(&next.records, name.as_bytes(), &opened, &*self.entropy);
                anew.push((name.clone(), sealed));
            }
        }
        Ok(anew)
    }

    /// Ends what a crash or an error left half-way: finds out which root is in force and destroys the others.
    pub async fn recover(&self) -> Result<(), VaultError> {
        self.recover_in(&mut *self.rotation.lock().await).await
    }

    /// Nothing but the root in force lies at the source afterwards, whoever left it there.
    async fn see_settled(&self, rotation: &mut Rotation) -> Result<(), VaultError> {
        if self.source.strength().can_rotate() && !self.is_settled().await? {
            rotation.is_settled = false;
            self.recover_in(rotation).await?;
        }
        Ok(())
    }

    async fn is_settled(&self) -> Result<bool, VaultError> {
        match look(&*self.store, &self.source, &*self.clock).await {
            Ok(Seen { root, found, .. }) => Ok(root.is_some() && found.is_settled),
            Err(VaultError::WrongRoot | VaultError::NoRoot) => Ok(false),
            Err(error) => Err(error),
        }
    }

    async fn recover_in(&self, rotation: &mut Rotation) -> Result<(), VaultError> {
        for _ in 0..TRIES {
            // With a new number: a commit of our own of which nothing was heard is done by now, or is never done.
            let fence = hold(&*self.store, &*self.clock, self.holder, true).await?;
            if self.recover_under(rotation, fence).await? {
                return Ok(());
            }
        }
        Err(VaultError::Busy)
    }

    /// `false`: somebody else has taken the right.
    async fn recover_under(&self, rotation: &mut Rotation, fence: u64) -> Result<bool, VaultError> {
        let settled = self.settle_under(fence).await;
        let is_ours = self.store.free(fence).await;
        if !settled? {
            return Ok(false);
        }
        // If somebody took it while we settled, we may have come late with something: looked at again next time.
        rotation.is_settled = is_ours?;
        Ok(true)
    }

    async fn settle_under(&self, fence: u64) -> Result<bool, VaultError> {
        let before = self.top();
        let (at, keep, found) = match look(&*self.store, &self.source, &*self.clock).await {
            Ok(Seen { at, root: Some(root), found, .. }) => (at, root, found),
            Ok(_) => return Err(VaultError::NoRoot),
            Err(error @ (VaultError::WrongRoot | VaultError::NoRoot)) => {
                // The root in force is nowhere. If it is the one that we have in memory, it is put back.
                let (at, records) = self.store.records().await?;
                if choose(&records, std::slice::from_ref(&before.root)).is_err() {
                    return Err(error);
                }
                match self.source.lay(&before.root, fence).await {
                    Ok(found) => (at, before.root.clone(), found),
                    Err(error) => {
                        return self.is_lost(fence, VaultError::RootOnlyHere(error.to_string())).await;
                    }
                }
            }
            Err(error) => return Err(error),
        };
        // Then nothing of what was found there can come into force any more.
        if !self.is_held(fence).await? {
            return Ok(false);
        }
        let kept = keep.clone();
        let settle = self.source.ask(move |source| source.settle(&kept, Goes::Listed(&found), fence));
        if let Err(error) = settle.await {
            return self.is_lost(fence, error).await;
        }
        self.follow(&before, at, keep);
        Ok(true)
    }

    /// Which epoch is in force; asked every few seconds, it costs one read. Follows other processes, and settles what one
    /// of them left at the source half a minute ago.
    pub async fn notice(&self) -> Result<u64, VaultError> {
        let top = self.top();
        if self.store.record(ROOT_CHECK).await?.0.epoch != top.epoch {
            self.catch_up(&top).await?;
        }
        let epoch = self.top().epoch;
        if self.is_to_be_settled(epoch)
            && let Ok(mut rotation) = self.rotation.try_lock()
        {
            // Whoever has the right may be about to.
            let is_settled = (rotation.is_settled && self.is_settled().await?)
                || match self.store.hold(self.holder, true, self.clock.now(), HOLD).await? {
                    Some(fence) => self.recover_under(&mut rotation, fence).await?,
                    None => false,
                };
            if is_settled {
                self.watch_on(true);
            }
        }
        Ok(epoch)
    }

    fn is_to_be_settled(&self, epoch: u64) -> bool {
        if !self.source.strength().can_rotate() {
            return false;
        }
        let now = self.clock.monotonic();
        let mut watch = self.watch.lock().unwrap_or_else(PoisonError::into_inner);
        match &*watch {
            Some(watch) if watch.epoch == epoch => {
                !watch.is_settled && now.0.saturating_sub(watch.since.0) > UNSETTLED.0
            }
            _ => {
                *watch = Some(Watch { epoch, since: now, is_settled: false });
                false
            }
        }
    }

    fn watch_on(&self, is_settled: bool) {
        let watch = Watch { epoch: self.top().epoch, since: self.clock.monotonic(), is_settled };
        *self.watch.lock().unwrap_or_else(PoisonError::into_inner) = Some(watch);
    }
}

/// With what may hang on them.
fn with_crowns(ids: &[KeyId]) -> Vec<KeyId> {
    ids.iter().flat_map(|id| [*id, crown_id(Some(id))]).collect()
}

/// Waits for the right to rotate; its number.
pub async fn hold(
    store: &dyn KeyStore,
    clock: &dyn Clock,
    holder: [u8; 16],
    anew: bool,
) -> Result<u64, VaultError> {
    for _ in 0..ASKS {
        let now = clock.now();
        if let Some(fence) = store.hold(holder, anew, now, HOLD).await? {
            return Ok(fence);
        }
        clock.sleep_until(now.plus(ASK_AGAIN)).await;
    }
    Err(VaultError::Busy)
}
