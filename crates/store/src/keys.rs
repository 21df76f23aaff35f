//! The vault's key store: the tree of wrapped keys and a few named records, in a database of their own.
//!
//! Invariants: a change of the tree is written in whole or, if the tree is not any more what it was made
//! for, not at all; the number of the right to rotate only grows; when `clean` returns, what was removed or replaced before is in no page and no log of an
//! SQLite file. PostgreSQL gives no such promise (dead rows until VACUUM, the server's log). Neither has to:
//! it is the vault's new root that makes old copies useless.

use crate::erased_keys;
use crate::error::StoreError;
use crate::key_copies;
use crate::port::{Database, Tx};
use crate::together::{Share, Together};
use crate::value::{Row, Value};
use crate::{params, statements};
use model::datamap::{Declaration, Item, Protection, Retention};
use model::ports::{
    FlatKey, KeyId, KeyStore, KeyStoreError, Record, Replaced, Snapshot, Spine, TreeChange, TreeState,
    WrappedKey,
};
use model::time::{BoxFuture, Span, Timestamp};

statements! {
    GET = "SELECT id, node, level, wrapped, erasure_tag, created_at FROM key WHERE id = $1";
    IN_NODE = "SELECT id, node, level, wrapped, erasure_tag, created_at FROM key WHERE node = $1 ORDER BY id";
    LAST_IN_NODE = "SELECT id, node, level, wrapped, erasure_tag, created_at FROM key
                    WHERE node = $1 ORDER BY id DESC LIMIT 1";
    LIST = "SELECT id, node, level, wrapped, erasure_tag, created_at FROM key
            WHERE id > $1 AND level = 0 ORDER BY id LIMIT $2";
    COUNT = "SELECT count(*) FROM key WHERE node = $1";
    COUNT_LEAVES = "SELECT count(*) FROM key WHERE node = $1 AND level = 0";
    INSERT = "INSERT INTO key (id, node, level, wrapped, erasure_tag, created_at) VALUES ($1, $2, $3, $4, $5, $6)";
    keyed REPLACE = "UPDATE key SET level = $3, wrapped = $4 WHERE node = $1 AND id = $2";
    keyed MOVE = "UPDATE key SET level = $3, wrapped = $4, node = $5 WHERE node = $1 AND id = $2";
    keyed DELETE = "DELETE FROM key WHERE node = $1 AND id = $2";

    TREE = "SELECT epoch, shape, holder, held_until, fence FROM tree WHERE one = 1";
    SET_TREE = "UPDATE tree SET epoch = $1, shape = $2 WHERE one = 1";
    SET_HOLDER = "UPDATE tree SET holder = $1, held_until = $2, fence = $3 WHERE one = 1";
    FREE = "UPDATE tree SET holder = NULL, held_until = 0 WHERE one = 1 AND fence = $1";
    // A file is one process's, whose clock is as good; several that ask a server may have several clocks.
    pair NOW = {
        sqlite: "SELECT $1",
        postgres: "SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS BIGINT) WHERE CAST($1 AS BIGINT) IS NOT NULL",
    };

    SHORT = "SELECT id, level FROM key WHERE node = $1 ORDER BY id LIMIT $2";
    FELLED = "SELECT node FROM felled ORDER BY node LIMIT $1";
    FELL = "INSERT INTO felled (node) VALUES ($1) ON CONFLICT (node) DO NOTHING";
    SWEPT = "DELETE FROM felled WHERE node = $1";

    GET_RECORD = "SELECT value FROM record WHERE name = $1";
    RECORDS = "SELECT name, value FROM record ORDER BY name";
    DROP_RECORD = "DELETE FROM record WHERE name = $1";
    SET_RECORD = "INSERT INTO record (name, value) VALUES ($1, $2)
                  ON CONFLICT (name) DO UPDATE SET value = excluded.value";

    FLAT = "SELECT id, parent, wrapped, erasure_tag, created_at FROM flat_key
            WHERE parent IS NULL OR EXISTS (SELECT 1 FROM key WHERE key.id = flat_key.parent) LIMIT $1";
    MOVED_IN = "DELETE FROM flat_key WHERE id = $1";
    DROP_FLAT = "DELETE FROM flat_key";
}

