//! What an answer says of each message it was asked about.
//!
//! Invariant: only a message id means sent, only a well-formed Graph error means refused; everything
//! else leaves the message unknown, because it may have arrived.

use crate::graph::{WireAnswer, WireError, error_in, object, usage};
use model::failure::{Class, Failure, Sent, SentMessage, Usage};
use model::ports::{OutboundError, OutboundResponse};
use model::time::Span;
use serde::Deserialize;
use serde_json::value::RawValue;
use std::borrow::Cow;

fn unknown(code: impl Into<String>) -> Failure {
    Failure { class: Class::Unknown, code: code.into(), retry_after: None }
}

pub(crate) fn not_answered(error: &OutboundError) -> Failure {
    match error {
        OutboundError::NotSent(_) => {
            Failure { class: Class::Retry, code: "not_sent".to_owned(), retry_after: None }
        }
        OutboundError::NotInRegister { .. } => {
            Failure { class: Class::Permanent, code: "not_in_register".to_owned(), retry_after: None }
        }
        OutboundError::BadUrl(_) => {
            Failure { class: Class::Permanent, code: "bad_address".to_owned(), retry_after: None }
        }
        OutboundError::Unanswered(_) => unknown("no_answer"),
    }
}

#[derive(Deserialize)]
struct WireSlot<'a> {
    code: u16,
    #[serde(borrow)]
    body: Option<&'a RawValue>,
}

/// A slot's headers, apart from the rest: whatever is wrong with them costs no message its outcome.
#[derive(Deserialize)]
struct WireSlotHeaders<'a> {
    #[serde(borrow)]
    headers: Vec<WireHeader<'a>>,
}

#[derive(Deserialize)]
struct WireHeader<'a> {
    #[serde(borrow)]
    name: Cow<'a, str>,
    #[serde(borrow)]
    value: Cow<'a, str>,
}

const USAGE: &str = "x-business-use-case-usage";

/// The usage in the newest slot that states one; usage only grows within a batch.
fn usage_of_slots(slots: &[Option<&RawValue>]) -> Option<Usage> {
    slots.iter().rev().flatten().find_map(|slot| {
        let slot = object::<WireSlotHeaders<'_>>(slot.get().as_bytes())?;
        slot.headers
            .iter()
            .find(|header| header.name.eq_ignore_ascii_case(USAGE))
            .and_then(|h| usage(&h.value))
    })
}

/// Maps an answer to its messages, one by one, and reads the page's usage out of it.
pub(crate) fn outcomes(answer: &OutboundResponse, attempts: &[i64]) -> (Vec<Sent>, Option<Usage>) {
    let usage = answer.header(USAGE).and_then(usage);
    let slots = match attempts {
        [_] => None,
        _ => serde_json::from_slice::<Vec<Option<&RawValue>>>(&answer.body).ok(),
    };
    let usage = usage.or_else(|| slots.as_deref().and_then(usage_of_slots));
    (sent(answer, slots.as_deref(), attempts, usage.and_then(|usage| usage.regain)), usage)
}

fn sent(
    answer: &OutboundResponse,
    slots: Option<&[Option<&RawValue>]>,
    attempts: &[i64],
    regain: Option<Span>,
) -> Vec<Sent> {
    if let [attempts] = attempts {
        return vec![outcome(answer.status, &answer.body, *attempts, regain)];
    }
    let whole = |failure: Failure| vec![Err(failure); attempts.len()];
    if let Some(error) = error_in(&answer.body) {
        // The batch as a whole was refused. What is not plainly a refusal may have run in part.
        let sure = !matches!(error.code, 1 | 2) && answer.status < 500;
        return if sure {
            attempts.iter().map(|attempts| Err(error.failure(*attempts, regain))).collect()
        } else {
            whole(unknown(code_of(&error)))
        };
    }
    if !(200..300).contains(&answer.status) {
        return whole(unknown(format!("http_{}", answer.status)));
    }
    let Some(slots) = slots else {
        return whole(unknown("unreadable_answer"));
    };
    let slot = |number: usize, attempts: i64| match slots.get(number) {
        None => Err(unknown("short_answer")),
        Some(None) => Err(unknown("null_slot")),
        Some(Some(raw)) => match object::<WireSlot<'_>>(raw.get().as_bytes()) {
            None => Err(unknown("unreadable_answer")),
            Some(slot) => {
                // The body is a string of JSON; some have been seen as plain objects.
                let body = slot.body.map(|raw| {
                    serde_json::from_str::<String>(raw.get()).unwrap_or_else(|_| raw.get().to_owned())
                });
                outcome(slot.code, body.unwrap_or_default().as_bytes(), attempts, regain)
            }
        },
    };
    attempts.iter().enumerate().map(|(number, attempts)| slot(number, *attempts)).collect()
}

fn code_of(error: &WireError) -> String {
    error.failure(0, None).code
}

fn outcome(status: u16, body: &[u8], attempts: i64, regain: Option<Span>) -> Sent {
    let answer = object::<WireAnswer<'_>>(body);
    if let Some(error) = answer.as_ref().and_then(WireAnswer::error) {
        return Err(error.failure(attempts, regain));
    }
    if !(200..300).contains(&status) {
        return Err(unknown(format!("http_{status}")));
    }
    let mid = answer.and_then(|answer| serde_json::from_str::<String>(answer.message_id?.get()).ok());
    match mid {
        Some(mid) if !mid.is_empty() => Ok(SentMessage { mid }),
        _ => Err(unknown("unreadable_answer")),
    }
}
