//! Retention: what is past its time goes, by the rules of `store::retention`, which are those of the data map.
//!
//! Driven by arriving work at most once an hour of the given clock, by each tidying up, and once an hour by
//! itself, so that a quiet installation keeps its promises too.
//!
//! Invariants: looking changes nothing; the job deletes what a look counts as due, except where a station
//! deletes itself; of a broadcast that has been over for [`COUNTED_AFTER`] days only counts are left, which are those of
//! before; an account whose address was never confirmed is erased as any other; the keys of duplicate marks go before the marks do.

use crate::actions::erasure::UNCONFIRMED_DAYS;
use crate::nodes::Job;
use crate::rest::rest;
use crate::views::At;
use crate::{Actor, Engine, EngineError, Role};
use model::id::BrandId;
use model::time::{Span, Timestamp};
use serde::Serialize;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;
use store::retention::{How, RULES, Rule, Standing};
use store::{Database, StoreError, tables};

/// Days after which a broadcast that is over is figures and nothing else (claim F5). Until then its owner sees who did
/// not get it, and can have it sent again to those.
pub const COUNTED_AFTER: i64 = 90;
/// Deliveries that are counted in one commit.
const COUNTED_AT_A_TIME: u32 = 4_000;
const EVERY: Span = Span::hours(1);
/// Between two runs of the station, in real time.
const STATION: Duration = Duration::from_secs(3_600);

/// When retention was last enforced.
pub struct Retained(AtomicI64);

impl Default for Retained {
    fn default() -> Self {
        Self(AtomicI64::new(i64::MIN))
    }
}

/// How one table stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Line {
    pub place: &'static str,
    /// The column that tells when.
    pub column: &'static str,
    /// The longest that a row is kept.
    pub days: u16,
    /// `job`, or the station that deletes.
    pub by: &'static str,
    pub rows: u64,
    pub oldest: Option<At>,
    /// Rows past their time: the next run removes them.
    pub due: u64,
    /// Its rows say no brand, so that they are not counted for one.
    #[serde(skip)]
    pub is_shared: bool,
}

fn line(rule: &Rule, found: Standing) -> Line {
    Line {
        place: rule.place,
        column: rule.column,
        days: rule.days,
        by: rule.station.unwrap_or("job"),
        rows: found.rows,
        // Of a row that names its own end, the end says nothing of its age.
        oldest: found.oldest.filter(|_| rule.how != How::At).map(At),
        due: found.due,
        is_shared: false,
    }
}

/// Accounts whose address nobody confirmed end too, by an erasure.
fn unconfirmed(tx: &store::Tx<'_>, brand: Option<BrandId>, now: Timestamp) -> Result<Line, StoreError> {
    let until = now.minus(Span::days(i64::from(UNCONFIRMED_DAYS)));
    let found = tables::account::standing_unconfirmed(tx, brand, until)?;
    Ok(Line {
        place: "account",
        column: "created_at",
        days: UNCONFIRMED_DAYS,
        by: "erasure",
        rows: found.rows,
        oldest: found.oldest.map(At),
        due: found.due,
        is_shared: false,
    })
}

/// How every table with a period stands, in the whole installation. Changes nothing: for the command line.
pub async fn look(data: &Database, now: Timestamp) -> Result<Vec<Line>, EngineError> {
    let looked = move |tx: &store::Tx<'_>| {
        let by_rules = RULES.iter().map(|rule| Ok(line(rule, rule.look(tx, now)?)));
        by_rules.chain([unconfirmed(tx, None, now)]).collect::<Result<Vec<_>, StoreError>>()
    };
    Ok(data.read("look_at_retention", looked).await?)
}

/// Deletes what is past its time; what went, by table.
pub async fn enforce(data: &Database, now: Timestamp) -> Result<Vec<(&'static str, u64)>, EngineError> {
    let purged = move |tx: &store::Tx<'_>| {
        // What lies for an hour only has no period in days, and so no rule.
        let unwanted = crate::actions::import::drop_stale(tx, now).map(|gone| ("import", gone));
        let by_rules = RULES.iter().map(|rule| Ok((rule.place, rule.purge(tx, now)?)));
        by_rules.chain(std::iter::once(unwanted)).collect::<Result<Vec<_>, StoreError>>()
    };
    let mut went = data.write("enforce_retention", purged).await?;
    went.push(("delivery", count_finished(data, now).await?));
    Ok(went)
}

/// Has the deliveries of broadcasts that are long over only counted; how many.
async fn count_finished(data: &Database, now: Timestamp) -> Result<u64, EngineError> {
    let until = now.minus(Span::days(COUNTED_AFTER));
    let mut all = 0_u64;
    // Looked for without a write: nearly always there is none.
    while let Some((brand, id)) =
        data.read("uncounted", move |tx| tables::broadcast_count::next(tx, until)).await?
    {
        let some = move |tx: &store::Tx<'_>| {
            tables::broadcast_count::count_some(tx.brand(brand), id, COUNTED_AT_A_TIME, now)
        };
        all = all.saturating_add(data.write("count_deliveries", some).await?);
    }
    Ok(all)
}

/// How it stands with the brand of this admin; tables whose rows say no brand are named, and not counted.
pub async fn look_as(engine: &Engine, actor: &Actor) -> Result<Vec<Line>, EngineError> {
    if actor.role != Role::Admin {
        return Err(EngineError::Forbidden("admin"));
    }
    let (brand, now) = (actor.brand, engine.clock.now());
    let looked = move |tx: &store::Tx<'_>| {
        let found = RULES.iter().map(|rule| {
            Ok(match rule.look_of(tx.brand(brand), now)? {
                Some(found) => line(rule, found),
                None => Line { is_shared: true, ..line(rule, Standing { rows: 0, oldest: None, due: 0 }) },
            })
        });
        found.chain([unconfirmed(tx, Some(brand), now)]).collect::<Result<Vec<_>, StoreError>>()
    };
    Ok(engine.data.read("look_at_retention_of", looked).await?)
}

impl Engine {
    /// Deletes what is past its time, now.
    pub async fn enforce_retention(&self) -> Result<Vec<(&'static str, u64)>, EngineError> {
        let now = self.clock.now();
        // Destroys the keys of the periods that are over.
        self.vault.duplicates(now).await?;
        let mut went = enforce(&self.data, now).await?;
        went.push(("account", crate::actions::erasure::erase_unconfirmed(self).await?));
        self.retained.0.store(now.micros(), Ordering::Relaxed);
        Ok(went)
    }

    /// The same, if an hour has gone by since the last time, or the clock has gone back since.
    pub(crate) async fn retain(&self) -> Result<(), EngineError> {
        let now = self.clock.now();
        let last = self.retained.0.load(Ordering::Relaxed);
        let since = now.since(Timestamp(last));
        if last != i64::MIN && since >= Span::ZERO && since < EVERY {
            return Ok(());
        }
        self.enforce_retention().await.map(drop)
    }

    /// The station: an installation at which nothing arrives keeps its periods too.
    pub(crate) async fn retain_forever(&self) {
        loop {
            self.nodes.duty(Job::Retain).await;
            if let Err(error) = self.retain().await {
                self.failed("retention", &error).await;
            }
            if let Err(error) = self.renew_look_ups().await {
                self.failed("look-ups", &error).await;
            }
            rest(crate::run::pause(STATION)).await;
        }
    }
}
