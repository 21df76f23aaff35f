//! Connected Facebook pages.

use super::Scope;
use crate::error::StoreError;
use crate::params;
use crate::port::Tx;
use crate::value::Row;
use model::datamap::{Basis, Category, Declaration, Item, Protection, Retention, Subject};
use model::id::{AccountId, BrandId, PageId};
use model::page::{Page, PageStop};
use model::time::{Span, Timestamp};

pub const DECLARATION: Declaration = Declaration {
    place: "page",
    items: &[
        Item::own("id", "the page's id here", "telling pages apart").about(Subject::Account),
        Item::own("brand_id", "the brand", "keeping brands apart").about(Subject::Account),
        Item::own("account_id", "the account that connected it", "whose page it is").about(Subject::Account),
        Item::own(
            "meta_id",
            "Meta's public id of the page",
            "routing a webhook before anything can be opened",
        )
        .is(Category::PageId)
        .about(Subject::Account)
        .shared_with(&["meta"]),
        Item::own("stop", "why the page does not send", "health").is(Category::State).about(Subject::Account),
        Item::own("stopped_at", "since when", "health").about(Subject::Account),
        Item::own("has_echoes", "whether echoes are delivered", "settling unknown deliveries")
            .is(Category::State)
            .about(Subject::Account),
        Item::own("greeting_at", "since when the greeting names the purpose", "evidence level")
            .about(Subject::Account),
        Item::own("connected_at", "when it was connected", "order").about(Subject::Account),
        Item::own("heard_at", "when an event of it last came, to the minute", "health")
            .about(Subject::Account),
        Item::own(
            "lacks_permissions",
            "which permissions its access lacked when Meta was last asked",
            "saying what to renew",
        )
        .is(Category::State)
        .about(Subject::Account),
        Item::own(
            "lacks_fields",
            "which of its events Meta did not deliver when it was last asked",
            "saying what to renew",
        )
        .is(Category::State)
        .about(Subject::Account),
        Item::own("sealed", "the page's name and access token", "sending for the page")
            .about(Subject::Account)
            .basis(Basis::Contract)
            .kept(Retention::UntilErasure)
            .protected(Protection::SealedPerson)
            .shared_with(&["meta"]),
    ],
};

