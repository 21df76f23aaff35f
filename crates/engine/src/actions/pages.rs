//! Connecting Facebook pages, and pausing them. A page's name and token lie sealed under its
//! account's key.
//!
//! Invariants: a page is connected once per app, whichever brand or account was first; no page is
//! touched at Meta before all that are wanted are known to be free.

use crate::actions::facebook;
use crate::brands::BrandContext;
use crate::error::TakenPage;
use crate::subscriptions::{adds_a_page, may_connect};
use crate::views::own::opened;
use crate::views::pages::{PageView, view};
use crate::views::{LIMIT, own};
use crate::{Actor, Engine, EngineError, TokenScope};
use messenger::graph::GraphError;
use messenger::health::missing_fields;
use messenger::login::OfferedPage;
use minicbor::{Decode, Encode};
use model::bot::profile::profile;
use model::id::{BrandId, PageId};
use model::page::PageStop;
use model::personal::Personal;
use model::time::{Span, Timestamp};
use std::collections::HashMap;
use store::tables::page::{self, Lacks, NewPage, StoredPage};
use store::tables::{bot, returned, template};
use store::{Database, StoreError, Tx};
use subtle::ConstantTimeEq;
use vault::{Place, Vault};

/// What lies in `page.sealed`.
#[derive(Clone, Encode, Decode)]
pub(crate) struct PageSecrets {
    #[n(0)]
    pub name: Personal<String>,
    #[n(1)]
    pub token: Personal<String>,
    /// Of a page that came back from an archive and is not connected yet: Meta's id of it. The row has one
    /// that is nobody's, so that no page is taken by naming it.
    #[n(2)]
    pub waits_for: Option<String>,
    /// Of a page without a token: whether Meta is known to deliver nothing of it any more.
    #[n(3)]
    pub is_let_go: Option<bool>,
}

impl PageSecrets {
    /// Opens a page's row under its account's key.
    pub async fn open(
        engine: &Engine,
        brand: &BrandContext,
        stored: &StoredPage,
    ) -> Result<Self, EngineError> {
        let sealed = || EngineError::Sealed { place: "page" };
        let key = engine.vault.key(&stored.page.account.0).await?.ok_or_else(sealed)?;
        let place = brand.person_place(stored.page.account.0, "page", stored.page.id.0);
        key.open_value(&place, &stored.sealed).map_err(|_| sealed())
    }

    /// The token, for what somebody asks of Meta.
    ///
    /// # Errors
    /// [`EngineError::Conflict`] where there is none.
    pub fn access(&self) -> Result<&Personal<String>, EngineError> {
        if self.token.reveal().is_empty() {
            return Err(EngineError::Conflict("this page is not connected: connect it first".to_owned()));
        }
        Ok(&self.token)
    }
}

/// How the id begins that stands for Meta's in the row of a page that waits to be connected.
const WAITING: &str = "waits-";

/// In the row of a page that came back from an archive, until it is connected: an id that is nobody's at Meta.
pub(crate) fn waiting_id(page: PageId) -> String {
    format!("{WAITING}{page}")
}

/// Whether a row's id is one of [`waiting_id`].
pub(crate) fn is_waiting(meta_id: &str) -> bool {
    meta_id.starts_with(WAITING)
}

/// Meta's ids of a brand's pages that wait to be connected, by the ids in their rows. One that cannot be opened is
/// left out.
pub(crate) async fn waiting(
    data: &Database,
    vault: &Vault,
    brand: BrandId,
) -> Result<HashMap<String, String>, EngineError> {
    let pages = data.read("pages_that_wait", page::list_every).await?;
    let mut found = HashMap::new();
    for stored in pages.into_iter().filter(|s| s.page.brand == brand && is_waiting(&s.page.meta_id)) {
        let (id, account) = (stored.page.id, stored.page.account);
        let Some(key) = vault.key(&account.0).await? else { continue };
        let place = Place { brand, person: account.0, table: "page", row: id.0 };
        match opened::<PageSecrets>(&key, &place, &stored.sealed) {
            Ok(PageSecrets { waits_for: Some(meta_id), .. }) => {
                found.insert(stored.page.meta_id, meta_id);
            }
            Ok(_) => {}
            Err(error) => tracing::error!(%error, page = %id, "a page that waits to be connected is damaged"),
        }
    }
    Ok(found)
}

