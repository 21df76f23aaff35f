//! Breaches of personal data: the 72 hours in which the authority is told (GDPR article 33), in which order things
//! happen, and what is said of whoever is affected.
//!
//! Invariants: 72 hours are counted from the instant at which one became aware, whatever the calendar does, and
//! nothing pauses them; what follows from a clock that jumped back is never more time; after them the authority is
//! told with a reason for the delay, or not at all; a case is closed only when the authority was told everything, or
//! was not told for a reason that is written down.

use crate::time::{Span, Timestamp};

/// In which the authority is told (article 33(1)).
pub const LIMIT: Span = Span::hours(72);
/// After so long since awareness the admins are reminded.
pub const REMINDERS: [Span; 2] = [Span::hours(48), Span::hours(66)];

/// What a notification says at least (article 33(3)).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Field {
    /// (a) What happened, to how many people and records of which kinds.
    Nature,
    /// (b) Whom to ask.
    Contact,
    /// (c) What is likely to follow.
    Consequences,
    /// (d) What was done and is being done.
    Measures,
}

impl Field {
    pub const ALL: [Self; 4] = [Self::Nature, Self::Contact, Self::Consequences, Self::Measures];

    pub const fn code(self) -> &'static str {
        match self {
            Self::Nature => "nature",
            Self::Contact => "contact",
            Self::Consequences => "consequences",
            Self::Measures => "measures",
        }
    }
}

/// Where somebody may have come in: what the search for whoever is affected begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Start {
    /// One signed-in browser.
    Session,
    /// One API token.
    Token,
    /// Everything that one account can reach.
    Account,
    /// Everything that anybody was shown for a time, when nobody knows by whom.
    Window,
    /// The running server for a time: it works with everybody's data.
    Server,
    /// A copy of the data of some time.
    Backup,
    /// Access that was granted for support.
    Grant,
}

impl Start {
    pub const ALL: [Self; 7] =
        [Self::Session, Self::Token, Self::Account, Self::Grant, Self::Window, Self::Server, Self::Backup];

    pub const fn code(self) -> &'static str {
        match self {
            Self::Session => "session",
            Self::Token => "token",
            Self::Account => "account",
            Self::Window => "window",
            Self::Server => "server",
            Self::Backup => "backup",
            Self::Grant => "grant",
        }
    }

    /// Whether the search begins with one thing that has an id.
    pub const fn is_named(self) -> bool {
        matches!(self, Self::Session | Self::Token | Self::Account | Self::Grant)
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|start| start.code() == code)
    }
}

/// A kind of data that was shown, or may have been.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum What {
    /// A line of a list: when somebody wrote and what they agreed to, without who they are.
    Listed,
    /// That somebody who was known by Messenger's id is there.
    Found,
    /// Name, language and Messenger's id.
    Identity,
    /// What they answered to questions.
    Answers,
    /// The record of what they agreed to, with what they wrote.
    Proof,
    /// Everything that is kept about them.
    File,
    /// An account: name, address, pages.
    Account,
    /// Whether messages of broadcasts went to them and when, and if not, why; without who they are.
    Deliveries,
    /// How an account stands: plan, figures, how its broadcasts went in counts; without whose it is.
    Standing,
}

impl What {
    pub const ALL: [Self; 9] = [
        Self::Listed,
        Self::Found,
        Self::Identity,
        Self::Answers,
        Self::Proof,
        Self::File,
        Self::Account,
        Self::Deliveries,
        Self::Standing,
    ];

    pub const fn code(self) -> &'static str {
        match self {
            Self::Listed => "listed",
            Self::Found => "found",
            Self::Identity => "identity",
            Self::Answers => "answers",
            Self::Proof => "proof",
            Self::File => "file",
            Self::Account => "account",
            Self::Deliveries => "deliveries",
            Self::Standing => "standing",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|what| what.code() == code)
    }

    const fn bit(self) -> u16 {
        1 << self as u16
    }
}

/// Several kinds of data, as one number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Whats(u16);

impl Whats {
    pub fn of(some: &[What]) -> Self {
        Self(some.iter().fold(0, |bits, what| bits | what.bit()))
    }

    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub const fn bits(self) -> u16 {
        self.0
    }

    /// Bits that stand for nothing are left out.
    pub fn from_bits(bits: i64) -> Self {
        Self::of(&What::ALL.into_iter().filter(|what| bits & i64::from(what.bit()) != 0).collect::<Vec<_>>())
    }

