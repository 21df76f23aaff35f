//! A crash at every point of an erasure, a rotation, a creation and a first start, on real files: what is
//! found afterwards is "not begun" or "done".

use crate::files::{ACCOUNT, BRAND, content, place, root_file, store};
use crate::{id, new};
use model::ports::{
    KeyId, KeyStore, KeyStoreError, Record, Snapshot, Spine, TreeChange, TreeState, WrappedKey,
};
use model::time::{BoxFuture, Span, Timestamp};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use store::SqlKeyStore;
use testkit::{FixedClock, SeededEntropy};
use vault::{
    FileRoot, Found, Goes, LookupStep, RootKey, RootSource, RootSourceError, Strength, Vault, VaultError,
};

/// How many steps are taken before the process is dead; each write has a step before and one after it.
#[derive(Clone)]
pub struct Life {
    taken: Arc<AtomicUsize>,
    ends_at: Arc<AtomicUsize>,
}

impl Life {
    /// Whether the process still lives after one more step.
    fn step(&self) -> bool {
        self.taken.fetch_add(1, Ordering::SeqCst) < self.ends_at.load(Ordering::SeqCst)
    }

    fn is_over(&self) -> bool {
        self.taken.load(Ordering::SeqCst) > self.ends_at.load(Ordering::SeqCst)
    }

    /// What failed works again.
    fn goes_on(&self) {
        self.ends_at.store(usize::MAX, Ordering::SeqCst);
    }
}

struct MortalStore {
    inner: Arc<SqlKeyStore>,
    life: Life,
}

type Answer<'a, T> = BoxFuture<'a, Result<T, KeyStoreError>>;

impl MortalStore {
    fn write<'a, T: 'a>(&'a self, write: Answer<'a, T>) -> Answer<'a, T> {
        let dead = || KeyStoreError("the process is dead".to_owned());
        Box::pin(async move {
            if !self.life.step() {
                return Err(dead());
            }
            let written = write.await?;
            if self.life.step() { Ok(written) } else { Err(dead()) }
        })
    }
}

impl KeyStore for MortalStore {
    fn load<'a>(&'a self, ids: &'a [KeyId]) -> Answer<'a, Snapshot> {
        self.inner.load(ids)
    }
    fn children<'a>(&'a self, nodes: &'a [KeyId]) -> Answer<'a, Snapshot> {
        self.inner.children(nodes)
    }
    fn spine(&self, crown: KeyId) -> Answer<'_, Spine> {
        self.inner.spine(crown)
    }
    fn list(&self, after: Option<KeyId>, limit: u32) -> Answer<'_, Vec<WrappedKey>> {
        self.inner.list(after, limit)
    }
    fn commit(&self, change: TreeChange) -> Answer<'_, bool> {
        self.write(self.inner.commit(change))
    }
    fn hold(&self, holder: [u8; 16], anew: bool, now: Timestamp, span: Span) -> Answer<'_, Option<u64>> {
        self.write(self.inner.hold(holder, anew, now, span))
    }
    fn free(&self, fence: u64) -> Answer<'_, bool> {
        self.write(self.inner.free(fence))
    }
    fn clean(&self) -> Answer<'_, ()> {
        self.write(self.inner.clean())
    }
    fn felled(&self, limit: u32) -> Answer<'_, Vec<KeyId>> {
        self.inner.felled(limit)
    }

    fn sweep(&self, nodes: Vec<KeyId>, limit: u32) -> Answer<'_, u64> {
        self.write(self.inner.sweep(nodes, limit))
    }
    fn record<'a>(&'a self, name: &'a str) -> Answer<'a, (TreeState, Option<Vec<u8>>)> {
        self.inner.record(name)
    }
    fn records(&self) -> Answer<'_, (TreeState, Vec<Record>)> {
        self.inner.records()
    }
    fn flat(&self, limit: u32) -> Answer<'_, Vec<model::ports::FlatKey>> {
        self.inner.flat(limit)
    }
    fn drop_flat(&self) -> Answer<'_, ()> {
        self.write(self.inner.drop_flat())
    }
}

/// What lies beside the root.
pub fn staged(file: &Path) -> Vec<PathBuf> {
    vault::root_files(file).into_iter().filter(|found| found != file).collect()
}

