//! `/support`: what somebody sees who helps, by a grant's code, for its time (claim R5): lists that name nobody, single
//! people and a token of the API for a reason, the last characters of the secret for signed calls, and the way out.
//!
//! Invariants: nothing is shown without the secret in a cookie of its own, which ends with the grant; each page that is
//! opened is written down before it is shown, and that is all that a GET here writes; nobody is named but in the answer to
//! the POST that said why.

use crate::account::Guest;
use crate::account::form::{Field, Form, Wrong, show};
use crate::api::{Id, Query, next};
use crate::console::admin_accounts::Row as AccountRow;
use crate::console::broadcasts::{Reason, State, missed, state};
use crate::console::fields::Fields;
use crate::console::leads::{Badge, badges};
use crate::console::program_log::{self, Row as LogRow};
use crate::console::support::scope_word;
use crate::console::words::{number, short, time, time_in};
use crate::console::{ROWS, Shell, see};
use crate::door::Visit;
use crate::language::Language;
use crate::page;
use crate::problem::Problem;
use crate::reader::Reader;
use crate::session;
use askama::Template;
use axum::extract::FromRequestParts;
use axum::http::header::SET_COOKIE;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::Response;
use engine::actions::billing::SecretView;
use engine::actions::support::{self as actions, Helper, Person};
use engine::views::broadcasts::BroadcastView;
use engine::views::leads::{Identity, LeadView};
use engine::views::support::{self as views, GrantView};
use engine::{Engine, EngineError};
use model::id::{AccountId, BroadcastId, LeadId};
use model::support::Scope;
use model::time::{Span, Timestamp};
use serde::Deserialize;

/// Keeps the helper's session in this browser.
pub const COOKIE_NAME: &str = "__Host-support";
const ATTRIBUTES: &str = "Path=/; Secure; HttpOnly; SameSite=Strict";
/// Where the code is given in.
const HOME: &str = "/support";
const DESK: &str = "/support/desk";
const CODE: &str = "support-code";
const REASON: &str = "reason";

/// What the door found of a grant that is open, for the handlers.
#[derive(Clone)]
pub struct OpenGrant {
    pub helper: Helper,
    /// What a form of this session carries in its hidden field.
    pub csrf: String,
}

/// What a handler for helpers works with.
pub struct Aid {
    guest: Guest,
    helper: Helper,
    csrf: String,
}

impl FromRequestParts<crate::App> for Aid {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &crate::App) -> Result<Self, Problem> {
        let open = parts.extensions.get::<OpenGrant>().cloned().ok_or_else(Problem::unauthorized)?;
        let guest = Guest::from_request_parts(parts, app).await?;
        Ok(Self { guest, helper: open.helper, csrf: open.csrf })
    }
}

impl Aid {
    fn engine(&self) -> &Engine {
        self.guest.engine()
    }

    const fn language(&self) -> Language {
        self.guest.language()
    }

    fn frame(&self) -> Result<Shell<'_>, Problem> {
        let mut frame = self.guest.frame()?;
        frame.csrf = &self.csrf;
        Ok(frame)
    }

    /// Of a page that a form may be answered with, and that stands there.
    fn at(&self, address: String) -> Result<Shell<'_>, Problem> {
        let mut frame = self.frame()?;
        frame.stands_at = address;
        Ok(frame)
    }

    fn reader(&self) -> Result<Reader, Problem> {
        Ok(self.frame()?.reader())
    }

    /// Writes down that this page is opened, and about whom; before it is shown.
    async fn look(&self, what: &'static str, about: Option<Person>) -> Result<(), Problem> {
        Ok(actions::look(self.engine(), &self.helper, what, about).await?)
    }
}

fn cookie(secret: &str, until: Timestamp, now: Timestamp) -> Option<HeaderValue> {
    let seconds = until.since(now).0 / Span::secs(1).0;
    HeaderValue::from_str(&format!("{COOKIE_NAME}={secret}; {ATTRIBUTES}; Max-Age={seconds}")).ok()
}

fn forget() -> HeaderValue {
    HeaderValue::from_static("__Host-support=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0")
}

pub fn form(language: Language) -> Form {
    Form::new(language, "support-enter").field(Field::new(language, CODE, "password"))
}

/// No grant is open in this browser: how to come in.
pub fn closed(visit: &Visit) -> Response {
    let frame = visit.shell(crate::console::Section::Account);
    let mut form = form(visit.language);
    HOME.clone_into(&mut form.action);
    form.note = Some(("warn", visit.language.say("support-closed")));
    show(frame, form, StatusCode::NOT_FOUND)
}

