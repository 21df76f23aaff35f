//! The API's JSON, as the OpenAPI document describes it: forms as they come in, things as they go
//! out.
//!
//! Invariant: a name or a type that stands here is a promise to outsiders; a view of the engine
//! becomes one of these in one hop and nowhere else.

use crate::console::deliveries::reason;
use crate::language::Language;
use engine::actions::broadcasts as actions;
use engine::views::At;
use engine::views::broadcasts::{BroadcastView, DeliveryView};
use engine::views::erasures::ErasureView;
use engine::views::leads::{AnswerView, ConsentView, LeadDetail, LeadView, PermissionView};
use engine::views::pages::PageView;
use engine::views::tags::TagView;
use model::delivery::DeliveryState;
use model::gate::Refusal;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// A list, a page at a time.
#[derive(Serialize, ToSchema)]
pub struct List<T> {
    pub items: Vec<T>,
    /// Pass it as `after` to get what follows; `null` at the end.
    pub next: Option<String>,
}

fn text(at: At) -> String {
    at.to_string()
}

/// To connect pages: what Facebook's login dialog gave back.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConnectForm {
    /// The `code` of the dialog's redirect.
    pub code: String,
    /// The very `redirect_uri` that the dialog was opened with.
    pub redirect_uri: String,
    /// Meta's ids of the pages to connect; all that were granted when left out.
    #[serde(default)]
    pub pages: Option<Vec<String>>,
}

/// A connected Facebook page.
#[derive(Serialize, ToSchema)]
pub struct Page {
    #[schema(example = "pag_019ab2c3d4e57f00a1b2c3d4e5f60718")]
    pub id: String,
    /// Meta's public id of the page.
    pub meta_id: String,
    pub name: String,
    /// Why it does not send; `null` when it does.
    #[schema(example = "token_invalid")]
    pub stop: Option<&'static str>,
    /// The same as a sentence, in the language of `Accept-Language`.
    pub stop_sentence: Option<String>,
    /// Whether deliveries whose answer was lost can be settled later.
    pub has_echoes: bool,
    /// Since when the greeting names the purpose.
    #[schema(format = "date-time")]
    pub greeting_at: Option<String>,
    #[schema(format = "date-time")]
    pub connected_at: String,
}

impl Page {
    pub fn new(view: PageView, language: Language) -> Self {
        Self {
            id: view.id.to_string(),
            meta_id: view.meta_id,
            name: view.name,
            stop: view.stop,
            stop_sentence: view.stop.and_then(|stop| language.find(&format!("page-stop-{stop}"), None)),
            has_echoes: view.has_echoes,
            greeting_at: view.greeting_at.map(text),
            connected_at: text(view.connected_at),
        }
    }
}

/// A lead, without anything that says who they are.
#[derive(Serialize, ToSchema)]
pub struct Lead {
    #[schema(example = "led_019ab2c3d4e57f00a1b2c3d4e5f60718")]
    pub id: String,
    pub page: String,
    #[schema(format = "date-time")]
    pub created_at: String,
    /// When the lead last wrote.
    #[schema(format = "date-time")]
    pub last_inbound_at: Option<String>,
    /// The best evidence of an opt-in: `started`, `informed` or `confirmed`.
    #[schema(example = "confirmed")]
    pub level: Option<&'static str>,
    /// Whether promotions may be sent, as far as consent goes.
    pub promotion_in_force: bool,
    #[schema(format = "date-time")]
    pub withdrawn_at: Option<String>,
    /// Until when Meta's 24-hour window is open; `null` when it is closed.
    #[schema(format = "date-time")]
    pub window_open_until: Option<String>,
    /// Meta said that the person cannot be reached at present.
    pub unavailable: bool,
    /// Since when the lead is back from an archive and not written to; `null` once they have written or agreed.
    #[schema(format = "date-time")]
    pub dormant_since: Option<String>,
}

impl From<LeadView> for Lead {
    fn from(view: LeadView) -> Self {
        Self {
            id: view.id.to_string(),
            page: view.page.to_string(),
            created_at: text(view.created_at),
            last_inbound_at: view.last_inbound_at.map(text),
            level: view.level,
            promotion_in_force: view.promotion_in_force,
            withdrawn_at: view.withdrawn_at.map(text),
            window_open_until: view.window_open_until.map(text),
            unavailable: view.unavailable,
            dormant_since: view.dormant_since.map(text),
        }
    }
}

