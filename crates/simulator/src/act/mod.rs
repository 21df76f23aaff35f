//! A person acts: the thread changes, and the webhook that Meta would send is made.
//!
//! Invariant: the timestamps of one thread never repeat, and an act moves the window's start only
//! forward, to the event's own time.

mod shape;

use crate::action::{Action, Done, Referral, Refusal};
use crate::id::{AppId, PageId, Psid};
use crate::json::Json;
use crate::outbox::{Cause, Options, id};
use crate::people::Button;
use crate::seed;
use crate::state::{Comment, NotificationToken, World};
use serde_json::{Map, Value, json};
use shape::emoji;

/// A year, the life of a notification token.
const YEAR: i64 = 365 * 24 * 3_600 * 1_000_000;

/// One act on its way to becoming a webhook.
struct Happening<'a> {
    now: i64,
    /// The event's own time (microseconds), in the past when it is delivered late.
    at: i64,
    /// The same as the webhook's timestamp (milliseconds).
    stamp: i64,
    page: PageId,
    psid: Psid,
    options: &'a Options,
}

impl World {
    /// Lets a person act.
    pub fn act(&mut self, now: i64, psid: Psid, action: &Action, options: &Options) -> Result<Done, Refusal> {
        let thread = self.threads.get_mut(&psid).ok_or(Refusal::NoPerson(psid))?;
        if thread.blocked && !matches!(action, Action::Unblock {}) {
            return Err(Refusal::Blocked);
        }
        let at = now - options.late_seconds.max(0).saturating_mul(1_000_000);
        let stamp = if at == now { thread.stamp(now.div_euclid(1_000)) } else { at.div_euclid(1_000) };
        let page = thread.page;
        let known = thread.next_line > 0;
        let happening = Happening { now, at, stamp, page, psid, options };
        let done = self.happen(&happening, action, known)?;
        if action.opens_window() && !matches!(action, Action::Tap { .. } if done.token.is_some()) {
            self.open_window(psid, at);
        }
        if let Some(thread) = self.threads.get_mut(&psid) {
            thread.last_activity = thread.last_activity.max(at);
        }
        Ok(done)
    }

