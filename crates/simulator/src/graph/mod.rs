//! The Graph API: from a call to its answer.
//!
//! Invariant: a call is counted, meets the faults and is answered here, whether it came alone or inside
//! a batch; the handlers below see only the state.

pub mod account;
pub mod answer;
pub mod batch;
pub mod content;
pub mod oauth;
pub mod params;
pub mod profile;
pub mod subscription;
pub mod templates;
pub mod version;

use crate::faults::{Effect, Seen};
use crate::id::{PageId, Psid};
use crate::json::Json;
use crate::record::Refused;
use crate::send::SendCall;
use crate::state::World;
use crate::token::{Bearer, Token};
use answer::{Answer, GraphError, Mishap};
use params::Params;
use serde_json::{Value, json};

/// A call's verb; the platform takes a `method` parameter in its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    Get,
    Post,
    Delete,
}

impl Verb {
    pub fn parse(text: &str) -> Option<Self> {
        match text.to_ascii_uppercase().as_str() {
            "GET" | "HEAD" => Some(Self::Get),
            "POST" => Some(Self::Post),
            "DELETE" => Some(Self::Delete),
            _ => None,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Delete => "DELETE",
        }
    }
}

/// One call.
#[derive(Debug)]
pub struct Call {
    pub verb: Verb,
    /// Without the version.
    pub path: Vec<String>,
    pub params: Params,
    /// From the Authorization header, or a batch's own.
    pub bearer: Option<String>,
}

impl Call {
    pub fn token(&self) -> Option<String> {
        self.params.text("access_token").or_else(|| self.bearer.clone())
    }

    /// The path with ids replaced, as the record and the faults name it.
    fn shape(&self) -> String {
        let shape: Vec<&str> = self
            .path
            .iter()
            .map(|part| if part.bytes().all(|b| b.is_ascii_digit()) { "{id}" } else { part.as_str() })
            .collect();
        shape.join("/")
    }
}

/// What a handler knows of its call.
pub struct Context<'a> {
    /// Simulated microseconds.
    pub now: i64,
    pub token: &'a Token,
    pub params: &'a Params,
    pub verb: Verb,
}

impl Context<'_> {
    pub const fn secs(&self) -> i64 {
        self.now.div_euclid(1_000_000)
    }

    /// The page a page token speaks for, when it is (or may manage) this one.
    pub fn page(&self, world: &World, segment: &str) -> Result<PageId, GraphError> {
        let named = segment.parse::<PageId>().ok();
        match (self.token.bearer, segment) {
            (Bearer::Page(page, _), "me") => Ok(page),
            (Bearer::Page(page, _), _) if named == Some(page) => Ok(page),
            (Bearer::User(_), _) if named.is_some_and(|page| world.pages.contains_key(&page)) => {
                Err(GraphError::new(200, None, "(#200) A page access token is required for this call"))
            }
            _ => Err(GraphError::missing(segment)),
        }
    }

    /// Refuses when the token lacks a permission.
    pub fn need(&self, scope: &str) -> Result<(), GraphError> {
        if self.token.may(scope) {
            return Ok(());
        }
        Err(GraphError::new(200, None, &format!("(#200) Requires {scope} permission to manage the object")))
    }
}

/// Answers one call.
pub fn call(world: &mut World, now: i64, call: &Call) -> Answer {
    let shape = call.shape();
    let token_text = call.token();
    let token = world.token(token_text.as_deref(), now.div_euclid(1_000_000));
    let (page, person) = subject(world, call, token.as_ref().ok());
    world.record.request(&format!("{} /{shape}", call.verb.name()));
    let calls = match person.and_then(|psid| world.threads.get_mut(&psid)) {
        Some(thread) => {
            thread.calls += 1;
            thread.calls
        }
        None => 0,
    };
    let effects = world.faults.meet(Seen { path: &shape, page, person, calls });
    let (mishaps, outcome) = suffer(world, &effects, page, token_text.as_deref());
    let outcome = outcome.unwrap_or_else(|| match answered_without_token(world, now, call) {
        Some(outcome) => outcome,
        None => token.clone().and_then(|token| {
            check_proof(world, call, &token, token_text.as_deref().unwrap_or_default(), now)?;
            if let Some(page) = page.and_then(|page| world.pages.get_mut(&page)) {
                page.usage.count_call(now);
            }
            route(world, now, call, &token, &effects)
        }),
    });
    let mut answer = match outcome {
        Ok(body) => Answer::ok(body),
        Err(error) => {
            if call.path.last().is_some_and(|last| last == "messages") {
                world.record.refused(Refused {
                    page,
                    person,
                    code: error.code,
                    subcode: error.subcode,
                    at_millis: now.div_euclid(1_000),
                });
            }
            refused(world, &error)
        }
    };
    answer.mishaps = mishaps;
    usage_headers(world, now, token.ok().as_ref(), page, &mut answer);
    answer
}

