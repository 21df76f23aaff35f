//! `/setup/{token}`: the first admin of a brand, and version 1 of its documents.

use super::form::{Field, Form, Wrong, show};
use super::links::not_good;
use super::{Guest, documents};
use crate::console::fields::Fields;
use crate::console::see;
use crate::door::Named;
use crate::language::Language;
use crate::problem::Problem;
use axum::http::StatusCode;
use axum::response::Response;
use engine::actions::documents::NewDocument;
use engine::actions::set_up::{self, SetUp};
use engine::actions::sign_up;
use engine::{EngineError, LinkPurpose};
use model::brand::Brand;
use model::personal::Personal;

/// One text field per document and language: their names, since a form's are fixed.
const DOCUMENTS: [(&str, &str, &str); 6] = [
    ("terms-en", "terms", "en"),
    ("terms-ar", "terms", "ar"),
    ("privacy-en", "privacy", "en"),
    ("privacy-ar", "privacy", "ar"),
    ("data_use-en", "data_use", "en"),
    ("data_use-ar", "data_use", "ar"),
];

pub fn form(language: Language, brand: &Brand) -> Form {
    let mut password = Field::new(language, "password", "password").filled_by("new-password");
    password.why = language.say("field-admin-password-why");
    let mut form = Form::new(language, "set-up")
        .field(Field::new(language, "name", "text").filled_by("name"))
        .field(Field::new(language, "email", "email").filled_by("username"))
        .field(password);
    for document in documents::first(brand) {
        let Some((name, kind, code)) =
            DOCUMENTS.iter().find(|(_, kind, code)| *kind == document.kind && *code == document.language)
        else {
            continue;
        };
        let mut field = Field::new(language, name, "textarea").value(document.text);
        let title = language.say(&format!("document-{kind}"));
        let spoken = Language::from_tag(code).unwrap_or(language).say("language-name");
        (field.label, field.why) = (format!("{title} ({spoken})"), language.say("field-document-why"));
        form = form.field(field);
    }
    form
}

fn refuse(guest: &Guest) -> Result<Response, Problem> {
    Ok(show(guest.frame()?, not_good(guest.language()), StatusCode::NOT_FOUND))
}

/// `GET /setup/{token}`
pub async fn show_form(guest: Guest, Named(secret): Named) -> Result<Response, Problem> {
    if !sign_up::is_good(guest.engine(), guest.brand(), &secret, LinkPurpose::SetUp).await? {
        return refuse(&guest);
    }
    Ok(show(guest.frame()?, form(guest.language(), &guest.visit.brand.brand), StatusCode::OK))
}

/// `POST /setup/{token}`
pub async fn set_up(guest: Guest, Named(secret): Named, fields: Fields) -> Result<Response, Problem> {
    let language = guest.language();
    let brand = &guest.visit.brand.brand;
    let documents = DOCUMENTS
        .iter()
        .filter(|(_, _, code)| brand.languages.iter().any(|own| own == code))
        .map(|(name, kind, code)| NewDocument {
            kind: (*kind).to_owned(),
            language: (*code).to_owned(),
            text: fields.get(name).to_owned(),
        })
        .collect();
    let wanted = SetUp {
        name: fields.get("name").to_owned(),
        email: fields.get("email").to_owned(),
        password: Personal::from(fields.raw("password")),
        language: language.code().to_owned(),
        documents,
    };
    match set_up::set_up(guest.engine(), guest.brand(), &secret, wanted).await {
        Ok(_) => Ok(see("/login", "set-up")),
        Err(EngineError::NotFound(_)) => refuse(&guest),
        Err(error) => {
            let wrong = Wrong::of(language, error)?;
            let status = wrong.status;
            Ok(show(guest.frame()?, form(language, brand).typed(&fields).wrong(wrong), status))
        }
    }
}
