//! The gate: the one place that decides whether a message may go to a lead now.
//!
//! Invariant 1: a [`Permit`] has no public constructor, is neither copied nor stored, and is good
//! for [`PERMIT_LIFE`] on the forward-only clock and no longer on the wall clock: on some systems the first stands still while
//! the machine sleeps. Sending takes it by value. There is no other way
//! to send. The gate's No is a value, [`Refusal`], from a closed list.

use crate::consent::Purpose;
use crate::id::{ConsentId, LeadId, PageId};
use crate::lead::Lead;
use crate::page::{Page, PageStop};
use crate::time::{Monotonic, Span, Timestamp};
use serde::{Deserialize, Serialize};

/// Meta's standard messaging window after the lead's last message.
pub const WINDOW: Span = Span::hours(24);
/// A human's own messages may follow for seven days (the `HUMAN_AGENT` tag).
pub const HUMAN_WINDOW: Span = Span::days(7);
/// How long a permit is good for.
pub const PERMIT_LIFE: Span = Span::secs(2);
/// How long a person whom Meta called unavailable is left alone, unless they write.
pub const UNAVAILABLE_REST: Span = Span::days(7);

/// What is to be sent, as far as the rules differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Intent {
    /// The bot's answer to what the lead wrote at `to`.
    Answer { to: Timestamp },
    /// The one confirmation that follows a withdrawal made at `to`.
    Confirmation { to: Timestamp },
    /// A person of the page's staff writes.
    Human,
    /// A bulk message.
    Bulk(Bulk),
}

/// What the gate must know of the broadcast.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bulk {
    pub purpose: Purpose,
    /// Utility only: whether its template is approved at Meta.
    pub template_approved: bool,
    /// Whether the account's subscription is in force: a cancelled one sends nothing in bulk.
    pub is_subscribed: bool,
    /// The first lead, in the order in which they came, who is beyond the plan's number of leads.
    pub leads_end: Option<LeadId>,
    /// Messages the account may still send under its plan.
    pub quota_left: u64,
    /// Not sent after this.
    pub open_until: Option<Timestamp>,
    /// When the data was brought back from a backup that may lack withdrawals: who has not written since
    /// may have left in between.
    pub restored_at: Option<Timestamp>,
}

/// Why a message does not go. Closed list; each has a sentence in every language (`refusal-…`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    Erased,
    /// The lead asked that their data be kept and not used (GDPR article 18).
    Restricted,
    Dormant,
    NoConsent,
    EvidenceTooWeak,
    Withdrawn,
    NotHeardSinceRestore,
    NotHeardSinceConnected,
    WindowClosed,
    PersonUnavailable,
    ThreadElsewhere,
    PageTokenInvalid,
    PageRestricted,
    PagePermissionMissing,
    PagePolicyBlocked,
    PagePaused,
    PageDisconnected,
    SubscriptionEnded,
    LeadsLimit,
    QuotaExhausted,
    TemplateNotApproved,
    BroadcastEnded,
    BroadcastCancelled,
}

impl Refusal {
    pub const ALL: [Self; 23] = [
        Self::Erased,
        Self::Restricted,
        Self::Dormant,
        Self::NoConsent,
        Self::EvidenceTooWeak,
        Self::Withdrawn,
        Self::NotHeardSinceRestore,
        Self::NotHeardSinceConnected,
        Self::WindowClosed,
        Self::PersonUnavailable,
        Self::ThreadElsewhere,
        Self::PageTokenInvalid,
        Self::PageRestricted,
        Self::PagePermissionMissing,
        Self::PagePolicyBlocked,
        Self::PagePaused,
        Self::PageDisconnected,
        Self::SubscriptionEnded,
        Self::LeadsLimit,
        Self::QuotaExhausted,
        Self::TemplateNotApproved,
        Self::BroadcastEnded,
        Self::BroadcastCancelled,
    ];

