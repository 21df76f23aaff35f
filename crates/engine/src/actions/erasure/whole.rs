//! What follows the fence of an account or a brand: the key is destroyed, the tags of everybody who goes with it
//! are noted for the log, and the rows go, a chunk to a commit, while the service runs.
//!
//! Invariants: from `destroy_key` on nothing opens; each lead's tag is noted exactly once and before the lead's
//! own key is removed from the key store; each step may run twice, on two nodes at once.

use super::account::text_of;
use super::{lead, reread};
use crate::breach;
use crate::failpoint::Point;
use crate::run::pause;
use crate::{Engine, EngineError};
use model::id::{AccountId, BrandId, ErasureId, LeadId, PageId};
use std::time::Duration;
use store::tables::erasure::{self, Erasure, ErasureKind, ErasureStep};
use store::tables::ledger::{self, PendingLeaf};
use store::tables::removal::{self, Counts};
use store::tables::{account, erasure_page};
use store::{StoreError, Tx};

/// Longer than any permit lives; the bound is for the unforeseen.
const PATIENCE: Duration = Duration::from_secs(7);
/// How often it is looked whether another node has destroyed the key.
const LOOK: Duration = Duration::from_millis(500);
/// Leads whose tags are noted in one commit; an id counts up to 4,096 within a millisecond.
const TAGS: u32 = 2_000;
/// Leads removed in one commit: each with a dozen rows, and everybody else's writes wait as long.
const LEADS: u32 = 250;
/// Deliveries removed in one commit.
const DELIVERIES: u32 = 4_000;

/// Step 2: waits until no message of its pages can start any more, and destroys the key; the tag goes to the log
/// in the commit that notes it.
pub(super) async fn destroy_key(engine: &Engine, erasure: Erasure) -> Result<Erasure, EngineError> {
    let Some(subject) = erasure.subject else { return reread(engine, erasure).await };
    let id = erasure.id;
    let pages = engine.data.read("erasure_pages", move |tx| erasure_page::list_with_rows(tx, id)).await?;
    tokio::select! {
        () = engine.landed_pages(erasure.brand, &pages) => {}
        () = pause(PATIENCE) => tracing::error!("permits stayed in flight too long"),
    }
    engine.settings.fail_points.pass(Point::BeforeKeyDestroyed);
    engine.vault.destroy(&[subject]).await?;
    engine.settings.fail_points.pass(Point::AfterKeyDestroyed);
    let (now, tag, root) = (engine.clock.now(), erasure.tag, engine.root_in_force());
    let write = move |tx: &Tx<'_>| {
        if erasure::set_key_destroyed(tx, id, now, root)? {
            ledger::insert_pending(tx, &[PendingLeaf { id: id.0, commitment: tag, consent: None }])?;
        }
        Ok::<_, StoreError>(())
    };
    engine.data.write("key_destroyed", write).await?;
    engine.settings.fail_points.pass(Point::AfterTagCommit);
    empty_log(engine, id).await;
    engine.wake.log.notify_one();
    engine.wake.erase.notify_one();
    engine.wake.plan.notify_one();
    engine.wake_mail();
    reread(engine, erasure).await
}

/// The database's log may still hold what was deleted. Where it cannot be emptied now, the replies' pause and the
/// next start do it.
pub(super) async fn empty_log(engine: &Engine, id: ErasureId) {
    if let Err(error) = engine.data.checkpoint_truncate().await {
        tracing::warn!(%error, erasure = %id, "the database's log could not be emptied yet");
    }
}

/// One step of an erasure whose rows are not all gone.
pub(super) async fn step(engine: &Engine, erasure: Erasure) -> Result<(), EngineError> {
    match erasure.step {
        ErasureStep::Fenced if engine.nodes.has_peers() && !engine.is_left(&erasure) => {
            pause(LOOK).await;
            Ok(())
        }
        ErasureStep::Fenced => destroy_key(engine, erasure).await.map(drop),
        ErasureStep::KeyDestroyed => tag_some(engine, erasure).await,
        ErasureStep::Tagged => remove_some(engine, erasure).await,
        ErasureStep::Done => Ok(()),
    }
}

/// Behind the last page the cursor stands at the accounts that go with a brand.
const ACCOUNTS: PageId = PageId([0xff; 16]);