    fn happen(&mut self, h: &Happening<'_>, action: &Action, known: bool) -> Result<Done, Refusal> {
        let mut done = Done { mid: None, at_millis: h.stamp, token: None, comment: None };
        match action {
            Action::Write { text, reply_to } => {
                let mut message = json!({ "text": text });
                if let Some(mid) = reply_to {
                    let line = self.line_of(h.psid, Some(mid), |_| true)?;
                    let own = self
                        .threads
                        .get(&h.psid)
                        .and_then(|t| t.line(line))
                        .is_some_and(|l| l.from.is_none());
                    message.put("reply_to", json!({ "mid": mid, "is_self_reply": own }));
                }
                done.mid = Some(self.say(h, message));
            }
            Action::GetStarted { payload, referral } => {
                let own = self.pages.get(&h.page).and_then(|page| page.profile.get("get_started"));
                let own = own.and_then(|started| started.at("payload").as_str()).map(str::to_owned);
                let payload = payload.clone().or(own).ok_or(Refusal::NoGetStarted)?;
                let referral = referral.as_ref().map(Referral::event);
                done.mid = Some(self.postback(h, None, "Get Started", &payload, referral));
            }
            Action::Tap { title, payload, index, message } => {
                let (line, app, button) =
                    self.find_button(h.psid, title, payload, *index, message.as_deref())?;
                return self.tap(h, line, app, &button, done);
            }
            Action::Menu { title } => {
                let payload = self.menu_payload(h.page, title).ok_or(Refusal::NoMenu)?;
                done.mid = Some(self.postback(h, None, title, &payload, None));
            }
            Action::Attach(attachment) => {
                let message = json!({ "attachments": [attachment.event(self.seed)?] });
                done.mid = Some(self.say(h, message));
            }
            Action::Arrive(referral) => {
                let started = self.pages.get(&h.page).and_then(|page| page.profile.get("get_started"));
                let payload = started.and_then(|started| started.at("payload").as_str()).map(str::to_owned);
                match payload {
                    // A new thread opens with Get Started, and the referral rides on it.
                    Some(payload) if !known => {
                        let referral = Some(referral.event());
                        done.mid = Some(self.postback(h, None, "Get Started", &payload, referral));
                    }
                    _ => self.tell(h, "messaging_referrals", "referral", &referral.event()),
                }
            }
            Action::Ad { text, referral } => {
                let mut event = referral.event();
                event.put("source", json!("ADS"));
                event.put("ads_context_data", json!({ "ad_title": referral.ad_title }));
                done.mid = Some(self.say(h, json!({ "text": text, "referral": event })));
            }
            Action::React { reaction, message } => {
                let emoji = emoji(reaction).ok_or_else(|| Refusal::NoReaction(reaction.clone()))?;
                let mid = self.mid_of(h.psid, message.as_deref(), |from| from.is_some())?;
                let event = json!({ "mid": mid, "action": "react", "reaction": reaction, "emoji": emoji });
                self.tell(h, "message_reactions", "reaction", &event);
                done.mid = Some(mid);
            }
            Action::Unreact { message } => {
                let mid = self.mid_of(h.psid, message.as_deref(), |from| from.is_some())?;
                let event = json!({ "mid": mid, "action": "unreact" });
                self.tell(h, "message_reactions", "reaction", &event);
                done.mid = Some(mid);
            }
            Action::Edit { text, message } => done.mid = Some(self.edit(h, text, message.as_deref())?),
            Action::Unsend { message } => {
                let number = self.line_of(h.psid, message.as_deref(), |from| from.is_none())?;
                if let Some(thread) = self.threads.get_mut(&h.psid) {
                    thread.lines.retain(|line| line.number != number);
                }
                let mid = seed::mid(self.seed, h.psid, number);
                self.tell(h, "messages", "message", &json!({ "mid": mid, "is_deleted": true }));
                done.mid = Some(mid);
            }
            Action::Read {} => self.tell(h, "message_reads", "read", &json!({ "watermark": h.stamp })),
            Action::OptIn { title, payload } => {
                done.token = Some(self.opt_in(h, title, payload.as_deref()));
            }
            Action::OptOut { title } => {
                done.token = Some(self.set_stopped(h, title.as_deref(), true)?);
            }
            Action::Resume { title } => {
                done.token = Some(self.set_stopped(h, title.as_deref(), false)?);
            }
            Action::NotifyOnce { payload } => {
                let token = self.new_notification_token(h, "", true);
                let event = json!({
                    "type": "one_time_notif_req", "payload": payload, "one_time_notif_token": token,
                });
                self.tell(h, "messaging_optins", "optin", &event);
                done.token = Some(token);
            }
            Action::Checkbox { reference, user_ref } => {
                self.user_refs.insert(user_ref.clone(), h.psid);
                self.open_window(h.psid, h.at);
                let (page, at) = (id(h.page.0, h.options.numeric_ids), h.timestamp());
                let event = json!({
                    "recipient": { "id": page }, "timestamp": at,
                    "optin": { "ref": reference, "user_ref": user_ref },
                });
                self.emit(h.now, &h.cause("messaging_optins", None), |_, _| event.clone());
            }
            Action::Comment { text, post_id } => {
                done.comment = Some(self.comment(h, text, post_id.as_deref()));
            }
            Action::LinkAccount { authorization_code } => {
                let event = json!({ "status": "linked", "authorization_code": authorization_code });
                self.tell(h, "messaging_account_linking", "account_linking", &event);
            }
            Action::UnlinkAccount {} => {
                let event = json!({ "status": "unlinked" });
                self.tell(h, "messaging_account_linking", "account_linking", &event);
            }
            Action::Block {} | Action::Unblock {} => {
                if let Some(thread) = self.threads.get_mut(&h.psid) {
                    thread.blocked = matches!(action, Action::Block {});
                }
            }
        }
        Ok(done)
    }

    fn open_window(&mut self, psid: Psid, at: i64) {
        let Some(thread) = self.threads.get_mut(&psid) else { return };
        if thread.last_inbound.is_none()
            && let Some(page) = self.pages.get_mut(&thread.page)
        {
            page.engaged += 1;
        }
        thread.last_inbound = thread.last_inbound.max(Some(at));
    }

    /// Sends an event whose object stands under `key` to every app that listens.
    fn tell(&mut self, h: &Happening<'_>, field: &str, key: &str, body: &Value) {
        self.emit(h.now, &h.cause(field, None), |_, _| h.event(key, body.clone()));
    }

    /// A message of the person: a line in the thread and a webhook.
    fn say(&mut self, h: &Happening<'_>, mut message: Value) -> String {
        let keep = self.transcript_lines;
        let number =
            self.threads.get_mut(&h.psid).map_or(0, |thread| thread.push_line(keep, h.stamp, None, &message));
        let mid = seed::mid(self.seed, h.psid, number);
        message.put("mid", json!(mid));
        self.tell(h, "messages", "message", &message);
        mid
    }

