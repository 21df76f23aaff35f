//! Access for support: what a helper may look at, for how long, and how it ends (claim R5).
//!
//! Invariants: no grant lasts longer than 72 hours; a grant names each thing that it opens, and what it does not name
//! stays shut, but for the masked list of accounts that leads and broadcasts are found by; nothing makes a grant last longer than it was made for.

use crate::time::{Span, Timestamp};

/// The longest that a grant lasts.
pub const LONGEST: Span = Span::hours(72);

/// Something that a grant opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// Accounts, without names and addresses.
    Accounts,
    /// Leads of an account, without who they are.
    Leads,
    /// How broadcasts went, in counts.
    Broadcasts,
    /// What the program wrote into its log.
    Log,
    /// The end of the secret for signed calls, and a token that reads the granting admin's own pages and broadcasts.
    Secrets,
}

impl Scope {
    pub const ALL: [Self; 5] = [Self::Accounts, Self::Leads, Self::Broadcasts, Self::Log, Self::Secrets];

    pub const fn code(self) -> &'static str {
        match self {
            Self::Accounts => "accounts",
            Self::Leads => "leads",
            Self::Broadcasts => "broadcasts",
            Self::Log => "log",
            Self::Secrets => "secrets",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.code() == code)
    }
}

/// What a grant opens, as it is kept: the codes in the order of [`Scope::ALL`], with a space between.
pub fn joined(scopes: &[Scope]) -> String {
    let given: Vec<&str> = Scope::ALL.into_iter().filter(|s| scopes.contains(s)).map(Scope::code).collect();
    given.join(" ")
}

/// The reverse of [`joined`]. What is not known opens nothing.
pub fn parted(text: &str) -> Vec<Scope> {
    text.split(' ').filter_map(Scope::from_code).collect()
}

/// How a grant ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum End {
    /// By an admin.
    Admin,
    /// The helper said that it is done.
    Helper,
    /// Its time was over.
    Time,
    /// The account that gave it was taken back by its mail, from whoever may have been in it.
    Recovery,
}

impl End {
    pub const ALL: [Self; 4] = [Self::Admin, Self::Helper, Self::Time, Self::Recovery];

    pub const fn code(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Helper => "helper",
            Self::Time => "time",
            Self::Recovery => "recovery",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|end| end.code() == code)
    }
}

/// What a helper did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Act {
    /// Opened a page on which nobody is named.
    Looked,
    /// Was shown who a lead is.
    Lead,
    /// Was shown whose an account is.
    Account,
    /// Was shown an API token that was made for this.
    Token,
    /// Called the API by such a token.
    Called,
}

impl Act {
    pub const ALL: [Self; 5] = [Self::Looked, Self::Lead, Self::Account, Self::Token, Self::Called];

    pub const fn code(self) -> &'static str {
        match self {
            Self::Looked => "looked",
            Self::Lead => "lead",
            Self::Account => "account",
            Self::Token => "token",
            Self::Called => "called",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|act| act.code() == code)
    }
}

/// Until when a grant lasts that is made now for so long; `None` where it may not last so long, or not at all.
pub fn ends_at(now: Timestamp, lasts: Span) -> Option<Timestamp> {
    (lasts > Span(0) && lasts <= LONGEST).then(|| now.plus(lasts))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn codes_are_read_back() {
        for scope in Scope::ALL {
            assert_eq!(Scope::from_code(scope.code()), Some(scope));
        }
        for end in End::ALL {
            assert_eq!(End::from_code(end.code()), Some(end));
        }
        for act in Act::ALL {
            assert_eq!(Act::from_code(act.code()), Some(act));
        }
        assert_eq!(parted("leads everything log"), [Scope::Leads, Scope::Log]);
        assert!(parted("").is_empty());
    }

    proptest! {
        #[test]
        fn claim_r5_no_grant_lasts_over_72_hours(now in 0_i64..4_000_000_000, micros in any::<i64>()) {
            let now = Timestamp::from_secs(now);
            match ends_at(now, Span(micros)) {
                Some(end) => prop_assert!(end > now && end.since(now) <= LONGEST && micros > 0),
                None => prop_assert!(micros <= 0 || Span(micros) > LONGEST),
            }
        }

        #[test]
        fn what_is_granted_is_kept_once_each_and_in_one_order(
            scopes in proptest::collection::vec(proptest::sample::select(Scope::ALL.to_vec()), 0..9),
        ) {
            let kept = parted(&joined(&scopes));
            prop_assert!(kept.windows(2).all(|pair| pair[0] < pair[1]));
            prop_assert!(scopes.iter().all(|scope| kept.contains(scope)));
            prop_assert!(kept.iter().all(|scope| scopes.contains(scope)));
        }
    }
}
