//! `/end`: each end of the brand that was announced, whether it was called off, and how to see that both stand in the
//! log (claims A2, R3).
//!
//! Invariant: what stood here once stays.

use super::Guest;
use super::recipients::Number;
use crate::console::Shell;
use crate::console::words::time_in;
use crate::language::Language;
use crate::page;
use crate::problem::Problem;
use askama::Template;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use engine::views::At;
use engine::views::brand_end::{self as views, Said, Word};
use engine::views::documents::Announcement;

/// One announcement: of an end, or that it is called off.
pub struct Told {
    pub title: String,
    /// Each with its label.
    pub facts: Vec<(String, String)>,
    pub hash: String,
    pub hashed: String,
}

/// An end, and what was announced of it.
pub struct Ending {
    pub id: String,
    pub title: String,
    pub is_off: bool,
    pub told: Vec<Told>,
}

#[derive(Template)]
#[template(path = "account/ends.html")]
pub struct EndsPage<'a> {
    pub frame: Shell<'a>,
    pub ends: Vec<Ending>,
}

fn told(language: Language, word: Word, of: &Announcement) -> Told {
    let at = time_in(language, At(of.announced_at), None);
    let leaf = of.leaf_index.map_or_else(|| language.say("recipients-leaf-waits"), |index| index.to_string());
    let (title, address) = match word {
        Word::Ends => ("brand-end-said", format!("/end/{}/hashed", of.version)),
        Word::GoesOn => ("brand-end-off-said", format!("/end/{}/off/hashed", of.version)),
    };
    Told {
        title: language.say(title),
        facts: vec![
            (language.say("recipients-announced"), format!("{at} · {}", language.say("recipients-by-mail"))),
            (language.say("recipients-leaf"), leaf),
        ],
        hash: hex::encode(of.hash),
        hashed: address,
    }
}

pub fn ends(language: Language, all: &[Said]) -> Vec<Ending> {
    let ending = |of: &Said| {
        let title = if of.off.is_some() { "brand-end-was" } else { "brand-end-when" };
        let off = of.off.as_ref().map(|off| told(language, Word::GoesOn, off));
        Ending {
            id: format!("end-{}", of.end.version),
            title: language.say_with(title, "time", &time_in(language, At(of.end.effective_at), None)),
            is_off: of.off.is_some(),
            told: std::iter::once(told(language, Word::Ends, &of.end)).chain(off).collect(),
        }
    };
    all.iter().map(ending).collect()
}

/// `GET /end`
pub async fn show(guest: Guest) -> Result<Response, Problem> {
    let all = views::list(guest.engine(), guest.brand()).await?;
    Ok(page::html(&EndsPage { ends: ends(guest.language(), &all), frame: guest.frame()? }))
}

async fn bytes(guest: &Guest, number: i64, word: Word) -> Result<Response, Problem> {
    let bytes = views::hashed(guest.engine(), guest.brand(), number, word).await?;
    Ok(([(CONTENT_TYPE, "application/json")], bytes).into_response())
}

/// `GET /end/{number}/hashed`: the bytes that the hash of an announced end is of.
pub async fn hashed(guest: Guest, Number(number): Number) -> Result<Response, Problem> {
    bytes(&guest, number, Word::Ends).await
}

/// `GET /end/{number}/off/hashed`: the same of its being called off.
pub async fn hashed_off(guest: Guest, Number(number): Number) -> Result<Response, Problem> {
    bytes(&guest, number, Word::GoesOn).await
}