crate::statements! {
    INSERT = "INSERT INTO page (id, brand_id, account_id, meta_id, has_echoes, greeting_at, connected_at, sealed) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    // Never to another account: a lead's deliveries are found through the account of its page.
    RECONNECT = "UPDATE page SET stop = NULL, stopped_at = NULL, has_echoes = $1, greeting_at = $2, sealed = $3, lacks_permissions = NULL, lacks_fields = NULL, connected_at = CASE WHEN stop = 'disconnected' THEN $4 ELSE connected_at END WHERE id = $5 AND brand_id = $6 AND account_id = $7";
    CLAIM = "UPDATE page SET meta_id = $1 WHERE id = $2 AND brand_id = $3 AND account_id = $4";
    GET = "SELECT id, brand_id, account_id, meta_id, stop, has_echoes, greeting_at, connected_at, sealed, lacks_permissions, lacks_fields FROM page WHERE id = $1 AND brand_id = $2";
    WHOSE = "SELECT account_id, meta_id FROM page WHERE id = $1 AND brand_id = $2";
    ANY = "SELECT id, brand_id, account_id, meta_id, stop, has_echoes, greeting_at, connected_at, sealed, lacks_permissions, lacks_fields FROM page WHERE meta_id = $1";
    FIND = "SELECT id, brand_id, account_id, meta_id, stop, has_echoes, greeting_at, connected_at, sealed, lacks_permissions, lacks_fields FROM page WHERE id = $1";
    BY_ACCOUNT = "SELECT id, brand_id, account_id, meta_id, stop, has_echoes, greeting_at, connected_at, sealed, lacks_permissions, lacks_fields FROM page WHERE brand_id = $1 AND account_id = $2 AND id > $3 ORDER BY id LIMIT $4";
    EVERY = "SELECT id, brand_id, account_id, meta_id, stop, has_echoes, greeting_at, connected_at, sealed, lacks_permissions, lacks_fields FROM page ORDER BY id";
    STANDING = "SELECT stop, has_echoes, count(*) FROM page GROUP BY stop, has_echoes ORDER BY stop, has_echoes";
    STOP_BY_META = "UPDATE page SET stop = $1, stopped_at = $2 WHERE id = $3 AND brand_id = $4 AND (stop IS NULL OR stop NOT IN ('paused', 'disconnected'))";
    STOP_OF_TOKEN = "UPDATE page SET stop = $1, stopped_at = $2 WHERE id = $3 AND brand_id = $4 AND sealed = $5 AND (stop IS NULL OR stop NOT IN ('paused', 'disconnected'))";
    UNBLOCK = "UPDATE page SET stop = NULL, stopped_at = NULL WHERE id = $1 AND brand_id = $2 AND stop = 'policy_blocked'";
    GREETED = "UPDATE page SET greeting_at = $1 WHERE id = $2 AND brand_id = $3 AND (stop IS NULL OR stop <> 'disconnected')";
    keyed HEARD = "UPDATE page SET heard_at = $1 WHERE id = $2 AND brand_id = $3 AND (heard_at IS NULL OR heard_at < $4)";
    HEARD_AT = "SELECT heard_at FROM page WHERE id = $1 AND brand_id = $2";
    // What Meta does not say stays as it was said; of an access that was replaced meanwhile nothing is written.
    SET_LACKS = "UPDATE page SET lacks_permissions = COALESCE($1, lacks_permissions), lacks_fields = COALESCE($2, lacks_fields) WHERE id = $3 AND brand_id = $4 AND sealed = $5";
    KNOWS_LACKS = "SELECT number FROM migration WHERE number = 28";
    LACKING = "SELECT id, lacks_permissions, lacks_fields FROM page WHERE (lacks_permissions <> '' OR lacks_fields <> '') AND (stop IS NULL OR stop <> 'disconnected') ORDER BY id";
    SET_ECHOES = "UPDATE page SET has_echoes = $1 WHERE id = $2 AND brand_id = $3";
    LET_GO = "UPDATE page SET stop = 'disconnected', stopped_at = $1, greeting_at = NULL, sealed = $2, lacks_permissions = NULL, lacks_fields = NULL WHERE id = $3 AND brand_id = $4 AND sealed = $5";
    SET_STOP = "UPDATE page SET stop = $1, stopped_at = $2 WHERE id = $3 AND brand_id = $4";
}

/// A page's row: what the rules read, and the envelope.
#[derive(Debug, Clone)]
pub struct StoredPage {
    pub page: Page,
    pub sealed: Vec<u8>,
    pub lacks: Lacks,
}

/// What of a page's set-up was missing when Meta was last asked, as Meta calls it; `None`: it has not said.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lacks {
    pub permissions: Option<Vec<String>>,
    /// Events that are not delivered.
    pub fields: Option<Vec<String>>,
}

impl Lacks {
    fn read(row: &Row, first: usize) -> Result<Self, StoreError> {
        let names = |text: &str| text.split_whitespace().map(str::to_owned).collect();
        Ok(Self { permissions: row.opt_text(first)?.map(names), fields: row.opt_text(first + 1)?.map(names) })
    }
}

pub struct NewPage<'a> {
    pub id: PageId,
    pub account: AccountId,
    pub meta_id: &'a str,
    pub has_echoes: bool,
    pub greeting_at: Option<Timestamp>,
    pub sealed: Vec<u8>,
}

fn read(row: &Row) -> Result<StoredPage, StoreError> {
    Ok(StoredPage {
        page: Page {
            id: row.id(0)?,
            brand: row.id(1)?,
            account: row.id(2)?,
            meta_id: row.text(3)?.to_owned(),
            stop: row.opt_text(4)?.and_then(PageStop::from_code),
            has_echoes: row.flag(5)?,
            greeting_at: row.opt_at(6)?,
            connected_at: row.at(7)?,
        },
        sealed: row.bytes(8)?.to_vec(),
        lacks: Lacks::read(row, 9)?,
    })
}

