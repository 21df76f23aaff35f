//! `/admin/breaches/{id}/search`: where a search for whoever is affected begins, chosen step by step from what there is: a
//! kind, an account, a session or token of it, an access for support, a copy of the data; then the time.
//!
//! Invariants: every step is a link, so it works without scripts and "back" goes one step back; nobody's name stands here;
//! what does not fit is said above the form, whose fields keep what was chosen.

use super::breach_page::local;
use super::breaches::moment;
use super::fields::Fields;
use super::support::scope_word;
use super::words::{short, time};
use super::{Desk, ROWS, Section, Shell, see};
use crate::api::{Id, Query, next};
use crate::page;
use crate::problem::Problem;
use askama::Template;
use axum::response::Response;
use engine::EngineError;
use engine::actions::breaches as actions;
use engine::views::breaches::{Asked as Search, BreachDetail, DoorView, copies, doors, get};
use engine::views::plans::accounts;
use engine::views::support;
use fluent_bundle::FluentArgs;
use model::breach::Start;
use model::id::{AccountId, BreachId, SupportGrantId};
use model::time::{Span, Timestamp};
use serde::Deserialize;

/// What was chosen so far.
#[derive(Deserialize, Default)]
pub struct Asked {
    #[serde(default)]
    start: String,
    #[serde(default)]
    account: String,
    /// The session, token, account or grant.
    #[serde(default)]
    name: String,
    /// Where a list goes on.
    #[serde(default)]
    before: String,
    #[serde(default)]
    from: String,
    #[serde(default)]
    until: String,
    #[serde(default)]
    keys: String,
    #[serde(default)]
    wrong: String,
}

/// One choice of a step.
pub struct Pick {
    pub href: String,
    pub label: String,
    /// What tells it from others.
    pub words: Vec<String>,
}

/// The last step: the time, and the search itself.
pub struct Form {
    pub start: &'static str,
    pub name: String,
    pub from: String,
    pub until: String,
    /// Of a backup only: whether its keys were taken too.
    pub keys: Option<bool>,
    pub by_clocks: String,
    pub since: String,
    /// The Fluent id of what was wrong.
    pub wrong: Option<&'static str>,
}

#[derive(Template)]
#[template(path = "console/breach_search.html")]
pub struct SearchPage<'a> {
    pub frame: Shell<'a>,
    pub id: String,
    pub title: String,
    /// What was chosen so far, each with its label.
    pub chosen: Vec<(String, String)>,
    /// The Fluent ids of what is asked now, and of what is said where there is nothing to choose.
    pub question: &'static str,
    pub empty: &'static str,
    pub picks: Vec<Pick>,
    pub next: Option<String>,
    /// Of a kind whose things end and are listed no more: which it is.
    pub by_number: Option<&'static str>,
    pub form: Option<Form>,
}

impl<'a> SearchPage<'a> {
    fn new(frame: Shell<'a>, detail: &BreachDetail) -> Self {
        Self {
            id: detail.breach.id.to_string(),
            title: detail.breach.title.clone(),
            chosen: Vec::new(),
            question: "breaches-search-start",
            empty: "breaches-search-none",
            picks: Vec::new(),
            next: None,
            by_number: None,
            form: None,
            frame,
        }
    }

    fn path(&self) -> String {
        format!("/admin/breaches/{}/search", self.id)
    }

    fn choose(&mut self, label: &str, what: String) {
        self.chosen.push((self.frame.say(label), what));
    }

    fn starts(&mut self) {
        let (path, language) = (self.path(), self.frame.language);
        let pick = |start: Start| {
            let code = start.code();
            Pick {
                href: format!("{path}?start={code}"),
                label: language.say(&format!("breaches-affected-start-{code}")),
                words: vec![language.say(&format!("breaches-search-why-{code}"))],
            }
        };
        self.picks = Start::ALL.map(pick).into();
    }

    async fn accounts(&mut self, desk: &Desk, start: Start, before: &str) -> Result<(), Problem> {
        let (path, reader, code) = (self.path(), self.frame.reader(), start.code());
        let found = accounts(desk.engine(), &desk.actor, before.parse().ok(), ROWS).await?;
        let which = if start == Start::Account { "name" } else { "account" };
        self.question = "breaches-search-account";
        self.next =
            next(&found, ROWS, |account| account.id).map(|last| format!("{path}?start={code}&before={last}"));
        let pick = |account: &engine::views::plans::AccountView| {
            let mut words = vec![
                reader.language.say_with("breaches-search-since", "since", &time(reader, account.created_at)),
                account.used.plan_name.clone().unwrap_or_else(|| reader.language.say("plans-without")),
            ];
            if account.is_admin {
                words.push(reader.language.say("breaches-search-admin"));
            }
            Pick {
                href: format!("{path}?start={code}&{which}={}", account.id),
                label: short(&account.id),
                words,
            }
        };
        self.picks = found.iter().map(pick).collect();
        self.by_number = matches!(start, Start::Session | Start::Token).then_some(code);
        Ok(())
    }

