//! Permissions over what a lead told: one per kind of use, recorded when given and when withdrawn.
//!
//! Invariant (claim D2): a permission for one use is none for another; a withdrawal outlives every
//! permission given until then, whatever the order in which they are recorded; without `store`
//! nothing else stands.

use crate::time::Timestamp;
use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

/// What may be done with an answer.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Encode, Decode,
)]
#[serde(rename_all = "snake_case")]
#[cbor(index_only)]
pub enum Use {
    /// Keep it.
    #[n(0)]
    Store,
    /// Show it to whoever runs the page.
    #[n(1)]
    Show,
    /// Use it in messages to the lead.
    #[n(2)]
    Message,
    /// Pass it on to a third party.
    #[n(3)]
    Share,
}

impl Use {
    pub const ALL: [Self; 4] = [Self::Store, Self::Show, Self::Message, Self::Share];

    pub const fn code(self) -> &'static str {
        match self {
            Self::Store => "store",
            Self::Show => "show",
            Self::Message => "message",
            Self::Share => "share",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|what| what.code() == code)
    }
}

/// The lead has not permitted this use, or has withdrawn it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the lead has not permitted to {} this", .0.code())]
pub struct NotPermitted(pub Use);

/// One use, given or withdrawn at a time (microseconds).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
struct Act {
    #[n(0)]
    what: Use,
    #[n(1)]
    given: bool,
    #[n(2)]
    at: i64,
}

/// Everything that was permitted and withdrawn for one answer's purpose.
#[derive(Debug, Clone, PartialEq, Eq, Default, Encode, Decode)]
pub struct Permissions {
    #[n(0)]
    acts: Vec<Act>,
}

/// When a use was last given and last withdrawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    pub what: Use,
    pub given_at: Option<Timestamp>,
    pub withdrawn_at: Option<Timestamp>,
}

impl Permissions {
    /// What a lead gives by answering a question that named these uses.
    pub fn given(uses: &[Use], at: Timestamp) -> Self {
        let mut permissions = Self::default();
        for what in uses {
            permissions.give(*what, at);
        }
        permissions
    }

    pub fn give(&mut self, what: Use, at: Timestamp) {
        self.acts.push(Act { what, given: true, at: at.micros() });
    }

    /// Ends a use. Nothing stands without `store`, so ending that ends all.
    pub fn withdraw(&mut self, what: Use, at: Timestamp) {
        self.acts.push(Act { what, given: false, at: at.micros() });
    }

    pub fn standing(&self, what: Use) -> Standing {
        let newest = |given: bool| {
            let of = self.acts.iter().filter(|act| act.what == what && act.given == given);
            of.map(|act| Timestamp(act.at)).max()
        };
        Standing { what, given_at: newest(true), withdrawn_at: newest(false) }
    }

    /// Whether this use is permitted now.
    ///
    /// # Errors
    /// [`NotPermitted`], naming the use that is missing.
    pub fn may(&self, what: Use) -> Result<(), NotPermitted> {
        let stands = |what: Use| {
            let Standing { given_at, withdrawn_at, .. } = self.standing(what);
            given_at.is_some_and(|given| withdrawn_at.is_none_or(|withdrawn| given > withdrawn))
        };
        if stands(Use::Store) && stands(what) { Ok(()) } else { Err(NotPermitted(what)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn acts() -> impl Strategy<Value = Vec<(usize, bool, i64)>> {
        proptest::collection::vec((0usize..4, any::<bool>(), 0i64..10), 0..12)
    }

    fn fold(acts: &[(usize, bool, i64)]) -> Permissions {
        let mut permissions = Permissions::default();
        for (what, given, at) in acts {
            let (what, at) = (Use::ALL[*what], Timestamp(*at));
            if *given { permissions.give(what, at) } else { permissions.withdraw(what, at) }
        }
        permissions
    }

    proptest! {
        #[test]
        fn claim_d2_a_permission_covers_one_use_and_no_other(what in 0usize..4, at in 0i64..10) {
            let permissions = Permissions::given(&[Use::Store, Use::ALL[what]], Timestamp(at));
            for other in Use::ALL {
                let permitted = other == Use::Store || other == Use::ALL[what];
                prop_assert_eq!(permissions.may(other).is_ok(), permitted);
            }
        }

        #[test]
        fn claim_d2_a_use_stands_only_on_a_permission_later_than_every_withdrawal(acts in acts()) {
            let permissions = fold(&acts);
            let stands = |what: Use| {
                let times = |given: bool| acts.iter().filter(move |(w, g, _)| Use::ALL[*w] == what && *g == given).map(|(_, _, at)| *at).max();
                times(true).is_some_and(|given| times(false).is_none_or(|withdrawn| given > withdrawn))
            };
            for what in Use::ALL {
                prop_assert_eq!(permissions.may(what).is_ok(), stands(Use::Store) && stands(what));
            }
        }

        #[test]
        fn claim_d2_the_order_in_which_acts_are_recorded_changes_nothing(acts in acts()) {
            let reversed: Vec<_> = acts.iter().rev().copied().collect();
            for what in Use::ALL {
                prop_assert_eq!(fold(&acts).may(what), fold(&reversed).may(what));
            }
        }
    }
}
