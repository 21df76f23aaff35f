//! Letters to an account about what happens to its tokens, pages, leads and broadcasts (claim F6): made
//! before the act's commit, inserted in it.
//!
//! Invariants: whoever cannot sign in gets none: the address was never confirmed; a letter that cannot be
//! written holds no act up, so that nobody stays unerased or a page unstopped for it; what is done many
//! times over is told of now and then, not every time; no letter says anything of a lead.

use crate::accounts::notice::{Notice, Rows};
use crate::actions::pages::PageSecrets;
use crate::mail::{ExportKind, Letter};
use crate::{Engine, EngineError};
use model::delivery::DeliveryState;
use model::id::{AccountId, BrandId, BroadcastId, LeadId, PageId};
use model::page::PageStop;
use model::personal::Personal;
use model::time::Timestamp;
use store::tables::{self, Scope};
use store::{StoreError, Tx};

impl Engine {
    /// What goes into the act's commit to tell its account; nothing for an account without a confirmed
    /// address and a password.
    pub(crate) async fn told(
        &self,
        brand: BrandId,
        account: AccountId,
        letter: impl FnOnce(&mut Notice<'_>) -> Letter + Send,
    ) -> Result<Rows, EngineError> {
        let write = async {
            let ctx = &self.brand(brand)?;
            let Some(opened) = self.open_account(ctx, account).await? else {
                return Ok::<_, EngineError>(Rows::default());
            };
            if opened.credential.is_none() || opened.stored.state != "active" {
                return Ok(Rows::default());
            }
            let mut notice = Notice::new(self, ctx, &opened);
            let letter = letter(&mut notice);
            notice.tell(letter)?;
            Ok(notice.rows())
        };
        match write.await {
            // What may be there again in a moment is not taken for there being nobody to tell.
            Err(error) if !error.is_about_the_data() => Err(error),
            Err(error) => {
                tracing::warn!(%error, %account, "a letter about an act could not be written");
                Ok(Rows::default())
            }
            rows => rows,
        }
    }

    /// Letters to every admin of a brand.
    pub(crate) async fn told_admins(
        &self,
        brand: BrandId,
        letter: impl Fn(&mut Notice<'_>) -> Letter + Send + Sync,
    ) -> Result<Vec<Rows>, EngineError> {
        let mut letters = Vec::new();
        for (admin, role) in
            self.data.read("admins", move |tx| tables::account::list(tx.brand(brand))).await?
        {
            if role == "admin" {
                letters.push(self.told(brand, admin, &letter).await?);
            }
        }
        Ok(letters)
    }

    /// A file with the data of so many leads is about to be handed out.
    pub(crate) async fn told_of_export(
        &self,
        brand: BrandId,
        account: AccountId,
        what: ExportKind,
        people: u64,
    ) -> Result<Rows, EngineError> {
        // A file with many people is not hidden behind letters about single ones.
        let kind = match what {
            ExportKind::Account => "archive_taken",
            ExportKind::Leads if people == 1 => "export_taken",
            ExportKind::Leads => "exports_taken",
        };
        if !self.limits.may_tell(kind, account) {
            return Ok(Rows::default());
        }
        let at = self.clock.now();
        let letter =
            |notice: &mut Notice<'_>| Letter::ExportTaken { at, what, people, not_me: notice.not_me() };
        self.told(brand, account, letter).await
    }

    /// A lead is about to be gone; `code` leads to the receipt.
    pub(crate) async fn told_of_erasure(
        &self,
        brand: BrandId,
        lead: LeadId,
        code: &str,
    ) -> Result<Rows, EngineError> {
        let of_lead = move |tx: &Tx<'_>| {
            let scope = tx.brand(brand);
            let Some(stored) = tables::lead::get(scope, lead)? else { return Ok(None) };
            tables::page::get(scope, stored.lead.page)
        };
        let Some(stored) = self.data.read("page_of_lead", of_lead).await? else { return Ok(Rows::default()) };
        if !self.limits.may_tell("lead_erased", stored.page.account) {
            return Ok(Rows::default());
        }
        let Some(page) = self.page_name(brand, &stored).await? else { return Ok(Rows::default()) };
        let (at, path) = (self.clock.now(), format!("/erasure/{code}"));
        let letter = |notice: &mut Notice<'_>| Letter::LeadErased { at, page, receipt: notice.page(&path) };
        self.told(brand, stored.page.account, letter).await
    }

    /// Meta is about to have stopped a page.
    pub(crate) async fn told_of_stop(
        &self,
        brand: BrandId,
        id: PageId,
        stop: PageStop,
    ) -> Result<Rows, EngineError> {
        let found = self.data.read("page_to_stop", move |tx| tables::page::get(tx.brand(brand), id)).await?;
        let Some(stored) = found.filter(|stored| stored.page.stop != Some(stop)) else {
            return Ok(Rows::default());
        };
        let Some(page) = self.page_name(brand, &stored).await? else { return Ok(Rows::default()) };
        let (at, path) = (self.clock.now(), format!("/app/pages/{id}"));
        let letter =
            |notice: &mut Notice<'_>| Letter::PageStopped { at, page, stop, link: notice.page(&path) };
        self.told(brand, stored.page.account, letter).await
    }

    /// A broadcast is about to be finished; `None` while one of its deliveries has no end state.
    pub(crate) async fn told_of_finish(
        &self,
        brand: BrandId,
        id: BroadcastId,
    ) -> Result<Option<Rows>, EngineError> {
        let found = self
            .data
            .read("broadcast_to_finish", move |tx| {
                let scope = tx.brand(brand);
                let Some(ready) = tables::broadcast::ready_to_finish(scope, id)? else { return Ok(None) };
                let counts =
                    if ready.is_cancelled { Vec::new() } else { tables::delivery::count(scope, id)? };
                Ok::<_, StoreError>(Some((ready, counts)))
            })
            .await?;
        let Some((ready, counts)) = found else { return Ok(None) };
        if ready.is_cancelled {
            // Whoever cancels a broadcast knows it.
            return Ok(Some(Rows::default()));
        }
        let of = |state: DeliveryState| {
            counts
                .iter()
                .filter(|line| line.state == state)
                .fold(0, |sum: u64, l| sum.saturating_add(l.count))
        };
        let (at, path) = (self.clock.now(), format!("/app/broadcasts/{id}"));
        let (sent, refused) = (of(DeliveryState::Sent), of(DeliveryState::Refused));
        let (failed, unknown) = (of(DeliveryState::Failed), of(DeliveryState::Unknown));
        let letter = |notice: &mut Notice<'_>| Letter::BroadcastFinished {
            at,
            sent,
            refused,
            failed,
            unknown,
            link: notice.page(&path),
        };
        self.told(brand, ready.account, letter).await.map(Some)
    }

    /// `None` when it does not open: the act goes on without a letter.
    async fn page_name(
        &self,
        brand: BrandId,
        stored: &tables::page::StoredPage,
    ) -> Result<Option<Personal<String>>, EngineError> {
        match PageSecrets::open(self, &*self.brand(brand)?, stored).await {
            Ok(secrets) => Ok(Some(secrets.name)),
            Err(error) if error.is_about_the_data() => {
                tracing::warn!(%error, page = %stored.page.id, "a letter about a page could not be written");
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }
}

/// Writes Meta's stop of a page, and the letter if that is news. With it, the page's envelope whose token Meta spoke of,
/// if it was that.
pub fn stop_by_meta(
    scope: Scope<'_>,
    page: PageId,
    (stop, of_token): (PageStop, Option<&[u8]>),
    told: &Rows,
    now: Timestamp,
) -> Result<(), StoreError> {
    let before = tables::page::get(scope, page)?.and_then(|stored| stored.page.stop);
    if tables::page::set_stop_by_meta(scope, page, (stop, of_token), now)? && before != Some(stop) {
        told.insert(scope)?;
    }
    Ok(())
}