    async fn doors(&mut self, desk: &Desk, start: Start, account: AccountId) -> Result<(), Problem> {
        let (path, reader) = (self.path(), self.frame.reader());
        let language = reader.language;
        let found = doors(desk.engine(), &desk.actor, account).await?;
        let is_session = start == Start::Session;
        self.choose("breaches-search-of", short(&account));
        self.question = if is_session { "breaches-search-session" } else { "breaches-search-token" };
        self.empty = if is_session { "breaches-search-no-session" } else { "breaches-search-no-token" };
        let pick = |door: &DoorView| match door {
            DoorView::Session { id, since, seen } if is_session => Some(Pick {
                href: format!(
                    "{path}?start=session&account={account}&name={id}&from={}",
                    local(reader.zone, since.0)
                ),
                label: language.say_with("breaches-search-since", "since", &time(reader, *since)),
                words: vec![language.say_with("breaches-search-seen", "seen", &time(reader, *seen))],
            }),
            DoorView::Token { id, since, until, scopes, tail } if !is_session => {
                let mut args = FluentArgs::new();
                args.set("since", time(reader, *since));
                let times = match until {
                    Some(until) => {
                        args.set("until", time(reader, *until));
                        language.tell("breaches-search-from-until", Some(&args))
                    }
                    None => language.tell("breaches-search-since", Some(&args)),
                };
                Some(Pick {
                    href: format!(
                        "{path}?start=token&account={account}&name={id}&from={}",
                        local(reader.zone, since.0)
                    ),
                    label: if tail.is_empty() { short(id) } else { format!("…{tail}") },
                    words: vec![times, scopes.join(", ")],
                })
            }
            _ => None,
        };
        self.picks = found.iter().filter_map(pick).collect();
        self.by_number = Some(start.code());
        Ok(())
    }

    async fn grants(&mut self, desk: &Desk, before: &str) -> Result<(), Problem> {
        let (path, reader) = (self.path(), self.frame.reader());
        let found = support::list(desk.engine(), &desk.actor, before.parse().ok(), ROWS).await?;
        self.question = "breaches-search-grant";
        self.empty = "breaches-search-no-grant";
        self.next =
            next(&found, ROWS, |grant| grant.id).map(|last| format!("{path}?start=grant&before={last}"));
        let pick = |grant: &support::GrantView| {
            let mut args = FluentArgs::new();
            args.set("since", time(reader, grant.made_at));
            args.set("until", time(reader, grant.ended_at.unwrap_or(grant.ends_at)));
            let opens: Vec<String> =
                grant.scopes.iter().map(|scope| scope_word(reader.language, *scope)).collect();
            Pick {
                href: format!(
                    "{path}?start=grant&name={}&from={}",
                    grant.id,
                    local(reader.zone, grant.made_at.0)
                ),
                label: grant.helper.clone(),
                words: vec![
                    reader.language.tell("breaches-search-from-until", Some(&args)),
                    opens.join(" · "),
                ],
            }
        };
        self.picks = found.iter().map(pick).collect();
        Ok(())
    }

    /// Copies of which it is known when they were made; of any other its time is asked for.
    async fn copies(&mut self, desk: &Desk) -> Result<(), Problem> {
        let (path, reader) = (self.path(), self.frame.reader());
        let known = copies(desk.engine(), &desk.actor).await?;
        self.question = "breaches-search-copy";
        for (at, why, keys) in [(known.data, "data", ""), (known.keys, "keys", "&keys=yes")] {
            let Some(at) = at else { continue };
            let when = local(reader.zone, at.0);
            self.picks.push(Pick {
                href: format!("{path}?start=backup&from={when}&until={when}{keys}"),
                label: time(reader, at),
                words: vec![reader.language.say(&format!("breaches-search-copy-{why}"))],
            });
        }
        self.picks.push(Pick {
            href: format!("{path}?start=backup&from=-"),
            label: self.frame.say("breaches-search-copy-other"),
            words: vec![self.frame.say("breaches-search-copy-other-why")],
        });
        Ok(())
    }

    fn ask(
        &mut self,
        start: Start,
        asked: &Asked,
        (suspected, since, now): (Timestamp, Timestamp, Timestamp),
    ) {
        let zone = self.frame.zone;
        let or = |text: &str, at: Timestamp| {
            if moment(zone, text).is_some() { text.to_owned() } else { local(zone, at) }
        };
        self.question = "breaches-search-when";
        self.form = Some(Form {
            start: start.code(),
            name: asked.name.trim().to_owned(),
            from: or(&asked.from, suspected.minus(Span::days(1)).max(since)),
            until: or(&asked.until, now),
            keys: (start == Start::Backup).then_some(asked.keys == "yes"),
            by_clocks: self.frame.say_with("breaches-times", "zone", &self.frame.zone.shown()),
            since: local(zone, since),
            wrong: match asked.wrong.as_str() {
                "until" => Some("breaches-wrong-until"),
                "name" => Some("breaches-wrong-name"),
                "order" => Some("breaches-wrong-order"),
                _ => None,
            },
        });
    }
}

