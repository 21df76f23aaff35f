//! `/app`: what needs somebody's attention first, then the figures.
//!
//! Invariant: everything that stands still is said in words, with the page that helps.

use super::brand_end::ending;
use super::chart::{self, Chart};
use super::days::DaysChart;
use super::words::{count, excerpt, number};
use super::{Desk, Section, Shell};
use crate::language::Language;
use crate::page;
use crate::problem::Problem;
use askama::Template;
use axum::response::Response;
use engine::views::breaches;
use engine::views::broadcasts::BroadcastView;
use engine::views::dashboard::{self, DashboardView};
use engine::views::support;
use engine::{EngineError, Role};
use model::broadcast::BroadcastState;
use model::plan::SubscriptionState;

/// One thing to look at.
pub struct Attention {
    /// `bad`, `warn` or `info`.
    pub kind: &'static str,
    /// A name that it is about; may be empty.
    pub name: String,
    pub sentence: String,
    pub action: String,
    pub href: String,
}

/// A number with what it counts.
pub struct Figure {
    pub label: String,
    pub value: String,
}

#[derive(Template)]
#[template(path = "console/dashboard.html")]
pub struct DashboardPage<'a> {
    pub frame: Shell<'a>,
    /// That the brand ends.
    pub ending: Option<String>,
    pub has_pages: bool,
    pub attention: Vec<Attention>,
    pub figures: Vec<Figure>,
    /// The newest broadcasts; `None` before the first.
    pub chart: Option<Chart>,
    /// What was sent and who agreed, by day; none before the first of either.
    pub days: Vec<DaysChart>,
}

/// `GET /app`
pub async fn show(desk: Desk) -> Result<Response, Problem> {
    let view = dashboard::get(desk.engine(), &desk.actor).await?;
    let mut shown = DashboardPage::new(desk.shell(Section::Dashboard)?, &view);
    shown.ending = ending(&desk).await?;
    shown.attention.splice(..0, duties(&desk).await?);
    Ok(page::html(&shown))
}

/// What waits for an admin besides: cases of the register that are not settled, and that somebody is let in.
async fn duties(desk: &Desk) -> Result<Vec<Attention>, EngineError> {
    if desk.actor.role != Role::Admin {
        return Ok(Vec::new());
    }
    let language = desk.language();
    let mut found: Vec<Attention> = breaches::unsettled(desk.engine(), &desk.actor)
        .await?
        .into_iter()
        .map(|case| Attention {
            kind: "bad",
            name: case.title,
            sentence: language.say("dashboard-breach"),
            action: language.say("dashboard-look-at-breach"),
            href: format!("/admin/breaches/{}", case.id),
        })
        .collect();
    if support::are_open(desk.engine(), &desk.actor).await?.0 {
        found.push(Attention {
            kind: "info",
            name: String::new(),
            sentence: language.say("dashboard-support"),
            action: language.say("support-nav"),
            href: "/admin/support".to_owned(),
        });
    }
    Ok(found)
}

impl<'a> DashboardPage<'a> {
    pub fn new(frame: Shell<'a>, view: &DashboardView) -> Self {
        let language = frame.language;
        let started: Vec<_> = view
            .broadcasts
            .iter()
            .filter(|broadcast| broadcast.state != BroadcastState::Draft)
            .take(5)
            .map(|broadcast| {
                (label(language, broadcast), format!("/app/broadcasts/{}", broadcast.id), &broadcast.counts)
            })
            .collect();
        let chart = (!started.is_empty()).then(|| chart::deliveries(language, started));
        let figure = |id: &str, value: u64| Figure { label: language.say(id), value: number(value) };
        let mut figures = vec![
            figure("dashboard-figure-leads", view.leads),
            figure("dashboard-figure-confirmed", view.confirmed),
            figure("dashboard-figure-windows", view.windows_open),
        ];
        if let Some(quota) = view.quota_left {
            figures.push(figure("dashboard-figure-quota", quota));
        }
        Self {
            ending: None,
            has_pages: !view.pages.is_empty(),
            attention: attention(language, view),
            figures,
            chart,
            days: [DaysChart::of_sending(language, &view.days), DaysChart::of_consent(language, &view.days)]
                .into_iter()
                .filter(|chart| !chart.lines.is_empty())
                .collect(),
            frame,
        }
    }
}

/// What a broadcast is called in a list: its first words.
pub fn label(language: Language, broadcast: &BroadcastView) -> String {
    match &broadcast.template {
        Some(template) => language.say_with("broadcasts-template-named", "template", &template.name),
        None => excerpt(&broadcast.text),
    }
}

/// Whether what stops a page is mended in Facebook's login dialog.
fn wants_renewal(stop: &str) -> bool {
    matches!(stop, "token_invalid" | "permission_missing")
}

/// What the account has to know about its plan.
fn about_plan(language: Language, view: &DashboardView) -> Vec<(&'static str, String)> {
    let mut found = Vec::new();
    match view.state {
        SubscriptionState::Active => {}
        SubscriptionState::PastDue => found.push(("warn", language.say("plans-told-past-due"))),
        SubscriptionState::Cancelled => found.push(("bad", language.say("dashboard-cancelled"))),
    }
    if view.quota_left == Some(0) {
        found.push(("bad", language.say("dashboard-quota-used-up")));
    }
    if let Some(limit) = view.leads_limit {
        found.push(("warn", count(language, "dashboard-leads-limit", limit)));
    }
    found
}

fn attention(language: Language, view: &DashboardView) -> Vec<Attention> {
    let mut found = Vec::new();
    for page in &view.pages {
        let Some(stop) = page.stop else { continue };
        let by_user = matches!(stop, "paused" | "disconnected");
        found.push(Attention {
            kind: if by_user { "warn" } else { "bad" },
            name: page.name.clone(),
            sentence: language.say(&format!("page-stop-{stop}")),
            action: language.say(if wants_renewal(stop) { "pages-renew" } else { "dashboard-look-at-page" }),
            href: format!("/app/pages/{}{}", page.id, if wants_renewal(stop) { "/renew" } else { "" }),
        });
    }
    for (kind, sentence) in about_plan(language, view) {
        found.push(Attention {
            kind,
            name: String::new(),
            sentence,
            action: language.say("dashboard-look-at-plan"),
            href: "/account/plan".to_owned(),
        });
    }
    if view.unheard > 0 {
        found.push(Attention {
            kind: "warn",
            name: String::new(),
            sentence: count(language, "dashboard-unheard", view.unheard),
            action: language.say("dashboard-look-at-leads"),
            href: "/app/leads".to_owned(),
        });
    }
    for broadcast in &view.broadcasts {
        let unknown = broadcast.counts.get("unknown").copied().unwrap_or(0);
        let sentence = match broadcast.state {
            BroadcastState::Paused => language.say("dashboard-broadcast-paused"),
            _ if unknown > 0 => count(language, "dashboard-broadcast-unknown", unknown),
            _ => continue,
        };
        found.push(Attention {
            kind: "warn",
            name: label(language, broadcast),
            sentence,
            action: language.say("dashboard-look-at-broadcast"),
            href: format!("/app/broadcasts/{}", broadcast.id),
        });
    }
    if view.windows_closing > 0 {
        found.push(Attention {
            kind: "info",
            name: String::new(),
            sentence: count(language, "dashboard-windows-closing", view.windows_closing),
            action: language.say("dashboard-write-broadcast"),
            href: "/app/broadcasts/new".to_owned(),
        });
    }
    found
}
