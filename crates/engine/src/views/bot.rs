//! A page's bot: how it is set, whether that stands at Meta, and the test pane.
//!
//! Invariant: trying out runs the very function that answers leads and writes nothing down.

use super::{At, own};
use crate::bots::wordings;
use crate::{Actor, BrandContext, Engine, EngineError, TokenScope};
use model::bot::profile::{MessengerProfile, profile};
use model::bot::settings::{Bot, BotSettings};
use model::bot::{self, Because, Data, Pending, Thread, Wording};
use model::id::PageId;
use model::inbound::{Array, Event, Inbound, Message};
use model::outgoing::{Button, QuickReply};
use model::personal::Personal;
use model::time::Timestamp;
use serde::Serialize;
use std::sync::Arc;
use store::tables;
use store::tables::bot::StoredBot;

/// A page's bot as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BotView {
    pub page: PageId,
    /// 0: nothing was set yet; the brand's texts are in force.
    pub version: i64,
    pub changed_at: Option<At>,
    pub settings: BotSettings,
    pub published: Published,
}

/// Whether what Messenger shows of the page is what was set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Published {
    pub state: PublishState,
    /// Since when something is published.
    pub at: Option<At>,
    /// Meta's code of the last failure; `page_…`: the page is stopped.
    pub failure: Option<String>,
    /// When it is tried again.
    pub again_at: Option<At>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PublishState {
    /// Never, and nothing is under way.
    Never,
    /// Due, and not done yet.
    Waiting,
    /// Meta has what was set.
    Done,
    /// It failed and is not tried again by itself.
    Failed,
}

fn published(stored: &StoredBot) -> Published {
    let state = match (stored.publish_at, &stored.publish_failure) {
        (Some(_), _) => PublishState::Waiting,
        (None, Some(_)) => PublishState::Failed,
        (None, None) if stored.published_version == stored.version => PublishState::Done,
        (None, None) => PublishState::Never,
    };
    Published {
        state,
        at: stored.published_at.map(At),
        failure: stored.publish_failure.clone(),
        again_at: stored.publish_at.map(At),
    }
}

/// How a page's bot is set.
pub async fn get(engine: &Engine, actor: &Actor, page: PageId) -> Result<BotView, EngineError> {
    actor.may(TokenScope::PagesRead)?;
    show(engine, actor, page).await
}

/// As [`get`], for actions that answer with what they changed.
pub(crate) async fn show(engine: &Engine, actor: &Actor, page: PageId) -> Result<BotView, EngineError> {
    let asking = actor.clone();
    let (row, stored) = engine
        .data
        .read("get_bot", move |tx| {
            let scope = tx.brand(asking.brand);
            let row = own::page(scope, &asking, page)?;
            Ok::<_, EngineError>((row, tables::bot::get(scope, page)?))
        })
        .await?;
    let Some(stored) = stored else {
        let greeted = row.page.greeting_at;
        let state = if greeted.is_some() { PublishState::Done } else { PublishState::Never };
        let published = Published { state, at: greeted.map(At), failure: None, again_at: None };
        let settings = BotSettings::default();
        return Ok(BotView { page, version: 0, changed_at: None, settings, published });
    };
    let settings = engine.open_settings(&*engine.brand(actor.brand)?, &stored).await?;
    Ok(BotView {
        page,
        version: stored.version,
        changed_at: Some(At(stored.changed_at)),
        published: published(&stored),
        settings,
    })
}

/// What somebody says to the bot in the test pane.
pub enum Said {
    /// Came through Get Started.
    GetStarted,
    Text(String),
    /// Tapped something: its title, and its payload.
    Tap {
        title: String,
        payload: String,
    },
}

/// A try: the pane keeps the thread's state and passes it each time.
pub struct TryForm {
    /// Settings as they stand in the form, not kept yet; `None`: those in force.
    pub settings: Option<BotSettings>,
    pub said: Said,
    /// The language that the person has written so far.
    pub language: Option<String>,
    /// Nothing was said before.
    pub is_new: bool,
    /// The opt-in question was put.
    pub was_asked: bool,
    /// A question that asks for data and waits ([`TryView::pending`]).
    pub pending: Option<String>,
}

/// What the bot would do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TryView {
    /// What it would say; none: it stays silent.
    pub messages: Vec<MessageView>,
    pub because: BecauseView,
    /// The evidence that a lead's act would be.
    pub evidence: Option<&'static str>,
    /// A lead would have withdrawn.
    pub withdraws: bool,
    /// What would be kept of an answer to a question: its purpose; the answer itself is not shown.
    pub keeps_for: Option<String>,
    /// To be passed with the next try.
    pub language: Option<String>,
    pub was_asked: bool,
    pub pending: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MessageView {
    pub text: String,
    pub buttons: Vec<Button>,
    pub quick_replies: Vec<QuickReply>,
}

