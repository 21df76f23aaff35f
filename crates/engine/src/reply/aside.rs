//! What cannot be processed now rests for a while, and the others go on: an event whose data this node cannot read, all events
//! of a page that it cannot read, and those of a brand whose file it does not have.
//!
//! Invariants: while nodes of several versions serve no failure counts as an attempt, since what one cannot read another may;
//! a brand that is not known here never counts; between two attempts there is a pause, in which others are processed; what was
//! set aside is tried anew, once, when nodes of another version than before serve by themselves.

use super::{BATCH, failed};
use crate::nodes::{Buckets, holds_buckets};
use crate::{Engine, EngineError};
use model::id::{BrandId, InboxId, PageId};
use model::time::{Monotonic, Span, Timestamp};
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use store::tables::inbox::{self, Waiting};
use store::tables::installation;
use store::{StoreError, Tx};

/// The pause after the first failure; each next one is so many times as long, up to [`LONGEST`].
const FIRST: Span = Span::secs(1);
const LONGER: i64 = 8;
const LONGEST: Span = Span::minutes(5);
/// So long the head of the queue is passed over where all of it rests: one may have come among those late.
const PASSED: Span = Span::secs(5);
/// The version whose nodes have tried, by themselves, what had been set aside.
const TRIED_BY: &str = "inbox.tried_by";

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum What {
    Event(InboxId),
    Page(PageId),
}

#[derive(Debug, Clone, Copy)]
struct Rest {
    failures: u32,
    until: Monotonic,
}

/// Up to where everything in these buckets rests.
#[derive(Debug, Clone, Copy)]
struct Passed {
    last: InboxId,
    buckets: Option<u16>,
    until: Monotonic,
}

/// Whether what was set aside has been tried by this version.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Tried {
    /// Not known yet.
    #[default]
    Unknown,
    /// Another version serves, or did a moment ago.
    Mixed,
    Done,
}

#[derive(Default)]
struct State {
    resting: HashMap<What, Rest>,
    /// Brands of which it was said that this node does not know them.
    unknown: HashSet<BrandId>,
    passed: Option<Passed>,
    /// When events were last looked for.
    looked_at: Monotonic,
    tried: Tried,
}

/// What rests, as this node has found. It forgets that when it ends, and another one tries at once.
#[derive(Default)]
pub(crate) struct Aside(Mutex<State>);

impl Aside {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Events are looked for now. What has not failed again for long is forgotten.
    pub(super) fn look(&self, now: Monotonic) {
        let mut state = self.state();
        state.looked_at = now;
        state.resting.retain(|_, rest| now.0.saturating_sub(rest.until.0) < LONGEST.0);
    }

    fn failed(&self, what: What, now: Monotonic) {
        let mut state = self.state();
        let rest = state.resting.entry(what).or_insert(Rest { failures: 0, until: now });
        let pause = FIRST.0.saturating_mul(LONGER.saturating_pow(rest.failures)).min(LONGEST.0);
        rest.failures = rest.failures.saturating_add(1);
        rest.until = Monotonic(now.0.saturating_add(pause));
    }

    fn rests(&self, event: &Waiting) -> bool {
        let state = self.state();
        let of = |what: What| state.resting.get(&what).is_some_and(|rest| state.looked_at < rest.until);
        of(What::Event(event.id)) || of(What::Page(event.page))
    }

    /// After which events to look.
    fn passed(&self, buckets: Option<u16>) -> InboxId {
        let mut state = self.state();
        let now = state.looked_at;
        state.passed = state.passed.filter(|passed| passed.buckets == buckets && now < passed.until);
        state.passed.map_or(InboxId([0; 16]), |passed| passed.last)
    }

    fn pass(&self, last: InboxId, buckets: Option<u16>) {
        let mut state = self.state();
        let until = Monotonic(state.looked_at.0.saturating_add(PASSED.0));
        let until = state.passed.map_or(until, |passed| passed.until);
        state.passed = Some(Passed { last, buckets, until });
    }

