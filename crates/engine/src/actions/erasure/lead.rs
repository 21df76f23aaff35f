//! Erasing a lead.
//!
//! 1. fence: the lead's row is closed and the journal's entry written, in one commit;
//! 2. quiet: what is on the wire lands, what waits in the inbox is processed or deleted;
//! 3. the key is destroyed: from here nothing that was sealed opens, nor does it from an older copy of the
//!    key store, as long as the root can be rotated (decision 0013);
//! 4. the rows go, the tag goes to the log, the account is told by mail, the journal's entry keeps counts
//!    only; the database's own log is emptied.
//!
//! Invariants: the tag is written down before the key is destroyed; every step may run twice.

use super::{code, or_open, reread};
use crate::accounts::notice::Rows;
use crate::actions::rights;
use crate::brands::BrandContext;
use crate::receive::KeptEvent;
use crate::run::pause;
use crate::views::own;
use crate::{Engine, EngineError};
use ::ledger::receipt::{Fact, Statement};
use model::id::{BrandId, ErasureId, InboxId, LeadId, PageId};
use model::time::Timestamp;
use std::collections::BTreeMap;
use std::time::Duration;
use store::tables::erasure::{self, Erasure, ErasureKind, ErasureStep};
use store::tables::{
    answer, breach_person, consent_event, delivery, inbox, lead, ledger, lookup, outbox, page, returned, tag,
    tally,
};
use store::{StoreError, Tx};

/// How long requests on the wire and waiting events may take before the erasure goes on without
/// them.
const PATIENCE: Duration = Duration::from_secs(5);
const LOOK_EVERY: Duration = Duration::from_millis(10);
/// Waiting events looked through at a time.
const CHUNK: u32 = 200;

/// Erases a lead; when it returns, the erasure is done. Doing it twice at once is one erasure.
pub(crate) async fn erase_lead(
    engine: &Engine,
    brand: &BrandContext,
    lead: LeadId,
) -> Result<Erasure, EngineError> {
    let fenced = fence(engine, brand, lead).await;
    let mut erasure = or_open(engine, fenced, ErasureKind::Lead, brand.id, lead.0).await?;
    quiet(engine, brand.id, lead).await?;
    while erasure.step != ErasureStep::Done {
        erasure = advance(engine, brand, erasure).await?;
    }
    Ok(erasure)
}

/// Finishes what somebody began. Its brand may be erased meanwhile: then what waited under the brand's key is
/// unreadable already.
pub(super) async fn finish(engine: &Engine, mut erasure: Erasure) -> Result<(), EngineError> {
    let brand = engine.brand(erasure.brand).ok();
    while erasure.step != ErasureStep::Done {
        erasure = take_step(engine, brand.as_deref(), erasure).await?;
    }
    Ok(())
}

/// The same while others may be at work: waits until nothing of the lead is under way.
pub(super) async fn finish_left(engine: &Engine, erasure: Erasure) -> Result<(), EngineError> {
    if let Some(lead) = erasure.lead().filter(|_| erasure.step == ErasureStep::Fenced) {
        quiet(engine, erasure.brand, lead).await?;
    }
    finish(engine, erasure).await
}

/// Step 1. A lead that is fenced already keeps its erasure. Public for the test that kills the
/// process between the steps.
#[doc(hidden)]
pub async fn fence(engine: &Engine, brand: &BrandContext, id: LeadId) -> Result<Erasure, EngineError> {
    let brand_id = brand.id;
    let found = engine
        .data
        .read("lead_to_fence", move |tx| {
            let scope = tx.brand(brand_id);
            let Some(stored) = lead::get(scope, id)? else { return Ok(None) };
            let page = page::get(scope, stored.lead.page)?;
            Ok::<_, StoreError>(page.map(|page| (stored, page)))
        })
        .await?;
    let (stored, page) = found.ok_or(EngineError::NotFound("this lead"))?;
    if stored.lead.fenced_at.is_some() {
        let open =
            engine.data.read("open_erasure", move |tx| erasure::find_open_by_lead(tx.brand(brand_id), id));
        return open.await?.ok_or(EngineError::NotFound("this lead"));
    }
    let key = own::lead_key(engine, id).await?;
    let profile = own::profile(brand, &key, &stored)?;
    let tag = engine.vault.erasure_tag(&id.0).await?.ok_or(EngineError::NotFound("this lead"))?;
    let now = engine.clock.now();
    let id_of = ErasureId::new(now, &*engine.entropy);
    let mut new = Erasure::new(id_of, brand.id, ErasureKind::Lead, code(engine), id.0, tag, now);
    new.lookup = brand.lead_macs(&page.page.meta_id, profile.psid.reveal()).iter().copied().collect();
    engine.data.write("fence_lead", move |tx| write_fence(tx, id, &new, now)).await
}

