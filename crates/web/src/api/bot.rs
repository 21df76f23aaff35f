//! `/api/v1/pages/{id}/bot`: how a page's bot is set, publishing it, and trying it without Facebook.
//!
//! Invariants: settings are replaced whole, and only on top of the version that was read; trying keeps
//! nothing and sends nothing.

use super::wire::Button;
use super::{Id, Json, Nothing};
use crate::App;
use crate::problem::Problem;
use axum::Extension;
use axum::extract::State;
use engine::views::bot::{BotView, MessageView, PublishState, Said as SaidView, TryForm, TryView};
use engine::{Actor, EngineError, actions, views};
use model::bot::settings::BotSettings as Settings;
use model::id::PageId;
use model::outgoing;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// A page's bot.
#[derive(Serialize, ToSchema)]
pub struct Bot {
    #[schema(example = "pag_019ab2c3d4e57f00a1b2c3d4e5f60718")]
    pub page: String,
    /// Pass it with a change. 0: nothing was set yet, and the brand's own texts are in force.
    pub version: i64,
    #[schema(format = "date-time")]
    pub changed_at: Option<String>,
    #[schema(value_type = BotSettings)]
    pub settings: Settings,
    pub published: Published,
}

/// Whether what Messenger shows of the page is what was set.
#[derive(Serialize, ToSchema)]
pub struct Published {
    /// `never`, `waiting`, `done` or `failed`.
    #[schema(example = "done")]
    pub state: &'static str,
    /// Since when something is published.
    #[schema(format = "date-time")]
    pub at: Option<String>,
    /// Meta's code of the last failure; `page_…` when the page is stopped, `unreachable` or `http_…` when Meta
    /// did not answer as it should.
    pub failure: Option<String>,
    /// When it is tried again by itself.
    #[schema(format = "date-time")]
    pub again_at: Option<String>,
}

/// New settings for a page's bot.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BotForm {
    /// That of the settings which the change was made on.
    #[schema(minimum = 0)]
    pub version: i64,
    #[schema(value_type = BotSettings)]
    pub settings: Settings,
}

/// Everything that is set about a page's bot. What is left out is the brand's. That the bot is automated,
/// how offers end, and the menu's *my data* and *stop* are added by the program and cannot be set.
#[derive(ToSchema)]
pub struct BotSettings {
    /// Off: only withdrawals, answers to the opt-in question and *my data* are answered.
    pub is_on: bool,
    /// By the code of one of the brand's languages. In its texts `{page}`, `{brand}` and `{contact}` are
    /// filled in.
    pub speech: Option<BTreeMap<String, BotSpeech>>,
    /// In the order in which they are tried: the first that matches answers. At most ten have patterns.
    #[schema(max_items = 100)]
    pub rules: Option<Vec<BotRule>>,
    #[schema(max_items = 20)]
    pub questions: Option<Vec<BotQuestion>>,
}

/// What the page says in one language.
#[derive(ToSchema)]
pub struct BotSpeech {
    /// Shown before the first tap; the program adds the purpose, and both fit into 160 characters.
    pub greeting: Option<String>,
    #[schema(max_length = 500)]
    pub welcome: Option<String>,
    /// The opt-in question. A change makes a new wording; evidence names the wording that was shown.
    #[schema(max_length = 500)]
    pub question: Option<String>,
    #[schema(max_length = 20)]
    pub yes: Option<String>,
    #[schema(max_length = 20)]
    pub no: Option<String>,
    pub default_answer: Option<BotAnswer>,
    /// Two of Messenger's twenty places belong to *my data* and *stop*.
    #[schema(max_items = 18)]
    pub menu: Option<Vec<BotMenuEntry>>,
    #[schema(max_items = 4)]
    pub ice_breakers: Option<Vec<BotIceBreaker>>,
}

/// An entry of the menu.
#[derive(ToSchema)]
pub struct BotMenuEntry {
    /// `url` or `postback`.
    pub r#type: String,
    #[schema(max_length = 30)]
    pub title: String,
    /// Of a `url`: begins with `https://`.
    #[schema(max_length = 2000)]
    pub url: Option<String>,
    /// Of a `postback`: what a rule of the kind `tap` waits for.
    #[schema(max_length = 1000)]
    pub payload: Option<String>,
}

/// A question that Messenger offers before the first message.
#[derive(ToSchema)]
pub struct BotIceBreaker {
    #[schema(max_length = 80)]
    pub question: String,
    #[schema(max_length = 1000)]
    pub payload: String,
}

/// What the bot says.
#[derive(ToSchema)]
pub struct BotAnswer {
    /// With buttons at most 600 characters.
    #[schema(max_length = 1960)]
    pub text: String,
    #[schema(max_items = 3)]
    pub buttons: Option<Vec<Button>>,
    #[schema(max_items = 13)]
    pub quick_replies: Option<Vec<BotQuickReply>>,
}

