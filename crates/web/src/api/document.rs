//! The OpenAPI document of the API.
//!
//! Invariant: lists exactly the API routes of the table; a test compares the two.

use super::{bot, broadcasts, exports, leads, pages, schedule, tags, templates};
use crate::door::KEY_LIMIT;
use crate::problem::{MEDIA_TYPE, ProblemBody};
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use std::sync::LazyLock;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{
    ContentBuilder, ObjectBuilder, OpenApi, Ref, RefOr, Required, Response, ResponseBuilder, Type,
};
use utoipa::{Modify, OpenApi as _};

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Entente",
        version = "1",
        description = "Messenger marketing that people agreed to, can prove they agreed to, and can leave. \
            The brand follows from the host name. Errors are RFC 9457 problems; lists come as `{items, next}`.",
        license(name = "")
    ),
    paths(
        pages::connect,
        pages::list,
        pages::disconnect,
        bot::show,
        bot::set,
        bot::publish,
        bot::try_out,
        leads::list,
        leads::show,
        leads::erase,
        leads::proof,
        leads::export,
        leads::take_one,
        exports::take,
        exports::taken,
        broadcasts::create,
        broadcasts::list,
        broadcasts::show,
        broadcasts::preview,
        broadcasts::send,
        broadcasts::revise,
        broadcasts::pause,
        broadcasts::resume,
        broadcasts::cancel,
        broadcasts::deliveries,
        schedule::schedule,
        schedule::unschedule,
        schedule::look_again,
        schedule::send_again,
        broadcasts::not_reached,
        exports::take_deliveries,
        templates::create,
        templates::list,
        templates::show,
        templates::refresh,
        templates::remove,
        tags::create,
        tags::list,
        tags::set,
        tags::remove,
        openapi_json
    ),
    components(schemas(ProblemBody)),
    modifiers(&Common)
)]
struct Document;

/// What all operations have in common, said once.
struct Common;

impl Modify for Common {
    fn modify(&self, document: &mut OpenApi) {
        let bearer = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some("`ent_…`, made with the scopes that the operations name"))
            .build();
        let mut components = document.components.take().unwrap_or_default();
        components.security_schemes.insert("token".to_owned(), RefOr::T(SecurityScheme::Http(bearer)));
        document.components = Some(components);
        for item in document.paths.paths.values_mut() {
            if let Some(post) = &mut item.post {
                post.parameters.get_or_insert_default().push(RefOr::T(idempotency_key()));
            }
            let operations = [&mut item.get, &mut item.post, &mut item.put, &mut item.delete];
            for operation in operations.into_iter().flatten() {
                let tag = operation.tags.iter().flatten().next().map_or("", String::as_str);
                let name = operation.operation_id.as_deref().unwrap_or_default();
                operation.operation_id = Some(format!("{tag}_{name}"));
                operation.responses.responses.insert("default".to_owned(), RefOr::T(problem()));
            }
        }
    }
}

fn idempotency_key() -> Parameter {
    ParameterBuilder::new()
        .name("Idempotency-Key")
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some("A request with the same key and the same bytes as body is not carried out again within 24 hours: it gets the first answer. Files are made anew"))
        .schema(Some(ObjectBuilder::new().schema_type(Type::String).max_length(Some(KEY_LIMIT))))
        .build()
}

fn problem() -> Response {
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
    ResponseBuilder::new().description("Why not (RFC 9457)").content(MEDIA_TYPE, content).build()
}

static TEXT: LazyLock<String> = LazyLock::new(|| {
    let mut document = Document::openapi();
    // No licence is stated here; an empty one would not be valid.
    document.info.license = None;
    document.to_pretty_json().unwrap_or_default()
});

/// The document, as `/api/v1/openapi.json` and `entente openapi` give it.
pub fn openapi() -> String {
    TEXT.clone()
}

/// This document.
#[utoipa::path(
    get, path = "/api/v1/openapi.json", tag = "document",
    responses((status = 200, description = "OpenAPI 3.1", body = serde_json::Value, content_type = "application/json"))
)]
pub async fn openapi_json() -> axum::response::Response {
    ([(CONTENT_TYPE, "application/json")], openapi()).into_response()
}
