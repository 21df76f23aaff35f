//! An account's utility templates, and where each stands at Meta.

use super::{At, LIMIT, limited, own};
use crate::{Actor, BrandContext, Engine, EngineError, TokenScope};
use model::id::{PageId, TemplateId};
use model::outgoing::{Button, Template};
use model::template::{Link, TemplateStatus, TemplateText};
use serde::Serialize;
use store::tables::template::{self, StoredTemplate};

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TemplateView {
    pub id: TemplateId,
    pub page: PageId,
    pub name: String,
    pub language: String,
    pub body: String,
    pub examples: Vec<String>,
    pub link: Option<Link>,
    /// As a lead sees them: the way out is among them.
    pub buttons: Vec<Button>,
    pub status: TemplateStatus,
    /// Meta's code of a rejection.
    pub reason: Option<String>,
    pub created_at: At,
    /// When Meta was last asked.
    pub checked_at: Option<At>,
}

async fn view(
    engine: &Engine,
    brand: &BrandContext,
    stored: &StoredTemplate,
) -> Result<TemplateView, EngineError> {
    let key = engine.vault.key(&stored.account.0).await?.ok_or(EngineError::NotFound("this account"))?;
    let place = brand.person_place(stored.account.0, "template", stored.id.0);
    let text: TemplateText = own::opened(&key, &place, &stored.sealed)?;
    let language = text.language().split('_').next();
    let (_, texts) = brand.brand.texts_for(language).ok_or(EngineError::NotFound("the brand's texts"))?;
    Ok(TemplateView {
        id: stored.id,
        page: stored.page,
        name: text.name().to_owned(),
        language: text.language().to_owned(),
        body: text.body().to_owned(),
        examples: text.examples().to_vec(),
        link: text.link().cloned(),
        buttons: text.buttons(&texts.unsubscribe_button),
        status: stored.status,
        reason: stored.reason.clone(),
        created_at: At(stored.created_at),
        checked_at: stored.checked_at.map(At),
    })
}

pub async fn list(
    engine: &Engine,
    actor: &Actor,
    after: Option<TemplateId>,
    limit: u32,
) -> Result<Vec<TemplateView>, EngineError> {
    actor.may(TokenScope::BroadcastsRead)?;
    let (brand, account, limit) = (actor.brand, actor.account, limited(limit)?);
    let after = after.unwrap_or(TemplateId([0; 16]));
    let rows = engine
        .data
        .read("list_templates", move |tx| template::list_of_account(tx.brand(brand), account, after, limit))
        .await?;
    let ctx = &engine.brand(brand)?;
    let mut views = Vec::with_capacity(rows.len());
    for stored in &rows {
        views.push(view(engine, ctx, stored).await?);
    }
    Ok(views)
}

/// How many variables the templates of this name and language have that were written here for one of these pages (`None`:
/// all of the account's), but for those that Meta does not take any more.
pub(crate) async fn variables(
    engine: &Engine,
    actor: &Actor,
    wanted: &Template,
    pages: Option<&[PageId]>,
) -> Result<Vec<usize>, EngineError> {
    let (ctx, brand, account) = (engine.brand(actor.brand)?, actor.brand, actor.account);
    let (mut after, mut found) = (TemplateId([0; 16]), Vec::new());
    let is_over = |status| matches!(status, TemplateStatus::Rejected | TemplateStatus::Deleted);
    loop {
        let read =
            move |tx: &store::Tx<'_>| template::list_of_account(tx.brand(brand), account, after, LIMIT);
        let rows = engine.data.read("templates_of_name", read).await?;
        let Some(last) = rows.last() else { return Ok(found) };
        after = last.id;
        let of_pages = |stored: &&StoredTemplate| pages.is_none_or(|pages| pages.contains(&stored.page));
        for stored in rows.iter().filter(of_pages).filter(|stored| !is_over(stored.status)) {
            let known = view(engine, &ctx, stored).await?;
            if known.name == wanted.name && known.language == wanted.language {
                found.push(known.examples.len());
            }
        }
    }
}

pub async fn get(engine: &Engine, actor: &Actor, id: TemplateId) -> Result<TemplateView, EngineError> {
    actor.may(TokenScope::BroadcastsRead)?;
    show(engine, actor, id).await
}

/// As [`get`], for actions that answer with what they changed.
pub(crate) async fn show(
    engine: &Engine,
    actor: &Actor,
    id: TemplateId,
) -> Result<TemplateView, EngineError> {
    let asking = actor.clone();
    let stored = engine
        .data
        .read("get_template", move |tx| own::template(tx.brand(asking.brand), &asking, id))
        .await?;
    view(engine, &*engine.brand(actor.brand)?, &stored).await
}
