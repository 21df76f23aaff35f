//! Who was found to be affected by a breach, and who was told of it. Rows go with their person.
//!
//! Invariant: whoever is found again stays one row, which only says more; a row is told once, in the commit of the
//! letter or message. A lead whom only their own page told gets the message once they write; so does one whose message
//! ended without having been sent.

use super::Scope;
use crate::error::StoreError;
use crate::params;
use crate::port::Tx;
use model::breach::Whats;
use model::datamap::{Basis, Category, Declaration, Item, Retention};
use model::id::{AccountId, BrandId, BreachId, LeadId, PageId};
use model::time::Timestamp;

/// Days that a row is kept: five years, in which it may be asked whether somebody was told.
pub const DAYS: u16 = 1_826;
const KEPT: Retention = Retention::Days(DAYS);

pub const DECLARATION: Declaration = Declaration {
    place: "breach_person",
    items: &[
        line("breach_id", "the case", "whose finding it is").is(Category::Id),
        line("role", "lead, account, or whose page the leads wrote to", "telling people").is(Category::State),
        line("person_id", "who is affected", "telling people"),
        line("brand_id", "the brand", "keeping brands apart"),
        line(
            "what",
            "which kinds of data were or may have been seen, and which searches of the case found that",
            "telling people",
        )
        .is(Category::State),
        line("is_certain", "whether a record says so, or it cannot be excluded", "telling people")
            .is(Category::State),
        line("found_at", "when it was found", "ending it in time"),
        line("told_at", "when the person was told", "telling each once"),
        line("way", "by mail, in the thread or on their own page", "showing how").is(Category::State),
    ],
};

const fn line(name: &'static str, category: &'static str, purpose: &'static str) -> Item {
    Item::lead_plain(name, category, purpose, "an id, a time or a state without content")
        .basis(Basis::LegalObligation)
        .kept(KEPT)
}

