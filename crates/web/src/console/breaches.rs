//! `/admin/breaches`: the register of breaches. What is suspected, the 72 hours, who is affected, what the authority and
//! the people are told; each by a form of its own, in the order in which it happens.
//!
//! Invariant: what does not fit is said beside its form, which keeps what was typed.

use super::breach_draft::draft;
use super::breach_page::{BreachPage, BreachesPage, TEXTS, Typed, found_door};
use super::fields::Fields;
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
use engine::views::breaches::{Asked as Search, Words, check, doors, get, list as all, proof};
use engine::views::documents;
use model::breach::Start;
use model::id::{AccountId, BreachId};
use model::time::{Span, Timestamp};
use serde::Deserialize;

#[derive(Deserialize, Default)]
pub struct Asked {
    #[serde(default)]
    before: String,
    /// Whose sessions and tokens are looked for.
    #[serde(default)]
    account: String,
    /// With what the search is to begin.
    #[serde(default)]
    start: String,
    #[serde(default)]
    name: String,
}

/// What a field with a time holds.
fn moment(zone: Zone, text: &str) -> Option<Timestamp> {
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

/// The end of the minute that a field names, as far as it is over.
fn end_of(at: Timestamp, now: Timestamp) -> Timestamp {
    let end = at.plus(Span::minutes(1)).minus(Span(1));
    if at <= now { end.min(now) } else { at }
}

/// `GET /admin/breaches`
pub async fn list(desk: Desk, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    Ok(page::html(&listed(&desk, asked.before.parse().ok()).await?))
}

async fn listed(desk: &Desk, before: Option<BreachId>) -> Result<BreachesPage<'_>, Problem> {
    let rows = all(desk.engine(), &desk.actor, before, ROWS).await?;
    let checked = check(desk.engine(), &desk.actor).await?;
    let now = desk.engine().clock().now();
    let mut page = BreachesPage::new(desk.shell(Section::Breaches)?, &rows, &checked, now);
    let missing = documents::unpublished(desk.engine(), desk.actor.brand).await?;
    page.has_policy = !missing.contains(&"breach_policy");
    Ok(page)
}

/// `POST /admin/breaches`: notes a case.
pub async fn note(desk: Desk, fields: Fields) -> Result<Response, Problem> {
    let zone = desk.reader().zone;
    let (title, nature) = (fields.get("title"), fields.get("nature"));
    let wrong = match moment(zone, fields.get("suspected")) {
        Some(at) => match actions::note(desk.engine(), &desk.actor, title, nature, at).await {
            Ok(id) => return Ok(see(&format!("/admin/breaches/{id}"), "breach-noted")),
            Err(EngineError::Invalid { field: "title", .. }) => "breaches-wrong-title",
            Err(EngineError::Invalid { field: "nature", .. }) => "breaches-wrong-nature",
            Err(EngineError::Invalid { .. }) => "breaches-wrong-at",
            Err(EngineError::Conflict(_)) => return Ok(see("/admin/breaches", "changed")),
            Err(error) => return Err(error.into()),
        },
        None => "breaches-wrong-at",
    };
    let mut page = listed(&desk, None).await?;
    page.wrong = Some(wrong);
    (page.title, page.nature) = (title.to_owned(), nature.to_owned());
    fields.get("suspected").clone_into(&mut page.now);
    Ok(page::html_with(StatusCode::UNPROCESSABLE_ENTITY, &page))
}

async fn one(desk: &Desk, id: BreachId) -> Result<BreachPage<'_>, Problem> {
    let detail = get(desk.engine(), &desk.actor, id).await?;
    let now = desk.engine().clock().now();
    let languages = &desk.visit.brand.brand.languages;
    Ok(BreachPage::new(desk.shell(Section::Breaches)?, languages, &detail, now))
}

/// `GET /admin/breaches/{id}`
pub async fn show(desk: Desk, Id(id): Id<BreachId>, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    let mut page = one(&desk, id).await?;
    asked.name.trim().clone_into(&mut page.typed.name);
    page.begin(&asked.start);
    asked.account.trim().clone_into(&mut page.account);
    if let Ok(account) = page.account.parse::<AccountId>() {
        let found = doors(desk.engine(), &desk.actor, account).await?;
        page.doors = Some(found.iter().map(|door| found_door(desk.reader(), door)).collect());
    } else {
        page.doors_wrong = !page.account.is_empty();
    }
    Ok(page::html(&page))
}

