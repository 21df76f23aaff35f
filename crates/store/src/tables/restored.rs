//! What a copy that was brought back must not go on doing: it knows nothing of what came after it.
//!
//! Works for the whole installation, while nothing else runs.

use crate::error::StoreError;
use crate::params;
use crate::port::Tx;
use model::id::{AccountId, LeadId};
use model::time::Timestamp;

crate::statements! {
    // One that was still being planned is cancelled: planning it on would reach people whom it may have reached.
    STOP = "UPDATE broadcast SET state = CASE WHEN state = 5 THEN 0 WHEN is_planned = 0 THEN 4 ELSE 2 END, send_at = CASE WHEN state = 5 THEN NULL ELSE send_at END, zone = CASE WHEN state = 5 THEN NULL ELSE zone END WHERE state IN (1, 2, 5) AND finished_at IS NULL";
    UNKNOWN = "UPDATE delivery SET state = 5, reason = 'restored', claim = NULL, changed_at = $1 WHERE state IN (0, 1)";
    // An end of a brand that was called off after the copy stands again: everybody is told anew, and has the time from then.
    TELL_OF_END = "UPDATE announcement SET told_up_to = $1, told = 0, done_at = NULL WHERE kind = 'brand_end' AND NOT EXISTS (SELECT 1 FROM announcement off WHERE off.brand_id = announcement.brand_id AND off.kind = 'brand_end_off' AND off.version = announcement.version)";
    // Mails and messages are in no copy: what may have waited then is told anew. Twice is better than not at all.
    TELL_AGAIN = "UPDATE announcement SET told_up_to = $1, told = 0, done_at = NULL WHERE kind <> 'brand_end' AND (done_at IS NULL OR done_at > $2)";
    MAIL_AGAIN = "UPDATE breach_person SET told_at = NULL, way = NULL WHERE way = 'mail' AND told_at > $1";
    NOT_IN_THREAD = "UPDATE breach_person SET way = 'page' WHERE way = 'thread' AND told_at > $1";
    // Their time is over: the station ends them. Who was inside is out.
    END_SUPPORT = "UPDATE support_grant SET code_hash = NULL, session_hash = NULL, ends_at = CASE WHEN ends_at > $1 THEN CAST($1 AS BIGINT) ELSE ends_at END WHERE ended_at IS NULL";
    BILLING_SECRETS = "DELETE FROM billing_secret";
    REVOKE = "UPDATE api_token SET revoked_at = $1 WHERE revoked_at IS NULL";
    WITHDRAWN = "SELECT id, withdrawn_at, promotion_withdrawn_at, utility_withdrawn_at FROM lead WHERE id > $1 AND (withdrawn_at IS NOT NULL OR promotion_withdrawn_at IS NOT NULL OR utility_withdrawn_at IS NOT NULL) ORDER BY id LIMIT $2";
    // A withdrawal only ever moves forward.
    WITHDRAW = "UPDATE lead SET withdrawn_at = CASE WHEN withdrawn_at IS NULL OR withdrawn_at < $2 THEN CAST($2 AS BIGINT) ELSE withdrawn_at END, promotion_withdrawn_at = CASE WHEN promotion_withdrawn_at IS NULL OR promotion_withdrawn_at < $3 THEN CAST($3 AS BIGINT) ELSE promotion_withdrawn_at END, utility_withdrawn_at = CASE WHEN utility_withdrawn_at IS NULL OR utility_withdrawn_at < $4 THEN CAST($4 AS BIGINT) ELSE utility_withdrawn_at END WHERE id = $1";
    RENAME_HEAD = "UPDATE ledger_checkpoint SET note = $1 WHERE size = (SELECT MAX(size) FROM ledger_checkpoint)";
    TAGS = "SELECT tag FROM erasure";
}

/// Broadcasts that were stopped, and deliveries of which nobody knows any more. What was told since `waited` may have
/// waited when the copy was made.
pub fn stand_still(tx: &Tx<'_>, now: Timestamp, waited: Timestamp) -> Result<(u64, u64), StoreError> {
    tx.execute(&END_SUPPORT, &params![now])?;
    let nobody = AccountId([0; 16]);
    tx.execute(&TELL_OF_END, &params![nobody])?;
    tx.execute(&TELL_AGAIN, &params![nobody, waited])?;
    tx.execute(&MAIL_AGAIN, &params![waited])?;
    tx.execute(&NOT_IN_THREAD, &params![waited])?;
    let stopped = tx.execute(&STOP, &[])?;
    Ok((stopped, tx.execute(&UNKNOWN, &params![now])?))
}

/// One that was revoked after the copy would be good again; so would a secret for signed calls that was ended since. How
/// many tokens there were.
pub fn revoke_tokens(tx: &Tx<'_>, now: Timestamp) -> Result<u64, StoreError> {
    tx.execute(&BILLING_SECRETS, &[])?;
    tx.execute(&REVOKE, &params![now])
}

/// When somebody withdrew: everything, promotions, notices. An id and times, nothing of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Withdrawn {
    pub lead: LeadId,
    pub at: [Option<Timestamp>; 3],
}

/// Of those after `after`, in order.
pub fn list_withdrawn(tx: &Tx<'_>, after: LeadId, limit: u32) -> Result<Vec<Withdrawn>, StoreError> {
    let rows = tx.query(&WITHDRAWN, &params![after, limit])?;
    rows.iter()
        .map(|row| Ok(Withdrawn { lead: row.id(0)?, at: [row.opt_at(1)?, row.opt_at(2)?, row.opt_at(3)?] }))
        .collect()
}

/// Takes over withdrawals that came after the copy; how many of the leads are there.
pub fn withdraw(tx: &Tx<'_>, withdrawn: &[Withdrawn]) -> Result<u64, StoreError> {
    let rows: Vec<_> = withdrawn.iter().map(|w| params![w.lead, w.at[0], w.at[1], w.at[2]]).collect();
    tx.execute_many(&WITHDRAW, &rows)
}

/// The newest checkpoint, signed anew under another name of the log.
pub fn rename_head(tx: &Tx<'_>, note: &str) -> Result<(), StoreError> {
    tx.execute(&RENAME_HEAD, &params![note]).map(drop)
}

/// The tags of all erasures that the data knows of.
pub fn list_tags(tx: &Tx<'_>) -> Result<Vec<[u8; 32]>, StoreError> {
    tx.query(&TAGS, &[])?.iter().map(|row| row.array(0)).collect()
}
