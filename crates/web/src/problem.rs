//! What went wrong, as a stranger is told: a plain sentence, what to do, and a number to quote.
//!
//! The one place that turns errors into HTTP (RFC 9457). A handler returns a [`Problem`]; the door
//! writes it out, as JSON or as a page, and logs what is inside under the number.
//!
//! Invariants: nothing of the inside of an error reaches a stranger, and no text here holds personal
//! data; a problem that denies what somebody may not do says which [`Denial`] it is, for the audit.

use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use engine::{Denial, EngineError, ReceiveError};
use model::entropy::{Entropy, random};
use serde::Serialize;
use std::fmt::Write as _;

/// The media type of RFC 9457.
pub const MEDIA_TYPE: &str = "application/problem+json";

/// The code of [`Problem::archive_busy`], which has words of its own.
pub const ARCHIVE_BUSY: &str = "archive-busy";
/// The same of a file that a scanner found harmful.
pub const HARMFUL_FILE: &str = "harmful-file";
/// The same of a file that could not be shown to the scanner.
pub const UNSCANNED_FILE: &str = "unscanned-file";
/// The same of [`Problem::busy`].
pub const BUSY: &str = "busy";
/// The same of [`Problem::unknown_host`].
pub const UNKNOWN_HOST: &str = "unknown-host";
/// Seconds after which what was turned away may be asked again.
const BUSY_FOR: u32 = 10;

/// An answer that says why not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    pub status: StatusCode,
    /// Stable; the last part of `type`.
    pub code: &'static str,
    pub title: &'static str,
    pub detail: String,
    /// The field of the request that is meant.
    pub field: Option<String>,
    /// Seconds after which asking again is right.
    pub retry_after: Option<u32>,
    /// For the log only.
    pub inside: Option<String>,
    /// For the audit only, where it is known to whom.
    pub denial: Option<Denial>,
}

/// As it is written out.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = Problem)]
pub struct ProblemBody<'a> {
    /// `urn:entente:problem:` and a stable code.
    #[schema(example = "urn:entente:problem:not-found")]
    r#type: String,
    title: &'a str,
    status: u16,
    /// What is wrong and what to do about it.
    detail: &'a str,
    /// Names this one answer; quote it when you ask for help.
    instance: String,
    /// The field of the request that is meant.
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<&'a str>,
}

impl Problem {
    pub fn new(
        status: StatusCode,
        code: &'static str,
        title: &'static str,
        detail: impl Into<String>,
    ) -> Self {
        let detail = detail.into();
        Self { status, code, title, detail, field: None, retry_after: None, inside: None, denial: None }
    }

    /// It is no mistake of theirs: they may not.
    #[must_use]
    pub const fn denying(mut self, what: Denial) -> Self {
        self.denial = Some(what);
        self
    }

    fn about(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }

    const fn again_in(mut self, seconds: u32) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    fn inside(mut self, error: impl std::fmt::Display) -> Self {
        self.inside = Some(error.to_string());
        self
    }

