//! The register of recipients: nobody gets anything before everybody was told of it in time (claims D3, X7).

use crate::people::Town;
use engine::actions::documents::NOTICE;
use engine::actions::recipients::{self, NewRecipient};
use engine::mail::PATIENCE;
use engine::restore::Since;
use engine::views::announced;
use engine::views::recipients::{self as views, Origin, Standing};
use engine::{Actor, EngineError, Role};
use model::ports::OutboundError;
use model::time::{Clock, Span, Timestamp};
use outbound::{Client, Register};
use sha2::{Digest as _, Sha256};
use std::net::SocketAddr;
use std::sync::Arc;

const META: &str = include_str!("../../../../brands/recipients.toml");

fn with_mail(rest: &str) -> String {
    format!(
        "{META}\n[[recipient]]\nname = \"mail\"\nhost = \"mail.example.com\"\nwho = \"Example Mail GmbH\"\ndata = \"Addresses\"\npurpose = \"Mails\"\ncountry = \"Germany\"\nsafeguard = \"Article 28\"\nin_force_from = 2026-11-01\n{rest}"
    )
}

fn register(text: &str) -> Register {
    Register::parse(text).unwrap()
}

fn told(mails: &[(String, String, String)]) -> usize {
    mails.iter().filter(|(kind, ..)| kind == "recipient_announced").count()
}

#[tokio::test]
async fn claim_d3_a_new_entry_waits_for_its_notice_and_everybody_was_told() {
    let town = Town::new().await;
    let (home, engine) = (&town.home, &town.home.engine);
    engine.announce(&register(META)).await.unwrap();
    town.settle_in().await;
    let at: SocketAddr = {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        listener.local_addr().unwrap()
    };
    let more = register(&with_mail("")).at_loopback("mail", at).unwrap();
    let day = home.clock.now().plus(NOTICE);
    assert_eq!(engine.look_at_recipients(&more).await.unwrap()["mail"], day);
    assert_eq!(views::list(engine, home.brand).await.unwrap().len(), 2, "looking changes nothing");
    let client = Client::new(more, Arc::clone(&home.clock) as Arc<dyn Clock>);
    client.hold_back(engine.announce(client.register()).await.unwrap());
    // The very connection that the entry is about; nobody listens there.
    let dial = || client.dial("mail", "127.0.0.1", at.port());
    assert!(matches!(dial().await, Err(OutboundError::NotInRegister { .. })));

    let other = home.another().await.unwrap();
    let (one, two) = tokio::join!(engine.announce_all(), other.announce_all());
    one.unwrap();
    two.unwrap();
    assert_eq!(told(&town.mails().await), 1);
    engine.checkpoint().await.unwrap();
    let all = views::list(engine, home.brand).await.unwrap();
    let entry = all.iter().find(|one| one.entry.name == "mail").unwrap();
    assert_eq!((entry.standing, entry.entry.in_force_from), (Standing::Coming, day));
    let announced = entry.announcement.as_ref().unwrap();
    assert_eq!((announced.told, announced.effective_at, announced.done_at.is_some()), (1, day, true));
    assert!(all.iter().all(|one| one.entry.leaf_index.is_some()), "{all:?}");
    for one in &all {
        let bytes = views::bytes_of(home.brand, &one.entry);
        assert_eq!(<[u8; 32]>::from(Sha256::digest(&bytes)), one.entry.hash);
    }
    // What was there from the first start is in force, and nobody was told of it: there was nobody.
    let first = all.iter().find(|one| one.entry.name == "meta").unwrap();
    assert!(first.standing == Standing::InForce && first.announcement.is_none());

    // Starts in between change nothing; on its day, and not a moment before, it is connected to.
    home.clock.advance(Span::micros(NOTICE.0 - 1));
    client.hold_back(engine.announce(client.register()).await.unwrap());
    assert!(matches!(dial().await, Err(OutboundError::NotInRegister { .. })));
    home.clock.advance(Span::micros(1));
    assert!(matches!(dial().await, Err(OutboundError::NotSent(_))), "it was dialled");
    assert_eq!(client.connections().len(), 1);
    assert_eq!(told(&town.mails().await), 0, "nobody is told twice");
}

