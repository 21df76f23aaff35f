//! Keyed look-ups: from page and PSID to the lead, without a readable PSID anywhere. Also
//! withdrawals that came before their lead's row was there.

use super::Scope;
use crate::error::StoreError;
use crate::params;
use crate::port::Tx;
use model::consent::{Consents, Purpose, Scope as Withdraws};
use model::datamap::{Basis, Category, Declaration, Item, Protection, Retention, Subject};
use model::id::LeadId;
use model::time::Timestamp;
use std::collections::BTreeMap;

pub const DECLARATION: Declaration = Declaration {
    place: "lookup",
    items: &[
        Item::lead_plain("mac", "keyed hash of page and PSID", "finding the lead of an event", "")
            .protected(Protection::KeyedHash),
        Item::lead_plain("lead_id", "the lead's id", "finding the lead of an event", "an id without content"),
        GENERATION.about(Subject::Lead),
    ],
};

/// The column that says under which look-up key a hash was made; beside every such hash.
pub(super) const GENERATION: Item =
    Item::own("generation", "which look-up key made the hash", "making it again when the key changes")
        .is(Category::Count);

pub const PENDING_WITHDRAWAL: Declaration = Declaration {
    place: "pending_withdrawal",
    items: &[
        Item::lead_plain(
            "mac",
            "keyed hash of page and PSID",
            "honouring a withdrawal before the lead's row exists",
            "",
        )
        .protected(Protection::KeyedHash)
        .basis(Basis::LegalObligation)
        .kept(Retention::Days(7)),
        Item::lead_plain("withdrawn_at", "time of the withdrawal", "honouring it", "a time without content")
            .kept(Retention::Days(7)),
        Item::lead_plain(
            "promotion_withdrawn_at",
            "time of the withdrawal",
            "honouring it",
            "a time without content",
        )
        .kept(Retention::Days(7)),
        Item::lead_plain(
            "utility_withdrawn_at",
            "time of the withdrawal",
            "honouring it",
            "a time without content",
        )
        .kept(Retention::Days(7)),
        Item::own("received_at", "when it came", "dropping it after seven days")
            .about(Subject::Lead)
            .kept(Retention::Days(7)),
    ],
};

crate::statements! {
    GET = "SELECT lead_id FROM lookup WHERE mac = $1";
    INSERT = "INSERT INTO lookup (mac, lead_id, generation) VALUES ($1, $2, $3)";
    DELETE = "DELETE FROM lookup WHERE lead_id = $1";
    WITHDRAW = "INSERT INTO pending_withdrawal (mac, withdrawn_at, promotion_withdrawn_at, utility_withdrawn_at, received_at) VALUES ($1, $2, $3, $4, $5) \
        ON CONFLICT (mac) DO UPDATE SET \
          withdrawn_at = CASE WHEN excluded.withdrawn_at > coalesce(pending_withdrawal.withdrawn_at, 0) THEN excluded.withdrawn_at ELSE pending_withdrawal.withdrawn_at END, \
          promotion_withdrawn_at = CASE WHEN excluded.promotion_withdrawn_at > coalesce(pending_withdrawal.promotion_withdrawn_at, 0) THEN excluded.promotion_withdrawn_at ELSE pending_withdrawal.promotion_withdrawn_at END, \
          utility_withdrawn_at = CASE WHEN excluded.utility_withdrawn_at > coalesce(pending_withdrawal.utility_withdrawn_at, 0) THEN excluded.utility_withdrawn_at ELSE pending_withdrawal.utility_withdrawn_at END";
    AHEAD = "SELECT 1 FROM pending_withdrawal WHERE received_at <= $1 LIMIT 1";
    keyed TAKE = "DELETE FROM pending_withdrawal WHERE mac = $1 RETURNING mac, withdrawn_at, promotion_withdrawn_at, utility_withdrawn_at";
}

/// A look-up hash; made by the vault under one of the brand's look-up keys.
pub type Mac = [u8; 32];

/// The look-up hashes of one value: the one that is written, and while the brand's key changes a second one, which
/// is looked for too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Macs {
    pub in_force: Mac,
    /// Of the key in force.
    pub generation: i64,
    pub other: Option<Mac>,
}

impl Macs {
    /// While no change is under way.
    pub const fn only(in_force: Mac, generation: i64) -> Self {
        Self { in_force, generation, other: None }
    }

    pub fn iter(&self) -> impl Iterator<Item = &Mac> {
        std::iter::once(&self.in_force).chain(&self.other)
    }