/// What the key store keeps, for the data map.
pub const DECLARATIONS: &[Declaration] = &[
    Declaration {
        place: "key",
        items: &[
            Item::own("node", "the node of the tree that wraps it: a random id", "opening it"),
            Item::own("id", "whose key it is, or which node: a random id", "finding the key"),
            Item::own("level", "a key that seals, or how high a node stands", "the shape of the tree"),
            Item::own("wrapped", "the key itself, encrypted under its node", "opening what is sealed")
                .kept(Retention::UntilErasure)
                .protected(Protection::Wrapped),
            Item::own("erasure_tag", "what the log says once the key is destroyed", "the erasure receipt"),
            Item::own("created_at", "when it was made", "order"),
        ],
    },
    Declaration {
        place: "flat_key",
        items: &[
            Item::own("id", "whose key it is: a random id", "finding the key"),
            Item::own("parent", "the key that wraps it", "opening it"),
            Item::own(
                "wrapped",
                "a key of the time before the tree, until it is moved in",
                "opening what is sealed",
            )
            .kept(Retention::UntilProcessed)
            .protected(Protection::Wrapped),
            Item::own("erasure_tag", "what the log says once the key is destroyed", "the erasure receipt"),
            Item::own("created_at", "when it was made", "order"),
        ],
    },
    Declaration {
        place: "tree",
        items: &[
            Item::own("one", "always 1", "there being one row"),
            Item::own("epoch", "how often the root was changed", "erasing"),
            Item::own("shape", "how often nodes came or went", "writing nothing for an older tree"),
            Item::own("holder", "random id of the process that may change the root", "one at a time"),
            Item::own("held_until", "until when it may", "one at a time"),
            Item::own(
                "fence",
                "number of the right to change the root",
                "undoing nothing of whoever has it now",
            ),
        ],
    },
    Declaration {
        place: "felled",
        items: &[Item::own("node", "a node that hangs on nothing any more", "removing what lies in it")],
    },
    Declaration {
        place: "record",
        items: &[
            Item::own("name", "name of a record", "running the vault"),
            Item::own("value", "root check, remembered log head", "running the vault")
                .protected(Protection::Wrapped),
        ],
    },
];

/// The tree of wrapped keys in a database opened with `Schema::Keys`.
#[derive(Clone)]
pub struct SqlKeyStore {
    db: Database,
    loads: Together<Wanted>,
}

impl SqlKeyStore {
    pub fn new(db: Database) -> Self {
        Self { db, loads: Together::default() }
    }
}

impl From<StoreError> for KeyStoreError {
    fn from(error: StoreError) -> Self {
        Self(error.to_string())
    }
}

fn key(row: &Row) -> Result<WrappedKey, StoreError> {
    Ok(WrappedKey {
        id: row.id(0)?,
        node: row.id(1)?,
        level: u32::try_from(row.unsigned(2)?).unwrap_or(u32::MAX),
        wrapped: row.bytes(3)?.to_vec(),
        erasure_tag: row.opt_bytes(4)?.map(|_| row.array(4)).transpose()?,
        created_at: row.at(5)?,
    })
}

fn flat_key(row: &Row) -> Result<FlatKey, StoreError> {
    Ok(FlatKey {
        id: row.id(0)?,
        parent: row.opt_id(1)?,
        wrapped: row.bytes(2)?.to_vec(),
        erasure_tag: row.array(3)?,
        created_at: row.at(4)?,
    })
}

fn state(tx: &Tx<'_>) -> Result<TreeState, StoreError> {
    let row = tx.query_one(&TREE, &[])?;
    Ok(TreeState { epoch: row.unsigned(0)?, shape: row.unsigned(1)? })
}

fn records(tx: &Tx<'_>) -> Result<Vec<Record>, StoreError> {
    let rows = tx.query(&RECORDS, &[])?;
    rows.iter().map(|row| Ok((row.text(0)?.to_owned(), row.bytes(1)?.to_vec()))).collect()
}

