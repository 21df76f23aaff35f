//! A brand as its admin sets it: name, colours, languages, controller, the bot's texts, the logo.
//!
//! Invariants: only the brand's admin sets anything; what is set passes the brand's whole check, or nothing of
//! it is kept; nobody else becomes responsible for people's data before the notice that names them is in force (claim
//! D3); a new wording of the opt-in question is written down in the commit that sets it, and the old ones stay, since
//! evidence names them; what Messenger shows of the brand's pages becomes due in that commit too.

use crate::audit::{self, Act};
use crate::bots::BETWEEN;
use crate::brands::{BrandContext, wordings_of};
use crate::recipients::has_people;
use crate::{Actor, Engine, EngineError, Role};
use model::bot::settings::BotSettings;
use model::brand::logo::Logo;
use model::brand::overlay::{Overlay, Part, Set};
use model::brand::{Brand, BrandError, Fault, PRIVACY};
use model::id::{AccountId, PageId};
use std::sync::Arc;
use store::tables::audit::NewAudit;
use store::tables::bot::NewBot;
use store::tables::{self, Scope};
use store::{StoreError, Tx};

/// Two who set something at the same moment: the later one tries again on what the first has set.
const TRIES: u32 = 5;

fn admin(actor: &Actor) -> Result<(), EngineError> {
    if actor.role == Role::Admin { Ok(()) } else { Err(EngineError::Forbidden("admin")) }
}

/// Sets one part. What the file says anyway is not set, and follows the file from then on.
///
/// # Errors
/// [`EngineError::Brand`] names the first key that does not fit.
pub async fn set(engine: &Engine, actor: &Actor, set: Set) -> Result<(), EngineError> {
    admin(actor)?;
    let part = code_of(&part_of(&set));
    change(engine, actor, &Act::BrandSet { part }, move |overlay, file| overlay.set(file, set.clone())).await
}

/// Gives one part back to the brand's file.
///
/// # Errors
/// As [`set`]: without its texts, a language cannot be offered.
pub async fn give_back(engine: &Engine, actor: &Actor, part: Part) -> Result<(), EngineError> {
    admin(actor)?;
    let act = Act::BrandGivenBack { part: code_of(&part) };
    change(engine, actor, &act, move |overlay, _| overlay.give_back(&part)).await
}

/// Sets the logo; `None` takes it away.
///
/// # Errors
/// [`EngineError::Logo`] says why it is not taken.
pub async fn set_logo(engine: &Engine, actor: &Actor, file: Option<&[u8]>) -> Result<(), EngineError> {
    admin(actor)?;
    engine.scan(file.unwrap_or_default()).await?;
    let logo = file.map(Logo::read).transpose()?;
    let (brand, now) = (actor.brand, engine.clock.now());
    let act = if logo.is_some() { Act::LogoSet } else { Act::LogoRemoved };
    let entry = audit::by(engine, &*engine.brand(brand)?, actor, &act).await?;
    engine
        .data
        .write("set_logo", move |tx| {
            let scope = tx.brand(brand);
            match &logo {
                Some(logo) => tables::logo::set(scope, &logo.bytes, now)?,
                None => drop(tables::logo::delete(scope)?),
            }
            tables::brand::touch(scope)?;
            tables::audit::insert(scope, &entry)
        })
        .await?;
    engine.wake.log.notify_one();
    engine.reload_brand(brand).await.map(drop)
}

fn code_of(part: &Part) -> String {
    match part {
        Part::Name => "name".to_owned(),
        Part::Colours => "colours".to_owned(),
        Part::Languages => "languages".to_owned(),
        Part::Controller => "controller".to_owned(),
        Part::Texts(language) => format!("texts/{language}"),
    }
}

fn part_of(set: &Set) -> Part {
    match set {
        Set::Name(_) => Part::Name,
        Set::Colours(_) => Part::Colours,
        Set::Languages(_) => Part::Languages,
        Set::Controller(_) => Part::Controller,
        Set::Texts(language, _) => Part::Texts(language.clone()),
    }
}

async fn change(
    engine: &Engine,
    actor: &Actor,
    act: &Act,
    apply: impl Fn(&mut Overlay, &Brand),
) -> Result<(), EngineError> {
    let id = actor.brand;
    let entry = audit::by(engine, &*engine.brand(id)?, actor, act).await?;
    for _ in 0..TRIES {
        let before = engine.reload_brand(id).await?;
        let mut overlay = before.overlay.clone();
        apply(&mut overlay, &before.file);
        let brand = overlay.checked(&before.file)?;
        notice_names(engine, &before, &brand).await?;
        if overlay == before.overlay || store(engine, &before, &overlay, &brand, &entry).await? {
            engine.reload_brand(id).await?;
            return Ok(());
        }
    }
    Err(EngineError::Conflict("somebody else is setting the same at this moment: try again".into()))
}

