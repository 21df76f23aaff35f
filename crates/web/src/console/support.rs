//! `/admin/support`: access for support, granted to one helper, for named things and a time; what the helper did; its end
//! and the summary (claim R5).
//!
//! Invariant: a code stands on exactly one page, the answer to the POST that made it.

use super::fields::Fields;
use super::words::{count, number, short, time};
use super::{ConfirmPage, Desk, ROWS, Section, Shell, see};
use crate::api::{Id, Query, file, next};
use crate::language::Language;
use crate::page;
use crate::problem::Problem;
use crate::reader::Reader;
use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use engine::EngineError;
use engine::actions::support::{self as actions, Person, Wanted};
use engine::views::support::{self as views, ActView, GrantView};
use model::id::{SupportActId, SupportGrantId};
use model::support::{Act, Scope};
use model::time::Span;
use serde::Deserialize;

pub const HOME: &str = "/admin/support";
/// For how many hours a grant may be made.
const HOURS: [i64; 5] = [1, 4, 8, 24, 72];

pub struct Row {
    pub href: String,
    pub helper: String,
    /// Its kind and word.
    pub state: (&'static str, String),
    pub opens: Vec<String>,
    pub ends_at: String,
}

/// A choice of several.
pub struct Tick {
    pub code: &'static str,
    pub label: String,
    pub is_chosen: bool,
}

#[derive(Default)]
pub struct Typed {
    pub helper: String,
    pub purpose: String,
    pub scopes: Vec<Scope>,
    pub hours: i64,
    /// The Fluent id of what was wrong.
    pub wrong: Option<&'static str>,
}

#[derive(Template)]
#[template(path = "console/support.html")]
pub struct SupportPage<'a> {
    pub frame: Shell<'a>,
    pub rows: Vec<Row>,
    pub next: Option<String>,
    pub is_proved: bool,
    pub typed: Typed,
    pub scopes: Vec<Tick>,
    /// Hours, and how they are said.
    pub lasts: Vec<(i64, String)>,
}

/// Something the helper did.
pub struct Line {
    pub at: String,
    pub what: String,
    /// Which page or token, or what was called.
    pub about: String,
    /// Whom it was about, as the console shows them elsewhere, and their page there, if admins have one.
    pub who: Option<(String, String)>,
    pub reason: String,
}

#[derive(Template)]
#[template(path = "console/support_grant.html")]
pub struct GrantPage<'a> {
    pub frame: Shell<'a>,
    pub id: String,
    pub helper: String,
    pub purpose: String,
    pub state: (&'static str, String),
    pub is_open: bool,
    pub is_own: bool,
    pub has_entered: bool,
    /// Each with its label.
    pub facts: Vec<(String, String)>,
    /// The new code, and where it is given in.
    pub code: Option<String>,
    pub address: String,
    pub has_summary: bool,
    pub lines: Vec<Line>,
    pub next: Option<String>,
}

fn state(language: Language, grant: &GrantView) -> (&'static str, String) {
    let (kind, word) = match (grant.is_open, grant.ended_by, grant.is_inside) {
        (true, _, true) => ("warn", "inside".to_owned()),
        (true, _, false) => ("info", "waiting".to_owned()),
        (false, Some(by), _) => ("", format!("ended-{}", by.code())),
        // Its time is over, and the program is about to end it.
        (false, None, _) => ("", "ended-time".to_owned()),
    };
    (kind, language.say(&format!("support-state-{word}")))
}

pub fn scope_word(language: Language, scope: Scope) -> String {
    language.say(&format!("support-scope-{}", scope.code()))
}

fn opens(language: Language, grant: &GrantView) -> Vec<String> {
    grant.scopes.iter().map(|scope| scope_word(language, *scope)).collect()
}

impl Row {
    pub fn new(reader: Reader, grant: &GrantView) -> Self {
        Self {
            href: format!("{HOME}/{}", grant.id),
            helper: grant.helper.clone(),
            state: state(reader.language, grant),
            opens: opens(reader.language, grant),
            ends_at: time(reader, grant.ended_at.unwrap_or(grant.ends_at)),
        }
    }
}