/// What Facebook's login dialog gave back, and which of the granted pages to connect.
pub struct ConnectForm {
    pub code: String,
    /// The very address that the dialog was opened with.
    pub redirect_uri: String,
    /// Meta's ids; `None`: every granted page that may send messages.
    pub pages: Option<Vec<String>>,
}

/// Where the user's browser goes to choose pages. `dialog_base` is `https://www.facebook.com`, or a
/// simulator's address.
pub fn login_url(engine: &Engine, dialog_base: &str, redirect_uri: &str, state: &str) -> String {
    engine.graph.dialog_url(dialog_base, redirect_uri, state)
}

/// As [`login_url`], with the dialog that belongs to the Graph API in use.
pub fn own_login_url(engine: &Engine, redirect_uri: &str, state: &str) -> String {
    login_url(engine, engine.graph.dialog_base(), redirect_uri, state)
}

/// How long somebody may take in the login dialog.
pub const DIALOG_LIFE: Span = Span::minutes(30);

/// Binds a login dialog to the session that opened it: until when it is good, and a keyed hash over
/// that, the account and the session. Nothing is stored, so opening the dialog changes nothing.
pub fn login_state(engine: &Engine, actor: &Actor, session: &[u8]) -> Result<String, EngineError> {
    let until = engine.clock.now().plus(DIALOG_LIFE);
    Ok(format!("{}.{}", until.millis(), hex::encode(state_mac(engine, actor, session, until.millis())?)))
}

/// Whether this state was made by [`login_state`] for this session, and not too long ago.
pub fn is_login_state(
    engine: &Engine,
    actor: &Actor,
    session: &[u8],
    state: &str,
) -> Result<bool, EngineError> {
    let Some((until, mac)) = state.split_once('.') else { return Ok(false) };
    let (Ok(until), Ok(mac)) = (until.parse::<i64>(), hex::decode(mac)) else { return Ok(false) };
    let wanted = state_mac(engine, actor, session, until)?;
    Ok(bool::from(wanted.as_slice().ct_eq(&mac)) && engine.clock.now().millis() < until)
}

fn state_mac(engine: &Engine, actor: &Actor, session: &[u8], until: i64) -> Result<[u8; 32], EngineError> {
    let ctx = &engine.brand(actor.brand)?;
    Ok(ctx.key.mac("login_state", &[actor.account.as_bytes(), session, &until.to_be_bytes()]))
}

/// Meta's code for a parameter that it does not take.
pub(super) const PARAMETER: i64 = 100;

fn meta(error: GraphError) -> EngineError {
    EngineError::Meta(error.to_string())
}

