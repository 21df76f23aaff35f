//! New versions of documents: announced in time and to everybody once, decided by each, and provable.

use crate::people::{Town, next};
use engine::actions::brand;
use engine::actions::documents::{self, NOTICE, NextVersion, Read};
use engine::actions::{erasure, recovery, sign_up};
use engine::failpoint::{FailPoints, Point};
use engine::views::{documents as views, log};
use engine::{Engine, EngineError, views::account};
use ledger::VerifyingKey;
use model::brand::overlay::Set;
use model::personal::Personal;
use model::time::{Clock, Span};
use sha2::{Digest as _, Sha256};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

fn read(kind: &str, version: i64, language: &str) -> Read {
    Read { kind: kind.to_owned(), version, language: language.to_owned() }
}

fn changed(mails: &[(String, String, String)]) -> usize {
    mails.iter().filter(|(kind, ..)| kind == "document_changed").count()
}

#[tokio::test]
async fn claim_f7_everybody_is_told_of_a_new_version_once_whichever_node_does_it() {
    let town = Town::new().await;
    town.settle_in().await;
    let home = &town.home;
    town.publish_next("privacy", 1).await.unwrap();
    let other = home.another().await.unwrap();
    // Both at once, and once more: what is told is noted with the letters.
    let (one, two) = tokio::join!(home.engine.announce_all(), other.announce_all());
    one.unwrap();
    two.unwrap();
    other.announce_all().await.unwrap();
    let mails = town.mails().await;
    assert_eq!(changed(&mails), 1, "{mails:?}");
    let versions = views::versions(&home.engine, home.brand).await.unwrap();
    let second = versions.iter().find(|version| version.number == 2).unwrap();
    let announced = second.announcement.as_ref().unwrap();
    assert_eq!((announced.told, announced.done_at.is_some()), (1, true));
    assert_eq!(announced.early.as_deref(), Some("law"));
    // Of the first versions nobody is told: there was nobody.
    assert!(versions.iter().filter(|version| version.number == 1).all(|one| one.announcement.is_none()));
}

#[tokio::test]
async fn claim_f7_a_new_version_comes_with_thirty_days_notice_a_summary_and_a_difference() {
    let town = Town::new().await;
    let (engine, admin) = (&town.home.engine, town.admin());
    let now = town.home.clock.now();
    let soon = NextVersion { early: None, ..next("terms", 1, now.plus(NOTICE).minus(Span::secs(1))) };
    let refused = documents::publish_next(engine, &admin, soon).await;
    assert!(matches!(refused, Err(EngineError::Invalid { field: "effective_at", .. })), "{refused:?}");
    let mut silent = next("terms", 1, now);
    silent.texts[1].summary = " ".repeat(40);
    let refused = documents::publish_next(engine, &admin, silent).await;
    assert!(matches!(refused, Err(EngineError::Invalid { field: "summary", .. })), "{refused:?}");
    let mut half = next("terms", 1, now);
    half.texts.pop();
    let refused = documents::publish_next(engine, &admin, half).await;
    assert!(matches!(refused, Err(EngineError::Invalid { field: "documents", .. })), "{refused:?}");

    let in_time = NextVersion { early: None, ..next("terms", 1, now.plus(NOTICE)) };
    assert_eq!(documents::publish_next(engine, &admin, in_time.clone()).await.unwrap(), 2);
    // Whoever wrote theirs beside another's is told, and so is whoever changes nothing.
    let refused = documents::publish_next(engine, &admin, in_time.clone()).await;
    assert!(matches!(refused, Err(EngineError::Conflict(_))), "{refused:?}");
    let same = NextVersion { after: 2, ..in_time };
    let refused = documents::publish_next(engine, &admin, same).await;
    assert!(
        matches!(refused, Err(EngineError::Conflict(ref why)) if why.contains("different")),
        "{refused:?}"
    );
    // The one after does not come before it, and nobody types a year that is none.
    let later = NextVersion { early: None, ..next("privacy", 1, now.plus(Span::days(40))) };
    documents::publish_next(engine, &admin, later).await.unwrap();
    let sooner = NextVersion { early: None, ..next("privacy", 2, now.plus(Span::days(35))) };
    let refused = documents::publish_next(engine, &admin, sooner).await;
    assert!(matches!(refused, Err(EngineError::Conflict(ref why)) if why.contains("later")), "{refused:?}");
    let never = next("privacy", 2, now.plus(Span::days(36_500)));
    let refused = documents::publish_next(engine, &admin, never).await;
    assert!(matches!(refused, Err(EngineError::Invalid { field: "effective_at", .. })), "{refused:?}");
    // Until its day the old one is in force.
    let shown = |kind| views::get(engine, town.home.brand, kind, "en");
    assert_eq!(shown("terms").await.unwrap().unwrap().version, 1);
    // What cannot wait overtakes it, from the day that has begun already.
    let at_once = next("terms", 2, now.minus(Span::hours(12)));
    assert_eq!(documents::publish_next(engine, &admin, at_once).await.unwrap(), 3);
    let in_force = shown("terms").await.unwrap().unwrap();
    assert_eq!((in_force.version, in_force.effective_at), (3, now));
    town.home.clock.advance(NOTICE);
    assert_eq!(shown("terms").await.unwrap().unwrap().version, 3);
}

