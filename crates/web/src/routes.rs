//! Every route, and who may call it. The router is built from this table and from nothing else.
//!
//! Invariant 6: a route that is not here does not exist, and a route that is here is guarded as it
//! says, because [`mount`] puts its door in front of it. Tests call each as a stranger, with the
//! wrong scope and as another brand.

use crate::account;
use crate::api::{bot, broadcasts, document, exports, leads, pages, schedule, tags, templates};
use crate::console;
use crate::door::{self, Door};
pub use crate::headers::Keeping;
use crate::pressure::Class;
use crate::{
    App, assets, billing, datamap, erasure, facebook, log, mailbox, my, promises, support, unsubscribe,
    webhook, witness,
};
use axum::Router;
use axum::http::Method;
use axum::middleware::from_fn_with_state;
use axum::routing::{MethodRouter, any, delete, get, post, put};
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
    /// A lead who opened their own page by a link in their thread, while it is open. For others it says how
    /// to get there.
    Lead,
    /// Somebody who helps and came in by a grant's code, while the grant is open. For others it says how to come in.
    Support,
    /// Meta, by its signature over the body or by the verify token.
    Meta,
    /// Whoever signs with the brand's secret for signed calls: a payment provider's glue, a script.
    Billing,
    /// An API token of this brand with this scope.
    Token(TokenScope),
    /// Somebody who has signed in to an account of this brand.
    User,
    /// The same, who has given the password (or a passkey) within the last minutes. Whoever has not is asked
    /// for it first.
    Proved,
    /// Somebody who has signed in, and the account is the brand's admin. For others the route does not exist.
    Admin,
    /// The same, who has given the password (or a passkey) within the last minutes. For others the route does not
    /// exist; an admin who has not is asked for it first.
    AdminProved,
}

impl Caller {
    /// Whether forms of our own pages are sent there: then none from elsewhere may be.
    pub const fn is_for_browsers(self) -> bool {
        matches!(self, Self::Visitor | Self::Lead | Self::Support) || self.is_signed_in()
    }

    /// Whether one has to have signed in.
    pub const fn is_signed_in(self) -> bool {
        matches!(self, Self::User | Self::Proved) || self.is_admins()
    }

    /// Whether one has to be the brand's admin.
    pub const fn is_admins(self) -> bool {
        matches!(self, Self::Admin | Self::AdminProved)
    }

    /// Whether one has to have proved lately who one is.
    pub const fn is_proved(self) -> bool {
        matches!(self, Self::Proved | Self::AdminProved)
    }
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

/// Where somebody decides about new versions of documents.
pub const DECIDE: &str = "/account/decide";
/// Where whoever owes a second factor sets one up.
pub const OWED: &str = "/account/second-factor";
/// What is open to an account's holder whatever else is due: to decide, everything by which one leaves, and the way out.
const RIGHTS: [&str; 12] = [
    DECIDE,
    "/account/leave",
    "/account/accepted/{kind}/{version}",
    "/account/prove",
    "/account/prove/passkey",
    "/account/prove/passkey/begin",
    "/account/language",
    "/account/archive",
    "/account/erase",
    "/account/plan",
    "/account/plan/cancel",
    "/logout",
];
/// How a second factor is set up.
const SETTING_UP: [&str; 5] = [
    OWED,
    "/account/two-factor",
    "/account/two-factor/confirm",
    "/account/passkeys/begin",
    "/account/passkeys",
];

impl Route {
    /// Whether it is open to whoever has not decided about a version that is in force.
    pub fn is_open_to_undecided(&self) -> bool {
        !matches!(self.caller, User | Proved) || RIGHTS.contains(&self.path)
    }

