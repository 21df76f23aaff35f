//! Who a token is, which pages it manages, and the objects behind ids.
//!
//! Invariant: a page token shows its own page and people only; a user token only the pages that the
//! person ticked in the dialog.

use super::Context;
use super::answer::GraphError;
use crate::id::{PageId, Psid, UserId};
use crate::json::Json;
use crate::state::World;
use crate::token::Bearer;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};

/// `GET /me/accounts`.
pub fn accounts(world: &mut World, context: &Context<'_>) -> Result<Value, GraphError> {
    let Bearer::User(user) = context.token.bearer else {
        return Err(GraphError::parameter("Tried accessing nonexisting field (accounts)"));
    };
    context.need("pages_show_list")?;
    let mine: Vec<PageId> = context
        .token
        .pages
        .iter()
        .copied()
        .filter(|page| world.pages.get(page).is_some_and(|page| page.admins.contains_key(&user)))
        .collect();
    let limit = usize::try_from(context.params.number("limit").unwrap_or(25).clamp(1, 100)).unwrap_or(25);
    let (after, before) = (cursor(context, "after"), cursor(context, "before"));
    let from = match (after, before) {
        (Some(after), _) => mine.iter().position(|page| *page > after).unwrap_or(mine.len()),
        (None, Some(before)) => mine.iter().filter(|page| **page < before).count().saturating_sub(limit),
        (None, None) => 0,
    };
    let shown: Vec<PageId> = mine.iter().copied().skip(from).take(limit).collect();
    let default = ["access_token", "category", "category_list", "name", "id", "tasks"];
    let fields = context.params.list("fields").unwrap_or_else(|| default.map(str::to_owned).to_vec());
    let mut data = Vec::with_capacity(shown.len());
    for page in &shown {
        let token = world.page_token(context.token, user, *page);
        data.push(page_fields(world, *page, user, token, &fields));
    }
    let mut body = json!({ "data": data });
    if let (Some(first), Some(last)) = (shown.first(), shown.last()) {
        let mut paging =
            json!({ "cursors": { "before": write_cursor(*first), "after": write_cursor(*last) } });
        if from + shown.len() < mine.len() {
            let mut next =
                format!("{}/me/accounts?limit={limit}&after={}", world.origin, write_cursor(*last));
            for name in ["fields", "access_token", "appsecret_proof"] {
                if let Some(value) = context.params.text(name) {
                    next.push_str(&format!("&{name}={value}"));
                }
            }
            paging.put("next", next);
        }
        body.put("paging", paging);
    }
    Ok(body)
}

fn cursor(context: &Context<'_>, name: &str) -> Option<PageId> {
    let bytes = URL_SAFE_NO_PAD.decode(context.params.text(name)?).ok()?;
    String::from_utf8(bytes).ok()?.parse().ok()
}

fn write_cursor(page: PageId) -> String {
    URL_SAFE_NO_PAD.encode(page.to_string())
}

/// `GET /me/permissions`.
pub fn permissions(_: &World, context: &Context<'_>) -> Result<Value, GraphError> {
    let data: Vec<Value> = context
        .token
        .scopes
        .iter()
        .map(|scope| json!({ "permission": scope, "status": "granted" }))
        .collect();
    Ok(json!({ "data": data }))
}

/// `DELETE /me/permissions`: the user's grant ends, and with it their tokens and subscriptions.
pub fn give_back(world: &mut World, context: &Context<'_>) -> Result<Value, GraphError> {
    let Bearer::User(user) = context.token.bearer else {
        return Err(GraphError::parameter("Only a user token can give its permissions back"));
    };
    world.revoke(context.token.app, user);
    Ok(json!({ "success": true }))
}

