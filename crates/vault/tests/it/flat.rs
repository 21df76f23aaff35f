//! A key store of the time before the tree, as that version of the program wrote it (`flat.txt`): brand,
//! account and two leads, a key under the root, a lead whose parent was destroyed, a secret, a record.

use crate::crash::{Life, mortal};
use crate::files::{content, open, root_file};
use crate::{ACCOUNT, BRAND, LEAD, id, root};
use model::id::BrandId;
use model::ports::KeyId;
use std::path::Path;
use std::sync::Arc;
use store::{Database, Options, Schema, params, statements};
use testkit::{RealClock, SeededEntropy};
use vault::{Place, RootSource, Vault, VaultError};

statements! {
    KEY = "INSERT INTO key (id, parent, wrapped, erasure_tag, created_at) VALUES ($1, $2, $3, $4, $5)";
    RECORD = "INSERT INTO record (name, value) VALUES ($1, $2)";
    LEFT = "SELECT count(*) FROM flat_key";
}

const FIXTURE: &str = include_str!("flat.txt");

fn bytes(text: &str) -> Vec<u8> {
    text.as_bytes()
        .chunks(2)
        .map(|two| u8::from_str_radix(std::str::from_utf8(two).unwrap(), 16).unwrap())
        .collect()
}

/// The value of a line that begins with `name`.
fn given(name: &str) -> Vec<u8> {
    bytes(FIXTURE.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')).unwrap())
}

/// Files as the version before the tree left them.
async fn written_before(folder: &Path) {
    let url = format!("sqlite:{}", folder.join("keys.db").display());
    let first = &store::migrations(Schema::Keys)[..1];
    let db = Database::open_with(&url, Schema::Keys, first, Options::default()).await.unwrap();
    let (mut keys, mut records) = (Vec::new(), Vec::new());
    for line in FIXTURE.lines() {
        let parts: Vec<&str> = line.split(' ').collect();
        match *parts {
            ["key", id, parent, wrapped, tag, at] => {
                let parent = (parent != "-").then(|| bytes(parent));
                keys.push(params![bytes(id), parent, bytes(wrapped), bytes(tag), at.parse::<i64>().unwrap()]);
            }
            ["record", name, value] => records.push(params![name, bytes(value)]),
            _ => {}
        }
    }
    assert_eq!((keys.len(), records.len()), (7, 2));
    let write = move |tx: &store::Tx<'_>| {
        tx.execute_many(&KEY, &keys)?;
        tx.execute_many(&RECORD, &records)
    };
    db.write::<_, store::StoreError, _>("fixture", write).await.unwrap();
    let root = root(1).to_text();
    std::fs::write(folder.join("root.key"), root.as_bytes()).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let private = std::fs::Permissions::from_mode(0o600);
        std::fs::set_permissions(folder.join("root.key"), private).unwrap();
    }
}

async fn opens_as_before(vault: &Vault) {
    let place = Place { brand: BrandId(id(BRAND)), person: id(LEAD), table: "lead", row: [4; 16] };
    let key = vault.key(&id(LEAD)).await.unwrap().unwrap();
    assert_eq!(*key.open(&place, &given("row")).unwrap(), *b"text");
    assert_eq!(vault.secret("log").await.unwrap().to_vec(), given("secret"));
    assert_eq!(*vault.recall("head").await.unwrap().unwrap(), *b"12 abc");
    let all: Vec<KeyId> = (1..=7).map(id).collect();
    let mut found: Vec<u8> = vault.keys(&all).await.unwrap().keys().map(|id| id[0]).collect();
    found.sort_unstable();
    assert_eq!(found, [1, 2, 3, 4, 5], "one whose parent was destroyed came back, or one is missing");
}