#[tokio::test]
async fn claim_f7_the_person_decides_from_its_day_on_and_may_before() {
    let town = Town::new().await;
    town.settle_in().await;
    let who = town.sign_in().await;
    let engine = &town.home.engine;
    assert!(views::to_decide(engine, &who.actor).await.unwrap().is_empty());
    let day = town.home.clock.now().plus(NOTICE);
    for kind in ["terms", "privacy"] {
        let announced = NextVersion { early: None, ..next(kind, 1, day) };
        documents::publish_next(engine, &town.admin(), announced).await.unwrap();
    }
    let open = views::to_decide(engine, &who.actor).await.unwrap();
    assert_eq!(open.iter().map(|one| (one.is_due, one.accepted)).collect::<Vec<_>>(), [(false, 1); 2]);
    assert_eq!(views::due_since(engine, &who.actor).await.unwrap(), None);
    // One is accepted at once, the other is due on its day.
    documents::accept(engine, &who, &[read("terms", 2, "en")]).await.unwrap();
    town.home.clock.advance(NOTICE);
    assert_eq!(views::due_since(engine, &who.actor).await.unwrap(), Some(day));
    // What is not to be decided is not accepted either.
    for strange in [
        read("terms", 2, "en"),
        read("privacy", 3, "en"),
        read("data_use", 1, "en"),
        read("privacy", 2, "fr"),
    ] {
        let refused = documents::accept(engine, &who, &[strange]).await;
        assert!(matches!(refused, Err(EngineError::Invalid { field: "accepted", .. })), "{refused:?}");
    }
    documents::accept(engine, &who, &[read("privacy", 2, "ar")]).await.unwrap();
    assert_eq!(views::due_since(engine, &who.actor).await.unwrap(), None);
    // The admin has published it.
    assert_eq!(views::due_since(engine, &town.admin()).await.unwrap(), None);
    let accepted = account::get(engine, &who).await.unwrap().accepted;
    let accepted: Vec<_> = accepted.iter().map(|one| (one.kind.as_str(), one.version)).collect();
    assert_eq!(accepted, [("data_use", 1), ("privacy", 1), ("privacy", 2), ("terms", 1), ("terms", 2)]);
    // Two versions on, only the newest is to be decided.
    town.publish_next("terms", 2).await.unwrap();
    town.publish_next("terms", 3).await.unwrap();
    let open = views::to_decide(engine, &who.actor).await.unwrap();
    assert_eq!(open.iter().map(|one| one.shown.version).collect::<Vec<_>>(), [4]);
}

#[tokio::test]
async fn claim_a2_what_was_accepted_is_proven_by_the_log_until_the_account_is_erased() {
    let town = Town::new().await;
    town.settle_in().await;
    let who = town.sign_in().await;
    let (engine, home) = (&town.home.engine, &town.home);
    town.publish_next("terms", 1).await.unwrap();
    documents::accept(engine, &who, &[read("terms", 2, "ar")]).await.unwrap();
    let waits = views::acceptance_proof(engine, &who.actor, "terms", 2).await;
    assert!(matches!(waits, Err(EngineError::NotYet(_))), "{waits:?}");
    engine.checkpoint().await.unwrap();
    let key = VerifyingKey::parse(&log::key(engine)).unwrap();
    for (version, language) in [(1, "en"), (2, "ar")] {
        let file = views::acceptance_proof(engine, &who.actor, "terms", version).await.unwrap();
        let held = ledger::proof::verify(&file, &key, &[]).unwrap();
        // The very text: whoever has the public page's bytes computes the same hash.
        let texts = views::version(engine, home.brand, "terms", version).await.unwrap();
        let hash = hex::encode(Sha256::digest(views::bytes_of(home.brand, &texts)));
        assert_eq!(held.record["hash"], hash);
        assert_eq!((&held.record["version"], &held.record["language"]), (&version.into(), &language.into()));
        assert_eq!(held.record["account"], who.actor.account.to_string());
    }
    // What was announced is a leaf as well.
    let versions = views::versions(engine, home.brand).await.unwrap();
    let announced = versions.iter().find_map(|version| version.announcement.as_ref()).unwrap();
    assert!(announced.leaf_index.is_some());
    let refused = views::acceptance_proof(engine, &who.actor, "terms", 3).await;
    assert!(matches!(refused, Err(EngineError::NotFound(_))));

    erasure::erase_own_account(engine, &who.actor).await.unwrap();
    while engine.erase_some().await.unwrap() {}
    assert!(views::acceptance_proof(engine, &who.actor, "terms", 2).await.is_err());
    log::check(&home.data, &key).await.unwrap();
}

