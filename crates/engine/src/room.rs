//! How many deliveries may wait between their signature and their commit, and how much memory that is.
//!
//! Webhooks are turned away last, because what was turned away a few times in a row is lost (Meta repeats a
//! message's delivery a few times at once, and not for hours): so they wait, up to a number of places that is fixed.
//! Invariants: only what Meta signed takes a place, so that no stranger takes one; a place is held until the
//! transaction has ended, also when whoever delivered has hung up; a withdrawal finds a place when no other
//! delivery does any more.

use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Bytes of bodies that count as one place.
const PLACE: usize = 16 * 1024;
/// For 64 MiB of bodies, or as many ordinary deliveries. A machine that makes a thousand of them durable in a
/// second has answered the last one within Meta's five seconds.
pub const PLACES: usize = 4_096;
/// For deliveries in which somebody leaves, when the others are taken.
pub const FOR_WITHDRAWALS: usize = 512;

pub(crate) struct Room {
    all: Arc<Semaphore>,
    for_withdrawals: Arc<Semaphore>,
}

impl Default for Room {
    fn default() -> Self {
        Self {
            all: Arc::new(Semaphore::new(PLACES)),
            for_withdrawals: Arc::new(Semaphore::new(FOR_WITHDRAWALS)),
        }
    }
}

impl Room {
    /// How many ordinary places are held.
    pub fn taken(&self) -> usize {
        PLACES.saturating_sub(self.all.available_permits())
    }

    /// `None`: no place is left.
    pub fn take(&self, bytes: usize, is_withdrawal: bool) -> Option<OwnedSemaphorePermit> {
        let places = u32::try_from(bytes.div_ceil(PLACE).max(1)).unwrap_or(u32::MAX);
        let ordinary = Arc::clone(&self.all).try_acquire_many_owned(places).ok();
        ordinary.or_else(|| {
            let kept = Arc::clone(&self.for_withdrawals);
            is_withdrawal.then(|| kept.try_acquire_many_owned(places).ok()).flatten()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_wait_is_bounded_and_a_withdrawal_finds_a_place_last() {
        let room = Room::default();
        let mut held = Vec::new();
        while let Some(place) = room.take(300, false) {
            held.push(place);
        }
        assert_eq!((held.len(), room.taken()), (PLACES, PLACES));
        let mut leaving = Vec::new();
        while let Some(place) = room.take(300, true) {
            leaving.push(place);
        }
        assert_eq!(leaving.len(), FOR_WITHDRAWALS);
        drop(held.pop());
        assert!(room.take(PLACE + 1, false).is_none(), "a larger one takes more places");
        assert!(room.take(PLACE, false).is_some(), "and what was given back can be had again");
        held.clear();
        let large: Vec<_> = std::iter::from_fn(|| room.take(1024 * 1024, false)).collect();
        assert_eq!(large.len(), 64, "64 MiB in all");
    }
}