/// The accounts after this one, as the cursor counts them.
fn accounts(tx: &Tx<'_>, brand: BrandId, after: LeadId) -> Result<Vec<LeadId>, StoreError> {
    let all = account::list(tx.brand(brand))?.into_iter().map(|(id, _)| LeadId(id.0));
    Ok(all.filter(|id| *id > after).take(TAGS as usize).collect())
}

/// Notes the tags of the next leads, and of a brand's accounts, for the log.
async fn tag_some(engine: &Engine, erasure: Erasure) -> Result<(), EngineError> {
    let (id, brand, seen) = (erasure.id, erasure.brand, erasure.cursor);
    let is_brand = erasure.kind == ErasureKind::Brand;
    let next = engine
        .data
        .read("leads_to_tag", move |tx| {
            let scope = tx.brand(brand);
            for page in erasure_page::list_with_rows(tx, id)? {
                let after = match seen {
                    Some((at, _)) if page < at => continue,
                    Some((at, lead)) if page == at => lead,
                    _ => LeadId([0; 16]),
                };
                let leads = removal::list_leads(scope, page, after, TAGS)?;
                if !leads.is_empty() {
                    return Ok::<_, StoreError>(Some((page, leads)));
                }
            }
            let after = seen.filter(|(at, _)| *at == ACCOUNTS).map_or(LeadId([0; 16]), |(_, last)| last);
            let accounts = if is_brand { accounts(tx, brand, after)? } else { Vec::new() };
            Ok(Some((ACCOUNTS, accounts)).filter(|(_, accounts)| !accounts.is_empty()))
        })
        .await?;
    let Some((page, leads)) = next else {
        engine.data.write("all_tagged", move |tx| erasure::set_all_tagged(tx, id)).await?;
        return Ok(());
    };
    let ids: Vec<[u8; 16]> = leads.iter().map(|lead| lead.0).collect();
    let more = if page == ACCOUNTS { 0 } else { u64::try_from(ids.len()).unwrap_or(u64::MAX) };
    let tags = engine.vault.erasure_tags(&ids).await?;
    let now = engine.clock.now();
    let leaves: Vec<PendingLeaf> = ids
        .iter()
        .filter_map(|lead| tags.get(lead))
        .enumerate()
        .map(|(order, tag)| PendingLeaf {
            id: ErasureId::in_order(now, order, &*engine.entropy).0,
            commitment: *tag,
            consent: None,
        })
        .collect();
    let Some(last) = leads.last().copied() else { return Ok(()) };
    let write = move |tx: &Tx<'_>| {
        let now = erasure::find_by_code(tx.brand(brand), &erasure.code)?;
        // Somebody else has noted them.
        if now.is_none_or(|now| now.step != ErasureStep::KeyDestroyed || now.cursor != seen) {
            return Ok(());
        }
        erasure::set_tagged(tx, id, (page, last), more)?;
        ledger::insert_pending(tx, &leaves)
    };
    engine.data.write("tag_leads", write).await?;
    engine.settings.fail_points.pass(Point::AfterChunkTagged);
    engine.wake.log.notify_one();
    Ok(())
}

/// What is removed next.
enum Next {
    Leads(Vec<LeadId>),
    /// Leads of this page that an erasure of their own removes.
    Others(Vec<LeadId>),
    /// A page without leads.
    Page(PageId),
    /// An account without pages' leads, with or without broadcasts.
    Account(AccountId),
    End,
}

fn next(tx: &Tx<'_>, erasure: &Erasure) -> Result<Next, StoreError> {
    let scope = tx.brand(erasure.brand);
    if let Some(page) = erasure_page::list_with_rows(tx, erasure.id)?.first().copied() {
        let leads = removal::list_leads(scope, page, LeadId([0; 16]), LEADS)?;
        if !leads.is_empty() {
            return Ok(Next::Leads(leads));
        }
        let others = removal::list_fenced(scope, page, LEADS)?;
        return Ok(if others.is_empty() { Next::Page(page) } else { Next::Others(others) });
    }
    let account = match (erasure.kind, erasure.account()) {
        (ErasureKind::Brand, _) => account::list(scope)?.first().map(|(id, _)| *id),
        (_, Some(id)) if removal::has_broadcasts(scope, id)? => Some(id),
        _ => None,
    };
    Ok(account.map_or(Next::End, Next::Account))
}