/// Connects pages: their webhooks, their greeting and menu at Meta, their tokens here. A page that
/// this account has connected before gets its new token and sends again.
///
/// # Errors
/// The first page that fails; those before it stay connected.
pub async fn connect(
    engine: &Engine,
    actor: &Actor,
    form: ConnectForm,
) -> Result<Vec<PageView>, EngineError> {
    actor.may(TokenScope::PagesWrite)?;
    if !engine.settings().has_app() {
        return Err(EngineError::NoApp);
    }
    let ctx = &engine.brand(actor.brand)?;
    let user =
        engine.graph.user_token(&form.code, &form.redirect_uri).await.map_err(|error| match error {
            // Whoever asks has brought it, so it is theirs to bring another.
            GraphError::Refused { code: PARAMETER, .. } => EngineError::invalid(
                "code",
                "was not taken by Meta: it is good once, for minutes and with its own redirect_uri",
            ),
            other => meta(other),
        })?;
    let offered = engine.graph.offered_pages(&user).await.map_err(meta)?;
    let login = match engine.graph.user_id(&user).await {
        Ok(login) => login,
        Err(error) => {
            // The pages work without; only a callback about this person will find nothing here.
            tracing::warn!(%error, "Facebook did not say by whose login pages are connected");
            None
        }
    };
    let chosen = choose(offered, form.pages)?;
    let wanted: Vec<TakenPage> = chosen.iter().map(of_dialog).collect();
    let asking = actor.clone();
    let back = came_back(engine, ctx, actor).await?;
    let waiting: Vec<PageId> = back.values().copied().collect();
    let known = engine.data.read("pages_to_connect", move |tx| free(tx, &asking, &wanted, &back)).await?;
    let mut connected = Vec::with_capacity(chosen.len());
    for (offered, known) in chosen.into_iter().zip(known) {
        let is_back = known.is_some_and(|id| waiting.contains(&id));
        match connect_one(engine, ctx, actor, offered, known, is_back).await {
            Ok(page) => {
                if let Some(login) = &login {
                    facebook::note_login(engine, ctx, actor.account, page.id, login).await?;
                }
                connected.push(page);
            }
            Err(error) => {
                engine.load_routes().await?;
                return Err(error);
            }
        }
    }
    engine.load_routes().await?;
    for page in &connected {
        engine.wake_lane(page.id);
    }
    Ok(connected)
}

fn choose(offered: Vec<OfferedPage>, wanted: Option<Vec<String>>) -> Result<Vec<OfferedPage>, EngineError> {
    let chosen: Vec<OfferedPage> = match &wanted {
        None => offered.into_iter().filter(|page| page.may_message).collect(),
        Some(wanted) => {
            let chosen: Vec<OfferedPage> =
                offered.into_iter().filter(|page| wanted.contains(&page.meta_id)).collect();
            if let Some(missing) = wanted.iter().find(|id| !chosen.iter().any(|page| page.meta_id == **id)) {
                return Err(EngineError::invalid(
                    "pages",
                    format!("page {missing} was not granted in the dialog: connect again and tick it"),
                ));
            }
            chosen
        }
    };
    match chosen.iter().find(|page| !page.may_message) {
        Some(page) => Err(EngineError::invalid(
            "pages",
            format!(
                "you may not send messages for page {}: ask its owner for the task `MESSAGING`",
                page.meta_id
            ),
        )),
        None if chosen.is_empty() => {
            Err(EngineError::invalid("pages", "no page that may send messages was granted"))
        }
        None => Ok(chosen),
    }
}

/// The pages of this account that came back from an archive and are not connected yet, by Meta's id.
pub(crate) async fn came_back(
    engine: &Engine,
    ctx: &BrandContext,
    actor: &Actor,
) -> Result<HashMap<String, PageId>, EngineError> {
    let (brand, account) = (actor.brand, actor.account);
    let (mut found, mut after) = (HashMap::new(), PageId([0; 16]));
    loop {
        let read = move |tx: &Tx<'_>| page::list_of_account(tx.brand(brand), account, after, LIMIT);
        let some = engine.data.read("pages_that_came_back", read).await?;
        let Some(last) = some.last() else { return Ok(found) };
        after = last.page.id;
        for stored in some.iter().filter(|stored| stored.page.stop == Some(PageStop::Disconnected)) {
            if let Some(meta_id) = PageSecrets::open(engine, ctx, stored).await?.waits_for {
                found.insert(meta_id, stored.page.id);
            }
        }
    }
}

/// A page as whoever asks was shown it by Facebook.
fn of_dialog(page: &OfferedPage) -> TakenPage {
    TakenPage { meta_id: page.meta_id.clone(), name: page.name.clone() }
}