/// The end of the minute that a field names, as far as it is over.
fn end_of(at: Timestamp, now: Timestamp) -> Timestamp {
    let end = at.plus(Span::minutes(1)).minus(Span(1));
    if at <= now { end.min(now) } else { at }
}

/// `GET /admin/breaches/{id}/search`
pub async fn ask(desk: Desk, Id(id): Id<BreachId>, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    let detail = get(desk.engine(), &desk.actor, id).await?;
    let course = detail.breach.course;
    if course.closed_at.is_some() {
        return Ok(see(&format!("/admin/breaches/{id}"), ""));
    }
    let since = engine::views::breaches::since(desk.engine(), &desk.actor).await?.0;
    let mut page = SearchPage::new(desk.shell(Section::Breaches)?, &detail);
    let Some(start) = Start::from_code(&asked.start) else {
        page.starts();
        return Ok(page::html(&page));
    };
    let word = page.frame.say(&format!("breaches-affected-start-{}", start.code()));
    page.choose("breaches-affected-start", word);
    let is_named = !asked.name.trim().is_empty();
    match start {
        Start::Session | Start::Token if !is_named => match asked.account.parse::<AccountId>() {
            Ok(account) => page.doors(&desk, start, account).await?,
            Err(_) => page.accounts(&desk, start, &asked.before).await?,
        },
        Start::Account if !is_named => page.accounts(&desk, start, &asked.before).await?,
        Start::Grant if !is_named => page.grants(&desk, &asked.before).await?,
        Start::Backup if asked.from.is_empty() => page.copies(&desk).await?,
        _ => {
            if let Ok(account) = asked.account.parse::<AccountId>() {
                page.choose("breaches-search-of", short(&account));
            }
            if let (Start::Grant, Ok(grant)) = (start, asked.name.parse::<SupportGrantId>()) {
                if let Ok(grant) = support::get(desk.engine(), &desk.actor, grant).await {
                    page.choose("breaches-search-helper", grant.helper);
                }
            } else if start.is_named() && is_named {
                let name = short(&asked.name.trim());
                page.choose(&format!("breaches-search-chosen-{}", start.code()), name);
            }
            page.ask(start, &asked, (course.suspected_at, since, desk.engine().clock().now()));
        }
    }
    Ok(page::html(&page))
}

/// `POST /admin/breaches/{id}/search`
pub async fn search(desk: Desk, Id(id): Id<BreachId>, fields: Fields) -> Result<Response, Problem> {
    let start = Start::from_code(fields.get("start")).unwrap_or(Start::Window);
    let with_keys = fields.get("keys") == "yes";
    let zone = desk.reader().zone;
    // A copy shows how it was when it was made, which is one time.
    let from = fields.get(if start == Start::Backup { "until" } else { "from" });
    let times = moment(zone, from).zip(moment(zone, fields.get("until")));
    let result = match times {
        Some((from, until)) => {
            let until = end_of(until, desk.engine().clock().now());
            let asked = Search { start, name: fields.get("name").to_owned(), from, until, with_keys };
            actions::search(desk.engine(), &desk.actor, id, &asked).await.map(drop)
        }
        None => Err(EngineError::Invalid { field: "until", problem: "is no time".to_owned() }),
    };
    let wrong = match result {
        Ok(()) => return Ok(see(&format!("/admin/breaches/{id}/affected"), "breach-searched")),
        Err(EngineError::Conflict(_)) => "order",
        Err(EngineError::Invalid { field: "until", .. }) => "until",
        Err(EngineError::Invalid { .. }) => "name",
        Err(error) => return Err(error.into()),
    };
    get(desk.engine(), &desk.actor, id).await?;
    // What was chosen is an id and times: it finds room in the address. Anything else was typed there by hand.
    let plain = |text: &str| -> String {
        text.chars().filter(|c| c.is_ascii_alphanumeric() || "_-:".contains(*c)).take(60).collect()
    };
    let keys = if with_keys { "&keys=yes" } else { "" };
    let (name, from, until) = (plain(fields.get("name")), plain(from), plain(fields.get("until")));
    let from = if from.is_empty() { "-".to_owned() } else { from };
    let back = format!(
        "/admin/breaches/{id}/search?start={}&name={name}&from={from}&until={until}{keys}&wrong={wrong}",
        start.code()
    );
    Ok(see(&back, ""))
}
