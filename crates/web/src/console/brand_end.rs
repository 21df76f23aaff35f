//! `/admin/brand/end`: the brand's admin announces its end, sees how far everybody was told, and calls it off again
//! (claims A2, R3).
//!
//! Invariant: nothing is announced that was not looked at once more, with the mail that goes out.

use super::fields::Fields;
use super::recipients::{Mail, mails};
use super::versions::{begins, day};
use super::words::{count, time_in};
use super::{ConfirmPage, Desk, Section, Shell, see};
use crate::account::form::{Field, Form, Wrong};
use crate::language::Language;
use crate::page;
use crate::problem::Problem;
use askama::Template;
use axum::response::Response;
use engine::EngineError;
use engine::actions::brand_end::{self as actions, Preview};
use engine::actions::documents::NOTICE;
use engine::views::At;
use engine::views::brand_end::{self as views, End, Outlook};
use model::brand::Brand;
use model::time::{Span, Timestamp};

pub const HOME: &str = "/admin/brand/end";
const DAY: &str = "end-day";

/// An end that is announced, in words.
pub struct Announced {
    pub when: String,
    pub since: String,
    pub told: String,
    pub unmailed: String,
    pub lost: Option<String>,
    pub hash: String,
    pub text: String,
    pub leaf: String,
}

#[derive(Template)]
#[template(path = "console/brand_end.html")]
pub struct BrandEndPage<'a> {
    pub frame: Shell<'a>,
    pub announced: Option<Announced>,
    /// None where there is nothing to announce.
    pub form: Option<Form>,
    /// Whether the brand may be erased now.
    pub may_erase: bool,
}

/// What is about to be announced.
#[derive(Template)]
#[template(path = "console/brand_end_preview.html")]
pub struct BrandEndPreview<'a> {
    pub frame: Shell<'a>,
    pub when: String,
    pub told: String,
    pub mails: Vec<Mail>,
    /// What was typed, to be sent again.
    pub day: (&'static str, String),
}

impl Announced {
    fn new(language: Language, end: &End) -> Self {
        let of = &end.announcement;
        let time = |at: Timestamp| time_in(language, At(at), None);
        Self {
            when: language.say_with("brand-end-when", "time", &time(of.effective_at)),
            since: time(of.announced_at),
            told: count(language, "recipients-told", end.mails.told(of.told)),
            unmailed: count(language, "brand-end-unmailed", end.unmailed),
            lost: (end.mails.lost > 0).then(|| count(language, "brand-end-lost", end.mails.lost)),
            hash: hex::encode(of.hash),
            text: end.text.clone(),
            leaf: of
                .leaf_index
                .map_or_else(|| language.say("recipients-leaf-waits"), |index| index.to_string()),
        }
    }
}

pub fn form(language: Language, now: Timestamp) -> Form {
    // Whole days: the first that begins after the notice has run.
    let first = day(now.plus(NOTICE).plus(Span::days(1)));
    Form::new(language, "brand-end").field(Field::new(language, DAY, "date").value(first))
}

impl<'a> BrandEndPage<'a> {
    pub fn new(frame: Shell<'a>, now: Timestamp, outlook: &Outlook) -> Self {
        let language = frame.language;
        let is_to_announce = outlook.has_users && outlook.end.is_none();
        Self {
            announced: outlook.end.as_ref().map(|end| Announced::new(language, end)),
            form: is_to_announce.then(|| form(language, now)),
            may_erase: outlook.may_erase,
            frame,
        }
    }
}

impl<'a> BrandEndPreview<'a> {
    pub fn new(frame: Shell<'a>, brand: &Brand, (typed, at): (&str, Timestamp), of: &Preview) -> Self {
        let language = frame.language;
        let when = time_in(language, At(at), None);
        Self {
            when: language.say_with("brand-end-when", "time", &when),
            told: count(language, "recipient-look-told", of.told),
            mails: mails(brand, &of.letter),
            day: (DAY, typed.to_owned()),
            frame,
        }
    }
}

