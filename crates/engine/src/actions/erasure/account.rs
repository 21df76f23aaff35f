//! Erasing an account with all its pages and leads (claims F1, R3, X9): the fence.
//!
//! The fence is one commit: the account's row, its pages, sessions, tokens, passkeys, links, waiting letters and
//! events are gone in it, its broadcasts are halted, and the journal knows which pages' leads are still to be
//! removed. So from that commit on nothing signs in, nothing is sent, no event of its pages is processed, and
//! nobody can find what is left.
//!
//! Invariants: what is still needed afterwards (a page's token, to tell Meta; the holder's address, for the last
//! letter) lies under a key of the erasure's own, which ends with the last of them; the tag is in the journal
//! before the key is destroyed.

use super::{FENCES, code_of, id_of, or_again, or_open, own_place, reread, whole};
use crate::accounts::notice::{Notice, Rows, address};
use crate::actions::pages::PageSecrets;
use crate::actions::plans::admin;
use crate::audit::{self, Act};
use crate::brands::BrandContext;
use crate::mail::Letter;
use crate::support::OpenOf;
use crate::views::erasures::ErasureView;
use crate::{Actor, Engine, EngineError};
use model::id::{AccountId, BrandId, PageId};
use model::personal::Personal;
use model::time::{Span, Timestamp};
use std::collections::BTreeMap;
use std::sync::Arc;
use store::tables::audit::NewAudit;
use store::tables::erasure::{self, Erasure, ErasureKind, ErasureStep};
use store::tables::erasure_page::{self, NewErasurePage};
use store::tables::page::StoredPage;
use store::tables::removal::{self, Counts};
use store::tables::{account, page, subscription};
use store::{StoreError, Tx};
use vault::{Key, NewKey};

/// Longest reason that an admin may give, in characters.
const REASON: usize = 500;

/// Who has an account erased.
#[derive(Debug, Clone)]
pub enum By {
    /// Whose account it is.
    Holder,
    /// The brand's admin, who tells the holder why.
    Admin { actor: Actor, reason: Personal<String> },
    /// Nobody: its address was never confirmed.
    Unconfirmed,
}

/// What would go, for who is asked whether it shall.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Going {
    pub pages: u64,
    pub leads: u64,
    pub broadcasts: u64,
    /// Nobody else could sign in as the brand's admin.
    pub is_only_admin: bool,
}

/// What goes with an account, by count.
pub async fn counts_of(engine: &Engine, actor: &Actor, id: AccountId) -> Result<Going, EngineError> {
    if id != actor.account {
        admin(actor)?;
    }
    let brand = actor.brand;
    let read = move |tx: &Tx<'_>| {
        let scope = tx.brand(brand);
        let Some(role) = account::role(scope, id)? else { return Ok(None) };
        let pages = pages_of(tx, brand, id)?;
        let mut going = Going {
            pages: u64::try_from(pages.len()).unwrap_or(u64::MAX),
            broadcasts: removal::count_broadcasts(scope, id)?,
            is_only_admin: role == "admin" && account::count_admins(scope)? <= 1,
            ..Going::default()
        };
        for stored in pages {
            going.leads = going.leads.saturating_add(removal::count_leads(scope, stored.page.id)?);
        }
        Ok::<_, StoreError>(Some(going))
    };
    engine.data.read("going", read).await?.ok_or(EngineError::NotFound("this account"))
}

/// The tag that the log will show once the account is erased: whoever has noted it can find the erasure there
/// without asking anybody.
pub async fn own_tag(engine: &Engine, actor: &Actor) -> Result<String, EngineError> {
    let tag = engine.vault.erasure_tag(&actor.account.0).await?;
    tag.map(hex::encode).ok_or(EngineError::NotFound("this account"))
}

/// An account's holder has it erased.
pub async fn own(engine: &Engine, actor: &Actor) -> Result<ErasureView, EngineError> {
    Ok(ErasureView::from(&erase(engine, actor.brand, actor.account, &By::Holder).await?))
}

/// The brand's admin has somebody's account erased, on request or for another reason, which the holder is told.
pub async fn of_account(
    engine: &Engine,
    actor: &Actor,
    id: AccountId,
    reason: &str,
) -> Result<ErasureView, EngineError> {
    admin(actor)?;
    let brand = actor.brand;
    let role = engine.data.read("role", move |tx| account::role(tx.brand(brand), id)).await?;
    role.ok_or(EngineError::NotFound("this account"))?;
    let reason = reason.trim();
    if reason.is_empty() || reason.chars().count() > REASON {
        return Err(EngineError::invalid(
            "reason",
            "must have 1 to 500 characters: the account's holder reads it",
        ));
    }
    if id == actor.account {
        return Err(EngineError::Conflict("this is your own account: erase it at /account/erase".to_owned()));
    }
    let by = By::Admin { actor: actor.clone(), reason: Personal::from(reason) };
    Ok(ErasureView::from(&erase(engine, actor.brand, id, &by).await?))
}

