//! Connecting a page: the dialog's address, tokens, pages, subscriptions, profile.

use crate::sending::{Bench, PAGE, PROOF, TOKEN, answer, bench};
use messenger::graph::GraphError;
use messenger::login::FIELDS;
use model::bot::profile::MessengerProfile;
use model::bot::settings::{IceBreaker, MenuEntry};
use model::personal::Personal;
use model::ports::{Method, OutboundError};
use serde_json::{Value, json};

fn token() -> Personal<String> {
    Personal::from(TOKEN)
}

/// Method and address without the host of each request so far.
fn calls(bench: &Bench) -> Vec<String> {
    let requests = bench.out.requests.lock().unwrap();
    requests
        .iter()
        .map(|request| {
            let path = request.url.strip_prefix("https://graph.test/v25.0/").unwrap();
            let method = match request.method {
                Method::Get => "GET",
                Method::Post => "POST",
                Method::Delete => "DELETE",
            };
            format!("{method} {path}")
        })
        .collect()
}

#[test]
fn the_dialog_asks_for_the_permissions_with_everything_encoded() {
    let url = bench([]).graph.dialog_url(
        "https://www.facebook.com/",
        "https://brand.example/app/connected?x=1",
        "s&t",
    );
    assert_eq!(
        url,
        "https://www.facebook.com/v25.0/dialog/oauth?client_id=1517776481860111\
         &redirect_uri=https%3A%2F%2Fbrand.example%2Fapp%2Fconnected%3Fx%3D1&state=s%26t&response_type=code\
         &scope=pages_show_list%2Cpages_messaging%2Cpages_manage_metadata%2Cpages_read_engagement%2Cpages_utility_messaging"
    );
}

