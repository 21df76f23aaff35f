//! How a page's access stands at Meta: whether its token is good, what it may do, which events are delivered.
//!
//! Invariant: only looks; what is wrong is mended by [`Graph::subscribe`] or by the login dialog.

use crate::graph::{Graph, GraphError};
use crate::login::{FIELDS, PERMISSIONS};
use model::personal::Personal;
use model::ports::Method;
use serde::Deserialize;

/// What Meta says of a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenState {
    pub is_valid: bool,
    /// Permissions that the program asks for and the token lacks.
    pub missing: Vec<&'static str>,
}

/// The permission without which only notices by template are not possible.
pub const FOR_NOTICES: &str = "pages_utility_messaging";

#[derive(Deserialize)]
struct WireDebug {
    data: WireToken,
}

#[derive(Deserialize)]
struct WireToken {
    #[serde(default)]
    is_valid: bool,
    #[serde(default)]
    scopes: Vec<String>,
}

#[derive(Deserialize)]
struct WireSubscriptions {
    data: Vec<WireSubscription>,
}

#[derive(Deserialize)]
struct WireSubscription {
    id: String,
    #[serde(default)]
    subscribed_fields: Vec<String>,
}

impl Graph {
    /// Asks with the app's own token, which works when the page's does not. Meta takes the token that is
    /// asked about in the address, as it does in the login's exchange.
    pub async fn token_state(&self, token: &Personal<String>) -> Result<TokenState, GraphError> {
        let app = Personal::new(format!("{}|{}", self.config.app_id, self.config.app_secret.reveal()));
        let query = [("input_token", token.reveal().as_str())];
        let read: WireDebug = self.call(Method::Get, "debug_token", &query, Some(&app), None).await?;
        let has = |wanted: &str| read.data.scopes.iter().any(|scope| scope == wanted);
        let missing = PERMISSIONS.split(',').filter(|wanted| !has(wanted)).collect();
        Ok(TokenState { is_valid: read.data.is_valid, missing })
    }

    /// The events of the page that are delivered to us.
    pub async fn subscribed_fields(
        &self,
        meta_page: &str,
        token: &Personal<String>,
    ) -> Result<Vec<String>, GraphError> {
        let path = format!("{meta_page}/subscribed_apps");
        let read: WireSubscriptions = self.call(Method::Get, &path, &[], Some(token), None).await?;
        let own = read.data.into_iter().find(|subscription| subscription.id == self.config.app_id);
        Ok(own.map(|own| own.subscribed_fields).unwrap_or_default())
    }
}

/// Those of the events that the program needs that are not among these.
pub fn missing_fields(subscribed: &[String]) -> Vec<&'static str> {
    FIELDS.into_iter().filter(|field| !subscribed.iter().any(|own| own == field)).collect()
}
