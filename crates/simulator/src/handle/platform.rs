//! What the platform does to a bot: callbacks, subscriptions, notices, removal, dead tokens.
//!
//! Invariant: everything a bot could notice of it is what it would notice at the platform.

use super::{Handle, SetupError};
use crate::graph::subscription::{self, known_fields};
use crate::id::{AppId, PageId, UserId};
use crate::notices::{self, Called, NotCalled};
use crate::page::Subscription;
use crate::token::Bearer;
use std::sync::Arc;

impl Handle {
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

    /// A page's templates: number, name and status.
    pub fn templates(&self, page: PageId) -> Vec<(u64, String, String)> {
        let world = self.0.world();
        let of_page = world.pages.get(&page).into_iter().flat_map(|stored| &stored.templates);
        of_page.map(|(id, template)| (*id, template.name.clone(), template.status.clone())).collect()
    }

    /// What is set of a page's Messenger profile.
    pub fn profile(&self, page: PageId) -> serde_json::Value {
        let world = self.0.world();
        world.pages.get(&page).map(|stored| stored.profile.clone()).unwrap_or_default().into()
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
        self.0.world().kill_tokens(subcode, |_, token| match token.bearer {
            Bearer::App => false,
            Bearer::User(of) => page.is_none() && user.is_none_or(|user| user == of),
            Bearer::Page(on, of) => page.is_none_or(|page| page == on) && user.is_none_or(|user| user == of),
        })
    }
}
