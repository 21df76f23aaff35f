//! Which rows go with an account, with a page, with a lead, with a brand: the erasure's plan, table by table.
//!
//! Invariants: every table with a column that points to an account, a page, a lead, a broadcast or a brand
//! stands here or among those that are kept for a stated reason (a test compares with the migrated schemas);
//! what refers to a row stands before it; each statement reaches rows of its brand only.

use super::{Scope, request};
use crate::error::StoreError;
use crate::params;
use crate::port::Tx;
use crate::statement::Stmt;
use model::id::{AccountId, BroadcastId, ErasureId, LeadId, PageId};
use model::time::Timestamp;
use std::collections::BTreeMap;

crate::statements! {
    // $1 the account, $2 the brand.
    SESSION = "DELETE FROM session WHERE account_id = $1 AND brand_id = $2";
    API_TOKEN = "DELETE FROM api_token WHERE account_id = $1 AND brand_id = $2";
    LINK = "DELETE FROM link WHERE account_id = $1 AND brand_id = $2";
    ACCOUNT_LOOKUP = "DELETE FROM account_lookup WHERE account_id IN (SELECT id FROM account WHERE id = $1 AND brand_id = $2)";
    CREDENTIAL = "DELETE FROM credential WHERE account_id = $1 AND brand_id = $2";
    PASSKEY = "DELETE FROM passkey WHERE account_id = $1 AND brand_id = $2";
    SIGN_IN = "DELETE FROM sign_in WHERE account_id = $1 AND brand_id = $2";
    AUDIT = "DELETE FROM audit WHERE account_id = $1 AND brand_id = $2";
    ACCEPTANCE = "DELETE FROM acceptance WHERE account_id = $1 AND brand_id = $2";
    MAIL = "DELETE FROM mail WHERE account_id = $1 AND brand_id = $2";
    EXPORT = "DELETE FROM export WHERE account_id = $1 AND brand_id = $2";
    IDEMPOTENCY = "DELETE FROM idempotency WHERE account_id = $1 AND brand_id = $2";
    TAG = "DELETE FROM tag WHERE account_id = $1 AND brand_id = $2";
    TEMPLATE = "DELETE FROM template WHERE account_id = $1 AND brand_id = $2";
    BOT = "DELETE FROM bot WHERE account_id = $1 AND brand_id = $2";
    PAGE = "DELETE FROM page WHERE account_id = $1 AND brand_id = $2";
    SUBSCRIPTION = "DELETE FROM subscription WHERE account_id = $1 AND brand_id = $2";
    IMPORT = "DELETE FROM import WHERE account_id = $1 AND brand_id = $2";
    IMPORT_PART = "DELETE FROM import_part WHERE account_id = $1 AND brand_id = $2";
    FACEBOOK_LOGIN = "DELETE FROM facebook_login WHERE account_id = $1 AND brand_id = $2";
    // Of an account or of a lead.
    keyed READING = "DELETE FROM reading WHERE person_id = $1 AND brand_id = $2";
    keyed BREACH_PERSON = "DELETE FROM breach_person WHERE person_id = $1 AND brand_id = $2";
    keyed SUPPORT_ACT = "DELETE FROM support_act WHERE person_id = $1 AND brand_id = $2";
    // A grant stays, and no longer says whose it was.
    SUPPORT_GRANT = "UPDATE support_grant SET account_id = NULL WHERE account_id = $1 AND brand_id = $2";
    ACCOUNT = "DELETE FROM account WHERE id = $1 AND brand_id = $2";

    // $1 the page, $2 the brand.
    keyed INBOX = "DELETE FROM inbox WHERE page_id = $1 AND brand_id = $2";
    keyed OUTBOX_OF_PAGE = "DELETE FROM outbox WHERE page_id = $1 AND brand_id = $2";
    keyed WORDING = "DELETE FROM wording WHERE page_id = $1 AND brand_id = $2";
    keyed DAILY = "DELETE FROM daily WHERE page_id = $1 AND brand_id = $2";
    keyed TALLY = "DELETE FROM tally WHERE page_id = $1 AND brand_id = $2";
    keyed BOT_OF_PAGE = "DELETE FROM bot WHERE page_id = $1 AND brand_id = $2";
    keyed TEMPLATE_OF_PAGE = "DELETE FROM template WHERE page_id = $1 AND brand_id = $2";
    keyed FACEBOOK_LOGIN_OF_PAGE = "DELETE FROM facebook_login WHERE page_id = $1 AND brand_id = $2";

    // $1 the lead, $2 the brand.
    CONSENT_LEAF = "DELETE FROM consent_leaf WHERE consent_id IN (SELECT id FROM consent_event WHERE lead_id = $1 AND brand_id = $2)";
    keyed CONSENT_EVENT = "DELETE FROM consent_event WHERE lead_id = $1 AND brand_id = $2";
    keyed OUTBOX = "DELETE FROM outbox WHERE lead_id = $1 AND brand_id = $2";
    keyed ANSWER = "DELETE FROM answer WHERE lead_id = $1 AND brand_id = $2";
    keyed LEAD_TAG = "DELETE FROM lead_tag WHERE lead_id = $1 AND brand_id = $2";
    keyed RETURNED = "DELETE FROM returned WHERE lead_id = $1 AND brand_id = $2";
    keyed LEAD_LINK = "DELETE FROM lead_link WHERE lead_id = $1 AND brand_id = $2";
    keyed LOOKUP = "DELETE FROM lookup WHERE lead_id = $1 AND EXISTS (SELECT 1 FROM lead WHERE id = $1 AND brand_id = $2)";
    keyed LEAD = "DELETE FROM lead WHERE id = $1 AND brand_id = $2";

    // $1 the brand.
    DOCUMENT = "DELETE FROM document WHERE brand_id = $1";
    PLAN = "DELETE FROM plan WHERE brand_id = $1";
    BILLING_SECRET = "DELETE FROM billing_secret WHERE brand_id = $1";
    BILLING_EVENT = "DELETE FROM billing_event WHERE brand_id = $1";
    LOGO = "DELETE FROM logo WHERE brand_id = $1";
    MAIL_COUNT = "DELETE FROM mail_count WHERE brand_id = $1";
    WORDING_OF_BRAND = "DELETE FROM wording WHERE brand_id = $1";
    LINK_OF_BRAND = "DELETE FROM link WHERE brand_id = $1";
    INBOX_OF_BRAND = "DELETE FROM inbox WHERE brand_id = $1";
    MAIL_OF_BRAND = "DELETE FROM mail WHERE brand_id = $1";
    IDEMPOTENCY_OF_BRAND = "DELETE FROM idempotency WHERE brand_id = $1";
    TALLY_OF_BRAND = "DELETE FROM tally WHERE brand_id = $1";
    DAILY_OF_BRAND = "DELETE FROM daily WHERE brand_id = $1";
    REQUEST_OF_BRAND = "DELETE FROM request WHERE brand_id = $1";
    READING_OF_BRAND = "DELETE FROM reading WHERE brand_id = $1";
    SESSION_OF_BRAND = "DELETE FROM session WHERE brand_id = $1";
    API_TOKEN_OF_BRAND = "DELETE FROM api_token WHERE brand_id = $1";
    CREDENTIAL_OF_BRAND = "DELETE FROM credential WHERE brand_id = $1";
    PASSKEY_OF_BRAND = "DELETE FROM passkey WHERE brand_id = $1";
    IMPORT_PART_OF_BRAND = "DELETE FROM import_part WHERE brand_id = $1";
    IMPORT_OF_BRAND = "DELETE FROM import WHERE brand_id = $1";
    FACEBOOK_LOGIN_OF_BRAND = "DELETE FROM facebook_login WHERE brand_id = $1";
    OUTBOX_OF_BRAND = "DELETE FROM outbox WHERE brand_id = $1";
    BOT_OF_BRAND = "DELETE FROM bot WHERE brand_id = $1";
    TEMPLATE_OF_BRAND = "DELETE FROM template WHERE brand_id = $1";
    PAGE_OF_BRAND = "DELETE FROM page WHERE brand_id = $1";
    BREACH_PERSON_OF_BRAND = "DELETE FROM breach_person WHERE brand_id = $1";
    SUPPORT_ACT_OF_BRAND = "DELETE FROM support_act WHERE brand_id = $1";
    SUPPORT_GRANT_OF_BRAND = "DELETE FROM support_grant WHERE brand_id = $1";
    BREACH_ENTRY = "DELETE FROM breach_entry WHERE brand_id = $1";
    BREACH = "DELETE FROM breach WHERE brand_id = $1";
    AUDIT_OF_BRAND = "DELETE FROM audit WHERE brand_id = $1";
    DATA_MAP = "DELETE FROM data_map WHERE brand_id = $1";
    RECIPIENT = "DELETE FROM recipient WHERE brand_id = $1";
    ANNOUNCEMENT = "DELETE FROM announcement WHERE brand_id = $1";
    LEDGER_LETTER = "DELETE FROM ledger_letter WHERE brand_id = $1";

    // SQLite keeps no statistics here and would walk all leads of the brand.
    pair LEADS = {
        sqlite: "SELECT id FROM lead INDEXED BY lead_page WHERE brand_id = $1 AND page_id = $2 AND id > $3 AND fenced_at IS NULL ORDER BY id LIMIT $4",
        postgres: "SELECT id FROM lead WHERE brand_id = $1 AND page_id = $2 AND id > $3 AND fenced_at IS NULL ORDER BY id LIMIT $4",
    };
    pair COUNT_LEADS = {
        sqlite: "SELECT count(*) FROM lead INDEXED BY lead_page WHERE brand_id = $1 AND page_id = $2 AND fenced_at IS NULL",
        postgres: "SELECT count(*) FROM lead WHERE brand_id = $1 AND page_id = $2 AND fenced_at IS NULL",
    };
    FENCED = "SELECT l.id FROM erasure e JOIN lead l ON l.id = e.subject WHERE e.finished_at IS NULL AND e.kind = 'lead' AND l.brand_id = $1 AND l.page_id = $2 ORDER BY l.id LIMIT $3";
    HALT_BRAND = "UPDATE broadcast SET state = 4, finished_at = $1, send_at = NULL WHERE brand_id = $2 AND finished_at IS NULL";
    COUNT_BROADCASTS_OF_BRAND = "SELECT count(*) FROM broadcast WHERE brand_id = $1";
    HALT = "UPDATE broadcast SET state = 4, finished_at = $1, send_at = NULL WHERE account_id = $2 AND brand_id = $3 AND finished_at IS NULL";
    ONE_BROADCAST = "SELECT id FROM broadcast WHERE account_id = $1 AND brand_id = $2 ORDER BY id LIMIT 1";
    DELIVERIES = "DELETE FROM delivery WHERE (broadcast_id, page_id, lead_id) IN (SELECT broadcast_id, page_id, lead_id FROM delivery WHERE broadcast_id = $1 AND brand_id = $2 LIMIT $3)";
    BROADCAST_COUNT = "DELETE FROM broadcast_count WHERE broadcast_id = $1 AND brand_id = $2";
    BROADCAST = "DELETE FROM broadcast WHERE id = $1 AND brand_id = $2";
    COUNT_BROADCASTS = "SELECT count(*) FROM broadcast WHERE account_id = $1 AND brand_id = $2";
    MAILS = "SELECT count(*) FROM mail WHERE account_id = $1";
    LANE = "DELETE FROM lease WHERE name = $1";
}

