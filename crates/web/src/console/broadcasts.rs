//! `/app/broadcasts`: the list, one broadcast with its progress, and its steps. Sending and
//! cancelling ask first; sending shows who will get it and who not.
//!
//! Invariant: a step that no longer fits the state changes nothing and says so.

use super::chart::{self, Chart};
use super::compose::Sketch;
use super::dashboard::label;
use super::fields::Fields;
use super::words::{count, number, time};
use super::{ConfirmPage, Desk, ROWS, Section, Shell, see};
use crate::api::{Id, Query, next};
use crate::assets::digest;
use crate::language::Language;
use crate::page;
use crate::problem::Problem;
use crate::reader::Reader;
use askama::Template;
use axum::http::{HeaderName, HeaderValue};
use axum::response::Response;
use engine::actions::broadcasts::{ExampleView, PreviewView};
use engine::views::broadcasts::BroadcastView;
use engine::{EngineError, actions, views};
use model::broadcast::{BroadcastState, Step};
use model::consent::Purpose;
use model::id::{BroadcastId, PageId};
use model::outgoing::Filter;
use serde::Deserialize;

/// Tells htmx to load a page in the place of this one.
const REDIRECT: HeaderName = HeaderName::from_static("hx-redirect");

pub struct State {
    pub kind: &'static str,
    pub word: String,
}

pub struct Row {
    pub href: String,
    pub label: String,
    pub state: State,
    pub purpose: String,
    pub sent: String,
    pub not_sent: String,
    pub created_at: String,
}

#[derive(Template)]
#[template(path = "console/broadcasts.html")]
pub struct BroadcastsPage<'a> {
    pub frame: Shell<'a>,
    pub rows: Vec<Row>,
    pub next: Option<String>,
}

/// How many, and why.
pub struct Reason {
    pub leads: String,
    pub sentence: String,
}

/// The part that is asked for anew while it is being sent.
pub struct Progress {
    pub id: String,
    pub is_moving: bool,
    pub state: State,
    pub chart: Chart,
    pub figures: Vec<(String, String)>,
}

#[derive(Template)]
#[template(path = "console/progress.html")]
pub struct ProgressPart<'a> {
    pub frame: Shell<'a>,
    pub progress: Progress,
}

/// A step that the broadcast can take now.
pub struct StepButton {
    pub path: String,
    pub label: String,
    pub class: &'static str,
    /// Whether a page asks first; then it is a link.
    pub asks: bool,
}

#[derive(Template)]
#[template(path = "console/broadcast.html")]
pub struct BroadcastPage<'a> {
    pub frame: Shell<'a>,
    pub id: String,
    pub label: String,
    pub purpose: String,
    pub pages: Vec<String>,
    pub created_at: String,
    pub started_at: Option<String>,
    pub finished_at: Option<String>,
    pub open_until: Option<String>,
    /// With its zone: when it is sent by itself.
    pub send_at: Option<String>,
    /// To whom alone it goes, in words.
    pub filter: Vec<String>,
    pub is_draft: bool,
    pub is_scheduled: bool,
    pub steps: Vec<StepButton>,
    pub progress: Progress,
    pub sketch: Sketch,
    pub reasons: Vec<Reason>,
    /// A sentence about deliveries whose outcome is not known.
    pub unknown: Option<String>,
}

/// Why nobody would get it, and where that can be mended.
pub struct Nobody {
    pub sentence: String,
    pub href: &'static str,
    pub action: String,
}

impl Nobody {
    /// `None`: somebody gets it, now or when they write.
    fn of(language: Language, view: &BroadcastView, preview: &PreviewView) -> Option<Self> {
        let refused = |reason: &str| preview.will_not_get.contains_key(reason);
        if preview.will_get > 0 || (view.open_until.is_some() && refused("window_closed")) {
            return None;
        }
        let (id, href, action) = if refused("subscription_ended") {
            ("send-nobody-subscription", "/account/plan", "dashboard-look-at-plan")
        } else if refused("quota_exhausted") || refused("leads_limit") {
            ("send-nobody-plan", "/account/plan", "dashboard-look-at-plan")
        } else if preview.will_not_get.is_empty() && preview.left_out == 0 {
            ("send-nobody-leads", "/app/pages", "send-nobody-look-pages")
        } else if preview.will_not_get.is_empty() {
            ("send-nobody-filter", "/app/leads", "send-nobody-look-leads")
        } else if preview.will_not_get.keys().all(|reason| is_consent(reason)) {
            ("send-nobody-consent", "/app/leads", "send-nobody-look-leads")
        } else {
            ("send-nobody-other", "/app/leads", "send-nobody-look-leads")
        };
        Some(Self { sentence: language.say(id), href, action: language.say(action) })
    }
}

