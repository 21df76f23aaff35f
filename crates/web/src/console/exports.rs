//! `/app/leads/exports`: taking leads out as a file, and which files were taken out (claim A3).
//!
//! Invariants: names and Messenger's ids are in a file only if a box says so; what the file is for is asked
//! and kept; the file is made while it is read.

use super::deliveries_export::which_word;
use super::fields::Fields;
use super::leads::{Choices, filter_of, parts_of};
use super::words::{count, number, time};
use super::{Desk, ROWS, Section, Shell};
use crate::api::Query;
use crate::language::Language;
use crate::page;
use crate::problem::Problem;
use crate::purpose;
use crate::reader::Reader;
use crate::table;
use askama::Template;
use axum::response::Response;
use engine::actions::exports::{By, COLUMNS, ExportForm, Form, Which, begin};
use engine::views::asked::EXPORT;
use engine::views::exports::{ExportView, newest};
use engine::views::leads::{Counted, Filter, SCANNED};
use engine::{EngineError, views};
use fluent_bundle::FluentArgs;
use model::id::{ExportId, PageId};
use serde::Deserialize;

/// One file that was taken out.
pub struct Row {
    pub at: String,
    pub what: String,
    /// Which leads, in words.
    pub which: Vec<String>,
    pub why: String,
    pub leads: String,
    /// `None`: complete.
    pub unfinished: bool,
    pub by: String,
}

#[derive(Template)]
#[template(path = "console/exports.html")]
pub struct ExportsPage<'a> {
    pub frame: Shell<'a>,
    pub choices: Choices,
    pub has_pages: bool,
    /// How many fit, in words; `None` when that was not asked.
    pub fitting: Option<String>,
    pub why: String,
    pub with_names: bool,
    pub form: &'static str,
    pub is_wrong: bool,
    pub rows: Vec<Row>,
    pub next: Option<String>,
}

#[derive(Deserialize, Default)]
pub struct Asked {
    #[serde(default)]
    page: String,
    #[serde(default)]
    level: String,
    #[serde(default)]
    state: String,
    #[serde(default)]
    tag: String,
    #[serde(default)]
    before: String,
}

impl Row {
    pub fn new(reader: Reader, view: &ExportView, pages: &[(PageId, String)]) -> Self {
        let language = reader.language;
        let mut which = Vec::new();
        if let Some(page) = view.page {
            let name = pages.iter().find(|(id, _)| *id == page).map(|(_, name)| name.clone());
            which.push(name.unwrap_or_else(|| super::words::short(&page)));
        }
        if let Some(broadcast) = &view.broadcast {
            which.push(language.say_with("exports-broadcast", "id", &super::words::short(broadcast)));
        }
        if view.form == "deliveries" {
            let chosen = Which::from_code(view.state.as_deref().unwrap_or_default());
            which.extend(chosen.map(|chosen| which_word(language, chosen)));
        } else {
            for (part, value) in [("level", &view.level), ("state", &view.state)] {
                which.extend(value.as_ref().map(|value| language.say(&format!("leads-{part}-{value}"))));
            }
        }
        if let Some(tag) = &view.tag {
            which.push(language.say_with("exports-tagged", "name", tag.reveal()));
        }
        let is_whole = matches!(view.form.as_str(), "lead" | "archive" | "deliveries");
        let what = if is_whole {
            language.say(&format!("exports-form-{}", view.form))
        } else {
            let names = if view.with_names { "exports-with-names" } else { "exports-masked" };
            format!("{} · {}", view.form.to_uppercase(), language.say(names))
        };
        if which.is_empty() && !is_whole {
            which.push(language.say("leads-all"));
        }
        Self {
            at: time(reader, view.taken_at),
            what,
            which,
            why: view.why.reveal().clone(),
            leads: number(view.leads),
            unfinished: view.finished_at.is_none(),
            by: language.say(&format!("exports-by-{}", view.by)),
        }
    }
}

/// Something of the form as it stands.
pub struct Typed {
    pub why: String,
    pub with_names: bool,
    pub form: Form,
    pub is_wrong: bool,
}

/// How many fit, in words.
fn fitting(language: Language, counted: Counted) -> String {
    if counted.is_all {
        return count(language, "exports-fitting", counted.leads);
    }
    let mut args = FluentArgs::new();
    args.set("count", language.form_of(counted.leads));
    args.set("shown", number(counted.leads));
    args.set("looked", number(u64::try_from(SCANNED).unwrap_or(u64::MAX)));
    language.tell("exports-fitting-first", Some(&args))
}