/// For each page its id here, if this account has connected it before.
///
/// # Errors
/// [`EngineError::PageTaken`] with all that another account has.
fn free(
    tx: &Tx<'_>,
    actor: &Actor,
    wanted: &[TakenPage],
    back: &HashMap<String, PageId>,
) -> Result<Vec<Option<PageId>>, EngineError> {
    let (mut known, mut taken) = (Vec::with_capacity(wanted.len()), Vec::new());
    for one in wanted {
        super::erasure::check_free(tx, &one.meta_id)?;
        let found = page::find_by_meta_id(tx, &one.meta_id)?.map(|stored| stored.page);
        if found.as_ref().is_some_and(|page| (page.brand, page.account) != (actor.brand, actor.account)) {
            taken.push(one.clone());
        }
        known.push(found.map(|page| page.id).or_else(|| back.get(&one.meta_id).copied()));
    }
    if !taken.is_empty() {
        return Err(EngineError::PageTaken(taken));
    }
    let scope = tx.brand(actor.brand);
    let mut more = 0_u64;
    for page in &known {
        more = more.saturating_add(u64::from(adds_a_page(scope, *page)?));
    }
    may_connect(scope, actor.account, more)?;
    Ok(known)
}

async fn connect_one(
    engine: &Engine,
    ctx: &BrandContext,
    actor: &Actor,
    offered: OfferedPage,
    known: Option<PageId>,
    is_back: bool,
) -> Result<PageView, EngineError> {
    let now = engine.clock.now();
    let mut row = Row {
        id: known.unwrap_or_else(|| PageId::new(now, &*engine.entropy)),
        is_new: known.is_none(),
        meta_id: offered.meta_id.clone(),
        name: offered.name.clone(),
        has_echoes: false,
        greeting_at: None,
        lacks: Lacks::default(),
    };
    let secrets = PageSecrets { name: offered.name, token: offered.token, waits_for: None, is_let_go: None };
    if row.is_new || is_back {
        // The row first: from the moment Meta sends events, they have somewhere to go.
        write_row(engine, ctx, actor, &row, &secrets).await?;
        engine.load_routes().await?;
        row.is_new = false;
    }
    let fields = match engine.graph.subscribe(&offered.meta_id, &secrets.token).await {
        Ok(fields) => fields,
        Err(error) => {
            if known.is_none() || is_back {
                let (brand, id) = (actor.brand, row.id);
                engine
                    .data
                    .write("page_not_subscribed", move |tx| {
                        page::set_stop(tx.brand(brand), id, Some(PageStop::Disconnected), now)
                    })
                    .await?;
            }
            return Err(meta(error));
        }
    };
    let (brand, id) = (actor.brand, row.id);
    let stored = engine.data.read("bot_of_page", move |tx| bot::get(tx.brand(brand), id)).await?;
    let own = match &stored {
        Some(stored) => Some(engine.open_bot(ctx, stored).await?),
        None => None,
    };
    let profile = profile(&ctx.brand, secrets.name.reveal(), own.as_deref());
    let greeted = engine.graph.set_profile(&offered.meta_id, &secrets.token, &profile).await;
    if let Err(error) = &greeted {
        // The page works without; what people start with counts for less then (evidence level).
        tracing::warn!(%error, "the greeting of a page could not be set; it will be tried again");
        engine.publish_later(ctx, actor.account, row.id).await?;
    } else {
        let write = move |tx: &Tx<'_>| match &stored {
            Some(stored) => bot::set_published(tx.brand(brand), stored, now),
            // There were none: those that came meanwhile may have been overwritten at Meta.
            None => bot::publish_again(tx.brand(brand), id, now).map(drop),
        };
        engine.data.write("bot_published", write).await?;
        engine.wake.publish.notify_one();
    }
    row.has_echoes = fields.iter().any(|field| field == "message_echoes");
    row.greeting_at = greeted.is_ok().then_some(now);
    row.lacks.fields = Some(missing_fields(&fields).into_iter().map(str::to_owned).collect());
    let stored = write_row(engine, ctx, actor, &row, &secrets).await?;
    view(engine, ctx, &stored).await
}

