//! The game of unlinkability (claims F1, B2): two people agreed, in an order that a coin decides, and both were
//! erased. Whoever has the log, the files of every backup of the data, today's keys, and even the exact words of
//! both records, cannot tell whose leaf is whose; of somebody who lives they can.
//!
//! What such a player cannot be kept from: the rows of an old backup say at which time each leaf's event
//! happened. Who knows from elsewhere when a person agreed knows their leaf; the game gives no times.

use crate::databases::{Databases, On, on_both};
use crate::home::{Home, Setup};
use crate::installation::{keyed, root};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use ledger::{Hash, commit, leaf};
use model::id::LeadId;
use simulator::Psid;
use std::collections::BTreeSet;
use store::{Database, Row, StoreError, statements};
use testkit::{SeededEntropy, short_or_long};

statements! {
    TILES = "SELECT hashes FROM ledger_tile WHERE level = 0 ORDER BY idx";
}

/// Of a commitment.
const KEY: usize = 64;

/// What is known of one of the people: their record, word for word, and where it lies in the log.
struct Known {
    record: Vec<u8>,
    index: usize,
}

async fn known(home: &Home, lead: LeadId) -> Known {
    let (status, file) =
        home.site.try_call("GET", &format!("/api/v1/leads/{lead}/proof"), None).await.unwrap();
    assert_eq!(status, 200);
    let file: serde_json::Value = serde_json::from_slice(&file).unwrap();
    let index = file["proof"].as_str().unwrap().lines().find_map(|line| line.strip_prefix("index "));
    Known {
        record: BASE64_STANDARD.decode(file["record"].as_str().unwrap()).unwrap(),
        index: index.unwrap().parse().unwrap(),
    }
}

/// The log's leaves, as everybody may fetch them.
async fn log(databases: &Databases) -> Vec<Hash> {
    let read = |tx: &store::Tx<'_>| {
        let rows: Vec<Row> = tx.query(&TILES, &[])?;
        let tiles: Result<Vec<_>, StoreError> =
            rows.iter().map(|row| row.bytes(0).map(<[u8]>::to_vec)).collect();
        tiles
    };
    let tiles = Database::peek(&databases.urls[0], "tiles", read).await.unwrap().concat();
    tiles.chunks(32).map(|hash| Hash(hash.try_into().unwrap())).collect()
}

/// The leaves that a record comes to with any 64 bytes that stand somewhere in these texts.
fn recomputed(texts: &[Vec<u8>], record: &[u8], log: &[Hash]) -> BTreeSet<usize> {
    // No random key is half zeros, and a database's files are full of them.
    let is_random = |key: &&[u8]| key.iter().filter(|byte| **byte == 0).count() < KEY / 2;
    let keys = texts.iter().flat_map(|text| text.windows(KEY)).filter(is_random);
    let leaves = keys.map(|key| leaf(&commit(key.try_into().unwrap(), record)));
    leaves.filter_map(|leaf| log.iter().position(|hash| *hash == leaf)).collect()
}

/// How often each way of guessing was right.
#[derive(Debug, Default)]
struct Right {
    by_value: u32,
    by_place: u32,
}

async fn play(on: On, seed: u64, right: &mut Right) {
    let home = Home::new(Setup { on, seed, ..Setup::default() }).await;
    let people: Vec<Psid> = home.people(0, 4);
    home.start_all(&people).await;
    // The coin: which of the two agrees first. The others agree before and after.
    let mut coin = [0_u8];
    model::entropy::Entropy::fill(&SeededEntropy::new(seed ^ 0x5eed), &mut coin);
    let (one, two) = if coin[0].is_multiple_of(2) { (people[1], people[2]) } else { (people[2], people[1]) };
    for person in [people[0], one, two, people[3]] {
        home.agree_all(&[person]).await;
    }
    let leads = home.leads_of().await;
    let mut record = Vec::new();
    for person in &people {
        record.push(known(&home, leads[person]).await);
    }
    let databases = &home.databases;
    let backup = (databases.envelopes().await, databases.content(home.folder.path()).await);
    for person in [people[1], people[2]] {
        home.site.call("DELETE", &format!("/api/v1/leads/{}", leads[&person]), None).await;
    }
    home.settle().await;

    let log = log(databases).await;
    // Whatever lies there and opens: the backup's data and today's, today's keys.
    let opened = vault::thief::opened(&root(home.folder.path()), &databases.wrapped().await);
    let mut texts = Vec::new();
    for envelopes in [&backup.0, &databases.envelopes().await] {
        texts.extend(keyed(envelopes, &opened).into_iter().map(|(_, text)| text));
    }
    let today = databases.content(home.folder.path()).await;
    let raw: Vec<Vec<u8>> = backup.1.into_iter().chain(today).map(|(_, bytes)| bytes).collect();
    for (at, known) in record.iter().enumerate() {
        let found = recomputed(&texts, &known.record, &log);
        let expected = if at == 0 || at == 3 { BTreeSet::from([known.index]) } else { BTreeSet::new() };
        assert_eq!(found, expected, "seed {seed}: the leaves of person {at}");
    }
    // The bytes as they lie there are many: in the short form once.
    if seed == 1 || short_or_long(false, true) {
        for erased in &record[1..3] {
            assert_eq!(recomputed(&raw, &erased.record, &log), BTreeSet::new(), "seed {seed}");
        }
    }

    // What is left is to guess: is the smaller number's leaf the smaller, or the earlier?
    let (first, second) = (&record[1], &record[2]);
    right.by_value += u32::from(log[first.index].0 < log[second.index].0);
    right.by_place += u32::from(first.index < second.index);
    home.close().await;
}

async fn claim_f1_claim_b2_nobody_can_tell_whose_leaf_was_whose_once_both_are_erased(on: On) {
    let games: u32 = short_or_long(8, 100);
    let mut right = Right::default();
    for seed in 1..=games {
        play(on, u64::from(seed), &mut right).await;
    }
    // Within four standard deviations of a coin's.
    let noise = 2.0 * f64::from(games).sqrt();
    for count in [right.by_value, right.by_place] {
        let off = (f64::from(count) - f64::from(games) / 2.0).abs();
        assert!(off <= noise, "{right:?} of {games} games: better than chance");
    }
}

on_both! {
    claim_f1_claim_b2_nobody_can_tell_whose_leaf_was_whose_once_both_are_erased,
}
