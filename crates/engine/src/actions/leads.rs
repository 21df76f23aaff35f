//! What is done to a lead: a withdrawal is recorded, a file is handed out, a person is erased.

use crate::actions::exports::By;
use crate::actions::pages::PageSecrets;
use crate::actions::{erasure, exports};
use crate::brands::BrandContext;
use crate::evidence::{self, About, NewEvidence, PageNames};
use crate::reply::tally_of;
use crate::views::erasures::ErasureView;
use crate::views::exports::Kept;
use crate::views::leads::{Identity, identity};
use crate::views::own;
use crate::{Actor, Engine, EngineError, Reader, Reason, TokenScope, reading, views};
use model::consent::{Act, Consents, Purpose, Scope, Way};
use model::evidence::Source;
use model::id::{BrandId, ConsentId, LeadId, PageId};
use model::personal::Personal;
use model::time::Timestamp;
use store::tables::consent_event::{self, ConsentEvent};
use store::tables::lead::{self, StoredLead};
use store::tables::ledger::{self, PendingLeaf};
use store::tables::page::StoredPage;
use store::tables::{page, tally};
use store::{StoreError, Tx};
use vault::Key;

/// Erases a lead for good. When it returns, the key is destroyed and the rows are gone.
pub async fn erase(engine: &Engine, actor: &Actor, id: LeadId) -> Result<ErasureView, EngineError> {
    actor.may(TokenScope::LeadsErase)?;
    let asking = actor.clone();
    engine
        .data
        .read("lead_to_erase", move |tx| own::lead_or_fenced(tx.brand(asking.brand), &asking, id).map(drop))
        .await?;
    let brand = &engine.brand(actor.brand)?;
    Ok(ErasureView::from(&erasure::erase_lead(engine, brand, id).await?))
}

/// Shows who a lead is, which is masked everywhere else. An action and not a view, because it is
/// asked for each time, by POST. That somebody looked, and what for, is written down for the lead first
/// (claim A1); who looked is not, because what users do is not recorded (claims R4, F5). A reader who is not
/// the account itself has no way here, because another's lead does not exist for it.
///
/// # Errors
/// [`EngineError::Conflict`] for a lead who asked that their data be kept and not used.
pub async fn reveal(
    engine: &Engine,
    actor: &Actor,
    id: LeadId,
    reason: Reason,
) -> Result<Identity, EngineError> {
    actor.may(TokenScope::LeadsRead)?;
    let (lead, _) = views::leads::masked(engine, actor, id).await?;
    if lead.restricted {
        return Err(EngineError::Conflict(
            "this person asked that their data be kept and not used: nothing of it is shown".to_owned(),
        ));
    }
    engine.limits.may_reveal(actor.account.0)?;
    let who = identity(engine, actor, id).await?;
    looked(engine, actor, id, &reading::Kept::console(Reader::PageOwner, reason, &["identity", "answers"]))
        .await?;
    Ok(who)
}

/// Finds a lead by what Meta calls them. That they were found is written down for them.
pub async fn find(
    engine: &Engine,
    actor: &Actor,
    page: PageId,
    psid: &str,
) -> Result<Option<LeadId>, EngineError> {
    let found = views::leads::find(engine, actor, page, psid).await?;
    if let Some(id) = found {
        looked(engine, actor, id, &reading::Kept::console(Reader::PageOwner, Reason::Unsaid, &["found"]))
            .await?;
    }
    Ok(found)
}

/// The proof of a consent event, for the account: it names the lead and what they wrote, so it is written down.
pub async fn proof(
    engine: &Engine,
    actor: &Actor,
    id: LeadId,
    of: ConsentId,
) -> Result<Vec<u8>, EngineError> {
    let proof = views::leads::proof(engine, actor, id, Some(of)).await?;
    looked(engine, actor, id, &reading::Kept::console(Reader::PageOwner, Reason::Unsaid, &["proof"])).await?;
    Ok(proof)
}

async fn looked(engine: &Engine, actor: &Actor, id: LeadId, kept: &reading::Kept) -> Result<(), EngineError> {
    let key = own::lead_key(engine, id).await?;
    reading::note(engine, &*engine.brand(actor.brand)?, (id.0, &key), (kept, actor.door)).await
}

/// What is kept about a lead, as far as the account may see it, as a file, which is written down and told to
/// the account by mail (claim A3). An action and not the view, because it writes.
pub async fn export(engine: &Engine, actor: &Actor, id: LeadId) -> Result<Vec<u8>, EngineError> {
    // On the lead's own page, where there is one thing it is for.
    take_out(engine, actor, id, By::Console, "").await
}