/// A lead, opened.
#[derive(Serialize, ToSchema)]
pub struct LeadWithEvidence {
    #[serde(flatten)]
    pub lead: Lead,
    /// What the lead told the bot to be called.
    pub given_name: Option<String>,
    /// The language that the lead writes.
    #[schema(example = "ar")]
    pub language: Option<String>,
    pub consents: Vec<Consent>,
    /// To questions that asked for data.
    pub answers: Vec<LeadAnswer>,
    pub tags: Vec<Tag>,
}

/// What a lead answered to a question that asked for data.
#[derive(Serialize, ToSchema)]
pub struct LeadAnswer {
    pub id: String,
    pub question: String,
    /// `given_name`, `phone`, `email`, `free_text` or `choice`.
    #[schema(example = "phone")]
    pub kind: &'static str,
    /// Why it was asked, as the lead was told.
    pub purpose: String,
    #[schema(format = "date-time")]
    pub answered_at: String,
    /// `null`: the lead has not permitted to show it, or has withdrawn that.
    pub value: Option<String>,
    pub permissions: Vec<Permission>,
}

/// What may be done with an answer.
#[derive(Serialize, ToSchema)]
pub struct Permission {
    /// `store`, `show`, `message` or `share`.
    #[schema(example = "show")]
    pub what: &'static str,
    #[schema(format = "date-time")]
    pub given_at: Option<String>,
    #[schema(format = "date-time")]
    pub withdrawn_at: Option<String>,
    pub in_force: bool,
}

impl From<AnswerView> for LeadAnswer {
    fn from(view: AnswerView) -> Self {
        let permission = |p: PermissionView| Permission {
            what: p.what,
            given_at: p.given_at.map(text),
            withdrawn_at: p.withdrawn_at.map(text),
            in_force: p.in_force,
        };
        Self {
            id: view.id.to_string(),
            question: view.question,
            kind: view.kind,
            purpose: view.purpose,
            answered_at: text(view.answered_at),
            value: view.value,
            permissions: view.permissions.into_iter().map(permission).collect(),
        }
    }
}

/// A word that the account puts on its leads.
#[derive(Serialize, ToSchema)]
pub struct Tag {
    #[schema(example = "tag_019ab2c3d4e57f00a1b2c3d4e5f60718")]
    pub id: String,
    pub name: String,
}

impl From<TagView> for Tag {
    fn from(view: TagView) -> Self {
        Self { id: view.id.to_string(), name: view.name }
    }
}

/// An opt-in or a withdrawal.
#[derive(Serialize, ToSchema)]
pub struct Consent {
    #[schema(example = "con_019ab2c3d4e57f00a1b2c3d4e5f60718")]
    pub id: String,
    /// `opt_in` or `withdrawal`.
    #[schema(example = "opt_in")]
    pub kind: &'static str,
    /// `promotion`, `utility`, `conversation` or `all`.
    #[schema(example = "promotion")]
    pub purpose: &'static str,
    /// The evidence level of an opt-in, the way of a withdrawal.
    #[schema(example = "confirmed")]
    pub how: &'static str,
    #[schema(format = "date-time")]
    pub happened_at: String,
    #[schema(format = "date-time")]
    pub recorded_at: String,
    /// Its leaf in the log; `null` until the next checkpoint.
    pub leaf_index: Option<u64>,
}

impl From<ConsentView> for Consent {
    fn from(view: ConsentView) -> Self {
        Self {
            id: view.id.to_string(),
            kind: view.kind,
            purpose: view.purpose,
            how: view.how,
            happened_at: text(view.happened_at),
            recorded_at: text(view.recorded_at),
            leaf_index: view.leaf_index,
        }
    }
}

impl From<LeadDetail> for LeadWithEvidence {
    fn from(view: LeadDetail) -> Self {
        Self {
            lead: view.lead.into(),
            given_name: view.given_name,
            language: view.language,
            consents: view.consents.into_iter().map(Consent::from).collect(),
            answers: view.answers.into_iter().map(LeadAnswer::from).collect(),
            tags: view.tags.into_iter().map(Tag::from).collect(),
        }
    }
}

/// An erasure, done or under way.
#[derive(Serialize, ToSchema)]
pub struct Erasure {
    #[schema(example = "era_019ab2c3d4e57f00a1b2c3d4e5f60718")]
    pub id: String,
    /// For the public page `/erasure/{code}`.
    pub code: String,
    /// What the log says of it, in hexadecimal.
    pub tag: String,
    #[schema(format = "date-time")]
    pub requested_at: String,
    /// `null` while it is under way.
    #[schema(format = "date-time")]
    pub finished_at: Option<String>,
    /// The public page.
    pub status_url: String,
}

impl Erasure {
    pub fn new(view: ErasureView, public_url: &str) -> Self {
        Self {
            id: view.id.to_string(),
            status_url: format!("{public_url}/erasure/{}", view.code),
            code: view.code,
            tag: view.tag,
            requested_at: text(view.requested_at),
            finished_at: view.finished_at.map(text),
        }
    }
}

