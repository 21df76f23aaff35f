//! Inclusion and consistency proofs (RFC 6962 §2.1.1 and §2.1.2; verified as in RFC 9162 §2.1.3.2 and
//! §2.1.4.2).
//!
//! Why one file: making a proof and naming the tiles it needs walk the same ranges, so that a store
//! cannot load too little. Verifying shares no code with making.

use crate::hash::{self, Hash};
use crate::tiles::{self, TileError, TileId, TileReader};

/// A proof does not lead to the root it claims.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PathError {
    #[error("entry {index} cannot be in a log of {size} entries")]
    Index { index: u64, size: u64 },
    #[error("the path has a wrong number of hashes")]
    Length,
    #[error("the path leads to another root")]
    Root,
    #[error("a log of {old} entries cannot grow into one of {new}")]
    Shrunk { old: u64, new: u64 },
}

/// Leaves `from..to`, a subtree in the sense of RFC 6962.
type Range = (u64, u64);

/// A complete subtree of 2^`height` leaves; the `index`-th of its height.
#[derive(Clone, Copy)]
struct Node {
    height: u32,
    index: u64,
}

impl Node {
    /// The tile with the hashes below this node, the first of them, and how many.
    const fn place(self) -> (TileId, usize, usize) {
        let (level, within) = (self.height / 8, self.height % 8);
        let first = self.index << within;
        (TileId { level: level as u8, index: first >> 8 }, (first & 0xff) as usize, 1 << within)
    }
}

/// The proof that entry `index` is in the log of `size` entries, from the leaf upwards. Needs
/// [`needed_for_inclusion`].
pub fn inclusion(index: u64, size: u64, stored: &impl TileReader) -> Result<Vec<Hash>, TileError> {
    tiles::sane(size)?;
    if index >= size {
        return Err(TileError::Beyond { index, size });
    }
    inclusion_ranges(index, size).into_iter().map(|range| range_root(range, stored)).collect()
}

/// The tiles to load before [`inclusion`]; none when there is no such proof.
pub fn needed_for_inclusion(index: u64, size: u64) -> Vec<TileId> {
    if tiles::sane(size).is_err() || index >= size {
        return Vec::new();
    }
    tiles_of(&inclusion_ranges(index, size))
}

/// The proof that the log of `new` entries begins with the log of `old` entries. Empty when `old` is
/// zero or `new`. Needs [`needed_for_consistency`].
pub fn consistency(old: u64, new: u64, stored: &impl TileReader) -> Result<Vec<Hash>, TileError> {
    tiles::sane(new)?;
    if old > new {
        return Err(TileError::Beyond { index: old, size: new });
    }
    consistency_ranges(old, new).into_iter().map(|range| range_root(range, stored)).collect()
}

/// The tiles to load before [`consistency`]; none when there is no such proof.
pub fn needed_for_consistency(old: u64, new: u64) -> Vec<TileId> {
    if tiles::sane(new).is_err() || old > new {
        return Vec::new();
    }
    tiles_of(&consistency_ranges(old, new))
}

/// The root of the first `size` entries. Needs [`tiles::needed_for_append`] of that size.
pub fn root(size: u64, stored: &impl TileReader) -> Result<Hash, TileError> {
    tiles::sane(size)?;
    range_root((0, size), stored)
}

/// Largest power of two below `n`, which is at least 2.
const fn split(n: u64) -> u64 {
    1 << (u64::BITS - 1 - (n - 1).leading_zeros())
}

fn inclusion_ranges(index: u64, size: u64) -> Vec<Range> {
    let (mut from, mut to) = (0, size);
    let mut ranges = Vec::new();
    while to - from > 1 {
        let middle = from + split(to - from);
        if index < middle {
            ranges.push((middle, to));
            to = middle;
        } else {
            ranges.push((from, middle));
            from = middle;
        }
    }
    ranges.reverse();
    ranges
}