    /// The name outsiders see, in rows, JSON and message ids.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Erased => "erased",
            Self::Restricted => "restricted",
            Self::Dormant => "dormant",
            Self::NoConsent => "no_consent",
            Self::EvidenceTooWeak => "evidence_too_weak",
            Self::Withdrawn => "withdrawn",
            Self::NotHeardSinceRestore => "not_heard_since_restore",
            Self::NotHeardSinceConnected => "not_heard_since_connected",
            Self::WindowClosed => "window_closed",
            Self::PersonUnavailable => "person_unavailable",
            Self::ThreadElsewhere => "thread_elsewhere",
            Self::PageTokenInvalid => "page_token_invalid",
            Self::PageRestricted => "page_restricted",
            Self::PagePermissionMissing => "page_permission_missing",
            Self::PagePolicyBlocked => "page_policy_blocked",
            Self::PagePaused => "page_paused",
            Self::PageDisconnected => "page_disconnected",
            Self::SubscriptionEnded => "subscription_ended",
            Self::LeadsLimit => "leads_limit",
            Self::QuotaExhausted => "quota_exhausted",
            Self::TemplateNotApproved => "template_not_approved",
            Self::BroadcastEnded => "broadcast_ended",
            Self::BroadcastCancelled => "broadcast_cancelled",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|refusal| refusal.code() == code)
    }
}

impl From<PageStop> for Refusal {
    fn from(stop: PageStop) -> Self {
        match stop {
            PageStop::TokenInvalid => Self::PageTokenInvalid,
            PageStop::Restricted => Self::PageRestricted,
            PageStop::PermissionMissing => Self::PagePermissionMissing,
            PageStop::PolicyBlocked => Self::PagePolicyBlocked,
            PageStop::Paused => Self::PagePaused,
            PageStop::Disconnected => Self::PageDisconnected,
        }
    }
}

/// On what ground a message goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Basis {
    /// It answers what the lead wrote at this time, inside the window.
    Answer(Timestamp),
    /// This consent event permits it.
    Consent(ConsentId),
}

/// The proof that one message may go to one lead now. Not `Clone`, and made only by [`permit`].
#[derive(Debug, PartialEq, Eq)]
pub struct Permit {
    lead: LeadId,
    page: PageId,
    basis: Basis,
    kind: SendKind,
    expires: Monotonic,
    /// By the wall clock.
    not_after: Timestamp,
}

/// How Meta is told what kind of message it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SendKind {
    /// Inside the window, answering.
    Response,
    /// Inside the window, unasked.
    Update,
    /// An approved utility template.
    Utility,
    /// A human's own message up to seven days after.
    HumanAgent,
}

impl Permit {
    pub const fn lead(&self) -> LeadId {
        self.lead
    }
    pub const fn page(&self) -> PageId {
        self.page
    }
    pub const fn basis(&self) -> Basis {
        self.basis
    }
    pub const fn kind(&self) -> SendKind {
        self.kind
    }
    /// Whether a request may still start on it.
    pub fn is_good(&self, now: Monotonic, wall: Timestamp) -> bool {
        now < self.expires && wall < self.not_after
    }
}

