//! Who asks: the first parameter of every action and view.
//!
//! Invariant: an actor belongs to exactly one brand; whatever it names by id is looked for in that
//! brand only, and in its own account unless it is the brand's admin.

use crate::EngineError;
use model::id::{AccountId, BrandId, SessionId, SupportGrantId, TokenId};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    User,
    Admin,
}

impl Role {
    /// As its row says it.
    pub(crate) fn named(code: &str) -> Self {
        if code == "admin" { Self::Admin } else { Self::User }
    }
}

/// What an API token may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenScope {
    PagesRead,
    PagesWrite,
    LeadsRead,
    LeadsErase,
    BroadcastsRead,
    BroadcastsWrite,
}

impl TokenScope {
    pub const ALL: [Self; 6] = [
        Self::PagesRead,
        Self::PagesWrite,
        Self::LeadsRead,
        Self::LeadsErase,
        Self::BroadcastsRead,
        Self::BroadcastsWrite,
    ];

    pub const fn code(self) -> &'static str {
        match self {
            Self::PagesRead => "pages:read",
            Self::PagesWrite => "pages:write",
            Self::LeadsRead => "leads:read",
            Self::LeadsErase => "leads:erase",
            Self::BroadcastsRead => "broadcasts:read",
            Self::BroadcastsWrite => "broadcasts:write",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.code() == code)
    }
}

/// Through what somebody came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    Session(SessionId),
    Token(TokenId),
    Support(SupportGrantId),
}

impl Door {
    /// What tells it from all others of its brand.
    pub(crate) const fn parts(&self) -> (&'static str, &[u8; 16]) {
        match self {
            Self::Session(id) => ("session", &id.0),
            Self::Token(id) => ("token", &id.0),
            Self::Support(id) => ("support", &id.0),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    pub brand: BrandId,
    pub account: AccountId,
    pub role: Role,
    pub scopes: Vec<TokenScope>,
    /// `None`: the program itself, or a command line.
    pub door: Option<Door>,
}

impl Actor {
    /// # Errors
    /// [`EngineError::Forbidden`] naming the scope that is missing.
    pub fn may(&self, scope: TokenScope) -> Result<(), EngineError> {
        if self.scopes.contains(&scope) { Ok(()) } else { Err(EngineError::Forbidden(scope.code())) }
    }
}
