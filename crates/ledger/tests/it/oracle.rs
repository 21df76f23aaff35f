//! The tree against an independent implementation of RFC 6962, and the published proofs.

use crate::{Log, number};
use ct_merkle::mem_backed_tree::MemoryBackedTree;
use ct_merkle::{ConsistencyProof, InclusionProof, RootHash};
use ledger::path::{
    PathError, consistency, inclusion, needed_for_consistency, needed_for_inclusion, root,
    verify_consistency, verify_inclusion,
};
use ledger::tiles::needed_for_append;
use ledger::{Hash, TileError, TileId, TileReader as _, Tiles, leaf};
use proptest::prelude::*;
use sha2::Sha256;

type Oracle = MemoryBackedTree<Sha256, Vec<u8>>;

fn oracle(size: u64) -> Oracle {
    let mut tree = Oracle::new();
    for n in 0..size {
        tree.push(n.to_be_bytes().to_vec());
    }
    tree
}

fn bytes(hashes: &[Hash]) -> Vec<u8> {
    hashes.iter().flat_map(|hash| hash.0).collect()
}

/// Only these tiles, as a store would load them.
fn loaded(log: &Log, needed: &[TileId]) -> Tiles {
    let mut tiles = Tiles::new();
    for id in needed {
        tiles.insert(*id, log.tiles.tile(id.level, id.index).unwrap());
    }
    tiles
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn roots_and_proofs_are_those_of_the_oracle(size in 1_u64..1_500, a in any::<u64>(), b in any::<u64>()) {
        let (log, oracle) = (Log::of(size), oracle(size));
        let oracle_root: RootHash<Sha256> = oracle.root();
        prop_assert_eq!(&log.tree.root().0[..], oracle_root.as_bytes().as_slice());

        let index = a % size;
        let needed = needed_for_inclusion(index, size);
        let path = inclusion(index, size, &loaded(&log, &needed)).unwrap();
        let expected = oracle.prove_inclusion(usize::try_from(index).unwrap());
        prop_assert_eq!(&bytes(&path)[..], expected.as_bytes());
        prop_assert_eq!(verify_inclusion(number(index), index, size, &path, log.tree.root()), Ok(()));
        let ours = InclusionProof::<Sha256>::try_from_bytes(bytes(&path)).unwrap();
        prop_assert!(oracle_root.verify_inclusion(&index.to_be_bytes().to_vec(), index, &ours).is_ok());

        let old = 1 + b % size;
        let needed = needed_for_consistency(old, size);
        let path = consistency(old, size, &loaded(&log, &needed)).unwrap();
        let expected = oracle.prove_consistency(usize::try_from(size - old).unwrap());
        prop_assert_eq!(&bytes(&path)[..], expected.as_bytes());
        let old_root = Log::of(old).tree.root();
        prop_assert_eq!(verify_consistency(old, old_root, size, log.tree.root(), &path), Ok(()));
        let ours = ConsistencyProof::<Sha256>::try_from_bytes(bytes(&path)).unwrap();
        let mut older = Oracle::new();
        for n in 0..old {
            older.push(n.to_be_bytes().to_vec());
        }
        prop_assert!(oracle_root.verify_consistency(&older.root(), &ours).is_ok());

        // An earlier size is answered from the same tiles, which have grown since.
        prop_assert_eq!(root(old, &loaded(&log, &needed_for_append(old))), Ok(old_root));
    }

    #[test]
    fn a_changed_proof_does_not_verify(size in 2_u64..600, a in any::<u64>(), flip in any::<u64>(), grow in any::<bool>()) {
        let log = Log::of(size);
        let index = a % size;
        let good = inclusion(index, size, &log.tiles).unwrap();
        let root = log.tree.root();

        let at = usize::try_from(flip % good.len() as u64).unwrap();
        let mut flipped = good.clone();
        flipped[at].0[(flip >> 32) as usize % 32] ^= 1 << (flip % 8);
        prop_assert_eq!(verify_inclusion(number(index), index, size, &flipped, root), Err(PathError::Root));

        let mut resized = good.clone();
        if grow { resized.insert(at, number(flip)) } else { resized.remove(at); }
        prop_assert!(verify_inclusion(number(index), index, size, &resized, root).is_err());
        let elsewhere = (index + 1 + flip % (size - 1)) % size;
        prop_assert!(verify_inclusion(number(index), elsewhere, size, &good, root).is_err());
        prop_assert!(verify_inclusion(number(index), index + size, size, &good, root).is_err());

        let old = 1 + a % (size - 1);
        let old_root = Log::of(old).tree.root();
        let good = consistency(old, size, &log.tiles).unwrap();
        let mut flipped = good.clone();
        let at = usize::try_from(flip % good.len() as u64).unwrap();
        flipped[at].0[(flip >> 32) as usize % 32] ^= 1 << (flip % 8);
        prop_assert!(verify_consistency(old, old_root, size, root, &flipped).is_err());
        let mut resized = good.clone();
        if grow { resized.insert(at, number(flip)) } else { resized.remove(at); }
        prop_assert!(verify_consistency(old, old_root, size, root, &resized).is_err());
        prop_assert!(verify_consistency(old, number(flip), size, root, &good).is_err());
        prop_assert!(verify_consistency(old, old_root, size, number(flip), &good).is_err());
    }

    #[test]
    fn verifying_survives_any_numbers(
        index in any::<u64>(), size in any::<u64>(), path in prop::collection::vec(any::<[u8; 32]>(), 0..70)
    ) {
        let path: Vec<Hash> = path.into_iter().map(Hash).collect();
        prop_assert!(verify_inclusion(number(1), index, size, &path, number(2)).is_err());
        prop_assert!(verify_consistency(index, number(1), size, number(2), &path).is_err());
        prop_assert!(inclusion(index, size, &Tiles::new()).is_err() || size == 1);
        needed_for_inclusion(index, size);
        needed_for_consistency(index, size);
    }
}

