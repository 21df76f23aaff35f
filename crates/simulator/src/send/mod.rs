//! The Send API: one call, checked in the platform's order, and what follows when it is accepted.
//!
//! Invariant: the order is token (the caller's work), permission, restriction, recipient, availability,
//! thread owner, payload, dead tags, window, rates. The first that stands against it answers, and a
//! message is in the record exactly when none did.

pub mod payload;
mod recipient;
mod template;
mod utility;
pub mod window;

pub use utility::variables;

use crate::faults::Effect;
use crate::graph::answer::GraphError;
use crate::graph::params::Params;
use crate::id::{AppId, PageId, Psid};
use crate::json::Json;
use crate::outbox::{Cause, Options};
use crate::rates::Limit;
use crate::record::{MessagingType, Sent};
use crate::seed;
use crate::state::World;
use crate::token::Token;
use recipient::{Recipient, Via};
use serde_json::{Value, json};
use window::Plea;

/// One send.
pub struct SendCall<'a> {
    /// Simulated microseconds.
    pub now: i64,
    pub token: &'a Token,
    pub page: PageId,
    pub params: &'a Params,
    /// The faults that meet it; only those about echoes matter here.
    pub effects: &'a [Effect],
}

impl World {
    /// The answer's body, or the error.
    pub fn send(&mut self, call: &SendCall<'_>) -> Result<Value, GraphError> {
        if !call.token.may("pages_messaging") {
            return Err(GraphError::new(
                10,
                None,
                "(#10) Application does not have permission for this action. It needs pages_messaging.",
            ));
        }
        let page = self.pages.get(&call.page).ok_or_else(|| GraphError::missing(&call.page.to_string()))?;
        if page.policy.restricted {
            return Err(GraphError::restricted());
        }
        let to = self.recipient(call)?;
        let thread = self.threads.get_mut(&to.psid).ok_or_else(recipient::nobody)?;
        if thread.blocked || thread.unavailable {
            return Err(GraphError::unavailable());
        }
        // Ownership lapses after a day of silence.
        if call.now - thread.last_activity > 24 * 3_600 * 1_000_000 {
            thread.owner = None;
        }
        if thread.owner.is_some_and(|owner| owner != call.token.app) {
            return Err(GraphError::new(
                2_018_300,
                None,
                "(#2018300) Message failed to send because another app is controlling this thread now.",
            ));
        }
        match (call.params.value("message"), call.params.text("sender_action")) {
            (Some(_), Some(_)) => Err(GraphError::new(
                100,
                Some(2_018_014),
                "(#100) Param message and sender_action cannot be used together",
            )),
            (None, None) if !call.params.has("template") => {
                Err(GraphError::parameter("Param message must be a non-empty object"))
            }
            (None, Some(action)) => self.sender_action(call, &to, &action),
            (message, None) => self.send_message(call, &to, message.unwrap_or_else(|| json!({}))),
        }
    }

    fn sender_action(&self, call: &SendCall<'_>, to: &Recipient, action: &str) -> Result<Value, GraphError> {
        let last_inbound = self.threads.get(&to.psid).and_then(|thread| thread.last_inbound);
        match action {
            "mark_seen" => {}
            "typing_on" | "typing_off" | "react" | "unreact" => {
                let open = last_inbound.is_some_and(|at| call.now - at <= 24 * 3_600 * 1_000_000);
                if !open {
                    return Err(window::outside());
                }
            }
            _ => {
                return Err(GraphError::parameter(
                    "Param sender_action must be one of {typing_on, typing_off, mark_seen, react, unreact}",
                ));
            }
        }
        if matches!(action, "react" | "unreact") {
            let payload = call.params.value("payload").unwrap_or_default();
            self.known_line(to.psid, payload.at("message_id").as_str())?;
        }
        Ok(json!({ "recipient_id": to.psid.to_string() }))
    }

