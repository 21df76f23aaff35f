//! Access tokens: what each stands for, and why it may no longer be good.
//!
//! Invariant: a token that is not in the table, has died or has expired is answered with 190.

use crate::graph::answer::GraphError;
use crate::id::{AppId, PageId, UserId};
use crate::page::ALL_TASKS;
use crate::seed::SplitMix;
use crate::state::World;
use std::collections::BTreeSet;
use std::sync::Arc;

/// 60 days less a little, as the platform counts them.
pub const LONG_SECONDS: i64 = 5_183_944;
/// A fresh user token.
pub const SHORT_SECONDS: i64 = 5_400;
/// A login code.
pub const CODE_SECONDS: i64 = 600;

/// Every permission the dialog can grant.
pub const SCOPES: [&str; 14] = [
    "public_profile",
    "email",
    "pages_show_list",
    "pages_messaging",
    "pages_manage_metadata",
    "pages_read_engagement",
    "pages_manage_engagement",
    "pages_read_user_content",
    "business_management",
    "pages_utility_messaging",
    "pages_user_locale",
    "pages_user_timezone",
    "pages_user_gender",
    "human_agent",
];

/// For whom a token speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bearer {
    App,
    User(UserId),
    Page(PageId, UserId),
}

/// What a token stands for.
#[derive(Debug, Clone)]
pub struct Token {
    pub app: AppId,
    pub bearer: Bearer,
    /// Shared, since a token is copied for every call.
    pub scopes: Arc<BTreeSet<String>>,
    /// Pages the person ticked in the dialog.
    pub pages: Arc<BTreeSet<PageId>>,
    pub issued_at: i64,
    /// Unix seconds; `None` never.
    pub expires_at: Option<i64>,
    /// The subcode of its death.
    pub dead: Option<i64>,
}

/// A login code, good once.
#[derive(Debug, Clone)]
pub struct Code {
    pub app: AppId,
    pub user: UserId,
    pub scopes: BTreeSet<String>,
    pub pages: BTreeSet<PageId>,
    pub redirect_uri: String,
    pub made_at: i64,
    pub used: bool,
}

impl Token {
    pub fn may(&self, scope: &str) -> bool {
        self.scopes.contains(scope)
    }
}

impl World {
    /// The living token of this text, or the 190 that stands against it.
    pub fn token(&self, text: Option<&str>, now_secs: i64) -> Result<Token, GraphError> {
        let Some(text) = text.filter(|text| !text.is_empty()) else {
            return Err(GraphError::new(
                2500,
                None,
                "An active access token must be used to query information about the current user.",
            ));
        };
        if let Some((app, secret)) = text.split_once('|') {
            return app
                .parse()
                .ok()
                .and_then(|id| self.apps.get(&id))
                .filter(|app| app.secret_text == secret)
                .map(|app| Token {
                    app: app.id,
                    bearer: Bearer::App,
                    scopes: Arc::default(),
                    pages: Arc::default(),
                    issued_at: 0,
                    expires_at: None,
                    dead: None,
                })
                .ok_or_else(|| GraphError::new(190, None, "Invalid OAuth access token signature."));
        }
        let Some(token) = self.tokens.get(text) else {
            return Err(GraphError::new(190, None, "Invalid OAuth access token - Cannot parse access token"));
        };
        if let Some(subcode) = token.dead {
            return Err(dead(subcode));
        }
        if token.expires_at.is_some_and(|at| at <= now_secs) {
            return Err(dead(463));
        }
        Ok(token.clone())
    }

    /// A new token with this meaning.
    pub fn issue(&mut self, token: Token) -> String {
        let text = format!("EAA{}", self.random.letters(120));
        self.tokens.insert(text.clone(), token);
        text
    }

    /// The page token that belongs to a user's token: always the same one for the same grant.
    pub fn page_token(&mut self, user_token: &Token, user: UserId, page: PageId) -> Option<String> {
        if !user_token.pages.contains(&page) || !self.pages.get(&page)?.admins.contains_key(&user) {
            return None;
        }
        let bearer = Bearer::Page(page, user);
        let long = user_token.expires_at.is_none_or(|at| at - user_token.issued_at > SHORT_SECONDS);
        let expires_at = if long { None } else { user_token.expires_at };
        // Found by a digest of its meaning, so that asking again gives the same token.
        let key = crate::seed::mix(&[
            self.seed,
            page.0,
            user.0,
            user_token.app.0,
            u64::try_from(expires_at.unwrap_or(0)).unwrap_or(0),
            user_token
                .scopes
                .iter()
                .flat_map(|s| s.bytes())
                .fold(0, |h, b| crate::seed::mix(&[h, u64::from(b)])),
            u64::try_from(user_token.issued_at).unwrap_or(0),
        ]);
        let text = format!("EAA{}", SplitMix::new(key).letters(140));
        self.tokens.entry(text.clone()).or_insert_with(|| Token {
            app: user_token.app,
            bearer,
            scopes: user_token.scopes.clone(),
            pages: Arc::new(BTreeSet::from([page])),
            issued_at: user_token.issued_at,
            expires_at,
            dead: None,
        });
        Some(text)
    }

    /// A page token with every permission that never expires, without going through the dialog.
    pub fn shortcut_token(&mut self, app: AppId, page: PageId, now_secs: i64) -> Option<String> {
        let user = *self.pages.get(&page)?.admins.iter().find(|(_, tasks)| tasks.contains("MESSAGING"))?.0;
        let grant = Token {
            app,
            bearer: Bearer::User(user),
            scopes: Arc::new(SCOPES.iter().map(|scope| (*scope).to_owned()).collect()),
            pages: Arc::new(BTreeSet::from([page])),
            issued_at: now_secs,
            expires_at: None,
            dead: None,
        };
        self.page_token(&grant, user, page)
    }

    /// Ends every token that `which` chooses, with this subcode; says how many.
    pub fn kill_tokens(&mut self, subcode: i64, which: impl Fn(&str, &Token) -> bool) -> usize {
        let mut killed = 0;
        for (text, token) in &mut self.tokens {
            if token.dead.is_none() && which(text, token) {
                token.dead = Some(subcode);
                killed += 1;
            }
        }
        killed
    }
}

/// Full administration, as a set of tasks.
pub fn all_tasks() -> BTreeSet<String> {
    ALL_TASKS.iter().map(|task| (*task).to_owned()).collect()
}

/// The error of a token that died for this reason.
pub fn dead(subcode: i64) -> GraphError {
    let why = match subcode {
        458 => "Error validating access token: The user has not authorized the application.",
        459 => {
            "Error validating access token: You cannot access the app till you log in and follow the instructions given."
        }
        460 => {
            "Error validating access token: The session has been invalidated because the user changed their password or the platform has changed the session for security reasons."
        }
        463 => "Error validating access token: Session has expired.",
        464 => {
            "Error validating access token: Sessions for the user are not allowed because the user is not a confirmed user."
        }
        467 => "Error validating access token: The session is invalid because the user logged out.",
        492 => "Error validating access token: User does not have the appropriate role on the Page.",
        _ => "Error validating access token.",
    };
    GraphError::new(190, Some(subcode), why)
}
