//! `/account/leave`: what is announced that nobody has to accept (who is to get data, a changed data map, the brand's
//! end), and the choice: stay, or back up and leave (claims F7, R3).
//!
//! Invariant: nothing is decided here by being looked at.

use crate::console::brand_end::ending;
use crate::console::words::time_in;
use crate::console::{Desk, Section, Shell};
use crate::language::Language;
use crate::page;
use crate::problem::Problem;
use askama::Template;
use axum::response::Response;
use engine::datamap::gate::{self, ComingView};
use engine::views::recipients::{self, RecipientView, Standing};
use engine::views::{At, brand_end};
use model::time::Timestamp;

/// Something that is announced.
pub struct Coming {
    pub href: &'static str,
    pub what: String,
    pub from: String,
}

#[derive(Template)]
#[template(path = "account/leave.html")]
pub struct LeavePage<'a> {
    pub frame: Shell<'a>,
    /// That the brand ends.
    pub ending: Option<String>,
    /// Whether any end was ever announced, called off or not.
    pub has_ends: bool,
    pub coming: Vec<Coming>,
    pub contact: &'a str,
}

pub fn coming(language: Language, maps: &[ComingView], all: &[RecipientView]) -> Vec<Coming> {
    let from = |id: &str, at: Timestamp| language.say_with(id, "time", &time_in(language, At(at), None));
    let map = |one: &ComingView| Coming {
        href: "/data",
        what: language.say("document-data_map"),
        from: from("document-from", one.announcement.effective_at),
    };
    let recipient = |one: &RecipientView| Coming {
        href: "/recipients",
        what: one.entry.who.clone(),
        from: from("leave-recipient-from", one.entry.in_force_from),
    };
    let recipients = all.iter().filter(|one| one.standing == Standing::Coming).map(recipient);
    maps.iter().map(map).chain(recipients).collect()
}

/// `GET /account/leave`
pub async fn show(desk: Desk) -> Result<Response, Problem> {
    let (engine, brand) = (desk.engine(), desk.actor.brand);
    let maps = gate::coming(engine, brand).await?;
    let all = recipients::list(engine, brand).await?;
    Ok(page::html(&LeavePage {
        ending: ending(&desk).await?,
        has_ends: !brand_end::list(engine, brand).await?.is_empty(),
        coming: coming(desk.language(), &maps, &all),
        contact: &desk.visit.brand.brand.controller.contact,
        frame: desk.shell(Section::Account)?,
    }))
}
