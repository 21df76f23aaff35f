//! What a page keeps at the platform: uploads, personas, notification tokens, who owns a thread.
//!
//! Invariant: everything is found under the page that made it only.

use super::answer::GraphError;
use super::{Context, Verb};
use crate::json::Json;
use crate::page::{Persona, Upload};
use crate::record::Kind;
use crate::send::payload::{self, Checked};
use crate::state::World;
use crate::token::Bearer;
use serde_json::{Value, json};

/// `POST /{PAGE_ID}/message_attachments`.
pub fn upload(world: &mut World, context: &Context<'_>, page: &str) -> Result<Value, GraphError> {
    context.need("pages_messaging")?;
    let page = context.page(world, page)?;
    let message = context.params.value("message").unwrap_or_default();
    let attachment = message.at("attachment");
    let kind =
        attachment.at("type").as_str().filter(|kind| matches!(*kind, "image" | "audio" | "video" | "file"));
    let kind = kind.ok_or_else(|| {
        GraphError::parameter("Param message[attachment][type] must be one of {audio, file, image, video}")
    })?;
    let mut checked = Checked {
        kind: Kind::Media,
        heavy: false,
        attachment_ids: Vec::new(),
        template: None,
        metadata: None,
    };
    payload::media(attachment.at("payload"), &mut checked)?;
    if attachment.at("payload").at("url").is_null() {
        return Err(GraphError::parameter("An upload needs a url"));
    }
    let id = world.fresh_number(16);
    world.uploads.insert(id, Upload { page, heavy: matches!(kind, "audio" | "video") });
    Ok(json!({ "attachment_id": id.to_string() }))
}

/// `/{PAGE_ID}/personas`.
pub fn personas(world: &mut World, context: &Context<'_>, page: &str) -> Result<Value, GraphError> {
    context.need("pages_messaging")?;
    let page = context.page(world, page)?;
    let missing = || GraphError::missing(&page.to_string());
    match context.verb {
        Verb::Post => {
            let name = json!(context.params.text("name"));
            payload::length("name", &name, 1, 50)?;
            let picture = json!(context.params.text("profile_picture_url"));
            payload::web_url(&picture)?;
            let id = world.fresh_number(16);
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            let persona = Persona { name: text(&name), picture: text(&picture) };
            world.pages.get_mut(&page).ok_or_else(missing)?.personas.insert(id, persona);
            Ok(json!({ "id": id.to_string() }))
        }
        Verb::Get => {
            let page = world.pages.get(&page).ok_or_else(missing)?;
            let data: Vec<Value> = page
                .personas
                .iter()
                .map(|(id, persona)| {
                    json!({ "id": id.to_string(), "name": persona.name, "profile_picture_url": persona.picture })
                })
                .collect();
            Ok(json!({ "data": data }))
        }
        Verb::Delete => Err(GraphError::parameter("Delete a persona by its own id")),
    }
}

/// `DELETE /{PERSONA_ID}`.
pub fn delete_persona(world: &mut World, context: &Context<'_>, id: &str) -> Result<Value, GraphError> {
    let Bearer::Page(page, _) = context.token.bearer else { return Err(GraphError::missing(id)) };
    let removed = id
        .parse()
        .ok()
        .and_then(|id: u64| world.pages.get_mut(&page).and_then(|page| page.personas.remove(&id)));
    removed.map(|_| json!({ "success": true })).ok_or_else(|| GraphError::missing(id))
}

/// `GET /{PAGE_ID}/notification_message_tokens`.
pub fn notification_tokens(world: &World, context: &Context<'_>, page: &str) -> Result<Value, GraphError> {
    context.need("pages_messaging")?;
    let page = context.page(world, page)?;
    let limit = usize::try_from(context.params.number("limit").unwrap_or(25).min(1_000)).unwrap_or(25);
    let data: Vec<Value> = world
        .notification_tokens
        .iter()
        .filter(|(_, token)| {
            !token.once && !token.stopped && world.threads.get(&token.psid).is_some_and(|t| t.page == page)
        })
        .take(limit)
        .map(|(text, token)| {
            let year = 365 * 24 * 3_600 * 1_000_000;
            let two_days = 48 * 3_600 * 1_000_000;
            json!({
                "notification_messages_token": text, "recipient_id": token.psid.to_string(),
                "topic_title": token.title, "creation_timestamp": token.made_at.div_euclid(1_000),
                "token_expiry_timestamp": (token.made_at + year).div_euclid(1_000),
                "next_eligible_time": token.used_at.map_or(token.made_at, |at| at + two_days).div_euclid(1_000),
                "notification_messages_timezone": "UTC", "user_token_status": "NOT_REFRESHED",
            })
        })
        .collect();
    Ok(json!({ "data": data }))
}

/// `GET /{PAGE_ID}/thread_owner?recipient=`.
pub fn thread_owner(world: &World, context: &Context<'_>, page: &str) -> Result<Value, GraphError> {
    context.need("pages_messaging")?;
    let page = context.page(world, page)?;
    let psid = world.thread_named(page, &context.params.value("recipient").unwrap_or_default())?;
    let owner = world.threads.get(&psid).and_then(|thread| {
        thread.owner.filter(|_| context.now - thread.last_activity <= 24 * 3_600 * 1_000_000)
    });
    let owner = owner.map(|app| json!({ "thread_owner": { "app_id": app.to_string() } }));
    Ok(json!({ "data": owner.map_or_else(Vec::new, |owner| vec![owner]) }))
}
