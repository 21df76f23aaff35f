//! The log of commitments: taken up at start, numbered by one sequencer, checked, proven from.
//!
//! What commits evidence writes a pending commitment; the sequencer gives the pending ones their
//! numbers, stores the tiles and signs a checkpoint in one commit, and then remembers the checkpoint
//! in the key store.
//!
//! Invariants: every pending commitment becomes exactly one leaf, however many nodes sequence at the
//! same time (compare and set on the newest checkpoint's size); the data's log always continues the
//! remembered one, or the program does not start: it was rolled back.

use crate::nodes::Job;
use crate::rest::rest;
use crate::{Engine, EngineError};
use ledger::{
    Checker, Checkpoint, Hash, Logged, Report, SigningKey, TileId, TileWrite, Tiles, Tree, VerifyingKey,
};
use ledger::{path, tiles};
use model::time::Timestamp;
use store::tables::ledger::{self as table, PendingLeaf};
use store::tables::{
    acceptance, announcement, audit, breach, data_map, erasure, installation, recipient, support, witness,
};
use store::{Database, StoreError, Tx};
use vault::Vault;

/// Commitments numbered in one commit.
const BATCH: u32 = 4_096;
/// The record in the key store that holds the newest checkpoint.
const REMEMBERED: &str = "ledger.head";
/// The setting that keeps the log's name.
pub(crate) const NAME: &str = "log.name";
/// The vault's secret from which the signing key is made.
pub(crate) const SEED: &str = "ledger.signing";

/// The log's name: as it was at the first start, since its checkpoints are signed under it.
pub(crate) async fn name(data: &Database, wanted: &str) -> Result<String, EngineError> {
    let wanted = wanted.to_owned();
    let kept = data
        .write("name_log", move |tx| {
            if let Some(kept) = installation::get(tx, NAME)? {
                return Ok::<_, StoreError>(kept);
            }
            installation::set(tx, NAME, wanted.as_bytes())?;
            Ok(wanted.clone().into_bytes())
        })
        .await?;
    String::from_utf8(kept).map_err(|_| EngineError::Log("its kept name is no text".to_owned()))
}

/// Whether this data was ever served: its log has a name then.
pub async fn has_begun(data: &Database) -> Result<bool, EngineError> {
    let kept = data.read("log_name", |tx| installation::get(tx, NAME)).await?;
    Ok(kept.is_some())
}

/// The size of the log as the key store remembers it.
pub(crate) async fn remembered_size(vault: &Vault) -> Result<Option<u64>, EngineError> {
    let Some(note) = vault.recall(REMEMBERED).await? else { return Ok(None) };
    size_of(&note).map(Some).ok_or_else(|| EngineError::Log("the remembered checkpoint is no text".into()))
}

/// Signed when it was written, and sealed since: the second line is the size.
fn size_of(note: &[u8]) -> Option<u64> {
    std::str::from_utf8(note).ok()?.lines().nth(1)?.parse().ok()
}

/// The key store remembers this checkpoint if it is over a larger log than the one remembered, in the same commit: a
/// node that was held up does not put an older head over a newer one.
pub(crate) async fn grow(vault: &Vault, note: &str) -> Result<(), EngineError> {
    let size = size_of(note.as_bytes());
    vault.remember_over(REMEMBERED, note.as_bytes(), move |known| size_of(known) < size).await?;
    Ok(())
}

/// What the key store is to remember from now on, in place of a longer log that was lost.
pub(crate) async fn remember(vault: &Vault, note: &str) -> Result<(), EngineError> {
    Ok(vault.remember(REMEMBERED, note.as_bytes()).await?)
}

/// Takes up the log and refuses one that does not continue what the key store remembers.
pub(crate) async fn load(data: &Database, vault: &Vault, key: &SigningKey) -> Result<Tree, EngineError> {
    let key = key.verifying_key();
    // In this order: another node may continue the log between the two, and remembers what it has written.
    let note = vault.recall(REMEMBERED).await?;
    let (head, tree) = stored(data, &key).await?;
    let Some(note) = note else { return Ok(tree) };
    let note = std::str::from_utf8(&note)
        .map_err(|_| EngineError::Log("the remembered checkpoint is no text".into()))?;
    let remembered = Checkpoint::open(note, &key, &[]).map_err(EngineError::log)?.checkpoint;
    let (old, new) = (remembered.size, head.size);
    let needed =
        data.read("tiles_since", move |tx| read_tiles(tx, path::needed_for_consistency(old, new))).await?;
    ledger::extends(&remembered, &head, &needed).map_err(EngineError::log)?;
    Ok(tree)
}

