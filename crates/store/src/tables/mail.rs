//! Mails that wait to be sent: each written in the same commit as the act it tells of, sealed under
//! its account's key, and deleted once it is sent or given up. What became of them is counted per
//! brand, never per person; those that nobody took also per announcement.
//!
//! Invariant: a mail is sent by the one run that holds its claim. A claim is `next_at` set into the
//! future: when that has come and the row is still there, its holder is taken for dead and the mail is
//! claimed anew. `handed` goes up before a mail is handed over, so that a run that dies between that
//! and the answer leaves its trace.

use super::Scope;
use crate::error::StoreError;
use crate::params;
use crate::port::Tx;
use model::datamap::{Basis, Category, Declaration, Item, Protection, Retention, Subject};
use model::id::{AccountId, AnnouncementId, BrandId, MailId};
use model::time::Timestamp;

/// Days after which a mail that could not be sent is given up.
pub const DAYS: u16 = 3;

pub const DECLARATION: Declaration = Declaration {
    place: "mail",
    items: &[
        Item::own("id", "the mail's id", "one Message-ID for every attempt").kept(Retention::Days(DAYS)),
        Item::own("brand_id", "the brand", "keeping brands apart").kept(Retention::Days(DAYS)),
        Item::own("account_id", "the account", "whom it is for; going with its erasure")
            .about(Subject::Account)
            .kept(Retention::Days(DAYS)),
        Item::own("kind", "what it tells of", "finding out which mails are stuck")
            .is(Category::State)
            .about(Subject::Account)
            .kept(Retention::Days(DAYS)),
        Item::own("attempts", "how often it was tried", "retrying").kept(Retention::Days(DAYS)),
        Item::own("handed", "how often it was handed over without an answer", "not repeating it for ever")
            .kept(Retention::Days(DAYS)),
        Item::own("created_at", "when it was asked for", "the mail's date").kept(Retention::Days(DAYS)),
        Item::own("next_at", "not tried before", "retrying").kept(Retention::Days(DAYS)),
        Item::own("ends_at", "not tried after", "sending nothing that is out of date")
            .kept(Retention::Days(DAYS)),
        Item::own("claim", "the run that is sending it", "sending once").kept(Retention::Days(DAYS)),
        Item::own("sealed", "e-mail address, language, time zone and what the mail tells", "sending it")
            .about(Subject::Account)
            .basis(Basis::Contract)
            .kept(Retention::Days(DAYS))
            .protected(Protection::SealedPerson)
            .shared_with(&["mail"]),
    ],
};

pub const COUNT: Declaration = Declaration {
    place: "mail_count",
    items: &[
        Item::own("brand_id", "the brand", "keeping brands apart").about(Subject::Brand),
        Item::own("outcome", "what became of mails", "seeing whether mails arrive").about(Subject::Brand),
        Item::own("count", "how many", "seeing whether mails arrive").about(Subject::Brand),
    ],
};

crate::statements! {
    INSERT = "INSERT INTO mail (id, brand_id, account_id, kind, created_at, next_at, ends_at, sealed) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    DUE = "SELECT id, brand_id, account_id, kind, attempts, handed, created_at, ends_at, sealed FROM mail WHERE next_at <= $1 ORDER BY next_at, id LIMIT $2";
    CLAIM = "UPDATE mail SET claim = $1, next_at = $2, attempts = attempts + 1 WHERE id = $3 AND next_at <= $4";
    HANDED = "UPDATE mail SET handed = handed + 1 WHERE id = $1 AND claim = $2";
    NOT_TAKEN = "UPDATE mail SET claim = NULL, next_at = $1, handed = handed - $2 WHERE id = $3 AND claim = $4";
    END = "DELETE FROM mail WHERE id = $1 AND claim = $2";
    EXPIRED = "DELETE FROM mail WHERE ends_at <= $1 AND next_at <= $1 RETURNING brand_id, account_id, id";
    NEXT = "SELECT min(next_at) FROM mail";
    WAITING = "SELECT count(*), min(created_at) FROM mail";
    WAITING_OF = "SELECT count(*) FROM mail WHERE brand_id = $1 AND kind = $2";
    WAITING_FOR = "SELECT account_id, id FROM mail WHERE brand_id = $1";
    WITHDRAW = "DELETE FROM mail WHERE brand_id = $1 AND kind = $2";
    COUNT_DUE = "SELECT count(*) FROM mail WHERE next_at <= $1 OR claim IS NOT NULL";
    DELETE_ACCOUNT = "DELETE FROM mail WHERE account_id = $1 AND brand_id = $2";
    ADD = "INSERT INTO mail_count (brand_id, outcome, count) VALUES ($1, $2, 1) ON CONFLICT (brand_id, outcome) DO UPDATE SET count = mail_count.count + 1";
    ADD_LOST = "INSERT INTO mail_count (brand_id, outcome, count) VALUES ($1, $2, $3) ON CONFLICT (brand_id, outcome) DO UPDATE SET count = mail_count.count + excluded.count";
    COUNTS = "SELECT outcome, count FROM mail_count WHERE brand_id = $1 AND outcome NOT LIKE 'lost/%' ORDER BY outcome";
    LOST = "SELECT outcome, count FROM mail_count WHERE brand_id = $1 AND outcome LIKE 'lost/%' ORDER BY outcome";
}

