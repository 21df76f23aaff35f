//! A connected Facebook page, its health, and why it may not send.

use crate::id::{AccountId, BrandId, PageId};
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// Why a page does not send. Closed list; each has a sentence in every language (`page-stop-…`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PageStop {
    /// The token no longer works: connect the page again.
    TokenInvalid,
    /// Meta has restricted the page's sending for a time.
    Restricted,
    /// A permission or access level is missing.
    PermissionMissing,
    /// Meta blocked sending for a policy violation.
    PolicyBlocked,
    /// The user paused the page.
    Paused,
    /// The user disconnected the page.
    Disconnected,
}

impl PageStop {
    pub const ALL: [Self; 6] = [
        Self::TokenInvalid,
        Self::Restricted,
        Self::PermissionMissing,
        Self::PolicyBlocked,
        Self::Paused,
        Self::Disconnected,
    ];

    pub const fn code(self) -> &'static str {
        match self {
            Self::TokenInvalid => "token_invalid",
            Self::Restricted => "restricted",
            Self::PermissionMissing => "permission_missing",
            Self::PolicyBlocked => "policy_blocked",
            Self::Paused => "paused",
            Self::Disconnected => "disconnected",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stop| stop.code() == code)
    }
}

/// What the rules read of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    pub id: PageId,
    pub brand: BrandId,
    pub account: AccountId,
    /// Meta's id of the page: public, and needed to route a webhook before anything can be opened.
    pub meta_id: String,
    pub stop: Option<PageStop>,
    /// Whether the webhook delivers `message_echoes`, without which `unknown` cannot be settled.
    pub has_echoes: bool,
    /// Whether the greeting that names the purpose is set at Meta since then.
    pub greeting_at: Option<Timestamp>,
    /// The last time, if it was disconnected in between.
    pub connected_at: Timestamp,
}