    pub fn iter(self) -> impl Iterator<Item = What> {
        What::ALL.into_iter().filter(move |what| self.0 & what.bit() != 0)
    }

    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }
}

/// What an entry of the register tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EntryKind {
    Suspected,
    /// The first entry of a case that is only practised: it is never anything but a drill.
    Drill,
    Aware,
    /// What is known of it, once more.
    Facts,
    /// Who was found to be affected.
    Affected,
    /// The authority was told: one phase of it (article 33(4)).
    Authority,
    /// A mail to the authority: that it is handed over, or that it was not taken.
    Mailed,
    /// The authority is not told, and why (article 33(1), 33(5)).
    NotTold,
    /// The people are told (article 34).
    People,
    Closed,
}

impl EntryKind {
    pub const ALL: [Self; 10] = [
        Self::Suspected,
        Self::Drill,
        Self::Aware,
        Self::Facts,
        Self::Affected,
        Self::Authority,
        Self::Mailed,
        Self::NotTold,
        Self::People,
        Self::Closed,
    ];

    pub const fn code(self) -> &'static str {
        match self {
            Self::Suspected => "suspected",
            Self::Drill => "drill",
            Self::Aware => "aware",
            Self::Facts => "facts",
            Self::Affected => "affected",
            Self::Authority => "authority",
            Self::Mailed => "mailed",
            Self::NotTold => "not_told",
            Self::People => "people",
            Self::Closed => "closed",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

/// What became of a mail to the authority.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mailing {
    /// It is being handed to the mail server. Where nothing follows, its answer is not known.
    Handed,
    /// The server took it.
    Taken,
    /// It refused the mail or its receiver for good.
    Refused,
    /// Nobody took it, and later somebody may.
    NotTaken,
    /// It was handed over, and no answer came: the authority may have it.
    Unanswered,
}

impl Mailing {
    pub const ALL: [Self; 5] = [Self::Handed, Self::Taken, Self::Refused, Self::NotTaken, Self::Unanswered];

    pub const fn code(self) -> &'static str {
        match self {
            Self::Handed => "handed",
            Self::Taken => "taken",
            Self::Refused => "refused",
            Self::NotTaken => "not_taken",
            Self::Unanswered => "unanswered",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }

    /// Whether the authority may have the mail without the register saying that it was told.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Handed | Self::Unanswered | Self::Taken)
    }
}

/// How far a case has come, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Course {
    pub suspected_at: Timestamp,
    /// Reasonably certain that personal data was concerned.
    pub aware_at: Option<Timestamp>,
    /// When the authority was told first.
    pub told_at: Option<Timestamp>,
    /// How often it was told.
    pub phases: u32,
    /// When it was decided not to tell it.
    pub not_told_at: Option<Timestamp>,
    pub people_told_at: Option<Timestamp>,
    pub closed_at: Option<Timestamp>,
}

/// How a case stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Nobody is sure yet, and no clock runs.
    Suspected,
    /// Whole hours that are left; 0 in the last.
    Left(u32),
    /// Whole hours since the authority had to be told.
    Overdue(u32),
    /// It was told in part, and the rest has to follow (article 33(4)).
    InPart,
    /// It was told everything, or there is a reason not to.
    Settled,
    Closed,
}

/// Why something cannot be done to a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum No {
    #[error("the case is closed: a new one can be noted")]
    Closed,
    #[error("this was written down before")]
    Twice,
    #[error("it has not been said yet that personal data was concerned")]
    NotAware,
    #[error("it lies in the future, or before what it follows from")]
    Time,
    #[error("it lies before the brand was set up here")]
    BeforeBrand,
    #[error("the 72 hours are over: say why it comes late")]
    NeedsReason,
    #[error("the authority is to be told first, or a reason to be written down why it is not")]
    Unsettled,
    #[error("the authority has been told before")]
    AlreadyTold,
    #[error("something of what the authority has to be told is still missing")]
    Incomplete,
    #[error("something is missing: add it, or say that this is a phase and the rest follows")]
    NeedsPhase,
}

impl Course {
    /// Suspected since then: not before the brand was there, of which nothing can have been seen, nor in the future.
    ///
    /// # Errors
    /// [`No::BeforeBrand`], [`No::Time`].
    pub fn begin(suspected_at: Timestamp, brand_since: Timestamp, now: Timestamp) -> Result<Self, No> {
        if suspected_at < brand_since {
            return Err(No::BeforeBrand);
        }
        if suspected_at > now {
            return Err(No::Time);
        }
        Ok(Self::new(suspected_at))
    }

