//! What a person can do, as a value: the same in Rust and in the control API's JSON.

use crate::id::Psid;
use serde::{Deserialize, Serialize};

/// Something a person does on a page.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub enum Action {
    /// Writes a text, as an answer to a message if wished.
    Write {
        text: String,
        #[serde(default)]
        reply_to: Option<String>,
    },
    /// Taps Get Started. The payload is the page's own unless another is given.
    GetStarted {
        #[serde(default)]
        payload: Option<String>,
        #[serde(default)]
        referral: Option<Referral>,
    },
    /// Taps a button or quick reply: the first one that fits, in the newest message that has one.
    Tap {
        #[serde(default)]
        title: Option<String>,
        #[serde(default)]
        payload: Option<String>,
        #[serde(default)]
        index: Option<usize>,
        #[serde(default)]
        message: Option<String>,
    },
    /// Taps an entry of the persistent menu or an ice breaker.
    Menu {
        title: String,
    },
    /// Sends an attachment.
    Attach(Attachment),
    /// Follows an m.me link (or scans a code) of the page.
    Arrive(Referral),
    /// Comes through an ad that opens the conversation, and writes.
    Ad {
        text: String,
        referral: Referral,
    },
    React {
        reaction: String,
        #[serde(default)]
        message: Option<String>,
    },
    Unreact {
        #[serde(default)]
        message: Option<String>,
    },
    /// Changes their last (or the given) text.
    Edit {
        text: String,
        #[serde(default)]
        message: Option<String>,
    },
    /// Takes their last (or the given) message back.
    Unsend {
        #[serde(default)]
        message: Option<String>,
    },
    /// Reads everything up to now.
    Read {},
    /// Allows notifications on a topic.
    OptIn {
        title: String,
        #[serde(default)]
        payload: Option<String>,
    },
    /// Stops notifications (of one topic, or of all).
    OptOut {
        #[serde(default)]
        title: Option<String>,
    },
    /// Resumes stopped notifications.
    Resume {
        #[serde(default)]
        title: Option<String>,
    },
    /// Asks to be notified once.
    NotifyOnce {
        payload: String,
    },
    /// Ticks a checkbox plugin on a website; the page learns a `user_ref`, no PSID.
    Checkbox {
        reference: String,
        user_ref: String,
    },
    /// Comments on a post of the page.
    Comment {
        text: String,
        #[serde(default)]
        post_id: Option<String>,
    },
    LinkAccount {
        authorization_code: String,
    },
    UnlinkAccount {},
    /// Blocks the page: nothing reaches the person any more, and the page is not told.
    Block {},
    Unblock {},
}

/// How a person came.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Referral {
    pub r#ref: Option<String>,
    /// `SHORTLINK`, `ADS`, `MESSENGER_CODE`, …; absent where European rules apply.
    pub source: Option<String>,
    pub ad_id: Option<String>,
    pub ad_title: Option<String>,
    pub referer_uri: Option<String>,
}

/// An attachment a person sends.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Attachment {
    /// `image`, `sticker`, `audio`, `video`, `file`, `location`, `fallback`, or any other type.
    pub kind: String,
    pub url: Option<String>,
    pub title: Option<String>,
    pub sticker_id: Option<u64>,
    pub lat: Option<f64>,
    pub long: Option<f64>,
}

/// What came of an action.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Done {
    /// The message it made or was about.
    pub mid: Option<String>,
    /// The event's time.
    pub at_millis: i64,
    /// The notification token it made or was about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
    /// The comment it made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
}

/// Why a person could not do it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("there is no person {0}; list the page's people to see who there is")]
    NoPerson(Psid),
    #[error("the person has blocked the page; let them `unblock` first")]
    Blocked,
    #[error("the page has no Get Started payload; set `get_started` in messenger_profile, or give a payload")]
    NoGetStarted,
    #[error("no received message has such a button; look at the person's transcript for what there is")]
    NoButton,
    #[error("a button of type `{0}` leads away from the conversation and makes no webhook; tap another")]
    NoWebhook(String),
    #[error(
        "the page's menu has no such entry; set `persistent_menu` or `ice_breakers` in messenger_profile"
    )]
    NoMenu,
    #[error("there is no such message in the thread; leave `message` out to mean the last one")]
    NoMessage,
    #[error("a message can be edited five times, and only by who wrote it")]
    NotEditable,
    #[error("unknown reaction `{0}`; use smile, angry, sad, wow, love, like, dislike or other")]
    NoReaction(String),
    #[error("the person allowed no such notifications; let them `opt_in` first")]
    NoOptIn,
    #[error("an attachment needs a kind, for example `image`")]
    NoKind,
}

impl Action {
    pub fn write(text: impl Into<String>) -> Self {
        Self::Write { text: text.into(), reply_to: None }
    }

    /// Taps the newest button or quick reply with this title.
    pub fn tap(title: impl Into<String>) -> Self {
        Self::Tap { title: Some(title.into()), payload: None, index: None, message: None }
    }

    /// Taps the newest button or quick reply with this payload.
    pub fn tap_payload(payload: impl Into<String>) -> Self {
        Self::Tap { title: None, payload: Some(payload.into()), index: None, message: None }
    }

    pub const fn get_started() -> Self {
        Self::GetStarted { payload: None, referral: None }
    }

    /// Whether it opens the 24-hour window.
    pub(crate) const fn opens_window(&self) -> bool {
        matches!(
            self,
            Self::Write { .. }
                | Self::GetStarted { .. }
                | Self::Tap { .. }
                | Self::Menu { .. }
                | Self::Attach(_)
                | Self::Arrive(_)
                | Self::Ad { .. }
                | Self::React { .. }
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_documented_action_is_understood() {
        let actions = [
            json!({ "do": "write", "text": "x" }),
            json!({ "do": "get_started", "referral": { "ref": "r" } }),
            json!({ "do": "tap", "index": 0 }),
            json!({ "do": "menu", "title": "x" }),
            json!({ "do": "attach", "kind": "location", "lat": 1.5, "long": 2.5 }),
            json!({ "do": "arrive", "ref": "r", "source": "SHORTLINK" }),
            json!({ "do": "ad", "text": "x", "referral": { "ad_id": "1" } }),
            json!({ "do": "react", "reaction": "love" }),
            json!({ "do": "unreact" }),
            json!({ "do": "edit", "text": "x" }),
            json!({ "do": "unsend" }),
            json!({ "do": "read" }),
            json!({ "do": "opt_in", "title": "x" }),
            json!({ "do": "opt_out" }),
            json!({ "do": "resume" }),
            json!({ "do": "notify_once", "payload": "x" }),
            json!({ "do": "checkbox", "reference": "x", "user_ref": "y" }),
            json!({ "do": "comment", "text": "x" }),
            json!({ "do": "link_account", "authorization_code": "x" }),
            json!({ "do": "unlink_account" }),
            json!({ "do": "block" }),
            json!({ "do": "unblock" }),
        ];
        for action in actions {
            let mut odd = action.clone();
            serde_json::from_value::<Action>(action).unwrap();
            odd["surprise"] = json!(1);
            assert!(serde_json::from_value::<Action>(odd.clone()).is_err(), "{odd}");
        }
    }
}