/// As [`export`], by a token, which says what for.
pub async fn export_by_api(
    engine: &Engine,
    actor: &Actor,
    id: LeadId,
    why: &str,
) -> Result<Vec<u8>, EngineError> {
    actor.may(TokenScope::LeadsRead)?;
    take_out(engine, actor, id, By::Api, exports::reason(why)?).await
}

async fn take_out(
    engine: &Engine,
    actor: &Actor,
    id: LeadId,
    by: By,
    why: &str,
) -> Result<Vec<u8>, EngineError> {
    let file = views::leads::export(engine, actor, id).await?;
    // Which lead is not written down: the entry would outlive them.
    let kept = Kept {
        form: "lead".to_owned(),
        with_names: true,
        by: by.code().to_owned(),
        page: None,
        level: None,
        state: None,
        tag: None,
        why: Personal::from(why),
        broadcast: None,
    };
    let line = reading::Kept {
        way: by.code().to_owned(),
        words: Some(Personal::from(why)).filter(|why| !why.reveal().is_empty()),
        ..reading::Kept::console(Reader::PageOwner, Reason::Unsaid, &["file"])
    };
    looked(engine, actor, id, &line).await?;
    exports::record(engine, actor, 1, true, &kept).await?;
    Ok(file)
}

const fn purpose(scope: Scope) -> &'static str {
    match scope {
        Scope::All => "all",
        Scope::Only(purpose) => purpose.code(),
    }
}

/// Whether a withdrawal of this scope stands, with no consent after it.
fn stands(consents: &Consents, scope: Scope) -> bool {
    let ended = |purpose| consents.in_force(purpose).is_none();
    match scope {
        Scope::All => consents.withdrawn_at.is_some() && ended(Purpose::Promotion) && ended(Purpose::Utility),
        Scope::Only(purpose) => consents.withdrawal(purpose).is_some() && ended(purpose),
    }
}

/// When the withdrawal counts from. Meta's clock may run ahead of ours; whoever withdraws now
/// withdraws everything they agreed to before, whatever its time says.
fn counts_from(consents: &Consents, now: Timestamp) -> Timestamp {
    let newest =
        [consents.started, consents.informed, consents.confirmed].into_iter().flatten().map(|(at, _)| at);
    newest.fold(now, Timestamp::max)
}

/// What one withdrawal writes.
struct Withdrawal {
    scope: Scope,
    at: Timestamp,
    event: ConsentEvent,
    leaf: PendingLeaf,
}

/// A withdrawal that was made ready, to be written in a commit of somebody's.
pub(crate) struct Prepared {
    lead: LeadId,
    what: What,
}

enum What {
    /// The lead is gone, or goes.
    Nothing,
    /// Said again: no second record, but it outlives every Yes given until now, also one that is
    /// still on its way here.
    Again(Scope),
    /// The first time, or after a Yes: with its evidence.
    New(Box<Withdrawal>),
}

/// Records a withdrawal with its evidence, in one commit; whether it changed anything. The caller
/// waits until no permit for the lead is in flight before it says so to the person.
pub(crate) async fn withdraw(
    engine: &Engine,
    brand: &BrandContext,
    id: LeadId,
    scope: Scope,
    way: Way,
    source: Source,
) -> Result<bool, EngineError> {
    let prepared = make_ready(engine, brand, id, (scope, way, source)).await?;
    let (brand, now) = (brand.id, engine.clock.now());
    let changed = engine.data.write("withdraw", move |tx| write(tx, brand, &prepared, now)).await?;
    engine.wake.log.notify_one();
    Ok(changed)
}

/// What a withdrawal of this moment writes; nothing is written yet.
pub(crate) async fn make_ready(
    engine: &Engine,
    brand: &BrandContext,
    id: LeadId,
    (scope, way, source): (Scope, Way, Source),
) -> Result<Prepared, EngineError> {
    let ready = |what| Ok(Prepared { lead: id, what });
    let brand_id = brand.id;
    let found = engine
        .data
        .read("lead_to_withdraw", move |tx| {
            let scope = tx.brand(brand_id);
            let Some(stored) = lead::get(scope, id)? else { return Ok(None) };
            let page = page::get(scope, stored.lead.page)?;
            Ok::<_, StoreError>(page.map(|page| (stored, page)))
        })
        .await?;
    let Some((stored, page)) = found.filter(|(stored, _)| stored.lead.fenced_at.is_none()) else {
        return ready(What::Nothing);
    };
    if stands(&stored.lead.consents, scope) {
        return ready(What::Again(scope));
    }
    // No key: an erasure has begun meanwhile, and ends more than a withdrawal does.
    let Some(key) = engine.vault.key(&id.0).await? else { return ready(What::Nothing) };
    let withdrawal = prepare(engine, brand, (&stored, &key), &page, (scope, way, source)).await?;
    ready(What::New(Box::new(withdrawal)))
}

