//! Broadcasts: what can be composed, the preview's numbers, the steps, the quota.

use crate::home::{FakeMeta, Home, META_PAGE};
use engine::actions::broadcasts::{self, BroadcastForm};
use engine::actions::pages::{self, ConnectForm};
use engine::{EngineError, views};
use model::broadcast::{BroadcastState, Step};
use model::consent::Purpose;
use model::delivery::DeliveryState;
use model::id::{LeadId, PageId};
use model::outgoing::{Button, Filter, Template, UNSUBSCRIBE};
use model::time::{Clock, Span};
use serde_json::json;

pub fn promotion(text: &str) -> BroadcastForm {
    BroadcastForm {
        purpose: Purpose::Promotion,
        text: text.to_owned(),
        buttons: Vec::new(),
        image: None,
        filter: Filter::default(),
        template: None,
        pages: None,
        open_until: None,
    }
}

fn field(result: Result<impl Sized, EngineError>) -> &'static str {
    match result {
        Err(EngineError::Invalid { field, .. }) => field,
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("it was accepted"),
    }
}

#[tokio::test]
async fn what_cannot_be_sent_cannot_be_composed() {
    let home = Home::new().await;
    let actor = home.actor();
    let create = |form| broadcasts::create(&home.engine, &actor, form);
    let template = || Some(Template { name: "ready".into(), language: "en".into(), parameters: vec![] });
    assert_eq!(field(create(promotion(" ")).await), "text");
    assert_eq!(field(create(BroadcastForm { template: template(), ..promotion("Hi") }).await), "template");
    assert_eq!(field(create(BroadcastForm { purpose: Purpose::Utility, ..promotion("") }).await), "template");
    let both = BroadcastForm { purpose: Purpose::Utility, template: template(), ..promotion("Hi") };
    assert_eq!(field(create(both).await), "text");
    let late = BroadcastForm { open_until: Some(home.clock.now()), ..promotion("Hi") };
    assert_eq!(field(create(late).await), "open_until");
    assert_eq!(field(create(BroadcastForm { pages: Some(vec![]), ..promotion("Hi") }).await), "pages");
    let foreign = create(BroadcastForm { pages: Some(vec![PageId([3; 16])]), ..promotion("Hi") }).await;
    assert!(matches!(foreign, Err(EngineError::NotFound("this page"))));
    let notice = BroadcastForm { purpose: Purpose::Utility, template: template(), ..promotion("") };
    assert_eq!(create(notice).await.unwrap().template, template());
}

#[tokio::test]
async fn a_preview_says_how_many_will_get_it_and_why_the_others_will_not() {
    let home = Home::new().await;
    home.opt_in("5550001", "hello").await;
    home.opt_in("5550002", "hello").await;
    home.opt_in("5550003", "hello").await;
    home.write("5550003", "stop").await;
    home.write("5550004", "hello").await;
    home.settle().await;
    let actor = home.actor();
    let made =
        broadcasts::create(&home.engine, &actor, promotion("Hi {name|friend}, fresh bread!")).await.unwrap();
    assert_eq!((made.state, made.pages.as_slice()), (BroadcastState::Draft, [home.page].as_slice()));

    let before = home.content().await;
    let preview = broadcasts::preview(&home.engine, &actor, made.id).await.unwrap();
    assert!(before == home.content().await, "a preview changes nothing");
    assert_eq!(preview.will_get, 2);
    let numbers: Vec<_> = preview.will_not_get.iter().map(|(reason, n)| (reason.as_str(), *n)).collect();
    assert_eq!(numbers, [("evidence_too_weak", 1), ("withdrawn", 1)]);
    assert_eq!(preview.example.text, "Hi friend, fresh bread!");
    let way_out = |b: &Button| matches!(b, Button::Postback { payload, .. } if payload == UNSUBSCRIBE);
    assert!(preview.example.buttons.iter().any(way_out));

    // The window closes for everybody who has agreed.
    home.clock.advance(Span::hours(24));
    let preview = broadcasts::preview(&home.engine, &actor, made.id).await.unwrap();
    assert_eq!((preview.will_get, preview.will_not_get["window_closed"]), (0, 2));
}

