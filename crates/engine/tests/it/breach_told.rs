//! Telling of a breach: everybody who is affected once, in their language, and nobody counts as told who was not.

use crate::breach::{aware, detail, from, texts};
use crate::home::{Home, admin};
use crate::told::Town;
use engine::actions::breaches;
use engine::actions::leads;
use engine::failpoint::{FailPoints, Point};
use engine::mail::{Letter, PATIENCE};
use engine::restore::Since;
use engine::views::breaches::{Part, Way};
use engine::{EngineError, views};
use model::breach::Start;
use model::id::{BreachId, LeadId};
use model::time::{Clock, Span};
use serde_json::json;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use store::{params, statements};

statements! {
    MAKE_ADMIN = "UPDATE account SET role = 'admin' WHERE id = $1";
    SPOIL = "UPDATE lead SET sealed = $1 WHERE id = $2";
    SPOIL_CASE = "UPDATE breach SET sealed = $1 WHERE id = $2";
}

#[tokio::test]
async fn claim_x8_everybody_who_is_affected_is_told_once_in_their_language_through_kills() {
    let town = Town::new().await;
    let home = &town.home;
    let (engine, me) = (&home.engine, admin(home.brand));
    let early = home.opt_in("psid-early", "hello").await;
    home.clock.advance(Span::hours(30));
    let late = home.opt_in("psid-late", "hello").await;
    home.clock.advance(Span::minutes(1));
    town.letters().await;
    let id = aware(home).await;
    // No reminder is due, to which the clock of the tests would go on.
    breaches::leave_authority(engine, &me, id, "Only a drill, and nobody's data.").await.unwrap();
    breaches::search(engine, &me, id, &from(home, Start::Server, "")).await.unwrap();
    let missing = breaches::tell_people(engine, &me, id, &texts()[..1]).await;
    assert!(matches!(missing, Err(EngineError::Invalid { field: "happened", .. })), "{missing:?}");
    engine.handle_breaches().await.unwrap();
    assert!(town.letters().await.is_empty(), "nobody is told before that was decided");
    breaches::tell_people(engine, &me, id, &texts()).await.unwrap();
    let before = home.meta.messages().len();

    for (point, pass) in
        [(Point::BeforeTellCommit, 1), (Point::AfterTellCommit, 1), (Point::BeforeTellCommit, 2)]
    {
        let passes = AtomicUsize::new(0);
        let fail_points = FailPoints::new(move |at| {
            assert!(
                !(at == point && passes.fetch_add(1, Ordering::SeqCst) + 1 == pass),
                "killed by the test"
            );
        });
        let dying = home.dying(fail_points).await.unwrap();
        let died = tokio::spawn({
            let dying = Arc::clone(&dying);
            async move { dying.handle_breaches().await }
        });
        assert!(died.await.is_err(), "{point:?} {pass} was never passed");
    }
    // Two nodes at once, and once more.
    let other = home.another().await.unwrap();
    let (one, two) = tokio::join!(engine.handle_breaches(), other.handle_breaches());
    one.unwrap();
    two.unwrap();
    other.handle_breaches().await.unwrap();
    let letters = town.letters().await;
    let kinds: Vec<&str> = letters.iter().map(Letter::kind).collect();
    assert_eq!(kinds.iter().filter(|kind| **kind == "breach_notice").count(), 1, "{kinds:?}");
    assert_eq!(kinds.iter().filter(|kind| **kind == "breach_of_leads").count(), 1, "{kinds:?}");
    let of_leads = letters.iter().find_map(|letter| match letter {
        Letter::BreachOfLeads { people, happened, .. } => Some((*people, happened.clone())),
        _ => None,
    });
    assert_eq!(of_leads, Some((2, "[en] Somebody used a session that was not theirs.".to_owned())));
    home.settle().await;
    let messages = home.meta.messages();
    let told: Vec<&String> = messages[before..].iter().filter(|m| m.contains("theirs.")).collect();
    assert_eq!(told.len(), 1, "only inside the window: {told:?}");
    let seen = detail(home, id).await;
    assert_eq!((seen.told(Part::Lead, Some(Way::Thread)), seen.told(Part::Lead, Some(Way::Page))), (1, 1));
    assert_eq!(
        seen.told(Part::Lead, None) + seen.told(Part::Account, None) + seen.told(Part::Owner, None),
        0
    );
    // Whoever is found later is told as well; whoever was, is not again.
    let more = home.opt_in("psid-more", "hello").await;
    home.clock.advance(Span::minutes(1));
    breaches::search(engine, &me, id, &from(home, Start::Server, "")).await.unwrap();
    engine.handle_breaches().await.unwrap();
    assert!(town.letters().await.is_empty());
    assert_eq!(detail(home, id).await.told(Part::Lead, Some(Way::Thread)), 2);
    // Erasing somebody takes them out of it.
    leads::erase(engine, &home.actor(), early).await.unwrap();
    let left = views::breaches::people(engine, &me, id, (Part::Lead, false)).await.unwrap();
    assert_eq!(left.into_iter().map(LeadId).collect::<BTreeSet<_>>(), BTreeSet::from([late, more]));
}

