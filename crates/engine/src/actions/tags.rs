//! Tags: words of an account on its leads.
//!
//! Invariants: an account tags its own leads with its own tags only; it has one tag of a name, whoever makes it at the
//! same moment.

use crate::views::own;
use crate::views::tags::{TagView, list};
use crate::{Actor, Engine, EngineError, TokenScope};
use model::id::{LeadId, TagId};
use model::personal::Personal;
use store::tables::tag::{self, StoredTag};
use store::{StoreError, Tx};

/// Tags of one account.
pub const LIMIT: usize = 100;
/// Characters of one.
pub const NAME_LIMIT: usize = 40;
/// Leads tagged at a time.
pub const LEADS_LIMIT: usize = 1_000;

/// Makes a tag; one of that name that is there already is given back.
pub async fn create(engine: &Engine, actor: &Actor, name: &str) -> Result<TagView, EngineError> {
    actor.may(TokenScope::BroadcastsWrite)?;
    let name = name.trim();
    let length = name.chars().count();
    if length == 0 || length > NAME_LIMIT || name.chars().any(char::is_control) {
        return Err(EngineError::invalid("name", format!("must have 1 to {NAME_LIMIT} characters")));
    }
    let (ctx, now, account) = (engine.brand(actor.brand)?, engine.clock.now(), actor.account.0);
    let id = TagId::new(now, &*engine.entropy);
    loop {
        let known = list(engine, actor).await?;
        if let Some(same) = known.iter().find(|tag| tag.name.to_lowercase() == name.to_lowercase()) {
            return Ok(same.clone());
        }
        if known.len() >= LIMIT {
            return Err(EngineError::Conflict(format!(
                "an account has {LIMIT} tags at most: delete one first"
            )));
        }
        let key = engine.vault.key(&account).await?.ok_or(EngineError::NotFound("this account"))?;
        let sealed = key
            .seal_value(&ctx.person_place(account, "tag", id.0), &Personal::from(name), &*engine.entropy)
            .map_err(|_| EngineError::Sealed { place: "tag" })?;
        let new = StoredTag { id, account: actor.account, created_at: now, sealed };
        let brand = actor.brand;
        let write = move |tx: &Tx<'_>| {
            let scope = tx.brand(brand);
            // Names are sealed: that there is none of this name holds for those that were read.
            let are_known = tag::list_of_account(scope, new.account)?
                .iter()
                .map(|stored| stored.id)
                .eq(known.iter().map(|tag| tag.id));
            if are_known {
                tag::insert(scope, &new)?;
            }
            Ok::<_, StoreError>(are_known)
        };
        if engine.data.write("insert_tag", write).await? {
            return Ok(TagView { id, name: name.to_owned() });
        }
    }
}

/// Deletes a tag, from its leads too. A broadcast that is not sent yet and asks for it finds nobody by
/// it.
pub async fn delete(engine: &Engine, actor: &Actor, id: TagId) -> Result<(), EngineError> {
    actor.may(TokenScope::BroadcastsWrite)?;
    let asking = actor.clone();
    engine
        .data
        .write("delete_tag", move |tx| {
            let scope = tx.brand(asking.brand);
            own::tag(scope, &asking, id)?;
            tag::delete(scope, id)?;
            Ok::<_, EngineError>(())
        })
        .await
}

/// Puts a tag on leads, or takes it from them; how many that changed.
pub async fn set(
    engine: &Engine,
    actor: &Actor,
    id: TagId,
    leads: &[LeadId],
    bears: bool,
) -> Result<u64, EngineError> {
    actor.may(TokenScope::BroadcastsWrite)?;
    if leads.is_empty() || leads.len() > LEADS_LIMIT {
        return Err(EngineError::invalid("leads", format!("must be 1 to {LEADS_LIMIT}")));
    }
    let (asking, leads, now) = (actor.clone(), leads.to_vec(), engine.clock.now());
    engine
        .data
        .write("tag_leads", move |tx| {
            let scope = tx.brand(asking.brand);
            own::tag(scope, &asking, id)?;
            for lead in &leads {
                own::lead(scope, &asking, *lead)?;
            }
            let changed =
                if bears { tag::put(scope, id, &leads, now)? } else { tag::take(scope, id, &leads)? };
            Ok::<_, EngineError>(changed)
        })
        .await
}