fn write_fence(tx: &Tx<'_>, id: LeadId, new: &Erasure, now: Timestamp) -> Result<Erasure, EngineError> {
    let scope = tx.brand(new.brand);
    let missing = || EngineError::NotFound("this lead");
    let mut stored = lead::get(scope, id)?.ok_or_else(missing)?;
    if stored.lead.fenced_at.is_some() {
        return erasure::find_open_by_lead(scope, id)?.ok_or_else(missing);
    }
    stored.lead.fenced_at = Some(now);
    lead::set_many(scope, std::iter::once(&stored.lead))?;
    erasure::insert(scope, new)?;
    Ok(new.clone())
}

/// Step 2, for an engine at work: waits, within reason, until nothing of this lead is under way.
async fn quiet(engine: &Engine, brand: BrandId, id: LeadId) -> Result<(), EngineError> {
    engine.landed(&[(brand, id)]).await;
    let looks = PATIENCE.as_millis() / LOOK_EVERY.as_millis().max(1);
    for _ in 0..looks {
        let busy = move |tx: &Tx<'_>| {
            let scope = tx.brand(brand);
            // Erased meanwhile by somebody else: then there is nothing to wait for.
            let Some(lead) = lead::get(scope, id)?.map(|stored| stored.lead) else { return Ok(false) };
            let fenced_at = lead.fenced_at.unwrap_or(Timestamp::ZERO);
            let events = inbox::count_until(scope, lead.page, fenced_at)?;
            Ok::<_, StoreError>(
                events > 0
                    || delivery::count_sending(scope, lead.page, id)? > 0
                    || outbox::count_sending(scope, lead.page, id)? > 0,
            )
        };
        if !engine.data.read("lead_under_way", busy).await? {
            return Ok(());
        }
        engine.wake.reply.notify_one();
        pause(LOOK_EVERY).await;
    }
    Ok(())
}

/// Takes the journal's next step (3 or 4). Safe to repeat, and to run twice at once. Public for the
/// test that kills the process between the steps.
#[doc(hidden)]
pub async fn advance(
    engine: &Engine,
    brand: &BrandContext,
    erasure: Erasure,
) -> Result<Erasure, EngineError> {
    take_step(engine, Some(brand), erasure).await
}

async fn take_step(
    engine: &Engine,
    brand: Option<&BrandContext>,
    erasure: Erasure,
) -> Result<Erasure, EngineError> {
    let id = erasure.id;
    match (erasure.step, erasure.lead()) {
        (ErasureStep::Fenced, Some(lead)) => {
            if let Some(brand) = brand {
                delete_waiting(engine, brand, lead).await?;
            }
            engine.vault.destroy(&[lead.0]).await?;
            let (now, root) = (engine.clock.now(), engine.root_in_force());
            let write = move |tx: &Tx<'_>| erasure::set_key_destroyed(tx, id, now, root);
            engine.data.write("key_destroyed", write).await?;
            reread(engine, erasure).await
        }
        (ErasureStep::KeyDestroyed, Some(lead)) => {
            let told = engine.told_of_erasure(erasure.brand, lead, &erasure.code).await?;
            let (now, entry) = (engine.clock.now(), erasure.clone());
            engine.data.write("erase_lead", move |tx| remove(tx, lead, &entry, &told, now)).await?;
            engine.wake_mail();
            // The database's log may still hold events that were deleted, under the brand's key. Where it
            // cannot be emptied now, the replies' pause and the next start do it.
            if let Err(error) = engine.data.checkpoint_truncate().await {
                tracing::warn!(%error, erasure = %id, "the database's log could not be emptied yet");
            }
            engine.wake.log.notify_one();
            engine.wake.plan.notify_one();
            reread(engine, erasure).await
        }
        _ => reread(engine, erasure).await,
    }
}

