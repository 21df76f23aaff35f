//! What was denied to somebody who is known, as entries of the audit (claims A1, R4): a page of admins, an id that is not
//! theirs, a scope that their token lacks, a form of another session, a wrong proof, what a grant does not open, more tries
//! or calls than a limit allows, a file that a scanner found harmful.
//!
//! Invariants: noting a denial waits for nothing and asks no database, so the answer is the same whether its entry can be
//! written or not; of a kind, by one account or under one grant, within an hour, the first has an entry, and so have the
//! tenth, the hundredth and so on, so that few are written however many come; an entry tells the route as the table of
//! routes has it, and never an id, a query or a place. What waits to be written ends with the process, and so does the count.

use crate::accounts::limits::next_sweep;
use crate::audit::{self, Act};
use crate::rest::rest;
use crate::{Actor, Door, Engine, EngineError};
use model::id::{AccountId, SupportGrantId};
use model::time::{Monotonic, Span, Timestamp};
use std::collections::{HashMap, VecDeque};
use std::hash::Hash;
use std::sync::{Mutex, MutexGuard, PoisonError};
use store::Tx;
use store::tables::{account, audit as entries};

/// So long denials of a kind are counted together, from the first of them on.
const COUNTED: Span = Span::hours(1);
/// So many may wait for the database; an entry beyond is not written.
const WAITING: usize = 1_000;

/// What is denied to somebody who is known. (A *refusal* is the gate's, of a message.)
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Denial {
    /// A page that only admins have.
    Page,
    /// An id under which their account has nothing: another's, or nobody's any more, which they are not told either.
    Id,
    /// A scope that their token lacks.
    Scope,
    /// A form without the token of their session.
    Form,
    /// A password or passkey that was asked for again and was wrong.
    Proof,
    /// What a grant of access for support does not open.
    Grant,
    /// More tries, mails or calls than a limit allows.
    Limit,
    /// A file in which the scanner for malware found something.
    File,
}

/// Whose denials are counted together: a new session or token begins no new count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Whose {
    Account(AccountId),
    Grant(SupportGrantId),
}

impl Whose {
    pub(crate) const fn of(actor: &Actor) -> Self {
        match actor.door {
            Some(Door::Support(grant)) => Self::Grant(grant),
            _ => Self::Account(actor.account),
        }
    }
}

/// An entry that is to be written.
struct Waiting {
    actor: Actor,
    at: Timestamp,
    act: Act,
}

/// How often something happened within the hour, by whose and what it was.
pub(crate) struct Counts<K> {
    /// Since when, and how many.
    of: HashMap<K, (Monotonic, u64)>,
    sweep_at: usize,
}

impl<K> Default for Counts<K> {
    fn default() -> Self {
        Self { of: HashMap::new(), sweep_at: 0 }
    }
}

impl<K: Eq + Hash> Counts<K> {
    /// How many there were within the hour, with this one.
    pub(crate) fn one_more(&mut self, key: K, now: Monotonic) -> u64 {
        let is_past = |since: Monotonic| now.0.saturating_sub(since.0) >= COUNTED.0;
        if self.of.len() > self.sweep_at {
            self.of.retain(|_, (since, _)| !is_past(*since));
            self.sweep_at = next_sweep(self.of.len());
        }
        let (since, times) = self.of.entry(key).or_insert((now, 0));
        if is_past(*since) {
            (*since, *times) = (now, 0);
        }
        *times = times.saturating_add(1);
        *times
    }
}

/// The first, the tenth, the hundredth, …
pub(crate) fn is_told(times: u64) -> bool {
    times.checked_ilog10().and_then(|zeros| 10_u64.checked_pow(zeros)) == Some(times)
}

#[derive(Default)]
pub(crate) struct Denials {
    counts: Mutex<Counts<(Whose, Denial)>>,
    waiting: Mutex<VecDeque<Waiting>>,
}

