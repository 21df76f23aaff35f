//! `/admin/accounts`: the brand's accounts for its admin: what each is on, how it stands, what it uses.
//!
//! Invariants: a list says of nobody who they are; a name and an address stand on one page, once, after they
//! were asked for by POST (claim F2); an account is found by its whole address only, of which it reads as of
//! a look at who it is.

use super::fields::Fields;
use super::oversight::{REASON, Why};
use super::own_plan::{Meter, meters, state_word, used_of};
use super::words::{short, time};
use super::{Desk, ROWS, Section, Shell, see};
use crate::account::form::{Field, Form, Wrong};
use crate::api::{Id, Query, next};
use crate::language::Language;
use crate::page;
use crate::problem::Problem;
use crate::reader::Reader;
use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use engine::EngineError;
use engine::actions::security;
use engine::actions::subscriptions::{self, Terms};
use engine::views::plans::{self, AccountView, PlanView};
use model::id::{AccountId, PlanId};
use model::plan::SubscriptionState;
use serde::Deserialize;

pub struct Row {
    pub href: String,
    pub id: String,
    pub plan: String,
    pub state: (&'static str, String),
    pub is_confirmed: bool,
    /// `8,200 of 10,000`
    pub messages: String,
    pub pages: String,
    pub created_at: String,
}

#[derive(Template)]
#[template(path = "console/admin_accounts.html")]
pub struct AccountsPage<'a> {
    pub frame: Shell<'a>,
    pub rows: Vec<Row>,
    pub next: Option<String>,
    /// By which address one is looked for.
    pub find: Form,
}

/// Who it is, once shown.
pub struct Shown {
    pub name: String,
    pub email: String,
}

/// A choice in a list of choices.
pub struct Choice {
    pub value: String,
    pub label: String,
    pub is_chosen: bool,
}

#[derive(Template)]
#[template(path = "console/admin_account.html")]
pub struct AccountPage<'a> {
    pub frame: Shell<'a>,
    pub id: String,
    pub short: String,
    pub is_admin: bool,
    pub is_confirmed: bool,
    pub state: (&'static str, String),
    pub cancelled_at: Option<String>,
    pub created_at: String,
    pub meters: Vec<Meter>,
    pub refills_at: String,
    pub who: Option<Shown>,
    /// What for it is looked into.
    pub why: Why,
    pub plans: Vec<Choice>,
    pub states: Vec<Choice>,
}

/// Where the list goes on.
#[derive(Deserialize)]
pub struct Cursor {
    after: Option<AccountId>,
}

fn plan_name(language: Language, account: &AccountView) -> String {
    account.used.plan_name.clone().unwrap_or_else(|| language.say("plans-without"))
}

impl Row {
    pub fn new(reader: Reader, account: &AccountView) -> Self {
        let language = reader.language;
        let used = &account.used;
        let of = |used: u64, limit| used_of(language, used, limit);
        Self {
            href: format!("/admin/accounts/{}", account.id),
            id: short(&account.id),
            plan: plan_name(language, account),
            state: state_word(language, used.state),
            is_confirmed: account.is_confirmed,
            messages: of(used.messages, used.limits.messages),
            pages: of(used.pages, used.limits.pages),
            created_at: time(reader, account.created_at),
        }
    }
}

pub fn find_form(language: Language) -> Form {
    let mut field = Field::new(language, "email", "email");
    field.why = language.say("accounts-find-why");
    let mut reason = Field::new(language, REASON, "text");
    reason.label = language.say("oversight-reason");
    reason.why = language.say("oversight-reason-why");
    Form::new(language, "accounts-find").field(field).field(reason)
}

async fn accounts_page(
    desk: &Desk,
    after: Option<AccountId>,
    find: Form,
    status: StatusCode,
) -> Result<Response, Problem> {
    let found = plans::accounts(desk.engine(), &desk.actor, after, ROWS).await?;
    let next = next(&found, ROWS, |account| account.id);
    let rows = found.iter().map(|account| Row::new(desk.reader(), account)).collect();
    Ok(page::html_with(status, &AccountsPage { frame: desk.shell(Section::Accounts)?, rows, next, find }))
}

/// `GET /admin/accounts`
pub async fn list(desk: Desk, Query(cursor): Query<Cursor>) -> Result<Response, Problem> {
    accounts_page(&desk, cursor.after, find_form(desk.language()), StatusCode::OK).await
}

