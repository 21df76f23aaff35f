//! A page: its people, who may act for it, which apps listen to it, and what it has set up.

use crate::id::{AppId, PageId, Psid, UserId};
use crate::rates::Usage;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// The tasks a full administrator of a page has.
pub const ALL_TASKS: [&str; 6] =
    ["ADVERTISE", "ANALYZE", "CREATE_CONTENT", "MESSAGING", "MODERATE", "MANAGE"];

/// The names `subscribed_fields` may carry.
pub const FIELDS: [&str; 38] = [
    "messages",
    "message_deliveries",
    "message_echoes",
    "message_edits",
    "message_reads",
    "message_reactions",
    "message_context",
    "message_mention",
    "message_template_status_update",
    "messaging_account_linking",
    "messaging_appointments",
    "messaging_customer_information",
    "messaging_direct_sends",
    "messaging_feedback",
    "messaging_game_plays",
    "messaging_handovers",
    "messaging_in_thread_lead_form_submit",
    "messaging_integrity",
    "messaging_optins",
    "messaging_optouts",
    "messaging_policy_enforcement",
    "messaging_postbacks",
    "messaging_referrals",
    "response_feedback",
    "send_cart",
    "standby",
    "inbox_labels",
    "feed",
    "calls",
    "call_permission_reply",
    "call_settings_update",
    "business_integrity",
    "marketing_message_echoes",
    "marketing_message_deliveries",
    "marketing_message_reads",
    "marketing_message_clicks",
    "marketing_message_delivery_failed",
    "marketing_messages_subscriber_upload_status",
];

/// A page to be made.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct NewPage {
    pub name: String,
    pub category: Option<String>,
    /// Who may act for it; the first user when empty.
    pub admins: Vec<UserId>,
    /// Subscribes the default app to these fields at once, as if the bot had asked.
    pub subscribe: Vec<String>,
    pub policy: Policy,
}

/// What the platform allows this page.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Policy {
    /// Every send fails with 10/1893063.
    pub restricted: bool,
    /// The reviewed Human Agent feature.
    pub human_agent: bool,
    /// Registered in the news page index.
    pub news: bool,
    /// An existing integration of recurring notifications in AU, EU, JP, KR or UK.
    pub recurring_notifications: bool,
    /// The app that owns idle threads; without one every app may answer.
    pub default_app: Option<AppId>,
}

/// A stored messenger page.
pub struct Page {
    pub id: PageId,
    pub name: String,
    pub category: String,
    pub admins: BTreeMap<UserId, BTreeSet<String>>,
    pub policy: Policy,
    pub subscriptions: BTreeMap<AppId, Subscription>,
    /// Everyone who has a thread with the page, in the order they came.
    pub people: Vec<Psid>,
    /// How many of them have written.
    pub engaged: u64,
    pub profile: Map<String, Value>,
    pub user_settings: BTreeMap<Psid, Value>,
    pub profile_calls: VecDeque<i64>,
    /// Calls about one person's menu.
    pub user_calls: BTreeMap<Psid, VecDeque<i64>>,
    pub personas: BTreeMap<u64, Persona>,
    pub templates: BTreeMap<u64, Template>,
    pub usage: Usage,
}

/// An app's subscription to a page.
#[derive(Debug, Clone, Default)]
pub struct Subscription {
    pub fields: BTreeSet<String>,
    /// When webhooks began to fail without one success since (simulated microseconds).
    pub failing_since: Option<i64>,
    /// Whether the alert about it was given.
    pub alerted: bool,
}

/// A name and picture a bot may speak under.
#[derive(Debug, Clone)]
pub struct Persona {
    pub name: String,
    pub picture: String,
}

/// A utility-message template.
#[derive(Debug, Clone)]
pub struct Template {
    pub name: String,
    pub language: String,
    pub category: String,
    pub status: String,
    pub reason: Option<String>,
    pub named: bool,
    pub components: Vec<Value>,
    pub app: AppId,
}

/// A medium uploaded for later use: whose it is. What it shows plays no part here.
#[derive(Debug, Clone)]
pub struct Upload {
    pub page: PageId,
    pub heavy: bool,
}

impl Page {
    pub fn new(id: PageId, name: String, category: String) -> Self {
        Self {
            id,
            name,
            category,
            admins: BTreeMap::new(),
            policy: Policy::default(),
            subscriptions: BTreeMap::new(),
            people: Vec::new(),
            engaged: 0,
            profile: Map::new(),
            user_settings: BTreeMap::new(),
            profile_calls: VecDeque::new(),
            user_calls: BTreeMap::new(),
            personas: BTreeMap::new(),
            templates: BTreeMap::new(),
            usage: Usage::default(),
        }
    }
}
