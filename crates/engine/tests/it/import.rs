//! An archive comes back: what must come does, what must not does not, twice is once, and a damaged or
//! hostile one changes nothing.

use crate::archive::{LIMITS, files, taken};
use crate::broadcasts::promotion;
use crate::home::{Home, META_PAGE, account, actor};
use engine::actions::archive::Lock;
use engine::actions::broadcasts::create;
use engine::actions::import::{self, Fate, ImportError};
use engine::actions::{self, tags};
use engine::archive::read::ReadError;
use engine::archive::zip::Writer;
use engine::{Actor, views};
use model::broadcast::BroadcastState;
use model::id::LeadId;
use model::personal::Personal;
use model::time::Span;
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::io::Cursor;
use store::tables::import::ImportState;

/// An account with leads, tags and broadcasts, and its archive.
pub async fn full() -> (Home, Vec<u8>) {
    let home = Home::new().await;
    let lead = home.opt_in("psid-1", "My name is Zelda").await;
    home.opt_in("psid-2", "hello").await;
    home.write("psid-3", "hi").await;
    home.write("psid-3", "stop").await;
    home.settle().await;
    let regulars = tags::create(&home.engine, &home.actor(), "regulars").await.unwrap();
    let whom = actions::tag_many::Whom::Named(vec![lead]);
    actions::tag_many::tag_many(&home.engine, &home.actor(), regulars.id, whom, true).await.unwrap();
    let sent = create(&home.engine, &home.actor(), promotion("Fresh bread")).await.unwrap();
    actions::broadcasts::step(&home.engine, &home.actor(), sent.id, model::broadcast::Step::Send)
        .await
        .unwrap();
    home.settle().await;
    home.clock.advance(Span::secs(2));
    create(&home.engine, &home.actor(), promotion("Not yet")).await.unwrap();
    let file = taken(&home, Lock::Nobody).await;
    (home, file)
}

pub async fn brought(home: &Home, me: &Actor, file: Vec<u8>, passphrase: &str) -> Result<(), ImportError> {
    import::look(&home.engine, me, Cursor::new(file), Personal::from(passphrase)).await?;
    assert!(import::start(&home.engine, me).await.unwrap());
    home.settle().await;
    Ok(())
}

async fn leads(home: &Home, me: &Actor) -> Vec<views::leads::LeadView> {
    views::leads::list(&home.engine, me, None, 200).await.unwrap()
}

async fn broadcasts(home: &Home, me: &Actor) -> Vec<(String, BroadcastState, BTreeMap<String, u64>)> {
    let all = views::broadcasts::list(&home.engine, me, None, 200).await.unwrap();
    all.into_iter().map(|b| (b.text, b.state, b.counts)).collect()
}

/// The archive with one file of it changed.
pub fn changed(zip: &[u8], change: impl Fn(&str, Vec<u8>) -> Vec<u8>) -> Vec<u8> {
    let mut writer = Writer::new(Vec::new());
    let all = files(zip);
    // The manifest first, as it must be.
    let order =
        all.keys().filter(|n| *n == "archive.json").chain(all.keys().filter(|n| *n != "archive.json"));
    for name in order {
        writer.file(name, &change(name, all[name].clone())).unwrap();
    }
    writer.finish().unwrap()
}

pub fn replaced(zip: &[u8], from: &str, to: &str) -> Vec<u8> {
    changed(zip, |_, content| match String::from_utf8(content) {
        Ok(text) => text.replace(from, to).into_bytes(),
        Err(error) => error.into_bytes(),
    })
}