/// What became of a form: on to the page, or the page with what was wrong beside the form.
async fn ended(
    desk: &Desk,
    id: BreachId,
    (form, done): (&'static str, &'static str),
    result: Result<(), EngineError>,
    typed: impl FnOnce(&mut BreachPage<'_>),
) -> Result<Response, Problem> {
    let wrong = match result {
        Ok(()) => return Ok(see(&format!("/admin/breaches/{id}"), done)),
        Err(EngineError::Conflict(_)) => "breaches-wrong-order",
        Err(EngineError::Invalid { field, .. }) => match (form, field) {
            ("search", "until") => "breaches-wrong-until",
            ("search", _) => "breaches-wrong-name",
            ("leave", _) => "breaches-wrong-leave",
            ("people", _) => "breaches-wrong-text",
            ("facts", _) => "breaches-wrong-facts-size",
            (_, "facts") => "breaches-wrong-facts",
            (_, "words") => "breaches-wrong-words",
            (_, "reason") => "breaches-wrong-reason",
            _ => "breaches-wrong-at",
        },
        Err(error) => return Err(error.into()),
    };
    let mut page = one(desk, id).await?;
    page.wrong = Some((form, wrong));
    typed(&mut page);
    Ok(page::html_with(StatusCode::UNPROCESSABLE_ENTITY, &page))
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
    ended(&desk, id, ("aware", "breach-aware"), result, |_| {}).await
}

/// `POST /admin/breaches/{id}/facts`
pub async fn facts(desk: Desk, Id(id): Id<BreachId>, fields: Fields) -> Result<Response, Problem> {
    let form = FactsForm {
        nature: fields.get("nature").to_owned(),
        contact: fields.get("contact").to_owned(),
        consequences: fields.get("consequences").to_owned(),
        measures: fields.get("measures").to_owned(),
    };
    let result = actions::set_facts(desk.engine(), &desk.actor, id, &form).await;
    ended(&desk, id, ("facts", "breach-facts"), result, |page| {
        for (name, _, text) in &mut page.facts {
            fields.get(name).clone_into(text);
        }
    })
    .await
}

/// `POST /admin/breaches/{id}/search`
pub async fn search(desk: Desk, Id(id): Id<BreachId>, fields: Fields) -> Result<Response, Problem> {
    let start = Start::from_code(fields.get("start")).unwrap_or(Start::Window);
    let with_keys = fields.get("with_keys") == "yes";
    let times =
        time_of(&desk, &fields, "from").and_then(|from| Ok((from, time_of(&desk, &fields, "until")?)));
    let result = match times {
        Ok((from, until)) => {
            let (name, until) = (fields.get("name").to_owned(), end_of(until, desk.engine().clock().now()));
            let asked = Search { start, name, from, until, with_keys };
            actions::search(desk.engine(), &desk.actor, id, &asked).await.map(drop)
        }
        Err(_) => Err(EngineError::Invalid { field: "until", problem: "is no time".to_owned() }),
    };
    ended(&desk, id, ("search", "breach-searched"), result, |page| {
        page.begin(start.code());
        page.typed = Typed {
            name: fields.get("name").to_owned(),
            from: fields.get("from").to_owned(),
            until: fields.get("until").to_owned(),
            with_keys,
        };
    })
    .await
}

/// `POST /admin/breaches/{id}/authority`
pub async fn authority(desk: Desk, Id(id): Id<BreachId>, fields: Fields) -> Result<Response, Problem> {
    let course = get(desk.engine(), &desk.actor, id).await?.breach.course;
    let result = match time_of(&desk, &fields, "at") {
        Ok(at) => {
            let (at, reason) = (not_before(at, course.aware_at), fields.get("reason"));
            actions::tell_authority(desk.engine(), &desk.actor, id, at, reason).await.map(drop)
        }
        Err(error) => Err(error),
    };
    ended(&desk, id, ("authority", "breach-told"), result, |_| {}).await
}

/// `POST /admin/breaches/{id}/leave`
pub async fn leave(desk: Desk, Id(id): Id<BreachId>, fields: Fields) -> Result<Response, Problem> {
    let result = actions::leave_authority(desk.engine(), &desk.actor, id, fields.get("reason")).await;
    ended(&desk, id, ("leave", "breach-left"), result, |_| {}).await
}

/// `POST /admin/breaches/{id}/people`
pub async fn people(desk: Desk, Id(id): Id<BreachId>, fields: Fields) -> Result<Response, Problem> {
    let texts = TEXTS.map(|(happened, done, advice, code)| Words {
        language: code.to_owned(),
        happened: fields.get(happened).to_owned(),
        done: fields.get(done).to_owned(),
        advice: fields.get(advice).to_owned(),
    });
    let result = actions::tell_people(desk.engine(), &desk.actor, id, &texts).await;
    ended(&desk, id, ("people", "breach-people"), result, |page| {
        for text in &mut page.texts {
            for (name, _, value) in &mut text.parts {
                fields.get(name).clone_into(value);
            }
        }
    })
    .await
}

/// `POST /admin/breaches/{id}/close`
pub async fn close(desk: Desk, Id(id): Id<BreachId>, fields: Fields) -> Result<Response, Problem> {
    let result = actions::close(desk.engine(), &desk.actor, id, fields.get("words")).await;
    ended(&desk, id, ("close", "breach-closed"), result, |_| {}).await
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