    fn send_message(
        &mut self,
        call: &SendCall<'_>,
        to: &Recipient,
        mut message: Value,
    ) -> Result<Value, GraphError> {
        // One of the platform's own samples puts the template beside the message.
        if let Some(template) = call.params.value("template") {
            message.put("template", template);
        }
        let mut checked = payload::check(&message)?;
        let messaging_type = match call.params.text("messaging_type").as_deref() {
            None => MessagingType::Unstated,
            Some("RESPONSE") => MessagingType::Response,
            Some("UPDATE") => MessagingType::Update,
            Some("MESSAGE_TAG") => MessagingType::MessageTag,
            Some("UTILITY") => MessagingType::Utility,
            Some(_) => {
                return Err(GraphError::parameter(
                    "Param messaging_type must be one of {RESPONSE, UPDATE, MESSAGE_TAG, UTILITY}",
                ));
            }
        };
        let notification = call.params.text("notification_type");
        if !matches!(notification.as_deref(), None | Some("REGULAR" | "SILENT_PUSH" | "NO_PUSH")) {
            return Err(GraphError::parameter(
                "Param notification_type must be one of {REGULAR, SILENT_PUSH, NO_PUSH}",
            ));
        }
        self.check_references(call, to, &mut checked)?;
        let pass = self.thread_control(call)?;
        let is_template = !message.at("template").is_null();
        let utility = messaging_type == MessagingType::Utility;
        if utility != is_template {
            return Err(GraphError::parameter(
                "A utility message needs messaging_type UTILITY and a template",
            ));
        }
        let rendered = if utility {
            let mut rendered = self.render_utility(call.token, call.page, message.at("template"))?;
            // What names the message comes back in its echo, whatever the message is made of.
            if !message.at("metadata").is_null() {
                rendered.put("metadata", message.at("metadata").clone());
            }
            Some(rendered)
        } else {
            None
        };

        let tag = call.params.text("tag");
        let last_inbound = self.threads.get(&to.psid).and_then(|thread| thread.last_inbound);
        let plea = Plea {
            messaging_type,
            tag: tag.as_deref(),
            template: checked.template.as_deref(),
            utility,
            last_inbound,
        };
        window::check_tag(&plea)?;
        let page = self.pages.get_mut(&call.page).ok_or_else(recipient::nobody)?;
        match &to.via {
            Via::Psid | Via::UserRef => window::check(&plea, &page.policy, call.now)?,
            Via::Comment(comment) => recipient::check_comment(&self.comments, comment, call.now)?,
            Via::Notification(token) => {
                recipient::check_notification(&self.notification_tokens, token, &page.policy, call.now)?;
            }
        }
        let topic = checked.template.as_deref().filter(|kind| *kind == "notification_messages").map(|_| {
            let title = message.at("attachment").at("payload").at("title").as_str();
            (to.psid, title.unwrap_or("Updates and promotions").to_owned())
        });
        if let Some(topic) = &topic {
            recipient::check_opt_in_request(&self.opt_in_requests, topic, call.now)?;
        }
        let private = matches!(to.via, Via::Comment(_));
        page.usage.admit(&self.settings.rates, page.engaged, call.now, checked.heavy, private).map_err(
            |limit| match limit {
                Limit::RollingDay => GraphError::usage_exhausted(),
                Limit::PerSecond | Limit::Media | Limit::PrivateReplies => GraphError::rate_limit(),
            },
        )?;

        self.use_up(to, call.now);
        self.opt_in_requests.extend(topic.map(|topic| (topic, call.now)));
        let (shown, sent) = (rendered.unwrap_or(message), (messaging_type, checked));
        let mid = self.accept(call, to.psid, shown, sent);
        if let Some(owner) = pass {
            self.set_owner(call.now, to.psid, owner, call.token.app, "");
        }
        let mut body = json!({ "message_id": mid });
        if !matches!(to.via, Via::UserRef) {
            body.put("recipient_id", json!(to.psid.to_string()));
        }
        Ok(body)
    }

    /// What the message refers to must exist and belong to the page or thread.
    fn check_references(
        &self,
        call: &SendCall<'_>,
        to: &Recipient,
        checked: &mut payload::Checked,
    ) -> Result<(), GraphError> {
        for id in &checked.attachment_ids {
            let upload = id.parse().ok().and_then(|id: u64| self.uploads.get(&id));
            let Some(upload) = upload.filter(|upload| upload.page == call.page) else {
                return Err(GraphError::new(
                    100,
                    Some(2_018_074),
                    "(#100) Either the attachment ID is invalid or you do not own this attachment",
                ));
            };
            checked.heavy |= upload.heavy;
        }
        if let Some(persona) = call.params.text("persona_id") {
            let page = self.pages.get(&call.page);
            let known = persona
                .parse()
                .ok()
                .is_some_and(|id: u64| page.is_some_and(|p| p.personas.contains_key(&id)));
            if !known {
                return Err(GraphError::new(
                    100,
                    Some(2_018_145),
                    "(#100) Param persona_id is not a persona of this Page",
                ));
            }
        }
        if let Some(reply_to) = call.params.value("reply_to") {
            self.known_line(to.psid, reply_to.at("mid").as_str())?;
        }
        Ok(())
    }