/// Decides. `now` is the wall clock (windows), `issued` the forward-only clock (the permit's life).
///
/// # Errors
/// The first reason that holds, in the order of [`Refusal::ALL`]'s groups: the person, consent,
/// the broadcast, the page, the window.
pub fn permit(
    intent: Intent,
    lead: &Lead,
    page: &Page,
    now: Timestamp,
    issued: Monotonic,
) -> Result<Permit, Refusal> {
    if lead.fenced_at.is_some() {
        return Err(Refusal::Erased);
    }
    // What is answered then is what the lead asks about their own rights; `bot` sees to it.
    if lead.restricted_at.is_some() && matches!(intent, Intent::Human | Intent::Bulk(_)) {
        return Err(Refusal::Restricted);
    }
    if lead.dormant_at.is_some() {
        return Err(Refusal::Dormant);
    }
    let (basis, kind) = match intent {
        Intent::Answer { to } | Intent::Confirmation { to } => {
            // An answer is to one inbound event, and only while that event's window is open.
            inside(Some(to), WINDOW, now)?;
            (Basis::Answer(to), SendKind::Response)
        }
        Intent::Human => {
            let to = lead.last_inbound_at.ok_or(Refusal::WindowClosed)?;
            inside(Some(to), HUMAN_WINDOW, now)?;
            let kind =
                if inside(Some(to), WINDOW, now).is_ok() { SendKind::Response } else { SendKind::HumanAgent };
            (Basis::Answer(to), kind)
        }
        Intent::Bulk(bulk) => (Basis::Consent(consent_for(&bulk, lead, page)?), bulk_kind(&bulk, lead, now)?),
    };
    if let Some(stop) = page.stop {
        return Err(stop.into());
    }
    if lead.thread_elsewhere_at.is_some_and(|at| now < at.plus(WINDOW)) {
        return Err(Refusal::ThreadElsewhere);
    }
    if matches!(intent, Intent::Bulk(_))
        && lead.unavailable_at.is_some_and(|at| now < at.plus(UNAVAILABLE_REST))
    {
        return Err(Refusal::PersonUnavailable);
    }
    let expires = Monotonic(issued.0.saturating_add(PERMIT_LIFE.0));
    Ok(Permit { lead: lead.id, page: page.id, basis, kind, expires, not_after: now.plus(PERMIT_LIFE) })
}

fn consent_for(bulk: &Bulk, lead: &Lead, page: &Page) -> Result<ConsentId, Refusal> {
    let needed = bulk.purpose.needs();
    match lead.consents.in_force(bulk.purpose) {
        Some((level, _)) if level >= needed && !is_heard_since(bulk.restored_at, lead) => {
            Err(Refusal::NotHeardSinceRestore)
        }
        Some((level, _)) if level >= needed && was_not_heard(page, lead) => {
            Err(Refusal::NotHeardSinceConnected)
        }
        Some((level, id)) if level >= needed => Ok(id),
        _ if lead.consents.withdrawal(bulk.purpose).is_some() => Err(Refusal::Withdrawn),
        Some(_) => Err(Refusal::EvidenceTooWeak),
        None => Err(Refusal::NoConsent),
    }
}

/// While a page was disconnected nobody here heard a No. Whoever came since is not meant, whatever the clocks say.
fn was_not_heard(page: &Page, lead: &Lead) -> bool {
    lead.created_at < page.connected_at && !is_heard_since(Some(page.connected_at), lead)
}

fn is_heard_since(then: Option<Timestamp>, lead: &Lead) -> bool {
    then.is_none_or(|at| lead.last_inbound_at.is_some_and(|heard| heard >= at))
}

fn bulk_kind(bulk: &Bulk, lead: &Lead, now: Timestamp) -> Result<SendKind, Refusal> {
    if bulk.open_until.is_some_and(|until| now >= until) {
        return Err(Refusal::BroadcastEnded);
    }
    if !bulk.is_subscribed {
        return Err(Refusal::SubscriptionEnded);
    }
    // Ids sort by when they were made.
    if bulk.leads_end.is_some_and(|end| lead.id >= end) {
        return Err(Refusal::LeadsLimit);
    }
    if bulk.quota_left == 0 {
        return Err(Refusal::QuotaExhausted);
    }
    match bulk.purpose {
        Purpose::Promotion => inside(lead.last_inbound_at, WINDOW, now).map(|()| SendKind::Update),
        // Utility templates have no documented window; they need approval instead.
        Purpose::Utility if bulk.template_approved => Ok(SendKind::Utility),
        Purpose::Utility => Err(Refusal::TemplateNotApproved),
    }
}

