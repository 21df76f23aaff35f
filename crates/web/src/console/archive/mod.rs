//! `/account/archive`: everything of an account as one file, encrypted if wanted.
//!
//! Invariant: the file is made while it is read and lies nowhere; a passphrase is neither kept nor shown again.

mod readable;

pub use readable::Offline;

use super::fields::Fields;
use super::words::count;
use super::{Desk, Section, Shell};
use crate::page;
use crate::problem::Problem;
use crate::purpose;
use crate::table;
use askama::Template;
use axum::response::Response;
use engine::EngineError;
use engine::actions::archive::{Lock, begin, file_name};
use engine::views::asked::EXPORT;
use engine::views::{At, plans};
use model::personal::Personal;
use std::sync::Arc;

#[derive(Template)]
#[template(path = "console/archive.html")]
pub struct ArchivePage<'a> {
    pub frame: Shell<'a>,
    /// How much it will hold, in words.
    pub size: String,
    /// `passphrase`, `key` or `none`.
    pub lock: &'static str,
    pub key: String,
    /// What the file is for: the leads in it can read that.
    pub why: String,
    pub wrong: Option<String>,
}

async fn shown(
    desk: &Desk,
    lock: &'static str,
    [key, why]: [String; 2],
    wrong: Option<&str>,
) -> Result<Response, Problem> {
    let used = plans::own(desk.engine(), &desk.actor).await?;
    let frame = desk.shell(Section::Account)?;
    Ok(page::html(&ArchivePage {
        size: count(frame.language, "archive-size", used.leads.unwrap_or(0)),
        wrong: wrong.map(|id| frame.say(id)),
        lock,
        key,
        why,
        frame,
    }))
}

/// `GET /account/archive`
pub async fn show(desk: Desk) -> Result<Response, Problem> {
    shown(&desk, "passphrase", Default::default(), None).await
}

/// `POST /account/archive`: the file, of which the account is told by mail.
pub async fn take(desk: Desk, fields: Fields) -> Result<Response, Problem> {
    let typed = ["key", "why"].map(|name| fields.get(name).to_owned());
    let (name, lock) = match fields.get("lock") {
        "none" => ("none", Lock::Nobody),
        "key" => ("key", Lock::Key(fields.get("key").to_owned())),
        _ => {
            if fields.raw("passphrase") != fields.raw("again") {
                return shown(&desk, "passphrase", typed, Some("archive-wrong-again")).await;
            }
            ("passphrase", Lock::Passphrase(Personal::from(fields.raw("passphrase"))))
        }
    };
    let offline = Offline { reader: desk.reader(), brand: desk.visit.brand.brand.name.clone() };
    match begin(desk.engine(), &desk.actor, lock, fields.get("why"), Arc::new(offline)).await {
        Ok(taking) => {
            let file = file_name(At(desk.engine().clock().now()), name != "none");
            let media = if name == "none" { "application/zip" } else { "application/octet-stream" };
            Ok(table::stream(&file, media, (desk, taking), |(desk, mut taking)| async move {
                let part = taking.next(desk.engine()).await?;
                Ok(part.map(|part| (part, (desk, taking))))
            }))
        }
        Err(EngineError::Invalid { field: "passphrase", .. }) => {
            shown(&desk, name, typed, Some("archive-wrong-passphrase")).await
        }
        Err(EngineError::Invalid { field: "key", .. }) => {
            shown(&desk, name, typed, Some("archive-wrong-key")).await
        }
        Err(EngineError::Invalid { field: "why", .. }) => {
            shown(&desk, name, typed, Some("exports-why-wrong")).await
        }
        Err(error) => Err(error.into()),
    }
}

impl ArchivePage<'_> {
    /// Why it is asked what the file is for.
    pub fn purpose(&self) -> String {
        purpose::of(self.frame.language, &EXPORT, "sealed")
    }
}
