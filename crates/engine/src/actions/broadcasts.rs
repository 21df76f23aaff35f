//! Broadcasts: composed, looked at beforehand, sent, paused, resumed, cancelled.
//!
//! Invariant: a step is a compare-and-set on the broadcast's state, so that asking twice sends once.

use super::pages::PageSecrets;
use crate::audience;
use crate::brands::BrandContext;
use crate::schedule::{Resolved, resolve};
use crate::subscriptions::{allowance, may_send};
use crate::views::broadcasts::{BroadcastView, show};
use crate::views::{own, templates};
use crate::{Actor, Engine, EngineError, TokenScope};
use futures_util::future::join_all;
use model::broadcast::{Broadcast, BroadcastState, Step};
use model::consent::Purpose;
use model::delivery::DeliveryState;
use model::failure::Class;
use model::gate::{self, Bulk, Intent};
use model::id::{AccountId, BrandId, BroadcastId, LeadId, PageId, TagId};
use model::outgoing::{BulkMessage, Button, Content, Filter, Template, WayOut};
use model::page::Page;
use model::time::{Span, Timestamp};
use serde::Serialize;
use std::collections::BTreeMap;
use std::time::Duration;
use store::tables::broadcast::{self, StoredBroadcast};
use store::tables::page::StoredPage;
use store::tables::{delivery, page};
use store::{StoreError, Tx};

/// A broadcast as the user composed it.
pub struct BroadcastForm {
    pub purpose: Purpose,
    /// Of a promotion. May hold `{name|fallback}`.
    pub text: String,
    pub buttons: Vec<Button>,
    /// The https address of a picture over the text of a promotion.
    pub image: Option<String>,
    /// Of a notice: an approved utility template.
    pub template: Option<Template>,
    /// Which of the pages' leads.
    pub filter: Filter,
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
    /// Leads of the pages whom the filter leaves out.
    pub left_out: u64,
    pub example: ExampleView,
}

/// The message as a lead without a name would see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExampleView {
    pub text: String,
    pub image: Option<String>,
    pub buttons: Vec<Button>,
    pub template: Option<Template>,
}

/// Leads, pages read at a time.
const CHUNK: u32 = 1_000;
/// Pages about which Meta is asked at a time, and for how long at most about all of them.
const AT_A_TIME: usize = 8;
const ASKED_WITHIN: Duration = Duration::from_secs(4);
/// Tags of one filter.
const TAGS_LIMIT: usize = 20;

/// Checks a form's content; which fields belong together depends on the purpose.
fn content(form: &mut BroadcastForm) -> Result<Content, EngineError> {
    let (text, buttons) = (std::mem::take(&mut form.text), std::mem::take(&mut form.buttons));
    match (form.purpose, form.template.take()) {
        (Purpose::Promotion, None) => Ok(match form.image.take() {
            Some(image) => Content::with_image(text, buttons, image)?,
            None => Content::new(text, buttons)?,
        }),
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
        (Purpose::Utility, Some(_)) if form.image.is_some() => {
            Err(EngineError::invalid("image", "belongs to a promotion: leave it out"))
        }
        (Purpose::Utility, Some(template)) => Ok(Content::utility(template)?),
    }
}

