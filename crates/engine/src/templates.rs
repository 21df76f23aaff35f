//! Following utility templates at Meta: what it makes of each, asked at intervals and whenever it says
//! that something changed.
//!
//! Invariant: a template's status is what Meta last said; nothing here makes one approved.

use crate::actions::pages::PageSecrets;
use crate::nodes::Job;
use crate::rest::rest;
use crate::views::own;
use crate::{Engine, EngineError};
use model::id::{BrandId, PageId};
use model::template::{TemplateStatus, TemplateText};
use model::time::{Span, Timestamp};
use std::sync::Arc;
use store::tables::{page, template};

/// Pages asked about in one go.
const BATCH: u32 = 20;
/// While Meta decides; it says "within seconds".
const OPEN: Span = Span::secs(20);
/// While Meta does not answer, or after a day of deciding.
const LATER: Span = Span::hours(1);

/// When to ask again about a template.
pub fn check_again(status: TemplateStatus, created_at: Timestamp, now: Timestamp) -> Option<Timestamp> {
    let pause = if now < created_at.plus(Span::hours(1)) { OPEN } else { LATER };
    status.is_open().then(|| now.plus(pause))
}

impl Engine {
    /// Asks about what is due; when the next is.
    pub(crate) async fn check_templates(&self) -> Result<Option<Timestamp>, EngineError> {
        loop {
            let now = self.clock.now();
            let due =
                self.data.read("templates_due", move |tx| template::list_due_pages(tx, now, BATCH)).await?;
            let is_all = due.len() < usize::try_from(BATCH).unwrap_or(usize::MAX);
            for (brand, page) in due {
                match self.check_templates_of(brand, page).await {
                    Ok(()) => {}
                    Err(error) if error.is_about_the_data() || matches!(error, EngineError::Meta(_)) => {
                        tracing::warn!(%error, %page, "Meta could not be asked about a page's templates");
                        let later = now.plus(LATER);
                        self.data
                            .write("postpone_templates", move |tx| {
                                template::postpone(tx.brand(brand), page, later, now)
                            })
                            .await?;
                    }
                    Err(error) => return Err(error),
                }
            }
            if is_all {
                return Ok(self.data.read("next_template", template::next_due).await?);
            }
        }
    }

    /// Asks Meta about a page's templates and writes down what it says.
    pub(crate) async fn check_templates_of(&self, brand: BrandId, page: PageId) -> Result<(), EngineError> {
        let ctx = &self.brands.get(brand)?;
        let (row, kept) = self
            .data
            .read("templates_of_page", move |tx| {
                let scope = tx.brand(brand);
                Ok::<_, EngineError>((page::get(scope, page)?, template::list_of_page(scope, page)?))
            })
            .await?;
        let row = row.ok_or(EngineError::NotFound("this page"))?;
        let secrets = PageSecrets::open(self, ctx, &row).await?;
        let asked_at = self.clock.now();
        let asked = self.graph.templates(&row.page.meta_id, &secrets.token).await;
        let known = asked.map_err(|error| EngineError::Meta(error.to_string()))?;
        let now = self.clock.now();
        let mut said = Vec::with_capacity(kept.len());
        for stored in kept {
            let key = self.vault.key(&stored.account.0).await?;
            let key = key.ok_or(EngineError::Sealed { place: "template" })?;
            let place = ctx.person_place(stored.account.0, "template", stored.id.0);
            let text: TemplateText = own::opened(&key, &place, &stored.sealed)?;
            let at_meta = known.iter().find(|t| t.name == text.name() && t.language == text.language());
            let (status, reason) = match at_meta {
                Some(at_meta) => (at_meta.status, at_meta.reason.clone()),
                // Just handed over: Meta may be slower in its list than in its answer.
                None if now < stored.created_at.plus(Span::minutes(2)) => {
                    (stored.status, stored.reason.clone())
                }
                None => (TemplateStatus::Deleted, None),
            };
            let check_at = check_again(status, stored.created_at, now);
            said.push(((stored.id, stored.check_at), status, reason, check_at));
        }
        self.data
            .write("templates_checked", move |tx| {
                said.iter().try_for_each(|(read, status, reason, check_at)| {
                    let said = (*status, reason.as_deref());
                    template::set_status(tx.brand(brand), *read, said, asked_at, *check_at)
                })
            })
            .await?;
        Ok(())
    }

    pub(crate) async fn templates_forever(self: &Arc<Self>) {
        loop {
            self.nodes.duty(Job::Templates).await;
            match self.check_templates().await {
                Ok(None) => rest(self.wake.templates.notified()).await,
                Ok(Some(at)) => {
                    tokio::select! {
                        () = self.clock.sleep_until(at) => {}
                        () = rest(self.wake.templates.notified()) => {}
                    }
                }
                Err(error) => self.failed("templates", &error).await,
            }
        }
    }
}
