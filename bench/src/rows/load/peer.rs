//! Graph's place: hands out pages, takes every message, and remembers who got which broadcast.

use crate::sink;
use anyhow::{Context as _, Result};
use axum::Router;
use axum::extract::State;
use axum::http::Uri;
use bytes::Bytes;
use serde_json::{Value, json};
use std::collections::{HashMap, HashSet};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

const ASKED: &str = "entente:yes:promotion:";

#[derive(Default)]
struct Shared {
    pages: Vec<String>,
    /// The payload of the question's Yes.
    yes: OnceLock<String>,
    /// By the word that marks a broadcast: messages, and who got them.
    got: Mutex<HashMap<String, (u64, HashSet<String>)>>,
}

pub struct Peer {
    pub address: SocketAddr,
    shared: Arc<Shared>,
}

impl Peer {
    /// On a thread of its own until the program ends.
    pub fn start(pages: Vec<String>) -> Result<Self> {
        let shared = Arc::new(Shared { pages, ..Shared::default() });
        let router = Router::new().fallback(answer).with_state(Arc::clone(&shared));
        Ok(Self { address: sink::serve(router)?, shared })
    }

    pub fn yes(&self) -> Option<String> {
        self.shared.yes.get().cloned()
    }

    /// Messages of a broadcast, and how many people got them.
    pub fn got(&self, mark: &str) -> (u64, u64) {
        let got = self.shared.got.lock().unwrap_or_else(PoisonError::into_inner);
        let (messages, people) = got.get(mark).map_or((0, 0), |(messages, people)| (*messages, people.len()));
        (messages, u64::try_from(people).unwrap_or(u64::MAX))
    }
}

async fn answer(State(shared): State<Arc<Shared>>, uri: Uri, body: Bytes) -> axum::Json<Value> {
    let path = uri.path();
    axum::Json(if path.ends_with("/messages") {
        shared.take(&String::from_utf8_lossy(&body));
        sent()
    } else if path.ends_with("/oauth/access_token") {
        json!({ "access_token": "user-token" })
    } else if path.ends_with("/me/accounts") {
        let page = |id| json!({ "id": id, "name": "Sample Page", "access_token": "EAAB".repeat(48), "tasks": ["MESSAGING"] });
        json!({ "data": shared.pages.iter().map(page).collect::<Vec<_>>() })
    } else if path.ends_with("/me") {
        json!({ "id": "218471" })
    } else if path.ends_with("/subscribed_apps") {
        json!({ "success": true, "data": [{ "id": "4711", "subscribed_fields": ["messages", "message_echoes"] }] })
    } else if path.trim_matches('/').starts_with('v') && path.trim_matches('/').split('/').count() == 1 {
        // A batch: a form whose operations have forms of their own.
        let text = decoded(&decoded(&String::from_utf8_lossy(&body)));
        let operations = text.split("\"relative_url\"").skip(1);
        let slot = json!({ "code": 200, "body": sent().to_string() });
        Value::Array(operations.inspect(|operation| shared.take(operation)).map(|_| slot.clone()).collect())
    } else {
        json!({ "success": true, "result": "success", "data": [] })
    })
}

fn sent() -> Value {
    json!({ "recipient_id": "24001122334455667", "message_id": "m_AbCdEfGhIjKlMnOpQrStUvWxYz0123456789" })
}

impl Shared {
    /// One message, as it was asked to be sent.
    fn take(&self, message: &str) {
        if self.yes.get().is_none()
            && let Some(at) = message.find(ASKED)
        {
            let rest = message.get(at..).unwrap_or_default();
            let payload = rest.split(['"', '\\', '&']).next().unwrap_or_default();
            let _ = self.yes.set(payload.to_owned());
        }
        let Some(at) = message.find(super::MARK) else { return };
        let mark: String =
            message.get(at..).unwrap_or_default().chars().take_while(char::is_ascii_lowercase).collect();
        let person = person(message).unwrap_or_default();
        let mut got = self.got.lock().unwrap_or_else(PoisonError::into_inner);
        let (messages, people) = got.entry(mark).or_default();
        *messages += 1;
        people.insert(person);
    }
}

/// The id of whom it is for: see [`super::flood::Writer`].
fn person(message: &str) -> Result<String> {
    let at = message.find("\"2400").context("nobody's")?;
    Ok(message.get(at + 1..).unwrap_or_default().chars().take_while(char::is_ascii_digit).collect())
}

/// Undoes percent-encoding once.
fn decoded(text: &str) -> String {
    let (bytes, mut out, mut at) = (text.as_bytes(), Vec::with_capacity(text.len()), 0);
    while let Some(byte) = bytes.get(at) {
        let hex = bytes.get(at + 1..at + 3).and_then(|hex| std::str::from_utf8(hex).ok());
        match (byte, hex.and_then(|hex| u8::from_str_radix(hex, 16).ok())) {
            (b'%', Some(one)) => {
                out.push(one);
                at += 3;
            }
            (byte, _) => {
                out.push(*byte);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}