/// Seals the page's secrets and writes its row.
async fn write_row(
    engine: &Engine,
    ctx: &BrandContext,
    actor: &Actor,
    row: &Row,
    secrets: &PageSecrets,
) -> Result<StoredPage, EngineError> {
    let now = engine.clock.now();
    let account = actor.account.0;
    let key = engine.vault.key(&account).await?.ok_or(EngineError::NotFound("this account"))?;
    let sealed = key
        .seal_value(&ctx.person_place(account, "page", row.id.0), secrets, &*engine.entropy)
        .map_err(|_| EngineError::Sealed { place: "page" })?;
    let (asking, row) = (actor.clone(), row.clone());
    let taken = row.taken();
    let write = move |tx: &Tx<'_>| keep(tx, &asking, &row, &sealed, now);
    engine.data.write("connect_page", write).await.map_err(|error| match error {
        EngineError::Store(StoreError::Conflict { .. }) => taken,
        other => other,
    })
}

#[derive(Clone)]
struct Row {
    id: PageId,
    is_new: bool,
    meta_id: String,
    name: Personal<String>,
    has_echoes: bool,
    greeting_at: Option<Timestamp>,
    /// Of permissions Meta says nothing here.
    lacks: Lacks,
}

impl Row {
    /// Somebody else has it meanwhile.
    fn taken(&self) -> EngineError {
        EngineError::PageTaken(vec![TakenPage { meta_id: self.meta_id.clone(), name: self.name.clone() }])
    }
}

fn keep(
    tx: &Tx<'_>,
    actor: &Actor,
    row: &Row,
    sealed: &[u8],
    now: Timestamp,
) -> Result<StoredPage, EngineError> {
    let scope = tx.brand(actor.brand);
    // Asked again here: somebody else may have connected one meanwhile.
    let adds = adds_a_page(scope, (!row.is_new).then_some(row.id))?;
    may_connect(scope, actor.account, u64::from(adds))?;
    let new = NewPage {
        id: row.id,
        account: actor.account,
        meta_id: &row.meta_id,
        has_echoes: row.has_echoes,
        greeting_at: row.greeting_at,
        sealed: sealed.to_vec(),
    };
    if row.is_new {
        super::erasure::connected_anew(tx, &row.meta_id, now)?;
        page::insert(scope, &new, now)?;
    } else {
        let was = page::get(scope, row.id)?.map(|stored| stored.page.meta_id);
        if was.as_deref() != Some(&row.meta_id) {
            // It came back from an archive: its leads are found from now on.
            super::erasure::connected_anew(tx, &row.meta_id, now)?;
            page::claim(scope, actor.account, row.id, &row.meta_id)?;
            returned::join(scope, row.id)?;
            template::check_page(scope, row.id, now)?;
        }
        if !page::reconnect(scope, &new, now)? {
            return Err(row.taken());
        }
        page::set_lacks(scope, row.id, &row.lacks, sealed)?;
    }
    own::page(scope, actor, row.id)
}

/// Pauses a page or lets it send again. A page that does not send for another reason stays as it is.
pub async fn set_paused(
    engine: &Engine,
    actor: &Actor,
    id: PageId,
    paused: bool,
) -> Result<PageView, EngineError> {
    actor.may(TokenScope::PagesWrite)?;
    let (asking, now) = (actor.clone(), engine.clock.now());
    let write = move |tx: &Tx<'_>| {
        let scope = tx.brand(asking.brand);
        match (own::page(scope, &asking, id)?.page.stop, paused) {
            (None, true) => page::set_stop(scope, id, Some(PageStop::Paused), now)?,
            (Some(PageStop::Paused), false) => page::set_stop(scope, id, None, now)?,
            _ => true,
        };
        own::page(scope, &asking, id)
    };
    let stored = engine.data.write("pause_page", write).await?;
    engine.wake_lane(id);
    view(engine, &*engine.brand(actor.brand)?, &stored).await
}
