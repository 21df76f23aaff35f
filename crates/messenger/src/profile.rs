//! A page's Messenger profile: Get Started, greeting, menu, ice breakers.
//!
//! Invariant: one call sets all that there is, so that Meta never has half of it; Meta takes ten calls
//! in ten minutes and page, which the caller's pauses respect.

use crate::graph::{Graph, GraphError};
use model::bot::profile::MessengerProfile;
use model::bot::settings::MenuEntry;
use model::outgoing::GET_STARTED;
use model::personal::Personal;
use model::ports::Method;
use serde::Deserialize;
use serde_json::{Value, json};

/// Calls that Meta takes of one page in [`CALLS_WITHIN_SECS`].
pub const CALLS: i64 = 10;
pub const CALLS_WITHIN_SECS: i64 = 600;

#[derive(Deserialize)]
struct Ignored {}

fn entry(entry: &MenuEntry) -> Value {
    match entry {
        MenuEntry::Url { title, url } => json!({"type": "web_url", "title": title, "url": url}),
        MenuEntry::Postback { title, payload } => {
            json!({"type": "postback", "title": title, "payload": payload})
        }
    }
}

impl Graph {
    /// Sets Get Started, the greeting that names the purpose, the persistent menu, and the ice
    /// breakers where there are any.
    pub async fn set_profile(
        &self,
        meta_page: &str,
        token: &Personal<String>,
        profile: &MessengerProfile,
    ) -> Result<(), GraphError> {
        let greeting: Vec<_> =
            profile.greetings.iter().map(|(locale, text)| json!({"locale": locale, "text": text})).collect();
        let menu: Vec<_> = profile
            .menus
            .iter()
            .map(|(locale, entries)| {
                let entries: Vec<_> = entries.iter().map(entry).collect();
                json!({"locale": locale, "composer_input_disabled": false, "call_to_actions": entries})
            })
            .collect();
        let breakers: Vec<_> = profile
            .ice_breakers
            .iter()
            .map(|(locale, breakers)| {
                let breakers: Vec<_> =
                    breakers.iter().map(|b| json!({"question": b.question, "payload": b.payload})).collect();
                json!({"locale": locale, "call_to_actions": breakers})
            })
            .collect();
        let mut body = json!({"get_started": {"payload": GET_STARTED}, "greeting": greeting});
        if let Some(map) = body.as_object_mut() {
            let lists = [("persistent_menu", menu), ("ice_breakers", breakers)];
            map.extend(
                lists.into_iter().filter(|(_, list)| !list.is_empty()).map(|(n, l)| (n.to_owned(), l.into())),
            );
        }
        let path = format!("{meta_page}/messenger_profile");
        let _: Ignored = self.call(Method::Post, &path, &[], Some(token), Some(&body)).await?;
        Ok(())
    }

    /// Takes the ice breakers away, which leaving them out of [`Graph::set_profile`] does not.
    pub async fn clear_ice_breakers(
        &self,
        meta_page: &str,
        token: &Personal<String>,
    ) -> Result<(), GraphError> {
        self.clear(meta_page, token, &["ice_breakers"]).await
    }

    /// Takes away all that [`Graph::set_profile`] sets. Together: Meta keeps no menu without Get Started.
    pub async fn clear_profile(&self, meta_page: &str, token: &Personal<String>) -> Result<(), GraphError> {
        self.clear(meta_page, token, &["persistent_menu", "ice_breakers", "greeting", "get_started"]).await
    }

    async fn clear(
        &self,
        meta_page: &str,
        token: &Personal<String>,
        fields: &[&str],
    ) -> Result<(), GraphError> {
        let path = format!("{meta_page}/messenger_profile");
        let body = json!({ "fields": fields });
        let _: Ignored = self.call(Method::Delete, &path, &[], Some(token), Some(&body)).await?;
        Ok(())
    }
}
