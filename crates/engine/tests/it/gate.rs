//! The gate for data maps: what is materially another is served to nobody who was not told of it in time.

use crate::home::brand;
use crate::people::{Town, here};
use engine::actions::documents::{Early, NOTICE};
use engine::actions::sign_up::SignUp;
use engine::datamap::diff::Change;
use engine::datamap::gate::{self, Announcing, Program, Standing, Told, Words};
use engine::datamap::{DataMap, versions};
use engine::{Engine, EngineError};
use model::brand::Brand;
use model::id::AnnouncementId;
use model::time::{Clock, Span, Timestamp};
use outbound::Register;
use sha2::{Digest as _, Sha256};
use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use store::{StoreError, statements};
use testkit::SeededEntropy;

statements! {
    FORGET = "UPDATE data_map SET held_at = NULL";
    BLANK = "UPDATE announcement SET text = NULL";
    DAYS = "SELECT CAST(count(*) AS BIGINT) FROM data_map WHERE held_at IS NULL";
}

pub fn register() -> Register {
    Register::parse(include_str!("../../../../brands/recipients.toml")).unwrap()
}

/// This program, with copies of the keys that are kept so long: more than seven days is material.
pub fn program(backup_days: u16) -> Program {
    Program { brands: vec![brand("bakery"), brand("florist")], register: register(), backup_days }
}

pub fn words(brand: &Brand, map: &DataMap, changes: &[Change]) -> Words {
    assert_eq!(brand.languages, ["en", "ar"]);
    let of = |language: &String| {
        let said = |change: &Change| format!("{language}: {change}, {} days", map.backups.days_of_keys);
        (language.clone(), changes.iter().map(said).collect())
    };
    brand.languages.iter().map(of).collect()
}

async fn standing(town: &Town, program: Program) -> Standing {
    let now = town.home.clock.now();
    let read = move |tx: &store::Tx<'_>| gate::standings(tx, &program, now);
    let all: Vec<(String, Standing)> = town.home.data.read("standings", read).await.unwrap();
    assert_eq!(all.len(), 2);
    assert_eq!((all[1].0.as_str(), &all[1].1), ("florist", &Standing::Free), "nobody is there to be told");
    assert_eq!(all[0].0, "bakery");
    all[0].1.clone()
}

/// As the command does it, by another program on the same database.
async fn announce(town: &Town, days: u16, from: Timestamp, early: Option<Early>) -> Told {
    let now = town.home.clock.now();
    gate::check_day(now, from, early).unwrap();
    let entropy = SeededEntropy::new(u64::from(days) * 2 + u64::from(early.is_some()));
    let ids = vec![AnnouncementId::new(now, &entropy), AnnouncementId::new(now, &entropy)];
    let new = Announcing { program: program(days), in_force_from: from, early, words, ids };
    let write = move |tx: &store::Tx<'_>| gate::announce(tx, &new, now);
    let told: Vec<(String, Told)> = town.home.data.write("announce", write).await.unwrap();
    assert_eq!(told[1], ("florist".to_owned(), Told::Nothing));
    told[0].1.clone()
}

fn told(mails: &[(String, String, String)]) -> usize {
    mails.iter().filter(|(kind, ..)| kind == "data_map_changed").count()
}

fn longer(days: u16) -> Vec<Change> {
    vec![Change::LongerBackups { days }]
}

