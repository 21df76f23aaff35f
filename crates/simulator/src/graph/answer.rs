//! What the Graph API answers with: a status, a JSON body, the headers that ride along, and what a
//! fault does to the connection afterwards.
//!
//! Invariant: every refusal has the one error shape, and (code, subcode, is_transient) decide.

use crate::escape;
use crate::faults::Effect;
use serde_json::{Map, Value, json};

/// A Graph error.
#[derive(Debug, Clone, PartialEq)]
pub struct GraphError {
    pub status: u16,
    pub code: i64,
    pub subcode: Option<i64>,
    pub kind: String,
    pub message: String,
    pub is_transient: Option<bool>,
    /// What only injected errors carry.
    pub more: Option<Box<More>>,
}

/// The rarer members of an error.
#[derive(Debug, Clone, PartialEq)]
pub struct More {
    pub user_title: Option<String>,
    pub user_msg: Option<String>,
    pub data: Option<Value>,
}

impl GraphError {
    pub fn new(code: i64, subcode: Option<i64>, message: &str) -> Self {
        let status = match (code, subcode) {
            (1 | 2, _) => 500,
            // A missing permission; a window or a restriction is a 400.
            (10 | 200, None) => 403,
            _ => 400,
        };
        Self {
            status,
            code,
            subcode,
            kind: "OAuthException".to_owned(),
            message: message.to_owned(),
            is_transient: None,
            more: None,
        }
    }

    #[must_use]
    pub fn with_status(self, status: u16) -> Self {
        Self { status, ..self }
    }

    /// A wrong parameter: 100 with the number in the text, as the platform prints it.
    pub fn parameter(message: &str) -> Self {
        Self::new(100, None, &format!("(#100) {message}"))
    }

    /// The object does not exist, or not for this caller.
    pub fn missing(id: &str) -> Self {
        Self {
            kind: "GraphMethodException".to_owned(),
            ..Self::new(
                100,
                Some(33),
                &format!(
                    "Unsupported request. Object with ID '{id}' does not exist, cannot be loaded due to missing permissions, or does not support this operation."
                ),
            )
        }
    }

    /// The error that an injected fault describes.
    pub fn injected(effect: &Effect) -> Option<Self> {
        match effect {
            Effect::Error {
                code,
                subcode,
                status,
                message,
                error_type,
                is_transient,
                error_user_title,
                error_user_msg,
                error_data,
            } => {
                let mut error = Self::new(*code, *subcode, &format!("(#{code}) Simulated failure"));
                if let Some(message) = message {
                    error.message.clone_from(message);
                }
                if let Some(status) = status {
                    error.status = *status;
                }
                if let Some(kind) = error_type {
                    error.kind.clone_from(kind);
                }
                error.is_transient = *is_transient;
                error.more = Some(Box::new(More {
                    user_title: error_user_title.clone(),
                    user_msg: error_user_msg.clone(),
                    data: error_data.clone(),
                }));
                Some(error)
            }
            Effect::RateLimit => Some(Self::rate_limit()),
            Effect::UsageExhausted => Some(Self::usage_exhausted()),
            _ => None,
        }
    }

    pub fn rate_limit() -> Self {
        Self::new(613, None, "(#613) Calls to this api have exceeded the rate limit.")
    }

    pub fn usage_exhausted() -> Self {
        Self::new(
            80006,
            None,
            "(#80006) There have been too many calls to this Messenger account. Wait a bit and try again. For more info, please refer to https://developers.facebook.com/docs/graph-api/overview/rate-limiting.",
        )
    }

    pub fn restricted() -> Self {
        Self::new(10, Some(1_893_063), "(#10) This Page is temporarily restricted from sending messages.")
    }

    pub fn unavailable() -> Self {
        Self::new(551, Some(1_545_041), "(#551) This person isn't available right now.")
    }

    pub fn body(&self, trace: &str) -> Value {
        let mut error = Map::new();
        error.insert("message".to_owned(), json!(self.message));
        error.insert("type".to_owned(), json!(self.kind));
        error.insert("code".to_owned(), json!(self.code));
        let more = self.more.as_deref();
        let optional = [
            ("error_subcode", self.subcode.map(Value::from)),
            ("is_transient", self.is_transient.map(Value::from)),
            ("error_user_title", more.and_then(|more| more.user_title.clone()).map(Value::from)),
            ("error_user_msg", more.and_then(|more| more.user_msg.clone()).map(Value::from)),
            ("error_data", more.and_then(|more| more.data.clone())),
        ];
        for (name, value) in optional {
            if let Some(value) = value {
                error.insert(name.to_owned(), value);
            }
        }
        error.insert("fbtrace_id".to_owned(), json!(trace));
        json!({ "error": error })
    }
}

/// What a fault does to the HTTP exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mishap {
    Slow {
        millis: u64,
    },
    /// The connection ends without an answer.
    Drop,
    Truncate,
    NotJson,
    PlainServerError,
    /// Only in a batch: the slot is null.
    NullSlot,
    /// Only in a batch: the array ends early.
    ShortBatch {
        keep: usize,
    },
}

/// An answer on its way out.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub body: Value,
    pub headers: Vec<(&'static str, String)>,
    pub mishaps: Vec<Mishap>,
}

impl Answer {
    pub fn ok(body: Value) -> Self {
        Self { status: 200, body, headers: Vec::new(), mishaps: Vec::new() }
    }

    pub fn text(&self) -> String {
        escape::text(&self.body)
    }

    pub fn suffers(&self, mishap: Mishap) -> bool {
        self.mishaps.contains(&mishap)
    }
}