/// `GET /support`
pub async fn ask(guest: Guest, headers: HeaderMap) -> Result<Response, Problem> {
    // Who is inside already finds the way back.
    if let Some(secret) = session::named(&headers, COOKIE_NAME)
        && actions::find(guest.engine(), guest.brand(), secret).await?.is_some()
    {
        return Ok(guest.see(DESK, ""));
    }
    let mut form = form(guest.language());
    if guest.asked("done") == "over" {
        form.note = Some(("good", guest.language().say("support-over")));
    }
    Ok(show(guest.frame()?, form, StatusCode::OK))
}

/// `POST /support`
pub async fn enter(guest: Guest, fields: Fields) -> Result<Response, Problem> {
    let language = guest.language();
    let wrong =
        match actions::enter(guest.engine(), guest.brand(), fields.raw(CODE), guest.whence.address).await {
            Ok(Some(secret)) => {
                let found = actions::find(guest.engine(), guest.brand(), secret.reveal()).await?;
                let now = guest.engine().clock().now();
                let cookie = found.and_then(|helper| cookie(secret.reveal(), helper.ends_at, now));
                let mut response = guest.see(DESK, "");
                if let Some(cookie) = cookie {
                    response.headers_mut().append(SET_COOKIE, cookie);
                }
                return Ok(response);
            }
            Ok(None) => Wrong::new(language, CODE, "support-wrong-code"),
            Err(error) => Wrong::of(language, error)?,
        };
    let status = wrong.status;
    Ok(show(guest.frame()?, form(language).wrong(wrong), status))
}

#[derive(Template)]
#[template(path = "support/desk.html")]
pub struct DeskPage<'a> {
    pub frame: Shell<'a>,
    pub helper: String,
    pub purpose: String,
    pub until: String,
    pub opens: Vec<String>,
    /// Address and label of each list.
    pub pages: Vec<(&'static str, String)>,
    /// Whether a token may be made, and the one that was, which is shown this once.
    pub has_token: bool,
    pub token: Option<String>,
    pub wrong: Option<String>,
}

impl<'a> DeskPage<'a> {
    pub fn new(frame: Shell<'a>, grant: &GrantView) -> Self {
        let language = frame.language;
        let has = |scope| grant.scopes.contains(&scope);
        let mut pages = Vec::new();
        if has(Scope::Accounts) || has(Scope::Leads) || has(Scope::Broadcasts) {
            let label = if has(Scope::Leads) || has(Scope::Broadcasts) {
                "support-go-into"
            } else {
                "support-go-accounts"
            };
            pages.push(("/support/accounts", language.say(label)));
        }
        if has(Scope::Secrets) {
            pages.push(("/support/secret", language.say("support-go-secret")));
        }
        if has(Scope::Log) {
            pages.push(("/support/log", language.say("support-go-log")));
        }
        Self {
            helper: grant.helper.clone(),
            purpose: grant.purpose.clone(),
            until: time_in(language, grant.ends_at, Some(frame.reader().zone.name())),
            opens: grant.scopes.iter().map(|scope| scope_word(language, *scope)).collect(),
            pages,
            has_token: has(Scope::Secrets),
            token: None,
            wrong: None,
            frame,
        }
    }
}

async fn desk_page(aid: &Aid, token: Option<String>, wrong: Option<String>) -> Result<Response, Problem> {
    let grant = views::own(aid.engine(), &aid.helper).await?;
    let status = if wrong.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let page = DeskPage::new(aid.at(DESK.to_owned())?, &grant);
    Ok(page::html_with(status, &DeskPage { token, wrong, ..page }))
}

/// `GET /support/desk`
pub async fn desk(aid: Aid) -> Result<Response, Problem> {
    desk_page(&aid, None, None).await
}

/// What was wrong with asking to be shown something, in words.
fn refused(language: Language, error: EngineError) -> Result<String, Problem> {
    Ok(match error {
        EngineError::Invalid { field: "reason", .. } => language.say("support-wrong-reason"),
        EngineError::Conflict(_) => language.say("support-wrong-held"),
        other => return Err(other.into()),
    })
}

#[derive(Template)]
#[template(path = "support/secret.html")]
pub struct SecretPage<'a> {
    pub frame: Shell<'a>,
    /// Since when there is one, and its last characters.
    pub secret: Option<(String, String)>,
}

impl<'a> SecretPage<'a> {
    pub fn new(frame: Shell<'a>, found: Option<SecretView>) -> Self {
        let reader = frame.reader();
        Self { secret: found.map(|secret| (time(reader, secret.since), secret.tail)), frame }
    }
}