/// One table's part, under the name that the receipt counts it by.
pub struct Part {
    pub table: &'static str,
    pub counted: &'static str,
    stmt: &'static Stmt,
}

const fn part(table: &'static str, counted: &'static str, stmt: &'static Stmt) -> Part {
    Part { table, counted, stmt }
}

/// What an account has beside its pages' leads and its broadcasts.
pub static OF_ACCOUNT: &[Part] = &[
    part("session", "sessions", &SESSION),
    part("api_token", "api_tokens", &API_TOKEN),
    part("link", "links", &LINK),
    part("account_lookup", "look_ups", &ACCOUNT_LOOKUP),
    part("credential", "passwords", &CREDENTIAL),
    part("passkey", "passkeys", &PASSKEY),
    part("sign_in", "sign_ins", &SIGN_IN),
    part("audit", "audit_entries", &AUDIT),
    part("acceptance", "acceptances", &ACCEPTANCE),
    part("mail", "mails", &MAIL),
    part("export", "exports", &EXPORT),
    part("idempotency", "given_answers", &IDEMPOTENCY),
    part("import_part", "archive_parts", &IMPORT_PART),
    part("import", "archives_brought", &IMPORT),
    part("facebook_login", "facebook_logins", &FACEBOOK_LOGIN),
    part("reading", "readings", &READING),
    part("breach_person", "breach_lines", &BREACH_PERSON),
    part("support_act", "support_looks", &SUPPORT_ACT),
    part("support_grant", "support_grants", &SUPPORT_GRANT),
    part("tag", "tags", &TAG),
    part("template", "templates", &TEMPLATE),
    part("bot", "bots", &BOT),
    part("page", "pages", &PAGE),
    part("subscription", "subscriptions", &SUBSCRIPTION),
    part("account", "accounts", &ACCOUNT),
];

