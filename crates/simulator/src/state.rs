//! Everything the platform knows, in one value behind one lock.
//!
//! Invariant: nobody waits for anything while holding the lock, and what is listed to the outside is
//! kept in an order that follows from the calls made, never from a hash.

use crate::config::{Config, Rates, Settings};
use crate::faults::Faults;
use crate::id::{AppId, PageId, Psid, UserId};
use crate::outbox::Outbox;
use crate::page::{Page, Upload};
use crate::people::{Human, Thread};
use crate::record::Record;
use crate::seed::SplitMix;
use crate::sign::Secret;
use crate::token::{Code, Token};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// The app id of the page's own inbox, where employees answer.
pub const PAGE_INBOX: AppId = AppId(263_902_037_430_900);

/// A bot's registration.
pub struct App {
    pub id: AppId,
    pub name: String,
    pub secret_text: String,
    pub secret: Arc<Secret>,
    pub verify_token: String,
    pub callback_url: Option<Arc<str>>,
    /// Whether the callback answered a verification GET.
    pub verified: bool,
    pub deauthorize_url: Option<String>,
    pub deletion_url: Option<String>,
    pub redirect_urls: Vec<String>,
}

/// Someone who can log in and connect pages.
pub struct User {
    pub id: UserId,
    pub name: String,
}

/// The platform's state.
pub struct World {
    pub seed: u64,
    pub random: SplitMix,
    /// Trace ids draw from here, so that nothing else depends on how many calls there were.
    traces: SplitMix,
    pub apps: BTreeMap<AppId, App>,
    pub default_app: AppId,
    pub users: BTreeMap<UserId, User>,
    /// Users in the order they were made; the first one logs in when nobody is asked.
    pub user_order: Vec<UserId>,
    /// Who allowed an app something last, in the dialog.
    pub said_yes: Option<UserId>,
    pub pages: BTreeMap<PageId, Page>,
    pub humans: Vec<Human>,
    pub threads: HashMap<Psid, Thread>,
    /// Who stands behind a checkbox-plugin reference.
    pub user_refs: BTreeMap<String, Psid>,
    /// Notification tokens: whose, and for which topic.
    pub notification_tokens: BTreeMap<String, NotificationToken>,
    /// When a person was last asked to allow a topic.
    pub opt_in_requests: BTreeMap<(Psid, String), i64>,
    pub comments: BTreeMap<String, Comment>,
    pub tokens: HashMap<String, Token>,
    pub codes: HashMap<String, Code>,
    pub uploads: BTreeMap<u64, Upload>,
    pub faults: Faults,
    pub record: Record,
    pub outbox: Outbox,
    pub settings: Settings,
    pub transcript_lines: usize,
    /// The address in links to ourselves.
    pub origin: String,
    pub callback_fields: BTreeMap<AppId, BTreeSet<String>>,
}

/// A token that allows one kind of message without a window.
#[derive(Debug, Clone)]
pub struct NotificationToken {
    pub psid: Psid,
    pub title: String,
    pub stopped: bool,
    pub once: bool,
    pub used_at: Option<i64>,
    pub made_at: i64,
}

/// A comment or visitor post under one of the page's posts.
#[derive(Debug, Clone)]
pub struct Comment {
    pub psid: Psid,
    pub at: i64,
    pub answered: bool,
}

impl World {
    pub fn new(config: &Config, outbox: Outbox) -> Self {
        let default_app = AppId(config.app_id);
        let app = App {
            id: default_app,
            name: "Simulated app".to_owned(),
            secret_text: config.app_secret.clone(),
            secret: Arc::new(Secret::new(&config.app_secret)),
            verify_token: config.verify_token.clone(),
            callback_url: config.callback_url.as_deref().map(Arc::from),
            verified: false,
            deauthorize_url: config.deauthorize_url.clone(),
            deletion_url: config.deletion_url.clone(),
            redirect_urls: config.redirect_urls.clone(),
        };
        Self {
            seed: config.seed,
            random: SplitMix::new(config.seed),
            traces: SplitMix::new(!config.seed),
            apps: BTreeMap::from([(default_app, app)]),
            default_app,
            users: BTreeMap::new(),
            user_order: Vec::new(),
            said_yes: None,
            pages: BTreeMap::new(),
            humans: Vec::new(),
            threads: HashMap::new(),
            user_refs: BTreeMap::new(),
            notification_tokens: BTreeMap::new(),
            opt_in_requests: BTreeMap::new(),
            comments: BTreeMap::new(),
            tokens: HashMap::new(),
            codes: HashMap::new(),
            uploads: BTreeMap::new(),
            faults: Faults::new(config.seed),
            record: Record::default(),
            outbox,
            settings: config.settings.clone(),
            transcript_lines: config.transcript_lines.max(1),
            origin: String::new(),
            callback_fields: BTreeMap::new(),
        }
    }

    pub fn rates(&self) -> &Rates {
        &self.settings.rates
    }

    /// A fresh trace id.
    pub fn trace(&mut self) -> String {
        self.traces.letters(11)
    }

    /// A number of so many digits that names nothing yet.
    pub fn fresh_number(&mut self, digits: u32) -> u64 {
        loop {
            let number = self.random.digits(digits);
            let taken = self.pages.contains_key(&PageId(number))
                || self.threads.contains_key(&Psid(number))
                || self.users.contains_key(&UserId(number))
                || self.apps.contains_key(&AppId(number))
                || self.uploads.contains_key(&number);
            if !taken {
                return number;
            }
        }
    }

    pub fn add_app(&mut self, name: &str, secret: &str, callback_url: Option<&str>) -> AppId {
        let id = AppId(self.fresh_number(16));
        let app = App {
            id,
            name: name.to_owned(),
            secret_text: secret.to_owned(),
            secret: Arc::new(Secret::new(secret)),
            verify_token: String::new(),
            callback_url: callback_url.map(Arc::from),
            verified: false,
            deauthorize_url: None,
            deletion_url: None,
            redirect_urls: Vec::new(),
        };
        self.apps.insert(id, app);
        id
    }

    pub fn add_user(&mut self, name: &str) -> UserId {
        let id = UserId(self.fresh_number(17));
        self.users.insert(id, User { id, name: name.to_owned() });
        self.user_order.push(id);
        id
    }
}