/// `GET /support/secret`: by what the secret for signed calls is known again.
pub async fn secret(aid: Aid) -> Result<Response, Problem> {
    let found = views::billing_secret(aid.engine(), &aid.helper).await?;
    aid.look("secret", None).await?;
    Ok(page::html(&SecretPage::new(aid.frame()?, found)))
}

/// `POST /support/token`: a token of the granting admin's.
pub async fn token(aid: Aid, fields: Fields) -> Result<Response, Problem> {
    match actions::make_token(aid.engine(), &aid.helper, fields.get(REASON)).await {
        Ok(secret) => desk_page(&aid, Some(secret.reveal().clone()), None).await,
        Err(error) => desk_page(&aid, None, Some(refused(aid.language(), error)?)).await,
    }
}

/// `POST /support/leave`: the grant ends.
pub async fn leave(aid: Aid) -> Result<Response, Problem> {
    actions::leave(aid.engine(), &aid.helper).await?;
    let mut response = see(&aid.guest.visit.carry(&format!("{HOME}?done=over")), "");
    response.headers_mut().append(SET_COOKIE, forget());
    response.headers_mut().insert(session::CLEAR_SITE_DATA, HeaderValue::from_static("\"cache\""));
    Ok(response)
}

/// Where a list goes on.
#[derive(Deserialize)]
pub struct Cursor<T> {
    after: Option<T>,
}

#[derive(Template)]
#[template(path = "support/accounts.html")]
pub struct AccountsPage<'a> {
    pub frame: Shell<'a>,
    pub rows: Vec<AccountRow>,
    pub next: Option<String>,
}

impl<'a> AccountsPage<'a> {
    pub fn new(frame: Shell<'a>, found: &[engine::views::plans::AccountView]) -> Self {
        let reader = frame.reader();
        let row = |account: &engine::views::plans::AccountView| AccountRow {
            href: format!("/support/accounts/{}", account.id),
            ..AccountRow::new(reader, account)
        };
        Self { rows: found.iter().map(row).collect(), next: next(found, ROWS, |account| account.id), frame }
    }
}

/// `GET /support/accounts`
pub async fn accounts(aid: Aid, Query(cursor): Query<Cursor<AccountId>>) -> Result<Response, Problem> {
    let found = views::accounts(aid.engine(), &aid.helper, cursor.after, ROWS).await?;
    aid.look("accounts", None).await?;
    Ok(page::html(&AccountsPage::new(aid.frame()?, &found)))
}

/// Somebody who may be shown: with what was wrong with asking.
#[derive(Default)]
pub struct Shown {
    /// Each with its label; empty: nobody was shown.
    pub facts: Vec<(String, String)>,
    pub wrong: Option<String>,
}

impl Shown {
    const fn status(&self) -> StatusCode {
        if self.wrong.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK }
    }
}

#[derive(Template)]
#[template(path = "support/person.html")]
pub struct PersonPage<'a> {
    pub frame: Shell<'a>,
    pub title: String,
    pub short: String,
    /// Address and label of where one came from.
    pub back: (String, String),
    pub facts: Vec<(String, String)>,
    /// Address and label of each list about it.
    pub pages: Vec<(String, String)>,
    /// Where a reason is sent; empty where this helper may not ask.
    pub action: String,
    pub shown: Shown,
}

impl<'a> PersonPage<'a> {
    pub fn of_account(
        frame: Shell<'a>,
        row: AccountRow,
        id: AccountId,
        scopes: &[Scope],
        shown: Shown,
    ) -> Self {
        let language = frame.language;
        let base = format!("/support/accounts/{id}");
        let mut pages = Vec::new();
        for (scope, part) in [(Scope::Leads, "leads"), (Scope::Broadcasts, "broadcasts")] {
            if scopes.contains(&scope) {
                pages.push((format!("{base}/{part}"), language.say(&format!("support-page-{part}"))));
            }
        }
        Self {
            title: language.say("support-account"),
            short: short(&id),
            back: ("/support/accounts".to_owned(), language.say("support-page-accounts")),
            facts: vec![
                (language.say("plans-column-plan"), row.plan),
                (language.say("plans-column-state"), row.state.1),
                (language.say("plans-messages"), row.messages),
                (language.say("plans-pages"), row.pages),
                (language.say("plans-column-since"), row.created_at),
            ],
            pages,
            action: if scopes.contains(&Scope::Accounts) { format!("{base}/show") } else { String::new() },
            shown,
            frame,
        }
    }