/// A language that was added after a version was published has no text of it: another is shown, and that one is accepted.
#[tokio::test]
async fn claim_a2_what_was_accepted_says_the_language_that_was_really_shown() {
    let town = Town::new().await;
    let (engine, brand) = (&town.home.engine, town.home.brand);
    let speak = |languages: &[&str]| {
        Set::Languages(languages.iter().map(|language| (*language).to_owned()).collect())
    };
    brand::set(engine, &town.admin(), speak(&["en"])).await.unwrap();
    let mut english = next("terms", 1, town.home.clock.now());
    english.texts.retain(|text| text.language == "en");
    documents::publish_next(engine, &town.admin(), english).await.unwrap();
    town.home.clock.advance(Span::days(1));
    brand::set(engine, &town.admin(), speak(&["en", "ar"])).await.unwrap();
    let form = sign_up::SignUp { language: "ar".into(), ..town.form().await };
    town.register(form).await.unwrap();
    let link = town.link("confirm_address").await;
    assert!(town.confirm(&link, crate::people::PASSWORD).await.unwrap());
    let who = town.sign_in().await;
    engine.checkpoint().await.unwrap();
    let key = VerifyingKey::parse(&log::key(engine)).unwrap();
    for (kind, version, language) in [("terms", 2, "en"), ("privacy", 1, "ar")] {
        let file = views::acceptance_proof(engine, &who.actor, kind, version).await.unwrap();
        let held = ledger::proof::verify(&file, &key, &[]).unwrap();
        assert_eq!(held.record["language"], language, "{kind}");
        let shown = views::get(engine, brand, kind, "ar").await.unwrap().unwrap();
        assert_eq!((shown.version, shown.language.as_str()), (version, language), "{kind}");
    }
}

#[tokio::test]
async fn claim_f7_whoever_confirms_an_account_after_it_was_announced_is_told_as_well_and_once() {
    let town = Town::new().await;
    let engine = &town.home.engine;
    let day = town.home.clock.now().plus(NOTICE);
    // Signed up before, confirmed after everybody was told; and both after.
    town.register(town.form().await).await.unwrap();
    let link = town.link("confirm_address").await;
    let announced = NextVersion { early: None, ..next("terms", 1, day) };
    documents::publish_next(engine, &town.admin(), announced).await.unwrap();
    engine.announce_all().await.unwrap();
    assert_eq!(changed(&town.mails().await), 0, "nobody is there yet");
    assert!(town.confirm(&link, crate::people::PASSWORD).await.unwrap());
    engine.announce_all().await.unwrap();
    assert_eq!(changed(&town.mails().await), 1);
    town.home.clock.advance(Span::secs(1));
    let form =
        engine::actions::sign_up::SignUp { email: "late@corner.example.com".into(), ..town.form().await };
    town.register(form).await.unwrap();
    let link = town.link("confirm_address").await;
    assert!(town.confirm(&link, crate::people::PASSWORD).await.unwrap());
    assert_eq!(changed(&town.mails().await), 1);
    // Confirmed before the telling has come to them: by that, and not twice.
    let next = NextVersion { early: None, ..next("privacy", 1, day.plus(Span::days(1))) };
    let form =
        engine::actions::sign_up::SignUp { email: "third@corner.example.com".into(), ..town.form().await };
    town.register(form).await.unwrap();
    let link = town.link("confirm_address").await;
    documents::publish_next(engine, &town.admin(), next).await.unwrap();
    assert!(town.confirm(&link, crate::people::PASSWORD).await.unwrap());
    engine.announce_all().await.unwrap();
    let mails = town.mails().await;
    let third = mails.iter().filter(|(kind, to, _)| kind == "document_changed" && to.starts_with("third"));
    // The one of the terms, and the one of the privacy notice.
    assert_eq!(third.count(), 2, "{mails:?}");
    assert_eq!(changed(&mails), 4);
}

