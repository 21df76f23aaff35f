//! People act, one by one, together, or as a crowd; and anything at all, raw.
//!
//! Invariant: an action is the same JSON everywhere: `{"do": …, …}` with `options` beside it.

use super::{Outcome, Shared, Trouble, done, handle, id, parse};
use crate::action::{Action, Refusal};
use crate::id::{PageId, Psid};
use crate::outbox::{Options, Sign};
use axum::body::Bytes;
use axum::extract::{Path, State};
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// An action and its options out of one object.
fn read(mut object: Map<String, Value>) -> Result<(Action, Options), Trouble> {
    let wrong = |error: serde_json::Error| Trouble::bad(format!("the action is not right: {error}"));
    let options = object.remove("options");
    let options = options.map(serde_json::from_value).transpose().map_err(wrong)?.unwrap_or_default();
    let action = serde_json::from_value(Value::Object(object)).map_err(wrong)?;
    Ok((action, options))
}

pub async fn act(State(inner): Shared, Path(person): Path<String>, body: Bytes) -> Outcome {
    let person: Psid = id(&person)?;
    let (action, options) = read(parse(&body)?)?;
    done(handle(inner).act(person, &action, &options)?)
}

/// Everyone of a page (or the part from `after`, `limit` many) does the same.
pub async fn crowd(State(inner): Shared, Path(page): Path<String>, body: Bytes) -> Outcome {
    let page: PageId = id(&page)?;
    let mut object: Map<String, Value> = parse(&body)?;
    let mut number = |name: &str, otherwise: usize| match object.remove(name) {
        None => Ok(otherwise),
        Some(value) => value
            .as_u64()
            .and_then(|number| usize::try_from(number).ok())
            .ok_or_else(|| Trouble::bad(format!("`{name}` must be a number"))),
    };
    let (after, limit) = (number("after", 0)?, number("limit", usize::MAX)?);
    let (action, options) = read(object)?;
    let handle = handle(inner);
    let (mut acted, mut refused) = (0_usize, Vec::new());
    for person in handle.people(page)?.into_iter().skip(after).take(limit) {
        match handle.act(person, &action, &options) {
            Ok(_) => acted += 1,
            Err(why) => refused.push((person, why)),
        }
    }
    let first: Option<&(Psid, Refusal)> = refused.first();
    let first = first.map(|(person, why)| json!({ "person": person, "why": why.to_string() }));
    done(json!({ "acted": acted, "refused": refused.len(), "first_refusal": first }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Together {
    /// Each an action with `person` beside it.
    actions: Vec<Map<String, Value>>,
    /// Each event in an entry of its own, instead of one entry per page.
    #[serde(default)]
    own_entries: bool,
}

pub async fn together(State(inner): Shared, body: Bytes) -> Outcome {
    let asked: Together = parse(&body)?;
    let mut acts = Vec::with_capacity(asked.actions.len());
    for mut object in asked.actions {
        let person = object.remove("person").ok_or_else(|| Trouble::bad("each action needs a `person`"))?;
        let person: Psid = serde_json::from_value(person).map_err(Trouble::bad)?;
        let (action, options) = read(object)?;
        acts.push((person, action, options));
    }
    done(json!({ "done": handle(inner).together(&acts, asked.own_entries)? }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    /// Sent as the platform would write it.
    #[serde(default)]
    body: Option<Value>,
    /// Sent byte for byte instead.
    #[serde(default)]
    text: Option<String>,
    #[serde(default)]
    sign: Sign,
}

pub async fn raw(State(inner): Shared, body: Bytes) -> Outcome {
    let asked: Raw = parse(&body)?;
    let bytes = match (asked.body, asked.text) {
        (Some(body), None) => crate::escape::bytes(&body),
        (None, Some(text)) => text.into_bytes(),
        _ => return Err(Trouble::bad("give either `body` (any JSON) or `text` (sent byte for byte)")),
    };
    handle(inner).raw(bytes, asked.sign);
    done(json!({ "queued": true }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct InboxReply {
    text: String,
}

pub async fn inbox_reply(State(inner): Shared, Path(person): Path<String>, body: Bytes) -> Outcome {
    let asked: InboxReply = parse(&body)?;
    let mid = handle(inner).inbox_reply(id(&person)?, &asked.text);
    done(json!({ "mid": mid.ok_or_else(|| Trouble::missing("there is no such person"))? }))
}
