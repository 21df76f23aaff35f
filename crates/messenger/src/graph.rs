//! Calling Graph: addresses, proofs, errors, and what Meta reports of its limits.
//!
//! Invariant: every request goes through the one way out as the recipient `meta`; the tokens of
//! pages and users travel in a header or a form body. Only the login's exchange and the question how a
//! token stands have secrets in their address, because Meta takes them as a GET; no error and no log line repeats an address.

use crate::errors;
use crate::signature::appsecret_proof;
use bytes::Bytes;
use model::failure::{Class, Failure, Usage};
use model::personal::Personal;
use model::ports::{Method, Outbound, OutboundError, OutboundRequest, OutboundResponse};
use model::time::{Clock, Span};
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// As the register of recipients names it.
pub const RECIPIENT: &str = "meta";
/// For one exchange with Graph.
const TIMEOUT: Duration = Duration::from_secs(20);

/// Where Graph is and which app we are.
pub struct GraphConfig {
    /// `https://graph.facebook.com`, or a simulator.
    pub base_url: String,
    /// For example `v25.0`.
    pub version: String,
    pub app_id: String,
    pub app_secret: Personal<String>,
}

pub struct Graph {
    pub(crate) out: Arc<dyn Outbound>,
    pub(crate) config: GraphConfig,
    pub(crate) clock: Arc<dyn Clock>,
}

/// Graph refused or did not answer a call that is not a message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GraphError {
    #[error("refused with code {code}{}: {advice}", subcode.map(|s| format!("/{s}")).unwrap_or_default())]
    Refused { code: i64, subcode: Option<i64>, advice: &'static str },
    #[error("the answer (status {0}) cannot be read: try again")]
    Unreadable(u16),
    #[error(transparent)]
    Out(#[from] OutboundError),
}

/// Meta's error object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct WireError {
    pub code: i64,
    pub error_subcode: Option<i64>,
    pub is_transient: bool,
    pub error_data: Option<Value>,
}

/// Members of an answer, looked at only when needed.
#[derive(Deserialize)]
pub(crate) struct WireAnswer<'a> {
    #[serde(borrow)]
    error: Option<&'a RawValue>,
    #[serde(borrow)]
    pub message_id: Option<&'a RawValue>,
}

/// Reads a JSON object; a list of values is none, though serde would take it for one.
pub(crate) fn object<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Option<T> {
    body.trim_ascii_start().starts_with(b"{").then(|| serde_json::from_slice(body).ok())?
}

/// The well-formed Graph error in a body, if it is one.
pub(crate) fn error_in(body: &[u8]) -> Option<WireError> {
    object::<WireAnswer<'_>>(body)?.error()
}

impl WireAnswer<'_> {
    /// The error, if it is well formed: an object with a code.
    pub(crate) fn error(&self) -> Option<WireError> {
        let error: Value = object(self.error?.get().as_bytes())?;
        // Numbers are numbers here; some have been seen as strings.
        let number = |name: &str| {
            let value = error.get(name)?;
            value.as_i64().or_else(|| value.as_str()?.parse().ok())
        };
        Some(WireError {
            code: number("code")?,
            error_subcode: number("error_subcode"),
            is_transient: error.get("is_transient").and_then(Value::as_bool).unwrap_or(false),
            error_data: error.get("error_data").cloned(),
        })
    }
}

impl WireError {
    pub(crate) fn failure(&self, attempts: i64, regain: Option<Span>) -> Failure {
        let class = errors::classify(self.code, self.error_subcode, self.is_transient, attempts);
        let code = match self.error_subcode {
            Some(subcode) => format!("{}/{subcode}", self.code),
            None => self.code.to_string(),
        };
        Failure { class, code, retry_after: self.remaining().or(regain).filter(|_| class == Class::Throttle) }
    }

    /// `error_data.remaining_seconds`; the object sometimes comes as a string of JSON.
    fn remaining(&self) -> Option<Span> {
        let data = match self.error_data.as_ref()? {
            Value::String(text) => serde_json::from_str(text).ok()?,
            other => other.clone(),
        };
        data.get("remaining_seconds")?.as_i64().filter(|s| (0..=86_400).contains(s)).map(Span::secs)
    }

    const fn advice(&self) -> &'static str {
        match self.code {
            190 | 102 | 2500 => "connect the page again",
            10 | 200 | 3 | 230 => "the app or the page lacks a permission; see the app's dashboard at Meta",
            4 | 17 | 32 | 613 | 80_001 | 80_006 => "Meta limits the calls; try again later",
            100 => "Meta did not accept a parameter",
            _ => "try again later",
        }
    }
}

