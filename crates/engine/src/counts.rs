//! What this run has done, counted for whoever operates it.
//!
//! Invariants: only numbers, under names that are fixed when compiling; counted after the commit, so that what was
//! rolled back is in none of them.

use crate::receive::Received;
use crate::record::Item;
use model::delivery::DeliveryState;
use model::failure::{Class, Sent};
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// Since the program was started.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counted {
    /// Events of webhook deliveries, by what became of them.
    pub events: BTreeMap<&'static str, u64>,
    /// Deliveries of broadcasts, by the state that they ended in.
    pub deliveries: BTreeMap<&'static str, u64>,
    /// Messages that Graph was asked to send: answer or broadcast, and how Meta's answer is understood.
    pub sends: BTreeMap<(&'static str, &'static str), u64>,
    /// Requests that were turned away because too much was at work, by their class.
    pub turned_away: BTreeMap<&'static str, u64>,
    /// Times that somebody was told to wait, by what was limited.
    pub limited: BTreeMap<&'static str, u64>,
    /// Requests whose input was refused, by the status of the answer.
    pub unfit: BTreeMap<u16, u64>,
}

#[derive(Default)]
pub(crate) struct Counts(Mutex<Counted>);

fn add<K: Ord>(to: &mut BTreeMap<K, u64>, key: K, count: usize) {
    let more = to.entry(key).or_default();
    *more = more.saturating_add(u64::try_from(count).unwrap_or(u64::MAX));
}

impl Counts {
    fn change(&self, change: impl FnOnce(&mut Counted)) {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }

    pub(crate) fn now(&self) -> Counted {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn received(&self, received: &Received) {
        self.change(|counted| {
            add(&mut counted.events, "taken", received.taken);
            add(&mut counted.events, "duplicate", received.duplicates);
            add(&mut counted.events, "passed_over", received.passed_over);
        });
    }

    pub(crate) fn turned_away(&self, class: &'static str) {
        self.change(|counted| add(&mut counted.turned_away, class, 1));
    }

    pub(crate) fn unfit(&self, status: u16) {
        self.change(|counted| add(&mut counted.unfit, status, 1));
    }

    /// Those that are to be tried again have not ended.
    pub(crate) fn ended(&self, states: impl Iterator<Item = DeliveryState>) {
        self.change(|counted| {
            for state in states.filter(|state| *state != DeliveryState::Planned) {
                add(&mut counted.deliveries, state.code(), 1);
            }
        });
    }

    pub(crate) fn refused(&self, count: usize) {
        if count > 0 {
            self.change(|counted| add(&mut counted.deliveries, DeliveryState::Refused.code(), count));
        }
    }

    pub(crate) fn sent(&self, item: Item, sent: &Sent) {
        let kind = match item {
            Item::Delivery(_) => "broadcast",
            Item::Reply(_) => "answer",
        };
        let class = sent.as_ref().map_or_else(|failure| class(failure.class), |_| "sent");
        self.change(|counted| add(&mut counted.sends, (kind, class), 1));
    }
}

const fn class(class: Class) -> &'static str {
    match class {
        Class::Retry => "retry",
        Class::Throttle => "throttle",
        Class::Permanent => "permanent",
        Class::Unavailable => "unavailable",
        Class::OptedOut => "opted_out",
        Class::WindowClosed => "window_closed",
        Class::ThreadElsewhere => "thread_elsewhere",
        Class::PageStop(_) => "page_stop",
        Class::Unknown => "unknown",
    }
}
