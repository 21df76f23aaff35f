//! For whom a message is: a person by PSID, by a plugin's reference, by a comment, or by a token they
//! gave.
//!
//! Invariant: whichever way, exactly one thread of this page is meant.

use super::SendCall;
use crate::graph::answer::GraphError;
use crate::id::Psid;
use crate::page::Policy;
use crate::state::{Comment, NotificationToken, World};
use std::collections::BTreeMap;

const DAY: i64 = 24 * 3_600 * 1_000_000;

/// How the recipient was named.
#[derive(Debug, PartialEq, Eq)]
pub enum Via {
    Psid,
    UserRef,
    Comment(String),
    Notification(String),
}

/// Whom a message is for.
#[derive(Debug)]
pub struct Recipient {
    pub psid: Psid,
    pub via: Via,
}

/// 100/2018001.
pub fn nobody() -> GraphError {
    GraphError::new(100, Some(2_018_001), "(#100) No matching user found")
}

impl World {
    pub(super) fn recipient(&self, call: &SendCall<'_>) -> Result<Recipient, GraphError> {
        let value = call.params.value("recipient").unwrap_or_default();
        let Some(members) = value.as_object().filter(|members| members.len() == 1) else {
            return Err(GraphError::parameter("Param recipient must name exactly one recipient"));
        };
        let Some((name, value)) = members.iter().next() else { return Err(nobody()) };
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let (psid, via) = match name.as_str() {
            "id" => (text.parse().map_err(|_| nobody())?, Via::Psid),
            "user_ref" => (*self.user_refs.get(&text).ok_or_else(nobody)?, Via::UserRef),
            "comment_id" | "post_id" => {
                (self.comments.get(&text).ok_or_else(nobody)?.psid, Via::Comment(text))
            }
            "notification_messages_token" | "one_time_notif_token" => {
                let token = self.notification_tokens.get(&text).ok_or_else(nobody)?;
                if token.once != (name == "one_time_notif_token") {
                    return Err(nobody());
                }
                (token.psid, Via::Notification(text))
            }
            "phone_number" => {
                return Err(GraphError::new(
                    200,
                    Some(2_018_027),
                    "(#200) Cannot message users who are not matched by phone number",
                ));
            }
            _ => return Err(GraphError::parameter("Param recipient has an unknown key")),
        };
        match self.threads.get(&psid) {
            Some(thread) if thread.page == call.page => Ok(Recipient { psid, via }),
            _ => Err(nobody()),
        }
    }

    /// Spends what can be used once.
    pub(super) fn use_up(&mut self, to: &Recipient, now: i64) {
        match &to.via {
            Via::Comment(comment) => {
                if let Some(comment) = self.comments.get_mut(comment) {
                    comment.answered = true;
                }
            }
            Via::Notification(token) => {
                if let Some(token) = self.notification_tokens.get_mut(token) {
                    token.used_at = Some(now);
                }
            }
            Via::Psid | Via::UserRef => {}
        }
    }
}

/// A private reply: one per comment, within seven days.
pub fn check_comment(
    comments: &BTreeMap<String, Comment>,
    comment: &str,
    now: i64,
) -> Result<(), GraphError> {
    let comment = comments.get(comment).ok_or_else(nobody)?;
    if comment.answered {
        return Err(GraphError::new(10_900, None, "(#10900) Activity already replied to"));
    }
    if now - comment.at > 7 * DAY {
        return Err(super::window::outside());
    }
    Ok(())
}

/// A person is asked about one topic once a week.
pub fn check_opt_in_request(
    asked: &BTreeMap<(Psid, String), i64>,
    topic: &(Psid, String),
    now: i64,
) -> Result<(), GraphError> {
    match asked.get(topic) {
        Some(at) if now - at < 7 * DAY => Err(GraphError::new(
            613,
            Some(1_893_016),
            "(#613) The user was already asked to opt in to this topic",
        )),
        _ => Ok(()),
    }
}

/// A notification token: recurring ones every 48 hours where they still work, one-time ones once.
pub fn check_notification(
    tokens: &BTreeMap<String, NotificationToken>,
    text: &str,
    policy: &Policy,
    now: i64,
) -> Result<(), GraphError> {
    let token = tokens.get(text).ok_or_else(nobody)?;
    if now - token.made_at > 365 * DAY {
        return Err(GraphError::parameter("The notification token has expired"));
    }
    if token.once {
        return match token.used_at {
            None => Ok(()),
            Some(_) => Err(GraphError::parameter("The one-time notification token was already used")),
        };
    }
    if !policy.recurring_notifications {
        return Err(GraphError::new(
            10,
            None,
            "(#10) Recurring notifications are no longer available to this Page",
        ));
    }
    if token.stopped {
        return Err(GraphError::new(
            10,
            Some(1_893_015),
            "(#10) The user has stopped notifications on this topic",
        ));
    }
    match token.used_at {
        Some(at) if now - at < 2 * DAY => Err(GraphError::new(
            4,
            Some(2_018_354),
            "(#4) The minimum time between two notifications to this user has not passed",
        )),
        _ => Ok(()),
    }
}
