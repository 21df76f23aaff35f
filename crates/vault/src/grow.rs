//! Where new keys go. Each holder's tree is filled from the left: the newest key lies in the last node, a full
//! node gets a neighbour, and when the crown itself is full everything in it moves one level down.
//! Keys that are made one after the other thus lie together, and what is made is appended.
//!
//! Invariants: a node holds at most [`FAN_OUT`](crate::tree::FAN_OUT) keys that seal (and their crowns), or as many nodes,
//! but for what several processes add at the same moment; a crown lies in a node of level 1, beside its
//! holder's key; other nodes lie in nodes of level 2 and above.

use crate::VaultError;
use crate::key::{Key, fresh};
use crate::tree::{TRIES, Top, Tree, crown_id};
use model::entropy::{Entropy, random};
use model::ports::{KeyId, Replaced, TreeChange, TreeState, WrappedKey};
use model::time::Timestamp;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use zeroize::Zeroizing;

/// A key that seals, to be planted.
pub struct Seedling {
    pub id: KeyId,
    /// The key that shall hold it; `None` for directly under the root.
    pub holder: Option<KeyId>,
    pub secret: Zeroizing<[u8; 32]>,
    pub created_at: Timestamp,
}

/// Where each holder's next key goes, as far as known: true for one state of the tree only.
#[derive(Default)]
pub struct Edges {
    at: TreeState,
    spines: HashMap<Option<KeyId>, Vec<Bend>>,
}

/// A node on the way to a holder's newest key.
#[derive(Clone)]
struct Bend {
    id: KeyId,
    level: u32,
    holds: u64,
}

/// Holders whose edges are remembered.
const EDGES: usize = 10_000;

impl Edges {
    pub fn forget(&mut self) {
        self.spines.clear();
    }
}

/// What planting comes to, before anything is wrapped.
struct Plan {
    fan_out: u64,
    /// New nodes: id, node, level.
    nodes: Vec<(KeyId, KeyId, u32)>,
    /// The node of each seedling, in their order.
    places: Vec<KeyId>,
    /// The crowns that were there and are full, with the node that takes what they hold.
    lowered: HashMap<KeyId, KeyId>,
    raised: HashMap<KeyId, u32>,
}

impl Plan {
    const fn is_structural(&self) -> bool {
        !self.nodes.is_empty()
    }

    /// The lowest node of this spine that has room, made if need be.
    fn place(&mut self, spine: &mut Vec<Bend>, new_id: &dyn Fn() -> KeyId) -> Option<KeyId> {
        loop {
            if let Some(last) = spine.last_mut().filter(|last| last.level == 1 && last.holds < self.fan_out) {
                last.holds += 1;
                return Some(last.id);
            }
            match spine.iter().rposition(|bend| bend.level > 1 && bend.holds < self.fan_out) {
                Some(above) => {
                    spine.truncate(above.saturating_add(1));
                    let above = spine.last_mut()?;
                    above.holds += 1;
                    let (id, level) = (new_id(), above.level - 1);
                    self.nodes.push((id, above.id, level));
                    spine.push(Bend { id, level, holds: 0 });
                }
                None => self.lower(spine, new_id())?,
            }
        }
    }

    /// Everything that the crown holds goes into a new node below it.
    fn lower(&mut self, spine: &mut Vec<Bend>, id: KeyId) -> Option<()> {
        let crown = spine.first_mut()?;
        let below = Bend { id, level: crown.level, holds: crown.holds };
        crown.level += 1;
        crown.holds = 1;
        let (crown_id, level) = (crown.id, crown.level);
        let held = self.nodes.iter_mut().map(|(_, node, _)| node).chain(&mut self.places);
        held.filter(|node| **node == crown_id).for_each(|node| *node = id);
        match self.nodes.iter_mut().find(|(node, ..)| *node == crown_id) {
            Some((.., of_new)) => *of_new = level,
            None => {
                self.lowered.entry(crown_id).or_insert(id);
                self.raised.insert(crown_id, level);
            }
        }
        self.nodes.push((id, crown_id, below.level));
        spine.insert(1, below);
        Some(())
    }
}

/// Ids that begin with the time, so that new nodes are appended to the key store's table.
fn node_id(now: Timestamp, entropy: &dyn Entropy) -> KeyId {
    let mut id: KeyId = random(entropy);
    id.iter_mut().zip(now.millis().to_be_bytes().into_iter().skip(2)).for_each(|(to, from)| *to = from);
    id
}

impl Tree {
    /// Makes keys of these secrets, in one durable write. A holder is there already or stands earlier.
    pub async fn plant(
        &self,
        seedlings: &[Seedling],
        are_moved_in: bool,
    ) -> Result<Vec<Arc<Key>>, VaultError> {
        if seedlings.is_empty() {
            return Ok(Vec::new());
        }
        for _ in 0..TRIES {
            let top = self.top();
            if let Some(keys) = self.try_plant(&top, seedlings, are_moved_in).await? {
                return Ok(keys);
            }
            self.catch_up(&top).await?;
        }
        Err(VaultError::Busy)
    }