/// The stored log: its newest checkpoint, whose signature and root hold, and its growing edge.
async fn stored(data: &Database, key: &VerifyingKey) -> Result<(Checkpoint, Tree), EngineError> {
    let read = |tx: &Tx<'_>| {
        let Some(head) = table::head(tx)? else { return Ok(None) };
        let edge = read_tiles(tx, tiles::needed_for_append(head.size))?;
        Ok::<_, StoreError>(Some((head, edge)))
    };
    let Some((head, edge)) = data.read("log_edge", read).await? else {
        let root = Tree::new().root();
        return Ok((Checkpoint { origin: key.name().to_owned(), size: 0, root }, Tree::new()));
    };
    let checkpoint = Checkpoint::open(&head.note, key, &[]).map_err(EngineError::log)?.checkpoint;
    let tree = Tree::load(checkpoint.size, &edge).map_err(EngineError::log)?;
    if checkpoint.size != head.size || checkpoint.root != tree.root() {
        return Err(EngineError::Log(
            "its tiles do not have the root that was signed: restore the database from a backup".into(),
        ));
    }
    Ok((checkpoint, tree))
}

pub(crate) fn read_tiles(tx: &Tx<'_>, ids: Vec<TileId>) -> Result<Tiles, StoreError> {
    let mut found = Tiles::new();
    for id in ids {
        if let Some(bytes) = table::tile(tx, id.level, id.index)? {
            found.insert(id, bytes);
        }
    }
    Ok(found)
}

/// Some pending commitments with their numbers, ready to be stored.
struct Batch {
    /// The log's size before it.
    from: u64,
    pending: Vec<PendingLeaf>,
    tiles: Vec<TileWrite>,
    checkpoint: table::Checkpoint,
}

fn number(
    tree: &mut Tree,
    pending: Vec<PendingLeaf>,
    key: &SigningKey,
    now: Timestamp,
) -> Result<Batch, EngineError> {
    let from = tree.size();
    let leaves: Vec<Hash> = pending.iter().map(|p| ledger::leaf(&p.commitment)).collect();
    let tiles = tree.append(&leaves);
    let checkpoint = Checkpoint { origin: key.name().to_owned(), size: tree.size(), root: tree.root() };
    let note = checkpoint.sign(key).map_err(EngineError::log)?;
    let checkpoint =
        table::Checkpoint { size: checkpoint.size, root: checkpoint.root.0, note, signed_at: now };
    Ok(Batch { from, pending, tiles, checkpoint })
}

/// `false`: another node was quicker, or more has come in between; nothing was changed.
fn append(tx: &Tx<'_>, batch: &Batch) -> Result<bool, EngineError> {
    if table::head(tx)?.map_or(0, |head| head.size) != batch.from {
        return Ok(false);
    }
    if !table::number_pending(tx, &batch.pending, batch.from)? {
        return Ok(false);
    }
    for tile in &batch.tiles {
        table::set_tile(tx, tile.id.level, tile.id.index, &tile.bytes)?;
    }
    let numbered = batch.pending.iter().zip(batch.from..);
    let tags: Vec<_> =
        numbered.filter(|(p, _)| p.consent.is_none()).map(|(p, index)| (p.commitment, index)).collect();
    erasure::set_leaves(tx, &tags)?;
    data_map::set_leaves(tx, &tags)?;
    announcement::set_leaves(tx, &tags)?;
    acceptance::set_leaves(tx, &tags)?;
    recipient::set_leaves(tx, &tags)?;
    breach::set_leaves(tx, &tags)?;
    support::set_leaves(tx, &tags)?;
    audit::set_leaves(tx, &tags)?;
    table::insert_checkpoint(tx, &batch.checkpoint)?;
    Ok(true)
}

/// Numbers the oldest pending commitments, signs and remembers the new head; how many they were.
async fn sequence(engine: &Engine) -> Result<usize, EngineError> {
    let mut tree = engine.tree.lock().await;
    loop {
        let pending = engine.data.read("list_pending", |tx| table::list_pending(tx, BATCH)).await?;
        let count = pending.len();
        if count == 0 {
            return Ok(0);
        }
        let mut grown = tree.clone();
        let batch = number(&mut grown, pending, &engine.log_key, engine.clock.now())?;
        let note = batch.checkpoint.note.clone();
        if engine.data.write("append_to_log", move |tx| append(tx, &batch)).await? {
            *tree = grown;
            grow(&engine.vault, &note).await?;
            engine.wake.witness.notify_one();
            return Ok(count);
        }
        *tree = stored(&engine.data, &engine.log_key()).await?.1;
    }
}

impl Engine {
    /// Numbers everything that waits and signs its checkpoint now, without waiting for the next: for
    /// commands that end, and for tests.
    pub async fn checkpoint(&self) -> Result<(), EngineError> {
        while sequence(self).await? > 0 {}
        Ok(())
    }
}

/// The sequencer: once something waits, one checkpoint takes in what comes within the agreed time.
pub(crate) async fn run(engine: &Engine) {
    loop {
        engine.nodes.duty(Job::Log).await;
        if let Err(error) = engine.checkpoint().await {
            tracing::error!(%error, "the log could not be continued; trying again");
            engine.wake.log.notify_one();
        }
        rest(engine.wake.log.notified()).await;
        rest(engine.clock.sleep_until(engine.clock.now().plus(engine.settings.checkpoint_every))).await;
    }
}

