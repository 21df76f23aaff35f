//! The ledger as its callers use it: a log in memory, its checkpoints, its files, and what happens
//! to them in hostile hands.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "helpers of tests, where a panic is the report"
)]

mod broken;
mod files;
mod hostile;
mod notes;
mod oracle;
mod witness;

use ledger::logged::Logged;
use ledger::{Checkpoint, Hash, SigningKey, Tiles, Tree, commit, leaf};

/// A log with everything it stores.
struct Log {
    tree: Tree,
    tiles: Tiles,
    key: SigningKey,
}

impl Log {
    fn new() -> Self {
        let key = SigningKey::from_seed(&[7; 32], "log.example/test").unwrap();
        Self { tree: Tree::new(), tiles: Tiles::new(), key }
    }

    /// With `size` entries: the big-endian numbers from 0 on.
    fn of(size: u64) -> Self {
        let mut log = Self::new();
        log.append(&(0..size).map(number).collect::<Vec<_>>());
        log
    }

    fn append(&mut self, leaves: &[Hash]) {
        self.tiles.apply(self.tree.append(leaves));
    }

    /// The log's state at its present size.
    fn head(&self) -> Checkpoint {
        let (size, root) = (self.tree.size(), self.tree.root());
        Checkpoint { origin: self.key.name().to_owned(), size, root }
    }

    fn logged(&self, index: u64) -> Logged {
        let note = self.head().sign(&self.key).unwrap();
        Logged::new(index, self.tree.size(), note, &self.tiles).unwrap()
    }
}

fn number(n: u64) -> Hash {
    leaf(&n.to_be_bytes())
}

const RECORD: &[u8] = r#"{"purpose":"news","question":"كل أسبوع؟","answer":"yes"}"#.as_bytes();
const OPENING: [u8; 64] = [9; 64];

/// A log of `size` entries with [`RECORD`] at `index`.
fn log_with_record(index: u64, size: u64) -> Log {
    let mut leaves: Vec<Hash> = (0..size).map(number).collect();
    leaves[usize::try_from(index).unwrap()] = leaf(&commit(&OPENING, RECORD));
    let mut log = Log::new();
    log.append(&leaves);
    log
}
