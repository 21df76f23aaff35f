//! Leads: what the gate reads stands in columns without content; who the lead is lies sealed.

use super::Scope;
use crate::error::StoreError;
use crate::params;
use crate::port::Tx;
use crate::value::{Row, Value};
use model::consent::Consents;
use model::datamap::{Basis, Declaration, Item, Protection};
use model::id::{AccountId, LeadId, PageId, TagId};
use model::lead::Lead;
use model::time::Timestamp;
use std::collections::BTreeMap;

const TIME: &str = "a time without content, read by the gate before anything is opened";

pub const DECLARATION: Declaration = Declaration {
    place: "lead",
    items: &[
        Item::lead_plain("id", "the lead's id here", "telling leads apart", "a random id")
            .shared_with(&["meta"]),
        Item::lead_plain("brand_id", "the brand", "keeping brands apart", "an id without content"),
        Item::lead_plain(
            "page_id",
            "the page written to",
            "sending through that page",
            "an id without content",
        ),
        Item::lead_plain("created_at", "when the lead first wrote", "order", TIME),
        Item::lead_plain("last_inbound_at", "when the lead last wrote", "the 24-hour window", TIME),
        Item::lead_plain("started_at", "when the conversation began", "evidence of opt-in", TIME),
        Item::lead_plain("started_id", "the consent event", "evidence of opt-in", "an id without content"),
        Item::lead_plain("informed_at", "when started under the greeting", "evidence of opt-in", TIME),
        Item::lead_plain("informed_id", "the consent event", "evidence of opt-in", "an id without content"),
        Item::lead_plain("confirmed_at", "when Yes was answered", "evidence of opt-in", TIME),
        Item::lead_plain("confirmed_id", "the consent event", "evidence of opt-in", "an id without content"),
        Item::lead_plain("withdrawn_at", "when everything was withdrawn", "honouring it", TIME)
            .basis(Basis::LegalObligation),
        Item::lead_plain("promotion_withdrawn_at", "when promotions were withdrawn", "honouring it", TIME)
            .basis(Basis::LegalObligation),
        Item::lead_plain("utility_withdrawn_at", "when notices were withdrawn", "honouring it", TIME)
            .basis(Basis::LegalObligation),
        Item::lead_plain("unavailable_at", "when Meta said unavailable", "leaving the person alone", TIME),
        Item::lead_plain(
            "thread_elsewhere_at",
            "when another app took the thread",
            "not talking over it",
            TIME,
        ),
        Item::lead_plain("asked_at", "when the question was put", "not asking twice", TIME),
        Item::lead_plain("fenced_at", "when erasure began", "writing nothing more", TIME),
        Item::lead_plain(
            "dormant_at",
            "when the lead came back from an archive",
            "writing nothing before a new opt-in",
            TIME,
        ),
        Item::lead_plain("restricted_at", "since when the data is kept and not used", "honouring it", TIME)
            .basis(Basis::LegalObligation),
        Item::lead_plain("sealed", "page-scoped id, given name, language", "addressing the lead", "")
            .protected(Protection::SealedPerson),
    ],
};

