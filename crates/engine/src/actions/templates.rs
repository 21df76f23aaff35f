//! Utility templates: written, handed to Meta for approval, deleted.
//!
//! Invariant: the row is there before Meta has the template, so that an answer that is lost is found
//! out later (`templates`); what Meta refused leaves no row.

use crate::actions::pages::{PARAMETER, PageSecrets};
use crate::templates::check_again;
use crate::views::own;
use crate::views::templates::{TemplateView, show};
use crate::{Actor, Engine, EngineError, TokenScope};
use messenger::graph::GraphError;
use model::id::{PageId, TemplateId};
use model::template::{Link, TemplateStatus, TemplateText};
use model::time::Span;
use store::Tx;
use store::tables::page::StoredPage;
use store::tables::template::{self, StoredTemplate};

/// A template as the user wrote it.
pub struct TemplateForm {
    pub page: PageId,
    /// Small letters, digits and underscores.
    pub name: String,
    /// As in `en_US`.
    pub language: String,
    /// With `{{1}}`, `{{2}}`, … where something is filled in.
    pub body: String,
    /// One for each variable: Meta wants to see what it will be like.
    pub examples: Vec<String>,
    pub link: Option<Link>,
}

/// When to look for a template whose answer was lost.
const LOST: Span = Span::secs(30);

/// Hands a template over. The unsubscribe button is added.
pub async fn create(engine: &Engine, actor: &Actor, form: TemplateForm) -> Result<TemplateView, EngineError> {
    actor.may(TokenScope::BroadcastsWrite)?;
    let ctx = &engine.brand(actor.brand)?;
    let page = form.page;
    let text = TemplateText::new(form.name, form.language, form.body, form.examples, form.link)?;
    let asking = actor.clone();
    let row = engine
        .data
        .read("page_of_template", move |tx| own::page(tx.brand(asking.brand), &asking, page))
        .await?;
    let secrets = PageSecrets::open(engine, ctx, &row).await?;
    secrets.access()?;
    let now = engine.clock.now();
    let (id, account) = (TemplateId::new(now, &*engine.entropy), actor.account.0);
    let key = engine.vault.key(&account).await?.ok_or(EngineError::NotFound("this account"))?;
    let sealed = key
        .seal_value(&ctx.person_place(account, "template", id.0), &text, &*engine.entropy)
        .map_err(|_| EngineError::Sealed { place: "template" })?;
    let new = StoredTemplate {
        id,
        brand: actor.brand,
        account: actor.account,
        page,
        status: TemplateStatus::Unknown,
        reason: None,
        created_at: now,
        checked_at: None,
        check_at: Some(now.plus(LOST)),
        sealed,
    };
    let brand = actor.brand;
    engine.data.write("insert_template", move |tx| template::insert(tx.brand(brand), &new)).await?;
    let language = text.language().split('_').next();
    let (_, texts) = ctx.brand.texts_for(language).ok_or(EngineError::NotFound("the brand's texts"))?;
    let graph = &engine.graph;
    let made =
        graph.create_template(&row.page.meta_id, &secrets.token, &text, &texts.unsubscribe_button).await;
    match made {
        Ok(status) => {
            let (asked_at, now) = (now, engine.clock.now());
            // A rejection's reason is in the list, not in the answer.
            let check_at = match status {
                TemplateStatus::Approved => None,
                _ => check_again(status, now, now).or(Some(now)),
            };
            let read = (id, Some(asked_at.plus(LOST)));
            let write = move |tx: &Tx<'_>| {
                template::set_status(tx.brand(brand), read, (status, None), asked_at, check_at)
            };
            engine.data.write("template_made", write).await?;
        }
        Err(error @ GraphError::Refused { .. }) => {
            engine.data.write("template_refused", move |tx| template::delete(tx.brand(brand), id)).await?;
            return Err(match error {
                // Whoever asks has written it, so it is theirs to write another.
                GraphError::Refused { code: PARAMETER, .. } => EngineError::invalid(
                    "template",
                    "was not taken by Meta: there may be one of this name in this language, or the text breaks its rules",
                ),
                other => EngineError::Meta(other.to_string()),
            });
        }
        // It may be there: the next look at Meta's list says.
        Err(error) => tracing::warn!(%error, template = %id, "Meta did not say what became of a template"),
    }
    engine.wake.templates.notify_one();
    show(engine, actor, id).await
}

/// An own template, with its page.
async fn with_page(
    engine: &Engine,
    actor: &Actor,
    id: TemplateId,
) -> Result<(StoredTemplate, StoredPage), EngineError> {
    let asking = actor.clone();
    let read = move |tx: &Tx<'_>| {
        let scope = tx.brand(asking.brand);
        let stored = own::template(scope, &asking, id)?;
        let row = own::page(scope, &asking, stored.page)?;
        Ok((stored, row))
    };
    engine.data.read("template_with_page", read).await
}

/// Asks Meta where the page's templates stand, now.
pub async fn refresh(engine: &Engine, actor: &Actor, id: TemplateId) -> Result<TemplateView, EngineError> {
    actor.may(TokenScope::BroadcastsWrite)?;
    let ctx = engine.brand(actor.brand)?;
    let (stored, row) = with_page(engine, actor, id).await?;
    PageSecrets::open(engine, &ctx, &row).await?.access()?;
    engine.check_templates_of(actor.brand, stored.page).await?;
    show(engine, actor, id).await
}

/// Deletes a template, at Meta first. Meta knows templates by name and deletes all languages of one; those
/// are found out at the next look.
pub async fn delete(engine: &Engine, actor: &Actor, id: TemplateId) -> Result<(), EngineError> {
    actor.may(TokenScope::BroadcastsWrite)?;
    let ctx = engine.brand(actor.brand)?;
    let (stored, row) = with_page(engine, actor, id).await?;
    let view = show(engine, actor, id).await?;
    if stored.status != TemplateStatus::Deleted {
        let secrets = PageSecrets::open(engine, &ctx, &row).await?;
        match engine.graph.delete_template(&row.page.meta_id, secrets.access()?, &view.name).await {
            // Gone already, or never taken: both are what is wanted.
            Ok(()) | Err(GraphError::Refused { code: PARAMETER, .. }) => {}
            Err(error) => return Err(EngineError::Meta(error.to_string())),
        }
    }
    let (brand, page, now) = (actor.brand, stored.page, engine.clock.now());
    engine
        .data
        .write("delete_template", move |tx| {
            template::delete(tx.brand(brand), id)?;
            template::check_page(tx.brand(brand), page, now)
        })
        .await?;
    engine.wake.templates.notify_one();
    Ok(())
}