impl Graph {
    pub fn new(out: Arc<dyn Outbound>, config: GraphConfig, clock: Arc<dyn Clock>) -> Self {
        Self { out, config, clock }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}/{}/{path}", self.config.base_url.trim_end_matches('/'), self.config.version)
    }

    pub(crate) fn proof(&self, token: &Personal<String>) -> String {
        appsecret_proof(self.config.app_secret.reveal(), token)
    }

    /// One call; the answer whatever its status.
    pub(crate) async fn exchange(
        &self,
        method: Method,
        url: String,
        headers: Vec<(&'static str, String)>,
        body: Bytes,
    ) -> Result<OutboundResponse, OutboundError> {
        self.out
            .send(OutboundRequest {
                recipient: RECIPIENT.into(),
                method,
                url,
                headers,
                body,
                timeout: TIMEOUT,
            })
            .await
    }

    /// A call with a token, answered with JSON.
    pub(crate) async fn call<T: for<'de> Deserialize<'de>>(
        &self,
        method: Method,
        path: &str,
        query: &[(&str, &str)],
        token: Option<&Personal<String>>,
        json: Option<&Value>,
    ) -> Result<T, GraphError> {
        read(&self.ask(method, path, query, token, json).await?)
    }

    /// The same, as it was answered.
    pub(crate) async fn ask(
        &self,
        method: Method,
        path: &str,
        query: &[(&str, &str)],
        token: Option<&Personal<String>>,
        json: Option<&Value>,
    ) -> Result<OutboundResponse, OutboundError> {
        let mut headers = Vec::with_capacity(2);
        let mut pairs: Vec<(&str, String)> = query.iter().map(|(k, v)| (*k, (*v).to_owned())).collect();
        if let Some(token) = token {
            headers.push(("authorization", format!("Bearer {}", token.reveal())));
            pairs.push(("appsecret_proof", self.proof(token)));
        }
        let mut url = self.url(path);
        for (number, (name, value)) in pairs.iter().enumerate() {
            url.push(if number == 0 { '?' } else { '&' });
            url.push_str(name);
            url.push('=');
            url.push_str(&encoded(value));
        }
        let mut body = Bytes::new();
        if let Some(json) = json {
            headers.push(("content-type", "application/json".to_owned()));
            body = Bytes::from(json.to_string());
        }
        self.exchange(method, url, headers, body).await
    }
}

/// Reads an answer as JSON, or as Meta's error.
pub(crate) fn read<T: for<'de> Deserialize<'de>>(answer: &OutboundResponse) -> Result<T, GraphError> {
    if let Some(error) = error_in(&answer.body) {
        let advice = error.advice();
        return Err(GraphError::Refused { code: error.code, subcode: error.error_subcode, advice });
    }
    if !(200..300).contains(&answer.status) {
        return Err(GraphError::Unreadable(answer.status));
    }
    serde_json::from_slice(&answer.body).map_err(|_| GraphError::Unreadable(answer.status))
}

/// Which bytes percent-encoding leaves as they are; a table, because every byte sent is asked about.
static STAYS: [bool; 256] = {
    let mut stays = [false; 256];
    let mut byte = 0_u8;
    while byte < 128 {
        #[expect(clippy::indexing_slicing, reason = "computed while compiling")]
        {
            stays[byte as usize] = byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~');
        }
        byte += 1;
    }
    stays
};

/// Percent-encoding for forms and queries: letters, digits and `-._~` stay.
pub(crate) fn encode_into(out: &mut Vec<u8>, text: &[u8]) {
    encode(out, text, |[high, low]| [b'%', high, low]);
}

/// What [`encode_into`] makes of its own result, in one pass: a form within a form.
pub(crate) fn encode_twice_into(out: &mut Vec<u8>, text: &[u8]) {
    encode(out, text, |[high, low]| [b'%', b'2', b'5', high, low]);
}

fn encode<const N: usize>(out: &mut Vec<u8>, text: &[u8], escape: impl Fn([u8; 2]) -> [u8; N]) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    let digit = |n: u8| HEX.get(usize::from(n)).copied().unwrap_or(b'0');
    let stays = |byte: u8| STAYS.get(usize::from(byte)).copied().unwrap_or(false);
    let mut rest = text;
    while let Some((&first, after)) = rest.split_first() {
        if stays(first) {
            let run = after.iter().position(|byte| !stays(*byte)).map_or(rest.len(), |more| more + 1);
            let (plain, tail) = rest.split_at(run);
            out.extend_from_slice(plain);
            rest = tail;
        } else {
            out.extend_from_slice(&escape([digit(first >> 4), digit(first & 15)]));
            rest = after;
        }
    }
}

pub(crate) fn encoded(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len().saturating_mul(2));
    encode_into(&mut out, text.as_bytes());
    String::from_utf8(out).unwrap_or_default()
}

#[derive(Deserialize)]
struct WireUsage {
    #[serde(default)]
    call_count: f64,
    #[serde(default)]
    total_cputime: f64,
    #[serde(default)]
    total_time: f64,
    #[serde(default)]
    estimated_time_to_regain_access: f64,
}

/// What `X-Business-Use-Case-Usage` says: percent of the limit, and minutes until calls are taken.
pub fn usage(header: &str) -> Option<Usage> {
    let map: BTreeMap<String, Vec<WireUsage>> = serde_json::from_str(header).ok()?;
    let entries = map.into_values().flatten();
    let usage = entries.fold((0.0_f64, 0.0_f64), |(percent, regain), u| {
        (
            percent.max(u.call_count).max(u.total_cputime).max(u.total_time),
            regain.max(u.estimated_time_to_regain_access),
        )
    });
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped first")]
    let (percent, minutes) = (usage.0.clamp(0.0, 1_000.0) as u32, usage.1.clamp(0.0, 10_080.0).ceil() as i64);
    Some(Usage { percent, regain: (minutes > 0).then(|| Span::minutes(minutes)) })
}