/// An engine that does something at the first telling, between what it has looked at and what it commits.
async fn interrupted(
    town: &Town,
    act: impl Fn() -> model::time::BoxFuture<'static, ()> + Send + Sync + 'static,
) -> Arc<Engine> {
    let passes = AtomicUsize::new(0);
    let hook = move |at| {
        if at == Point::BeforeTellCommit && passes.fetch_add(1, Ordering::SeqCst) == 0 {
            tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(act()));
        }
    };
    town.home.dying(FailPoints::new(hook)).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn claim_f7_whoever_confirms_in_the_moment_of_the_telling_is_told_once() {
    let town = Town::new().await;
    let (engine, brand) = (&town.home.engine, town.home.brand);
    let soon = |kind| NextVersion { early: None, ..next(kind, 1, town.home.clock.now().plus(NOTICE)) };
    town.register(town.form().await).await.unwrap();
    let link = town.link("confirm_address").await;
    documents::publish_next(engine, &town.admin(), soon("terms")).await.unwrap();
    // The telling has seen that nobody confirmed it; then somebody does; then it notes that it has passed by.
    let other = Arc::clone(engine);
    let telling = interrupted(&town, move || {
        let (other, link) = (Arc::clone(&other), link.clone());
        Box::pin(async move {
            let password = Personal::from(crate::people::PASSWORD);
            let here = crate::people::here();
            let confirmed = sign_up::confirm(&other, brand, &link, &password, false, &here).await.unwrap();
            assert!(confirmed.is_some());
        })
    })
    .await;
    telling.announce_all().await.unwrap();
    assert_eq!(changed(&town.mails().await), 1);

    // The other way round: it is announced, and told to everybody, while somebody confirms.
    let form = sign_up::SignUp { email: "late@corner.example.com".into(), ..town.form().await };
    town.register(form).await.unwrap();
    let link = town.link("confirm_address").await;
    let (other, admin, new) = (Arc::clone(engine), town.admin(), soon("privacy"));
    let confirming = interrupted(&town, move || {
        let (other, admin, new) = (Arc::clone(&other), admin.clone(), new.clone());
        Box::pin(async move {
            documents::publish_next(&other, &admin, new).await.unwrap();
            other.announce_all().await.unwrap();
        })
    })
    .await;
    let (password, here) = (Personal::from(crate::people::PASSWORD), crate::people::here());
    let confirmed = sign_up::confirm(&confirming, brand, &link, &password, false, &here).await.unwrap();
    assert!(confirmed.is_some());
    engine.announce_all().await.unwrap();
    let mails = town.mails().await;
    let of = |who: &str| {
        mails.iter().filter(|(kind, to, _)| kind == "document_changed" && to.starts_with(who)).count()
    };
    // Who was there hears of the second; who came hears of both.
    assert_eq!((of("owner"), of("late")), (1, 2), "{mails:?}");
}

#[tokio::test]
async fn claim_f7_who_opens_an_account_by_a_new_password_is_told_as_well() {
    let town = Town::new().await;
    let (engine, brand) = (&town.home.engine, town.home.brand);
    town.register(town.form().await).await.unwrap();
    town.mails().await;
    let soon = NextVersion { early: None, ..next("terms", 1, town.home.clock.now().plus(NOTICE)) };
    documents::publish_next(engine, &town.admin(), soon).await.unwrap();
    engine.announce_all().await.unwrap();
    let here = crate::people::here();
    recovery::forgotten(engine, brand, crate::people::EMAIL, &here).await.unwrap();
    let link = town.link("password_forgotten").await;
    let password = Personal::from("walnut-ferry-lamp-22");
    recovery::reset(engine, brand, &link, &password, &here).await.unwrap();
    assert_eq!(changed(&town.mails().await), 1);
    // And not again for the next password.
    recovery::forgotten(engine, brand, crate::people::EMAIL, &here).await.unwrap();
    let link = town.link("password_forgotten").await;
    recovery::reset(engine, brand, &link, &Personal::from(crate::people::PASSWORD), &here).await.unwrap();
    engine.announce_all().await.unwrap();
    assert_eq!(changed(&town.mails().await), 0);
}
