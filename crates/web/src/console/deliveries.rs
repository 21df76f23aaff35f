//! Who got a broadcast and who did not, and why: as a list, and as a table for other programs.
//!
//! Invariants: leads are named by their id here, never by who they are; no cell of the table can be
//! taken for a formula by a spreadsheet; the table is made while it is read, whatever its length.

use super::chart::PARTS;
use super::words::{short, time};
use super::{Desk, ROWS, Section, Shell};
use crate::api::{Id, Query};
use crate::language::Language;
use crate::page;
use crate::problem::Problem;
use askama::Template;
use axum::body::Body;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use engine::views::broadcasts::DeliveryView;
use engine::{EngineError, views};
use futures_util::stream;
use model::delivery::DeliveryState;
use model::gate::Refusal;
use model::id::{BroadcastId, LeadId, PageId};
use serde::Deserialize;

pub struct Row {
    pub href: String,
    pub lead: String,
    pub page: String,
    pub kind: &'static str,
    pub state: String,
    pub reason: String,
    pub changed_at: String,
}

pub struct Tab {
    pub href: String,
    pub label: String,
    pub is_chosen: bool,
}

#[derive(Template)]
#[template(path = "console/deliveries.html")]
pub struct DeliveriesPage<'a> {
    pub frame: Shell<'a>,
    pub back: String,
    pub tabs: Vec<Tab>,
    pub rows: Vec<Row>,
    pub next: Option<String>,
    pub table: String,
}

#[derive(Deserialize)]
pub struct Asked {
    #[serde(default)]
    state: String,
    #[serde(default)]
    after: String,
}

impl Asked {
    fn after(&self) -> Option<(PageId, LeadId)> {
        let (page, lead) = self.after.split_once('.')?;
        Some((page.parse().ok()?, lead.parse().ok()?))
    }
}

/// Why a message did not go, in words: the gate's reason, or Meta's number.
pub fn reason(language: Language, code: &str) -> String {
    if Refusal::from_code(code).is_some() {
        return language.say(&format!("refusal-{code}"));
    }
    match code {
        "interrupted" => language.say("deliveries-reason-interrupted"),
        code => language.say_with("deliveries-reason-meta", "code", code),
    }
}

/// The word for a state that a badge has room for; the sentence stands in the table.
fn state_word(language: Language, state: DeliveryState) -> String {
    let part = PARTS.iter().find(|(_, _, states)| states.contains(&state.code()));
    part.map(|(_, id, _)| language.say(id)).unwrap_or_default()
}

impl Row {
    pub fn new(language: Language, view: &DeliveryView, pages: &[(PageId, String)]) -> Self {
        Self {
            href: format!("/app/leads/{}", view.lead),
            lead: short(&view.lead),
            page: page_name(pages, view.page),
            kind: match view.state {
                DeliveryState::Sent => "good",
                DeliveryState::Failed => "bad",
                DeliveryState::Unknown => "warn",
                DeliveryState::Sending | DeliveryState::Planned => "info",
                DeliveryState::Refused => "",
            },
            state: state_word(language, view.state),
            reason: view.reason.as_deref().map(|code| reason(language, code)).unwrap_or_default(),
            changed_at: time(language, view.changed_at),
        }
    }
}

fn page_name(pages: &[(PageId, String)], id: PageId) -> String {
    pages.iter().find(|(own, _)| *own == id).map_or_else(|| short(&id), |(_, name)| name.clone())
}

impl<'a> DeliveriesPage<'a> {
    pub fn new(
        frame: Shell<'a>,
        id: &BroadcastId,
        state: Option<DeliveryState>,
        rows: Vec<Row>,
        next: Option<String>,
    ) -> Self {
        let language = frame.language;
        let back = format!("/app/broadcasts/{id}");
        let tab = |own: Option<DeliveryState>| Tab {
            href: own.map_or_else(
                || format!("{back}/deliveries"),
                |own| format!("{back}/deliveries?state={}", own.code()),
            ),
            label: own.map_or_else(|| language.say("deliveries-all"), |own| state_word(language, own)),
            is_chosen: own == state,
        };
        let shown =
            [DeliveryState::Refused, DeliveryState::Failed, DeliveryState::Unknown, DeliveryState::Sent];
        let query = state.map(|state| format!("state={}&", state.code())).unwrap_or_default();
        Self {
            tabs: std::iter::once(None).chain(shown.map(Some)).map(tab).collect(),
            next: next.map(|after| format!("{back}/deliveries?{query}after={after}")),
            table: format!("{back}/deliveries.csv?{}", query.trim_end_matches('&')),
            back,
            rows,
            frame,
        }
    }
}

