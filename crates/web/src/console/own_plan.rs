//! `/account/plan`: the plan one is on, what was used of it this month, cancelling and taking up again.
//!
//! Invariant: a bar says in words and numbers what it draws; cancelling asks first and says what it does and
//! does not do.

use super::words::{number, time};
use super::{Desk, Section, Shell, see};
use crate::account::erase::archive;
use crate::language::Language;
use crate::page;
use crate::problem::Problem;
use askama::Template;
use axum::response::Response;
use engine::actions::subscriptions;
use engine::views::plans::{self, UseView};
use fluent_bundle::FluentArgs;
use model::plan::SubscriptionState;

/// Width of a bar in its own units.
const WIDTH: u64 = 1_000;

/// How much of one thing is used.
pub struct Meter {
    pub label: String,
    /// `8,200 of 10,000`, or the number alone.
    pub figure: String,
    /// A word about what happens beyond.
    pub note: String,
    /// `good`, `warn` or `bad`; empty without a limit.
    pub kind: &'static str,
    pub x: u64,
    pub width: u64,
}

#[derive(Template)]
#[template(path = "console/own_plan.html")]
pub struct OwnPlanPage<'a> {
    pub frame: Shell<'a>,
    /// `None`: the brand's admin.
    pub plan: Option<String>,
    /// Kind and word of the state.
    pub state: (&'static str, String),
    /// What the state means, when it is not simply active.
    pub told: Option<(&'static str, String)>,
    pub meters: Vec<Meter>,
    pub refills_at: String,
    pub reference: String,
    pub may_cancel: bool,
    pub may_resume: bool,
}

/// The state as a badge.
pub fn state_word(language: Language, state: SubscriptionState) -> (&'static str, String) {
    let kind = match state {
        SubscriptionState::Active => "good",
        SubscriptionState::PastDue => "warn",
        SubscriptionState::Cancelled => "bad",
    };
    (kind, language.say(&format!("plans-state-{}", state.code())))
}

/// `8,200 of 10,000`, or the number alone. In words, because a stroke between two numbers reads one way in
/// English and the other in Arabic.
pub fn used_of(language: Language, used: u64, limit: Option<u64>) -> String {
    let Some(limit) = limit else { return language.say_with("plans-used-unlimited", "used", &number(used)) };
    let mut args = FluentArgs::new();
    args.set("used", number(used));
    args.set("limit", number(limit));
    language.tell("plans-used", Some(&args))
}

fn meter(language: Language, what: &str, used: u64, limit: Option<u64>) -> Meter {
    let label = language.say(&format!("plans-{what}"));
    let figure = used_of(language, used, limit);
    let Some(limit) = limit else {
        return Meter { label, figure, note: String::new(), kind: "", x: 0, width: 0 };
    };
    let kind = if used > limit || (used == limit && what == "messages") {
        "bad"
    } else if u128::from(used) * 10 >= u128::from(limit) * 9 {
        "warn"
    } else {
        "good"
    };
    let note = match kind {
        "bad" => language.say(&format!("plans-{what}-over")),
        _ => String::new(),
    };
    let part = (u128::from(used.min(limit)) * u128::from(WIDTH)).checked_div(u128::from(limit));
    let full = part.and_then(|part| u64::try_from(part).ok()).unwrap_or(WIDTH);
    // What is used is seen, however little it is.
    let width = if used == 0 { 0 } else { full.max(6) };
    let x = if language.direction() == "rtl" { WIDTH.saturating_sub(width) } else { 0 };
    Meter { label, figure, note, kind, x, width }
}

/// What is used, one bar each.
pub fn meters(language: Language, used: &UseView) -> Vec<Meter> {
    let mut meters = vec![
        meter(language, "messages", used.messages, used.limits.messages),
        meter(language, "pages", used.pages, used.limits.pages),
    ];
    if let Some(leads) = used.leads {
        meters.push(meter(language, "leads", leads, used.limits.leads));
    }
    meters
}

impl<'a> OwnPlanPage<'a> {
    pub fn new(frame: Shell<'a>, used: &UseView) -> Self {
        let (language, reader) = (frame.language, frame.reader());
        let told = match used.state {
            SubscriptionState::Active => None,
            SubscriptionState::PastDue => Some(("warn", language.say("plans-told-past-due"))),
            SubscriptionState::Cancelled if used.may_resume => {
                Some(("bad", language.say("plans-told-cancelled")))
            }
            SubscriptionState::Cancelled => Some(("bad", language.say("plans-told-ended"))),
        };
        Self {
            plan: used.plan_name.clone(),
            state: state_word(language, used.state),
            told,
            meters: meters(language, used),
            refills_at: time(reader, used.refills_at),
            reference: used.account.to_string(),
            may_cancel: used.plan.is_some() && used.state != SubscriptionState::Cancelled,
            may_resume: used.may_resume,
            frame,
        }
    }
}

/// `GET /account/plan`
pub async fn show(desk: Desk) -> Result<Response, Problem> {
    let used = plans::own(desk.engine(), &desk.actor).await?;
    Ok(page::html(&OwnPlanPage::new(desk.shell(Section::Plan)?, &used)))
}

/// What shall become of the data: kept, taken along, or erased (claim X9).
#[derive(Template)]
#[template(path = "console/cancel_plan.html")]
pub struct CancelPage<'a> {
    pub frame: Shell<'a>,
    pub archive: (&'static str, String),
}

pub fn cancel_question(frame: Shell<'_>) -> CancelPage<'_> {
    CancelPage { archive: archive(frame.language), frame }
}

/// `GET /account/plan/cancel`: asks.
pub async fn ask_cancel(desk: Desk) -> Result<Response, Problem> {
    Ok(page::html(&cancel_question(desk.shell(Section::Plan)?)))
}

/// `POST /account/plan/cancel`
pub async fn cancel(desk: Desk) -> Result<Response, Problem> {
    subscriptions::cancel(desk.engine(), &desk.actor).await?;
    Ok(see("/account/plan", "plan-cancelled"))
}

/// `POST /account/plan/resume`
pub async fn resume(desk: Desk) -> Result<Response, Problem> {
    subscriptions::resume(desk.engine(), &desk.actor).await?;
    Ok(see("/account/plan", "plan-resumed"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_is_as_long_as_what_is_used_and_grows_the_way_one_reads() {
        let drawn = |language, used, limit| {
            let meter = meter(language, "messages", used, limit);
            (meter.kind, meter.x, meter.width)
        };
        assert_eq!(drawn(Language::English, 250, Some(1_000)), ("good", 0, 250));
        assert_eq!(drawn(Language::Arabic, 250, Some(1_000)), ("good", 750, 250));
        assert_eq!(drawn(Language::English, 900, Some(1_000)), ("warn", 0, 900));
        assert_eq!(drawn(Language::English, 1_000, Some(1_000)), ("bad", 0, 1_000));
        assert_eq!(drawn(Language::English, 5, Some(0)), ("bad", 0, 1_000));
        assert_eq!(drawn(Language::English, 0, Some(7)), ("good", 0, 0));
        assert_eq!(drawn(Language::English, 1, Some(1_000_000)), ("good", 0, 6));
        assert_eq!(drawn(Language::English, 5, None), ("", 0, 0));
    }
}