#[tokio::test]
async fn claim_f1_an_archive_comes_back_into_a_new_account_with_its_leads_dormant() {
    let (old, file) = full().await;
    let before = broadcasts(&old, &old.actor()).await;
    let home = Home::new().await;
    let me = &home.actor();
    import::look(&home.engine, me, Cursor::new(file.clone()), Personal::from("")).await.unwrap();
    let view = import::get(&home.engine, me).await.unwrap().unwrap();
    assert_eq!(
        (view.state, view.leads, view.tags, view.drafts, view.past),
        (ImportState::Checked, 3, 1, 1, 1)
    );
    assert_eq!(view.pages[0].fate, Fate::Here);
    assert!(leads(&home, me).await.is_empty(), "looking changes nothing");
    brought(&home, me, file.clone(), "").await.unwrap();

    let came = leads(&home, me).await;
    assert_eq!(came.len(), 3);
    assert!(
        came.iter()
            .all(|lead| lead.dormant_since.is_some() && !lead.promotion_in_force && lead.level.is_none())
    );
    assert!(came.iter().any(|lead| lead.withdrawn_at.is_some()), "a withdrawal comes along");
    let detail = views::leads::get(&home.engine, me, came[0].id).await.unwrap();
    assert_eq!(detail.given_name.as_deref(), Some("Zelda"));
    assert_eq!(detail.tags[0].name, "regulars");
    assert!(detail.consents.is_empty());
    assert!(
        detail.earlier.iter().any(|e| e.kind == "opt_in" && e.answered.is_some()),
        "{:?}",
        detail.earlier
    );
    assert_eq!(broadcasts(&home, me).await, before, "with who got them, and the draft");

    // Twice is once.
    brought(&home, me, file, "").await.unwrap();
    assert_eq!(leads(&home, me).await, came);
    assert_eq!(broadcasts(&home, me).await, before);
    assert_eq!(views::tags::list(&home.engine, me).await.unwrap().len(), 1);
    let view = import::get(&home.engine, me).await.unwrap().unwrap();
    assert_eq!((view.state, view.leads_in, view.leads_known), (ImportState::Done, 0, 3));
}

#[tokio::test]
async fn claim_f1_whoever_came_back_is_not_written_to_before_a_new_yes() {
    let (_, file) = full().await;
    let home = Home::new().await;
    let me = &home.actor();
    brought(&home, me, file, "").await.unwrap();
    let send = async |text: &str| {
        let made = create(&home.engine, me, promotion(text)).await.unwrap();
        actions::broadcasts::step(&home.engine, me, made.id, model::broadcast::Step::Send).await.unwrap();
        home.settle().await;
        views::broadcasts::get(&home.engine, me, made.id).await.unwrap()
    };
    let refused = send("Anybody there?").await;
    assert_eq!(refused.reasons.get("refused/dormant"), Some(&3), "{:?}", refused.reasons);
    assert!(home.meta.messages().is_empty(), "nothing left");

    let known = home.lead("psid-2").await.expect("found by look-up, not made anew");
    home.write("psid-2", "hello again").await;
    home.settle().await;
    assert_eq!(home.lead("psid-2").await, Some(known));
    let lead = views::leads::get(&home.engine, me, known).await.unwrap();
    assert!(lead.lead.dormant_since.is_none() && !lead.lead.promotion_in_force);
    let still = send("Is that a yes?").await;
    assert_eq!(still.counts.get("sent"), None, "{:?}", still.reasons);
    home.tap("psid-2", &home.yes()).await;
    home.settle().await;
    let sent = send("Bread").await;
    assert_eq!(sent.counts.get("sent"), Some(&1), "{:?}", sent.reasons);
}

/// Anybody can write an archive that names any page: it tells nothing of who has connected it.
#[tokio::test]
async fn a_page_that_others_have_connected_looks_like_one_that_nobody_has_and_stays_theirs() {
    let (home, file) = full().await;
    let nobodys = replaced(&file, META_PAGE, "999888777");
    let mut shown = Vec::new();
    for brand in [home.brand, home.other_brand()] {
        for file in [&file, &nobodys] {
            let me = &actor(brand, account(&home.engine, brand, 10).await);
            import::look(&home.engine, me, Cursor::new(file.clone()), Personal::from("")).await.unwrap();
            let before = import::get(&home.engine, me).await.unwrap().unwrap();
            brought(&home, me, file.clone(), "").await.unwrap();
            let after = import::get(&home.engine, me).await.unwrap().unwrap();
            let pages = views::pages::list(&home.engine, me, None, 9).await.unwrap();
            let stops: Vec<_> = pages.iter().map(|page| page.stop).collect();
            let fates = [&before, &after].map(|view| view.pages[0].fate);
            let counts = (after.leads_in, after.leads_known, after.leads_left);
            let came = leads(&home, me).await.len();
            shown.push((fates, counts, stops, came, broadcasts(&home, me).await.len()));
        }
    }
    assert_eq!(shown[0], ([Fate::Connect; 2], (3, 0, 0), vec![Some("disconnected")], 3, 2));
    assert!(shown.iter().all(|each| *each == shown[0]), "{shown:?}");

    let page =
        home.data.read("page", |tx| store::tables::page::find_by_meta_id(tx, META_PAGE)).await.unwrap();
    assert_eq!(page.unwrap().page.account, home.account);
    let own = home.lead("psid-1").await.unwrap();
    assert!(
        leads(&home, &home.actor()).await.iter().any(|lead| lead.id == own && lead.dormant_since.is_none())
    );
    assert_eq!(leads(&home, &home.actor()).await.len(), 3);
}