    pub const fn new(suspected_at: Timestamp) -> Self {
        Self {
            suspected_at,
            aware_at: None,
            told_at: None,
            phases: 0,
            not_told_at: None,
            people_told_at: None,
            closed_at: None,
        }
    }

    /// Until when the authority is to be told: 72 hours to the microsecond.
    pub fn due_at(&self) -> Option<Timestamp> {
        self.aware_at.map(|at| at.plus(LIMIT))
    }

    /// A clock that jumped back to before one was aware gives no more time than there was.
    ///
    /// `is_whole`: whether the authority was told everything, where it was told.
    pub fn standing(&self, is_whole: bool, now: Timestamp) -> Standing {
        if self.closed_at.is_some() {
            return Standing::Closed;
        }
        if self.told_at.is_some() && !is_whole {
            return Standing::InPart;
        }
        if self.told_at.is_some() || self.not_told_at.is_some() {
            return Standing::Settled;
        }
        let (Some(aware), Some(due)) = (self.aware_at, self.due_at()) else { return Standing::Suspected };
        let left = due.since(now.max(aware)).0;
        let hours = |micros: i64| u32::try_from(micros / Span::hours(1).0).unwrap_or(u32::MAX);
        if left >= 0 { Standing::Left(hours(left)) } else { Standing::Overdue(hours(left.saturating_neg())) }
    }

    /// How many reminders should have gone to the admins by now.
    pub fn reminders(&self, now: Timestamp) -> u32 {
        let (Some(aware), Standing::Left(_) | Standing::Overdue(_)) =
            (self.aware_at, self.standing(true, now))
        else {
            return 0;
        };
        let due = REMINDERS.into_iter().filter(|after| now.since(aware) >= *after).count();
        u32::try_from(due).unwrap_or(0)
    }

    /// Whether telling the authority at this time is late.
    pub fn is_late(&self, at: Timestamp) -> bool {
        self.due_at().is_some_and(|due| at > due)
    }

    const fn open(&self) -> Result<(), No> {
        if self.closed_at.is_some() { Err(No::Closed) } else { Ok(()) }
    }

    fn past(at: Timestamp, from: Timestamp, now: Timestamp) -> Result<(), No> {
        if at > now || at < from { Err(No::Time) } else { Ok(()) }
    }

    /// From `at` on one is aware, and the clock runs.
    ///
    /// # Errors
    /// [`No::Twice`]; [`No::Time`] for a time to come, or before anything was suspected.
    pub fn become_aware(&mut self, at: Timestamp, now: Timestamp) -> Result<(), No> {
        self.open()?;
        if self.aware_at.is_some() {
            return Err(No::Twice);
        }
        Self::past(at, self.suspected_at, now)?;
        self.aware_at = Some(at);
        Ok(())
    }

    /// The authority was told: the first time, or further (article 33(4)); which phase this is.
    ///
    /// # Errors
    /// [`No::NeedsReason`] where the first comes late without a reason; [`No::NotAware`], [`No::Time`].
    pub fn tell_authority(&mut self, at: Timestamp, has_reason: bool, now: Timestamp) -> Result<u32, No> {
        self.open()?;
        let aware = self.aware_at.ok_or(No::NotAware)?;
        Self::past(at, aware, now)?;
        if self.told_at.is_none() && self.is_late(at) && !has_reason {
            return Err(No::NeedsReason);
        }
        let first = self.told_at.unwrap_or(at).min(at);
        self.told_at = Some(first);
        // Whoever tells it after all has decided anew.
        self.not_told_at = None;
        self.phases = self.phases.saturating_add(1);
        Ok(self.phases)
    }

    /// It is not told, for a reason that the caller writes down.
    ///
    /// # Errors
    /// [`No::AlreadyTold`], [`No::NotAware`], [`No::Twice`].
    pub fn leave_authority(&mut self, now: Timestamp) -> Result<(), No> {
        self.open()?;
        let aware = self.aware_at.ok_or(No::NotAware)?;
        if self.told_at.is_some() {
            return Err(No::AlreadyTold);
        }
        if self.not_told_at.is_some() {
            return Err(No::Twice);
        }
        self.not_told_at = Some(now.max(aware));
        Ok(())
    }

