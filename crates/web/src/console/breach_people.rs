//! `/admin/breaches/{id}/people`: what people are told of a breach: it is written, looked at as it will arrive, and only
//! then sent.
//!
//! Invariants: what is sent is the draft that was shown, or nothing; what somebody saved stands there as they saved it, and
//! only where they did not a draft of the program's, marked as one; in a drill nothing is sent at all.

use super::breach_words::drafted;
use super::fields::Fields;
use super::kept_form::{Returned, again, returned};
use super::words::number;
use super::{Desk, Section, Shell, see};
use crate::api::{Id, Query};
use crate::language::Language;
use crate::letters::FluentLetters;
use crate::page;
use crate::problem::Problem;
use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use engine::EngineError;
use engine::actions::breaches as actions;
use engine::mail::Letters as _;
use engine::views::breaches::{BreachDetail, Part, Preview, SampleView, Words, get, preview};
use model::brand::Brand;
use model::id::BreachId;
use serde::Deserialize;

/// Names of the fields, since a form's are fixed: what happened, what is likely to follow, what was done, what they can
/// do, in a language.
pub const TEXTS: [(&str, &str, &str, &str, &str); 2] = [
    ("happened-en", "follows-en", "done-en", "advice-en", "en"),
    ("happened-ar", "follows-ar", "done-ar", "advice-ar", "ar"),
];

#[derive(Deserialize, Default)]
pub struct Asked {
    /// The number of a form that did not fit.
    #[serde(default)]
    again: String,
}

/// What people are told in one language: the names of its fields, their labels, and what stands in them.
pub struct Spoken {
    pub code: &'static str,
    pub direction: &'static str,
    pub parts: Vec<(&'static str, String, String)>,
    /// Whether the program wrote it and nobody has saved it.
    pub is_drafted: bool,
}

/// A mail as it will arrive.
pub struct Mail {
    /// To whom.
    pub label: String,
    pub subject: String,
    pub text: String,
}

/// What will be sent in one language.
pub struct Sample {
    pub code: &'static str,
    pub direction: &'static str,
    pub name: String,
    pub mails: Vec<Mail>,
    pub in_thread: String,
}

/// What will be sent, to how many.
pub struct Shown {
    /// Which draft it is.
    pub mark: String,
    pub counts: Vec<(String, String)>,
    pub samples: Vec<Sample>,
    pub has_leads: bool,
}

#[derive(Template)]
#[template(path = "console/breach_people.html")]
pub struct PeoplePage<'a> {
    pub frame: Shell<'a>,
    pub id: String,
    pub title: String,
    pub is_drill: bool,
    pub has_found: bool,
    /// Whether telling has begun.
    pub was_told: bool,
    pub texts: Vec<Spoken>,
    pub shown: Option<Shown>,
    /// The Fluent id of what was wrong.
    pub wrong: Option<&'static str>,
}

fn spoken(language: Language, brand: &Brand, detail: &BreachDetail) -> Vec<Spoken> {
    let texts = detail.draft.as_ref().map_or(&detail.texts, |draft| &draft.texts);
    let speaks = |code: &str| brand.languages.iter().any(|own| own == code);
    let all = TEXTS.into_iter().filter(|(.., code)| speaks(code));
    all.filter_map(|(happened, follows, done, advice, code)| {
        let own = Language::from_tag(code)?;
        let name = own.say("language-name");
        let saved = texts.iter().find(|text| text.language == code).cloned();
        let is_drafted = saved.is_none();
        let known = saved.unwrap_or_else(|| drafted(own, brand, detail));
        let label = |part: &str| language.say_with(&format!("breaches-people-{part}"), "language", &name);
        Some(Spoken {
            code: own.code(),
            direction: own.direction(),
            parts: vec![
                (happened, label("happened"), known.happened),
                (follows, label("follows"), known.follows),
                (done, label("done"), known.done),
                (advice, label("advice"), known.advice),
            ],
            is_drafted,
        })
    })
    .collect()
}

fn sample(language: Language, brand: &Brand, of: &SampleView) -> Option<Sample> {
    let own = Language::from_tag(&of.language)?;
    let mail = |(part, is_certain, letter): &(Part, bool, engine::mail::Letter)| {
        let written = FluentLetters.write(brand, own.code(), None, letter);
        let to = match (part, is_certain) {
            (Part::Owner, _) => "owner",
            (_, true) => "certain",
            (_, false) => "possible",
        };
        Mail {
            label: language.say(&format!("breaches-preview-to-{to}")),
            subject: written.subject.reveal().clone(),
            text: written.text.reveal().trim_end().to_owned(),
        }
    };
    Some(Sample {
        code: own.code(),
        direction: own.direction(),
        name: own.say("language-name"),
        mails: of.letters.iter().map(mail).collect(),
        in_thread: of.in_thread.clone(),
    })
}

