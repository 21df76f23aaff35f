//! Retention: for each table whose rows end by themselves, the column that tells when, and the statements that
//! look and that delete. The job of the engine runs through this list; besides, it drops what lies for an hour only
//! (archives that were looked through and not wanted).
//!
//! Invariants: nothing is deleted before the period that the data map declares for it is over (tests compare the
//! list with the declarations, and try every rule at its edge); what a station deletes itself, because it does
//! more than delete, is looked at here and deleted there.

use crate::error::StoreError;
use crate::params;
use crate::port::Tx;
use crate::statement::Stmt;
use crate::tables::Scope;
use crate::value::Row;
use model::time::{Span, Timestamp};

/// What the column says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// When the row began: it ends so many days later.
    After,
    /// When the row ends, at most so many days after it began.
    At,
    /// The number of a period of so many days: it ends with the second period after it.
    Periods(u16),
}

/// How one table's rows end.
pub struct Rule {
    pub place: &'static str,
    /// The column that tells when.
    pub column: &'static str,
    /// The longest that a row is kept.
    pub days: u16,
    pub how: How,
    /// The station that deletes, where the job only looks.
    pub station: Option<&'static str>,
    state: Stmt,
    of_brand: Option<Stmt>,
    purge: Option<Stmt>,
}

/// What a look finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    pub rows: u64,
    /// What the column of the oldest row says, as a time.
    pub oldest: Option<Timestamp>,
    /// Rows whose time is over.
    pub due: u64,
}

macro_rules! stmt {
    ($what:literal, $table:literal, $sql:expr) => {
        Stmt::pair(concat!("retention::", $what, "_", $table), $sql, $sql)
    };
}

macro_rules! rule {
    ($table:literal, $column:literal, $days:literal, $how:expr, $brand:tt, $purge:tt $(, and $more:literal)?) => {
        Rule {
            place: $table,
            column: $column,
            days: $days,
            how: $how,
            station: rule!(@station $purge),
            state: stmt!("state", $table, concat!(
                "SELECT count(*), min(", $column, "), count(CASE WHEN ", $column, " <= $1", $(" AND ", $more,)?
                " THEN 1 END) FROM ", $table)),
            of_brand: rule!(@brand $brand, $table, concat!(
                "SELECT count(*), min(", $column, "), count(CASE WHEN ", $column, " <= $1", $(" AND ", $more,)?
                " THEN 1 END) FROM ", $table, " WHERE brand_id = $2")),
            purge: rule!(@purge $purge, $table, concat!(
                "DELETE FROM ", $table, " WHERE ", $column, " <= $1" $(, " AND ", $more)?)),
        }
    };
    (@brand of_brand, $table:literal, $sql:expr) => { Some(stmt!("of_brand", $table, $sql)) };
    (@brand of_all, $table:literal, $sql:expr) => { None };
    (@station job) => { None };
    (@station $station:literal) => { Some($station) };
    (@purge job, $table:literal, $sql:expr) => { Some(stmt!("purge", $table, $sql)) };
    (@purge $station:literal, $table:literal, $sql:expr) => { None };
}

/// Every rule there is.
pub static RULES: [Rule; 18] = [
    rule!("session", "expires_at", 90, How::At, of_brand, job),
    rule!("sign_in", "at", 30, How::After, of_brand, job),
    rule!("link", "expires_at", 7, How::At, of_brand, job),
    rule!("idempotency", "expires_at", 1, How::At, of_brand, job),
    rule!("export", "taken_at", 365, How::After, of_brand, job),
    rule!("billing_event", "received_at", 30, How::After, of_brand, job),
    rule!("mail", "ends_at", 3, How::At, of_brand, "mail"),
    rule!("inbox", "received_at", 30, How::After, of_brand, job, and "attempts >= 5"),
    rule!("pending_withdrawal", "received_at", 7, How::After, of_all, job),
    rule!("lead_link", "expires_at", 1, How::At, of_brand, job),
    rule!("audit", "at", 365, How::After, of_brand, job),
    rule!("support_grant", "ended_at", 365, How::After, of_brand, job),
    rule!("support_act", "at", 365, How::After, of_brand, job),
    rule!("reading", "read_at", 365, How::After, of_brand, job),
    rule!("request", "done_at", 1096, How::After, of_brand, job),
    rule!("breach_person", "found_at", 1826, How::After, of_brand, job),
    rule!("erasure_page", "ends_at", 3, How::At, of_brand, "erasure"),
    rule!("seen", "period", 14, How::Periods(7), of_all, job),
];

/// Every statement of the rules.
pub fn statements() -> Vec<&'static Stmt> {
    RULES
        .iter()
        .flat_map(|rule| [Some(&rule.state), rule.of_brand.as_ref(), rule.purge.as_ref()])
        .flatten()
        .collect()
}

/// How rows of this table end.
pub fn rule(place: &str) -> Option<&'static Rule> {
    let table = place.split('.').next().unwrap_or(place);
    RULES.iter().find(|rule| rule.place == table)
}

impl Rule {
    /// What the column of a row says whose time has just come.
    fn edge(&self, now: Timestamp) -> i64 {
        match self.how {
            How::At => now.micros(),
            How::After => now.minus(Span::days(i64::from(self.days))).micros(),
            How::Periods(days) => {
                let length = Span::days(i64::from(days)).0.max(1);
                now.micros().div_euclid(length).saturating_sub(2)
            }
        }
    }

    fn time(&self, value: i64) -> Timestamp {
        match self.how {
            How::Periods(days) => Timestamp(value.saturating_mul(Span::days(i64::from(days)).0)),
            How::At | How::After => Timestamp(value),
        }
    }

    fn standing(&self, row: &Row) -> Result<Standing, StoreError> {
        let oldest = row.opt_at(1)?.map(|at| self.time(at.micros()));
        Ok(Standing { rows: row.unsigned(0)?, oldest, due: row.unsigned(2)? })
    }

    /// Whole installation: how it stands. Changes nothing.
    pub fn look(&self, tx: &Tx<'_>, now: Timestamp) -> Result<Standing, StoreError> {
        self.standing(&tx.query_one(&self.state, &params![self.edge(now)])?)
    }

    /// How it stands with one brand; none where rows say no brand.
    pub fn look_of(&self, scope: Scope<'_>, now: Timestamp) -> Result<Option<Standing>, StoreError> {
        let Some(stmt) = &self.of_brand else { return Ok(None) };
        let row = scope.tx.query_one(stmt, &params![self.edge(now), scope.brand()])?;
        self.standing(&row).map(Some)
    }

    /// Whole installation: deletes what is past its time; how many. Nothing where a station does it.
    pub fn purge(&self, tx: &Tx<'_>, now: Timestamp) -> Result<u64, StoreError> {
        let Some(stmt) = &self.purge else { return Ok(0) };
        tx.execute(stmt, &params![self.edge(now)])
    }
}
