//! Users, pages and people: making them and looking at them.
//!
//! Invariant: what is made is whole; what is refused made nothing.

use super::{Handle, PageView, PersonView, SetupError};
use crate::graph::subscription::known_fields;
use crate::id::{PageId, Psid, UserId};
use crate::page::{NewPage, Page, Policy, Subscription};
use crate::people::{Button, NewPerson, Shown};
use crate::token::all_tasks;

impl Handle {
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
}