/// As many parameters as the template has variables. Of one that was written elsewhere Meta alone knows.
async fn check_parameters(
    engine: &Engine,
    actor: &Actor,
    template: &Template,
    pages: Option<&[PageId]>,
) -> Result<(), EngineError> {
    let known = templates::variables(engine, actor, template, pages).await?;
    match known.first() {
        Some(variables) if !known.contains(&template.parameters.len()) => {
            let problem = format!("must be {variables}: one text for each variable of the template");
            Err(EngineError::invalid("template.parameters", problem))
        }
        _ => Ok(()),
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
    match (pages.is_empty(), wanted) {
        (false, _) => Ok(pages),
        (true, Some(_)) => Err(EngineError::invalid("pages", "names none: leave it out for all pages")),
        (true, None) => Err(EngineError::invalid("pages", "there is none: connect a page first")),
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

/// A form that may be kept, but for its pages and tags, which only the commit can judge.
struct Composed {
    purpose: Purpose,
    pages: Option<Vec<PageId>>,
    tags: Vec<TagId>,
    open_until: Option<Timestamp>,
    is_filtered: bool,
    sealed: Vec<u8>,
}

impl Composed {
    async fn new(
        engine: &Engine,
        actor: &Actor,
        id: BroadcastId,
        mut form: BroadcastForm,
    ) -> Result<Self, EngineError> {
        let ctx = &engine.brand(actor.brand)?;
        if form.open_until.is_some_and(|until| until <= engine.clock.now()) {
            return Err(EngineError::invalid("open_until", "lies in the past"));
        }
        let filter = std::mem::take(&mut form.filter);
        let (tags, is_filtered) = (filter.tags.clone(), !filter.is_empty());
        if filter.language.as_ref().is_some_and(|language| !ctx.brand.languages.contains(language)) {
            return Err(EngineError::invalid("filter.language", "is not one of the brand's languages"));
        }
        if tags.len() > TAGS_LIMIT {
            return Err(EngineError::invalid("filter.tags", format!("must be {TAGS_LIMIT} at most")));
        }
        let content = content(&mut form)?.to(filter);
        if let Some(template) = content.template() {
            check_parameters(engine, actor, template, form.pages.as_deref()).await?;
        }
        let account = actor.account.0;
        let key = engine.vault.key(&account).await?.ok_or(EngineError::NotFound("this account"))?;
        let sealed = key
            .seal_value(&ctx.person_place(account, "broadcast", id.0), &content, &*engine.entropy)
            .map_err(|_| EngineError::Sealed { place: "broadcast" })?;
        let BroadcastForm { purpose, pages, open_until, .. } = form;
        Ok(Self { purpose, pages, tags, open_until, is_filtered, sealed })
    }

    /// As a draft, if pages and tags are the account's.
    fn draft(
        &self,
        tx: &Tx<'_>,
        actor: &Actor,
        id: BroadcastId,
        now: Timestamp,
    ) -> Result<StoredBroadcast, EngineError> {
        let pages = audience(tx, actor, self.pages.as_deref())?;
        for tag in &self.tags {
            own::tag(tx.brand(actor.brand), actor, *tag)?;
        }
        let broadcast = Broadcast {
            id,
            brand: actor.brand,
            account: actor.account,
            purpose: self.purpose,
            state: BroadcastState::Draft,
            pages,
            open_until: self.open_until,
            send_at: None,
            zone: None,
            is_filtered: self.is_filtered,
            created_at: now,
            started_at: None,
            finished_at: None,
            is_planned: false,
        };
        Ok(StoredBroadcast { broadcast, sealed: self.sealed.clone() })
    }
}

/// Composes a broadcast; it stays a draft until it is sent.
pub async fn create(
    engine: &Engine,
    actor: &Actor,
    form: BroadcastForm,
) -> Result<BroadcastView, EngineError> {
    actor.may(TokenScope::BroadcastsWrite)?;
    let now = engine.clock.now();
    let id = BroadcastId::new(now, &*engine.entropy);
    let composed = Composed::new(engine, actor, id, form).await?;
    let asking = actor.clone();
    let write = move |tx: &Tx<'_>| {
        let draft = composed.draft(tx, &asking, id, now)?;
        Ok::<_, EngineError>(broadcast::insert(tx.brand(asking.brand), &draft)?)
    };
    engine.data.write("insert_broadcast", write).await?;
    show(engine, actor, id).await
}

/// Puts another message, audience or time in the place of a draft's.
///
/// # Errors
/// As [`create`]; [`EngineError::Conflict`] when it is no draft.
pub async fn revise(
    engine: &Engine,
    actor: &Actor,
    id: BroadcastId,
    form: BroadcastForm,
) -> Result<BroadcastView, EngineError> {
    actor.may(TokenScope::BroadcastsWrite)?;
    let now = engine.clock.now();
    let composed = Composed::new(engine, actor, id, form).await?;
    let asking = actor.clone();
    let write = move |tx: &Tx<'_>| {
        let scope = tx.brand(asking.brand);
        own::broadcast(scope, &asking, id)?;
        let draft = composed.draft(tx, &asking, id, now)?;
        if !broadcast::revise(scope, &draft)? {
            return Err(EngineError::Conflict(
                "only a draft can be changed: take a scheduled one back first, or write another".to_owned(),
            ));
        }
        Ok(())
    };
    engine.data.write("revise_broadcast", write).await?;
    show(engine, actor, id).await
}

/// Asks the gate about every lead of the audience, as if the broadcast were sent now. Changes
/// nothing.
pub async fn preview(engine: &Engine, actor: &Actor, id: BroadcastId) -> Result<PreviewView, EngineError> {
    actor.may(TokenScope::BroadcastsRead)?;
    let ctx = &engine.brand(actor.brand)?;
    let asking = actor.clone();
    let now = engine.clock.now();
    let (stored, pages, allowance) = engine
        .data
        .read("preview", move |tx| {
            let scope = tx.brand(asking.brand);
            let stored = own::broadcast(scope, &asking, id)?;
            let mut pages = Vec::with_capacity(stored.broadcast.pages.len());
            for id in &stored.broadcast.pages {
                pages.extend(page::get(scope, *id)?);
            }
            let allowance = allowance(scope, stored.broadcast.account, now)?;
            Ok::<_, EngineError>((stored, pages, allowance))
        })
        .await?;
    let content = own::content(engine, ctx, &stored).await?;
    let leads_end = engine.leads_end(actor.brand, stored.broadcast.account).await?.end;
    let mut asked = Asked {
        bulk: Bulk {
            purpose: stored.broadcast.purpose,
            template_approved: true,
            is_subscribed: allowance.is_subscribed,
            leads_end,
            quota_left: allowance.quota_left,
            open_until: stored.broadcast.open_until,
            restored_at: engine.restored_at,
        },
        will_get: 0,
        will_not_get: BTreeMap::new(),
        filter: content.filter().cloned().unwrap_or_default(),
        left_out: 0,
    };
    let refused = unapproved(engine, ctx, &pages, &content).await;
    for page in &pages {
        asked.bulk.template_approved = !refused.contains(&page.page.id);
        asked.page(engine, &page.page).await?;
    }
    Ok(PreviewView {
        will_get: asked.will_get,
        will_not_get: asked.will_not_get,
        left_out: asked.left_out,
        example: example(ctx, &content, None)?,
    })
}

/// The pages of which Meta says that it has not approved the template of a notice, as their lanes will ask. Where Meta does not
/// say, or not in time, the lane waits until it does, and the notice counts as one that goes.
async fn unapproved(
    engine: &Engine,
    ctx: &BrandContext,
    pages: &[StoredPage],
    content: &Content,
) -> Vec<PageId> {
    let mut refused = Vec::new();
    let Some(template) = content.template() else { return refused };
    let ask = async {
        for some in pages.chunks(AT_A_TIME) {
            let mut answers = Vec::with_capacity(some.len());
            for page in some.iter().filter(|page| page.page.stop.is_none()) {
                answers.push(is_unapproved(engine, ctx, page, template));
            }
            refused.extend(join_all(answers).await.into_iter().flatten());
        }
    };
    // Whoever waits for the preview is not kept by a slow Meta.
    let _ = tokio::time::timeout(ASKED_WITHIN, ask).await;
    refused
}

/// The page, if Meta has not approved the template for it.
async fn is_unapproved(
    engine: &Engine,
    ctx: &BrandContext,
    page: &StoredPage,
    template: &Template,
) -> Option<PageId> {
    let (secrets, at) = (PageSecrets::open(engine, ctx, page).await.ok()?, &page.page.meta_id);
    let asked = engine.graph.is_template_approved(at, &secrets.token, &template.name, &template.language);
    asked.await.is_ok_and(|is_approved| !is_approved).then_some(page.page.id)
}

/// The gate's answers so far.
struct Asked {
    bulk: Bulk,
    will_get: u64,
    will_not_get: BTreeMap<String, u64>,
    filter: Filter,
    left_out: u64,
}

impl Asked {
    async fn page(&mut self, engine: &Engine, page: &Page) -> Result<(), EngineError> {
        let (brand, id, mut after) = (page.brand, page.id, LeadId([0; 16]));
        loop {
            let filter = self.filter.clone();
            let stretch = engine
                .data
                .read("preview_leads", move |tx| audience::stretch(tx, brand, id, after, CHUNK, &filter))
                .await?;
            let Some(last) = stretch.leads.last() else { return Ok(()) };
            after = last.lead.id;
            let ctx = &engine.brand(brand)?;
            let chosen = audience::chosen(engine, ctx, &stretch, &self.filter, self.bulk.purpose).await?;
            for stored in &stretch.leads {
                if !chosen.contains(&stored.lead.id) {
                    self.left_out += 1;
                    continue;
                }
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
    example(&*engine.brand(actor.brand)?, &content, name)
}

fn example(brand: &BrandContext, content: &Content, name: Option<&str>) -> Result<ExampleView, EngineError> {
    let (_, texts) = brand.brand.texts_for(None).ok_or(EngineError::NotFound("the brand's texts"))?;
    let link = format!("{}/u/…", brand.brand.public_url);
    let way_out =
        WayOut { button: &texts.unsubscribe_button, sentence: &texts.unsubscribe_sentence, link: &link };
    let message = BulkMessage::compose(content, name, way_out).into_outgoing();
    Ok(ExampleView {
        text: message.text.reveal().clone(),
        image: message.image,
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
    if step == Step::Schedule {
        return Err(EngineError::invalid("local", "is missing: say when it is to be sent"));
    }
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
    if to == BroadcastState::Sending {
        may_send(scope, broadcast.account)?;
    }
    let changed = match (broadcast.state, to) {
        (from, to) if from == to => true,
        (BroadcastState::Scheduled, BroadcastState::Draft) => broadcast::unschedule(scope, id)?,
        (from, to) => broadcast::set_state(scope, id, from, to, now)?,
    };
    if !changed {
        return Err(changed_meanwhile());
    }
    if to == BroadcastState::Cancelled {
        delivery::cancel_planned(scope, id, now)?;
    }
    Ok(broadcast.pages)
}

fn changed_meanwhile() -> EngineError {
    EngineError::Conflict("somebody changed this broadcast just now: look again".to_owned())
}

/// When a broadcast is to be sent, as the user says it.
pub struct ScheduleForm {
    /// Date and time there, as in `2026-12-24T18:00`.
    pub local: String,
    /// Of the IANA database, as in `Europe/Dublin`.
    pub zone: String,
    /// Of a time that the clocks show twice, the second.
    pub second_time: bool,
}

/// How far ahead a broadcast may be scheduled.
const FURTHEST: Span = Span::days(366);

/// Has a draft sent by itself at a time, or moves that time. What the clocks make of the time is said.
pub async fn schedule(
    engine: &Engine,
    actor: &Actor,
    id: BroadcastId,
    form: ScheduleForm,
) -> Result<(BroadcastView, Resolved), EngineError> {
    actor.may(TokenScope::BroadcastsWrite)?;
    let resolved = resolve(&form.local, &form.zone, form.second_time)?;
    let (asking, at, zone, now) = (actor.clone(), resolved.at.0, resolved.zone.clone(), engine.clock.now());
    if at <= now {
        return Err(EngineError::invalid("local", "lies in the past: choose a later time, or send it now"));
    }
    if at > now.plus(FURTHEST) {
        return Err(EngineError::invalid("local", "is more than a year ahead"));
    }
    engine
        .data
        .write("schedule_broadcast", move |tx| {
            let scope = tx.brand(asking.brand);
            let broadcast = own::broadcast(scope, &asking, id)?.broadcast;
            broadcast.state.after(Step::Schedule)?;
            may_send(scope, broadcast.account)?;
            if broadcast.open_until.is_some_and(|until| until <= at) {
                let problem = "is not before `open_until`, after which nothing is sent";
                return Err(EngineError::invalid("local", problem));
            }
            if broadcast::schedule(scope, id, at, Some(&zone))? { Ok(()) } else { Err(changed_meanwhile()) }
        })
        .await?;
    engine.wake.schedule.notify_one();
    Ok((show(engine, actor, id).await?, resolved))
}

/// What of a broadcast may be sent again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AgainView {
    /// Failed for a reason that may have passed: Meta said that it was not delivered.
    pub failed: u64,
    /// May have been delivered or not. Whoever got it gets it twice.
    pub unknown: u64,
    /// Failed for good: sending again helps nobody.
    pub failed_for_good: u64,
}

/// Whether a failure may have passed. Somebody who stopped, or whom Meta does not know, is left alone.
fn may_pass(reason: &str) -> bool {
    let class = messenger::errors::classify_text(reason);
    matches!(
        class,
        Some(
            Class::Retry
                | Class::Throttle
                | Class::WindowClosed
                | Class::ThreadElsewhere
                | Class::Unavailable
        )
    ) || class.is_none() && matches!(reason, "not_sent" | "unconnected")
}

/// How many would be sent again. Changes nothing.
pub async fn look_again(engine: &Engine, actor: &Actor, id: BroadcastId) -> Result<AgainView, EngineError> {
    actor.may(TokenScope::BroadcastsRead)?;
    let asking = actor.clone();
    let counted = engine
        .data
        .read("look_again", move |tx| {
            let scope = tx.brand(asking.brand);
            own::broadcast(scope, &asking, id)?;
            Ok::<_, EngineError>(delivery::count_rows(scope, id)?)
        })
        .await?;
    let mut view = AgainView { failed: 0, unknown: 0, failed_for_good: 0 };
    for line in counted {
        match line.state {
            DeliveryState::Unknown => view.unknown += line.count,
            DeliveryState::Failed if line.reason.as_deref().is_some_and(may_pass) => {
                view.failed += line.count
            }
            DeliveryState::Failed => view.failed_for_good += line.count,
            _ => {}
        }
    }
    Ok(view)
}

/// Sends again to those of whom Meta said that they did not get it, where that may have passed; with
/// `unknown_too` also to those who perhaps got it. The gate is asked anew for each, so that whoever has
/// withdrawn since gets nothing; refused deliveries stay refused.
///
/// # Errors
/// [`EngineError::Conflict`] when there is nobody, or when the broadcast is open no longer.
pub async fn send_again(
    engine: &Engine,
    actor: &Actor,
    id: BroadcastId,
    unknown_too: bool,
) -> Result<BroadcastView, EngineError> {
    actor.may(TokenScope::BroadcastsWrite)?;
    let (asking, now) = (actor.clone(), engine.clock.now());
    let pages = engine
        .data
        .write("send_again", move |tx| {
            let scope = tx.brand(asking.brand);
            let broadcast = own::broadcast(scope, &asking, id)?.broadcast;
            may_send(scope, broadcast.account)?;
            if broadcast.open_until.is_some_and(|until| until <= now) {
                return Err(EngineError::Conflict(
                    "this broadcast was open until a time that has passed".to_owned(),
                ));
            }
            if !broadcast::reopen(scope, id)? {
                return Err(EngineError::Conflict(
                    "only a broadcast that was sent and not cancelled can be sent again".to_owned(),
                ));
            }
            let mut again = 0;
            for line in delivery::list_reasons(scope, id, DeliveryState::Failed)? {
                if may_pass(&line) {
                    again += delivery::again(scope, id, &line, now)?;
                }
            }
            if unknown_too {
                again += delivery::again_unknown(scope, id, now)?;
            }
            if again == 0 {
                return Err(EngineError::Conflict("there is nobody to send it to again".to_owned()));
            }
            Ok(broadcast.pages)
        })
        .await?;
    engine.wake.plan.notify_one();
    for page in pages {
        engine.wake_lane(page);
    }
    show(engine, actor, id).await
}