#[tokio::test]
async fn claim_x8_a_lead_whom_only_their_page_told_is_told_once_they_write_through_kills() {
    let town = Town::new().await;
    let home = &town.home;
    let (engine, me) = (&home.engine, admin(home.brand));
    let lead = home.opt_in("psid-early", "hello").await;
    let other = home.opt_in("psid-other", "hello").await;
    home.clock.advance(Span::hours(30));
    let id = aware(home).await;
    breaches::leave_authority(engine, &me, id, "Only a drill, and nobody's data.").await.unwrap();
    breaches::search(engine, &me, id, &from(home, Start::Server, "")).await.unwrap();
    breaches::tell_people(engine, &me, id, &texts()).await.unwrap();
    engine.handle_breaches().await.unwrap();
    home.settle().await;
    let told = || {
        let messages = home.meta.messages();
        messages.into_iter().filter(|message| message.contains("theirs.")).count()
    };
    let ways = async || {
        let seen = detail(home, id).await;
        [Way::Thread, Way::Page].map(|way| seen.told(Part::Lead, Some(way)))
    };
    assert_eq!((told(), ways().await), (0, [0, 2]), "nothing reached them");
    let before = home.meta.messages().len();
    // The commit fails once as if the process had died in it; another does it again.
    home.write("psid-early", "my data").await;
    let passes = AtomicUsize::new(0);
    let fail_points = FailPoints::new(move |at| {
        let is_first = at == Point::BeforeReplyCommit && passes.fetch_add(1, Ordering::SeqCst) == 0;
        assert!(!is_first, "killed by the test");
    });
    let dying = home.dying(fail_points).await.unwrap();
    let running = dying.run();
    dying.settle().await.unwrap();
    running.stop().await;
    home.settle().await;
    assert_eq!((told(), ways().await), (1, [1, 1]));
    let sent = &home.meta.messages()[before..];
    let is_notice: Vec<bool> = sent.iter().map(|message| message.contains("theirs.")).collect();
    assert_eq!(is_notice, [true, false], "ahead of the answer: {sent:?}");
    assert!(sent.iter().all(|message| message.contains("psid-early")), "{sent:?}");
    home.write("psid-early", "hello again").await;
    home.settle().await;
    assert_eq!((told(), ways().await), (1, [1, 1]), "once");
    // Another app has the thread of the other: it stays on their page until we may write.
    let elsewhere = home.event("psid-other", json!({ "pass_thread_control": { "new_owner_app_id": "1" } }));
    home.deliver(&elsewhere).await;
    home.write("psid-other", "hello").await;
    home.settle().await;
    assert_eq!((told(), ways().await), (1, [1, 1]));
    assert_ne!(lead, other);
}

/// A case of which everybody is to be told; nobody is, yet.
async fn to_tell(home: &Home) -> BreachId {
    let (engine, me, id) = (&home.engine, admin(home.brand), aware(home).await);
    breaches::leave_authority(engine, &me, id, "Only a drill, and nobody's data.").await.unwrap();
    breaches::search(engine, &me, id, &from(home, Start::Server, "")).await.unwrap();
    breaches::tell_people(engine, &me, id, &texts()).await.unwrap();
    id
}

