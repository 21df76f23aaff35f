//! Sending at a time: which moment a local time in a zone is, and the station that begins what is due.
//!
//! Invariants: a local time that the clocks skip or show twice is resolved by a stated rule and said;
//! a broadcast begins once, because beginning is a change from `scheduled`, in one commit, whoever and
//! however many look.

use crate::nodes::Job;
use crate::rest::rest;
use crate::views::At;
use crate::{Engine, EngineError};
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, TimeZone};
use model::time::Timestamp;
use serde::Serialize;
use std::sync::Arc;
use store::tables::broadcast;

/// Which moment a local time is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Resolved {
    pub at: At,
    /// As the clocks there show it, with the offset: `2026-10-25T01:30:00+01:00[Europe/Dublin]`.
    pub local: String,
    pub zone: String,
    pub how: How,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum How {
    /// The clocks show it once.
    Exact,
    /// The clocks are put forward over it: later by as much as they skip.
    Skipped,
    /// The clocks are put back over it and show it twice: the first time, unless the second was asked
    /// for.
    Twice,
}

impl How {
    pub const fn code(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Skipped => "skipped",
            Self::Twice => "twice",
        }
    }
}

/// Which moment `local` (`2026-12-24T18:00`) is in a zone of the IANA database.
///
/// # Errors
/// Names the field, `local` or `zone`.
pub fn resolve(local: &str, zone: &str, second_time: bool) -> Result<Resolved, EngineError> {
    let civil: DateTime = local
        .trim()
        .parse()
        .map_err(|_| EngineError::invalid("local", "write date and time as in 2026-12-24T18:00"))?;
    let tz = TimeZone::get(zone.trim()).map_err(|_| no_zone())?;
    let ambiguous = tz.to_ambiguous_zoned(civil);
    let (how, zoned) = match ambiguous.offset() {
        AmbiguousOffset::Unambiguous { .. } => (How::Exact, ambiguous.compatible()),
        AmbiguousOffset::Gap { .. } => (How::Skipped, ambiguous.compatible()),
        AmbiguousOffset::Fold { .. } if second_time => (How::Twice, ambiguous.later()),
        AmbiguousOffset::Fold { .. } => (How::Twice, ambiguous.compatible()),
    };
    let zoned = zoned.map_err(|_| EngineError::invalid("local", "lies outside the calendar"))?;
    let at = Timestamp(zoned.timestamp().as_microsecond());
    Ok(Resolved { at: At(at), local: zoned.to_string(), zone: zone.trim().to_owned(), how })
}

/// What is said of a name that is no zone's.
pub(crate) fn no_zone() -> EngineError {
    EngineError::invalid("zone", "is not a time zone: write one as in Europe/Dublin")
}

/// A moment as the clocks of a zone show it; in UTC where the zone is not known.
pub fn local(at: Timestamp, zone: Option<&str>) -> String {
    let tz = zone.and_then(|zone| TimeZone::get(zone).ok()).unwrap_or(TimeZone::UTC);
    jiff::Timestamp::from_microsecond(at.micros())
        .map_or_else(|_| At(at).to_string(), |moment| moment.to_zoned(tz).to_string())
}

/// The names of all zones, for a form's list.
pub fn zones() -> Vec<String> {
    let mut zones: Vec<String> = jiff::tz::db().available().map(|name| name.to_string()).collect();
    zones.sort_unstable();
    zones
}

impl Engine {
    /// Begins what is due; when the next is.
    pub(crate) async fn start_due(&self) -> Result<Option<Timestamp>, EngineError> {
        let now = self.clock.now();
        let (started, next) = self
            .data
            .write("start_due", move |tx| {
                Ok::<_, EngineError>((broadcast::start_due(tx, now)?, broadcast::next_start(tx)?))
            })
            .await?;
        if !started.is_empty() {
            self.wake.plan.notify_one();
        }
        Ok(next)
    }

    pub(crate) async fn schedule_forever(self: &Arc<Self>) {
        loop {
            self.nodes.duty(Job::Schedule).await;
            match self.start_due().await {
                Ok(None) => rest(self.wake.schedule.notified()).await,
                Ok(Some(at)) => {
                    tokio::select! {
                        () = self.clock.sleep_until(at) => {}
                        () = rest(self.wake.schedule.notified()) => {}
                    }
                }
                Err(error) => self.failed("schedule", &error).await,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shown(local: &str, zone: &str, second: bool) -> (How, String, String) {
        let resolved = resolve(local, zone, second).unwrap();
        (resolved.how, resolved.local, resolved.at.to_string())
    }

    #[test]
    fn a_time_that_the_clocks_skip_is_moved_and_one_that_they_show_twice_is_the_first() {
        assert_eq!(
            shown("2026-12-24T18:00", "Europe/Dublin", false),
            (How::Exact, "2026-12-24T18:00:00+00:00[Europe/Dublin]".into(), "2026-12-24T18:00:00Z".into())
        );
        // Clocks go from 02:00 to 03:00.
        assert_eq!(
            shown("2026-03-29T02:30", "Europe/Berlin", false),
            (How::Skipped, "2026-03-29T03:30:00+02:00[Europe/Berlin]".into(), "2026-03-29T01:30:00Z".into())
        );
        // And from 03:00 back to 02:00.
        assert_eq!(shown("2026-10-25T02:30", "Europe/Berlin", false).2, "2026-10-25T00:30:00Z");
        let second = shown("2026-10-25T02:30", "Europe/Berlin", true);
        assert_eq!((second.0, second.2.as_str()), (How::Twice, "2026-10-25T01:30:00Z"));
        // A zone without summer time, and one that is half an hour off.
        assert_eq!(shown("2026-03-29T02:30", "Asia/Riyadh", false).2, "2026-03-28T23:30:00Z");
        assert_eq!(shown("2026-07-01T12:00", "Asia/Kolkata", true).2, "2026-07-01T06:30:00Z");
    }

    #[test]
    fn what_is_no_time_or_no_zone_is_refused_by_field() {
        for (local, zone, field) in [
            ("tomorrow", "Europe/Berlin", "local"),
            ("2026-02-30T10:00", "Europe/Berlin", "local"),
            ("2026-02-20T10:00", "Mars/Olympus", "zone"),
            ("2026-02-20T10:00", "", "zone"),
        ] {
            let Err(EngineError::Invalid { field: named, .. }) = resolve(local, zone, false) else {
                panic!()
            };
            assert_eq!(named, field);
        }
        assert!(zones().iter().any(|zone| zone == "Africa/Cairo"));
    }

    proptest! {
        #[test]
        fn every_local_time_of_every_zone_is_a_moment_which_is_shown_as_that_time_unless_it_is_skipped(
            zone in 0usize..400, month in 1u32..13, day in 1u32..29, hour in 0u32..24, minute in 0u32..60, second: bool,
        ) {
            let zones = zones();
            let zone = &zones[zone % zones.len()];
            let text = format!("2026-{month:02}-{day:02}T{hour:02}:{minute:02}");
            let resolved = resolve(&text, zone, second).unwrap();
            prop_assert_eq!(resolved.local.starts_with(&text), resolved.how != How::Skipped);
            prop_assert_eq!(local(resolved.at.0, Some(zone)), resolved.local);
        }
    }
}