    pub fn of_lead(frame: Shell<'a>, lead: &LeadView, shown: Shown) -> Self {
        let language = frame.language;
        let facts = lead_facts(frame.reader(), lead);
        Self {
            title: language.say("support-lead-one"),
            short: short(&lead.id),
            back: (DESK.to_owned(), language.say("support-desk-title")),
            facts,
            pages: Vec::new(),
            action: format!("/support/leads/{}/show", lead.id),
            shown,
            frame,
        }
    }
}

/// A lead without who it is, in facts with their labels.
pub fn lead_facts(reader: Reader, lead: &LeadView) -> Vec<(String, String)> {
    let language = reader.language;
    let words: Vec<String> = badges(language, lead).into_iter().map(|badge| badge.word).collect();
    let mut facts = vec![
        (language.say("leads-column-page"), short(&lead.page)),
        (language.say("leads-column-state"), words.join(" · ")),
        (language.say("plans-column-since"), time(reader, lead.created_at)),
    ];
    if let Some(at) = lead.last_inbound_at {
        facts.push((language.say("leads-column-wrote"), time(reader, at)));
    }
    facts
}

/// Who a lead is, in facts with their labels.
pub fn identity_facts(language: Language, who: &Identity) -> Vec<(String, String)> {
    let mut facts = vec![(language.say("leads-psid"), who.psid.reveal().clone())];
    if let Some(name) = &who.given_name {
        facts.push((language.say("plans-who-name"), name.reveal().clone()));
    }
    if let Some(spoken) = &who.language {
        let code = spoken.reveal();
        let name = Language::from_tag(code).map_or_else(|| code.clone(), |known| known.say("language-name"));
        facts.push((language.say("support-language"), name));
    }
    facts
}

async fn account_page(aid: &Aid, id: AccountId, shown: Shown) -> Result<Response, Problem> {
    let account = views::account(aid.engine(), &aid.helper, id).await?;
    aid.look("account", Some(Person::Account(id))).await?;
    let (row, status) = (AccountRow::new(aid.reader()?, &account), shown.status());
    let page = PersonPage::of_account(
        aid.at(format!("/support/accounts/{id}"))?,
        row,
        id,
        &aid.helper.scopes,
        shown,
    );
    Ok(page::html_with(status, &page))
}

/// `GET /support/accounts/{id}`
pub async fn account(aid: Aid, Id(id): Id<AccountId>) -> Result<Response, Problem> {
    account_page(&aid, id, Shown::default()).await
}

/// `POST /support/accounts/{id}/show`: the same page, this once with whose it is.
pub async fn show_account(aid: Aid, Id(id): Id<AccountId>, fields: Fields) -> Result<Response, Problem> {
    let language = aid.language();
    let shown = match actions::show_account(aid.engine(), &aid.helper, id, fields.get(REASON)).await {
        Ok(who) => Shown {
            facts: vec![
                (language.say("plans-who-name"), who.name.reveal().clone()),
                (language.say("plans-who-email"), who.email.reveal().clone()),
            ],
            wrong: None,
        },
        Err(error) => Shown { facts: Vec::new(), wrong: Some(refused(language, error)?) },
    };
    account_page(&aid, id, shown).await
}

/// A lead in a list.
pub struct LeadRow {
    pub href: String,
    pub id: String,
    pub page: String,
    pub badges: Vec<Badge>,
    pub wrote_at: String,
}

impl LeadRow {
    /// `base`: under which address leads have their pages.
    pub fn new(reader: Reader, base: &str, lead: &LeadView) -> Self {
        Self {
            href: format!("{base}/{}", lead.id),
            id: short(&lead.id),
            page: short(&lead.page),
            badges: badges(reader.language, lead),
            wrote_at: lead.last_inbound_at.map(|at| time(reader, at)).unwrap_or_default(),
        }
    }
}

#[derive(Template)]
#[template(path = "support/leads.html")]
pub struct LeadsPage<'a> {
    pub frame: Shell<'a>,
    /// The account's address and how it is shown.
    pub back: (String, String),
    pub rows: Vec<LeadRow>,
    pub next: Option<String>,
}

impl<'a> LeadsPage<'a> {
    pub fn new(frame: Shell<'a>, account: AccountId, found: &[LeadView]) -> Self {
        let reader = frame.reader();
        Self {
            back: (format!("/support/accounts/{account}"), short(&account)),
            rows: found.iter().map(|lead| LeadRow::new(reader, "/support/leads", lead)).collect(),
            next: next(found, ROWS, |lead| lead.id),
            frame,
        }
    }
}

