//! The life of copies of the keys: noted before they are made, destroyed when their days are over.
//!
//! Invariants: only a file that a backup wrote is ever destroyed, recognised by its noted place and by being in
//! the age format, or a key store that was moved elsewhere, recognised by its mark, and on the machine that wrote
//! it; what cannot be destroyed, or cannot be seen from here, stays
//! noted, and no second receipt is given meanwhile.

use super::container;
use super::host::Host;
use crate::ambient::OsEntropy;
use anyhow::{Context as _, Result, ensure};
use model::entropy::random;
use model::time::{Clock, Span, Timestamp};
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read as _, Write as _};
use std::path::{Path, PathBuf};
use store::key_copies::{self, KeyCopy};
use store::{Database, Schema, StoreError, Tx, moving};

/// How long it is remembered that a copy is gone.
const REMEMBERED: Span = Span::days(400);
const AGE: &[u8] = b"age-encryption.org/";
/// A service that systemd keeps apart has others by these names: what it does not find there may be there.
const NOT_THE_SERVICES: [&str; 2] = ["/tmp", "/var/tmp"];

pub struct Copy(KeyCopy);

impl Copy {
    pub fn new(file: &Path, host: Host, at: Timestamp) -> Result<Self> {
        Self::of_move(file, random(&OsEntropy), host, at)
    }

    /// The file that a key store lies in before it goes elsewhere.
    pub fn of_move(file: &Path, id: [u8; 16], host: Host, at: Timestamp) -> Result<Self> {
        let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let folder =
            folder.canonicalize().with_context(|| format!("there is no folder {}", folder.display()))?;
        let place = folder.join(file.file_name().context("a copy of the keys needs a file name")?);
        let place = place.to_string_lossy().into_owned();
        Ok(Self(KeyCopy { id, made_at: at, place, host: Some(host) }))
    }

    pub fn note_in(&self, tx: &Tx<'_>) -> Result<(), StoreError> {
        key_copies::insert(tx, &self.0)
    }
}

/// Whether the file lies, or would, in a folder of which the service has another.
fn is_out_of_sight(file: &Path) -> bool {
    let folder = |path: &Path| path.canonicalize().ok();
    let Some(own) = file.parent().and_then(folder) else { return false };
    NOT_THE_SERVICES.iter().any(|other| folder(Path::new(other)).as_ref() == Some(&own))
}

/// Before anything is copied.
pub fn refuse_out_of_sight(file: &Path) -> Result<()> {
    ensure!(
        !is_out_of_sight(file),
        "{} lies where no copy of the keys may: the service has a folder of its own by this name and could never destroy it; \
         choose a folder of yours",
        file.display()
    );
    Ok(())
}

/// Before the copy is made: a copy that nobody knows of would outlive the receipts' promise.
pub async fn note(keys: &str, copy: &Copy) -> Result<()> {
    let copy = copy.0.clone();
    Database::touch(keys, "note_copy", move |tx| key_copies::insert(tx, &copy)).await.context("keys.url")
}

/// Whether a copy was written here. Those of the time before that was noted lie where a file of a key store lies.
pub fn is_ours(copy: &KeyCopy, host: Option<&Host>, keys: &str) -> bool {
    copy.host.as_ref().map_or_else(|| store::sqlite_file(keys).is_some(), |own| Some(own) == host)
}

/// Destroys the copies that were written here and are older than `days`; how many went.
pub async fn expire(keys: &str, host: &Host, days: u16, clock: &dyn Clock) -> Result<u64> {
    let now = clock.now();
    let living = Database::peek(keys, "key_copies", key_copies::list_living).await?;
    let over: Vec<KeyCopy> =
        living.into_iter().filter(|copy| copy.made_at.plus(Span::days(i64::from(days))) <= now).collect();
    let mut gone = 0_u64;
    for copy in over {
        let is_ours = is_ours(&copy, Some(host), keys);
        // Of those before, what is found here may be ours; what is not may lie elsewhere.
        if !is_ours && copy.host.is_some() {
            continue;
        }
        let place = PathBuf::from(&copy.place);
        let is_moved = is_moved_store(&place, copy.id).await;
        // A backup that was killed left its part.
        let part = container::with_suffix(&place, container::PART);
        let both = move || {
            if is_moved {
                return destroy_store(&place).map(|()| true);
            }
            destroy(&part).and_then(|_| destroy(&place))
        };
        match tokio::task::spawn_blocking(both).await? {
            Ok(was_there) if was_there || (is_ours && !is_out_of_sight(Path::new(&copy.place))) => {}
            Ok(_) => continue,
            Err(error) => {
                tracing::error!(%error, "a copy of the keys could not be destroyed in time: `entente doctor` says where it lies");
                continue;
            }
        }
        gone = gone.saturating_add(1);
        Database::touch(keys, "copy_gone", move |tx| {
            key_copies::set_gone(tx, &copy.id, now)?;
            key_copies::forget(tx, now.minus(REMEMBERED)).map(drop)
        })
        .await?;
    }
    Ok(gone)
}