crate::statements! {
    FOUND = "INSERT INTO breach_person (breach_id, role, person_id, brand_id, what, is_certain, found_at) VALUES ($1, $2, $3, $4, $5, $6, $7) \
        ON CONFLICT (breach_id, role, person_id) DO UPDATE SET what = breach_person.what | excluded.what, is_certain = CASE WHEN excluded.is_certain = 1 THEN 1 ELSE breach_person.is_certain END";
    grouped COUNT = { of: "role, is_certain, way", from: "breach_person WHERE breach_id = $1 AND brand_id = $2" };
    WHAT = "SELECT DISTINCT what FROM breach_person WHERE breach_id = $1 AND brand_id = $2 AND role = $3";
    SEARCHES = "SELECT coalesce(max(what), 0) FROM breach_person WHERE breach_id = $1 AND brand_id = $2";
    AFTER = "SELECT person_id, what, is_certain, told_at, way FROM breach_person WHERE breach_id = $1 AND brand_id = $2 AND role = $3 AND person_id > $4 ORDER BY person_id LIMIT $5";
    WRITABLE = "SELECT count(*) FROM breach_person b JOIN lead l ON l.id = b.person_id WHERE b.breach_id = $1 AND b.brand_id = $2 AND b.role = 'lead' AND b.told_at IS NULL AND l.last_inbound_at > $3";
    UNTOLD = "SELECT person_id, what, is_certain FROM breach_person WHERE breach_id = $1 AND brand_id = $2 AND role = $3 AND told_at IS NULL ORDER BY person_id LIMIT $4";
    TO_TELL = "SELECT count(*) FROM breach_person p JOIN breach b ON b.id = p.breach_id WHERE p.told_at IS NULL AND b.people_told_at IS NOT NULL";
    TOLD = "UPDATE breach_person SET told_at = $1, way = $2 WHERE breach_id = $3 AND role = $4 AND person_id = $5 AND brand_id = $6 AND told_at IS NULL";
    ON_PAGE = "SELECT breach_id FROM breach_person WHERE person_id = $1 AND brand_id = $2 AND role = 'lead' AND way = 'page' ORDER BY breach_id LIMIT 1";
    IN_THREAD = "UPDATE breach_person SET told_at = $1, way = 'thread' WHERE breach_id = $2 AND role = 'lead' AND person_id = $3 AND brand_id = $4 AND way = 'page'";
    WHICH_IN_THREAD = "SELECT breach_id FROM breach_person WHERE person_id = $1 AND brand_id = $2 AND role = 'lead' AND way = 'thread' ORDER BY breach_id";
    NOT_IN_THREAD = "UPDATE breach_person SET way = 'page' WHERE breach_id = $1 AND role = 'lead' AND person_id = $2 AND brand_id = $3 AND way = 'thread'";
    MAILED = "SELECT breach_id, role FROM breach_person WHERE person_id = $1 AND brand_id = $2 AND way = 'mail' ORDER BY breach_id, role";
    NOT_MAILED = "UPDATE breach_person SET way = 'lost' WHERE breach_id = $1 AND role = $2 AND person_id = $3 AND brand_id = $4 AND way = 'mail'";
    // To be told after all, who had no address that was confirmed.
    REACHED = "UPDATE breach_person SET told_at = NULL, way = NULL WHERE person_id = $1 AND brand_id = $2 AND way = 'none'";
    OF_PERSON = "SELECT p.breach_id, p.what, p.is_certain, p.told_at FROM breach_person p JOIN breach b ON b.id = p.breach_id WHERE p.person_id = $1 AND p.brand_id = $2 AND p.role = $3 AND b.people_told_at IS NOT NULL ORDER BY p.breach_id DESC LIMIT $4";
    FORGET = "DELETE FROM breach_person WHERE person_id = $1 AND brand_id = $2";
    LIST = "SELECT person_id FROM breach_person WHERE breach_id = $1 AND brand_id = $2 AND role = $3 AND is_certain = $4 ORDER BY person_id";
    OF_OWNER = "SELECT count(*) FROM breach_person b JOIN lead l ON l.id = b.person_id JOIN page p ON p.id = l.page_id WHERE b.breach_id = $1 AND b.brand_id = $2 AND b.role = 'lead' AND p.account_id = $3";
    // SQLite keeps no statistics here and would walk all leads of the brand.
    pair LEADS = {
        sqlite: "SELECT id, created_at FROM lead INDEXED BY lead_page WHERE brand_id = $1 AND page_id = $2 AND id > $3 AND fenced_at IS NULL ORDER BY id LIMIT $4",
        postgres: "SELECT id, created_at FROM lead WHERE brand_id = $1 AND page_id = $2 AND id > $3 AND fenced_at IS NULL ORDER BY id LIMIT $4",
    };
    OWNER = "SELECT p.account_id FROM lead l JOIN page p ON p.id = l.page_id WHERE l.id = $1 AND l.brand_id = $2 AND l.fenced_at IS NULL";
    GONE = "SELECT CAST(coalesce(sum(CASE WHEN kind = 'lead' THEN 1 ELSE leads END), 0) AS BIGINT) FROM erasure WHERE brand_id = $1 AND requested_at >= $2";
}

/// In which part somebody is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Part {
    Lead,
    Account,
    /// It is the leads of this account's pages that are affected: it answers to them.
    Owner,
}

impl Part {
    pub const ALL: [Self; 3] = [Self::Lead, Self::Account, Self::Owner];

    pub const fn code(self) -> &'static str {
        match self {
            Self::Lead => "lead",
            Self::Account => "account",
            Self::Owner => "owner",
        }
    }

    fn from_code(code: &str) -> Self {
        Self::ALL.into_iter().find(|part| part.code() == code).unwrap_or(Self::Lead)
    }
}

/// How somebody was told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Way {
    Mail,
    /// A message in their thread, inside the window.
    Thread,
    /// It stands on their own page.
    Page,
    /// No mail server took the mail, and it is not tried again.
    Lost,
    /// An account without a confirmed address: there is no way to tell them.
    None,
    /// A lead of whom what is stored does not open: nothing can be written to them.
    Unreadable,
}

