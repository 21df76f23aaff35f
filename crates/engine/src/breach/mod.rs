//! Breaches of personal data: what is kept of a case, and the entries of the register, each of which commits to the one
//! before and is a leaf of the log (GDPR article 33(5)).
//!
//! Invariants: an entry and what it changes of its case are one commit; a brand's entries are one chain, whose newest
//! is remembered in the key store too, so that a register from which something was taken shows it.

pub(crate) mod affected;
pub(crate) mod mail;
pub(crate) mod tell;

pub use mail::{MailDraft, Mailed};

use crate::audit::{self, Act};
use crate::brands::BrandContext;
use crate::evidence::{Kept, rfc3339};
use crate::views::own::opened;
use crate::{Actor, Engine, EngineError, log};
use minicbor::{Decode, Encode};
use model::breach::{EntryKind, Field};
use model::id::{BrandId, BreachEntryId, BreachId};
use model::personal::Personal;
use model::time::Timestamp;
use serde_json::{Value, json};
use store::Tx;
use store::tables::audit as entries;
use store::tables::breach::{self, Head, StoredBreach, StoredEntry};
use store::tables::ledger::{self, PendingLeaf};

/// Name and version of the record's format.
const FORMAT: &str = "entente-breach/1";
const TABLE: &str = "breach_entry";
/// Entries that are checked at a time.
const SOME: u32 = 200;

/// What people are told, in one language.
#[derive(Debug, Clone, Default, PartialEq, Eq, Encode, Decode)]
pub struct Words {
    #[n(0)]
    pub language: String,
    /// What happened.
    #[n(1)]
    pub happened: String,
    /// What was done.
    #[n(2)]
    pub done: String,
    /// What they can do themselves.
    #[n(3)]
    pub advice: String,
    /// What is likely to follow (article 34(2)); empty in texts of before it was asked for.
    #[n(4)]
    #[cbor(default)]
    pub follows: String,
}

/// What people are to be told, as it is being written: nobody is told it before it was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct Draft {
    #[n(0)]
    pub texts: Vec<Words>,
    /// When it was written, by which one draft is told from another.
    #[n(1)]
    pub at: Timestamp,
}

/// What lies in `breach.sealed`.
#[derive(Clone, Default, Encode, Decode)]
pub(crate) struct Facts {
    #[n(0)]
    pub title: Personal<String>,
    #[n(1)]
    pub nature: Personal<String>,
    #[n(2)]
    pub contact: Personal<String>,
    #[n(3)]
    pub consequences: Personal<String>,
    #[n(4)]
    pub measures: Personal<String>,
    /// Why the authority was told late, or is not told.
    #[n(5)]
    pub reason: Personal<String>,
    /// What people are told; nothing until that was written.
    #[n(6)]
    pub texts: Vec<Words>,
    /// Whether the authority was told all that it has to be told at least.
    #[n(7)]
    pub told_in_full: bool,
    #[n(8)]
    pub draft: Option<Draft>,
    /// Whether it is only practised: then nobody is told anything.
    #[n(9)]
    #[cbor(default)]
    pub is_drill: bool,
    /// The mail to the authority, as it was shown last: the next one begins with its address.
    #[n(10)]
    pub mail: Option<MailDraft>,
}

impl Facts {
    pub fn open(ctx: &BrandContext, stored: &StoredBreach) -> Result<Self, EngineError> {
        opened(&ctx.key, &ctx.place("breach", stored.id.0), &stored.sealed)
    }

    pub fn seal(&self, engine: &Engine, ctx: &BrandContext, id: BreachId) -> Result<Vec<u8>, EngineError> {
        ctx.key
            .seal_value(&ctx.place("breach", id.0), self, &*engine.entropy)
            .map_err(|_| EngineError::Sealed { place: "breach" })
    }

    /// What of that which the authority is told at least is not known yet.
    pub fn missing(&self) -> Vec<Field> {
        let text = |field| match field {
            Field::Nature => &self.nature,
            Field::Contact => &self.contact,
            Field::Consequences => &self.consequences,
            Field::Measures => &self.measures,
        };
        Field::ALL.into_iter().filter(|field| text(*field).reveal().is_empty()).collect()
    }
}

/// An opened entry.
pub(crate) struct Opened {
    pub record: String,
    pub key: [u8; 64],
}

impl Opened {
    pub fn of(ctx: &BrandContext, entry: &StoredEntry) -> Result<Self, EngineError> {
        let kept: Kept = opened(&ctx.key, &ctx.place(TABLE, entry.id.0), &entry.sealed)?;
        Ok(Self { key: kept.opening(TABLE)?, record: kept.record.reveal().clone() })
    }

    pub fn value(&self) -> Result<Value, EngineError> {
        serde_json::from_str(&self.record).map_err(|_| EngineError::Sealed { place: TABLE })
    }
}

