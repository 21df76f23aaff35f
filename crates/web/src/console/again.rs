//! `/app/broadcasts/{id}/again`: whom a broadcast did not reach, who of them may get it now, and the
//! question before it is sent to them.
//!
//! Invariants: nobody to whom it may have been delivered gets it a second time unless that was ticked;
//! the engine asks the gate anew for each.

use super::broadcasts::{Reason, reasons};
use super::fields::Fields;
use super::words::{count, number};
use super::{Desk, Section, Shell, see};
use crate::api::Id;
use crate::page;
use crate::problem::Problem;
use askama::Template;
use axum::response::Response;
use engine::actions::broadcasts::{self, AgainView};
use engine::views::broadcasts::BroadcastView;
use engine::{EngineError, views};
use model::broadcast::BroadcastState;
use model::id::BroadcastId;

#[derive(Template)]
#[template(path = "console/again.html")]
pub struct AgainPage<'a> {
    pub frame: Shell<'a>,
    pub id: String,
    pub failed: u64,
    pub unknown: u64,
    pub failed_for_good: String,
    /// Why it did not reach those whom it did not reach.
    pub reasons: Vec<Reason>,
    /// Beside the box that takes in those who perhaps got it.
    pub unknown_too: String,
    /// Nothing of it is left to do.
    pub is_nobody: bool,
}

impl<'a> AgainPage<'a> {
    pub fn new(frame: Shell<'a>, view: &BroadcastView, again: &AgainView) -> Self {
        let language = frame.language;
        let failed = view.reasons.iter().filter_map(|(name, leads)| {
            Some((name.strip_prefix("failed")?.trim_start_matches('/').to_owned(), *leads))
        });
        let failed: Vec<(String, u64)> = failed.collect();
        Self {
            id: view.id.to_string(),
            failed: again.failed,
            unknown: again.unknown,
            failed_for_good: number(again.failed_for_good),
            reasons: reasons(language, failed.iter().map(|(reason, leads)| (reason, leads))),
            unknown_too: count(language, "again-unknown-too", again.unknown),
            is_nobody: again.failed == 0 && again.unknown == 0,
            frame,
        }
    }
}

/// `GET /app/broadcasts/{id}/again`: how many, why those, and the button.
pub async fn ask(desk: Desk, Id(id): Id<BroadcastId>) -> Result<Response, Problem> {
    let view = views::broadcasts::get(desk.engine(), &desk.actor, id).await?;
    if view.state != BroadcastState::Finished {
        return Ok(see(&format!("/app/broadcasts/{id}"), "changed"));
    }
    let again = broadcasts::look_again(desk.engine(), &desk.actor, id).await?;
    Ok(page::html(&AgainPage::new(desk.shell(Section::Broadcasts)?, &view, &again)))
}

/// `POST /app/broadcasts/{id}/again`
pub async fn send(desk: Desk, Id(id): Id<BroadcastId>, fields: Fields) -> Result<Response, Problem> {
    let back = format!("/app/broadcasts/{id}");
    let view = views::broadcasts::get(desk.engine(), &desk.actor, id).await?;
    if view.open_until.is_some_and(|until| until.0 <= desk.engine().clock().now()) {
        return Ok(see(&back, "again-closed"));
    }
    let unknown_too = fields.get("unknown_too") == "yes";
    match broadcasts::send_again(desk.engine(), &desk.actor, id, unknown_too).await {
        Ok(_) => Ok(see(&back, "sent-again")),
        Err(EngineError::Step(_) | EngineError::Conflict(_)) => Ok(see(&back, "again-nobody")),
        Err(EngineError::Cancelled) => Ok(see(&back, "subscription-ended")),
        Err(error) => Err(error.into()),
    }
}
