//! `/app/broadcasts/{id}/export`: who got a broadcast and who did not, taken out as a table (claim A3).
//!
//! Invariants: what the table is for is asked and kept; leads are named by their id, never by who they are; no cell can be
//! taken for a formula by a spreadsheet; the table is made while it is read.

use super::deliveries::{page_name, reason};
use super::fields::Fields;
use super::{Desk, Section, Shell};
use crate::api::{Id, Query};
use crate::language::Language;
use crate::page;
use crate::problem::Problem;
use crate::purpose;
use crate::table;
use askama::Template;
use axum::response::Response;
use engine::actions::exports::{By, DeliveriesForm, Which, begin_deliveries};
use engine::views::asked::EXPORT;
use engine::views::broadcasts::DeliveryView;
use engine::views::csv;
use engine::{EngineError, views};
use model::delivery::DeliveryState;
use model::id::{BroadcastId, PageId};
use serde::Deserialize;

/// A kind of deliveries that can be chosen.
pub struct Choice {
    pub value: &'static str,
    pub label: String,
    pub is_chosen: bool,
}

#[derive(Template)]
#[template(path = "console/deliveries_export.html")]
pub struct DeliveriesExportPage<'a> {
    pub frame: Shell<'a>,
    pub back: String,
    pub choices: Vec<Choice>,
    pub why: String,
    pub is_wrong: bool,
}

#[derive(Deserialize)]
pub struct Asked {
    #[serde(default)]
    state: String,
}

/// Which deliveries an entry or a choice means, in words.
pub fn which_word(language: Language, which: Which) -> String {
    match which {
        Which::All => language.say("deliveries-all"),
        Which::NotReached => language.say("deliveries-not-reached"),
        Which::In(state) => language.say(&format!("delivery-{}", state.code())),
    }
}

impl<'a> DeliveriesExportPage<'a> {
    pub fn new(frame: Shell<'a>, id: &BroadcastId, chosen: Which, why: String, is_wrong: bool) -> Self {
        let all = [Which::All, Which::NotReached].into_iter().chain(DeliveryState::ALL.map(Which::In));
        let choice = |which: Which| Choice {
            value: which.code().unwrap_or_default(),
            label: which_word(frame.language, which),
            is_chosen: which == chosen,
        };
        let choices = all.map(choice).collect();
        Self { back: format!("/app/broadcasts/{id}"), choices, why, is_wrong, frame }
    }

    /// Why it is asked what the file is for.
    pub fn purpose(&self) -> String {
        purpose::of(self.frame.language, &EXPORT, "sealed")
    }
}

/// `GET /app/broadcasts/{id}/export`: what for?
pub async fn ask(
    desk: Desk,
    Id(id): Id<BroadcastId>,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    views::broadcasts::get(desk.engine(), &desk.actor, id).await?;
    let which = Which::from_code(&asked.state).unwrap_or(Which::All);
    let frame = desk.shell(Section::Broadcasts)?;
    Ok(page::html(&DeliveriesExportPage::new(frame, &id, which, String::new(), false)))
}

fn line(language: Language, pages: &[(PageId, String)], view: &DeliveryView) -> String {
    let state = which_word(language, Which::In(view.state));
    let code = view.reason.as_deref().unwrap_or_default();
    let said = view.reason.as_deref().map(|code| reason(language, code)).unwrap_or_default();
    let (lead, page) = (view.lead.to_string(), page_name(pages, view.page));
    let (attempts, at) = (view.attempts.to_string(), view.changed_at.to_string());
    csv::line([&lead, &page, &state, code, &said, &attempts, &at])
}

/// `POST /app/broadcasts/{id}/export`: the table, of which the account is told by mail.
pub async fn take(desk: Desk, Id(id): Id<BroadcastId>, fields: Fields) -> Result<Response, Problem> {
    let which = Which::from_code(fields.get("state"))
        .ok_or_else(|| Problem::invalid("state", "is not one of those that the form offers"))?;
    let why = fields.get("why").to_owned();
    let asked = DeliveriesForm { broadcast: id, which, why: why.clone(), by: By::Console };
    let export = match begin_deliveries(desk.engine(), &desk.actor, asked).await {
        Ok(export) => export,
        Err(EngineError::Invalid { field: "why", .. }) => {
            let frame = desk.shell(Section::Broadcasts)?;
            return Ok(page::html(&DeliveriesExportPage::new(frame, &id, which, why, true)));
        }
        Err(error) => return Err(error.into()),
    };
    let language = desk.language();
    let heads = ["lead", "page", "state", "code", "reason", "attempts", "time"]
        .map(|name| language.say(&format!("deliveries-column-{name}")));
    let head = format!("{}{}", table::MARK, csv::line(heads.each_ref().map(String::as_str)));
    let pages = super::leads::page_names(&desk).await?;
    let state = (desk, pages, export);
    Ok(table::file("deliveries.csv", table::CSV, head, state, |(desk, pages, mut export)| async move {
        let some = export.next(desk.engine()).await?;
        Ok(some.map(|some| {
            let lines = some.iter().map(|view| line(desk.language(), &pages, view)).collect();
            (lines, (desk, pages, export))
        }))
    }))
}
