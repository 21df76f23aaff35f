//! After a backup was brought back and before anything is served: what was erased since is gone again, what
//! was withdrawn stays withdrawn, nothing that may have been sent is sent again.
//!
//! Invariants: safe to run again from the start after a crash; nothing here opens what was erased; until it
//! is done the data is marked as being restored, and the program does not serve it.

mod gone;

use self::gone::Gone;
use crate::accounts::AccountProfile;
use crate::accounts::notice::Notice;
use crate::actions::pages::is_waiting;
use crate::audit::{self, Act};
use crate::log;
use crate::look_ups::{email_mac, hash_again, lead_mac};
use crate::mail::{Letter, PATIENCE};
use crate::views::own::opened;
use crate::{Engine, EngineError};
use ::ledger::{Checkpoint, SigningKey, Tree};
use model::entropy::{Entropy, random};
use model::id::{BrandId, LeadId, PageId};
use model::lead::LeadProfile;
use model::page::Page;
use model::time::{Clock, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::HashSet;
use store::tables::look_ups::Hashed;
use store::tables::lookup::Macs;
use store::tables::removal::{self, Counts};
use store::tables::restored::{self, Withdrawn};
use store::tables::{
    self, Scope, account, account_lookup, delivery, installation, lead, lease, ledger, lookup, page,
};
use store::{Database, StoreError, Tx};
use vault::{Place, Vault};

/// A lease without end, held while a backup is being brought back; leases are in no copy.
const UNDER_WAY: &str = "restore";
const NOBODY: [u8; 16] = [0; 16];
/// When it was last done, in microseconds: withdrawals may have come after the copy, also some of which the key
/// store remembers no checkpoint.
const RESTORED_AT: &str = "restore.at";
/// What was done, as JSON: hashed into the log.
const RECORD: &str = "restore.record";
/// `1` until the admins were told.
const UNTOLD: &str = "restore.untold";
/// Remembered by a key store that came from a copy, until the return that it came for is done.
const KEYS_COPIED: &str = "restore.keys_copied";
/// Leads looked through at a time.
const CHUNK: u32 = 2_000;

/// What else is known of the time after the copy.
#[derive(Debug, Clone, Default)]
pub struct Since {
    /// Withdrawals, as they stood when the keys were copied.
    pub withdrawn: Vec<Withdrawn>,
    /// The newest time at which either copy was made, as it is said (RFC 3339).
    pub known_until: String,
    /// When the copy of the data was made; `None`: now.
    pub copied_at: Option<Timestamp>,
    /// What was erased, by the key store: names (`store::erased_keys::name_of`) and tags.
    pub erased: Vec<([u8; 32], [u8; 32])>,
    /// Whether a log that lost its newest records is taken up under another name.
    pub accept_log_loss: bool,
}

/// What was done.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Restored {
    pub at: String,
    /// Leads whose key is gone, and whose rows went with it.
    pub leads_erased: u64,
    pub accounts_erased: u64,
    #[serde(default)]
    pub brands_erased: u64,
    pub withdrawals_taken_over: u64,
    /// Who withdrew after this, and after the copy of the data, is not known to have.
    #[serde(default)]
    pub withdrawals_known_until: String,
    pub broadcasts_stopped: u64,
    pub deliveries_unknown: u64,
    pub tokens_revoked: u64,
    pub look_ups: u64,
    /// Rows that could not be opened: whoever they are of is not found by them. The log names them.
    #[serde(default)]
    pub rows_damaged: u64,
    /// Records of the log that are lost: those after the copy.
    pub log_records_lost: u64,
    /// The name under which the log goes on after a loss.
    pub log_goes_on_as: Option<String>,
}

/// What is done so far.
#[derive(Default)]
struct Work {
    done: Restored,
    /// Of whom the copy has rows, and the keys are gone: by the names under which the key store notes them.
    /// Whatever goes with a brand or an account is not in it.
    gone: HashSet<[u8; 32]>,
}

impl Work {
    fn is_gone(&mut self, id: &[u8; 16]) {
        self.gone.insert(store::erased_keys::name_of(id));
    }

