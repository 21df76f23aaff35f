//! `/admin/breaches/{id}/mail`: the notification to the authority by mail: it is written, looked at as it will arrive, and
//! only then sent.
//!
//! Invariants: what is sent is the draft that was shown, or nothing; a drill's is marked as one in its subject, which
//! nobody types.

use super::breach_draft::draft;
use super::breach_page::field;
use super::fields::Fields;
use super::kept_form::{Returned, again, returned};
use super::words::time;
use super::{Desk, Section, Shell, see};
use crate::api::{Id, Query};
use crate::language::Language;
use crate::page;
use crate::problem::Problem;
use crate::reader::Reader;
use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use engine::EngineError;
use engine::actions::breach_mail as actions;
use engine::views::At;
use engine::views::breaches::{BreachDetail, MailDraft, MailView, get, mail};
use fluent_bundle::FluentArgs;
use model::breach::Mailing;
use model::id::BreachId;
use model::time::Timestamp;
use serde::Deserialize;

#[derive(Deserialize, Default)]
pub struct Asked {
    /// In which language the draft is to be made anew.
    #[serde(default)]
    language: String,
    /// The number of a form that did not fit.
    #[serde(default)]
    again: String,
}

/// What became of the last mail, in words.
pub struct Mailed {
    pub kind: &'static str,
    pub text: String,
    /// Whether it may have arrived: another one is sent only knowingly.
    pub is_open: bool,
}

pub fn mailed(reader: Reader, of: &BreachDetail, now: Timestamp) -> Option<Mailed> {
    let last = of.mailed.as_ref()?;
    let (kind, id) = match last.state {
        _ if last.is_on_its_way(now) => ("info", "waits"),
        Mailing::Handed | Mailing::Unanswered => ("warn", "unknown"),
        Mailing::Taken => ("warn", "taken"),
        Mailing::Refused => ("bad", "refused"),
        Mailing::NotTaken => ("bad", "not_taken"),
    };
    let mut args = FluentArgs::new();
    args.set("to", last.to.as_str());
    args.set("at", time(reader, last.at));
    let text = reader.language.tell(&format!("breaches-mail-{id}"), Some(&args));
    Some(Mailed { kind, text, is_open: last.is_open() })
}

/// The mail as it will arrive.
pub struct Shown {
    /// Which draft it is.
    pub mark: String,
    /// From whom, to whom, where an answer goes, what it is called.
    pub head: Vec<(String, String)>,
    pub text: String,
    pub code: &'static str,
    pub direction: &'static str,
}

#[derive(Template)]
#[template(path = "console/breach_mail.html")]
pub struct MailPage<'a> {
    pub frame: Shell<'a>,
    pub id: String,
    pub title: String,
    pub is_drill: bool,
    pub mailed: Option<Mailed>,
    pub has_mailer: bool,
    pub is_late: bool,
    /// What the authority is told at least and is not known yet, in words.
    pub missing: Vec<String>,
    pub shown: Option<Shown>,
    /// In which language the text is, and all there are.
    pub language: Language,
    pub languages: Vec<(&'static str, String)>,
    pub to: String,
    pub reason: String,
    pub text: String,
    /// Which form was wrong, and the Fluent id of what was.
    pub wrong: Option<(&'static str, &'static str)>,
}

impl MailPage<'_> {
    /// What was wrong with this form.
    pub fn wrong_of(&self, form: &str) -> Option<&'static str> {
        self.wrong.filter(|(own, _)| *own == form).map(|(_, text)| text)
    }

    /// With a form as it was typed, and what was wrong with it.
    fn again(&mut self, of: &Returned) {
        self.wrong = Some((of.form, of.wrong));
        if of.form == "write" {
            let typed = |name: &str| of.fields.get(name).to_owned();
            (self.to, self.reason, self.text) = (typed("to"), typed("reason"), typed("text"));
            self.language = Language::from_tag(of.fields.get("language")).unwrap_or(self.language);
        }
    }
}

fn subject(language: Language, of: &BreachDetail) -> String {
    let title = language.say("breach-draft-title");
    let subject =
        if of.breach.is_drill { language.say_with("breaches-mail-drill", "title", &title) } else { title };
    subject.replace(['\u{2068}', '\u{2069}'], "")
}

fn shown(language: Language, of: &BreachDetail, view: &MailView, draft: &MailDraft) -> Shown {
    let own = Language::from_tag(&draft.language).unwrap_or(language);
    let label = |id: &str| language.say(&format!("breaches-mail-{id}"));
    let to = draft.to.reveal().clone();
    let mut head = vec![(label("from"), draft.from.clone())];
    if of.breach.is_drill {
        head.push((label("to-drill"), view.own.clone().unwrap_or_else(|| label("to-nobody"))));
        head.push((label("to-instead"), to));
    } else {
        head.push((label("to"), to));
    }
    head.extend(draft.reply_to.as_ref().map(|to| (label("reply-to"), to.reveal().clone())));
    head.push((label("subject"), draft.subject.reveal().clone()));
    Shown {
        mark: draft.at.micros().to_string(),
        head,
        text: draft.text.reveal().clone(),
        code: own.code(),
        direction: own.direction(),
    }
}

