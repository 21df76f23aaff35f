//! Who of several apps speaks in a thread, and handing it over.
//!
//! Invariant: an owner changes only by one of these calls, by an answer from the page's inbox, or by a
//! day of silence; every change is told to the apps that listen.

use crate::graph::answer::GraphError;
use crate::graph::params::Params;
use crate::id::{AppId, PageId, Psid};
use crate::json::Json;
use crate::outbox::{Cause, Options};
use crate::record::{Kind, MessagingType, Sent};
use crate::seed;
use crate::state::{PAGE_INBOX, World};
use serde_json::{Value, json};

impl World {
    /// The app a thread may be passed to.
    pub fn target_app(&self, value: &Value) -> Result<AppId, GraphError> {
        let id = match value {
            Value::String(text) => text.parse().ok(),
            Value::Number(number) => number.as_u64().map(AppId),
            _ => None,
        };
        id.filter(|app| *app == PAGE_INBOX || self.apps.contains_key(app))
            .ok_or_else(|| GraphError::new(100, Some(2_018_164), "(#100) Wrong app id"))
    }

    /// Gives the thread to `owner` and tells both sides.
    pub fn set_owner(&mut self, now: i64, psid: Psid, owner: Option<AppId>, by: AppId, metadata: &str) {
        let Some(thread) = self.threads.get_mut(&psid) else { return };
        let page = thread.page;
        let previous = thread.owner;
        thread.owner = owner;
        thread.last_activity = now;
        let taken = owner == Some(by);
        let key = if taken { "take_thread_control" } else { "pass_thread_control" };
        let about = json!({
            "previous_owner_app_id": previous.or((!taken).then_some(by)).map(|app| app.to_string()),
            "new_owner_app_id": owner.map(|app| app.to_string()), "metadata": metadata,
        });
        let stamp = thread.stamp(now.div_euclid(1_000));
        self.tell_handover(now, page, psid, stamp, key, &about);
    }

    fn tell_handover(&mut self, now: i64, page: PageId, psid: Psid, at: i64, key: &str, about: &Value) {
        let event = json!({
            "sender": { "id": psid.to_string() }, "recipient": { "id": page.to_string() },
            "timestamp": at, key: about,
        });
        // A handover is told in the open, also to the app that does not own the thread.
        let owner = self.threads.get_mut(&psid).and_then(|thread| thread.owner.take());
        let options = Options::default();
        let cause = Cause {
            page,
            person: Some(psid),
            field: "messaging_handovers",
            options: &options,
            only: None,
            due: 0,
        };
        self.emit(now, &cause, |_, _| event.clone());
        if let Some(thread) = self.threads.get_mut(&psid) {
            thread.owner = owner;
        }
    }

    /// One of the five calls about a thread.
    pub fn control_thread(
        &mut self,
        now: i64,
        page: PageId,
        app: AppId,
        verb: &str,
        params: &Params,
    ) -> Result<Value, GraphError> {
        let psid = self.thread_named(page, &params.value("recipient").unwrap_or_default())?;
        let metadata = params.text("metadata").unwrap_or_default();
        let thread = self.threads.get(&psid).ok_or_else(|| GraphError::missing(&psid.to_string()))?;
        let owner = thread.owner;
        let others =
            || GraphError::new(2_018_300, None, "(#2018300) Another app is controlling this thread now.");
        let mine = owner.is_none_or(|owner| owner == app);
        match verb {
            "pass_thread_control" if !mine => return Err(others()),
            "pass_thread_control" => {
                let target = self.target_app(&params.value("target_app_id").unwrap_or_default())?;
                self.set_owner(now, psid, Some(target), app, &metadata);
            }
            "release_thread_control" if !mine => return Err(others()),
            "release_thread_control" => {
                let default = self.pages.get(&page).and_then(|page| page.policy.default_app);
                self.set_owner(now, psid, default, app, &metadata);
            }
            "take_thread_control" => {
                let default = self.pages.get(&page).and_then(|page| page.policy.default_app);
                if default.is_some_and(|default| default != app) || default.is_none() {
                    return Err(GraphError::new(
                        2_018_171,
                        None,
                        "(#2018171) Only the default app of the Page may take thread control",
                    ));
                }
                self.set_owner(now, psid, Some(app), app, &metadata);
            }
            "request_thread_control" => {
                let stamp =
                    self.threads.get_mut(&psid).map_or(0, |thread| thread.stamp(now.div_euclid(1_000)));
                let about = json!({ "requested_owner_app_id": app.to_string(), "metadata": metadata });
                self.tell_handover(now, page, psid, stamp, "request_thread_control", &about);
            }
            _ => {
                if owner != Some(app) {
                    return Err(others());
                }
                let seconds = params.number("duration").unwrap_or(0);
                let Ok(seconds) = i64::try_from(seconds) else {
                    return Err(GraphError::parameter("Param duration is too long"));
                };
                if let Some(thread) = self.threads.get_mut(&psid) {
                    // Silence is counted from here, a day at least.
                    thread.last_activity = now.saturating_add(seconds.saturating_mul(1_000_000));
                }
            }
        }
        Ok(json!({ "success": true }))
    }

    /// The thread that `{"id": …}` (or a bare id) names on this page.
    pub fn thread_named(&self, page: PageId, value: &Value) -> Result<Psid, GraphError> {
        let id = if value.is_object() { value.at("id") } else { value };
        let text = id.as_str().map_or_else(|| id.to_string(), str::to_owned);
        let psid =
            text.parse().ok().filter(|psid| self.threads.get(psid).is_some_and(|thread| thread.page == page));
        psid.ok_or_else(|| GraphError::new(100, Some(2_018_001), "(#100) No matching user found"))
    }

    /// An employee answers from the page's inbox, which takes the thread.
    pub fn inbox_reply(&mut self, now: i64, psid: Psid, text: &str) -> Option<String> {
        let keep = self.transcript_lines;
        let thread = self.threads.get_mut(&psid)?;
        let page = thread.page;
        let at = thread.stamp(now.div_euclid(1_000));
        thread.last_activity = now;
        let message = json!({ "text": text });
        let line = thread.push_line(keep, at, Some(PAGE_INBOX), &message);
        let mid = seed::mid(self.seed, psid, line);
        if self.pages.get(&page).is_some_and(|page| page.policy.default_app.is_some()) {
            self.set_owner(now, psid, Some(PAGE_INBOX), PAGE_INBOX, "");
        }
        let (kind, messaging_type) = (Kind::Inbox, MessagingType::Unstated);
        self.record.sent(Sent { page, psid, line, at, metadata: None, messaging_type, kind });
        let echo = crate::send::echo(PAGE_INBOX, &mid, &message);
        self.tell_sent(now, page, psid, at, now, &echo);
        Some(mid)
    }
}
