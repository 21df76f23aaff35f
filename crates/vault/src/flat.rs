//! Keys of the time before the tree: each was wrapped by its logical parent, and the first of them by the
//! root. Opening the vault moves them into the tree and then gives it another root, so that copies of the
//! key store from before are worthless too.
//!
//! Invariant: safe to stop and repeat at any point. Until the last key is moved the epoch is 0; a key is
//! either still outside or in the tree, with the same secret. Several processes may do so at once.

use crate::VaultError;
use crate::grow::Seedling;
use crate::key::{Key, ROOT};
use crate::tree::{Tree, crown_id};
use model::ports::{FlatKey, KeyId, TreeChange, TreeState, WrappedKey};
use std::collections::HashMap;
use std::sync::Arc;

/// Keys moved in one commit.
const CHUNK: u32 = 500;

impl Tree {
    pub async fn move_in(self: &Arc<Self>) -> Result<(), VaultError> {
        self.plant_crown().await?;
        let mut flat = self.store.flat(CHUNK).await?;
        while !flat.is_empty() {
            let moved = self.move_some(&flat).await;
            let left = self.store.flat(CHUNK).await?;
            // If they are others by now, another process has moved some of these.
            if left == flat {
                moved?;
            }
            flat = left;
        }
        // What is left hangs on keys that were destroyed.
        self.store.drop_flat().await?;
        if self.top().epoch == 0 {
            self.renew().await?;
        }
        Ok(())
    }

    async fn move_some(&self, flat: &[FlatKey]) -> Result<(), VaultError> {
        let parents: Vec<KeyId> = flat.iter().filter_map(|key| key.parent).collect();
        let parents = self.keys(&parents).await?;
        let top = self.top();
        let seedlings: Vec<Seedling> =
            flat.iter().map(|key| seedling(key, &top.key, &parents)).collect::<Result<_, _>>()?;
        self.plant(&seedlings, true).await.map(drop)
    }

    /// The topmost crown, unless an earlier start made it.
    async fn plant_crown(&self) -> Result<(), VaultError> {
        let id = crown_id(None);
        let found = self.store.load(&[id]).await?;
        if !found.keys.is_empty() {
            return Ok(());
        }
        let top = self.top();
        let crown = top.key.make_child(id, &*self.entropy);
        let wrapped = top.key.wrap_node(&crown, &*self.entropy);
        let created_at = self.clock.now();
        let change = TreeChange {
            epoch: found.at.epoch,
            shape: Some(found.at.shape),
            next: Some(TreeState { shape: found.at.shape.saturating_add(1), ..found.at }),
            put: vec![WrappedKey { id, node: ROOT, level: 1, wrapped, erasure_tag: None, created_at }],
            ..TreeChange::default()
        };
        // Another process may have done the same; then its crown is as good.
        match self.store.commit(change).await {
            Err(error) if self.store.load(&[id]).await?.keys.is_empty() => Err(error.into()),
            _ => Ok(()),
        }
    }
}

fn seedling(key: &FlatKey, root: &Key, parents: &HashMap<KeyId, Arc<Key>>) -> Result<Seedling, VaultError> {
    let parent = match &key.parent {
        None => Some(root),
        Some(parent) => parents.get(parent).map(|parent| &**parent),
    };
    let secret = parent.and_then(|parent| parent.unwrap_flat(key).ok());
    Ok(Seedling {
        id: key.id,
        holder: key.parent,
        secret: secret.ok_or(VaultError::DamagedKey(key.id))?,
        created_at: key.created_at,
    })
}