#[tokio::test]
async fn claim_x7_everybody_is_told_before_its_date_also_whoever_comes_in_between_and_of_the_reason() {
    let town = Town::new().await;
    let engine = &town.home.engine;
    engine.announce(&register(META)).await.unwrap();
    // Nobody has an account: nothing has to wait, and nobody is told.
    let early = engine.announce(&register(&with_mail(""))).await.unwrap();
    assert!(early["mail"] < town.home.clock.now());
    engine.announce(&register(META)).await.unwrap();
    let list = views::list(engine, town.home.brand).await.unwrap();
    assert_eq!(
        list.iter().map(|one| one.standing).collect::<Vec<_>>(),
        [Standing::Ended, Standing::InForce, Standing::InForce]
    );
    town.settle_in().await;
    town.home.clock.advance(NOTICE);
    let urgent = with_mail("urgent = \"The carrier of before closes\"\n");
    let in_force = engine.announce(&register(&urgent)).await.unwrap();
    assert_eq!(in_force["mail"], town.home.clock.now());
    engine.announce_all().await.unwrap();
    let mails = town.mails().await;
    assert_eq!(told(&mails), 1);
    let all = views::list(engine, town.home.brand).await.unwrap();
    let newest = all.first().unwrap();
    assert_eq!(newest.entry.reason.as_deref(), Some("The carrier of before closes"));
    assert_eq!(newest.announcement.as_ref().unwrap().early, newest.entry.reason);
}

#[tokio::test]
async fn claim_x7_whoever_was_told_late_is_told_before_the_connection_whatever_its_day_was() {
    let town = Town::new().await;
    let (home, engine) = (&town.home, &town.home.engine);
    engine.announce(&register(META)).await.unwrap();
    town.settle_in().await;
    let more = register(&with_mail(""));
    let day = engine.announce(&more).await.unwrap()["mail"];
    assert_eq!(day, home.clock.now().plus(NOTICE));
    // The program stops before it has told anybody, and begins again after that day.
    home.clock.advance(NOTICE);
    let begun = home.clock.now();
    assert_eq!(engine.announce(&more).await.unwrap()["mail"], begun.plus(PATIENCE), "nobody was told");
    home.clock.advance(Span::days(1));
    engine.announce_all().await.unwrap();
    let told_at = home.clock.now();
    assert_eq!(told(&town.mails().await), 1);
    // Until then each mail has left or is given up, and another start does not put it off.
    home.clock.advance(Span::micros(PATIENCE.0 - 1));
    assert_eq!(engine.announce(&more).await.unwrap()["mail"], told_at.plus(PATIENCE));
    home.clock.advance(Span::micros(1));
    assert_eq!(engine.look_at_recipients(&more).await.unwrap()["mail"], home.clock.now());
}

#[tokio::test]
async fn claim_x7_whoever_s_mail_nobody_took_does_not_count_as_told() {
    let town = Town::new().await;
    let (home, engine, admin) = (&town.home, &town.home.engine, town.admin());
    engine.announce(&register(META)).await.unwrap();
    town.settle_in().await;
    let announce = async || {
        let day = home.clock.now().plus(NOTICE);
        recipients::announce(engine, &admin, host(day)).await.unwrap();
        engine.announce_all().await.unwrap();
        let newest = views::list(engine, home.brand).await.unwrap().remove(0);
        newest.announcement.unwrap()
    };
    let stands = async |of: &views::Announcement| {
        let all = announced::unmailed(engine, &admin).await.unwrap();
        let own = all.get(&of.id).copied().unwrap_or_default();
        (own.told(of.told), own.waiting, own.lost)
    };
    town.set_mail(false);
    let lost = announce().await;
    assert_eq!((lost.told, stands(&lost).await), (1, (0, 1, 0)), "it is written");
    town.mails().await;
    assert_eq!(stands(&lost).await, (0, 1, 0), "no mail server is there");
    home.clock.advance(Span::days(3));
    town.mails().await;
    assert_eq!(stands(&lost).await, (0, 0, 1), "it is given up");
    town.set_mail(true);
    let told = announce().await;
    assert_eq!(self::told(&town.mails().await), 1);
    assert_eq!((stands(&told).await, stands(&lost).await), ((1, 0, 0), (0, 0, 1)));
    // How mails ended is counted as before, beside it.
    let counts = engine::views::mail::counts(engine, &admin).await.unwrap();
    let codes: Vec<&str> = counts.iter().map(|(code, _)| code.as_str()).collect();
    assert_eq!(codes, ["given_up", "sent"]);
    let user = Actor { role: Role::User, ..admin.clone() };
    assert!(matches!(announced::unmailed(engine, &user).await, Err(EngineError::Forbidden(_))));
}