/// The case that an entry is about, as it stands with that entry.
pub(crate) enum Case {
    New(StoredBreach),
    Known(StoredBreach),
}

pub(crate) fn changed() -> EngineError {
    EngineError::Conflict("somebody wrote into the register meanwhile: look at it again".to_owned())
}

pub(crate) async fn head(engine: &Engine, brand: BrandId) -> Result<Option<Head>, EngineError> {
    Ok(engine.data.read("breach_head", move |tx| breach::head(tx.brand(brand))).await?)
}

/// Writes an entry behind `after`, which is what its writer had before them, and how the case stands with it.
///
/// # Errors
/// [`EngineError::Conflict`] when somebody else wrote into the register meanwhile.
pub(crate) async fn write(
    engine: &Engine,
    ctx: &BrandContext,
    after: Option<Head>,
    case: Case,
    (kind, facts): (EntryKind, Value),
    actor: &Actor,
) -> Result<(), EngineError> {
    let now = engine.clock.now();
    let (Case::New(stored) | Case::Known(stored)) = &case;
    let (id, breach_id) = (BreachEntryId::new(now, &*engine.entropy), stored.id);
    let act = Act::BreachStep { breach: breach_id, step: kind.code() };
    let audited = audit::by(engine, ctx, actor, &act).await?;
    let number = after.map_or(1, |head| head.number.saturating_add(1));
    let record = json!({
        "format": FORMAT,
        "event": "breach",
        "brand": ctx.id.to_string(),
        "controller": ctx.brand.controller.name,
        "breach": breach_id.to_string(),
        "number": number,
        "kind": kind.code(),
        "written_at": rfc3339(now),
        "previous": after.map(|head| hex::encode(head.commitment)),
        "facts": facts,
    })
    .to_string();
    let (kept, commitment) = Kept::commit(engine, record);
    let sealed = ctx
        .key
        .seal_value(&ctx.place(TABLE, id.0), &kept, &*engine.entropy)
        .map_err(|_| EngineError::Sealed { place: TABLE })?;
    let entry = StoredEntry {
        id,
        breach: breach_id,
        number,
        kind: kind.into(),
        written_at: now,
        commitment,
        leaf_index: None,
        sealed,
    };
    let leaf = PendingLeaf { id: id.0, commitment, consent: None };
    let brand = ctx.id;
    let commit = move |tx: &Tx<'_>| {
        let scope = tx.brand(brand);
        match &case {
            // Its row comes first: the entry points to it.
            Case::New(stored) => breach::insert(scope, stored)?,
            Case::Known(stored) => {
                breach::set(scope, stored)?;
            }
        }
        if !breach::append(scope, after, &entry)? {
            return Err(changed());
        }
        entries::insert(scope, &audited)?;
        Ok::<_, EngineError>(ledger::insert_pending(tx, std::slice::from_ref(&leaf))?)
    };
    engine.data.write("write_breach", commit).await?;
    // It stands: whoever works on it is called whatever becomes of the note.
    engine.wake.log.notify_one();
    engine.wake.breach.notify_one();
    remember(engine, ctx.id, Head { number, commitment }).await?;
    Ok(())
}

fn name(brand: BrandId) -> String {
    format!("breach.head/{brand}")
}

fn remembered(note: &[u8]) -> Option<Head> {
    let (number, commitment) = note.split_first_chunk::<8>()?;
    Some(Head { number: u64::from_be_bytes(*number), commitment: commitment.try_into().ok()? })
}

/// The key store knows the newest entry, apart from the data.
async fn remember(engine: &Engine, brand: BrandId, head: Head) -> Result<(), EngineError> {
    let note = [&head.number.to_be_bytes()[..], &head.commitment].concat();
    let is_over = move |known: &[u8]| remembered(known).is_none_or(|known| known.number < head.number);
    engine.vault.remember_over(&name(brand), &note, is_over).await?;
    Ok(())
}

/// The register is gone with its brand.
pub(crate) async fn forget(engine: &Engine, brand: BrandId) -> Result<(), EngineError> {
    Ok(engine.vault.forget(&name(brand)).await?)
}

/// What a check of a whole register found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    pub entries: u64,
    /// Of the newest entry that stands in the log.
    pub leaf_index: Option<u64>,
    /// What is not as it was written, in plain words; `None`: everything is.
    pub fault: Option<Fault>,
}

/// What is wrong with a register.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The entry of this number is missing.
    Missing(u64),
    /// The entry of this number is another one than was committed to.
    Changed(u64),
    /// The entry of this number does not stand in the log where it says.
    NotInLog(u64),
}