#[tokio::test]
async fn a_page_that_is_named_is_not_taken_and_waits_to_be_connected() {
    let (_, file) = full().await;
    let file = replaced(&file, META_PAGE, "999888777");
    let home = Home::new().await;
    let other = &actor(home.brand, account(&home.engine, home.brand, 10).await);
    brought(&home, other, file.clone(), "").await.unwrap();
    let pages = views::pages::list(&home.engine, other, None, 9).await.unwrap();
    assert_eq!((pages[0].meta_id.as_str(), pages[0].stop), ("999888777", Some("disconnected")));
    assert!(pages[0].is_awaited, "which nobody has disconnected");
    assert_eq!(leads(&home, other).await.len(), 3);
    // Nobody's at Meta: another account may still connect it, and brings the same archive in too.
    let found =
        home.data.read("page", |tx| store::tables::page::find_by_meta_id(tx, "999888777")).await.unwrap();
    assert!(found.is_none());
    brought(&home, &home.actor(), file.clone(), "").await.unwrap();
    assert_eq!(leads(&home, &home.actor()).await.len(), 3);
    brought(&home, other, file, "").await.unwrap();
    assert_eq!(leads(&home, other).await.len(), 3, "and twice is once here too");
    assert_eq!(views::pages::list(&home.engine, other, None, 9).await.unwrap().len(), 1);
}

#[tokio::test]
async fn claim_f1_an_encrypted_archive_comes_back_with_its_passphrase_only() {
    let old = Home::new().await;
    old.opt_in("psid-1", "hello").await;
    old.settle().await;
    let file = taken(&old, Lock::Passphrase(Personal::from("correct horse battery"))).await;
    let home = Home::new().await;
    let me = &home.actor();
    for (passphrase, wanted) in [("", ReadError::NeedsPassphrase), ("wrong", ReadError::WrongPassphrase)] {
        let refused =
            import::look(&home.engine, me, Cursor::new(file.clone()), Personal::from(passphrase)).await;
        let Err(ImportError::Read(error)) = refused else { panic!("{passphrase}") };
        assert_eq!(error.to_string(), wanted.to_string());
    }
    brought(&home, me, file, "correct horse battery").await.unwrap();
    assert_eq!(leads(&home, me).await.len(), 1);
}

#[tokio::test]
async fn an_erased_lead_takes_along_what_came_back() {
    let (_, file) = full().await;
    let home = Home::new().await;
    let me = &home.actor();
    brought(&home, me, file, "").await.unwrap();
    let id: LeadId = leads(&home, me).await[0].id;
    actions::leads::erase(&home.engine, me, id).await.unwrap();
    let left =
        home.data.read("returned", move |tx| store::tables::returned::get(tx.brand(home.brand), id)).await;
    assert!(left.unwrap().is_none());
}

