//! Many calls in one request.
//!
//! Invariant: every operation is one call like any other, answered in its own slot, in order; an
//! operation fails alone.

use super::answer::{Answer, GraphError, Mishap};
use super::params::Params;
use super::{Call, Verb, refused, suffer};
use crate::faults::Seen;
use crate::json::Json;
use crate::state::World;
use serde_json::{Value, json};

/// The most operations one batch may have.
const MOST: usize = 50;

/// Answers `POST /` with a `batch` parameter.
pub fn batch(world: &mut World, now: i64, whole: &Call) -> Answer {
    let Some(Value::Array(operations)) = whole.params.value("batch") else {
        return refused(world, &GraphError::parameter("Param batch must be an array"));
    };
    if operations.len() > MOST {
        return refused(
            world,
            &GraphError::parameter(&format!(
                "Too many requests in batch message. Maximum batch size is {MOST}"
            )),
        );
    }
    let Some(token) = whole.token() else {
        return refused(
            world,
            &GraphError::new(
                2500,
                None,
                "An active access token must be used to query information about the current user.",
            ),
        );
    };
    let include_headers = whole.params.text("include_headers").as_deref() != Some("false");
    // The batch itself can meet faults too.
    world.record.request("POST /batch");
    let effects = world.faults.meet(Seen { path: "batch", page: None, person: None, calls: 0 });
    let (mut mishaps, decided) = suffer(world, &effects, None, Some(&token));
    if let Some(decided) = decided {
        let mut answer = match decided {
            Ok(body) => Answer::ok(body),
            Err(error) => refused(world, &error),
        };
        answer.mishaps = mishaps;
        return answer;
    }
    let mut slots = Vec::with_capacity(operations.len());
    for operation in operations {
        let slot = match read(&operation, &whole.params, &token) {
            Ok((call, quiet)) => {
                let answer = super::call(world, now, &call);
                let slot = slot(&answer, include_headers, quiet);
                for mishap in answer.mishaps {
                    match mishap {
                        // These two stay in their slot.
                        Mishap::NullSlot | Mishap::PlainServerError => {}
                        mishap => mishaps.push(mishap),
                    }
                }
                slot
            }
            Err(error) => slot(&refused(world, &error), include_headers, false),
        };
        slots.push(slot);
    }
    for mishap in &mishaps {
        if let Mishap::ShortBatch { keep } = mishap {
            slots.truncate(*keep);
        }
    }
    let mut answer = Answer::ok(Value::Array(slots));
    answer.mishaps = mishaps;
    answer
}

fn slot(answer: &Answer, include_headers: bool, quiet: bool) -> Value {
    if answer.suffers(Mishap::NullSlot) || (quiet && answer.status == 200) {
        return Value::Null;
    }
    let (code, body) = if answer.suffers(Mishap::PlainServerError) {
        (500, "<html><body>Sorry, something went wrong.</body></html>".to_owned())
    } else {
        (answer.status, answer.text())
    };
    let mut slot = json!({ "code": code, "body": body });
    if include_headers {
        let mut headers = vec![json!({ "name": "Content-Type", "value": "application/json; charset=UTF-8" })];
        for (name, value) in &answer.headers {
            let name = if *name == "www-authenticate" { "WWW-Authenticate" } else { name };
            headers.push(json!({ "name": name, "value": value }));
        }
        slot.put("headers", Value::Array(headers));
    }
    slot
}

/// One operation as a call, and whether a success may be left out.
fn read(operation: &Value, whole: &Params, token: &str) -> Result<(Call, bool), GraphError> {
    let verb = operation
        .at("method")
        .as_str()
        .and_then(Verb::parse)
        .ok_or_else(|| GraphError::parameter("An operation needs a method"))?;
    let address = operation
        .at("relative_url")
        .as_str()
        .ok_or_else(|| GraphError::parameter("An operation needs a relative_url"))?;
    let (path, query) = address.split_once('?').unwrap_or((address, ""));
    let (_, path) = super::version::split(path);
    let mut params = Params::default();
    // What proves the caller is stated once for all.
    for name in ["appsecret_proof", "appsecret_time"] {
        if let Some(value) = whole.text(name) {
            params.set(name, json!(value));
        }
    }
    params.add_form(query);
    match operation.at("body") {
        Value::String(body) => params.add_form(body),
        Value::Null => {}
        other => params.add_json(other.clone()),
    }
    let path = path.split('/').filter(|part| !part.is_empty()).map(str::to_owned).collect();
    let call = Call { verb, path, params, bearer: Some(token.to_owned()) };
    Ok((call, operation.at("omit_response_on_success") == true))
}