    /// A postback; its payload is only for the app that sent the button, and for none in standby.
    fn postback(
        &mut self,
        h: &Happening<'_>,
        only: Option<AppId>,
        title: &str,
        payload: &str,
        referral: Option<Value>,
    ) -> String {
        let keep = self.transcript_lines;
        let line = json!({ "text": title, "postback": payload });
        let number =
            self.threads.get_mut(&h.psid).map_or(0, |thread| thread.push_line(keep, h.stamp, None, &line));
        let mid = seed::mid(self.seed, h.psid, number);
        self.emit(h.now, &h.cause("messaging_postbacks", None), |app, standby| {
            let mut event = json!({ "mid": mid, "title": title });
            if !standby && only.is_none_or(|only| only == app) {
                event.put("payload", json!(payload));
            }
            if let Some(referral) = &referral {
                event.put("referral", referral.clone());
            }
            h.event("postback", event)
        });
        mid
    }

    fn tap(
        &mut self,
        h: &Happening<'_>,
        line: u32,
        app: Option<AppId>,
        button: &Button,
        mut done: Done,
    ) -> Result<Done, Refusal> {
        let payload = button.payload.as_deref().unwrap_or_default();
        match button.kind.as_str() {
            "quick_reply" => {
                let message = json!({
                    "text": button.title, "quick_reply": { "payload": payload },
                });
                done.mid = Some(self.say(h, message));
                // Quick replies are offered once.
                if let Some(line) = self.threads.get_mut(&h.psid).and_then(|thread| thread.line_mut(line))
                    && let Ok(mut body) = serde_json::from_str::<Map<String, Value>>(&line.body)
                {
                    body.remove("quick_replies");
                    line.body = Value::Object(body).to_string().into_boxed_str();
                }
            }
            "postback" | "POSTBACK" => {
                done.mid = Some(self.postback(h, app, &button.title, payload, None));
            }
            "notification_messages" => done.token = Some(self.opt_in(h, &button.title, Some(payload))),
            other => return Err(Refusal::NoWebhook(other.to_owned())),
        }
        Ok(done)
    }

    fn find_button(
        &self,
        psid: Psid,
        title: &Option<String>,
        payload: &Option<String>,
        index: Option<usize>,
        message: Option<&str>,
    ) -> Result<(u32, Option<AppId>, Button), Refusal> {
        let wanted = message.map(|mid| self.line_of(psid, Some(mid), |from| from.is_some())).transpose()?;
        let thread = self.threads.get(&psid).ok_or(Refusal::NoPerson(psid))?;
        for line in thread.lines.iter().rev() {
            if line.from.is_none() || wanted.is_some_and(|number| number != line.number) {
                continue;
            }
            let found = line.show(self.seed, psid).buttons.into_iter().enumerate().find(|(at, button)| {
                index.is_none_or(|index| index == *at)
                    && title.as_ref().is_none_or(|title| *title == button.title)
                    && payload.as_ref().is_none_or(|payload| Some(payload) == button.payload.as_ref())
            });
            if let Some((_, button)) = found {
                return Ok((line.number, line.from, button));
            }
        }
        Err(Refusal::NoButton)
    }

    fn menu_payload(&self, page: PageId, title: &str) -> Option<String> {
        let profile = &self.pages.get(&page)?.profile;
        let entries = |property: &str, name: &str| -> Option<String> {
            profile.get(property)?.as_array()?.iter().find_map(|locale| {
                let entries = locale.at("call_to_actions").as_array()?;
                let entry = entries.iter().find(|entry| entry[name] == title)?;
                entry.at("payload").as_str().map(str::to_owned)
            })
        };
        entries("persistent_menu", "title").or_else(|| entries("ice_breakers", "question"))
    }

    fn edit(&mut self, h: &Happening<'_>, text: &str, message: Option<&str>) -> Result<String, Refusal> {
        let number = self.line_of(h.psid, message, |from| from.is_none())?;
        let line = self.threads.get_mut(&h.psid).and_then(|thread| thread.line_mut(number));
        let line = line.filter(|line| line.edits < 5).ok_or(Refusal::NotEditable)?;
        line.edits += 1;
        line.body = json!({ "text": text }).to_string().into_boxed_str();
        let edits = line.edits;
        let mid = seed::mid(self.seed, h.psid, number);
        let event = json!({ "mid": mid, "text": text, "num_edit": edits });
        self.tell(h, "message_edits", "message_edit", &event);
        Ok(mid)
    }

