//! Looking at a page's set-up at Meta, and mending it: the events that are delivered, and the access itself.
//!
//! Invariants: a check asks Meta and changes here only what Meta said, which stays until it says otherwise; a token
//! that Meta calls dead stops the page, one that it calls good lets go on a page that stood still for its token alone;
//! an answer of the login dialog renews the very page for which it was opened, and no other; what the program has
//! delivered again unasked is of a page that is connected.

use crate::actions::pages::{ConnectForm, DIALOG_LIFE, PageSecrets, connect, own_login_url};
use crate::tell;
use crate::views::own;
use crate::views::pages::{PageView, view};
use crate::{Actor, Engine, EngineError, TokenScope};
use messenger::graph::GraphError;
use messenger::health::missing_fields;
use model::id::PageId;
use model::page::PageStop;
use store::Tx;
use store::tables::page;
use store::tables::page::{Lacks, StoredPage};
use subtle::ConstantTimeEq;

pub use messenger::health::FOR_NOTICES;

/// What Meta says of a page's set-up.
#[derive(Debug, Clone)]
pub struct PageCheck {
    /// As it stands after what was learnt.
    pub page: PageView,
    /// Whether the token is good; `None`: Meta did not say.
    pub is_valid: Option<bool>,
    /// Whether it said which events are delivered.
    pub has_said_events: bool,
    /// What Meta answered instead, in its words.
    pub silence: Option<String>,
}

async fn stored(engine: &Engine, actor: &Actor, id: PageId) -> Result<StoredPage, EngineError> {
    let asking = actor.clone();
    engine.data.read("page_to_check", move |tx| own::page(tx.brand(asking.brand), &asking, id)).await
}

/// Asks Meta how the page's set-up stands.
pub async fn check(engine: &Engine, actor: &Actor, id: PageId) -> Result<PageCheck, EngineError> {
    actor.may(TokenScope::PagesWrite)?;
    let before = stored(engine, actor, id).await?;
    engine.limits.may_check(id)?;
    let ctx = &engine.brand(actor.brand)?;
    let secrets = PageSecrets::open(engine, ctx, &before).await?;
    let mut silence = None;
    let token = engine.graph.token_state(&secrets.token).await;
    let token = token.map_err(|error| silence = Some(error.to_string())).ok();
    let is_valid = token.as_ref().map(|token| token.is_valid);
    let mut fields = None;
    if is_valid != Some(false) {
        match engine.graph.subscribed_fields(&before.page.meta_id, &secrets.token).await {
            Ok(found) => fields = Some(found),
            // Whoever lacks the permission to look is told of the permission.
            Err(GraphError::Refused { code: 10 | 200, .. }) if token.is_some() => {}
            Err(error) => silence = Some(error.to_string()),
        }
    }
    // A dead token says nothing of permissions.
    let missing = token.filter(|token| token.is_valid).map(|token| token.missing);
    learn(engine, &before, is_valid, (missing.as_deref(), fields.as_deref())).await?;
    Ok(PageCheck {
        page: view(engine, ctx, &stored(engine, actor, id).await?).await?,
        is_valid,
        has_said_events: fields.is_some(),
        silence,
    })
}

/// Writes what Meta said: whether the token is good, which permissions it lacks, which events are delivered.
async fn learn(
    engine: &Engine,
    before: &StoredPage,
    is_valid: Option<bool>,
    (missing, fields): (Option<&[&str]>, Option<&[String]>),
) -> Result<(), EngineError> {
    let (id, stop, brand, now) = (before.page.id, before.page.stop, before.page.brand, engine.clock.now());
    let echoes = fields.map(|fields| fields.iter().any(|field| field == "message_echoes"));
    let echoes = echoes.filter(|echoes| *echoes != before.page.has_echoes);
    let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    let lacks = Lacks {
        permissions: missing.map(owned),
        fields: fields.map(|fields| owned(&missing_fields(fields))),
    };
    let is_known = |new: &Option<Vec<String>>, old| new.is_none() || new == old;
    let has_changed = !is_known(&lacks.permissions, &before.lacks.permissions)
        || !is_known(&lacks.fields, &before.lacks.fields);
    let dies = is_valid == Some(false);
    let lives = is_valid == Some(true) && stop == Some(PageStop::TokenInvalid);
    if echoes.is_none() && !has_changed && !dies && !lives {
        return Ok(());
    }
    let told = if dies {
        engine.told_of_stop(brand, id, PageStop::TokenInvalid).await?
    } else {
        crate::accounts::notice::Rows::default()
    };
    let token = before.sealed.clone();
    let write = move |tx: &Tx<'_>| {
        let scope = tx.brand(brand);
        if let Some(echoes) = echoes {
            page::set_echoes(scope, id, echoes)?;
        }
        page::set_lacks(scope, id, &lacks, &token)?;
        if dies {
            tell::stop_by_meta(scope, id, (PageStop::TokenInvalid, Some(&token)), &told, now)?;
        } else if lives && page::get(scope, id)?.is_some_and(|page| page.page.stop == stop) {
            page::set_stop(scope, id, None, now)?;
        }
        Ok::<_, store::StoreError>(())
    };
    engine.data.write("page_checked", write).await?;
    engine.wake_mail();
    engine.wake_lane(id);
    Ok(())
}

