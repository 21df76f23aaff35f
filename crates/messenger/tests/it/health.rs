//! Asking how a page's access stands.

use crate::sending::{PAGE, TOKEN, answer, bench};
use messenger::health::{FOR_NOTICES, TokenState, missing_fields};
use messenger::login::{FIELDS, PERMISSIONS};
use model::personal::Personal;

#[tokio::test]
async fn a_token_is_asked_about_with_the_apps_own() {
    let scopes: Vec<&str> = PERMISSIONS.split(',').filter(|scope| *scope != FOR_NOTICES).collect();
    let good = serde_json::json!({ "data": { "is_valid": true, "scopes": scopes } }).to_string();
    let dead = r#"{"data":{"error":{"code":190,"message":"x","subcode":460},"is_valid":false,"scopes":[]}}"#;
    let bench = bench([answer(200, &good), answer(200, dead)]);
    let token = Personal::from(TOKEN);
    let state = bench.graph.token_state(&token).await.unwrap();
    assert_eq!(state, TokenState { is_valid: true, missing: vec![FOR_NOTICES] });
    let state = bench.graph.token_state(&token).await.unwrap();
    assert_eq!((state.is_valid, state.missing.len()), (false, PERMISSIONS.split(',').count()));
    let requests = bench.out.requests.lock().unwrap();
    assert!(requests[0].url.contains(&format!("/debug_token?input_token={TOKEN}&")), "{}", requests[0].url);
    let bearer = requests[0].headers.iter().find(|(name, _)| *name == "authorization").unwrap();
    assert_eq!(bearer.1, "Bearer 1517776481860111|test_app_secret");
}

#[tokio::test]
async fn events_that_are_not_delivered_are_named() {
    let other = r#"{"data":[{"id":"2","subscribed_fields":["feed"]},{"id":"1517776481860111","subscribed_fields":["messages","message_echoes"]}]}"#;
    let bench = bench([answer(200, other), answer(200, r#"{"data":[]}"#)]);
    let token = Personal::from(TOKEN);
    let fields = bench.graph.subscribed_fields(PAGE, &token).await.unwrap();
    let missing = missing_fields(&fields);
    assert!(missing.len() == FIELDS.len() - 2 && !missing.contains(&"messages"));
    let none = bench.graph.subscribed_fields(PAGE, &token).await.unwrap();
    assert_eq!(missing_fields(&none), FIELDS);
}