/// Why, with the name of the rule or question where there is one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BecauseView {
    /// `rule`, `opening`, `withdrawn`, …; each has a sentence in every language.
    pub code: &'static str,
    pub name: Option<String>,
}

impl From<Because> for BecauseView {
    fn from(because: Because) -> Self {
        let (code, name) = match because {
            Because::Nothing => ("nothing", None),
            Because::Withdrawn => ("withdrawn", None),
            Because::SaidYes => ("said_yes", None),
            Because::SaidNo => ("said_no", None),
            Because::MyData => ("my_data", None),
            Because::Opening => ("opening", None),
            Because::Rule(name) => ("rule", Some(name)),
            Because::Answered(name) => ("answered", Some(name)),
            Because::Skipped(name) => ("skipped", Some(name)),
            Because::Unfit(name) => ("unfit", Some(name)),
            Because::Default => ("default", None),
            Because::Off => ("off", None),
        };
        Self { code, name }
    }
}

/// Every [`BecauseView::code`], for those who have to say each in words.
pub const REASONS: [&str; 12] = [
    "nothing",
    "withdrawn",
    "said_yes",
    "said_no",
    "my_data",
    "opening",
    "rule",
    "answered",
    "skipped",
    "unfit",
    "default",
    "off",
];

/// What a try needs of the page.
struct Pane {
    ctx: Arc<BrandContext>,
    page_name: String,
    wordings: Vec<Wording>,
    own: Option<Bot>,
    now: Timestamp,
}

async fn pane(
    engine: &Engine,
    actor: &Actor,
    page: PageId,
    settings: Option<BotSettings>,
) -> Result<Pane, EngineError> {
    actor.may(TokenScope::PagesRead)?;
    let ctx = engine.brand(actor.brand)?;
    let (page_name, kept) = page_and_bot(engine, actor, page).await?;
    let own = match (settings, &kept) {
        (Some(settings), _) => Some(Bot::new(settings.tidied(), &ctx.brand)?),
        (None, Some(stored)) => Some(Bot::clone(&*engine.open_bot(&ctx, stored).await?)),
        (None, None) => None,
    };
    let wordings = own.as_ref().map_or_else(|| ctx.wordings.clone(), |bot| wordings(&ctx, page, bot));
    Ok(Pane { ctx, page_name, wordings, own, now: engine.clock.now() })
}

impl Pane {
    fn answer(&self, form: TryForm) -> TryView {
        let inbound = Inbound {
            meta_page: String::new(),
            array: Array::Messaging,
            psid: None,
            at: self.now,
            stated_at: None,
            event: event(form.said),
            bytes: 0..0,
        };
        let pending = form.pending.as_deref().map(|question| Pending { question, asked_at: self.now });
        let thread = Thread {
            brand: &self.ctx.brand,
            page_name: &self.page_name,
            language: form.language.as_deref(),
            is_new: form.is_new,
            was_asked: form.was_asked,
            greeted: true,
            wordings: &self.wordings,
            bot: self.own.as_ref(),
            pending,
        };
        let reaction = bot::react(&inbound, thread);
        let (keeps_for, pending) = match reaction.data {
            None => (None, form.pending),
            Some(Data::Asked(question)) => (None, Some(question)),
            Some(Data::Skipped(_)) => (None, None),
            Some(Data::Given(given)) => (Some(given.purpose), None),
        };
        TryView {
            messages: reaction
                .reply
                .into_iter()
                .map(|message| MessageView {
                    text: message.text.reveal().clone(),
                    buttons: message.buttons,
                    quick_replies: message.quick_replies,
                })
                .collect(),
            because: reaction.because.into(),
            evidence: reaction.evidence.map(model::consent::EvidenceLevel::code),
            withdraws: reaction.withdrawal.is_some(),
            keeps_for,
            language: reaction.language.map(str::to_owned).or(form.language),
            was_asked: form.was_asked || reaction.asks,
            pending,
        }
    }
}

/// Talks to the bot without Facebook. Nothing is kept and nothing is sent.
///
/// # Errors
/// [`EngineError::Bot`] where settings that are not kept yet do not fit.
pub async fn try_out(
    engine: &Engine,
    actor: &Actor,
    page: PageId,
    mut form: TryForm,
) -> Result<TryView, EngineError> {
    let pane = pane(engine, actor, page, form.settings.take()).await?;
    Ok(pane.answer(form))
}