/// A quick reply: shown until the next message.
#[derive(Serialize, ToSchema)]
pub struct BotQuickReply {
    #[schema(max_length = 20)]
    pub title: String,
    #[schema(max_length = 1000)]
    pub payload: String,
}

/// What a lead writes or taps, and what follows.
#[derive(ToSchema)]
pub struct BotRule {
    /// 1 to 40 letters, digits, spaces, hyphens or underscores; each rule has its own.
    #[schema(max_length = 40)]
    pub name: String,
    /// For leads who write this language; all when left out.
    pub language: Option<String>,
    pub when: BotWhen,
    pub then: BotThen,
}

/// When a rule matches.
#[derive(ToSchema)]
pub struct BotWhen {
    /// `exact`: the whole message is one of `words`; `contains`: one of them stands in it; `pattern`: the
    /// regular expression finds something; `tap`: something with this `payload` is tapped.
    #[schema(example = "contains")]
    pub kind: String,
    /// Of at most 80 characters each.
    #[schema(max_items = 20)]
    pub words: Option<Vec<String>>,
    /// Without look-around and back-references; case does not matter.
    #[schema(max_length = 200)]
    pub pattern: Option<String>,
    #[schema(max_length = 1000)]
    pub payload: Option<String>,
}

/// What a rule does.
#[derive(ToSchema)]
pub struct BotThen {
    /// `answer` or `ask`.
    #[schema(example = "answer")]
    pub kind: String,
    pub answer: Option<BotAnswer>,
    /// The name of a question.
    pub question: Option<String>,
}

/// A question that asks a lead for data. The lead reads the purpose, and what happens to the answer, in the
/// message that asks, and can skip it.
#[derive(ToSchema)]
pub struct BotQuestion {
    /// As of a rule.
    #[schema(max_length = 40)]
    pub name: String,
    /// `given_name`, `phone`, `email`, `free_text` or `choice`.
    #[schema(example = "phone")]
    pub kind: String,
    /// `store`, which is needed, `show` and `message`. `share` is refused: answers are passed on to nobody.
    pub uses: Vec<String>,
    /// By language.
    pub speech: BTreeMap<String, BotQuestionSpeech>,
}

/// A question in one language.
#[derive(ToSchema)]
pub struct BotQuestionSpeech {
    #[schema(max_length = 300)]
    pub text: String,
    /// Why it is asked. Without it the question is refused.
    #[schema(min_length = 1, max_length = 200)]
    pub purpose: String,
    /// Of a `choice`: 2 to 12, of at most 20 characters each.
    #[schema(max_items = 12)]
    pub choices: Option<Vec<String>>,
    /// After the answer.
    #[schema(max_length = 2000)]
    pub thanks: Option<String>,
}

/// Something said to the bot, and the state of the thread before it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BotTry {
    pub said: BotSaid,
    /// Settings that are not kept yet; those in force when left out.
    #[serde(default)]
    #[schema(value_type = Option<BotSettings>)]
    pub settings: Option<Settings>,
    /// The language that the person has written so far.
    #[serde(default)]
    pub language: Option<String>,
    /// Nothing was said before.
    #[serde(default)]
    pub is_new: bool,
    /// The opt-in question was put before.
    #[serde(default)]
    pub was_asked: bool,
    /// The question that waits, as the answer before named it.
    #[serde(default)]
    pub pending: Option<String>,
}

/// What is said.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum BotSaid {
    /// Get Started was tapped.
    GetStarted,
    Text {
        text: String,
    },
    /// A button or a quick reply was tapped.
    Tap {
        title: String,
        payload: String,
    },
}

/// What the bot would do.
#[derive(Serialize, ToSchema)]
pub struct BotTried {
    /// None: it stays silent.
    pub messages: Vec<BotMessage>,
    /// Why: `rule`, `opening`, `default`, `withdrawn`, `said_yes`, `said_no`, `my_data`, `answered`, `skipped`,
    /// `unfit`, `off` or `nothing`.
    #[schema(example = "rule")]
    pub because: &'static str,
    /// The name of the rule or the question.
    pub because_of: Option<String>,
    /// The evidence of an opt-in that this would be.
    #[schema(example = "confirmed")]
    pub evidence: Option<&'static str>,
    /// Whether it would end offers.
    pub withdraws: bool,
    /// The purpose for which an answer would be kept, until the lead's erasure or withdrawal.
    pub keeps_for: Option<String>,
    /// The rest is for the next try.
    pub language: Option<String>,
    pub was_asked: bool,
    pub pending: Option<String>,
}

/// A message of the bot's.
#[derive(Serialize, ToSchema)]
pub struct BotMessage {
    pub text: String,
    pub buttons: Vec<Button>,
    pub quick_replies: Vec<BotQuickReply>,
}

const fn state(state: PublishState) -> &'static str {
    match state {
        PublishState::Never => "never",
        PublishState::Waiting => "waiting",
        PublishState::Done => "done",
        PublishState::Failed => "failed",
    }
}