/// What the faults do to a call: to its exchange, and its outcome if they decide it.
fn suffer(
    world: &mut World,
    effects: &[Effect],
    page: Option<PageId>,
    token: Option<&str>,
) -> (Vec<Mishap>, Option<Result<Value, GraphError>>) {
    let mut mishaps = Vec::new();
    let mut outcome = None;
    for effect in effects {
        let (mishap, decided) = match effect {
            Effect::Slow { millis } => (Some(Mishap::Slow { millis: *millis }), None),
            Effect::DropAfter => (Some(Mishap::Drop), None),
            Effect::DropBefore => (Some(Mishap::Drop), Some(Ok(Value::Null))),
            Effect::Truncate => (Some(Mishap::Truncate), None),
            Effect::NotJson => (Some(Mishap::NotJson), None),
            Effect::PlainServerError => (Some(Mishap::PlainServerError), Some(Ok(Value::Null))),
            Effect::NullSlot { processed: true } => (Some(Mishap::NullSlot), None),
            Effect::NullSlot { processed: false } => (Some(Mishap::NullSlot), Some(Ok(Value::Null))),
            Effect::ShortBatch { keep } => (Some(Mishap::ShortBatch { keep: *keep }), None),
            Effect::TokenDeath => {
                world.kill_tokens(460, |text, _| Some(text) == token);
                (None, Some(Err(crate::token::dead(460))))
            }
            Effect::Restrict => {
                if let Some(page) = page.and_then(|page| world.pages.get_mut(&page)) {
                    page.policy.restricted = true;
                }
                (None, Some(Err(GraphError::restricted())))
            }
            Effect::Error { .. } | Effect::RateLimit | Effect::UsageExhausted => {
                (None, GraphError::injected(effect).map(Err))
            }
            Effect::SuppressEcho | Effect::LateEcho { .. } => (None, None),
        };
        mishaps.extend(mishap);
        outcome = outcome.or(decided);
    }
    (mishaps, outcome)
}

/// The answer that an error is.
fn refused(world: &mut World, error: &GraphError) -> Answer {
    let trace = world.trace();
    let mut answer = Answer::ok(error.body(&trace));
    answer.status = error.status;
    answer.headers.push((
        "www-authenticate",
        format!("OAuth \"Facebook Platform\" \"invalid_request\" \"{}\"", ascii(&error.message)),
    ));
    answer
}

/// The page and the person a call is about, as far as it says so.
fn subject(world: &World, call: &Call, token: Option<&Token>) -> (Option<PageId>, Option<Psid>) {
    let first = call.path.first().map(String::as_str).unwrap_or_default();
    let recipient = call.params.value("recipient").unwrap_or_default();
    let named = match recipient.at("id") {
        Value::String(text) => text.parse().ok(),
        Value::Number(number) => number.as_u64().map(Psid),
        _ => None,
    };
    let person = named.or_else(|| first.parse().ok()).filter(|psid| world.threads.contains_key(psid));
    let page = first.parse().ok().filter(|page| world.pages.contains_key(page));
    let page = page.or_else(|| match token?.bearer {
        Bearer::Page(page, _) => Some(page),
        _ => None,
    });
    (page, person)
}

fn answered_without_token(world: &mut World, now: i64, call: &Call) -> Option<Result<Value, GraphError>> {
    let path: Vec<&str> = call.path.iter().map(String::as_str).collect();
    match path.as_slice() {
        ["oauth", "access_token"] => Some(oauth::access_token(world, now, &call.params)),
        [] if call.verb == Verb::Get && call.params.has("ids") => Some(Err(GraphError::parameter(
            "The ids parameter on the root was removed on 2026-10-27; ask for each object, in a batch if there are many",
        ))),
        _ => None,
    }
}