    /// `None`: the tree has moved on.
    async fn try_plant(
        &self,
        top: &Top,
        seedlings: &[Seedling],
        are_moved_in: bool,
    ) -> Result<Option<Vec<Arc<Key>>>, VaultError> {
        let (started, since) = (self.cache().destructions(), self.clock.monotonic());
        let mut edges = self.edges.lock().await;
        if edges.spines.len() > EDGES {
            edges.forget();
        }
        let Some((plan, spines)) = self.plan(top, &mut edges, seedlings).await? else {
            edges.forget();
            return Ok(None);
        };
        let Some((mut change, keys)) = self.wrap_planned(top, &plan, edges.at, seedlings).await? else {
            edges.forget();
            return Ok(None);
        };
        if are_moved_in {
            change.moved_in = seedlings.iter().map(|seedling| seedling.id).collect();
        }
        let holders: Vec<Option<KeyId>> = spines.keys().copied().collect();
        let (committed, mut edges) = if plan.is_structural() {
            let next = TreeState { shape: edges.at.shape.saturating_add(1), ..edges.at };
            change.next = Some(next);
            let committed = self.store.commit(change).await;
            if matches!(committed, Ok(true)) {
                edges.at = next;
                edges.spines.extend(spines);
            }
            (committed, edges)
        } else {
            // The places are taken; others may go on while the disk works.
            edges.spines.extend(spines);
            drop(edges);
            let committed = self.store.commit(change).await;
            (committed, self.edges.lock().await)
        };
        if !matches!(committed, Ok(true)) {
            holders.iter().for_each(|holder| drop(edges.spines.remove(holder)));
        }
        drop(edges);
        if !committed? {
            return Ok(None);
        }
        let mut cache = self.cache();
        if cache.destructions() == started {
            keys.iter().for_each(|key| cache.insert(key, since));
        }
        Ok(Some(keys))
    }

    /// Where everything goes; with the edges of those holders afterwards.
    async fn plan(
        &self,
        top: &Top,
        edges: &mut Edges,
        seedlings: &[Seedling],
    ) -> Result<Option<(Plan, HashMap<Option<KeyId>, Vec<Bend>>)>, VaultError> {
        let own: HashMap<KeyId, usize> =
            seedlings.iter().enumerate().map(|(at, seedling)| (seedling.id, at)).collect();
        let holders: HashSet<KeyId> = seedlings.iter().filter_map(|seedling| seedling.holder).collect();
        let outside: Vec<KeyId> = holders.iter().filter(|id| !own.contains_key(*id)).copied().collect();
        let Some(found) = self.try_keys(top, &outside).await? else { return Ok(None) };

        let now = self.clock.now();
        let new_id = || node_id(now, &*self.entropy);
        let mut plan = Plan {
            fan_out: self.fan_out,
            nodes: Vec::new(),
            places: Vec::with_capacity(seedlings.len()),
            lowered: HashMap::new(),
            raised: HashMap::new(),
        };
        let mut spines: HashMap<Option<KeyId>, Vec<Bend>> = HashMap::new();
        for (number, seedling) in seedlings.iter().enumerate() {
            if !spines.contains_key(&seedling.holder) {
                let spine = match &seedling.holder {
                    Some(holder) if !found.contains_key(holder) => {
                        let at = own.get(holder).filter(|at| **at < number);
                        let beside = at.and_then(|at| plan.places.get(*at)).copied();
                        let beside = beside.ok_or(VaultError::NoParent(*holder))?;
                        vec![plan.crown(holder, beside)]
                    }
                    holder => {
                        match self.spine(top, edges, spines.is_empty(), holder.as_ref(), &mut plan).await? {
                            Some(spine) => spine,
                            None => return Ok(None),
                        }
                    }
                };
                spines.insert(seedling.holder, spine);
            }
            let spine = spines.get_mut(&seedling.holder);
            let node = spine.and_then(|spine| plan.place(spine, &new_id));
            plan.places.push(node.ok_or(VaultError::DamagedKey(seedling.id))?);
        }
        Ok(Some((plan, spines)))
    }

