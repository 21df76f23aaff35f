//! The log: every commitment once, proofs for strangers, no way back.

use crate::home::{Home, find};
use engine::{EngineError, views};
use ledger::{VerifyingKey, proof};
use model::entropy::random;
use std::collections::BTreeSet;
use store::tables::ledger as table;
use testkit::SeededEntropy;

fn key(home: &Home) -> VerifyingKey {
    VerifyingKey::parse(&views::log::key(&home.engine)).unwrap()
}

#[tokio::test]
async fn claim_b2_a_proof_of_an_opt_in_verifies_with_nothing_but_file_and_key() {
    let home = Home::new().await;
    let lead = home.opt_in("5550001", "hello").await;
    let file = views::leads::proof(&home.engine, &home.actor(), lead, None).await.unwrap();
    let key = key(&home);
    drop(home);

    let verified = proof::verify(&file, &key, &[]).unwrap();
    let record = &verified.record;
    assert_eq!((record["event"].as_str(), record["how"].as_str()), (Some("opt_in"), Some("confirmed")));
    assert_eq!(record["person"], "5550001");
    assert!(record["shown"]["text"].as_str().unwrap().contains("offers"));
    assert_eq!(record["shown"]["answered"], "Yes, please");
    assert_eq!(record["source"]["kind"], "signed_delivery");

    // Another log's key, or any byte of the file changed: it does not hold.
    let other = ledger::SigningKey::from_seed(&[5; 32], key.name()).unwrap().verifying_key();
    assert!(proof::verify(&file, &other, &[]).is_err());
    for at in (0..file.len()).step_by(7) {
        for flip in [0x01, 0x20] {
            let mut changed = file.clone();
            changed[at] ^= flip;
            assert!(proof::verify(&changed, &key, &[]).is_err(), "byte {at}, {:?}", char::from(file[at]));
        }
    }
}

store::statements! { MOVE_AWAY = "UPDATE consent_leaf SET leaf_index = 1000"; }

#[tokio::test]
async fn a_proof_is_not_given_before_its_checkpoint() {
    let home = Home::new().await;
    let lead = home.opt_in("5550001", "hello").await;
    home.write("5550001", "stop").await;
    home.settle().await;
    let about = views::leads::get(&home.engine, &home.actor(), lead).await.unwrap();
    let newest = about.consents.last().map(|event| event.id);
    assert!(views::leads::proof(&home.engine, &home.actor(), lead, newest).await.is_ok());
    home.data.write("beyond_the_checkpoint", |tx| tx.execute(&MOVE_AWAY, &[])).await.unwrap();
    let early = views::leads::proof(&home.engine, &home.actor(), lead, newest).await;
    assert!(matches!(early, Err(EngineError::NotYet(_))));
}

#[tokio::test]
async fn claim_f2_the_export_holds_everything_and_the_files_none_of_it_readable() {
    let home = Home::new().await;
    let lead = home.opt_in("5550001777", "my name is Zebulonia").await;
    let export = views::leads::export(&home.engine, &home.actor(), lead).await.unwrap();
    let export: serde_json::Value = serde_json::from_slice(&export).unwrap();
    assert_eq!(export["profile"]["psid"], "5550001777");
    assert_eq!(export["profile"]["given_name"], "Zebulonia");
    assert_eq!(export["consent_events"].as_array().unwrap().len(), 2);
    assert!(export["consent_events"][1]["record"]["shown"]["text"].is_string());
    for secret in ["5550001777", "Zebulonia"] {
        assert_eq!(find(&home.content().await, secret.as_bytes()), None);
    }
}

pub async fn pend(home: &Home, seed: u64, count: usize) -> Vec<[u8; 32]> {
    let entropy = SeededEntropy::new(seed);
    let leaves: Vec<table::PendingLeaf> = (0..count)
        .map(|_| table::PendingLeaf { id: random(&entropy), commitment: random(&entropy), consent: None })
        .collect();
    let commitments = leaves.iter().map(|leaf| leaf.commitment).collect();
    home.data.write("pend", move |tx| table::insert_pending(tx, &leaves)).await.unwrap();
    commitments
}

/// The leaf hashes as they are stored, in order.
async fn stored(home: &Home) -> Vec<[u8; 32]> {
    let read = |tx: &store::Tx<'_>| {
        let mut hashes = Vec::new();
        for index in 0.. {
            let Some(tile) = table::tile(tx, 0, index)? else { break };
            hashes.extend(tile.chunks_exact(32).map(|hash| <[u8; 32]>::try_from(hash).unwrap()));
        }
        Ok::<_, store::StoreError>(hashes)
    };
    home.data.read("leaves", read).await.unwrap()
}

/// The leaves that are there before a test adds any: what making the account left in the audit.
async fn begun(home: &Home) -> Vec<[u8; 32]> {
    home.engine.checkpoint().await.unwrap();
    stored(home).await
}

