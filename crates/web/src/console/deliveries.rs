//! Who got a broadcast and who did not, and why, as a list.
//!
//! Invariant: leads are named by their id here, never by who they are.

use super::chart::PARTS;
use super::words::{short, time};
use super::{Desk, ROWS, Section, Shell};
use crate::api::{Id, Query};
use crate::language::Language;
use crate::page;
use crate::problem::Problem;
use crate::reader::Reader;
use askama::Template;
use axum::response::Response;
use engine::views;
use engine::views::broadcasts::DeliveryView;
use engine::views::failures;
use fluent_bundle::FluentArgs;
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

/// Failures of which Meta gave no code.
const SILENT: [&str; 8] = [
    "interrupted",
    "not_sent",
    "not_in_register",
    "bad_address",
    "no_answer",
    "unreadable_answer",
    "short_answer",
    "null_slot",
];

/// Why a message did not go, in words: the gate's reason, or what Meta's number means, with the number.
pub fn reason(language: Language, code: &str) -> String {
    if Refusal::from_code(code).is_some() {
        return language.say(&format!("refusal-{code}"));
    }
    match code {
        code if code.starts_with("http_") => language.say("deliveries-reason-http"),
        code if SILENT.contains(&code) => language.say(&format!("deliveries-reason-{code}")),
        code => match failures::meaning(code) {
            Some(meaning) => {
                let mut args = FluentArgs::new();
                args.set("meaning", language.say(&format!("meta-{meaning}")));
                args.set("code", code.to_owned());
                language.tell("deliveries-reason-known", Some(&args))
            }
            None => language.say_with("deliveries-reason-meta", "code", code),
        },
    }
}

/// The word for a state that a badge has room for; the sentence stands in the table.
fn state_word(language: Language, state: DeliveryState) -> String {
    let part = PARTS.iter().find(|(_, _, states)| states.contains(&state.code()));
    part.map(|(_, id, _)| language.say(id)).unwrap_or_default()
}

impl Row {
    pub fn new(reader: Reader, view: &DeliveryView, pages: &[(PageId, String)]) -> Self {
        let language = reader.language;
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
            changed_at: time(reader, view.changed_at),
        }
    }
}

pub fn page_name(pages: &[(PageId, String)], id: PageId) -> String {
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
            table: format!("{back}/export?{}", query.trim_end_matches('&')),
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
    let rows = found.iter().map(|view| Row::new(desk.reader(), view, &pages)).collect();
    Ok(page::html(&DeliveriesPage::new(desk.shell(Section::Broadcasts)?, &id, state, rows, next)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::is_text;

    #[test]
    fn every_reason_is_said_in_words() {
        for language in Language::ALL {
            for refusal in Refusal::ALL {
                assert!(!reason(language, refusal.code()).starts_with("refusal-"));
            }
            for meaning in failures::meanings() {
                assert!(is_text(language, &format!("meta-{meaning}")), "{meaning} in {}", language.code());
            }
            for code in SILENT.into_iter().chain(["http_502"]) {
                assert!(
                    !reason(language, code).contains("deliveries-") && !reason(language, code).contains(code)
                );
            }
            // What is not documented is shown as it is, with where to look.
            for code in ["551/1545041", "424242/7"] {
                assert!(reason(language, code).contains(code));
            }
            assert!(reason(language, "424242/7").contains("developers.facebook.com"));
        }
        assert!(reason(Language::English, "10/2018278").contains("24 hours"));
    }
}