    /// The edge of a holder who is there, from memory or the store; its crown is made if it has none.
    async fn spine(
        &self,
        top: &Top,
        edges: &mut Edges,
        is_first: bool,
        holder: Option<&KeyId>,
        plan: &mut Plan,
    ) -> Result<Option<Vec<Bend>>, VaultError> {
        if edges.at.epoch == top.epoch
            && let Some(spine) = edges.spines.get(&holder.copied())
        {
            return Ok(Some(spine.clone()));
        }
        let found = self.store.spine(crown_id(holder)).await?;
        let is_of_one_state = edges.at == found.at || (is_first && edges.spines.is_empty());
        if found.at.epoch != top.epoch || !is_of_one_state {
            return Ok(None);
        }
        edges.at = found.at;
        let bend = |(node, holds): (WrappedKey, u64)| Bend { id: node.id, level: node.level, holds };
        let spine: Vec<Bend> = found.nodes.into_iter().map(bend).collect();
        let Some(holder) = holder.filter(|_| spine.is_empty()) else { return Ok(Some(spine)) };
        let beside = self.store.load(std::slice::from_ref(holder)).await?;
        let row = beside.keys.first().filter(|_| beside.at == found.at);
        Ok(row.map(|row| vec![plan.crown(holder, row.node)]))
    }

    /// Makes the planned nodes and keys, and what is to be written.
    async fn wrap_planned(
        &self,
        top: &Top,
        plan: &Plan,
        at: TreeState,
        seedlings: &[Seedling],
    ) -> Result<Option<(TreeChange, Vec<Arc<Key>>)>, VaultError> {
        let entropy = &*self.entropy;
        let mut change = TreeChange { epoch: top.epoch, shape: Some(at.shape), ..TreeChange::default() };
        let planned: HashMap<KeyId, KeyId> = plan.nodes.iter().map(|(id, node, _)| (*id, *node)).collect();
        let mut old: HashSet<KeyId> = plan.nodes.iter().map(|(_, node, _)| *node).collect();
        old.extend(&plan.places);
        old.retain(|id| !planned.contains_key(id));
        let old: Vec<KeyId> = old.into_iter().collect();
        let Some(mut nodes) = self.try_keys(top, &old).await? else { return Ok(None) };
        if nodes.len() < old.len() {
            return Ok(None);
        }
        for (id, ..) in &plan.nodes {
            make_node(id, &planned, &mut nodes, entropy, 0);
        }
        let created_at = self.clock.now();
        for (id, node, level) in &plan.nodes {
            let (Some(key), Some(above)) = (nodes.get(id), nodes.get(node)) else { return Ok(None) };
            let wrapped = above.wrap_node(key, entropy);
            let row =
                WrappedKey { id: *id, node: *node, level: *level, wrapped, erasure_tag: None, created_at };
            change.put.push(row);
        }
        let mut keys = Vec::with_capacity(seedlings.len());
        for (seedling, place) in seedlings.iter().zip(&plan.places) {
            let Some(node) = nodes.get(place) else { return Ok(None) };
            let key = node.adopt(seedling.id, seedling.secret.clone());
            change.put.push(WrappedKey {
                id: seedling.id,
                node: *place,
                level: 0,
                wrapped: node.wrap(&key, entropy),
                erasure_tag: Some(key.erasure_tag()),
                created_at: seedling.created_at,
            });
            keys.push(Arc::new(key));
        }
        for (crown, below) in &plan.lowered {
            let (Some(from), Some(to)) = (nodes.get(crown), nodes.get(below)) else { return Ok(None) };
            let held = self.store.children(std::slice::from_ref(crown)).await?;
            let own = self.store.load(std::slice::from_ref(crown)).await?;
            if held.at != at || own.at != at {
                return Ok(None);
            }
            change.counts.push((*crown, u64::try_from(held.keys.len()).unwrap_or(u64::MAX)));
            for row in held.keys {
                // A damaged one stays where it is, as damaged as it was.
                if let Ok(wrapped) = from.rewrap(&row, to, entropy) {
                    let key = WrappedKey { node: *below, wrapped, ..row };
                    change.replace.push(Replaced { from: *crown, key });
                }
            }
            let raised = own.keys.into_iter().map(|row| {
                let level = plan.raised.get(crown).copied().unwrap_or(row.level);
                Replaced { from: row.node, key: WrappedKey { level, ..row } }
            });
            change.replace.extend(raised);
        }
        Ok(Some((change, keys)))
    }
}

impl Plan {
    /// A holder's first crown, in the node where the holder's own key lies.
    fn crown(&mut self, holder: &KeyId, beside: KeyId) -> Bend {
        let id = crown_id(Some(holder));
        let beside = self.lowered.get(&beside).copied().unwrap_or(beside);
        self.nodes.push((id, beside, 1));
        Bend { id, level: 1, holds: 0 }
    }
}

/// Makes a planned node's key, after those above it.
fn make_node(
    id: &KeyId,
    planned: &HashMap<KeyId, KeyId>,
    nodes: &mut HashMap<KeyId, Arc<Key>>,
    entropy: &dyn Entropy,
    depth: usize,
) {
    let Some(above) = planned.get(id).filter(|_| !nodes.contains_key(id) && depth <= planned.len()) else {
        return;
    };
    make_node(above, planned, nodes, entropy, depth.saturating_add(1));
    if let Some(node) = nodes.get(above).map(|above| above.adopt(*id, fresh(entropy))) {
        nodes.insert(*id, Arc::new(node));
    }
}