/// `POST /admin/accounts/find`: to the account of an address, for a reason.
pub async fn find(desk: Desk, fields: Fields) -> Result<Response, Problem> {
    let language = desk.language();
    let (email, why) = (fields.get("email"), fields.get(REASON));
    let wrong = match subscriptions::seek(desk.engine(), &desk.actor, email, why).await {
        Ok(Some(id)) => return Ok(see(&format!("/admin/accounts/{id}"), "")),
        Ok(None) => Wrong::new(language, "email", "accounts-find-none"),
        Err(EngineError::Invalid { field: REASON, .. }) => {
            Wrong::new(language, REASON, "support-wrong-reason")
        }
        Err(error) => Wrong::of(language, error)?,
    };
    let status = wrong.status;
    accounts_page(&desk, None, find_form(language).typed(&fields).wrong(wrong), status).await
}

impl<'a> AccountPage<'a> {
    pub fn new(frame: Shell<'a>, account: &AccountView, plans: &[PlanView], who: Option<Shown>) -> Self {
        let (language, reader) = (frame.language, frame.reader());
        let used = &account.used;
        let plan = |plan: &PlanView| Choice {
            value: plan.id.to_string(),
            label: plan.name.clone(),
            is_chosen: used.plan == Some(plan.id),
        };
        let state = |state: SubscriptionState| Choice {
            value: state.code().to_owned(),
            label: state_word(language, state).1,
            is_chosen: used.state == state,
        };
        Self {
            id: account.id.to_string(),
            short: short(&account.id),
            is_admin: account.is_admin,
            is_confirmed: account.is_confirmed,
            state: state_word(language, used.state),
            cancelled_at: used.cancelled_at.map(|at| time(reader, at)),
            created_at: time(reader, account.created_at),
            meters: meters(language, used),
            refills_at: time(reader, used.refills_at),
            who,
            why: Why::default(),
            // Nobody new is put on a retired plan.
            plans: plans.iter().filter(|p| !p.is_retired || used.plan == Some(p.id)).map(plan).collect(),
            states: SubscriptionState::ALL.map(state).into(),
            frame,
        }
    }
}

pub(super) async fn account_page(
    desk: &Desk,
    id: AccountId,
    who: Option<Shown>,
    why: Why,
) -> Result<Response, Problem> {
    let account = plans::account(desk.engine(), &desk.actor, id).await?;
    let all = plans::list(desk.engine(), &desk.actor).await?;
    let (status, stands_at) = (why.status(), format!("/admin/accounts/{id}"));
    let mut frame = desk.shell(Section::Accounts)?;
    frame.path = &stands_at;
    Ok(page::html_with(status, &AccountPage { why, ..AccountPage::new(frame, &account, &all, who) }))
}

/// `GET /admin/accounts/{id}`
pub async fn show(desk: Desk, Id(id): Id<AccountId>) -> Result<Response, Problem> {
    account_page(&desk, id, None, Why::default()).await
}

/// `POST /admin/accounts/{id}/reveal`: the same page, this once with who it is, for a reason.
pub async fn reveal(desk: Desk, Id(id): Id<AccountId>, fields: Fields) -> Result<Response, Problem> {
    let who = match subscriptions::reveal(desk.engine(), &desk.actor, id, fields.get(REASON)).await {
        Ok(who) => who,
        Err(error) => {
            let why = Why::refused(desk.language(), &fields, error)?;
            return account_page(&desk, id, None, why).await;
        }
    };
    let who = Shown { name: who.name.reveal().clone(), email: who.email.reveal().clone() };
    account_page(&desk, id, Some(who), Why::default()).await
}

/// `POST /admin/accounts/{id}/sessions/end`: whoever is signed in there is signed out.
pub async fn end_sessions(desk: Desk, Id(id): Id<AccountId>) -> Result<Response, Problem> {
    let ended = security::end_sessions_of(desk.engine(), &desk.actor, id).await?;
    let done = if ended > 0 { "account-signed-out" } else { "account-not-signed-in" };
    Ok(see(&format!("/admin/accounts/{id}"), done))
}

/// `POST /admin/accounts/{id}`: plan and state, at once.
pub async fn change(desk: Desk, Id(id): Id<AccountId>, fields: Fields) -> Result<Response, Problem> {
    let (plan, state) =
        (fields.get("plan").parse::<PlanId>().ok(), SubscriptionState::from_code(fields.get("state")));
    let done = match plan.zip(state) {
        Some((plan, state)) => {
            let terms = Terms { plan, state };
            match subscriptions::set(desk.engine(), &desk.actor, id, terms).await {
                Ok(()) => "account-changed",
                Err(EngineError::Invalid { .. } | EngineError::Conflict(_)) => "account-kept",
                Err(error) => return Err(error.into()),
            }
        }
        None => {
            plans::account(desk.engine(), &desk.actor, id).await?;
            "account-kept"
        }
    };
    Ok(see(&format!("/admin/accounts/{id}"), done))
}
