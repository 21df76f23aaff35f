//! Setting a page's bot, and what a lead permits with their answers.
//!
//! Invariants: what is kept was checked as a whole; a change made on top of settings that have changed
//! meanwhile is refused; publishing at Meta happens afterwards and elsewhere (`bots`).

use crate::bots::{publish_at, wordings};
use crate::views::bot::{BotView, show};
use crate::views::own;
use crate::{Actor, Engine, EngineError, TokenScope};
use model::bot::permission::Use;
use model::bot::question::{FieldKind, LeadAnswer};
use model::bot::settings::{Bot, BotSettings};
use model::id::{AnswerId, LeadId, PageId};
use store::tables::answer::{self, StoredAnswer};
use store::tables::bot::{self, NewBot};
use store::tables::lead::{self, Resealed};
use store::{StoreError, Tx};
use vault::Key;

fn changed_meanwhile() -> EngineError {
    EngineError::Conflict(
        "somebody changed this page's bot just now: look again and repeat the change".to_owned(),
    )
}

/// Sets a page's bot. `version` is that of the settings which the change was made on: 0 where there were
/// none.
///
/// # Errors
/// [`EngineError::Bot`] names the first field that does not fit.
pub async fn set(
    engine: &Engine,
    actor: &Actor,
    page: PageId,
    version: i64,
    settings: BotSettings,
) -> Result<BotView, EngineError> {
    actor.may(TokenScope::PagesWrite)?;
    let ctx = &engine.brand(actor.brand)?;
    let asking = actor.clone();
    engine
        .data
        .read("page_to_set", move |tx| own::page(tx.brand(asking.brand), &asking, page).map(drop))
        .await?;
    let checked = Bot::new(settings.tidied(), &ctx.brand)?;
    let sealed = engine.seal_settings(ctx, actor.account, page, checked.settings()).await?;
    // What it may ask from now on is written down before anybody sees it.
    engine.note_wordings(actor.brand, page, &wordings_of_its_own(ctx, page, &checked)).await?;
    let (asking, now) = (actor.clone(), engine.clock.now());
    engine
        .data
        .write("set_bot", move |tx| {
            let scope = tx.brand(asking.brand);
            own::page(scope, &asking, page)?;
            let published_at = bot::get(scope, page)?.and_then(|stored| stored.published_at);
            let publish_at = publish_at(published_at, now);
            let new = NewBot { page, account: asking.account, sealed: &sealed, publish_at };
            if bot::set(scope, &new, version, now)? { Ok(()) } else { Err(changed_meanwhile()) }
        })
        .await?;
    engine.wake.publish.notify_one();
    show(engine, actor, page).await
}

fn wordings_of_its_own(ctx: &crate::BrandContext, page: PageId, bot: &Bot) -> Vec<model::bot::Wording> {
    let mut own = wordings(ctx, page, bot);
    own.retain(|wording| !ctx.all_wordings.contains_key(&wording.name));
    own
}

/// Publishes once more what Messenger shows of the page.
pub async fn publish(engine: &Engine, actor: &Actor, page: PageId) -> Result<BotView, EngineError> {
    actor.may(TokenScope::PagesWrite)?;
    let (asking, now) = (actor.clone(), engine.clock.now());
    let known = engine
        .data
        .write("publish_again", move |tx| {
            let scope = tx.brand(asking.brand);
            own::page(scope, &asking, page)?;
            let published_at = bot::get(scope, page)?.and_then(|stored| stored.published_at);
            Ok::<_, EngineError>(bot::publish_again(scope, page, publish_at(published_at, now))?)
        })
        .await?;
    if !known {
        engine.publish_later(&*engine.brand(actor.brand)?, actor.account, page).await?;
    }
    engine.wake.publish.notify_one();
    show(engine, actor, page).await
}

/// Ends one use of a lead's answer, for a lead who proved themselves (trusted caller), or through the
/// page's own account on the lead's word. Whether there was such an answer.
pub async fn withdraw_use(
    engine: &Engine,
    brand: &crate::BrandContext,
    lead: LeadId,
    id: AnswerId,
    what: Use,
) -> Result<bool, EngineError> {
    // No key: an erasure has begun, and ends more than this does.
    let Some(key) = engine.vault.key(&lead.0).await? else { return Ok(false) };
    let (scope, now) = (brand.id, engine.clock.now());
    loop {
        let read = move |tx: &Tx<'_>| {
            Ok::<Option<StoredAnswer>, StoreError>(
                answer::get(tx.brand(scope), id)?.filter(|a| a.lead == lead),
            )
        };
        let Some(stored) = engine.data.read("answer", read).await? else { return Ok(false) };
        let place = brand.person_place(lead.0, "answer", id.0);
        let mut kept: LeadAnswer = own::opened(&key, &place, &stored.sealed)?;
        if kept.kind() == FieldKind::GivenName && what != Use::Share {
            withdraw_name(engine, brand, lead, &key, &kept, what).await?;
        }
        kept.withdraw(what, now);
        let sealed = key
            .seal_value(&place, &kept, &*engine.entropy)
            .map_err(|_| EngineError::Sealed { place: "answer" })?;
        let write = move |tx: &Tx<'_>| answer::set_sealed(tx.brand(scope), id, &stored.sealed, &sealed);
        if engine.data.write("withdraw_use", write).await? {
            return Ok(true);
        }
    }
}

/// Addresses the lead no longer by the name that this answer gave, or shows it to the account no longer.
async fn withdraw_name(
    engine: &Engine,
    brand: &crate::BrandContext,
    id: LeadId,
    key: &Key,
    answer: &LeadAnswer,
    what: Use,
) -> Result<(), EngineError> {
    let scope = brand.id;
    let place = brand.person_place(id.0, "lead", id.0);
    loop {
        let found = engine.data.read("lead_of_name", move |tx| lead::get(tx.brand(scope), id)).await?;
        // Fenced: an erasure has begun, and ends more than this does.
        let Some(stored) = found.filter(|stored| stored.lead.fenced_at.is_none()) else { return Ok(()) };
        let mut profile = own::profile(brand, key, &stored)?;
        if profile.given_name.is_none() || profile.given_name.as_ref() != answer.for_the_lead() {
            return Ok(());
        }
        if what == Use::Show {
            profile.name_for_show = None;
        } else {
            profile.forget_name();
        }
        let to = key
            .seal_value(&place, &profile, &*engine.entropy)
            .map_err(|_| EngineError::Sealed { place: "lead" })?;
        let new = [Resealed { lead: id, from: stored.sealed, to }];
        // None: the lead has written meanwhile, and what that changed stays.
        let write = move |tx: &Tx<'_>| lead::set_sealed_many(tx.brand(scope), &new);
        if engine.data.write("withdraw_name", write).await? == 1 {
            return Ok(());
        }
    }
}

/// As [`withdraw_use`], by the account whose page asked.
pub async fn withdraw_use_for(
    engine: &Engine,
    actor: &Actor,
    lead: LeadId,
    id: AnswerId,
    what: Use,
) -> Result<(), EngineError> {
    actor.may(TokenScope::LeadsErase)?;
    let asking = actor.clone();
    engine
        .data
        .read("lead_of_answer", move |tx| own::lead(tx.brand(asking.brand), &asking, lead).map(drop))
        .await?;
    if withdraw_use(engine, &*engine.brand(actor.brand)?, lead, id, what).await? {
        Ok(())
    } else {
        Err(EngineError::NotFound("this answer"))
    }
}
