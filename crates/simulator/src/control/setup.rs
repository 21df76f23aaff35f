//! Apps, users, pages and people: making them, looking at them, changing them.
//!
//! Invariant: a change names what it changes; what it leaves out stays.

use super::{Outcome, Shared, Trouble, done, handle, id, parse};
use crate::id::{AppId, PageId, Psid};
use crate::page::{FIELDS, NewPage, Policy};
use crate::people::NewPerson;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use serde::Deserialize;
use serde_json::json;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewApp {
    name: String,
    secret: String,
    #[serde(default)]
    callback_url: Option<String>,
}

pub async fn apps(State(inner): Shared) -> Outcome {
    let world = inner.world();
    let apps: Vec<_> = world
        .apps
        .values()
        .map(|app| {
            json!({
                "app": app.id, "name": app.name, "secret": app.secret_text, "verify_token": app.verify_token,
                "callback_url": app.callback_url.as_deref(), "verified": app.verified,
                "default": app.id == world.default_app,
            })
        })
        .collect();
    done(json!({ "apps": apps }))
}

pub async fn add_app(State(inner): Shared, body: Bytes) -> Outcome {
    let new: NewApp = parse(&body)?;
    let app = handle(inner).add_app(&new.name, &new.secret, new.callback_url.as_deref());
    done(json!({ "app": app }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewUser {
    name: String,
}

pub async fn users(State(inner): Shared) -> Outcome {
    let users = handle(inner).users();
    let users: Vec<_> = users.iter().map(|(user, name)| json!({ "user": user, "name": name })).collect();
    done(json!({ "users": users }))
}

pub async fn add_user(State(inner): Shared, body: Bytes) -> Outcome {
    let new: NewUser = parse(&body)?;
    done(json!({ "user": handle(inner).add_user(&new.name) }))
}

pub async fn pages(State(inner): Shared) -> Outcome {
    done(json!({ "pages": handle(inner).pages() }))
}

pub async fn add_page(State(inner): Shared, body: Bytes) -> Outcome {
    let new: NewPage = parse(&body)?;
    done(json!({ "page": handle(inner).add_page(new)? }))
}

pub async fn page(State(inner): Shared, Path(page): Path<String>) -> Outcome {
    let page: PageId = id(&page)?;
    let found = handle(inner).pages().into_iter().find(|view| view.page == page);
    done(found.ok_or_else(|| Trouble::missing("there is no such page; GET /simulator/pages lists them"))?)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PageChange {
    #[serde(default)]
    restricted: Option<bool>,
    #[serde(default)]
    human_agent: Option<bool>,
    #[serde(default)]
    news: Option<bool>,
    #[serde(default)]
    recurring_notifications: Option<bool>,
    #[serde(default)]
    default_app: Option<AppId>,
    /// Pretend so many percent of the rolling day are used; `-1` counts truly again.
    #[serde(default)]
    usage_percent: Option<i64>,
}

pub async fn change_page(State(inner): Shared, Path(page): Path<String>, body: Bytes) -> Outcome {
    let page: PageId = id(&page)?;
    let change: PageChange = parse(&body)?;
    let handle = handle(inner);
    let old = handle.pages().into_iter().find(|view| view.page == page).map(|view| view.policy);
    let old: Policy =
        old.ok_or_else(|| Trouble::missing("there is no such page; GET /simulator/pages lists them"))?;
    let policy = Policy {
        restricted: change.restricted.unwrap_or(old.restricted),
        human_agent: change.human_agent.unwrap_or(old.human_agent),
        news: change.news.unwrap_or(old.news),
        recurring_notifications: change.recurring_notifications.unwrap_or(old.recurring_notifications),
        default_app: change.default_app.or(old.default_app),
    };
    handle.set_policy(page, policy.clone())?;
    if let Some(percent) = change.usage_percent {
        handle.force_usage(page, u64::try_from(percent).ok())?;
    }
    done(json!({ "policy": policy }))
}

pub async fn page_token(State(inner): Shared, Path(page): Path<String>) -> Outcome {
    let token = handle(inner).page_token(id(&page)?);
    let token = token
        .ok_or_else(|| Trouble::missing("there is no such page, or nobody with the MESSAGING task on it"))?;
    done(json!({ "access_token": token }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Subscribe {
    #[serde(default)]
    app: Option<AppId>,
    /// Every field when absent.
    #[serde(default)]
    fields: Option<Vec<String>>,
}

pub async fn subscribe(State(inner): Shared, Path(page): Path<String>, body: Bytes) -> Outcome {
    let asked: Subscribe = parse(&body)?;
    let handle = handle(inner);
    let app = asked.app.unwrap_or_else(|| handle.app_id());
    let fields = asked.fields.unwrap_or_else(|| FIELDS.map(str::to_owned).to_vec());
    let fields: Vec<&str> = fields.iter().map(String::as_str).collect();
    handle.subscribe(app, id(&page)?, &fields)?;
    done(json!({ "app": app, "fields": fields }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewPeople {
    /// Invent so many.
    #[serde(default)]
    count: Option<usize>,
    #[serde(default)]
    first_name: Option<String>,
    #[serde(default)]
    last_name: Option<String>,
    #[serde(default)]
    locale: Option<String>,
}

pub async fn add_people(State(inner): Shared, Path(page): Path<String>, body: Bytes) -> Outcome {
    let (page, new): (PageId, NewPeople) = (id(&page)?, parse(&body)?);
    let handle = handle(inner);
    let named = new.first_name.is_some() || new.last_name.is_some() || new.locale.is_some();
    let people = match new.count {
        Some(_) if named => {
            return Err(Trouble::bad("give either a `count` of people to invent or one person's names"));
        }
        Some(count) if count > 1_000_000 => {
            return Err(Trouble::bad("a call can make up to 1000000 people; ask several times"));
        }
        Some(count) => handle.add_people(page, count)?,
        None => {
            let NewPeople { first_name, last_name, locale, .. } = new;
            vec![handle.add_person(page, NewPerson { first_name, last_name, locale })?]
        }
    };
    done(json!({ "people": people }))
}

#[derive(Deserialize)]
pub struct Part {
    #[serde(default)]
    after: usize,
    #[serde(default)]
    limit: Option<usize>,
}

pub async fn people(State(inner): Shared, Path(page): Path<String>, Query(part): Query<Part>) -> Outcome {
    let people = handle(inner).people(id(&page)?)?;
    let limit = part.limit.unwrap_or(1_000);
    let shown: Vec<_> = people.iter().skip(part.after).take(limit).collect();
    done(json!({ "people": shown, "total": people.len() }))
}

pub async fn person(State(inner): Shared, Path(person): Path<String>) -> Outcome {
    let person = handle(inner).person(id(&person)?);
    done(person.ok_or_else(|| Trouble::missing("there is no such person; list the page's people"))?)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PersonChange {
    #[serde(default)]
    unavailable: Option<bool>,
    /// Gives the thread to an app; `0` to nobody.
    #[serde(default)]
    thread_owner: Option<AppId>,
}

pub async fn change_person(State(inner): Shared, Path(person): Path<String>, body: Bytes) -> Outcome {
    let (person, change): (Psid, PersonChange) = (id(&person)?, parse(&body)?);
    let handle = handle(inner);
    if let Some(unavailable) = change.unavailable {
        handle.set_unavailable(person, unavailable)?;
    }
    if let Some(owner) = change.thread_owner {
        handle.set_thread_owner(person, (owner.0 != 0).then_some(owner))?;
    }
    done(handle.person(person).ok_or_else(|| Trouble::missing("there is no such person"))?)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Introduction {
    page: PageId,
}

pub async fn introduce(State(inner): Shared, Path(person): Path<String>, body: Bytes) -> Outcome {
    let asked: Introduction = parse(&body)?;
    done(json!({ "person": handle(inner).introduce(id(&person)?, asked.page)? }))
}
