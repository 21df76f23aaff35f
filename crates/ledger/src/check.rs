//! Checking the stored log itself: every tile against the leaves below it (`entente ledger check`),
//! and at start-up the stored log against the checkpoint that was remembered elsewhere.
//!
//! Invariant: nothing stored above level 0 is believed; it is computed again and compared. The first
//! place where the log breaks is named.

use crate::checkpoint::Checkpoint;
use crate::hash::{HASH_LEN, Hash};
use crate::path;
use crate::tiles::{self, TILE_WIDTH, TileError, TileId, TileReader, TileWrite};
use crate::tree::Tree;

/// A log that is whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Entries, and the root over all of them.
    pub size: u64,
    pub root: Hash,
    /// Tiles read and compared.
    pub tiles: u64,
    /// The size at which the log was compared with the checkpoint.
    pub checkpoint_size: u64,
}

/// The first place where a stored log breaks.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    #[error(transparent)]
    Tile(#[from] TileError),
    #[error(
        "hash {entry} of tile {tile} is not that of the tile below it: the ledger was changed, restore from a backup"
    )]
    Hash { tile: TileId, entry: usize },
    #[error(
        "the checkpoint covers {checkpoint} entries, the ledger holds {size}: entries were removed, restore from a backup"
    )]
    Shorter { checkpoint: u64, size: u64 },
    #[error(
        "the first {0} entries do not have the root that the checkpoint was signed for: the ledger was changed, restore from a backup"
    )]
    Root(u64),
}

/// Recomputes a log of `size` entries from its level-0 tiles; compares with every stored upper tile
/// and with a checkpoint (whose signature the caller has checked) of this or an earlier size.
pub fn check(stored: &impl TileReader, size: u64, checkpoint: &Checkpoint) -> Result<Report, Broken> {
    let mut checker = Checker::new(size, checkpoint)?;
    while let Some(id) = checker.wanted() {
        checker.feed(stored.tile(id.level, id.index).as_deref(), stored)?;
    }
    checker.finish(stored)
}

/// [`check`] step by step, for a log too long to be loaded at once: level-0 tiles are fed one by one,
/// only the upper tiles (1/256 of the log) must be at hand.
#[derive(Debug)]
pub struct Checker {
    tree: Tree,
    size: u64,
    checkpoint: Checkpoint,
    tiles: u64,
}

impl Checker {
    pub fn new(size: u64, checkpoint: &Checkpoint) -> Result<Self, Broken> {
        tiles::sane(size)?;
        if checkpoint.size > size {
            return Err(Broken::Shorter { checkpoint: checkpoint.size, size });
        }
        let checker = Self { tree: Tree::new(), size, checkpoint: checkpoint.clone(), tiles: 0 };
        checker.compare_root()?;
        Ok(checker)
    }

    /// The level-0 tile to feed next; `None` when it is time to [`Self::finish`].
    pub fn wanted(&self) -> Option<TileId> {
        (self.tree.size() < self.size).then(|| tiles::rightmost(self.tree.size(), 0))
    }

    /// Takes the tile that [`Self::wanted`] named (`None`: it is not stored) and compares the upper tiles
    /// that it completes.
    pub fn feed(&mut self, tile: Option<&[u8]>, upper: &impl TileReader) -> Result<(), Broken> {
        let Some(id) = self.wanted() else { return Ok(()) };
        let left = usize::try_from(self.size - self.tree.size()).unwrap_or(usize::MAX);
        let leaves = tiles::cut(tile.ok_or(TileError::Missing(id))?, id, 0, left.min(TILE_WIDTH))?;
        self.tiles += 1;
        // The checkpoint may end in the middle of this tile: stop there for a look at the root.
        let until = self.checkpoint.size.saturating_sub(self.tree.size());
        let until = usize::try_from(until).unwrap_or(usize::MAX).min(leaves.len());
        let (before, after) = leaves.split_at(until);
        let mut writes = self.tree.append(before);
        if until > 0 {
            self.compare_root()?;
        }
        writes.extend(self.tree.append(after));
        for write in writes.iter().filter(|w| w.id.level > 0 && w.bytes.len() == TILE_WIDTH * HASH_LEN) {
            self.compare(write, upper)?;
        }
        Ok(())
    }

    /// Compares the unfinished upper tiles.
    pub fn finish(mut self, upper: &impl TileReader) -> Result<Report, Broken> {
        if let Some(id) = self.wanted() {
            return Err(TileError::Missing(id).into());
        }
        let unfinished: Vec<TileWrite> = self.tree.unfinished().filter(|write| write.id.level > 0).collect();
        for write in &unfinished {
            self.compare(write, upper)?;
        }
        Ok(Report {
            size: self.size,
            root: self.tree.root(),
            tiles: self.tiles,
            checkpoint_size: self.checkpoint.size,
        })
    }

    fn compare_root(&self) -> Result<(), Broken> {
        if self.tree.size() == self.checkpoint.size && self.tree.root() != self.checkpoint.root {
            return Err(Broken::Root(self.checkpoint.size));
        }
        Ok(())
    }

    fn compare(&mut self, computed: &TileWrite, upper: &impl TileReader) -> Result<(), Broken> {
        let id = computed.id;
        let width = computed.bytes.len() / HASH_LEN;
        let found = tiles::hashes(upper, id, 0, width)?;
        let wanted = computed.bytes.chunks_exact(HASH_LEN);
        match found.iter().zip(wanted).position(|(found, wanted)| found.0 != wanted) {
            Some(entry) => Err(Broken::Hash { tile: id, entry }),
            None => {
                self.tiles += 1;
                Ok(())
            }
        }
    }
}

/// The stored log does not continue the one that was remembered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RollBack {
    #[error(
        "the database holds no entry of the ledger, {0} were remembered: it is a new or another database, or its data is lost: see that its address is right, or bring back the newest copy"
    )]
    Empty(u64),
    #[error(
        "the ledger ends at {found} entries, {remembered} were remembered: an old copy of the database was put back: put the newest one back"
    )]
    Shorter { remembered: u64, found: u64 },
    #[error(
        "the ledger's first {0} entries are not those that were remembered: it was replaced: put the right database back"
    )]
    Forked(u64),
    #[error("the remembered checkpoint belongs to another log: is this the right key store?")]
    OtherLog,
    #[error(transparent)]
    Tile(#[from] TileError),
}

/// Checks that the log at `new` begins with the log at `old`. Needs
/// [`path::needed_for_consistency`] of the two sizes.
pub fn extends(old: &Checkpoint, new: &Checkpoint, stored: &impl TileReader) -> Result<(), RollBack> {
    if old.origin != new.origin {
        return Err(RollBack::OtherLog);
    }
    if old.size > 0 && new.size == 0 {
        return Err(RollBack::Empty(old.size));
    }
    if old.size > new.size {
        return Err(RollBack::Shorter { remembered: old.size, found: new.size });
    }
    let proof = path::consistency(old.size, new.size, stored)?;
    path::verify_consistency(old.size, old.root, new.size, new.root, &proof)
        .map_err(|_| RollBack::Forked(old.size))
}