    fn opt_in(&mut self, h: &Happening<'_>, title: &str, payload: Option<&str>) -> String {
        let known = self
            .notification_tokens
            .iter_mut()
            .find(|(_, token)| token.psid == h.psid && !token.once && token.title == title);
        let refreshed = known.is_some();
        let token = match known {
            Some((text, token)) => {
                token.stopped = false;
                text.clone()
            }
            None => self.new_notification_token(h, title, false),
        };
        let event = json!({
            "type": "notification_messages", "payload": payload, "notification_messages_token": token,
            "notification_messages_timezone": "UTC", "token_expiry_timestamp": (h.at + YEAR).div_euclid(1_000),
            "user_token_status": if refreshed { "REFRESHED" } else { "NOT_REFRESHED" }, "title": title,
        });
        self.tell(h, "messaging_optins", "optin", &event);
        token
    }

    fn new_notification_token(&mut self, h: &Happening<'_>, title: &str, once: bool) -> String {
        let text = self.random.digits(19).to_string();
        let title = title.to_owned();
        let token =
            NotificationToken { psid: h.psid, title, stopped: false, once, used_at: None, made_at: h.at };
        self.notification_tokens.insert(text.clone(), token);
        text
    }

    fn set_stopped(
        &mut self,
        h: &Happening<'_>,
        title: Option<&str>,
        stopped: bool,
    ) -> Result<String, Refusal> {
        let mut changed = Vec::new();
        for (text, token) in &mut self.notification_tokens {
            if token.psid == h.psid && !token.once && title.is_none_or(|title| title == token.title) {
                token.stopped = stopped;
                changed.push((text.clone(), token.title.clone()));
            }
        }
        let status = if stopped { "STOP NOTIFICATIONS" } else { "RESUME NOTIFICATIONS" };
        for (token, title) in &changed {
            let event = json!({
                "type": "notification_messages", "notification_messages_token": token, "title": title,
                "notification_messages_status": status,
            });
            self.tell(h, "messaging_optins", "optin", &event);
        }
        changed.pop().map(|(token, _)| token).ok_or(Refusal::NoOptIn)
    }

    fn comment(&mut self, h: &Happening<'_>, text: &str, post_id: Option<&str>) -> String {
        let post = post_id.map_or_else(|| format!("{}_{}", h.page, 1), str::to_owned);
        let comment = format!("{post}_{}", self.random.digits(15));
        let stored = Comment { psid: h.psid, at: h.at, answered: false };
        self.comments.insert(comment.clone(), stored);
        let name = self.threads.get(&h.psid).and_then(|thread| self.humans.get(thread.human));
        let name = name.map(|human| format!("{} {}", human.first_name, human.last_name)).unwrap_or_default();
        let event = json!({ "field": "feed", "value": {
            "item": "comment", "verb": "add", "comment_id": comment, "post_id": post, "parent_id": post,
            "created_time": h.at.div_euclid(1_000_000), "message": text,
            "from": { "id": h.psid.to_string(), "name": name },
        } });
        self.emit(h.now, &h.cause("feed", None), |_, _| event.clone());
        comment
    }

    /// The line a message id names, or the newest that fits.
    fn line_of(
        &self,
        psid: Psid,
        mid: Option<&str>,
        fits: impl Fn(Option<AppId>) -> bool,
    ) -> Result<u32, Refusal> {
        let thread = self.threads.get(&psid).ok_or(Refusal::NoPerson(psid))?;
        let wanted = match mid {
            Some(mid) => Some(
                seed::read_mid(self.seed, mid).filter(|(of, _)| *of == psid).ok_or(Refusal::NoMessage)?.1,
            ),
            None => None,
        };
        thread
            .lines
            .iter()
            .rev()
            .find(|line| fits(line.from) && wanted.is_none_or(|number| number == line.number))
            .map(|line| line.number)
            .ok_or(Refusal::NoMessage)
    }

    fn mid_of(
        &self,
        psid: Psid,
        mid: Option<&str>,
        fits: impl Fn(Option<AppId>) -> bool,
    ) -> Result<String, Refusal> {
        self.line_of(psid, mid, fits).map(|number| seed::mid(self.seed, psid, number))
    }
}

impl<'a> Happening<'a> {
    fn cause<'b>(&self, field: &'b str, only: Option<AppId>) -> Cause<'b>
    where
        'a: 'b,
    {
        Cause { page: self.page, person: Some(self.psid), field, options: self.options, only, due: 0 }
    }

    fn timestamp(&self) -> i64 {
        if self.options.seconds { self.stamp.div_euclid(1_000) } else { self.stamp }
    }

    fn event(&self, key: &str, body: Value) -> Value {
        let numeric = self.options.numeric_ids;
        json!({
            "sender": { "id": id(self.psid.0, numeric) }, "recipient": { "id": id(self.page.0, numeric) },
            "timestamp": self.timestamp(), key: body,
        })
    }
}
