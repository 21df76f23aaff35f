//! Where the tree lies: C2SP tiles. Tile `index` of level `L` holds up to 256 hashes; each is the
//! root of a complete subtree of 256^L leaves (level 0: the leaf hashes themselves).
//!
//! Why tiles: a batch rewrites a handful of rows, and any proof needs a handful of rows.
//!
//! Invariant: a hash in a tile never changes; tiles only grow to the right. So a tile that has
//! grown since still answers for every earlier size.

use crate::MAX_SIZE;
use crate::hash::{HASH_LEN, Hash};
use std::collections::BTreeMap;
use std::fmt;

/// Hashes in a full tile.
pub const TILE_WIDTH: usize = 256;
/// Levels that a log of [`MAX_SIZE`] leaves can have.
pub const LEVELS: u8 = 8;

/// The place of a tile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TileId {
    pub level: u8,
    pub index: u64,
}

impl fmt::Display for TileId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.level, self.index)
    }
}

/// A tile that a batch has changed, to be stored in place of what was there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TileWrite {
    pub id: TileId,
    /// 1 to 256 hashes of 32 bytes each, one after the other.
    pub bytes: Vec<u8>,
}

/// Reads stored tiles. Synchronous: an asynchronous store loads what `needed_for_…` names into
/// [`Tiles`] first.
pub trait TileReader {
    /// The tile's bytes (it may hold more hashes than asked for), or `None` when it is not stored.
    fn tile(&self, level: u8, index: u64) -> Option<Vec<u8>>;
}

/// A stored tile does not fit the log's size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TileError {
    #[error("tile {0} of the ledger is missing: run `entente ledger check`, then restore from a backup")]
    Missing(TileId),
    #[error(
        "tile {id} of the ledger holds {bytes} bytes where at least {wanted} belong: run `entente ledger check`, then restore from a backup"
    )]
    Short { id: TileId, bytes: usize, wanted: usize },
    #[error("a ledger of {0} entries is not possible: the stored size is damaged, restore from a backup")]
    Size(u64),
    #[error("entry {index} is not in a ledger of {size} entries: wait for the next checkpoint")]
    Beyond { index: u64, size: u64 },
}

/// Tiles in memory.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tiles(BTreeMap<TileId, Vec<u8>>);

impl Tiles {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn insert(&mut self, id: TileId, bytes: Vec<u8>) {
        self.0.insert(id, bytes);
    }

    pub fn apply(&mut self, writes: Vec<TileWrite>) {
        self.0.extend(writes.into_iter().map(|write| (write.id, write.bytes)));
    }

    pub fn iter(&self) -> impl Iterator<Item = (TileId, &[u8])> {
        self.0.iter().map(|(id, bytes)| (*id, bytes.as_slice()))
    }
}

impl TileReader for Tiles {
    fn tile(&self, level: u8, index: u64) -> Option<Vec<u8>> {
        self.0.get(&TileId { level, index }).cloned()
    }
}

/// The tiles to load before [`crate::Tree::load`] (start-up): the unfinished tile of each level, at
/// most eight. They also give the root of a log of `size` entries.
pub fn needed_for_append(size: u64) -> Vec<TileId> {
    (0..LEVELS).filter(|level| partial_width(size, *level) > 0).map(|level| rightmost(size, level)).collect()
}

/// How many hashes the unfinished tile of a level holds (0: there is none).
pub(crate) const fn partial_width(size: u64, level: u8) -> usize {
    ((size >> (8 * level as u32)) & 0xff) as usize
}

/// The unfinished (or next) tile of a level.
pub(crate) const fn rightmost(size: u64, level: u8) -> TileId {
    let shift = 8 * (level as u32 + 1);
    TileId { level, index: if shift < u64::BITS { size >> shift } else { 0 } }
}

pub(crate) const fn sane(size: u64) -> Result<(), TileError> {
    if size > MAX_SIZE { Err(TileError::Size(size)) } else { Ok(()) }
}

/// `count` hashes of a tile from `start` on.
pub(crate) fn hashes(
    tiles: &impl TileReader,
    id: TileId,
    start: usize,
    count: usize,
) -> Result<Vec<Hash>, TileError> {
    let bytes = tiles.tile(id.level, id.index).ok_or(TileError::Missing(id))?;
    cut(&bytes, id, start, count)
}

pub(crate) fn cut(bytes: &[u8], id: TileId, start: usize, count: usize) -> Result<Vec<Hash>, TileError> {
    let wanted = (start + count) * HASH_LEN;
    let found = bytes.get(start * HASH_LEN..wanted);
    let found = found.ok_or(TileError::Short { id, bytes: bytes.len(), wanted })?;
    Ok(found.chunks_exact(HASH_LEN).filter_map(Hash::from_slice).collect())
}

pub(crate) fn join(hashes: &[Hash]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(hashes.len() * HASH_LEN);
    for hash in hashes {
        bytes.extend_from_slice(&hash.0);
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_the_unfinished_tiles_of_the_specification_s_example() {
        // C2SP tlog-tiles: 70,000 entries are 273 full and one partial tile (112) on level 0, one full
        // and one partial (17) on level 1, one partial (1) on level 2.
        let needed: Vec<(u8, u64, usize)> = needed_for_append(70_000)
            .into_iter()
            .map(|id| (id.level, id.index, partial_width(70_000, id.level)))
            .collect();
        assert_eq!(needed, [(0, 273, 112), (1, 1, 17), (2, 0, 1)]);
        assert_eq!(needed_for_append(256), [TileId { level: 1, index: 0 }]);
        assert_eq!(needed_for_append(0), []);
    }

    #[test]
    fn a_short_tile_is_named() {
        let mut tiles = Tiles::new();
        let id = TileId { level: 0, index: 0 };
        tiles.insert(id, vec![0; 63]);
        assert_eq!(hashes(&tiles, id, 1, 1), Err(TileError::Short { id, bytes: 63, wanted: 64 }));
        assert_eq!(
            hashes(&tiles, TileId { level: 1, index: 0 }, 0, 1).unwrap_err().to_string().get(..8),
            Some("tile 1/0")
        );
    }
}