/// Erases an account: when it returns, nothing of it can be read or sent any more, and its rows are going. Doing
/// it twice at once is one erasure. For trusted callers.
pub async fn erase(engine: &Engine, brand: BrandId, id: AccountId, by: &By) -> Result<Erasure, EngineError> {
    let ctx = engine.brand(brand)?;
    for _ in 0..FENCES {
        let fenced =
            or_open(engine, fence(engine, &ctx, id, by).await, ErasureKind::Account, brand, id.0).await;
        let Some(erasure) = or_again(fenced).await? else { continue };
        engine.load_routes().await?;
        engine.leads_ends.lock().await.remove(&id);
        return if erasure.step == ErasureStep::Fenced {
            whole::destroy_key(engine, erasure).await
        } else {
            reread(engine, erasure).await
        };
    }
    Err(EngineError::Conflict("the account's pages changed just now: try again".to_owned()))
}

fn pages_of(tx: &Tx<'_>, brand: BrandId, id: AccountId) -> Result<Vec<StoredPage>, StoreError> {
    page::list_of_account(tx.brand(brand), id, PageId([0; 16]), u32::MAX >> 1)
}

/// Everything that the fence's commit writes.
#[derive(Clone)]
struct Fence {
    erasure: Erasure,
    account: AccountId,
    seen: Vec<(PageId, Vec<u8>)>,
    pages: Vec<NewErasurePage>,
    told: Rows,
    /// Of the admin who has it erased.
    audited: Option<NewAudit>,
    /// Nothing is erased if somebody has confirmed the address by now.
    is_unconfirmed: bool,
    /// The access for support that it gave, which ends with it.
    given: Arc<OpenOf>,
}

/// Step 1. An account that is fenced already keeps its erasure.
async fn fence(
    engine: &Engine,
    ctx: &Arc<BrandContext>,
    id: AccountId,
    by: &By,
) -> Result<Erasure, EngineError> {
    let brand = ctx.id;
    let missing = || EngineError::NotFound("this account");
    let read = move |tx: &Tx<'_>| {
        let scope = tx.brand(brand);
        if account::role(scope, id)?.is_none() {
            return Ok((Vec::new(), erasure::find_open(scope, ErasureKind::Account, id.0)?));
        }
        Ok::<_, StoreError>((pages_of(tx, brand, id)?, None))
    };
    let (pages, open) = engine.data.read("account_to_fence", read).await?;
    if let Some(open) = open {
        return Ok(open);
    }
    engine.settings.fail_points.pass(crate::failpoint::Point::AfterFenceLook);
    let opened = engine.open_account(ctx, id).await?.ok_or_else(missing)?;
    let tag = engine.vault.erasure_tag(&id.0).await?.ok_or_else(missing)?;
    let now = engine.clock.now();
    let mut new = Erasure::new(id_of(engine), brand, ErasureKind::Account, code_of(&tag), id.0, tag, now);
    new.to_tell = u64::try_from(pages.len()).unwrap_or(u64::MAX);
    // Under the root, so that it outlives what it tells of.
    let keys = engine.vault.create(&[NewKey { id: new.id.0, parent: None }]).await?;
    let key = keys.first().ok_or(EngineError::NotFound("the erasure's key"))?;
    let given = Arc::new(OpenOf::look_unsigned(engine, ctx, id).await?);
    let told = if opened.credential.is_some() && opened.stored.state == "active" {
        farewell(engine, ctx, &new, key, &opened.profile, by)?
    } else {
        Rows::default()
    };
    let fence = Fence {
        account: id,
        seen: pages.iter().map(|stored| (stored.page.id, stored.sealed.clone())).collect(),
        pages: notices(engine, ctx, &new, key, &pages, now).await?,
        told,
        audited: match by {
            By::Admin { actor, .. } => {
                Some(audit::by(engine, ctx, actor, &Act::AccountErased { erasure: new.id }).await?)
            }
            By::Holder | By::Unconfirmed => None,
        },
        is_unconfirmed: matches!(by, By::Unconfirmed),
        given: Arc::clone(&given),
        erasure: new,
    };
    let own_key = fence.erasure.id.0;
    let fail_points = engine.settings.fail_points.clone();
    let write = move |tx: &Tx<'_>| {
        let erasure = commit_as_seen(tx, &fence, now)?;
        fail_points.pass(crate::failpoint::Point::BeforeFenceCommit);
        Ok(erasure)
    };
    let fenced = engine.data.write("fence_account", write).await;
    if !fenced.as_ref().is_ok_and(|erasure| erasure.id.0 == own_key) {
        engine.vault.destroy(&[own_key]).await?;
    }
    engine.settings.fail_points.pass(crate::failpoint::Point::AfterFenceCommit);
    if fenced.is_ok() {
        given.sum_up(engine, ctx).await;
    }
    fenced
}

