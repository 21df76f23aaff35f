//! The vault on its real store and its real root files, with a thief who keeps every version of them.

use crate::{id, new};
use model::id::BrandId;
use model::ports::KeyId;
use model::time::Span;
use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use store::{Database, Options, Schema, SqlKeyStore};
use testkit::{FixedClock, SeededEntropy};
use vault::{
    CACHE_LIFE, FileRoot, LookupKeys, NewKey, Place, RootKey, RootSource, SplitRoot, Strength, Vault,
    VaultError,
};

pub const BRAND: u8 = 200;
pub const ACCOUNT: u8 = 201;

pub fn place(person: KeyId) -> Place {
    Place { brand: BrandId(id(BRAND)), person, table: "lead", row: person }
}

pub async fn store(folder: &Path) -> Arc<SqlKeyStore> {
    let url = format!("sqlite:{}", folder.join("keys.db").display());
    let options = Options { readers: 1, ..Options::default() };
    Arc::new(SqlKeyStore::new(Database::open(&url, Schema::Keys, options).await.unwrap()))
}

/// A vault of three keys a node on the files in `folder`.
pub async fn open(
    folder: &Path,
    source: impl Into<Box<dyn RootSource>> + Send,
    seed: u64,
) -> Result<Vault, VaultError> {
    let (clock, entropy) = (Arc::new(FixedClock::new()), Arc::new(SeededEntropy::new(seed)));
    Vault::open_with(store(folder).await, source, clock, entropy, 3).await
}

pub fn root_file(folder: &Path) -> FileRoot {
    FileRoot::new(folder.join("root.key"))
}

/// Everything in a folder, as it lies.
pub fn content(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let files = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    files.filter(|file| file.is_file()).map(|file| (file.clone(), std::fs::read(&file).unwrap())).collect()
}

/// The thief's collection: the key store's files (database and log) as they were at each step.
#[derive(Default)]
pub struct Thief {
    seen: HashSet<Vec<u8>>,
    versions: Vec<Vec<(String, Vec<u8>)>>,
}

impl Thief {
    pub fn look(&mut self, folder: &Path) {
        let mut files: Vec<(String, Vec<u8>)> = Vec::new();
        for (path, bytes) in content(folder) {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            if name == "keys.db" || name == "keys.db-wal" {
                files.push((name, bytes));
            }
        }
        files.sort();
        if self.seen.insert(files.iter().flat_map(|(_, bytes)| bytes.iter().copied()).collect()) {
            self.versions.push(files);
        }
    }

    /// Whose rows open with one of `roots` and any version of the key store.
    async fn opens(&self, roots: &[RootKey], rows: &HashMap<KeyId, Vec<u8>>) -> HashSet<KeyId> {
        let mut opened = HashSet::new();
        for version in &self.versions {
            for root in roots {
                let folder = tempfile::tempdir().unwrap();
                for (name, bytes) in version {
                    std::fs::write(folder.path().join(name), bytes).unwrap();
                }
                // A wrong root is refused by the program; the thief goes past that.
                past_the_check(folder.path(), root).await;
                let Ok(vault) = open(folder.path(), root.clone(), 77).await else { continue };
                for (person, row) in rows {
                    // One at a time: what is damaged for this root must not hide the rest.
                    if let Ok(Some(key)) = vault.key(person).await
                        && key.open(&place(*person), row).is_ok()
                    {
                        opened.insert(*person);
                    }
                }
            }
        }
        opened
    }
}

impl Thief {
    /// What a brand's look-up keys make, with this root and any version of the key store.
    pub async fn looks_for(
        &self,
        brand: BrandId,
        root: &RootKey,
        make: impl Fn(&LookupKeys) -> HashSet<[u8; 32]>,
    ) -> HashSet<[u8; 32]> {
        let mut made = HashSet::new();
        for version in &self.versions {
            let folder = tempfile::tempdir().unwrap();
            for (name, bytes) in version {
                std::fs::write(folder.path().join(name), bytes).unwrap();
            }
            past_the_check(folder.path(), root).await;
            let Ok(vault) = open(folder.path(), root.clone(), 78).await else { continue };
            if let Ok(keys) = vault.lookup(brand).await {
                made.extend(make(&keys));
            }
        }
        made
    }
}

/// Has the key store take `root` for its own, whatever was sealed under.
async fn past_the_check(folder: &Path, root: &RootKey) {
    use model::ports::{KeyStore, TreeChange};
    let other = testkit::keys::MemoryKeyStore::new();
    let (clock, entropy) = (Arc::new(FixedClock::new()), Arc::new(SeededEntropy::new(1)));
    let other = Arc::new(other);
    Vault::open(other.clone(), root.clone(), clock, entropy).await.unwrap();
    let check = other.records().await.unwrap().1;
    let store = store(folder).await;
    let epoch = store.records().await.unwrap().0.epoch;
    assert!(store.commit(TreeChange { epoch, records: check, ..TreeChange::default() }).await.unwrap());
}

