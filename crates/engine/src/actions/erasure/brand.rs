//! Erasing a whole brand with all its accounts, pages and leads (claims F1, R3): the fence.
//!
//! The fence is one commit: nobody is signed in any more, no page receives or sends, and the brand's row says that
//! it is erased, so that its file does not bring it back. The brand's key goes right after it, and with it its
//! look-up key and the keys of all accounts and leads, which hang on it. Its hosts say from then on that it is
//! gone, and show the receipt.
//!
//! Invariants: as long as anybody but admins has an account, its admin erases it from the day on that was announced to
//! everybody, and not before; other brands' rows, keys and hosts are untouched; the tag is in the journal before the key is
//! destroyed; what is still needed afterwards (the pages' tokens, to tell Meta) lies under the erasure's own key.

use super::account::{notices, text_of};
use super::{FENCES, code_of, id_of, or_again, or_open, reread, whole};
use crate::actions::plans::admin;
use crate::brands::BrandContext;
use crate::failpoint::Point;
use crate::views::brand_end;
use crate::views::erasures::ErasureView;
use crate::{Actor, Engine, EngineError};
use model::id::{BrandId, PageId};
use model::time::{Span, Timestamp};
use std::sync::Arc;
use store::tables::erasure::{self, Erasure, ErasureKind, ErasureStep};
use store::tables::erasure_page::{self, NewErasurePage};
use store::tables::page::StoredPage;
use store::tables::removal::{self, Counts};
use store::tables::{Scope, account, brand, page, subscription};
use store::{StoreError, Tx};
use vault::NewKey;

/// What would go with a brand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct BrandGoing {
    pub accounts: u64,
    pub pages: u64,
    pub leads: u64,
    pub broadcasts: u64,
}

fn pages_of(tx: &Tx<'_>, id: BrandId) -> Result<Vec<StoredPage>, StoreError> {
    Ok(page::list_every(tx)?.into_iter().filter(|stored| stored.page.brand == id).collect())
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

fn leads_of(tx: &Tx<'_>, id: BrandId, pages: &[StoredPage]) -> Result<u64, StoreError> {
    pages.iter().try_fold(0_u64, |sum, stored| {
        Ok(sum.saturating_add(removal::count_leads(tx.brand(id), stored.page.id)?))
    })
}

/// What goes with the brand, by count, for its admin.
pub async fn counts_of_brand(engine: &Engine, actor: &Actor) -> Result<BrandGoing, EngineError> {
    admin(actor)?;
    let id = actor.brand;
    let read = move |tx: &Tx<'_>| {
        let pages = pages_of(tx, id)?;
        Ok::<_, StoreError>(BrandGoing {
            accounts: count(account::list(tx.brand(id))?.len()),
            pages: count(pages.len()),
            leads: leads_of(tx, id, &pages)?,
            broadcasts: removal::count_broadcasts_of_brand(tx.brand(id))?,
        })
    };
    Ok(engine.data.read("brand_going", read).await?)
}

/// The tag that the log will show once the brand is erased.
pub async fn tag_of_brand(engine: &Engine, actor: &Actor) -> Result<String, EngineError> {
    admin(actor)?;
    let tag = engine.vault.erasure_tag(&actor.brand.0).await?;
    tag.map(hex::encode).ok_or(EngineError::NotFound("this brand"))
}

/// Whether its users have to have been told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Told {
    Everybody,
    NotAsked,
}

/// The brand's admin has it erased.
///
/// # Errors
/// [`EngineError::Conflict`] as long as its users were not told, or the day has not come
/// ([`crate::actions::brand_end`]).
pub async fn own_brand(engine: &Engine, actor: &Actor) -> Result<ErasureView, EngineError> {
    admin(actor)?;
    Ok(ErasureView::from(&fence_and_destroy(engine, actor.brand, Told::Everybody).await?))
}

/// Erases a brand, whoever was told of it: when it returns, nothing of it can be read, nobody is signed in to it and
/// nothing is sent any more; its rows are going. Doing it twice at once is one erasure. For trusted callers.
pub async fn erase(engine: &Engine, id: BrandId) -> Result<Erasure, EngineError> {
    fence_and_destroy(engine, id, Told::NotAsked).await
}

async fn fence_and_destroy(engine: &Engine, id: BrandId, told: Told) -> Result<Erasure, EngineError> {
    let ctx = engine.brand(id)?;
    for _ in 0..FENCES {
        let fenced = or_open(engine, fence(engine, &ctx, id, told).await, ErasureKind::Brand, id, id.0).await;
        let Some(erasure) = or_again(fenced).await? else { continue };
        engine.brands.close(id);
        engine.load_routes().await?;
        engine.leads_ends.lock().await.clear();
        return if erasure.step == ErasureStep::Fenced {
            whole::destroy_key(engine, erasure).await
        } else {
            reread(engine, erasure).await
        };
    }
    Err(EngineError::Conflict("the brand's pages changed just now: try again".to_owned()))
}

