//! The account's archive: everything in it, nothing that must not be, whole or not at all.

use crate::home::{Home, find};
use engine::EngineError;
use engine::actions::archive::{Lock, begin};
use engine::archive::zip::{Limits, Reader};
use engine::archive::{Head, Readable};
use model::personal::Personal;
use sealed::{Identity, WorkFactor, decrypt_with_identity, decrypt_with_passphrase};
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::Read;
use std::sync::Arc;

pub const LIMITS: Limits = Limits { files: 1_000, one: 8 << 20, all: 64 << 20, swell: 100, free: 1 << 20 };

/// Pages that say how often they were asked for.
pub struct Plain;

impl Readable for Plain {
    fn index(&self, head: &Head, parts: u64) -> String {
        format!("{} pages, {parts} parts", head.pages.len())
    }

    fn leads(&self, number: u64, parts: u64, leads: &[Value]) -> String {
        format!("part {number} of {parts}: {}", leads.len())
    }

    fn columns(&self, names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }
}

/// What the archives here are for.
const WHY: &str = "to keep";

pub async fn taken(home: &Home, lock: Lock) -> Vec<u8> {
    let mut taking = begin(&home.engine, &home.actor(), lock, WHY, Arc::new(Plain)).await.unwrap();
    let mut file = Vec::new();
    while let Some(part) = taking.next(&home.engine).await.unwrap() {
        file.extend(part);
    }
    file
}

pub fn files(zip: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let mut reader = Reader::new(zip, LIMITS);
    let mut files = BTreeMap::new();
    while let Some((name, content)) = reader.next(|_| true).unwrap() {
        files.insert(name, content);
    }
    files
}

fn json(files: &BTreeMap<String, Vec<u8>>, name: &str) -> Value {
    serde_json::from_slice(&files[name]).unwrap()
}

#[tokio::test]
async fn claim_f1_the_archive_holds_the_account_its_work_and_its_leads_with_proofs_that_hold() {
    let home = Home::new().await;
    let lead = home.opt_in("psid-1", "My name is Zelda").await;
    home.opt_in("psid-2", "hello").await;
    home.settle().await;
    let files = files(&taken(&home, Lock::Nobody).await);
    assert_eq!(json(&files, "archive.json")["format"], "entente-archive/1");
    assert_eq!(json(&files, "account.json")["profile"]["name"], "Sample Owner");
    assert_eq!(json(&files, "account.json")["exports"][0]["form"], "archive");
    let leads = json(&files, "leads/00001.json");
    assert_eq!(leads["leads"].as_array().unwrap().len(), 2);
    assert_eq!(leads["leads"][0]["profile"]["psid"], "psid-1");
    assert_eq!(leads["leads"][0]["profile"]["given_name"], "Zelda");
    let table = String::from_utf8(files["leads.csv"].clone()).unwrap();
    assert!(table.contains("psid-2") && table.lines().count() == 3, "{table}");
    assert_eq!(files["index.html"], b"1 pages, 1 parts");
    let key = String::from_utf8(files["log-key.txt"].clone()).unwrap();
    let key = ledger::VerifyingKey::parse(key.trim()).unwrap();
    let proofs: Vec<_> = files.iter().filter(|(name, _)| name.starts_with("proofs/")).collect();
    assert!(proofs.iter().any(|(name, _)| name.contains(&lead.to_string())));
    for (name, proof) in &proofs {
        let verified = ledger::proof::verify(proof, &key, &[]).unwrap();
        assert_eq!(verified.record["event"], "opt_in", "{name}");
    }
    assert!(proofs.len() >= 4, "a start and a Yes of each: {}", proofs.len());
    let all: Vec<(String, Vec<u8>)> = files.into_iter().collect();
    assert_eq!(find(&all, b"EAAtoken"), None, "a page's token never leaves");
}

