//! Exercises of a right, and by when each has to be answered (GDPR article 12(3)).
//!
//! Invariants: an answer is due one month after the request came, counted on the calendar, the last day of the
//! month standing in for a day that it does not have; nothing pauses that; it is put off once, by two months,
//! with a reason, while the first month still runs. What follows from a clock that jumped back is never a longer
//! time.

use crate::time::Timestamp;
use jiff::ToSpan;
use jiff::tz::TimeZone;

/// What somebody asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RequestKind {
    /// To see what is kept (article 15).
    Access,
    /// To take it along (article 20).
    Export,
    /// To have it put right (article 16).
    Correction,
    /// To have it kept and not used (article 18).
    Restriction,
    /// To have it used again.
    Lifting,
    /// No more marketing (article 21).
    Objection,
    /// An agreement taken back (article 7(3)).
    Withdrawal,
    /// To have it erased (article 17).
    Erasure,
    /// Facebook passes on that somebody wants erased what a login with Facebook gave.
    FacebookData,
    /// Facebook passes on that somebody removed the app.
    FacebookRemoval,
}

impl RequestKind {
    pub const ALL: [Self; 10] = [
        Self::Access,
        Self::Export,
        Self::Correction,
        Self::Restriction,
        Self::Lifting,
        Self::Objection,
        Self::Withdrawal,
        Self::Erasure,
        Self::FacebookData,
        Self::FacebookRemoval,
    ];

    /// Those that somebody can ask for by letter or mail.
    pub const BY_MAIL: [Self; 7] = [
        Self::Access,
        Self::Export,
        Self::Correction,
        Self::Restriction,
        Self::Objection,
        Self::Withdrawal,
        Self::Erasure,
    ];

    pub const fn code(self) -> &'static str {
        match self {
            Self::Access => "access",
            Self::Export => "export",
            Self::Correction => "correction",
            Self::Restriction => "restriction",
            Self::Lifting => "restriction_lifted",
            Self::Objection => "objection",
            Self::Withdrawal => "withdrawal",
            Self::Erasure => "erasure",
            Self::FacebookData => "facebook_data",
            Self::FacebookRemoval => "facebook_removal",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

/// By which way it came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RequestWay {
    /// The person's own page, where it is done at once.
    OwnPage,
    /// Facebook's callback.
    Facebook,
    /// A mail, a letter, a call: noted by the admin.
    Mail,
}

impl RequestWay {
    pub const ALL: [Self; 3] = [Self::OwnPage, Self::Facebook, Self::Mail];

    pub const fn code(self) -> &'static str {
        match self {
            Self::OwnPage => "own_page",
            Self::Facebook => "facebook",
            Self::Mail => "mail",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|way| way.code() == code)
    }
}

/// How it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    Done,
    Partly,
    /// With a reason, which the person was told.
    Refused,
    /// Nothing was there about whoever asked.
    NoData,
}

impl Outcome {
    pub const ALL: [Self; 4] = [Self::Done, Self::Partly, Self::Refused, Self::NoData];

    pub const fn code(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Partly => "partly",
            Self::Refused => "refused",
            Self::NoData => "no_data",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.code() == code)
    }
}

/// The time that a request has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Term {
    pub received_at: Timestamp,
    pub due_at: Timestamp,
    /// When it was put off.
    pub extended_at: Option<Timestamp>,
    pub done_at: Option<Timestamp>,
}

/// How a request's time stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    Done,
    /// Whole days that are left; 0 on the last.
    Left(u32),
    /// Whole days since it was due.
    Overdue(u32),
}

/// Why a request cannot be put off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoExtension {
    #[error("the request is closed")]
    Done,
    #[error("it was put off before, and that is possible once")]
    Twice,
    #[error("its first month is over: it can be put off only while that runs")]
    TooLate,
}

const DAY: i64 = 86_400_000_000;

/// So many months later on a calendar, at the same time of day; the last day of the month where there is no such
/// day. What is beyond the calendar stays as it is.
pub fn months_later(at: Timestamp, months: i32, zone: &TimeZone) -> Timestamp {
    let later = jiff::Timestamp::from_microsecond(at.micros())
        .and_then(|at| at.to_zoned(zone.clone()).checked_add(months.months()));
    later.map_or(at, |later| Timestamp(later.timestamp().as_microsecond()))
}

impl Term {
    /// As it is when the request comes.
    pub fn new(received_at: Timestamp, zone: &TimeZone) -> Self {
        Self { received_at, due_at: months_later(received_at, 1, zone), extended_at: None, done_at: None }
    }

    /// Done in the moment in which it was asked for.
    pub fn at_once(now: Timestamp, zone: &TimeZone) -> Self {
        Self { done_at: Some(now), ..Self::new(now, zone) }
    }

    /// A clock that jumped back to before the request came gives no more time than there was.
    pub fn standing(&self, now: Timestamp) -> Standing {
        if self.done_at.is_some() {
            return Standing::Done;
        }
        let left = self.due_at.since(now.max(self.received_at)).0;
        let days = |micros: i64| u32::try_from(micros / DAY).unwrap_or(u32::MAX);
        if left >= 0 { Standing::Left(days(left)) } else { Standing::Overdue(days(left.saturating_neg())) }
    }