#[tokio::test]
async fn claim_d1_a_material_change_is_not_served_before_its_day() {
    let town = Town::new().await;
    let (home, engine) = (&town.home, &town.home.engine);
    engine.announce(&register()).await.unwrap();
    assert_eq!(standing(&town, program(14)).await, Standing::Free, "nobody has an account");
    town.settle_in().await;
    let now = home.clock.now();
    assert_eq!(standing(&town, program(7)).await, Standing::Free);
    assert_eq!(standing(&town, program(6)).await, Standing::Free, "less is not material");
    assert_eq!(standing(&town, program(14)).await, Standing::Unannounced(longer(14)));
    let day = now.plus(NOTICE);
    for (wrong, early) in [
        (day.minus(Span::micros(1)), None),
        (now.plus(Span::days(400)), None),
        (now.minus(Span::days(2)), Some(Early::Law)),
    ] {
        assert!(gate::check_day(now, wrong, early).is_err());
    }

    assert_eq!(announce(&town, 7, day, None).await, Told::Nothing);
    assert_eq!(announce(&town, 14, day, None).await, Told::Announced(day, longer(14)));
    assert_eq!(announce(&town, 14, day, None).await, Told::Already(day));
    assert_eq!(announce(&town, 14, day.plus(Span::days(9)), None).await, Told::Already(day));
    assert_eq!(standing(&town, program(14)).await, Standing::Waits(day, longer(14)));
    assert_eq!(standing(&town, program(10)).await, Standing::Waits(day, longer(10)), "less than announced");
    assert_eq!(standing(&town, program(21)).await, Standing::Unannounced(longer(21)), "more than announced");
    assert_eq!(standing(&town, program(7)).await, Standing::Free, "the one before serves on");

    engine.announce_all().await.unwrap();
    assert_eq!(told(&town.mails().await), 1);
    engine.checkpoint().await.unwrap();
    let coming = gate::coming(engine, home.brand).await.unwrap();
    let [one] = coming.as_slice() else { panic!("{coming:?}") };
    assert_eq!(one.said("ar"), ["ar: longer-backups 14 days, 14 days"]);
    assert_eq!(one.said("fr"), one.said("ar"), "in another language of the brand");
    let of = &one.announcement;
    assert_eq!((of.effective_at, of.told, of.early.as_deref()), (day, 1, None));
    assert!(of.done_at.is_some() && of.leaf_index.is_some());
    // The very bytes are there for everybody, and their hash is what stands in the log.
    let bytes = gate::text(engine, home.brand, of.version).await.unwrap().unwrap();
    assert_eq!(<[u8; 32]>::from(Sha256::digest(&bytes)), of.hash);
    let file: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
    assert_eq!(file["map"]["backups"]["days_of_keys"], 14);
    assert_eq!(file["changes"], serde_json::json!([{ "change": "longer-backups", "days": 14 }]));
    assert!(gate::text(engine, home.brand, 2).await.unwrap().is_none());

    home.clock.advance(Span::micros(NOTICE.0 - 1));
    assert!(!standing(&town, program(14)).await.may_serve());
    home.clock.advance(Span::micros(1));
    assert_eq!(standing(&town, program(14)).await, Standing::Due(day));
    assert_eq!(standing(&town, program(7)).await, Standing::Behind(day));
    // It is served: its map is the one in force, and nothing is coming any more.
    home.clock.advance(Span::secs(1));
    let next = home.with_backup_days(14).await;
    next.announce(&register()).await.unwrap();
    assert_eq!(versions::list(&next, home.brand).await.unwrap().len(), 2);
    assert!(gate::coming(&next, home.brand).await.unwrap().is_empty());
    assert_eq!(standing(&town, program(14)).await, Standing::Free);
    assert_eq!(standing(&town, program(7)).await, Standing::Free);
    // The one before once more, and this one again: it was announced.
    engine.announce(&register()).await.unwrap();
    assert_eq!(versions::list(engine, home.brand).await.unwrap().len(), 3);
    assert_eq!(standing(&town, program(14)).await, Standing::Due(day));
    assert_eq!(told(&town.mails().await), 0, "nobody is told twice");
}

#[tokio::test]
async fn claim_d1_a_material_change_waits_for_leads_alone() {
    let town = Town::new().await;
    let (home, engine) = (&town.home, &town.home.engine);
    engine.announce(&register()).await.unwrap();
    assert_eq!(standing(&town, program(14)).await, Standing::Free, "nobody is there");
    home.opt_in("psid-1", "hello").await;
    assert_eq!(standing(&town, program(14)).await, Standing::Unannounced(longer(14)));
    let day = home.clock.now().plus(NOTICE);
    assert_eq!(announce(&town, 14, day, None).await, Told::Announced(day, longer(14)));
    engine.announce_all().await.unwrap();
    let coming = gate::coming(engine, home.brand).await.unwrap();
    assert_eq!(coming.len(), 1, "it stands on the public page");
    home.clock.advance(NOTICE);
    assert_eq!(standing(&town, program(14)).await, Standing::Due(day));
}

/// This program, 14 days, announced and served since its day, after which the one with 7 is served again.
async fn returned(town: &Town) -> Timestamp {
    let (home, engine) = (&town.home, &town.home.engine);
    engine.announce(&register()).await.unwrap();
    town.settle_in().await;
    let day = home.clock.now().plus(NOTICE);
    assert_eq!(announce(town, 14, day, None).await, Told::Announced(day, longer(14)));
    home.clock.advance(Span(NOTICE.0 + 1));
    serve(home.with_backup_days(14).await).await;
    home.clock.advance(Span::days(20));
    assert_eq!(standing(town, program(14)).await, Standing::Free);
    serve(engine.clone()).await;
    assert_eq!(standing(town, program(14)).await, Standing::Due(day), "a short return");
    day
}

