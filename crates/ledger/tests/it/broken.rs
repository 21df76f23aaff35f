//! A stored log that was changed, cut, or put back from an old copy.

use crate::Log;
use ledger::check::{Broken, Checker, Report, RollBack, check, extends};
use ledger::path::needed_for_consistency;
use ledger::tiles::{TileError, TileId};
use ledger::{Checkpoint, TileReader as _, Tiles};

const SIZE: u64 = 66_000;

fn id(level: u8, index: u64) -> TileId {
    TileId { level, index }
}

/// The tiles with one byte of one tile changed.
fn flipped(tiles: &Tiles, tile: TileId, at: usize) -> Tiles {
    let mut changed = tiles.clone();
    let mut bytes = tiles.tile(tile.level, tile.index).unwrap();
    bytes[at] ^= 1;
    changed.insert(tile, bytes);
    changed
}

#[test]
fn a_whole_log_is_reported_whole_at_every_earlier_checkpoint() {
    let log = Log::of(SIZE);
    for size in [0, 1, 255, 256, 257, 65_536, 65_999, SIZE] {
        let checkpoint = Log::of(size).head();
        let report = check(&log.tiles, SIZE, &checkpoint).unwrap();
        // 258 tiles of leaves, two above them, one above those.
        assert_eq!(report, Report { size: SIZE, root: log.tree.root(), tiles: 261, checkpoint_size: size });
    }
    let empty = Log::new();
    assert_eq!(check(&empty.tiles, 0, &empty.head()).unwrap().tiles, 0);
}

#[test]
fn names_the_first_place_where_a_log_was_changed() {
    let log = Log::of(SIZE);
    let head = log.head();
    let broken = |tiles: &Tiles| check(tiles, SIZE, &head).unwrap_err();
    // A changed leaf: the hash of its tile no longer fits.
    let leaf = flipped(&log.tiles, id(0, 3), 70);
    assert_eq!(broken(&leaf), Broken::Hash { tile: id(1, 0), entry: 3 });
    // Changed upper tiles: a full one, unfinished ones.
    assert_eq!(broken(&flipped(&log.tiles, id(1, 0), 32 * 9)), Broken::Hash { tile: id(1, 0), entry: 9 });
    assert_eq!(broken(&flipped(&log.tiles, id(1, 1), 0)), Broken::Hash { tile: id(1, 1), entry: 0 });
    assert_eq!(broken(&flipped(&log.tiles, id(2, 0), 31)), Broken::Hash { tile: id(2, 0), entry: 0 });
    // A changed leaf in the unfinished tile: only the checkpoint tells.
    assert_eq!(broken(&flipped(&log.tiles, id(0, 257), 5)), Broken::Root(SIZE));

    let rewritten = Checkpoint { root: Log::of(10).tree.root(), ..head.clone() };
    assert_eq!(check(&log.tiles, SIZE, &rewritten), Err(Broken::Root(SIZE)));
    let shorter = check(&log.tiles, SIZE - 1, &head);
    assert_eq!(shorter, Err(Broken::Shorter { checkpoint: SIZE, size: SIZE - 1 }));
    let beyond = check(&log.tiles, SIZE + 1, &head);
    let tile = TileError::Short { id: id(0, 257), bytes: 208 * 32, wanted: 209 * 32 };
    assert_eq!(beyond, Err(Broken::Tile(tile)));
    assert_eq!(check(&Tiles::new(), u64::MAX, &head), Err(Broken::Tile(TileError::Size(u64::MAX))));
}

#[test]
fn names_a_tile_that_is_missing() {
    let log = Log::of(SIZE);
    for missing in [id(0, 0), id(0, 100), id(0, 257), id(1, 0), id(1, 1), id(2, 0)] {
        let mut tiles = Tiles::new();
        for (tile, bytes) in log.tiles.iter().filter(|(tile, _)| *tile != missing) {
            tiles.insert(tile, bytes.to_vec());
        }
        assert_eq!(check(&tiles, SIZE, &log.head()), Err(Broken::Tile(TileError::Missing(missing))));
    }
}

#[test]
fn a_long_log_is_checked_tile_by_tile_and_not_half() {
    let log = Log::of(SIZE);
    let mut checker = Checker::new(SIZE, &log.head()).unwrap();
    let mut fed = 0;
    while let Some(tile) = checker.wanted() {
        assert_eq!(tile, id(0, fed));
        checker.feed(log.tiles.tile(tile.level, tile.index).as_deref(), &log.tiles).unwrap();
        fed += 1;
    }
    assert_eq!(checker.finish(&log.tiles), check(&log.tiles, SIZE, &log.head()));
    let unfed = Checker::new(SIZE, &log.head()).unwrap();
    assert_eq!(unfed.finish(&log.tiles), Err(Broken::Tile(TileError::Missing(id(0, 0)))));
}

#[test]
fn an_old_copy_put_back_is_told_from_a_log_that_went_on() {
    let now = Log::of(SIZE);
    for old in [0, 1, 256, 65_536, 65_999, SIZE] {
        let remembered = Log::of(old).head();
        let mut loaded = Tiles::new();
        for tile in needed_for_consistency(old, SIZE) {
            loaded.insert(tile, now.tiles.tile(tile.level, tile.index).unwrap());
        }
        assert_eq!(extends(&remembered, &now.head(), &loaded), Ok(()));
    }
    let old = Log::of(300);
    assert_eq!(
        extends(&now.head(), &old.head(), &old.tiles),
        Err(RollBack::Shorter { remembered: SIZE, found: 300 })
    );
    // Put back and then written on: long enough, but another history.
    let mut forked = Log::of(300);
    forked.append(&(0..SIZE).map(crate::number).collect::<Vec<_>>());
    let remembered = Log::of(400).head();
    assert_eq!(extends(&remembered, &forked.head(), &forked.tiles), Err(RollBack::Forked(400)));
    let foreign = Checkpoint { origin: "log.example/other".into(), ..now.head() };
    assert_eq!(extends(&foreign, &now.head(), &now.tiles), Err(RollBack::OtherLog));
    // A new database in the place of the one that was there.
    let nothing = Checkpoint { size: 0, ..now.head() };
    assert_eq!(extends(&remembered, &nothing, &Tiles::new()), Err(RollBack::Empty(remembered.size)));
    assert!(matches!(extends(&remembered, &now.head(), &Tiles::new()), Err(RollBack::Tile(_))));
}