    /// Puts it off by two months, counted from when it came.
    ///
    /// # Errors
    /// [`NoExtension`], where that is not possible (any more).
    pub fn extend(&mut self, now: Timestamp, zone: &TimeZone) -> Result<(), NoExtension> {
        if self.done_at.is_some() {
            return Err(NoExtension::Done);
        }
        if self.extended_at.is_some() {
            return Err(NoExtension::Twice);
        }
        let now = now.max(self.received_at);
        if now > self.due_at {
            return Err(NoExtension::TooLate);
        }
        self.extended_at = Some(now);
        self.due_at = months_later(self.received_at, 3, zone);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Span;
    use proptest::prelude::*;

    fn at(text: &str) -> Timestamp {
        Timestamp(text.parse::<jiff::Timestamp>().unwrap().as_microsecond())
    }

    fn due(received: &str) -> String {
        let due = Term::new(at(received), &TimeZone::UTC).due_at;
        jiff::Timestamp::from_microsecond(due.micros()).unwrap().to_string()
    }

    #[test]
    fn claim_r3_a_month_ends_on_its_last_day_where_there_is_no_such_day() {
        for (received, wanted) in [
            ("2026-01-31T10:00:00Z", "2026-02-28T10:00:00Z"),
            ("2028-01-31T10:00:00Z", "2028-02-29T10:00:00Z"),
            ("2028-02-29T23:59:59Z", "2028-03-29T23:59:59Z"),
            ("2026-03-31T00:00:00Z", "2026-04-30T00:00:00Z"),
            ("2026-12-31T12:00:00Z", "2027-01-31T12:00:00Z"),
            ("2100-01-29T12:00:00Z", "2100-02-28T12:00:00Z"),
        ] {
            assert_eq!(due(received), wanted, "{received}");
        }
    }

    #[test]
    fn claim_r3_the_calendar_is_that_of_the_zone_and_a_month_outlives_a_changed_clock() {
        let berlin = TimeZone::get("Europe/Berlin").unwrap();
        let riyadh = TimeZone::get("Asia/Riyadh").unwrap();
        // Summer time begins in between: the same time of day, an hour less in between.
        assert_eq!(months_later(at("2026-03-10T11:00:00Z"), 1, &berlin), at("2026-04-10T10:00:00Z"));
        // The 1st of February there already, while UTC still has the 31st of January.
        let late = at("2026-01-31T22:30:00Z");
        assert_eq!(months_later(late, 1, &riyadh), at("2026-02-28T22:30:00Z"));
        assert_eq!(months_later(late, 1, &TimeZone::UTC), at("2026-02-28T22:30:00Z"));
        let later = at("2026-03-30T22:30:00Z");
        assert_eq!(months_later(later, 1, &riyadh), at("2026-04-29T22:30:00Z"), "the 31st, so the 30th");
    }

    #[test]
    fn claim_r3_a_request_is_put_off_once_and_while_its_first_month_runs() {
        let mut term = Term::new(at("2026-01-31T10:00:00Z"), &TimeZone::UTC);
        let mut late = term;
        assert_eq!(late.extend(at("2026-02-28T10:00:01Z"), &TimeZone::UTC), Err(NoExtension::TooLate));
        assert_eq!(term.extend(at("2026-02-28T10:00:00Z"), &TimeZone::UTC), Ok(()));
        assert_eq!(term.due_at, at("2026-04-30T10:00:00Z"), "counted from when it came");
        assert_eq!(term.extend(at("2026-02-28T10:00:00Z"), &TimeZone::UTC), Err(NoExtension::Twice));
        let mut done = Term::at_once(at("2026-01-31T10:00:00Z"), &TimeZone::UTC);
        assert_eq!(done.extend(at("2026-01-31T10:00:00Z"), &TimeZone::UTC), Err(NoExtension::Done));
    }

    #[test]
    fn claim_r3_what_is_left_is_counted_in_whole_days_and_no_clock_lengthens_it() {
        let term = Term::new(at("2028-02-01T00:00:00Z"), &TimeZone::UTC);
        assert_eq!(term.standing(at("2028-02-01T00:00:00Z")), Standing::Left(29), "over a leap day");
        assert_eq!(term.standing(at("2018-02-01T00:00:00Z")), Standing::Left(29), "ten years back");
        assert_eq!(term.standing(at("2028-02-29T00:00:00Z")), Standing::Left(1));
        assert_eq!(term.standing(at("2028-02-29T00:00:01Z")), Standing::Left(0));
        assert_eq!(term.standing(at("2028-03-01T00:00:00Z")), Standing::Left(0));
        assert_eq!(term.standing(at("2028-03-01T00:00:01Z")), Standing::Overdue(0));
        assert_eq!(term.standing(at("2038-03-01T00:00:00Z")), Standing::Overdue(3652));
        assert_eq!(
            Term::at_once(Timestamp::ZERO, &TimeZone::UTC).standing(at("2030-01-01T00:00:00Z")),
            Standing::Done
        );
    }

    #[test]
    fn every_code_reads_back() {
        assert!(RequestKind::ALL.iter().all(|own| RequestKind::from_code(own.code()) == Some(*own)));
        assert!(RequestWay::ALL.iter().all(|own| RequestWay::from_code(own.code()) == Some(*own)));
        assert!(Outcome::ALL.iter().all(|own| Outcome::from_code(own.code()) == Some(*own)));
    }

    proptest! {
        #[test]
        fn claim_r3_a_month_is_28_to_31_days_whenever_it_begins(secs in 0i64..4_000_000_000) {
            let term = Term::new(Timestamp::from_secs(secs), &TimeZone::UTC);
            let length = term.due_at.since(term.received_at);
            prop_assert!(length >= Span::days(28) && length <= Span::days(31));
        }

        #[test]
        fn no_time_makes_it_panic(micros: i64, now: i64) {
            let mut term = Term::new(Timestamp(micros), &TimeZone::UTC);
            let _ = term.standing(Timestamp(now));
            let _ = term.extend(Timestamp(now), &TimeZone::UTC);
            prop_assert!(term.due_at >= term.received_at);
        }
    }
}
