//! `/admin/documents`: the brand's documents as they are in force, and publishing their first version where
//! there is none yet.
//!
//! Invariant: nothing here changes a version that has been published.

use super::fields::Fields;
use super::{Desk, Section, Shell, see};
use crate::account::documents::rendered;
use crate::account::form::{Form, Wrong};
use crate::account::publish;
use crate::account::versions::since;
use crate::console::words::{self, count};
use crate::language::Language;
use crate::page;
use crate::problem::Problem;
use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use engine::EngineError;
use engine::actions::documents::{self as actions, KINDS, REQUIRED};
use engine::views::At;
use engine::views::announced::{self, Unmailed};
use engine::views::documents::{self as views, Document, VersionView};
use model::brand::Brand;
use model::id::AnnouncementId;
use std::collections::HashMap;

/// One document in force.
pub struct Row {
    pub kind: &'static str,
    pub title: String,
    pub path: &'static str,
    pub version: String,
    pub published: At,
    pub since: At,
    pub texts: Vec<Text>,
    /// Languages of the brand in which it is not there.
    pub missing: Vec<String>,
    /// Announced and not in force yet: its page, and from when on.
    pub coming: Option<(String, String)>,
    /// How far everybody was told of the newest.
    pub told: Option<String>,
    /// What of that has not left.
    pub unmailed: Vec<String>,
}

/// The same in one of its languages.
pub struct Text {
    pub code: &'static str,
    pub direction: &'static str,
    pub name: String,
    /// As people see it.
    pub html: String,
}

#[derive(Template)]
#[template(path = "console/documents.html")]
pub struct DocumentsPage<'a> {
    pub frame: Shell<'a>,
    pub rows: Vec<Row>,
    /// What is still to be published; without a button when that is nothing.
    pub form: Form,
    /// Whether something may be published now, or the password is asked for first.
    pub is_proved: bool,
}

const fn path_of(kind: &str) -> &'static str {
    match kind.as_bytes() {
        b"terms" => "/terms",
        b"privacy" => "/privacy",
        b"breach_policy" => "/breach-policy",
        _ => "/data",
    }
}

fn row(language: Language, brand: &Brand, kind: &'static str, all: &[Document]) -> Option<Row> {
    let texts: Vec<&Document> = all.iter().filter(|one| one.kind == kind).collect();
    let first = texts.first()?;
    let is_there = |code: &str| texts.iter().any(|one| one.language == code);
    let missing = brand.languages.iter().filter(|code| !is_there(code));
    let missing = missing.filter_map(|code| Language::from_tag(code)).map(|one| one.say("language-name"));
    Some(Row {
        kind,
        title: language.say(&format!("document-{kind}")),
        path: path_of(kind),
        version: language.say_with("document-version", "version", &first.version.to_string()),
        published: At(first.published_at),
        since: At(first.effective_at),
        missing: missing.collect(),
        coming: None,
        told: None,
        unmailed: Vec::new(),
        texts: Language::ALL
            .into_iter()
            .filter_map(|one| Some((one, texts.iter().find(|text| text.language == one.code())?)))
            .map(|(one, text)| Text {
                code: one.code(),
                direction: one.direction(),
                name: one.say("language-name"),
                html: rendered(&text.text, 3, None),
            })
            .collect(),
    })
}

impl<'a> DocumentsPage<'a> {
    pub fn new(frame: Shell<'a>, brand: &Brand, in_force: &[Document]) -> Self {
        let language = frame.language;
        let rows: Vec<Row> = KINDS.iter().filter_map(|kind| row(language, brand, kind, in_force)).collect();
        let mut form = Form::new(language, "documents-publish");
        let missing = unpublished(in_force);
        if !missing.iter().any(|kind| REQUIRED.contains(kind)) {
            form.lead = vec![language.say("documents-publish-later")];
        }
        form.fields = publish::fields(language, brand, &missing);
        Self { frame, rows, form, is_proved: true }
    }
}

impl DocumentsPage<'_> {
    /// What was announced of each.
    pub fn tell(&mut self, versions: &[VersionView], unmailed: &HashMap<AnnouncementId, Unmailed>, now: At) {
        let language = self.frame.language;
        for row in &mut self.rows {
            let Some(newest) = versions.iter().find(|version| version.kind == row.kind) else { continue };
            if newest.effective_at > now.0 {
                let (since, _) = since(language, now, At(newest.effective_at));
                row.coming = Some((format!("/documents/{}/{}", row.kind, newest.number), since));
            }
            let Some(announced) = &newest.announcement else { continue };
            let id = if announced.done_at.is_some() { "document-told" } else { "documents-telling" };
            let of = unmailed.get(&announced.id).copied().unwrap_or_default();
            row.told = Some(count(language, id, of.told(announced.told)));
            row.unmailed = words::unmailed(language, of);
        }
    }
}

/// The kinds of which no version is in force.
fn unpublished(in_force: &[Document]) -> Vec<&'static str> {
    KINDS.into_iter().filter(|kind| !in_force.iter().any(|one| one.kind == *kind)).collect()
}

/// `GET /admin/documents`
pub async fn show(desk: Desk) -> Result<Response, Problem> {
    let in_force = views::in_force(desk.engine(), desk.actor.brand).await?;
    let frame = desk.shell(Section::Documents)?;
    let mut page = DocumentsPage::new(frame, &desk.visit.brand.brand, &in_force);
    let versions = views::versions(desk.engine(), desk.actor.brand).await?;
    let unmailed = announced::unmailed(desk.engine(), &desk.actor).await?;
    page.tell(&versions, &unmailed, At(desk.engine().clock().now()));
    page.is_proved = desk.session.is_proved;
    Ok(page::html(&page))
}

/// `POST /admin/documents`: version 1 of what is not there yet.
pub async fn publish(desk: Desk, fields: Fields) -> Result<Response, Problem> {
    let (language, brand) = (desk.language(), &desk.visit.brand.brand);
    let in_force = views::in_force(desk.engine(), desk.actor.brand).await?;
    let kinds = unpublished(&in_force);
    if kinds.is_empty() {
        return Ok(see("/admin/documents", "changed"));
    }
    let wrong = match publish::read(language, brand, &kinds, &fields) {
        Ok(new) => match actions::publish_first(desk.engine(), &desk.actor, new).await {
            Ok(()) => return Ok(see("/admin/documents", "published")),
            Err(EngineError::Conflict(_)) => return Ok(see("/admin/documents", "changed")),
            Err(error) => Wrong::of(language, error)?,
        },
        Err(wrong) => wrong,
    };
    let mut page = DocumentsPage::new(desk.shell(Section::Documents)?, brand, &in_force);
    page.form = page.form.typed(&fields).wrong(wrong);
    Ok(page::html_with(StatusCode::UNPROCESSABLE_ENTITY, &page))
}
