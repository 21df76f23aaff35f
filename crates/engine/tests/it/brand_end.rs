//! The end of a brand is announced before it is erased: everybody is told once, and until the day has come nothing is
//! erased (claims A2, R3).

use crate::people::{EMAIL, PASSWORD, Town};
use engine::actions::documents::{LATEST, NOTICE};
use engine::actions::{brand_end, erasure, sign_up};
use engine::failpoint::{FailPoints, Point};
use engine::restore::Since;
use engine::views::brand_end as views;
use engine::views::log;
use engine::{Actor, EngineError, Role};
use ledger::VerifyingKey;
use model::time::{Clock, Span};
use sha2::{Digest as _, Sha256};
use store::Tx;
use store::tables::mail;

fn told(mails: &[(String, String, String)], kind: &str) -> usize {
    mails.iter().filter(|(own, ..)| own == kind).count()
}

async fn signs_up(town: &Town, email: &str) -> String {
    town.register(sign_up::SignUp { email: email.into(), ..town.form().await }).await.unwrap();
    town.link("confirm_address").await
}

async fn settles_in(town: &Town, email: &str) {
    let link = signs_up(town, email).await;
    assert!(town.confirm(&link, PASSWORD).await.unwrap());
    town.mails().await;
}

#[tokio::test]
async fn claim_r3_a_brand_with_users_is_erased_from_its_announced_day_on_and_not_before() {
    let town = Town::new().await;
    let (home, engine, admin) = (&town.home, &town.home.engine, town.admin());
    // Nobody but admins: there is nobody to tell, and nothing to wait for.
    let outlook = views::get(engine, &admin).await.unwrap();
    assert!(!outlook.has_users && outlook.may_erase && outlook.end.is_none());
    let nobody = brand_end::announce(engine, &admin, home.clock.now().plus(NOTICE)).await;
    assert!(matches!(nobody, Err(EngineError::Conflict(_))), "{nobody:?}");

    town.settle_in().await;
    let refused = erasure::erase_own_brand(engine, &admin).await;
    assert!(matches!(&refused, Err(EngineError::Conflict(why)) if why.contains("announce")), "{refused:?}");
    let (now, user) = (home.clock.now(), Actor { role: Role::User, ..admin.clone() });
    for early in [now, now.plus(Span(NOTICE.0 - 1)), now.plus(Span(LATEST.0 + 1))] {
        let refused = brand_end::announce(engine, &admin, early).await;
        assert!(matches!(refused, Err(EngineError::Invalid { field: "ends_at", .. })), "{refused:?}");
    }
    let day = now.plus(NOTICE);
    for refused in [
        brand_end::announce(engine, &user, day).await,
        brand_end::call_off(engine, &user).await,
        views::get(engine, &user).await.map(drop),
    ] {
        assert!(matches!(refused, Err(EngineError::Forbidden(_))), "{refused:?}");
    }
    assert_eq!(brand_end::preview(engine, &admin, day).await.unwrap().told, 1);
    assert_eq!(views::ends_at(engine, home.brand).await.unwrap(), None, "looking announces nothing");
    brand_end::announce(engine, &admin, day).await.unwrap();
    let twice = brand_end::announce(engine, &admin, day).await;
    assert!(matches!(twice, Err(EngineError::Conflict(_))), "{twice:?}");

    // The admin sees who is still to be told, and who was; whichever node tells, everybody is told once.
    let end = views::get(engine, &admin).await.unwrap().end.unwrap();
    assert_eq!((end.announcement.told, end.unmailed), (0, 1));
    let other = home.another().await.unwrap();
    let (one, two) = tokio::join!(engine.announce_all(), other.announce_all());
    one.unwrap();
    two.unwrap();
    assert_eq!(views::get(engine, &admin).await.unwrap().end.unwrap().unmailed, 1, "it waits to be sent");
    assert_eq!(told(&town.mails().await, "brand_ends"), 1);
    engine.checkpoint().await.unwrap();
    let end = views::get(engine, &admin).await.unwrap().end.unwrap();
    assert_eq!((end.announcement.told, end.unmailed, end.announcement.effective_at), (1, 0, day));
    assert_eq!(<[u8; 32]>::from(Sha256::digest(&end.text)), end.announcement.hash);
    assert!(end.announcement.leaf_index.is_some());
    log::check(&home.data, &VerifyingKey::parse(&log::key(engine)).unwrap()).await.unwrap();
    assert_eq!(views::ends_at(engine, home.brand).await.unwrap(), Some(day));

    home.clock.advance(Span(NOTICE.0 - 1));
    assert!(!views::get(engine, &admin).await.unwrap().may_erase);
    let refused = erasure::erase_own_brand(engine, &admin).await;
    assert!(matches!(refused, Err(EngineError::Conflict(_))), "a moment before: {refused:?}");
    assert!(engine.brand(home.brand).is_ok());
    home.clock.advance(Span(1));
    assert!(views::get(engine, &admin).await.unwrap().may_erase);
    erasure::erase_own_brand(engine, &admin).await.unwrap();
    assert!(engine.brand(home.brand).is_err());
}

