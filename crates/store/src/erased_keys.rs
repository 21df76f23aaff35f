//! Which keys were destroyed: written in the very commit that destroys them, so that data brought back from an
//! older copy, which knows nothing of it, can be told.
//!
//! Invariant: an id and a hash of a key that is nowhere any more; nothing of a person.

use crate::error::StoreError;
use crate::port::Tx;
use crate::{params, statements};
use model::datamap::{Declaration, Item};
use model::keys::KeyId;

pub const DECLARATION: Declaration = Declaration {
    place: "erased_key",
    items: &[
        Item::own("id", "whose key it was: a random id", "erasing again after a return from a backup"),
        Item::own("erasure_tag", "what the log says of it", "erasing again after a return from a backup"),
    ],
};

statements! {
    NOTE = "INSERT INTO erased_key (id, erasure_tag) SELECT id, erasure_tag FROM key WHERE node = $1 AND id = $2 AND level = 0 ON CONFLICT (id) DO NOTHING";
    LIST = "SELECT id, erasure_tag FROM erased_key WHERE id > $1 ORDER BY id LIMIT $2";
}

/// Before they are deleted, by node and id.
pub(crate) fn note(tx: &Tx<'_>, keys: &[(KeyId, KeyId)]) -> Result<(), StoreError> {
    let rows: Vec<_> = keys.iter().map(|(node, id)| params![node, id]).collect();
    tx.execute_many(&NOTE, &rows).map(drop)
}

/// All, with their tags.
pub fn list(tx: &Tx<'_>) -> Result<Vec<(KeyId, [u8; 32])>, StoreError> {
    let (mut all, mut after) = (Vec::new(), [0; 16]);
    loop {
        let some = tx.query(&LIST, &params![after, 10_000])?;
        let Some(last) = some.last() else { return Ok(all) };
        after = last.id(0)?;
        for row in &some {
            all.push((row.id(0)?, row.array(1)?));
        }
    }
}
