//! `/account/second-factor`: the one page of whoever owes a second factor (claim F10), with what is theirs all the
//! same: to decide, to take along, to leave.
//!
//! Invariant: it says nothing of the account, so that a stolen password alone reads nothing here.

use super::form::Form;
use super::own::{self, Came, FactorShown};
use super::passkeys::PasskeyForm;
use crate::console::{Desk, Section, Shell, see};
use crate::page;
use crate::problem::Problem;
use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;

#[derive(Template)]
#[template(path = "account/owed.html")]
struct OwedPage<'a> {
    frame: Shell<'a>,
    lead: String,
    factor: Option<FactorShown>,
    code: Form,
    passkey: PasskeyForm,
    contact: &'a str,
}

impl OwedPage<'_> {
    /// Where the first code is typed.
    fn confirm(&self) -> Option<&Form> {
        Some(&self.code).filter(|form| form.id == own::CONFIRM)
    }
}

/// The page, with what became of one of its forms.
pub(super) fn page(desk: &Desk, came: Came) -> Result<Response, Problem> {
    let language = desk.language();
    let mut code = own::new_factor(language, came.is_pending);
    let mut passkey = PasskeyForm::add(language);
    passkey.is_first = !came.is_pending;
    let mut status = StatusCode::OK;
    if let Some((address, wrong)) = came.wrong {
        status = wrong.status;
        if address == passkey.action {
            passkey.wrong = Some(wrong.sentence);
        } else {
            code = code.wrong(wrong);
        }
    }
    let shown = OwedPage {
        lead: language.say(if desk.session.is_admin { "owed-lead-admin" } else { "owed-lead" }),
        factor: came.factor,
        code,
        passkey,
        contact: &desk.visit.brand.brand.controller.contact,
        frame: desk.shell(Section::Account)?,
    };
    Ok(page::html_with(status, &shown))
}

/// `GET /account/second-factor`
pub async fn show(desk: Desk) -> Result<Response, Problem> {
    if desk.session.owes_factor { page(&desk, Came::default()) } else { Ok(see("/account", "")) }
}