impl From<BotView> for Bot {
    fn from(view: BotView) -> Self {
        let published = view.published;
        Self {
            page: view.page.to_string(),
            version: view.version,
            changed_at: view.changed_at.map(|at| at.to_string()),
            settings: view.settings,
            published: Published {
                state: state(published.state),
                at: published.at.map(|at| at.to_string()),
                failure: published.failure,
                again_at: published.again_at.map(|at| at.to_string()),
            },
        }
    }
}

impl From<BotSaid> for SaidView {
    fn from(said: BotSaid) -> Self {
        match said {
            BotSaid::GetStarted => Self::GetStarted,
            BotSaid::Text { text } => Self::Text(text),
            BotSaid::Tap { title, payload } => Self::Tap { title, payload },
        }
    }
}

impl From<MessageView> for BotMessage {
    fn from(view: MessageView) -> Self {
        let reply =
            |reply: outgoing::QuickReply| BotQuickReply { title: reply.title, payload: reply.payload };
        Self {
            text: view.text,
            buttons: view.buttons.into_iter().map(Button::from).collect(),
            quick_replies: view.quick_replies.into_iter().map(reply).collect(),
        }
    }
}

impl From<TryView> for BotTried {
    fn from(view: TryView) -> Self {
        Self {
            messages: view.messages.into_iter().map(BotMessage::from).collect(),
            because: view.because.code,
            because_of: view.because.name,
            evidence: view.evidence,
            withdraws: view.withdraws,
            keeps_for: view.keeps_for,
            language: view.language,
            was_asked: view.was_asked,
            pending: view.pending,
        }
    }
}

/// The engine names a field by its path within the settings.
fn within_settings(error: EngineError) -> Problem {
    match error {
        EngineError::Bot(error) => Problem::invalid(&format!("settings.{}", error.field), &error.problem),
        error => error.into(),
    }
}

/// Shows how a page's bot is set.
#[utoipa::path(
    get, path = "/api/v1/pages/{id}/bot", tag = "bot", security(("token" = ["pages:read"])),
    params(("id" = String, Path, description = "`pag_…`")),
    responses((status = 200, description = "Done", body = Bot))
)]
pub async fn show(
    State(app): State<App>,
    Extension(actor): Extension<Actor>,
    Id(id): Id<PageId>,
) -> Result<axum::Json<Bot>, Problem> {
    Ok(axum::Json(views::bot::get(&app.engine, &actor, id).await?.into()))
}

/// Replaces the settings of a page's bot, on top of the version that it names.
///
/// Settings that somebody else has changed meanwhile are a conflict: read them, and repeat the change. What
/// Messenger shows of the page is published afterwards.
#[utoipa::path(
    put, path = "/api/v1/pages/{id}/bot", tag = "bot", security(("token" = ["pages:write"])),
    params(("id" = String, Path, description = "`pag_…`")),
    request_body = BotForm,
    responses((status = 200, description = "Done", body = Bot))
)]
pub async fn set(
    State(app): State<App>,
    Extension(actor): Extension<Actor>,
    Id(id): Id<PageId>,
    Json(form): Json<BotForm>,
) -> Result<axum::Json<Bot>, Problem> {
    let set = actions::bot::set(&app.engine, &actor, id, form.version, form.settings).await;
    let set = set.map_err(within_settings)?;
    Ok(axum::Json(set.into()))
}

/// Publishes once more what Messenger shows of the page: greeting, menu, ice breakers.
#[utoipa::path(
    post, path = "/api/v1/pages/{id}/bot/publish", tag = "bot", security(("token" = ["pages:write"])),
    params(("id" = String, Path, description = "`pag_…`")),
    responses((status = 200, description = "Done", body = Bot))
)]
pub async fn publish(
    State(app): State<App>,
    Extension(actor): Extension<Actor>,
    Id(id): Id<PageId>,
    Nothing: Nothing,
) -> Result<axum::Json<Bot>, Problem> {
    Ok(axum::Json(actions::bot::publish(&app.engine, &actor, id).await?.into()))
}

/// Says something to the bot without Facebook. Nothing is kept and nothing is sent.
#[utoipa::path(
    post, path = "/api/v1/pages/{id}/bot/try", tag = "bot", security(("token" = ["pages:read"])),
    params(("id" = String, Path, description = "`pag_…`")),
    request_body = BotTry,
    responses((status = 200, description = "Done", body = BotTried))
)]
pub async fn try_out(
    State(app): State<App>,
    Extension(actor): Extension<Actor>,
    Id(id): Id<PageId>,
    Json(form): Json<BotTry>,
) -> Result<axum::Json<BotTried>, Problem> {
    let form = TryForm {
        settings: form.settings,
        said: form.said.into(),
        language: form.language,
        is_new: form.is_new,
        was_asked: form.was_asked,
        pending: form.pending,
    };
    let tried = views::bot::try_out(&app.engine, &actor, id, form).await.map_err(within_settings)?;
    Ok(axum::Json(tried.into()))
}
