//! What Facebook passes on about somebody who signed in there to connect pages: that they removed the app, or want
//! erased what the login gave.
//!
//! Invariants: nothing is done that this app's secret did not sign; what goes is what that login gave (Facebook's
//! id of the person, the tokens), and its pages stand still until they are connected anew: the account itself is
//! erased by its owner only; who is not known here learns that and leaves a line in the register; saying it twice
//! does nothing twice, and what was connected anew since stays.

use crate::actions::erasure;
use crate::actions::pages::PageSecrets;
use crate::actions::requests::done_at_once;
use crate::brands::BrandContext;
use crate::{Engine, EngineError};
use messenger::signature::{SignedRequestError, signed_request};
use model::id::{AccountId, PageId};
use model::page::PageStop;
use model::personal::Personal;
use model::request::{Outcome, RequestKind, RequestWay};
use model::time::Span;
use std::sync::Arc;
use store::tables::lookup::Macs;
use store::tables::page::StoredPage;
use store::tables::{facebook_login, page, request};
use store::{StoreError, Tx};

/// How far Facebook's clock may be from ours.
const APART: Span = Span::minutes(5);

/// What Facebook says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Callback {
    Removal,
    Deletion,
}

/// Why a callback is not taken.
#[derive(Debug, thiserror::Error)]
pub enum CallbackError {
    #[error("no Facebook app is configured here")]
    NoApp,
    #[error(transparent)]
    Refused(#[from] SignedRequestError),
    #[error(transparent)]
    Engine(#[from] EngineError),
}

impl From<StoreError> for CallbackError {
    fn from(error: StoreError) -> Self {
        Self::Engine(error.into())
    }
}

/// Where somebody reads what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    pub url: String,
    pub code: String,
}

/// Notes by whose login a page was connected.
pub(crate) async fn note_login(
    engine: &Engine,
    brand: &BrandContext,
    account: AccountId,
    page: PageId,
    user: &Personal<String>,
) -> Result<(), EngineError> {
    let key = engine.vault.key(&account.0).await?.ok_or(EngineError::NotFound("this account"))?;
    let sealed = key
        .seal_value(&brand.person_place(account.0, "facebook_login", page.0), user, &*engine.entropy)
        .map_err(|_| EngineError::Sealed { place: "facebook_login" })?;
    let new = facebook_login::NewLogin { page, account, macs: brand.login_macs(user), sealed };
    let (scope, now) = (brand.id, engine.clock.now());
    let write = move |tx: &Tx<'_>| facebook_login::set(tx.brand(scope), &new, now);
    Ok(engine.data.write("note_facebook_login", write).await?)
}

/// Takes a callback. `host` says which brand answers where none knows the person.
pub async fn received(
    engine: &Engine,
    host: Option<&str>,
    what: Callback,
    text: &str,
) -> Result<Answered, CallbackError> {
    if !engine.settings().has_app() {
        return Err(CallbackError::NoApp);
    }
    let secrets: Vec<&str> =
        engine.settings().app_secrets.iter().map(|secret| secret.reveal().as_str()).collect();
    let said = signed_request(&secrets, text)?;
    let said_at = said.issued_at.unwrap_or(engine.clock.now()).plus(APART);
    let mut first = None;
    let brands: Vec<Arc<BrandContext>> = engine.brands().collect();
    for brand in &brands {
        let (scope, mac) = (brand.id, brand.login_macs(&said.user_id));
        let read = move |tx: &Tx<'_>| facebook_login::pages_of(tx.brand(scope), &mac, said_at);
        let pages = engine.data.read("pages_of_login", read).await?;
        if pages.is_empty() {
            continue;
        }
        for id in pages {
            let_go(engine, brand, id, &mac, what).await?;
        }
        let answered = register(engine, brand, what, Outcome::Done).await?;
        first.get_or_insert(answered);
    }
    if let Some(answered) = first {
        return Ok(answered);
    }
    let own = host.and_then(|host| engine.brand_by_host(host)).or_else(|| brands.first().cloned());
    let brand = own.ok_or(EngineError::NotFound("a brand"))?;
    Ok(register(engine, &brand, what, Outcome::NoData).await?)
}

async fn register(
    engine: &Engine,
    brand: &BrandContext,
    what: Callback,
    outcome: Outcome,
) -> Result<Answered, EngineError> {
    let kind = match what {
        Callback::Removal => RequestKind::FacebookRemoval,
        Callback::Deletion => RequestKind::FacebookData,
    };
    let mut new = done_at_once(engine, kind, RequestWay::Facebook, None, outcome);
    let code = erasure::code(engine);
    new.code = Some(code.clone());
    let scope = brand.id;
    engine.data.write("note_callback", move |tx| request::insert(tx.brand(scope), &new)).await?;
    Ok(Answered { url: format!("{}/erasure/{code}", brand.brand.public_url), code })
}

/// Lets a page go whoever connected it took it back from; for a deletion, forgets who that was.
async fn let_go(
    engine: &Engine,
    brand: &BrandContext,
    id: PageId,
    mac: &Macs,
    what: Callback,
) -> Result<(), EngineError> {
    let scope = brand.id;
    let forgotten = (what == Callback::Deletion).then_some(*mac);
    loop {
        let found = engine.data.read("page_to_let_go", move |tx| page::get(tx.brand(scope), id)).await?;
        let Some(stored) = found else { return Ok(()) };
        // Facebook ends what an app gets when the app is taken off.
        if empty(engine, brand, stored, (true, forgotten)).await? {
            return Ok(());
        }
    }
}

/// Empties a page of its token and has it stand still; `is_let_go` says whether Meta is known to deliver nothing of it any
/// more. False: it was connected anew in this moment, and nothing was done.
pub(super) async fn empty(
    engine: &Engine,
    brand: &BrandContext,
    stored: StoredPage,
    (is_let_go, forgotten): (bool, Option<Macs>),
) -> Result<bool, EngineError> {
    let (scope, id, account) = (brand.id, stored.page.id, stored.page.account.0);
    let mut secrets = PageSecrets::open(engine, brand, &stored).await?;
    (secrets.token, secrets.is_let_go) = (Personal::default(), Some(is_let_go));
    let key = engine.vault.key(&account).await?.ok_or(EngineError::NotFound("this account"))?;
    let sealed = key
        .seal_value(&brand.person_place(account, "page", id.0), &secrets, &*engine.entropy)
        .map_err(|_| EngineError::Sealed { place: "page" })?;
    let told = engine.told_of_stop(scope, id, PageStop::Disconnected).await?;
    let now = engine.clock.now();
    let write = move |tx: &Tx<'_>| {
        let scope = tx.brand(scope);
        if !page::let_go(scope, id, &stored.sealed, &sealed, now)? {
            return Ok(false);
        }
        if let Some(mac) = forgotten {
            facebook_login::delete(scope, id, &mac)?;
        }
        told.insert(scope)?;
        Ok::<_, StoreError>(true)
    };
    let is_done = engine.data.write("let_page_go", write).await?;
    if is_done {
        engine.wake_mail();
        engine.wake_lane(id);
    }
    Ok(is_done)
}