/// What a broadcast is for. Consent to one is no consent to the other.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    Promotion,
    Utility,
}

impl From<Purpose> for model::consent::Purpose {
    fn from(purpose: Purpose) -> Self {
        match purpose {
            Purpose::Promotion => Self::Promotion,
            Purpose::Utility => Self::Utility,
        }
    }
}

impl From<model::consent::Purpose> for Purpose {
    fn from(purpose: model::consent::Purpose) -> Self {
        match purpose {
            model::consent::Purpose::Promotion => Self::Promotion,
            model::consent::Purpose::Utility => Self::Utility,
        }
    }
}

/// A button under the text. The unsubscribe button is added by itself.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", tag = "type", deny_unknown_fields)]
pub enum Button {
    /// Opens a web page; `url` begins with `https://`.
    Url { title: String, url: String },
    /// Comes back to the bot as an event.
    Postback { title: String, payload: String },
}

impl From<Button> for model::outgoing::Button {
    fn from(button: Button) -> Self {
        match button {
            Button::Url { title, url } => Self::Url { title, url },
            Button::Postback { title, payload } => Self::Postback { title, payload },
        }
    }
}

impl From<model::outgoing::Button> for Button {
    fn from(button: model::outgoing::Button) -> Self {
        match button {
            model::outgoing::Button::Url { title, url } => Self::Url { title, url },
            model::outgoing::Button::Postback { title, payload } => Self::Postback { title, payload },
        }
    }
}

/// A utility template that Meta has approved, and what fills it.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Template {
    pub name: String,
    #[schema(example = "en_US")]
    pub language: String,
    #[serde(default)]
    pub parameters: Vec<String>,
}

impl From<Template> for model::outgoing::Template {
    fn from(Template { name, language, parameters }: Template) -> Self {
        Self { name, language, parameters }
    }
}

impl From<model::outgoing::Template> for Template {
    fn from(model::outgoing::Template { name, language, parameters }: model::outgoing::Template) -> Self {
        Self { name, language, parameters }
    }
}

/// Which of the pages' leads. All that is said must fit; consent is asked besides.
#[derive(Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Filter {
    /// `tag_…`: leads who bear one of these.
    pub tags: Vec<String>,
    /// `started`, `informed` or `confirmed`: leads whose evidence in force is at least that.
    #[schema(example = "confirmed")]
    pub level: Option<String>,
    /// Leads who write this language.
    #[schema(example = "ar")]
    pub language: Option<String>,
}

impl From<model::outgoing::Filter> for Filter {
    fn from(filter: model::outgoing::Filter) -> Self {
        Self {
            tags: filter.tags.iter().map(ToString::to_string).collect(),
            level: filter.level.map(|level| level.code().to_owned()),
            language: filter.language,
        }
    }
}

/// A broadcast to be composed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BroadcastForm {
    pub purpose: Purpose,
    /// `{name|friend}` stands for the name that the lead gave, or for `friend`. Empty for utility.
    #[serde(default)]
    #[schema(example = "Hello {name|friend}, our autumn sale begins today.")]
    pub text: String,
    /// At most two; the third place belongs to the unsubscribe button.
    #[serde(default)]
    pub buttons: Vec<Button>,
    /// An https address of a picture. It goes with the text and the buttons as one card, whose text has
    /// a first line and a rest of at most 80 characters each.
    #[serde(default)]
    pub image: Option<String>,
    /// For utility messages. Its parameters may hold `{name|friend}` too.
    #[serde(default)]
    pub template: Option<Template>,
    /// All leads of the pages when left out.
    #[serde(default)]
    pub filter: Option<Filter>,
    /// The pages whose leads get it; all of the account when left out.
    #[serde(default)]
    pub pages: Option<Vec<String>>,
    /// RFC 3339. A lead whose window is closed gets it when they next write, until then.
    #[serde(default)]
    #[schema(format = "date-time")]
    pub open_until: Option<String>,
}