crate::statements! {
    GET = "SELECT id, brand_id, page_id, created_at, last_inbound_at, started_at, started_id, informed_at, informed_id, confirmed_at, confirmed_id, withdrawn_at, promotion_withdrawn_at, utility_withdrawn_at, unavailable_at, thread_elsewhere_at, asked_at, fenced_at, dormant_at, restricted_at, sealed FROM lead WHERE id = $1 AND brand_id = $2";
    // The next of each page, then the first of these: along the brand's leads a small account beside a large one would
    // be looked for among all of them.
    pair LIST_ACCOUNT = {
        sqlite: "SELECT l.id, l.brand_id, l.page_id, l.created_at, l.last_inbound_at, l.started_at, l.started_id, l.informed_at, l.informed_id, l.confirmed_at, l.confirmed_id, l.withdrawn_at, l.promotion_withdrawn_at, l.utility_withdrawn_at, l.unavailable_at, l.thread_elsewhere_at, l.asked_at, l.fenced_at, l.dormant_at, l.restricted_at, l.sealed FROM lead l WHERE l.id IN (SELECT near.id FROM page p CROSS JOIN lead near ON near.id IN (SELECT id FROM lead INDEXED BY lead_page WHERE brand_id = $1 AND page_id = p.id AND id > $3 AND fenced_at IS NULL ORDER BY id LIMIT $4) WHERE p.account_id = $2 ORDER BY near.id LIMIT $4) AND l.brand_id = $1 ORDER BY l.id",
        postgres: "SELECT l.id, l.brand_id, l.page_id, l.created_at, l.last_inbound_at, l.started_at, l.started_id, l.informed_at, l.informed_id, l.confirmed_at, l.confirmed_id, l.withdrawn_at, l.promotion_withdrawn_at, l.utility_withdrawn_at, l.unavailable_at, l.thread_elsewhere_at, l.asked_at, l.fenced_at, l.dormant_at, l.restricted_at, l.sealed FROM (SELECT near.id FROM page p CROSS JOIN LATERAL (SELECT id FROM lead WHERE brand_id = $1 AND page_id = p.id AND id > $3 AND fenced_at IS NULL ORDER BY id LIMIT $4) near WHERE p.account_id = $2 ORDER BY near.id LIMIT $4) found JOIN lead l ON l.id = found.id WHERE l.brand_id = $1 ORDER BY l.id",
    };
    // SQLite keeps no statistics here and would walk all leads of the brand.
    pair LIST_PAGE = {
        sqlite: "SELECT id, brand_id, page_id, created_at, last_inbound_at, started_at, started_id, informed_at, informed_id, confirmed_at, confirmed_id, withdrawn_at, promotion_withdrawn_at, utility_withdrawn_at, unavailable_at, thread_elsewhere_at, asked_at, fenced_at, dormant_at, restricted_at, sealed FROM lead INDEXED BY lead_page WHERE brand_id = $1 AND page_id = $2 AND id > $3 AND fenced_at IS NULL ORDER BY id LIMIT $4",
        postgres: "SELECT id, brand_id, page_id, created_at, last_inbound_at, started_at, started_id, informed_at, informed_id, confirmed_at, confirmed_id, withdrawn_at, promotion_withdrawn_at, utility_withdrawn_at, unavailable_at, thread_elsewhere_at, asked_at, fenced_at, dormant_at, restricted_at, sealed FROM lead WHERE brand_id = $1 AND page_id = $2 AND id > $3 AND fenced_at IS NULL ORDER BY id LIMIT $4",
    };
    // Along the tag: few leads of an account bear it. SQLite keeps no statistics here and might walk the leads.
    pair LIST_TAG = {
        sqlite: "SELECT l.id, l.brand_id, l.page_id, l.created_at, l.last_inbound_at, l.started_at, l.started_id, l.informed_at, l.informed_id, l.confirmed_at, l.confirmed_id, l.withdrawn_at, l.promotion_withdrawn_at, l.utility_withdrawn_at, l.unavailable_at, l.thread_elsewhere_at, l.asked_at, l.fenced_at, l.dormant_at, l.restricted_at, l.sealed FROM lead_tag t INDEXED BY lead_tag_tag CROSS JOIN lead l ON l.id = t.lead_id WHERE t.tag_id = $1 AND t.brand_id = $2 AND t.lead_id > $3 AND l.brand_id = $2 AND l.fenced_at IS NULL ORDER BY t.lead_id LIMIT $4",
        postgres: "SELECT l.id, l.brand_id, l.page_id, l.created_at, l.last_inbound_at, l.started_at, l.started_id, l.informed_at, l.informed_id, l.confirmed_at, l.confirmed_id, l.withdrawn_at, l.promotion_withdrawn_at, l.utility_withdrawn_at, l.unavailable_at, l.thread_elsewhere_at, l.asked_at, l.fenced_at, l.dormant_at, l.restricted_at, l.sealed FROM lead_tag t JOIN lead l ON l.id = t.lead_id WHERE t.tag_id = $1 AND t.brand_id = $2 AND t.lead_id > $3 AND l.brand_id = $2 AND l.fenced_at IS NULL ORDER BY t.lead_id LIMIT $4",
    };
    INSERT = "INSERT INTO lead (id, brand_id, page_id, created_at, last_inbound_at, started_at, started_id, informed_at, informed_id, confirmed_at, confirmed_id, withdrawn_at, promotion_withdrawn_at, utility_withdrawn_at, unavailable_at, thread_elsewhere_at, asked_at, fenced_at, dormant_at, restricted_at, sealed) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)";
    keyed SET = "UPDATE lead SET last_inbound_at = $4, started_at = $5, started_id = $6, informed_at = $7, informed_id = $8, confirmed_at = $9, confirmed_id = $10, withdrawn_at = $11, promotion_withdrawn_at = $12, utility_withdrawn_at = $13, unavailable_at = $14, thread_elsewhere_at = $15, asked_at = $16, fenced_at = $17, dormant_at = $18, restricted_at = $19 WHERE id = $1 AND brand_id = $2 AND page_id = $3";
    keyed SET_SEALED = "UPDATE lead SET sealed = $1 WHERE id = $2 AND brand_id = $3 AND sealed = $4 AND fenced_at IS NULL";
    keyed UNAVAILABLE = "UPDATE lead SET unavailable_at = $1 WHERE id = $2 AND (last_inbound_at IS NULL OR last_inbound_at <= $1)";
    keyed ELSEWHERE = "UPDATE lead SET thread_elsewhere_at = $1 WHERE id = $2 AND (last_inbound_at IS NULL OR last_inbound_at <= $1)";
    DELETE = "DELETE FROM lead WHERE id = $1 AND brand_id = $2";
    ANY = "SELECT id FROM lead WHERE brand_id = $1 LIMIT 1";
    STANDING = "SELECT count(*), CAST(coalesce(sum(CASE WHEN l.confirmed_at IS NOT NULL AND (l.withdrawn_at IS NULL OR l.confirmed_at > l.withdrawn_at) AND (l.promotion_withdrawn_at IS NULL OR l.confirmed_at > l.promotion_withdrawn_at) THEN 1 ELSE 0 END), 0) AS BIGINT), CAST(coalesce(sum(CASE WHEN l.last_inbound_at > $3 THEN 1 ELSE 0 END), 0) AS BIGINT), CAST(coalesce(sum(CASE WHEN l.last_inbound_at > $3 AND l.last_inbound_at <= $4 THEN 1 ELSE 0 END), 0) AS BIGINT), CAST(coalesce(sum(CASE WHEN l.confirmed_at IS NOT NULL AND (l.withdrawn_at IS NULL OR l.confirmed_at > l.withdrawn_at) AND (l.promotion_withdrawn_at IS NULL OR l.confirmed_at > l.promotion_withdrawn_at) AND coalesce(l.last_inbound_at, 0) < $5 THEN 1 ELSE 0 END), 0) AS BIGINT) FROM lead l JOIN page p ON p.id = l.page_id WHERE l.brand_id = $1 AND p.account_id = $2 AND l.fenced_at IS NULL";
    grouped COUNT = {
        of: "page_id, CASE WHEN started_at IS NULL THEN 0 ELSE 1 END, CASE WHEN informed_at IS NULL THEN 0 ELSE 1 END, CASE WHEN confirmed_at IS NULL THEN 0 ELSE 1 END",
        from: "lead WHERE brand_id = $1",
    };
}