fn count(tx: &Tx<'_>, node: &KeyId) -> Result<u64, StoreError> {
    tx.query_one(&COUNT, &params![node])?.unsigned(0)
}

fn number(value: u64) -> Value {
    Value::Int(i64::try_from(value).unwrap_or(i64::MAX))
}

/// Whether the tree is what the change was made for.
fn still_fits(tx: &Tx<'_>, change: &TreeChange) -> Result<bool, StoreError> {
    let row = tx.query_one(&TREE, &[])?;
    let (epoch, shape, fence) = (row.unsigned(0)?, row.unsigned(1)?, row.unsigned(4)?);
    if epoch != change.epoch
        || change.shape.is_some_and(|wanted| wanted != shape)
        || change.fence.is_some_and(|wanted| wanted != fence)
    {
        return Ok(false);
    }
    for (node, wanted) in &change.counts {
        if count(tx, node)? != *wanted {
            return Ok(false);
        }
    }
    if let Some((name, wanted)) = &change.record_was {
        let found = tx.query_opt(&GET_RECORD, &params![name])?;
        if found.as_ref().map(|row| row.bytes(0)).transpose()? != wanted.as_deref() {
            return Ok(false);
        }
    }
    match &change.records_were {
        Some(wanted) => Ok(records(tx)? == *wanted),
        None => Ok(true),
    }
}

fn write(tx: &Tx<'_>, change: &TreeChange) -> Result<bool, StoreError> {
    if !still_fits(tx, change)? {
        return Ok(false);
    }
    if let Some(next) = change.next {
        tx.execute(&SET_TREE, &[number(next.epoch), number(next.shape)])?;
    }
    let removed: Vec<_> = change.remove.iter().map(|(node, id)| params![node, id]).collect();
    erased_keys::note(tx, &change.remove)?;
    tx.execute_many(&DELETE, &removed)?;
    // Apart: naming a column of its key, even to the same value, has SQLite touch every index of the row.
    let (mut replaced, mut moved) = (Vec::with_capacity(change.replace.len()), Vec::new());
    for Replaced { from, key } in &change.replace {
        if *from == key.node {
            replaced.push(params![from, key.id, key.level, &key.wrapped]);
        } else {
            moved.push(params![from, key.id, key.level, &key.wrapped, key.node]);
        }
    }
    tx.execute_many(&REPLACE, &replaced)?;
    tx.execute_many(&MOVE, &moved)?;
    let put: Vec<_> = change
        .put
        .iter()
        .map(|key| params![key.id, key.node, key.level, &key.wrapped, key.erasure_tag, key.created_at])
        .collect();
    tx.execute_many(&INSERT, &put)?;
    tx.execute_many(&FELL, &change.felled.iter().map(|node| params![node]).collect::<Vec<_>>())?;
    tx.execute_many(&MOVED_IN, &change.moved_in.iter().map(|id| params![id]).collect::<Vec<_>>())?;
    let records: Vec<_> = change.records.iter().map(|(name, value)| params![name, value]).collect();
    tx.execute_many(&SET_RECORD, &records)?;
    let forgotten: Vec<_> = change.forgotten.iter().map(|name| params![name]).collect();
    tx.execute_many(&DROP_RECORD, &forgotten)?;
    Ok(true)
}

/// One after the other in a file that one process has; by time on a server that several ask. All ask for the same span, so a
/// right that reaches further was given by a clock that was ahead, and is none: the number keeps its holder from committing.
fn hold(
    tx: &Tx<'_>,
    holder: [u8; 16],
    anew: bool,
    now: Timestamp,
    span: Span,
) -> Result<Option<u64>, StoreError> {
    let row = tx.query_one(&TREE, &[])?;
    let (held_by, held_until, fence) = (row.opt_id::<[u8; 16]>(2)?, row.at(3)?, row.unsigned(4)?);
    let (is_file, is_own) = (tx.on_sqlite().is_some(), held_by == Some(holder));
    if is_own && !anew && is_file {
        return Ok(Some(fence));
    }
    let now = tx.query_one(&NOW, &params![now])?.at(0)?;
    let is_held = held_by.is_some() && held_until > now && held_until <= now.plus(span);
    if is_held && !is_own && !is_file {
        return Ok(None);
    }
    let taken = fence.saturating_add(1).max(u64::try_from(now.micros()).unwrap_or(0));
    let fence = if is_own && !anew { fence } else { taken };
    tx.execute(&SET_HOLDER, &params![holder, now.plus(span), number(fence)])?;
    Ok(Some(fence))
}