/// A whole conversation with the bot as it is set now, from its beginning: what it would do about each thing
/// that is said. `first` is the state before the first of them.
pub async fn talk(
    engine: &Engine,
    actor: &Actor,
    page: PageId,
    first: TryStart,
    said: Vec<Said>,
) -> Result<Vec<TryView>, EngineError> {
    let pane = pane(engine, actor, page, None).await?;
    let mut form = TryForm {
        settings: None,
        said: Said::GetStarted,
        language: first.language,
        is_new: first.is_new,
        was_asked: !first.is_new,
        pending: None,
    };
    let mut views = Vec::with_capacity(said.len());
    for said in said {
        let view = pane.answer(TryForm { said, ..form });
        form = TryForm {
            settings: None,
            said: Said::GetStarted,
            language: view.language.clone(),
            is_new: false,
            was_asked: view.was_asked,
            pending: view.pending.clone(),
        };
        views.push(view);
    }
    Ok(views)
}

/// Who comes to the test pane.
pub struct TryStart {
    /// Wrote never before; else somebody who was asked already.
    pub is_new: bool,
    /// The language that the person has written so far.
    pub language: Option<String>,
}

/// A wording of the opt-in question: what evidence refers to by its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WordingView {
    /// Hexadecimal hash of brand, page, language and texts.
    pub name: String,
    pub language: String,
    /// Welcome and question; `{page}` is filled in when it is sent.
    pub text: String,
    pub yes: String,
    pub no: String,
    /// Whether it is asked now.
    pub in_force: bool,
    /// Whether it is the page's own and not the brand's.
    pub is_own: bool,
    /// When the page first had it; `None` for the brand's.
    pub since: Option<At>,
}

/// The wordings in force on a page, one for each of the brand's languages, and after them those that the
/// page had before, the newest first: their answers and their proofs still count.
pub async fn wordings_of(
    engine: &Engine,
    actor: &Actor,
    page: PageId,
) -> Result<Vec<WordingView>, EngineError> {
    let pane = pane(engine, actor, page, None).await?;
    let brand = actor.brand;
    let kept = engine
        .data
        .read("wordings_of_page", move |tx| tables::wording::history_of_page(tx.brand(brand), page))
        .await?;
    let view = |wording: &Wording, in_force: bool, since: Option<Timestamp>| WordingView {
        name: wording.name.clone(),
        language: wording.language.clone(),
        text: wording.text.clone(),
        yes: wording.yes.clone(),
        no: wording.no.clone(),
        in_force,
        is_own: since.is_some(),
        since: since.map(At),
    };
    let since = |name: &str| kept.iter().find(|(own, _)| own.name == name).map(|(_, at)| *at);
    let mut views: Vec<WordingView> =
        pane.wordings.iter().map(|wording| view(wording, true, since(&wording.name))).collect();
    let earlier = kept.iter().filter(|(own, _)| pane.wordings.iter().all(|now| now.name != own.name));
    views.extend(earlier.map(|(wording, at)| view(wording, false, Some(*at))));
    Ok(views)
}

fn event(said: Said) -> Event {
    match said {
        Said::GetStarted => Event::Postback {
            mid: None,
            title: None,
            payload: Some(model::outgoing::GET_STARTED.to_owned()),
            referral: false,
        },
        Said::Text(text) => Event::Message(Message { text: Some(Personal::new(text)), ..Message::default() }),
        Said::Tap { title, payload } => Event::Message(Message {
            text: Some(Personal::new(title)),
            quick_reply: Some(payload),
            ..Message::default()
        }),
    }
}

async fn page_and_bot(
    engine: &Engine,
    actor: &Actor,
    page: PageId,
) -> Result<(String, Option<StoredBot>), EngineError> {
    let asking = actor.clone();
    let (row, stored) = engine
        .data
        .read("page_and_bot", move |tx| {
            let scope = tx.brand(asking.brand);
            let row = own::page(scope, &asking, page)?;
            Ok::<_, EngineError>((row, tables::bot::get(scope, page)?))
        })
        .await?;
    let view = super::pages::view(engine, &*engine.brand(actor.brand)?, &row).await?;
    Ok((view.name, stored))
}

/// What Messenger shows of the page with these settings (`None`: those in force): for a preview.
pub async fn shown_at_meta(
    engine: &Engine,
    actor: &Actor,
    page: PageId,
    settings: Option<BotSettings>,
) -> Result<MessengerProfile, EngineError> {
    let pane = pane(engine, actor, page, settings).await?;
    Ok(profile(&pane.ctx.brand, &pane.page_name, pane.own.as_ref()))
}