/// A lead's row: what the rules read, and the envelope.
#[derive(Debug, Clone)]
pub struct StoredLead {
    pub lead: Lead,
    pub sealed: Vec<u8>,
}

/// Reads the 21 columns of a lead, the first of them at `from`.
pub(super) fn read(row: &Row, from: usize) -> Result<StoredLead, StoreError> {
    let at = |i: usize| row.opt_at(from + i);
    let event =
        |i: usize| -> Result<_, StoreError> { Ok(row.opt_at(from + i)?.zip(row.opt_id(from + i + 1)?)) };
    Ok(StoredLead {
        lead: Lead {
            id: row.id(from)?,
            brand: row.id(from + 1)?,
            page: row.id(from + 2)?,
            created_at: row.at(from + 3)?,
            last_inbound_at: at(4)?,
            consents: Consents {
                started: event(5)?,
                informed: event(7)?,
                confirmed: event(9)?,
                withdrawn_at: at(11)?,
                promotion_withdrawn_at: at(12)?,
                utility_withdrawn_at: at(13)?,
            },
            unavailable_at: at(14)?,
            thread_elsewhere_at: at(15)?,
            asked_at: at(16)?,
            fenced_at: at(17)?,
            dormant_at: at(18)?,
            restricted_at: at(19)?,
        },
        sealed: row.bytes(from + 20)?.to_vec(),
    })
}

