//! `/register`: shows the announced use of data and each field's purpose before anything is typed (claims A2,
//! U1, X1, X5).

use super::form::{Field, Form, FormPage, Wrong, show};
use super::{Guest, documents};
use crate::console::brand_end::notice;
use crate::console::fields::Fields;
use crate::language::Language;
use crate::page;
use crate::problem::Problem;
use axum::http::StatusCode;
use axum::response::Response;
use engine::actions::sign_up::{self, SignUp};
use engine::views;
use model::personal::Personal;

pub fn form(language: Language, versions: &[(String, i64)]) -> Form {
    let mut agree = Field::new(language, "agree", "checkbox");
    agree.links = [("terms", "/terms"), ("privacy", "/privacy"), ("data_use", "/data")]
        .map(|(kind, path)| (path.to_owned(), language.say(&format!("document-{kind}"))))
        .into();
    let mut form = Form::new(language, "register")
        .field(Field::new(language, "name", "text").filled_by("name"))
        .field(Field::new(language, "email", "email").filled_by("username"))
        .field(Field::new(language, "password", "password").filled_by("new-password"));
    if let Some(field) = form.fields.last_mut() {
        field.why = language.say("field-new-password-why");
    }
    for (kind, version) in versions {
        form = form.field(Field::hidden("accepted", format!("{kind}:{version}")));
    }
    form.lead.push(language.say("register-address-log"));
    form.field(agree).link(language, "/login", "register-sign-in")
}

pub fn closed_form(language: Language, why: &'static str) -> Form {
    let mut form = Form::new(language, why);
    form.button = String::new();
    form.link(language, "/login", "register-sign-in")
}

/// In `?done=`: a mail is under way.
pub const SENT: &str = "sent";

async fn page(guest: &Guest, mut form: Form, status: StatusCode) -> Result<Response, Problem> {
    if let Some(at) = views::brand_end::ends_at(guest.engine(), guest.brand()).await? {
        form.lead.insert(0, notice(guest.language(), &guest.visit.brand.brand, at));
        form = form.link(guest.language(), "/end", "brand-end-check");
    }
    let code = guest.language().code();
    let announced = views::documents::get(guest.engine(), guest.brand(), "data_use", code).await?;
    let document = announced.map(|document| documents::rendered(&document.text, 3, guest.visit.asked()));
    Ok(page::html_with(status, &FormPage { frame: guest.frame()?, form, document }))
}

/// `GET /register`
pub async fn show_form(guest: Guest) -> Result<Response, Problem> {
    let language = guest.language();
    if guest.asked("done") == SENT {
        return Ok(show(guest.frame()?, sent_form(language), StatusCode::OK));
    }
    match open(&guest).await? {
        Ok(versions) => page(&guest, form(language, &versions), StatusCode::OK).await,
        Err(why) => Ok(show(guest.frame()?, closed_form(language, why), StatusCode::OK)),
    }
}

/// The versions to accept, or why nobody can sign up now.
async fn open(guest: &Guest) -> Result<Result<Vec<(String, i64)>, &'static str>, Problem> {
    let versions = views::documents::to_accept(guest.engine(), guest.brand()).await?;
    Ok(match versions {
        None => Err("register-closed"),
        Some(_) if !guest.engine().can_mail() => Err("register-no-mail"),
        Some(versions) => Ok(versions),
    })
}

fn accepted(fields: &Fields) -> Vec<(String, i64)> {
    let pairs = fields.all("accepted").filter_map(|text| text.split_once(':'));
    pairs.filter_map(|(kind, version)| Some((kind.to_owned(), version.parse().ok()?))).collect()
}

/// `POST /register`
pub async fn register(guest: Guest, fields: Fields) -> Result<Response, Problem> {
    let language = guest.language();
    let versions = match open(&guest).await? {
        Ok(versions) => versions,
        Err(why) => return Ok(show(guest.frame()?, closed_form(language, why), StatusCode::CONFLICT)),
    };
    let wanted = SignUp {
        name: fields.get("name").to_owned(),
        email: fields.get("email").to_owned(),
        password: Personal::from(fields.raw("password")),
        language: language.code().to_owned(),
        accepted: accepted(&fields),
    };
    let wrong = if fields.get("agree") == "yes" {
        match sign_up::register(guest.engine(), guest.brand(), wanted, &guest.whence).await {
            Ok(()) => None,
            Err(error) => Some(Wrong::of(language, error)?),
        }
    } else {
        Some(Wrong::new(language, "agree", "wrong-agree"))
    };
    match wrong {
        None => Ok(guest.see("/register", SENT)),
        Some(wrong) => {
            let status = wrong.status;
            page(&guest, form(language, &versions).typed(&fields).wrong(wrong), status).await
        }
    }
}

pub fn sent_form(language: Language) -> Form {
    let mut form = Form::new(language, "register-sent");
    form.button = String::new();
    form
}