#[tokio::test]
async fn a_damaged_or_hostile_archive_says_so_and_changes_nothing() {
    let (_, file) = full().await;
    let home = Home::new().await;
    let me = &home.actor();
    let zip = |names: &[(&str, &[u8])]| {
        let mut writer = Writer::new(Vec::new());
        for (name, content) in names {
            writer.file(name, content).unwrap();
        }
        writer.finish().unwrap()
    };
    let manifest = files(&file)["archive.json"].clone();
    let bomb = vec![b' '; 80 << 20];
    let mut cut = file.clone();
    cut.truncate(file.len() / 2);
    let mut flipped = file.clone();
    let at = flipped.len() / 3;
    flipped[at] ^= 0x40;
    let cases: Vec<(&str, Vec<u8>, ReadError)> = vec![
        ("empty", Vec::new(), ReadError::Truncated),
        ("a picture", include_bytes!("../logo.png").to_vec(), ReadError::NotOurs),
        ("another zip", zip(&[("a.txt", b"b")]), ReadError::NotOurs),
        ("cut off", cut, ReadError::Truncated),
        ("one bit changed", flipped, ReadError::Damaged),
        ("something after the end", [file.as_slice(), b"x"].concat(), ReadError::Damaged),
        (
            "another version",
            replaced(&file, "entente-archive/1", "entente-archive/2"),
            ReadError::OtherVersion,
        ),
        ("a way out", zip(&[("archive.json", &manifest), ("../../etc/passwd", b"x")]), ReadError::Damaged),
        ("an absolute path", zip(&[("archive.json", &manifest), ("/etc/passwd", b"x")]), ReadError::Damaged),
        (
            "a name twice",
            zip(&[("archive.json", &manifest), ("archive.json", &manifest)]),
            ReadError::Damaged,
        ),
        ("a bomb", zip(&[("archive.json", &manifest), ("tags.json", &bomb)]), ReadError::TooLarge),
        ("a bomb nobody reads", zip(&[("archive.json", &manifest), ("x", &bomb)]), ReadError::TooLarge),
        ("no pages", zip(&[("archive.json", &manifest)]), ReadError::Shape("account.json")),
        (
            "wrong types",
            replaced(&file, "\"deliveries\": [", "\"deliveries\": 7, \"x\": ["),
            ReadError::Shape("leads"),
        ),
        (
            "a huge number",
            replaced(&file, "\"attempts\": 1", "\"attempts\": 99999999999999999999"),
            ReadError::Shape("leads"),
        ),
        (
            "a time that is none",
            replaced(&file, "\"created_at\": \"2026", "\"created_at\": \"x2026"),
            ReadError::Shape("leads"),
        ),
        (
            "another encoding",
            changed(
                &file,
                |name, content| if name == "tags.json" { vec![0xff, 0xfe, b'['] } else { content },
            ),
            ReadError::Shape("tags.json"),
        ),
    ];
    for (name, file, wanted) in cases {
        let refused = import::look(&home.engine, me, Cursor::new(file), Personal::from("")).await;
        let Err(ImportError::Read(error)) = refused else { panic!("{name} was taken") };
        assert_eq!(error.to_string(), wanted.to_string(), "{name}");
    }
    assert!(import::get(&home.engine, me).await.unwrap().is_none());
    assert!(leads(&home, me).await.is_empty());
}

#[tokio::test]
async fn what_was_looked_through_and_not_wanted_is_dropped_after_an_hour() {
    let (_, file) = full().await;
    let home = Home::new().await;
    let me = &home.actor();
    import::look(&home.engine, me, Cursor::new(file), Personal::from("")).await.unwrap();
    home.clock.advance(Span::hours(2));
    home.write("psid-9", "hello").await;
    home.settle().await;
    assert!(import::get(&home.engine, me).await.unwrap().is_none());
    assert!(!import::start(&home.engine, me).await.unwrap());
}

#[test]
fn no_cell_of_the_reader_is_reached_by_bytes_that_are_no_archive() {
    let mut writer = Writer::new(Vec::new());
    writer.file("archive.json", b"{\"format\":\"entente-archive/1\"}").unwrap();
    writer.file("leads/00001.json", &[b'a'; 300]).unwrap();
    let good = writer.finish().unwrap();
    let opening = tokio::sync::Mutex::new(());
    let mut runner = proptest::test_runner::TestRunner::default();
    let any = (any::<prop::sample::Index>(), proptest::collection::vec(any::<u8>(), 0..40), any::<bool>());
    runner
        .run(&any, |(at, bytes, instead)| {
            let at = at.index(good.len());
            let rest = if instead { (at + bytes.len()).min(good.len()) } else { at };
            let file = [&good[..at], &bytes, &good[rest..]].concat();
            let mut reader = engine::archive::zip::Reader::new(file.as_slice(), LIMITS);
            while let Ok(Some((name, _))) = reader.next(|_| true) {
                prop_assert!(!name.contains(".."));
            }
            let _ = engine::archive::read::read(file.as_slice(), "", &opening, |_| Ok(()));
            Ok(())
        })
        .unwrap();
}