/// `GET /support/accounts/{id}/leads`
pub async fn leads(
    aid: Aid,
    Id(id): Id<AccountId>,
    Query(cursor): Query<Cursor<LeadId>>,
) -> Result<Response, Problem> {
    let found = views::leads(aid.engine(), &aid.helper, id, cursor.after, ROWS).await?;
    aid.look("leads", Some(Person::Account(id))).await?;
    Ok(page::html(&LeadsPage::new(aid.frame()?, id, &found)))
}

async fn lead_page(aid: &Aid, id: LeadId, shown: Shown) -> Result<Response, Problem> {
    let lead = views::lead(aid.engine(), &aid.helper, id).await?;
    aid.look("lead", Some(Person::Lead(id))).await?;
    let status = shown.status();
    Ok(page::html_with(status, &PersonPage::of_lead(aid.at(format!("/support/leads/{id}"))?, &lead, shown)))
}

/// `GET /support/leads/{id}`
pub async fn lead(aid: Aid, Id(id): Id<LeadId>) -> Result<Response, Problem> {
    lead_page(&aid, id, Shown::default()).await
}

/// `POST /support/leads/{id}/show`: the same page, this once with who it is.
pub async fn show_lead(aid: Aid, Id(id): Id<LeadId>, fields: Fields) -> Result<Response, Problem> {
    let language = aid.language();
    let shown = match actions::show_lead(aid.engine(), &aid.helper, id, fields.get(REASON)).await {
        Ok(who) => Shown { facts: identity_facts(language, &who), wrong: None },
        Err(error) => Shown { facts: Vec::new(), wrong: Some(refused(language, error)?) },
    };
    lead_page(&aid, id, shown).await
}

/// A broadcast in a list: how it went, and nothing of what it says.
pub struct BroadcastRow {
    /// Its page, for whoever may be shown what it says.
    pub href: Option<String>,
    pub id: String,
    pub state: State,
    pub created_at: String,
    /// Each with its word.
    pub counts: Vec<(String, String)>,
    /// Why not, in words, and how many.
    pub reasons: Vec<Reason>,
}

impl BroadcastRow {
    pub fn new(reader: Reader, one: &BroadcastView) -> Self {
        let language = reader.language;
        let count =
            |(state, many): (&String, &u64)| (language.say(&format!("delivery-{state}")), number(*many));
        Self {
            href: None,
            id: short(&one.id),
            state: state(language, one.state),
            created_at: time(reader, one.created_at),
            counts: one.counts.iter().map(count).collect(),
            reasons: missed(language, one),
        }
    }
}

#[derive(Template)]
#[template(path = "support/broadcasts.html")]
pub struct BroadcastsPage<'a> {
    pub frame: Shell<'a>,
    pub back: (String, String),
    pub rows: Vec<BroadcastRow>,
    pub next: Option<String>,
}

impl<'a> BroadcastsPage<'a> {
    pub fn new(frame: Shell<'a>, account: AccountId, found: &[BroadcastView]) -> Self {
        let reader = frame.reader();
        Self {
            back: (format!("/support/accounts/{account}"), short(&account)),
            rows: found.iter().map(|one| BroadcastRow::new(reader, one)).collect(),
            next: next(found, ROWS, |one| one.id),
            frame,
        }
    }
}

/// `GET /support/accounts/{id}/broadcasts`
pub async fn broadcasts(
    aid: Aid,
    Id(id): Id<AccountId>,
    Query(cursor): Query<Cursor<BroadcastId>>,
) -> Result<Response, Problem> {
    let found = views::broadcasts(aid.engine(), &aid.helper, id, cursor.after, ROWS).await?;
    aid.look("broadcasts", Some(Person::Account(id))).await?;
    Ok(page::html(&BroadcastsPage::new(aid.frame()?, id, &found)))
}

#[derive(Template)]
#[template(path = "support/log.html")]
pub struct LogPage<'a> {
    pub frame: Shell<'a>,
    pub rows: Vec<LogRow>,
    /// Whose lines these are, and since when; empty where none are kept.
    pub kept: String,
}

/// `GET /support/log`: the newest lines that the program wrote, as the brand's admin sees them.
pub async fn log(aid: Aid) -> Result<Response, Problem> {
    aid.helper.may(Scope::Log)?;
    aid.look("log", None).await?;
    let frame = aid.frame()?;
    let (rows, kept) = program_log::newest(&aid.guest.app, aid.helper.brand, &frame);
    Ok(page::html(&LogPage { rows, kept, frame }))
}