impl Way {
    pub const ALL: [Self; 6] =
        [Self::Mail, Self::Thread, Self::Page, Self::Lost, Self::None, Self::Unreadable];

    pub const fn code(self) -> &'static str {
        match self {
            Self::Mail => "mail",
            Self::Thread => "thread",
            Self::Page => "page",
            Self::Lost => "lost",
            Self::None => "none",
            Self::Unreadable => "unreadable",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|way| way.code() == code)
    }
}

/// Somebody who is affected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    pub part: Part,
    pub person: [u8; 16],
    pub what: Whats,
    pub is_certain: bool,
}

/// So many of one part, told in one way or not at all yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Count {
    pub part: Part,
    pub is_certain: bool,
    pub way: Option<Way>,
    pub people: u64,
}

/// What a case says about one person, once people are told of it.
#[derive(Debug, Clone, Copy)]
pub struct Concern {
    pub breach: BreachId,
    pub what: Whats,
    pub is_certain: bool,
    pub told_at: Option<Timestamp>,
}

/// Searches of a case that are told from each other; all further ones count as the last of these.
pub const SEARCHES_LIMIT: u32 = 46;
/// Above the bits that kinds of data may take, of a number that the databases hold with its sign.
const SEARCHES_FROM: u32 = 16;

/// Which searches of a case found somebody, counted from 1. They share the column of the kinds of data, so that
/// whoever is found again is written once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Searches(u64);

impl Searches {
    fn in_column(what: i64) -> Self {
        Self(u64::try_from(what).unwrap_or(0) >> SEARCHES_FROM)
    }

    /// The number that stands for this search.
    fn number(search: u32) -> i64 {
        1 << (SEARCHES_FROM + search.clamp(1, SEARCHES_LIMIT) - 1)
    }

    pub fn iter(self) -> impl Iterator<Item = u32> {
        (1..=SEARCHES_LIMIT).filter(move |number| self.0 & (1 << (number - 1)) != 0)
    }

    pub fn has(self, search: u32) -> bool {
        self.iter().any(|own| own == search)
    }

    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }
}

/// The number of the last search of a case that found somebody; 0: none has.
pub fn last_search(scope: Scope<'_>, breach: BreachId) -> Result<u32, StoreError> {
    let what = scope.tx.query_one(&SEARCHES, &params![breach, scope.brand()])?.int(0)?;
    Ok(Searches::in_column(what).iter().last().unwrap_or(0))
}

/// Notes whom this search found; who is there already is noted with what is said besides.
pub fn add(
    scope: Scope<'_>,
    breach: BreachId,
    (some, search): (&[Found], u32),
    now: Timestamp,
) -> Result<(), StoreError> {
    let rows: Vec<_> = some
        .iter()
        .map(|one| {
            params![
                breach,
                one.part.code(),
                one.person.as_slice(),
                scope.brand(),
                i64::from(one.what.bits()) | Searches::number(search),
                one.is_certain,
                now
            ]
        })
        .collect();
    scope.tx.execute_many(&FOUND, &rows).map(drop)
}

pub fn count(scope: Scope<'_>, breach: BreachId) -> Result<Vec<Count>, StoreError> {
    let rows = scope.tx.count_grouped(&COUNT, &params![breach, scope.brand()])?;
    rows.iter()
        .map(|row| {
            Ok(Count {
                part: Part::from_code(row.text(0)?),
                is_certain: row.flag(1)?,
                way: row.opt_text(2)?.and_then(Way::from_code),
                people: row.unsigned(3)?,
            })
        })
        .collect()
}

/// All kinds of data that somebody of this part is concerned with.
pub fn whats(scope: Scope<'_>, breach: BreachId, part: Part) -> Result<Whats, StoreError> {
    let rows = scope.tx.query(&WHAT, &params![breach, scope.brand(), part.code()])?;
    rows.iter().try_fold(Whats::default(), |all, row| Ok(all.and(Whats::from_bits(row.int(0)?))))
}

