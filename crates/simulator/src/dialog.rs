//! The login dialog: a person lets an app act for their pages, or refuses.
//!
//! Invariant: whoever decides — the form, or the settings in their place — the bot gets a redirect to
//! the address it named with its own state: a code, or a refusal.

use crate::config::Login;
use crate::graph::params::{Params, pairs};
use crate::html::{self, escape};
use crate::id::{AppId, PageId, UserId};
use crate::inner::Inner;
use crate::state::World;
use crate::token::{Code, SCOPES};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use std::collections::BTreeSet;

/// What the bot asked for.
struct Asked {
    app: AppId,
    redirect_uri: String,
    state: Option<String>,
    scopes: BTreeSet<String>,
}

/// `GET` shows the dialog (or decides at once), `POST` takes the decision.
pub fn serve(inner: &Inner, method: &Method, query: &str, body: &[u8]) -> Response {
    let mut params = Params::default();
    params.add_form(query);
    let form = std::str::from_utf8(body).unwrap_or_default();
    let now = inner.now().div_euclid(1_000_000);
    let mut world = inner.world();
    world.record.request(&format!("{method} /dialog/oauth"));
    let asked = match read(&world, &params) {
        Ok(asked) => asked,
        Err(why) => {
            let body = format!("<p>{}</p>", escape(&why));
            return html::page(StatusCode::BAD_REQUEST, "This login link is not right", &body);
        }
    };
    let first = world.user_order.first().copied();
    let everything = |world: &World, user: UserId| {
        world.pages.values().filter(|p| p.admins.contains_key(&user)).map(|p| p.id).collect::<BTreeSet<_>>()
    };
    if *method == Method::POST {
        let mut user = first;
        let mut pages = BTreeSet::new();
        let mut allow = false;
        for (name, value) in pairs(form) {
            match name.as_str() {
                "user" => user = value.parse().ok(),
                "page" => pages.extend(value.parse::<PageId>()),
                "decision" => allow = value == "allow",
                _ => {}
            }
        }
        return match user.filter(|user| allow && world.users.contains_key(user)) {
            Some(user) => allowed(&mut world, asked, user, pages, now),
            None => denied(&asked),
        };
    }
    match (world.settings.login, first) {
        (Login::Auto, Some(user)) => {
            let pages = everything(&world, user);
            allowed(&mut world, asked, user, pages, now)
        }
        (Login::Deny, _) => denied(&asked),
        _ => form_page(&world, &asked, query),
    }
}

fn read(world: &World, params: &Params) -> Result<Asked, String> {
    let app = params.text("client_id").and_then(|id| id.parse().ok());
    let app = app.and_then(|id: AppId| world.apps.get(&id)).ok_or("There is no app of this client_id.")?;
    let redirect_uri = params.text("redirect_uri").ok_or("The redirect_uri is missing.")?;
    if reqwest::Url::parse(&redirect_uri).is_err() {
        return Err("The redirect_uri is not a complete address.".to_owned());
    }
    if !app.redirect_urls.is_empty() && !app.redirect_urls.contains(&redirect_uri) {
        return Err("The redirect_uri is not one of the app's.".to_owned());
    }
    if params.text("response_type").is_some_and(|kind| kind != "code") {
        return Err("Only response_type=code is understood.".to_owned());
    }
    let asked = params.list("scope");
    let scopes = match (asked, params.has("config_id")) {
        // A configuration of Login for Business names its permissions elsewhere: take all.
        (None, true) => SCOPES.iter().map(|scope| (*scope).to_owned()).collect(),
        (scopes, _) => {
            let mut scopes: BTreeSet<String> = scopes.unwrap_or_default().into_iter().collect();
            if let Some(unknown) = scopes.iter().find(|scope| !SCOPES.contains(&scope.as_str())) {
                return Err(format!("Invalid scope: {unknown}."));
            }
            scopes.insert("public_profile".to_owned());
            scopes
        }
    };
    Ok(Asked { app: app.id, redirect_uri, state: params.text("state"), scopes })
}

fn allowed(world: &mut World, asked: Asked, user: UserId, pages: BTreeSet<PageId>, now: i64) -> Response {
    world.said_yes = Some(user);
    let code = format!("AQ{}", world.random.letters(80));
    let redirect = redirect(&asked, &[("code", code.as_str())]);
    world.codes.insert(
        code,
        Code {
            app: asked.app,
            user,
            scopes: asked.scopes,
            pages,
            redirect_uri: asked.redirect_uri,
            made_at: now,
            used: false,
        },
    );
    redirect
}

fn denied(asked: &Asked) -> Response {
    redirect(
        asked,
        &[
            ("error", "access_denied"),
            ("error_reason", "user_denied"),
            ("error_description", "Permissions error"),
        ],
    )
}

fn redirect(asked: &Asked, with: &[(&str, &str)]) -> Response {
    let Ok(mut url) = reqwest::Url::parse(&asked.redirect_uri) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    url.query_pairs_mut().extend_pairs(with);
    if let Some(state) = &asked.state {
        url.query_pairs_mut().append_pair("state", state);
    }
    match HeaderValue::from_str(url.as_str()) {
        Ok(target) => (StatusCode::FOUND, [(header::LOCATION, target)]).into_response(),
        Err(_) => StatusCode::BAD_REQUEST.into_response(),
    }
}

/// Who most likely sits there: whoever said yes last, else the first who manages a page.
fn usual(world: &World) -> Option<UserId> {
    let manages = |user: &UserId| world.pages.values().any(|page| page.admins.contains_key(user));
    let first = || world.user_order.iter().copied().find(manages);
    world.said_yes.or_else(first).or_else(|| world.user_order.first().copied())
}

fn form_page(world: &World, asked: &Asked, query: &str) -> Response {
    let name = world.apps.get(&asked.app).map(|app| app.name.as_str()).unwrap_or_default();
    let chosen = usual(world);
    let people: String = world
        .user_order
        .iter()
        .filter_map(|user| world.users.get(user))
        .map(|user| {
            let mut pages = String::new();
            for page in world.pages.values().filter(|page| page.admins.contains_key(&user.id)) {
                pages.push_str(&format!(
                    "<label><input type=\"checkbox\" name=\"page\" value=\"{}\" checked> {}</label><br>",
                    page.id,
                    escape(&page.name)
                ));
            }
            if pages.is_empty() {
                pages.push_str("<small>manages no page</small>");
            }
            let is_chosen = if chosen == Some(user.id) { " checked" } else { "" };
            format!(
                "<fieldset><legend><label><input type=\"radio\" name=\"user\" value=\"{}\"{is_chosen}> {}</label></legend>{pages}</fieldset>",
                user.id,
                escape(&user.name)
            )
        })
        .collect();
    let scopes: String =
        asked.scopes.iter().map(|scope| format!("<li><code>{}</code></li>", escape(scope))).collect();
    let body = format!(
        "<p>{} asks for:</p><ul>{scopes}</ul><form method=\"post\" action=\"?{}\">\
<p>Log in as whom? Each person can let the app act for the pages that they manage; those of others stay out.</p>{people}\
<p><button name=\"decision\" value=\"allow\">Allow</button> <button name=\"decision\" value=\"deny\">Do not allow</button></p></form>\
<p><small>This is the local Messenger platform. Nothing here reaches Facebook.</small></p>",
        escape(name),
        escape(query)
    );
    html::page(StatusCode::OK, "Log in", &body)
}