/// A checkpoint's note with the lines of those who cosigned it.
pub(crate) fn cosigned(tx: &Tx<'_>, checkpoint: table::Checkpoint) -> Result<String, StoreError> {
    let mut note = checkpoint.note;
    for signed in witness::list_cosignatures(tx, checkpoint.size)? {
        note.push_str(&signed.line);
        note.push('\n');
    }
    Ok(note)
}

/// The newest checkpoint over entry `index` that enough witnesses signed; if there is none, one that somebody
/// did; else the newest.
fn best_over(tx: &Tx<'_>, index: u64, quorum: u64) -> Result<Option<table::Checkpoint>, StoreError> {
    let Some(head) = table::head(tx)?.filter(|head| index < head.size) else { return Ok(None) };
    for least in [quorum.max(1), 1] {
        if let Some(size) = witness::newest_with(tx, index, least)?
            && let Some(checkpoint) = table::checkpoint_at(tx, size)?
        {
            return Ok(Some(checkpoint));
        }
    }
    Ok(Some(head))
}

const WAITS: EngineError = EngineError::NotYet("the record waits for its checkpoint: ask again in a minute");

/// The proof that leaf `index` stands in the log, under the newest checkpoint that witnesses signed.
pub(crate) async fn proof(engine: &Engine, index: u64) -> Result<Logged, EngineError> {
    let quorum = engine.witnesses.as_ref().map_or(1, |witnesses| witnesses.quorum);
    let quorum = u64::try_from(quorum).unwrap_or(u64::MAX);
    let read = move |tx: &Tx<'_>| {
        let Some(mut head) = best_over(tx, index, quorum)? else { return Ok(None) };
        head.note = cosigned(tx, head.clone())?;
        let needed = read_tiles(tx, path::needed_for_inclusion(index, head.size))?;
        Ok::<_, StoreError>(Some((head, needed)))
    };
    let Some((head, needed)) = engine.data.read("tiles_of_leaf", read).await? else { return Err(WAITS) };
    Logged::new(index, head.size, head.note, &needed).map_err(EngineError::log)
}

/// The file that proves that a record was committed to in this leaf.
///
/// # Errors
/// [`EngineError::NotYet`] until it stands under a checkpoint.
pub(crate) async fn proof_file(
    engine: &Engine,
    leaf_index: Option<u64>,
    record: &[u8],
    opening: &[u8; 64],
) -> Result<Vec<u8>, EngineError> {
    let logged = proof(engine, leaf_index.ok_or(WAITS)?).await?;
    ledger::proof::build(record, opening, &logged).map_err(EngineError::log)
}

/// Checks a log as it lies there, without an engine: that it continues what the key store remembers,
/// and that every tile and the newest checkpoint fit.
///
/// # Errors
/// [`EngineError::Log`] names what does not stand; [`EngineError::NotFound`] when there is no log.
pub async fn check_stored(data: &Database, vault: &Vault) -> Result<Report, EngineError> {
    let kept = data.read("log_name", |tx| installation::get(tx, NAME)).await?;
    let name = kept.ok_or(EngineError::NotFound("a log"))?;
    let name =
        String::from_utf8(name).map_err(|_| EngineError::Log("its kept name is no text".to_owned()))?;
    let seed = vault.secret(SEED).await?;
    let key = SigningKey::from_seed(&seed, &name).map_err(EngineError::log)?;
    load(data, vault, &key).await?;
    check(data, &key.verifying_key()).await
}

/// Computes the whole stored log again and compares it with every tile and the newest checkpoint.
pub(crate) async fn check(data: &Database, key: &VerifyingKey) -> Result<Report, EngineError> {
    let Some(head) = data.read("log_head", table::head).await? else {
        let root = Tree::new().root();
        return Ok(Report { size: 0, root, tiles: 0, checkpoint_size: 0 });
    };
    let checkpoint = Checkpoint::open(&head.note, key, &[]).map_err(EngineError::log)?.checkpoint;
    let size = checkpoint.size;
    let upper = data.read("upper_tiles", move |tx| read_tiles(tx, upper_tiles(size))).await?;
    let mut checker = Checker::new(size, &checkpoint).map_err(EngineError::log)?;
    while let Some(id) = checker.wanted() {
        let tile = data.read("tile", move |tx| table::tile(tx, id.level, id.index)).await?;
        checker.feed(tile.as_deref(), &upper).map_err(EngineError::log)?;
    }
    checker.finish(&upper).map_err(EngineError::log)
}

/// Every tile above level 0 of a log of `size` leaves.
fn upper_tiles(size: u64) -> Vec<TileId> {
    let width = u64::try_from(tiles::TILE_WIDTH).unwrap_or(u64::MAX);
    let mut ids = Vec::new();
    let mut hashes = size;
    for level in 1..tiles::LEVELS {
        hashes /= width;
        ids.extend((0..hashes.div_ceil(width)).map(|index| TileId { level, index }));
    }
    ids
}