/// Has the page's events delivered again, all that the program needs.
pub async fn subscribe_again(engine: &Engine, actor: &Actor, id: PageId) -> Result<PageView, EngineError> {
    actor.may(TokenScope::PagesWrite)?;
    let before = stored(engine, actor, id).await?;
    let ctx = &engine.brand(actor.brand)?;
    let secrets = PageSecrets::open(engine, ctx, &before).await?;
    let fields = engine.graph.subscribe(&before.page.meta_id, &secrets.token).await;
    let fields = fields.map_err(|error| EngineError::Meta(error.to_string()))?;
    learn(engine, &before, None, (None, Some(&fields))).await?;
    view(engine, ctx, &stored(engine, actor, id).await?).await
}

/// Has Meta deliver the events of the page that has this id there, should it not: a notice about a page of before may have
/// ended that, however late it came. Nothing is done about a page that is not connected.
pub(crate) async fn keep_delivered(engine: &Engine, meta_id: &str) -> Result<(), EngineError> {
    let named = meta_id.to_owned();
    let read = move |tx: &Tx<'_>| page::find_by_meta_id(tx, &named);
    let Some(before) = engine.data.read("page_to_keep", read).await? else { return Ok(()) };
    let secrets = PageSecrets::open(engine, &*engine.brand(before.page.brand)?, &before).await?;
    if before.page.stop == Some(PageStop::Disconnected) || secrets.token.reveal().is_empty() {
        return Ok(());
    }
    let delivered = engine.graph.subscribed_fields(meta_id, &secrets.token).await.ok();
    if delivered.as_ref().is_some_and(|fields| missing_fields(fields).is_empty()) {
        return Ok(());
    }
    let subscribed = engine.graph.subscribe(meta_id, &secrets.token).await;
    if subscribed.is_ok() {
        let id = before.page.id;
        let now = engine.data.read("page_kept", move |tx| page::find(tx, id)).await?;
        if now.is_none_or(|now| now.page.stop == Some(PageStop::Disconnected)) {
            // It was let go in this moment: what was just asked for is taken back.
            let taken = engine.graph.unsubscribe(meta_id, &secrets.token).await;
            return taken.map_err(|error| EngineError::Meta(error.to_string()));
        }
        tracing::warn!(page = %id, "Meta delivered nothing, or not all, of a page that was connected anew: it was asked to");
    }
    // What it does not deliver is said on the page.
    if let Some(fields) = subscribed.as_ref().ok().or(delivered.as_ref()) {
        learn(engine, &before, None, (None, Some(fields))).await?;
    }
    subscribed.map(drop).map_err(|error| EngineError::Meta(error.to_string()))
}

/// Where the browser goes to renew the access to one page, and the state that binds the dialog to the page
/// and the session. Nothing is stored, so opening it changes nothing.
pub async fn renewal_url(
    engine: &Engine,
    actor: &Actor,
    session: &[u8],
    id: PageId,
    redirect_uri: &str,
) -> Result<String, EngineError> {
    actor.may(TokenScope::PagesWrite)?;
    stored(engine, actor, id).await?;
    let until = engine.clock.now().plus(DIALOG_LIFE).millis();
    let mac = mac(engine, actor, session, id, until)?;
    let state = format!("{until}.{id}.{}", hex::encode(mac));
    // Asks again for what was refused before.
    Ok(format!("{}&auth_type=rerequest", own_login_url(engine, redirect_uri, &state)))
}

/// The page for which [`renewal_url`] made this state for this session, not too long ago.
pub fn renewal_of(
    engine: &Engine,
    actor: &Actor,
    session: &[u8],
    state: &str,
) -> Result<Option<PageId>, EngineError> {
    let mut parts = state.splitn(3, '.');
    let (Some(until), Some(id), Some(given)) = (parts.next(), parts.next(), parts.next()) else {
        return Ok(None);
    };
    let (Ok(until), Ok(id), Ok(given)) = (until.parse::<i64>(), id.parse::<PageId>(), hex::decode(given))
    else {
        return Ok(None);
    };
    let wanted = mac(engine, actor, session, id, until)?;
    let is_own = bool::from(wanted.as_slice().ct_eq(&given)) && engine.clock.now().millis() < until;
    Ok(is_own.then_some(id))
}

fn mac(
    engine: &Engine,
    actor: &Actor,
    session: &[u8],
    id: PageId,
    until: i64,
) -> Result<[u8; 32], EngineError> {
    let ctx = &engine.brand(actor.brand)?;
    let parts = [actor.account.as_bytes().as_slice(), session, id.as_bytes(), &until.to_be_bytes()];
    Ok(ctx.key.mac("renewal_state", &parts))
}

/// Renews the access to one page by what the dialog gave back: a new token, the events, the greeting; then
/// it sends again.
pub async fn renew(
    engine: &Engine,
    actor: &Actor,
    id: PageId,
    code: String,
    redirect_uri: String,
) -> Result<PageView, EngineError> {
    actor.may(TokenScope::PagesWrite)?;
    let meta_id = crate::views::pages::get(engine, actor, id).await?.meta_id;
    let form = ConnectForm { code, redirect_uri, pages: Some(vec![meta_id]) };
    let renewed = connect(engine, actor, form).await?;
    renewed.into_iter().find(|page| page.id == id).ok_or(EngineError::NotFound("this page"))
}