/// Whether it is about what somebody agreed to.
fn is_consent(reason: &str) -> bool {
    matches!(reason, "no_consent" | "evidence_too_weak" | "withdrawn")
}

/// Who will get it and who not, before it is sent.
#[derive(Template)]
#[template(path = "console/send.html")]
pub struct SendPage<'a> {
    pub frame: Shell<'a>,
    pub id: String,
    /// What of it was looked at, to be sent as such.
    pub seen: String,
    pub will_get: u64,
    pub will_not_get: String,
    /// Whom the filter leaves out, if there is one.
    pub left_out: Option<String>,
    pub reasons: Vec<Reason>,
    pub open_until: Option<String>,
    pub nobody: Option<Nobody>,
    pub sketch: Sketch,
}

#[derive(Deserialize)]
pub struct Cursor {
    before: Option<BroadcastId>,
}

pub fn state(language: Language, state: BroadcastState) -> State {
    let kind = match state {
        BroadcastState::Draft => "",
        BroadcastState::Sending | BroadcastState::Scheduled => "info",
        BroadcastState::Paused => "warn",
        BroadcastState::Finished => "good",
        BroadcastState::Cancelled => "bad",
    };
    State { kind, word: language.say(&format!("broadcasts-state-{}", state.code())) }
}

pub(super) fn purpose(language: Language, purpose: Purpose) -> String {
    language.say(&format!("broadcasts-purpose-{}", purpose.code()))
}

/// The gate's reasons in words, the most frequent first.
pub fn reasons<'r>(
    language: Language,
    reasons: impl IntoIterator<Item = (&'r String, &'r u64)>,
) -> Vec<Reason> {
    let mut counted: Vec<(&String, &u64)> = reasons.into_iter().collect();
    counted.sort_by(|one, other| other.1.cmp(one.1).then_with(|| one.0.cmp(other.0)));
    counted
        .into_iter()
        .map(|(reason, leads)| Reason {
            leads: number(*leads),
            sentence: super::deliveries::reason(language, reason),
        })
        .collect()
}

/// Why a broadcast did not reach whom it did not reach.
pub fn missed(language: Language, view: &BroadcastView) -> Vec<Reason> {
    let of_state = |state: &'static str| {
        view.reasons.iter().filter_map(move |(name, leads)| {
            Some((name.strip_prefix(state)?.trim_start_matches('/').to_owned(), *leads))
        })
    };
    let refused: Vec<(String, u64)> = of_state("refused").chain(of_state("failed")).collect();
    reasons(language, refused.iter().map(|(reason, leads)| (reason, leads)))
}

impl Row {
    pub fn new(reader: Reader, view: &BroadcastView) -> Self {
        let language = reader.language;
        let [sent, waiting, unknown, failed, refused] = chart::parts_of(&view.counts);
        let is_draft = view.state == BroadcastState::Draft;
        let shown = |value: u64| if is_draft { "–".to_owned() } else { number(value) };
        Self {
            href: format!("/app/broadcasts/{}", view.id),
            label: label(language, view),
            state: state(language, view.state),
            purpose: purpose(language, view.purpose),
            sent: shown(sent),
            not_sent: shown(waiting + unknown + failed + refused),
            created_at: time(reader, view.created_at),
        }
    }
}

/// `GET /app/broadcasts`
pub async fn list(desk: Desk, Query(cursor): Query<Cursor>) -> Result<Response, Problem> {
    let found = views::broadcasts::newest(desk.engine(), &desk.actor, cursor.before, ROWS).await?;
    let next = next(&found, ROWS, |broadcast| broadcast.id);
    let rows = found.iter().map(|view| Row::new(desk.reader(), view)).collect();
    Ok(page::html(&BroadcastsPage { frame: desk.shell(Section::Broadcasts)?, rows, next }))
}

impl Progress {
    pub fn new(language: Language, view: &BroadcastView) -> Self {
        let values = chart::parts_of(&view.counts);
        let figures = chart::PARTS
            .iter()
            .zip(values)
            .map(|((_, id, _), value)| (language.say(id), number(value)))
            .collect();
        let row = (language.say("broadcasts-progress-bar"), String::new(), &view.counts);
        Self {
            id: view.id.to_string(),
            is_moving: view.state == BroadcastState::Sending,
            state: state(language, view.state),
            chart: chart::deliveries(language, vec![row]),
            figures,
        }
    }
}

/// What a filter asks for, but for its tags, whose names lie elsewhere.
fn filter_words(language: Language, filter: &Filter) -> Vec<String> {
    let level = filter.level.map(|level| language.say(&format!("compose-level-{}", level.code())));
    let written = filter.language.as_deref().map(|code| {
        Language::from_tag(code).map_or_else(|| code.to_owned(), |known| known.say("language-name"))
    });
    level.into_iter().chain(written).collect()
}