fn state(lead: &Lead) -> [Value; 16] {
    let c = &lead.consents;
    let at = |event: &Option<(Timestamp, _)>| Value::from(event.map(|(at, _)| at));
    let id = |event: &Option<(_, model::id::ConsentId)>| Value::from(event.map(|(_, id)| id));
    [
        lead.last_inbound_at.into(),
        at(&c.started),
        id(&c.started),
        at(&c.informed),
        id(&c.informed),
        at(&c.confirmed),
        id(&c.confirmed),
        c.withdrawn_at.into(),
        c.promotion_withdrawn_at.into(),
        c.utility_withdrawn_at.into(),
        lead.unavailable_at.into(),
        lead.thread_elsewhere_at.into(),
        lead.asked_at.into(),
        lead.fenced_at.into(),
        lead.dormant_at.into(),
        lead.restricted_at.into(),
    ]
}

/// Whether anybody ever wrote to a page of the brand and is still there.
pub fn has_any(scope: Scope<'_>) -> Result<bool, StoreError> {
    Ok(scope.tx.query_opt(&ANY, &params![scope.brand()])?.is_some())
}

pub fn get(scope: Scope<'_>, id: LeadId) -> Result<Option<StoredLead>, StoreError> {
    scope.tx.query_opt(&GET, &params![id, scope.brand()])?.map(|row| read(&row, 0)).transpose()
}

pub fn get_many(scope: Scope<'_>, ids: &[LeadId]) -> Result<Vec<Option<StoredLead>>, StoreError> {
    let keys: Vec<_> = ids.iter().map(|id| params![id, scope.brand()]).collect();
    let rows = scope.tx.query_many(&GET, &keys)?;
    rows.iter().map(|row| row.as_ref().map(|r| read(r, 0)).transpose()).collect()
}

/// Those that are not being erased.
pub fn list_of_account(
    scope: Scope<'_>,
    account: AccountId,
    after: LeadId,
    limit: u32,
) -> Result<Vec<StoredLead>, StoreError> {
    let rows = scope.tx.query(&LIST_ACCOUNT, &params![scope.brand(), account, after, limit])?;
    rows.iter().map(|row| read(row, 0)).collect()
}

/// Those that are not being erased.
pub fn list_of_page(
    scope: Scope<'_>,
    page: PageId,
    after: LeadId,
    limit: u32,
) -> Result<Vec<StoredLead>, StoreError> {
    let rows = scope.tx.query(&LIST_PAGE, &params![scope.brand(), page, after, limit])?;
    rows.iter().map(|row| read(row, 0)).collect()
}

/// Those that bear the tag and are not being erased.
pub fn list_of_tag(
    scope: Scope<'_>,
    tag: TagId,
    after: LeadId,
    limit: u32,
) -> Result<Vec<StoredLead>, StoreError> {
    let rows = scope.tx.query(&LIST_TAG, &params![tag, scope.brand(), after, limit])?;
    rows.iter().map(|row| read(row, 0)).collect()
}

pub fn insert_many(scope: Scope<'_>, leads: &[StoredLead]) -> Result<(), StoreError> {
    let rows: Vec<_> = leads
        .iter()
        .map(|new| {
            let mut row = params![new.lead.id, scope.brand(), new.lead.page, new.lead.created_at];
            row.extend(state(&new.lead));
            row.push((&new.sealed).into());
            row
        })
        .collect();
    scope.tx.execute_many(&INSERT, &rows).map(drop)
}

/// Writes what the rules changed. Read and write in one transaction: the columns are replaced.
pub fn set_many<'a>(scope: Scope<'_>, leads: impl Iterator<Item = &'a Lead>) -> Result<(), StoreError> {
    let rows: Vec<_> = leads
        .map(|lead| {
            let mut row = params![lead.id, scope.brand(), lead.page];
            row.extend(state(lead));
            row
        })
        .collect();
    scope.tx.execute_many(&SET, &rows).map(drop)
}