/// Everything that the fence's commit writes.
#[derive(Clone)]
struct Fence {
    erasure: Erasure,
    seen: Vec<(PageId, Vec<u8>)>,
    pages: Vec<NewErasurePage>,
    told: Told,
}

/// Asked before anything is made, and once more in the commit.
fn check_told(scope: Scope<'_>, told: Told, now: Timestamp) -> Result<(), EngineError> {
    if told == Told::NotAsked || brand_end::may_erase(scope, now)? {
        return Ok(());
    }
    let days = brand_end::KNOWN_FOR.0 / Span::days(1).0;
    Err(EngineError::Conflict(format!(
        "the brand has users: announce its end, and erase it once its day has come and everybody was told {days} days before"
    )))
}

async fn fence(
    engine: &Engine,
    ctx: &Arc<BrandContext>,
    id: BrandId,
    told: Told,
) -> Result<Erasure, EngineError> {
    let now = engine.clock.now();
    let read = move |tx: &Tx<'_>| {
        let open = erasure::find_open(tx.brand(id), ErasureKind::Brand, id.0)?;
        if open.is_none() {
            check_told(tx.brand(id), told, now)?;
        }
        Ok::<_, EngineError>((pages_of(tx, id)?, open))
    };
    let (pages, open) = engine.data.read("brand_to_fence", read).await?;
    if let Some(open) = open {
        return Ok(open);
    }
    engine.settings.fail_points.pass(crate::failpoint::Point::AfterFenceLook);
    let tag = engine.vault.erasure_tag(&id.0).await?.ok_or(EngineError::NotFound("this brand"))?;
    let mut new = Erasure::new(id_of(engine), id, ErasureKind::Brand, code_of(&tag), id.0, tag, now);
    new.to_tell = count(pages.len());
    // Under the root, so that it outlives what it tells of.
    let keys = engine.vault.create(&[NewKey { id: new.id.0, parent: None }]).await?;
    let key = keys.first().ok_or(EngineError::NotFound("the erasure's key"))?;
    let fence = Fence {
        seen: pages.iter().map(|stored| (stored.page.id, stored.sealed.clone())).collect(),
        pages: notices(engine, ctx, &new, key, &pages, now).await?,
        erasure: new,
        told,
    };
    let own_key = fence.erasure.id.0;
    let fail_points = engine.settings.fail_points.clone();
    let write = move |tx: &Tx<'_>| {
        let erasure = commit_as_seen(tx, &fence, now)?;
        fail_points.pass(Point::BeforeFenceCommit);
        Ok(erasure)
    };
    let fenced = engine.data.write("fence_brand", write).await;
    if !fenced.as_ref().is_ok_and(|erasure| erasure.id.0 == own_key) {
        engine.vault.destroy(&[own_key]).await?;
    }
    engine.settings.fail_points.pass(Point::AfterFenceCommit);
    fenced
}

fn commit_as_seen(tx: &Tx<'_>, fence: &Fence, now: Timestamp) -> Result<Erasure, EngineError> {
    let id = fence.erasure.brand;
    // As lanes do, for a bulk claim writes nothing else that this reads or writes: of one that began before, it would be
    // seen neither here nor by whoever waits for what is on the wire, and it would leave after the key is gone.
    subscription::hold_all(tx.brand(id))?;
    if let Some(open) = erasure::find_open(tx.brand(id), ErasureKind::Brand, id.0)? {
        return Ok(open);
    }
    check_told(tx.brand(id), fence.told, now)?;
    let pages = pages_of(tx, id)?;
    let is_as_seen = pages.len() == fence.seen.len()
        && pages
            .iter()
            .zip(&fence.seen)
            .all(|(now, (page, sealed))| now.page.id == *page && now.sealed == *sealed);
    if !is_as_seen {
        return Err(EngineError::NotYet("the brand's pages changed meanwhile; reading them again"));
    }
    Ok(commit(tx, &fence.erasure, &fence.pages, now)?)
}

/// What the fence writes; also after a return from a backup, for a brand that was erased since.
pub(crate) fn commit(
    tx: &Tx<'_>,
    new: &Erasure,
    pages: &[NewErasurePage],
    now: Timestamp,
) -> Result<Erasure, StoreError> {
    let scope = tx.brand(new.brand);
    let mut counts = Counts::new();
    removal::close_brand(scope, now, &mut counts)?;
    brand::erase(scope, now)?;
    let mut erasure = new.clone();
    erasure.counts = text_of(&counts);
    erasure::insert(scope, &erasure)?;
    erasure_page::insert_many(scope, pages, now)?;
    for page in pages.iter().filter(|page| page.sealed.is_none()) {
        erasure::add_told(tx, erasure.id, page.is_let_go)?;
    }
    Ok(erasure)
}
