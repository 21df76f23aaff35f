//! Broadcasts: composed, looked at beforehand, sent, paused, resumed, cancelled.
//!
//! Invariant: a step is a compare-and-set on the broadcast's state, so that asking twice sends once.

use crate::brands::BrandContext;
use crate::claim::required;
use crate::views::broadcasts::{BroadcastView, show};
use crate::views::own;
use crate::{Actor, Engine, EngineError, TokenScope};
use model::broadcast::{Broadcast, BroadcastState, Step};
use model::consent::Purpose;
use model::gate::{self, Bulk, Intent};
use model::id::{AccountId, BrandId, BroadcastId, LeadId, PageId};
use model::outgoing::{BulkMessage, Button, Content, Template, WayOut};
use model::page::Page;
use model::time::Timestamp;
use serde::Serialize;
use std::collections::BTreeMap;
use store::tables::broadcast::{self, StoredBroadcast};
use store::tables::{account, delivery, lead, page};
use store::{StoreError, Tx};

/// A broadcast as the user composed it.
pub struct BroadcastForm {
    pub purpose: Purpose,
    /// Of a promotion. May hold `{name|fallback}`.
    pub text: String,
    pub buttons: Vec<Button>,
    /// Of a notice: an approved utility template.
    pub template: Option<Template>,
    /// `None`: all pages of the account.
    pub pages: Option<Vec<PageId>>,
    /// Not sent after this.
    pub open_until: Option<Timestamp>,
}

/// What would happen if it were sent now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PreviewView {
    pub will_get: u64,
    /// Leads who will not get it, by the gate's refusal.
    pub will_not_get: BTreeMap<String, u64>,
    pub example: ExampleView,
}

/// The message as a lead without a name would see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExampleView {
    pub text: String,
    pub buttons: Vec<Button>,
    pub template: Option<Template>,
}

/// Leads, pages read at a time.
const CHUNK: u32 = 1_000;

/// Checks a form's content; which fields belong together depends on the purpose.
fn content(form: &mut BroadcastForm) -> Result<Content, EngineError> {
    let (text, buttons) = (std::mem::take(&mut form.text), std::mem::take(&mut form.buttons));
    match (form.purpose, form.template.take()) {
        (Purpose::Promotion, None) => Ok(Content::new(text, buttons)?),
        (Purpose::Promotion, Some(_)) => Err(EngineError::invalid(
            "template",
            "belongs to a utility broadcast: leave it out, write `text`",
        )),
        (Purpose::Utility, None) => Err(EngineError::invalid(
            "template",
            "is missing: a utility broadcast is an approved utility template; write one into `template`",
        )),
        (Purpose::Utility, Some(_)) if !text.trim().is_empty() || !buttons.is_empty() => {
            Err(EngineError::invalid(
                "text",
                "belongs to a promotion: the template brings its own text and buttons",
            ))
        }
        (Purpose::Utility, Some(template)) => Ok(Content::utility(template)?),
    }
}

/// The account's own pages among `wanted`, or all of them.
fn audience(tx: &Tx<'_>, actor: &Actor, wanted: Option<&[PageId]>) -> Result<Vec<PageId>, EngineError> {
    let scope = tx.brand(actor.brand);
    let mut pages = match wanted {
        Some(wanted) => {
            for id in wanted {
                own::page(scope, actor, *id)?;
            }
            wanted.to_vec()
        }
        None => every_page(tx, actor.brand, actor.account)?,
    };
    pages.sort_unstable();
    pages.dedup();
    if pages.is_empty() {
        Err(EngineError::invalid("pages", "there is none: connect a page first"))
    } else {
        Ok(pages)
    }
}

fn every_page(tx: &Tx<'_>, brand: BrandId, account: AccountId) -> Result<Vec<PageId>, StoreError> {
    let (mut pages, mut after) = (Vec::new(), PageId([0; 16]));
    loop {
        let some = page::list_of_account(tx.brand(brand), account, after, CHUNK)?;
        let Some(last) = some.last() else { return Ok(pages) };
        after = last.page.id;
        pages.extend(some.iter().map(|stored| stored.page.id));
    }
}

/// Composes a broadcast; it stays a draft until it is sent.
pub async fn create(
    engine: &Engine,
    actor: &Actor,
    mut form: BroadcastForm,
) -> Result<BroadcastView, EngineError> {
    actor.may(TokenScope::BroadcastsWrite)?;
    let ctx = engine.brand(actor.brand)?;
    let now = engine.clock.now();
    if form.open_until.is_some_and(|until| until <= now) {
        return Err(EngineError::invalid("open_until", "lies in the past"));
    }
    let content = content(&mut form)?;
    let id = BroadcastId::new(now, &*engine.entropy);
    let account = actor.account.0;
    let key = engine.vault.key(&account).await?.ok_or(EngineError::NotFound("this account"))?;
    let sealed = key
        .seal_value(&ctx.person_place(account, "broadcast", id.0), &content, &*engine.entropy)
        .map_err(|_| EngineError::Sealed { place: "broadcast" })?;
    let asking = actor.clone();
    engine
        .data
        .write("insert_broadcast", move |tx| {
            let pages = audience(tx, &asking, form.pages.as_deref())?;
            let broadcast = Broadcast {
                id,
                brand: asking.brand,
                account: asking.account,
                purpose: form.purpose,
                state: BroadcastState::Draft,
                pages,
                open_until: form.open_until,
                created_at: now,
                started_at: None,
                finished_at: None,
                is_planned: false,
            };
            let stored = StoredBroadcast { broadcast, sealed: sealed.clone() };
            Ok::<_, EngineError>(broadcast::insert(tx.brand(asking.brand), &stored)?)
        })
        .await?;
    show(engine, actor, id).await
}

