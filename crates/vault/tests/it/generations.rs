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

async fn look(vault: &Vault) -> LookupKeys {
    vault.lookup(BRAND_ID).await.unwrap()
}

async fn announce(vault: &Vault) -> bool {
    vault.announce_lookup(BRAND_ID, &look(vault).await).await.unwrap()
}

async fn write_next(vault: &Vault, now: Timestamp) -> bool {
    vault.write_next_lookup(BRAND_ID, &look(vault).await, now).await.unwrap()
}

async fn note_told(vault: &Vault, now: Timestamp) -> bool {
    vault.note_lookup_told(BRAND_ID, &look(vault).await, now).await.unwrap()
}

async fn drop_previous(vault: &Vault, now: Timestamp) -> bool {
    vault.drop_previous_lookup(BRAND_ID, &look(vault).await, || now).await.unwrap()
}

async fn step(vault: &Vault, now: Timestamp) -> LookupStep {
    let is_taken = match look(vault).await.step {
        LookupStep::Settled => announce(vault).await,
        LookupStep::Announced => write_next(vault, now).await,
        LookupStep::Writing => drop_previous(vault, Timestamp(9)).await,
    };
    assert!(is_taken);
    look(vault).await.step
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
    let first = written(&look(vault).await);
    assert!(!write_next(vault, now).await && !drop_previous(vault, Timestamp(9)).await);
    assert_eq!(written(&look(vault).await), first, "nothing was announced");
    for is_first in [true, false] {
        assert_eq!(announce(vault).await, is_first);
        assert!(!drop_previous(vault, Timestamp(9)).await);
        let keys = look(vault).await;
        assert_eq!((keys.step, written(&keys), keys.told_at), (LookupStep::Announced, first, None));
    }
    assert!(note_told(vault, now).await);
    assert_eq!(look(vault).await.told_at, Some(now));
    for is_first in [true, false] {
        assert_eq!(write_next(vault, now).await, is_first);
        assert!(!announce(vault).await);
        let keys = look(vault).await;
        assert_eq!((keys.step, keys.written_since, keys.told_at), (LookupStep::Writing, now, None));
    }
    for is_first in [true, false] {
        assert_eq!(drop_previous(vault, Timestamp(9)).await, is_first);
        let keys = look(vault).await;
        assert_eq!((keys.step, keys.other.is_none(), keys.written_since), (LookupStep::Settled, true, now));
    }
}

/// Whoever decided by what is over by now takes no step, whichever it would be, and says nobody was told of another.
#[tokio::test]
async fn claim_f1_a_step_is_taken_from_the_very_one_that_was_seen() {
    let (stand, _) = Stand::with_family().await;
    let vault = &stand.vault;
    let mut seen = Vec::new();
    for round in 0..7 {
        seen.push(look(vault).await);
        step(vault, Timestamp(round)).await;
        let now = look(vault).await;
        for old in &seen {
            assert!(!vault.announce_lookup(BRAND_ID, old).await.unwrap());
            assert!(!vault.write_next_lookup(BRAND_ID, old, Timestamp(99)).await.unwrap());
            assert!(!vault.note_lookup_told(BRAND_ID, old, Timestamp(99)).await.unwrap());
            assert!(!vault.drop_previous_lookup(BRAND_ID, old, || Timestamp(99)).await.unwrap());
        }
        let still = look(vault).await;
        assert_eq!((still.step, still.in_force.0, still.told_at), (now.step, now.in_force.0, None));
        assert_eq!(looked_for(&still), looked_for(&now));
        assert_eq!(still.written_since, now.written_since);
    }
}

#[tokio::test]
async fn claim_f1_of_each_key_that_went_the_time_is_remembered() {
    let (stand, _) = Stand::with_family().await;
    let vault = &stand.vault;
    for (written, gone) in [(10, 12), (20, 25), (30, 31)] {
        assert!(announce(vault).await && write_next(vault, Timestamp(written)).await);
        assert!(note_told(vault, Timestamp(written)).await);
        assert_eq!(look(vault).await.gone_at(Timestamp(written - 1)), None);
        assert!(drop_previous(vault, Timestamp(gone)).await);
    }
    let keys = look(&stand.restarted(2).await.vault).await;
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
