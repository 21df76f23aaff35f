//! `/admin/plans`: the brand's plans, as its admin defines them.
//!
//! Invariants: an empty limit is none, and is said to be; what stands against a step stands on the page.

use super::fields::Fields;
use super::words::number;
use super::{ConfirmPage, Desk, Section, Shell, see};
use crate::api::Id;
use crate::language::Language;
use crate::page;
use crate::problem::Problem;
use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use engine::EngineError;
use engine::actions::plans::{self, PlanForm, PlanStep};
use engine::views::plans::{PlanView, list as all_plans};
use model::id::PlanId;
use model::plan::Limits;

/// The fields for limits, with what each counts.
pub const LIMITS: [&str; 3] = ["messages", "leads", "pages"];

pub struct Row {
    pub href: String,
    pub name: String,
    /// Label and value of each limit.
    pub limits: Vec<(String, String)>,
    pub is_start: bool,
    pub is_retired: bool,
    pub accounts: String,
}

/// A limit's field.
pub struct LimitField {
    pub name: &'static str,
    pub label: String,
    pub why: String,
    pub value: String,
    pub wrong: Option<String>,
}

/// The form, as it was typed.
pub struct PlanFields {
    pub name: String,
    pub wrong_name: Option<String>,
    pub limits: Vec<LimitField>,
}

#[derive(Template)]
#[template(path = "console/admin_plans.html")]
pub struct PlansPage<'a> {
    pub frame: Shell<'a>,
    pub rows: Vec<Row>,
    pub form: PlanFields,
}

#[derive(Template)]
#[template(path = "console/admin_plan.html")]
pub struct PlanPage<'a> {
    pub frame: Shell<'a>,
    pub id: String,
    pub name: String,
    pub is_start: bool,
    pub is_retired: bool,
    pub may_delete: bool,
    pub accounts: String,
    pub form: PlanFields,
}

/// What a limit says.
pub fn limit_word(language: Language, limit: Option<u64>) -> String {
    limit.map_or_else(|| language.say("plans-unlimited"), number)
}

impl Row {
    pub fn new(language: Language, plan: &PlanView) -> Self {
        let limits = [plan.limits.messages, plan.limits.leads, plan.limits.pages];
        let label = |what: &str| language.say(&format!("plans-column-{what}"));
        Self {
            href: format!("/admin/plans/{}", plan.id),
            name: plan.name.clone(),
            limits: LIMITS
                .iter()
                .zip(limits)
                .map(|(what, limit)| (label(what), limit_word(language, limit)))
                .collect(),
            is_start: plan.is_start,
            is_retired: plan.is_retired,
            accounts: number(plan.accounts),
        }
    }
}

impl PlanFields {
    pub fn new(language: Language, name: &str, limits: [String; 3]) -> Self {
        let field = |(name, value): (&'static str, String)| LimitField {
            name,
            label: language.say(&format!("plans-field-{name}")),
            why: language.say(&format!("plans-field-{name}-why")),
            value,
            wrong: None,
        };
        let limits = LIMITS.into_iter().zip(limits).map(field).collect();
        Self { name: name.to_owned(), wrong_name: None, limits }
    }

    fn empty(language: Language) -> Self {
        Self::new(language, "", Default::default())
    }

    pub fn of(language: Language, plan: &PlanView) -> Self {
        let text = |limit: Option<u64>| limit.map(|limit| limit.to_string()).unwrap_or_default();
        let limits = [text(plan.limits.messages), text(plan.limits.leads), text(plan.limits.pages)];
        Self::new(language, &plan.name, limits)
    }

    fn typed(language: Language, fields: &Fields) -> Self {
        Self::new(language, fields.get("name"), LIMITS.map(|name| fields.get(name).to_owned()))
    }

    /// Says what was wrong, beside its field.
    pub fn wrong(mut self, language: Language, field: &str) -> Self {
        let sentence =
            language.say(&format!("plans-wrong-{}", if field == "name" { "name" } else { "limit" }));
        match self.limits.iter_mut().find(|own| own.name == field) {
            Some(own) => own.wrong = Some(sentence),
            None => self.wrong_name = Some(sentence),
        }
        self
    }
}

