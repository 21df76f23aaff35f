//! `/account/decide`: new versions of documents, each with what changes, and the person's decision: accept, or back up
//! and leave (claims A2, F7).
//!
//! Invariant: a version is accepted only by whoever was shown it, and nothing is ticked beforehand.

use super::difference::{self, Line};
use super::documents::rendered;
use super::next_of;
use super::versions::{OfVersion, in_language, since};
use crate::api::file;
use crate::console::fields::Fields;
use crate::console::{Desk, Section, Shell, see};
use crate::page;
use crate::problem::Problem;
use crate::session;
use askama::Template;
use axum::Extension;
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use engine::EngineError;
use engine::actions::documents as actions;
use engine::actions::sign_in::SignedIn;
use engine::views::At;
use engine::views::documents as views;

/// A version to decide on.
struct Change {
    /// Kind and version, for the form.
    value: String,
    title: String,
    version: String,
    since: String,
    is_coming: bool,
    summary: String,
    changes: Vec<Line>,
    text: String,
    href: String,
}

#[derive(Template)]
#[template(path = "account/decide.html")]
struct DecidePage<'a> {
    frame: Shell<'a>,
    changes: Vec<Change>,
    is_due: bool,
    next: String,
    wrong: Option<String>,
    contact: &'a str,
}

async fn page(desk: &Desk, next: String, wrong: Option<&str>) -> Result<Response, Problem> {
    let (engine, language) = (desk.engine(), desk.language());
    let open = views::to_decide(engine, &desk.actor).await?;
    if open.is_empty() {
        return Ok(see(session::next(&next), ""));
    }
    let now = At(engine.clock().now());
    let mut changes = Vec::with_capacity(open.len());
    for one in &open {
        let (kind, number) = (&one.shown.kind, one.shown.version);
        let Some(text) = in_language(&one.texts, language) else { continue };
        let before = views::version(engine, desk.actor.brand, kind, one.accepted).await?;
        let before = before.iter().find(|before| before.language == text.language);
        let (since, is_coming) = since(language, now, At(one.effective_at));
        changes.push(Change {
            value: format!("{kind}:{number}:{}", text.language),
            title: language.say(&format!("document-{kind}")),
            version: language.say_with("document-version", "version", &number.to_string()),
            since,
            is_coming,
            summary: text.summary.clone(),
            changes: before.map(|old| difference::lines(&old.text, &text.text)).unwrap_or_default(),
            text: rendered(&text.text, 3, None),
            href: format!("/documents/{kind}/{number}"),
        });
    }
    let status = if wrong.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let shown = DecidePage {
        is_due: open.iter().any(|one| one.is_due),
        changes,
        next,
        wrong: wrong.map(|id| language.say(id)),
        contact: &desk.visit.brand.brand.controller.contact,
        frame: desk.shell(Section::Account)?,
    };
    Ok(page::html_with(status, &shown))
}

/// `GET /account/decide`
pub async fn show(desk: Desk, uri: Uri) -> Result<Response, Problem> {
    let next = next_of(uri.query().unwrap_or_default());
    page(&desk, next, None).await
}

/// Kind, version and language, as the form names them.
fn read(text: &str) -> Option<actions::Read> {
    let mut parts = text.split(':');
    let (kind, version, language) = (parts.next()?, parts.next()?, parts.next()?);
    let version = version.parse().ok()?;
    Some(actions::Read { kind: kind.to_owned(), version, language: language.to_owned() })
}

/// `POST /account/decide`
pub async fn accept(
    desk: Desk,
    Extension(who): Extension<SignedIn>,
    fields: Fields,
) -> Result<Response, Problem> {
    let next = session::next(fields.get("next")).to_owned();
    let accepted: Vec<actions::Read> = fields.all("accepted").filter_map(read).collect();
    if accepted.is_empty() {
        return page(&desk, next, Some("decide-nothing")).await;
    }
    match actions::accept(desk.engine(), &who, &accepted).await {
        Ok(()) => Ok(see(&next, if next.contains('?') { "" } else { "decided" })),
        Err(EngineError::Invalid { .. }) => page(&desk, next, Some("decide-changed")).await,
        Err(error) => Err(error.into()),
    }
}

/// `GET /account/accepted/{kind}/{version}`: the proof of one's own acceptance.
pub async fn proof(desk: Desk, of: OfVersion) -> Result<Response, Problem> {
    let made = views::acceptance_proof(desk.engine(), &desk.actor, of.kind, of.number).await?;
    Ok(file(&format!("accepted-{}-{}.json", of.kind, of.number), made))
}