fn check_proof(world: &World, call: &Call, token: &Token, text: &str, now: i64) -> Result<(), GraphError> {
    let wrong = || GraphError {
        kind: "GraphMethodException".to_owned(),
        ..GraphError::new(100, None, "Invalid appsecret_proof provided in the API argument")
    };
    let Some(proof) = call.params.text("appsecret_proof") else {
        let needed = world.settings.require_proof && token.bearer != Bearer::App;
        return if needed {
            Err(GraphError::new(100, None, "API calls from the server require an appsecret_proof argument"))
        } else {
            Ok(())
        };
    };
    let time = call.params.text("appsecret_time");
    // A timed proof is good for five minutes.
    let fresh = time.as_deref().is_none_or(|time| {
        time.parse::<i64>().is_ok_and(|time| (now.div_euclid(1_000_000) - time).abs() <= 300)
    });
    let app = world.apps.get(&token.app).ok_or_else(wrong)?;
    if fresh && app.secret.proves(&proof, text, time.as_deref()) { Ok(()) } else { Err(wrong()) }
}

fn route(
    world: &mut World,
    now: i64,
    call: &Call,
    token: &Token,
    effects: &[Effect],
) -> Result<Value, GraphError> {
    let context = Context { now, token, params: &call.params, verb: call.verb };
    let path: Vec<&str> = call.path.iter().map(String::as_str).collect();
    match (call.verb, path.as_slice()) {
        (Verb::Post, [page, "messages"]) => {
            let page = context.page(world, page)?;
            world.send(&SendCall { now, token, page, params: &call.params, effects })
        }
        (Verb::Get, ["debug_token"]) => oauth::debug_token(world, &context),
        (Verb::Get, ["me", "accounts"]) => account::accounts(world, &context),
        (Verb::Get, ["me", "permissions"]) => account::permissions(world, &context),
        (Verb::Delete, ["me", "permissions"]) => account::give_back(world, &context),
        (Verb::Get, ["message_template_library"]) => templates::library(&context),
        (Verb::Get, [id]) => account::object(world, &context, id),
        (Verb::Delete, [id]) => content::delete_persona(world, &context, id),
        (_, [page, "subscribed_apps"]) => subscription::subscribed_apps(world, &context, page),
        (Verb::Get | Verb::Delete, [app, "subscriptions"]) => subscription::of_app(world, &context, app),
        (_, [page, "messenger_profile"]) => profile::messenger_profile(world, &context, page),
        (_, [page, "custom_user_settings"]) => profile::user_settings(world, &context, page),
        (_, [page, "personas"]) => content::personas(world, &context, page),
        (Verb::Post, [page, "message_attachments"]) => content::upload(world, &context, page),
        (_, [page, "message_templates"]) => templates::templates(world, &context, page),
        (Verb::Get, [page, "notification_message_tokens"]) => {
            content::notification_tokens(world, &context, page)
        }
        (Verb::Get, [page, "thread_owner"]) => content::thread_owner(world, &context, page),
        (
            Verb::Post,
            [
                page,
                verb @ ("pass_thread_control"
                | "take_thread_control"
                | "release_thread_control"
                | "request_thread_control"
                | "extend_thread_control"),
            ],
        ) => {
            context.need("pages_messaging")?;
            let page = context.page(world, page)?;
            world.control_thread(now, page, token.app, verb, &call.params)
        }
        _ => Err(unknown_path(&call.path)),
    }
}

/// 2500 for a path nobody serves.
pub fn unknown_path(path: &[String]) -> GraphError {
    GraphError::new(2500, None, &format!("Unknown path components: /{}", path.join("/")))
}

fn usage_headers(world: &World, now: i64, token: Option<&Token>, page: Option<PageId>, answer: &mut Answer) {
    match token.map(|token| token.bearer) {
        Some(Bearer::Page(own, _)) => {
            if let Some((id, page)) = page.or(Some(own)).and_then(|page| world.pages.get_key_value(&page)) {
                let usage = page.usage.header(*id, world.rates(), page.engaged, now);
                answer.headers.push(("x-business-use-case-usage", usage.to_string()));
            }
        }
        Some(_) => {
            let usage = json!({ "call_count": 1, "total_time": 1, "total_cputime": 1 });
            answer.headers.push(("x-app-usage", usage.to_string()));
        }
        None => {}
    }
}

/// A header cannot carry everything a message can.
fn ascii(text: &str) -> String {
    text.chars().filter(|letter| (' '..='~').contains(letter) && *letter != '"').collect()
}
