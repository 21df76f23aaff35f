//! A brand's look-up key changes in steps: who is one step behind is found and finds, a crash anywhere is gone
//! on from, and the old key is gone from older copies of the key store too.

use crate::files::{Thief, open, root_file};
use crate::{ACCOUNT, BRAND, Stand, id, new};
use model::id::BrandId;
use model::time::{Clock, Timestamp};
use std::collections::HashSet;
use vault::{LookupKeys, LookupStep, RootSource, Vault, VaultError};

const BRAND_ID: BrandId = BrandId(id(BRAND));

fn written(keys: &LookupKeys) -> [u8; 32] {
    keys.in_force.1.mac("lead", &[b"page", b"123"])
}

/// All under which somebody is looked for.
fn looked_for(keys: &LookupKeys) -> HashSet<[u8; 32]> {
    let other = keys.other.as_ref().map(|(_, key)| key.mac("lead", &[b"page", b"123"]));
    other.into_iter().chain([written(keys)]).collect()
}

async fn step(vault: &Vault, now: Timestamp) -> LookupStep {
    match vault.lookup(BRAND_ID).await.unwrap().step {
        LookupStep::Settled => vault.announce_lookup(BRAND_ID).await.unwrap(),
        LookupStep::Announced => vault.write_next_lookup(BRAND_ID, now).await.unwrap(),
        LookupStep::Writing => vault.drop_previous_lookup(BRAND_ID, || Timestamp(9)).await.unwrap(),
    }
    vault.lookup(BRAND_ID).await.unwrap().step
}

#[tokio::test]
async fn whoever_is_one_step_behind_finds_what_the_others_write_and_they_find_theirs() {
    let (stand, _) = Stand::with_family().await;
    let mut seen = Vec::new();
    let mut behind = stand.vault.lookup(BRAND_ID).await.unwrap();
    for round in 0..7_u8 {
        let now = step(&stand.vault, stand.clock.now()).await;
        // Another program that starts now sees the same.
        let ahead = stand.restarted(u64::from(round) + 2).await.vault.lookup(BRAND_ID).await.unwrap();
        assert_eq!(ahead.step, now);
        assert_eq!(looked_for(&ahead), looked_for(&stand.vault.lookup(BRAND_ID).await.unwrap()));
        // What lies under the key that was destroyed is made again before.
        if now != LookupStep::Settled {
            assert!(looked_for(&ahead).contains(&written(&behind)), "{now:?}");
        }
        assert!(looked_for(&behind).contains(&written(&ahead)), "{now:?}");
        seen.push((now, ahead.in_force.0));
        behind = ahead;
    }
    let (announced, writing, settled) = (LookupStep::Announced, LookupStep::Writing, LookupStep::Settled);
    assert_eq!(
        seen,
        [
            (announced, 0),
            (writing, 1),
            (settled, 1),
            (announced, 1),
            (writing, 2),
            (settled, 2),
            (announced, 2)
        ]
    );
}

#[tokio::test]
async fn a_step_is_taken_once_and_in_its_turn_only() {
    let (stand, _) = Stand::with_family().await;
    let (vault, now) = (&stand.vault, stand.clock.now());
    let first = written(&vault.lookup(BRAND_ID).await.unwrap());
    vault.write_next_lookup(BRAND_ID, now).await.unwrap();
    vault.drop_previous_lookup(BRAND_ID, || Timestamp(9)).await.unwrap();
    assert_eq!(written(&vault.lookup(BRAND_ID).await.unwrap()), first, "nothing was announced");
    for _ in 0..2 {
        vault.announce_lookup(BRAND_ID).await.unwrap();
        vault.drop_previous_lookup(BRAND_ID, || Timestamp(9)).await.unwrap();
        let keys = vault.lookup(BRAND_ID).await.unwrap();
        assert_eq!((keys.step, written(&keys), keys.told_at), (LookupStep::Announced, first, None));
    }
    vault.note_lookup_told(BRAND_ID, now).await.unwrap();
    assert_eq!(vault.lookup(BRAND_ID).await.unwrap().told_at, Some(now));
    for _ in 0..2 {
        vault.write_next_lookup(BRAND_ID, now).await.unwrap();
        vault.announce_lookup(BRAND_ID).await.unwrap();
        let keys = vault.lookup(BRAND_ID).await.unwrap();
        assert_eq!((keys.step, keys.written_since, keys.told_at), (LookupStep::Writing, now, None));
    }
    for _ in 0..2 {
        vault.drop_previous_lookup(BRAND_ID, || Timestamp(9)).await.unwrap();
        let keys = vault.lookup(BRAND_ID).await.unwrap();
        assert_eq!((keys.step, keys.other.is_none(), keys.written_since), (LookupStep::Settled, true, now));
    }
}

#[tokio::test]
async fn claim_f1_of_each_key_that_went_the_time_is_remembered() {
    let (stand, _) = Stand::with_family().await;
    let vault = &stand.vault;
    for (written, gone) in [(10, 12), (20, 25), (30, 31)] {
        vault.announce_lookup(BRAND_ID).await.unwrap();
        vault.write_next_lookup(BRAND_ID, Timestamp(written)).await.unwrap();
        vault.note_lookup_told(BRAND_ID, Timestamp(written)).await.unwrap();
        assert_eq!(vault.lookup(BRAND_ID).await.unwrap().gone_at(Timestamp(written - 1)), None);
        vault.drop_previous_lookup(BRAND_ID, || Timestamp(gone)).await.unwrap();
    }
    let keys = stand.restarted(2).await.vault.lookup(BRAND_ID).await.unwrap();
    for (until, gone) in [(9, Some(12)), (10, Some(25)), (19, Some(25)), (29, Some(31)), (30, None)] {
        assert_eq!(keys.gone_at(Timestamp(until)), gone.map(Timestamp), "{until}");
    }
}

#[tokio::test]
async fn claim_f1_a_changed_look_up_key_goes_with_its_brand_too() {
    let (stand, _) = Stand::with_family().await;
    for _ in 0..2 {
        step(&stand.vault, stand.clock.now()).await;
    }
    stand.vault.destroy(&[id(BRAND)]).await.unwrap();
    for vault in [&stand.vault, &stand.restarted(2).await.vault] {
        assert!(matches!(vault.lookup(BRAND_ID).await, Err(VaultError::NoParent(_))));
    }
}

#[tokio::test]
async fn claim_f1_no_older_copy_of_the_key_store_gives_the_old_look_up_key_to_todays_root() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path();
    let today = || root_file(folder).read().unwrap().roots.remove(0);
    let vault = open(folder, root_file(folder), 1).await.unwrap();
    vault.create(&[new(BRAND, 0), new(ACCOUNT, BRAND)]).await.unwrap();
    let old = written(&vault.lookup(BRAND_ID).await.unwrap());
    let mut thief = Thief::default();
    thief.look(folder);
    for done in [LookupStep::Announced, LookupStep::Writing, LookupStep::Settled] {
        // Until the end the key is there, to be found: or else this test could not fail.
        assert!(thief.looks_for(BRAND_ID, &today(), looked_for).await.contains(&old), "before {done:?}");
        assert_eq!(step(&vault, Timestamp(7)).await, done);
        thief.look(folder);
    }
    assert!(!thief.looks_for(BRAND_ID, &today(), looked_for).await.contains(&old));
    assert!(!looked_for(&vault.lookup(BRAND_ID).await.unwrap()).contains(&old));
}