    const fn is_damaged(&mut self, rows: u64) {
        self.done.rows_damaged = self.done.rows_damaged.saturating_add(rows);
    }
}

/// The key store itself came from a copy: nobody knows any more how long the log was, nor what was revoked. Also
/// of a return that is begun again.
pub async fn note_copied_keys(vault: &Vault) -> Result<(), EngineError> {
    Ok(vault.remember(KEYS_COPIED, b"1").await?)
}

/// The data may not be served until [`settle`] is done.
pub async fn begin(data: &Database) -> Result<(), EngineError> {
    let never = Timestamp(i64::MAX);
    data.write("restore_begin", move |tx| lease::take(tx, UNDER_WAY, &NOBODY, never, Timestamp::ZERO))
        .await?;
    Ok(())
}

/// What somebody does who serves these data at this moment, as far as their rows tell: another process on another
/// machine, perhaps.
pub fn at_work(tx: &Tx<'_>, now: Timestamp) -> Result<Option<String>, StoreError> {
    Ok(lease::list_living(tx, now)?.into_iter().find(|name| name != UNDER_WAY))
}

/// Refuses data whose restoring was broken off.
pub async fn check_is_done(data: &Database) -> Result<(), EngineError> {
    let is_under_way =
        data.read("restore_mark", |tx| lease::holder_is(tx, UNDER_WAY, &NOBODY, Timestamp::ZERO)).await?;
    match is_under_way {
        true => Err(EngineError::Log(
            "a restore into this database was broken off: move the database away and run `entente restore` again"
                .to_owned(),
        )),
        false => Ok(()),
    }
}

pub(crate) async fn restored_at(data: &Database) -> Result<Option<Timestamp>, EngineError> {
    check_is_done(data).await?;
    let kept = data.read("restored_at", |tx| installation::get(tx, RESTORED_AT)).await?;
    let micros = kept.and_then(|bytes| bytes.try_into().ok()).map(i64::from_be_bytes);
    Ok(micros.map(Timestamp))
}

/// Writes to the admins, once, at the first start after a return.
pub(crate) async fn tell(engine: &Engine) -> Result<(), EngineError> {
    let read = |tx: &Tx<'_>| {
        let is_untold = installation::get(tx, UNTOLD)?.is_some_and(|mark| mark == b"1");
        Ok::<_, StoreError>((is_untold, installation::get(tx, RECORD)?, installation::get(tx, RESTORED_AT)?))
    };
    let (true, Some(record), Some(at)) = engine.data.read("restore_untold", read).await? else {
        return Ok(());
    };
    let Ok(done) = serde_json::from_slice::<Restored>(&record) else { return Ok(()) };
    let at = Timestamp(i64::from_be_bytes(at.try_into().unwrap_or_default()));
    let mut all = Vec::new();
    for ctx in engine.brands() {
        let (lost, unknown) = (done.log_records_lost, done.deliveries_unknown);
        let letter =
            |notice: &mut Notice<'_>| Letter::Restored { at, lost, unknown, link: notice.page("/app") };
        let entry = audit::program(engine, &ctx, &Act::Restored { lost })?;
        all.push((ctx.id, engine.told_admins(ctx.id, letter).await?, entry));
    }
    engine
        .data
        .write("restore_told", move |tx| {
            for (brand, letters, entry) in &all {
                letters.iter().try_for_each(|rows| rows.insert(tx.brand(*brand)))?;
                store::tables::audit::insert(tx.brand(*brand), entry)?;
            }
            installation::set(tx, UNTOLD, b"0")
        })
        .await?;
    Ok(())
}

/// How many records of the log the data lacks, by what the key store remembers.
pub async fn log_gap(vault: &Vault, size: u64) -> Result<u64, EngineError> {
    Ok(log::remembered_size(vault).await?.unwrap_or(0).saturating_sub(size))
}

