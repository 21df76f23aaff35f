//! The check of a page's set-up, and renewing its access.

use crate::home::{Home, account, actor};
use engine::actions::page_check::{check, renew, renewal_of, renewal_url, subscribe_again};
use engine::{EngineError, views};
use model::id::PageId;
use model::time::Span;
use serde_json::{Value, json};

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
        (found.is_valid, found.page.stop, found.missing_fields),
        (Some(false), Some("token_invalid"), None)
    );
    assert!(found.missing_permissions.is_empty(), "a dead token says nothing of permissions");
    meta(
        &home,
        json!({ "is_valid": true, "scopes": all_scopes() }),
        messenger::login::FIELDS.to_vec().into(),
    );
    let found = check(&home.engine, &me, id).await.unwrap();
    assert_eq!((found.is_valid, found.page.stop), (Some(true), None));
    assert_eq!(found.missing_fields, Some(Vec::new()));
    assert!(found.page.has_echoes && !found.lacks_notices);
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
    assert_eq!(found.missing_permissions, ["pages_read_engagement"]);
    assert!(found.lacks_notices && !found.page.has_echoes);
    let missing = found.missing_fields.unwrap();
    assert!(missing.contains(&"message_echoes") && !missing.contains(&"messages"));
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
async fn when_meta_says_nothing_nothing_is_called_good_or_bad() {
    let home = Home::new().await;
    let (id, me) = (page(&home).await, home.actor());
    home.meta.answer_with(|_| Some(json!({ "error": { "code": 2, "message": "x" } })));
    let found = check(&home.engine, &me, id).await.unwrap();
    assert_eq!((found.is_valid, found.missing_fields, found.page.stop), (None, None, None));
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