#[tokio::test]
async fn claim_r3_nothing_is_erased_as_long_as_somebody_was_not_told() {
    let town = Town::new().await;
    let (home, engine, admin) = (&town.home, &town.home.engine, town.admin());
    town.settle_in().await;
    brand_end::announce(engine, &admin, home.clock.now().plus(NOTICE)).await.unwrap();
    home.clock.advance(NOTICE);
    let refused = erasure::erase_own_brand(engine, &admin).await;
    assert!(matches!(refused, Err(EngineError::Conflict(_))), "nobody was told: {refused:?}");
    engine.announce_all().await.unwrap();
    assert_eq!(told(&town.mails().await, "brand_ends"), 1);
    let refused = erasure::erase_own_brand(engine, &admin).await;
    assert!(matches!(refused, Err(EngineError::Conflict(_))), "they have heard of it just now: {refused:?}");
    home.clock.advance(views::KNOWN_FOR);
    // Whoever has come since is told, too, and has a mail that waits.
    let late = signs_up(&town, "late@corner.example.com").await;
    assert!(town.confirm(&late, PASSWORD).await.unwrap());
    let refused = erasure::erase_own_brand(engine, &admin).await;
    assert!(matches!(refused, Err(EngineError::Conflict(_))), "a mail about it waits: {refused:?}");
    assert_eq!(told(&town.mails().await, "brand_ends"), 1);
    erasure::erase_own_brand(engine, &admin).await.unwrap();
}

/// An address that takes no mail keeps no brand from its end, and is not counted as told.
#[tokio::test]
async fn claim_r3_whoever_could_not_be_told_of_an_end_is_counted() {
    let town = Town::new().await;
    let (home, engine, admin) = (&town.home, &town.home.engine, town.admin());
    town.settle_in().await;
    brand_end::announce(engine, &admin, home.clock.now().plus(NOTICE)).await.unwrap();
    engine.announce_all().await.unwrap();
    town.set_mail(false);
    town.mails().await;
    home.clock.advance(NOTICE);
    let stands = async || {
        let outlook = views::get(engine, &admin).await.unwrap();
        let end = outlook.end.unwrap();
        (outlook.may_erase, end.unmailed, end.mails.lost)
    };
    assert_eq!(stands().await, (false, 1, 0));
    town.mails().await;
    assert_eq!(stands().await, (true, 0, 1), "it is given up");
}

#[tokio::test]
async fn claim_r3_an_end_that_a_copy_brings_back_is_told_anew() {
    let town = Town::new().await;
    let (home, engine, admin) = (&town.home, &town.home.engine, town.admin());
    town.settle_in().await;
    let day = home.clock.now().plus(NOTICE);
    brand_end::announce(engine, &admin, day).await.unwrap();
    engine.announce_all().await.unwrap();
    assert_eq!(told(&town.mails().await, "brand_ends"), 1);
    home.clock.advance(NOTICE);
    assert!(views::get(engine, &admin).await.unwrap().may_erase);
    crate::restore::restored(home, Since::default()).await;
    assert!(
        !views::get(engine, &admin).await.unwrap().may_erase,
        "it may have been called off since the copy"
    );
    engine.announce_all().await.unwrap();
    assert_eq!(told(&town.mails().await, "brand_ends"), 1);
    home.clock.advance(views::KNOWN_FOR);
    assert!(views::get(engine, &admin).await.unwrap().may_erase);
}