/// Makes a copy that was just filled in fit to be served. `told` hears of progress, in leads.
pub async fn settle(
    data: &Database,
    vault: &Vault,
    (clock, entropy): (&dyn Clock, &dyn Entropy),
    since: Since,
    mut told: impl FnMut(u64),
) -> Result<Restored, EngineError> {
    let now = clock.now();
    let mut done = Restored {
        at: crate::views::At(now).to_string(),
        withdrawals_known_until: since.known_until,
        ..Restored::default()
    };
    let (head, name) = data
        .read("log_of_copy", |tx| {
            let name = installation::get(tx, log::NAME)?;
            Ok::<_, StoreError>((ledger::head(tx)?.map_or(0, |head| head.size), name))
        })
        .await?;
    done.log_records_lost = log_gap(vault, head).await?;
    if done.log_records_lost > 0 && !since.accept_log_loss {
        return Err(EngineError::Log(format!(
            "the backup lacks the newest {} records of the log, which the key store remembers: take a newer backup, or run the restore again with --accept-log-loss",
            done.log_records_lost
        )));
    }

    let waited = since.copied_at.unwrap_or(now).minus(PATIENCE);
    done.withdrawals_taken_over = take_over(data, since.withdrawn).await?;
    let unknown = erase_again(data, vault, &since.erased).await?;
    let root = (vault.epoch(), vault.strength().letter());
    let gone = Gone { tags: since.erased.into_iter().collect(), now, root };
    let mut work = Work { done, gone: HashSet::new() };
    rebuild(data, vault, clock, &gone, &mut work, &mut told).await?;
    let Work { mut done, gone } = work;
    // Of keys of which the copy has nobody there is nothing to say: they are gone from it too.
    let lost: Vec<_> =
        unknown.iter().filter(|(name, _)| gone.contains(name)).map(|(name, tag)| leaf(name, *tag)).collect();

    let is_copied = vault.recall(KEYS_COPIED).await?.is_some_and(|mark| mark.starts_with(b"1"));
    let is_behind = done.log_records_lost > 0 || is_copied;
    (done.broadcasts_stopped, done.deliveries_unknown, done.tokens_revoked) = data
        .write("stand_still", move |tx| {
            let (broadcasts, deliveries) = restored::stand_still(tx, now, waited)?;
            let tokens = if is_behind { restored::revoke_tokens(tx, now)? } else { 0 };
            installation::set(tx, RESTORED_AT, &now.micros().to_be_bytes())?;
            Ok::<_, StoreError>((broadcasts, deliveries, tokens))
        })
        .await?;
    if is_behind {
        done.log_goes_on_as = name_anew(data, vault, name, &unique(now, entropy)).await?;
    }
    let record = serde_json::to_string(&done).map_err(EngineError::log)?;
    let commitment = Sha256::digest(record.as_bytes()).into();
    let of_return = leaf(&commitment, commitment);
    data.write("restore_done", move |tx| {
        installation::set(tx, RECORD, record.as_bytes())?;
        installation::set(tx, UNTOLD, b"1")?;
        ledger::insert_pending(tx, std::slice::from_ref(&of_return))?;
        ledger::insert_pending(tx, &lost)?;
        lease::drop(tx, UNDER_WAY, &NOBODY)
    })
    .await?;
    if is_copied {
        vault.remember(KEYS_COPIED, b"0").await?;
    }
    data.checkpoint_truncate().await?;
    Ok(done)
}

async fn take_over(data: &Database, withdrawn: Vec<Withdrawn>) -> Result<u64, EngineError> {
    let mut sum = 0_u64;
    for chunk in withdrawn.chunks(CHUNK as usize) {
        let chunk = chunk.to_vec();
        let found = data.write("withdraw_again", move |tx| restored::withdraw(tx, &chunk)).await?;
        sum = sum.saturating_add(found);
    }
    Ok(sum)
}

/// An older tree of keys heals itself: what the data or the key store calls erased is destroyed again. What
/// the data's journal does not know.
async fn erase_again(
    data: &Database,
    vault: &Vault,
    erased: &[([u8; 32], [u8; 32])],
) -> Result<Vec<([u8; 32], [u8; 32])>, EngineError> {
    let mut all: HashSet<[u8; 32]> = data.read("tags", restored::list_tags).await?.into_iter().collect();
    let unknown = erased.iter().filter(|(_, tag)| all.insert(*tag)).copied().collect();
    vault.destroy_tagged(&all).await?;
    Ok(unknown)
}