/// The real file, with the steps inside its two acts.
struct MortalRoot {
    inner: FileRoot,
    file: PathBuf,
    life: Life,
}

impl RootSource for MortalRoot {
    fn strength(&self) -> Strength {
        Strength::File
    }

    fn read(&self) -> Result<Found, RootSourceError> {
        self.inner.read()
    }

    fn stage(&self, next: &RootKey, fence: u64) -> Result<(), RootSourceError> {
        let dead = || RootSourceError("the process is dead".to_owned());
        if !self.life.step() {
            return Err(dead());
        }
        if !self.life.step() {
            // Torn: the file is there, half of it is written.
            self.inner.stage(next, fence)?;
            let file = std::fs::File::options().write(true).open(staged(&self.file).remove(0));
            file.unwrap().set_len(31).unwrap();
            return Err(dead());
        }
        self.inner.stage(next, fence)?;
        if self.life.step() { Ok(()) } else { Err(dead()) }
    }

    fn settle(&self, keep: &RootKey, goes: Goes<'_>, fence: u64) -> Result<(), RootSourceError> {
        let dead = || RootSourceError("the process is dead".to_owned());
        if !self.life.step() {
            return Err(dead());
        }
        if !self.life.step() {
            // Overwritten, and not yet replaced or removed.
            for next in staged(&self.file) {
                let is_kept = std::fs::read_to_string(&next).unwrap() == keep.to_text().as_str();
                let goes = if is_kept { &self.file } else { &next };
                if goes.exists() {
                    std::fs::write(goes, "0".repeat(64)).unwrap();
                }
            }
            return Err(dead());
        }
        self.inner.settle(keep, goes, fence)?;
        if self.life.step() { Ok(()) } else { Err(dead()) }
    }
}

/// A vault that dies at the given step, and its life.
pub async fn mortal(folder: &Path, ends_at: usize) -> (Result<Vault, VaultError>, Life) {
    let life = Life { taken: Arc::default(), ends_at: Arc::new(AtomicUsize::new(ends_at)) };
    let store = Arc::new(MortalStore { inner: store(folder).await, life: life.clone() });
    let root = MortalRoot { inner: root_file(folder), file: folder.join("root.key"), life: life.clone() };
    let root: Box<dyn RootSource> = Box::new(root);
    let (clock, entropy) = (Arc::new(FixedClock::new()), Arc::new(SeededEntropy::new(500)));
    (Vault::open_with(store, root, clock, entropy, 3).await, life)
}

fn copy(from: &Path) -> tempfile::TempDir {
    let to = tempfile::tempdir().unwrap();
    for (file, _) in content(from) {
        // With its permissions, as `cp -p` does.
        std::fs::copy(&file, to.path().join(file.file_name().unwrap())).unwrap();
    }
    to
}

const LEADS: std::ops::RangeInclusive<u8> = 1..=20;
const OTHER: u8 = 202;

/// Two accounts of a brand with twenty leads and five, and a row of each.
async fn prepared() -> (tempfile::TempDir, Vec<(KeyId, Vec<u8>)>) {
    let home = tempfile::tempdir().unwrap();
    let vault = crate::files::open(home.path(), root_file(home.path()), 1).await.unwrap();
    let mut keys = vault.create(&[new(BRAND, 0), new(ACCOUNT, BRAND), new(OTHER, BRAND)]).await.unwrap();
    keys.extend(vault.create(&LEADS.map(|number| new(number, ACCOUNT)).collect::<Vec<_>>()).await.unwrap());
    keys.extend(
        vault.create(&(100..105).map(|number| new(number, OTHER)).collect::<Vec<_>>()).await.unwrap(),
    );
    vault.remember("head", b"12 abc").await.unwrap();
    vault.destroy(&[id(4)]).await.unwrap();
    keys.retain(|key| *key.id() != id(4));
    let seal = |key: &Arc<vault::Key>| (*key.id(), key.seal(&place(*key.id()), b"x", &SeededEntropy::new(3)));
    (home, keys.iter().map(seal).collect())
}

/// Who of them opens their row.
async fn living(vault: &Vault, rows: &[(KeyId, Vec<u8>)]) -> Vec<u8> {
    let mut living = Vec::new();
    for (person, row) in rows {
        if let Some(key) = vault.key(person).await.unwrap() {
            assert!(key.open(&place(*person), row).is_ok());
            living.push(person[0]);
        }
    }
    living
}