#[tokio::test]
async fn claim_b2_every_commitment_becomes_one_leaf_however_often_and_by_whom_it_is_sequenced() {
    let home = Home::new().await;
    let another = home.another().await.unwrap();
    let mut all: BTreeSet<_> = begun(&home).await.into_iter().collect();
    let size = 9_303 + all.len();
    for (seed, count) in [(100, 1), (101, 300), (102, 9_000), (103, 2)] {
        all.extend(pend(&home, seed, count).await.iter().map(|c| ledger::leaf(c).0));
        let results = tokio::join!(
            home.engine.checkpoint(),
            another.checkpoint(),
            home.engine.checkpoint(),
            another.checkpoint()
        );
        assert!(results.0.is_ok() && results.1.is_ok() && results.2.is_ok() && results.3.is_ok());
    }
    let stored = stored(&home).await;
    assert_eq!(stored.len(), size);
    assert_eq!(stored.into_iter().collect::<BTreeSet<_>>(), all);
    assert_eq!(home.data.read("count", table::count_pending).await.unwrap(), 0);
    let report = views::log::check(&home.data, &key(&home)).await.unwrap();
    let size = u64::try_from(size).unwrap();
    assert_eq!((report.size, report.checkpoint_size), (size, size));
}

#[tokio::test]
async fn the_log_goes_on_where_it_stopped() {
    let home = Home::new().await;
    let own = u64::try_from(begun(&home).await.len()).unwrap();
    pend(&home, 100, 700).await;
    home.engine.checkpoint().await.unwrap();
    let home = home.restart(|_| ()).await.unwrap();
    pend(&home, 101, 700).await;
    home.engine.checkpoint().await.unwrap();
    assert_eq!(views::log::check(&home.data, &key(&home)).await.unwrap().size, own + 1_400);
}

#[tokio::test]
async fn an_older_copy_of_the_data_is_refused() {
    if crate::home::are_no_files() {
        return;
    }
    let home = Home::new().await;
    let remembered = format!("{} were remembered", begun(&home).await.len() + 20);
    pend(&home, 100, 10).await;
    home.engine.checkpoint().await.unwrap();
    let mut copy = Vec::new();
    let home = home.restart(|dir| copy = std::fs::read(dir.join("data.db")).unwrap()).await.unwrap();
    pend(&home, 101, 10).await;
    home.engine.checkpoint().await.unwrap();
    match home.restart(|dir| std::fs::write(dir.join("data.db"), &copy).unwrap()).await {
        Err(EngineError::Log(problem)) => assert!(problem.contains(&remembered), "{problem}"),
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("an old copy was taken for the newest"),
    }
}

#[tokio::test]
async fn a_log_that_was_begun_anew_is_refused() {
    if crate::home::are_no_files() {
        return;
    }
    let home = Home::new().await;
    let mut fresh = Vec::new();
    let home = home.restart(|dir| fresh = std::fs::read(dir.join("data.db")).unwrap()).await.unwrap();
    pend(&home, 100, 10).await;
    home.engine.checkpoint().await.unwrap();
    // The same number of leaves and more, honestly signed, but others.
    let mut forked = Vec::new();
    let mut remembering = Vec::new();
    let home = home
        .restart(|dir| {
            remembering = std::fs::read(dir.join("keys.db")).unwrap();
            std::fs::write(dir.join("data.db"), &fresh).unwrap();
        })
        .await;
    assert!(matches!(home, Err(EngineError::Log(_))), "an emptied log");
    let home = Home::new().await;
    pend(&home, 200, 20).await;
    home.engine.checkpoint().await.unwrap();
    let home = home.restart(|dir| forked = std::fs::read(dir.join("data.db")).unwrap()).await.unwrap();
    let home = home
        .restart(|dir| {
            std::fs::write(dir.join("keys.db"), &remembering).unwrap();
            std::fs::write(dir.join("data.db"), &forked).unwrap();
        })
        .await;
    match home {
        Err(EngineError::Log(problem)) => assert!(problem.contains("replaced"), "{problem}"),
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("a forked log was taken for ours"),
    }
}

#[tokio::test]
async fn the_check_finds_a_changed_leaf_and_names_a_changed_tile_above() {
    for (level, index, named) in [(0, 1, "entries do not have the root"), (1, 0, "tile 1/0")] {
        let home = Home::new().await;
        pend(&home, 100, 600).await;
        home.engine.checkpoint().await.unwrap();
        let tamper = move |tx: &store::Tx<'_>| {
            let mut tile = table::tile(tx, level, index)?.unwrap();
            tile[40] ^= 1;
            table::set_tile(tx, level, index, &tile)
        };
        home.data.write("tamper", tamper).await.unwrap();
        match views::log::check(&home.data, &key(&home)).await {
            Err(EngineError::Log(problem)) => assert!(problem.contains(named), "{problem}"),
            other => panic!("{:?}", other.map(drop)),
        }
    }
}