/// Whether there may be somebody to send it to again.
fn has_missed(view: &BroadcastView) -> bool {
    ["failed", "unknown"].iter().any(|state| view.counts.get(*state).is_some_and(|leads| *leads > 0))
}

fn steps(language: Language, view: &BroadcastView) -> Vec<StepButton> {
    let step = |name: &str, class: &'static str, asks: bool| StepButton {
        path: format!("/app/broadcasts/{}/{name}", view.id),
        label: language.say(&format!("broadcasts-step-{name}")),
        class,
        asks,
    };
    let cancel = || step("cancel", "e-danger-quiet", true);
    let moves =
        StepButton { label: language.say("broadcasts-step-move"), ..step("schedule", "e-plain", true) };
    let like =
        StepButton { path: format!("/app/broadcasts/new?like={}", view.id), ..step("like", "e-plain", true) };
    match view.state {
        BroadcastState::Draft => vec![
            cancel(),
            step("edit", "e-plain", true),
            step("schedule", "e-plain", true),
            step("send", "btn-primary", true),
        ],
        BroadcastState::Sending => vec![cancel(), step("pause", "e-plain", false)],
        BroadcastState::Paused => vec![cancel(), step("resume", "btn-primary", false)],
        BroadcastState::Scheduled => {
            vec![cancel(), step("unschedule", "e-plain", false), moves]
        }
        BroadcastState::Finished if has_missed(view) => vec![step("again", "e-plain", true), like],
        BroadcastState::Finished | BroadcastState::Cancelled => vec![like],
    }
}

impl<'a> BroadcastPage<'a> {
    pub fn new(frame: Shell<'a>, view: BroadcastView, pages: &[(PageId, String)]) -> Self {
        let (language, reader) = (frame.language, frame.reader());
        let own = |id: &PageId| pages.iter().find(|(own, _)| own == id).map(|(_, name)| name.clone());
        let unknown = view.counts.get("unknown").copied().filter(|count| *count > 0);
        let progress = Progress::new(language, &view);
        let steps = steps(language, &view);
        Self {
            id: view.id.to_string(),
            label: label(language, &view),
            purpose: purpose(language, view.purpose),
            pages: view.pages.iter().filter_map(own).collect(),
            created_at: time(reader, view.created_at),
            started_at: view.started_at.map(|at| time(reader, at)),
            finished_at: view.finished_at.map(|at| time(reader, at)),
            open_until: view.open_until.map(|at| time(reader, at)),
            send_at: super::timed::send_at(language, &view),
            filter: view.filter.as_ref().map(|filter| filter_words(language, filter)).unwrap_or_default(),
            is_draft: view.state == BroadcastState::Draft,
            is_scheduled: view.state == BroadcastState::Scheduled,
            steps,
            progress,
            reasons: missed(language, &view),
            unknown: unknown.map(|number| count(language, "broadcasts-unknown", number)),
            sketch: Sketch::of(
                ExampleView {
                    text: view.text,
                    image: view.image,
                    buttons: view.buttons,
                    template: view.template,
                },
                String::new(),
            ),
            frame,
        }
    }
}

/// `GET /app/broadcasts/{id}`
pub async fn show(desk: Desk, Id(id): Id<BroadcastId>) -> Result<Response, Problem> {
    let view = views::broadcasts::get(desk.engine(), &desk.actor, id).await?;
    let pages = super::leads::page_names(&desk).await?;
    let wanted = view.filter.as_ref().map(|filter| filter.tags.clone()).unwrap_or_default();
    let mut page = BroadcastPage::new(desk.shell(Section::Broadcasts)?, view, &pages);
    if !wanted.is_empty() {
        let tags = views::tags::list(desk.engine(), &desk.actor).await?;
        let name = |id| tags.iter().find(|tag| tag.id == id).map(|tag| tag.name.clone());
        // One that was deleted since finds nobody.
        let gone = || desk.language().say("broadcasts-tag-gone");
        page.filter.extend(wanted.into_iter().map(|id| name(id).unwrap_or_else(gone)));
    }
    if let Some((_, texts)) = desk.visit.brand.brand.texts_for(None) {
        page.sketch.with_way_out(&texts.unsubscribe_button, &texts.unsubscribe_sentence);
    }
    Ok(page::html(&page))
}

/// `GET /app/broadcasts/{id}/progress`: the moving part; once it stands still, the page is loaded
/// anew, without what its address said about the beginning.
pub async fn progress(desk: Desk, Id(id): Id<BroadcastId>) -> Result<Response, Problem> {
    let view = views::broadcasts::get(desk.engine(), &desk.actor, id).await?;
    let progress = Progress::new(desk.language(), &view);
    let has_ended = !progress.is_moving;
    let mut response = page::html(&ProgressPart { frame: desk.shell(Section::Broadcasts)?, progress });
    if has_ended && let Ok(address) = HeaderValue::try_from(format!("/app/broadcasts/{id}")) {
        response.headers_mut().insert(REDIRECT, address);
    }
    Ok(response)
}