/// Mails are in no copy.
#[tokio::test]
async fn claim_x7_whoever_s_mail_may_have_waited_in_a_copy_is_told_anew_after_its_return() {
    let town = Town::new().await;
    let (home, engine, admin) = (&town.home, &town.home.engine, town.admin());
    engine.announce(&register(META)).await.unwrap();
    town.settle_in().await;
    let announce = async || {
        let day = home.clock.now().plus(NOTICE);
        recipients::announce(engine, &admin, host(day)).await.unwrap();
        engine.announce_all().await.unwrap();
    };
    announce().await;
    assert_eq!(told(&town.mails().await), 1);
    home.clock.advance(PATIENCE);
    home.clock.advance(Span::minutes(1));
    announce().await;
    crate::restore::restored(home, Since::default()).await;
    let all = views::list(engine, home.brand).await.unwrap();
    let stands = |of: &views::RecipientView| {
        let announcement = of.announcement.as_ref()?;
        Some((announcement.told, announcement.done_at.is_some()))
    };
    let announced: Vec<_> = all.iter().filter_map(stands).collect();
    assert_eq!(announced, [(0, false), (1, true)], "the newest first");
    engine.announce_all().await.unwrap();
    // In a copy that one would not be there.
    assert_eq!(told(&town.mails().await), 2);
}

#[tokio::test]
async fn claim_d3_leads_alone_are_reason_enough_for_the_notice() {
    let town = Town::new().await;
    let (home, engine) = (&town.home, &town.home.engine);
    engine.announce(&register(META)).await.unwrap();
    let (admin, now) = (town.admin(), home.clock.now());
    assert!(!views::has_to_wait(engine, &admin).await.unwrap(), "nobody is there");
    // Nobody but admins has an account, and somebody writes.
    home.opt_in("psid-1", "hello").await;
    assert!(views::has_to_wait(engine, &admin).await.unwrap());
    let day = home.clock.now().plus(NOTICE);
    assert_eq!(engine.announce(&register(&with_mail(""))).await.unwrap()["mail"], day);
    let refused = recipients::announce(engine, &admin, host(now)).await;
    assert!(matches!(refused, Err(EngineError::Invalid { field: "in_force_from", .. })), "{refused:?}");
    recipients::announce(engine, &admin, host(day)).await.unwrap();
    engine.announce_all().await.unwrap();
    assert_eq!(told(&town.mails().await), 0, "there is nobody with an address");
    let all = views::list(engine, home.brand).await.unwrap();
    let coming: Vec<_> = all.iter().filter(|one| one.standing == Standing::Coming).collect();
    assert_eq!(coming.len(), 2, "{all:?}");
    assert!(coming.iter().all(|one| one.announcement.as_ref().is_some_and(|of| of.effective_at == day)));
}

#[tokio::test]
async fn claim_d3_whoever_comes_into_a_register_that_was_empty_waits_too() {
    let town = Town::new().await;
    let (home, engine) = (&town.home, &town.home.engine);
    engine.announce(&register("")).await.unwrap();
    home.opt_in("psid-1", "hello").await;
    let day = home.clock.now().plus(NOTICE);
    assert_eq!(engine.announce(&register(META)).await.unwrap()["meta"], day);
    let all = views::list(engine, home.brand).await.unwrap();
    assert!(all.iter().all(|one| one.standing == Standing::Coming && one.announcement.is_some()), "{all:?}");
}