    /// How long after the last look there may be something again.
    fn next(&self) -> Option<Span> {
        let state = self.state();
        let ends = state.resting.values().map(|rest| rest.until);
        let next = ends.chain(state.passed.map(|passed| passed.until)).filter(|end| *end > state.looked_at);
        next.min().map(|end| Span(end.0.saturating_sub(state.looked_at.0)))
    }
}

impl Engine {
    /// The oldest events that can be tried now, as many as fit into a commit.
    pub(super) async fn oldest(&self, buckets: Option<u16>) -> Result<Vec<Waiting>, EngineError> {
        let most = usize::try_from(BATCH).unwrap_or(usize::MAX);
        let mut after = self.aside.passed(buckets);
        let mut chosen: Vec<Waiting> = Vec::new();
        loop {
            let from = after;
            let read = move |tx: &Tx<'_>| inbox::list_oldest(tx, from, BATCH, buckets);
            let found: Vec<Waiting> = self.data.read("inbox", read).await?;
            let last = found.last().map(|event| event.id).filter(|_| found.len() >= most);
            chosen.extend(found.into_iter().filter(|event| self.can_be_tried(event)));
            match last {
                Some(last) if chosen.len() < most => {
                    if chosen.is_empty() {
                        self.aside.pass(last, buckets);
                    }
                    after = last;
                }
                _ => break,
            }
        }
        chosen.truncate(most);
        Ok(chosen)
    }

    fn can_be_tried(&self, event: &Waiting) -> bool {
        if self.brands.knows(event.brand) {
            return !self.aside.rests(event);
        }
        let is_new = self.aside.state().unknown.insert(event.brand);
        if is_new {
            tracing::warn!(brand = %event.brand, "events of a brand whose file this node does not have wait for a node that has it");
        }
        false
    }

    /// Processes what waits of one page, after a batch with it has failed: what fails rests, and holds up nothing else.
    pub(super) async fn reply_to_page(
        self: &Arc<Self>,
        events: &[Waiting],
        held: Option<&Buckets>,
    ) -> Result<(), EngineError> {
        let Some(page) = events.first().map(|event| event.page) else { return Ok(()) };
        let Some(mut error) = failed(self.reply_batch(events, held).await)? else { return Ok(()) };
        let first = events.get(..1).unwrap_or(events);
        if let Some(error) = failed(self.page_contexts(first).await)? {
            let count = events.len();
            tracing::error!(%error, %page, events = count, "a page cannot be read, and its events could not be processed");
            return self.rest_after(What::Page(page), events, held).await;
        }
        for event in events {
            let one = std::slice::from_ref(event);
            // What is alone has just failed.
            if events.len() > 1 {
                match failed(self.reply_batch(one, held).await)? {
                    Some(own) => error = own,
                    None => continue,
                }
            }
            tracing::error!(%error, event = %event.id, "an event could not be processed");
            self.rest_after(What::Event(event.id), one, held).await?;
        }
        Ok(())
    }

