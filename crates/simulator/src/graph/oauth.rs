//! Tokens from codes, longer tokens from tokens, and what a token is.
//!
//! Invariant: a code is good once, for ten minutes, for the app and the exact redirect address it was
//! made for; an expired token is never made longer.

use super::Context;
use super::answer::GraphError;
use super::params::Params;
use crate::id::AppId;
use crate::json::Json;
use crate::state::{App, World};
use crate::token::{Bearer, CODE_SECONDS, LONG_SECONDS, SHORT_SECONDS, Token};
use serde_json::{Value, json};
use std::sync::Arc;

/// `/oauth/access_token` for its three uses.
pub fn access_token(world: &mut World, now: i64, params: &Params) -> Result<Value, GraphError> {
    let now = now.div_euclid(1_000_000);
    let app = own_app(world, params)?;
    let (id, secret) = (app.id, app.secret_text.clone());
    match params.text("grant_type").as_deref() {
        Some("client_credentials") => {
            Ok(json!({ "access_token": format!("{id}|{secret}"), "token_type": "bearer" }))
        }
        Some("fb_exchange_token") => {
            let text = params.text("fb_exchange_token");
            let old = world.token(text.as_deref(), now)?;
            if old.app != id || !matches!(old.bearer, Bearer::User(_)) {
                return Err(GraphError::parameter("Only a user token of this app can be exchanged"));
            }
            let token = world.issue(Token { issued_at: now, expires_at: Some(now + LONG_SECONDS), ..old });
            Ok(json!({ "access_token": token, "token_type": "bearer", "expires_in": LONG_SECONDS }))
        }
        None | Some("authorization_code") => from_code(world, id, now, params),
        Some(_) => Err(GraphError::parameter("Param grant_type is not supported")),
    }
}

fn own_app<'a>(world: &'a World, params: &Params) -> Result<&'a App, GraphError> {
    let id = params.text("client_id").and_then(|id| id.parse::<AppId>().ok());
    let app = id.and_then(|id| world.apps.get(&id)).ok_or_else(|| {
        GraphError::new(
            101,
            None,
            "Error validating application. Cannot get application info due to a system error.",
        )
    })?;
    if params.text("client_secret").as_deref() != Some(app.secret_text.as_str()) {
        return Err(GraphError::new(1, None, "Error validating client secret.").with_status(400));
    }
    Ok(app)
}

fn from_code(world: &mut World, app: AppId, now: i64, params: &Params) -> Result<Value, GraphError> {
    let refuse = |subcode, message| Err(GraphError::new(100, Some(subcode), message));
    let text = params.text("code").unwrap_or_default();
    let Some(code) = world.codes.get_mut(&text).filter(|code| code.app == app) else {
        return refuse(36_009, "Invalid verification code format.");
    };
    if code.used {
        return refuse(36_009, "This authorization code has been used.");
    }
    if now - code.made_at > CODE_SECONDS {
        return refuse(36_007, "This authorization code has expired.");
    }
    if params.text("redirect_uri").as_deref() != Some(code.redirect_uri.as_str()) {
        return refuse(
            36_008,
            "Error validating verification code. Please make sure your redirect_uri is identical to the one you used in the OAuth dialog request",
        );
    }
    code.used = true;
    let token = Token {
        app,
        bearer: Bearer::User(code.user),
        scopes: Arc::new(code.scopes.clone()),
        pages: Arc::new(code.pages.clone()),
        issued_at: now,
        expires_at: Some(now + SHORT_SECONDS),
        dead: None,
    };
    let text = world.issue(token);
    Ok(json!({ "access_token": text, "token_type": "bearer", "expires_in": SHORT_SECONDS }))
}

/// `GET /debug_token`.
pub fn debug_token(world: &World, context: &Context<'_>) -> Result<Value, GraphError> {
    let text = context
        .params
        .text("input_token")
        .ok_or_else(|| GraphError::parameter("The parameter input_token is required"))?;
    let now = context.secs();
    let state = world.token(Some(&text), now);
    let Some(token) = world.tokens.get(&text).cloned().or_else(|| state.clone().ok()) else {
        let error = json!({ "code": 190, "message": "Invalid OAuth access token." });
        return Ok(json!({ "data": { "error": error, "is_valid": false, "scopes": [] } }));
    };
    let (kind, user, profile) = match token.bearer {
        Bearer::App => ("APP", None, None),
        Bearer::User(user) => ("USER", Some(user), None),
        Bearer::Page(page, user) => ("PAGE", Some(user), Some(page)),
    };
    let asks_for_own = context.token.bearer == Bearer::App
        || matches!((context.token.bearer, user), (Bearer::User(a) | Bearer::Page(_, a), Some(b)) if a == b);
    if context.token.app != token.app || !asks_for_own {
        return Err(GraphError::parameter(
            "You must provide an app access token, or a user access token that is an owner or developer of the app",
        ));
    }
    let targets: Vec<String> = token.pages.iter().map(ToString::to_string).collect();
    let granular: Vec<Value> = token
        .scopes
        .iter()
        .map(|scope| {
            if scope.starts_with("pages_") {
                json!({ "scope": scope, "target_ids": targets })
            } else {
                json!({ "scope": scope })
            }
        })
        .collect();
    let mut data = json!({
        "app_id": token.app.to_string(), "type": kind,
        "application": world.apps.get(&token.app).map(|app| app.name.clone()),
        "is_valid": state.is_ok(), "issued_at": token.issued_at, "expires_at": token.expires_at.unwrap_or(0),
        "data_access_expires_at": token.issued_at + 90 * 24 * 3_600,
        "scopes": *token.scopes, "granular_scopes": granular,
    });
    if let Some(user) = user {
        data.put("user_id", json!(user.to_string()));
    }
    if let Some(profile) = profile {
        data.put("profile_id", json!(profile.to_string()));
    }
    if let Err(error) = state {
        data.put("error", json!({ "code": error.code, "message": error.message, "subcode": error.subcode }));
    }
    Ok(json!({ "data": data }))
}