    pub fn decision_due() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "decision-due",
            "A decision is due",
            "The terms or another document have changed. The account's holder has to sign in and decide first, at /account/decide.",
        )
    }

    pub fn unknown_host() -> Self {
        Self::new(
            StatusCode::MISDIRECTED_REQUEST,
            UNKNOWN_HOST,
            "No brand lives at this host",
            "Use one of the hosts in the brands' files, or add this one to `hosts` of a brand.",
        )
    }

    pub fn not_found(what: &str) -> Self {
        let detail =
            format!("{what} does not exist here. Check the id, and that the token belongs to its account.");
        Self::new(StatusCode::NOT_FOUND, "not-found", "Not found", detail)
    }

    pub fn no_such_route() -> Self {
        let detail = "There is nothing at this address. The document at /api/v1/openapi.json lists the API.";
        Self::new(StatusCode::NOT_FOUND, "not-found", "Not found", detail)
    }

    /// The brand at this host was erased.
    pub fn gone() -> Self {
        let detail = "The service at this host was erased, with everything it held. Links to receipts of erasures still work.";
        Self::new(StatusCode::GONE, "gone", "This service was erased", detail)
    }

    pub fn wrong_method() -> Self {
        let detail = "This address does not take that method. The Allow header names those it takes.";
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "wrong-method", "Method not allowed", detail)
    }

    pub fn unauthorized() -> Self {
        let detail = "Send `Authorization: Bearer ent_…` with a token of this brand that is in force.";
        Self::new(StatusCode::UNAUTHORIZED, "unauthorized", "No valid API token", detail)
    }

    pub fn from_elsewhere() -> Self {
        let detail = "This form was not sent from one of our own pages, or its page is too old. Go back, load the page anew and send it again.";
        Self::new(StatusCode::FORBIDDEN, "from-elsewhere", "Not from our own page", detail)
            .denying(Denial::Form)
    }

    pub fn malformed(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "malformed", "The request cannot be read", detail)
    }

    pub fn wrong_media_type() -> Self {
        let detail = "Send JSON with `Content-Type: application/json`.";
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "wrong-media-type", "Not JSON", detail)
    }

    pub fn too_large(limit: usize) -> Self {
        let detail = format!("The body may have at most {limit} bytes.");
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", "The body is too large", detail)
    }

    pub fn invalid(field: &str, problem: &str) -> Self {
        let detail = if field.is_empty() { problem.to_owned() } else { format!("`{field}`: {problem}") };
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", "A value does not fit", detail).about(field)
    }

    pub fn key_reused() -> Self {
        let detail = "This Idempotency-Key was used for another request within the last 24 hours. Use a new key for a new request.";
        Self::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "key-reused",
            "The Idempotency-Key belongs to another request",
            detail,
        )
        .about("Idempotency-Key")
    }

    pub fn key_running() -> Self {
        let detail = "The first request with this Idempotency-Key is still at work. Ask again in a moment.";
        Self::new(StatusCode::CONFLICT, "still-running", "The same request is at work", detail).again_in(1)
    }

    pub fn cut_off() -> Self {
        let detail = "This server was cut off while it carried the request out, and whether that was done is not known. Ask again with the same Idempotency-Key.";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "cut-off", "The request was broken off", detail)
            .again_in(60)
    }

    /// Nothing of the archive was looked at.
    pub fn archive_busy() -> Self {
        let detail = "Another archive is being read. Try again in a minute.";
        Self::new(StatusCode::TOO_MANY_REQUESTS, ARCHIVE_BUSY, "Another archive is being read", detail)
            .again_in(60)
    }

    pub fn harmful_file() -> Self {
        let detail = "The scanner found something harmful in the file. Nothing of it was kept.";
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, HARMFUL_FILE, "The file was not taken", detail)
            .denying(Denial::File)
    }

    pub fn unscanned_file(inside: impl std::fmt::Display) -> Self {
        let detail = "Files are taken once a scanner has looked at them, which does not work at the moment. Nothing was kept; try again later.";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, UNSCANNED_FILE, "The file cannot be looked at now", detail)
            .again_in(300)
            .inside(inside)
    }

    pub fn forbidden(detail: &'static str) -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden", "Not allowed", detail)
    }

    pub fn broken(inside: impl std::fmt::Display) -> Self {
        let detail =
            "The fault is on our side. Try again; if it stays, tell the operator the number in `instance`.";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "broken", "Something broke", detail).inside(inside)
    }

    pub fn unavailable(inside: impl std::fmt::Display) -> Self {
        let detail = "The database does not answer at the moment. Try again shortly.";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", "Not available at the moment", detail)
            .again_in(5)
            .inside(inside)
    }

    /// Nothing was done and nothing was looked at: there is too much to do already.
    pub fn busy() -> Self {
        let detail = "More is asked at the moment than can be answered in time. Nothing was done; ask again in some seconds.";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, BUSY, "Too much at once", detail).again_in(BUSY_FOR)
    }

    /// It may have been stored, or will be: what comes again counts once.
    pub fn late() -> Self {
        let detail = "The database did not answer in time. Send it again.";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", "Not available at the moment", detail)
            .again_in(5)
    }

    pub fn no_app(inside: impl std::fmt::Display) -> Self {
        let detail = "No Facebook app is configured here. The operator gives messenger.app_id, app_secret and verify_token.";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "no-app", "Not set up for Messenger yet", detail)
            .inside(inside)
    }

    /// Writes it out as JSON under a fresh number, and logs it where it is our fault.
    pub fn to_json(&self, number: &str) -> Response {
        let body = ProblemBody {
            r#type: format!("urn:entente:problem:{}", self.code),
            title: self.title,
            status: self.status.as_u16(),
            detail: &self.detail,
            instance: format!("urn:entente:request:{number}"),
            field: self.field.as_deref().filter(|field| !field.is_empty()),
        };
        let body = serde_json::to_vec(&body).unwrap_or_default();
        let mut response = Response::new(Body::from(body));
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
        self.dress(&mut response);
        response
    }

    /// Sets status and the headers that belong to it.
    pub fn dress(&self, response: &mut Response) {
        *response.status_mut() = self.status;
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
    }

    pub fn log(&self, number: &str) {
        if let Some(inside) = &self.inside {
            tracing::error!(number, status = self.status.as_u16(), error = inside, "a request failed");
        }
    }
}

