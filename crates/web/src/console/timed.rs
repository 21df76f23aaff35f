//! `/app/broadcasts/{id}/schedule`: when a broadcast is to be sent by itself, as the clocks of a place
//! show it.
//!
//! Invariants: the engine resolves the time and says what the clocks make of it, and so does the page
//! that follows; no zone is guessed, because a wrong guess would send at the wrong hour; what was typed
//! is shown again after a mistake.

use super::fields::Fields;
use super::leads::Choice;
use super::words::time_in;
use super::{Desk, Section, Shell, see};
use crate::api::Id;
use crate::language::Language;
use crate::page;
use crate::problem::Problem;
use crate::reader::{Zone, likely, others};
use askama::Template;
use axum::response::Response;
use engine::actions::broadcasts::{self, ScheduleForm};
use engine::schedule::{How, resolve};
use engine::views::broadcasts::BroadcastView;
use engine::{EngineError, views};
use model::broadcast::BroadcastState;
use model::id::BroadcastId;
use model::time::Timestamp;

/// Broadcasts among which the zone that was last chosen is looked for.
const LOOK_BACK: u32 = 10;

/// What was typed.
#[derive(Debug, Clone, Default)]
pub struct Typed {
    pub local: String,
    pub zone: String,
    pub second_time: bool,
}

/// The field that does not fit, and what it takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    pub field: &'static str,
    /// Its Fluent id.
    pub text: &'static str,
}

#[derive(Template)]
#[template(path = "console/timed.html")]
pub struct TimedPage<'a> {
    pub frame: Shell<'a>,
    pub id: String,
    pub typed: Typed,
    pub likely: Vec<Choice>,
    pub all: Vec<Choice>,
    /// When it is sent as things are.
    pub send_at: Option<String>,
    pub open_until: Option<String>,
    pub wrong: Option<Wrong>,
}

/// When a broadcast is sent by itself, as the clocks there show it, and where that is.
pub fn send_at(language: Language, view: &BroadcastView) -> Option<String> {
    view.send_at.map(|at| time_in(language, at, view.zone.as_deref()))
}

impl<'a> TimedPage<'a> {
    pub fn new(frame: Shell<'a>, view: &BroadcastView, typed: Typed, wrong: Option<Wrong>) -> Self {
        let language = frame.language;
        let choice = |zone: Zone| Choice {
            is_chosen: zone.name() == typed.zone,
            label: zone.shown(),
            value: zone.name().to_owned(),
        };
        Self {
            id: view.id.to_string(),
            likely: likely(language).map(choice).collect(),
            all: others(language).map(choice).collect(),
            send_at: send_at(language, view),
            open_until: view.open_until.map(|at| time_in(language, at, Some(frame.zone.name()))),
            typed,
            wrong,
            frame,
        }
    }

    fn is_wrong(&self, field: &str) -> bool {
        self.wrong.as_ref().is_some_and(|wrong| wrong.field == field)
    }
}

/// The engine names the field; which sentence fits the time is seen from the time itself.
fn wrong(typed: &Typed, field: &'static str, now: Timestamp, until: Option<Timestamp>) -> Wrong {
    if field == "zone" {
        return Wrong { field: "zone", text: "timed-wrong-zone" };
    }
    let text = match resolve(&typed.local, &typed.zone, typed.second_time) {
        Err(_) => "timed-wrong-local",
        Ok(resolved) if resolved.at.0 <= now => "timed-wrong-past",
        Ok(resolved) if until.is_some_and(|until| until <= resolved.at.0) => "timed-wrong-open",
        Ok(_) => "timed-wrong-far",
    };
    Wrong { field: "local", text }
}

fn may_be_timed(view: &BroadcastView) -> bool {
    matches!(view.state, BroadcastState::Draft | BroadcastState::Scheduled)
}

/// The zone of the broadcast, or the account's, or that of the newest broadcast that has one: people seldom
/// move.
async fn known_zone(desk: &Desk, view: &BroadcastView) -> Result<String, Problem> {
    if let Some(zone) = view.zone.as_deref().or(desk.session.zone.map(Zone::name)) {
        return Ok(zone.to_owned());
    }
    let newest = views::broadcasts::newest(desk.engine(), &desk.actor, None, LOOK_BACK).await?;
    Ok(newest.into_iter().find_map(|view| view.zone).unwrap_or_default())
}

/// `GET /app/broadcasts/{id}/schedule`
pub async fn show(desk: Desk, Id(id): Id<BroadcastId>) -> Result<Response, Problem> {
    let view = views::broadcasts::get(desk.engine(), &desk.actor, id).await?;
    if !may_be_timed(&view) {
        return Ok(see(&format!("/app/broadcasts/{id}"), "changed"));
    }
    // `2026-12-24T18:00`, as the field wants it.
    let local = view.send_local.as_deref().and_then(|local| local.get(..16)).unwrap_or_default().to_owned();
    let typed = Typed { local, zone: known_zone(&desk, &view).await?, second_time: false };
    Ok(page::html(&TimedPage::new(desk.shell(Section::Broadcasts)?, &view, typed, None)))
}

/// `POST /app/broadcasts/{id}/schedule`
pub async fn schedule(desk: Desk, Id(id): Id<BroadcastId>, fields: Fields) -> Result<Response, Problem> {
    let view = views::broadcasts::get(desk.engine(), &desk.actor, id).await?;
    let back = format!("/app/broadcasts/{id}");
    if !may_be_timed(&view) {
        return Ok(see(&back, "changed"));
    }
    let typed = Typed {
        local: fields.get("local").to_owned(),
        zone: fields.get("zone").to_owned(),
        second_time: fields.get("second_time") == "yes",
    };
    let form =
        ScheduleForm { local: typed.local.clone(), zone: typed.zone.clone(), second_time: typed.second_time };
    match broadcasts::schedule(desk.engine(), &desk.actor, id, form).await {
        Ok((_, resolved)) => Ok(see(
            &back,
            match resolved.how {
                How::Exact => "scheduled",
                How::Skipped => "scheduled-skipped",
                How::Twice if typed.second_time => "scheduled-second",
                How::Twice => "scheduled-first",
            },
        )),
        Err(EngineError::Invalid { field, .. }) => {
            let until = view.open_until.map(|at| at.0);
            let wrong = wrong(&typed, field, desk.engine().clock().now(), until);
            Ok(page::html(&TimedPage::new(desk.shell(Section::Broadcasts)?, &view, typed, Some(wrong))))
        }
        Err(EngineError::Step(_) | EngineError::Conflict(_)) => Ok(see(&back, "changed")),
        Err(EngineError::Cancelled) => Ok(see(&back, "subscription-ended")),
        Err(error) => Err(error.into()),
    }
}
