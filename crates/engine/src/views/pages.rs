//! An account's connected pages.

use super::{At, limited, own};
use crate::actions::pages::PageSecrets;
use crate::brands::BrandContext;
use crate::{Actor, Engine, EngineError, TokenScope};
use model::id::PageId;
use serde::Serialize;
use store::tables;
use store::tables::page::StoredPage;

/// A connected page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PageView {
    pub id: PageId,
    /// Meta's public id of the page.
    pub meta_id: String,
    pub name: String,
    /// Why it does not send, if it does not.
    pub stop: Option<&'static str>,
    /// Whether unknown deliveries can be settled.
    pub has_echoes: bool,
    /// Since when the greeting names the purpose.
    pub greeting_at: Option<At>,
    pub connected_at: At,
    /// Known from an archive only: nobody has connected it yet.
    pub is_awaited: bool,
    /// Whether an access lies here that can be given up.
    pub has_access: bool,
    /// Permissions that the access lacked when Meta was last asked; `None`: Meta has not said.
    pub lacks_permissions: Option<Vec<String>>,
    /// Events that Meta did not deliver when it was last asked.
    pub lacks_fields: Option<Vec<String>>,
}

impl PageView {
    /// Whether nothing of the set-up is known to be missing.
    pub fn is_whole(&self) -> bool {
        // Without the permission for notices promotions and answers work, and Meta does not give it to every app.
        let has_none = |names: &Option<Vec<String>>| {
            names.iter().flatten().all(|name| name == crate::actions::page_check::FOR_NOTICES)
        };
        self.has_echoes
            && self.greeting_at.is_some()
            && has_none(&self.lacks_permissions)
            && has_none(&self.lacks_fields)
    }
}

pub(crate) async fn view(
    engine: &Engine,
    brand: &BrandContext,
    stored: &StoredPage,
) -> Result<PageView, EngineError> {
    let secrets = PageSecrets::open(engine, brand, stored).await?;
    let page = &stored.page;
    Ok(PageView {
        id: page.id,
        meta_id: secrets.waits_for.clone().unwrap_or_else(|| page.meta_id.clone()),
        name: secrets.name.reveal().clone(),
        stop: page.stop.map(model::page::PageStop::code),
        has_echoes: page.has_echoes,
        greeting_at: page.greeting_at.map(At),
        connected_at: At(page.connected_at),
        is_awaited: secrets.waits_for.is_some(),
        has_access: !secrets.token.reveal().is_empty(),
        lacks_permissions: stored.lacks.permissions.clone(),
        lacks_fields: stored.lacks.fields.clone(),
    })
}

pub async fn list(
    engine: &Engine,
    actor: &Actor,
    after: Option<PageId>,
    limit: u32,
) -> Result<Vec<PageView>, EngineError> {
    actor.may(TokenScope::PagesRead)?;
    let (brand, account, limit) = (actor.brand, actor.account, limited(limit)?);
    let after = after.unwrap_or(PageId([0; 16]));
    let rows = engine
        .data
        .read("list_pages", move |tx| tables::page::list_of_account(tx.brand(brand), account, after, limit))
        .await?;
    let ctx = &engine.brand(brand)?;
    let mut pages = Vec::with_capacity(rows.len());
    for stored in &rows {
        pages.push(view(engine, ctx, stored).await?);
    }
    Ok(pages)
}

pub async fn get(engine: &Engine, actor: &Actor, id: PageId) -> Result<PageView, EngineError> {
    actor.may(TokenScope::PagesRead)?;
    let asking = actor.clone();
    let stored =
        engine.data.read("get_page", move |tx| own::page(tx.brand(asking.brand), &asking, id)).await?;
    view(engine, &*engine.brand(actor.brand)?, &stored).await
}

/// When somebody last wrote or tapped there, to the minute; `None`: not since this is written down.
pub async fn heard_at(engine: &Engine, actor: &Actor, id: PageId) -> Result<Option<At>, EngineError> {
    actor.may(TokenScope::PagesRead)?;
    let asking = actor.clone();
    let read = move |tx: &store::Tx<'_>| {
        let scope = tx.brand(asking.brand);
        own::page(scope, &asking, id)?;
        Ok::<_, EngineError>(tables::page::heard_at(scope, id)?)
    };
    Ok(engine.data.read("page_heard", read).await?.map(At))
}
