//! Erasing a whole brand with all its accounts, pages and leads (claims F1, R3): nothing readable is left anywhere,
//! other brands are untouched, its file does not bring it back, and a kill at any point ends in untouched or erased.

use crate::erase_account::{CANARIES, Street};
use crate::home::{Home, find};
use engine::actions::{self, accounts, erasure};
use engine::failpoint::{FailPoints, Point};
use engine::views::erasures;
use engine::{Engine, EngineError, Role, views};
use ledger::VerifyingKey;
use ledger::receipt::{self, Fact};
use model::id::AccountId;
use model::personal::Personal;
use model::ports::Method;
use model::time::Span;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Brand, holder, neighbour and three leads.
const TAGS: u64 = 6;
/// A case of each brand: its entry, and that of the audit.
const NOTED: u64 = 4;
/// That the florist's account was made.
const AUDITED: u64 = 1;

/// Somebody at the other brand of the installation.
async fn elsewhere(home: &Home) -> AccountId {
    let new = accounts::NewAccount {
        role: Role::Admin,
        name: Personal::from("Florist"),
        email: Personal::from("florist@florist.example"),
        plan: None,
    };
    accounts::create(&home.engine, home.other_brand(), new).await.unwrap()
}

async fn work(engine: &Engine) {
    while engine.erase_some().await.unwrap() {}
}

async fn assert_gone(street: &Street, engine: &Engine) {
    let home = street.home();
    home.clock.advance(Span::minutes(5));
    let files = home.content().await;
    for canary in CANARIES.iter().chain(&["neighbour@brand.example"]) {
        assert_eq!(find(&files, canary.as_bytes()), None, "{canary}");
    }
    let people = street.leads.iter().map(|lead| lead.0);
    for id in people.chain([home.account.0, home.page.0, street.neighbour.0]) {
        assert_eq!(find(&files, &id), None, "an id is left: {}", hex::encode(id));
        assert!(home.vault.key(&id).await.unwrap().is_none());
    }
    assert!(home.vault.key(&home.brand.0).await.unwrap().is_none());
    assert!(home.vault.lookup(home.brand).await.is_err(), "its look-up key is made anew");
    // No code of this run reaches it, and its host says so.
    assert!(matches!(engine.brand(home.brand), Err(EngineError::NotFound(_))));
    assert!(engine.brand_by_host("bakery.example").is_none());
    assert_eq!(engine.erased_brand_by_host("bakery.example:443").unwrap().id, home.brand);
}

async fn assert_other_is_there(street: &Street, engine: &Engine, florist: AccountId) {
    let home = street.home();
    let other = engine.brand_by_host("florist.example").unwrap();
    assert!(home.vault.key(&florist.0).await.unwrap().is_some());
    let role = move |tx: &store::Tx<'_>| store::tables::account::role(tx.brand(other.id), florist);
    assert_eq!(home.data.read("role", role).await.unwrap().as_deref(), Some("admin"));
    assert!(find(&home.content().await, &florist.0).is_some());
}

#[tokio::test]
async fn claim_f1_an_erased_brand_is_in_no_file_and_other_brands_are_untouched() {
    let street = Street::new().await;
    let home = street.home();
    let florist = elsewhere(home).await;
    let user = erasure::erase_own_brand(&home.engine, &home.actor()).await;
    assert!(user.is_err(), "only the brand's admin may");
    let admin = engine::Actor { role: Role::Admin, ..home.actor() };
    let going = erasure::counts_of_brand(&home.engine, &admin).await.unwrap();
    assert_eq!((going.accounts, going.pages, going.leads, going.broadcasts), (2, 2, 3, 2));
    let tag = erasure::tag_of_brand(&home.engine, &admin).await.unwrap();
    // What the key store remembers of its register of breaches goes too, and no other brand's.
    let heads = [home.brand, home.other_brand()].map(|brand| format!("breach.head/{brand}"));
    for (brand, head) in [home.brand, home.other_brand()].into_iter().zip(&heads) {
        let account = if brand == home.brand { admin.account } else { florist };
        let admin = engine::Actor { brand, account, ..admin.clone() };
        let now = model::time::Clock::now(&*home.clock);
        actions::breaches::note(&home.engine, &admin, ("A drill", "None was"), now, true).await.unwrap();
        assert!(home.vault.recall(head).await.unwrap().is_some());
    }

    let erased = erasure::erase_brand(&home.engine, home.brand).await.unwrap();
    assert_eq!(hex::encode(erased.tag), tag);
    // At once: no key, nobody signed in, no page; no row of a lead has gone yet.
    let status = erasures::status(&home.engine, home.brand, &erased.code).await.unwrap().unwrap();
    assert!(status.unreadable_at.is_some() && status.removed == 0 && status.leads == 0);
    for id in street.leads.iter().map(|lead| lead.0).chain([home.account.0, home.brand.0]) {
        assert!(home.vault.key(&id).await.unwrap().is_none());
    }
    let again = erasure::erase_own_brand(&home.engine, &admin).await;
    assert!(matches!(again, Err(EngineError::NotFound(_))));

    work(&home.engine).await;
    home.engine.checkpoint().await.unwrap();
    assert_gone(&street, &home.engine).await;
    assert_other_is_there(&street, &home.engine, florist).await;
    assert!(home.vault.recall(&heads[0]).await.unwrap().is_none());
    assert!(home.vault.recall(&heads[1]).await.unwrap().is_some());
    let told = home.meta.requests.lock().unwrap().iter().filter(|r| r.method == Method::Delete).count();
    assert_eq!(told, 2, "Meta is told of each page");
    let size = views::log::check(&home.data, &home.engine.log_key()).await.unwrap().size;
    assert_eq!(size, TAGS + AUDITED + NOTED + street.consents, "each tag once");

    let file = erasures::receipt(&home.engine, home.brand, &erased.code).await.unwrap().unwrap();
    let key = VerifyingKey::parse(&views::log::key(&home.engine)).unwrap();
    let held = receipt::verify(&file, &key, &[]).unwrap();
    assert_eq!(held.statement.get("erased"), Some(&Fact::Text("brand".to_owned())));
    let Some(Fact::Group(rows)) = held.statement.get("rows") else { panic!("no rows") };
    for (name, count) in [("accounts", 2), ("pages", 2), ("leads", 3), ("broadcasts", 2)] {
        assert_eq!(rows.get(name), Some(&Fact::Count(count)), "{name}");
    }
}