fn consistency_ranges(old: u64, new: u64) -> Vec<Range> {
    let mut ranges = Vec::new();
    if old == 0 {
        return ranges;
    }
    let (mut from, mut to) = (0, new);
    while to != old {
        let middle = from + split(to - from);
        if old <= middle {
            ranges.push((middle, to));
            to = middle;
        } else {
            ranges.push((from, middle));
            from = middle;
        }
    }
    // Left alone while it is the whole old tree: the verifier has that root already.
    if from > 0 {
        ranges.push((from, to));
    }
    ranges.reverse();
    ranges
}

/// The complete subtrees of a range, from left to right.
fn nodes((mut from, to): Range) -> Vec<Node> {
    let mut nodes = Vec::new();
    while from < to {
        let height = (to - from).ilog2();
        nodes.push(Node { height, index: from >> height });
        from += 1 << height;
    }
    nodes
}

fn range_root(range: Range, stored: &impl TileReader) -> Result<Hash, TileError> {
    let mut root = None;
    for node in nodes(range).into_iter().rev() {
        let (tile, start, count) = node.place();
        let left = hash::complete(&tiles::hashes(stored, tile, start, count)?);
        root = match (left, root) {
            (Some(left), Some(right)) => Some(hash::node(left, right)),
            (left, right) => left.or(right),
        };
    }
    Ok(root.unwrap_or_else(hash::empty_root))
}

fn tiles_of(ranges: &[Range]) -> Vec<TileId> {
    let mut ids: Vec<TileId> =
        ranges.iter().flat_map(|range| nodes(*range)).map(|node| node.place().0).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// Checks that `leaf` is entry `index` of the log with this `size` and `root`.
pub fn verify_inclusion(
    leaf: Hash,
    index: u64,
    size: u64,
    path: &[Hash],
    root: Hash,
) -> Result<(), PathError> {
    if index >= size {
        return Err(PathError::Index { index, size });
    }
    let (mut at, mut last) = (index, size - 1);
    let mut reached = leaf;
    for sibling in path {
        if last == 0 {
            return Err(PathError::Length);
        }
        if at & 1 == 1 || at == last {
            reached = hash::node(*sibling, reached);
            while at & 1 == 0 && at != 0 {
                at >>= 1;
                last >>= 1;
            }
        } else {
            reached = hash::node(reached, *sibling);
        }
        at >>= 1;
        last >>= 1;
    }
    match () {
        () if last != 0 => Err(PathError::Length),
        () if reached != root => Err(PathError::Root),
        () => Ok(()),
    }
}

/// Checks that the log (`new`, `new_root`) begins with the log (`old`, `old_root`).
pub fn verify_consistency(
    old: u64,
    old_root: Hash,
    new: u64,
    new_root: Hash,
    path: &[Hash],
) -> Result<(), PathError> {
    if old > new {
        return Err(PathError::Shrunk { old, new });
    }
    if old == 0 || old == new {
        let expected = if old == 0 { hash::empty_root() } else { new_root };
        return match () {
            () if !path.is_empty() => Err(PathError::Length),
            () if old_root != expected => Err(PathError::Root),
            () => Ok(()),
        };
    }
    let (seed, rest) = match path.split_first() {
        // The old tree is a complete subtree of the new one: its root starts the path unsaid.
        _ if old.is_power_of_two() => (old_root, path),
        Some((first, rest)) => (*first, rest),
        None => return Err(PathError::Length),
    };
    let (mut at, mut last) = (old - 1, new - 1);
    let complete = at.trailing_ones();
    at >>= complete;
    last >>= complete;
    let (mut old_reached, mut new_reached) = (seed, seed);
    for sibling in rest {
        if last == 0 {
            return Err(PathError::Length);
        }
        if at & 1 == 1 || at == last {
            old_reached = hash::node(*sibling, old_reached);
            new_reached = hash::node(*sibling, new_reached);
            while at & 1 == 0 && at != 0 {
                at >>= 1;
                last >>= 1;
            }
        } else {
            new_reached = hash::node(new_reached, *sibling);
        }
        at >>= 1;
        last >>= 1;
    }
    match () {
        () if last != 0 => Err(PathError::Length),
        () if old_reached != old_root || new_reached != new_root => Err(PathError::Root),
        () => Ok(()),
    }
}