/// Runs `act` with a crash at each step; afterwards it is as before or as it should be, and the same act
/// goes through.
async fn crashes_at_every_step(
    act: impl AsyncFn(&Vault) -> Result<(), VaultError>,
    goes: impl Fn(u8) -> bool,
) -> usize {
    let (home, rows) = prepared().await;
    let before: Vec<u8> = rows.iter().map(|(person, _)| person[0]).collect();
    let after: Vec<u8> = before.iter().copied().filter(|number| !goes(*number)).collect();
    let mut outcomes = std::collections::BTreeMap::new();
    for step in 0.. {
        let copy = copy(home.path());
        let folder = copy.path();
        let (vault, life) = mortal(folder, step).await;
        let acted = act(&vault.unwrap()).await;
        if acted.is_ok() {
            assert!(!life.is_over());
            assert_eq!(outcomes.keys().len(), if before == after { 1 } else { 2 }, "one outcome never came");
            return step;
        }
        let vault = crate::files::open(folder, root_file(folder), 900).await.unwrap();
        let found = living(&vault, &rows).await;
        assert!(found == before || found == after, "half-way at step {step}: {found:?}");
        *outcomes.entry(found.len()).or_insert(0) += 1;
        assert_eq!(*vault.recall("head").await.unwrap().unwrap(), *b"12 abc", "step {step}");
        assert!(staged(&folder.join("root.key")).is_empty(), "not settled at step {step}");
        act(&vault).await.unwrap();
        assert_eq!(living(&vault, &rows).await, after, "step {step}");
        vault.create(&[new(150, BRAND)]).await.unwrap();
        drop(vault);
        let vault = crate::files::open(folder, root_file(folder), 901).await.unwrap();
        assert_eq!(living(&vault, &rows).await, after, "step {step}");
    }
    unreachable!()
}

#[tokio::test]
async fn claim_f1_a_crash_at_every_step_of_an_erasure_leaves_it_not_begun_or_done() {
    let steps = crashes_at_every_step(
        async |vault| vault.destroy(&[id(7), id(8), id(19)]).await.map(drop),
        |number| [7, 8, 19].contains(&number),
    )
    .await;
    // Hold, stage, commit, settle, free, clean: before, after and, at the source, in the middle.
    assert_eq!(steps, 14);
}

#[tokio::test]
async fn claim_f1_a_crash_at_every_step_of_an_account_s_erasure_leaves_it_not_begun_or_done() {
    let goes = |number| number == ACCOUNT || LEADS.contains(&number);
    crashes_at_every_step(async |vault| vault.destroy(&[id(ACCOUNT)]).await.map(drop), goes).await;
}

#[tokio::test]
async fn a_crash_at_every_step_of_a_rotation_leaves_everybody_alive() {
    crashes_at_every_step(async |vault| vault.rotate().await.map(drop), |_| false).await;
}

#[tokio::test]
async fn claim_f1_a_crash_at_every_step_of_a_change_of_the_look_up_key_is_gone_on_from() {
    let change = async |vault: &Vault| {
        let brand = model::id::BrandId(id(BRAND));
        vault.announce_lookup(brand, &vault.lookup(brand).await?).await?;
        vault.write_next_lookup(brand, &vault.lookup(brand).await?, Timestamp(1)).await?;
        vault.note_lookup_told(brand, &vault.lookup(brand).await?, Timestamp(2)).await?;
        vault.drop_previous_lookup(brand, &vault.lookup(brand).await?, || Timestamp(3)).await?;
        let keys = vault.lookup(brand).await?;
        assert_eq!((keys.step, keys.other.is_none()), (LookupStep::Settled, true));
        Ok(())
    };
    crashes_at_every_step(change, |_| false).await;
}

