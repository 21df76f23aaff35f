//! `/admin/audit`: what admins did and what concerns the safety of accounts, newest first; its file, and the proof of each
//! entry (claims A1, R4).
//!
//! Invariant: nothing here shows who somebody is: an account is its reference. The file is made while it is read, and
//! that it was taken is an entry.

use super::fields::Fields;
use super::leads::Choice;
use super::versions::{begins, day};
use super::words::{count, short, time};
use super::{Desk, ROWS, Section, Shell};
use crate::api::{Id, Query, file};
use crate::language::Language;
use crate::page;
use crate::problem::Problem;
use crate::table;
use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use engine::actions::audit::{COLUMNS, begin};
use engine::views::audit::{AuditView, DAYS, Filter, Found, KINDS, Sought, find, proof as entry_proof};
use engine::{ActBy, EngineError};
use model::id::AuditId;
use model::time::{Span, Timestamp};
use serde::Deserialize;

/// Days that one can look back, besides all.
const BACK: [i64; 4] = [1, 7, 30, 90];

/// One entry.
pub struct Row {
    pub id: String,
    pub at: String,
    pub kind: String,
    pub by: String,
    /// Whose entry it is: its page and its reference.
    pub account: Option<(String, String)>,
    pub facts: Vec<Fact>,
    pub is_logged: bool,
    pub is_erased: bool,
}

/// What an entry tells beside its kind.
pub struct Fact {
    pub label: String,
    pub value: String,
    /// Where what it names has its page.
    pub href: Option<String>,
}

impl Fact {
    fn new(language: Language, name: &str, value: &str) -> Self {
        let label = language.say(&format!("audit-fact-{name}"));
        let page = match name {
            "account" => Some("accounts"),
            "breach" => Some("breaches"),
            "grant" => Some("support"),
            _ => None,
        };
        match page {
            Some(page) => Self { label, value: short(&value), href: Some(format!("/admin/{page}/{value}")) },
            None => Self { label, value: word(language, name, value), href: None },
        }
    }
}

/// A code in words; what is none, such as an id or what somebody wrote, as it is.
fn word(language: Language, name: &str, value: &str) -> String {
    let said = |prefix: &str, code: &str| {
        let is_code = code.bytes().all(|byte| byte.is_ascii_lowercase() || matches!(byte, b'_' | b'-'));
        is_code.then(|| language.find(&format!("{prefix}-{code}"), None)).flatten()
    };
    let found = match name {
        "by" => said("audit-by", value),
        "kind" => said("audit-kind", value),
        "outcome" => said("requests-outcome", value),
        "state" => said("plans-state", value),
        "step" => said("breaches-entry", value),
        "why" => said("sign-in-outcome", value),
        "role" | "way" | "what" => said("audit-word", value),
        "scopes" => {
            let scope = |code: &str| {
                let found =
                    said("support-scope", code).or_else(|| said("tokens-scope", &code.replace(':', "-")));
                found.unwrap_or_else(|| code.to_owned())
            };
            let scopes: Vec<String> = value.split(' ').filter(|code| !code.is_empty()).map(scope).collect();
            Some(scopes.join(" · "))
        }
        _ => None,
    };
    found.unwrap_or_else(|| value.to_owned())
}

#[derive(Template)]
#[template(path = "console/audit.html")]
pub struct AuditPage<'a> {
    pub frame: Shell<'a>,
    pub kinds: Vec<Choice>,
    pub bys: Vec<Choice>,
    pub days: Vec<Choice>,
    /// The first day and the last one, as their fields have them.
    pub from: String,
    pub to: String,
    /// As it is typed, and whether it is none.
    pub id: String,
    pub is_no_id: bool,
    pub is_filtered: bool,
    /// As it is typed; what was wrong with it.
    pub why: String,
    pub is_wrong: bool,
    pub rows: Vec<Row>,
    /// How many entries were opened, where an id is looked for.
    pub searched: Option<String>,
    /// The filter, for the pager and for the form that takes it out.
    pub parts: Vec<(&'static str, String)>,
    pub next: Option<String>,
}

