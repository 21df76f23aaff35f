//! `/admin/recipients`: who gets data, and announcing those to whom the program does not connect by itself (claims D3,
//! X7).
//!
//! Invariants: what the operator's file says is shown and not changed here; nothing is announced that was not looked at
//! once more, with the mail that goes out; "back" leads to what was typed, and sends nothing.

use super::fields::Fields;
use super::kept_form::{Again, Typed, forget, look, typed};
use super::{ConfirmPage, Desk, Section, Shell, see};
use crate::account::form::{Field, Form, Wrong};
use crate::account::recipients::{Group, Number, groups};
use crate::api::Query;
use crate::console::versions::{begins, day};
use crate::console::words::{count, time_in};
use crate::language::Language;
use crate::letters::FluentLetters;
use crate::page;
use crate::problem::Problem;
use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use engine::EngineError;
use engine::actions::documents::NOTICE;
use engine::actions::recipients::{self as actions, NewRecipient, Preview};
use engine::mail::{Letter, Letters as _};
use engine::views::recipients::{self as views, RecipientView, Standing};
use engine::views::{At, announced};
use model::brand::Brand;
use model::time::{Span, Timestamp};

const HOME: &str = "/admin/recipients";
const NEW: &str = "/admin/recipients/new";
/// What was typed is kept by this name.
const FORM: &str = "recipient";
/// The fields of the texts, and what the engine calls each.
const TEXTS: [(&str, &str); 5] = [
    ("recipient-who", "who"),
    ("recipient-data", "data"),
    ("recipient-purpose", "purpose"),
    ("recipient-country", "country"),
    ("recipient-safeguard", "safeguard"),
];
const FROM: &str = "recipient-from";
const REASON: &str = "recipient-reason";

#[derive(Template)]
#[template(path = "console/recipients.html")]
pub struct RecipientsPage<'a> {
    pub frame: Shell<'a>,
    pub groups: Vec<Group>,
}

#[derive(Template)]
#[template(path = "console/recipient.html")]
pub struct AnnouncePage<'a> {
    pub frame: Shell<'a>,
    pub form: Form,
}

/// A mail as it goes out, in one of the brand's languages.
pub struct Mail {
    pub code: &'static str,
    pub direction: &'static str,
    pub name: String,
    pub subject: String,
    pub text: String,
}

/// What is about to be announced.
#[derive(Template)]
#[template(path = "console/recipient_preview.html")]
pub struct PreviewPage<'a> {
    pub frame: Shell<'a>,
    pub who: String,
    /// From when on, and how many are told.
    pub when: String,
    pub told: String,
    /// Each with its label.
    pub facts: Vec<(String, String)>,
    /// None where nobody is told.
    pub mails: Vec<Mail>,
    /// What was typed, to be sent again.
    pub fields: Vec<(&'static str, String)>,
}

/// A letter in each of the brand's languages.
pub fn mails(brand: &Brand, letter: &Letter) -> Vec<Mail> {
    let spoken = brand.languages.iter().filter_map(|code| Language::from_tag(code));
    let mail = |own: Language| {
        let written = FluentLetters.write(brand, own.code(), None, letter);
        Mail {
            code: own.code(),
            direction: own.direction(),
            name: own.say("language-name"),
            subject: written.subject.reveal().clone(),
            text: written.text.reveal().clone(),
        }
    };
    spoken.map(mail).collect()
}

impl<'a> PreviewPage<'a> {
    pub fn new(frame: Shell<'a>, brand: &Brand, now: Timestamp, fields: &Fields, of: &Preview) -> Self {
        let language = frame.language;
        let when = if of.in_force_from > now {
            let from = time_in(language, At(of.in_force_from), None);
            language.say_with("recipient-look-from", "time", &from)
        } else {
            language.say("recipient-look-at-once")
        };
        let typed = |name: &'static str| (name, fields.get(name).to_owned());
        let mut facts: Vec<(String, String)> = TEXTS
            .iter()
            .map(|(name, _)| (language.say(&format!("field-{name}")), fields.get(name).to_owned()))
            .collect();
        if let Some(reason) = &of.reason {
            facts.push((language.say("recipients-reason"), reason.clone()));
        }
        Self {
            who: fields.get("recipient-who").to_owned(),
            when,
            told: count(language, "recipient-look-told", of.told),
            facts,
            mails: if of.told == 0 { Vec::new() } else { mails(brand, &of.letter) },
            fields: TEXTS.iter().map(|(name, _)| typed(name)).chain([typed(FROM), typed(REASON)]).collect(),
            frame,
        }
    }
}

/// `GET /admin/recipients`
pub async fn list(desk: Desk) -> Result<Response, Problem> {
    let all = views::list(desk.engine(), desk.actor.brand).await?;
    let unmailed = announced::unmailed(desk.engine(), &desk.actor).await?;
    let groups = groups(desk.language(), &all, Some(&unmailed));
    Ok(page::html(&RecipientsPage { groups, frame: desk.shell(Section::Recipients)? }))
}

pub fn form(language: Language, now: Timestamp, has_to_wait: bool) -> Form {
    let mut form = Form::new(language, "recipient");
    form.button = language.say("recipient-look-button");
    for (name, _) in TEXTS {
        form = form.field(Field::new(language, name, "text"));
    }
    // Whole days: the first that begins after the notice has run.
    let first = if has_to_wait { now.plus(NOTICE).plus(Span::days(1)) } else { now };
    form.field(Field::new(language, FROM, "date").value(day(first)))
        .field(Field::new(language, REASON, "text").optional())
}