/// What a page has beside its leads; first what lanes and the bot write all the time.
pub static OF_PAGE: &[Part] = &[
    part("outbox", "waiting_answers", &OUTBOX_OF_PAGE),
    part("inbox", "waiting_events", &INBOX),
    part("tally", "page_counts", &TALLY),
    part("daily", "daily_counts", &DAILY),
    part("wording", "wordings", &WORDING),
    part("bot", "bots", &BOT_OF_PAGE),
    part("template", "templates", &TEMPLATE_OF_PAGE),
    part("facebook_login", "facebook_logins", &FACEBOOK_LOGIN_OF_PAGE),
];

/// What a lead has beside deliveries, which go with their broadcast.
pub static OF_LEAD: &[Part] = &[
    part("consent_leaf", "consent_numbers", &CONSENT_LEAF),
    part("consent_event", "consent_events", &CONSENT_EVENT),
    part("outbox", "waiting_answers", &OUTBOX),
    part("answer", "answers_to_questions", &ANSWER),
    part("lead_tag", "tags_on_leads", &LEAD_TAG),
    part("returned", "histories", &RETURNED),
    part("lead_link", "links", &LEAD_LINK),
    part("reading", "readings", &READING),
    part("breach_person", "breach_lines", &BREACH_PERSON),
    part("support_act", "support_looks", &SUPPORT_ACT),
    part("lookup", "look_ups", &LOOKUP),
    part("lead", "leads", &LEAD),
];