/// One that waits for its number under a name that nothing else bears: there is no order among those of a return.
fn leaf(name: &[u8; 32], commitment: [u8; 32]) -> ledger::PendingLeaf {
    let mut id = [0; 16];
    id.iter_mut().zip(name).for_each(|(to, from)| *to = *from);
    ledger::PendingLeaf { id, commitment, consent: None }
}

/// Opens every account and lead that is left, for their look-ups. Leads whose key is gone are deleted; accounts and
/// brands are erased again, and the rest of their rows follows while the program runs.
async fn rebuild(
    data: &Database,
    vault: &Vault,
    clock: &dyn Clock,
    gone: &Gone,
    work: &mut Work,
    told: &mut impl FnMut(u64),
) -> Result<(), EngineError> {
    for (brand, _) in data.read("brands", tables::brand::list).await? {
        if vault.key(&brand.0).await?.is_none() {
            work.is_gone(&brand.0);
            let erased = gone.brand(data, brand).await?;
            work.done.brands_erased = work.done.brands_erased.saturating_add(erased);
            continue;
        }
        // A change that was under way is over: all that lay under the old key is made again.
        let keys = vault.lookup(brand).await?;
        vault.drop_previous_lookup(brand, &keys, || clock.now()).await?;
        let keys = vault.lookup(brand).await?;
        for of in [Hashed::Returned, Hashed::Passkeys, Hashed::Logins] {
            let again = hash_again(data, vault, brand, &keys, of, i64::MAX).await?;
            // Leads who came back are counted with the other leads.
            if of != Hashed::Returned {
                work.is_damaged(again.damaged);
            }
        }
        rebuild_accounts(data, vault, brand, gone, work).await?;
        let pages = data.read("pages", page::list_every).await?;
        for stored in pages.into_iter().filter(|stored| stored.page.brand == brand) {
            rebuild_page(data, vault, &stored.page, gone.now, work, told).await?;
        }
    }
    Ok(())
}

async fn rebuild_accounts(
    data: &Database,
    vault: &Vault,
    brand: BrandId,
    gone: &Gone,
    work: &mut Work,
) -> Result<(), EngineError> {
    let lookup = vault.lookup(brand).await?;
    let (generation, lookup) = &lookup.in_force;
    for (id, _) in data.read("accounts", move |tx| account::list(tx.brand(brand))).await? {
        let Some(key) = vault.key(&id.0).await? else {
            gone.account(data, brand, id).await?;
            work.is_gone(&id.0);
            work.done.accounts_erased = work.done.accounts_erased.saturating_add(1);
            continue;
        };
        let stored = data.read("account", move |tx| account::get(tx.brand(brand), id)).await?;
        let Some(stored) = stored else { continue };
        let place = Place { brand, person: id.0, table: "account", row: id.0 };
        let profile = match opened::<AccountProfile>(&key, &place, &stored.sealed) {
            Ok(profile) => profile,
            Err(error) => {
                tracing::error!(%error, account = %id, "an account is damaged: it is left without a look-up");
                work.is_damaged(1);
                continue;
            }
        };
        let macs = Macs::only(email_mac(lookup, profile.email.reveal()), *generation);
        data.write("look_up_account", move |tx| {
            let scope = tx.brand(brand);
            account_lookup::delete_of_account(scope, id)?;
            account_lookup::insert(scope, &macs, id)
        })
        .await?;
    }
    Ok(())
}

