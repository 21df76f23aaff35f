//! Every route, and who may call it. The router is built from this table and from nothing else.
//!
//! Invariant 6: a route that is not here does not exist, and a route that is here is guarded as it
//! says, because [`mount`] puts its door in front of it. Tests call each as a stranger, with the
//! wrong scope and as another brand.

use crate::api::{broadcasts, document, leads, pages, schedule, tags, templates};
use crate::door::{self, Door};
use crate::headers::Keeping;
use crate::{App, assets, erasure, log, unsubscribe, webhook};
use axum::Router;
use axum::http::Method;
use axum::middleware::from_fn_with_state;
use axum::routing::{MethodRouter, any, delete, get, post};
use engine::TokenScope;
use engine::TokenScope::{BroadcastsRead, BroadcastsWrite, LeadsErase, LeadsRead, PagesRead, PagesWrite};

/// Who may call a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caller {
    /// Anybody, at any host; it says nothing about a brand.
    Anyone,
    /// Anybody who comes to a brand's host.
    Visitor,
    /// Whoever holds the link: the token or code in the path is the permission.
    Holder,
    /// Meta, by its signature over the body or by the verify token.
    Meta,
    /// An API token of this brand with this scope.
    Token(TokenScope),
}

pub struct Route {
    pub method: Method,
    pub path: &'static str,
    pub caller: Caller,
    pub keeping: Keeping,
    handler: fn() -> MethodRouter<App>,
}

const fn route(
    method: Method,
    path: &'static str,
    caller: Caller,
    keeping: Keeping,
    handler: fn() -> MethodRouter<App>,
) -> Route {
    Route { method, path, caller, keeping, handler }
}

use Caller::{Anyone, Holder, Meta, Token, Visitor};
use Keeping::{Forever, Fresh, Private};

