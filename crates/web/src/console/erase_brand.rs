//! `/admin/brand/erase`: the brand's admin has the whole of it erased (claims F1, R3).
//!
//! Invariants: the page says by count what goes, what stays and why, before anything is asked, and offers to take
//! data along first; nothing is erased unless the brand's name was typed; afterwards the browser keeps nothing of
//! the session.

use super::fields::Fields;
use super::words::count;
use super::{Desk, Section, Shell};
use crate::account::erase::{archive, field, gone_to};
use crate::account::form::{Field, Wrong};
use crate::page;
use crate::problem::Problem;
use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use engine::actions::erasure::{self, BrandGoing};

#[derive(Template)]
#[template(path = "console/erase_brand.html")]
pub struct EraseBrandPage<'a> {
    pub frame: Shell<'a>,
    pub goes: Vec<String>,
    pub backups: String,
    pub archive: (&'static str, String),
    pub fields: Vec<Field>,
    pub tag: String,
}

impl<'a> EraseBrandPage<'a> {
    pub fn new(frame: Shell<'a>, going: &BrandGoing, backup_days: u16, tag: String) -> Self {
        let language = frame.language;
        let goes = [
            ("erase-brand-goes-accounts", going.accounts),
            ("erase-goes-pages", going.pages),
            ("erase-goes-leads", going.leads),
            ("erase-goes-broadcasts", going.broadcasts),
        ];
        Self {
            goes: goes.map(|(id, number)| count(language, id, number)).into(),
            backups: count(language, "erase-kept-backups", u64::from(backup_days)),
            archive: archive(language),
            fields: vec![field(language, "name", "text", "erase-brand-type")],
            tag,
            frame,
        }
    }
}

async fn asking(desk: &Desk, wrong: Option<Wrong>) -> Result<Response, Problem> {
    let engine = desk.engine();
    let going = erasure::counts_of_brand(engine, &desk.actor).await?;
    let tag = erasure::tag_of_brand(engine, &desk.actor).await?;
    let days = engine.settings().backup_days;
    let mut shown = EraseBrandPage::new(desk.shell(Section::Brand)?, &going, days, tag);
    let mut status = StatusCode::OK;
    if let Some(wrong) = wrong {
        status = wrong.status;
        shown.fields.iter_mut().for_each(|field| field.wrong = Some(wrong.sentence.clone()));
    }
    let mut response = page::html(&shown);
    *response.status_mut() = status;
    Ok(response)
}

/// `GET /admin/brand/erase`
pub async fn ask(desk: Desk) -> Result<Response, Problem> {
    asking(&desk, None).await
}

/// `POST /admin/brand/erase`: the way leads to the public page, since nobody is signed in any more.
pub async fn erase(desk: Desk, fields: Fields) -> Result<Response, Problem> {
    let name = desk.visit.brand.brand.name.trim().to_lowercase();
    if fields.get("name").trim().to_lowercase() != name {
        return asking(&desk, Some(Wrong::new(desk.language(), "name", "erase-brand-wrong"))).await;
    }
    let erased = erasure::erase_own_brand(desk.engine(), &desk.actor).await?;
    Ok(gone_to(&erased.code))
}