#[tokio::test]
async fn a_preview_counts_with_the_quota_and_with_a_paused_page() {
    let home = Home::new().await;
    for psid in ["5550001", "5550002", "5550003"] {
        home.opt_in(psid, "hello").await;
    }
    let actor = home.actor();
    let made = broadcasts::create(&home.engine, &actor, promotion("Hi")).await.unwrap();
    home.set_quota(2).await;
    let preview = broadcasts::preview(&home.engine, &actor, made.id).await.unwrap();
    assert_eq!((preview.will_get, preview.will_not_get["quota_exhausted"]), (2, 1));

    pages::set_paused(&home.engine, &actor, home.page, true).await.unwrap();
    let preview = broadcasts::preview(&home.engine, &actor, made.id).await.unwrap();
    assert_eq!((preview.will_get, preview.will_not_get.get("page_paused")), (0, Some(&3)));
    let page = pages::set_paused(&home.engine, &actor, home.page, false).await.unwrap();
    assert_eq!(page.stop, None);
}

#[tokio::test]
async fn steps_go_from_state_to_state_and_asking_twice_sends_once() {
    let home = Home::new().await;
    let lead = home.opt_in("5550001", "hello").await;
    home.write("5550002", "hello").await;
    home.settle().await;
    let actor = home.actor();
    let made = broadcasts::create(&home.engine, &actor, promotion("Fresh bread!")).await.unwrap();
    let step = |step| broadcasts::step(&home.engine, &actor, made.id, step);
    for too_early in [Step::Pause, Step::Resume] {
        assert!(matches!(step(too_early).await, Err(EngineError::Step(_))));
    }
    let (one, two) = tokio::join!(step(Step::Send), step(Step::Send));
    assert_eq!((one.unwrap().state, two.unwrap().state), (BroadcastState::Sending, BroadcastState::Sending));
    assert_eq!(step(Step::Pause).await.unwrap().state, BroadcastState::Paused);
    assert_eq!(step(Step::Resume).await.unwrap().state, BroadcastState::Sending);
    home.settle().await;

    let done = views::broadcasts::get(&home.engine, &actor, made.id).await.unwrap();
    assert_eq!(done.state, BroadcastState::Finished);
    assert_eq!((done.counts["sent"], done.counts["refused"]), (1, 1));
    assert_eq!(
        done.reasons.iter().map(|(r, n)| (r.as_str(), *n)).collect::<Vec<_>>(),
        [("refused/evidence_too_weak", 1)]
    );
    assert_eq!(home.meta.messages().iter().filter(|m| m.contains("Fresh bread!")).count(), 1);
    let lines =
        views::broadcasts::deliveries(&home.engine, &actor, made.id, Some(DeliveryState::Sent), None, 10);
    let lines = lines.await.unwrap();
    assert_eq!(lines.iter().map(|line| line.lead).collect::<Vec<_>>(), [lead]);
    assert!(matches!(step(Step::Cancel).await, Err(EngineError::Step(_))));

    let summary = views::summary::pages(&home.engine, home.brand).await.unwrap();
    let page = summary.iter().find(|page| page.page == home.page).unwrap();
    assert_eq!((page.meta_id.as_str(), page.leads), (META_PAGE, 2));
    assert_eq!((page.opt_ins["started"], page.opt_ins["confirmed"]), (2, 1));
    assert_eq!(page.deliveries[&made.id].values().sum::<u64>(), 2);
    assert!(serde_json::to_string(&summary).unwrap().contains("refused/evidence_too_weak"));
}

