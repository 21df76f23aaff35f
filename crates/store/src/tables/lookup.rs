//! Keyed look-ups: from page and PSID to the lead, without a readable PSID anywhere. Also
//! withdrawals that came before their lead's row was there.

use super::Scope;
use crate::error::StoreError;
use crate::params;
use model::consent::{Consents, Purpose, Scope as Withdraws};
use model::datamap::{Basis, Declaration, Item, Protection, Retention, Subject};
use model::id::LeadId;
use model::time::Timestamp;

pub const DECLARATION: Declaration = Declaration {
    place: "lookup",
    items: &[
        Item::lead_plain("mac", "keyed hash of page and PSID", "finding the lead of an event", "")
            .protected(Protection::KeyedHash),
        Item::lead_plain("lead_id", "the lead's id", "finding the lead of an event", "an id without content"),
    ],
};

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
    INSERT = "INSERT INTO lookup (mac, lead_id) VALUES ($1, $2)";
    DELETE = "DELETE FROM lookup WHERE mac = $1";
    WITHDRAW = "INSERT INTO pending_withdrawal (mac, withdrawn_at, promotion_withdrawn_at, utility_withdrawn_at, received_at) VALUES ($1, $2, $3, $4, $5) \
        ON CONFLICT (mac) DO UPDATE SET \
          withdrawn_at = CASE WHEN excluded.withdrawn_at > coalesce(pending_withdrawal.withdrawn_at, 0) THEN excluded.withdrawn_at ELSE pending_withdrawal.withdrawn_at END, \
          promotion_withdrawn_at = CASE WHEN excluded.promotion_withdrawn_at > coalesce(pending_withdrawal.promotion_withdrawn_at, 0) THEN excluded.promotion_withdrawn_at ELSE pending_withdrawal.promotion_withdrawn_at END, \
          utility_withdrawn_at = CASE WHEN excluded.utility_withdrawn_at > coalesce(pending_withdrawal.utility_withdrawn_at, 0) THEN excluded.utility_withdrawn_at ELSE pending_withdrawal.utility_withdrawn_at END";
    TAKE = "DELETE FROM pending_withdrawal WHERE mac = $1 RETURNING withdrawn_at, promotion_withdrawn_at, utility_withdrawn_at";
}

/// A look-up hash; made by the vault under the brand's look-up key.
pub type Mac = [u8; 32];

pub fn find_many(scope: Scope<'_>, macs: &[Mac]) -> Result<Vec<Option<LeadId>>, StoreError> {
    let keys: Vec<_> = macs.iter().map(|mac| params![mac]).collect();
    scope.tx.query_many(&GET, &keys)?.iter().map(|row| row.as_ref().map(|r| r.id(0)).transpose()).collect()
}

pub fn insert_many(scope: Scope<'_>, rows: &[(Mac, LeadId)]) -> Result<(), StoreError> {
    let rows: Vec<_> = rows.iter().map(|(mac, lead)| params![mac, lead]).collect();
    scope.tx.execute_many(&INSERT, &rows).map(drop)
}

pub fn delete(scope: Scope<'_>, mac: &Mac) -> Result<u64, StoreError> {
    scope.tx.execute(&DELETE, &params![mac])
}

/// Keeps a withdrawal of somebody who has no row yet.
pub fn withdraw_ahead(
    scope: Scope<'_>,
    mac: &Mac,
    what: Withdraws,
    at: Timestamp,
    now: Timestamp,
) -> Result<(), StoreError> {
    let only = |wanted: Withdraws| (what == wanted).then_some(at);
    let row = params![
        mac,
        only(Withdraws::All),
        only(Withdraws::Only(Purpose::Promotion)),
        only(Withdraws::Only(Purpose::Utility)),
        now
    ];
    scope.tx.execute(&WITHDRAW, &row).map(drop)
}

/// Takes what was kept ahead into a new lead's standing.
pub fn take_ahead(scope: Scope<'_>, mac: &Mac, consents: &mut Consents) -> Result<(), StoreError> {
    if let Some(row) = scope.tx.query_opt(&TAKE, &params![mac])? {
        consents.withdrawn_at = consents.withdrawn_at.max(row.opt_at(0)?);
        consents.promotion_withdrawn_at = consents.promotion_withdrawn_at.max(row.opt_at(1)?);
        consents.utility_withdrawn_at = consents.utility_withdrawn_at.max(row.opt_at(2)?);
    }
    Ok(())
}