fn lead(number: u8) -> NewKey {
    new(number, ACCOUNT)
}

#[tokio::test]
async fn claim_f1_all_copies_ever_made_and_todays_root_open_nothing_that_was_erased() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path();
    let mut thief = Thief::default();
    let mut roots = Vec::new();
    let today = || root_file(folder).read().unwrap().roots.remove(0);

    let vault = open(folder, root_file(folder), 1).await.unwrap();
    assert_eq!((vault.epoch(), vault.strength()), (1, Strength::File));
    let mut rows = HashMap::new();
    let mut sealed = |keys: Vec<Arc<vault::Key>>| {
        for key in keys {
            let row = key.seal(&place(*key.id()), b"of a person", &SeededEntropy::new(3));
            rows.insert(*key.id(), row);
        }
    };
    roots.push(today());
    sealed(
        vault.create(&[new(BRAND, 0), new(ACCOUNT, BRAND), new(202, BRAND), new(203, BRAND)]).await.unwrap(),
    );
    thief.look(folder);
    for batch in [1..=1, 2..=9, 10..=30] {
        sealed(vault.create(&batch.map(lead).collect::<Vec<_>>()).await.unwrap());
        thief.look(folder);
    }
    // Others of the brand: an account that goes whole, and one that stays.
    sealed(vault.create(&(100..108).map(|number| new(number, 202)).collect::<Vec<_>>()).await.unwrap());
    sealed(vault.create(&(110..115).map(|number| new(number, 203)).collect::<Vec<_>>()).await.unwrap());
    vault.remember("head", b"12").await.unwrap();
    thief.look(folder);

    let mut erased: HashSet<KeyId> = HashSet::new();
    for batch in [vec![1], vec![5], vec![11, 12, 13, 14, 15, 30], vec![202]] {
        let ids: Vec<KeyId> = batch.iter().map(|number| id(*number)).collect();
        assert_eq!(vault.destroy(&ids).await.unwrap().len(), ids.len());
        erased.extend(&ids);
        thief.look(folder);
        roots.push(today());
        // Life goes on between the erasures, beside those who went.
        sealed(vault.create(&[lead(40 + batch[0])]).await.unwrap());
        vault.remember("head", &batch).await.unwrap();
        thief.look(folder);
    }
    erased.extend((100..108).map(id));
    while vault.sweep(3).await.unwrap() > 0 {
        thief.look(folder);
    }
    assert_eq!(vault.epoch(), 5);
    drop(vault);
    thief.look(folder);
    assert!(thief.versions.len() > 15, "{}", thief.versions.len());

    let today = today();
    assert!(!roots[..4].contains(&today) && roots[4] == today);
    let everybody: HashSet<KeyId> = rows.keys().copied().collect();
    let living: HashSet<KeyId> = everybody.difference(&erased).copied().collect();
    assert_eq!(living.len(), rows.len() - 17);
    assert_eq!(thief.opens(&[today], &rows).await, living);
    // The test can fail: with the roots of before everything opens that was there under them.
    assert!(erased.is_subset(&thief.opens(&roots[..4], &rows).await));
    // And no file holds an old root any more.
    for (file, bytes) in content(folder) {
        for root in &roots[..4] {
            let text = root.to_text();
            let holds = |part: &[u8]| bytes.windows(part.len()).any(|at| at == part);
            assert!(!holds(text.as_bytes()) && !holds(&hex_of(&text)), "{}", file.display());
        }
    }
}

/// The bytes that 64 hexadecimal digits stand for.
fn hex_of(text: &str) -> Vec<u8> {
    let digit = |at: usize| u8::from_str_radix(&text[at..at + 2], 16).unwrap();
    (0..32).map(|byte| digit(2 * byte)).collect()
}

#[tokio::test]
async fn after_erasures_all_who_live_open_after_a_restart_and_records_are_recalled() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path();
    let second = folder.join("second");
    std::fs::create_dir(&second).unwrap();
    let source =
        || SplitRoot::new(folder.join("root.key"), second.join("half.key"), Arc::new(SeededEntropy::new(9)));
    let vault = open(folder, source(), 1).await.unwrap();
    assert_eq!(vault.strength(), Strength::Split);
    vault.create(&[new(BRAND, 0), new(ACCOUNT, BRAND)]).await.unwrap();
    let keys = vault.create(&(1..=60).map(lead).collect::<Vec<_>>()).await.unwrap();
    let rows: Vec<_> =
        keys.iter().map(|key| key.seal(&place(*key.id()), b"x", &SeededEntropy::new(3))).collect();
    vault.remember("head", b"12 abc").await.unwrap();
    let secret = vault.secret("log").await.unwrap();
    for number in [1, 2, 3, 17, 59] {
        vault.destroy(&[id(number)]).await.unwrap();
    }
    assert_eq!(vault.rotate().await.unwrap(), 7);
    drop(vault);
    let vault = open(folder, source(), 2).await.unwrap();
    assert_eq!(vault.epoch(), 7);
    assert_eq!(*vault.recall("head").await.unwrap().unwrap(), *b"12 abc");
    assert_eq!(vault.secret("log").await.unwrap(), secret);
    for (key, row) in keys.iter().zip(&rows) {
        let found = vault.key(key.id()).await.unwrap();
        let lives = ![1, 2, 3, 17, 59].contains(&key.id()[0]);
        assert_eq!(found.is_some(), lives);
        assert!(found.is_none_or(|found| found.open(&place(*key.id()), row).is_ok()));
    }
    // One half, whichever it is, is no root; and a wrong one is refused.
    for half in [folder.join("root.key"), second.join("half.key")] {
        assert!(matches!(open(folder, FileRoot::new(half), 3).await, Err(VaultError::WrongRoot)));
    }
}