#[test]
fn another_program_reads_what_is_written_here() {
    let mut writer = Writer::new(Vec::new());
    writer.file("one.txt", "first قطار".as_bytes()).unwrap();
    writer.begin("two/b.txt").unwrap();
    for _ in 0..10_000 {
        writer.write(b"line\n").unwrap();
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.zip");
    std::fs::write(&path, writer.finish().unwrap()).unwrap();
    let script = "import sys,zipfile; z=zipfile.ZipFile(sys.argv[1]); assert z.testzip() is None; \
        print(len(z.read('two/b.txt')), z.read('one.txt').decode())";
    let Ok(out) = std::process::Command::new("python3")
        .env("PYTHONIOENCODING", "utf-8")
        .args(["-c", script])
        .arg(&path)
        .output()
    else {
        return;
    };
    assert_eq!(String::from_utf8(out.stdout).unwrap().trim(), "50000 first قطار");
}

#[tokio::test]
async fn of_an_account_one_archive_comes_at_a_time() {
    let (_, file) = full().await;
    let home = Home::new().await;
    let me = &home.actor();
    import::look(&home.engine, me, Cursor::new(file.clone()), Personal::from("")).await.unwrap();
    assert!(import::start(&home.engine, me).await.unwrap());
    let again = import::look(&home.engine, me, Cursor::new(file), Personal::from("")).await;
    assert!(matches!(again, Err(ImportError::Busy)));
    assert!(!import::forget(&home.engine, me).await.unwrap());
}

/// Within limits that a changed byte soon reaches.
const NARROW: engine::archive::zip::Limits =
    engine::archive::zip::Limits { files: 20, one: 4_096, all: 16_384, swell: 20, free: 1_024 };

#[test]
fn claim_x10_no_bytes_break_the_zip_reader_or_get_more_than_its_limits() {
    testkit::mutate::fuzz("archive", 20_000, |bytes| {
        let mut reader = engine::archive::zip::Reader::new(bytes, NARROW);
        let (mut files, mut all) = (0, 0);
        let end = loop {
            match reader.next(|name| !name.contains("pages")) {
                Ok(Some((name, content))) => {
                    (files, all) = (files + 1, all + content.len() as u64);
                    assert!(!name.split('/').any(|part| part == "..") && !name.starts_with('/'), "{name:?}");
                    assert!(files <= NARROW.files && content.len() as u64 <= NARROW.one && all <= NARROW.all);
                }
                Ok(None) => break Ok(()),
                Err(error) => break Err(error),
            }
        };
        end.is_ok_and(|()| files > 0)
    });
}

#[test]
fn claim_x10_no_bytes_break_the_reader_of_archives() {
    let opening = tokio::sync::Mutex::new(());
    testkit::mutate::fuzz("archive", 10_000, |bytes| {
        match engine::archive::read::read(bytes, "", &opening, |leads| {
            assert!(leads.len() <= bytes.len());
            Ok(())
        }) {
            Ok(_) => true,
            Err(error) => testkit::mutate::refused(&error),
        }
    });
    // Whole archives, of which a file of leads says anything at all.
    let head = testkit::mutate::samples("archive").into_iter().next().map(|sample| files(&sample)).unwrap();
    testkit::mutate::fuzz("archive_leads", 4_000, |bytes| {
        let mut writer = Writer::new(Vec::new());
        writer.file("archive.json", &head["archive.json"]).unwrap();
        for (name, content) in head.iter().filter(|(name, _)| *name != "archive.json") {
            writer.file(name, if name.starts_with("leads/") { bytes } else { content }).unwrap();
        }
        let file = writer.finish().unwrap();
        match engine::archive::read::read(file.as_slice(), "", &opening, |_| Ok(())) {
            Ok(contents) => contents.leads > 0,
            Err(error) => testkit::mutate::refused(&error),
        }
    });
}