/// How a mail ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailOutcome {
    /// A mail server took it.
    Sent,
    /// A mail server refused it for good.
    Refused,
    /// Nobody took it in time.
    GivenUp,
    /// Handed over as often as is allowed, and never answered.
    Unanswered,
    /// Its person's key is gone, or what it holds is not known to this version.
    Unreadable,
}

impl MailOutcome {
    pub const fn code(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Refused => "refused",
            Self::GivenUp => "given_up",
            Self::Unanswered => "unanswered",
            Self::Unreadable => "unreadable",
        }
    }
}

/// A mail to be sent, sealed.
#[derive(Debug, Clone)]
pub struct NewMail {
    pub id: MailId,
    pub account: AccountId,
    pub kind: &'static str,
    pub created_at: Timestamp,
    pub ends_at: Timestamp,
    pub sealed: Vec<u8>,
}

/// In the same commit as the act it tells of.
pub fn insert(scope: Scope<'_>, new: &NewMail) -> Result<(), StoreError> {
    let (at, until) = (new.created_at, new.ends_at);
    let row = params![new.id, scope.brand(), new.account, new.kind, at, at, until, &new.sealed];
    scope.tx.execute(&INSERT, &row).map(drop)
}

/// A mail that waits.
#[derive(Debug, Clone)]
pub struct WaitingMail {
    pub id: MailId,
    pub brand: BrandId,
    pub account: AccountId,
    pub kind: String,
    /// Before this one.
    pub attempts: i64,
    /// How often it was handed over without an answer.
    pub handed: i64,
    pub created_at: Timestamp,
    pub ends_at: Timestamp,
    pub sealed: Vec<u8>,
}

/// Whole installation: takes mails that are due, the longest waiting first; they are this run's until
/// `until`.
pub fn claim(
    tx: &Tx<'_>,
    claim: &[u8; 16],
    until: Timestamp,
    now: Timestamp,
    limit: u32,
) -> Result<Vec<WaitingMail>, StoreError> {
    let mut claimed = Vec::new();
    for row in tx.query(&DUE, &params![now, limit])? {
        let mail = WaitingMail {
            id: row.id(0)?,
            brand: row.id(1)?,
            account: row.id(2)?,
            kind: row.text(3)?.to_owned(),
            attempts: row.int(4)?,
            handed: row.int(5)?,
            created_at: row.at(6)?,
            ends_at: row.at(7)?,
            sealed: row.bytes(8)?.to_vec(),
        };
        if tx.execute(&CLAIM, &params![claim, until, mail.id, now])? == 1 {
            claimed.push(mail);
        }
    }
    Ok(claimed)
}

/// Notes that the mail is about to be handed over; whether it is still this run's.
pub fn set_handed(tx: &Tx<'_>, id: MailId, claim: &[u8; 16]) -> Result<bool, StoreError> {
    Ok(tx.execute(&HANDED, &params![id, claim])? == 1)
}

/// Puts a mail back. `taken_back`: it had been marked as handed over and was answered with "not now".
pub fn set_again(
    tx: &Tx<'_>,
    id: MailId,
    taken_back: bool,
    next_at: Timestamp,
    claim: &[u8; 16],
) -> Result<bool, StoreError> {
    Ok(tx.execute(&NOT_TAKEN, &params![next_at, taken_back, id, claim])? == 1)
}