/// What goes at once when a brand is erased: whatever could still sign in, receive or send.
pub static OF_BRAND_AT_ONCE: &[Part] = &[
    part("session", "sessions", &SESSION_OF_BRAND),
    part("api_token", "api_tokens", &API_TOKEN_OF_BRAND),
    part("link", "links", &LINK_OF_BRAND),
    part("credential", "passwords", &CREDENTIAL_OF_BRAND),
    part("passkey", "passkeys", &PASSKEY_OF_BRAND),
    part("import_part", "archive_parts", &IMPORT_PART_OF_BRAND),
    part("import", "archives_brought", &IMPORT_OF_BRAND),
    part("facebook_login", "facebook_logins", &FACEBOOK_LOGIN_OF_BRAND),
    part("inbox", "waiting_events", &INBOX_OF_BRAND),
    part("outbox", "waiting_answers", &OUTBOX_OF_BRAND),
    part("mail", "mails", &MAIL_OF_BRAND),
    part("bot", "bots", &BOT_OF_BRAND),
    part("template", "templates", &TEMPLATE_OF_BRAND),
    part("billing_secret", "billing_secrets", &BILLING_SECRET),
    part("support_grant", "support_grants", &SUPPORT_GRANT_OF_BRAND),
    part("page", "pages", &PAGE_OF_BRAND),
];

