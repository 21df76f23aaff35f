//! Tests only: the strongest thief there is. He has every row that ever lay in the key store, whichever
//! version it is of, and a root, and opens whatever any key that he comes by opens.

use crate::key::ROOT;
use crate::root::RootKey;
use crate::source::{Found, Goes, RootSource, RootSourceError, Strength};
use crate::vault::{NewKey, Vault};
use model::ports::{KeyId, WrappedKey};
use proptest::prelude::*;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, Mutex};
use testkit::keys::MemoryKeyStore;
use testkit::{FixedClock, SeededEntropy};

/// A root in memory, and all that there were.
#[derive(Clone, Default)]
struct Roots(Arc<Mutex<(Vec<RootKey>, Option<RootKey>)>>);

impl RootSource for Roots {
    fn strength(&self) -> Strength {
        Strength::File
    }

    fn read(&self) -> Result<Found, RootSourceError> {
        let roots = self.0.lock().unwrap();
        Ok(Found {
            roots: roots.0.last().into_iter().chain(&roots.1).cloned().collect(),
            is_settled: roots.1.is_none(),
            is_in_place: !roots.0.is_empty(),
            beside: Vec::new(),
        })
    }

    fn stage(&self, next: &RootKey, _: u64) -> Result<(), RootSourceError> {
        self.0.lock().unwrap().1 = Some(next.clone());
        Ok(())
    }

    fn settle(&self, keep: &RootKey, _: Goes<'_>, _: u64) -> Result<(), RootSourceError> {
        let mut roots = self.0.lock().unwrap();
        if roots.0.last() != Some(keep) {
            roots.0.push(keep.clone());
        }
        roots.1 = None;
        Ok(())
    }
}

#[derive(Default)]
struct Thief {
    rows: Vec<WrappedKey>,
    seen: HashSet<(KeyId, Vec<u8>)>,
}

impl Thief {
    fn look(&mut self, store: &MemoryKeyStore) {
        for row in store.rows() {
            if self.seen.insert((row.id, row.wrapped.clone())) {
                self.rows.push(row);
            }
        }
    }

    /// The keys that seal and that he comes by.
    fn opens(&self, root: &RootKey) -> HashSet<KeyId> {
        crate::thief::opened(root, &self.rows).iter().map(|key| *key.id()).collect()
    }
}

/// What happens to the tree; numbers pick among those who live.
#[derive(Debug, Clone)]
enum Act {
    /// So many keys under the holder picked, or under the root.
    Create(Option<usize>, usize),
    Destroy(Vec<usize>),
    Rotate,
    Restart,
    Sweep,
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        4 => (proptest::option::weighted(0.9, any::<usize>()), 1_usize..12).prop_map(|(holder, many)| Act::Create(holder, many)),
        3 => proptest::collection::vec(any::<usize>(), 1..4).prop_map(Act::Destroy),
        1 => Just(Act::Rotate),
        1 => Just(Act::Restart),
        1 => Just(Act::Sweep),
    ]
}

struct World {
    store: Arc<MemoryKeyStore>,
    roots: Roots,
    fan_out: u64,
    vault: Vault,
    thief: Thief,
    /// Those who live, each with who holds them.
    living: BTreeMap<KeyId, Option<KeyId>>,
    made: u16,
    starts: u64,
}

impl World {
    async fn open(store: &Arc<MemoryKeyStore>, roots: &Roots, fan_out: u64, seed: u64) -> Vault {
        let (clock, entropy) = (Arc::new(FixedClock::new()), Arc::new(SeededEntropy::new(seed)));
        let source: Box<dyn RootSource> = Box::new(roots.clone());
        Vault::open_with(store.clone(), source, clock, entropy, fan_out).await.unwrap()
    }

    async fn new(fan_out: u64) -> Self {
        let (store, roots) = (Arc::new(MemoryKeyStore::new()), Roots::default());
        let vault = Self::open(&store, &roots, fan_out, 1).await;
        let (thief, living) = (Thief::default(), BTreeMap::new());
        Self { store, roots, fan_out, vault, thief, living, made: 0, starts: 1 }
    }