/// A limit as people write it: `10000`, `10,000`, `10 000`; empty for none. Arabic digits too.
fn read_limit(text: &str) -> Option<Option<u64>> {
    let mut digits = String::new();
    for c in text.chars() {
        match c {
            '0'..='9' => digits.push(c),
            '٠'..='٩' => digits.push(char::from_digit(u32::from(c) - u32::from('٠'), 10)?),
            ',' | '.' | '٬' | '\'' | ' ' | '\u{a0}' | '\u{202f}' => {}
            _ => return None,
        }
    }
    if digits.is_empty() {
        return text.trim().is_empty().then_some(None);
    }
    digits.parse().ok().map(Some)
}

/// The form's plan, or the field that cannot be read.
fn read(fields: &Fields) -> Result<PlanForm, &'static str> {
    let limit = |name: &'static str| read_limit(fields.get(name)).ok_or(name);
    let limits = Limits { pages: limit("pages")?, leads: limit("leads")?, messages: limit("messages")? };
    Ok(PlanForm { name: fields.get("name").to_owned(), limits })
}

/// The field that the engine refused, if it is the form's fault.
fn refused(error: EngineError) -> Result<&'static str, Problem> {
    match error {
        EngineError::Invalid { field: "plan_name", .. } => Ok("name"),
        EngineError::Invalid { field, .. } if LIMITS.contains(&field) => Ok(field),
        other => Err(other.into()),
    }
}

fn unprocessable(mut response: Response) -> Response {
    *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    response
}

async fn list_page(desk: &Desk, form: PlanFields) -> Result<Response, Problem> {
    let plans = all_plans(desk.engine(), &desk.actor).await?;
    Ok(page::html(&PlansPage::new(desk.shell(Section::Plans)?, &plans, form)))
}

impl<'a> PlansPage<'a> {
    pub fn new(frame: Shell<'a>, plans: &[PlanView], form: PlanFields) -> Self {
        let language = frame.language;
        let (retired, offered): (Vec<_>, Vec<_>) = plans.iter().partition(|plan| plan.is_retired);
        let rows = offered.into_iter().chain(retired).map(|plan| Row::new(language, plan)).collect();
        Self { rows, form, frame }
    }
}

/// `GET /admin/plans`
pub async fn list(desk: Desk) -> Result<Response, Problem> {
    list_page(&desk, PlanFields::empty(desk.language())).await
}

/// `POST /admin/plans`
pub async fn create(desk: Desk, fields: Fields) -> Result<Response, Problem> {
    let field = match read(&fields) {
        Ok(form) => match plans::create(desk.engine(), &desk.actor, form).await {
            Ok(_) => return Ok(see("/admin/plans", "plan-made")),
            Err(EngineError::Conflict(_)) => return Ok(see("/admin/plans", "plan-kept")),
            Err(error) => refused(error)?,
        },
        Err(field) => field,
    };
    let form = PlanFields::typed(desk.language(), &fields).wrong(desk.language(), field);
    list_page(&desk, form).await.map(unprocessable)
}

async fn find(desk: &Desk, id: PlanId) -> Result<PlanView, Problem> {
    let plans = all_plans(desk.engine(), &desk.actor).await?;
    plans.into_iter().find(|plan| plan.id == id).ok_or_else(|| Problem::not_found("this plan"))
}

impl<'a> PlanPage<'a> {
    pub fn new(frame: Shell<'a>, plan: &PlanView, form: PlanFields) -> Self {
        let language = frame.language;
        Self {
            id: plan.id.to_string(),
            name: plan.name.clone(),
            is_start: plan.is_start,
            is_retired: plan.is_retired,
            may_delete: !plan.is_start && plan.accounts == 0,
            accounts: super::words::count(language, "plans-accounts-on-it", plan.accounts),
            form,
            frame,
        }
    }
}