impl<'a> SupportPage<'a> {
    pub fn new(frame: Shell<'a>, grants: &[GrantView], is_proved: bool, typed: Typed) -> Self {
        let language = frame.language;
        let tick = |scope: Scope| Tick {
            code: scope.code(),
            label: scope_word(language, scope),
            is_chosen: typed.scopes.contains(&scope),
        };
        let hours = |hours: i64| (hours, count(language, "support-hours", u64::try_from(hours).unwrap_or(0)));
        Self {
            rows: grants.iter().map(|grant| Row::new(frame.reader(), grant)).collect(),
            next: next(grants, ROWS, |grant| grant.id),
            is_proved,
            scopes: Scope::ALL.map(tick).into(),
            lasts: HOURS.map(hours).into(),
            typed,
            frame,
        }
    }
}

impl Line {
    pub fn new(reader: Reader, act: &ActView) -> Self {
        let language = reader.language;
        let about = match act.kind {
            _ if act.is_erased => language.say("audit-erased"),
            // So are lines of a kind that only another version writes.
            _ if act.what.is_empty() => String::new(),
            Act::Looked => language.say(&format!("support-page-{}", act.what)),
            Act::Called => act.what.clone(),
            _ => short(&act.what),
        };
        let who = act.about.map(|person| match person {
            Person::Account(id) => (short(&id), format!("/admin/accounts/{id}")),
            Person::Lead(id) => (short(&id), String::new()),
        });
        Self {
            at: time(reader, act.at),
            what: language.say(&format!("support-act-{}", act.kind.code())),
            about,
            who,
            reason: act.reason.clone(),
        }
    }
}

impl<'a> GrantPage<'a> {
    pub fn new(frame: Shell<'a>, public_url: &str, grant: &GrantView, acts: &[ActView]) -> Self {
        let (language, reader) = (frame.language, frame.reader());
        let mut facts = vec![
            (language.say("support-opens"), opens(language, grant).join(" · ")),
            (language.say("support-made"), time(reader, grant.made_at)),
            (language.say("support-ends"), time(reader, grant.ends_at)),
        ];
        if let Some(at) = grant.entered_at {
            facts.push((language.say("support-entered"), time(reader, at)));
        }
        if let Some(at) = grant.ended_at {
            facts.push((language.say("support-ended"), time(reader, at)));
        }
        facts.push((language.say("support-looks"), number(grant.looks)));
        facts.push((language.say("support-people"), number(grant.people)));
        Self {
            id: grant.id.to_string(),
            helper: grant.helper.clone(),
            purpose: grant.purpose.clone(),
            state: state(language, grant),
            is_open: grant.is_open,
            is_own: grant.is_own,
            has_entered: grant.entered_at.is_some(),
            facts,
            code: None,
            address: format!("{public_url}/support"),
            has_summary: grant.ended_at.is_some(),
            lines: acts.iter().map(|act| Line::new(reader, act)).collect(),
            next: next(acts, ROWS, |act| act.id),
            frame,
        }
    }
}

/// Where a list goes on.
#[derive(Deserialize, Default)]
pub struct Cursor<T> {
    before: Option<T>,
}

async fn list_page(
    desk: &Desk,
    before: Option<SupportGrantId>,
    typed: Typed,
    status: StatusCode,
) -> Result<Response, Problem> {
    let grants = views::list(desk.engine(), &desk.actor, before, ROWS).await?;
    let frame = desk.shell(Section::Support)?;
    Ok(page::html_with(status, &SupportPage::new(frame, &grants, desk.session.is_proved, typed)))
}

/// `GET /admin/support`
pub async fn list(desk: Desk, Query(cursor): Query<Cursor<SupportGrantId>>) -> Result<Response, Problem> {
    list_page(&desk, cursor.before, Typed { hours: 4, ..Typed::default() }, StatusCode::OK).await
}

async fn grant_page(
    desk: &Desk,
    id: SupportGrantId,
    before: Option<SupportActId>,
    code: Option<String>,
) -> Result<Response, Problem> {
    let grant = views::get(desk.engine(), &desk.actor, id).await?;
    let acts = views::acts(desk.engine(), &desk.actor, id, before, ROWS).await?;
    let public_url = &desk.visit.brand.brand.public_url;
    let mut page = GrantPage::new(desk.shell(Section::Support)?, public_url, &grant, &acts);
    page.code = code;
    Ok(page::html(&page))
}

