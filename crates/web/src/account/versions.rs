//! `/documents/{kind}/{version}`: each version of a document that was ever published, what was different from the one
//! before, and how to see that it stands in the log (claim X6).
//!
//! Invariant: what is public once stays public, in force or not.

use super::Guest;
use super::difference::{self, Line};
use super::documents::rendered;
use crate::console::Shell;
use crate::console::words::time_in;
use crate::language::Language;
use crate::page;
use crate::problem::Problem;
use askama::Template;
use axum::extract::FromRequestParts;
use axum::extract::Path;
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use engine::actions::documents::KINDS;
use engine::views::At;
use engine::views::documents::{self as views, Document, VersionView};

/// Document and version in an address. What cannot be read is no page.
pub struct OfVersion {
    pub kind: &'static str,
    pub number: i64,
}

impl<S: Send + Sync> FromRequestParts<S> for OfVersion {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let read = Path::<(String, i64)>::from_request_parts(parts, state).await;
        let Path((kind, number)) = read.map_err(|_| Problem::no_such_route())?;
        let known = KINDS.iter().chain(["data_map"].iter()).find(|known| **known == kind);
        Ok(Self { kind: known.ok_or_else(Problem::no_such_route)?, number })
    }
}

/// Where it was published, and where else to look.
pub struct VersionLink {
    pub href: String,
    pub name: String,
    pub since: String,
    pub is_this: bool,
}

#[derive(Template)]
#[template(path = "account/version.html")]
struct VersionPage<'a> {
    frame: Shell<'a>,
    title: String,
    version: String,
    since: String,
    is_coming: bool,
    early: Option<String>,
    summary: String,
    changes: Vec<Line>,
    text: String,
    all: Vec<VersionLink>,
    hashed: String,
    hash: String,
    leaf: Option<String>,
}

/// In this language, or in the first that there is.
pub fn in_language(texts: &[Document], language: Language) -> Option<&Document> {
    texts.iter().find(|text| text.language == language.code()).or(texts.first())
}

/// Whether a newer version came into force first, so that this one never does.
fn is_overtaken(of: &VersionView, all: &[VersionView]) -> bool {
    let newer = |other: &&VersionView| other.kind == of.kind && other.number > of.number;
    let is_first =
        |other: &VersionView| other.effective_at <= of.effective_at && other.published_at < of.effective_at;
    all.iter().filter(newer).any(is_first)
}

/// From when it is, was or will be in force.
pub fn since(language: Language, now: At, at: At) -> (String, bool) {
    let is_coming = at.0 > now.0;
    let id = if is_coming { "document-from" } else { "document-since" };
    (language.say_with(id, "time", &time_in(language, at, None)), is_coming)
}

/// The same of one among all.
fn standing(language: Language, now: At, of: &VersionView, all: &[VersionView]) -> (String, bool) {
    if is_overtaken(of, all) {
        return (language.say("document-overtaken"), false);
    }
    since(language, now, At(of.effective_at))
}

fn link(language: Language, now: At, (of, all): (&VersionView, &[VersionView]), number: i64) -> VersionLink {
    VersionLink {
        href: format!("/documents/{}/{}", of.kind, of.number),
        name: language.say_with("document-version", "version", &of.number.to_string()),
        since: standing(language, now, of, all).0,
        is_this: of.number == number,
    }
}

/// `GET /documents/{kind}/{version}`
pub async fn show(guest: Guest, of: OfVersion) -> Result<Response, Problem> {
    let (engine, brand, language) = (guest.engine(), guest.brand(), guest.language());
    let texts = views::version(engine, brand, of.kind, of.number).await?;
    let own = in_language(&texts, language).ok_or_else(Problem::no_such_route)?;
    let before = views::version(engine, brand, of.kind, of.number.saturating_sub(1)).await?;
    let before = before.iter().find(|text| text.language == own.language);
    let all = views::versions(engine, brand).await?;
    let now = At(engine.clock().now());
    let of_kind = || all.iter().filter(|version| version.kind == of.kind);
    let this = of_kind().find(|version| version.number == of.number).ok_or_else(Problem::no_such_route)?;
    let announced = this.announcement.as_ref();
    let (since, is_coming) = standing(language, now, this, &all);
    Ok(page::html(&VersionPage {
        title: language.say(&format!("document-{}", of.kind)),
        version: language.say_with("document-version", "version", &of.number.to_string()),
        since,
        is_coming,
        early: announced
            .and_then(|one| one.early.as_ref())
            .map(|early| language.say(&format!("document-early-{early}"))),
        summary: own.summary.clone(),
        changes: before.map(|old| difference::lines(&old.text, &own.text)).unwrap_or_default(),
        text: rendered(&own.text, 2, guest.visit.asked()),
        all: of_kind().map(|version| link(language, now, (version, &all), of.number)).collect(),
        hashed: format!("/documents/{}/{}/hashed", of.kind, of.number),
        hash: views::fingerprint(brand, &texts),
        leaf: announced.and_then(|one| one.leaf_index).map(|index| index.to_string()),
        frame: guest.frame()?,
    }))
}

/// `GET /documents/{kind}/{version}/hashed`: the bytes that the hash is of.
pub async fn hashed(guest: Guest, of: OfVersion) -> Result<Response, Problem> {
    let texts = views::version(guest.engine(), guest.brand(), of.kind, of.number).await?;
    if texts.is_empty() {
        return Err(Problem::no_such_route());
    }
    let bytes = views::bytes_of(guest.brand(), &texts);
    Ok(([(CONTENT_TYPE, "application/json")], bytes).into_response())
}