/// A conflict means that the page is connected already: once per app.
pub fn insert(scope: Scope<'_>, new: &NewPage<'_>, now: Timestamp) -> Result<(), StoreError> {
    let row = params![
        new.id,
        scope.brand(),
        new.account,
        new.meta_id,
        new.has_echoes,
        new.greeting_at,
        now,
        &new.sealed
    ];
    scope.tx.execute(&INSERT, &row).map(drop)
}

/// Puts a new token into a page that this account has connected before. One that was disconnected is connected from
/// now on.
pub fn reconnect(scope: Scope<'_>, new: &NewPage<'_>, now: Timestamp) -> Result<bool, StoreError> {
    let row = params![new.has_echoes, new.greeting_at, &new.sealed, now, new.id, scope.brand(), new.account];
    Ok(scope.tx.execute(&RECONNECT, &row)? == 1)
}

/// Gives a page that came back from an archive its id at Meta, now that its account has shown that it is
/// theirs. A conflict means that somebody else has connected it.
pub fn claim(scope: Scope<'_>, account: AccountId, id: PageId, meta_id: &str) -> Result<bool, StoreError> {
    Ok(scope.tx.execute(&CLAIM, &params![meta_id, id, scope.brand(), account])? == 1)
}

pub fn get(scope: Scope<'_>, id: PageId) -> Result<Option<StoredPage>, StoreError> {
    scope.tx.query_opt(&GET, &params![id, scope.brand()])?.as_ref().map(read).transpose()
}

/// Whole installation (lanes know their pages): each of them that is there.
pub fn get_many(tx: &Tx<'_>, pages: &[(BrandId, PageId)]) -> Result<Vec<Option<StoredPage>>, StoreError> {
    let keys: Vec<_> = pages.iter().map(|(brand, page)| params![page, brand]).collect();
    tx.query_many(&GET, &keys)?.iter().map(|row| row.as_ref().map(read).transpose()).collect()
}

/// Whole installation: whose these pages are, and Meta's ids of them.
pub fn whose(
    tx: &Tx<'_>,
    pages: &[(BrandId, PageId)],
) -> Result<Vec<Option<(AccountId, String)>>, StoreError> {
    if pages.is_empty() {
        return Ok(Vec::new());
    }
    let keys: Vec<_> = pages.iter().map(|(brand, page)| params![page, brand]).collect();
    let rows = tx.query_many(&WHOSE, &keys)?.into_iter();
    rows.map(|row| row.map(|row| Ok((row.id(0)?, row.text(1)?.to_owned()))).transpose()).collect()
}

/// Whole installation: the brand follows from Meta's page id.
pub fn find_by_meta_id(tx: &Tx<'_>, meta_id: &str) -> Result<Option<StoredPage>, StoreError> {
    tx.query_opt(&ANY, &params![meta_id])?.as_ref().map(read).transpose()
}

/// Whole installation: for the lane of a page.
pub fn find(tx: &Tx<'_>, id: PageId) -> Result<Option<StoredPage>, StoreError> {
    tx.query_opt(&FIND, &params![id])?.as_ref().map(read).transpose()
}

pub fn list_of_account(
    scope: Scope<'_>,
    account: AccountId,
    after: PageId,
    limit: u32,
) -> Result<Vec<StoredPage>, StoreError> {
    scope.tx.query(&BY_ACCOUNT, &params![scope.brand(), account, after, limit])?.iter().map(read).collect()
}

/// Whole installation: for the webhook's routing table.
pub fn list_every(tx: &Tx<'_>) -> Result<Vec<StoredPage>, StoreError> {
    tx.query(&EVERY, &[])?.iter().map(read).collect()
}

/// Whole installation: how many pages stand how, by what stops them and whether echoes come.
pub fn standing(tx: &Tx<'_>) -> Result<Vec<(Option<PageStop>, bool, u64)>, StoreError> {
    let read =
        |row: &Row| Ok((row.opt_text(0)?.and_then(PageStop::from_code), row.flag(1)?, row.unsigned(2)?));
    tx.query(&STANDING, &[])?.iter().map(read).collect()
}

