//! The control functions: everything a test or a demonstration can do to the platform, as methods.
//!
//! Invariant: the control API does nothing that is not here, so both behave the same.

mod platform;
mod report;
mod setup;

use crate::action::{Action, Done, Refusal};
use crate::clock::TurnedClock;
use crate::id::{AppId, PageId, Psid, UserId};
use crate::inner::Inner;
use crate::outbox::{Options, Outgoing, Sign};
use crate::page::Policy;
use bytes::Bytes;
use model::time::Span;
use serde::Serialize;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;

/// What [`Handle::flush`] left behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Flushed {
    /// Failed webhooks that still wait to be tried again.
    pub backlog: usize,
    /// Events whose simulated time has not come.
    pub scheduled: usize,
}

/// Why something could not be set up.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SetupError {
    #[error("a page needs a name")]
    NoName,
    #[error("there is no page {0}; list the pages to see which there are")]
    NoPage(PageId),
    #[error("there is no user {0}; list the users to see who there is")]
    NoUser(UserId),
    #[error("there is no person {0}; list the page's people to see who there is")]
    NoPerson(Psid),
    #[error("there is no app {0}")]
    NoApp(AppId),
    #[error("there is no template {0} on this page")]
    NoTemplate(u64),
    #[error("unknown template status; use one of {0}")]
    NoStatus(String),
    #[error("{0}")]
    Field(String),
    #[error("the callback was not taken over: {0}")]
    Callback(String),
}

/// Where someone stands, for whoever looks.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PersonView {
    pub person: Psid,
    pub page: PageId,
    pub first_name: String,
    pub last_name: String,
    pub locale: String,
    pub blocked: bool,
    pub unavailable: bool,
    pub last_inbound_millis: Option<i64>,
    pub thread_owner: Option<AppId>,
}

/// A page as it is shown.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PageView {
    pub page: PageId,
    pub name: String,
    pub category: String,
    pub people: usize,
    pub engaged: u64,
    pub policy: Policy,
    /// Per app, the fields it listens to.
    pub subscriptions: BTreeMap<String, Vec<String>>,
    pub usage_percent: u64,
    pub inbox_warnings: u64,
}

/// Controls a running simulator; cheap to clone.
#[derive(Clone)]
pub struct Handle(pub(crate) Arc<Inner>);

impl Handle {
    pub fn addr(&self) -> SocketAddr {
        self.0.addr
    }

    /// The address of the Graph API (and of everything else).
    pub fn url(&self) -> String {
        self.0.public_url.clone()
    }

    pub fn app_id(&self) -> AppId {
        self.0.world().default_app
    }

    /// The simulated time, for a bot that is to live in it too.
    pub fn clock(&self) -> Arc<TurnedClock> {
        self.0.clock.clone()
    }

    /// Turns the clock forward; what became due is sent, and the backlog is probed.
    pub fn advance(&self, span: Span) {
        self.0.clock.advance(span);
        let now = self.0.now();
        let mut world = self.0.world();
        world.release_due(now);
        world.outbox.probe_backlog();
    }

    /// Waits until every queued webhook was delivered, given up, or failed and waits for later. What
    /// waited before is tried once more first.
    pub async fn flush(&self) -> Flushed {
        {
            let now = self.0.now();
            let mut world = self.0.world();
            world.release_due(now);
            world.outbox.release_held();
            world.outbox.probe_backlog();
        }
        self.0.pending.idle().await;
        let world = self.0.world();
        Flushed { backlog: world.outbox.backlog.len(), scheduled: world.outbox.scheduled() }
    }

    /// How many webhooks are queued or under way.
    pub fn pending(&self) -> usize {
        self.0.pending.count()
    }

    pub fn act(&self, person: Psid, action: &Action, options: &Options) -> Result<Done, Refusal> {
        self.0.world().act(self.0.now(), person, action, options)
    }

    pub fn write(&self, person: Psid, text: &str) -> Result<Done, Refusal> {
        self.act(person, &Action::write(text), &Options::default())
    }

    /// Taps the newest button or quick reply with this title.
    pub fn tap(&self, person: Psid, title: &str) -> Result<Done, Refusal> {
        self.act(person, &Action::tap(title), &Options::default())
    }

    /// Taps the newest button or quick reply with this payload.
    pub fn tap_payload(&self, person: Psid, payload: &str) -> Result<Done, Refusal> {
        self.act(person, &Action::tap_payload(payload), &Options::default())
    }

    pub fn get_started(&self, person: Psid) -> Result<Done, Refusal> {
        self.act(person, &Action::get_started(), &Options::default())
    }

    pub fn block(&self, person: Psid) -> Result<Done, Refusal> {
        self.act(person, &Action::Block {}, &Options::default())
    }

    /// Several acts whose events travel in one delivery: in one entry per page, or each in its own.
    pub fn together(
        &self,
        acts: &[(Psid, Action, Options)],
        own_entries: bool,
    ) -> Result<Vec<Done>, Refusal> {
        let now = self.0.now();
        let mut world = self.0.world();
        world.outbox.collecting = Some(Vec::new());
        let done =
            acts.iter().map(|(person, action, options)| world.act(now, *person, action, options)).collect();
        let events = world.outbox.collecting.take().unwrap_or_default();
        world.dispatch_together(now, events, own_entries);
        done
    }

    /// Sends any body to the default app's callback, signed as wished.
    pub fn raw(&self, body: impl Into<Bytes>, sign: Sign) {
        let world = self.0.world();
        let (app, body) = (world.default_app, body.into());
        world.outbox.queue(Outgoing { app, page: None, lane: 0, body, sign, copy: false, again: false });
    }

    /// An employee answers from the page's own inbox.
    pub fn inbox_reply(&self, person: Psid, text: &str) -> Option<String> {
        self.0.world().inbox_reply(self.0.now(), person, text)
    }

    /// Gives the thread to an app (or to nobody), as the platform's own settings would.
    pub fn set_thread_owner(&self, person: Psid, owner: Option<AppId>) -> Result<(), SetupError> {
        let now = self.0.now();
        let mut world = self.0.world();
        if !world.threads.contains_key(&person) {
            return Err(SetupError::NoPerson(person));
        }
        let by = world.default_app;
        world.set_owner(now, person, owner, by, "");
        Ok(())
    }
}
