//! `/admin/breaches`: the register of breaches. What is suspected, the 72 hours, what the authority is told, the end; each
//! by a form of its own, in the order in which it happens. Who is affected and what they are told have pages beside it.
//!
//! Invariants: a form is answered by going on to a page; what does not fit is said beside its form, which keeps what was
//! typed.

use super::breach_draft::draft;
use super::breach_page::{BreachPage, BreachesPage};
use super::fields::Fields;
use super::kept_form::{Returned, again, returned};
use super::{Desk, ROWS, Section, see};
use crate::api::{Id, Query, file};
use crate::page;
use crate::problem::Problem;
use crate::reader::Zone;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use engine::EngineError;
use engine::actions::breaches::{self as actions, FactsForm};
use engine::views::At;
use engine::views::breaches::{check, get, list as all, proof, since};
use engine::views::documents;
use model::id::BreachId;
use model::time::{Span, Timestamp};
use serde::Deserialize;

#[derive(Deserialize, Default)]
pub struct Asked {
    #[serde(default)]
    before: String,
    /// The number of a form that did not fit.
    #[serde(default)]
    again: String,
}

/// What a field with a time holds.
pub fn moment(zone: Zone, text: &str) -> Option<Timestamp> {
    let civil: jiff::civil::DateTime = text.trim().parse().ok()?;
    Some(Timestamp(civil.to_zoned(zone.tz()).ok()?.timestamp().as_microsecond()))
}

/// Fields know minutes only: what lies before `floor` in the same minute is meant to follow it.
fn not_before(at: Timestamp, floor: Option<Timestamp>) -> Timestamp {
    match floor {
        Some(floor) if at < floor && floor.since(at) < Span::minutes(1) => floor,
        _ => at,
    }
}

/// `GET /admin/breaches`
pub async fn list(desk: Desk, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    let mut page = listed(&desk, asked.before.parse().ok()).await?;
    if let Some(form) = returned(&desk, &asked.again) {
        page.again(&form);
    }
    Ok(page::html(&page))
}

async fn listed(desk: &Desk, before: Option<BreachId>) -> Result<BreachesPage<'_>, Problem> {
    let rows = all(desk.engine(), &desk.actor, before, ROWS).await?;
    let checked = check(desk.engine(), &desk.actor).await?;
    let since = since(desk.engine(), &desk.actor).await?;
    let now = desk.engine().clock().now();
    let mut page = BreachesPage::new(desk.shell(Section::Breaches)?, &rows, &checked, (since, now));
    let missing = documents::unpublished(desk.engine(), desk.actor.brand).await?;
    page.has_policy = !missing.contains(&"breach_policy");
    Ok(page)
}

/// `POST /admin/breaches`: notes a case.
pub async fn note(desk: Desk, fields: Fields) -> Result<Response, Problem> {
    let zone = desk.reader().zone;
    let since = since(desk.engine(), &desk.actor).await?;
    let about = (fields.get("title"), fields.get("nature"));
    let is_drill = fields.get("drill") == "yes";
    let wrong = match moment(zone, fields.get("suspected")).map(|at| not_before(at, Some(since.0))) {
        Some(at) => match actions::note(desk.engine(), &desk.actor, about, at, is_drill).await {
            Ok(id) => return Ok(see(&format!("/admin/breaches/{id}"), "breach-noted")),
            Err(EngineError::Invalid { field: "title", .. }) => "breaches-wrong-title",
            Err(EngineError::Invalid { field: "nature", .. }) => "breaches-wrong-nature",
            Err(EngineError::Invalid { field: "suspected", .. }) => "breaches-wrong-before",
            Err(EngineError::Invalid { .. }) => "breaches-wrong-future",
            Err(EngineError::Conflict(_)) => return Ok(see("/admin/breaches", "changed")),
            Err(error) => return Err(error.into()),
        },
        None => "breaches-wrong-time",
    };
    match again(&desk, "/admin/breaches", Returned { form: "note", wrong, fields }) {
        Ok(on) => Ok(on),
        Err(form) => {
            let mut page = listed(&desk, None).await?;
            page.again(&form);
            Ok(page::html_with(StatusCode::UNPROCESSABLE_ENTITY, &page))
        }
    }
}

async fn one(desk: &Desk, id: BreachId) -> Result<BreachPage<'_>, Problem> {
    let detail = get(desk.engine(), &desk.actor, id).await?;
    let now = desk.engine().clock().now();
    Ok(BreachPage::new(desk.shell(Section::Breaches)?, &detail, now))
}

/// `GET /admin/breaches/{id}`
pub async fn show(desk: Desk, Id(id): Id<BreachId>, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    let mut page = one(&desk, id).await?;
    if let Some(form) = returned(&desk, &asked.again) {
        page.again(&form);
    }
    Ok(page::html(&page))
}

