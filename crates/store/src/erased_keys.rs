//! Which keys were destroyed: written in the very commit that destroys them, so that data brought back from an
//! older copy, which knows nothing of it, can be told.
//!
//! Invariant: of a key that is nowhere any more two hashes, and nothing of a person. Whose it was is not kept:
//! only who holds the random id already, as an older copy of the data does, finds its line.

use crate::error::StoreError;
use crate::port::Tx;
use crate::{params, statements};
use model::datamap::{Declaration, Item};
use model::keys::KeyId;
use sha2::{Digest, Sha256};

pub const DECLARATION: Declaration = Declaration {
    place: "erased_key",
    items: &[
        Item::own(
            "id",
            "hash of the random id that the key belonged to",
            "erasing again after a return from a backup",
        ),
        Item::own("erasure_tag", "what the log says of it", "erasing again after a return from a backup"),
    ],
};

statements! {
    TAG = "SELECT id, erasure_tag FROM key WHERE node = $1 AND id = $2 AND level = 0";
    NOTE = "INSERT INTO erased_key (id, erasure_tag) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING";
    LIST = "SELECT id, erasure_tag FROM erased_key WHERE id > $1 ORDER BY id LIMIT $2";
}

/// Under which name a destroyed key is noted.
pub fn name_of(id: &KeyId) -> [u8; 32] {
    Sha256::new().chain_update(b"entente erased key\0").chain_update(id).finalize().into()
}

/// Before they are deleted, by node and id.
pub(crate) fn note(tx: &Tx<'_>, keys: &[(KeyId, KeyId)]) -> Result<(), StoreError> {
    let wanted: Vec<_> = keys.iter().map(|(node, id)| params![node, id]).collect();
    let mut rows = Vec::new();
    for found in tx.query_many(&TAG, &wanted)?.iter().flatten() {
        let (id, tag): (KeyId, [u8; 32]) = (found.id(0)?, found.array(1)?);
        rows.push(params![name_of(&id), tag]);
    }
    tx.execute_many(&NOTE, &rows).map(drop)
}

/// Whose key it was, as a name that nothing else bears, and its tag.
pub type Erased = ([u8; 32], [u8; 32]);

/// All, by name, with their tags.
pub fn list(tx: &Tx<'_>) -> Result<Vec<Erased>, StoreError> {
    let (mut all, mut after) = (Vec::new(), [0_u8; 32]);
    loop {
        let some = tx.query(&LIST, &params![after, 10_000])?;
        let Some(last) = some.last() else { return Ok(all) };
        after = last.array(0)?;
        for row in &some {
            all.push((row.array(0)?, row.array(1)?));
        }
    }
}