/// `POST /admin/support`: to the grant's page, where its code is made.
pub async fn grant(desk: Desk, fields: Fields) -> Result<Response, Problem> {
    let scopes: Vec<Scope> = fields.all("scope").filter_map(Scope::from_code).collect();
    let hours = fields.get("hours").parse().unwrap_or(0);
    let wanted = Wanted {
        helper: fields.get("helper").to_owned(),
        purpose: fields.get("purpose").to_owned(),
        scopes: scopes.clone(),
        lasts: Span::hours(hours),
    };
    let wrong = match actions::grant(desk.engine(), &desk.actor, &wanted).await {
        // The code is made on its page: who loads this answer again must not give access again.
        Ok((id, _)) => return Ok(see(&format!("{HOME}/{id}"), "support-granted")),
        Err(EngineError::Invalid { field: "helper", .. }) => "support-wrong-helper",
        Err(EngineError::Invalid { field: "purpose", .. }) => "support-wrong-purpose",
        Err(EngineError::Invalid { field: "scopes", .. }) => "support-wrong-scopes",
        Err(EngineError::Invalid { field: "lasts", .. }) => "support-wrong-hours",
        Err(EngineError::Conflict(_)) => "support-wrong-many",
        Err(error) => return Err(error.into()),
    };
    let typed = Typed { helper: wanted.helper, purpose: wanted.purpose, scopes, hours, wrong: Some(wrong) };
    list_page(&desk, None, typed, StatusCode::UNPROCESSABLE_ENTITY).await
}

/// `GET /admin/support/{id}`
pub async fn show(
    desk: Desk,
    Id(id): Id<SupportGrantId>,
    Query(cursor): Query<Cursor<SupportActId>>,
) -> Result<Response, Problem> {
    grant_page(&desk, id, cursor.before, None).await
}

/// `POST /admin/support/{id}/code`: another code; whoever came in by the one before is out.
pub async fn renew(desk: Desk, Id(id): Id<SupportGrantId>) -> Result<Response, Problem> {
    views::get(desk.engine(), &desk.actor, id).await?;
    match actions::renew(desk.engine(), &desk.actor, id).await {
        Ok(code) => grant_page(&desk, id, None, Some(code.reveal().clone())).await,
        // It has ended meanwhile, which its page says.
        Err(EngineError::NotFound(_)) => Ok(see(&format!("{HOME}/{id}"), "changed")),
        Err(error) => Err(error.into()),
    }
}

pub fn end_question<'a>(frame: Shell<'a>, of: &GrantView) -> ConfirmPage<'a> {
    let language = frame.language;
    ConfirmPage {
        title: language.say_with("support-end-title", "helper", &of.helper),
        back: (format!("{HOME}/{}", of.id), language.say("support-title")),
        sentences: vec![language.say("support-end-what"), language.say("support-end-secrets")],
        button: language.say("support-end-button"),
        is_dangerous: false,
        frame,
    }
}

/// `GET /admin/support/{id}/end`: asks.
pub async fn ask_end(desk: Desk, Id(id): Id<SupportGrantId>) -> Result<Response, Problem> {
    let grant = views::get(desk.engine(), &desk.actor, id).await?;
    if !grant.is_open {
        return Ok(see(&format!("{HOME}/{id}"), ""));
    }
    Ok(page::html(&end_question(desk.shell(Section::Support)?, &grant)))
}

/// `POST /admin/support/{id}/end`
pub async fn end(desk: Desk, Id(id): Id<SupportGrantId>) -> Result<Response, Problem> {
    actions::end(desk.engine(), &desk.actor, id).await?;
    Ok(see(&format!("{HOME}/{id}"), "support-ended"))
}

/// `GET /admin/support/{id}/summary`: what the log holds of it, as a file that is checked without this server.
pub async fn summary(desk: Desk, Id(id): Id<SupportGrantId>) -> Result<Response, Problem> {
    match views::summary_file(desk.engine(), &desk.actor, id).await {
        Ok(proof) => Ok(file("support.json", proof)),
        Err(EngineError::NotYet(_)) => Ok(see(&format!("{HOME}/{id}"), "support-waits")),
        Err(error) => Err(error.into()),
    }
}