#[tokio::test]
async fn claim_x8_a_lead_whose_message_was_not_sent_is_told_once_they_write_and_of_that_case_alone() {
    let refusal = |code: u32, subcode: u32| {
        Some(json!({ "error": { "code": code, "error_subcode": subcode, "message": "no" } }))
    };
    // The gate refuses it, Meta does; and one of which Meta does not say whether it arrived.
    for (answer, is_missed) in [(None, true), (refusal(551, 0), true), (refusal(1, 1_357_046), false)] {
        let town = Town::new().await;
        let home = &town.home;
        home.opt_in("psid-1", "hello").await;
        home.clock.advance(Span::minutes(1));
        let ways = async |id: BreachId| {
            let seen = detail(home, id).await;
            [Way::Thread, Way::Page].map(|way| seen.told(Part::Lead, Some(way)))
        };
        let first = to_tell(home).await;
        home.engine.handle_breaches().await.unwrap();
        home.settle().await;
        let second = to_tell(home).await;
        home.engine.handle_breaches().await.unwrap();
        assert_eq!((ways(first).await, ways(second).await), ([1, 0], [1, 0]), "it waits for the lane");
        if let Some(answer) = answer.clone() {
            home.meta.answer_with(move |asked| asked.url.contains("/messages").then(|| answer.clone()));
        } else {
            home.clock.advance(Span::hours(30));
        }
        home.settle().await;
        let wanted = if is_missed { [0, 1] } else { [1, 0] };
        assert_eq!((ways(first).await, ways(second).await), ([1, 0], wanted), "{answer:?}");
        home.meta.answer_with(|_| None);
        let before = home.meta.messages().len();
        for text in ["hello again", "and again"] {
            home.write("psid-1", text).await;
            home.settle().await;
            let sent = home.meta.messages();
            let told = sent[before..].iter().filter(|message| message.contains("theirs.")).count();
            assert_eq!(told, usize::from(is_missed), "{answer:?}, {text}: {sent:?}");
            assert_eq!((ways(first).await, ways(second).await), ([1, 0], [1, 0]), "{answer:?}");
        }
    }
}

#[tokio::test]
async fn claim_x8_an_account_whose_mail_nobody_took_does_not_count_as_told() {
    let town = Town::new().await;
    let home = &town.home;
    home.opt_in("psid-1", "hello").await;
    home.clock.advance(Span::minutes(1));
    town.letters().await;
    let ways = async |id: BreachId| {
        let seen = detail(home, id).await;
        [Part::Account, Part::Owner].map(|part| [Way::Mail, Way::Lost].map(|way| seen.told(part, Some(way))))
    };
    let first = to_tell(home).await;
    home.engine.handle_breaches().await.unwrap();
    assert!(!town.letters().await.is_empty());
    let second = to_tell(home).await;
    home.engine.handle_breaches().await.unwrap();
    assert_eq!((ways(first).await, ways(second).await), ([[1, 0]; 2], [[1, 0]; 2]), "they are written");
    home.clock.advance(PATIENCE);
    assert!(town.letters().await.is_empty(), "they are given up");
    assert_eq!((ways(first).await, ways(second).await), ([[1, 0]; 2], [[0, 1]; 2]));
}

#[tokio::test]
async fn claim_x8_what_waited_when_a_copy_was_made_is_told_anew_after_its_return() {
    let town = Town::new().await;
    let home = &town.home;
    home.opt_in("psid-1", "hello").await;
    home.clock.advance(Span::minutes(1));
    town.letters().await;
    let ways = async |id: BreachId| {
        let seen = detail(home, id).await;
        let of = |part, way| seen.told(part, Some(way));
        [of(Part::Account, Way::Mail), of(Part::Lead, Way::Thread), of(Part::Lead, Way::Page)]
    };
    let old = to_tell(home).await;
    home.engine.handle_breaches().await.unwrap();
    home.settle().await;
    assert!(!town.letters().await.is_empty());
    home.clock.advance(PATIENCE);
    home.clock.advance(Span::minutes(1));
    home.write("psid-1", "hello").await;
    home.settle().await;
    let new = to_tell(home).await;
    home.engine.handle_breaches().await.unwrap();
    assert_eq!((ways(old).await, ways(new).await), ([1, 1, 0], [1, 1, 0]));
    // Letters and messages are in no copy.
    crate::restore::restored(home, Since::default()).await;
    assert_eq!((ways(old).await, ways(new).await), ([1, 1, 0], [0, 0, 1]));
    home.engine.handle_breaches().await.unwrap();
    assert_eq!(ways(new).await, [1, 0, 1], "by mail once more, and in the thread once they write");
}