/// A broadcast.
#[derive(Serialize, ToSchema)]
pub struct Broadcast {
    #[schema(example = "brd_019ab2c3d4e57f00a1b2c3d4e5f60718")]
    pub id: String,
    pub purpose: Purpose,
    /// `draft`, `scheduled`, `sending`, `paused`, `finished` or `cancelled`.
    #[schema(example = "sending")]
    pub state: &'static str,
    pub pages: Vec<String>,
    #[schema(format = "date-time")]
    pub open_until: Option<String>,
    /// When it is sent by itself.
    #[schema(format = "date-time")]
    pub send_at: Option<String>,
    /// The same as the clocks there show it.
    #[schema(example = "2026-12-24T18:00:00+00:00[Europe/Dublin]")]
    pub send_local: Option<String>,
    #[schema(example = "Europe/Dublin")]
    pub zone: Option<String>,
    #[schema(format = "date-time")]
    pub created_at: String,
    #[schema(format = "date-time")]
    pub started_at: Option<String>,
    #[schema(format = "date-time")]
    pub finished_at: Option<String>,
    pub text: String,
    pub image: Option<String>,
    pub buttons: Vec<Button>,
    pub template: Option<Template>,
    pub filter: Option<Filter>,
    /// Deliveries by state.
    pub counts: BTreeMap<String, u64>,
    /// Deliveries that have a reason, by `state/reason`.
    pub reasons: BTreeMap<String, u64>,
}

impl From<BroadcastView> for Broadcast {
    fn from(view: BroadcastView) -> Self {
        Self {
            id: view.id.to_string(),
            purpose: view.purpose.into(),
            state: view.state.code(),
            pages: view.pages.iter().map(ToString::to_string).collect(),
            open_until: view.open_until.map(text),
            send_at: view.send_at.map(text),
            send_local: view.send_local,
            zone: view.zone,
            created_at: text(view.created_at),
            started_at: view.started_at.map(text),
            finished_at: view.finished_at.map(text),
            text: view.text,
            image: view.image,
            filter: view.filter.map(Filter::from),
            buttons: view.buttons.into_iter().map(Button::from).collect(),
            template: view.template.map(Template::from),
            counts: view.counts,
            reasons: view.reasons,
        }
    }
}

/// Who would get a broadcast if it were sent now.
#[derive(Serialize, ToSchema)]
pub struct Preview {
    pub will_get: u64,
    pub will_not_get: Vec<WillNotGet>,
    /// Leads of the pages whom the filter leaves out.
    pub left_out: u64,
    pub example: Example,
}

/// How many would not get it, and why.
#[derive(Serialize, ToSchema)]
pub struct WillNotGet {
    #[schema(example = "window_closed")]
    pub reason: String,
    pub leads: u64,
    /// The reason as a sentence, in the language of `Accept-Language`.
    pub sentence: Option<String>,
}

/// The message as a lead who gave no name would see it, with its way to unsubscribe.
#[derive(Serialize, ToSchema)]
pub struct Example {
    pub text: String,
    pub image: Option<String>,
    pub buttons: Vec<Button>,
    pub template: Option<Template>,
}

impl Preview {
    pub fn new(view: actions::PreviewView, language: Language) -> Self {
        let why = view.will_not_get.into_iter().map(|(reason, leads)| WillNotGet {
            sentence: refusal_sentence(&reason, language),
            reason,
            leads,
        });
        Self {
            will_get: view.will_get,
            will_not_get: why.collect(),
            left_out: view.left_out,
            example: Example {
                text: view.example.text,
                image: view.example.image,
                buttons: view.example.buttons.into_iter().map(Button::from).collect(),
                template: view.example.template.map(Template::from),
            },
        }
    }
}

/// What became of a broadcast for one lead.
#[derive(Serialize, ToSchema)]
pub struct Delivery {
    pub lead: String,
    pub page: String,
    /// `planned`, `sending`, `sent`, `refused`, `failed` or `unknown`.
    #[schema(example = "refused")]
    pub state: &'static str,
    /// The gate's reason, or Meta's code.
    #[schema(example = "withdrawn")]
    pub reason: Option<String>,
    /// The state, and the gate's reason where there is one, in the language of `Accept-Language`.
    pub sentence: String,
    pub attempts: i64,
    #[schema(format = "date-time")]
    pub changed_at: String,
}

impl Delivery {
    pub fn new(view: DeliveryView, language: Language) -> Self {
        let refused = view.reason.as_deref().filter(|_| view.state == DeliveryState::Refused);
        let answered = matches!(view.state, DeliveryState::Failed | DeliveryState::Unknown);
        let why = match refused {
            Some(reason) => refusal_sentence(reason, language),
            None => view.reason.as_deref().filter(|_| answered).map(|code| reason(language, code)),
        };
        Self {
            lead: view.lead.to_string(),
            page: view.page.to_string(),
            state: view.state.code(),
            sentence: why.unwrap_or_else(|| language.say(&format!("delivery-{}", view.state.code()))),
            reason: view.reason,
            attempts: view.attempts,
            changed_at: text(view.changed_at),
        }
    }
}

fn refusal_sentence(code: &str, language: Language) -> Option<String> {
    language.find(&format!("refusal-{}", Refusal::from_code(code)?.code()), None)
}
