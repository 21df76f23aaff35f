//! A brand's look-up keys by generation: one in force, and a second one while they change.
//!
//! Whoever has an older copy of the data and the look-up key can test whether somebody was known; so the key
//! changes, every hash is made again, and the old generation is destroyed. Several programs may use a brand at
//! once, so a change goes in steps, each of which may be repeated:
//!
//! 1. announced: the next generation exists and is looked for, what is new is still written under the old one;
//! 2. writing: what is new is written under the next generation, and the old one is looked for too;
//! 3. settled: the old one is destroyed, and the root with it.
//!
//! Invariants: the step is durable before its key is made, and what somebody late makes under a number that is over
//! lies under nothing; a step is written over the very one that its maker saw, so that whoever stood still meanwhile takes
//! nothing back; whoever is one step behind finds what the others write, and they find theirs; of a generation that is
//! gone the time is remembered, never earlier than it was.

use crate::VaultError;
use crate::named::{LookupKey, named_id};
use crate::primitive::hmac_key;
use crate::tree::TRIES;
use crate::vault::Vault;
use model::id::BrandId;
use model::time::Timestamp;

/// How far a change is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LookupStep {
    Settled,
    Announced,
    Writing,
}

/// The look-up keys of a brand: what is new is written under `in_force` and looked for under both. The number
/// is the generation.
#[derive(Clone)]
pub struct LookupKeys {
    pub in_force: (i64, LookupKey),
    pub other: Option<(i64, LookupKey)>,
    pub step: LookupStep,
    /// When every program had been told of this step; `None` if that is not done.
    pub told_at: Option<Timestamp>,
    /// Since when the generation in force is written: everything of before lies under others.
    pub written_since: Timestamp,
    /// The generations that are gone, oldest first.
    gone: Vec<Gone>,
    /// All this as it is remembered; `None`: nothing was yet.
    remembered: Option<Vec<u8>>,
}

/// That everything older than one generation was destroyed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Gone {
    /// Since when that generation is written.
    written_since: Timestamp,
    /// When it was known that those before it were destroyed: no copy of the keys made after this holds them.
    at: Timestamp,
}

/// So many are remembered: more than change in the longest time for which copies of keys may be kept, 366 days. Of
/// what is older the oldest that is remembered is said, which is later.
const REMEMBERED: usize = 512;

impl LookupKeys {
    /// Whether the key never changed.
    pub const fn is_first(&self) -> bool {
        self.in_force.0 == FIRST_ONE
    }

    /// When the key was destroyed under which was found who was there until `until`; `None` while it is there.
    pub fn gone_at(&self, until: Timestamp) -> Option<Timestamp> {
        self.gone.iter().find(|gone| gone.written_since > until).map(|gone| gone.at)
    }

    fn state(&self) -> State {
        State {
            step: self.step,
            generation: self.in_force.0,
            told_at: self.told_at,
            written_since: self.written_since,
            gone: self.gone.clone(),
        }
    }
}

/// What is remembered of a brand.
#[derive(Debug, Clone)]
struct State {
    step: LookupStep,
    generation: i64,
    told_at: Option<Timestamp>,
    written_since: Timestamp,
    gone: Vec<Gone>,
}

const FIRST_ONE: i64 = 0;

const FIRST: State = State {
    step: LookupStep::Settled,
    generation: FIRST_ONE,
    told_at: None,
    written_since: Timestamp::ZERO,
    gone: Vec::new(),
};

impl State {
    fn bytes(&self) -> Vec<u8> {
        let step = match self.step {
            LookupStep::Settled => 0,
            LookupStep::Announced => 1,
            LookupStep::Writing => 2,
        };
        let told_at = self.told_at.map_or(i64::MIN, Timestamp::micros);
        let numbers = [step, self.generation, told_at, self.written_since.micros()];
        let gone = self.gone.iter().flat_map(|gone| [gone.written_since.micros(), gone.at.micros()]);
        numbers.into_iter().chain(gone).flat_map(i64::to_be_bytes).collect()
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let (numbers, rest) = bytes.as_chunks::<8>();
        let [step, generation, told_at, written_since, gone @ ..] = numbers else { return None };
        let (gone, odd) = gone.as_chunks::<2>();
        let number = |bytes: &[u8; 8]| i64::from_be_bytes(*bytes);
        let step = match number(step) {
            0 => LookupStep::Settled,
            1 => LookupStep::Announced,
            2 => LookupStep::Writing,
            _ => return None,
        };
        let told_at = Some(number(told_at)).filter(|at| *at != i64::MIN).map(Timestamp);
        let gone = gone
            .iter()
            .map(|[since, at]| Gone { written_since: Timestamp(number(since)), at: Timestamp(number(at)) });
        let mut state = Self {
            step,
            generation: number(generation),
            told_at,
            written_since: Timestamp(number(written_since)),
            gone: gone.collect(),
        };
        // Noted before the time was: that it was done was told after it was done.
        if let (LookupStep::Settled, Some(at)) = (state.step, told_at)
            && state.gone.is_empty()
            && state.generation > FIRST_ONE
        {
            state.gone.push(Gone { written_since: state.written_since, at });
        }
        (rest.is_empty() && odd.is_empty()).then_some(state)
    }

    const fn next(&self) -> i64 {
        self.generation.saturating_add(1)
    }

    const fn before(&self) -> i64 {
        self.generation.saturating_sub(1)
    }
}