/// `GET /app/broadcasts/{id}/deliveries`
pub async fn list(
    desk: Desk,
    Id(id): Id<BroadcastId>,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let state = DeliveryState::from_code(&asked.state);
    let found =
        views::broadcasts::deliveries(desk.engine(), &desk.actor, id, state, asked.after(), ROWS).await?;
    let next = crate::api::next(&found, ROWS, |delivery| format!("{}.{}", delivery.page, delivery.lead));
    let pages = super::leads::page_names(&desk).await?;
    let rows = found.iter().map(|view| Row::new(desk.language(), view, &pages)).collect();
    Ok(page::html(&DeliveriesPage::new(desk.shell(Section::Broadcasts)?, &id, state, rows, next)))
}

/// Where a table is that is being read.
struct Reading {
    desk: Desk,
    id: BroadcastId,
    state: Option<DeliveryState>,
    pages: Vec<(PageId, String)>,
    after: Option<(PageId, LeadId)>,
    is_done: bool,
}

/// `GET /app/broadcasts/{id}/deliveries.csv`
pub async fn table(
    desk: Desk,
    Id(id): Id<BroadcastId>,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    // A broadcast that is not there is said to be so before the first byte.
    views::broadcasts::get(desk.engine(), &desk.actor, id).await?;
    let pages = super::leads::page_names(&desk).await?;
    let language = desk.language();
    let heads = ["lead", "page", "state", "reason", "time"]
        .map(|name| language.say(&format!("deliveries-column-{name}")));
    // The mark tells spreadsheets that it is UTF-8.
    let head = format!("\u{feff}{}", line(&heads.each_ref().map(String::as_str)));
    let state = DeliveryState::from_code(&asked.state);
    let reading = Reading { desk, id, state, pages, after: None, is_done: false };
    let rows = stream::try_unfold(reading, |mut reading| async move {
        if reading.is_done {
            return Ok::<_, EngineError>(None);
        }
        let lines = reading.some().await?;
        Ok(Some((lines, reading)))
    });
    let body = stream::StreamExt::chain(stream::once(async { Ok(head) }), rows);
    let named = [
        (CONTENT_TYPE, "text/csv; charset=utf-8"),
        (CONTENT_DISPOSITION, "attachment; filename=\"deliveries.csv\""),
    ];
    Ok((named, Body::from_stream(body)).into_response())
}

impl Reading {
    async fn some(&mut self) -> Result<String, EngineError> {
        let (engine, language) = (self.desk.engine(), self.desk.language());
        let limit = views::LIMIT;
        let found =
            views::broadcasts::deliveries(engine, &self.desk.actor, self.id, self.state, self.after, limit)
                .await?;
        self.is_done = u32::try_from(found.len()).is_ok_and(|length| length < limit);
        self.after = found.last().map(|delivery| (delivery.page, delivery.lead));
        let lines = found.iter().map(|view| {
            let state = language.say(&format!("delivery-{}", view.state.code()));
            let reason = view.reason.as_deref().map(|code| reason(language, code)).unwrap_or_default();
            let (lead, at) = (view.lead.to_string(), view.changed_at.to_string());
            line(&[&lead, &page_name(&self.pages, view.page), &state, &reason, &at])
        });
        Ok(lines.collect())
    }
}

/// One line of the table (RFC 4180).
fn line(cells: &[&str]) -> String {
    let cells: Vec<String> = cells.iter().map(|cell| cell_of(cell)).collect();
    format!("{}\r\n", cells.join(","))
}

/// A spreadsheet runs what begins like a formula; an apostrophe before it makes it a text.
fn cell_of(text: &str) -> String {
    let is_formula =
        text.trim_start().starts_with(['=', '+', '-', '@', '\t', '\r']) || text.starts_with(['\t', '\r']);
    let mark = if is_formula { "'" } else { "" };
    format!("\"{mark}{}\"", text.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_taken_for_a_formula() {
        for bad in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "  =1", "\r=1"] {
            assert!(cell_of(bad).starts_with("\"'"), "{bad:?}");
        }
        assert_eq!(
            line(&["led_1", "Tea & \"Spices\"", "مقهى"]),
            "\"led_1\",\"Tea & \"\"Spices\"\"\",\"مقهى\"\r\n"
        );
    }

    #[test]
    fn every_reason_is_said_in_words() {
        for language in Language::ALL {
            for refusal in Refusal::ALL {
                assert!(!reason(language, refusal.code()).starts_with("refusal-"));
            }
            assert!(reason(language, "551/1545041").contains("551/1545041"));
        }
    }
}