/// Deletes the person's events that still wait: they lie sealed under the brand's key, which stays.
async fn delete_waiting(engine: &Engine, brand: &BrandContext, id: LeadId) -> Result<(), EngineError> {
    let brand_id = brand.id;
    let stored = engine.data.read("lead_to_erase", move |tx| lead::get(tx.brand(brand_id), id)).await?;
    // No row or no key: an earlier run has been here.
    let Some(stored) = stored else { return Ok(()) };
    let Some(key) = engine.vault.key(&id.0).await? else { return Ok(()) };
    let profile = own::profile(brand, &key, &stored)?;
    let (page, mut after) = (stored.lead.page, InboxId([0; 16]));
    loop {
        let some = waiting(engine, brand_id, page, after).await?;
        let Some(last) = some.last() else { return Ok(()) };
        after = last.id;
        let of_lead: Vec<InboxId> = some
            .iter()
            .filter(|event| {
                let kept =
                    brand.key.open_value::<KeptEvent>(&brand.place("inbox", event.id.0), &event.sealed);
                kept.is_ok_and(|kept| kept.psid.as_ref() == Some(&profile.psid))
            })
            .map(|event| event.id)
            .collect();
        if !of_lead.is_empty() {
            engine.data.write("delete_waiting", move |tx| inbox::delete_many(tx, &of_lead)).await?;
        }
    }
}

async fn waiting(
    engine: &Engine,
    brand: BrandId,
    page: PageId,
    after: InboxId,
) -> Result<Vec<inbox::Waiting>, EngineError> {
    let read = move |tx: &Tx<'_>| inbox::list_of_page(tx.brand(brand), page, after, CHUNK);
    Ok(engine.data.read("waiting_of_page", read).await?)
}

/// Step 4, in one commit: every row of the lead, counted; the tag for the log; the letter to the account;
/// the journal's end.
fn remove(tx: &Tx<'_>, id: LeadId, erasure: &Erasure, told: &Rows, now: Timestamp) -> Result<(), StoreError> {
    let scope = tx.brand(erasure.brand);
    // Whoever deletes the row does the rest; done already means done whole.
    let Some(stored) = lead::get(scope, id)? else { return Ok(()) };
    let page = stored.lead.page;
    lead::delete(scope, id)?;
    told.insert(scope)?;
    let consents = consent_event::delete_of_lead(scope, id)?;
    let waiting = outbox::delete_of_lead(scope, id)?;
    let answers = answer::delete_of_lead(scope, id)?;
    let tags = tag::delete_of_lead(scope, id)?;
    let readings = rights::forget_lead(scope, id, now)?;
    returned::delete_of_lead(scope, id)?;
    breach_person::forget(scope, id.0)?;
    let deliveries = delivery::delete_of_lead(scope, page, id)?;
    let look_ups = lookup::delete_of_lead(scope, id)?;
    for mac in &erasure.lookup {
        let macs = lookup::Macs::only(*mac, 0);
        lookup::take_ahead(tx, [(&macs, &mut model::consent::Consents::default())])?;
    }
    let mut tallies = BTreeMap::from([("erasures".to_owned(), 1)]);
    for state in &deliveries {
        *tallies.entry(format!("erased_delivery_{}", state.code())).or_insert(0) += 1;
    }
    for (name, count) in &tallies {
        tally::add(scope, page, name, *count)?;
    }
    let leaf = ledger::PendingLeaf { id: erasure.id.0, commitment: erasure.tag, consent: None };
    ledger::insert_pending(tx, &[leaf])?;
    let counts = Statement::new()
        .with("leads", Fact::Count(1))
        .with("consent_events", Fact::Count(consents))
        .with("waiting_answers", Fact::Count(waiting))
        .with("answers_to_questions", Fact::Count(answers))
        .with("tags", Fact::Count(tags))
        .with("deliveries", Fact::Count(u64::try_from(deliveries.len()).unwrap_or(u64::MAX)))
        .with("readings", Fact::Count(readings))
        .with("look_ups", Fact::Count(look_ups));
    let counts = serde_json::to_string(&counts).unwrap_or_else(|_| "{}".to_owned());
    erasure::set_done(tx, erasure.id, &counts, now)?;
    erasure::close(tx, erasure.id, now).map(drop)
}