/// A number by which one answer is found in the log.
pub fn number(entropy: &dyn Entropy) -> String {
    let mut number = String::with_capacity(16);
    for byte in random::<8>(entropy) {
        // Writing to a string does not fail.
        let _ = write!(number, "{byte:02x}");
    }
    number
}

/// Travels to the door as an extension of an empty answer; the door writes it out.
impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

impl From<EngineError> for Problem {
    fn from(error: EngineError) -> Self {
        match error {
            EngineError::NotFound(what) => Self::not_found(what).denying(Denial::Id),
            EngineError::NotGranted => Self::not_found("this page").denying(Denial::Grant),
            EngineError::Forbidden(_) => Self::new(
                StatusCode::FORBIDDEN,
                "missing-scope",
                "The token may not do this",
                sentence(&error),
            )
            .denying(Denial::Scope),
            EngineError::Invalid { field, problem } => Self::invalid(field, &problem),
            EngineError::WrongCredentials
            | EngineError::Unconfirmed
            | EngineError::MustReset
            | EngineError::NeedsPasskey => {
                Self::new(StatusCode::FORBIDDEN, "not-signed-in", "Not signed in", sentence(&error))
            }
            EngineError::Weak(_) => Self::invalid("password", &error.to_string()),
            EngineError::TooMany { seconds } => {
                Self::new(StatusCode::TOO_MANY_REQUESTS, "too-many", "Too many tries", sentence(&error))
                    .again_in(seconds)
                    .denying(Denial::Limit)
            }
            EngineError::Bot(error) => Self::invalid(&error.field, &error.problem),
            EngineError::Brand(error) => Self::invalid(&error.key, &error.fault.to_string()),
            EngineError::Logo(fault) => Self::invalid("logo", &fault.to_string()),
            EngineError::Harmful => Self::harmful_file(),
            EngineError::Unscanned(_) => Self::unscanned_file(error),
            EngineError::Conflict(_)
            | EngineError::Step(_)
            | EngineError::PageTaken(_)
            | EngineError::BeingRemoved => Self::new(
                StatusCode::CONFLICT,
                "conflict",
                "It does not fit the present state",
                sentence(&error),
            ),
            EngineError::Cancelled => Self::new(
                StatusCode::CONFLICT,
                "subscription-cancelled",
                "The subscription is cancelled",
                sentence(&error),
            ),
            EngineError::PlanLimit { .. } => Self::new(
                StatusCode::CONFLICT,
                "plan-limit",
                "The plan does not allow more",
                sentence(&error),
            ),
            EngineError::NoApp => Self::no_app(error),
            EngineError::NotYet(_) => {
                Self::new(StatusCode::CONFLICT, "not-yet", "Not possible yet", sentence(&error)).again_in(2)
            }
            EngineError::Meta(_) => {
                Self::new(StatusCode::BAD_GATEWAY, "meta", "Meta refused or did not answer", sentence(&error))
            }
            EngineError::Log(_) | EngineError::Sealed { .. } => Self::broken(error),
            EngineError::Store(_) | EngineError::Vault(_) | EngineError::Outdated { .. } => {
                Self::unavailable(error)
            }
        }
    }
}

impl From<ReceiveError> for Problem {
    fn from(error: ReceiveError) -> Self {
        match error {
            ReceiveError::BadSignature => Self::new(
                StatusCode::FORBIDDEN,
                "bad-signature",
                "The signature does not fit",
                "Only deliveries that Meta signed with this app's secret are taken, in X-Hub-Signature-256.",
            ),
            ReceiveError::NoApp => Self::no_app(error),
            ReceiveError::Full => Self::busy(),
            ReceiveError::Malformed => Self::malformed("The body is not a page's webhook delivery."),
            ReceiveError::Unavailable(error) => Self::unavailable(error),
        }
    }
}

/// An error's text as a sentence: capital letter, full stop.
fn sentence(error: &EngineError) -> String {
    let text = error.to_string();
    let mut chars = text.chars();
    let mut sentence: String = chars.next().into_iter().flat_map(char::to_uppercase).chain(chars).collect();
    if !sentence.ends_with(['.', '!', '?']) {
        sentence.push('.');
    }
    sentence
}
