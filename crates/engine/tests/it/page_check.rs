//! The check of a page's set-up, and renewing its access.

use crate::home::{Home, account, actor};
use engine::actions::page_check::{check, renew, renewal_of, renewal_url, subscribe_again};
use engine::{EngineError, views};
use model::id::PageId;
use model::time::Span;
use serde_json::{Value, json};
use store::tables::page::lacking;

const BACK: &str = "https://brand.example/app/pages/connected";

async fn page(home: &Home) -> PageId {
    views::pages::list(&home.engine, &home.actor(), None, 9).await.unwrap()[0].id
}

/// Meta, as it answers the questions of a check.
fn meta(home: &Home, token: Value, fields: Value) {
    home.meta.answer_with(move |request| {
        if request.url.contains("/debug_token") {
            return Some(json!({ "data": token }));
        }
        let subscribed = json!({ "data": [{ "id": "4711", "subscribed_fields": fields }], "success": true });
        request.url.contains("/subscribed_apps").then_some(subscribed)
    });
}

fn all_scopes() -> Value {
    messenger::login::PERMISSIONS.split(',').collect::<Vec<_>>().into()
}

#[tokio::test]
async fn a_token_that_meta_calls_dead_stops_the_page_and_one_that_it_calls_good_lets_it_go_on() {
    let home = Home::new().await;
    let (id, me) = (page(&home).await, home.actor());
    meta(&home, json!({ "is_valid": false, "scopes": [], "error": { "code": 190 } }), json!([]));
    let found = check(&home.engine, &me, id).await.unwrap();
    assert_eq!(
        (found.is_valid, found.page.stop, found.has_said_events),
        (Some(false), Some("token_invalid"), false)
    );
    assert_eq!(found.page.lacks_permissions, None, "a dead token says nothing of permissions");
    meta(
        &home,
        json!({ "is_valid": true, "scopes": all_scopes() }),
        messenger::login::FIELDS.to_vec().into(),
    );
    let found = check(&home.engine, &me, id).await.unwrap();
    assert_eq!((found.is_valid, found.page.stop), (Some(true), None));
    assert_eq!((found.page.lacks_fields, found.page.lacks_permissions), (Some(Vec::new()), Some(Vec::new())));
    assert!(found.page.has_echoes && found.has_said_events);
    // What its user stopped stays so.
    engine::actions::pages::set_paused(&home.engine, &me, id, true).await.unwrap();
    let found = check(&home.engine, &me, id).await.unwrap();
    assert_eq!(found.page.stop, Some("paused"));
}

#[tokio::test]
async fn what_is_missing_is_named_and_subscribing_again_mends_it() {
    let home = Home::new().await;
    let (id, me) = (page(&home).await, home.actor());
    let some = json!({ "is_valid": true, "scopes": ["pages_messaging", "pages_show_list", "pages_manage_metadata"] });
    meta(&home, some, json!(["messages"]));
    let found = check(&home.engine, &me, id).await.unwrap();
    assert_eq!(found.page.lacks_permissions.unwrap(), ["pages_read_engagement", "pages_utility_messaging"]);
    assert!(!found.page.has_echoes);
    let missing = found.page.lacks_fields.unwrap();
    let is_missing = |name: &str| missing.iter().any(|own| own == name);
    assert!(is_missing("message_echoes") && !is_missing("messages"));
    meta(&home, json!({}), json!(["messages", "message_echoes"]));
    assert!(subscribe_again(&home.engine, &me, id).await.unwrap().has_echoes);
    let other = actor(home.brand, account(&home.engine, home.brand, 10).await);
    for refused in [
        check(&home.engine, &other, id).await.map(drop),
        subscribe_again(&home.engine, &other, id).await.map(drop),
        renew(&home.engine, &other, id, "c".to_owned(), BACK.to_owned()).await.map(drop),
        renewal_url(&home.engine, &other, b"session", id, BACK).await.map(drop),
    ] {
        assert!(matches!(refused, Err(EngineError::NotFound("this page"))));
    }
}

