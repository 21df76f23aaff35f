//! `/admin/documents/{kind}`: a new version of a document: written, looked at beside the one before, published, and
//! told to everybody (claims F7, X6).
//!
//! Invariants: nothing is published that was not shown with its differences first; a version that leaves a language
//! as it was is published by whoever has said that they know it; "back" leads to what was typed, and sends nothing.

use super::fields::Fields;
use super::kept_form::{Again, Typed, forget, look, typed};
use super::{Desk, Section, Shell, see};
use crate::account::difference::{self, Line};
use crate::account::documents::is_template;
use crate::account::form::{Field, Form, Wrong};
use crate::account::versions::since;
use crate::api::Query;
use crate::language::Language;
use crate::page;
use crate::problem::Problem;
use askama::Template;
use axum::extract::{FromRequestParts, Path};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use engine::EngineError;
use engine::actions::documents::{self as actions, Early, KINDS, NOTICE, NextText, NextVersion};
use engine::views::At;
use engine::views::documents::{self as views, Document};
use fluent_bundle::FluentArgs;
use model::brand::Brand;
use model::time::Timestamp;

/// Names of the fields, since a form's are fixed: text and summary of a language.
const TEXTS: [(&str, &str, &str); 2] = [("text-en", "summary-en", "en"), ("text-ar", "summary-ar", "ar")];
const DATE: &str = "effective_at";
const EARLY: &str = "early";
/// The document that nobody has to accept.
const NOBODYS: &str = "breach_policy";
/// Ticked by whoever knows that these languages stay as they were.
const UNCHANGED: &str = "unchanged";

/// The document in an address. What is none is no page.
pub struct OfKind(&'static str);

impl<S: Send + Sync> FromRequestParts<S> for OfKind {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let read = Path::<String>::from_request_parts(parts, state).await;
        let Path(kind) = read.map_err(|_| Problem::no_such_route())?;
        KINDS.into_iter().find(|known| *known == kind).map(Self).ok_or_else(Problem::no_such_route)
    }
}

#[derive(Template)]
#[template(path = "console/version.html")]
struct WritePage<'a> {
    frame: Shell<'a>,
    title: String,
    kind: &'static str,
    after: i64,
    form: Form,
    is_proved: bool,
}

/// A language's texts, as they are about to be published.
struct Preview {
    code: &'static str,
    direction: &'static str,
    name: String,
    summary: String,
    changes: Vec<Line>,
    text: (&'static str, String),
    summary_name: &'static str,
}

#[derive(Template)]
#[template(path = "console/version_preview.html")]
struct PreviewPage<'a> {
    frame: Shell<'a>,
    title: String,
    kind: &'static str,
    after: i64,
    version: String,
    since: String,
    early: Option<String>,
    /// Whether a text still says that it is a template.
    is_template: bool,
    previews: Vec<Preview>,
    /// What to know and to tick, where a language stays as it was.
    unchanged: Option<Unchanged>,
    date: String,
    early_code: String,
}

/// Languages whose text is the same as before.
struct Unchanged {
    sentence: String,
    tick: String,
    /// It was to be published without the tick.
    is_asked: bool,
}

fn spoken(brand: &Brand) -> impl Iterator<Item = (&'static str, &'static str, &'static str, Language)> {
    let speaks = |code: &str| brand.languages.iter().any(|own| own == code);
    let all = TEXTS.into_iter().filter(move |(.., code)| speaks(code));
    all.filter_map(|(text, summary, code)| Some((text, summary, code, Language::from_tag(code)?)))
}

/// A day, as a field of a form has it.
pub fn day(at: Timestamp) -> String {
    jiff::Timestamp::from_microsecond(at.micros())
        .map(|at| at.strftime("%Y-%m-%d").to_string())
        .unwrap_or_default()
}

/// The beginning of a day, in UTC.
pub fn begins(day: &str) -> Option<Timestamp> {
    let date: jiff::civil::Date = day.parse().ok()?;
    let begins = date.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
    Some(Timestamp(begins.timestamp().as_microsecond()))
}

fn form(language: Language, brand: &Brand, now: Timestamp, newest: &[Document]) -> Form {
    let mut form = Form::new(language, "version");
    for (name, summary, code, own) in spoken(brand) {
        let called = own.say("language-name");
        let before = newest.iter().find(|text| text.language == code).map(|text| text.text.clone());
        let mut field = Field::new(language, name, "textarea").value(before.unwrap_or_default());
        field.label = language.say_with("version-text", "language", &called);
        (field.rows, field.dir) = (18, own.direction());
        let mut said = Field::new(language, summary, "textarea");
        said.label = language.say_with("version-summary", "language", &called);
        said.why = language.say("version-summary-why");
        (said.rows, said.dir) = (4, own.direction());
        form = form.field(field).field(said);
    }
    // Whole days: the first that begins after the notice has run.
    let first = now.plus(NOTICE).plus(model::time::Span::days(1));
    let early =
        [(String::new(), language.say("version-early-none"))].into_iter().chain(Early::ALL.into_iter().map(
            |early| (early.code().to_owned(), language.say(&format!("document-early-{}", early.code()))),
        ));
    form.field(Field::new(language, DATE, "date").value(day(first)))
        .field(Field::new(language, EARLY, "select").optional().options(early.collect()))
}