impl Vault {
    /// The brand's look-up keys, the first made when missing. An error when the brand has no key.
    pub async fn lookup(&self, brand: BrandId) -> Result<LookupKeys, VaultError> {
        let mut remembered = self.remembered_lookup(brand).await?;
        for _ in 0..TRIES {
            let keys = self.lookup_as(brand, remembered.clone()).await;
            // Whoever stands still between the step and its keys finds others there, or none.
            let now = self.remembered_lookup(brand).await?;
            if now == remembered {
                return keys;
            }
            remembered = now;
        }
        Err(VaultError::Busy)
    }

    /// The keys by what was remembered.
    async fn lookup_as(&self, brand: BrandId, remembered: Option<Vec<u8>>) -> Result<LookupKeys, VaultError> {
        let state = match &remembered {
            Some(bytes) => State::read(bytes).ok_or_else(|| VaultError::DamagedRecord(record_name(brand)))?,
            None => FIRST,
        };
        // Only the very first is made unasked: whoever makes a later one has it noted first.
        let in_force = if state.generation == FIRST_ONE {
            self.make_lookup(brand, state.generation).await?
        } else {
            match self.find_lookup(brand, state.generation).await? {
                Some(key) => key,
                None if self.key(&brand.0).await?.is_none() => return Err(VaultError::NoParent(brand.0)),
                None => return Err(VaultError::DamagedRecord(record_name(brand))),
            }
        };
        let other = match state.step {
            LookupStep::Settled => None,
            LookupStep::Announced => Some((state.next(), self.make_lookup(brand, state.next()).await?)),
            LookupStep::Writing => {
                self.find_lookup(brand, state.before()).await?.map(|key| (state.before(), key))
            }
        };
        Ok(LookupKeys {
            in_force: (state.generation, in_force),
            other,
            step: state.step,
            told_at: state.told_at,
            written_since: state.written_since,
            gone: state.gone,
            remembered,
        })
    }

    /// Begins a change, if none is under way: the next generation is made by whoever asks for the keys next. False: there
    /// is nothing to begin, or somebody was quicker since `seen`.
    pub async fn announce_lookup(&self, brand: BrandId, seen: &LookupKeys) -> Result<bool, VaultError> {
        if seen.step != LookupStep::Settled {
            return Ok(false);
        }
        self.go_on(brand, seen, &State { step: LookupStep::Announced, told_at: None, ..seen.state() }).await
    }

    /// From now on the next generation is in force, if it was announced. False: it was not, or somebody was quicker since
    /// `seen`.
    pub async fn write_next_lookup(
        &self,
        brand: BrandId,
        seen: &LookupKeys,
        now: Timestamp,
    ) -> Result<bool, VaultError> {
        if seen.step != LookupStep::Announced {
            return Ok(false);
        }
        let state = seen.state();
        let writing = State {
            step: LookupStep::Writing,
            generation: state.next(),
            told_at: None,
            written_since: now,
            gone: state.gone,
        };
        self.go_on(brand, seen, &writing).await
    }

    /// Notes that every program was told of the step that was `seen` before they were. False: it is another by now.
    pub async fn note_lookup_told(
        &self,
        brand: BrandId,
        seen: &LookupKeys,
        now: Timestamp,
    ) -> Result<bool, VaultError> {
        self.go_on(brand, seen, &State { told_at: Some(now), ..seen.state() }).await
    }

    /// Ends a change: destroys the generation of before, in older copies of the key store too where the root can
    /// be rotated. Whatever lies under it is noise from then on. A change that was only announced stays so. The time
    /// is asked for once the key is destroyed, and remembered. False: there is nothing to end, or somebody was quicker
    /// since `seen`; the generation before it is over either way.
    pub async fn drop_previous_lookup(
        &self,
        brand: BrandId,
        seen: &LookupKeys,
        now: impl Fn() -> Timestamp,
    ) -> Result<bool, VaultError> {
        if seen.step != LookupStep::Writing {
            return Ok(false);
        }
        let mut state = seen.state();
        self.destroy(&[named_id(Some(brand.0), &generation_name(state.before()))]).await?;
        state.gone.push(Gone { written_since: state.written_since, at: now() });
        state.gone.drain(..state.gone.len().saturating_sub(REMEMBERED));
        self.go_on(brand, seen, &State { step: LookupStep::Settled, told_at: None, ..state }).await
    }

    async fn remembered_lookup(&self, brand: BrandId) -> Result<Option<Vec<u8>>, VaultError> {
        Ok(self.recall(&record_name(brand)).await?.map(|bytes| bytes.to_vec()))
    }

    /// Remembers the next state in the place of the one that was seen, in one commit with the look whether that is still
    /// there; whether it was.
    async fn go_on(&self, brand: BrandId, seen: &LookupKeys, next: &State) -> Result<bool, VaultError> {
        let was = seen.remembered.as_deref();
        self.remember_over(&record_name(brand), &next.bytes(), |known| Some(known) == was).await
    }

    async fn make_lookup(&self, brand: BrandId, generation: i64) -> Result<LookupKey, VaultError> {
        let key = self.named_key(Some(brand.0), &generation_name(generation)).await?;
        Ok(LookupKey(hmac_key(&key.derive("lookup", ""))))
    }

    async fn find_lookup(&self, brand: BrandId, generation: i64) -> Result<Option<LookupKey>, VaultError> {
        let key = self.key(&named_id(Some(brand.0), &generation_name(generation))).await?;
        Ok(key.map(|key| LookupKey(hmac_key(&key.derive("lookup", "")))))
    }
}

fn record_name(brand: BrandId) -> String {
    format!("lookup/{brand}")
}

fn generation_name(generation: i64) -> String {
    match generation {
        FIRST_ONE => "lookup".to_owned(),
        number => format!("lookup/{number}"),
    }
}