/// The next who were not told.
pub fn untold(scope: Scope<'_>, breach: BreachId, part: Part, limit: u32) -> Result<Vec<Found>, StoreError> {
    let rows = scope.tx.query(&UNTOLD, &params![breach, scope.brand(), part.code(), limit])?;
    rows.iter()
        .map(|row| {
            Ok(Found {
                part,
                person: row.array(0)?,
                what: Whats::from_bits(row.int(1)?),
                is_certain: row.flag(2)?,
            })
        })
        .collect()
}

/// Somebody of a case, as a list shows them.
#[derive(Debug, Clone, Copy)]
pub struct Listed {
    pub person: [u8; 16],
    pub what: Whats,
    pub searches: Searches,
    pub is_certain: bool,
    pub told: Option<(Timestamp, Way)>,
}

/// Those of one part, in the order of their ids, behind `after`.
pub fn list_after(
    scope: Scope<'_>,
    breach: BreachId,
    part: Part,
    after: [u8; 16],
    limit: u32,
) -> Result<Vec<Listed>, StoreError> {
    let row = params![breach, scope.brand(), part.code(), after.as_slice(), limit];
    let rows = scope.tx.query(&AFTER, &row)?;
    rows.iter()
        .map(|row| {
            let what = row.int(1)?;
            Ok(Listed {
                person: row.array(0)?,
                what: Whats::from_bits(what),
                searches: Searches::in_column(what),
                is_certain: row.flag(2)?,
                told: row.opt_at(3)?.zip(row.opt_text(4)?.and_then(Way::from_code)),
            })
        })
        .collect()
}

/// How many leads who were not told have written since.
pub fn count_writable(scope: Scope<'_>, breach: BreachId, since: Timestamp) -> Result<u64, StoreError> {
    scope.tx.query_one(&WRITABLE, &params![breach, scope.brand(), since])?.unsigned(0)
}

/// Whole installation: whether anybody is to be told.
pub fn is_any_to_tell(tx: &Tx<'_>) -> Result<bool, StoreError> {
    Ok(tx.query_one(&TO_TELL, &[])?.int(0)? > 0)
}

/// In the commit of the letter; `false`: told before, and nothing more is written.
pub fn set_told(
    scope: Scope<'_>,
    breach: BreachId,
    (part, person): (Part, [u8; 16]),
    way: Way,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let row = params![now, way.code(), breach, part.code(), person.as_slice(), scope.brand()];
    Ok(scope.tx.execute(&TOLD, &row)? == 1)
}

/// For each of these leads in order a case of which nothing but their own page told them.
pub fn on_page_only(scope: Scope<'_>, leads: &[LeadId]) -> Result<Vec<Option<BreachId>>, StoreError> {
    let keys: Vec<_> = leads.iter().map(|lead| params![lead, scope.brand()]).collect();
    let rows = scope.tx.query_many(&ON_PAGE, &keys)?;
    rows.iter().map(|row| row.as_ref().map(|row| row.id(0)).transpose()).collect()
}

/// In the commit of the message to whom their own page had told; `false`: not so (any more), and nothing is written.
pub fn set_in_thread(
    scope: Scope<'_>,
    breach: BreachId,
    lead: LeadId,
    now: Timestamp,
) -> Result<bool, StoreError> {
    Ok(scope.tx.execute(&IN_THREAD, &params![now, breach, lead, scope.brand()])? == 1)
}

/// Whole installation (lanes know their brands): for each of these leads in order the cases of which they count as told in
/// their thread.
pub fn in_thread(tx: &Tx<'_>, leads: &[(BrandId, LeadId)]) -> Result<Vec<Vec<BreachId>>, StoreError> {
    let keys: Vec<_> = leads.iter().map(|(brand, lead)| params![lead, brand]).collect();
    let rows = tx.query_each(&WHICH_IN_THREAD, &keys)?;
    rows.iter().map(|rows| rows.iter().map(|row| row.id(0)).collect()).collect()
}