/// `GET /{id}` for whatever the id names.
pub fn object(world: &mut World, context: &Context<'_>, id: &str) -> Result<Value, GraphError> {
    let fields = context.params.list("fields");
    match (context.token.bearer, id) {
        (Bearer::User(user), "me") => return user_object(world, user),
        (Bearer::Page(page, user), "me") => {
            return page_object(world, context, page, user, fields.as_deref());
        }
        (Bearer::App, "me" | "app") => return Ok(app_object(world, context)),
        _ => {}
    }
    let number: u64 = id.parse().map_err(|_| super::unknown_path(&[id.to_owned()]))?;
    if world.pages.contains_key(&PageId(number)) {
        let (Bearer::Page(_, user) | Bearer::User(user)) = context.token.bearer else {
            return Err(GraphError::missing(id));
        };
        return page_object(world, context, PageId(number), user, fields.as_deref());
    }
    if world.threads.contains_key(&Psid(number)) {
        return person(world, context, Psid(number), fields.as_deref());
    }
    if number == context.token.app.0 {
        return Ok(app_object(world, context));
    }
    if let Bearer::Page(page, _) = context.token.bearer
        && let Some(persona) = world.pages.get(&page).and_then(|page| page.personas.get(&number))
    {
        return Ok(json!({ "id": id, "name": persona.name, "profile_picture_url": persona.picture }));
    }
    match context.token.bearer {
        Bearer::User(user) if user.0 == number => user_object(world, user),
        _ => Err(GraphError::missing(id)),
    }
}

fn app_object(world: &World, context: &Context<'_>) -> Value {
    let name = world.apps.get(&context.token.app).map(|app| app.name.as_str()).unwrap_or_default();
    json!({ "id": context.token.app.to_string(), "name": name })
}

fn user_object(world: &World, user: UserId) -> Result<Value, GraphError> {
    let user = world.users.get(&user).ok_or_else(|| GraphError::missing("me"))?;
    Ok(json!({ "id": user.id.to_string(), "name": user.name }))
}

fn page_object(
    world: &mut World,
    context: &Context<'_>,
    page: PageId,
    user: UserId,
    fields: Option<&[String]>,
) -> Result<Value, GraphError> {
    if !context.token.pages.contains(&page) {
        return Err(GraphError::missing(&page.to_string()));
    }
    let token = world.page_token(context.token, user, page);
    let default = ["name".to_owned(), "id".to_owned()];
    Ok(page_fields(world, page, user, token, fields.unwrap_or(&default)))
}

fn page_fields(world: &World, page: PageId, user: UserId, token: Option<String>, fields: &[String]) -> Value {
    let mut object = Map::new();
    object.insert("id".to_owned(), json!(page.to_string()));
    let Some(page) = world.pages.get(&page) else { return Value::Object(object) };
    for field in fields {
        let value = match field.as_str() {
            "name" => json!(page.name),
            "category" => json!(page.category),
            "category_list" => json!([{ "id": "2500", "name": page.category }]),
            "access_token" => json!(token),
            "link" => json!(format!("https://www.facebook.com/{}", page.id)),
            "tasks" => json!(page.admins.get(&user)),
            "fan_count" | "followers_count" => json!(page.people.len()),
            _ => continue,
        };
        if !value.is_null() {
            object.insert(field.clone(), value);
        }
    }
    Value::Object(object)
}

/// `GET /{PSID}`: allowed once the person wrote or tapped; an empty object without access.
fn person(
    world: &World,
    context: &Context<'_>,
    psid: Psid,
    fields: Option<&[String]>,
) -> Result<Value, GraphError> {
    let missing = || GraphError::missing(&psid.to_string());
    let Bearer::Page(page, _) = context.token.bearer else { return Err(missing()) };
    let thread = world.threads.get(&psid).filter(|thread| thread.page == page).ok_or_else(missing)?;
    let human = world.humans.get(thread.human).ok_or_else(missing)?;
    if !context.token.may("pages_messaging") {
        return Ok(json!({}));
    }
    if thread.last_inbound.is_none() {
        return Err(GraphError::new(100, Some(2_018_218), "(#100) No profile available for this user."));
    }
    let default = ["first_name", "last_name", "profile_pic", "id"].map(str::to_owned);
    let mut object = Map::new();
    object.insert("id".to_owned(), json!(psid.to_string()));
    for field in fields.unwrap_or(&default) {
        let value = match field.as_str() {
            "first_name" => json!(human.first_name),
            "last_name" => json!(human.last_name),
            "name" => json!(format!("{} {}", human.first_name, human.last_name)),
            "profile_pic" => json!(format!("https://cdn.simulator.invalid/pictures/{psid}.jpg")),
            "locale" if context.token.may("pages_user_locale") => json!(human.locale),
            "timezone" if context.token.may("pages_user_timezone") => json!(1),
            _ => continue,
        };
        object.insert(field.clone(), value);
    }
    Ok(Value::Object(object))
}