/// In a file the right is kept: there is nobody to give it to, and it would cost a write.
fn free(tx: &Tx<'_>, fence: u64) -> Result<bool, StoreError> {
    if tx.on_sqlite().is_some() {
        return Ok(tx.query_one(&TREE, &[])?.unsigned(4)? == fence);
    }
    Ok(tx.execute(&FREE, &[number(fence)])? > 0)
}

fn sweep(tx: &Tx<'_>, nodes: &[KeyId], limit: u32) -> Result<u64, StoreError> {
    let mut left = limit;
    for node in nodes {
        if left == 0 {
            break;
        }
        let rows = tx.query(&SHORT, &params![node, left])?;
        let (mut gone, mut nodes) = (Vec::with_capacity(rows.len()), Vec::new());
        for row in &rows {
            let id: KeyId = row.id(0)?;
            if row.int(1)? > 0 {
                nodes.push(params![id]);
            }
            gone.push(params![node, id]);
        }
        tx.execute_many(&FELL, &nodes)?;
        tx.execute_many(&DELETE, &gone)?;
        let found = u32::try_from(rows.len()).unwrap_or(left);
        if found < left {
            tx.execute(&SWEPT, &params![node])?;
        }
        left = left.saturating_sub(found);
    }
    Ok(u64::from(limit.saturating_sub(left)))
}

/// Keys that somebody waits for. A lane with one message asks for one; a server is asked for all that lanes wait for.
struct Wanted(Vec<KeyId>);

impl Share for Wanted {
    type Done = Snapshot;
    const NAME: &'static str = "load_keys";
    const WRITES: bool = false;
    const MOST: usize = 1_000;
    const COMMITS: usize = 2;

    fn weight(&self) -> usize {
        self.0.len()
    }

    fn commit(tx: &Tx<'_>, all: &[Self]) -> Result<Vec<Snapshot>, StoreError> {
        let ids: Vec<_> = all.iter().flat_map(|wanted| &wanted.0).map(|id| params![id]).collect();
        let mut found = tx.query_many(&GET, &ids)?.into_iter();
        let at = state(tx)?;
        let of = |wanted: &Self| {
            let own = found.by_ref().take(wanted.0.len()).flatten();
            Ok(Snapshot { at, keys: own.map(|row| key(&row)).collect::<Result<_, _>>()? })
        };
        all.iter().map(of).collect()
    }
}

type Answer<'a, T> = BoxFuture<'a, Result<T, KeyStoreError>>;

impl KeyStore for SqlKeyStore {
    fn load<'a>(&'a self, ids: &'a [KeyId]) -> Answer<'a, Snapshot> {
        let wanted = Wanted(ids.to_vec());
        Box::pin(async move {
            if self.db.can_be_shared() {
                return Ok(self.loads.store(&self.db, wanted).await?);
            }
            let load = move |tx: &Tx<'_>| Wanted::commit(tx, std::slice::from_ref(&wanted));
            let found = self.db.read(Wanted::NAME, load).await?;
            found.into_iter().next().ok_or_else(|| StoreError::Panicked { name: Wanted::NAME }.into())
        })
    }

    fn children<'a>(&'a self, nodes: &'a [KeyId]) -> Answer<'a, Snapshot> {
        let nodes = nodes.to_vec();
        Box::pin(self.db.read("keys_in_nodes", move |tx| {
            let mut keys = Vec::new();
            for node in &nodes {
                for row in tx.query(&IN_NODE, &params![node])? {
                    keys.push(key(&row)?);
                }
            }
            Ok(Snapshot { at: state(tx)?, keys })
        }))
    }

