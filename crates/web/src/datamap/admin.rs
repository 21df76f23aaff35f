//! `/admin/data-map` and `/admin/retention`: what the law asks an admin to be able to show, and what ends when.
//!
//! Invariant: both pages only look; the files are made from the map in force.

use super::changes::{self, Coming};
use super::words;
use crate::console::words::{count, number, time};
use crate::console::{Desk, Section, Shell};
use crate::language::Language;
use crate::page;
use crate::problem::Problem;
use askama::Template;
use axum::http::HeaderValue;
use axum::http::header::CONTENT_DISPOSITION;
use axum::response::Response;
use engine::datamap::gate::{self, ComingView};
use engine::datamap::record::{Part, erasure_plan, record};
use engine::datamap::versions::{self, Shown, VersionView};
use engine::retention::{Line, look_as};
use engine::views::announced::{self, Unmailed};
use engine::views::plans;
use fluent_bundle::FluentArgs;
use model::id::AnnouncementId;
use std::collections::HashMap;

/// Accounts read at a time.
const AT_ONCE: u32 = 200;

/// A version of the map, in words.
pub struct VersionRow {
    pub title: String,
    pub hash: String,
    pub leaf: String,
}

/// What goes with somebody.
pub struct Plan {
    pub title: String,
    pub tables: Vec<String>,
}

#[derive(Template)]
#[template(path = "console/data_map.html")]
pub struct MapPage<'a> {
    pub frame: Shell<'a>,
    pub coming: Vec<Coming>,
    pub versions: Vec<VersionRow>,
    pub plans: Vec<Plan>,
}

impl<'a> MapPage<'a> {
    pub fn new(
        frame: Shell<'a>,
        shown: &Shown,
        known: &[VersionView],
        all: &[ComingView],
        unmailed: &HashMap<AnnouncementId, Unmailed>,
    ) -> Self {
        let (language, reader) = (frame.language, frame.reader());
        let versions = known.iter().map(|version| {
            let mut args = FluentArgs::new();
            args.set("number", version.number.to_string());
            args.set("time", time(reader, version.made_at));
            VersionRow {
                title: language.tell("data-admin-version-row", Some(&args)),
                hash: version.hash.clone(),
                leaf: version.leaf_index.map_or_else(
                    || language.say("data-leaf-waits"),
                    |leaf| language.say_with("data-leaf", "leaf", &leaf.to_string()),
                ),
            }
        });
        let plans = erasure_plan(&shown.map).into_iter().map(|(goes, places)| Plan {
            title: language.say(&format!("data-goes-{}", goes.code())),
            tables: words::listed(places.iter().map(|place| language.say(&format!("data-place-{place}")))),
        });
        let coming = changes::coming(language, |at| time(reader, at), all, unmailed);
        Self { coming, versions: versions.collect(), plans: plans.collect(), frame }
    }
}

/// `GET /admin/data-map`
pub async fn show(desk: Desk) -> Result<Response, Problem> {
    let shown = desk.engine().data_map(&desk.visit.brand);
    let known = versions::list(desk.engine(), desk.actor.brand).await?;
    let coming = gate::coming(desk.engine(), desk.actor.brand).await?;
    let unmailed = announced::unmailed(desk.engine(), &desk.actor).await?;
    Ok(page::html(&MapPage::new(desk.shell(Section::Protection)?, &shown, &known, &coming, &unmailed)))
}

fn written(desk: &Desk, part: Part, accounts: &[String]) -> Response {
    let shown = desk.engine().data_map(&desk.visit.brand);
    let record = record(&shown.map, part, accounts);
    let mut response = super::file(record.into_bytes(), "text/markdown; charset=utf-8");
    response.headers_mut().insert(CONTENT_DISPOSITION, HeaderValue::from_static("attachment"));
    response
}

/// `GET /admin/data-map/record-as-controller.md`
pub async fn as_controller(desk: Desk) -> Response {
    written(&desk, Part::Controller, &[])
}

/// `GET /admin/data-map/record-as-processor.md`
pub async fn as_processor(desk: Desk) -> Result<Response, Problem> {
    let (mut accounts, mut before) = (Vec::new(), None);
    loop {
        let some = plans::accounts(desk.engine(), &desk.actor, before, AT_ONCE).await?;
        let Some(last) = some.last() else { break };
        before = Some(last.id);
        // An admin's account may hold pages as well; one that was never confirmed holds none.
        let holders = some.iter().filter(|account| account.is_confirmed);
        accounts.extend(holders.map(|account| {
            format!("account {}, since {}, pages: {}", account.id, account.created_at, account.used.pages)
        }));
    }
    Ok(written(&desk, Part::Processor, &accounts))
}

/// How one table stands, in words.
pub struct RetentionRow {
    pub title: String,
    pub place: &'static str,
    pub period: String,
    pub rows: String,
    pub oldest: String,
    pub due: String,
    pub by: String,
}

#[derive(Template)]
#[template(path = "console/retention.html")]
pub struct RetentionPage<'a> {
    pub frame: Shell<'a>,
    pub rows: Vec<RetentionRow>,
    pub said: String,
    /// `good`, or `info` while something waits for the next run.
    pub kind: &'static str,
}

fn row(frame: &Shell<'_>, line: &Line) -> RetentionRow {
    let language: Language = frame.language;
    let none = || language.say("data-retention-none");
    RetentionRow {
        // Of accounts only those that nobody confirmed end by themselves.
        title: match line.place {
            "account" => language.say("data-retention-unconfirmed"),
            place => language.say(&format!("data-place-{place}")),
        },
        place: line.place,
        period: count(language, "data-days", u64::from(line.days)),
        rows: if line.is_shared { language.say("data-retention-shared") } else { number(line.rows) },
        oldest: line.oldest.map_or_else(|| "–".to_owned(), |at| time(frame.reader(), at)),
        due: match line.due {
            _ if line.is_shared => "–".to_owned(),
            0 => none(),
            due => number(due),
        },
        by: if line.by == "job" {
            language.say("data-retention-job")
        } else {
            language.say_with("data-retention-station", "name", line.by)
        },
    }
}

impl<'a> RetentionPage<'a> {
    pub fn new(frame: Shell<'a>, lines: &[Line]) -> Self {
        let due: u64 = lines.iter().map(|line| line.due).sum();
        let said = match due {
            0 => frame.language.say("data-retention-all-well"),
            due => count(frame.language, "data-retention-some-due", due),
        };
        Self {
            rows: lines.iter().map(|line| row(&frame, line)).collect(),
            said,
            kind: if due == 0 { "good" } else { "info" },
            frame,
        }
    }
}

/// `GET /admin/retention`
pub async fn retention(desk: Desk) -> Result<Response, Problem> {
    let lines = look_as(desk.engine(), &desk.actor).await?;
    Ok(page::html(&RetentionPage::new(desk.shell(Section::Protection)?, &lines)))
}