#[tokio::test]
async fn claim_r3_an_end_that_is_called_off_holds_no_more_and_everybody_hears_of_it() {
    let town = Town::new().await;
    let (home, engine, admin) = (&town.home, &town.home.engine, town.admin());
    town.settle_in().await;
    let off = brand_end::call_off(engine, &admin).await;
    assert!(matches!(off, Err(EngineError::Conflict(_))), "{off:?}");
    let day = home.clock.now().plus(NOTICE);
    brand_end::announce(engine, &admin, day).await.unwrap();
    engine.announce_all().await.unwrap();
    assert_eq!(told(&town.mails().await, "brand_ends"), 1);
    home.clock.advance(NOTICE);
    brand_end::call_off(engine, &admin).await.unwrap();
    let refused = erasure::erase_own_brand(engine, &admin).await;
    assert!(matches!(refused, Err(EngineError::Conflict(_))), "it was called off: {refused:?}");
    engine.announce_all().await.unwrap();
    let mails = town.mails().await;
    assert_eq!((told(&mails, "brand_goes_on"), told(&mails, "brand_ends")), (1, 0), "{mails:?}");
    assert_eq!(views::ends_at(engine, home.brand).await.unwrap(), None);

    // Once more, and called off before the mails have gone: nobody hears of an end that is none.
    let day = home.clock.now().plus(NOTICE);
    brand_end::announce(engine, &admin, day).await.unwrap();
    engine.announce_all().await.unwrap();
    // A node that died has taken it up.
    let now = home.clock.now();
    let dead = move |tx: &Tx<'_>| mail::claim(tx, &[7; 16], now.plus(Span::minutes(1)), now, 10);
    assert_eq!(home.data.write("claim_mails", dead).await.unwrap().len(), 1);
    brand_end::call_off(engine, &admin).await.unwrap();
    engine.announce_all().await.unwrap();
    // And announced anew: nobody is to read last that the brand goes on.
    brand_end::announce(engine, &admin, day).await.unwrap();
    home.clock.advance(Span::minutes(2));
    let mails = town.mails().await;
    assert_eq!((told(&mails, "brand_ends"), told(&mails, "brand_goes_on")), (0, 0), "{mails:?}");
    brand_end::call_off(engine, &admin).await.unwrap();
    engine.announce_all().await.unwrap();
    let mails = town.mails().await;
    assert_eq!((told(&mails, "brand_ends"), told(&mails, "brand_goes_on")), (0, 1), "{mails:?}");
    home.clock.advance(NOTICE);
    assert!(!views::get(engine, &admin).await.unwrap().may_erase);
}

#[tokio::test]
async fn claim_a2_whoever_comes_after_an_end_was_announced_is_told_too_but_not_of_one_that_is_called_off() {
    let town = Town::new().await;
    let (home, engine, admin) = (&town.home, &town.home.engine, town.admin());
    town.settle_in().await;
    let early = signs_up(&town, "early@corner.example.com").await;
    brand_end::announce(engine, &admin, home.clock.now().plus(NOTICE)).await.unwrap();
    engine.announce_all().await.unwrap();
    assert_eq!(told(&town.mails().await, "brand_ends"), 1);
    assert!(town.confirm(&early, PASSWORD).await.unwrap());
    home.clock.advance(Span::secs(1));
    let late = signs_up(&town, "late@corner.example.com").await;
    assert!(town.confirm(&late, PASSWORD).await.unwrap());
    let mails = town.mails().await;
    assert_eq!(told(&mails, "brand_ends"), 1, "the other went with the link: {mails:?}");
    brand_end::call_off(engine, &admin).await.unwrap();
    engine.announce_all().await.unwrap();
    assert_eq!(told(&town.mails().await, "brand_goes_on"), 3);
    settles_in(&town, "last@corner.example.com").await;
    assert_eq!(told(&town.mails().await, "brand_ends"), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn claim_r3_a_kill_while_everybody_is_told_of_an_end_tells_them_once() {
    let town = Town::new().await;
    let (home, admin) = (&town.home, town.admin());
    town.settle_in().await;
    settles_in(&town, "other@corner.example.com").await;
    brand_end::announce(&home.engine, &admin, home.clock.now().plus(NOTICE)).await.unwrap();
    let fail_points = FailPoints::new(|at| assert!(at != Point::BeforeTellCommit, "killed by the test"));
    let dying = home.dying(fail_points).await.unwrap();
    assert!(tokio::spawn(async move { dying.announce_all().await }).await.is_err());
    home.engine.announce_all().await.unwrap();
    let mails = town.mails().await;
    assert_eq!(told(&mails, "brand_ends"), 2, "{mails:?}");
    assert!(mails.iter().any(|(_, to, _)| to == EMAIL));
}
