//! `/app/tags`: the account's words for its leads, made and deleted; and putting them on a lead or taking
//! them off.
//!
//! Invariants: deleting asks first, because it takes the tag from all its leads; a tag's name stands on
//! pages of its account alone and never in an address.

use super::fields::Fields;
use super::{ConfirmPage, Desk, Section, Shell, see};
use crate::api::Id;
use crate::page;
use crate::problem::Problem;
use crate::purpose;
use askama::Template;
use axum::response::Response;
use engine::actions::tags;
use engine::views::asked::TAG;
use engine::views::tags::TagView;
use engine::{EngineError, views};
use model::id::{LeadId, TagId};

#[derive(Template)]
#[template(path = "console/tags.html")]
pub struct TagsPage<'a> {
    pub frame: Shell<'a>,
    /// Id and name.
    pub rows: Vec<(String, String)>,
    pub typed: String,
    /// Why the word is kept.
    pub purpose: String,
    /// What is wrong with what was typed.
    pub wrong: Option<String>,
}

impl<'a> TagsPage<'a> {
    pub fn new(frame: Shell<'a>, tags: &[TagView]) -> Self {
        let rows = tags.iter().map(|tag| (tag.id.to_string(), tag.name.clone())).collect();
        let purpose = purpose::of(frame.language, &TAG, "sealed");
        Self { frame, rows, purpose, typed: String::new(), wrong: None }
    }
}

/// `GET /app/tags`
pub async fn list(desk: Desk) -> Result<Response, Problem> {
    let tags = views::tags::list(desk.engine(), &desk.actor).await?;
    Ok(page::html(&TagsPage::new(desk.shell(Section::Leads)?, &tags)))
}

/// `POST /app/tags`
pub async fn create(desk: Desk, fields: Fields) -> Result<Response, Problem> {
    let name = fields.get("name");
    let known = views::tags::list(desk.engine(), &desk.actor).await?;
    let wrong = match tags::create(desk.engine(), &desk.actor, name).await {
        Ok(tag) if known.iter().any(|known| known.id == tag.id) => return Ok(see("/app/tags", "tag-known")),
        Ok(_) => return Ok(see("/app/tags", "tag-made")),
        Err(EngineError::Invalid { .. }) => desk.language().say("tags-wrong-name"),
        Err(EngineError::Conflict(_)) => desk.language().say("tags-wrong-many"),
        Err(error) => return Err(error.into()),
    };
    let all = views::tags::list(desk.engine(), &desk.actor).await?;
    let mut page = TagsPage::new(desk.shell(Section::Leads)?, &all);
    (page.typed, page.wrong) = (name.to_owned(), Some(wrong));
    Ok(page::html(&page))
}

pub fn delete_question<'a>(frame: Shell<'a>, tag: &TagView) -> ConfirmPage<'a> {
    let language = frame.language;
    ConfirmPage {
        title: language.say_with("tags-delete-title", "name", &tag.name),
        back: ("/app/tags".to_owned(), language.say("tags-title")),
        sentences: vec![language.say("tags-delete-what")],
        button: language.say("tags-delete-button"),
        is_dangerous: true,
        frame,
    }
}

/// `GET /app/tags/{id}/delete`: asks.
pub async fn ask_delete(desk: Desk, Id(id): Id<TagId>) -> Result<Response, Problem> {
    let tags = views::tags::list(desk.engine(), &desk.actor).await?;
    let tag = tags.iter().find(|tag| tag.id == id).ok_or_else(|| Problem::not_found("this tag"))?;
    Ok(page::html(&delete_question(desk.shell(Section::Leads)?, tag)))
}

/// `POST /app/tags/{id}/delete`
pub async fn delete(desk: Desk, Id(id): Id<TagId>) -> Result<Response, Problem> {
    tags::delete(desk.engine(), &desk.actor, id).await?;
    Ok(see("/app/tags", "tag-deleted"))
}

async fn set(desk: Desk, lead: LeadId, fields: Fields, bears: bool) -> Result<Response, Problem> {
    // A lead that is not there is said to be so, whatever the tag is.
    views::leads::masked(desk.engine(), &desk.actor, lead).await?;
    let back = format!("/app/leads/{lead}");
    let Ok(tag) = fields.get("tag").parse() else { return Ok(see(&back, "changed")) };
    match tags::set(desk.engine(), &desk.actor, tag, &[lead], bears).await {
        Ok(_) => Ok(see(&back, if bears { "tag-put" } else { "tag-taken" })),
        Err(EngineError::NotFound("this tag")) => Ok(see(&back, "changed")),
        Err(error) => Err(error.into()),
    }
}

/// `POST /app/leads/{id}/tag`
pub async fn put(desk: Desk, Id(id): Id<LeadId>, fields: Fields) -> Result<Response, Problem> {
    set(desk, id, fields, true).await
}

/// `POST /app/leads/{id}/untag`
pub async fn take(desk: Desk, Id(id): Id<LeadId>, fields: Fields) -> Result<Response, Problem> {
    set(desk, id, fields, false).await
}