/// Deletes a mail and counts how it ended. One that another run has claimed meanwhile stays.
pub fn end(scope: Scope<'_>, id: MailId, claim: &[u8; 16], outcome: MailOutcome) -> Result<bool, StoreError> {
    if scope.tx.execute(&END, &params![id, claim])? == 0 {
        return Ok(false);
    }
    scope.tx.execute(&ADD, &params![scope.brand(), outcome.code()])?;
    Ok(true)
}

/// A mail that ended, and whom it was for.
pub type Ended = (BrandId, AccountId, MailId);

/// Whole installation: gives up what was not sent in time and is in nobody's hands.
pub fn give_up(tx: &Tx<'_>, now: Timestamp) -> Result<Vec<Ended>, StoreError> {
    let rows = tx.query(&EXPIRED, &params![now])?;
    let mut ended = Vec::with_capacity(rows.len());
    for row in &rows {
        let brand: BrandId = row.id(0)?;
        tx.execute(&ADD, &params![brand, MailOutcome::GivenUp.code()])?;
        ended.push((brand, row.id(1)?, row.id(2)?));
    }
    Ok(ended)
}

/// Before the id of an announcement, where otherwise the code of an outcome stands.
const LOST_OF: &str = "lost/";

/// So many mails about an announcement ended and nobody took them.
pub fn add_lost(scope: Scope<'_>, of: AnnouncementId, count: u64) -> Result<(), StoreError> {
    let count = i64::try_from(count).unwrap_or(i64::MAX);
    let row = params![scope.brand(), format!("{LOST_OF}{of}"), count];
    scope.tx.execute(&ADD_LOST, &row).map(drop)
}

/// Of each announcement of which there are some, how many mails nobody took.
pub fn lost(scope: Scope<'_>) -> Result<Vec<(AnnouncementId, u64)>, StoreError> {
    let rows = scope.tx.query(&LOST, &params![scope.brand()])?;
    let mut lost = Vec::with_capacity(rows.len());
    for row in &rows {
        if let Some(of) = row.text(0)?.strip_prefix(LOST_OF).and_then(|of| of.parse().ok()) {
            lost.push((of, row.unsigned(1)?));
        }
    }
    Ok(lost)
}

/// The mails that wait at this brand, and for whom.
pub fn list_waiting(scope: Scope<'_>) -> Result<Vec<(AccountId, MailId)>, StoreError> {
    let rows = scope.tx.query(&WAITING_FOR, &params![scope.brand()])?;
    rows.iter().map(|row| Ok((row.id(0)?, row.id(1)?))).collect()
}

/// Whole installation: when the next mail is due.
pub fn next_due(tx: &Tx<'_>) -> Result<Option<Timestamp>, StoreError> {
    tx.query_one(&NEXT, &[])?.opt_at(0)
}

/// Whole installation: mails that could be sent now or are being sent.
pub fn count_due(tx: &Tx<'_>, now: Timestamp) -> Result<u64, StoreError> {
    tx.query_one(&COUNT_DUE, &params![now])?.unsigned(0)
}

/// Whole installation: how many wait, and since when the oldest does.
pub fn waiting(tx: &Tx<'_>) -> Result<(u64, Option<Timestamp>), StoreError> {
    let row = tx.query_one(&WAITING, &[])?;
    Ok((row.unsigned(0)?, row.opt_at(1)?))
}

/// How many of one kind wait at this brand.
pub fn count_waiting_of(scope: Scope<'_>, kind: &str) -> Result<u64, StoreError> {
    scope.tx.query_one(&WAITING_OF, &params![scope.brand(), kind])?.unsigned(0)
}

/// What tells of something that is taken back goes to nobody else, but for a mail that is being handed over at this
/// moment.
pub fn withdraw(scope: Scope<'_>, kind: &str) -> Result<u64, StoreError> {
    scope.tx.execute(&WITHDRAW, &params![scope.brand(), kind])
}

/// All mails that wait for an account: with its erasure, and when its address was not its owner's.
pub fn delete_of_account(scope: Scope<'_>, account: AccountId) -> Result<u64, StoreError> {
    scope.tx.execute(&DELETE_ACCOUNT, &params![account, scope.brand()])
}

/// How many mails of a brand ended in which way, by code.
pub fn counts(scope: Scope<'_>) -> Result<Vec<(String, u64)>, StoreError> {
    let rows = scope.tx.query(&COUNTS, &params![scope.brand()])?;
    rows.iter().map(|row| Ok((row.text(0)?.to_owned(), row.unsigned(1)?))).collect()
}
