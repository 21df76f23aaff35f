//! Disconnecting a page.

use crate::broadcasts::promotion;
use crate::home::Home;
use engine::EngineError;
use engine::actions::disconnect::disconnect;
use engine::actions::{broadcasts, pages};
use engine::views;
use model::broadcast::Step;
use model::ports::Method;
use model::time::Span;
use serde_json::json;
use store::tables::page;

/// What was asked of Meta since it was last looked at.
fn asked(home: &Home) -> Vec<String> {
    let mut requests = home.meta.requests.lock().unwrap();
    let path = |url: &str| {
        url.split('?').next().unwrap_or_default().rsplit('/').next().unwrap_or_default().to_owned()
    };
    requests.drain(..).map(|r| format!("{:?} {}", r.method, path(&r.url))).collect()
}

#[tokio::test]
async fn claim_b3_a_disconnected_page_keeps_its_leads_but_no_token_and_writes_to_nobody_who_was_not_heard_since()
 {
    let home = Home::new().await;
    let lead = home.opt_in("5550001", "hello").await;
    let me = home.actor();
    let before = sealed(&home).await;
    asked(&home);
    let done = disconnect(&home.engine, &me, home.page).await.unwrap();
    let gone = done.page;
    assert!(done.is_let_go);
    assert_eq!((gone.stop, gone.greeting_at), (Some("disconnected"), None));
    let expected = [(Method::Delete, "subscribed_apps"), (Method::Delete, "messenger_profile")];
    assert_eq!(asked(&home), expected.map(|(method, path)| format!("{method:?} {path}")));
    assert_ne!(sealed(&home).await, before, "the envelope with the token is gone");
    // Twice is once, and Meta is not asked with a token that is not there.
    let again = disconnect(&home.engine, &me, home.page).await.unwrap();
    assert_eq!((again.page.stop, again.is_let_go), (Some("disconnected"), true));
    assert!(asked(&home).is_empty());

    let made = broadcasts::create(&home.engine, &me, promotion("Fresh bread!")).await.unwrap();
    broadcasts::step(&home.engine, &me, made.id, Step::Send).await.unwrap();
    home.settle().await;
    let done = views::broadcasts::get(&home.engine, &me, made.id).await.unwrap();
    assert_eq!((done.counts["refused"], done.reasons["refused/page_disconnected"]), (1, 1));
    assert!(home.meta.messages().is_empty());

    let form = pages::ConnectForm {
        code: "c".to_owned(),
        redirect_uri: "https://brand.example/back".to_owned(),
        pages: None,
    };
    let granted = json!({ "data": [{ "id": gone.meta_id, "name": gone.name, "access_token": "EAAnew", "tasks": ["MESSAGING"] }] });
    home.meta.answer_with(move |request| {
        let events =
            json!({ "success": true, "data": [{ "id": "4711", "subscribed_fields": ["messages"] }] });
        let user = json!({ "access_token": "user" });
        let all = [("oauth/access_token", &user), ("me/accounts", &granted), ("subscribed_apps", &events)];
        all.into_iter().find(|(path, _)| request.url.contains(path)).map(|(_, answer)| answer.clone())
    });
    home.clock.advance(Span::hours(1));
    let back = pages::connect(&home.engine, &me, form).await.unwrap();
    assert_eq!((back[0].id, back[0].stop), (home.page, None));
    // Nobody here has heard meanwhile whether somebody left: who writes again is written to again.
    let made = broadcasts::create(&home.engine, &me, promotion("Fresh bread!")).await.unwrap();
    let preview = broadcasts::preview(&home.engine, &me, made.id).await.unwrap();
    assert_eq!((preview.will_get, preview.will_not_get["not_heard_since_connected"]), (0, 1));
    home.write("5550001", "I am still there").await;
    home.settle().await;
    assert_eq!(broadcasts::preview(&home.engine, &me, made.id).await.unwrap().will_get, 1);
    assert!(views::leads::get(&home.engine, &me, lead).await.unwrap().lead.promotion_in_force);
}

#[tokio::test]
async fn without_an_answer_of_meta_a_page_stays_connected_and_with_a_refusal_it_does_not() {
    let home = Home::new().await;
    let me = home.actor();
    let refuse = |code: i64| {
        home.meta.answer_with(move |request| {
            let is_events = request.url.contains("subscribed_apps");
            is_events.then(|| json!({ "error": { "code": code, "message": "x" } }))
        });
    };
    refuse(2);
    assert!(matches!(disconnect(&home.engine, &me, home.page).await, Err(EngineError::Meta(_))));
    assert_eq!(views::pages::get(&home.engine, &me, home.page).await.unwrap().stop, None);
    let profile = home
        .meta
        .requests
        .lock()
        .unwrap()
        .iter()
        .any(|r| r.method == Method::Delete && r.url.contains("messenger_profile"));
    assert!(!profile, "nothing is taken away at one end only");
    // A token that is dead can be given up all the same; what Meta delivers is another matter then.
    refuse(190);
    let done = disconnect(&home.engine, &me, home.page).await.unwrap();
    assert_eq!((done.page.stop, done.is_let_go), (Some("disconnected"), false));
}

/// The page's envelope.
async fn sealed(home: &Home) -> Vec<u8> {
    let (brand, id) = (home.brand, home.page);
    let read = move |tx: &store::Tx<'_>| page::get(tx.brand(brand), id);
    home.data.read("page", read).await.unwrap().unwrap().sealed
}