fn read(kind: &str, brand: &Brand, fields: &Fields) -> Option<NextVersion> {
    let early = Early::from_code(fields.get(EARLY));
    let effective_at = begins(fields.get(DATE))?;
    let texts = spoken(brand).map(|(text, summary, code, _)| NextText {
        language: code.to_owned(),
        text: fields.raw(text).replace("\r\n", "\n"),
        summary: fields.get(summary).replace("\r\n", "\n"),
    });
    Some(NextVersion {
        kind: kind.to_owned(),
        after: fields.get("after").parse().ok()?,
        texts: texts.collect(),
        effective_at,
        early,
    })
}

/// The newest version, in force or not.
async fn newest(desk: &Desk, kind: &str) -> Result<(i64, Vec<Document>), Problem> {
    let (engine, brand) = (desk.engine(), desk.actor.brand);
    let all = views::versions(engine, brand).await?;
    let number = all.iter().filter(|version| version.kind == kind).map(|version| version.number).max();
    let number = number.ok_or_else(Problem::no_such_route)?;
    Ok((number, views::version(engine, brand, kind, number).await?))
}

/// `GET /admin/documents/{kind}`: the form, or what was typed into it.
pub async fn write(
    desk: Desk,
    OfKind(kind): OfKind,
    Query(asked): Query<Again>,
) -> Result<Response, Problem> {
    let typed = typed(&desk, kind, &asked);
    if let Typed::Looked(fields) = &typed {
        let mut shown = answer(&desk, kind, fields).await?;
        *shown.status_mut() = StatusCode::OK;
        return Ok(shown);
    }
    let (after, texts) = newest(&desk, kind).await?;
    let now = desk.engine().clock().now();
    let mut form = form(desk.language(), &desk.visit.brand.brand, now, &texts);
    form.note = texts.first().filter(|newest| newest.effective_at > now).map(|newest| {
        let language = desk.language();
        let mut args = FluentArgs::new();
        args.set("version", language.say_with("document-version", "version", &after.to_string()));
        args.set("since", since(language, At(now), At(newest.effective_at)).0);
        ("warn", language.tell("version-waits", Some(&args)))
    });
    if let Typed::Last(fields) = &typed
        && fields.get("after") == after.to_string()
    {
        form = form.typed(fields);
        let waits = form.note.take().map(|(_, sentence)| format!("{sentence} ")).unwrap_or_default();
        form.note = Some(("info", format!("{waits}{}", desk.language().say("console-typed-before"))));
    }
    page_of(&desk, kind, after, form, StatusCode::OK)
}

fn page_of(
    desk: &Desk,
    kind: &'static str,
    after: i64,
    form: Form,
    status: StatusCode,
) -> Result<Response, Problem> {
    let title = desk.language().say(&format!("document-{kind}"));
    let mut form = form;
    if kind == NOBODYS {
        form.lead = vec![desk.language().say("version-lead-policy")];
    }
    let (frame, is_proved) = (desk.shell(Section::Documents)?, desk.session.is_proved);
    Ok(page::html_with(status, &WritePage { frame, title, kind, after, form, is_proved }))
}

/// What the engine refused, beside the field that it is about.
fn wrong(language: Language, fields: &Fields, error: EngineError) -> Result<Wrong, Problem> {
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    Ok(match error {
        EngineError::Invalid { field: "summary", .. } => {
            let is_short = |name: &&str| !actions::SUMMARY.contains(&fields.get(name).trim().chars().count());
            let field = TEXTS.iter().map(|(_, summary, _)| *summary).find(is_short).unwrap_or_default();
            Wrong { field, sentence: language.say("wrong-summary"), status }
        }
        EngineError::Invalid { field: DATE, .. } => Wrong::new(language, DATE, "wrong-effective_at"),
        EngineError::Invalid { field: "documents", .. } => Wrong::new(language, "", "wrong-document-size"),
        EngineError::Conflict(why) => {
            let id = if why.contains("different") {
                "version-same"
            } else if why.contains("later") {
                "version-order"
            } else {
                "version-meanwhile"
            };
            Wrong { field: "", sentence: language.say(id), status: StatusCode::CONFLICT }
        }
        other => return Wrong::of(language, other),
    })
}

/// The texts as they are about to be published, beside the newest.
fn previews(brand: &Brand, next: &NextVersion, texts: &[Document]) -> Vec<Preview> {
    let all = spoken(brand).filter_map(|(name, summary_name, code, own)| {
        let text = next.texts.iter().find(|text| text.language == code)?;
        let old = texts.iter().find(|old| old.language == code).map_or("", |old| old.text.as_str());
        Some(Preview {
            code: own.code(),
            direction: own.direction(),
            name: own.say("language-name"),
            summary: text.summary.clone(),
            changes: difference::lines(old, &text.text),
            text: (name, text.text.clone()),
            summary_name,
        })
    });
    all.collect()
}