/// Whether the key store lies there that was moved away under this id.
async fn is_moved_store(place: &Path, id: [u8; 16]) -> bool {
    let url = format!("sqlite:{}", place.display());
    // What is no database has no mark.
    place.exists()
        && matches!(moving::mark_at(&url, Schema::Keys).await,
            Ok(Some(mark)) if mark.id == id && mark.stage == moving::Stage::Moved)
}

/// With what SQLite lays beside it, which goes first: it is recognised by what stands in the file.
fn destroy_store(place: &Path) -> std::io::Result<()> {
    for beside in ["-wal", "-shm", ""] {
        match wipe(&container::with_suffix(place, beside)) {
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            wiped => wiped?,
        }
    }
    Ok(())
}

/// Written over and removed; whether it was there. What lies there and is no copy of ours stays. Without its folder,
/// on a medium that is not in place say, nobody knows.
fn destroy(place: &Path) -> std::io::Result<bool> {
    let mut beginning = Vec::new();
    match File::open(place) {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            return if place.parent().is_some_and(Path::is_dir) { Ok(false) } else { Err(error) };
        }
        opened => opened?.take(AGE.len() as u64).read_to_end(&mut beginning)?,
    };
    if beginning != AGE {
        return Err(std::io::Error::new(ErrorKind::InvalidData, "another file lies in its place"));
    }
    wipe(place).map(|()| true)
}

/// The bytes are written over where they lie and that is on the disk before the name goes.
pub fn wipe(place: &Path) -> std::io::Result<()> {
    let mut file = OpenOptions::new().write(true).open(place)?;
    let mut left = file.metadata()?.len();
    let zeros = [0_u8; 1 << 16];
    while left > 0 {
        let some = usize::try_from(left).unwrap_or(zeros.len()).min(zeros.len());
        file.write_all(zeros.get(..some).unwrap_or_default())?;
        left = left.saturating_sub(some as u64);
    }
    file.sync_all()?;
    drop(file);
    std::fs::remove_file(place)
}

#[cfg(test)]
mod tests {
    use super::*;
    use store::Options;
    use testkit::FixedClock;

    const HERE: Host = [1; 16];
    const ELSEWHERE: Host = [2; 16];

