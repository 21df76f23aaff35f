//! How a page's access stands at Meta: whether its token is good, what it may do, which events are delivered.
//!
//! Invariant: only looks; what is wrong is mended by [`Graph::subscribe`] or by the login dialog.

use crate::graph::{Graph, GraphError, read};
use crate::login::{FIELDS, PERMISSIONS};
use model::personal::Personal;
use model::ports::{Method, OutboundResponse};
use model::time::Timestamp;
use serde::Deserialize;
use serde_json::Value;

/// What Meta says of a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenState {
    pub is_valid: bool,
    /// Permissions that the program asks for and the token lacks.
    pub missing: Vec<&'static str>,
}

/// Where Meta delivers the events of the app's pages to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Callback {
    pub url: String,
    /// Whether it delivers.
    pub is_active: bool,
    pub fields: Vec<String>,
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

#[derive(Deserialize)]
struct WireCallbacks {
    data: Vec<WireCallback>,
}

#[derive(Deserialize)]
struct WireCallback {
    #[serde(default)]
    object: String,
    #[serde(default)]
    callback_url: String,
    #[serde(default)]
    active: bool,
    /// Names, or objects that have one.
    #[serde(default)]
    fields: Vec<Value>,
}

impl Graph {
    /// What stands in the app's dashboard about webhooks for pages, if anything does; and what time it was at Meta, to
    /// the second, also where it refused.
    pub async fn callback(&self) -> (Result<Option<Callback>, GraphError>, Option<Timestamp>) {
        let path = format!("{}/subscriptions", self.config.app_id);
        match self.ask(Method::Get, &path, &[], Some(&self.app_token()), None).await {
            Ok(answer) => {
                (Self::callback_in(&answer), answer.header("date").and_then(Timestamp::from_http_date))
            }
            Err(error) => (Err(error.into()), None),
        }
    }

    fn callback_in(answer: &OutboundResponse) -> Result<Option<Callback>, GraphError> {
        let read: WireCallbacks = read(answer)?;
        let own = read.data.into_iter().find(|callback| callback.object == "page");
        let name = |field: &Value| field.as_str().or_else(|| field.get("name")?.as_str()).map(str::to_owned);
        Ok(own.map(|own| Callback {
            url: own.callback_url,
            is_active: own.active,
            fields: own.fields.iter().filter_map(name).collect(),
        }))
    }

    fn app_token(&self) -> Personal<String> {
        Personal::new(format!("{}|{}", self.config.app_id, self.config.app_secret.reveal()))
    }

    /// Asks with the app's own token, which works when the page's does not. Meta takes the token that is
    /// asked about in the address, as it does in the login's exchange.
    pub async fn token_state(&self, token: &Personal<String>) -> Result<TokenState, GraphError> {
        let app = self.app_token();
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