    fn spine(&self, crown: KeyId) -> Answer<'_, Spine> {
        Box::pin(self.db.read("key_spine", move |tx| {
            let mut nodes = Vec::new();
            let mut next = tx.query_opt(&GET, &params![crown])?.map(|row| key(&row)).transpose()?;
            while let Some(node) = next.take() {
                let is_lowest = node.level <= 1;
                let holds = if is_lowest {
                    tx.query_one(&COUNT_LEAVES, &params![node.id])?.unsigned(0)?
                } else {
                    count(tx, &node.id)?
                };
                if !is_lowest {
                    let last = tx.query_opt(&LAST_IN_NODE, &params![node.id])?;
                    next = last.map(|row| key(&row)).transpose()?.filter(|below| below.level < node.level);
                }
                nodes.push((node, holds));
            }
            Ok(Spine { at: state(tx)?, nodes })
        }))
    }

    fn list(&self, after: Option<KeyId>, limit: u32) -> Answer<'_, Vec<WrappedKey>> {
        let after = after.map_or(Vec::new(), |id| id.to_vec());
        Box::pin(self.db.read("list_keys", move |tx| {
            Ok(tx.query(&LIST, &params![&after, limit])?.iter().map(key).collect::<Result<_, _>>()?)
        }))
    }

    fn commit(&self, change: TreeChange) -> Answer<'_, bool> {
        Box::pin(self.db.write("change_tree", move |tx| Ok(write(tx, &change)?)))
    }

    fn hold(&self, holder: [u8; 16], anew: bool, now: Timestamp, span: Span) -> Answer<'_, Option<u64>> {
        Box::pin(self.db.write("hold_tree", move |tx| Ok(hold(tx, holder, anew, now, span)?)))
    }

    fn free(&self, fence: u64) -> Answer<'_, bool> {
        Box::pin(self.db.write("free_tree", move |tx| Ok(free(tx, fence)?)))
    }

    fn clean(&self) -> Answer<'_, ()> {
        Box::pin(async move { Ok(self.db.checkpoint_truncate().await?) })
    }

    fn oldest_copy(&self) -> Answer<'_, Option<Timestamp>> {
        Box::pin(self.db.read("oldest_copy", |tx| Ok(key_copies::oldest(tx)?)))
    }

    fn felled(&self, limit: u32) -> Answer<'_, Vec<KeyId>> {
        Box::pin(self.db.read("felled_keys", move |tx| {
            Ok(tx.query(&FELLED, &params![limit])?.iter().map(|row| row.id(0)).collect::<Result<_, _>>()?)
        }))
    }

    fn sweep(&self, nodes: Vec<KeyId>, limit: u32) -> Answer<'_, u64> {
        Box::pin(self.db.write("sweep_keys", move |tx| Ok(sweep(tx, &nodes, limit)?)))
    }

    fn record<'a>(&'a self, name: &'a str) -> Answer<'a, (TreeState, Option<Vec<u8>>)> {
        let name = params![name];
        Box::pin(self.db.read("get_record", move |tx| {
            let found = tx.query_opt(&GET_RECORD, &name)?;
            Ok((state(tx)?, found.map(|row| row.bytes(0).map(<[u8]>::to_vec)).transpose()?))
        }))
    }

    fn records(&self) -> Answer<'_, (TreeState, Vec<Record>)> {
        Box::pin(self.db.read("list_records", |tx| Ok((state(tx)?, records(tx)?))))
    }

    fn flat(&self, limit: u32) -> Answer<'_, Vec<FlatKey>> {
        Box::pin(self.db.read("flat_keys", move |tx| {
            Ok(tx.query(&FLAT, &params![limit])?.iter().map(flat_key).collect::<Result<_, _>>()?)
        }))
    }

    fn drop_flat(&self) -> Answer<'_, ()> {
        Box::pin(self.db.write("drop_flat_keys", |tx| Ok(tx.execute(&DROP_FLAT, &[]).map(drop)?)))
    }
}