    /// Whether it is open to whoever owes a second factor.
    pub fn is_open_without_factor(&self) -> bool {
        !self.caller.is_signed_in() || RIGHTS.contains(&self.path) || SETTING_UP.contains(&self.path)
    }
}

use Caller::{
    Admin, AdminProved, Anyone, Billing, Holder, Lead, Meta, Proved, Support, Token, User, Visitor,
};
use Keeping::{Console, Forever, Fresh, Portal, Private};

pub static ROUTES: &[Route] = &[
    route(Method::GET, "/webhooks/messenger", Meta, Private, || get(webhook::verify)),
    route(Method::POST, "/webhooks/messenger", Meta, Private, || post(webhook::receive)),
    route(Method::GET, "/healthz", Anyone, Private, || get(log::healthz)),
    route(Method::GET, "/readyz", Anyone, Private, || get(log::readyz)),
    route(Method::GET, "/.well-known/entente/checkpoint", Anyone, Fresh, || get(log::checkpoint)),
    route(Method::GET, "/.well-known/entente/log-key", Anyone, Fresh, || get(log::key)),
    route(Method::GET, "/.well-known/entente/tile/{level}/{*tile}", Anyone, Fresh, || get(log::tile)),
    route(Method::POST, "/witness/add-checkpoint", Anyone, Private, || post(witness::add_checkpoint)),
    route(Method::GET, "/witness/{log}/checkpoint", Anyone, Private, || get(witness::checkpoint)),
    route(Method::GET, "/witness/key", Anyone, Fresh, || get(witness::key)),
    route(Method::GET, "/assets/{file}", Visitor, Forever, || get(assets::show)),
    route(Method::GET, "/u/{token}", Holder, Private, || get(unsubscribe::show)),
    route(Method::POST, "/u/{token}", Holder, Private, || post(unsubscribe::unsubscribe)),
    route(Method::GET, "/my/{token}", Holder, Private, || get(my::look)),
    route(Method::POST, "/my/{token}", Holder, Private, || post(my::enter)),
    route(Method::GET, "/my", Lead, Private, || get(my::show)),
    route(Method::POST, "/my/export", Lead, Private, || post(my::export)),
    route(Method::GET, "/my/proof/{event}", Lead, Private, || get(my::proof)),
    route(Method::POST, "/my/correct", Lead, Private, || post(my::correct)),
    route(Method::POST, "/my/restrict", Lead, Private, || post(my::restrict)),
    route(Method::POST, "/my/stop", Lead, Private, || post(my::stop)),
    route(Method::POST, "/my/answer", Lead, Private, || post(my::end_use)),
    route(Method::GET, "/my/erase", Lead, Private, || get(my::ask_erase)),
    route(Method::POST, "/my/erase", Lead, Private, || post(my::erase)),
    route(Method::POST, "/my/close", Lead, Private, || post(my::close)),
    route(Method::GET, "/support", Visitor, Portal, || get(support::ask)),
    route(Method::POST, "/support", Visitor, Portal, || post(support::enter)),
    route(Method::GET, "/support/desk", Support, Portal, || get(support::desk)),
    route(Method::GET, "/support/secret", Support, Portal, || get(support::secret)),
    route(Method::POST, "/support/token", Support, Portal, || post(support::token)),
    route(Method::POST, "/support/leave", Support, Portal, || post(support::leave)),
    route(Method::GET, "/support/accounts", Support, Portal, || get(support::accounts)),
    route(Method::GET, "/support/accounts/{id}", Support, Portal, || get(support::account)),
    route(Method::POST, "/support/accounts/{id}/show", Support, Portal, || post(support::show_account)),
    route(Method::GET, "/support/accounts/{id}/leads", Support, Portal, || get(support::leads)),
    route(Method::GET, "/support/accounts/{id}/broadcasts", Support, Portal, || get(support::broadcasts)),
    route(Method::GET, "/support/leads/{id}", Support, Portal, || get(support::lead)),
    route(Method::POST, "/support/leads/{id}/show", Support, Portal, || post(support::show_lead)),
    route(Method::GET, "/support/log", Support, Portal, || get(support::log)),
    route(Method::POST, "/facebook/deauthorize", Meta, Private, || post(facebook::deauthorize)),
    route(Method::POST, "/facebook/data-deletion", Meta, Private, || post(facebook::data_deletion)),
    route(Method::GET, "/erasure/{code}", Holder, Private, || get(erasure::show)),
    route(Method::GET, "/erasure/{code}/receipt", Holder, Private, || get(erasure::receipt)),
    route(Method::GET, "/api/v1/openapi.json", Visitor, Fresh, || get(document::openapi_json)),
    route(Method::POST, "/api/v1/pages", Token(PagesWrite), Private, || post(pages::connect)),
    route(Method::GET, "/api/v1/pages", Token(PagesRead), Private, || get(pages::list)),
    route(Method::POST, "/api/v1/pages/{id}/disconnect", Token(PagesWrite), Private, || {
        post(pages::disconnect)
    }),
    route(Method::GET, "/api/v1/pages/{id}/bot", Token(PagesRead), Private, || get(bot::show)),
    route(Method::PUT, "/api/v1/pages/{id}/bot", Token(PagesWrite), Private, || put(bot::set)),
    route(Method::POST, "/api/v1/pages/{id}/bot/publish", Token(PagesWrite), Private, || post(bot::publish)),
    route(Method::POST, "/api/v1/pages/{id}/bot/try", Token(PagesRead), Private, || post(bot::try_out)),
    route(Method::GET, "/api/v1/leads", Token(LeadsRead), Private, || get(leads::list)),
    route(Method::POST, "/api/v1/leads/exports", Token(LeadsRead), Private, || post(exports::take)),
    route(Method::GET, "/api/v1/leads/exports", Token(LeadsRead), Private, || get(exports::taken)),
    route(Method::GET, "/api/v1/leads/{id}", Token(LeadsRead), Private, || get(leads::show)),
    route(Method::DELETE, "/api/v1/leads/{id}", Token(LeadsErase), Private, || delete(leads::erase)),
    route(Method::GET, "/api/v1/leads/{id}/proof", Token(LeadsRead), Private, || get(leads::proof)),
    route(Method::GET, "/api/v1/leads/{id}/export", Token(LeadsRead), Private, || get(leads::export)),
    route(Method::POST, "/api/v1/leads/{id}/export", Token(LeadsRead), Private, || post(leads::take_one)),
    route(Method::POST, "/api/v1/broadcasts", Token(BroadcastsWrite), Private, || post(broadcasts::create)),
    route(Method::GET, "/api/v1/broadcasts", Token(BroadcastsRead), Private, || get(broadcasts::list)),
    route(Method::GET, "/api/v1/broadcasts/{id}", Token(BroadcastsRead), Private, || get(broadcasts::show)),
    route(Method::PUT, "/api/v1/broadcasts/{id}", Token(BroadcastsWrite), Private, || {
        put(broadcasts::revise)
    }),
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
        get(broadcasts::not_reached)
    }),
    route(Method::POST, "/api/v1/broadcasts/{id}/export", Token(BroadcastsRead), Private, || {
        post(exports::take_deliveries)
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
    route(Method::GET, "/", Visitor, Console, || get(account::entry::home)),
    route(Method::GET, "/mailbox", Visitor, Portal, || get(mailbox::show)),
    route(Method::GET, "/login", Visitor, Console, || get(account::entry::show_sign_in)),
    route(Method::POST, "/login", Visitor, Console, || post(account::entry::sign_in)),
    route(Method::GET, "/login/second", Visitor, Console, || get(account::entry::show_second)),
    route(Method::POST, "/login/second", Visitor, Console, || post(account::entry::second)),
    route(Method::POST, "/login/passkey/begin", Visitor, Console, || post(account::passkeys::begin_sign_in)),
    route(Method::POST, "/login/passkey", Visitor, Console, || post(account::passkeys::sign_in)),
    route(Method::POST, "/logout", User, Console, || post(account::entry::sign_out)),
    route(Method::GET, "/register", Visitor, Console, || get(account::register::show_form)),
    route(Method::POST, "/register", Visitor, Console, || post(account::register::register)),
    route(Method::GET, "/terms", Visitor, Console, || get(account::documents::terms)),
    route(Method::GET, "/privacy", Visitor, Console, || get(account::documents::privacy)),
    route(Method::GET, "/breach-policy", Visitor, Console, || get(account::documents::breach_policy)),
    route(Method::GET, "/documents/{kind}/{version}", Visitor, Console, || get(account::versions::show)),
    route(Method::GET, "/documents/{kind}/{version}/hashed", Visitor, Private, || {
        get(account::versions::hashed)
    }),
    route(Method::GET, "/recipients", Visitor, Console, || get(account::recipients::show)),
    route(Method::GET, "/recipients/{number}/hashed", Visitor, Private, || get(account::recipients::hashed)),
    route(Method::GET, "/end", Visitor, Console, || get(account::ending::show)),
    route(Method::GET, "/end/{number}/hashed", Visitor, Private, || get(account::ending::hashed)),
    route(Method::GET, "/end/{number}/off/hashed", Visitor, Private, || get(account::ending::hashed_off)),
    route(Method::GET, "/security", Visitor, Console, || get(account::security::show)),
    route(Method::GET, "/.well-known/security.txt", Visitor, Fresh, || get(account::security::text)),
    route(Method::GET, "/log", Visitor, Console, || get(account::log::show)),
    route(Method::GET, "/promises", Visitor, Console, || get(promises::show)),
    route(Method::GET, "/promises/tests.txt", Visitor, Fresh, || get(promises::tests)),
    route(Method::GET, "/data", Visitor, Console, || get(datamap::show)),
    route(Method::GET, "/data/map.json", Visitor, Fresh, || get(datamap::map)),
    route(Method::GET, "/data/coming/{number}", Visitor, Private, || get(datamap::coming)),
    route(Method::GET, "/data/map.jsonld", Visitor, Fresh, || get(datamap::linked)),
    route(Method::GET, "/admin/data-map", Admin, Console, || get(datamap::admin::show)),
    route(Method::GET, "/admin/data-map/record-as-controller.md", Admin, Console, || {
        get(datamap::admin::as_controller)
    }),
    route(Method::GET, "/admin/data-map/record-as-processor.md", Admin, Console, || {
        get(datamap::admin::as_processor)
    }),
    route(Method::GET, "/admin/retention", Admin, Console, || get(datamap::admin::retention)),
    route(Method::GET, "/setup/{token}", Holder, Portal, || get(account::set_up::show_form)),
    route(Method::POST, "/setup/{token}", Holder, Portal, || post(account::set_up::set_up)),
    route(Method::GET, "/account/forgotten", Visitor, Console, || get(account::links::show_forgotten)),
    route(Method::POST, "/account/forgotten", Visitor, Console, || post(account::links::forgotten)),
    route(Method::GET, "/account/confirm/{token}", Holder, Portal, || get(account::links::show_confirm)),
    route(Method::POST, "/account/confirm/{token}", Holder, Portal, || post(account::links::confirm)),
    route(Method::GET, "/account/address/{token}", Holder, Portal, || get(account::links::show_address)),
    route(Method::POST, "/account/address/{token}", Holder, Portal, || post(account::links::address)),
    route(Method::GET, "/account/not-me/{token}", Holder, Portal, || get(account::links::show_not_me)),
    route(Method::POST, "/account/not-me/{token}", Holder, Portal, || post(account::links::not_me)),
    route(Method::GET, "/account/reset/{token}", Holder, Portal, || get(account::links::show_reset)),
    route(Method::POST, "/account/reset/{token}", Holder, Portal, || post(account::links::reset)),
    route(Method::GET, "/.well-known/change-password", User, Console, || get(account::own::show)),
    route(Method::GET, "/account", User, Console, || get(account::own::show)),
    route(Method::GET, DECIDE, User, Console, || get(account::decide::show)),
    route(Method::POST, DECIDE, User, Console, || post(account::decide::accept)),
    route(Method::GET, "/account/leave", User, Console, || get(account::leave::show)),
    route(Method::GET, "/account/accepted/{kind}/{version}", User, Private, || get(account::decide::proof)),
    route(Method::GET, "/account/prove", User, Console, || get(account::prove::show_form)),
    route(Method::POST, "/account/prove", User, Console, || post(account::prove::prove)),
    route(Method::POST, "/account/prove/passkey/begin", User, Console, || {
        post(account::passkeys::begin_proof)
    }),
    route(Method::POST, "/account/prove/passkey", User, Console, || post(account::passkeys::give_proof)),
    route(Method::POST, "/account/passkeys/begin", Proved, Console, || post(account::passkeys::begin_adding)),
    route(Method::POST, "/account/passkeys", Proved, Console, || post(account::passkeys::add)),
    route(Method::GET, "/account/passkeys/{id}/remove", Proved, Console, || {
        get(account::passkeys::ask_remove)
    }),
    route(Method::POST, "/account/passkeys/{id}/remove", Proved, Console, || post(account::passkeys::remove)),
    route(Method::POST, "/account/profile", User, Console, || post(account::own::profile)),
    route(Method::POST, "/account/language", User, Console, || post(account::own::language)),
    route(Method::POST, "/account/password", User, Console, || post(account::own::password)),
    route(Method::POST, "/account/address", User, Console, || post(account::own::address)),
    route(Method::POST, "/account/sessions/end", User, Console, || post(account::own::end_others)),
    route(Method::POST, "/account/sessions/{id}/end", User, Console, || post(account::own::end_session)),
    route(Method::GET, OWED, User, Console, || get(account::owed::show)),
    route(Method::POST, "/account/two-factor", Proved, Console, || post(account::own::begin_factor)),
    route(Method::POST, "/account/two-factor/confirm", User, Console, || post(account::own::confirm_factor)),
    route(Method::POST, "/account/two-factor/off", User, Console, || post(account::own::remove_factor)),
    route(Method::GET, "/app", User, Console, || get(console::dashboard::show)),
    route(Method::GET, "/app/pages", User, Console, || get(console::pages::list)),
    route(Method::GET, "/app/pages/connect", User, Console, || get(console::pages::connect)),
    route(Method::GET, "/app/pages/connected", User, Console, || get(console::pages::connected)),
    route(Method::POST, "/app/pages/connected", User, Console, || post(console::pages::finish)),
    route(Method::GET, "/app/pages/{id}", User, Console, || get(console::pages::show)),
    route(Method::POST, "/app/pages/{id}/check", User, Console, || post(console::check::check)),
    route(Method::POST, "/app/pages/{id}/subscribe", User, Console, || post(console::check::subscribe)),
    route(Method::GET, "/app/pages/{id}/renew", User, Console, || get(console::check::renew)),
    route(Method::POST, "/app/pages/{id}/pause", User, Console, || post(console::pages::pause)),
    route(Method::POST, "/app/pages/{id}/resume", User, Console, || post(console::pages::resume)),
    route(Method::POST, "/app/pages/{id}/disconnect", User, Console, || post(console::pages::disconnect)),
    route(Method::GET, "/app/pages/{id}/bot", User, Console, || get(console::bot::overview)),
    route(Method::POST, "/app/pages/{id}/bot/switch", User, Console, || post(console::bot::switch)),
    route(Method::POST, "/app/pages/{id}/bot/publish", User, Console, || post(console::bot::publish)),
    route(Method::GET, "/app/pages/{id}/bot/greeting", User, Console, || {
        get(console::bot::show::<console::bot::speech::Greeting>)
    }),
    route(Method::POST, "/app/pages/{id}/bot/greeting", User, Console, || {
        post(console::bot::save::<console::bot::speech::Greeting>)
    }),
    route(Method::GET, "/app/pages/{id}/bot/opening", User, Console, || {
        get(console::bot::show::<console::bot::speech::Opening>)
    }),
    route(Method::POST, "/app/pages/{id}/bot/opening", User, Console, || {
        post(console::bot::save::<console::bot::speech::Opening>)
    }),
    route(Method::GET, "/app/pages/{id}/bot/menu", User, Console, || {
        get(console::bot::show::<console::bot::speech::Menu>)
    }),
    route(Method::POST, "/app/pages/{id}/bot/menu", User, Console, || {
        post(console::bot::save::<console::bot::speech::Menu>)
    }),
    route(Method::GET, "/app/pages/{id}/bot/fallback", User, Console, || {
        get(console::bot::show::<console::bot::speech::Fallback>)
    }),
    route(Method::POST, "/app/pages/{id}/bot/fallback", User, Console, || {
        post(console::bot::save::<console::bot::speech::Fallback>)
    }),
    route(Method::GET, "/app/pages/{id}/bot/rule", User, Console, || {
        get(console::bot::show::<console::bot::rules::RuleForm>)
    }),
    route(Method::POST, "/app/pages/{id}/bot/rule", User, Console, || {
        post(console::bot::save::<console::bot::rules::RuleForm>)
    }),
    route(Method::GET, "/app/pages/{id}/bot/ask", User, Console, || {
        get(console::bot::show::<console::bot::questions::AskForm>)
    }),
    route(Method::POST, "/app/pages/{id}/bot/ask", User, Console, || {
        post(console::bot::save::<console::bot::questions::AskForm>)
    }),
    route(Method::GET, "/app/pages/{id}/bot/rules", User, Console, || get(console::bot::rules::list)),
    route(Method::POST, "/app/pages/{id}/bot/rules", User, Console, || post(console::bot::rules::step)),
    route(Method::GET, "/app/pages/{id}/bot/rule/delete", User, Console, || {
        get(console::bot::rules::ask_delete)
    }),
    route(Method::POST, "/app/pages/{id}/bot/rule/delete", User, Console, || {
        post(console::bot::rules::delete)
    }),
    route(Method::GET, "/app/pages/{id}/bot/asks", User, Console, || get(console::bot::questions::list)),
    route(Method::GET, "/app/pages/{id}/bot/ask/delete", User, Console, || {
        get(console::bot::questions::ask_delete)
    }),
    route(Method::POST, "/app/pages/{id}/bot/ask/delete", User, Console, || {
        post(console::bot::questions::delete)
    }),
    route(Method::GET, "/app/pages/{id}/bot/try", User, Console, || get(console::bot::pane::show)),
    route(Method::POST, "/app/pages/{id}/bot/try", User, Console, || post(console::bot::pane::talk)),
    route(Method::GET, "/app/leads", User, Console, || get(console::leads::list)),
    route(Method::POST, "/app/leads/find", User, Console, || post(console::leads::find)),
    route(Method::POST, "/app/leads/tag", User, Console, || post(console::many::set)),
    route(Method::POST, "/app/leads/tag/undo", User, Console, || post(console::many::undo)),
    route(Method::GET, "/app/leads/exports", User, Console, || get(console::exports::show)),
    route(Method::POST, "/app/leads/exports", Proved, Console, || post(console::exports::take)),
    route(Method::GET, "/app/leads/{id}", User, Console, || get(console::leads::show)),
    route(Method::POST, "/app/leads/{id}/reveal", User, Console, || post(console::leads::reveal)),
    route(Method::POST, "/app/leads/{id}/proof", User, Console, || post(console::leads::proof)),
    route(Method::POST, "/app/leads/{id}/export", Proved, Console, || post(console::leads::export)),
    route(Method::GET, "/app/leads/{id}/erase", Proved, Console, || get(console::leads::ask_erase)),
    route(Method::POST, "/app/leads/{id}/erase", Proved, Console, || post(console::leads::erase)),
    route(Method::GET, "/app/erased/{code}", User, Console, || get(console::leads::erased)),
    route(Method::GET, "/app/leads/{id}/withdraw", User, Console, || get(console::told::ask)),
    route(Method::POST, "/app/leads/{id}/withdraw", User, Console, || post(console::told::end)),
    route(Method::GET, "/app/broadcasts", User, Console, || get(console::broadcasts::list)),
    route(Method::POST, "/app/broadcasts", User, Console, || post(console::compose::create)),
    route(Method::GET, "/app/broadcasts/new", User, Console, || get(console::compose::show)),
    route(Method::POST, "/app/broadcasts/sketch", User, Console, || post(console::compose::sketch)),
    route(Method::GET, "/app/broadcasts/{id}", User, Console, || get(console::broadcasts::show)),
    route(Method::GET, "/app/broadcasts/{id}/edit", User, Console, || get(console::compose::edit)),
    route(Method::POST, "/app/broadcasts/{id}/edit", User, Console, || post(console::compose::revise)),
    route(Method::GET, "/app/broadcasts/{id}/progress", User, Console, || get(console::broadcasts::progress)),
    route(Method::GET, "/app/broadcasts/{id}/send", User, Console, || get(console::broadcasts::ask_send)),
    route(Method::POST, "/app/broadcasts/{id}/send", User, Console, || post(console::broadcasts::send)),
    route(Method::POST, "/app/broadcasts/{id}/pause", User, Console, || post(console::broadcasts::pause)),
    route(Method::GET, "/app/broadcasts/{id}/schedule", User, Console, || get(console::timed::show)),
    route(Method::POST, "/app/broadcasts/{id}/schedule", User, Console, || post(console::timed::schedule)),
    route(Method::GET, "/app/broadcasts/{id}/again", User, Console, || get(console::again::ask)),
    route(Method::POST, "/app/broadcasts/{id}/again", User, Console, || post(console::again::send)),
    route(Method::POST, "/app/broadcasts/{id}/unschedule", User, Console, || {
        post(console::broadcasts::unschedule)
    }),
    route(Method::POST, "/app/broadcasts/{id}/resume", User, Console, || post(console::broadcasts::resume)),
    route(Method::GET, "/app/broadcasts/{id}/cancel", User, Console, || get(console::broadcasts::ask_cancel)),
    route(Method::POST, "/app/broadcasts/{id}/cancel", User, Console, || post(console::broadcasts::cancel)),
    route(Method::GET, "/app/broadcasts/{id}/deliveries", User, Console, || get(console::deliveries::list)),
    route(Method::GET, "/app/broadcasts/{id}/export", Proved, Console, || {
        get(console::deliveries_export::ask)
    }),
    route(Method::POST, "/app/broadcasts/{id}/export", Proved, Console, || {
        post(console::deliveries_export::take)
    }),
    route(Method::POST, "/app/leads/{id}/tag", User, Console, || post(console::tags::put)),
    route(Method::POST, "/app/leads/{id}/untag", User, Console, || post(console::tags::take)),
    route(Method::GET, "/app/tags", User, Console, || get(console::tags::list)),
    route(Method::POST, "/app/tags", User, Console, || post(console::tags::create)),
    route(Method::GET, "/app/tags/{id}/delete", User, Console, || get(console::tags::ask_delete)),
    route(Method::POST, "/app/tags/{id}/delete", User, Console, || post(console::tags::delete)),
    route(Method::GET, "/app/templates", User, Console, || get(console::templates::list)),
    route(Method::POST, "/app/templates", User, Console, || post(console::templates::create)),
    route(Method::GET, "/app/templates/new", User, Console, || get(console::templates::write)),
    route(Method::POST, "/app/templates/{id}/refresh", User, Console, || post(console::templates::refresh)),
    route(Method::GET, "/app/templates/{id}/delete", User, Console, || get(console::templates::ask_delete)),
    route(Method::POST, "/app/templates/{id}/delete", User, Console, || post(console::templates::delete)),
    route(Method::GET, "/app/tokens", User, Console, || get(console::tokens::list)),
    route(Method::GET, "/admin/brand", Admin, Console, || get(console::brand::show)),
    route(Method::POST, "/admin/brand/name", Admin, Console, || post(console::brand::set_name)),
    route(Method::POST, "/admin/brand/logo", Admin, Console, || post(console::brand::set_logo)),
    route(Method::POST, "/admin/brand/colours", Admin, Console, || post(console::brand::set_colours)),
    route(Method::POST, "/admin/brand/pair", Admin, Console, || post(console::brand::try_colours)),
    route(Method::POST, "/admin/brand/languages", Admin, Console, || post(console::brand::set_languages)),
    route(Method::POST, "/admin/brand/controller", AdminProved, Console, || {
        post(console::brand::set_controller)
    }),
    route(Method::GET, "/admin/brand/texts/{language}", Admin, Console, || get(console::brand::show_texts)),
    route(Method::POST, "/admin/brand/texts/{language}", Admin, Console, || post(console::brand::set_texts)),
    route(Method::GET, "/admin/brand/back/{part}", Admin, Console, || get(console::brand::ask_back)),
    route(Method::POST, "/admin/brand/back/{part}", Admin, Console, || post(console::brand::give_back)),
    route(Method::GET, "/admin/brand/end", AdminProved, Console, || get(console::brand_end::show)),
    route(Method::POST, "/admin/brand/end", AdminProved, Console, || post(console::brand_end::announce)),
    route(Method::GET, "/admin/brand/end/off", AdminProved, Console, || get(console::brand_end::ask_off)),
    route(Method::POST, "/admin/brand/end/off", AdminProved, Console, || post(console::brand_end::call_off)),
    route(Method::GET, "/admin/brand/erase", AdminProved, Console, || get(console::erase_brand::ask)),
    route(Method::POST, "/admin/brand/erase", AdminProved, Console, || post(console::erase_brand::erase)),
    route(Method::GET, "/admin/documents", Admin, Console, || get(console::documents::show)),
    route(Method::POST, "/admin/documents", AdminProved, Console, || post(console::documents::publish)),
    route(Method::GET, "/admin/documents/{kind}", Admin, Console, || get(console::versions::write)),
    route(Method::POST, "/admin/documents/{kind}", Admin, Console, || post(console::versions::publish)),
    route(Method::GET, "/admin/recipients", Admin, Console, || get(console::recipients::list)),
    route(Method::GET, "/admin/recipients/new", AdminProved, Console, || get(console::recipients::write)),
    route(Method::POST, "/admin/recipients/new", AdminProved, Console, || {
        post(console::recipients::announce)
    }),
    route(Method::GET, "/admin/recipients/{number}/end", AdminProved, Console, || {
        get(console::recipients::ask_end)
    }),
    route(Method::POST, "/admin/recipients/{number}/end", AdminProved, Console, || {
        post(console::recipients::end)
    }),
    route(Method::POST, "/app/tokens", Proved, Console, || post(console::tokens::create)),
    route(Method::GET, "/app/tokens/{id}/revoke", Proved, Console, || get(console::tokens::ask_revoke)),
    route(Method::POST, "/app/tokens/{id}/revoke", Proved, Console, || post(console::tokens::revoke)),
    route(Method::POST, "/billing/webhook", Billing, Private, || post(billing::receive)),
    route(Method::GET, "/account/archive", Proved, Console, || get(console::archive::show)),
    route(Method::POST, "/account/archive", Proved, Console, || post(console::archive::take)),
    route(Method::GET, "/account/import", Proved, Console, || get(console::import::show)),
    route(Method::POST, "/account/import", Proved, Console, || post(console::import::look)),
    route(Method::GET, "/account/import/progress", User, Console, || get(console::import::progress)),
    route(Method::POST, "/account/import/start", Proved, Console, || post(console::import::start)),
    route(Method::POST, "/account/import/drop", Proved, Console, || post(console::import::forget)),
    route(Method::GET, "/account/plan", User, Console, || get(console::own_plan::show)),
    route(Method::GET, "/account/erase", Proved, Console, || get(account::erase::show)),
    route(Method::POST, "/account/erase", Proved, Console, || post(account::erase::erase)),
    route(Method::GET, "/admin/accounts/{id}/erase", AdminProved, Console, || get(account::erase::ask_other)),
    route(Method::POST, "/admin/accounts/{id}/erase", AdminProved, Console, || {
        post(account::erase::erase_other)
    }),
    route(Method::GET, "/admin/erased/{code}", Admin, Console, || get(account::erase::other_erased)),
    route(Method::GET, "/account/plan/cancel", User, Console, || get(console::own_plan::ask_cancel)),
    route(Method::POST, "/account/plan/cancel", User, Console, || post(console::own_plan::cancel)),
    route(Method::POST, "/account/plan/resume", User, Console, || post(console::own_plan::resume)),
    route(Method::GET, "/admin/plans", Admin, Console, || get(console::admin_plans::list)),
    route(Method::POST, "/admin/plans", Admin, Console, || post(console::admin_plans::create)),
    route(Method::GET, "/admin/plans/{id}", Admin, Console, || get(console::admin_plans::show)),
    route(Method::POST, "/admin/plans/{id}", Admin, Console, || post(console::admin_plans::change)),
    route(Method::POST, "/admin/plans/{id}/start", Admin, Console, || post(console::admin_plans::make_start)),
    route(Method::POST, "/admin/plans/{id}/retire", Admin, Console, || post(console::admin_plans::retire)),
    route(Method::POST, "/admin/plans/{id}/offer", Admin, Console, || post(console::admin_plans::offer)),
    route(Method::GET, "/admin/plans/{id}/delete", Admin, Console, || get(console::admin_plans::ask_delete)),
    route(Method::POST, "/admin/plans/{id}/delete", Admin, Console, || post(console::admin_plans::delete)),
    route(Method::GET, "/admin/accounts", Admin, Console, || get(console::admin_accounts::list)),
    route(Method::POST, "/admin/accounts/find", AdminProved, Console, || post(console::admin_accounts::find)),
    route(Method::GET, "/admin/accounts/{id}", Admin, Console, || get(console::admin_accounts::show)),
    route(Method::POST, "/admin/accounts/{id}", AdminProved, Console, || {
        post(console::admin_accounts::change)
    }),
    route(Method::POST, "/admin/accounts/{id}/reveal", AdminProved, Console, || {
        post(console::admin_accounts::reveal)
    }),
    route(Method::POST, "/admin/accounts/{id}/sessions/end", AdminProved, Console, || {
        post(console::admin_accounts::end_sessions)
    }),
    route(Method::POST, "/admin/accounts/{id}/look", AdminProved, Console, || post(console::oversight::look)),
    route(Method::GET, "/admin/leads/{id}", Admin, Console, || get(console::oversight::ask_lead)),
    route(Method::POST, "/admin/leads/{id}/show", AdminProved, Console, || {
        post(console::oversight::show_lead)
    }),
    route(Method::GET, "/admin/broadcasts/{id}", Admin, Console, || get(console::oversight::ask_broadcast)),
    route(Method::POST, "/admin/broadcasts/{id}/show", AdminProved, Console, || {
        post(console::oversight::show_broadcast)
    }),
    route(Method::GET, "/admin/requests", Admin, Console, || get(console::admin_requests::list)),
    route(Method::POST, "/admin/requests", Admin, Console, || post(console::admin_requests::note)),
    route(Method::GET, "/admin/requests/{id}", Admin, Console, || get(console::admin_requests::show)),
    route(Method::POST, "/admin/requests/{id}/extend", Admin, Console, || {
        post(console::admin_requests::extend)
    }),
    route(Method::POST, "/admin/requests/{id}/close", Admin, Console, || {
        post(console::admin_requests::close)
    }),
    route(Method::GET, "/admin/breaches", Admin, Console, || get(console::breaches::list)),
    route(Method::POST, "/admin/breaches", Admin, Console, || post(console::breaches::note)),
    route(Method::GET, "/admin/breaches/{id}", Admin, Console, || get(console::breaches::show)),
    route(Method::POST, "/admin/breaches/{id}/aware", Admin, Console, || post(console::breaches::aware)),
    route(Method::POST, "/admin/breaches/{id}/facts", Admin, Console, || post(console::breaches::facts)),
    route(Method::GET, "/admin/breaches/{id}/search", Admin, Console, || get(console::breach_search::ask)),
    route(Method::POST, "/admin/breaches/{id}/search", Admin, Console, || {
        post(console::breach_search::search)
    }),
    route(Method::GET, "/admin/breaches/{id}/affected", Admin, Console, || {
        get(console::breach_affected::list)
    }),
    route(Method::POST, "/admin/breaches/{id}/authority", Admin, Console, || {
        post(console::breaches::authority)
    }),
    route(Method::GET, "/admin/breaches/{id}/authority.md", Admin, Console, || {
        get(console::breaches::authority_draft)
    }),
    route(Method::GET, "/admin/breaches/{id}/mail", Admin, Console, || get(console::breach_mail::show)),
    route(Method::POST, "/admin/breaches/{id}/mail/draft", Admin, Console, || {
        post(console::breach_mail::write)
    }),
    route(Method::POST, "/admin/breaches/{id}/mail", AdminProved, Console, || {
        post(console::breach_mail::send)
    }),
    route(Method::POST, "/admin/breaches/{id}/leave", Admin, Console, || post(console::breaches::leave)),
    route(Method::GET, "/admin/breaches/{id}/people", Admin, Console, || get(console::breach_people::show)),
    route(Method::POST, "/admin/breaches/{id}/people/draft", Admin, Console, || {
        post(console::breach_people::write)
    }),
    route(Method::POST, "/admin/breaches/{id}/people", AdminProved, Console, || {
        post(console::breach_people::send)
    }),
    route(Method::POST, "/admin/breaches/{id}/close", Admin, Console, || post(console::breaches::close)),
    route(Method::GET, "/admin/breaches/entries/{version}/proof", Admin, Console, || {
        get(console::breaches::entry_proof)
    }),
    route(Method::GET, "/admin/support", Admin, Console, || get(console::support::list)),
    route(Method::POST, "/admin/support", AdminProved, Console, || post(console::support::grant)),
    route(Method::GET, "/admin/support/{id}", Admin, Console, || get(console::support::show)),
    route(Method::POST, "/admin/support/{id}/code", AdminProved, Console, || post(console::support::renew)),
    route(Method::GET, "/admin/support/{id}/end", Admin, Console, || get(console::support::ask_end)),
    route(Method::POST, "/admin/support/{id}/end", Admin, Console, || post(console::support::end)),
    route(Method::GET, "/admin/support/{id}/summary", Admin, Console, || get(console::support::summary)),
    route(Method::GET, "/admin/audit", Admin, Console, || get(console::audit::list)),
    route(Method::POST, "/admin/audit/export", AdminProved, Console, || post(console::audit::export)),
    route(Method::GET, "/admin/audit/{id}/proof", Admin, Private, || get(console::audit::proof)),
    route(Method::GET, "/admin/log", Admin, Console, || get(console::program_log::show)),
    route(Method::GET, "/admin/billing", Admin, Console, || get(console::admin_billing::show)),
    route(Method::GET, "/admin/billing/secret", Admin, Console, || get(console::admin_billing::ask_renew)),
    route(Method::POST, "/admin/billing/secret", AdminProved, Console, || post(console::admin_billing::make)),
    route(Method::GET, "/admin/billing/end", Admin, Console, || get(console::admin_billing::ask_end)),
    route(Method::POST, "/admin/billing/end", AdminProved, Console, || post(console::admin_billing::end)),
];

/// Builds the router: every route behind its door. The webhook guards itself and has no layer,
/// because it is the one route that has to be fast.
pub fn mount(app: &App) -> Router {
    let mut router = Router::new();
    for route in ROUTES {
        let mut handler = (route.handler)();
        if route.caller != Meta {
            let (caller, keeping, class) = (route.caller, route.keeping, Class::of(route));
            let (is_open, is_open_bare) = (route.is_open_to_undecided(), route.is_open_without_factor());
            let name = format!("{} {}", route.method, route.path).into();
            let door = Door { app: app.clone(), caller, keeping, is_open, is_open_bare, class, route: name };
            handler = handler.layer(from_fn_with_state(door, door::pass));
        }
        router = router.route(route.path, handler);
    }
    let (own, class) = (app.clone(), Class::Console);
    let door = Door {
        app: own,
        caller: Visitor,
        keeping: Private,
        is_open: false,
        is_open_bare: true,
        class,
        route: "".into(),
    };
    let nowhere = any(crate::nowhere).layer(from_fn_with_state(door, door::pass));
    router.with_state(app.clone()).fallback_service(nowhere)
}