    fn known_line(&self, psid: Psid, mid: Option<&str>) -> Result<(), GraphError> {
        mid.and_then(|mid| seed::read_mid(self.seed, mid))
            .filter(|(of, number)| {
                *of == psid && self.threads.get(of).is_some_and(|thread| thread.line(*number).is_some())
            })
            .map(|_| ())
            .ok_or_else(|| GraphError::parameter("Invalid message id"))
    }

    /// Who is to own the thread after this message: `Some(None)` is nobody.
    fn thread_control(&self, call: &SendCall<'_>) -> Result<Option<Option<AppId>>, GraphError> {
        let Some(control) = call.params.value("thread_control") else { return Ok(None) };
        match control.at("control_type").as_str() {
            Some("release") => Ok(Some(None)),
            Some("pass") => self.target_app(control.at("app_id")).map(|app| Some(Some(app))),
            _ => Err(GraphError::parameter(
                "Param thread_control[control_type] must be one of {pass, release}",
            )),
        }
    }

    /// Writes the message down and tells everyone who listens.
    fn accept(
        &mut self,
        call: &SendCall<'_>,
        psid: Psid,
        message: Value,
        (messaging_type, checked): (MessagingType, payload::Checked),
    ) -> String {
        let keep = self.transcript_lines;
        let app = call.token.app;
        let Some(thread) = self.threads.get_mut(&psid) else { return String::new() };
        let at = thread.stamp(call.now.div_euclid(1_000));
        thread.last_activity = thread.last_activity.max(call.now);
        let line = thread.push_line(keep, at, Some(app), &message);
        let mid = seed::mid(self.seed, psid, line);
        let echo = echo(app, &mid, &message);
        self.record.sent(Sent {
            page: call.page,
            psid,
            line,
            at,
            metadata: checked.metadata,
            messaging_type,
            kind: checked.kind,
        });
        let mut echo_after = Some(self.settings.echo_millis.saturating_mul(1_000));
        for effect in call.effects {
            match effect {
                Effect::SuppressEcho => echo_after = None,
                Effect::LateEcho { seconds } => echo_after = Some(seconds.saturating_mul(1_000_000)),
                _ => {}
            }
        }
        if let Some(after) = echo_after {
            self.tell_sent(call.now, call.page, psid, at, call.now.saturating_add(after), &echo);
        }
        self.receipts(call.now, call.page, psid, at, &mid);
        mid
    }

    /// The echo of a message that left the page.
    pub fn tell_sent(&mut self, now: i64, page: PageId, psid: Psid, at: i64, due: i64, echo: &Value) {
        let event = json!({
            "sender": { "id": page.to_string() }, "recipient": { "id": psid.to_string() },
            "timestamp": at, "message": echo,
        });
        let options = Options::default();
        let cause =
            Cause { page, person: Some(psid), field: "message_echoes", options: &options, only: None, due };
        self.emit(now, &cause, |_, _| event.clone());
    }

    fn receipts(&mut self, now: i64, page: PageId, psid: Psid, at: i64, mid: &str) {
        let options = Options::default();
        let receipts = [
            ("message_deliveries", "delivery", self.settings.delivery_millis),
            ("message_reads", "read", self.settings.read_millis),
        ];
        for (field, key, after) in receipts {
            let Some(after) = after else { continue };
            let mut body = json!({ "watermark": at });
            if key == "delivery" {
                body.put("mids", json!([mid]));
            }
            let event = json!({
                "sender": { "id": psid.to_string() }, "recipient": { "id": page.to_string() },
                "timestamp": at.saturating_add(after), key: body,
            });
            let due = now.saturating_add(after.saturating_mul(1_000));
            let cause = Cause { page, person: Some(psid), field, options: &options, only: None, due };
            self.emit(now, &cause, |_, _| event.clone());
        }
    }
}

/// The `message` object of an echo.
pub fn echo(app: AppId, mid: &str, message: &Value) -> Value {
    let mut echo = json!({ "is_echo": true, "app_id": app.0, "mid": mid });
    for name in ["text", "metadata", "sticker_id", "attachments"] {
        if !message.at(name).is_null() {
            echo.put(name, message.at(name).clone());
        }
    }
    if !message.at("attachment").is_null() {
        echo.put("attachments", json!([message.at("attachment")]));
    }
    if !message.at("template").is_null() {
        let payload = json!({ "template_type": "utility", "name": message.at("template").at("name") });
        echo.put("attachments", json!([{ "type": "template", "payload": payload }]));
    }
    echo
}
