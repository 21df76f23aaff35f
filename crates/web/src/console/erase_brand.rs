//! `/admin/brand/erase`: the brand's admin has the whole of it erased (claims F1, R3).
//!
//! Invariants: the page says by count what goes, what stays and why, before anything is asked, and offers to take
//! data along first; as long as there are users it leads to the announcement of the end until that day has come; nothing
//! is erased unless the brand's name was typed; afterwards the browser keeps nothing of
//! the session.

use super::brand_end::HOME as END;
use super::fields::Fields;
use super::words::count;
use super::{Desk, Section, Shell, see};
use crate::account::erase::{ErasePage, Words, field, gone_to};
use crate::account::form::Wrong;
use crate::problem::Problem;
use axum::response::Response;
use engine::EngineError;
use engine::actions::erasure::{self, BrandGoing};
use engine::views::brand_end;

const BRAND: Words = Words {
    up: "/admin/brand",
    up_title: "console-nav-brand",
    title: "erase-brand-title",
    lead: "erase-brand-lead",
    rest: "erase-brand-goes-rest",
    kept: Some("erase-brand-kept-name"),
    tag: "erase-brand-tag-title",
    tag_lead: "erase-brand-tag-lead",
    archive: "erase-brand-archive-lead",
    button: "erase-brand-button",
};

/// The page that asks.
pub fn page_of<'a>(frame: Shell<'a>, going: &BrandGoing, backup_days: u16, tag: String) -> ErasePage<'a> {
    let language = frame.language;
    let goes = [
        ("erase-brand-goes-accounts", going.accounts),
        ("erase-goes-pages", going.pages),
        ("erase-goes-leads", going.leads),
        ("erase-goes-broadcasts", going.broadcasts),
    ];
    let goes = goes.map(|(id, number)| count(language, id, number)).into();
    let name = field(language, "name", "text", "erase-brand-type");
    ErasePage::new(frame, &BRAND, goes, name, backup_days, tag)
}

async fn asking(desk: &Desk, wrong: Option<Wrong>) -> Result<Response, Problem> {
    let engine = desk.engine();
    let going = erasure::counts_of_brand(engine, &desk.actor).await?;
    let tag = erasure::tag_of_brand(engine, &desk.actor).await?;
    let days = engine.settings().backup_days;
    Ok(page_of(desk.shell(Section::Brand)?, &going, days, tag).answer(wrong))
}

/// `GET /admin/brand/erase`
pub async fn ask(desk: Desk) -> Result<Response, Problem> {
    if !brand_end::get(desk.engine(), &desk.actor).await?.may_erase {
        return Ok(see(END, ""));
    }
    asking(&desk, None).await
}

/// `POST /admin/brand/erase`: the way leads to the public page, since nobody is signed in any more.
pub async fn erase(desk: Desk, fields: Fields) -> Result<Response, Problem> {
    if !brand_end::get(desk.engine(), &desk.actor).await?.may_erase {
        return Ok(see(END, "brand-end-waits"));
    }
    let name = desk.visit.brand.brand.name.trim().to_lowercase();
    if fields.get("name").trim().to_lowercase() != name {
        return asking(&desk, Some(Wrong::new(desk.language(), "name", "erase-brand-wrong"))).await;
    }
    match erasure::erase_own_brand(desk.engine(), &desk.actor).await {
        Ok(erased) => Ok(gone_to(&erased.code, desk.language())),
        Err(EngineError::Conflict(_)) if !brand_end::get(desk.engine(), &desk.actor).await?.may_erase => {
            Ok(see(END, "brand-end-waits"))
        }
        Err(error) => Err(error.into()),
    }
}