pub fn set_stop(
    scope: Scope<'_>,
    id: PageId,
    stop: Option<PageStop>,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let row = params![stop.map(PageStop::code), stop.map(|_| now), id, scope.brand()];
    Ok(scope.tx.execute(&SET_STOP, &row)? == 1)
}

/// The greeting that names the purpose stands at Meta since then.
pub fn set_greeting(scope: Scope<'_>, id: PageId, at: Timestamp) -> Result<(), StoreError> {
    scope.tx.execute(&GREETED, &params![at, id, scope.brand()]).map(drop)
}

/// Events of these pages came. Written once a minute at most, so that it costs what comes nothing.
pub fn set_heard(
    scope: Scope<'_>,
    pages: impl Iterator<Item = PageId>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let before = now.minus(Span::minutes(1));
    let rows: Vec<_> = pages.map(|page| params![now, page, scope.brand(), before]).collect();
    scope.tx.execute_many(&HEARD, &rows).map(drop)
}

/// When an event of it last came, to the minute.
pub fn heard_at(scope: Scope<'_>, id: PageId) -> Result<Option<Timestamp>, StoreError> {
    let row = scope.tx.query_opt(&HEARD_AT, &params![id, scope.brand()])?;
    Ok(row.map(|row| row.opt_at(0)).transpose()?.flatten())
}

/// Whether echoes are delivered, as Meta says now.
pub fn set_echoes(scope: Scope<'_>, id: PageId, has_echoes: bool) -> Result<(), StoreError> {
    scope.tx.execute(&SET_ECHOES, &params![has_echoes, id, scope.brand()]).map(drop)
}

/// What Meta said is missing, of the access in this envelope; of what it did not say (`None`) nothing changes.
pub fn set_lacks(scope: Scope<'_>, id: PageId, lacks: &Lacks, sealed: &[u8]) -> Result<(), StoreError> {
    let text = |names: &Option<Vec<String>>| names.as_ref().map(|names| names.join(" "));
    let row = params![text(&lacks.permissions), text(&lacks.fields), id, scope.brand(), sealed];
    scope.tx.execute(&SET_LACKS, &row).map(drop)
}

/// Whole installation: pages of whose set-up something is missing; none in a database of an older version, which does not
/// keep it.
pub fn lacking(tx: &Tx<'_>) -> Result<Vec<(PageId, Lacks)>, StoreError> {
    if tx.query_opt(&KNOWS_LACKS, &[])?.is_none() {
        return Ok(Vec::new());
    }
    tx.query(&LACKING, &[])?.iter().map(|row| Ok((row.id(0)?, Lacks::read(row, 1)?))).collect()
}

/// Meta stops the page; what its user has stopped stays the user's. What was said of a token holds while it is the page's,
/// named by the envelope in which it lay.
pub fn set_stop_by_meta(
    scope: Scope<'_>,
    id: PageId,
    (stop, of_token): (PageStop, Option<&[u8]>),
    now: Timestamp,
) -> Result<bool, StoreError> {
    let stopped = match of_token {
        Some(token) => {
            scope.tx.execute(&STOP_OF_TOKEN, &params![stop.code(), now, id, scope.brand(), token])?
        }
        None => scope.tx.execute(&STOP_BY_META, &params![stop.code(), now, id, scope.brand()])?,
    };
    Ok(stopped == 1)
}

/// Whoever connected it took that back: it stands still, without a token, and with no greeting that is known to stand
/// at Meta. Compare and set on the envelope.
pub fn let_go(
    scope: Scope<'_>,
    id: PageId,
    from: &[u8],
    to: &[u8],
    now: Timestamp,
) -> Result<bool, StoreError> {
    Ok(scope.tx.execute(&LET_GO, &params![now, to, id, scope.brand(), from])? == 1)
}

/// Meta lifts its block: nothing but a block is lifted.
pub fn clear_block(scope: Scope<'_>, id: PageId) -> Result<bool, StoreError> {
    Ok(scope.tx.execute(&UNBLOCK, &params![id, scope.brand()])? == 1)
}