/// Whoever else becomes responsible stands in the privacy notice in force, which everybody was told of in time.
async fn notice_names(engine: &Engine, before: &BrandContext, brand: &Brand) -> Result<(), EngineError> {
    let name = brand.controller.name.clone();
    if name == before.brand.controller.name {
        return Ok(());
    }
    let (id, now) = (before.id, engine.clock.now());
    let is_named = engine.data.read("notice_names", move |tx| {
        let scope = tx.brand(id);
        let mut notices = tables::document::list_in_force(scope, now)?;
        notices.retain(|text| text.kind == PRIVACY);
        let is_named = notices.iter().all(|text| text.text.contains(&name));
        Ok::<_, StoreError>(is_named || !has_people(scope)?)
    });
    if is_named.await? {
        return Ok(());
    }
    let (brand, key) = (brand.slug.clone(), "controller.name".to_owned());
    Err(BrandError { brand, key, fault: Fault::NotInNotice }.into())
}

/// `false`: something was set in between.
async fn store(
    engine: &Engine,
    before: &Arc<BrandContext>,
    overlay: &Overlay,
    brand: &Brand,
    entry: &NewAudit,
) -> Result<bool, EngineError> {
    let text =
        serde_json::to_string(overlay).map_err(|error| EngineError::invalid("brand", error.to_string()))?;
    let (id, version, now) = (before.id, before.version, engine.clock.now());
    let is_shown = is_shown_at_meta(&before.brand, brand);
    let bare = if is_shown { pages_without_settings(engine, before).await? } else { Vec::new() };
    let mut new = wordings_of(brand);
    new.retain(|wording| !before.all_wordings.contains_key(&wording.name));
    let entry = entry.clone();
    let stored = engine
        .data
        .write("set_brand", move |tx| {
            let scope = tx.brand(id);
            if !tables::brand::set_particulars(scope, &text, version)? {
                return Ok(false);
            }
            new.iter().try_for_each(|wording| tables::wording::insert(scope, wording, None, now))?;
            if is_shown {
                publish_all(scope, &bare, now)?;
            }
            tables::audit::insert(scope, &entry)?;
            Ok::<_, StoreError>(true)
        })
        .await?;
    engine.wake.log.notify_one();
    if stored && is_shown {
        engine.wake.publish.notify_one();
    }
    Ok(stored)
}

/// Whether greeting or menu of the brand's pages say something else afterwards.
fn is_shown_at_meta(before: &Brand, after: &Brand) -> bool {
    let shown = |brand: &Brand| {
        let contact = brand.controller.contact.clone();
        (brand.name.clone(), contact, brand.languages.clone(), brand.texts.clone())
    };
    shown(before) != shown(after)
}

/// A page of the brand's whose bot has no settings, with settings that change nothing.
struct Bare {
    page: PageId,
    account: AccountId,
    sealed: Vec<u8>,
}

/// Publishing is noted with a page's settings; pages that have none get some that say nothing.
async fn pages_without_settings(engine: &Engine, ctx: &BrandContext) -> Result<Vec<Bare>, EngineError> {
    let id = ctx.id;
    let read = move |tx: &Tx<'_>| {
        let mut bare = Vec::new();
        for stored in tables::page::list_every(tx)?.into_iter().filter(|stored| stored.page.brand == id) {
            if tables::bot::get(tx.brand(id), stored.page.id)?.is_none() {
                bare.push((stored.page.id, stored.page.account));
            }
        }
        Ok::<_, StoreError>(bare)
    };
    let mut sealed = Vec::new();
    for (page, account) in engine.data.read("pages_without_settings", read).await? {
        let settings = engine.seal_settings(ctx, account, page, &BotSettings::default()).await;
        match settings {
            Ok(envelope) => sealed.push(Bare { page, account, sealed: envelope }),
            // An account that is being erased: nobody's to publish.
            Err(EngineError::NotFound(_)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(sealed)
}

fn publish_all(scope: Scope<'_>, bare: &[Bare], now: model::time::Timestamp) -> Result<(), StoreError> {
    for one in bare {
        let new = NewBot { page: one.page, account: one.account, sealed: &one.sealed, publish_at: now };
        tables::bot::set(scope, &new, 0, now)?;
    }
    tables::bot::publish_all_again(scope, BETWEEN, now).map(drop)
}
