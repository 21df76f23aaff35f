//! Of whom a second factor is demanded (claim F10): a code by an app, or a passkey, which is worth both factors.
//!
//! Invariants: whoever is obliged and has one keeps one, also when two of them are taken off at the same moment;
//! no session of theirs is begun by the password alone once there is one.

use super::Opened;
use crate::brands::BrandContext;
use crate::{Engine, EngineError, Role};
use model::id::AccountId;
use store::StoreError;
use store::tables::{Scope, account, passkey};

/// Of whom it is demanded. Who is not obliged may have one all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SecondFactor {
    Offered,
    #[default]
    Admins,
    Everyone,
}

impl SecondFactor {
    pub const ALL: [Self; 3] = [Self::Admins, Self::Everyone, Self::Offered];

    /// As the configuration says it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Offered => "offered",
            Self::Admins => "admins",
            Self::Everyone => "everyone",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|demand| demand.code() == code)
    }

    pub const fn is_on(self, role: Role) -> bool {
        matches!((self, role), (Self::Everyone, _) | (Self::Admins, Role::Admin))
    }

    /// Whether an account is obliged, as its role is in this very commit.
    pub(crate) fn binds(self, scope: Scope<'_>, id: AccountId) -> Result<bool, StoreError> {
        Ok(account::role(scope, id)?.is_some_and(|role| self.is_on(Role::named(&role))))
    }
}

pub(crate) fn has_passkeys(scope: Scope<'_>, id: AccountId) -> Result<bool, StoreError> {
    Ok(!passkey::list_of_account(scope, id)?.is_empty())
}

/// Why the last one stays.
pub(crate) fn last() -> EngineError {
    EngineError::invalid(
        "second_factor",
        "is demanded of this account, and this is its last: set up another one first",
    )
}

/// Whether a second factor is demanded of this account and it has none.
pub(crate) async fn is_owed(
    engine: &Engine,
    ctx: &BrandContext,
    opened: &Opened,
) -> Result<bool, EngineError> {
    if !engine.settings.second_factor.is_on(opened.role()) || opened.has_codes() {
        return Ok(false);
    }
    let (brand, id) = (ctx.id, opened.id);
    let read = move |tx: &store::Tx<'_>| has_passkeys(tx.brand(brand), id);
    Ok(!engine.data.read("has_passkeys", read).await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_demand_is_read_as_it_is_written_and_binds_whom_it_names() {
        for demand in SecondFactor::ALL {
            assert_eq!(SecondFactor::from_code(demand.code()), Some(demand));
        }
        assert_eq!(SecondFactor::from_code("nobody"), None);
        let bound = SecondFactor::ALL.map(|demand| (demand.is_on(Role::Admin), demand.is_on(Role::User)));
        assert_eq!(bound, [(true, false), (true, true), (false, false)]);
        assert_eq!(SecondFactor::default(), SecondFactor::Admins);
    }
}