/// In the commit in which the message ends unsent: nothing but their own page told them. It says so since `told_at`.
pub fn set_not_in_thread(scope: Scope<'_>, breach: BreachId, lead: LeadId) -> Result<bool, StoreError> {
    Ok(scope.tx.execute(&NOT_IN_THREAD, &params![breach, lead, scope.brand()])? == 1)
}

/// Of which cases an account was told by mail, and for which part.
pub fn mailed(scope: Scope<'_>, account: AccountId) -> Result<Vec<(BreachId, Part)>, StoreError> {
    let rows = scope.tx.query(&MAILED, &params![account, scope.brand()])?;
    rows.iter().map(|row| Ok((row.id(0)?, Part::from_code(row.text(1)?)))).collect()
}

/// In the commit in which the mail ends and nobody took it: nothing told them.
pub fn set_not_mailed(
    scope: Scope<'_>,
    breach: BreachId,
    (part, account): (Part, AccountId),
) -> Result<bool, StoreError> {
    Ok(scope.tx.execute(&NOT_MAILED, &params![breach, part.code(), account, scope.brand()])? == 1)
}

/// In the commit that confirms an account's address: what there was no way to tell it, it is told.
pub fn set_reached(scope: Scope<'_>, account: AccountId) -> Result<u64, StoreError> {
    scope.tx.execute(&REACHED, &params![account, scope.brand()])
}

/// Cases that concern a person and of which people are told, the newest first.
pub fn list_of_person(
    scope: Scope<'_>,
    (part, person): (Part, [u8; 16]),
    limit: u32,
) -> Result<Vec<Concern>, StoreError> {
    let rows = scope.tx.query(&OF_PERSON, &params![person.as_slice(), scope.brand(), part.code(), limit])?;
    rows.iter()
        .map(|row| {
            Ok(Concern {
                breach: row.id(0)?,
                what: Whats::from_bits(row.int(1)?),
                is_certain: row.flag(2)?,
                told_at: row.opt_at(3)?,
            })
        })
        .collect()
}

/// Whom it concerned is erased.
pub fn forget(scope: Scope<'_>, person: [u8; 16]) -> Result<u64, StoreError> {
    scope.tx.execute(&FORGET, &params![person, scope.brand()])
}

/// Everybody of one part.
pub fn list(
    scope: Scope<'_>,
    breach: BreachId,
    part: Part,
    is_certain: bool,
) -> Result<Vec<[u8; 16]>, StoreError> {
    let rows = scope.tx.query(&LIST, &params![breach, scope.brand(), part.code(), is_certain])?;
    rows.iter().map(|row| row.array(0)).collect()
}

/// How many leads of an account's pages are affected.
pub fn count_of_owner(scope: Scope<'_>, breach: BreachId, owner: AccountId) -> Result<u64, StoreError> {
    scope.tx.query_one(&OF_OWNER, &params![breach, scope.brand(), owner])?.unsigned(0)
}

/// Leads of a page, and since when each is there, in order.
pub fn list_leads(
    scope: Scope<'_>,
    page: PageId,
    after: LeadId,
    limit: u32,
) -> Result<Vec<(LeadId, Timestamp)>, StoreError> {
    let rows = scope.tx.query(&LEADS, &params![scope.brand(), page, after, limit])?;
    rows.iter().map(|row| Ok((row.id(0)?, row.at(1)?))).collect()
}

/// To whose page this lead wrote; `None` for somebody who is no lead, or is being erased.
pub fn owner(scope: Scope<'_>, person: [u8; 16]) -> Result<Option<AccountId>, StoreError> {
    let row = scope.tx.query_opt(&OWNER, &params![person.as_slice(), scope.brand()])?;
    row.map(|row| row.id(0)).transpose()
}

/// How many people were erased since: of whom nobody can say any more whether they were among them.
pub fn count_gone(scope: Scope<'_>, since: Timestamp) -> Result<u64, StoreError> {
    scope.tx.query_one(&GONE, &params![scope.brand(), since])?.unsigned(0)
}