fn commit_as_seen(tx: &Tx<'_>, fence: &Fence, now: Timestamp) -> Result<Erasure, EngineError> {
    let scope = tx.brand(fence.erasure.brand);
    let id = fence.account;
    // As its lanes do: rows taken in another order than theirs would have both wait for each other.
    subscription::hold(scope, id)?;
    if account::role(scope, id)?.is_none() {
        let open = erasure::find_open(scope, ErasureKind::Account, id.0)?;
        return open.ok_or(EngineError::NotFound("this account"));
    }
    if fence.is_unconfirmed && account::get(scope, id)?.is_none_or(|stored| stored.state != "unconfirmed") {
        return Err(EngineError::Conflict("the account is confirmed".to_owned()));
    }
    let pages = pages_of(tx, fence.erasure.brand, id)?;
    let is_as_seen = pages.len() == fence.seen.len()
        && pages
            .iter()
            .zip(&fence.seen)
            .all(|(now, (page, sealed))| now.page.id == *page && now.sealed == *sealed);
    if !is_as_seen {
        return Err(EngineError::NotYet("the account's pages changed meanwhile; reading them again"));
    }
    if !fence.given.is_all(scope)? {
        return Err(EngineError::NotYet("the account gave access for support meanwhile; reading it again"));
    }
    fence.given.end(scope)?;
    let erasure = commit(tx, &fence.erasure, id, &fence.pages, now)?;
    fence.told.insert(scope)?;
    if let Some(entry) = &fence.audited {
        store::tables::audit::insert(scope, entry)?;
    }
    Ok(erasure)
}

/// What the fence writes of the account; also after a return from a backup, for an account that was erased since.
pub(crate) fn commit(
    tx: &Tx<'_>,
    new: &Erasure,
    id: AccountId,
    pages: &[NewErasurePage],
    now: Timestamp,
) -> Result<Erasure, StoreError> {
    let scope = tx.brand(new.brand);
    let mut counts = Counts::new();
    let ids: Vec<PageId> = pages.iter().map(|notice| notice.page).collect();
    removal::pages(scope, &ids, &mut counts)?;
    removal::halt_broadcasts(scope, id, now)?;
    removal::account(scope, id, &mut counts)?;
    let mut erasure = new.clone();
    erasure.counts = text_of(&counts);
    erasure::insert(scope, &erasure)?;
    erasure_page::insert_many(scope, pages, now)?;
    for page in pages.iter().filter(|page| page.sealed.is_none()) {
        erasure::add_told(tx, erasure.id, page.is_let_go)?;
    }
    Ok(erasure)
}

/// The counts as the journal keeps them.
pub(super) fn text_of(counts: &BTreeMap<String, u64>) -> String {
    serde_json::to_string(counts).unwrap_or_else(|_| "{}".to_owned())
}

/// The last letter: under the erasure's own key, until it is sent.
fn farewell(
    engine: &Engine,
    ctx: &BrandContext,
    erasure: &Erasure,
    key: &Key,
    profile: &crate::accounts::AccountProfile,
    by: &By,
) -> Result<Rows, EngineError> {
    let mut notice = Notice::of(engine, ctx, AccountId(erasure.id.0), key, profile);
    let reason = match by {
        By::Holder | By::Unconfirmed => None,
        By::Admin { reason, .. } => Some(reason.clone()),
    };
    let letter = Letter::AccountErased {
        at: erasure.requested_at,
        receipt: address(ctx, &format!("/erasure/{}", erasure.code)),
        tag: hex::encode(erasure.tag),
        reason,
    };
    match notice.tell(letter) {
        Ok(()) => Ok(notice.rows()),
        // Nobody stays unerased for a letter.
        Err(error) if error.is_about_the_data() => {
            tracing::warn!(%error, erasure = %erasure.id, "the letter about an erasure could not be written");
            Ok(Rows::default())
        }
        Err(error) => Err(error),
    }
}

/// What Meta is told with, page by page: the token, under the erasure's own key.
pub(super) async fn notices(
    engine: &Engine,
    ctx: &BrandContext,
    erasure: &Erasure,
    key: &Key,
    pages: &[StoredPage],
    now: Timestamp,
) -> Result<Vec<NewErasurePage>, EngineError> {
    let mut notices = Vec::with_capacity(pages.len());
    for stored in pages {
        let id = stored.page.id;
        let mut is_let_go = false;
        let sealed = match PageSecrets::open(engine, ctx, stored).await {
            Ok(secrets) if secrets.token.reveal().is_empty() => {
                is_let_go = secrets.is_let_go == Some(true);
                None
            }
            Ok(secrets) => {
                let place = own_place(erasure, "erasure_page", id.0);
                let sealed = key.seal_value(&place, &secrets.token, &*engine.entropy);
                Some(sealed.map_err(|_| EngineError::Sealed { place: "erasure_page" })?)
            }
            Err(error) if error.is_about_the_data() => None,
            Err(error) => return Err(error),
        };
        notices.push(NewErasurePage {
            page: id,
            erasure: erasure.id,
            meta_id: stored.page.meta_id.clone(),
            ends_at: now.plus(Span::days(i64::from(erasure_page::DAYS))),
            sealed,
            is_let_go,
        });
    }
    Ok(notices)
}
