//! Connecting pages: the login dialog, tokens, the list of pages, subscriptions.

use crate::graph::{Graph, GraphError, encoded};
use model::personal::Personal;
use model::ports::Method;
use serde::Deserialize;

/// What the app asks for in the dialog.
pub const PERMISSIONS: &str =
    "pages_show_list,pages_messaging,pages_manage_metadata,pages_read_engagement,pages_utility_messaging";
/// The webhook fields that the program needs.
pub const FIELDS: [&str; 12] = [
    "messages",
    "messaging_postbacks",
    "messaging_referrals",
    "messaging_optins",
    "messaging_optouts",
    "message_echoes",
    "message_edits",
    "message_reactions",
    "messaging_handovers",
    "messaging_policy_enforcement",
    "message_template_status_update",
    "standby",
];
/// Pages of one user that are looked at, and answers about them: empty ones too come to an end.
const MOST_PAGES: usize = 2_000;
const MOST_ANSWERS: usize = 100;

/// A page that the user may connect.
pub struct OfferedPage {
    pub meta_id: String,
    pub name: Personal<String>,
    pub token: Personal<String>,
    /// The user may send messages for it.
    pub may_message: bool,
}

#[derive(Deserialize)]
struct WireToken {
    access_token: String,
}

#[derive(Deserialize)]
struct WireMe {
    #[serde(default)]
    id: Option<String>,
}

#[derive(Deserialize)]
struct WirePages {
    data: Vec<WirePage>,
    #[serde(default)]
    paging: Option<WirePaging>,
}

#[derive(Deserialize)]
struct WirePage {
    id: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    access_token: Option<String>,
    #[serde(default)]
    tasks: Vec<String>,
}

#[derive(Deserialize)]
struct WirePaging {
    #[serde(default)]
    cursors: Option<WireCursors>,
    #[serde(default)]
    next: Option<String>,
}

#[derive(Deserialize)]
struct WireCursors {
    #[serde(default)]
    after: Option<String>,
}

#[derive(Deserialize)]
struct Ignored {}

impl Graph {
    /// Where the login dialog of this Graph API lives: Facebook's own has a host of its own, a
    /// simulator serves both.
    pub fn dialog_base(&self) -> &str {
        let base = self.config.base_url.trim_end_matches('/');
        if base == "https://graph.facebook.com" { "https://www.facebook.com" } else { base }
    }

    /// Where the user's browser goes to choose pages. `dialog_base` is `https://www.facebook.com`
    /// or a simulator.
    pub fn dialog_url(&self, dialog_base: &str, redirect_uri: &str, state: &str) -> String {
        format!(
            "{}/{}/dialog/oauth?client_id={}&redirect_uri={}&state={}&response_type=code&scope={}",
            dialog_base.trim_end_matches('/'),
            self.config.version,
            encoded(&self.config.app_id),
            encoded(redirect_uri),
            encoded(state),
            encoded(PERMISSIONS),
        )
    }

    /// Exchanges the dialog's code for a long-lived user token.
    pub async fn user_token(&self, code: &str, redirect_uri: &str) -> Result<Personal<String>, GraphError> {
        let app =
            [("client_id", self.config.app_id.as_str()), ("client_secret", self.config.app_secret.reveal())];
        let mut query = app.to_vec();
        query.extend([("redirect_uri", redirect_uri), ("code", code)]);
        let short: WireToken = self.call(Method::Get, "oauth/access_token", &query, None, None).await?;
        let short = Personal::new(short.access_token);
        let mut query = app.to_vec();
        query.extend([("grant_type", "fb_exchange_token"), ("fb_exchange_token", short.reveal())]);
        let long: WireToken = self.call(Method::Get, "oauth/access_token", &query, None, None).await?;
        Ok(Personal::new(long.access_token))
    }

    /// The pages that the user has allowed, all of them.
    pub async fn offered_pages(&self, user: &Personal<String>) -> Result<Vec<OfferedPage>, GraphError> {
        let mut offered = Vec::new();
        let mut after = String::new();
        for _ in 0..MOST_ANSWERS {
            let mut query = vec![("fields", "id,name,access_token,tasks"), ("limit", "100")];
            if !after.is_empty() {
                query.push(("after", &after));
            }
            let answer: WirePages = self.call(Method::Get, "me/accounts", &query, Some(user), None).await?;
            offered.extend(answer.data.into_iter().filter_map(|page| {
                Some(OfferedPage {
                    meta_id: page.id,
                    name: Personal::new(page.name),
                    token: Personal::new(page.access_token?),
                    may_message: page.tasks.iter().any(|task| task == "MESSAGING"),
                })
            }));
            let next = answer.paging.filter(|p| p.next.is_some()).and_then(|p| p.cursors?.after);
            match next {
                Some(next) if next != after && offered.len() < MOST_PAGES => after = next,
                _ => break,
            }
        }
        Ok(offered)
    }

    /// The id by which Facebook knows the user at this app: callbacks about them name it.
    pub async fn user_id(&self, user: &Personal<String>) -> Result<Option<Personal<String>>, GraphError> {
        let answer: WireMe = self.call(Method::Get, "me", &[("fields", "id")], Some(user), None).await?;
        Ok(answer.id.filter(|id| !id.is_empty()).map(Personal::new))
    }

    /// Subscribes the app to the page's webhooks; the fields that are then in force.
    pub async fn subscribe(
        &self,
        meta_page: &str,
        token: &Personal<String>,
    ) -> Result<Vec<String>, GraphError> {
        let path = format!("{meta_page}/subscribed_apps");
        let fields = FIELDS.join(",");
        let _: Ignored =
            self.call(Method::Post, &path, &[("subscribed_fields", &fields)], Some(token), None).await?;
        self.subscribed_fields(meta_page, token).await
    }

    /// Ends the subscription of [`Self::subscribe`]: Meta delivers nothing of the page to this app any more.
    pub async fn unsubscribe(&self, meta_page: &str, token: &Personal<String>) -> Result<(), GraphError> {
        let path = format!("{meta_page}/subscribed_apps");
        let _: Ignored = self.call(Method::Delete, &path, &[], Some(token), None).await?;
        Ok(())
    }
}