/// What a brand has beside its accounts, its pages and their leads.
pub static OF_BRAND: &[Part] = &[
    part("link", "links", &LINK_OF_BRAND),
    part("inbox", "waiting_events", &INBOX_OF_BRAND),
    part("mail", "mails", &MAIL_OF_BRAND),
    part("idempotency", "given_answers", &IDEMPOTENCY_OF_BRAND),
    part("tally", "page_counts", &TALLY_OF_BRAND),
    part("daily", "daily_counts", &DAILY_OF_BRAND),
    part("mail_count", "letter_counts", &MAIL_COUNT),
    part("wording", "wordings", &WORDING_OF_BRAND),
    part("document", "documents", &DOCUMENT),
    part("recipient", "recipients", &RECIPIENT),
    part("announcement", "announcements", &ANNOUNCEMENT),
    part("plan", "plans", &PLAN),
    part("billing_secret", "billing_secrets", &BILLING_SECRET),
    part("billing_event", "billing_events", &BILLING_EVENT),
    part("logo", "logos", &LOGO),
    part("request", "requests", &REQUEST_OF_BRAND),
    part("reading", "readings", &READING_OF_BRAND),
    part("breach_person", "breach_lines", &BREACH_PERSON_OF_BRAND),
    part("breach_entry", "breach_entries", &BREACH_ENTRY),
    part("breach", "breaches", &BREACH),
    part("support_act", "support_looks", &SUPPORT_ACT_OF_BRAND),
    part("support_grant", "support_grants", &SUPPORT_GRANT_OF_BRAND),
    part("audit", "audit_entries", &AUDIT_OF_BRAND),
    part("data_map", "data_maps", &DATA_MAP),
    part("ledger_letter", "weekly_letters", &LEDGER_LETTER),
];

/// Tables whose rows go in another way than by the lists above, and tables that are kept; each with its reason.
pub static OTHERWISE: &[(&str, &str)] = &[
    ("broadcast", "one by one, after their deliveries"),
    ("delivery", "with their broadcast"),
    ("broadcast_count", "with their broadcast"),
    ("request", "the register keeps that something was asked for, without whom it was; of a brand it goes"),
    ("erasure", "the journal itself: receipts, without personal data"),
    ("erasure_page", "when the page's leads are gone and Meta was told"),
];

/// How many rows went, by the receipt's names.
pub type Counts = BTreeMap<String, u64>;

fn add(counts: &mut Counts, name: &str, more: u64) {
    if more > 0 {
        let count = counts.entry(name.to_owned()).or_default();
        *count = count.saturating_add(more);
    }
}

/// Removes what an account has beside leads and broadcasts, the account itself last.
pub fn account(scope: Scope<'_>, id: AccountId, counts: &mut Counts) -> Result<(), StoreError> {
    for part in OF_ACCOUNT {
        add(counts, part.counted, scope.tx.execute(part.stmt, &params![id, scope.brand()])?);
    }
    Ok(())
}

/// Removes what a brand has beside its accounts.
pub fn brand(scope: Scope<'_>, counts: &mut Counts) -> Result<(), StoreError> {
    for part in OF_BRAND {
        add(counts, part.counted, scope.tx.execute(part.stmt, &params![scope.brand()])?);
    }
    Ok(())
}

/// Stops all broadcasts of a brand for good and removes what could still sign in, receive or send.
pub fn close_brand(scope: Scope<'_>, now: Timestamp, counts: &mut Counts) -> Result<(), StoreError> {
    scope.tx.execute(&HALT_BRAND, &params![now, scope.brand()])?;
    for part in OF_BRAND_AT_ONCE {
        add(counts, part.counted, scope.tx.execute(part.stmt, &params![scope.brand()])?);
    }
    Ok(())
}

/// Removes what pages have beside their leads: few statements for all of them, as others write in the same tables.
pub fn pages(scope: Scope<'_>, ids: &[PageId], counts: &mut Counts) -> Result<(), StoreError> {
    let rows: Vec<_> = ids.iter().map(|id| params![id, scope.brand()]).collect();
    for part in OF_PAGE {
        add(counts, part.counted, scope.tx.execute_many(part.stmt, &rows)?);
    }
    Ok(())
}

