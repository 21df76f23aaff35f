//! A root in two halves at two places: the root is their sum (bit by bit, without carry).
//!
//! The first half is random and the second what completes it, so that either alone says nothing at all of
//! the root, not even to unlimited computing. Both halves are new at each rotation: what a disk keeps of
//! one old half is worthless once the other is gone.
//!
//! Invariant: while the two places are exchanged one after the other, the halves of the root in force
//! are both there.

use super::file::{Place, Slots, not_there};
use super::{Found, Goes, RootSource, RootSourceError, Strength};
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

impl RootSource for SplitRoot {
    fn strength(&self) -> Strength {
        Strength::Split
    }

    fn read(&self) -> Result<Found, RootSourceError> {
        let [first, second] = self.slots()?;
        let mut roots: Vec<RootKey> = Vec::new();
        for (one, other) in
            first.secrets().flat_map(|(one, _)| second.secrets().map(move |(other, _)| (one, other)))
        {
            let root = one.sum(other);
            if !roots.contains(&root) {
                roots.push(root);
            }
        }
        Ok(Found {
            roots,
            is_settled: first.is_settled() && second.is_settled(),
            is_in_place: first.current.is_some() && second.current.is_some(),
            beside: first.beside().chain(second.beside()).cloned().collect(),
        })
    }

    fn stage(&self, next: &RootKey, fence: u64) -> Result<(), RootSourceError> {
        let half = RootKey::generate(&*self.entropy);
        let [first, second] = &self.places;
        second.stage(&next.sum(&half), fence)?;
        first.stage(&half, fence)
    }

    fn settle(&self, keep: &RootKey, goes: Goes<'_>, _: u64) -> Result<(), RootSourceError> {
        let [first, second] = self.slots()?;
        // What is kept at both places is settled before anything is done at one of them.
        let halves = first
            .secrets()
            .flat_map(|one| second.secrets().map(move |other| (one, other)))
            .find(|((one, _), (other, _))| one.sum(other) == *keep);
        let [at_first, at_second] = &self.places;
        let Some(((one, lies), (other, other_lies))) = halves else { return Err(not_there(&at_first.file)) };
        at_first.settle(one, lies, goes)?;
        at_second.settle(other, other_lies, goes)
    }
}

impl From<SplitRoot> for Box<dyn RootSource> {
    fn from(root: SplitRoot) -> Self {
        Box::new(root)
    }
}
