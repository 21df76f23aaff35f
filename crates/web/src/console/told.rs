//! What a lead told when a question asked for it: on the lead's page once it is shown, with what they permit;
//! and ending one of these permissions on their word.
//!
//! Invariants: what somebody told stands on a page that was asked for by POST, and only as far as they permit
//! it (claim D2); ending a permission asks first, because only the lead can give it again.

use super::fields::Fields;
use super::words::time;
use super::{ConfirmPage, Desk, Section, Shell, see};
use crate::api::{Id, Query};
use crate::page;
use crate::problem::Problem;
use crate::reader::Reader;
use axum::response::Response;
use engine::views::leads::{AnswerView, PermissionView};
use engine::{EngineError, actions, views};
use model::bot::permission::Use;
use model::id::{AnswerId, LeadId};
use serde::Deserialize;

/// An answer of a lead's.
pub struct Told {
    pub question: String,
    pub kind: String,
    /// `None`: they do not permit to show it, or have taken that back.
    pub value: Option<String>,
    pub purpose: String,
    pub at: String,
    pub uses: Vec<Permitted>,
}

/// A use of it.
pub struct Permitted {
    pub word: String,
    pub kind: &'static str,
    /// When it was given, or taken back.
    pub at: String,
    /// Where it can be ended; `None`: it does not stand.
    pub end: Option<String>,
}

impl Told {
    pub fn new(reader: Reader, lead: LeadId, view: &AnswerView) -> Self {
        let language = reader.language;
        let permitted = |use_of: &PermissionView| {
            let at = |at: Option<views::At>| at.map(|at| time(reader, at)).unwrap_or_default();
            let (id, at) = if use_of.in_force {
                ("told-given", at(use_of.given_at))
            } else {
                ("told-ended", at(use_of.withdrawn_at.or(use_of.given_at)))
            };
            let (answer, what) = (view.id, use_of.what);
            Permitted {
                word: language.say(&format!("bot-use-{what}")),
                kind: if use_of.in_force { "good" } else { "" },
                at: language.say_with(id, "at", &at),
                end: use_of
                    .in_force
                    .then(|| format!("/app/leads/{lead}/withdraw?answer={answer}&use={what}")),
            }
        };
        Self {
            question: view.question.clone(),
            kind: language.say(&format!("bot-field-{}", view.kind)),
            value: view.value.clone(),
            purpose: view.purpose.clone(),
            at: time(reader, view.answered_at),
            uses: view.permissions.iter().map(permitted).collect(),
        }
    }
}

/// Everything that a lead told.
pub async fn of(desk: &Desk, lead: LeadId) -> Result<Vec<Told>, Problem> {
    let detail = views::leads::get(desk.engine(), &desk.actor, lead).await?;
    Ok(detail.answers.iter().map(|answer| Told::new(desk.reader(), lead, answer)).collect())
}

#[derive(Deserialize, Default)]
pub struct Asked {
    #[serde(default)]
    answer: String,
    #[serde(default, rename = "use")]
    what: String,
}

impl Asked {
    fn named(&self) -> Option<(AnswerId, Use)> {
        Some((self.answer.parse().ok()?, Use::from_code(&self.what)?))
    }
}

pub fn question<'a>(frame: Shell<'a>, lead: LeadId, what: Use) -> ConfirmPage<'a> {
    let language = frame.language;
    let explain = if what == Use::Store { "told-end-store" } else { "told-end-other" };
    ConfirmPage {
        title: language.say_with("told-end-title", "use", &language.say(&format!("bot-use-{}", what.code()))),
        back: (format!("/app/leads/{lead}"), language.say("lead-back")),
        sentences: vec![language.say(explain), language.say("told-end-final")],
        button: language.say("told-end-button"),
        is_dangerous: true,
        frame,
    }
}

/// `GET /app/leads/{id}/withdraw`: asks.
pub async fn ask(desk: Desk, Id(id): Id<LeadId>, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    views::leads::masked(desk.engine(), &desk.actor, id).await?;
    Ok(match asked.named() {
        Some((_, what)) => page::html(&question(desk.shell(Section::Leads)?, id, what)),
        None => see(&format!("/app/leads/{id}"), "changed"),
    })
}

/// `POST /app/leads/{id}/withdraw`
pub async fn end(
    desk: Desk,
    Id(id): Id<LeadId>,
    Query(asked): Query<Asked>,
    _: Fields,
) -> Result<Response, Problem> {
    views::leads::masked(desk.engine(), &desk.actor, id).await?;
    let back = format!("/app/leads/{id}");
    let Some((answer, what)) = asked.named() else { return Ok(see(&back, "changed")) };
    match actions::bot::withdraw_use_for(desk.engine(), &desk.actor, id, answer, what).await {
        Ok(()) => Ok(see(&back, "told-ended")),
        Err(EngineError::NotFound("this answer")) => Ok(see(&back, "changed")),
        Err(error) => Err(error.into()),
    }
}