/// Removes leads with all that hangs on them, except deliveries; how many were still there.
pub fn leads(
    scope: Scope<'_>,
    ids: &[LeadId],
    now: Timestamp,
    counts: &mut Counts,
) -> Result<u64, StoreError> {
    let rows: Vec<_> = ids.iter().map(|id| params![id, scope.brand()]).collect();
    request::forget_leads(scope, ids, now)?;
    let mut removed = 0;
    for part in OF_LEAD {
        removed = scope.tx.execute_many(part.stmt, &rows)?;
        add(counts, part.counted, removed);
    }
    Ok(removed)
}

/// Leads of a page that no erasure of their own is removing, in order.
pub fn list_leads(
    scope: Scope<'_>,
    page: PageId,
    after: LeadId,
    limit: u32,
) -> Result<Vec<LeadId>, StoreError> {
    let rows = scope.tx.query(&LEADS, &params![scope.brand(), page, after, limit])?;
    rows.iter().map(|row| row.id(0)).collect()
}

/// Leads of a page that an erasure of their own is removing.
pub fn list_fenced(scope: Scope<'_>, page: PageId, limit: u32) -> Result<Vec<LeadId>, StoreError> {
    scope.tx.query(&FENCED, &params![scope.brand(), page, limit])?.iter().map(|row| row.id(0)).collect()
}

pub fn count_leads(scope: Scope<'_>, page: PageId) -> Result<u64, StoreError> {
    scope.tx.query_one(&COUNT_LEADS, &params![scope.brand(), page])?.unsigned(0)
}

/// Stops every broadcast of an account for good, whatever its deliveries.
pub fn halt_broadcasts(scope: Scope<'_>, account: AccountId, now: Timestamp) -> Result<u64, StoreError> {
    scope.tx.execute(&HALT, &params![now, account, scope.brand()])
}

/// Removes some deliveries of an account's broadcasts, or a broadcast that has none left; `false` when there is
/// nothing left to remove.
pub fn some_deliveries(
    scope: Scope<'_>,
    account: AccountId,
    limit: u32,
    counts: &mut Counts,
) -> Result<bool, StoreError> {
    let Some(row) = scope.tx.query_opt(&ONE_BROADCAST, &params![account, scope.brand()])? else {
        return Ok(false);
    };
    let id: BroadcastId = row.id(0)?;
    let removed = scope.tx.execute(&DELIVERIES, &params![id, scope.brand(), limit])?;
    add(counts, "deliveries", removed);
    if removed < u64::from(limit) {
        scope.tx.execute(&BROADCAST_COUNT, &params![id, scope.brand()])?;
        add(counts, "broadcasts", scope.tx.execute(&BROADCAST, &params![id, scope.brand()])?);
    }
    Ok(true)
}

pub fn count_broadcasts(scope: Scope<'_>, account: AccountId) -> Result<u64, StoreError> {
    scope.tx.query_one(&COUNT_BROADCASTS, &params![account, scope.brand()])?.unsigned(0)
}

pub fn count_broadcasts_of_brand(scope: Scope<'_>) -> Result<u64, StoreError> {
    scope.tx.query_one(&COUNT_BROADCASTS_OF_BRAND, &params![scope.brand()])?.unsigned(0)
}

pub fn has_broadcasts(scope: Scope<'_>, account: AccountId) -> Result<bool, StoreError> {
    Ok(scope.tx.query_opt(&ONE_BROADCAST, &params![account, scope.brand()])?.is_some())
}

/// Whole installation: letters that wait under an erasure's own key.
pub fn count_mails(tx: &Tx<'_>, erasure: ErasureId) -> Result<u64, StoreError> {
    tx.query_one(&MAILS, &params![erasure])?.unsigned(0)
}

/// A lane's lease bears the name of its page.
pub fn lane(tx: &Tx<'_>, name: &str) -> Result<(), StoreError> {
    tx.execute(&LANE, &params![name]).map(drop)
}