async fn serve(engine: std::sync::Arc<Engine>) {
    engine.announce(&register()).await.unwrap();
}

#[tokio::test]
async fn claim_d1_what_was_taken_back_for_longer_is_announced_anew() {
    let town = Town::new().await;
    let home = &town.home;
    let day = returned(&town).await;
    home.clock.advance(gate::RETURN);
    assert_eq!(standing(&town, program(14)).await, Standing::Due(day));
    home.clock.advance(Span::micros(1));
    assert_eq!(standing(&town, program(14)).await, Standing::Unannounced(longer(14)));
    assert_eq!(standing(&town, program(7)).await, Standing::Free);
    let again = home.clock.now().plus(NOTICE);
    assert_eq!(announce(&town, 14, again, None).await, Told::Announced(again, longer(14)));
    assert_eq!(standing(&town, program(14)).await, Standing::Waits(again, longer(14)));
}

#[tokio::test]
async fn claim_d1_whoever_joined_while_less_was_promised_is_told_first() {
    let town = Town::new().await;
    let (home, day) = (&town.home, returned(&town).await);
    home.clock.advance(Span::hours(1));
    let late = SignUp { email: "late@corner.example.com".to_owned(), ..town.form().await };
    town.register(late).await.unwrap();
    assert_eq!(standing(&town, program(14)).await, Standing::Unannounced(longer(14)));
    let again = home.clock.now().plus(NOTICE);
    assert!(again > day);
    assert_eq!(announce(&town, 14, again, None).await, Told::Announced(again, longer(14)));
}

#[tokio::test]
async fn claim_d1_a_version_before_that_shows_itself_anew_hides_nothing_that_is_to_come() {
    let town = Town::new().await;
    let (home, engine) = (&town.home, &town.home.engine);
    engine.announce(&register()).await.unwrap();
    town.settle_in().await;
    let day = home.clock.now().plus(NOTICE);
    assert_eq!(announce(&town, 14, day, None).await, Told::Announced(day, longer(14)));
    // The one before is served on, with another entry of the register.
    home.clock.advance(Span::days(10));
    let all = format!(
        "{}\n[[recipient]]\nname = \"mail\"\nhost = \"mail.example.com\"\nwho = \"w\"\ndata = \"d\"\npurpose = \"p\"\ncountry = \"c\"\nsafeguard = \"s\"\nin_force_from = 2026-12-01\n",
        include_str!("../../../../brands/recipients.toml")
    );
    engine.announce(&Register::parse(&all).unwrap()).await.unwrap();
    assert_eq!(versions::list(engine, home.brand).await.unwrap().len(), 2);
    home.clock.advance(Span::days(21));
    assert_eq!(standing(&town, program(14)).await, Standing::Due(day));
    assert_eq!(standing(&town, program(7)).await, Standing::Behind(day));
    assert_eq!(gate::coming(engine, home.brand).await.unwrap().len(), 1);
    // Sooner for a reason, and served: the later day of the same brings nothing any more.
    serve(home.with_backup_days(14).await).await;
    let later = home.clock.now().plus(NOTICE);
    assert_eq!(announce(&town, 21, later, None).await, Told::Announced(later, longer(21)));
    let now = home.clock.now();
    assert_eq!(announce(&town, 21, now, Some(Early::Law)).await, Told::Announced(now, longer(21)));
    home.clock.advance(Span::secs(1));
    serve(home.with_backup_days(21).await).await;
    assert!(gate::coming(engine, home.brand).await.unwrap().is_empty());
    home.clock.advance(NOTICE);
    assert_eq!(standing(&town, program(21)).await, Standing::Free);
}

#[tokio::test]
async fn claim_d1_what_was_shown_without_a_gate_is_taken_over_once_and_held_from_then_on() {
    let town = Town::new().await;
    let (home, engine) = (&town.home, &town.home.engine);
    engine.announce(&register()).await.unwrap();
    town.settle_in().await;
    let forget = |tx: &store::Tx<'_>| tx.execute(&FORGET, &[]);
    let changed: Result<u64, StoreError> = home.data.write("forget", forget).await;
    assert_eq!(changed.unwrap(), 2);
    assert_eq!(standing(&town, program(14)).await, Standing::Free, "the first start after the upgrade");
    assert_eq!(announce(&town, 14, home.clock.now().plus(NOTICE), None).await, Told::Nothing);
    assert!(gate::coming(engine, home.brand).await.unwrap().is_empty());
    // The same map is the same version, and from now on it is a promise.
    engine.announce(&register()).await.unwrap();
    let unheld = |tx: &store::Tx<'_>| tx.query_one(&DAYS, &[])?.int(0);
    let left: Result<i64, StoreError> = home.data.read("unheld", unheld).await;
    assert_eq!(left.unwrap(), 0);
    assert_eq!(versions::list(engine, home.brand).await.unwrap().len(), 1);
    assert_eq!(standing(&town, program(14)).await, Standing::Unannounced(longer(14)));
}