async fn shown(
    desk: &Desk,
    [page, level, state, tag]: [&str; 4],
    before: Option<ExportId>,
    typed: Typed,
) -> Result<Response, Problem> {
    let pages = super::leads::page_names(desk).await?;
    let tags = views::tags::list(desk.engine(), &desk.actor).await?;
    let filter = filter_of([page, level, state, tag], &pages, &tags);
    let found = newest(desk.engine(), &desk.actor, before, ROWS).await?;
    let frame = desk.shell(Section::Leads)?;
    let fitting = if filter == Filter::default() {
        None
    } else {
        let counted = views::leads::count_first(desk.engine(), &desk.actor, filter).await?;
        Some(fitting(frame.language, counted))
    };
    let rows = found.iter().map(|view| Row::new(desk.reader(), view, &pages)).collect();
    Ok(page::html(&ExportsPage {
        choices: Choices::new(frame.language, &pages, &tags, filter),
        has_pages: !pages.is_empty(),
        fitting,
        why: typed.why,
        with_names: typed.with_names,
        form: typed.form.code(),
        is_wrong: typed.is_wrong,
        rows,
        next: crate::api::next(&found, ROWS, |view| view.id),
        frame,
    }))
}

/// `GET /app/leads/exports`
pub async fn show(desk: Desk, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    let typed = Typed { why: String::new(), with_names: false, form: Form::Csv, is_wrong: false };
    let filter = [&asked.page, &asked.level, &asked.state, &asked.tag].map(String::as_str);
    shown(&desk, filter, asked.before.parse().ok(), typed).await
}

/// `POST /app/leads/exports`: the file, of which the account is told by mail.
pub async fn take(desk: Desk, fields: Fields) -> Result<Response, Problem> {
    let pages = super::leads::page_names(&desk).await?;
    let tags = views::tags::list(desk.engine(), &desk.actor).await?;
    let asked = ["page", "level", "state", "tag"].map(|name| fields.get(name));
    let form = Form::from_code(fields.get("form")).unwrap_or(Form::Csv);
    let (why, with_names) = (fields.get("why").to_owned(), fields.get("with_names") == "yes");
    let filter = filter_of(asked, &pages, &tags);
    let export = ExportForm { filter, form, with_names, why: why.clone(), by: By::Console };
    let language = desk.language();
    let heads = COLUMNS.map(|column| language.say(&format!("exports-column-{column}"))).into();
    match begin(desk.engine(), &desk.actor, export, heads).await {
        Ok(export) => {
            let (name, media) = match form {
                Form::Csv => ("leads.csv", table::CSV),
                Form::Json => ("leads.json", "application/json"),
            };
            Ok(table::file(name, media, String::new(), (desk, export), |(desk, mut export)| async move {
                let part = export.next(desk.engine()).await?;
                Ok(part.map(|part| (part, (desk, export))))
            }))
        }
        Err(EngineError::Invalid { field: "why", .. }) => {
            shown(&desk, asked, None, Typed { why, with_names, form, is_wrong: true }).await
        }
        Err(error) => Err(error.into()),
    }
}

impl ExportsPage<'_> {
    /// Why it is asked what the file is for.
    pub fn purpose(&self) -> String {
        purpose::of(self.frame.language, &EXPORT, "sealed")
    }

    pub fn is_form(&self, form: &str) -> bool {
        self.form == form
    }
}

/// The address of this page with the filter kept.
pub fn address(filter: Filter) -> String {
    let parts: Vec<String> =
        parts_of(filter).into_iter().map(|(name, value)| format!("{name}={value}")).collect();
    format!("/app/leads/exports?{}", parts.join("&")).trim_end_matches('?').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_that_did_not_look_at_all_leads_says_how_far_it_looked() {
        for language in Language::ALL {
            let say = |leads, is_all| {
                let said = fitting(language, Counted { leads, is_all });
                said.replace(['\u{2068}', '\u{2069}'], "")
            };
            for leads in [0, 1, 2, 5, 11, 1_234] {
                let said = say(leads, false);
                assert!(said.contains("4,000") && said != say(leads, true), "{said}");
                assert!(leads < 3 || said.contains(&number(leads)), "{said}");
            }
            assert!(!say(1_234, true).contains("4,000"));
        }
    }
}
