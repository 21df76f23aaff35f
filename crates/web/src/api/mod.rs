//! The API `/api/v1`: JSON in, JSON out, for programs that act for an account.
//!
//! Invariants: unknown fields are refused, in bodies and queries; what is wrong is named by its
//! path; lists come in pages of `{items, next}`.

pub mod bot;
pub mod broadcasts;
pub mod document;
pub mod exports;
pub mod leads;
pub mod pages;
pub mod schedule;
pub mod tags;
pub mod templates;
pub mod wire;

use crate::door::{BODY_LIMIT, Named};
use crate::problem::Problem;
use axum::body::to_bytes;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use model::id::IdError;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::error::Category;
use std::fmt::Display;
use std::str::FromStr;

/// How many items a list has unless `limit` says.
const DEFAULT_LIMIT: u32 = 50;

/// A body of JSON.
pub struct Json<T>(pub T);

impl<S: Sync, T: DeserializeOwned> FromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let media_type = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let media_type = media_type.and_then(|value| value.split(';').next()).unwrap_or("").trim();
        if !media_type.eq_ignore_ascii_case("application/json") {
            return Err(Problem::wrong_media_type());
        }
        let body = to_bytes(request.into_body(), BODY_LIMIT).await;
        parse(&body.map_err(|_| Problem::too_large(BODY_LIMIT))?).map(Self)
    }
}

/// No body, or an empty object.
pub struct Nothing;

impl<S: Sync> FromRequest<S> for Nothing {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Empty {}
        let body = to_bytes(request.into_body(), BODY_LIMIT).await;
        let body = body.map_err(|_| Problem::too_large(BODY_LIMIT))?;
        if !body.is_empty() {
            let Empty {} = parse(&body)?;
        }
        Ok(Self)
    }
}

fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    // A list would be taken for the fields of an object, in their order.
    if body.trim_ascii_start().starts_with(b"[") {
        return Err(Problem::invalid("", "the body is a list, expected an object"));
    }
    let mut json = serde_json::Deserializer::from_slice(body);
    let value = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let path = error.path().to_string();
        let inner = error.into_inner();
        match inner.classify() {
            Category::Data => Problem::invalid(path.trim_matches('.'), &without_place(&inner)),
            _ => Problem::malformed(format!("The body is not JSON: {inner}.")),
        }
    })?;
    json.end().map_err(|error| Problem::malformed(format!("The body is not one JSON value: {error}.")))?;
    Ok(value)
}

/// The parser's words without line and column, which say nothing beside the path.
fn without_place(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.split(" at line ").next().unwrap_or(&text).to_owned()
}

/// The query of the address.
pub struct Query<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        axum::extract::Query::try_from_uri(&parts.uri)
            .map(|axum::extract::Query(query)| Self(query))
            .map_err(|error| unread(&error.body_text()))
    }
}

/// A query that does not fit, with the name of what does not, where the parser has it.
fn unread(said: &str) -> Problem {
    let said = said.strip_prefix("Failed to deserialize query string: ").unwrap_or(said);
    match said.split_once(": ") {
        Some((field, problem)) => {
            let mut found = Problem::malformed(format!("`{field}`: {problem}."));
            found.field = Some(field.to_owned());
            found
        }
        None => Problem::malformed(format!("The query does not fit: {said}.")),
    }
}

/// The id in the path.
pub struct Id<T>(pub T);

impl<S: Send + Sync, T: FromStr<Err = IdError>> FromRequestParts<S> for Id<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Named(text) = Named::from_request_parts(parts, state).await?;
        text.parse().map(Self).map_err(|error: IdError| {
            let mut problem = Problem::not_found("this id");
            problem.detail = format!("This is {error}.");
            problem
        })
    }
}

/// The last item of a full list, from which the next one goes on.
pub(crate) fn next<T, I: Display>(items: &[T], limit: u32, id: impl Fn(&T) -> I) -> Option<String> {
    let is_full = u32::try_from(items.len()).is_ok_and(|length| length >= limit);
    items.last().filter(|_| is_full).map(|last| id(last).to_string())
}

/// A file that was made elsewhere and must arrive byte for byte.
pub(crate) fn file(name: &str, content: Vec<u8>) -> Response {
    let named = [
        (CONTENT_TYPE, "application/json".to_owned()),
        (CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
    ];
    (named, content).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether it is one, and that a refusal is a client's fault with a sentence.
    fn is_one<T: DeserializeOwned>(body: &[u8]) -> bool {
        match parse::<T>(body) {
            Ok(_) => true,
            Err(problem) => {
                assert!(problem.status.is_client_error(), "{}", problem.detail);
                testkit::mutate::refused(&problem.detail)
            }
        }
    }

    #[test]
    fn claim_x10_no_body_breaks_the_reader_of_any_form_of_the_api() {
        testkit::mutate::fuzz("api_body", 3_000, |body| {
            let taken = [
                is_one::<wire::ConnectForm>(body),
                is_one::<wire::BroadcastForm>(body),
                is_one::<bot::BotForm>(body),
                is_one::<bot::BotTry>(body),
                is_one::<schedule::ScheduleForm>(body),
                is_one::<schedule::AgainForm>(body),
                is_one::<tags::TagForm>(body),
                is_one::<tags::TagLeads>(body),
                is_one::<templates::TemplateForm>(body),
                is_one::<exports::ExportRequest>(body),
                is_one::<exports::DeliveriesExportRequest>(body),
                is_one::<leads::LeadExportRequest>(body),
            ];
            taken.contains(&true)
        });
    }

    #[test]
    fn claim_x10_no_query_breaks_the_reader_of_cursors() {
        testkit::mutate::fuzz("cursor", 20_000, |bytes| {
            let Ok(uri) = format!("/x?limit=2&after={}", String::from_utf8_lossy(bytes)).parse() else {
                return false;
            };
            axum::extract::Query::<leads::LeadCursor>::try_from_uri(&uri).is_ok()
        });
    }
}