async fn page_of(desk: &Desk, wrong: Option<(&Fields, Wrong)>) -> Result<Response, Problem> {
    let engine = desk.engine();
    let outlook = views::get(engine, &desk.actor).await?;
    let mut shown = BrandEndPage::new(desk.shell(Section::Brand)?, engine.clock().now(), &outlook);
    let Some((typed, wrong)) = wrong else { return Ok(page::html(&shown)) };
    let status = wrong.status;
    shown.form = shown.form.map(|form| form.typed(typed).wrong(wrong));
    Ok(page::html_with(status, &shown))
}

/// `GET /admin/brand/end`
pub async fn show(desk: Desk) -> Result<Response, Problem> {
    page_of(&desk, None).await
}

/// `POST /admin/brand/end`: looks at what was chosen, and announces what was looked at.
pub async fn announce(desk: Desk, fields: Fields) -> Result<Response, Problem> {
    let engine = desk.engine();
    let typed = fields.get(DAY);
    let error = match (begins(typed), fields.get("do")) {
        (None, _) => EngineError::Invalid { field: "ends_at", problem: "is no day".to_owned() },
        (Some(at), "publish") => match actions::announce(engine, &desk.actor, at).await {
            Ok(()) => return Ok(see(HOME, "brand-end-announced")),
            Err(error) => error,
        },
        (Some(at), _) => match actions::preview(engine, &desk.actor, at).await {
            Ok(found) => {
                let brand = &desk.visit.brand.brand;
                let shown = BrandEndPreview::new(desk.shell(Section::Brand)?, brand, (typed, at), &found);
                return Ok(page::html(&shown));
            }
            Err(error) => error,
        },
    };
    match error {
        EngineError::Invalid { .. } => {
            let wrong = Wrong::new(desk.language(), DAY, "wrong-end-day");
            page_of(&desk, Some((&fields, wrong))).await
        }
        // Announced meanwhile, or there is nobody to tell: the page says which.
        EngineError::Conflict(_) => Ok(see(HOME, "")),
        error => Err(error.into()),
    }
}

pub fn off_question<'a>(frame: Shell<'a>) -> ConfirmPage<'a> {
    let language = frame.language;
    ConfirmPage {
        title: language.say("brand-end-off-title"),
        back: (HOME.to_owned(), language.say("brand-end-title")),
        sentences: vec![language.say("brand-end-off-what")],
        button: language.say("brand-end-off-button"),
        is_dangerous: false,
        frame,
    }
}

/// `GET /admin/brand/end/off`: asks.
pub async fn ask_off(desk: Desk) -> Result<Response, Problem> {
    if views::get(desk.engine(), &desk.actor).await?.end.is_none() {
        return Ok(see(HOME, ""));
    }
    Ok(page::html(&off_question(desk.shell(Section::Brand)?)))
}

/// `POST /admin/brand/end/off`
pub async fn call_off(desk: Desk) -> Result<Response, Problem> {
    match actions::call_off(desk.engine(), &desk.actor).await {
        Ok(()) => Ok(see(HOME, "brand-end-off")),
        Err(EngineError::Conflict(_)) => Ok(see(HOME, "")),
        Err(error) => Err(error.into()),
    }
}

/// What whoever has an account here, or is about to get one, reads of an announced end.
pub async fn ending(desk: &Desk) -> Result<Option<String>, Problem> {
    let ends_at = views::ends_at(desk.engine(), desk.actor.brand).await?;
    Ok(ends_at.map(|at| notice(desk.language(), &desk.visit.brand.brand, at)))
}

/// The same, of this day.
pub fn notice(language: Language, brand: &Brand, ends_at: Timestamp) -> String {
    let mut args = fluent_bundle::FluentArgs::new();
    args.set("brand", brand.name.as_str());
    args.set("time", time_in(language, At(ends_at), None));
    language.tell("brand-end-notice", Some(&args))
}