#[tokio::test]
async fn a_crash_at_every_step_of_the_first_start_is_followed_by_a_first_start() {
    for step in 0.. {
        let home = tempfile::tempdir().unwrap();
        let (vault, _) = mortal(home.path(), step).await;
        let is_done = vault.is_ok();
        drop(vault);
        let vault = crate::files::open(home.path(), root_file(home.path()), 900).await.unwrap();
        assert_eq!(vault.create(&[new(BRAND, 0)]).await.unwrap().len(), 1, "step {step}");
        drop(vault);
        assert!(staged(&home.path().join("root.key")).is_empty(), "step {step}");
        let vault = crate::files::open(home.path(), root_file(home.path()), 901).await.unwrap();
        assert!(vault.key(&id(BRAND)).await.unwrap().is_some(), "step {step}");
        if is_done {
            return;
        }
    }
}

#[tokio::test]
async fn claim_f1_a_root_that_another_process_left_unsettled_is_not_written_over() {
    let (home, rows) = prepared().await;
    let mut outcomes = std::collections::BTreeSet::new();
    for step in 0.. {
        let copy = copy(home.path());
        let folder = copy.path();
        let (two, _) = mortal(folder, step).await;
        // Dies after its commit and before it settles: the next root is the one in force.
        let (one, _) = mortal(folder, 7).await;
        let (one, two) = (one.unwrap(), two.unwrap());
        assert!(one.destroy(&[id(7)]).await.is_err());
        assert!(!staged(&folder.join("root.key")).is_empty());
        let is_done = two.destroy(&[id(8)]).await.is_ok();
        drop((one, two));
        let vault = crate::files::open(folder, root_file(folder), 900).await.unwrap();
        let found = living(&vault, &rows).await;
        assert!(!found.contains(&7) && (!is_done || !found.contains(&8)), "step {step}");
        assert!((rows.len() - 2..rows.len()).contains(&found.len()), "step {step}: {found:?}");
        outcomes.insert(found.len());
        assert!(staged(&folder.join("root.key")).is_empty(), "step {step}");
        if is_done {
            assert_eq!(outcomes.len(), 2);
            return;
        }
    }
}

#[tokio::test]
async fn an_erasure_that_failed_goes_on_in_the_same_process() {
    let (home, rows) = prepared().await;
    for step in 0..14 {
        let copy = copy(home.path());
        let (vault, life) = mortal(copy.path(), step).await;
        let vault = vault.unwrap();
        assert!(vault.destroy(&[id(7)]).await.is_err(), "step {step}");
        assert!(vault.key(&id(7)).await.unwrap().is_none(), "handed out after it failed, step {step}");
        life.goes_on();
        vault.destroy(&[id(7)]).await.unwrap();
        assert_eq!(living(&vault, &rows).await.len(), rows.len() - 1, "step {step}");
        drop(vault);
        assert!(staged(&copy.path().join("root.key")).is_empty(), "not settled, step {step}");
        let vault = crate::files::open(copy.path(), root_file(copy.path()), 900).await.unwrap();
        assert_eq!(living(&vault, &rows).await.len(), rows.len() - 1, "step {step}");
    }
}

#[tokio::test]
async fn a_root_that_is_in_memory_alone_is_put_back_and_nothing_is_lost() {
    let home = tempfile::tempdir().unwrap();
    let (place, away) = (home.path().join("place"), home.path().join("away"));
    std::fs::create_dir(&place).unwrap();
    let vault = crate::files::open(home.path(), root_file(&place), 1).await.unwrap();
    vault.create(&[new(BRAND, 0), new(ACCOUNT, BRAND), new(1, ACCOUNT), new(2, ACCOUNT)]).await.unwrap();
    std::fs::remove_file(place.join("root.key")).unwrap();
    vault.destroy(&[id(1)]).await.unwrap();
    assert_eq!(vault.epoch(), 2);
    assert!(root_file(&place).read().unwrap().is_settled);

    // It cannot be put back yet: that is said, and tried again.
    std::fs::rename(&place, &away).unwrap();
    let error = vault.destroy(&[id(2)]).await.unwrap_err();
    assert!(matches!(error, VaultError::RootOnlyHere(_)), "{error}");
    assert!(error.to_string().contains("keep this process"), "{error}");
    std::fs::create_dir(&place).unwrap();
    vault.destroy(&[id(2)]).await.unwrap();
    drop(vault);
    let vault = crate::files::open(home.path(), root_file(&place), 2).await.unwrap();
    assert_eq!(vault.keys(&[id(ACCOUNT), id(1), id(2)]).await.unwrap().len(), 1);
    assert_eq!(vault.epoch(), 3);
}