/// Writes it as part of a commit; whether it changed anything.
pub(crate) fn write(
    tx: &Tx<'_>,
    brand: BrandId,
    prepared: &Prepared,
    now: Timestamp,
) -> Result<bool, StoreError> {
    match &prepared.what {
        What::Nothing => Ok(false),
        What::Again(scope) => renew(tx, brand, prepared.lead, *scope, now).map(|()| false),
        What::New(withdrawal) => commit(tx, brand, prepared.lead, withdrawal),
    }
}

async fn prepare(
    engine: &Engine,
    brand: &BrandContext,
    (stored, key): (&StoredLead, &Key),
    page: &StoredPage,
    (scope, way, source): (Scope, Way, Source),
) -> Result<Withdrawal, EngineError> {
    let now = engine.clock.now();
    let lead = &stored.lead;
    let profile = own::profile(brand, key, stored)?;
    let name = PageSecrets::open(engine, brand, page).await?.name.reveal().clone();
    let names = PageNames { id: page.page.id, meta_id: page.page.meta_id.clone(), name };
    let log_before = engine.log_head().await?;
    let about = About { page: &names, lead: lead.id, psid: profile.psid.reveal(), key, log_before };
    let at = counts_from(&lead.consents, now);
    let new = NewEvidence {
        id: ConsentId::new(now, &*engine.entropy),
        event: "withdrawal",
        purpose: purpose(scope),
        how: way.code(),
        happened_at: at,
        shown: None,
        source,
    };
    let (event, leaf) = evidence::seal(engine, brand, about, new)?;
    Ok(Withdrawal { scope, at, event, leaf })
}

fn commit(tx: &Tx<'_>, brand: BrandId, id: LeadId, withdrawal: &Withdrawal) -> Result<bool, StoreError> {
    let scope = tx.brand(brand);
    let Some(mut stored) = lead::get(scope, id)? else { return Ok(false) };
    if stored.lead.fenced_at.is_some() {
        return Ok(false);
    }
    let stood = stands(&stored.lead.consents, withdrawal.scope);
    let at = counts_from(&stored.lead.consents, withdrawal.at);
    stored.lead.consents.record(Act::Withdrawal { scope: withdrawal.scope }, at);
    lead::set_many(scope, std::iter::once(&stored.lead))?;
    if stood {
        return Ok(false);
    }
    consent_event::insert_many(scope, std::slice::from_ref(&withdrawal.event))?;
    ledger::insert_pending(tx, std::slice::from_ref(&withdrawal.leaf))?;
    tally::add(scope, stored.lead.page, tally_of(withdrawal.event.how), 1)?;
    Ok(true)
}

/// Moves a withdrawal that stands to `now`.
fn renew(tx: &Tx<'_>, brand: BrandId, id: LeadId, what: Scope, now: Timestamp) -> Result<(), StoreError> {
    let scope = tx.brand(brand);
    let Some(mut stored) = lead::get(scope, id)?.filter(|s| s.lead.fenced_at.is_none()) else {
        return Ok(());
    };
    let at = counts_from(&stored.lead.consents, now);
    stored.lead.consents.record(Act::Withdrawal { scope: what }, at);
    lead::set_many(scope, std::iter::once(&stored.lead))
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::consent::EvidenceLevel;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn claim_b3_after_a_withdrawal_nothing_agreed_before_is_in_force_however_the_clocks_run(
            times in proptest::collection::vec((0i64..1_000, 0usize..3), 0..8), now in 0i64..1_000,
        ) {
            let mut consents = Consents::default();
            for (number, (at, level)) in times.into_iter().enumerate() {
                let id = ConsentId([u8::try_from(number).unwrap(); 16]);
                consents.record(Act::OptIn { level: EvidenceLevel::ALL[level], id }, Timestamp(at));
            }
            for scope in [Scope::Only(Purpose::Promotion), Scope::All] {
                let at = counts_from(&consents, Timestamp(now));
                consents.record(Act::Withdrawal { scope }, at);
                prop_assert!(stands(&consents, scope));
                prop_assert_eq!(consents.in_force(Purpose::Promotion), None);
            }
            prop_assert_eq!(consents.in_force(Purpose::Utility), None);
        }
    }
}