impl Denials {
    fn waiting(&self) -> MutexGuard<'_, VecDeque<Waiting>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Engine {
    /// Notes that something was denied to this actor at this route, which is a pattern of the table of routes.
    pub fn denied(&self, actor: &Actor, what: Denial, route: &str) {
        let key = (Whose::of(actor), what);
        let times = self
            .denials
            .counts
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .one_more(key, self.clock.monotonic());
        if !is_told(times) {
            return;
        }
        let act = Act::Denied { what, route: route.to_owned(), through: actor.door, times };
        let mut waiting = self.denials.waiting();
        if waiting.len() < WAITING {
            waiting.push_back(Waiting { actor: actor.clone(), at: self.clock.now(), act });
            self.wake.denied.notify_one();
        } else {
            tracing::error!("a denial has no entry in the audit: too many wait to be written");
        }
    }

    /// Writes the entries that wait.
    pub async fn write_denials(&self) -> Result<(), EngineError> {
        loop {
            let Some(next) = self.denials.waiting().pop_front() else { return Ok(()) };
            match self.write_denial(&next).await {
                Ok(()) => {}
                // One that can never be written keeps no other from it.
                Err(error) if error.is_about_the_data() => {
                    tracing::error!(%error, "a denial has no entry in the audit");
                }
                Err(error) => {
                    self.denials.waiting().push_front(next);
                    return Err(error);
                }
            }
        }
    }

    async fn write_denial(&self, of: &Waiting) -> Result<(), EngineError> {
        let brand = of.actor.brand;
        // What is erased meanwhile has no entries any more.
        let Ok(ctx) = self.brand(brand) else { return Ok(()) };
        let Some(entry) = audit::denied(self, &ctx, &of.actor, of.at, &of.act).await? else { return Ok(()) };
        let write = move |tx: &Tx<'_>| {
            let scope = tx.brand(brand);
            match entry.account {
                Some(account) if account::role(scope, account)?.is_none() => Ok(()),
                _ => entries::insert(scope, &entry),
            }
        };
        self.data.write("write_denial", write).await?;
        self.wake.log.notify_one();
        Ok(())
    }

    pub(crate) async fn denials_forever(&self) {
        loop {
            rest(self.wake.denied.notified()).await;
            if let Err(error) = self.write_denials().await {
                self.failed("denials", &error).await;
                self.wake.denied.notify_one();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = COUNTED.0;

    #[test]
    fn however_many_are_denied_within_an_hour_few_are_told() {
        let mut counts = Counts::default();
        let (one, other) = (Whose::Account(AccountId([1; 16])), Whose::Grant(SupportGrantId([1; 16])));
        let mut told = |key, at: i64, many: usize| -> Vec<u64> {
            let times = (0..many).map(|_| counts.one_more(key, Monotonic(at)));
            times.filter(|times| is_told(*times)).collect()
        };
        assert_eq!(told((one, Denial::Page), 0, 1_000), [1, 10, 100, 1_000]);
        assert!(told((one, Denial::Page), HOUR - 1, 8_999).is_empty());
        assert_eq!(told((one, Denial::Page), HOUR - 1, 1), [10_000]);
        // Other kinds and others count apart, and the next hour begins anew.
        assert_eq!(told((one, Denial::Scope), 0, 9), [1]);
        assert_eq!(told((other, Denial::Page), 0, 10), [1, 10]);
        assert_eq!(told((one, Denial::Page), HOUR, 10), [1, 10]);
        // Whatever is counted at fifty a second for an hour, and at a thousand.
        assert_eq!(told((other, Denial::Scope), 0, 180_000).len(), 6);
        assert_eq!(told((other, Denial::Limit), 0, 3_600_000).len(), 7);
    }

    #[test]
    fn counts_that_are_past_are_forgotten() {
        let mut counts = Counts::default();
        let key = |number: u32| {
            let mut id = [0; 16];
            id[..4].copy_from_slice(&number.to_be_bytes());
            (Whose::Account(AccountId(id)), Denial::Id)
        };
        for number in 0..=10_001 {
            counts.one_more(key(number), Monotonic(0));
        }
        assert_eq!(counts.of.len(), 10_002, "nobody's hour is over");
        for number in 10_002..=20_005 {
            counts.one_more(key(number), Monotonic(HOUR));
        }
        assert!(counts.of.len() < 10_010, "{} are left", counts.of.len());
    }

    #[test]
    fn no_number_of_denials_is_too_large() {
        for (times, is) in [(0, false), (1, true), (2, false), (99, false), (100, true), (u64::MAX, false)] {
            assert_eq!(is_told(times), is, "{times}");
        }
    }
}
