//! What the platform itself tells a bot: policy notices, a template's new status, and that a person
//! removed the app or wants their data deleted.
//!
//! Invariant: the two callbacks about a person carry a `signed_request` with the app-scoped id, never a
//! PSID.

use crate::id::{AppId, PageId, UserId};
use crate::inner::Inner;
use crate::json::Json;
use crate::outbox::{Cause, Options};
use crate::state::World;
use crate::token::Bearer;
use serde::Serialize;
use serde_json::{Value, json};

/// What a callback about a person answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Called {
    pub status: u16,
    pub body: String,
}

/// Why a callback about a person was not made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotCalled {
    #[error("the app has no such callback; set `deauthorize_url` or `deletion_url` first")]
    NoUrl,
    #[error("there is no such app")]
    NoApp,
    #[error("there is no such user; list the users to see who there is")]
    NoUser,
    #[error("the callback did not answer; is the bot running?")]
    NoAnswer,
}

impl World {
    /// A policy notice to a page: `warning`, `block` or `unblock`.
    pub fn tell_policy(&mut self, now: i64, page: PageId, action: &str, reason: Option<&str>) {
        let mut about = json!({ "action": action });
        if let Some(reason) = reason.filter(|_| action != "unblock") {
            about.put("reason", json!(reason));
        }
        let event = json!({
            "recipient": { "id": page.to_string() }, "timestamp": now.div_euclid(1_000), "policy_enforcement": about,
        });
        let options = Options::default();
        let field = "messaging_policy_enforcement";
        let cause = Cause { page, person: None, field, options: &options, only: None, due: 0 };
        self.emit(now, &cause, |_, _| event.clone());
        if let Some(page) = self.pages.get_mut(&page) {
            match action {
                "block" => page.policy.restricted = true,
                "unblock" => page.policy.restricted = false,
                _ => {}
            }
        }
    }

    /// A template's status, to the app that made it.
    pub fn tell_template(&mut self, now: i64, page: PageId, id: u64) {
        let Some(template) = self.pages.get(&page).and_then(|page| page.templates.get(&id)) else { return };
        let event = json!({ "field": "message_template_status_update", "value": {
            "event": template.status, "message_template_id": id.to_string(),
            "message_template_name": template.name, "message_template_language": template.language,
            "reason": template.reason,
        } });
        let only = Some(template.app);
        let options = Options::default();
        let field = "message_template_status_update";
        let cause = Cause { page, person: None, field, options: &options, only, due: 0 };
        self.emit(now, &cause, |_, _| event.clone());
    }

    /// Ends a user's grant: their tokens die with 190/458 and the pages they connected unsubscribe.
    pub fn revoke(&mut self, app: AppId, user: UserId) {
        self.kill_tokens(458, |_, token| {
            token.app == app && matches!(token.bearer, Bearer::User(of) | Bearer::Page(_, of) if of == user)
        });
        for page in self.pages.values_mut().filter(|page| page.admins.contains_key(&user)) {
            page.subscriptions.remove(&app);
        }
    }
}

/// A person removes the app in their settings.
pub async fn remove_app(inner: &Inner, app: AppId, user: UserId) -> Result<Called, NotCalled> {
    let (url, request) = {
        let now = inner.now().div_euclid(1_000_000);
        let mut world = inner.world();
        if !world.users.contains_key(&user) {
            return Err(NotCalled::NoUser);
        }
        world.revoke(app, user);
        let app = world.apps.get(&app).ok_or(NotCalled::NoApp)?;
        (
            app.deauthorize_url.clone().ok_or(NotCalled::NoUrl)?,
            app.secret.request_about(&user.to_string(), now),
        )
    };
    post_form(inner, &url, &request).await
}

/// A person asks the platform for their data at the app to be deleted.
pub async fn ask_deletion(inner: &Inner, app: AppId, user: &str) -> Result<Called, NotCalled> {
    let (url, request) = {
        let now = inner.now().div_euclid(1_000_000);
        let world = inner.world();
        let app = world.apps.get(&app).ok_or(NotCalled::NoApp)?;
        (app.deletion_url.clone().ok_or(NotCalled::NoUrl)?, app.secret.request_about(user, now))
    };
    post_form(inner, &url, &request).await
}

async fn post_form(inner: &Inner, url: &str, request: &str) -> Result<Called, NotCalled> {
    // base64url and a dot need no escaping.
    let answer = inner
        .client
        .post(url)
        .header("content-type", "application/x-www-form-urlencoded")
        .body(format!("signed_request={request}"))
        .send()
        .await
        .map_err(|_| NotCalled::NoAnswer)?;
    let status = answer.status().as_u16();
    let body = answer.text().await.map_err(|_| NotCalled::NoAnswer)?;
    Ok(Called { status, body })
}

/// Whether a data-deletion answer has the shape the platform demands.
pub fn is_deletion_answer(called: &Called) -> bool {
    called.status == 200
        && serde_json::from_str::<Value>(&called.body)
            .is_ok_and(|body| body.at("url").is_string() && body.at("confirmation_code").is_string())
}