    /// The people are told. May be said again: whoever was found since is told then.
    ///
    /// # Errors
    /// [`No::NotAware`], [`No::Closed`].
    pub fn tell_people(&mut self, now: Timestamp) -> Result<(), No> {
        self.open()?;
        let aware = self.aware_at.ok_or(No::NotAware)?;
        self.people_told_at = Some(self.people_told_at.unwrap_or(now.max(aware)));
        Ok(())
    }

    /// Closes the case. One that was never more than suspected is closed as no breach.
    ///
    /// # Errors
    /// [`No::Unsettled`] while the clock runs; [`No::Incomplete`] where the authority was told in part only.
    pub fn close(&mut self, is_complete: bool, now: Timestamp) -> Result<(), No> {
        self.open()?;
        if self.aware_at.is_some() && self.told_at.is_none() && self.not_told_at.is_none() {
            return Err(No::Unsettled);
        }
        if self.told_at.is_some() && !is_complete {
            return Err(No::Incomplete);
        }
        self.closed_at = Some(now.max(self.suspected_at));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(text: &str) -> Timestamp {
        Timestamp(text.parse::<jiff::Timestamp>().unwrap().as_microsecond())
    }

    fn aware(text: &str) -> Course {
        let mut course = Course::new(at(text));
        course.become_aware(at(text), at(text)).unwrap();
        course
    }

    #[test]
    fn claim_x8_the_clock_is_72_hours_over_a_leap_day_and_a_changed_clock() {
        for (from, due) in [
            // A leap day between, none, and the end of a year.
            ("2028-02-27T10:00:00Z", "2028-03-01T10:00:00Z"),
            ("2026-02-27T10:00:00Z", "2026-03-02T10:00:00Z"),
            ("2026-12-30T23:59:59Z", "2027-01-02T23:59:59Z"),
        ] {
            assert_eq!(aware(from).due_at(), Some(at(due)), "{from}");
        }
        // Berlin turns its clocks on 29 March: 72 hours, not three times the same time of day.
        let berlin = jiff::tz::TimeZone::get("Europe/Berlin").unwrap();
        let due = aware("2026-03-27T11:00:00Z").due_at().unwrap();
        let there = jiff::Timestamp::from_microsecond(due.micros()).unwrap().to_zoned(berlin);
        assert_eq!((there.day(), there.hour()), (30, 13));
        let course = aware("2026-03-27T12:00:00Z");
        assert_eq!(course.standing(true, at("2026-03-27T12:00:00Z")), Standing::Left(72));
        assert_eq!(course.standing(true, at("2016-03-27T12:00:00Z")), Standing::Left(72), "ten years back");
        assert_eq!(course.standing(true, at("2026-03-30T12:00:00Z")), Standing::Left(0));
        assert_eq!(course.standing(true, at("2026-03-30T12:00:01Z")), Standing::Overdue(0));
        assert_eq!(course.standing(true, at("2026-04-01T12:00:00Z")), Standing::Overdue(48));
    }

    #[test]
    fn claim_x8_what_comes_late_needs_its_reason_and_comes_in_phases() {
        let due = at("2026-06-04T00:00:00Z");
        let mut course = aware("2026-06-01T00:00:00Z");
        let mut late = course;
        assert_eq!(course.tell_authority(due, false, due), Ok(1), "to the last microsecond in time");
        let next = due.plus(Span(1));
        assert!(late.is_late(next) && !late.is_late(due));
        assert_eq!(late.tell_authority(next, false, next), Err(No::NeedsReason));
        assert_eq!(late.tell_authority(next, true, next), Ok(1));
        assert_eq!(late.tell_authority(next.plus(Span::days(9)), false, next.plus(Span::days(9))), Ok(2));
        assert_eq!((late.told_at, late.phases), (Some(next), 2));
        // Said late that it was told in time: that it was counts.
        let mut noted = aware("2026-06-01T00:00:00Z");
        assert_eq!(noted.tell_authority(due, false, next.plus(Span::days(30))), Ok(1));
        assert_eq!(noted.tell_authority(next.plus(Span::days(31)), false, next), Err(No::Time), "to come");
    }

    #[test]
    fn claim_x8_a_case_ends_told_in_full_or_with_a_reason_or_as_none() {
        let now = at("2026-06-02T00:00:00Z");
        let mut none = Course::new(now);
        assert_eq!(none.tell_authority(now, true, now), Err(No::NotAware));
        assert_eq!(none.leave_authority(now), Err(No::NotAware));
        assert_eq!(none.tell_people(now), Err(No::NotAware));
        assert_eq!(none.close(false, now), Ok(()));
        assert_eq!(none.become_aware(now, now), Err(No::Closed));

        let mut told = aware("2026-06-01T00:00:00Z");
        assert_eq!(told.close(true, now), Err(No::Unsettled));
        told.tell_authority(now, false, now).unwrap();
        assert_eq!(told.leave_authority(now), Err(No::AlreadyTold));
        assert_eq!(told.close(false, now), Err(No::Incomplete));
        assert_eq!(told.standing(false, now), Standing::InPart, "told, and something still has to follow");
        assert_eq!(told.standing(true, now), Standing::Settled);
        assert_eq!(told.close(true, now), Ok(()));
        assert_eq!(told.standing(true, now), Standing::Closed);
        assert_eq!(told.tell_authority(now, true, now), Err(No::Closed));

        let mut left = aware("2026-06-01T00:00:00Z");
        left.leave_authority(now).unwrap();
        assert_eq!(left.leave_authority(now), Err(No::Twice));
        assert_eq!(left.standing(true, now), Standing::Settled);
        // Decided anew.
        let mut anew = left;
        assert_eq!(anew.tell_authority(now, false, now), Ok(1));
        assert_eq!(anew.not_told_at, None);
        assert_eq!(left.close(false, now), Ok(()));
    }

    #[test]
    fn claim_x8_nothing_is_suspected_before_there_was_a_brand_nor_in_the_future() {
        let (since, now) = (at("2026-06-01T00:00:00Z"), at("2026-06-02T00:00:00Z"));
        let begin = |at: Timestamp| Course::begin(at, since, now).map(|course| course.suspected_at);
        assert_eq!(begin(at("1900-01-01T00:00:00Z")), Err(No::BeforeBrand));
        assert_eq!(begin(since.minus(Span(1))), Err(No::BeforeBrand));
        assert_eq!((begin(since), begin(now)), (Ok(since), Ok(now)));
        assert_eq!(begin(now.plus(Span(1))), Err(No::Time));
    }

    #[test]
    fn admins_are_reminded_at_48_and_66_hours_and_no_more_once_it_is_settled() {
        let start = at("2026-06-01T00:00:00Z");
        let course = aware("2026-06-01T00:00:00Z");
        for (hours, wanted) in [(0, 0), (47, 0), (48, 1), (65, 1), (66, 2), (200, 2)] {
            assert_eq!(course.reminders(start.plus(Span::hours(hours))), wanted, "{hours}");
        }
        let mut told = course;
        let later = start.plus(Span::hours(60));
        told.tell_authority(later, false, later).unwrap();
        assert_eq!(told.reminders(start.plus(Span::hours(70))), 0);
        assert_eq!(Course::new(start).reminders(start.plus(Span::days(9))), 0);
    }

    #[test]
    fn every_code_reads_back() {
        assert!(Start::ALL.iter().all(|own| Start::from_code(own.code()) == Some(*own)));
        assert!(What::ALL.iter().all(|own| What::from_code(own.code()) == Some(*own)));
        assert!(EntryKind::ALL.iter().all(|own| EntryKind::from_code(own.code()) == Some(*own)));
        let some = Whats::of(&[What::File, What::Listed]);
        assert_eq!(Whats::from_bits(i64::from(some.bits())), some);
        assert_eq!(some.iter().collect::<Vec<_>>(), [What::Listed, What::File]);
        assert!(Whats::from_bits(1 << 12).is_empty() && !some.and(Whats::default()).is_empty());
    }

    proptest! {
        #[test]
        fn claim_x8_no_time_makes_it_panic_and_none_gives_more_than_72_hours(from: i64, aware: i64, now: i64) {
            let mut course = Course::new(Timestamp(from));
            let _ = course.become_aware(Timestamp(aware), Timestamp(now));
            if let Standing::Left(hours) = course.standing(true, Timestamp(now)) {
                prop_assert!(hours <= 72);
            }
            let _ = course.reminders(Timestamp(now));
            let _ = course.tell_authority(Timestamp(now), false, Timestamp(now));
            let _ = course.close(true, Timestamp(now));
        }
    }
}