#[tokio::test]
async fn what_was_missing_stays_known_until_meta_says_that_it_is_there() {
    let home = Home::new().await;
    let (id, me) = (page(&home).await, home.actor());
    let known = async || {
        let page = views::pages::get(&home.engine, &me, id).await.unwrap();
        (page.lacks_permissions, page.lacks_fields.map(|names| names.len()), page.has_echoes)
    };
    let names = |some: &[&str]| Some(some.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>());
    assert_eq!(known().await, (None, None, true), "nobody has asked");
    let most = json!({ "is_valid": true, "scopes": ["pages_show_list", "pages_manage_metadata", "pages_read_engagement"] });
    meta(&home, most, json!(["message_echoes"]));
    check(&home.engine, &me, id).await.unwrap();
    let lacks = (names(&["pages_messaging", "pages_utility_messaging"]), Some(11), true);
    assert_eq!(known().await, lacks);
    let every = home.data.read("lacking", lacking).await.unwrap();
    assert_eq!(every.iter().map(|(page, _)| *page).collect::<Vec<_>>(), [id]);
    // A silent Meta and a dead token say nothing of it.
    home.meta.answer_with(|_| Some(json!({ "error": { "code": 2, "message": "x" } })));
    check(&home.engine, &me, id).await.unwrap();
    meta(&home, json!({ "is_valid": false, "scopes": [] }), json!([]));
    check(&home.engine, &me, id).await.unwrap();
    assert_eq!(known().await, lacks);
    // Events by themselves, then the rest.
    meta(&home, json!({}), messenger::login::FIELDS.to_vec().into());
    subscribe_again(&home.engine, &me, id).await.unwrap();
    assert_eq!(known().await, (lacks.0, Some(0), true));
    meta(
        &home,
        json!({ "is_valid": true, "scopes": all_scopes() }),
        messenger::login::FIELDS.to_vec().into(),
    );
    check(&home.engine, &me, id).await.unwrap();
    assert_eq!(known().await, (names(&[]), Some(0), true));
    assert!(home.data.read("lacking", lacking).await.unwrap().is_empty());
}

#[tokio::test]
async fn when_meta_says_nothing_nothing_is_called_good_or_bad() {
    let home = Home::new().await;
    let (id, me) = (page(&home).await, home.actor());
    home.meta.answer_with(|_| Some(json!({ "error": { "code": 2, "message": "x" } })));
    let found = check(&home.engine, &me, id).await.unwrap();
    assert_eq!((found.is_valid, found.page.lacks_fields, found.page.stop), (None, None, None));
    assert!(!found.has_said_events);
    assert!(found.silence.unwrap().contains("code 2"));
}

#[tokio::test]
async fn a_renewal_is_good_for_its_page_its_session_and_half_an_hour() {
    let home = Home::new().await;
    let (id, me) = (page(&home).await, home.actor());
    let url = renewal_url(&home.engine, &me, b"session", id, BACK).await.unwrap();
    assert!(url.ends_with("&auth_type=rerequest"), "{url}");
    let state = url.split("&state=").nth(1).unwrap().split('&').next().unwrap().to_owned();
    let of = |session: &[u8], state: &str| renewal_of(&home.engine, &me, session, state).unwrap();
    assert_eq!(of(b"session", &state), Some(id));
    assert_eq!(of(b"another", &state), None);
    let (until, rest) = state.split_once('.').unwrap();
    let (_, mac) = rest.split_once('.').unwrap();
    let others = format!("{until}.{}.{mac}", PageId([7; 16]));
    for bad in ["", "1.2.3", &format!("9{state}"), &others, &format!("{until}.{mac}")] {
        assert_eq!(of(b"session", bad), None, "{bad}");
    }
    home.clock.advance(Span::minutes(31));
    assert_eq!(of(b"session", &state), None);
}