#[tokio::test]
async fn what_is_destroyed_at_the_same_time_is_one_rotation() {
    let home = tempfile::tempdir().unwrap();
    let vault = open(home.path(), root_file(home.path()), 1).await.unwrap();
    vault.create(&[new(BRAND, 0), new(ACCOUNT, BRAND)]).await.unwrap();
    vault.create(&(1..=50).map(lead).collect::<Vec<_>>()).await.unwrap();
    let (one, two, three) = ([id(1)], [id(2), id(3)], [id(77)]);
    let new = [lead(60)];
    let (a, b, c, made) =
        tokio::join!(vault.destroy(&one), vault.destroy(&two), vault.destroy(&three), vault.create(&new));
    assert_eq!((a.unwrap().len(), b.unwrap().len(), c.unwrap().len()), (1, 2, 0));
    assert_eq!(vault.epoch(), 2, "they did not share one rotation");
    assert_eq!(made.unwrap().len(), 1);
    drop(vault);
    let vault = open(home.path(), root_file(home.path()), 2).await.unwrap();
    let ids: Vec<KeyId> = (1..=60).map(id).collect();
    assert_eq!(vault.keys(&ids).await.unwrap().len(), 48);
}

#[tokio::test]
async fn claim_f1_an_older_tree_heals_itself_by_the_tags_that_were_logged() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path();
    let vault = open(folder, root_file(folder), 1).await.unwrap();
    vault.create(&[new(BRAND, 0), new(ACCOUNT, BRAND)]).await.unwrap();
    vault.create(&(1..=20).map(lead).collect::<Vec<_>>()).await.unwrap();
    let tags: HashSet<[u8; 32]> =
        vault.erasure_tags(&[id(3), id(9)]).await.unwrap().into_values().chain([[0; 32]]).collect();
    assert_eq!(tags.len(), 3);
    // The older copy, with its root, comes back in place of the newer one.
    let healed = vault.destroy_tagged(&tags).await.unwrap();
    assert_eq!(healed.keys().copied().collect::<HashSet<_>>(), HashSet::from([id(3), id(9)]));
    assert!(vault.destroy_tagged(&tags).await.unwrap().is_empty());
    let ids: Vec<KeyId> = (1..=20).map(id).collect();
    assert_eq!(vault.keys(&ids).await.unwrap().len(), 18);
}

#[tokio::test]
async fn two_processes_on_one_store_follow_each_other_s_rotations() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path();
    let clock = Arc::new(FixedClock::new());
    let open = async |seed| {
        let entropy = Arc::new(SeededEntropy::new(seed));
        let store = store(folder).await;
        Vault::open_with(store, root_file(folder), clock.clone(), entropy, 3).await.unwrap()
    };
    let one = open(1).await;
    one.create(&[new(BRAND, 0), new(ACCOUNT, BRAND)]).await.unwrap();
    one.create(&(1..=20).map(lead).collect::<Vec<_>>()).await.unwrap();
    let two = open(2).await;
    assert_eq!(two.keys(&[id(1), id(2)]).await.unwrap().len(), 2);
    for number in 3..9 {
        let (by, other) = if number % 2 == 0 { (&one, &two) } else { (&two, &one) };
        by.destroy(&[id(number)]).await.unwrap();
        // What the other one has at hand it forgets within the time that is stated.
        clock.advance(Span(CACHE_LIFE.0 + 1));
        assert!(other.key(&id(number)).await.unwrap().is_none());
        assert!(other.key(&id(number + 10)).await.unwrap().is_some());
        other.create(&[lead(100 + number)]).await.unwrap();
        by.remember("head", &[number]).await.unwrap();
        assert_eq!(*other.recall("head").await.unwrap().unwrap(), [number]);
    }
    assert_eq!((one.epoch(), two.epoch()), (7, 7));
    drop((one, two));
    let three = open(3).await;
    let ids: Vec<KeyId> = (1..=20).chain(103..109).map(id).collect();
    assert_eq!(three.keys(&ids).await.unwrap().len(), 20);
}