/// `GET /admin/plans/{id}`
pub async fn show(desk: Desk, Id(id): Id<PlanId>) -> Result<Response, Problem> {
    let plan = find(&desk, id).await?;
    let form = PlanFields::of(desk.language(), &plan);
    Ok(page::html(&PlanPage::new(desk.shell(Section::Plans)?, &plan, form)))
}

/// `POST /admin/plans/{id}`
pub async fn change(desk: Desk, Id(id): Id<PlanId>, fields: Fields) -> Result<Response, Problem> {
    let plan = find(&desk, id).await?;
    let field = match read(&fields) {
        Ok(form) => match plans::change(desk.engine(), &desk.actor, id, form).await {
            Ok(()) => return Ok(see(&format!("/admin/plans/{id}"), "plan-saved")),
            Err(error) => refused(error)?,
        },
        Err(field) => field,
    };
    let form = PlanFields::typed(desk.language(), &fields).wrong(desk.language(), field);
    Ok(unprocessable(page::html(&PlanPage::new(desk.shell(Section::Plans)?, &plan, form))))
}

async fn step(desk: &Desk, id: PlanId, step: PlanStep, to: &str, done: &str) -> Result<Response, Problem> {
    match plans::step(desk.engine(), &desk.actor, id, step).await {
        Ok(()) => Ok(see(to, done)),
        // Somebody was quicker, or an old page was sent.
        Err(EngineError::Conflict(_)) => Ok(see(&format!("/admin/plans/{id}"), "plan-kept")),
        Err(error) => Err(error.into()),
    }
}

/// `POST /admin/plans/{id}/start`
pub async fn make_start(desk: Desk, Id(id): Id<PlanId>) -> Result<Response, Problem> {
    step(&desk, id, PlanStep::MakeStart, &format!("/admin/plans/{id}"), "plan-starts").await
}

/// `POST /admin/plans/{id}/retire`
pub async fn retire(desk: Desk, Id(id): Id<PlanId>) -> Result<Response, Problem> {
    step(&desk, id, PlanStep::Retire, &format!("/admin/plans/{id}"), "plan-retired").await
}

/// `POST /admin/plans/{id}/offer`
pub async fn offer(desk: Desk, Id(id): Id<PlanId>) -> Result<Response, Problem> {
    step(&desk, id, PlanStep::Offer, &format!("/admin/plans/{id}"), "plan-offered").await
}

pub fn delete_question<'a>(frame: Shell<'a>, plan: &PlanView) -> ConfirmPage<'a> {
    let language = frame.language;
    ConfirmPage {
        title: language.say_with("plans-delete-title", "plan", &plan.name),
        back: (format!("/admin/plans/{}", plan.id), language.say("plans-back-to-plan")),
        sentences: vec![language.say("plans-delete-what")],
        button: language.say("plans-delete-button"),
        is_dangerous: true,
        frame,
    }
}

/// `GET /admin/plans/{id}/delete`: asks.
pub async fn ask_delete(desk: Desk, Id(id): Id<PlanId>) -> Result<Response, Problem> {
    let plan = find(&desk, id).await?;
    Ok(page::html(&delete_question(desk.shell(Section::Plans)?, &plan)))
}

/// `POST /admin/plans/{id}/delete`
pub async fn delete(desk: Desk, Id(id): Id<PlanId>) -> Result<Response, Problem> {
    step(&desk, id, PlanStep::Delete, "/admin/plans", "plan-deleted").await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_read_as_people_write_it_and_an_empty_one_is_none() {
        for (text, limit) in [
            ("", Some(None)),
            ("0", Some(Some(0))),
            ("10000", Some(Some(10_000))),
            ("10,000", Some(Some(10_000))),
            ("10 000", Some(Some(10_000))),
            ("١٠٬٠٠٠", Some(Some(10_000))),
            ("-1", None),
            ("ten", None),
            (",", None),
            ("99999999999999999999", None),
        ] {
            assert_eq!(read_limit(text), limit, "{text}");
        }
    }
}