/// A new envelope instead of the one that was read.
#[derive(Debug, Clone)]
pub struct Resealed {
    pub lead: LeadId,
    pub from: Vec<u8>,
    pub to: Vec<u8>,
}

/// Compare and set: whoever changes one part of it writes the others as they were read. How many were
/// still as they were read; none that is being erased.
pub fn set_sealed_many(scope: Scope<'_>, leads: &[Resealed]) -> Result<u64, StoreError> {
    let rows: Vec<_> = leads.iter().map(|new| params![&new.to, new.lead, scope.brand(), &new.from]).collect();
    scope.tx.execute_many(&SET_SEALED, &rows)
}

/// Meta said then that these people are unavailable, unless they have written since.
pub fn set_unavailable(tx: &Tx<'_>, said: &[(LeadId, Timestamp)]) -> Result<(), StoreError> {
    tx.execute_many(&UNAVAILABLE, &newest(said)).map(drop)
}

/// Another app owned these threads then, unless the people have written here since.
pub fn set_thread_elsewhere(tx: &Tx<'_>, said: &[(LeadId, Timestamp)]) -> Result<(), StoreError> {
    tx.execute_many(&ELSEWHERE, &newest(said)).map(drop)
}

/// What was said last of each, of whom several messages may have been on their way.
fn newest(said: &[(LeadId, Timestamp)]) -> Vec<Vec<Value>> {
    let mut of_each = BTreeMap::new();
    for (lead, at) in said {
        let newest = of_each.entry(lead).or_insert(*at);
        *newest = (*newest).max(*at);
    }
    of_each.into_iter().map(|(lead, at)| params![at, lead]).collect()
}

pub fn delete(scope: Scope<'_>, id: LeadId) -> Result<u64, StoreError> {
    scope.tx.execute(&DELETE, &params![id, scope.brand()])
}

/// Leads of one page and how many have evidence of each level.
#[derive(Debug, Clone, Copy)]
pub struct LeadCount {
    pub page: PageId,
    pub leads: u64,
    pub started: u64,
    pub informed: u64,
    pub confirmed: u64,
}

impl LeadCount {
    const fn add(&mut self, more: Self) {
        self.leads = self.leads.saturating_add(more.leads);
        self.started = self.started.saturating_add(more.started);
        self.informed = self.informed.saturating_add(more.informed);
        self.confirmed = self.confirmed.saturating_add(more.confirmed);
    }
}

pub fn count_by_page(scope: Scope<'_>) -> Result<Vec<LeadCount>, StoreError> {
    let mut counts: Vec<LeadCount> = Vec::new();
    for row in scope.tx.count_grouped(&COUNT, &params![scope.brand()])? {
        let (page, leads) = (row.id(0)?, row.unsigned(4)?);
        let with = |column| Ok::<_, StoreError>(if row.flag(column)? { leads } else { 0 });
        let more = LeadCount { page, leads, started: with(1)?, informed: with(2)?, confirmed: with(3)? };
        match counts.last_mut().filter(|last| last.page == page) {
            Some(last) => last.add(more),
            None => counts.push(more),
        }
    }
    Ok(counts)
}

/// An account's leads in figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Standing {
    pub leads: u64,
    /// With evidence of a Yes, whether withdrawn since or not.
    pub confirmed: u64,
    /// Wrote after the first of the two times asked about.
    pub wrote_since: u64,
    /// Wrote between the two.
    pub wrote_between: u64,
    /// With a Yes that is in force, and nothing written since the third.
    pub unheard: u64,
}

/// Those that are not being erased: how many there are, and how many last wrote after `since`, and of
/// these not after `until`; how many who agreed have not written from `heard` on.
pub fn count_standing(
    scope: Scope<'_>,
    account: AccountId,
    [since, until, heard]: [Timestamp; 3],
) -> Result<Standing, StoreError> {
    let row = scope.tx.query_one(&STANDING, &params![scope.brand(), account, since, until, heard])?;
    Ok(Standing {
        leads: row.unsigned(0)?,
        confirmed: row.unsigned(1)?,
        wrote_since: row.unsigned(2)?,
        wrote_between: row.unsigned(3)?,
        unheard: row.unsigned(4)?,
    })
}
