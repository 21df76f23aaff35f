//! The log as the public sees it: newest checkpoint, key, and the check of everything stored.

use super::At;
use crate::witness::Problem;
use crate::{Engine, EngineError};
use ledger::tiles::{LEVELS, TILE_WIDTH};
use ledger::{Checkpoint, Report, VerifyingKey, WitnessKey};
use model::time::Timestamp;
use store::tables::witness as rows;
use store::{Database, StoreError, Tx, tables};

/// The newest checkpoint, a signed note, with the lines of those who cosigned it so far; `None` before the
/// first.
pub async fn checkpoint(engine: &Engine) -> Result<Option<String>, EngineError> {
    let read = |tx: &Tx<'_>| tables::ledger::head(tx)?.map(|head| crate::log::cosigned(tx, head)).transpose();
    Ok(engine.data.read("log_head", read).await?)
}

/// The key by which checkpoints, proofs and receipts are verified, as published.
pub fn key(engine: &Engine) -> String {
    engine.log_key().to_string()
}

/// Computes the whole log again and compares it with what is stored and signed.
///
/// # Errors
/// [`EngineError::Log`] names the first place where it breaks.
pub async fn check(data: &Database, key: &VerifyingKey) -> Result<Report, EngineError> {
    crate::log::check(data, key).await
}

/// How the log stands, for everybody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogStanding {
    pub name: String,
    /// As published: `name+id+key`.
    pub key: String,
    /// The newest checkpoint; `None` before the first.
    pub newest: Option<NewestCheckpoint>,
    /// Those who are asked to sign, as configured.
    pub witnesses: Vec<WitnessStanding>,
    /// How many of them a checkpoint needs to count as witnessed; nought without witnesses.
    pub quorum: usize,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewestCheckpoint {
    pub size: u64,
    /// The root, in base 64 as the checkpoint writes it.
    pub root: String,
    pub signed_at: At,
    /// Its three lines.
    pub text: String,
    /// Who signed it, by name, and when.
    pub witnessed_by: Vec<(String, At)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WitnessStanding {
    pub name: String,
    /// As published: `name+id+key`.
    pub key: String,
    /// Entries that it has seen.
    pub size: u64,
    /// When it signed last.
    pub cosigned_at: Option<At>,
    /// Why it did not sign when it was last asked.
    pub problem: Option<Problem>,
}

impl LogStanding {
    /// Whether as many signed the newest checkpoint as are asked for.
    pub fn is_witnessed(&self) -> bool {
        self.quorum > 0 && self.newest.as_ref().is_some_and(|newest| newest.witnessed_by.len() >= self.quorum)
    }
}

/// Newest checkpoint, key, and how far each witness is.
pub async fn standing(engine: &Engine) -> Result<LogStanding, EngineError> {
    let key = engine.log_key();
    let (peers, quorum) = engine.witnesses.as_ref().map_or((Vec::new(), 0), |witnesses| {
        (witnesses.peers.iter().map(|peer| peer.key.clone()).collect(), witnesses.quorum)
    });
    let keys: Vec<WitnessKey> = peers;
    let texts: Vec<String> = keys.iter().map(ToString::to_string).collect();
    let read = move |tx: &Tx<'_>| {
        let standings: Result<Vec<_>, _> = texts.iter().map(|key| rows::standing(tx, key)).collect();
        let Some(head) = tables::ledger::head(tx)? else { return Ok((None, standings?)) };
        let signed_at = head.signed_at;
        Ok::<_, StoreError>((Some((crate::log::cosigned(tx, head)?, signed_at)), standings?))
    };
    let (head, standings) = engine.data.read("log_standing", read).await?;
    let open = |(note, signed_at): (String, Timestamp)| {
        let opened = Checkpoint::open(&note, &key, &keys).map_err(EngineError::log)?;
        Ok::<_, EngineError>(NewestCheckpoint {
            size: opened.checkpoint.size,
            root: opened.checkpoint.root.to_base64(),
            signed_at: At(signed_at),
            text: opened.checkpoint.text(),
            witnessed_by: opened.witnessed_by.into_iter().map(|(name, at)| (name, At(at))).collect(),
        })
    };
    let newest = head.map(open).transpose()?;
    let witnesses = keys.iter().zip(standings).map(|(key, found)| WitnessStanding {
        name: key.name().to_owned(),
        key: key.to_string(),
        size: found.as_ref().map_or(0, |found| found.size),
        cosigned_at: found.as_ref().and_then(|found| found.cosigned_at).map(At),
        problem: found.and_then(|found| found.problem).as_deref().and_then(Problem::from_code),
    });
    let witnesses = witnesses.collect();
    Ok(LogStanding { name: key.name().to_owned(), key: key.to_string(), newest, witnesses, quorum })
}

/// The first `width` hashes of a tile, 32 bytes each, as far as the newest checkpoint covers them (C2SP tlog-tiles).
pub async fn tile(
    engine: &Engine,
    level: u8,
    index: u64,
    width: u16,
) -> Result<Option<Vec<u8>>, EngineError> {
    if level >= LEVELS {
        return Ok(None);
    }
    let read = move |tx: &Tx<'_>| {
        let size = tables::ledger::head(tx)?.map_or(0, |head| head.size);
        let whole = size >> (8 * u32::from(level));
        let covered = whole.saturating_sub(index.saturating_mul(TILE_WIDTH as u64));
        if covered < u64::from(width) {
            return Ok(None);
        }
        tables::ledger::tile(tx, level, index)
    };
    let stored: Option<Vec<u8>> = engine.data.read("tile", read).await?;
    Ok(stored.and_then(|hashes| hashes.get(..usize::from(width) * 32).map(<[u8]>::to_vec)))
}

/// The root over the first `size` entries, in base 64: for whoever kept a checkpoint of that size. `None` when
/// the log does not hold so many, or none.
pub async fn root_at(engine: &Engine, size: u64) -> Result<Option<String>, EngineError> {
    let read = move |tx: &Tx<'_>| {
        if size == 0 || tables::ledger::head(tx)?.is_none_or(|head| head.size < size) {
            return Ok(None);
        }
        Ok::<_, StoreError>(Some(crate::log::read_tiles(tx, ledger::tiles::needed_for_append(size))?))
    };
    let Some(tiles) = engine.data.read("root_at", read).await? else { return Ok(None) };
    let root = ledger::path::root(size, &tiles).map_err(EngineError::log)?;
    Ok(Some(root.to_base64()))
}