/// Removes the next rows.
async fn remove_some(engine: &Engine, erasure: Erasure) -> Result<(), EngineError> {
    let (brand, asked) = (erasure.brand, erasure.clone());
    match engine.data.read("rows_to_remove", move |tx| next(tx, &asked)).await? {
        Next::Leads(leads) => {
            let ids: Vec<[u8; 16]> = leads.iter().map(|lead| lead.0).collect();
            engine.vault.destroy(&ids).await?;
            engine.settings.fail_points.pass(Point::AfterChunkKeys);
            let now = engine.clock.now();
            let remove =
                move |tx: &Tx<'_>, counts: &mut Counts| removal::leads(tx.brand(brand), &leads, now, counts);
            count_in(engine, erasure, "remove_leads", remove).await?;
        }
        Next::Others(leads) => {
            for id in leads {
                let open = move |tx: &Tx<'_>| erasure::find_open_by_lead(tx.brand(brand), id);
                if let Some(open) = engine.data.read("open_erasure", open).await? {
                    lead::finish(engine, open).await?;
                }
            }
        }
        Next::Page(page) => {
            let lane = format!("lane:{page}");
            let remove = move |tx: &Tx<'_>, counts: &mut Counts| {
                removal::pages(tx.brand(brand), &[page], counts)?;
                removal::lane(tx, &lane)?;
                erasure_page::set_without_rows(tx, page)?;
                Ok(0)
            };
            count_in(engine, erasure, "remove_page", remove).await?;
        }
        Next::Account(id) => {
            let is_brand = erasure.kind == ErasureKind::Brand;
            if is_brand {
                engine.vault.destroy(&[id.0]).await?;
            }
            let remove = move |tx: &Tx<'_>, counts: &mut Counts| {
                let scope = tx.brand(brand);
                if !removal::some_deliveries(scope, id, DELIVERIES, counts)? && is_brand {
                    removal::account(scope, id, counts)?;
                }
                Ok(0)
            };
            count_in(engine, erasure, "remove_deliveries", remove).await?;
        }
        Next::End => return end(engine, erasure).await,
    }
    engine.settings.fail_points.pass(Point::AfterChunkCommit);
    Ok(())
}

/// Removes rows in one commit with the journal's counts; `remove` says how many leads went.
async fn count_in(
    engine: &Engine,
    erasure: Erasure,
    name: &'static str,
    mut remove: impl FnMut(&Tx<'_>, &mut Counts) -> Result<u64, StoreError> + Send + 'static,
) -> Result<(), EngineError> {
    let write = move |tx: &Tx<'_>| {
        let now = erasure::find_by_code(tx.brand(erasure.brand), &erasure.code)?;
        let Some(now) = now.filter(|now| now.step == ErasureStep::Tagged) else { return Ok(()) };
        let mut counts: Counts = serde_json::from_str(&now.counts).unwrap_or_default();
        let leads = remove(tx, &mut counts)?;
        erasure::set_progress(tx, erasure.id, &text_of(&counts), leads).map(drop)
    };
    engine.data.write(name, write).await.map_err(|error: StoreError| error.into())
}

/// The last commit: whatever came to lie there since the fence, and the journal's end.
async fn end(engine: &Engine, erasure: Erasure) -> Result<(), EngineError> {
    let (id, now) = (erasure.id, engine.clock.now());
    if erasure.kind == ErasureKind::Brand {
        // Before it is noted as done: it may run twice.
        breach::forget(engine, erasure.brand).await?;
    }
    let fail_points = engine.settings.fail_points.clone();
    let write = move |tx: &Tx<'_>| {
        let scope = tx.brand(erasure.brand);
        let Some(stored) = erasure::find_by_code(scope, &erasure.code)? else { return Ok(()) };
        let mut counts: Counts = serde_json::from_str(&stored.counts).unwrap_or_default();
        match stored.kind {
            ErasureKind::Brand => removal::brand(scope, &mut counts)?,
            _ => {
                if let Some(account) = stored.account() {
                    removal::account(scope, account, &mut counts)?;
                }
            }
        }
        erasure::set_done(tx, erasure.id, &text_of(&counts), now)?;
        fail_points.pass(Point::BeforeEndCommit);
        Ok::<_, StoreError>(())
    };
    engine.data.write("end_erasure", write).await?;
    engine.settings.fail_points.pass(Point::AfterEndCommit);
    empty_log(engine, id).await;
    Ok(())
}
