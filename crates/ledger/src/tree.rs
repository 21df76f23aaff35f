//! The growing edge of the log: takes leaves, says which tiles changed, knows the root.
//!
//! Why: the sequencer keeps one of these in memory; a commit stores the tiles it returns. It can be
//! rebuilt at any time from the stored size and the unfinished tiles.
//!
//! Invariant: what `append` returns, applied over what was stored before, is the whole tree of the
//! new size; nothing else is ever rewritten.

use crate::hash::{self, Hash};
use crate::tiles::{self, LEVELS, TILE_WIDTH, TileError, TileId, TileReader, TileWrite};

/// The unfinished tile of each level, and the size.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tree {
    size: u64,
    /// Each holds fewer than 256 hashes between calls.
    levels: [Vec<Hash>; LEVELS as usize],
}

impl Tree {
    /// The empty log.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes up a stored log of `size` entries. Needs [`tiles::needed_for_append`].
    pub fn load(size: u64, stored: &impl TileReader) -> Result<Self, TileError> {
        tiles::sane(size)?;
        let mut tree = Self { size, ..Self::default() };
        for (level, tile) in (0..LEVELS).zip(&mut tree.levels) {
            let width = tiles::partial_width(size, level);
            if width > 0 {
                *tile = tiles::hashes(stored, tiles::rightmost(size, level), 0, width)?;
            }
        }
        Ok(tree)
    }

    /// Number of entries.
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Appends leaf hashes ([`hash::leaf`]) in order; the first gets the index that was
    /// [`Self::size`]. Returns every tile that changed, once, as it is now.
    pub fn append(&mut self, leaves: &[Hash]) -> Vec<TileWrite> {
        let mut writes = Vec::new();
        let mut touched = [false; LEVELS as usize];
        let mut rest = leaves;
        while !rest.is_empty() {
            let room = TILE_WIDTH - tiles::partial_width(self.size, 0);
            let (now, later) = rest.split_at(room.min(rest.len()));
            rest = later;
            self.size += now.len() as u64;
            self.fill(now, &mut touched, &mut writes);
        }
        for ((level, tile), touched) in (0..LEVELS).zip(&self.levels).zip(touched) {
            if touched && !tile.is_empty() {
                writes.push(TileWrite { id: tiles::rightmost(self.size, level), bytes: tiles::join(tile) });
            }
        }
        writes
    }

    /// Puts leaves that fit into the level-0 tile; carries the root of each tile they fill upwards.
    fn fill(&mut self, leaves: &[Hash], touched: &mut [bool], writes: &mut Vec<TileWrite>) {
        let mut carried: Vec<Hash> = leaves.to_vec();
        for ((level, tile), touched) in (0..LEVELS).zip(&mut self.levels).zip(touched) {
            tile.extend_from_slice(&carried);
            *touched = true;
            if tile.len() < TILE_WIDTH {
                return;
            }
            // The size is a multiple of this tile's span now, so `rightmost` is the next tile.
            let TileId { index, .. } = tiles::rightmost(self.size, level);
            let id = TileId { level, index: index.saturating_sub(1) };
            writes.push(TileWrite { id, bytes: tiles::join(tile) });
            carried.clear();
            carried.extend(hash::complete(tile));
            tile.clear();
        }
    }

    /// The root hash at the present size. Costs at most 255 hashes for each level in use.
    pub fn root(&self) -> Hash {
        let mut root = None;
        for tile in &self.levels {
            // The complete subtrees in a tile, smallest (rightmost) first: one per bit of its width.
            let mut rest = tile.as_slice();
            while !rest.is_empty() {
                let subtree = 1 << rest.len().trailing_zeros();
                let (left, right) = rest.split_at(rest.len() - subtree);
                rest = left;
                root = match (hash::complete(right), root) {
                    (Some(left), Some(right)) => Some(hash::node(left, right)),
                    (left, right) => left.or(right),
                };
            }
        }
        root.unwrap_or_else(hash::empty_root)
    }

    /// The unfinished tiles as they should be stored.
    pub(crate) fn unfinished(&self) -> impl Iterator<Item = TileWrite> {
        (0..LEVELS).zip(&self.levels).filter(|(_, tile)| !tile.is_empty()).map(|(level, tile)| TileWrite {
            id: tiles::rightmost(self.size, level),
            bytes: tiles::join(tile),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tiles::{Tiles, needed_for_append};

    fn leaves(from: u64, count: u64) -> Vec<Hash> {
        (from..from + count).map(|n| hash::leaf(&n.to_be_bytes())).collect()
    }

    #[test]
    fn roots_are_those_published_with_rfc_6962() {
        let entries: [&[u8]; 8] = [
            b"",
            &[0x00],
            &[0x10],
            &[0x20, 0x21],
            &[0x30, 0x31],
            &[0x40, 0x41, 0x42, 0x43],
            &[0x50, 0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x57],
            &[0x60, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6a, 0x6b, 0x6c, 0x6d, 0x6e, 0x6f],
        ];
        let roots = [
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
            "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
            "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
            "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
            "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
        ];
        let mut tree = Tree::new();
        assert_eq!(tree.root(), hash::empty_root());
        for (entry, root) in entries.iter().zip(roots) {
            tree.append(&[hash::leaf(entry)]);
            assert_eq!(tree.root().to_string(), root, "at size {}", tree.size());
        }
    }

    #[test]
    fn a_batch_of_a_thousand_writes_five_or_six_tiles() {
        let mut tree = Tree::new();
        let first = tree.append(&leaves(0, 1_000));
        let ids: Vec<String> = first.iter().map(|write| write.id.to_string()).collect();
        assert_eq!(ids, ["0/0", "0/1", "0/2", "0/3", "1/0"]);
        let second = tree.append(&leaves(1_000, 1_000));
        assert!(second.len() <= 6, "{} tiles", second.len());
    }

    #[test]
    fn how_leaves_are_batched_makes_no_difference() {
        let all = leaves(0, 66_000);
        let mut whole = (Tree::new(), Tiles::new());
        whole.1.apply(whole.0.append(&all));
        let mut parts = (Tree::new(), Tiles::new());
        let mut rest = all.as_slice();
        for step in [1, 255, 256, 257, 1, 1_000, 64_000].into_iter().cycle() {
            if rest.is_empty() {
                break;
            }
            let (now, later) = rest.split_at(rest.len().min(step));
            parts.1.apply(parts.0.append(now));
            rest = later;
        }
        assert_eq!(whole, parts);
    }

    #[test]
    fn a_log_taken_up_from_its_unfinished_tiles_goes_on_where_it_stopped() {
        let all = leaves(0, 66_000);
        for size in [0, 1, 255, 256, 257, 65_535, 65_536, 65_537, 65_793] {
            let mut tree = Tree::new();
            let mut stored = Tiles::new();
            stored.apply(tree.append(&all[..size]));
            let mut loaded = Tiles::new();
            for id in needed_for_append(size as u64) {
                loaded.insert(id, stored.tile(id.level, id.index).unwrap());
            }
            let mut again = Tree::load(size as u64, &loaded).unwrap();
            assert_eq!(again, tree);
            assert_eq!(again.append(&all[size..]), tree.append(&all[size..]));
            assert_eq!(again.root(), tree.root());
        }
    }

    #[test]
    fn an_impossible_size_or_a_missing_tile_is_an_error_that_names_it() {
        assert_eq!(Tree::load(u64::MAX, &Tiles::new()), Err(TileError::Size(u64::MAX)));
        assert_eq!(Tree::load(257, &Tiles::new()), Err(TileError::Missing(TileId { level: 0, index: 1 })));
    }
}