    /// They are not tried for a while; where all nodes are of one version, that was an attempt.
    async fn rest_after(
        &self,
        what: What,
        events: &[Waiting],
        held: Option<&Buckets>,
    ) -> Result<(), EngineError> {
        self.aside.failed(what, self.clock.monotonic());
        if self.nodes.is_mixed() {
            return Ok(());
        }
        let of = held.map(|held| (self.holder, held.clone()));
        let events: Vec<(InboxId, PageId)> = events.iter().map(|event| (event.id, event.page)).collect();
        let write = move |tx: &Tx<'_>| {
            // Another node has them now, and tries by itself.
            if let Some((own, held)) = &of
                && !holds_buckets(tx, own, held, events.iter().map(|(_, page)| *page))?
            {
                return Ok::<_, StoreError>(());
            }
            events.iter().try_for_each(|(id, _)| inbox::record_failure(tx, *id))
        };
        Ok(self.data.write("inbox_failed", write).await?)
    }

    /// When something that rests is tried again. `None` too where other nodes may be: there each beat wakes the station.
    pub(crate) fn next_attempt(&self) -> Option<Timestamp> {
        let next = if self.nodes.is_shared { None } else { self.aside.next() };
        next.map(|pause| self.clock.now().plus(pause))
    }

    /// Has what was set aside tried anew when this version serves by itself for the first time, and whenever another has served
    /// beside it, which may have been the one that could not read it.
    pub(crate) async fn try_aside_again(&self) -> Result<(), EngineError> {
        if self.nodes.is_mixed() {
            self.aside.state().tried = Tried::Mixed;
            return Ok(());
        }
        let tried = self.aside.state().tried;
        if tried == Tried::Done {
            return Ok(());
        }
        let version = self.settings.version.clone();
        let again = move |tx: &Tx<'_>| {
            let is_new = installation::get(tx, TRIED_BY)?.as_deref() != Some(version.as_bytes());
            if is_new {
                installation::set(tx, TRIED_BY, version.as_bytes())?;
            }
            if is_new || tried == Tried::Mixed { inbox::try_again(tx) } else { Ok(0) }
        };
        let count: u64 = self.data.write("try_aside_again", again).await?;
        self.aside.state().tried = Tried::Done;
        if count > 0 {
            tracing::info!(events = count, "events that were set aside are tried again by this version");
            self.wake.reply.notify_one();
        }
        Ok(())
    }

    /// How many events were set aside, since every attempt failed.
    pub async fn events_set_aside(&self) -> Result<u64, EngineError> {
        Ok(self.data.read("events_set_aside", inbox::count_aside).await?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BUCKETS: Option<u16> = Some(0b101);

    fn event(id: u8, page: u8) -> Waiting {
        Waiting {
            id: InboxId([id; 16]),
            brand: BrandId([1; 16]),
            page: PageId([page; 16]),
            received_at: Timestamp::ZERO,
            sealed: Vec::new(),
        }
    }

    #[test]
    fn pauses_grow_to_the_longest_and_are_forgotten_after_as_long() {
        let (aside, one, other) = (Aside::default(), event(1, 1), event(2, 1));
        let mut now = Monotonic(7);
        aside.look(now);
        for seconds in [1, 8, 64, 300, 300] {
            aside.failed(What::Event(one.id), now);
            assert_eq!((aside.rests(&one), aside.rests(&other)), (true, false), "{seconds}");
            assert_eq!(aside.next(), Some(Span::secs(seconds)));
            now.0 += Span::secs(seconds).0 - 1;
            aside.look(now);
            assert!(aside.rests(&one), "{seconds}");
            now.0 += 1;
            aside.look(now);
            assert_eq!((aside.rests(&one), aside.next()), (false, None), "{seconds}");
        }
        aside.failed(What::Page(one.page), now);
        assert!(aside.rests(&one) && aside.rests(&other) && !aside.rests(&event(3, 2)));
        now.0 += Span::secs(1).0 + LONGEST.0;
        aside.look(now);
        aside.failed(What::Page(one.page), now);
        assert_eq!(aside.next(), Some(FIRST), "as if it had never failed");
    }

    #[test]
    fn what_rests_at_the_head_is_passed_over_for_a_while_and_not_in_other_buckets() {
        let aside = Aside::default();
        aside.look(Monotonic(0));
        assert_eq!(aside.passed(BUCKETS), InboxId([0; 16]));
        aside.pass(InboxId([5; 16]), BUCKETS);
        aside.look(Monotonic(PASSED.0 - 1));
        aside.pass(InboxId([6; 16]), BUCKETS);
        assert_eq!((aside.passed(BUCKETS), aside.next()), (InboxId([6; 16]), Some(Span(1))));
        aside.look(Monotonic(PASSED.0));
        assert_eq!((aside.passed(BUCKETS), aside.next()), (InboxId([0; 16]), None), "one may have come late");
        aside.pass(InboxId([6; 16]), BUCKETS);
        assert_eq!(aside.passed(Some(0b111)), InboxId([0; 16]), "buckets that were another node's");
    }
}