fn shown(language: Language, brand: &Brand, of: &Preview) -> Shown {
    let count = |id: &str, people: u64| {
        (people > 0).then(|| (language.say(&format!("breaches-preview-{id}")), number(people)))
    };
    let counts = [
        count("thread", of.leads_in_thread),
        count("page", of.leads.saturating_sub(of.leads_in_thread)),
        count("accounts", of.accounts),
        count("owners", of.owners),
    ];
    Shown {
        mark: of.draft.at.micros().to_string(),
        counts: counts.into_iter().flatten().collect(),
        samples: of.samples.iter().filter_map(|one| sample(language, brand, one)).collect(),
        has_leads: of.leads > 0,
    }
}

impl<'a> PeoplePage<'a> {
    pub fn new(frame: Shell<'a>, brand: &Brand, detail: &BreachDetail, of: Option<&Preview>) -> Self {
        let language = frame.language;
        Self {
            id: detail.breach.id.to_string(),
            title: detail.breach.title.clone(),
            is_drill: detail.breach.is_drill,
            has_found: !detail.counts.is_empty(),
            was_told: detail.breach.course.people_told_at.is_some(),
            texts: spoken(language, brand, detail),
            shown: of.map(|of| shown(language, brand, of)),
            wrong: None,
            frame,
        }
    }

    /// With what was typed, and what was wrong with it.
    fn again(&mut self, of: &Returned) {
        self.wrong = Some(of.wrong);
        for text in &mut self.texts {
            text.is_drafted = false;
            for (name, _, value) in &mut text.parts {
                of.fields.get(name).clone_into(value);
            }
        }
    }
}

async fn made(desk: &Desk, id: BreachId) -> Result<PeoplePage<'_>, Problem> {
    let detail = get(desk.engine(), &desk.actor, id).await?;
    let of = preview(desk.engine(), &desk.actor, &detail).await?;
    Ok(PeoplePage::new(desk.shell(Section::Breaches)?, &desk.visit.brand.brand, &detail, of.as_ref()))
}

/// `GET /admin/breaches/{id}/people`
pub async fn show(desk: Desk, Id(id): Id<BreachId>, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    let course = get(desk.engine(), &desk.actor, id).await?.breach.course;
    if course.closed_at.is_some() || course.aware_at.is_none() {
        return Ok(see(&format!("/admin/breaches/{id}"), ""));
    }
    let mut page = made(&desk, id).await?;
    if let Some(form) = returned(&desk, &asked.again) {
        page.again(&form);
    }
    Ok(page::html(&page))
}

/// `POST /admin/breaches/{id}/people/draft`: keeps what is written, to be looked at.
pub async fn write(desk: Desk, Id(id): Id<BreachId>, fields: Fields) -> Result<Response, Problem> {
    let texts = TEXTS.map(|(happened, follows, done, advice, code)| Words {
        language: code.to_owned(),
        happened: fields.get(happened).to_owned(),
        follows: fields.get(follows).to_owned(),
        done: fields.get(done).to_owned(),
        advice: fields.get(advice).to_owned(),
    });
    let path = format!("/admin/breaches/{id}/people");
    let wrong = match actions::draft_people(desk.engine(), &desk.actor, id, &texts).await {
        Ok(()) => return Ok(see(&format!("{path}#preview"), "")),
        Err(EngineError::Invalid { .. }) => "breaches-wrong-text",
        Err(EngineError::Conflict(_)) => "breaches-wrong-order",
        Err(error) => return Err(error.into()),
    };
    get(desk.engine(), &desk.actor, id).await?;
    match again(&desk, &path, Returned { form: "write", wrong, fields }) {
        Ok(on) => Ok(on),
        Err(form) => {
            let mut page = made(&desk, id).await?;
            page.again(&form);
            Ok(page::html_with(StatusCode::UNPROCESSABLE_ENTITY, &page))
        }
    }
}

/// `POST /admin/breaches/{id}/people`: has everybody told what was looked at.
pub async fn send(desk: Desk, Id(id): Id<BreachId>, fields: Fields) -> Result<Response, Problem> {
    let detail = get(desk.engine(), &desk.actor, id).await?;
    let path = format!("/admin/breaches/{id}");
    let seen = detail.draft.filter(|draft| draft.at.micros().to_string() == fields.get("draft"));
    let Some(seen) = seen else { return Ok(see(&format!("{path}/people"), "changed")) };
    match actions::tell_people(desk.engine(), &desk.actor, id, &seen.texts).await {
        Ok(()) if detail.breach.is_drill => Ok(see(&path, "breach-drilled")),
        Ok(()) => Ok(see(&path, "breach-people")),
        Err(EngineError::Conflict(_) | EngineError::Invalid { .. }) => {
            Ok(see(&format!("{path}/people"), "changed"))
        }
        Err(error) => Err(error.into()),
    }
}
