//! Look-ups, duplicates, secrets and remembered records.

use crate::slow::Slow;
use crate::{ACCOUNT, BRAND, LEAD, Stand, id, new, root, stand};
use model::id::BrandId;
use model::time::{Clock, Span, Timestamp};
use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use testkit::SeededEntropy;
use vault::{DUPLICATE_PERIOD, Place, Vault, VaultError};

const BRAND_ID: BrandId = BrandId(id(BRAND));

#[tokio::test]
async fn a_look_up_finds_the_same_value_of_the_same_brand_and_field_only() {
    let (stand, _) = Stand::with_family().await;
    stand.vault.create(&[new(9, 0)]).await.unwrap();
    let lookup = stand.vault.lookup(BRAND_ID).await.unwrap().in_force.1;
    let again = stand.restarted(2).await.vault.lookup(BRAND_ID).await.unwrap().in_force.1;
    let other = stand.vault.lookup(BrandId(id(9))).await.unwrap().in_force.1;
    let mac = lookup.mac("psid", &[b"page", b"123"]);
    assert_eq!(mac, again.mac("psid", &[b"page", b"123"]));
    assert_ne!(mac, other.mac("psid", &[b"page", b"123"]));
    assert_ne!(mac, lookup.mac("email", &[b"page", b"123"]));
    assert_ne!(mac, lookup.mac("psid", &[b"page1", b"23"]));
}

#[tokio::test]
async fn claim_f1_a_brand_s_look_up_key_goes_with_the_brand() {
    let (stand, _) = Stand::with_family().await;
    stand.vault.lookup(BRAND_ID).await.unwrap();
    stand.vault.destroy(&[id(BRAND)]).await.unwrap();
    for vault in [&stand.vault, &stand.restarted(2).await.vault] {
        assert!(matches!(vault.lookup(BRAND_ID).await, Err(VaultError::NoParent(_))));
    }
    assert!(matches!(stand.vault.lookup(BrandId(id(77))).await, Err(VaultError::NoParent(_))));
}

#[tokio::test]
async fn two_nodes_that_make_a_secret_at_the_same_moment_end_with_one() {
    let two = stand().await;
    let store = Arc::new(Slow::new(&two.store));
    let entropy = Arc::new(SeededEntropy::new(5));
    let one = Vault::open(store.clone(), root(1), two.clock.clone(), entropy).await.unwrap();
    // The first has seen that there is none when the second makes it.
    let second = async {
        store.has_read.acquire().await.unwrap().forget();
        let secret = two.vault.secret("log").await.unwrap();
        store.go_on.add_permits(1);
        secret
    };
    let (first, second) = tokio::join!(one.secret("log"), second);
    assert_eq!(first.unwrap(), second);
    assert_eq!(two.store.key_ids().len(), 1);
}

#[tokio::test]
async fn a_secret_stays_and_differs_by_name_and_installation() {
    let (one, two) = (stand().await, crate::open(&Default::default(), 1, 9).await.unwrap());
    let log = one.vault.secret("log").await.unwrap();
    assert_eq!(log, one.restarted(2).await.vault.secret("log").await.unwrap());
    assert_ne!(log, one.vault.secret("session").await.unwrap());
    assert_ne!(log, two.vault.secret("log").await.unwrap(), "follows from the root alone");
}

#[tokio::test]
async fn duplicates_are_recognised_for_a_full_period_and_then_no_more() {
    let stand = stand().await;
    let event: &[&[u8]] = &[b"page", b"messaging", b"hash"];
    let first = stand.vault.duplicates(stand.clock.now()).await.unwrap();
    assert!(first.previous.is_none());
    let mac = first.current.1.mac(event);
    let keys_before: HashSet<_> = stand.store.key_ids().into_iter().collect();
    let (writes, reads) = (stand.store.writes(), stand.store.reads());
    let same = stand.vault.duplicates(stand.clock.now()).await.unwrap();
    assert_eq!((same.current.0, same.current.1.mac(event)), (first.current.0, mac));
    assert_eq!((stand.store.writes(), stand.store.reads()), (writes, reads), "asks the store for each event");

    stand.clock.advance(DUPLICATE_PERIOD);
    for vault in [&stand.vault, &stand.restarted(2).await.vault] {
        let second = vault.duplicates(stand.clock.now()).await.unwrap();
        assert_eq!(second.current.0, first.current.0 + 1);
        assert_ne!(second.current.1.mac(event), mac);
        let (period, previous) = second.previous.unwrap();
        assert_eq!((period, previous.mac(event)), (first.current.0, mac));
    }

    stand.clock.advance(DUPLICATE_PERIOD);
    let third = stand.vault.duplicates(stand.clock.now()).await.unwrap();
    assert_ne!(third.previous.unwrap().1.mac(event), mac);
    let keys_after: HashSet<_> = stand.store.key_ids().into_iter().collect();
    assert!(keys_before.is_disjoint(&keys_after), "the oldest key was not destroyed");
    assert_eq!(keys_after.len(), 2);

    // After a long time off, everything from before goes.
    stand.clock.advance(Span(DUPLICATE_PERIOD.0 * 40));
    let late = stand.restarted(3).await;
    assert!(late.vault.duplicates(stand.clock.now()).await.unwrap().previous.is_none());
    assert_eq!(stand.store.key_ids().len(), 1);
}