/// The leads of a page. Of one that waits to be connected nobody is found yet: its look-ups come from `returned`
/// then.
async fn rebuild_page(
    data: &Database,
    vault: &Vault,
    of: &Page,
    now: Timestamp,
    work: &mut Work,
    told: &mut impl FnMut(u64),
) -> Result<(), EngineError> {
    let (brand, page) = (of.brand, of.id);
    let is_alone = vault.key(&of.account.0).await?.is_some();
    let look_up = vault.lookup(brand).await?;
    let (generation, look_up) = &look_up.in_force;
    let mut after = LeadId([0; 16]);
    loop {
        let some =
            data.read("leads", move |tx| lead::list_of_page(tx.brand(brand), page, after, CHUNK)).await?;
        let Some(last) = some.last() else { return Ok(()) };
        after = last.lead.id;
        let ids: Vec<_> = some.iter().map(|stored| stored.lead.id.0).collect();
        let keys = vault.keys(&ids).await?;
        let (mut macs, mut erased) = (Vec::with_capacity(some.len()), Vec::new());
        for stored in &some {
            let id = stored.lead.id;
            let Some(key) = keys.get(&id.0) else {
                if is_alone {
                    work.is_gone(&id.0);
                }
                erased.push(id);
                continue;
            };
            let place = Place { brand, person: id.0, table: "lead", row: id.0 };
            match opened::<LeadProfile>(key, &place, &stored.sealed) {
                Ok(_) if is_waiting(&of.meta_id) => {}
                Ok(profile) => {
                    let mac = lead_mac(look_up, &of.meta_id, profile.psid.reveal());
                    macs.push((Macs::only(mac, *generation), id));
                }
                Err(error) => {
                    tracing::error!(%error, lead = %id, "a lead is damaged: they are left without a look-up");
                    work.is_damaged(1);
                }
            }
        }
        let done = &mut work.done;
        done.look_ups = done.look_ups.saturating_add(u64::try_from(macs.len()).unwrap_or(u64::MAX));
        done.leads_erased = done.leads_erased.saturating_add(u64::try_from(erased.len()).unwrap_or(u64::MAX));
        data.write("rebuild_look_ups", move |tx| {
            let scope = tx.brand(brand);
            rows_of_leads(scope, page, &erased, now)?;
            lookup::insert_many(scope, &macs)
        })
        .await?;
        told(work.done.look_ups);
    }
}

/// All that hangs on leads whose key is gone.
fn rows_of_leads(scope: Scope<'_>, page: PageId, ids: &[LeadId], now: Timestamp) -> Result<(), StoreError> {
    removal::leads(scope, ids, now, &mut Counts::new())?;
    ids.iter().try_for_each(|id| delivery::delete_of_lead(scope, page, *id).map(drop))
}

/// Of this return and no other: two that begin with the same copy write two different logs.
fn unique(now: Timestamp, entropy: &dyn Entropy) -> String {
    let at = crate::views::At(now).to_string();
    let day = at.split_once('T').map_or(at.as_str(), |(day, _)| day);
    format!("{day}-{:016x}", u64::from_be_bytes(random(entropy)))
}

/// A log that lost records goes on under another name: under the old one its next checkpoint would
/// contradict those that others hold.
async fn name_anew(
    data: &Database,
    vault: &Vault,
    name: Option<Vec<u8>>,
    unique: &str,
) -> Result<Option<String>, EngineError> {
    let Some(old) = name.and_then(|name| String::from_utf8(name).ok()) else { return Ok(None) };
    let base = old.rsplit_once("/restored-").map_or(old.as_str(), |(base, _)| base);
    let new = format!("{base}/restored-{unique}");
    let seed = vault.secret(log::SEED).await?;
    let key = |name: &str| SigningKey::from_seed(&seed, name).map_err(EngineError::log);
    let (old_key, new_key) = (key(&old)?, key(&new)?);
    let head = data.read("log_head", ledger::head).await?;
    let newest = match head {
        None => Checkpoint { origin: new.clone(), size: 0, root: Tree::new().root() },
        Some(head) => {
            let opened =
                Checkpoint::open(&head.note, &old_key.verifying_key(), &[]).map_err(EngineError::log)?;
            Checkpoint { origin: new.clone(), ..opened.checkpoint }
        }
    };
    let note = newest.sign(&new_key).map_err(EngineError::log)?;
    let (name, signed) = (new.clone(), note.clone());
    data.write("name_log_anew", move |tx: &Tx<'_>| {
        installation::set(tx, log::NAME, name.as_bytes())?;
        restored::rename_head(tx, &signed)
    })
    .await?;
    log::remember(vault, &note).await?;
    Ok(Some(new))
}
