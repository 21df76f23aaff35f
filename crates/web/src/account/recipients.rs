//! `/recipients`: who gets data, in force, coming and ended, each with its announcement and how to see that it stands
//! in the log (claims D3, X7).
//!
//! Invariant: what stood here once stays; nobody is left out who gets data.

use super::Guest;
use crate::console::Shell;
use crate::console::words::{self, count, time_in};
use crate::language::Language;
use crate::page;
use crate::problem::Problem;
use askama::Template;
use axum::extract::{FromRequestParts, Path};
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use engine::views::At;
use engine::views::announced::Unmailed;
use engine::views::recipients::{self as views, Origin, RecipientView, Standing};
use model::id::AnnouncementId;
use model::time::Timestamp;
use std::collections::HashMap;

/// An entry's number in an address. What cannot be read is no page.
pub struct Number(pub i64);

impl<S: Send + Sync> FromRequestParts<S> for Number {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let read = Path::<i64>::from_request_parts(parts, state).await;
        read.map(|Path(number)| Self(number)).map_err(|_| Problem::no_such_route())
    }
}

/// Texts of entries that are there in each language: those of the program's own and those that the file offers.
const OWN: [&str; 14] = [
    "recipients-own-meta-data",
    "recipients-own-meta-purpose",
    "recipients-own-meta-country",
    "recipients-own-meta-safeguard",
    "recipients-own-login-data",
    "recipients-own-login-purpose",
    "recipients-own-mail-data",
    "recipients-own-mail-purpose",
    "recipients-own-contract",
    "recipients-own-witness-data",
    "recipients-own-witness-purpose",
    "recipients-own-nothing",
    "recipients-own-database-data",
    "recipients-own-database-purpose",
];

/// A text of an entry, in the reader's language where the words are the program's own; else as it was announced.
pub fn said(language: Language, text: &str) -> String {
    let own = OWN.iter().find(|id| Language::English.say(id) == text);
    own.map_or_else(|| text.to_owned(), |id| language.say(id))
}

/// One entry.
pub struct Card {
    pub number: i64,
    pub who: String,
    pub data: String,
    pub purpose: String,
    pub country: String,
    pub safeguard: String,
    /// From when on, until when, how it was announced, and where it stands in the log; each with its label.
    pub facts: Vec<(String, String)>,
    pub hashed: String,
    /// Announced by the admin and not ended: can be ended there.
    pub can_end: bool,
    /// What of its announcement has not left; for the admin alone.
    pub unmailed: Vec<String>,
}

/// Entries that stand alike.
pub struct Group {
    pub id: &'static str,
    pub title: String,
    pub none: String,
    pub cards: Vec<Card>,
}

#[derive(Template)]
#[template(path = "account/recipients.html")]
pub struct RecipientsPage<'a> {
    pub frame: Shell<'a>,
    pub groups: Vec<Group>,
}

fn card(language: Language, of: &RecipientView, unmailed: Option<Unmailed>) -> Card {
    let entry = &of.entry;
    let at = |at: Timestamp| time_in(language, At(at), None);
    let label = |what: &str| language.say(&format!("recipients-{what}"));
    let mut facts = vec![(label("from"), at(entry.in_force_from))];
    if let Some(ended) = entry.ended_at {
        let never = ended <= entry.in_force_from;
        facts.push((label(if never { "withdrawn" } else { "until" }), at(ended)));
    }
    facts.push((
        label("announced"),
        match &of.announcement {
            Some(told) => {
                let mails = unmailed.map_or_else(
                    || label("by-mail"),
                    |unmailed| count(language, "recipients-told", unmailed.told(told.told)),
                );
                format!("{} · {mails}", at(told.announced_at))
            }
            None => label("never-announced"),
        },
    ));
    if let Some(reason) = &entry.reason {
        facts.push((label("reason"), reason.clone()));
    }
    let way = match entry.origin {
        Origin::File if entry.port == 443 => entry.host.clone(),
        Origin::File => format!("{}:{}", entry.host, entry.port),
        Origin::Console => label("not-connected"),
    };
    facts.push((label("way"), way));
    let leaf = entry.leaf_index.map_or_else(|| label("leaf-waits"), |index| index.to_string());
    facts.push((label("leaf"), leaf));
    Card {
        number: entry.number,
        who: entry.who.clone(),
        data: said(language, &entry.data),
        purpose: said(language, &entry.purpose),
        country: said(language, &entry.country),
        safeguard: said(language, &entry.safeguard),
        facts,
        hashed: format!("/recipients/{}/hashed", entry.number),
        can_end: entry.origin == Origin::Console && of.standing != Standing::Ended,
        unmailed: words::unmailed(language, unmailed.unwrap_or_default()),
    }
}

/// `unmailed`: the mails that have not left, for the admin. Whoever else looks is not told how many got one.
pub fn groups(
    language: Language,
    all: &[RecipientView],
    unmailed: Option<&HashMap<AnnouncementId, Unmailed>>,
) -> Vec<Group> {
    let card = |of: &RecipientView| {
        let known = |all: &HashMap<_, _>| {
            of.announcement.as_ref().and_then(|of| all.get(&of.id)).copied().unwrap_or_default()
        };
        card(language, of, unmailed.map(known))
    };
    let group = |standing: Standing| Group {
        id: standing.code(),
        title: language.say(&format!("recipients-{}", standing.code())),
        none: language.say(&format!("recipients-{}-none", standing.code())),
        cards: all.iter().filter(|one| one.standing == standing).map(card).collect(),
    };
    Standing::ALL.map(group).into()
}

/// `GET /recipients`
pub async fn show(guest: Guest) -> Result<Response, Problem> {
    let all = views::list(guest.engine(), guest.brand()).await?;
    let groups = groups(guest.language(), &all, None);
    Ok(page::html(&RecipientsPage { groups, frame: guest.frame()? }))
}

/// `GET /recipients/{number}/hashed`: the bytes that an entry's hash is of.
pub async fn hashed(guest: Guest, Number(number): Number) -> Result<Response, Problem> {
    let found = views::get(guest.engine(), guest.brand(), number).await?;
    let bytes = views::bytes_of(guest.brand(), &found.entry);
    Ok(([(CONTENT_TYPE, "application/json")], bytes).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the file says, its offers among it.
    #[test]
    fn every_text_of_the_file_that_comes_with_the_program_is_there_in_each_language() {
        let file = include_str!("../../../../brands/recipients.toml");
        let texts = file.lines().filter_map(|line| {
            let (name, text) = line.trim_start_matches("# ").split_once(" = \"")?;
            let is_word = ["data", "purpose", "safeguard"].contains(&name) || text.contains("transfers");
            is_word.then(|| text.trim_end_matches('"'))
        });
        let texts: Vec<&str> = texts.collect();
        assert_eq!(texts.len(), 17, "{texts:?}");
        for text in texts {
            assert_eq!(said(Language::English, text), text);
            assert_ne!(said(Language::Arabic, text), text, "not in Arabic");
        }
        assert_eq!(said(Language::Arabic, "Mail of our own"), "Mail of our own");
    }
}
