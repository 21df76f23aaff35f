//! What the hosts of an erased brand still answer: that it is gone, and for whoever holds a link to its erasure the
//! page and the receipt (claim F1). The log and its key are the installation's and go on as before.
//!
//! Invariants: no key, row or session of the brand is needed, its file alone says how the pages look; whatever else
//! is asked for is answered with 410, so that nobody takes it for a fault that passes.

use crate::App;
use crate::erasure;
use crate::headers::Keeping;
use crate::language::Language;
use crate::listen::client::ClientAddress;
use crate::look::Stylesheet;
use crate::page::{self, Frame};
use crate::problem::Problem;
use askama::Template;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use engine::ErasedBrand;

/// Says that the service was erased, and what can still be looked up.
#[derive(Template)]
#[template(path = "gone.html")]
pub struct GonePage<'a> {
    pub frame: Frame<'a>,
}

/// What is asked for at such a host.
pub struct Asked {
    language: Language,
    path: String,
    is_safe: bool,
    from: ClientAddress,
}

impl Asked {
    pub fn of(request: &Request, brand: &ErasedBrand) -> Self {
        let query = request.uri().query().unwrap_or("");
        let chosen = query.split('&').find_map(|pair| pair.strip_prefix("lang="));
        let spoken = |language: &Language| brand.file.languages.iter().any(|code| code == language.code());
        let chosen = chosen.and_then(Language::from_tag).filter(spoken);
        Self {
            language: chosen.unwrap_or_else(|| Language::of_request(request.headers(), &brand.file)),
            path: request.uri().path().to_owned(),
            is_safe: request.method().is_safe(),
            from: ClientAddress::of(request.extensions()),
        }
    }
}

/// The answer, and how long it may be kept.
pub async fn answer(app: &App, brand: &ErasedBrand, asked: Asked) -> (Result<Response, Problem>, Keeping) {
    let sheet = Stylesheet::of(&brand.file);
    let frame = Frame::new(asked.language, &brand.file, &sheet);
    let path = asked.path.as_str();
    if path.starts_with("/api/") || path.starts_with("/billing/") {
        return (Err(Problem::gone()), Keeping::Private);
    }
    if !asked.is_safe {
        return (Ok(gone_page(frame)), Keeping::Private);
    }
    if path.strip_prefix("/assets/").is_some_and(|file| file == sheet.file) {
        let kind = [(CONTENT_TYPE, "text/css; charset=utf-8")];
        return (Ok((kind, sheet.content.clone()).into_response()), Keeping::Forever);
    }
    let answer = match path.strip_prefix("/erasure/").map(|rest| rest.split_once('/').unwrap_or((rest, ""))) {
        Some((code, "")) => erasure::shown(app, brand.id, frame, code, asked.from).await,
        Some((code, "receipt")) => erasure::receipt_of(app, brand.id, code, asked.from).await,
        // The page names where the log stands: for who asks for that, it is what they looked for.
        _ if path == "/log" => Ok(page::html(&GonePage { frame })),
        _ => Ok(gone_page(frame)),
    };
    (answer, Keeping::Private)
}

fn gone_page(frame: Frame<'_>) -> Response {
    page::html_with(StatusCode::GONE, &GonePage { frame })
}