/// `GET /app/broadcasts/{id}/send`: who will get it, and the button.
pub async fn ask_send(desk: Desk, Id(id): Id<BroadcastId>) -> Result<Response, Problem> {
    let view = views::broadcasts::get(desk.engine(), &desk.actor, id).await?;
    if view.state != BroadcastState::Draft {
        return Ok(see(&format!("/app/broadcasts/{id}"), "changed"));
    }
    let preview = actions::broadcasts::preview(desk.engine(), &desk.actor, id).await?;
    Ok(page::html(&SendPage::new(desk.shell(Section::Broadcasts)?, &view, preview)))
}

impl<'a> SendPage<'a> {
    pub fn new(frame: Shell<'a>, view: &BroadcastView, preview: PreviewView) -> Self {
        let (language, reader) = (frame.language, frame.reader());
        Self {
            id: view.id.to_string(),
            seen: seen(view),
            nobody: Nobody::of(language, view, &preview),
            will_get: preview.will_get,
            will_not_get: number(preview.will_not_get.values().sum()),
            left_out: (preview.left_out > 0).then(|| number(preview.left_out)),
            reasons: reasons(language, &preview.will_not_get),
            open_until: view.open_until.map(|at| time(reader, at)),
            sketch: Sketch::of(preview.example, String::new()),
            frame,
        }
    }
}

/// Stands for what a draft says and to whom: another tab, or a program, may change it while somebody looks at it.
fn seen(view: &BroadcastView) -> String {
    let said = (&view.text, &view.image, &view.buttons, &view.template);
    let whom = (view.purpose, &view.filter, &view.pages, &view.open_until);
    let all = serde_json::to_vec(&(said, whom)).unwrap_or_default();
    digest(&all)
}

async fn step(desk: Desk, id: BroadcastId, step: Step, done: &str) -> Result<Response, Problem> {
    let back = format!("/app/broadcasts/{id}");
    match actions::broadcasts::step(desk.engine(), &desk.actor, id, step).await {
        Ok(_) => Ok(see(&back, done)),
        Err(EngineError::Step(_) | EngineError::Conflict(_)) => Ok(see(&back, "changed")),
        Err(EngineError::Cancelled) => Ok(see(&back, "subscription-ended")),
        Err(error) => Err(error.into()),
    }
}

/// `POST /app/broadcasts/{id}/send`
pub async fn send(desk: Desk, Id(id): Id<BroadcastId>, fields: Fields) -> Result<Response, Problem> {
    let view = views::broadcasts::get(desk.engine(), &desk.actor, id).await?;
    if fields.has("seen") && fields.get("seen") != seen(&view) {
        return Ok(see(&format!("/app/broadcasts/{id}"), "changed"));
    }
    step(desk, id, Step::Send, "sent").await
}

/// `POST /app/broadcasts/{id}/pause`
pub async fn pause(desk: Desk, Id(id): Id<BroadcastId>) -> Result<Response, Problem> {
    step(desk, id, Step::Pause, "broadcast-paused").await
}

/// `POST /app/broadcasts/{id}/unschedule`
pub async fn unschedule(desk: Desk, Id(id): Id<BroadcastId>) -> Result<Response, Problem> {
    step(desk, id, Step::Unschedule, "broadcast-unscheduled").await
}

/// `POST /app/broadcasts/{id}/resume`
pub async fn resume(desk: Desk, Id(id): Id<BroadcastId>) -> Result<Response, Problem> {
    step(desk, id, Step::Resume, "broadcast-resumed").await
}

pub fn cancel_question<'a>(frame: Shell<'a>, id: &BroadcastId) -> ConfirmPage<'a> {
    let language = frame.language;
    ConfirmPage {
        title: language.say("broadcasts-cancel-title"),
        back: (format!("/app/broadcasts/{id}"), language.say("broadcasts-back-to-it")),
        sentences: vec![language.say("broadcasts-cancel-what")],
        button: language.say("broadcasts-cancel-button"),
        is_dangerous: true,
        frame,
    }
}

/// `GET /app/broadcasts/{id}/cancel`: asks.
pub async fn ask_cancel(desk: Desk, Id(id): Id<BroadcastId>) -> Result<Response, Problem> {
    views::broadcasts::get(desk.engine(), &desk.actor, id).await?;
    Ok(page::html(&cancel_question(desk.shell(Section::Broadcasts)?, &id)))
}

/// `POST /app/broadcasts/{id}/cancel`
pub async fn cancel(desk: Desk, Id(id): Id<BroadcastId>) -> Result<Response, Problem> {
    step(desk, id, Step::Cancel, "cancelled").await
}