/// Reads a brand's whole register: that no entry is missing, none was changed, each stands in the log, and the newest
/// is the one that the key store knows.
pub(crate) async fn check(engine: &Engine, ctx: &BrandContext) -> Result<Checked, EngineError> {
    let known = engine.vault.recall(&name(ctx.id)).await?;
    let known = known.as_ref().and_then(|note| remembered(note));
    let mut found = Checked { entries: 0, leaf_index: None, fault: None };
    let mut last: Option<Head> = None;
    loop {
        let (brand, after) = (ctx.id, last.map_or(0, |head| head.number));
        let read = move |tx: &Tx<'_>| breach::list_entries(tx.brand(brand), after, SOME);
        let some = engine.data.read("breach_entries", read).await?;
        if some.is_empty() {
            break;
        }
        for entry in some {
            let number = last.map_or(1, |head| head.number.saturating_add(1));
            let fault = match entry.number {
                wrong if wrong != number => Some(Fault::Missing(number)),
                _ => fault(engine, ctx, &entry, (last, known)).await?,
            };
            if fault.is_some() {
                return Ok(Checked { fault, ..found });
            }
            found.entries = entry.number;
            found.leaf_index = entry.leaf_index.or(found.leaf_index);
            last = Some(Head { number: entry.number, commitment: entry.commitment });
        }
    }
    if known.is_some_and(|known| last.is_none_or(|last| last.number < known.number)) {
        found.fault = Some(Fault::Missing(found.entries.saturating_add(1)));
    }
    Ok(found)
}

/// Whether the entry is the one that was committed to, behind `last`; of what it tells may be news to this version.
fn is_as_written(entry: &StoredEntry, open: &Opened, last: Option<Head>) -> Result<bool, EngineError> {
    let commitment: [u8; 32] = ::ledger::commit(&open.key, open.record.as_bytes());
    let record = open.value()?;
    let text = |name: &str| record.get(name).and_then(Value::as_str);
    let previous = last.map(|head| hex::encode(head.commitment));
    Ok(commitment == entry.commitment
        && record.get("number").and_then(Value::as_u64) == Some(entry.number)
        && text("kind") == Some(entry.kind.code())
        && text("breach") == Some(entry.breach.to_string().as_str())
        && text("previous") == previous.as_deref())
}

async fn fault(
    engine: &Engine,
    ctx: &BrandContext,
    entry: &StoredEntry,
    (last, known): (Option<Head>, Option<Head>),
) -> Result<Option<Fault>, EngineError> {
    let changed = Some(Fault::Changed(entry.number));
    let Ok(open) = Opened::of(ctx, entry) else { return Ok(changed) };
    if !is_as_written(entry, &open, last)?
        || known.is_some_and(|known| known.number == entry.number && known.commitment != entry.commitment)
    {
        return Ok(changed);
    }
    let Some(index) = entry.leaf_index else { return Ok(None) };
    let logged = match log::proof(engine, index).await {
        Ok(logged) => logged,
        // Numbered, and its checkpoint is about to be signed.
        Err(EngineError::NotYet(_)) => return Ok(None),
        Err(error) => return Err(error),
    };
    let stands = ::ledger::proof::build(open.record.as_bytes(), &open.key, &logged)
        .is_ok_and(|file| ::ledger::proof::verify(&file, &engine.log_key(), &[]).is_ok());
    Ok((!stands).then_some(Fault::NotInLog(entry.number)))
}

/// The proof file of an entry, for whoever is to check that it was written then and not changed since.
///
/// # Errors
/// [`EngineError::NotFound`]; [`EngineError::NotYet`] until it stands under a checkpoint.
pub(crate) async fn proof(engine: &Engine, ctx: &BrandContext, number: u64) -> Result<Vec<u8>, EngineError> {
    let brand = ctx.id;
    let read = move |tx: &Tx<'_>| breach::list_entries(tx.brand(brand), number.saturating_sub(1), 1);
    let found = engine.data.read("breach_entry", read).await?;
    let entry = found.into_iter().find(|entry| entry.number == number);
    let entry = entry.ok_or(EngineError::NotFound("this entry"))?;
    let open = Opened::of(ctx, &entry)?;
    log::proof_file(engine, entry.leaf_index, open.record.as_bytes(), &open.key).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use store::tables::breach::Kind;

    #[test]
    fn claim_x8_an_entry_of_a_newer_version_is_none_that_was_changed() {
        let (breach, key) = (BreachId([1; 16]), [7; 64]);
        let record =
            json!({ "number": 1, "kind": "of_later", "breach": breach.to_string(), "previous": null });
        let open = Opened { record: record.to_string(), key };
        let as_row = |code: &str| StoredEntry {
            id: BreachEntryId([2; 16]),
            breach,
            number: 1,
            kind: Kind(code.to_owned()),
            written_at: Timestamp::ZERO,
            commitment: ::ledger::commit(&key, open.record.as_bytes()),
            leaf_index: None,
            sealed: Vec::new(),
        };
        let unknown = as_row("of_later");
        assert_eq!(unknown.kind.known(), None);
        assert!(is_as_written(&unknown, &open, None).unwrap());
        assert!(!is_as_written(&as_row("facts"), &open, None).unwrap(), "the row says something else");
    }
}
