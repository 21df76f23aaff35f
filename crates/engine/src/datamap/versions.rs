//! The map in force, and its versions: whenever a brand's map differs from the newest version, the new one is kept
//! and its hash becomes a leaf of the log, so that what was promised when is provable.
//!
//! Invariant: what a page shows as in force is the map of this very program and register; a version and its
//! leaf are written in one commit.

use super::gate::Words;
use super::{Announced, DataMap};
use crate::brands::BrandContext;
use crate::views::At;
use crate::{Engine, EngineError};
use model::brand::Controller;
use model::id::{BrandId, ErasureId};
use serde::Serialize;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use store::StoreError;
use store::tables::data_map;
use store::tables::ledger::{self, PendingLeaf};

/// Under which kind the accepted map stands beside the accepted documents.
pub const KIND: &str = "data_map";

/// A map with the bytes that its hash is of.
pub struct Shown {
    pub map: DataMap,
    pub bytes: Vec<u8>,
    pub hash: [u8; 32],
}

impl Shown {
    fn new(map: DataMap) -> Self {
        let bytes = map.bytes();
        Self { hash: map.hash(), bytes, map }
    }
}

/// What a map was made for: as long as it is the same, so is the map.
type Made = (String, Controller);

/// What is announced, and the maps that were made of it.
#[derive(Default)]
pub(crate) struct Maps {
    announced: RwLock<Option<Vec<Announced>>>,
    made: Mutex<HashMap<BrandId, (Made, Arc<Shown>)>>,
    pub(super) more: Mutex<HashMap<Pair, Option<Arc<Words>>>>,
}

/// The hashes of a file that announces a map and of the map that is shown: what their texts are compared to never
/// changes.
pub(super) type Pair = ([u8; 32], [u8; 32]);

/// A version of a brand's map.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct VersionView {
    pub number: i64,
    /// SHA-256 in hex.
    pub hash: String,
    pub made_at: At,
    /// `None` until the log's next checkpoint.
    pub leaf_index: Option<u64>,
}

impl From<&data_map::Version> for VersionView {
    fn from(version: &data_map::Version) -> Self {
        Self {
            number: version.number,
            hash: hex::encode(version.hash),
            made_at: At(version.made_at),
            leaf_index: version.leaf_index,
        }
    }
}

impl Engine {
    /// Says which third parties are announced; from then on the maps are whole, and kept by version.
    pub(crate) async fn show_recipients(&self, recipients: Vec<Announced>) -> Result<(), EngineError> {
        *self.maps.announced.write().unwrap_or_else(PoisonError::into_inner) = Some(recipients);
        self.maps.made.lock().unwrap_or_else(PoisonError::into_inner).clear();
        for ctx in self.brands() {
            self.note_data_map(&ctx).await?;
        }
        Ok(())
    }

    /// The map of a brand as it stands now.
    pub fn data_map(&self, ctx: &BrandContext) -> Arc<Shown> {
        let made = (ctx.brand.name.clone(), ctx.brand.controller.clone());
        let mut known = self.maps.made.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, shown)) = known.get(&ctx.id).filter(|(of, _)| *of == made) {
            return Arc::clone(shown);
        }
        let announced = self.maps.announced.read().unwrap_or_else(PoisonError::into_inner);
        let map =
            DataMap::new(&ctx.brand, announced.as_deref().unwrap_or_default(), self.settings.backup_days);
        let shown = Arc::new(Shown::new(map));
        known.insert(ctx.id, (made, Arc::clone(&shown)));
        shown
    }

    /// Keeps the map as a new version if it differs from the newest. Nothing as long as it is not known who
    /// is announced.
    pub(crate) async fn note_data_map(&self, ctx: &BrandContext) -> Result<(), EngineError> {
        if self.maps.announced.read().unwrap_or_else(PoisonError::into_inner).is_none() {
            return Ok(());
        }
        let shown = self.data_map(ctx);
        let (brand, now) = (ctx.id, self.clock.now());
        let leaf = ErasureId::new(now, &*self.entropy).0;
        let is_new = self
            .data
            .write("note_data_map", move |tx| {
                let scope = tx.brand(brand);
                let newest = data_map::newest(scope)?;
                if let Some(newest) = newest.filter(|newest| newest.hash == shown.hash) {
                    if !newest.is_held {
                        data_map::hold(scope, newest.number, now)?;
                    }
                    return Ok::<_, StoreError>(false);
                }
                let number = newest.map_or(0, |newest| newest.number).saturating_add(1);
                data_map::insert(scope, number, &shown.hash, &shown.bytes, now)?;
                let leaf = PendingLeaf { id: leaf, commitment: shown.hash, consent: None };
                ledger::insert_pending(tx, &[leaf])?;
                Ok(true)
            })
            .await?;
        if is_new {
            self.wake.log.notify_one();
        }
        Ok(())
    }
}

/// The version in force; `None` as long as none was ever kept.
pub async fn in_force(engine: &Engine, brand: BrandId) -> Result<Option<VersionView>, EngineError> {
    let newest = engine.data.read("data_map_in_force", move |tx| data_map::newest(tx.brand(brand))).await?;
    Ok(newest.as_ref().map(VersionView::from))
}

/// The newest versions first.
pub async fn list(engine: &Engine, brand: BrandId) -> Result<Vec<VersionView>, EngineError> {
    let read = move |tx: &store::Tx<'_>| data_map::list(tx.brand(brand), crate::views::LIMIT);
    let found: Vec<data_map::Version> = engine.data.read("data_map_versions", read).await?;
    Ok(found.iter().map(VersionView::from).collect())
}

/// The bytes that a version showed.
pub async fn text(engine: &Engine, brand: BrandId, number: i64) -> Result<Option<Vec<u8>>, EngineError> {
    Ok(engine.data.read("data_map_text", move |tx| data_map::text(tx.brand(brand), number)).await?)
}
