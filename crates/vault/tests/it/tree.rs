//! The key tree: roots, making, loading, destroying.

use crate::slow::Slow;
use crate::{ACCOUNT, BRAND, LEAD, Stand, id, new, open, root, stand};
use model::id::BrandId;
use model::ports::{KeyId, KeyStore, WrappedKey};
use model::time::Span;
use std::sync::Arc;
use testkit::SeededEntropy;
use vault::{CACHE_LIFE, NewKey, OpenError, Place, Strength, Vault, VaultError};

const PLACE: Place = Place { brand: BrandId([1; 16]), person: id(LEAD), table: "lead", row: [4; 16] };

#[tokio::test]
async fn a_wrong_root_is_refused_and_nothing_is_written() {
    let (stand, _) = Stand::with_family().await;
    let (before, writes) = (stand.store.copy(), stand.store.writes());
    let Err(error) = open(&stand.store, 2, 2).await else { panic!("the wrong root was taken") };
    assert!(matches!(error, VaultError::WrongRoot));
    assert!(error.to_string().contains("keys.root_file"), "does not say what to do");
    assert!(stand.store.same_content(&before));
    assert_eq!(stand.store.writes(), writes);
    assert_eq!(stand.restarted(2).await.vault.keys(&[id(LEAD)]).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_store_is_in_use_once_a_vault_was_opened_on_it() {
    let empty = testkit::keys::MemoryKeyStore::new();
    assert!(!Vault::is_in_use(&empty).await.unwrap());
    let stand = stand().await;
    assert!(Vault::is_in_use(&*stand.store).await.unwrap());
}

#[tokio::test]
async fn a_damaged_root_check_is_no_reason_to_write_a_new_one() {
    let stand = stand().await;
    let name = stand.store.record_names().remove(0);
    for change in
        [|record: &mut Vec<u8>| record[0] = 9, |record: &mut Vec<u8>| record.truncate(5), Vec::clear]
    {
        let store = Arc::new(stand.store.copy());
        store.tamper_record(&name, change);
        let before = store.copy();
        assert!(matches!(open(&store, 1, 2).await, Err(VaultError::DamagedRecord(_))));
        assert!(store.same_content(&before));
    }
}

#[tokio::test]
async fn keys_made_before_a_restart_open_what_they_sealed() {
    let (stand, keys) = Stand::with_family().await;
    let envelope = keys[2].seal(&PLACE, b"text", &SeededEntropy::new(1));
    let after = stand.restarted(2).await;
    let lead = after.vault.key(&id(LEAD)).await.unwrap().unwrap();
    assert_eq!(*lead.open(&PLACE, &envelope).unwrap(), *b"text");
    assert_eq!(keys[2].mac("link", &[b"a"]), lead.mac("link", &[b"a"]));
}

#[tokio::test]
async fn a_batch_is_one_write_and_is_made_whole_or_not_at_all() {
    let (stand, _) = Stand::with_family().await;
    let writes = stand.store.writes();
    let many: Vec<NewKey> = (10..110).map(|number| new(number, ACCOUNT)).collect();
    assert_eq!(stand.vault.create(&many).await.unwrap().len(), 100);
    assert_eq!(stand.store.writes(), writes + 1);

    let before = stand.store.copy();
    assert!(matches!(stand.vault.create(&[new(200, 0), new(LEAD, 0)]).await, Err(VaultError::Store(_))));
    assert!(matches!(stand.vault.create(&[new(200, 0), new(200, 0)]).await, Err(VaultError::Store(_))));
    assert!(matches!(
        stand.vault.create(&[new(200, 0), new(201, 199)]).await,
        Err(VaultError::NoParent(parent)) if parent == id(199)
    ));
    assert!(stand.store.same_content(&before));
    assert!(stand.vault.key(&id(200)).await.unwrap().is_none(), "a key that is not durable was handed out");
    assert!(stand.vault.create(&[]).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_batch_is_read_at_once_and_stays_at_hand() {
    let (stand, _) = Stand::with_family().await;
    let many: Vec<NewKey> = (10..210).map(|number| new(number, ACCOUNT)).collect();
    stand.vault.create(&many).await.unwrap();
    let ids: Vec<KeyId> = many.iter().map(|key| key.id).collect();

    let fresh = stand.restarted(2).await;
    let reads = fresh.store.reads();
    assert_eq!(fresh.vault.keys(&ids).await.unwrap().len(), 200);
    // The account's nodes and crown, the brand's crown, the topmost.
    assert_eq!(fresh.store.reads() - reads, 5, "one read for the leaves and one for each level above");
    assert_eq!(fresh.vault.keys(&ids).await.unwrap().len(), 200);
    assert_eq!(fresh.store.reads() - reads, 5, "read again although at hand");
    fresh.clock.advance(Span(CACHE_LIFE.0 + 1));
    assert_eq!(fresh.vault.keys(&ids).await.unwrap().len(), 200);
    assert_eq!(fresh.store.reads() - reads, 10, "held beyond its life");

    // Asked for together, in any order and twice, and with some that do not exist.
    let mixed = [id(LEAD), id(BRAND), id(LEAD), id(99), id(250), id(ACCOUNT)];
    let found = stand.restarted(3).await.vault.keys(&mixed).await.unwrap();
    let mut found: Vec<u8> = found.keys().map(|id| id[0]).collect();
    found.sort_unstable();
    assert_eq!(found, [BRAND, ACCOUNT, LEAD, 99]);
}

#[tokio::test]
async fn claim_f1_a_destroyed_key_opens_nothing_and_leaves_its_tag() {
    let (stand, keys) = Stand::with_family().await;
    let envelope = keys[2].seal(&PLACE, b"text", &SeededEntropy::new(1));
    let backup = Arc::new(stand.store.copy());
    let tag = stand.vault.erasure_tag(&id(LEAD)).await.unwrap().unwrap();

    let tags = stand.vault.destroy(&[id(LEAD), id(77)]).await.unwrap();
    assert_eq!(tags.into_iter().collect::<Vec<_>>(), [(id(LEAD), tag)]);
    assert!(!stand.store.key_ids().contains(&id(LEAD)));
    assert!(stand.vault.key(&id(LEAD)).await.unwrap().is_none(), "still in the cache");
    assert!(stand.restarted(2).await.vault.key(&id(LEAD)).await.unwrap().is_none());
    assert_eq!(stand.vault.erasure_tag(&id(LEAD)).await.unwrap(), None);
    assert!(stand.vault.destroy(&[id(LEAD)]).await.unwrap().is_empty(), "not safe to repeat");

    // No key that is left opens the row, nor does a new one with the same id.
    stand.vault.create(&[new(LEAD, ACCOUNT)]).await.unwrap();
    for key in stand.vault.keys(&[id(BRAND), id(ACCOUNT), id(LEAD)]).await.unwrap().values() {
        assert_eq!(key.open(&PLACE, &envelope).unwrap_err(), OpenError::Refused);
    }

    // Under a root that stays the same nothing more can be had: a copy made before opens with it.
    assert_eq!(stand.vault.strength(), Strength::Fixed);
    let old = open(&backup, 1, 3).await.unwrap();
    assert!(old.vault.key(&id(LEAD)).await.unwrap().unwrap().open(&PLACE, &envelope).is_ok());
    assert!(matches!(open(&backup, 2, 3).await, Err(VaultError::WrongRoot)));
}

#[tokio::test]
async fn claim_f1_destroying_an_account_takes_all_below_it_away_at_once() {
    let (stand, _) = Stand::with_family().await;
    stand.vault.create(&[new(4, BRAND)]).await.unwrap();
    stand.vault.destroy(&[id(ACCOUNT)]).await.unwrap();
    for vault in [&stand.vault, &stand.restarted(2).await.vault] {
        let found = vault.keys(&[id(BRAND), id(ACCOUNT), id(LEAD), id(4)]).await.unwrap();
        assert_eq!(found.len(), 2);
        assert!(found.contains_key(&id(BRAND)) && found.contains_key(&id(4)));
        assert!(matches!(vault.create(&[new(9, LEAD)]).await, Err(VaultError::NoParent(_))));
        // The leads' tags are logged later, from what is left.
        assert!(vault.erasure_tag(&id(LEAD)).await.unwrap().is_some());
    }
}

#[tokio::test]
async fn a_key_whose_destruction_failed_half_way_is_not_handed_out_again() {
    let (stand, _) = Stand::with_family().await;
    stand.store.fail_writes(true);
    assert!(matches!(stand.vault.destroy(&[id(ACCOUNT)]).await, Err(VaultError::Store(_))));
    assert!(stand.vault.keys(&[id(ACCOUNT), id(LEAD)]).await.unwrap().is_empty());
    stand.store.fail_writes(false);
    assert_eq!(stand.vault.destroy(&[id(ACCOUNT)]).await.unwrap().len(), 1);
    assert!(stand.vault.keys(&[id(ACCOUNT), id(LEAD)]).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_damaged_or_exchanged_key_never_passes_for_an_erased_one() {
    let (stand, _) = Stand::with_family().await;
    stand.vault.create(&[new(4, ACCOUNT)]).await.unwrap();
    let other = stand.store.get(&[id(4)]).await.unwrap().remove(0);
    let top = stand.store.get(&[id(BRAND)]).await.unwrap().remove(0);
    let damages: [&dyn Fn(&mut WrappedKey); 5] = [
        &|row| row.wrapped[50] ^= 1,
        &|row| row.wrapped.clear(),
        &|row| row.erasure_tag.as_mut().unwrap()[0] ^= 1,
        &|row| row.node = top.node,
        &|row| row.wrapped.clone_from(&other.wrapped),
    ];
    for damage in damages {
        let store = Arc::new(stand.store.copy());
        store.tamper(&id(LEAD), damage);
        let stand = open(&store, 1, 2).await.unwrap();
        let error = stand.vault.keys(&[id(LEAD)]).await.unwrap_err();
        assert!(matches!(error, VaultError::DamagedKey(key) if key == id(LEAD)));
        assert!(error.to_string().contains("restore the key store"));
    }
}

#[tokio::test]
async fn a_ring_of_nodes_ends_in_an_error() {
    let (stand, _) = Stand::with_family().await;
    let lead = stand.store.get(&[id(LEAD)]).await.unwrap().remove(0);
    let brand = stand.store.get(&[id(BRAND)]).await.unwrap().remove(0);
    stand.store.tamper(&brand.node, |row| row.node = lead.node);
    let fresh = stand.restarted(2).await;
    assert!(matches!(fresh.vault.keys(&[id(LEAD)]).await, Err(VaultError::DamagedKey(_))));
}

#[tokio::test]
async fn a_key_read_before_a_destruction_is_not_taken_in_after_it() {
    let (stand, _) = Stand::with_family().await;
    let store = Arc::new(Slow::new(&stand.store));
    let entropy = Arc::new(SeededEntropy::new(5));
    let vault = Vault::open(store.clone(), root(1), stand.clock.clone(), entropy).await.unwrap();
    let brand = [id(BRAND)];
    let destroy = async {
        store.has_read.acquire().await.unwrap().forget();
        let destroyed = vault.destroy(&brand).await.unwrap();
        store.go_on.add_permits(1);
        destroyed.len()
    };
    let (loaded, destroyed) = tokio::join!(vault.keys(&brand), destroy);
    assert_eq!((loaded.unwrap().len(), destroyed), (0, 1), "a key that was read before is handed out after");
    assert!(vault.keys(&brand).await.unwrap().is_empty(), "the cache holds a destroyed key");
}
