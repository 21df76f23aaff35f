//! The control API.
use crate::inner::Inner;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use std::sync::Arc;

pub fn router() -> Router<Arc<Inner>> {
    Router::new().route("/simulator", get(index))
}

pub async fn index(State(_inner): State<Arc<Inner>>) -> Response {
    crate::html::page(StatusCode::OK, "Local Messenger platform", "")
}