#[tokio::test]
async fn claim_d3_what_an_installation_from_before_the_register_connected_to_goes_on() {
    let town = Town::new().await;
    let (home, engine) = (&town.home, &town.home.engine);
    home.opt_in("psid-1", "hello").await;
    assert!(engine.announce(&register(META)).await.unwrap()["meta"] < home.clock.now());
    let all = views::list(engine, home.brand).await.unwrap();
    assert!(all.iter().all(|one| one.standing == Standing::InForce && one.announcement.is_none()), "{all:?}");
}

fn host(from: Timestamp) -> NewRecipient {
    NewRecipient {
        who: "Example Hosting BV".into(),
        data: "Everything, encrypted".into(),
        purpose: "Running the server".into(),
        country: "Netherlands".into(),
        safeguard: "Processing contract".into(),
        in_force_from: from,
        reason: None,
    }
}

#[tokio::test]
async fn claim_x7_an_admin_announces_who_is_not_connected_to_with_the_same_notice() {
    let town = Town::new().await;
    let (engine, brand) = (&town.home.engine, town.home.brand);
    engine.announce(&register(META)).await.unwrap();
    town.settle_in().await;
    let (admin, now) = (town.admin(), town.home.clock.now());
    let user = Actor { role: Role::User, ..admin.clone() };
    let refused = recipients::announce(engine, &user, host(now.plus(NOTICE))).await;
    assert!(matches!(refused, Err(EngineError::Forbidden(_))));
    for (new, wrong) in [
        (host(now.plus(NOTICE).minus(Span::secs(1))), "in_force_from"),
        (host(now.plus(Span::days(400))), "in_force_from"),
        (NewRecipient { reason: Some("It burns".into()), ..host(now.minus(Span::days(2))) }, "in_force_from"),
        (NewRecipient { reason: Some(" ".into()), ..host(now) }, "reason"),
        (NewRecipient { safeguard: " ".into(), ..host(now.plus(NOTICE)) }, "safeguard"),
        (NewRecipient { data: "a\nb".into(), ..host(now.plus(NOTICE)) }, "data"),
        (NewRecipient { who: "x".repeat(501), ..host(now.plus(NOTICE)) }, "who"),
    ] {
        let refused = recipients::announce(engine, &admin, new).await;
        assert!(
            matches!(refused, Err(EngineError::Invalid { field, .. }) if field == wrong),
            "{wrong}: {refused:?}"
        );
    }
    let number = recipients::announce(engine, &admin, host(now.plus(NOTICE))).await.unwrap();
    let hurried = NewRecipient { reason: Some("It burns".into()), ..host(now.minus(Span::hours(3))) };
    let urgent = recipients::announce(engine, &admin, hurried).await.unwrap();
    engine.announce_all().await.unwrap();
    assert_eq!(told(&town.mails().await), 2);
    let standing = |number| async move { views::get(engine, brand, number).await.unwrap().standing };
    assert_eq!((standing(number).await, standing(urgent).await), (Standing::Coming, Standing::InForce));
    // A start leaves them alone; what the program connects to ends in the file only.
    engine.announce(&register(META)).await.unwrap();
    let meta = views::list(engine, brand).await.unwrap();
    let meta = meta.iter().find(|one| one.entry.origin == Origin::File).unwrap().entry.number;
    assert!(matches!(recipients::end(engine, &admin, meta).await, Err(EngineError::Conflict(_))));
    assert!(matches!(recipients::end(engine, &user, number).await, Err(EngineError::Forbidden(_))));
    assert!(matches!(recipients::end(engine, &admin, 99).await, Err(EngineError::NotFound(_))));
    recipients::end(engine, &admin, number).await.unwrap();
    town.home.clock.advance(Span::days(1));
    recipients::end(engine, &admin, number).await.unwrap();
    let ended = views::get(engine, brand, number).await.unwrap();
    assert_eq!((ended.standing, ended.entry.ended_at), (Standing::Ended, Some(now)));
}