/// Asks the gate about every lead of the audience, as if the broadcast were sent now. Changes
/// nothing.
pub async fn preview(engine: &Engine, actor: &Actor, id: BroadcastId) -> Result<PreviewView, EngineError> {
    actor.may(TokenScope::BroadcastsRead)?;
    let ctx = engine.brand(actor.brand)?;
    let asking = actor.clone();
    let (stored, pages, quota_left) = engine
        .data
        .read("preview", move |tx| {
            let scope = tx.brand(asking.brand);
            let stored = own::broadcast(scope, &asking, id)?;
            let mut pages = Vec::with_capacity(stored.broadcast.pages.len());
            for id in &stored.broadcast.pages {
                pages.extend(page::get(scope, *id)?.map(|stored| stored.page));
            }
            Ok::<_, EngineError>((stored, pages, account::quota_left(scope, asking.account)?))
        })
        .await?;
    let content = own::content(engine, ctx, &stored).await?;
    let mut asked = Asked {
        bulk: Bulk {
            purpose: stored.broadcast.purpose,
            // The lanes ask Meta before they send; the preview shows what goes once it is approved.
            template_approved: true,
            required: required(ctx, stored.broadcast.purpose),
            quota_left,
            open_until: stored.broadcast.open_until,
        },
        will_get: 0,
        will_not_get: BTreeMap::new(),
    };
    for page in &pages {
        asked.page(engine, page).await?;
    }
    Ok(PreviewView {
        will_get: asked.will_get,
        will_not_get: asked.will_not_get,
        example: example(ctx, &content, None)?,
    })
}

/// The gate's answers so far.
struct Asked {
    bulk: Bulk,
    will_get: u64,
    will_not_get: BTreeMap<String, u64>,
}

impl Asked {
    async fn page(&mut self, engine: &Engine, page: &Page) -> Result<(), EngineError> {
        let (brand, id, mut after) = (page.brand, page.id, LeadId([0; 16]));
        loop {
            let leads = engine
                .data
                .read("preview_leads", move |tx| lead::list_of_page(tx.brand(brand), id, after, CHUNK))
                .await?;
            let Some(last) = leads.last() else { return Ok(()) };
            after = last.lead.id;
            for stored in &leads {
                let (now, issued) = (engine.clock.now(), engine.clock.monotonic());
                match gate::permit(Intent::Bulk(self.bulk), &stored.lead, page, now, issued) {
                    // The permit is dropped: nothing is sent from here.
                    Ok(_) => {
                        self.will_get += 1;
                        self.bulk.quota_left = self.bulk.quota_left.saturating_sub(1);
                    }
                    Err(refusal) => {
                        *self.will_not_get.entry(refusal.code().to_owned()).or_insert(0) += 1;
                    }
                }
            }
        }
    }
}

/// What a form's message would look like to a lead with this name, or without one. Nothing is kept.
///
/// # Errors
/// As [`create`], for what the message says.
pub fn sketch(
    engine: &Engine,
    actor: &Actor,
    mut form: BroadcastForm,
    name: Option<&str>,
) -> Result<ExampleView, EngineError> {
    actor.may(TokenScope::BroadcastsWrite)?;
    let content = content(&mut form)?;
    example(engine.brand(actor.brand)?, &content, name)
}

fn example(brand: &BrandContext, content: &Content, name: Option<&str>) -> Result<ExampleView, EngineError> {
    let (_, texts) = brand.brand.texts_for(None).ok_or(EngineError::NotFound("the brand's texts"))?;
    let link = format!("{}/u/…", brand.brand.public_url);
    let way_out =
        WayOut { button: &texts.unsubscribe_button, sentence: &texts.unsubscribe_sentence, link: &link };
    let message = BulkMessage::compose(content, name, way_out).into_outgoing();
    Ok(ExampleView {
        text: message.text.reveal().clone(),
        buttons: message.buttons,
        template: message.template,
    })
}

/// Sends, pauses, resumes or cancels. Asking again for what is so already changes nothing.
pub async fn step(
    engine: &Engine,
    actor: &Actor,
    id: BroadcastId,
    step: Step,
) -> Result<BroadcastView, EngineError> {
    actor.may(TokenScope::BroadcastsWrite)?;
    let (asking, now) = (actor.clone(), engine.clock.now());
    let pages = engine.data.write("step_broadcast", move |tx| take(tx, &asking, id, step, now)).await?;
    engine.wake.plan.notify_one();
    for page in pages {
        engine.wake_lane(page);
    }
    show(engine, actor, id).await
}

fn take(
    tx: &Tx<'_>,
    actor: &Actor,
    id: BroadcastId,
    step: Step,
    now: Timestamp,
) -> Result<Vec<PageId>, EngineError> {
    let scope = tx.brand(actor.brand);
    let broadcast = own::broadcast(scope, actor, id)?.broadcast;
    let to = broadcast.state.after(step)?;
    if to != broadcast.state && !broadcast::set_state(scope, id, broadcast.state, to, now)? {
        return Err(EngineError::Conflict("somebody changed this broadcast just now: look again".to_owned()));
    }
    if to == BroadcastState::Cancelled {
        delivery::cancel_planned(scope, id, now)?;
    }
    Ok(broadcast.pages)
}