pub static ROUTES: [Route; 42] = [
    route(Method::GET, "/webhooks/messenger", Meta, Private, || get(webhook::verify)),
    route(Method::POST, "/webhooks/messenger", Meta, Private, || post(webhook::receive)),
    route(Method::GET, "/healthz", Anyone, Private, || get(log::healthz)),
    route(Method::GET, "/readyz", Anyone, Private, || get(log::readyz)),
    route(Method::GET, "/.well-known/entente/checkpoint", Anyone, Fresh, || get(log::checkpoint)),
    route(Method::GET, "/.well-known/entente/log-key", Anyone, Fresh, || get(log::key)),
    route(Method::GET, "/assets/{file}", Visitor, Forever, || get(assets::stylesheet)),
    route(Method::GET, "/u/{token}", Holder, Private, || get(unsubscribe::show)),
    route(Method::POST, "/u/{token}", Holder, Private, || post(unsubscribe::unsubscribe)),
    route(Method::GET, "/erasure/{code}", Holder, Private, || get(erasure::show)),
    route(Method::GET, "/erasure/{code}/receipt", Holder, Private, || get(erasure::receipt)),
    route(Method::GET, "/api/v1/openapi.json", Visitor, Fresh, || get(document::openapi_json)),
    route(Method::POST, "/api/v1/pages", Token(PagesWrite), Private, || post(pages::connect)),
    route(Method::GET, "/api/v1/pages", Token(PagesRead), Private, || get(pages::list)),
    route(Method::GET, "/api/v1/leads", Token(LeadsRead), Private, || get(leads::list)),
    route(Method::GET, "/api/v1/leads/{id}", Token(LeadsRead), Private, || get(leads::show)),
    route(Method::DELETE, "/api/v1/leads/{id}", Token(LeadsErase), Private, || delete(leads::erase)),
    route(Method::GET, "/api/v1/leads/{id}/proof", Token(LeadsRead), Private, || get(leads::proof)),
    route(Method::GET, "/api/v1/leads/{id}/export", Token(LeadsRead), Private, || get(leads::export)),
    route(Method::POST, "/api/v1/broadcasts", Token(BroadcastsWrite), Private, || post(broadcasts::create)),
    route(Method::GET, "/api/v1/broadcasts", Token(BroadcastsRead), Private, || get(broadcasts::list)),
    route(Method::GET, "/api/v1/broadcasts/{id}", Token(BroadcastsRead), Private, || get(broadcasts::show)),
    route(Method::POST, "/api/v1/broadcasts/{id}/preview", Token(BroadcastsRead), Private, || {
        post(broadcasts::preview)
    }),
    route(Method::POST, "/api/v1/broadcasts/{id}/send", Token(BroadcastsWrite), Private, || {
        post(broadcasts::send)
    }),
    route(Method::POST, "/api/v1/broadcasts/{id}/pause", Token(BroadcastsWrite), Private, || {
        post(broadcasts::pause)
    }),
    route(Method::POST, "/api/v1/broadcasts/{id}/resume", Token(BroadcastsWrite), Private, || {
        post(broadcasts::resume)
    }),
    route(Method::POST, "/api/v1/broadcasts/{id}/cancel", Token(BroadcastsWrite), Private, || {
        post(broadcasts::cancel)
    }),
    route(Method::GET, "/api/v1/broadcasts/{id}/deliveries", Token(BroadcastsRead), Private, || {
        get(broadcasts::deliveries)
    }),
    route(Method::POST, "/api/v1/broadcasts/{id}/schedule", Token(BroadcastsWrite), Private, || {
        post(schedule::schedule)
    }),
    route(Method::POST, "/api/v1/broadcasts/{id}/unschedule", Token(BroadcastsWrite), Private, || {
        post(schedule::unschedule)
    }),
    route(Method::GET, "/api/v1/broadcasts/{id}/again", Token(BroadcastsRead), Private, || {
        get(schedule::look_again)
    }),
    route(Method::POST, "/api/v1/broadcasts/{id}/again", Token(BroadcastsWrite), Private, || {
        post(schedule::send_again)
    }),
    route(Method::GET, "/api/v1/broadcasts/{id}/not-reached", Token(BroadcastsRead), Private, || {
        get(schedule::not_reached)
    }),
    route(Method::POST, "/api/v1/templates", Token(BroadcastsWrite), Private, || post(templates::create)),
    route(Method::GET, "/api/v1/templates", Token(BroadcastsRead), Private, || get(templates::list)),
    route(Method::GET, "/api/v1/templates/{id}", Token(BroadcastsRead), Private, || get(templates::show)),
    route(Method::POST, "/api/v1/templates/{id}/refresh", Token(BroadcastsWrite), Private, || {
        post(templates::refresh)
    }),
    route(Method::DELETE, "/api/v1/templates/{id}", Token(BroadcastsWrite), Private, || {
        delete(templates::remove)
    }),
    route(Method::POST, "/api/v1/tags", Token(BroadcastsWrite), Private, || post(tags::create)),
    route(Method::GET, "/api/v1/tags", Token(BroadcastsRead), Private, || get(tags::list)),
    route(Method::POST, "/api/v1/tags/{id}/leads", Token(BroadcastsWrite), Private, || post(tags::set)),
    route(Method::DELETE, "/api/v1/tags/{id}", Token(BroadcastsWrite), Private, || delete(tags::remove)),
];

/// Builds the router: every route behind its door. The webhook guards itself and has no layer,
/// because it is the one route that has to be fast.
pub fn mount(app: &App) -> Router {
    let mut router = Router::new();
    for route in &ROUTES {
        let mut handler = (route.handler)();
        if route.caller != Meta {
            let door = Door { app: app.clone(), caller: route.caller, keeping: route.keeping };
            handler = handler.layer(from_fn_with_state(door, door::pass));
        }
        router = router.route(route.path, handler);
    }
    let door = Door { app: app.clone(), caller: Visitor, keeping: Private };
    let nowhere = any(crate::nowhere).layer(from_fn_with_state(door, door::pass));
    router.with_state(app.clone()).fallback_service(nowhere)
}