#[tokio::test]
async fn claim_f1_keys_of_the_time_before_the_tree_are_moved_in_and_their_old_copies_are_worthless() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path();
    written_before(folder).await;
    let kept: Vec<_> = content(folder).into_iter().filter(|(file, _)| file.ends_with("keys.db")).collect();
    let vault = open(folder, root_file(folder), 1).await.unwrap();
    opens_as_before(&vault).await;
    assert_eq!(vault.epoch(), 1);
    // Tags that were given out stay true.
    let tag = FIXTURE.lines().find(|line| line.starts_with("key 0303")).unwrap().split(' ').nth(4).unwrap();
    assert_eq!(vault.erasure_tag(&id(LEAD)).await.unwrap().unwrap().to_vec(), bytes(tag));
    vault.destroy(&[id(ACCOUNT)]).await.unwrap();
    assert!(vault.key(&id(LEAD)).await.unwrap().is_none());
    drop(vault);
    let again = open(folder, root_file(folder), 2).await.unwrap();
    assert_eq!(again.keys(&[id(BRAND), id(ACCOUNT), id(5)]).await.unwrap().len(), 2);
    drop(again);

    // The copy from before opens with the root of before, and with no later one.
    let thief = tempfile::tempdir().unwrap();
    std::fs::write(thief.path().join("keys.db"), &kept[0].1).unwrap();
    let today = root_file(folder).read().unwrap().roots.remove(0);
    assert!(matches!(open(thief.path(), today, 3).await, Err(VaultError::WrongRoot)));
    opens_as_before(&open(thief.path(), root(1), 3).await.unwrap()).await;
}

#[tokio::test]
async fn whoever_only_looks_moves_nothing_in() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path();
    written_before(folder).await;
    let root_before = std::fs::read(folder.join("root.key")).unwrap();
    let count = async || {
        let url = format!("sqlite:{}", folder.join("keys.db").display());
        Database::peek(&url, "left", |tx| tx.query_one(&LEFT, &[])?.int(0)).await.unwrap()
    };
    let store = crate::files::store(folder).await;
    let (clock, entropy) = (Arc::new(testkit::FixedClock::new()), Arc::new(testkit::SeededEntropy::new(4)));
    let before = count().await;
    let vault = Vault::look(store, root_file(folder), clock, entropy).await.unwrap();
    assert_eq!((vault.epoch(), before, count().await), (0, 7, 7));
    drop(vault);
    assert_eq!(std::fs::read(folder.join("root.key")).unwrap(), root_before);
    let vault = open(folder, root_file(folder), 1).await.unwrap();
    opens_as_before(&vault).await;
}

#[tokio::test]
async fn moving_in_goes_on_after_a_crash_at_every_step() {
    for step in 0.. {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path();
        written_before(folder).await;
        let (vault, _): (_, Life) = mortal(folder, step).await;
        let is_done = vault.is_ok();
        drop(vault);
        let vault = open(folder, root_file(folder), 2).await.unwrap();
        opens_as_before(&vault).await;
        assert_eq!(vault.epoch(), 1, "step {step}");
        drop(vault);
        let url = format!("sqlite:{}", folder.join("keys.db").display());
        let left = Database::peek(&url, "left", |tx| tx.query_one(&LEFT, &[])?.int(0)).await;
        assert_eq!(left, Ok(0), "step {step}");
        assert!(crate::crash::staged(&folder.join("root.key")).is_empty(), "step {step}");
        if is_done {
            assert!(step > 10, "{step}");
            return;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nodes_that_move_in_at_the_same_moment_all_start() {
    for round in 0..testkit::short_or_long(8, 60) {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().to_owned();
        written_before(&folder).await;
        let start = |seed| {
            let folder = folder.clone();
            // Each waits for as long as the other really takes.
            let (clock, entropy) = (Arc::new(RealClock), Arc::new(SeededEntropy::new(seed)));
            tokio::spawn(async move {
                let store = crate::files::store(&folder).await;
                Vault::open_with(store, root_file(&folder), clock, entropy, 3).await
            })
        };
        let (one, two) = tokio::join!(start(2 * round), start(2 * round + 1));
        for vault in [one.unwrap().unwrap(), two.unwrap().unwrap()] {
            opens_as_before(&vault).await;
            assert!(vault.epoch() >= 1);
        }
        let again = open(&folder, root_file(&folder), 1_000).await.unwrap();
        opens_as_before(&again).await;
        assert!(root_file(&folder).read().unwrap().is_settled);
    }
}