/// What an address or a form asks for. What it does not know, it leaves out.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Asked {
    pub kind: String,
    pub by: String,
    pub days: String,
    pub from: String,
    pub to: String,
    pub id: String,
    pub before: String,
}

impl Asked {
    fn of(fields: &Fields) -> Self {
        let [kind, by, days, from, to, id] =
            ["kind", "by", "days", "from", "to", "id"].map(|name| fields.get(name).to_owned());
        Self { kind, by, days, from, to, id, before: String::new() }
    }
}

impl Row {
    fn new(frame: &Shell<'_>, entry: &AuditView) -> Self {
        let language = frame.language;
        let fact = |(name, value): &(String, model::personal::Personal<String>)| {
            Fact::new(language, name, value.reveal())
        };
        Self {
            id: entry.id.to_string(),
            at: time(frame.reader(), entry.at),
            kind: language.say(&format!("audit-kind-{}", entry.kind)),
            by: language.say(&format!("audit-by-{}", entry.by)),
            account: entry.account.map(|id| (format!("/admin/accounts/{id}"), short(&id))),
            facts: entry.facts.iter().map(fact).collect(),
            is_logged: entry.is_logged,
            is_erased: entry.is_erased,
        }
    }
}

/// What is asked for, of what there is.
struct Chosen {
    filter: Filter,
    days: Option<i64>,
    /// The first day and the last one, in UTC.
    from: Option<Timestamp>,
    to: Option<Timestamp>,
    /// What was typed in place of an id is none.
    is_no_id: bool,
}

impl Chosen {
    fn new(asked: &Asked, now: Timestamp) -> Self {
        let days = asked.days.parse().ok().filter(|days| BACK.contains(days));
        let (from, to) = (begins(&asked.from), begins(&asked.to));
        let typed = asked.id.trim();
        let id = Sought::parse(typed);
        let filter = Filter {
            kind: KINDS.into_iter().find(|known| *known == asked.kind),
            by: ActBy::from_code(&asked.by),
            since: days.map(|days| now.minus(Span::days(days))).max(from),
            until: to.map(|to| to.plus(Span::days(1))),
            id,
        };
        Self { filter, days, from, to, is_no_id: id.is_none() && !typed.is_empty() }
    }

    /// What is chosen, as an address or a form says it again.
    fn parts(&self) -> Vec<(&'static str, String)> {
        let parts = [
            ("kind", self.filter.kind.map(str::to_owned)),
            ("by", self.filter.by.map(|by| by.code().to_owned())),
            ("days", self.days.map(|days| days.to_string())),
            ("from", self.from.map(day)),
            ("to", self.to.map(day)),
            ("id", self.filter.id.map(|id| id.to_string())),
        ];
        parts.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
    }
}

fn choices<'v>(
    language: Language,
    name: &str,
    values: impl Iterator<Item = &'v str>,
    chosen: Option<&str>,
) -> Vec<Choice> {
    let choice = |value: &str| Choice {
        value: value.to_owned(),
        label: language.say(&format!("audit-{name}-{value}")),
        is_chosen: chosen == Some(value),
    };
    values.map(choice).collect()
}

impl<'a> AuditPage<'a> {
    pub fn new(frame: Shell<'a>, asked: &Asked, found: &Found, now: Timestamp) -> Self {
        let (language, chosen) = (frame.language, Chosen::new(asked, now));
        let searched = chosen.filter.id.map(|_| count(language, "audit-searched", u64::from(found.opened)));
        let back = BACK.map(|days| days.to_string());
        let is_chosen = chosen.days.map(|days| days.to_string());
        Self {
            kinds: choices(language, "kind", KINDS.into_iter(), chosen.filter.kind),
            bys: choices(
                language,
                "by",
                ActBy::ALL.into_iter().map(ActBy::code),
                chosen.filter.by.map(ActBy::code),
            ),
            days: choices(language, "days", back.iter().map(String::as_str), is_chosen.as_deref()),
            from: chosen.from.map(day).unwrap_or_default(),
            to: chosen.to.map(day).unwrap_or_default(),
            id: asked.id.trim().to_owned(),
            is_no_id: chosen.is_no_id,
            is_filtered: chosen.filter != Filter::default() || chosen.is_no_id,
            why: String::new(),
            is_wrong: false,
            rows: found.entries.iter().map(|entry| Row::new(&frame, entry)).collect(),
            searched,
            parts: chosen.parts(),
            next: found.next.map(|next| next.to_string()),
            frame,
        }
    }

