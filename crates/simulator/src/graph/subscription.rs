//! Which app listens to which page, for which events, and where its webhooks go.
//!
//! Invariant: a callback address is taken over only after it answered the verification GET with the
//! challenge; a field that nobody publishes is refused.

use super::answer::GraphError;
use super::{Context, Verb};
use crate::id::AppId;
use crate::inner::Inner;
use crate::page::{FIELDS, Subscription};
use crate::state::World;
use crate::token::Bearer;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::Arc;

/// `/{PAGE_ID}/subscribed_apps`.
pub fn subscribed_apps(world: &mut World, context: &Context<'_>, page: &str) -> Result<Value, GraphError> {
    context.need("pages_manage_metadata")?;
    let page = context.page(world, page)?;
    let Bearer::Page(_, user) = context.token.bearer else {
        return Err(GraphError::missing(&page.to_string()));
    };
    let page = world.pages.get_mut(&page).ok_or_else(|| GraphError::missing(&page.to_string()))?;
    if !page.admins.get(&user).is_some_and(|tasks| tasks.contains("MODERATE")) {
        return Err(GraphError::new(200, None, "(#200) The user needs the MODERATE task on this Page"));
    }
    let app = context.token.app;
    match context.verb {
        Verb::Post => {
            let fields = context
                .params
                .list("subscribed_fields")
                .filter(|fields| !fields.is_empty())
                .ok_or_else(|| GraphError::parameter("The parameter subscribed_fields is required"))?;
            let fields = known_fields(fields)?;
            page.subscriptions.insert(app, Subscription { fields, ..Subscription::default() });
            Ok(json!({ "success": true }))
        }
        Verb::Delete => {
            page.subscriptions.remove(&app);
            Ok(json!({ "success": true }))
        }
        Verb::Get => {
            let subscriptions = page.subscriptions.clone();
            let data: Vec<Value> = subscriptions
                .iter()
                .filter_map(|(id, subscription)| {
                    let app = world.apps.get(id)?;
                    Some(json!({
                        "category": "Business", "link": format!("https://www.facebook.com/games/?app_id={id}"),
                        "name": app.name, "id": id.to_string(), "subscribed_fields": subscription.fields,
                    }))
                })
                .collect();
            Ok(json!({ "data": data }))
        }
    }
}

/// Only fields the platform publishes.
pub fn known_fields(fields: Vec<String>) -> Result<BTreeSet<String>, GraphError> {
    if let Some(unknown) = fields.iter().find(|field| !FIELDS.contains(&field.as_str())) {
        return Err(GraphError::parameter(&format!(
            "Param subscribed_fields must be one of {{{}}} - got \"{unknown}\"",
            FIELDS.join(", ")
        )));
    }
    Ok(fields.into_iter().collect())
}

/// `GET` and `DELETE /{APP_ID}/subscriptions`.
pub fn of_app(world: &mut World, context: &Context<'_>, app: &str) -> Result<Value, GraphError> {
    let app = own_app(context, app)?;
    let fields = world.callback_fields.get(&app).cloned().unwrap_or_default();
    let app = world.apps.get_mut(&app).ok_or_else(|| GraphError::missing("subscriptions"))?;
    if context.verb == Verb::Delete {
        app.callback_url = None;
        return Ok(json!({ "success": true }));
    }
    let fields: Vec<Value> = fields.iter().map(|name| json!({ "name": name, "version": "v25.0" })).collect();
    let data = app.callback_url.as_ref().map(
        |url| json!({ "object": "page", "callback_url": url.as_ref(), "active": true, "fields": fields }),
    );
    Ok(json!({ "data": data.map_or_else(Vec::new, |entry| vec![entry]) }))
}

fn own_app(context: &Context<'_>, app: &str) -> Result<AppId, GraphError> {
    match context.token.bearer {
        Bearer::App if app.parse() == Ok(context.token.app) => Ok(context.token.app),
        _ => Err(GraphError::new(
            15,
            None,
            "(#15) This method must be called with an app access_token of this app.",
        )),
    }
}

/// `POST /{APP_ID}/subscriptions`: the verification GET happens while the caller waits.
pub async fn subscribe_app(inner: &Inner, context: Context<'_>, app: &str) -> Result<Value, GraphError> {
    let app = own_app(&context, app)?;
    if context.params.text("object").as_deref() != Some("page") {
        return Err(GraphError::parameter("Param object must be page"));
    }
    let need = |name: &str| {
        context
            .params
            .text(name)
            .ok_or_else(|| GraphError::parameter(&format!("The parameter {name} is required")))
    };
    let (url, verify_token) = (need("callback_url")?, need("verify_token")?);
    let fields = known_fields(context.params.list("fields").unwrap_or_default())?;
    verify(inner, app, &url, &verify_token).await.map_err(|why| {
        GraphError::new(2200, None, &format!("(#2200) The callback URL couldn't be validated. {why}"))
    })?;
    inner.world().callback_fields.insert(app, fields);
    Ok(json!({ "success": true }))
}

/// Asks the callback to echo a challenge; when it does, webhooks go there from now on.
pub async fn verify(inner: &Inner, app: AppId, url: &str, verify_token: &str) -> Result<(), String> {
    let challenge = inner.world().random.digits(10).to_string();
    let mut asked = reqwest::Url::parse(url).map_err(|_| "It is not a URL.".to_owned())?;
    asked
        .query_pairs_mut()
        .append_pair("hub.mode", "subscribe")
        .append_pair("hub.verify_token", verify_token)
        .append_pair("hub.challenge", &challenge);
    let answer = inner.client.get(asked).send().await.map_err(|_| "It did not answer.".to_owned())?;
    let status = answer.status();
    let body = answer.text().await.unwrap_or_default();
    if status.as_u16() != 200 {
        return Err(format!("It answered {status} instead of 200; does the verify token match?"));
    }
    if body.trim() != challenge {
        return Err("Its answer is not the challenge.".to_owned());
    }
    let mut world = inner.world();
    if let Some(app) = world.apps.get_mut(&app) {
        app.callback_url = Some(Arc::from(url));
        verify_token.clone_into(&mut app.verify_token);
        app.verified = true;
    }
    Ok(())
}