/// What became of a form: on to the page, with what was wrong beside the form if something was.
async fn ended(
    desk: &Desk,
    id: BreachId,
    (form, done): (&'static str, &'static str),
    fields: Fields,
    result: Result<(), EngineError>,
) -> Result<Response, Problem> {
    let path = format!("/admin/breaches/{id}");
    let wrong = match result {
        Ok(()) => return Ok(see(&path, done)),
        Err(EngineError::Conflict(_)) => "breaches-wrong-order",
        Err(EngineError::Invalid { field, .. }) => match (form, field) {
            ("leave", _) => "breaches-wrong-leave",
            ("facts", _) => "breaches-wrong-facts-size",
            (_, "facts") => "breaches-wrong-facts",
            (_, "phase") => "breaches-wrong-phase",
            (_, "words") => "breaches-wrong-words",
            (_, "reason") => "breaches-wrong-reason",
            _ => "breaches-wrong-at",
        },
        Err(error) => return Err(error.into()),
    };
    // What is nobody's has no form to come back to.
    get(desk.engine(), &desk.actor, id).await?;
    match again(desk, &path, Returned { form, wrong, fields }) {
        Ok(on) => Ok(on),
        Err(form) => {
            let mut page = one(desk, id).await?;
            page.again(&form);
            Ok(page::html_with(StatusCode::UNPROCESSABLE_ENTITY, &page))
        }
    }
}

/// The time in this field; [`EngineError::Invalid`] where there is none.
fn time_of(desk: &Desk, fields: &Fields, name: &'static str) -> Result<Timestamp, EngineError> {
    moment(desk.reader().zone, fields.get(name))
        .ok_or_else(|| EngineError::Invalid { field: name, problem: "is no time".to_owned() })
}

/// `POST /admin/breaches/{id}/aware`
pub async fn aware(desk: Desk, Id(id): Id<BreachId>, fields: Fields) -> Result<Response, Problem> {
    let course = get(desk.engine(), &desk.actor, id).await?.breach.course;
    let result = match time_of(&desk, &fields, "at") {
        Ok(at) => {
            let at = not_before(at, Some(course.suspected_at));
            actions::become_aware(desk.engine(), &desk.actor, id, at).await
        }
        Err(error) => Err(error),
    };
    ended(&desk, id, ("aware", "breach-aware"), fields, result).await
}

async fn set_facts(desk: &Desk, id: BreachId, fields: &Fields) -> Result<(), EngineError> {
    let form = FactsForm {
        nature: fields.get("nature").to_owned(),
        contact: fields.get("contact").to_owned(),
        consequences: fields.get("consequences").to_owned(),
        measures: fields.get("measures").to_owned(),
    };
    actions::set_facts(desk.engine(), &desk.actor, id, &form).await
}

/// `POST /admin/breaches/{id}/facts`
pub async fn facts(desk: Desk, Id(id): Id<BreachId>, fields: Fields) -> Result<Response, Problem> {
    let result = set_facts(&desk, id, &fields).await;
    ended(&desk, id, ("facts", "breach-facts"), fields, result).await
}

/// `POST /admin/breaches/{id}/authority`: with the texts that stand in the same form, which are saved first.
pub async fn authority(desk: Desk, Id(id): Id<BreachId>, fields: Fields) -> Result<Response, Problem> {
    if fields.has("nature") {
        let result = set_facts(&desk, id, &fields).await;
        if result.is_err() {
            return ended(&desk, id, ("facts", "breach-facts"), fields, result).await;
        }
    }
    let course = get(desk.engine(), &desk.actor, id).await?.breach.course;
    let result = match time_of(&desk, &fields, "at") {
        Ok(at) => {
            let told = (not_before(at, course.aware_at), fields.get("phase") == "yes");
            let reason = fields.get("reason");
            actions::tell_authority(desk.engine(), &desk.actor, id, told, reason).await.map(drop)
        }
        Err(error) => Err(error),
    };
    ended(&desk, id, ("authority", "breach-told"), fields, result).await
}

/// `POST /admin/breaches/{id}/leave`
pub async fn leave(desk: Desk, Id(id): Id<BreachId>, fields: Fields) -> Result<Response, Problem> {
    let result = actions::leave_authority(desk.engine(), &desk.actor, id, fields.get("reason")).await;
    ended(&desk, id, ("leave", "breach-left"), fields, result).await
}

/// `POST /admin/breaches/{id}/close`
pub async fn close(desk: Desk, Id(id): Id<BreachId>, fields: Fields) -> Result<Response, Problem> {
    let result = actions::close(desk.engine(), &desk.actor, id, fields.get("words")).await;
    ended(&desk, id, ("close", "breach-closed"), fields, result).await
}

/// `GET /admin/breaches/{id}/authority.md`: what the authority is told, in the reader's language.
pub async fn authority_draft(desk: Desk, Id(id): Id<BreachId>) -> Result<Response, Problem> {
    let detail = get(desk.engine(), &desk.actor, id).await?;
    let now = At(desk.engine().clock().now());
    let text = draft(desk.reader(), &desk.visit.brand.brand, &detail, now);
    let name = format!("attachment; filename=\"{id}.md\"");
    Ok(([(CONTENT_TYPE, "text/markdown; charset=utf-8".to_owned()), (CONTENT_DISPOSITION, name)], text)
        .into_response())
}

/// `GET /admin/breaches/entries/{number}/proof`: that an entry was written then and not changed since.
pub async fn entry_proof(desk: Desk, Path(number): Path<u64>) -> Result<Response, Problem> {
    let made = proof(desk.engine(), &desk.actor, number).await?;
    Ok(file(&format!("breach-entry-{number}.proof.json"), made))
}
