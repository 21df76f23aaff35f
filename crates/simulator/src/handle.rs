//! The control functions: everything a test or a demonstration can do to the platform, as methods.
//!
//! Invariant: the control API does nothing that is not here, so both behave the same.

use crate::action::{Action, Done, Refusal};
use crate::clock::TurnedClock;
use crate::config::Settings;
use crate::faults::{Fault, SetFault};
use crate::graph::subscription::{self, known_fields};
use crate::id::{AppId, PageId, Psid, UserId};
use crate::inner::Inner;
use crate::notices::{self, Called, NotCalled};
use crate::outbox::{Options, Outgoing, Sign};
use crate::page::{NewPage, Page, Policy, Subscription};
use crate::people::{Button, NewPerson, Shown};
use crate::record::{Refused, Repeated, SentMessage, Totals, Webhooks};
use crate::token::all_tasks;
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

    /// Turns the clock forward; what became due is sent, and the backlog is tried again.
    pub fn advance(&self, span: Span) {
        self.0.clock.advance(span);
        let now = self.0.now();
        let mut world = self.0.world();
        world.release_due(now);
        world.outbox.retry_backlog();
    }

    /// Waits until every queued webhook was delivered, given up, or failed and waits for later. What
    /// waited before is tried once more first.
    pub async fn flush(&self) -> Flushed {
        {
            let now = self.0.now();
            let mut world = self.0.world();
            world.release_due(now);
            world.outbox.release_held();
            world.outbox.retry_backlog();
        }
        self.0.pending.idle().await;
        let world = self.0.world();
        Flushed { backlog: world.outbox.backlog.len(), scheduled: world.outbox.scheduled() }
    }

    /// How many webhooks are queued or under way.
    pub fn pending(&self) -> usize {
        self.0.pending.count()
    }

    // Setting up.

    pub fn add_user(&self, name: &str) -> UserId {
        self.0.world().add_user(name)
    }

    pub fn users(&self) -> Vec<(UserId, String)> {
        let world = self.0.world();
        world
            .user_order
            .iter()
            .filter_map(|id| world.users.get(id))
            .map(|user| (user.id, user.name.clone()))
            .collect()
    }

    pub fn add_page(&self, new: NewPage) -> Result<PageId, SetupError> {
        if new.name.trim().is_empty() {
            return Err(SetupError::NoName);
        }
        let fields = known_fields(new.subscribe).map_err(|error| SetupError::Field(error.message))?;
        let mut world = self.0.world();
        let admins = if new.admins.is_empty() {
            world.user_order.first().copied().into_iter().collect()
        } else {
            new.admins
        };
        if let Some(unknown) = admins.iter().find(|user| !world.users.contains_key(user)) {
            return Err(SetupError::NoUser(*unknown));
        }
        let id = PageId(world.fresh_number(15));
        let category = new.category.unwrap_or_else(|| "Local business".to_owned());
        let mut page = Page::new(id, new.name, category);
        page.policy = new.policy;
        page.admins = admins.into_iter().map(|user| (user, all_tasks())).collect();
        if !fields.is_empty() {
            let app = world.default_app;
            page.subscriptions.insert(app, Subscription { fields, ..Subscription::default() });
        }
        world.pages.insert(id, page);
        Ok(id)
    }

    pub fn pages(&self) -> Vec<PageView> {
        let world = self.0.world();
        let rates = world.rates();
        world
            .pages
            .values()
            .map(|page| PageView {
                page: page.id,
                name: page.name.clone(),
                category: page.category.clone(),
                people: page.people.len(),
                engaged: page.engaged,
                policy: page.policy.clone(),
                subscriptions: page
                    .subscriptions
                    .iter()
                    .map(|(app, s)| (app.to_string(), s.fields.iter().cloned().collect()))
                    .collect(),
                usage_percent: page.usage.percent(rates, page.engaged),
                inbox_warnings: page.usage.warnings,
            })
            .collect()
    }

    pub fn set_policy(&self, page: PageId, policy: Policy) -> Result<(), SetupError> {
        let mut world = self.0.world();
        world.pages.get_mut(&page).ok_or(SetupError::NoPage(page))?.policy = policy;
        Ok(())
    }

    /// Pretends that so many percent of the page's rolling day are used; `None` counts truly again.
    pub fn force_usage(&self, page: PageId, percent: Option<u64>) -> Result<(), SetupError> {
        let mut world = self.0.world();
        world.pages.get_mut(&page).ok_or(SetupError::NoPage(page))?.usage.forced_percent = percent;
        Ok(())
    }

    /// A page token with every permission that never expires, without the login dialog.
    pub fn page_token(&self, page: PageId) -> Option<String> {
        let now = self.0.now().div_euclid(1_000_000);
        let mut world = self.0.world();
        let app = world.default_app;
        world.shortcut_token(app, page, now)
    }

    pub fn add_person(&self, page: PageId, new: NewPerson) -> Result<Psid, SetupError> {
        self.0.world().add_person(page, new).ok_or(SetupError::NoPage(page))
    }

    /// Many invented people at once.
    pub fn add_people(&self, page: PageId, count: usize) -> Result<Vec<Psid>, SetupError> {
        let mut world = self.0.world();
        (0..count)
            .map(|_| world.add_person(page, NewPerson::default()).ok_or(SetupError::NoPage(page)))
            .collect()
    }

    /// Gives someone who is known on one page a thread on another.
    pub fn introduce(&self, person: Psid, page: PageId) -> Result<Psid, SetupError> {
        let mut world = self.0.world();
        let human = world.threads.get(&person).ok_or(SetupError::NoPerson(person))?.human;
        world.introduce(human, page).ok_or(SetupError::NoPage(page))
    }

    pub fn people(&self, page: PageId) -> Result<Vec<Psid>, SetupError> {
        let world = self.0.world();
        Ok(world.pages.get(&page).ok_or(SetupError::NoPage(page))?.people.clone())
    }

    pub fn person(&self, person: Psid) -> Option<PersonView> {
        let world = self.0.world();
        let thread = world.threads.get(&person)?;
        let human = world.humans.get(thread.human)?;
        Some(PersonView {
            person,
            page: thread.page,
            first_name: human.first_name.to_string(),
            last_name: human.last_name.to_string(),
            locale: human.locale.to_string(),
            blocked: thread.blocked,
            unavailable: thread.unavailable,
            last_inbound_millis: thread.last_inbound.map(|at| at.div_euclid(1_000)),
            thread_owner: thread.owner,
        })
    }

    /// Makes a person unreachable without their doing (deactivated), or reachable again.
    pub fn set_unavailable(&self, person: Psid, unavailable: bool) -> Result<(), SetupError> {
        let mut world = self.0.world();
        world.threads.get_mut(&person).ok_or(SetupError::NoPerson(person))?.unavailable = unavailable;
        Ok(())
    }

    /// Everything in a thread that is still kept, oldest first.
    pub fn transcript(&self, person: Psid) -> Vec<Shown> {
        let world = self.0.world();
        let seed = world.seed;
        world
            .threads
            .get(&person)
            .map(|thread| thread.lines.iter().map(|line| line.show(seed, person)).collect())
            .unwrap_or_default()
    }

    /// What the person received, oldest first.
    pub fn received(&self, person: Psid) -> Vec<Shown> {
        self.transcript(person).into_iter().filter(|line| line.from != "person").collect()
    }

    /// The buttons of the newest received message that has some.
    pub fn buttons(&self, person: Psid) -> Vec<Button> {
        let with_buttons = self.received(person).into_iter().rev().find(|line| !line.buttons.is_empty());
        with_buttons.map(|line| line.buttons).unwrap_or_default()
    }

    // People act.

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

    // The platform acts.

    /// Sets the callback of the default app after it answered the verification GET.
    pub async fn set_callback(&self, url: &str) -> Result<(), SetupError> {
        let (app, token) = {
            let world = self.0.world();
            let token = world.apps.get(&world.default_app).map(|app| app.verify_token.clone());
            (world.default_app, token.unwrap_or_default())
        };
        subscription::verify(&self.0, app, url, &token).await.map_err(SetupError::Callback)
    }

    /// Sets the callback of the default app without asking it.
    pub fn set_callback_unverified(&self, url: &str) {
        let mut world = self.0.world();
        let app = world.default_app;
        if let Some(app) = world.apps.get_mut(&app) {
            app.callback_url = Some(Arc::from(url));
            app.verified = false;
        }
    }

    /// Sets where the default app is told about removals and deletion requests.
    pub fn set_person_callbacks(&self, deauthorize: Option<String>, deletion: Option<String>) {
        let mut world = self.0.world();
        let app = world.default_app;
        if let Some(app) = world.apps.get_mut(&app) {
            app.deauthorize_url = deauthorize;
            app.deletion_url = deletion;
        }
    }

    /// A further app, so that a thread can have another owner.
    pub fn add_app(&self, name: &str, secret: &str, callback_url: Option<&str>) -> AppId {
        self.0.world().add_app(name, secret, callback_url)
    }

    /// Subscribes an app to a page, as if it had asked.
    pub fn subscribe(&self, app: AppId, page: PageId, fields: &[&str]) -> Result<(), SetupError> {
        let fields = known_fields(fields.iter().map(|field| (*field).to_owned()).collect())
            .map_err(|error| SetupError::Field(error.message))?;
        let mut world = self.0.world();
        if !world.apps.contains_key(&app) {
            return Err(SetupError::NoApp(app));
        }
        let page = world.pages.get_mut(&page).ok_or(SetupError::NoPage(page))?;
        page.subscriptions.insert(app, Subscription { fields, ..Subscription::default() });
        Ok(())
    }

    /// A policy notice: `warning`, `block` (which restricts the page) or `unblock`.
    pub fn policy_notice(&self, page: PageId, action: &str, reason: Option<&str>) -> Result<(), SetupError> {
        let now = self.0.now();
        let mut world = self.0.world();
        if !world.pages.contains_key(&page) {
            return Err(SetupError::NoPage(page));
        }
        world.tell_policy(now, page, action, reason);
        Ok(())
    }

    /// Changes a template's status and tells the app.
    pub fn set_template_status(&self, page: PageId, template: u64, status: &str) -> Result<(), SetupError> {
        if !crate::graph::templates::STATUSES.contains(&status) {
            return Err(SetupError::NoStatus(crate::graph::templates::STATUSES.join(", ")));
        }
        let now = self.0.now();
        let mut world = self.0.world();
        let stored = world.pages.get_mut(&page).ok_or(SetupError::NoPage(page))?;
        let stored = stored.templates.get_mut(&template).ok_or(SetupError::NoTemplate(template))?;
        status.clone_into(&mut stored.status);
        world.tell_template(now, page, template);
        Ok(())
    }

    /// A user removes the app: tokens die (190/458), their pages unsubscribe, the app is called.
    pub async fn remove_app(&self, user: UserId) -> Result<Called, NotCalled> {
        let app = self.app_id();
        notices::remove_app(&self.0, app, user).await
    }

    /// A user (by app-scoped id) asks for their data to be deleted.
    pub async fn ask_deletion(&self, user: &str) -> Result<Called, NotCalled> {
        let app = self.app_id();
        notices::ask_deletion(&self.0, app, user).await
    }

    /// Ends tokens with this subcode: all of a page's, a user's, or every one; says how many.
    pub fn kill_tokens(&self, page: Option<PageId>, user: Option<UserId>, subcode: i64) -> usize {
        use crate::token::Bearer;
        self.0.world().kill_tokens(subcode, |_, token| match token.bearer {
            Bearer::App => false,
            Bearer::User(of) => page.is_none() && user.is_none_or(|user| user == of),
            Bearer::Page(on, of) => page.is_none_or(|page| page == on) && user.is_none_or(|user| user == of),
        })
    }

    // Faults and settings.

    /// Sets a fault; the number is for [`Handle::remove_fault`].
    pub fn add_fault(&self, fault: Fault) -> u64 {
        self.0.world().faults.add(fault)
    }

    pub fn remove_fault(&self, id: u64) -> bool {
        self.0.world().faults.remove(id)
    }

    pub fn clear_faults(&self) {
        self.0.world().faults.clear();
    }

    pub fn faults(&self) -> Vec<SetFault> {
        self.0.world().faults.list().to_vec()
    }

    pub fn settings(&self) -> Settings {
        self.0.world().settings.clone()
    }

    pub fn set_settings(&self, settings: Settings) {
        self.0.world().settings = settings;
    }

    // The record.

    pub fn totals(&self) -> Totals {
        let world = self.0.world();
        world.record.totals(world.pages.values().map(|page| page.usage.warnings).sum())
    }

    /// Accepted messages after place `after`, of one page or person if wished.
    pub fn messages(
        &self,
        page: Option<PageId>,
        person: Option<Psid>,
        after: usize,
        limit: usize,
    ) -> Vec<SentMessage> {
        let world = self.0.world();
        world.record.list(world.seed, page, person, after, limit)
    }

    /// Whom the same metadata reached more than once.
    pub fn reached_more_than_once(&self) -> Vec<Repeated> {
        self.0.world().record.repeated()
    }

    pub fn refused(&self, after: usize, limit: usize) -> Vec<Refused> {
        self.0.world().record.list_refused(after, limit)
    }

    pub fn webhooks(&self) -> BTreeMap<PageId, Webhooks> {
        self.0.world().record.webhooks_by_page()
    }

    /// Graph calls by method and path, ids left out.
    pub fn requests(&self) -> BTreeMap<String, u64> {
        self.0.world().record.requests()
    }
}