#[tokio::test]
async fn a_cancelled_broadcast_reaches_nobody_more_and_stays_cancelled() {
    let home = Home::new().await;
    home.opt_in("5550001", "hello").await;
    let actor = home.actor();
    let made = broadcasts::create(&home.engine, &actor, promotion("Fresh bread!")).await.unwrap();
    let step = |step| broadcasts::step(&home.engine, &actor, made.id, step);
    step(Step::Send).await.unwrap();
    assert_eq!(step(Step::Cancel).await.unwrap().state, BroadcastState::Cancelled);
    assert_eq!(step(Step::Cancel).await.unwrap().state, BroadcastState::Cancelled);
    home.settle().await;
    assert!(matches!(step(Step::Resume).await, Err(EngineError::Step(_))));
    assert!(!home.meta.messages().iter().any(|m| m.contains("Fresh bread!")));
}

#[tokio::test]
async fn cancelling_refuses_what_was_planned_and_says_so() {
    let home = Home::new().await;
    home.opt_in("5550001", "hello").await;
    home.opt_in("5550002", "hello").await;
    let actor = home.actor();
    let made = broadcasts::create(&home.engine, &actor, promotion("Fresh bread!")).await.unwrap();
    broadcasts::step(&home.engine, &actor, made.id, Step::Send).await.unwrap();
    let (brand, page, id, now) = (home.brand, home.page, made.id, home.clock.now());
    let plan = move |tx: &store::Tx<'_>| {
        store::tables::delivery::plan_chunk(tx.brand(brand), id, page, LeadId([0; 16]), 10, now)
    };
    home.data.write("plan", plan).await.unwrap();
    let done = broadcasts::step(&home.engine, &actor, made.id, Step::Cancel).await.unwrap();
    assert_eq!((done.counts.len(), done.counts["refused"]), (1, 2));
    assert_eq!(done.reasons["refused/broadcast_cancelled"], 2);
}

// ---- connecting pages

/// A dialog that grants two pages, of which the user may send for one.
fn grant(meta: &FakeMeta) {
    meta.answer_with(|request| {
        let url = &request.url;
        if url.contains("oauth/access_token") {
            return Some(json!({ "access_token": "EAAuser", "token_type": "bearer" }));
        }
        if url.contains("me/accounts") {
            return Some(json!({ "data": [
                { "id": "777", "name": "Florist on the Corner", "access_token": "EAA777", "tasks": ["MESSAGING", "MODERATE"] },
                { "id": "888", "name": "Not mine", "access_token": "EAA888", "tasks": ["ANALYZE"] },
            ] }));
        }
        if url.contains("subscribed_apps") {
            return Some(match request.method {
                model::ports::Method::Get => {
                    json!({ "data": [{ "id": "4711", "subscribed_fields": ["messages", "message_echoes"] }] })
                }
                _ => json!({ "success": true }),
            });
        }
        None
    });
}

fn login(pages: Option<Vec<&str>>) -> ConnectForm {
    ConnectForm {
        code: "code".to_owned(),
        redirect_uri: "https://bakery.example/back".to_owned(),
        pages: pages.map(|ids| ids.into_iter().map(str::to_owned).collect()),
    }
}

#[tokio::test]
async fn connecting_takes_the_pages_one_may_send_for_and_greets_with_the_purpose() {
    let home = Home::new().await;
    grant(&home.meta);
    let actor = home.actor();
    let connected = pages::connect(&home.engine, &actor, login(None)).await.unwrap();
    assert_eq!(connected.len(), 1);
    let page = &connected[0];
    assert_eq!(
        (page.meta_id.as_str(), page.name.as_str(), page.has_echoes),
        ("777", "Florist on the Corner", true)
    );
    assert!(page.greeting_at.is_some() && page.stop.is_none());
    let requests: Vec<String> = {
        let requests = home.meta.requests.lock().unwrap();
        requests.iter().map(|r| format!("{} {}", r.url, String::from_utf8_lossy(&r.body))).collect()
    };
    let profile = requests.iter().find(|r| r.contains("messenger_profile")).unwrap();
    assert!(
        profile.contains("Florist on the Corner")
            && profile.contains(UNSUBSCRIBE)
            && profile.contains("offers")
    );
    assert!(!requests.iter().any(|r| r.contains("888/")), "the other page is left alone");
    assert_eq!(views::pages::list(&home.engine, &actor, None, 200).await.unwrap().len(), 2);
    assert_eq!(crate::home::find(&home.content().await, b"EAA777"), None, "the token lies sealed");
}

