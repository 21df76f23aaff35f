//! The record and the transcripts, to be read.
//!
//! Invariant: reading changes nothing; long lists are read in parts.

use super::{Outcome, Shared, Trouble, done, handle, id};
use crate::id::{PageId, Psid};
use axum::extract::{Path, Query, State};
use serde::Deserialize;
use serde_json::json;

/// Which part of a list.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Which {
    #[serde(default)]
    page: Option<String>,
    #[serde(default)]
    person: Option<String>,
    #[serde(default)]
    after: usize,
    #[serde(default)]
    limit: Option<usize>,
}

type Asked = Result<Query<Which>, axum::extract::rejection::QueryRejection>;

fn read(asked: Asked) -> Result<Which, Trouble> {
    asked.map(|Query(which)| which).map_err(|why| Trouble::bad(format!("the query is not right: {why}")))
}

pub async fn totals(State(inner): Shared) -> Outcome {
    done(handle(inner).totals())
}

pub async fn messages(State(inner): Shared, asked: Asked) -> Outcome {
    let asked = read(asked)?;
    let page: Option<PageId> = asked.page.as_deref().map(id).transpose()?;
    let person: Option<Psid> = asked.person.as_deref().map(id).transpose()?;
    let limit = asked.limit.unwrap_or(100).min(10_000);
    let messages = handle(inner).messages(page, person, asked.after, limit);
    // A full part may have more behind it.
    let next = messages.last().filter(|_| messages.len() == limit).map(|last| last.number);
    done(json!({ "messages": messages, "next_after": next }))
}

pub async fn repeated(State(inner): Shared) -> Outcome {
    done(json!({ "repeated": handle(inner).reached_more_than_once() }))
}

pub async fn refused(State(inner): Shared, asked: Asked) -> Outcome {
    let asked = read(asked)?;
    done(json!({ "refused": handle(inner).refused(asked.after, asked.limit.unwrap_or(100)) }))
}

pub async fn webhooks(State(inner): Shared) -> Outcome {
    let pages: Vec<_> = handle(inner)
        .webhooks()
        .into_iter()
        .map(|(page, counts)| json!({ "page": page, "webhooks": counts }))
        .collect();
    done(json!({ "pages": pages }))
}

pub async fn requests(State(inner): Shared) -> Outcome {
    done(json!({ "requests": handle(inner).requests() }))
}

pub async fn transcript(State(inner): Shared, Path(person): Path<String>) -> Outcome {
    let person: Psid = id(&person)?;
    let handle = handle(inner);
    if handle.person(person).is_none() {
        return Err(Trouble::missing("there is no such person; list the page's people"));
    }
    done(json!({ "lines": handle.transcript(person), "buttons": handle.buttons(person) }))
}