#[tokio::test]
async fn of_two_nodes_that_list_their_periods_at_once_neither_drops_the_other_s_so_that_every_key_goes() {
    let two = stand().await;
    let store = Arc::new(Slow::new(&two.store));
    let entropy = Arc::new(SeededEntropy::new(5));
    let one = Vault::open(store.clone(), root(1), two.clock.clone(), entropy).await.unwrap();
    let period = two.clock.now().micros().div_euclid(DUPLICATE_PERIOD.0);
    let change = Timestamp((period + 1) * DUPLICATE_PERIOD.0);
    store.holds_commit.store(true, Ordering::SeqCst);
    // The first is about to write its list when the second, whose clock is ahead, has written its own.
    let second = async {
        store.has_read.acquire().await.unwrap().forget();
        two.vault.duplicates(change.plus(Span::secs(1))).await.unwrap();
        store.go_on.add_permits(1);
    };
    let (first, ()) = tokio::join!(one.duplicates(change.minus(Span::hours(1))), second);
    assert_eq!(first.unwrap().current.0, period);
    assert_eq!(two.store.key_ids().len(), 2);
    two.clock.advance(Span(DUPLICATE_PERIOD.0 * 40));
    two.restarted(3).await.vault.duplicates(two.clock.now()).await.unwrap();
    assert_eq!(two.store.key_ids().len(), 1, "a key lay outside the list");
}

#[tokio::test]
async fn near_a_change_of_period_what_a_node_whose_clock_is_ahead_wrote_is_recognised() {
    let stand = stand().await;
    let period = stand.clock.now().micros().div_euclid(DUPLICATE_PERIOD.0);
    let change = Timestamp((period + 1) * DUPLICATE_PERIOD.0);
    let event: &[&[u8]] = &[b"page", b"messaging", b"hash"];
    let (behind, ahead) = (stand.restarted(2).await.vault, stand.restarted(3).await.vault);
    assert!(behind.duplicates(change.minus(Span::minutes(6))).await.unwrap().next.is_none());
    let written = ahead.duplicates(change.plus(Span::secs(1))).await.unwrap().current;
    let looked = behind.duplicates(change.minus(Span::minutes(4))).await.unwrap();
    let (next, key) = looked.next.unwrap();
    assert_eq!((looked.current.0, next, key.mac(event)), (period, period + 1, written.1.mac(event)));
    assert_eq!(written.0, period + 1);
    let (writes, reads) = (stand.store.writes(), stand.store.reads());
    behind.duplicates(change.minus(Span::minutes(1))).await.unwrap();
    assert_eq!((stand.store.writes(), stand.store.reads()), (writes, reads), "asks the store for each event");
    // And what was written under the one before is looked for afterwards.
    let after = behind.duplicates(change).await.unwrap();
    assert_eq!(
        (after.current.0, after.previous.unwrap().1.mac(event)),
        (period + 1, looked.current.1.mac(event))
    );
    assert!(after.next.is_none());
}

#[tokio::test]
async fn a_clock_set_back_keeps_the_newer_duplicate_key() {
    let stand = stand().await;
    let now = stand.clock.now();
    let newer = stand.vault.duplicates(now).await.unwrap().current;
    let older = stand.vault.duplicates(now.minus(DUPLICATE_PERIOD)).await.unwrap().current;
    let back = stand.vault.duplicates(now).await.unwrap();
    assert_eq!((back.current.0, back.current.1.mac(&[])), (newer.0, newer.1.mac(&[])));
    assert_eq!(back.previous.unwrap().1.mac(&[]), older.1.mac(&[]));
}

