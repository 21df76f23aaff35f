//! Hashes under an older look-up key of a brand, in every table that has any: what is to be made again before that
//! key can be destroyed.
//!
//! Invariants: a hash is exchanged only where it is still the one that was read; who is there under the new hash
//! already stays.

use super::Scope;
use crate::error::StoreError;
use crate::params;
use crate::statement::Stmt;
use model::time::Timestamp;

crate::statements! {
    LEADS = "SELECT k.lead_id, k.lead_id, k.mac, l.sealed, p.meta_id FROM lookup k JOIN lead l ON l.id = k.lead_id JOIN page p ON p.id = l.page_id WHERE l.brand_id = $1 AND k.generation < $2 AND k.lead_id > $3 ORDER BY k.lead_id LIMIT $4";
    RETURNED = "SELECT k.lead_id, k.lead_id, k.mac, l.sealed, p.meta_id FROM returned k JOIN lead l ON l.id = k.lead_id JOIN page p ON p.id = k.page_id WHERE k.brand_id = $1 AND k.generation < $2 AND k.lead_id > $3 ORDER BY k.lead_id LIMIT $4";
    ACCOUNTS = "SELECT k.account_id, k.account_id, k.mac, a.sealed, '' FROM account_lookup k JOIN account a ON a.id = k.account_id WHERE a.brand_id = $1 AND k.generation < $2 AND k.account_id > $3 ORDER BY k.account_id LIMIT $4";
    PASSKEYS = "SELECT id, account_id, mac, sealed, '' FROM passkey WHERE brand_id = $1 AND generation < $2 AND id > $3 ORDER BY id LIMIT $4";
    LOGINS = "SELECT page_id, account_id, mac, sealed, '' FROM facebook_login WHERE brand_id = $1 AND generation < $2 AND page_id > $3 ORDER BY page_id LIMIT $4";
    SET_LEAD = "UPDATE lookup SET mac = $1, generation = $2 WHERE mac = $3 AND lead_id = $4 AND NOT EXISTS (SELECT 1 FROM lookup AS there WHERE there.mac = $1)";
    DROP_LEAD = "DELETE FROM lookup WHERE mac = $1 AND lead_id = $2";
    SET_RETURNED = "UPDATE returned SET mac = $1, generation = $2 WHERE mac = $3 AND lead_id = $4";
    SET_ACCOUNT = "UPDATE account_lookup SET mac = $1, generation = $2 WHERE mac = $3 AND account_id = $4";
    SET_PASSKEY = "UPDATE passkey SET mac = $1, generation = $2 WHERE mac = $3 AND id = $4";
    SET_LOGIN = "UPDATE facebook_login SET mac = $1, generation = $2 WHERE mac = $3 AND page_id = $4";
    ERASED_SINCE = "SELECT 1 FROM erasure WHERE brand_id = $1 AND unreadable_at >= $2 AND finished_at IS NOT NULL LIMIT 1";
}

/// The tables with hashes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hashed {
    Leads,
    Returned,
    Accounts,
    Passkeys,
    Logins,
}

impl Hashed {
    pub const ALL: [Self; 5] = [Self::Leads, Self::Returned, Self::Accounts, Self::Passkeys, Self::Logins];

    const fn list(self) -> &'static Stmt {
        match self {
            Self::Leads => &LEADS,
            Self::Returned => &RETURNED,
            Self::Accounts => &ACCOUNTS,
            Self::Passkeys => &PASSKEYS,
            Self::Logins => &LOGINS,
        }
    }

    const fn set(self) -> &'static Stmt {
        match self {
            Self::Leads => &SET_LEAD,
            Self::Returned => &SET_RETURNED,
            Self::Accounts => &SET_ACCOUNT,
            Self::Passkeys => &SET_PASSKEY,
            Self::Logins => &SET_LOGIN,
        }
    }
}

/// A hash and what it is made from.
#[derive(Debug, Clone)]
pub struct Older {
    /// The id of its row: of the lead, account, passkey or page.
    pub row: [u8; 16],
    /// Under whose key `sealed` lies.
    pub person: [u8; 16],
    pub mac: [u8; 32],
    pub sealed: Vec<u8>,
    /// Meta's id of the page, for leads; else empty.
    pub meta_page: String,
}

/// Those under a key older than `generation`, by id, after `after`.
pub fn list(
    scope: Scope<'_>,
    of: Hashed,
    generation: i64,
    after: [u8; 16],
    limit: u32,
) -> Result<Vec<Older>, StoreError> {
    let rows = scope.tx.query(of.list(), &params![scope.brand(), generation, after, i64::from(limit)])?;
    rows.iter()
        .map(|row| {
            Ok(Older {
                row: row.array(0)?,
                person: row.array(1)?,
                mac: row.array(2)?,
                sealed: row.bytes(3)?.to_vec(),
                meta_page: row.text(4)?.to_owned(),
            })
        })
        .collect()
}

/// Puts new hashes in the place of those that were read.
pub fn set(
    scope: Scope<'_>,
    of: Hashed,
    generation: i64,
    new: &[(Older, [u8; 32])],
) -> Result<(), StoreError> {
    let rows: Vec<_> =
        new.iter().map(|(older, mac)| params![mac, generation, older.mac, older.row]).collect();
    scope.tx.execute_many(of.set(), &rows)?;
    if of == Hashed::Leads {
        // Where somebody was there already, the older one leads nowhere any more.
        let left: Vec<_> = new
            .iter()
            .filter(|(older, mac)| older.mac != *mac)
            .map(|(older, _)| params![older.mac, older.row])
            .collect();
        scope.tx.execute_many(&DROP_LEAD, &left)?;
    }
    Ok(())
}

/// Whether one is left under a key older than `generation`.
pub fn is_one_left(scope: Scope<'_>, generation: i64) -> Result<bool, StoreError> {
    for of in Hashed::ALL {
        if !list(scope, of, generation, [0; 16], 1)?.is_empty() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether something of the brand was erased since then.
pub fn erased_since(scope: Scope<'_>, since: Timestamp) -> Result<bool, StoreError> {
    Ok(scope.tx.query_opt(&ERASED_SINCE, &params![scope.brand(), since])?.is_some())
}
