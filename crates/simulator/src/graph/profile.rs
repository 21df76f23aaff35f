//! A page's Messenger profile: greeting, Get Started, menu, ice breakers and the rest.
//!
//! Invariant: ten calls in ten minutes and page; nothing is stored that breaks a published limit.

use super::answer::GraphError;
use super::{Context, Verb};
use crate::id::PageId;
use crate::json::Json;
use crate::send::payload::{length, web_url};
use crate::state::World;
use serde_json::{Map, Value, json};
use std::collections::VecDeque;

const TEN_MINUTES: i64 = 600 * 1_000_000;

/// `/{PAGE_ID|me}/messenger_profile`.
pub fn messenger_profile(world: &mut World, context: &Context<'_>, page: &str) -> Result<Value, GraphError> {
    context.need("pages_messaging")?;
    let page = context.page(world, page)?;
    let limit = world.settings.rates.profile_calls;
    let stored = world.pages.get_mut(&page).ok_or_else(|| GraphError::missing(&page.to_string()))?;
    spend(&mut stored.profile_calls, limit, context.now)?;
    match context.verb {
        Verb::Get => {
            let fields = context.params.list("fields").unwrap_or_default();
            let found: Map<String, Value> = stored
                .profile
                .iter()
                .filter(|(name, _)| fields.contains(name))
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect();
            let data = if found.is_empty() { json!([]) } else { json!([found]) };
            Ok(json!({ "data": data }))
        }
        Verb::Post => {
            let mut changed = stored.profile.clone();
            let mut any = false;
            for name in PROPERTIES {
                if let Some(value) = context.params.value(name) {
                    check(name, &value)?;
                    changed.insert(name.to_owned(), value);
                    any = true;
                }
            }
            if !any {
                return Err(GraphError::parameter(&format!("Requires one of {}", PROPERTIES.join(", "))));
            }
            check_whole(&changed)?;
            stored.profile = changed;
            Ok(json!({ "result": "success" }))
        }
        Verb::Delete => {
            let fields = context.params.list("fields").filter(|fields| !fields.is_empty());
            let fields = fields.ok_or_else(|| GraphError::parameter("The parameter fields is required"))?;
            let mut changed = stored.profile.clone();
            for field in &fields {
                if !PROPERTIES.contains(&field.as_str()) {
                    return Err(GraphError::parameter(&format!("Unknown profile field {field}")));
                }
                changed.remove(field);
            }
            check_whole(&changed)?;
            stored.profile = changed;
            Ok(json!({ "result": "success" }))
        }
    }
}

/// Counts a call against ten in ten minutes.
fn spend(calls: &mut VecDeque<i64>, limit: Option<usize>, now: i64) -> Result<(), GraphError> {
    while calls.front().is_some_and(|at| *at <= now - TEN_MINUTES) {
        calls.pop_front();
    }
    if limit.is_some_and(|limit| calls.len() >= limit) {
        return Err(GraphError::rate_limit());
    }
    calls.push_back(now);
    Ok(())
}

const PROPERTIES: [&str; 8] = [
    "get_started",
    "greeting",
    "persistent_menu",
    "ice_breakers",
    "whitelisted_domains",
    "account_linking_url",
    "commands",
    "subject_to_new_eu_privacy_rules",
];

fn check(name: &str, value: &Value) -> Result<(), GraphError> {
    let wrong = |what: &str| Err(GraphError::parameter(&format!("Param {name} {what}")));
    let empty = Vec::new();
    let list = value.as_array().unwrap_or(&empty);
    match name {
        "get_started" => length("get_started[payload]", value.at("payload"), 1, 1_000),
        "greeting" => {
            if list.is_empty() {
                return wrong("must be a non-empty array");
            }
            list.iter().try_for_each(|greeting| length("greeting[text]", greeting.at("text"), 1, 160))
        }
        "persistent_menu" => menu(value),
        "ice_breakers" => {
            for breaker in list {
                let actions = breaker.at("call_to_actions").as_array().map_or(0, Vec::len);
                if !(1..=4).contains(&actions) {
                    return wrong("takes 1 to 4 questions");
                }
                for action in breaker.at("call_to_actions").as_array().unwrap_or(&empty) {
                    length("ice_breakers[question]", action.at("question"), 1, 80)?;
                    length("ice_breakers[payload]", action.at("payload"), 1, 1_000)?;
                }
            }
            if list.is_empty() { wrong("must be a non-empty array") } else { Ok(()) }
        }
        "whitelisted_domains" => {
            let fits = |domain: &Value| domain.as_str().is_some_and(|domain| domain.starts_with("https://"));
            if list.is_empty() || list.len() > 50 || !list.iter().all(fits) {
                return wrong("takes 1 to 50 https addresses");
            }
            Ok(())
        }
        "account_linking_url" if !value.as_str().is_some_and(|url| url.starts_with("https://")) => {
            wrong("must be an https address")
        }
        _ => Ok(()),
    }
}

fn menu(value: &Value) -> Result<(), GraphError> {
    let empty = Vec::new();
    let locales = value.as_array().unwrap_or(&empty);
    if !locales.iter().any(|locale| locale.at("locale") == "default") {
        return Err(GraphError::parameter("Param persistent_menu must have a default locale"));
    }
    for locale in locales {
        let entries = locale.at("call_to_actions").as_array().unwrap_or(&empty);
        if entries.len() > 20 {
            return Err(GraphError::parameter("Param persistent_menu takes at most 20 entries"));
        }
        for entry in entries {
            length("persistent_menu[title]", entry.at("title"), 1, 30)?;
            match entry.at("type").as_str() {
                Some("postback") => length("persistent_menu[payload]", entry.at("payload"), 1, 1_000)?,
                Some("web_url") => web_url(entry.at("url"))?,
                _ => {
                    return Err(GraphError::parameter(
                        "Param persistent_menu[type] must be one of {postback, web_url}",
                    ));
                }
            }
        }
    }
    Ok(())
}

fn check_whole(profile: &Map<String, Value>) -> Result<(), GraphError> {
    if profile.contains_key("persistent_menu") && !profile.contains_key("get_started") {
        return Err(GraphError::new(
            100,
            Some(2_018_145),
            "(#100) You must set a Get Started button if you also wish to use persistent menu",
        ));
    }
    Ok(())
}

/// `/{PAGE_ID|me}/custom_user_settings`: the menu of one person.
pub fn user_settings(world: &mut World, context: &Context<'_>, page: &str) -> Result<Value, GraphError> {
    context.need("pages_messaging")?;
    let page: PageId = context.page(world, page)?;
    let psid = world.thread_named(page, &json!(context.params.text("psid").unwrap_or_default()))?;
    let limit = world.settings.rates.profile_calls;
    let stored = world.pages.get_mut(&page).ok_or_else(|| GraphError::missing(&page.to_string()))?;
    spend(stored.user_calls.entry(psid).or_default(), limit, context.now)?;
    let settings = &mut stored.user_settings;
    match context.verb {
        Verb::Get => {
            let found = settings.get(&psid).map(|menu| json!({ "user_level_persistent_menu": menu }));
            Ok(json!({ "data": found.map_or_else(Vec::new, |found| vec![found]) }))
        }
        Verb::Post => {
            let value = context.params.value("persistent_menu").unwrap_or_default();
            menu(&value)?;
            settings.insert(psid, value);
            Ok(json!({ "result": "success" }))
        }
        Verb::Delete => {
            settings.remove(&psid);
            Ok(json!({ "result": "success" }))
        }
    }
}
