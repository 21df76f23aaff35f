//! A root in two halves at two places: the root is their sum (bit by bit, without carry).
//!
//! The first half is random and the second what completes it, so that either alone says nothing at all of
//! the root, not even to unlimited computing. Both halves are new at each rotation: what a disk keeps of
//! one old half is worthless once the other is gone.
//!
//! Invariant: while the two places are exchanged one after the other, the halves of the root in force
//! are both there.

use super::file::{Place, Slots};
use super::{Found, RootSource, RootSourceError, Strength};
use crate::root::RootKey;
use model::entropy::Entropy;
use std::path::PathBuf;
use std::sync::Arc;

/// The root in two files, best on two media: strength class `S`.
pub struct SplitRoot {
    places: [Place; 2],
    entropy: Arc<dyn Entropy>,
}

impl SplitRoot {
    pub fn new(first: impl Into<PathBuf>, second: impl Into<PathBuf>, entropy: Arc<dyn Entropy>) -> Self {
        Self { places: [Place::new(first.into()), Place::new(second.into())], entropy }
    }

    fn slots(&self) -> Result<[Slots; 2], RootSourceError> {
        let [first, second] = &self.places;
        Ok([first.read()?, second.read()?])
    }
}

fn halves(slots: &Slots) -> impl Iterator<Item = &RootKey> {
    slots.current.iter().chain(&slots.next)
}

impl RootSource for SplitRoot {
    fn strength(&self) -> Strength {
        Strength::Split
    }

    fn read(&self) -> Result<Found, RootSourceError> {
        let [first, second] = self.slots()?;
        let mut roots: Vec<RootKey> = Vec::new();
        for (one, other) in halves(&first).flat_map(|one| halves(&second).map(move |other| (one, other))) {
            let root = one.sum(other);
            if !roots.contains(&root) {
                roots.push(root);
            }
        }
        Ok(Found { roots, is_settled: first.is_settled() && second.is_settled() })
    }

    fn stage(&self, next: &RootKey) -> Result<(), RootSourceError> {
        let half = RootKey::generate(&*self.entropy);
        let [first, second] = &self.places;
        second.stage(&next.sum(&half))?;
        first.stage(&half)
    }

    fn settle(&self, keep: &RootKey, drop: &RootKey) -> Result<(), RootSourceError> {
        let slots = self.slots()?;
        let [first, second] = &slots;
        // What is to be done at both places is settled before anything is done at one of them.
        let plan = |own: &Slots, other: &Slots| {
            let makes = |half: Option<&RootKey>, root: &RootKey| {
                half.is_some_and(|half| halves(other).any(|other| half.sum(other) == *root))
            };
            let (current, next) = (own.current.as_ref(), own.next.as_ref());
            let keeps_next = makes(next, keep) && !makes(current, keep);
            let drops_next = own.has_next && !makes(next, keep) && (keep == drop || makes(next, drop));
            (keeps_next, drops_next)
        };
        for (place, (keeps_next, drops_next)) in
            self.places.iter().zip([plan(first, second), plan(second, first)])
        {
            if keeps_next {
                place.promote()?;
            } else if drops_next {
                place.discard()?;
            }
        }
        Ok(())
    }
}

impl From<SplitRoot> for Box<dyn RootSource> {
    fn from(root: SplitRoot) -> Self {
        Box::new(root)
    }
}