fn inside(from: Option<Timestamp>, window: Span, now: Timestamp) -> Result<(), Refusal> {
    match from {
        Some(at) if now < at.plus(window) => Ok(()),
        _ => Err(Refusal::WindowClosed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::consent::{Act, Consents, EvidenceLevel, Scope, Way};
    use crate::id::{AccountId, BrandId};
    use proptest::prelude::*;

    const DAY: i64 = 86_400;

    fn lead(consents: Consents, last_inbound_at: Option<Timestamp>) -> Lead {
        Lead {
            id: LeadId([1; 16]),
            brand: BrandId([2; 16]),
            page: PageId([3; 16]),
            created_at: Timestamp::ZERO,
            last_inbound_at,
            consents,
            unavailable_at: None,
            thread_elsewhere_at: None,
            asked_at: None,
            fenced_at: None,
            restricted_at: None,
            dormant_at: None,
        }
    }

    fn page() -> Page {
        Page {
            id: PageId([3; 16]),
            brand: BrandId([2; 16]),
            account: AccountId([4; 16]),
            meta_id: "1067280970047460".into(),
            stop: None,
            has_echoes: true,
            greeting_at: None,
            connected_at: Timestamp::ZERO,
        }
    }

    fn promotion() -> Bulk {
        Bulk {
            purpose: Purpose::Promotion,
            template_approved: false,
            is_subscribed: true,
            leads_end: None,
            quota_left: 10,
            open_until: None,
            restored_at: None,
        }
    }

    fn confirmed(at: i64) -> Consents {
        let mut consents = Consents::default();
        consents.record(
            Act::OptIn { level: EvidenceLevel::Confirmed, id: ConsentId([9; 16]) },
            Timestamp::from_secs(at),
        );
        consents
    }

    fn ask(intent: Intent, lead: &Lead, page: &Page, now: i64) -> Result<Permit, Refusal> {
        permit(intent, lead, page, Timestamp::from_secs(now), Monotonic(0))
    }

    #[test]
    fn every_code_is_a_name_of_its_own_and_leads_back() {
        for refusal in Refusal::ALL {
            assert_eq!(Refusal::from_code(refusal.code()), Some(refusal));
        }
        assert_eq!(Refusal::from_code("xyzzy"), None);
        for level in EvidenceLevel::ALL {
            assert_eq!(EvidenceLevel::from_code(level.code()), Some(level));
            assert_eq!(serde_json::to_value(level).unwrap(), level.code());
        }
        assert_eq!(EvidenceLevel::from_code("xyzzy"), None);
        for purpose in [Purpose::Promotion, Purpose::Utility] {
            assert_eq!(serde_json::to_value(purpose).unwrap(), purpose.code());
        }
        let codes = Way::ALL.map(Way::code);
        assert_eq!(codes, ["button", "link", "word", "answer", "platform", "console"]);
    }

    #[test]
    fn the_best_evidence_is_remembered_also_once_it_is_withdrawn() {
        let mut consents = Consents::default();
        assert_eq!(consents.best_level(), None);
        for (at, level) in EvidenceLevel::ALL.into_iter().enumerate() {
            let at = Timestamp::from_secs(i64::try_from(at).unwrap());
            consents.record(Act::OptIn { level, id: ConsentId([1; 16]) }, at);
            assert_eq!(consents.best_level(), Some(level));
        }
        consents.record(Act::Withdrawal { scope: Scope::All }, Timestamp::from_secs(9));
        assert_eq!(consents.best_level(), Some(EvidenceLevel::Confirmed));
    }

    #[derive(Debug, Clone, Copy)]
    enum Step {
        OptIn(EvidenceLevel),
        Withdraw(Scope),
    }

    fn steps() -> impl Strategy<Value = Vec<(Step, i64)>> {
        let step = prop_oneof![
            proptest::sample::select(EvidenceLevel::ALL.to_vec()).prop_map(Step::OptIn),
            Just(Step::Withdraw(Scope::All)),
            Just(Step::Withdraw(Scope::Only(Purpose::Promotion))),
            Just(Step::Withdraw(Scope::Only(Purpose::Utility))),
        ];
        proptest::collection::vec((step, 0i64..20), 0..9)
    }

    fn fold(steps: &[(usize, (Step, i64))]) -> Consents {
        let mut consents = Consents::default();
        for (number, (step, at)) in steps {
            let id = ConsentId([u8::try_from(*number).unwrap(); 16]);
            let act = match step {
                Step::OptIn(level) => Act::OptIn { level: *level, id },
                Step::Withdraw(scope) => Act::Withdrawal { scope: *scope },
            };
            consents.record(act, Timestamp::from_secs(*at));
        }
        consents
    }

    #[test]
    fn claim_b3_who_was_there_before_a_page_was_disconnected_is_written_to_once_they_have_written() {
        let bulk = Intent::Bulk(promotion());
        let mut there = lead(confirmed(10), Some(Timestamp::from_secs(20)));
        there.created_at = Timestamp::from_secs(5);
        let page = Page { connected_at: Timestamp::from_secs(21), ..page() };
        assert_eq!(ask(bulk, &there, &page, 30).map(drop), Err(Refusal::NotHeardSinceConnected));
        // An answer is to what was written just now.
        assert!(ask(Intent::Answer { to: Timestamp::from_secs(25) }, &there, &page, 30).is_ok());
        let heard = Lead { last_inbound_at: Some(Timestamp::from_secs(22)), ..there.clone() };
        assert!(ask(bulk, &heard, &page, 30).is_ok());
        // Whoever came since, by a clock that is behind Meta's or ahead of it.
        let new = Lead { created_at: Timestamp::from_secs(21), ..there };
        assert!(ask(bulk, &new, &page, 30).is_ok());
    }

    proptest! {
        #[test]
        fn claim_b2_the_order_in_which_events_arrive_changes_nothing(
            steps in steps(), order in proptest::collection::vec(any::<u64>(), 9),
        ) {
            let numbered: Vec<_> = steps.into_iter().enumerate().collect();
            let mut shuffled: Vec<_> = numbered.iter().copied().zip(order).collect();
            shuffled.sort_by_key(|(_, key)| *key);
            let shuffled: Vec<_> = shuffled.into_iter().map(|(step, _)| step).collect();
            prop_assert_eq!(fold(&numbered), fold(&shuffled));
        }

        #[test]
        fn claim_b2_no_bulk_permit_without_a_consent_later_than_every_withdrawal(
            steps in steps(), utility: bool,
        ) {
            let numbered: Vec<_> = steps.iter().copied().enumerate().collect();
            let lead = lead(fold(&numbered), Some(Timestamp::from_secs(30)));
            let purpose = if utility { Purpose::Utility } else { Purpose::Promotion };
            let bulk = Bulk { purpose, template_approved: true, ..promotion() };
            let withdrawn = steps.iter().filter_map(|(step, at)| match step {
                Step::Withdraw(Scope::All) => Some(*at),
                Step::Withdraw(Scope::Only(only)) if *only == purpose => Some(*at),
                _ => None,
            }).max();
            // What stands, worked out from the events themselves: the newest Yes, or the first start.
            let stands = |level: EvidenceLevel| {
                let times = steps.iter().filter_map(move |(step, at)| {
                    matches!(step, Step::OptIn(l) if *l == level).then_some(*at)
                });
                let counts = if level == EvidenceLevel::Confirmed { times.max() } else { times.min() };
                counts.is_some_and(|at| withdrawn.is_none_or(|w| at > w))
            };
            // Promotions ask for a Yes, whatever a brand or an admin says; notices that somebody has begun to write.
            let needed = if utility { EvidenceLevel::Started } else { EvidenceLevel::Confirmed };
            let expected = EvidenceLevel::ALL.into_iter().any(|level| level >= needed && stands(level));
            prop_assert_eq!(ask(Intent::Bulk(bulk), &lead, &page(), 31).is_ok(), expected);
        }

        #[test]
        fn claim_b3_nothing_in_bulk_leaves_after_a_withdrawal_until_a_later_yes(
            yes in 0i64..20, no in 0i64..20, now in 0i64..(2 * DAY),
        ) {
            let mut consents = confirmed(yes);
            consents.record(Act::Withdrawal { scope: Scope::All }, Timestamp::from_secs(no));
            let lead = lead(consents, Some(Timestamp::from_secs(yes.max(no))));
            let answer = ask(Intent::Bulk(promotion()), &lead, &page(), now);
            if yes <= no {
                prop_assert_eq!(answer, Err(Refusal::Withdrawn));
            }
        }

        #[test]
        fn a_promotion_leaves_inside_the_window_only(age in 0i64..(3 * DAY)) {
            let lead = lead(confirmed(0), Some(Timestamp::from_secs(1_000)));
            let answer = ask(Intent::Bulk(promotion()), &lead, &page(), 1_000 + age);
            prop_assert_eq!(answer.is_ok(), age < DAY);
        }
    }

    #[test]
    fn each_refusal_has_its_own_cause() {
        let open = lead(confirmed(0), Some(Timestamp::from_secs(10)));
        let bulk = |change: fn(&mut Bulk)| {
            let mut bulk = promotion();
            change(&mut bulk);
            Intent::Bulk(bulk)
        };
        assert!(ask(bulk(|_| {}), &open, &page(), 11).is_ok());
        assert_eq!(ask(bulk(|b| b.quota_left = 0), &open, &page(), 11), Err(Refusal::QuotaExhausted));
        let cancelled = ask(bulk(|b| b.is_subscribed = false), &open, &page(), 11);
        assert_eq!(cancelled, Err(Refusal::SubscriptionEnded));
        let beyond = ask(bulk(|b| b.leads_end = Some(LeadId([1; 16]))), &open, &page(), 11);
        assert_eq!(beyond, Err(Refusal::LeadsLimit));
        assert!(ask(bulk(|b| b.leads_end = Some(LeadId([2; 16]))), &open, &page(), 11).is_ok());
        assert_eq!(
            ask(bulk(|b| b.open_until = Some(Timestamp::from_secs(11))), &open, &page(), 11),
            Err(Refusal::BroadcastEnded)
        );
        assert_eq!(
            ask(bulk(|b| b.purpose = Purpose::Utility), &open, &page(), 11),
            Err(Refusal::TemplateNotApproved)
        );
        let mut fenced = open.clone();
        fenced.fenced_at = Some(Timestamp::ZERO);
        assert_eq!(ask(bulk(|_| {}), &fenced, &page(), 11), Err(Refusal::Erased));
        assert_eq!(
            ask(Intent::Answer { to: Timestamp::from_secs(10) }, &fenced, &page(), 11),
            Err(Refusal::Erased)
        );
        let mut gone = open.clone();
        gone.unavailable_at = Some(Timestamp::from_secs(10));
        assert_eq!(ask(bulk(|_| {}), &gone, &page(), 11), Err(Refusal::PersonUnavailable));
        let mut elsewhere = open.clone();
        elsewhere.thread_elsewhere_at = Some(Timestamp::from_secs(10));
        assert_eq!(ask(bulk(|_| {}), &elsewhere, &page(), 11), Err(Refusal::ThreadElsewhere));
        // Both rest until their time is over, and no longer.
        for (span, refusal) in
            [(WINDOW, Refusal::ThreadElsewhere), (UNAVAILABLE_REST, Refusal::PersonUnavailable)]
        {
            let (at, mut resting) = (Timestamp::from_secs(10), open.clone());
            match refusal {
                Refusal::ThreadElsewhere => resting.thread_elsewhere_at = Some(at),
                _ => resting.unavailable_at = Some(at),
            }
            let over = at.plus(span);
            resting.last_inbound_at = Some(over);
            let before = Timestamp(over.0 - 1);
            assert_eq!(permit(bulk(|_| {}), &resting, &page(), before, Monotonic(0)), Err(refusal));
            assert!(permit(bulk(|_| {}), &resting, &page(), over, Monotonic(0)).is_ok(), "{refusal:?}");
        }
        assert_eq!(ask(bulk(|_| {}), &lead(Consents::default(), None), &page(), 11), Err(Refusal::NoConsent));
        let mut weak = Consents::default();
        weak.record(
            Act::OptIn { level: EvidenceLevel::Informed, id: ConsentId([1; 16]) },
            Timestamp::from_secs(1),
        );
        assert_eq!(
            ask(bulk(|_| {}), &lead(weak, Some(Timestamp::from_secs(10))), &page(), 11),
            Err(Refusal::EvidenceTooWeak)
        );
        for stop in PageStop::ALL {
            let stopped = Page { stop: Some(stop), ..page() };
            assert_eq!(ask(bulk(|_| {}), &open, &stopped, 11), Err(stop.into()));
        }
    }

    #[test]
    fn a_withdrawn_lead_is_still_answered_and_gets_one_confirmation() {
        let mut consents = confirmed(0);
        consents.record(Act::Withdrawal { scope: Scope::All }, Timestamp::from_secs(5));
        let lead = lead(consents, Some(Timestamp::from_secs(6)));
        let to = Timestamp::from_secs(6);
        assert!(ask(Intent::Answer { to }, &lead, &page(), 7).is_ok());
        assert!(ask(Intent::Confirmation { to }, &lead, &page(), 7).is_ok());
        assert_eq!(ask(Intent::Answer { to }, &lead, &page(), 7 + DAY), Err(Refusal::WindowClosed));
    }

    #[test]
    fn a_human_may_write_for_seven_days_under_the_human_tag() {
        let lead = lead(Consents::default(), Some(Timestamp::ZERO));
        assert_eq!(ask(Intent::Human, &lead, &page(), DAY - 1).unwrap().kind(), SendKind::Response);
        assert_eq!(ask(Intent::Human, &lead, &page(), DAY).unwrap().kind(), SendKind::HumanAgent);
        assert_eq!(ask(Intent::Human, &lead, &page(), 7 * DAY), Err(Refusal::WindowClosed));
    }

    #[test]
    fn a_utility_template_needs_no_window_but_approval() {
        let lead = lead(confirmed(0), None);
        let bulk = Bulk { purpose: Purpose::Utility, template_approved: true, ..promotion() };
        assert_eq!(ask(Intent::Bulk(bulk), &lead, &page(), 90 * DAY).unwrap().kind(), SendKind::Utility);
    }

    #[test]
    fn a_permit_is_good_for_two_seconds() {
        let lead = lead(confirmed(0), Some(Timestamp::ZERO));
        let permit =
            permit(Intent::Bulk(promotion()), &lead, &page(), Timestamp::ZERO, Monotonic(500)).unwrap();
        let (last, over) = (PERMIT_LIFE.0 - 1, PERMIT_LIFE.0);
        assert!(permit.is_good(Monotonic(500 + last), Timestamp(last)));
        assert!(!permit.is_good(Monotonic(500 + over), Timestamp(last)));
        // The machine slept, and the forward-only clock with it.
        assert!(!permit.is_good(Monotonic(501), Timestamp(over)));
        // A wall clock that was set back makes no permit last longer.
        assert!(permit.is_good(Monotonic(501), Timestamp(-over)));
        assert!(!permit.is_good(Monotonic(500 + over), Timestamp(-over)));
    }
}
