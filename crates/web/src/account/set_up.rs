//! `/setup/{token}`: the first admin of a brand, and version 1 of its documents.

use super::form::{Field, Form, Wrong, show};
use super::links::told;
use super::{Guest, publish};
use crate::console::fields::Fields;
use crate::door::Named;
use crate::language::Language;
use crate::problem::Problem;
use axum::http::StatusCode;
use axum::response::Response;
use engine::actions::set_up::{self, SetUp};
use engine::actions::sign_up;
use engine::views::documents;
use engine::{EngineError, Guess, LinkPurpose};
use model::brand::Brand;
use model::personal::Personal;

/// With the documents that are still to be published.
pub fn form(language: Language, brand: &Brand, kinds: &[&str]) -> Form {
    let mut password = Field::new(language, "password", "password").filled_by("new-password");
    password.why = language.say("field-admin-password-why");
    let mut form = Form::new(language, "set-up")
        .field(Field::new(language, "name", "text").filled_by("name"))
        .field(Field::new(language, "email", "email").filled_by("username"))
        .field(password);
    form.fields.extend(publish::fields(language, brand, kinds));
    // What is published keeps its words, and everybody is told of the next version thirty days before.
    if brand.controller.is_sample() && !kinds.is_empty() {
        form.note = Some(("warn", language.say_with("set-up-sample", "name", &brand.controller.name)));
    }
    form
}

/// The link is not good (any more), and how there is another.
pub fn over(language: Language) -> Form {
    told(language, "set-up-over", &[("/login", "register-sign-in")])
}

fn refuse(guest: &Guest) -> Result<Response, Problem> {
    guest.engine().guessed(Guess::SetUp, guest.whence.address)?;
    Ok(show(guest.frame()?, over(guest.language()), StatusCode::NOT_FOUND))
}

/// `GET /setup/{token}`
pub async fn show_form(guest: Guest, Named(secret): Named) -> Result<Response, Problem> {
    if !sign_up::is_good(guest.engine(), guest.brand(), &secret, LinkPurpose::SetUp).await? {
        return refuse(&guest);
    }
    let kinds = documents::unpublished(guest.engine(), guest.brand()).await?;
    Ok(show(guest.frame()?, form(guest.language(), &guest.visit.brand.brand, &kinds), StatusCode::OK))
}

/// `POST /setup/{token}`
pub async fn set_up(guest: Guest, Named(secret): Named, fields: Fields) -> Result<Response, Problem> {
    let language = guest.language();
    let brand = &guest.visit.brand.brand;
    let kinds = documents::unpublished(guest.engine(), guest.brand()).await?;
    let refused = |wrong: Wrong| {
        let status = wrong.status;
        Ok(show(guest.frame()?, form(language, brand, &kinds).typed(&fields).wrong(wrong), status))
    };
    let documents = match publish::read(language, brand, &kinds, &fields) {
        Ok(documents) => documents,
        // Whoever only tries links learns nothing from it.
        Err(_) if !sign_up::is_good(guest.engine(), guest.brand(), &secret, LinkPurpose::SetUp).await? => {
            return refuse(&guest);
        }
        Err(wrong) => return refused(wrong),
    };
    let wanted = SetUp {
        name: fields.get("name").to_owned(),
        email: fields.get("email").to_owned(),
        password: Personal::from(fields.raw("password")),
        language: language.code().to_owned(),
        documents,
    };
    match set_up::set_up(guest.engine(), guest.brand(), &secret, wanted).await {
        Ok(_) => Ok(guest.see("/login", "set-up")),
        Err(EngineError::NotFound(_)) => refuse(&guest),
        Err(error) => refused(Wrong::of(language, error)?),
    }
}