    /// What `find` says of the one in force, else of the other; both are asked for, always.
    pub(super) fn either<T>(
        &self,
        mut find: impl FnMut(&Mac) -> Result<Option<T>, StoreError>,
    ) -> Result<Option<T>, StoreError> {
        let found = find(&self.in_force)?;
        let other = self.other.as_ref().map(find).transpose()?.flatten();
        Ok(found.or(other))
    }
}

/// For each whom it leads to.
pub fn find_many(scope: Scope<'_>, macs: &[Macs]) -> Result<Vec<Option<LeadId>>, StoreError> {
    let in_force = macs.iter().map(|macs| Some(&macs.in_force));
    let found = find_some(scope, in_force)?;
    let others = find_some(scope, macs.iter().map(|macs| macs.other.as_ref()))?;
    Ok(found.into_iter().zip(others).map(|(found, other)| found.or(other)).collect())
}

fn find_some<'a>(
    scope: Scope<'_>,
    macs: impl Iterator<Item = Option<&'a Mac>> + Clone,
) -> Result<Vec<Option<LeadId>>, StoreError> {
    let keys: Vec<_> = macs.clone().flatten().map(|mac| params![mac]).collect();
    let mut rows = if keys.is_empty() { Vec::new() } else { scope.tx.query_many(&GET, &keys)? }.into_iter();
    macs.map(|mac| match mac.and_then(|_| rows.next()).flatten() {
        Some(row) => row.id(0).map(Some),
        None => Ok(None),
    })
    .collect()
}

/// A conflict means that the person is there already, also under the key that is not in force.
pub fn insert_many(scope: Scope<'_>, rows: &[(Macs, LeadId)]) -> Result<(), StoreError> {
    let others = find_some(scope, rows.iter().map(|(macs, _)| macs.other.as_ref()))?;
    if others.iter().any(Option::is_some) {
        return Err(StoreError::Conflict { statement: "INSERT" });
    }
    let rows: Vec<_> =
        rows.iter().map(|(macs, lead)| params![macs.in_force, lead, macs.generation]).collect();
    scope.tx.execute_many(&INSERT, &rows).map(drop)
}

pub fn delete_of_lead(scope: Scope<'_>, lead: LeadId) -> Result<u64, StoreError> {
    scope.tx.execute(&DELETE, &params![lead])
}

/// Keeps a withdrawal of somebody who has no row yet.
pub fn withdraw_ahead(
    scope: Scope<'_>,
    macs: &Macs,
    what: Withdraws,
    at: Timestamp,
    now: Timestamp,
) -> Result<(), StoreError> {
    let only = |wanted: Withdraws| (what == wanted).then_some(at);
    let row = params![
        macs.in_force,
        only(Withdraws::All),
        only(Withdraws::Only(Purpose::Promotion)),
        only(Withdraws::Only(Purpose::Utility)),
        now
    ];
    scope.tx.execute(&WITHDRAW, &row).map(drop)
}

/// Takes what was kept ahead into new leads' standing.
pub fn take_ahead<'c>(
    tx: &Tx<'_>,
    new: impl IntoIterator<Item = (&'c Macs, &'c mut Consents)>,
) -> Result<(), StoreError> {
    let (macs, mut consents): (Vec<&Macs>, Vec<_>) = new.into_iter().unzip();
    // In one order, so that writers that meet wait for each other.
    let whose: BTreeMap<Mac, usize> = macs
        .iter()
        .enumerate()
        .flat_map(|(number, macs)| macs.iter().map(move |mac| (*mac, number)))
        .collect();
    let keys: Vec<_> = whose.keys().map(|mac| params![mac]).collect();
    for row in tx.query_rows(&TAKE, &keys)? {
        let mac = row.array(0)?;
        if let Some(consents) = whose.get(&mac).and_then(|number| consents.get_mut(*number)) {
            consents.withdrawn_at = consents.withdrawn_at.max(row.opt_at(1)?);
            consents.promotion_withdrawn_at = consents.promotion_withdrawn_at.max(row.opt_at(2)?);
            consents.utility_withdrawn_at = consents.utility_withdrawn_at.max(row.opt_at(3)?);
        }
    }
    Ok(())
}

/// Whole installation: whether a withdrawal that came by then still waits for its lead. Such a hash cannot be made
/// again, because nothing sealed stands behind it.
pub fn waits_ahead(tx: &Tx<'_>, by: Timestamp) -> Result<bool, StoreError> {
    Ok(tx.query_opt(&AHEAD, &params![by])?.is_some())
}
