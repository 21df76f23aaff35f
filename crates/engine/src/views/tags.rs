//! An account's tags, and those of a lead.

use super::own;
use crate::{Actor, Engine, EngineError, TokenScope};
use model::id::{LeadId, TagId};
use model::personal::Personal;
use serde::Serialize;
use store::tables::tag;

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TagView {
    pub id: TagId,
    pub name: String,
}

/// All of the account's, in the order in which they were made.
pub async fn list(engine: &Engine, actor: &Actor) -> Result<Vec<TagView>, EngineError> {
    actor.may(TokenScope::BroadcastsRead)?;
    all(engine, actor).await
}

/// As [`list`], for whoever has asked for the right already.
pub(crate) async fn all(engine: &Engine, actor: &Actor) -> Result<Vec<TagView>, EngineError> {
    let (brand, account) = (actor.brand, actor.account);
    let rows =
        engine.data.read("list_tags", move |tx| tag::list_of_account(tx.brand(brand), account)).await?;
    let ctx = &engine.brand(brand)?;
    let key = engine.vault.key(&account.0).await?.ok_or(EngineError::NotFound("this account"))?;
    rows.iter()
        .map(|stored| {
            let place = ctx.person_place(account.0, "tag", stored.id.0);
            let name: Personal<String> = own::opened(&key, &place, &stored.sealed)?;
            Ok(TagView { id: stored.id, name: name.reveal().clone() })
        })
        .collect()
}

/// Those that a lead bears.
pub async fn of_lead(engine: &Engine, actor: &Actor, lead: LeadId) -> Result<Vec<TagView>, EngineError> {
    actor.may(TokenScope::LeadsRead)?;
    let asking = actor.clone();
    let ids = engine
        .data
        .read("tags_of_lead", move |tx| {
            let scope = tx.brand(asking.brand);
            own::lead(scope, &asking, lead)?;
            Ok::<_, EngineError>(tag::list_of_lead(scope, lead)?)
        })
        .await?;
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut tags = all(engine, actor).await?;
    tags.retain(|tag| ids.contains(&tag.id));
    Ok(tags)
}