#[tokio::test]
async fn the_code_becomes_a_short_token_and_that_a_long_one() {
    let bench = bench([
        answer(200, r#"{"access_token":"SHORT","token_type":"bearer","expires_in":5000}"#),
        answer(200, r#"{"access_token":"LONG","token_type":"bearer","expires_in":5183944}"#),
    ]);
    let token = bench.graph.user_token("the code", "https://brand.example/app/connected").await.unwrap();
    assert_eq!(token.reveal(), "LONG");
    let app = "client_id=1517776481860111&client_secret=test_app_secret";
    assert_eq!(
        calls(&bench),
        [
            format!(
                "GET oauth/access_token?{app}&redirect_uri=https%3A%2F%2Fbrand.example%2Fapp%2Fconnected&code=the%20code"
            ),
            format!("GET oauth/access_token?{app}&grant_type=fb_exchange_token&fb_exchange_token=SHORT"),
        ]
    );
}

fn page(number: usize, tasks: &[&str]) -> Value {
    json!({
        "access_token": format!("TOKEN{number}"), "category": "Shop", "name": format!("Shop {number}"),
        "id": number.to_string(), "tasks": tasks,
    })
}

#[tokio::test]
async fn the_pages_of_all_answers_are_offered_and_who_may_message_is_told() {
    let cursor = |after: &str| json!({"cursors": {"before": "x", "after": after}, "next": "https://graph.facebook.com/evil"});
    let bench = bench([
        answer(200, json!({"data": [page(1, &["MODERATE", "MESSAGING"]), page(2, &["ANALYZE"])], "paging": cursor("c/1")}).to_string()),
        // A page that came without a token cannot be connected.
        answer(200, json!({"data": [{"id": "3", "name": "Shop 3"}, page(4, &[])], "paging": cursor("c/2")}).to_string()),
        // The last one has cursors, but nothing next.
        answer(200, json!({"data": [page(5, &["MESSAGING"])], "paging": {"cursors": {"after": "c/3"}}}).to_string()),
    ]);
    let pages = bench.graph.offered_pages(&token()).await.unwrap();
    let seen: Vec<(&str, &str, &str, bool)> = pages
        .iter()
        .map(|p| (p.meta_id.as_str(), p.name.reveal().as_str(), p.token.reveal().as_str(), p.may_message))
        .collect();
    assert_eq!(
        seen,
        [
            ("1", "Shop 1", "TOKEN1", true),
            ("2", "Shop 2", "TOKEN2", false),
            ("4", "Shop 4", "TOKEN4", false),
            ("5", "Shop 5", "TOKEN5", true),
        ]
    );
    let first = "GET me/accounts?fields=id%2Cname%2Caccess_token%2Ctasks&limit=100";
    assert_eq!(
        calls(&bench),
        [
            format!("{first}&appsecret_proof={PROOF}"),
            format!("{first}&after=c%2F1&appsecret_proof={PROOF}"),
            format!("{first}&after=c%2F2&appsecret_proof={PROOF}"),
        ]
    );
    for request in bench.out.requests.lock().unwrap().iter() {
        assert_eq!(request.headers, [("authorization", format!("Bearer {TOKEN}"))]);
    }
}

#[tokio::test]
async fn pages_that_go_round_in_circles_are_asked_for_once_more_only() {
    let again =
        json!({"data": [page(1, &[])], "paging": {"cursors": {"after": "same"}, "next": "more"}}).to_string();
    let bench = bench([answer(200, again.clone()), answer(200, again)]);
    assert_eq!(bench.graph.offered_pages(&token()).await.unwrap().len(), 2);
}

#[tokio::test]
async fn what_is_subscribed_is_what_meta_says_afterwards_of_this_app() {
    let read = json!({"data": [
        {"id": "999", "name": "Another app", "subscribed_fields": ["feed"]},
        {"id": "1517776481860111", "name": "Ours", "subscribed_fields": ["messages", "message_echoes"]},
    ]});
    let both = bench([answer(200, r#"{"success":true}"#), answer(200, read.to_string())]);
    let fields = both.graph.subscribe(PAGE, &token()).await.unwrap();
    assert_eq!(fields, ["messages", "message_echoes"]);
    let asked = FIELDS.join("%2C");
    assert_eq!(
        calls(&both),
        [
            format!("POST {PAGE}/subscribed_apps?subscribed_fields={asked}&appsecret_proof={PROOF}"),
            format!("GET {PAGE}/subscribed_apps?appsecret_proof={PROOF}"),
        ]
    );
    assert!(asked.contains("message_template_status_update") && asked.contains("message_echoes"));
    let none = bench([answer(200, r#"{"success":"true"}"#), answer(200, r#"{"data":[]}"#)]);
    assert!(none.graph.subscribe(PAGE, &token()).await.unwrap().is_empty());
}

#[tokio::test]
async fn the_profile_names_get_started_greetings_and_menu() {
    let bench = bench([answer(200, r#"{"result":"success"}"#), answer(200, r#"{"result":"success"}"#)]);
    let mut profile = MessengerProfile {
        greetings: vec![
            ("default".to_owned(), "We write about lamps.".to_owned()),
            ("ar_AR".to_owned(), "مصابيح".to_owned()),
        ],
        menus: vec![(
            "default".to_owned(),
            vec![
                MenuEntry::Url { title: "Shop".to_owned(), url: "https://shop.example".to_owned() },
                MenuEntry::Postback {
                    title: "Unsubscribe".to_owned(),
                    payload: "entente:unsubscribe".to_owned(),
                },
            ],
        )],
        ice_breakers: vec![(
            "default".to_owned(),
            vec![IceBreaker { question: "When are you open?".to_owned(), payload: "hours".to_owned() }],
        )],
    };
    bench.graph.set_profile(PAGE, &token(), &profile).await.unwrap();
    let body: Value = serde_json::from_str(&bench.body()).unwrap();
    assert_eq!(
        body,
        json!({
            "get_started": {"payload": "entente:get_started"},
            "greeting": [{"locale": "default", "text": "We write about lamps."}, {"locale": "ar_AR", "text": "مصابيح"}],
            "persistent_menu": [{"locale": "default", "composer_input_disabled": false, "call_to_actions": [
                {"type": "web_url", "title": "Shop", "url": "https://shop.example"},
                {"type": "postback", "title": "Unsubscribe", "payload": "entente:unsubscribe"},
            ]}],
            "ice_breakers": [{"locale": "default", "call_to_actions": [{"question": "When are you open?", "payload": "hours"}]}],
        })
    );
    assert_eq!(calls(&bench), [format!("POST {PAGE}/messenger_profile?appsecret_proof={PROOF}")]);
    profile.menus.clear();
    bench.graph.set_profile(PAGE, &token(), &profile).await.unwrap();
    let second = bench.out.requests.lock().unwrap()[1].body.clone();
    assert!(serde_json::from_slice::<Value>(&second).unwrap().get("persistent_menu").is_none());
}

#[tokio::test]
async fn a_refusal_says_what_to_do_and_names_no_token() {
    let error = |code: i64, subcode: i64| {
        let message = format!("Malformed access token {TOKEN} for Sam Sample");
        let error = json!({"error": {"message": message, "type": "OAuthException", "code": code, "error_subcode": subcode}});
        answer(400, error.to_string())
    };
    for (answer, expected) in [
        (error(190, 463), "refused with code 190/463: connect the page again"),
        (
            error(200, 1),
            "refused with code 200/1: the app or the page lacks a permission; see the app's dashboard at Meta",
        ),
        (error(80_006, 1), "refused with code 80006/1: Meta limits the calls; try again later"),
        (error(100, 33), "refused with code 100/33: Meta did not accept a parameter"),
        (error(2, 0), "refused with code 2/0: try again later"),
        (answer(502, "<html>"), "the answer (status 502) cannot be read: try again"),
        (answer(200, TOKEN), "the answer (status 200) cannot be read: try again"),
        (Err(OutboundError::Unanswered("timeout".to_owned())), "no usable answer: timeout"),
    ] {
        let bench = bench([answer]);
        let error: GraphError = bench.graph.user_token("CODE", "https://brand.example/").await.unwrap_err();
        assert_eq!(error.to_string(), expected);
        for secret in [TOKEN, "Sam", "CODE", "test_app_secret"] {
            assert!(!format!("{error:?}").contains(secret), "{error:?}");
        }
    }
}
