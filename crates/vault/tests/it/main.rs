//! The vault from outside, over a key store in memory.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "the helpers are tests too"
)]

mod crash;
mod files;
mod flat;
mod generations;
#[path = "../../../store/tests/it/home.rs"]
#[expect(dead_code, reason = "the store's own tests use more of it")]
mod home;
mod named;
mod nodes;
mod sealing;
mod slow;
mod sources;
mod tree;

use model::ports::KeyId;
use std::sync::Arc;
use testkit::keys::MemoryKeyStore;
use testkit::{FixedClock, SeededEntropy};
use vault::{Key, NewKey, RootKey, Vault, VaultError};

/// A vault with what it stands on.
struct Stand {
    store: Arc<MemoryKeyStore>,
    clock: Arc<FixedClock>,
    vault: Vault,
}

fn root(seed: u64) -> RootKey {
    RootKey::generate(&SeededEntropy::new(seed))
}

async fn open(store: &Arc<MemoryKeyStore>, root_seed: u64, seed: u64) -> Result<Stand, VaultError> {
    let clock = Arc::new(FixedClock::new());
    let entropy = Arc::new(SeededEntropy::new(1_000 + seed));
    let vault = Vault::open(store.clone(), root(root_seed), clock.clone(), entropy).await?;
    Ok(Stand { store: store.clone(), clock, vault })
}

async fn stand() -> Stand {
    open(&Arc::default(), 1, 1).await.unwrap()
}

const fn id(number: u8) -> KeyId {
    [number; 16]
}

const fn new(number: u8, parent: u8) -> NewKey {
    NewKey { id: id(number), parent: if parent == 0 { None } else { Some(id(parent)) } }
}

const BRAND: u8 = 1;
const ACCOUNT: u8 = 2;
const LEAD: u8 = 3;

impl Stand {
    /// Brand, account and lead, one under the other.
    async fn with_family() -> (Self, Vec<Arc<Key>>) {
        let stand = stand().await;
        let keys =
            stand.vault.create(&[new(BRAND, 0), new(ACCOUNT, BRAND), new(LEAD, ACCOUNT)]).await.unwrap();
        (stand, keys)
    }

    /// The same store after a restart, with nothing cached.
    async fn restarted(&self, seed: u64) -> Self {
        open(&self.store, 1, seed).await.unwrap()
    }
}