    fn picked(&self, number: usize) -> Option<KeyId> {
        self.living.keys().nth(number % self.living.len().max(1)).copied()
    }

    async fn act(&mut self, act: Act) {
        match act {
            Act::Create(holder, many) => {
                let parent = holder.and_then(|number| self.picked(number));
                let new: Vec<NewKey> = (0..many)
                    .map(|_| {
                        self.made += 1;
                        let mut id = [9; 16];
                        id[..2].copy_from_slice(&self.made.to_be_bytes());
                        NewKey { id, parent }
                    })
                    .collect();
                self.vault.create(&new).await.unwrap();
                self.living.extend(new.iter().map(|key| (key.id, key.parent)));
            }
            Act::Destroy(numbers) => {
                let ids: HashSet<KeyId> = numbers.iter().filter_map(|number| self.picked(*number)).collect();
                let ids: Vec<KeyId> = ids.into_iter().collect();
                assert_eq!(self.vault.destroy(&ids).await.unwrap().len(), ids.len());
                self.living.retain(|id, _| !ids.contains(id));
                // And all below them.
                while let Some(orphan) = self.living.iter().find_map(|(id, holder)| {
                    holder.filter(|holder| !self.living.contains_key(holder)).map(|_| *id)
                }) {
                    self.living.remove(&orphan);
                }
            }
            Act::Rotate => drop(self.vault.rotate().await.unwrap()),
            Act::Restart => {
                // Chance that repeats itself would give nodes the keys of before.
                self.starts += 1;
                self.vault = Self::open(&self.store, &self.roots, self.fan_out, self.starts).await;
            }
            Act::Sweep => drop(self.vault.sweep(5).await.unwrap()),
        }
        self.thief.look(&self.store);
    }

    async fn check(&mut self) {
        let fresh = Self::open(&self.store, &self.roots, self.fan_out, 90_000).await;
        let all: Vec<KeyId> = self.store.key_ids();
        let found: HashSet<KeyId> = fresh.keys(&all).await.unwrap().into_keys().collect();
        let living: HashSet<KeyId> = self.living.keys().copied().collect();
        assert_eq!(found, living, "somebody who lives does not open, or the other way round");
        let today = self.roots.read().unwrap().roots.remove(0);
        assert_eq!(self.thief.opens(&today), living, "the thief has somebody who was erased");
        self.is_well_formed();
    }

    /// Crowns beside keys, other nodes in nodes; nothing is fuller than it may be.
    fn is_well_formed(&self) {
        let rows: HashMap<KeyId, WrappedKey> =
            self.store.rows().into_iter().map(|row| (row.id, row)).collect();
        let mut held: HashMap<KeyId, u64> = HashMap::new();
        for row in rows.values() {
            let Some(node) = rows.get(&row.node) else { continue };
            let is_crown = row.level > 0 && node.level == 1;
            assert!(row.level < node.level || is_crown, "{} in {}", row.level, node.level);
            *held.entry(row.node).or_default() += u64::from(!is_crown);
        }
        assert!(held.values().all(|held| *held <= self.fan_out), "{held:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn claim_f1_whatever_happens_a_thief_of_every_row_there_ever_was_opens_the_living_only(
        fan_out in 2_u64..5,
        acts in proptest::collection::vec(act(), 1..24),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let mut world = World::new(fan_out).await;
            world.act(Act::Create(None, 2)).await;
            for act in acts {
                world.act(act).await;
            }
            world.check().await;
        });
    }
}

#[tokio::test]
async fn claim_f1_the_thief_with_the_root_of_before_opens_the_erased() {
    let mut world = World::new(3).await;
    world.act(Act::Create(None, 1)).await;
    world.act(Act::Create(Some(0), 30)).await;
    let all: HashSet<KeyId> = world.living.keys().copied().collect();
    let before = world.roots.read().unwrap().roots.remove(0);
    world.act(Act::Destroy(vec![5, 6, 20])).await;
    assert_eq!(world.thief.opens(&before), all, "the search finds nothing");
    world.check().await;
    assert_eq!(world.living.len(), 28);
    assert!(world.thief.rows.iter().any(|row| row.node == ROOT));
}
