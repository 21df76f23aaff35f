//! Whose a lead or a broadcast of the brand is, for an admin who is about to say what it is looked at for.
//!
//! Invariant: nothing of what it is about is told here; that is [`crate::actions::oversight`], which writes it down.

use super::leads;
use crate::actions::requests::admin;
use crate::{Actor, Engine, EngineError, Role, TokenScope};
use model::id::{AccountId, BroadcastId, LeadId};
use store::tables;

/// In the name of an account, to read and for views only.
pub(crate) fn reader(actor: &Actor, account: AccountId) -> Actor {
    let scopes = vec![TokenScope::PagesRead, TokenScope::LeadsRead, TokenScope::BroadcastsRead];
    Actor { account, role: Role::User, scopes, ..actor.clone() }
}

/// The account that keeps this lead.
pub async fn keeper_of_lead(engine: &Engine, actor: &Actor, id: LeadId) -> Result<AccountId, EngineError> {
    admin(actor)?;
    let ctx = engine.brand(actor.brand)?;
    let account = leads::keeper(engine, &ctx, id).await?.account;
    leads::masked(engine, &reader(actor, account), id).await?;
    Ok(account)
}

/// The account whose broadcast this is.
pub async fn keeper_of_broadcast(
    engine: &Engine,
    actor: &Actor,
    id: BroadcastId,
) -> Result<AccountId, EngineError> {
    admin(actor)?;
    let brand = actor.brand;
    let find = move |tx: &store::Tx<'_>| tables::broadcast::get(tx.brand(brand), id);
    let found = engine.data.read("broadcast_of_account", find).await?;
    Ok(found.ok_or(EngineError::NotFound("this broadcast"))?.broadcast.account)
}