async fn made<'a>(desk: &'a Desk, id: BreachId, asked: &Asked) -> Result<MailPage<'a>, Problem> {
    let detail = get(desk.engine(), &desk.actor, id).await?;
    let view = mail(desk.engine(), &desk.actor, &detail).await?;
    let (frame, now) = (desk.shell(Section::Breaches)?, desk.engine().clock().now());
    let (own, course) = (frame.language, detail.breach.course);
    let chosen = Language::from_tag(&asked.language);
    let kept = view.draft.as_ref().filter(|_| chosen.is_none());
    let language = chosen.or_else(|| Language::from_tag(&kept?.language)).unwrap_or(own);
    let text = kept.map_or_else(
        || draft(Reader { language, ..desk.reader() }, &desk.visit.brand.brand, &detail, At(now)),
        |kept| kept.text.reveal().clone(),
    );
    Ok(MailPage {
        id: detail.breach.id.to_string(),
        title: detail.breach.title.clone(),
        is_drill: detail.breach.is_drill,
        mailed: mailed(desk.reader(), &detail, now),
        has_mailer: view.has_mailer,
        is_late: course.told_at.is_none() && course.is_late(now),
        missing: detail.missing.iter().map(|one| field(own, *one)).collect(),
        shown: view.draft.as_ref().map(|draft| shown(own, &detail, &view, draft)),
        language,
        languages: Language::ALL.map(|one| (one.code(), one.say("language-name"))).to_vec(),
        to: view.to,
        reason: kept.map_or_else(|| detail.reason.clone(), |kept| kept.reason.reveal().clone()),
        text,
        wrong: None,
        frame,
    })
}

/// `GET /admin/breaches/{id}/mail`
pub async fn show(desk: Desk, Id(id): Id<BreachId>, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    let course = get(desk.engine(), &desk.actor, id).await?.breach.course;
    if course.closed_at.is_some() || course.aware_at.is_none() {
        return Ok(see(&format!("/admin/breaches/{id}"), ""));
    }
    let mut page = made(&desk, id, &asked).await?;
    if let Some(form) = returned(&desk, &asked.again) {
        page.again(&form);
    }
    Ok(page::html(&page))
}

/// Why it comes late belongs into what the authority reads.
fn with_reason(language: Language, text: &str, reason: &str) -> String {
    if reason.is_empty() || text.contains(reason) {
        return text.to_owned();
    }
    format!("{text}\n\n## {}\n\n{reason}", language.say("breach-draft-late"))
}

/// `POST /admin/breaches/{id}/mail/draft`: keeps what is written, to be looked at.
pub async fn write(desk: Desk, Id(id): Id<BreachId>, fields: Fields) -> Result<Response, Problem> {
    let detail = get(desk.engine(), &desk.actor, id).await?;
    let language = Language::from_tag(fields.get("language")).unwrap_or_else(|| desk.language());
    let form = actions::MailForm {
        to: fields.get("to").to_owned(),
        language: language.code().to_owned(),
        subject: subject(language, &detail),
        text: with_reason(language, fields.get("text"), fields.get("reason")),
        reason: fields.get("reason").to_owned(),
    };
    let wrong = match actions::draft(desk.engine(), &desk.actor, id, &form).await {
        Ok(()) => return Ok(see(&format!("/admin/breaches/{id}/mail#preview"), "")),
        Err(EngineError::Invalid { field: "to", .. }) => "breaches-wrong-mail-to",
        Err(EngineError::Invalid { field: "reason", .. }) => "breaches-wrong-mail-late",
        Err(EngineError::Invalid { .. }) => "breaches-wrong-mail-text",
        Err(EngineError::Conflict(_)) => "breaches-wrong-order",
        Err(error) => return Err(error.into()),
    };
    back(&desk, id, Returned { form: "write", wrong, fields }).await
}

/// On to the page with what was wrong.
async fn back(desk: &Desk, id: BreachId, form: Returned) -> Result<Response, Problem> {
    match again(desk, &format!("/admin/breaches/{id}/mail"), form) {
        Ok(on) => Ok(on),
        Err(form) => {
            let mut page = made(desk, id, &Asked::default()).await?;
            page.again(&form);
            Ok(page::html_with(StatusCode::UNPROCESSABLE_ENTITY, &page))
        }
    }
}

/// `POST /admin/breaches/{id}/mail`: sends what was looked at.
pub async fn send(desk: Desk, Id(id): Id<BreachId>, fields: Fields) -> Result<Response, Problem> {
    let is_drill = get(desk.engine(), &desk.actor, id).await?.breach.is_drill;
    let path = format!("/admin/breaches/{id}");
    let Ok(draft) = fields.get("draft").parse().map(Timestamp) else {
        return Ok(see(&format!("{path}/mail"), "changed"));
    };
    let asked = actions::Send {
        draft,
        is_phase: fields.get("phase") == "yes",
        is_again: fields.get("again") == "yes",
    };
    let wrong = match actions::send(&desk.app.engine, &desk.actor, id, asked).await {
        Ok(Mailing::Taken) => {
            return Ok(see(&path, if is_drill { "breach-mailed-drill" } else { "breach-mailed" }));
        }
        Ok(Mailing::Refused | Mailing::NotTaken) => return Ok(see(&path, "breach-mail-failed")),
        Ok(Mailing::Handed | Mailing::Unanswered) => return Ok(see(&path, "breach-mail-waits")),
        Err(EngineError::Conflict(_)) => return Ok(see(&format!("{path}/mail"), "changed")),
        Err(EngineError::Invalid { field, .. }) => match field {
            "again" => "breaches-wrong-mail-again",
            "phase" => "breaches-wrong-phase",
            "reason" => "breaches-wrong-mail-late",
            "own" => "breaches-wrong-mail-own",
            _ => "breaches-wrong-mail-mailer",
        },
        Err(error) => return Err(error.into()),
    };
    back(&desk, id, Returned { form: "send", wrong, fields }).await
}