async fn fresh(desk: &Desk) -> Result<Form, Problem> {
    let has_to_wait = views::has_to_wait(desk.engine(), &desk.actor).await?;
    Ok(form(desk.language(), desk.engine().clock().now(), has_to_wait))
}

fn read(fields: &Fields) -> Option<NewRecipient> {
    let [who, data, purpose, country, safeguard] = TEXTS.map(|(name, _)| fields.get(name).to_owned());
    let reason = Some(fields.get(REASON).to_owned()).filter(|reason| !reason.is_empty());
    let in_force_from = begins(fields.get(FROM))?;
    Some(NewRecipient { who, data, purpose, country, safeguard, in_force_from, reason })
}

/// What the engine refused, beside the field that it is about.
fn wrong(language: Language, error: EngineError) -> Result<Wrong, Problem> {
    Ok(match error {
        EngineError::Invalid { field: "in_force_from", .. } => {
            Wrong::new(language, FROM, "wrong-recipient-from")
        }
        EngineError::Invalid { field: "reason", .. } => Wrong::new(language, REASON, "wrong-recipient-text"),
        EngineError::Invalid { field, .. } => {
            let own = TEXTS.iter().find(|(_, theirs)| *theirs == field).map_or("", |(own, _)| *own);
            Wrong::new(language, own, "wrong-recipient-text")
        }
        EngineError::Conflict(_) => Wrong::new(language, "", "wrong-recipient-many"),
        other => return Err(other.into()),
    })
}

/// `GET /admin/recipients/new`: the form, or what was typed into it.
pub async fn write(desk: Desk, Query(asked): Query<Again>) -> Result<Response, Problem> {
    let typed = typed(&desk, FORM, &asked);
    if let Typed::Looked(fields) = &typed {
        let mut shown = answer(&desk, fields).await?;
        *shown.status_mut() = StatusCode::OK;
        return Ok(shown);
    }
    let mut form = fresh(&desk).await?;
    if let Typed::Last(fields) = &typed {
        form = form.typed(fields);
        form.note = Some(("info", desk.language().say("console-typed-before")));
    }
    Ok(page::html(&AnnouncePage { form, frame: desk.shell(Section::Recipients)? }))
}

/// `POST /admin/recipients/new`: looks at what was written, and announces what was looked at.
pub async fn announce(desk: Desk, fields: Fields) -> Result<Response, Problem> {
    if let Some(new) = read(&fields).filter(|_| fields.get("do") == "publish") {
        match actions::announce(desk.engine(), &desk.actor, new).await {
            Ok(_) => {
                forget(&desk, FORM);
                return Ok(see(HOME, "recipient-announced"));
            }
            // The look at it says what.
            Err(EngineError::Invalid { .. } | EngineError::Conflict(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    let shown = answer(&desk, &fields).await?;
    Ok(look(&desk, NEW, FORM, fields, shown))
}

/// The look at what was written, or the form with it and what was wrong. Announces nothing.
async fn answer(desk: &Desk, fields: &Fields) -> Result<Response, Problem> {
    let language = desk.language();
    let wrong = match (read(fields), fields.get("do")) {
        (None, _) => Wrong::new(language, FROM, "wrong-recipient-from"),
        (Some(_), "change") => {
            let form = fresh(desk).await?.typed(fields);
            return Ok(page::html(&AnnouncePage { form, frame: desk.shell(Section::Recipients)? }));
        }
        (Some(new), _) => match actions::preview(desk.engine(), &desk.actor, &new).await {
            Ok(found) => {
                let (frame, now) = (desk.shell(Section::Recipients)?, desk.engine().clock().now());
                let brand = &desk.visit.brand.brand;
                return Ok(page::html(&PreviewPage::new(frame, brand, now, fields, &found)));
            }
            Err(error) => wrong(language, error)?,
        },
    };
    let status: StatusCode = wrong.status;
    let form = fresh(desk).await?.typed(fields).wrong(wrong);
    Ok(page::html_with(status, &AnnouncePage { form, frame: desk.shell(Section::Recipients)? }))
}

pub fn end_question<'a>(frame: Shell<'a>, of: &RecipientView) -> ConfirmPage<'a> {
    let language = frame.language;
    ConfirmPage {
        title: language.say_with("recipients-end-title", "who", &of.entry.who),
        back: (HOME.to_owned(), language.say("recipients-title")),
        sentences: vec![language.say("recipients-end-what")],
        button: language.say("recipients-end-button"),
        is_dangerous: false,
        frame,
    }
}

/// `GET /admin/recipients/{number}/end`: asks.
pub async fn ask_end(desk: Desk, Number(number): Number) -> Result<Response, Problem> {
    let found = views::get(desk.engine(), desk.actor.brand, number).await?;
    if found.standing == Standing::Ended {
        return Ok(see(HOME, ""));
    }
    Ok(page::html(&end_question(desk.shell(Section::Recipients)?, &found)))
}

/// `POST /admin/recipients/{number}/end`
pub async fn end(desk: Desk, Number(number): Number) -> Result<Response, Problem> {
    match actions::end(desk.engine(), &desk.actor, number).await {
        Ok(()) => Ok(see(HOME, "recipient-ended")),
        Err(EngineError::Conflict(_)) => Ok(see(HOME, "recipient-kept")),
        Err(error) => Err(error.into()),
    }
}
