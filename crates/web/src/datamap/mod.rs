//! The data map for people's eyes: the public page, its file, and what the admin gets of it.
//!
//! Invariant: nothing is listed here by hand: every card, row and line is made from the map, and a test holds that
//! each word which it needs is there in every language.

pub mod admin;
pub mod changes;
pub mod page;
pub mod words;

use crate::account::Guest;
use crate::account::recipients::Number;
use crate::problem::Problem;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use engine::datamap::{gate, jsonld, versions};
use page::{DataPage, Facts};

/// `GET /data`
pub async fn show(guest: Guest) -> Result<Response, Problem> {
    let (engine, language) = (guest.engine(), guest.language());
    let shown = engine.data_map(&guest.visit.brand);
    let version = versions::in_force(engine, guest.brand()).await?;
    let announced = engine::views::documents::get(engine, guest.brand(), "data_use", language.code()).await?;
    let coming = gate::coming(engine, guest.brand()).await?;
    let facts =
        Facts { shown: &shown, version: version.as_ref(), announced: announced.as_ref(), coming: &coming };
    Ok(crate::page::html(&DataPage::new(guest.frame()?, &facts)))
}

fn file(bytes: Vec<u8>, kind: &'static str) -> Response {
    let mut response = (StatusCode::OK, bytes).into_response();
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}

/// `GET /data/map.json`: the very bytes that the fingerprint is of.
pub async fn map(guest: Guest) -> Result<Response, Problem> {
    let shown = guest.engine().data_map(&guest.visit.brand);
    Ok(file(shown.bytes.clone(), "application/json"))
}

/// `GET /data/coming/{number}`: the very bytes that announced a map.
pub async fn coming(guest: Guest, Number(number): Number) -> Result<Response, Problem> {
    let found = gate::text(guest.engine(), guest.brand(), number).await?;
    Ok(file(found.ok_or_else(Problem::no_such_route)?, "application/json"))
}

/// `GET /data/map.jsonld`: the same in the vocabulary of the W3C.
pub async fn linked(guest: Guest) -> Result<Response, Problem> {
    let shown = guest.engine().data_map(&guest.visit.brand);
    Ok(file(jsonld::write(&shown.map).into_bytes(), "application/ld+json"))
}