#[tokio::test]
async fn claim_f7_what_cannot_wait_says_why_and_a_sooner_day_is_announced_once_more() {
    let town = Town::new().await;
    let (home, engine) = (&town.home, &town.home.engine);
    engine.announce(&register()).await.unwrap();
    town.settle_in().await;
    let now = home.clock.now();
    let day = now.plus(NOTICE);
    assert_eq!(announce(&town, 14, day, None).await, Told::Announced(day, longer(14)));
    let today = now.minus(Span::hours(3));
    let hurried = announce(&town, 14, today, Some(Early::Security)).await;
    assert_eq!(hurried, Told::Announced(now, longer(14)));
    assert_eq!(standing(&town, program(14)).await, Standing::Due(now));
    engine.announce_all().await.unwrap();
    assert_eq!(told(&town.mails().await), 2);
    let coming = gate::coming(engine, home.brand).await.unwrap();
    let early: Vec<_> = coming.iter().map(|one| one.announcement.early.as_deref()).collect();
    assert_eq!(early, [Some("security"), None]);
}

/// Goes so far and no further, as if the process had been killed there.
async fn cut_off(engine: &Engine, polls: usize) -> Option<Result<(), EngineError>> {
    let mut work = pin!(engine.announce_all());
    for _ in 0..polls {
        if let Poll::Ready(done) = poll_fn(|context| Poll::Ready(work.as_mut().poll(context))).await {
            return Some(done);
        }
        tokio::task::yield_now().await;
    }
    None
}

#[tokio::test]
async fn claim_f7_every_account_is_mailed_once_through_kills() {
    let town = Town::new().await;
    let (home, engine) = (&town.home, &town.home.engine);
    engine.announce(&register()).await.unwrap();
    let people = ["one@corner.example.com", "two@corner.example.com", "three@corner.example.com"];
    for email in people {
        town.register(SignUp { email: email.to_owned(), ..town.form().await }).await.unwrap();
        let link = town.link("confirm_address").await;
        assert!(town.confirm(&link, crate::people::PASSWORD).await.unwrap(), "{:?}", here());
        home.clock.advance(Span::hours(1));
    }
    town.mails().await;
    announce(&town, 14, home.clock.now().plus(NOTICE), None).await;
    for polls in 0..20 {
        let other = home.another().await.unwrap();
        if let Some(done) = cut_off(&other, polls * polls).await {
            done.unwrap();
        }
    }
    engine.announce_all().await.unwrap();
    let mails = town.mails().await;
    for email in people {
        let got = mails.iter().filter(|(kind, to, _)| kind == "data_map_changed" && to == email).count();
        assert_eq!(got, 1, "{email}: {mails:?}");
    }
    assert_eq!(told(&mails), people.len());
    let coming = gate::coming(engine, home.brand).await.unwrap();
    assert_eq!((coming[0].announcement.told, coming[0].announcement.done_at.is_some()), (3, true));
}

/// Two maps are large: what they come to is found out once.
#[tokio::test]
async fn what_is_coming_is_compared_once() {
    let town = Town::new().await;
    let (home, engine) = (&town.home, &town.home.engine);
    engine.announce(&register()).await.unwrap();
    town.settle_in().await;
    let day = home.clock.now().plus(NOTICE);
    assert_eq!(announce(&town, 14, day, None).await, Told::Announced(day, longer(14)));
    let said = |coming: &[gate::ComingView]| -> Vec<Vec<String>> {
        coming.iter().map(|one| one.said("ar").to_vec()).collect()
    };
    let first = said(&gate::coming(engine, home.brand).await.unwrap());
    assert_eq!(first, [["ar: longer-backups 14 days, 14 days"]]);
    home.data.write("blank", |tx| tx.execute(&BLANK, &[]).map(drop)).await.unwrap();
    assert_eq!(said(&gate::coming(engine, home.brand).await.unwrap()), first, "read from memory");
    // Another program, which has not compared them, can read them no more.
    let other = home.another().await.unwrap();
    assert_eq!(said(&gate::coming(&other, home.brand).await.unwrap()), [Vec::<String>::new()]);
}