#[tokio::test]
async fn claim_x8_a_damaged_case_keeps_nobody_from_being_reminded_or_told_of_another() {
    let town = Town::new().await;
    let home = &town.home;
    let (engine, me) = (&home.engine, admin(home.brand));
    // The account that can sign in is made the admin.
    let account = home.account;
    let make_admin = move |tx: &store::Tx<'_>| tx.execute(&MAKE_ADMIN, &params![account]);
    home.data.write("make_admin", make_admin).await.map_err(|error: store::StoreError| error).unwrap();
    home.opt_in("psid-1", "hello").await;
    home.clock.advance(Span::minutes(1));
    let damaged = to_tell(home).await;
    let sealed = [&[0xe5, 0x01][..], &[7; 80]].concat();
    let spoil = move |tx: &store::Tx<'_>| tx.execute(&SPOIL_CASE, &params![&sealed, damaged]);
    let spoilt = home.data.write("spoil", spoil).await.map_err(|error: store::StoreError| error);
    assert_eq!(spoilt.unwrap(), 1);
    home.clock.advance(Span::minutes(1));
    let whole = aware(home).await;
    breaches::search(engine, &me, whole, &from(home, Start::Server, "")).await.unwrap();
    breaches::tell_people(engine, &me, whole, &texts()).await.unwrap();
    town.letters().await;
    home.clock.advance(Span::hours(48));
    engine.handle_breaches().await.unwrap();
    let letters = town.letters().await;
    let own = format!("/admin/breaches/{whole}");
    let is_due =
        |letter: &&Letter| matches!(letter, Letter::BreachDue { link, .. } if link.reveal().ends_with(&own));
    assert_eq!(letters.iter().filter(is_due).count(), 1, "{letters:?}");
    let seen = detail(home, whole).await;
    assert_eq!(Part::ALL.map(|part| seen.told(part, None)), [0, 0, 0]);
    assert_eq!(seen.told(Part::Lead, Some(Way::Page)), 1);
}

#[tokio::test]
async fn claim_x8_one_damaged_lead_keeps_nobody_from_being_told_and_the_case_says_so() {
    let town = Town::new().await;
    let home = &town.home;
    let (engine, me) = (&home.engine, admin(home.brand));
    let mut leads = Vec::new();
    for number in 0..3 {
        leads.push(home.opt_in(&format!("psid-{number}"), "hello").await);
    }
    home.clock.advance(Span::minutes(1));
    let spoil = |lead: LeadId, sealed: Vec<u8>| {
        let write = move |tx: &store::Tx<'_>| tx.execute(&SPOIL, &params![&sealed, lead]);
        async { home.data.write("spoil", write).await.map_err(|error: store::StoreError| error).unwrap() }
    };
    assert_eq!(spoil(leads[1], [&[0xe5, 0x01][..], &[7; 80]].concat()).await, 1);
    let id = aware(home).await;
    breaches::leave_authority(engine, &me, id, "Only a drill, and nobody's data.").await.unwrap();
    breaches::search(engine, &me, id, &from(home, Start::Server, "")).await.unwrap();
    breaches::tell_people(engine, &me, id, &texts()).await.unwrap();
    engine.handle_breaches().await.unwrap();
    let seen = detail(home, id).await;
    assert_eq!(
        (seen.told(Part::Lead, Some(Way::Thread)), seen.told(Part::Lead, Some(Way::Unreadable))),
        (2, 1)
    );
    // Whose pages they wrote to were told too, and nothing waits.
    assert_eq!(seen.told(Part::Owner, Some(Way::Mail)), 1);
    assert_eq!(Part::ALL.map(|part| seen.told(part, None)), [0, 0, 0]);
}

#[tokio::test]
async fn claim_x8_the_admins_are_reminded_before_the_72_hours_end_and_once_each_time() {
    let town = Town::new().await;
    let home = &town.home;
    // The account that can sign in is made the admin.
    let account = home.account;
    let make_admin = move |tx: &store::Tx<'_>| tx.execute(&MAKE_ADMIN, &params![account]);
    home.data.write("make_admin", make_admin).await.map_err(|error: store::StoreError| error).unwrap();
    let id = aware(home).await;
    let due = home.clock.now().plus(Span::hours(72));
    for (hours, wanted) in [(47, 0), (1, 1), (17, 0), (1, 1), (10, 0)] {
        home.clock.advance(Span::hours(hours));
        home.engine.handle_breaches().await.unwrap();
        home.engine.handle_breaches().await.unwrap();
        let letters = town.letters().await;
        assert_eq!(letters.len(), wanted, "after {hours} more hours: {letters:?}");
        if let Some(letter) = letters.first() {
            let Letter::BreachDue { due_at, link } = letter else { panic!("{letter:?}") };
            assert_eq!(*due_at, due);
            assert!(link.reveal().ends_with(&format!("/admin/breaches/{id}")));
        }
    }
}