/// Which languages stay as they were, if another does not.
fn unchanged(language: Language, previews: &[Preview], is_asked: bool) -> Option<Unchanged> {
    let of = |is_same: bool| -> Vec<String> {
        let all = previews.iter().filter(|own| own.changes.is_empty() == is_same);
        all.map(|own| own.name.clone()).collect()
    };
    let (same, other) = (of(true), of(false));
    if same.is_empty() || other.is_empty() {
        return None;
    }
    let mut args = FluentArgs::new();
    args.set("same", language.joined(&same));
    args.set("other", language.joined(&other));
    Some(Unchanged {
        sentence: language.tell("version-same-in", Some(&args)),
        tick: language.say_with("version-same-known", "same", &language.joined(&same)),
        is_asked,
    })
}

/// `POST /admin/documents/{kind}`: looks at what was written, and publishes what was looked at.
pub async fn publish(desk: Desk, OfKind(kind): OfKind, fields: Fields) -> Result<Response, Problem> {
    let (_, texts) = newest(&desk, kind).await?;
    if let Some(next) = to_publish(&desk, kind, &fields, &texts) {
        match actions::publish_next(desk.engine(), &desk.actor, next).await {
            Ok(_) => {
                forget(&desk, kind);
                let done = if kind == NOBODYS { "announced-policy" } else { "announced" };
                return Ok(see("/admin/documents", done));
            }
            // The look at it says what.
            Err(EngineError::Invalid { .. } | EngineError::Conflict(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    let shown = answer(&desk, kind, &fields).await?;
    Ok(look(&desk, &format!("/admin/documents/{kind}"), kind, fields, shown))
}

/// What is to be published: asked for by somebody whose proof is fresh, and who knows what stays as it was.
fn to_publish(desk: &Desk, kind: &str, fields: &Fields, texts: &[Document]) -> Option<NextVersion> {
    let brand = &desk.visit.brand.brand;
    let next =
        read(kind, brand, fields).filter(|_| fields.get("do") == "publish" && desk.session.is_proved)?;
    let leaves = unchanged(desk.language(), &previews(brand, &next, texts), true);
    (leaves.is_none() || fields.get(UNCHANGED) == "yes").then_some(next)
}

/// The look at what was written, or the form with it and what was wrong. Publishes nothing.
async fn answer(desk: &Desk, kind: &'static str, fields: &Fields) -> Result<Response, Problem> {
    let (language, brand) = (desk.language(), &desk.visit.brand.brand);
    let now = desk.engine().clock().now();
    let (after, texts) = newest(desk, kind).await?;
    let again = |wrong: Option<Wrong>| {
        let status = wrong.as_ref().map_or(StatusCode::OK, |wrong| wrong.status);
        let form = form(language, brand, now, &texts).typed(fields);
        let form = if let Some(wrong) = wrong { form.wrong(wrong) } else { form };
        page_of(desk, kind, after, form, status)
    };
    let Some(next) = read(kind, brand, fields) else {
        return again(Some(Wrong::new(language, DATE, "wrong-effective_at")));
    };
    let previews = previews(brand, &next, &texts);
    let is_asked = fields.get("do") == "publish" && fields.get(UNCHANGED) != "yes";
    let leaves = unchanged(language, &previews, is_asked);
    match fields.get("do") {
        // What was written stays in the form meanwhile.
        "publish" if !desk.session.is_proved => {
            let wrong = Wrong::new(language, "", "version-prove");
            return again(Some(Wrong { status: StatusCode::FORBIDDEN, ..wrong }));
        }
        "change" => return again(None),
        _ => {}
    }
    if let Err(error) = actions::preview_next(desk.engine(), &desk.actor, &next).await {
        return again(Some(wrong(language, fields, error)?));
    }
    let hurried = actions::hurried(now, next.effective_at, next.early);
    let status = match &leaves {
        Some(leaves) if leaves.is_asked => StatusCode::UNPROCESSABLE_ENTITY,
        _ => StatusCode::OK,
    };
    let page = PreviewPage {
        title: language.say(&format!("document-{kind}")),
        kind,
        after,
        version: language.say_with("document-version", "version", &after.saturating_add(1).to_string()),
        since: if next.effective_at > now {
            since(language, At(now), At(next.effective_at)).0
        } else {
            language.say("version-at-once")
        },
        is_template: next.texts.iter().any(|text| is_template(&text.text)),
        early: hurried.map(|early| language.say(&format!("document-early-{}", early.code()))),
        previews,
        unchanged: leaves,
        date: fields.get(DATE).to_owned(),
        early_code: next.early.map_or("", Early::code).to_owned(),
        frame: desk.shell(Section::Documents)?,
    };
    Ok(page::html_with(status, &page))
}
