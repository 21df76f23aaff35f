//! What the platform does of its own: its clock, its settings, its faults, its notices.
//!
//! Invariant: settings change by the members given; an unknown one changes nothing and is named.

use super::{Outcome, Shared, Trouble, done, handle, id, parse};
use crate::config::Settings;
use crate::faults::Fault;
use crate::id::{PageId, UserId};
use crate::notices::is_deletion_answer;
use axum::body::Bytes;
use axum::extract::{Path, State};
use model::time::{Clock, Span};
use serde::Deserialize;
use serde_json::{Map, Value, json};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Callback {
    #[serde(default)]
    callback_url: Option<String>,
    /// Take it over without the verification GET.
    #[serde(default)]
    unverified: bool,
    #[serde(default)]
    deauthorize_url: Option<String>,
    #[serde(default)]
    deletion_url: Option<String>,
}

pub async fn callback(State(inner): Shared, body: Bytes) -> Outcome {
    let asked: Callback = parse(&body)?;
    let handle = handle(inner);
    if let Some(url) = &asked.callback_url {
        if asked.unverified {
            handle.set_callback_unverified(url);
        } else {
            handle.set_callback(url).await?;
        }
    }
    if asked.deauthorize_url.is_some() || asked.deletion_url.is_some() {
        handle.set_person_callbacks(asked.deauthorize_url, asked.deletion_url);
    }
    done(json!({ "success": true }))
}

pub async fn clock(State(inner): Shared) -> Outcome {
    let offset = inner.clock.offset().0.div_euclid(1_000_000);
    done(json!({ "now_millis": inner.clock.now().millis(), "offset_seconds": offset }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Turn {
    advance_seconds: u32,
}

pub async fn turn(State(inner): Shared, body: Bytes) -> Outcome {
    let asked: Turn = parse(&body)?;
    handle(inner.clone()).advance(Span::secs(i64::from(asked.advance_seconds)));
    clock(State(inner)).await
}

pub async fn flush(State(inner): Shared) -> Outcome {
    done(handle(inner).flush().await)
}

pub async fn settings(State(inner): Shared) -> Outcome {
    done(handle(inner).settings())
}

pub async fn change_settings(State(inner): Shared, body: Bytes) -> Outcome {
    let change: Map<String, Value> = parse(&body)?;
    let handle = handle(inner);
    let mut merged = serde_json::to_value(handle.settings()).map_err(Trouble::bad)?;
    merge(&mut merged, Value::Object(change));
    let settings: Settings = serde_json::from_value(merged)
        .map_err(|error| Trouble::bad(format!("the settings are not right: {error}")))?;
    let odds = [settings.duplicate_webhooks, settings.reorder_webhooks];
    if odds.iter().any(|odds| !(0.0..=1.0).contains(odds)) {
        return Err(Trouble::bad("a probability lies between 0 and 1"));
    }
    handle.set_settings(settings.clone());
    done(settings)
}

fn merge(into: &mut Value, change: Value) {
    match (into, change) {
        (Value::Object(into), Value::Object(change)) => {
            for (name, value) in change {
                merge(into.entry(name).or_insert(Value::Null), value);
            }
        }
        (into, change) => *into = change,
    }
}

pub async fn faults(State(inner): Shared) -> Outcome {
    done(json!({ "faults": handle(inner).faults() }))
}

pub async fn add_fault(State(inner): Shared, body: Bytes) -> Outcome {
    let fault: Fault = parse(&body)?;
    if fault.probability.is_some_and(|odds| !(0.0..=1.0).contains(&odds)) {
        return Err(Trouble::bad("a probability lies between 0 and 1"));
    }
    done(json!({ "id": handle(inner).add_fault(fault) }))
}

pub async fn clear_faults(State(inner): Shared) -> Outcome {
    handle(inner).clear_faults();
    done(json!({ "success": true }))
}

pub async fn remove_fault(State(inner): Shared, Path(fault): Path<String>) -> Outcome {
    if handle(inner).remove_fault(id(&fault)?) {
        return done(json!({ "success": true }));
    }
    Err(Trouble::missing("there is no such fault; GET /simulator/faults lists them"))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Notice {
    /// `warning`, `block` or `unblock`.
    action: String,
    #[serde(default)]
    reason: Option<String>,
}

pub async fn policy_notice(State(inner): Shared, Path(page): Path<String>, body: Bytes) -> Outcome {
    let asked: Notice = parse(&body)?;
    if !matches!(asked.action.as_str(), "warning" | "block" | "unblock") {
        return Err(Trouble::bad("`action` must be warning, block or unblock"));
    }
    handle(inner).policy_notice(id(&page)?, &asked.action, asked.reason.as_deref())?;
    done(json!({ "success": true }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewStatus {
    status: String,
}

pub async fn template_status(
    State(inner): Shared,
    Path((page, template)): Path<(String, String)>,
    body: Bytes,
) -> Outcome {
    let asked: NewStatus = parse(&body)?;
    handle(inner).set_template_status(id(&page)?, id(&template)?, &asked.status)?;
    done(json!({ "success": true }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Kill {
    #[serde(default)]
    page: Option<PageId>,
    #[serde(default)]
    user: Option<UserId>,
    /// 460, a changed password, when absent.
    #[serde(default)]
    subcode: Option<i64>,
}

pub async fn kill_tokens(State(inner): Shared, body: Bytes) -> Outcome {
    let asked: Kill = parse(&body)?;
    let killed = handle(inner).kill_tokens(asked.page, asked.user, asked.subcode.unwrap_or(460));
    done(json!({ "killed": killed }))
}

pub async fn remove_app(State(inner): Shared, Path(user): Path<String>) -> Outcome {
    done(handle(inner).remove_app(id(&user)?).await?)
}

pub async fn ask_deletion(State(inner): Shared, Path(user): Path<String>) -> Outcome {
    let user: UserId = id(&user)?;
    let called = handle(inner).ask_deletion(&user.to_string()).await?;
    done(json!({
        "status": called.status, "body": called.body, "acceptable": is_deletion_answer(&called),
    }))
}