    #[tokio::test]
    async fn claim_f1_a_copy_of_the_keys_is_destroyed_when_its_days_are_over_and_nothing_else_is() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("keys.db").display());
        drop(Database::open(&url, Schema::Keys, Options::default()).await.unwrap());
        let clock = FixedClock::new();
        let oldest = || Database::peek(&url, "oldest", key_copies::oldest);
        let file = |name: &str| folder.path().join(name);
        for (name, bytes) in
            [("old", &b"age-encryption.org/v1\nsecret"[..]), ("other", &b"somebody's letter"[..])]
        {
            note(&url, &Copy::new(&file(name), HERE, clock.now()).unwrap()).await.unwrap();
            std::fs::write(file(name), bytes).unwrap();
        }
        let made_at = clock.now();
        clock.advance(Span::days(6));
        note(&url, &Copy::new(&file("young"), HERE, clock.now()).unwrap()).await.unwrap();
        std::fs::write(file("young"), b"age-encryption.org/v1\nsecret").unwrap();
        std::fs::write(file("old.part"), b"age-encryption.org/v1\nhalf").unwrap();
        assert_eq!(expire(&url, &HERE, 7, &clock).await.unwrap(), 0);
        assert_eq!(oldest().await.unwrap(), Some(made_at));

        clock.advance(Span::days(1));
        // What lies in the place of a copy and is none stays, and so does the doubt about that copy.
        assert_eq!(expire(&url, &HERE, 7, &clock).await.unwrap(), 1);
        assert!(!file("old.part").exists());
        assert!(!file("old").exists() && file("young").exists() && file("other").exists());
        assert_eq!(oldest().await.unwrap(), Some(made_at));
        std::fs::remove_file(file("other")).unwrap();
        assert_eq!(expire(&url, &HERE, 7, &clock).await.unwrap(), 1);
        assert!(oldest().await.unwrap() > Some(made_at));
    }

    #[tokio::test]
    async fn claim_f1_a_key_store_that_was_moved_away_is_destroyed_when_its_days_are_over_and_no_other_is() {
        let folder = tempfile::tempdir().unwrap();
        let url = |name: &str| format!("sqlite:{}", folder.path().join(name).display());
        let clock = FixedClock::new();
        drop(Database::open(&url("new"), Schema::Keys, Options::default()).await.unwrap());
        let stages = [("moved", moving::Stage::Moved), ("taken-back", moving::Stage::Whole)];
        for ((name, stage), id) in stages.into_iter().zip([[1; 16], [2; 16]]) {
            drop(Database::open(&url(name), Schema::Keys, Options::default()).await.unwrap());
            let mark = moving::Mark { id, stage };
            Database::touch(&url(name), "mark", move |tx| moving::set_mark(tx, Schema::Keys, &mark))
                .await
                .unwrap();
            let copy = Copy::of_move(&folder.path().join(name), id, HERE, clock.now()).unwrap();
            note(&url("new"), &copy).await.unwrap();
        }
        clock.advance(Span::days(6));
        assert_eq!(expire(&url("new"), &HERE, 7, &clock).await.unwrap(), 0);
        clock.advance(Span::days(1));
        assert_eq!(expire(&url("new"), &HERE, 7, &clock).await.unwrap(), 1);
        let left = |name: &str| folder.path().join(name).exists();
        assert!(!left("moved") && !left("moved-wal") && left("taken-back"));
        let living = Database::peek(&url("new"), "living", key_copies::list_living).await.unwrap();
        assert_eq!(
            living.iter().map(|copy| copy.id).collect::<Vec<_>>(),
            [[2; 16]],
            "that one is still a doubt"
        );
    }

    #[tokio::test]
    async fn claim_f1_a_copy_on_another_machine_or_a_medium_that_is_away_is_not_taken_for_gone() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("keys.db").display());
        drop(Database::open(&url, Schema::Keys, Options::default()).await.unwrap());
        let clock = FixedClock::new();
        let medium = folder.path().join("medium");
        std::fs::create_dir(&medium).unwrap();
        let (here, there) = (medium.join("here"), medium.join("there"));
        for (file, host) in [(&here, HERE), (&there, ELSEWHERE)] {
            note(&url, &Copy::new(file, host, clock.now()).unwrap()).await.unwrap();
            std::fs::write(file, b"age-encryption.org/v1\nsecret").unwrap();
        }
        clock.advance(Span::days(8));
        let living = || async {
            let living = Database::peek(&url, "living", key_copies::list_living).await.unwrap();
            living.into_iter().map(|copy| copy.host.unwrap()).collect::<Vec<_>>()
        };
        // The medium is away: nothing is known of what lies there.
        let away = folder.path().join("away");
        std::fs::rename(&medium, &away).unwrap();
        assert_eq!(expire(&url, &HERE, 7, &clock).await.unwrap(), 0);
        assert_eq!(living().await.len(), 2);
        std::fs::rename(&away, &medium).unwrap();
        // A file at that place on this machine is not the copy on that one.
        assert_eq!(expire(&url, &HERE, 7, &clock).await.unwrap(), 1);
        assert!(!here.exists() && there.exists());
        assert_eq!(living().await, [ELSEWHERE]);
        // Nor does it say anything that there is none.
        std::fs::rename(&there, folder.path().join("moved")).unwrap();
        assert_eq!(expire(&url, &HERE, 7, &clock).await.unwrap(), 0);
        assert_eq!(living().await, [ELSEWHERE]);
        assert_eq!(expire(&url, &ELSEWHERE, 7, &clock).await.unwrap(), 1);
        assert!(living().await.is_empty());
    }

    #[tokio::test]
    async fn claim_f1_where_the_service_sees_another_folder_no_copy_is_made_and_none_is_taken_for_gone() {
        let folder = tempfile::tempdir().unwrap();
        assert!(refuse_out_of_sight(&folder.path().join("b.age")).is_ok());
        let url = format!("sqlite:{}", folder.path().join("keys.db").display());
        drop(Database::open(&url, Schema::Keys, Options::default()).await.unwrap());
        let clock = FixedClock::new();
        for other in NOT_THE_SERVICES {
            let file = Path::new(other).join("entente-was-never-here.age");
            let error = refuse_out_of_sight(&file).unwrap_err().to_string();
            assert!(error.contains("lies where no copy of the keys may"), "{error}");
            // Of the time before that was refused.
            note(&url, &Copy::new(&file, HERE, clock.now()).unwrap()).await.unwrap();
        }
        clock.advance(Span::days(8));
        assert_eq!(expire(&url, &HERE, 7, &clock).await.unwrap(), 0);
        let living = Database::peek(&url, "living", key_copies::list_living).await.unwrap();
        assert_eq!(living.len(), NOT_THE_SERVICES.len());
    }

    #[test]
    fn a_copy_of_the_time_before_lies_with_a_key_store_that_is_a_file() {
        let mut copy = KeyCopy { id: [1; 16], made_at: Timestamp(0), place: "x".to_owned(), host: None };
        assert!(is_ours(&copy, Some(&HERE), "sqlite:keys.db") && is_ours(&copy, None, "sqlite:keys.db"));
        assert!(!is_ours(&copy, Some(&HERE), "postgres://localhost/x"));
        copy.host = Some(ELSEWHERE);
        assert!(!is_ours(&copy, Some(&HERE), "sqlite:keys.db") && !is_ours(&copy, None, "sqlite:keys.db"));
        assert!(is_ours(&copy, Some(&ELSEWHERE), "postgres://localhost/x"));
    }
}
