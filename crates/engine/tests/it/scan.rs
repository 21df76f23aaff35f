//! Files that people upload are shown to a scanner for malware, a real one: nothing is kept of what it does not find clean.

use crate::archive::files;
use crate::home::Home;
use crate::import::full;
use engine::actions::brand::set_logo;
use engine::actions::import::{self, ImportError};
use engine::archive::read::ReadError;
use engine::archive::zip::Writer;
use engine::{Actor, EngineError, Role};
use model::entropy::Entropy;
use model::personal::Personal;
use outbound::scanner::{Place, ScanError, Scanner};
use sealed::WorkFactor;
use std::io::{Cursor, Write};
use testkit::SeededEntropy;
use testkit::clamd::{Clamd, eicar};

const LOGO: &[u8] = include_bytes!("../logo.png");
const WORD: &str = "correct horse battery";

fn at(place: &str) -> Scanner {
    Scanner::new(Place::parse(place).unwrap())
}

async fn look(home: &Home, file: Vec<u8>, passphrase: &str) -> Result<(), ImportError> {
    import::look(&home.engine, &home.actor(), Cursor::new(file), Personal::from(passphrase)).await
}

/// The archive with one file more, which its reader passes over.
fn with(zip: &[u8], more: &[u8]) -> Vec<u8> {
    let (mut writer, mut all) = (Writer::new(Vec::new()), files(zip));
    writer.file("archive.json", &all.remove("archive.json").unwrap()).unwrap();
    for (name, content) in all.iter().map(|(name, content)| (name.as_str(), content.as_slice())) {
        writer.file(name, content).unwrap();
    }
    writer.file("notes.txt", more).unwrap();
    writer.finish().unwrap()
}

fn encrypted(zip: &[u8]) -> Vec<u8> {
    let entropy = SeededEntropy::new(3);
    let fill = |bytes: &mut [u8]| entropy.fill(bytes);
    let work = WorkFactor::new(10).unwrap();
    let mut writer = sealed::encrypt_to_passphrase(Vec::new(), WORD, work, fill).unwrap();
    writer.write_all(zip).unwrap();
    writer.finish().unwrap()
}

fn is_harmful(looked: &Result<(), ImportError>) -> bool {
    matches!(looked, Err(ImportError::Engine(EngineError::Harmful)))
}

#[tokio::test]
async fn claim_x10_nothing_is_kept_of_an_archive_that_the_scanner_does_not_find_clean() {
    let (mut home, zip) = full().await;
    let Some(mut clamd) = Clamd::start(512 * 1024) else { return };
    home.show_files_to(at(&clamd.socket())).await;
    let harmful = with(&zip, &eicar());
    // Packed, encrypted, damaged, cut off, and no archive at all.
    let damaged = [harmful.as_slice(), b"more"].concat();
    for (file, passphrase) in
        [(harmful.clone(), ""), (encrypted(&harmful), WORD), (damaged, ""), (eicar(), "")]
    {
        let looked = look(&home, file, passphrase).await;
        assert!(is_harmful(&looked), "{looked:?}");
        assert!(import::get(&home.engine, &home.actor()).await.unwrap().is_none(), "something was kept");
    }
    // What is no archive, and not harmful, is told as it was. What is not opened is shown to nobody.
    let looked = look(&home, b"hello".to_vec(), "").await;
    assert!(matches!(looked, Err(ImportError::Read(ReadError::NotOurs))), "{looked:?}");
    let looked = look(&home, encrypted(&harmful), "wrong").await;
    assert!(matches!(looked, Err(ImportError::Read(ReadError::WrongPassphrase))), "{looked:?}");
    // Larger than the scanner takes, or larger inside; and encrypted.
    let mut noise = vec![0; 2 * 1024 * 1024];
    SeededEntropy::new(5).fill(&mut noise);
    let large = with(&zip, &noise);
    let swells = with(&zip, &vec![b'x'; noise.len()]);
    assert!(swells.len() < 512 * 1024);
    for (file, passphrase) in [(large.clone(), ""), (encrypted(&large), WORD), (swells, "")] {
        let looked = look(&home, file, passphrase).await;
        let is_refused = matches!(
            looked,
            Err(ImportError::Engine(EngineError::Unscanned(ScanError::TooLarge | ScanError::Broken(_))))
        );
        assert!(is_refused, "{looked:?}");
        assert!(import::get(&home.engine, &home.actor()).await.unwrap().is_none(), "something was kept");
    }
    // Clean ones wait for their owner's yes, as without a scanner.
    for (file, passphrase) in [(zip.clone(), ""), (encrypted(&zip), WORD)] {
        look(&home, file, passphrase).await.unwrap();
        assert!(import::get(&home.engine, &home.actor()).await.unwrap().is_some());
        assert!(import::forget(&home.engine, &home.actor()).await.unwrap());
    }
    clamd.stop();
    for (file, passphrase) in [(zip.clone(), ""), (encrypted(&zip), WORD), (eicar(), "")] {
        let looked = look(&home, file, passphrase).await;
        let is_refused =
            matches!(looked, Err(ImportError::Engine(EngineError::Unscanned(ScanError::Unreachable(_)))));
        assert!(is_refused, "{looked:?}");
        assert!(import::get(&home.engine, &home.actor()).await.unwrap().is_none(), "something was kept");
    }
}

#[tokio::test]
async fn claim_x10_a_logo_is_kept_once_the_scanner_has_found_it_clean() {
    let mut home = Home::new().await;
    let Some(mut clamd) = Clamd::start(512 * 1024) else { return };
    home.show_files_to(at(&clamd.port())).await;
    let admin = Actor { role: Role::Admin, ..home.actor() };
    let has_logo = || home.engine.brand(home.brand).unwrap().logo.is_some();
    for harmful in [eicar(), [LOGO, &eicar()].concat()] {
        let set = set_logo(&home.engine, &admin, Some(&harmful)).await;
        assert!(matches!(set, Err(EngineError::Harmful)) && !has_logo(), "{set:?}");
    }
    let set = set_logo(&home.engine, &admin, Some(b"")).await;
    assert!(matches!(set, Err(EngineError::Logo(_))), "{set:?}");
    // Whoever may not set one has nothing of theirs looked at.
    let set = set_logo(&home.engine, &home.actor(), Some(&eicar())).await;
    assert!(matches!(set, Err(EngineError::Forbidden(_))), "{set:?}");
    set_logo(&home.engine, &admin, Some(LOGO)).await.unwrap();
    assert!(has_logo());
    clamd.stop();
    let set = set_logo(&home.engine, &admin, Some(LOGO)).await;
    assert!(matches!(set, Err(EngineError::Unscanned(ScanError::Unreachable(_)))), "{set:?}");
    // Taking it away needs no scanner.
    set_logo(&home.engine, &admin, None).await.unwrap();
    assert!(!has_logo());
}