    /// The filter, as the beginning of a query.
    pub fn query(&self) -> String {
        self.parts.iter().map(|(name, value)| format!("{name}={value}&")).collect()
    }

    /// How long an entry is kept.
    pub fn kept(&self) -> String {
        self.frame.count("audit-kept", &u64::from(DAYS))
    }
}

async fn found(desk: &Desk, asked: &Asked) -> Result<Found, Problem> {
    let chosen = Chosen::new(asked, desk.engine().clock().now());
    if chosen.is_no_id {
        return Ok(Found::default());
    }
    let before = asked.before.parse().ok();
    Ok(find(desk.engine(), &desk.actor, chosen.filter, before, ROWS).await?)
}

/// A form that did not fit: with what was typed into the field that asks what for.
async fn refused(desk: &Desk, asked: &Asked, (why, is_wrong): (&str, bool)) -> Result<Response, Problem> {
    let (found, now) = (found(desk, asked).await?, desk.engine().clock().now());
    let mut page = AuditPage::new(desk.shell(Section::Audit)?, asked, &found, now);
    why.clone_into(&mut page.why);
    page.is_wrong = is_wrong;
    Ok(page::html_with(StatusCode::UNPROCESSABLE_ENTITY, &page))
}

/// `GET /admin/audit`
pub async fn list(desk: Desk, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    let (found, now) = (found(&desk, &asked).await?, desk.engine().clock().now());
    Ok(page::html(&AuditPage::new(desk.shell(Section::Audit)?, &asked, &found, now)))
}

/// `POST /admin/audit/export`: what is chosen, as a table.
pub async fn export(desk: Desk, fields: Fields) -> Result<Response, Problem> {
    let (asked, why, language) = (Asked::of(&fields), fields.get("why"), desk.language());
    let chosen = Chosen::new(&asked, desk.engine().clock().now());
    if chosen.is_no_id {
        return refused(&desk, &asked, (why, false)).await;
    }
    let heads = COLUMNS.map(|column| language.say(&format!("audit-column-{column}")));
    match begin(desk.engine(), &desk.actor, chosen.filter, why, heads).await {
        Ok(made) => Ok(table::file(
            "audit.csv",
            table::CSV,
            table::MARK.to_owned(),
            (desk, made),
            |(desk, mut made)| async move {
                let part = made.next(desk.engine()).await?;
                Ok(part.map(|part| (part, (desk, made))))
            },
        )),
        Err(EngineError::Invalid { field: "why", .. }) => refused(&desk, &asked, (why, true)).await,
        Err(error) => Err(error.into()),
    }
}

/// `GET /admin/audit/{id}/proof`: the file that `entente proof verify` checks.
pub async fn proof(desk: Desk, Id(id): Id<AuditId>) -> Result<Response, Problem> {
    Ok(file(&format!("{id}.json"), entry_proof(desk.engine(), &desk.actor, id).await?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine::views::audit::FACTS;

    #[test]
    fn every_kind_and_every_fact_of_the_audit_has_words() {
        for language in Language::ALL {
            let kinds = KINDS.iter().map(|kind| format!("audit-kind-{kind}"));
            let facts = FACTS.iter().map(|fact| format!("audit-fact-{fact}"));
            let by = ActBy::ALL.iter().map(|by| format!("audit-by-{}", by.code()));
            let heads = COLUMNS.iter().map(|column| format!("audit-column-{column}"));
            for id in kinds.chain(facts).chain(by).chain(heads) {
                assert_ne!(language.say(&id), id, "{language:?}");
            }
        }
    }
}