#[tokio::test]
async fn connecting_again_is_a_new_token_for_the_same_page_and_anothers_page_is_a_conflict() {
    let home = Home::new().await;
    grant(&home.meta);
    let actor = home.actor();
    let first = pages::connect(&home.engine, &actor, login(None)).await.unwrap();
    pages::set_paused(&home.engine, &actor, first[0].id, true).await.unwrap();
    let again = pages::connect(&home.engine, &actor, login(Some(vec!["777"]))).await.unwrap();
    assert_eq!((again[0].id, again[0].stop), (first[0].id, None));

    let stranger = crate::home::account(&home.engine, home.other_brand(), 10).await;
    let stranger = crate::home::actor(home.other_brand(), stranger);
    home.meta.requests.lock().unwrap().clear();
    let taken = pages::connect(&home.engine, &stranger, login(None)).await;
    let Err(EngineError::PageTaken(named)) = taken else { panic!("{taken:?}") };
    assert_eq!(named.iter().map(|page| page.meta_id.as_str()).collect::<Vec<_>>(), ["777"]);
    let touched = home.meta.requests.lock().unwrap().iter().any(|r| r.url.contains("777"));
    assert!(!touched, "nothing is done at Meta to a page that is another's");
}

#[tokio::test]
async fn a_code_that_meta_does_not_take_is_the_askers_to_put_right() {
    let home = Home::new().await;
    let refused = |code: i64| json!({ "error": { "message": "This authorization code has been used.", "code": code, "error_subcode": 36009 } });
    for (number, is_the_code) in [(100, true), (1, false)] {
        home.meta
            .answer_with(move |request| request.url.contains("oauth/access_token").then(|| refused(number)));
        match pages::connect(&home.engine, &home.actor(), login(None)).await {
            Err(EngineError::Invalid { field: "code", problem }) => assert!(is_the_code, "{problem}"),
            Err(EngineError::Meta(said)) => assert!(!is_the_code, "{said}"),
            other => panic!("{:?}", other.map(drop)),
        }
    }
}

#[tokio::test]
async fn a_page_that_was_not_granted_or_may_not_send_is_named() {
    let home = Home::new().await;
    grant(&home.meta);
    for (ids, named) in [(vec!["999"], "999"), (vec!["777", "888"], "888")] {
        match pages::connect(&home.engine, &home.actor(), login(Some(ids))).await {
            Err(EngineError::Invalid { field: "pages", problem }) => {
                assert!(problem.contains(named), "{problem}")
            }
            other => panic!("{:?}", other.map(drop)),
        }
    }
}

/// What others undo as long as it is large is planned in small chunks.
#[tokio::test]
async fn claim_b1_a_plan_that_a_server_keeps_undoing_is_made_in_smaller_chunks() {
    let Some(home) = Home::on_server().await else { return };
    for number in 0..5 {
        home.opt_in(&format!("psid-{number}"), "hello").await;
    }
    let server = testkit::place::connect(home.data_url()).await.unwrap();
    let undo = "CREATE FUNCTION undo() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
        IF (SELECT count(*) FROM planned) > 2 THEN RAISE serialization_failure; END IF; RETURN NULL; END $$; \
        CREATE TRIGGER undo AFTER INSERT ON delivery REFERENCING NEW TABLE AS planned EXECUTE FUNCTION undo()";
    server.batch_execute(undo).await.unwrap();
    let made = broadcasts::create(&home.engine, &home.actor(), promotion("To all")).await.unwrap();
    broadcasts::step(&home.engine, &home.actor(), made.id, Step::Send).await.unwrap();
    home.settle().await;
    let view = views::broadcasts::get(&home.engine, &home.actor(), made.id).await.unwrap();
    assert_eq!(view.counts.get("sent"), Some(&5));
}
