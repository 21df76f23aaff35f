//! An account's last thirty days in figures: what was sent, who agreed, who left.
//!
//! Invariant: counts of a day, nobody is named and nobody's doings are followed (claims X4, F5); a day is a
//! day in UTC, whoever looks.

use crate::{Actor, Engine, EngineError, TokenScope};
use model::delivery::DeliveryState;
use model::time::{Span, Timestamp};
use std::collections::BTreeMap;
use store::Tx;
use store::tables::{daily, delivery};

/// Days that are looked at, today among them.
pub const DAYS: i64 = 30;

/// One day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Day {
    /// Counted from 1970-01-01, in UTC.
    pub day: i64,
    /// Deliveries that came to their end that day.
    pub sent: u64,
    /// It is not known whether they arrived.
    pub unknown: u64,
    pub failed: u64,
    /// Left out by the gate.
    pub refused: u64,
    /// Answers of Yes, and withdrawals.
    pub agreed: u64,
    pub left: u64,
}

/// The last [`DAYS`] days, the oldest first, also those on which nothing happened.
pub async fn last(engine: &Engine, actor: &Actor) -> Result<Vec<Day>, EngineError> {
    for scope in [TokenScope::LeadsRead, TokenScope::BroadcastsRead] {
        actor.may(scope)?;
    }
    let (brand, account) = (actor.brand, actor.account);
    let today = daily::day(engine.clock.now());
    let first = today - DAYS + 1;
    let since = Timestamp(0).plus(Span::days(first));
    let read = move |tx: &Tx<'_>| {
        let scope = tx.brand(brand);
        Ok::<_, store::StoreError>((
            delivery::count_by_day(scope, account, since)?,
            daily::list_since(scope, account, first)?,
        ))
    };
    let (deliveries, consents) = engine.data.read("days", read).await?;
    let empty = |day| (day, Day { day, ..Day::default() });
    let mut days: BTreeMap<i64, Day> = (first..=today).map(empty).collect();
    for (day, state, count) in deliveries {
        let Some(day) = days.get_mut(&day) else { continue };
        let part = match state {
            DeliveryState::Sent => &mut day.sent,
            DeliveryState::Unknown => &mut day.unknown,
            DeliveryState::Failed => &mut day.failed,
            DeliveryState::Refused => &mut day.refused,
            DeliveryState::Planned | DeliveryState::Sending => continue,
        };
        *part = part.saturating_add(count);
    }
    for (day, name, count) in consents {
        let Some(day) = days.get_mut(&day) else { continue };
        match name.as_str() {
            "confirmed" => day.agreed = day.agreed.saturating_add(count),
            "withdrawal" => day.left = day.left.saturating_add(count),
            _ => {}
        }
    }
    Ok(days.into_values().collect())
}
