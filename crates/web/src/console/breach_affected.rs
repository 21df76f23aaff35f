//! `/admin/breaches/{id}/affected`: whom the searches of a case found, and what led to each.
//!
//! Invariant: a list says of nobody who they are (claim F2): a lead has a number, an account a link to the page on which
//! the admin may ask who it is.

use super::breach_page::whats;
use super::leads::Badge;
use super::words::{number, short, time};
use super::{Desk, ROWS, Section, Shell};
use crate::api::{Id, Query, next};
use crate::page;
use crate::problem::Problem;
use crate::reader::Reader;
use askama::Template;
use axum::response::Response;
use engine::views::breaches::{BreachDetail, Part, PersonView, WhyView, affected, get};
use fluent_bundle::FluentArgs;
use model::breach::{EntryKind, Start};
use model::id::{AccountId, BreachId, LeadId};
use serde::Deserialize;

#[derive(Deserialize, Default)]
pub struct Asked {
    #[serde(default)]
    part: String,
    #[serde(default)]
    after: String,
}

/// A part of those who are affected: the way to its list.
pub struct Tab {
    pub href: String,
    pub label: String,
    pub is_current: bool,
}

pub struct Row {
    pub id: String,
    /// Of an account: its page.
    pub href: Option<String>,
    /// Of a lead: whose page they wrote to, and the way there.
    pub account: Option<(String, String)>,
    pub leads: Option<String>,
    pub what: String,
    pub badge: Badge,
    pub whys: Vec<String>,
    pub told: String,
}

#[derive(Template)]
#[template(path = "console/breach_affected.html")]
pub struct AffectedPage<'a> {
    pub frame: Shell<'a>,
    pub id: String,
    pub title: String,
    pub is_open: bool,
    pub was_searched: bool,
    pub tabs: Vec<Tab>,
    /// Which part it is, by its code.
    pub part: &'static str,
    pub rows: Vec<Row>,
    pub next: Option<String>,
}

/// What a search began with, in words.
fn why(reader: Reader, why: &WhyView) -> String {
    let language = reader.language;
    let mut args = FluentArgs::new();
    args.set("name", short(&why.name));
    let at = |at: Option<engine::views::At>| at.map(|at| time(reader, at)).unwrap_or_default();
    args.set("from", at(why.from));
    args.set("until", at(why.until));
    let code = match why.start {
        Start::Backup if why.with_keys => "backup-keys",
        start => start.code(),
    };
    language.tell(&format!("breaches-led-{code}"), Some(&args))
}

fn row(reader: Reader, part: Part, one: &PersonView) -> Row {
    let language = reader.language;
    let page_of = |account: AccountId| format!("/admin/accounts/{account}");
    let (kind, word) = if one.is_certain { ("warn", "certain") } else { ("info", "possible") };
    let told = match one.told {
        Some((at, way)) => {
            let way = language.say(&format!("breaches-told-{}", way.code()));
            format!("{way} ({})", time(reader, at))
        }
        None => language.say("breaches-affected-untold"),
    };
    let is_lead = part == Part::Lead;
    Row {
        id: if is_lead { short(&LeadId(one.person)) } else { short(&AccountId(one.person)) },
        href: one.account.filter(|_| !is_lead).map(page_of),
        account: one.account.filter(|_| is_lead).map(|account| (page_of(account), short(&account))),
        leads: (part == Part::Owner).then(|| number(one.leads)),
        what: whats(language, one.what),
        badge: Badge { kind, word: language.say(&format!("breaches-affected-{word}")) },
        whys: one.whys.iter().map(|one| why(reader, one)).collect(),
        told,
    }
}

impl<'a> AffectedPage<'a> {
    fn new(frame: Shell<'a>, detail: &BreachDetail, part: Part, rows: &[PersonView]) -> Self {
        let (language, reader) = (frame.language, frame.reader());
        let path = format!("/admin/breaches/{}/affected", detail.breach.id);
        let tab = |own: Part| {
            let people = detail.people(own, true).saturating_add(detail.people(own, false));
            let name = language.say(&format!("breaches-told-{}", own.code()));
            Tab {
                href: format!("{path}?part={}", own.code()),
                label: format!("{name}: {}", number(people)),
                is_current: own == part,
            }
        };
        let last = next(rows, ROWS, |one| match part {
            Part::Lead => LeadId(one.person).to_string(),
            Part::Account | Part::Owner => AccountId(one.person).to_string(),
        });
        Self {
            id: detail.breach.id.to_string(),
            title: detail.breach.title.clone(),
            is_open: detail.breach.course.closed_at.is_none(),
            was_searched: detail.entries.iter().any(|entry| entry.kind == Some(EntryKind::Affected)),
            tabs: Part::ALL.map(tab).into(),
            part: part.code(),
            rows: rows.iter().map(|one| row(reader, part, one)).collect(),
            next: last.map(|last| format!("{path}?part={}&after={last}", part.code())),
            frame,
        }
    }
}

/// `GET /admin/breaches/{id}/affected`
pub async fn list(desk: Desk, Id(id): Id<BreachId>, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    let detail = get(desk.engine(), &desk.actor, id).await?;
    let part = Part::ALL.into_iter().find(|part| part.code() == asked.part).unwrap_or(Part::Lead);
    let after = match part {
        Part::Lead => asked.after.parse().ok().map(|id: LeadId| id.0),
        Part::Account | Part::Owner => asked.after.parse().ok().map(|id: AccountId| id.0),
    };
    let rows = affected(desk.engine(), &desk.actor, id, (part, after), ROWS).await?;
    Ok(page::html(&AffectedPage::new(desk.shell(Section::Breaches)?, &detail, part, &rows)))
}