#[tokio::test]
async fn a_record_is_recalled_as_remembered_and_not_under_another_name_or_changed() {
    let stand = stand().await;
    assert!(stand.vault.recall("ledger-head").await.unwrap().is_none());
    stand.vault.remember("ledger-head", b"12 abc").await.unwrap();
    stand.vault.remember("ledger-head", b"13 abd").await.unwrap();
    stand.vault.remember("other", b"1").await.unwrap();
    let fresh = stand.restarted(2).await;
    assert_eq!(*fresh.vault.recall("ledger-head").await.unwrap().unwrap(), *b"13 abd");

    let name = stand.store.record_names().into_iter().find(|name| name.contains("ledger-head")).unwrap();
    let other = stand.store.record_names().into_iter().find(|name| name.contains("other")).unwrap();
    let mut moved = Vec::new();
    stand.store.tamper_record(&other, |record| moved.clone_from(record));
    stand.store.tamper_record(&name, |record| *record = moved);
    assert!(matches!(fresh.vault.recall("ledger-head").await, Err(VaultError::DamagedRecord(_))));
    stand.store.tamper_record(&other, |record| record[20] ^= 1);
    assert!(matches!(fresh.vault.recall("other").await, Err(VaultError::DamagedRecord(_))));
}

#[tokio::test]
async fn the_key_store_shows_no_name_and_no_secret() {
    let (stand, keys) = Stand::with_family().await;
    let secret = stand.vault.secret("log").await.unwrap();
    stand.vault.remember("ledger-head", b"a remembered head").await.unwrap();
    let place = Place { brand: BRAND_ID, person: id(LEAD), table: "lead", row: [0; 16] };
    let envelope = keys[usize::from(ACCOUNT)].seal(&place, b"x", &SeededEntropy::new(1));
    for name in stand.store.record_names() {
        stand.store.tamper_record(&name, |record| {
            assert!(!record.windows(17).any(|part| part == b"a remembered head"));
            assert!(!record.windows(32).any(|part| part == secret.as_slice()));
        });
    }
    for key in stand.store.key_ids() {
        stand.store.tamper(&key, |row| {
            assert!(!row.wrapped.windows(32).any(|part| part == secret.as_slice()));
            assert!(!row.wrapped.windows(32).any(|part| envelope.windows(32).any(|seen| seen == part)));
        });
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_that_put_a_record_over_another_the_slower_does_not_undo_what_came_between() {
    let (stand, _) = Stand::with_family().await;
    let other = stand.restarted(2).await.vault;
    stand.vault.remember("head", b"1").await.unwrap();
    let (has_looked, looked) = std::sync::mpsc::channel();
    let (go_on, wait) = std::sync::mpsc::channel::<()>();
    let wait = std::sync::Mutex::new(wait);
    let slower = tokio::spawn(async move {
        let is_over = move |known: &[u8]| {
            let _ = has_looked.send(known.to_vec());
            // The second time nobody sends any more.
            let _ = wait.lock().unwrap().recv();
            known < b"2".as_slice()
        };
        other.remember_over("head", b"2", is_over).await
    });
    let first = tokio::task::spawn_blocking(move || (looked.recv().unwrap(), looked)).await.unwrap();
    assert_eq!(first.0, b"1");
    assert!(stand.vault.remember_over("head", b"3", |known| known < b"3".as_slice()).await.unwrap());
    drop((go_on.send(()), go_on));
    assert!(!slower.await.unwrap().unwrap(), "an older record was put over a newer one");
    assert_eq!(&*stand.vault.recall("head").await.unwrap().unwrap(), b"3");
    // What is not there yet is put there; what is not over stays.
    assert!(stand.vault.remember_over("another", b"1", |_| false).await.unwrap());
    assert!(!stand.vault.remember_over("another", b"2", |_| false).await.unwrap());
    // What is forgotten is not there, whether it was or not, and nothing else goes with it.
    for _ in 0..2 {
        stand.vault.forget("another").await.unwrap();
        assert!(stand.vault.recall("another").await.unwrap().is_none());
    }
    assert!(stand.vault.recall("head").await.unwrap().is_some());
}