#[test]
fn every_size_and_index_up_to_forty_verifies() {
    let log = Log::of(40);
    let roots: Vec<Hash> = (0..=40).map(|size| root(size, &log.tiles).unwrap()).collect();
    for size in 0..=40_u64 {
        let now = roots[size as usize];
        assert_eq!(now, Log::of(size).tree.root());
        for index in 0..size {
            let path = inclusion(index, size, &log.tiles).unwrap();
            assert_eq!(verify_inclusion(number(index), index, size, &path, now), Ok(()));
        }
        for old in 0..=size {
            let path = consistency(old, size, &log.tiles).unwrap();
            assert_eq!(verify_consistency(old, roots[old as usize], size, now, &path), Ok(()));
        }
    }
}

#[test]
fn proofs_across_three_levels_of_tiles_need_few_tiles() {
    let size = 70_000;
    let log = Log::of(size);
    for index in [0, 255, 256, 65_535, 65_536, 69_999] {
        let needed = needed_for_inclusion(index, size);
        assert!(needed.len() <= 6, "{} tiles for entry {index}", needed.len());
        let path = inclusion(index, size, &loaded(&log, &needed)).unwrap();
        assert_eq!(verify_inclusion(number(index), index, size, &path, log.tree.root()), Ok(()));
    }
    let older = Log::of(65_537).head();
    let needed = needed_for_consistency(older.size, size);
    let path = consistency(older.size, size, &loaded(&log, &needed)).unwrap();
    assert_eq!(verify_consistency(older.size, older.root, size, log.tree.root(), &path), Ok(()));
}

#[test]
fn proofs_are_those_published_with_rfc_6962() {
    let entries: [&[u8]; 8] = [
        b"",
        &[0x00],
        &[0x10],
        b"\x20\x21",
        b"\x30\x31",
        b"\x40\x41\x42\x43",
        b"\x50\x51\x52\x53\x54\x55\x56\x57",
        b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
    ];
    let mut log = Log::new();
    log.append(&entries.map(leaf));
    let text = |path: Vec<Hash>| path.iter().map(Hash::to_string).collect::<Vec<_>>();
    assert_eq!(
        text(inclusion(5, 8, &log.tiles).unwrap()),
        [
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ]
    );
    assert_eq!(
        text(consistency(6, 8, &log.tiles).unwrap()),
        [
            "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ]
    );
    assert_eq!(
        text(consistency(1, 8, &log.tiles).unwrap()),
        [
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ]
    );
}

#[test]
fn a_proof_for_what_is_not_there_is_refused() {
    let log = Log::of(5);
    assert_eq!(inclusion(5, 5, &log.tiles), Err(TileError::Beyond { index: 5, size: 5 }));
    assert_eq!(consistency(6, 5, &log.tiles), Err(TileError::Beyond { index: 6, size: 5 }));
    // The store lags behind the size it claims: its only tile lacks the hashes of entries 5 to 7.
    let short = TileError::Short { id: TileId { level: 0, index: 0 }, bytes: 5 * 32, wanted: 8 * 32 };
    assert_eq!(inclusion(0, 300, &log.tiles), Err(short));
}