#[tokio::test]
async fn claim_f1_an_encrypted_archive_opens_with_its_passphrase_or_key_only() {
    let home = Home::new().await;
    home.opt_in("psid-1", "hello").await;
    home.settle().await;
    let word = "correct horse battery";
    let file = taken(&home, Lock::Passphrase(Personal::from(word))).await;
    assert_eq!(find(&[("file".to_owned(), file.clone())], b"psid-1"), None);
    let mut zip = Vec::new();
    decrypt_with_passphrase(file.as_slice(), word, WorkFactor::AGE).unwrap().read_to_end(&mut zip).unwrap();
    assert!(files(&zip).contains_key("leads/00001.json"));

    let identity = Identity::generate(|bytes| bytes.fill(9));
    let file = taken(&home, Lock::Key(identity.recipient().to_string())).await;
    let mut zip = Vec::new();
    decrypt_with_identity(file.as_slice(), &identity).unwrap().read_to_end(&mut zip).unwrap();
    assert!(files(&zip).contains_key("leads/00001.json"));

    for lock in [Lock::Passphrase(Personal::from("short")), Lock::Key("age1nothing".to_owned())] {
        let refused = begin(&home.engine, &home.actor(), lock, WHY, Arc::new(Plain)).await;
        assert!(matches!(refused, Err(EngineError::Invalid { .. })));
    }
    let silent = begin(&home.engine, &home.actor(), Lock::Nobody, " ", Arc::new(Plain)).await;
    assert!(matches!(silent, Err(EngineError::Invalid { field: "why", .. })), "leads can read what for");
}

#[tokio::test]
async fn claim_a3_each_archive_is_written_down_and_one_broken_off_says_so_and_is_none() {
    let home = Home::new().await;
    home.opt_in("psid-1", "hello").await;
    home.settle().await;
    let whole = taken(&home, Lock::Nobody).await;
    home.clock.advance(model::time::Span::secs(1));
    let mut taking = begin(&home.engine, &home.actor(), Lock::Nobody, WHY, Arc::new(Plain)).await.unwrap();
    let part = taking.next(&home.engine).await.unwrap().unwrap();
    drop(taking);
    let entries = engine::views::exports::newest(&home.engine, &home.actor(), None, 9).await.unwrap();
    let told: Vec<_> = entries.iter().map(|e| (e.form.as_str(), e.finished_at.is_some(), e.leads)).collect();
    assert_eq!(told, [("archive", false, 1), ("archive", true, 1)]);
    for cut in [part.as_slice(), &whole[..whole.len() - 1], &whole[..whole.len() / 2]] {
        let mut reader = Reader::new(cut, LIMITS);
        let end = loop {
            match reader.next(|_| true) {
                Ok(Some(_)) => {}
                other => break other,
            }
        };
        assert!(end.is_err());
    }
}

#[tokio::test]
async fn claim_f1_whatever_the_data_map_holds_of_an_account_or_a_lead_is_in_the_archive_or_named() {
    use engine::archive::held::{HELD, Held, LEFT};
    use model::datamap::Subject;
    let declared = store::declarations(store::Schema::Data);
    let about = |item: &model::datamap::Item| matches!(item.subject, Subject::Account | Subject::Lead);
    let places: Vec<&str> =
        declared.iter().filter(|d| d.items.iter().any(about)).map(|declaration| declaration.place).collect();
    for place in &places {
        assert!(HELD.iter().any(|(held, _)| held == place), "`{place}` is about people: say where it is");
    }
    for (place, _) in HELD {
        assert!(declared.iter().any(|d| d.place == place), "`{place}` is no table");
    }
    for (place, item, why) in LEFT {
        let named = declared.iter().find(|d| d.place == place).unwrap().items.iter().any(|i| i.name == item);
        assert!(named && !why.is_empty(), "{place}.{item}");
    }
    let (_, file) = crate::import::full().await;
    let home = Home::new().await;
    crate::import::brought(&home, &home.actor(), file, "").await.unwrap();
    // With a lead who came back and one who did not: the history of one, the records of the other.
    let (_, fresh) = crate::import::full().await;
    let all = [files(&taken(&home, Lock::Nobody).await), files(&fresh)];
    for (place, held) in HELD {
        if let Held::In(file, pointer) = held {
            let found = all.iter().any(|files| {
                files.contains_key(file)
                    && json(files, file).pointer(pointer).is_some_and(|found| !found.is_null())
            });
            assert!(found, "{place} is not at {pointer} of {file}");
        }
    }
}
