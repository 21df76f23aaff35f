//! Files that are made while they are read, whatever their length.
//!
//! Invariants: what is wrong is said before the first byte; what goes wrong later breaks the file off, so
//! that half of it is never taken for all; such an answer is not kept for a repeated request.

use axum::body::Body;
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use engine::EngineError;
use futures_util::{StreamExt as _, stream};

/// An answer that is made while it is read, or may not be kept for another reason.
#[derive(Debug, Clone, Copy)]
pub struct Streamed;

/// Tells spreadsheets that a table is UTF-8.
pub const MARK: &str = "\u{feff}";
pub const CSV: &str = "text/csv; charset=utf-8";

/// A file of this name and media type: first `head`, then what `next` gives until it gives nothing.
pub fn file<S, F>(
    name: &str,
    media_type: &'static str,
    head: String,
    state: S,
    next: impl FnMut(S) -> F + Send + 'static,
) -> Response
where
    S: Send + 'static,
    F: Future<Output = Result<Option<(String, S)>, EngineError>> + Send + 'static,
{
    let rest = stream::try_unfold(state, next);
    let body = Body::from_stream(stream::once(async { Ok::<_, EngineError>(head) }).chain(rest));
    named(name, media_type, body)
}

/// The same of bytes.
pub fn stream<S, F>(
    name: &str,
    media_type: &'static str,
    state: S,
    next: impl FnMut(S) -> F + Send + 'static,
) -> Response
where
    S: Send + 'static,
    F: Future<Output = Result<Option<(Vec<u8>, S)>, EngineError>> + Send + 'static,
{
    named(name, media_type, Body::from_stream(stream::try_unfold(state, next)))
}

fn named(name: &str, media_type: &'static str, body: Body) -> Response {
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    if let Ok(named) = HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")) {
        headers.insert(CONTENT_DISPOSITION, named);
    }
    response.extensions_mut().insert(Streamed);
    response
}