#[tokio::test]
async fn claim_f1_a_lead_that_was_erased_before_its_brand_has_its_second_receipt_too() {
    let street = Street::new().await;
    let home = street.home();
    let lead = actions::leads::erase(&home.engine, &home.actor(), street.leads[0]).await.unwrap();
    home.clock.advance(Span::hours(5));
    let brand = erasure::erase_brand(&home.engine, home.brand).await.unwrap();
    for (days, is_over) in [(6, false), (1, true)] {
        home.clock.advance(Span::days(days));
        work(&home.engine).await;
        for code in [&lead.code, &brand.code] {
            let status = erasures::status(&home.engine, home.brand, code).await.unwrap().unwrap();
            assert_eq!(status.backups_at.is_some(), is_over, "after {days} days");
        }
    }
}

#[tokio::test]
async fn claim_f1_its_file_does_not_bring_an_erased_brand_back() {
    let street = Street::new().await;
    let home = street.home();
    let florist = elsewhere(home).await;
    let node = home.another().await.unwrap();
    let erased = erasure::erase_brand(&home.engine, home.brand).await.unwrap();
    // Another node that runs beside notices it before it serves anything more.
    home.clock.advance(Span::secs(3));
    node.notice_brands().await;
    assert!(node.brand(home.brand).is_err());
    // And so does one that starts with the same files, which still name the brand.
    let started = home.another().await.unwrap();
    work(&started).await;
    started.checkpoint().await.unwrap();
    assert_gone(&street, &started).await;
    assert_other_is_there(&street, &started, florist).await;
    assert!(erasures::receipt(&started, home.brand, &erased.code).await.unwrap().is_some());
}

/// A process that dies at this pass of this point, and one that is started after it.
async fn dies_at(point: Point, pass: usize) {
    let street = Street::new().await;
    let home = street.home();
    let florist = elsewhere(home).await;
    let passes = AtomicUsize::new(0);
    let fail_points = FailPoints::new(move |at| {
        assert!(!(at == point && passes.fetch_add(1, Ordering::SeqCst) + 1 == pass), "killed by the test");
    });
    let engine = home.dying(fail_points).await.unwrap();
    let (dying, brand) = (Arc::clone(&engine), home.brand);
    let died = tokio::spawn(async move {
        erasure::erase_brand(&dying, brand).await?;
        while dying.erase_some().await? {}
        Ok::<_, EngineError>(())
    });
    assert!(!matches!(died.await, Ok(Ok(()))), "{point:?}, {pass}: never passed");
    drop(engine);

    let engine = home.another().await.unwrap();
    if point == Point::BeforeFenceCommit {
        assert!(engine.brand(home.brand).is_ok() && home.vault.key(&home.brand.0).await.unwrap().is_some());
        erasure::erase_brand(&engine, home.brand).await.unwrap();
    } else {
        // Before anything is served, nothing can be read.
        assert!(engine.brand(home.brand).is_err(), "{point:?}");
        home.clock.advance(Span::minutes(30));
        for id in street.leads.iter().map(|lead| lead.0).chain([home.account.0, home.brand.0]) {
            assert!(home.vault.key(&id).await.unwrap().is_none(), "{point:?}");
        }
    }
    work(&engine).await;
    engine.checkpoint().await.unwrap();
    assert_gone(&street, &engine).await;
    assert_other_is_there(&street, &engine, florist).await;
    let leaves = views::log::check(&home.data, &engine.log_key()).await.unwrap().size;
    assert_eq!(leaves, TAGS + AUDITED + street.consents, "{point:?}, {pass}: each tag once");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn claim_f1_a_kill_before_or_at_a_brands_key_ends_in_untouched_or_erased() {
    for point in &Point::ERASING[..5] {
        dies_at(*point, 1).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn claim_f1_a_kill_while_a_brands_rows_go_or_meta_is_told_ends_erased() {
    let more = [
        (Point::AfterChunkTagged, 2),
        (Point::AfterChunkCommit, 2),
        (Point::AfterChunkCommit, 4),
        (Point::AfterNoticeCommit, 2),
    ];
    for (point, pass) in Point::ERASING[5..].iter().map(|point| (*point, 1)).chain(more) {
        dies_at(point, pass).await;
    }
}
