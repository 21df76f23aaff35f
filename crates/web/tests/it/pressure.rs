//! What is turned away while the writer is held up, what is not, and that nothing is lost by it. The writer is
//! really held: a transaction on it does not end until the test lets it.

use crate::home::{Answer, HOST, Home};
use axum::body::Body;
use axum::http::Request;
use engine::{FOR_WITHDRAWALS, PLACES};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};
use std::time::Duration;
use store::StoreError;
use store::tables::inbox;
use tokio::task::{JoinHandle, JoinSet};
use web::WebSettings;

/// A server has no one writer that could be held: what it does under pressure, `bench load --postgres` shows.
fn has_no_writer() -> bool {
    if testkit::place::is_on_server() {
        eprintln!("skipped on PostgreSQL: it holds the one writer of a file");
    }
    testkit::place::is_on_server()
}

/// Holds the writer until what is returned is dropped.
async fn hold_the_writer(home: &Home) -> Sender<()> {
    let (release, held) = channel();
    let (tell, told) = tokio::sync::oneshot::channel();
    let (data, mut tell) = (home.data.clone(), Some(tell));
    tokio::spawn(async move {
        data.write("hold", move |_| {
            if let Some(tell) = tell.take() {
                let _ = tell.send(());
                let _released = held.recv();
            }
            Ok::<_, StoreError>(())
        })
        .await
    });
    told.await.unwrap();
    release
}

/// Until the first in the line has waited so long, in real time.
async fn waited(home: &Home, long: Duration) {
    while home.engine.waits() < long {
        breathe().await;
    }
}

async fn breathe() {
    #[expect(clippy::disallowed_methods, reason = "a transaction waits in real time")]
    tokio::time::sleep(Duration::from_millis(5)).await;
}

/// A home whose deliveries may wait as long as the test needs to count them.
async fn patient() -> Arc<Home> {
    within(Duration::from_secs(120)).await
}

async fn within(answer_within: Duration) -> Arc<Home> {
    let mut home = Home::with_page().await;
    answer(&mut home, answer_within);
    Arc::new(home)
}

/// Deliveries are answered within so long from now on.
fn answer(home: &mut Home, answer_within: Duration) {
    let settings = WebSettings { answer_within, ..WebSettings::default() };
    home.router = web::router(Arc::clone(&home.engine), settings);
}

fn delivered(home: &Arc<Home>, psid: &str, text: &str) -> JoinHandle<Answer> {
    let (home, body) = (Arc::clone(home), home.event(psid, &json!({ "text": text })));
    tokio::spawn(async move { home.deliver(&body).await })
}

/// As a browser asks.
/// So many people's first deliveries, each with this message.
fn deliveries(home: &Arc<Home>, count: usize, message: &Value) -> JoinSet<Answer> {
    let mut waiting = JoinSet::new();
    for number in 0..count {
        let (home, body) = (Arc::clone(home), home.event(&format!("psid-{number}"), message));
        waiting.spawn(async move { home.deliver(&body).await });
    }
    waiting
}

async fn look(home: &Home, path: &str, language: &str) -> Answer {
    let request = Request::builder().uri(path).header("host", HOST).header("accept", "text/html");
    let cookie = format!("__Host-session={}", home.session);
    let request = request.header("cookie", cookie).header("accept-language", language);
    home.ask(request.body(Body::empty()).unwrap()).await
}

fn is_turned_away(answer: &Answer) {
    answer.is_problem(503, "busy");
    assert_eq!(answer.header("retry-after"), "10");
}

#[tokio::test]
async fn lists_go_first_then_pages_then_sign_ups_and_neither_webhooks_nor_ways_out() {
    if has_no_writer() {
        return;
    }
    let home = patient().await;
    home.opt_in("psid-1", "hello").await;
    let link = home.unsubscribe_path().await;
    let tag = json!({ "name": "Regulars" });
    assert_eq!(look(&home, "/app/leads", "ar").await.status, 200);

    let release = hold_the_writer(&home).await;
    let delivery = delivered(&home, "psid-2", "hello");
    waited(&home, Duration::from_millis(1_000)).await;
    is_turned_away(&home.call("GET", "/api/v1/leads").await);
    let page = look(&home, "/app/leads", "ar").await;
    assert_eq!((page.status.as_u16(), page.header("retry-after")), (503, "10"));
    assert!(
        page.text().contains("lang=\"ar\"") && page.text().contains("الطلبات كثيرة الآن"),
        "{}",
        page.text()
    );
    let page = look(&home, "/app/leads", "en").await;
    assert!(page.text().contains("Too much at once") && page.text().contains("Nothing was changed"));
    if home.engine.waits() < Duration::from_secs(2) {
        assert_eq!(
            home.call("GET", "/api/v1/tags").await.status,
            200,
            "a call of the API that lists no leads"
        );
        assert_eq!(look(&home, "/app", "en").await.status, 200);
    }

    waited(&home, Duration::from_millis(2_000)).await;
    is_turned_away(&home.call("GET", "/api/v1/tags").await);
    is_turned_away(&home.post_once("/api/v1/tags", "one", &tag).await);
    assert_eq!(home.submit("/account/profile", &[("name", "Another")]).await.status, 503);
    assert_eq!(look(&home, "/app", "en").await.status, 503);
    if home.engine.waits() < Duration::from_secs(3) {
        assert_eq!(look(&home, "/register", "en").await.status, 200);
    }

    waited(&home, Duration::from_millis(3_000)).await;
    assert_eq!(look(&home, "/register", "en").await.status, 503);
    for path in [&*link, "/login", "/readyz", "/healthz", "/account/erase", "/my"] {
        let answer = look(&home, path, "en").await;
        assert!(answer.status.as_u16() < 500, "{path}: {}", answer.status);
    }
    let leaving = {
        let (home, link) = (Arc::clone(&home), link.clone());
        tokio::spawn(async move { home.visit("POST", &link).await })
    };
    breathe().await;
    assert!(!delivery.is_finished() && !leaving.is_finished(), "they wait for the writer");

    drop(release);
    assert_eq!(delivery.await.unwrap().status, 200);
    assert_eq!(leaving.await.unwrap().status, 200);
    waited(&home, Duration::ZERO).await;
    assert_eq!(home.post_once("/api/v1/tags", "one", &tag).await.status, 201, "nothing was done before");
    home.settle().await;
    let leads = home.call("GET", "/api/v1/leads").await.json();
    assert_eq!(leads["items"].as_array().unwrap().len(), 2, "{leads}");
    assert_eq!(home.call("GET", "/api/v1/tags").await.json()["items"].as_array().unwrap().len(), 1);
    let counted = engine::views::standing::read(&home.engine).await.unwrap().counted.turned_away;
    assert!(["lists", "console", "sign_up"].iter().all(|class| counted.contains_key(class)), "{counted:?}");
    assert!(!counted.contains_key("webhook"), "{counted:?}");
}

/// Large deliveries take many places at once, long before anybody in the line has waited for a second.
#[tokio::test]
async fn the_console_is_turned_away_before_a_delivery_finds_no_place() {
    if has_no_writer() {
        return;
    }
    let home = patient().await;
    let release = hold_the_writer(&home).await;
    let mut waiting = deliveries(&home, 50, &json!({ "text": "hello", "junk": "x".repeat(1_000_000) }));
    while home.engine.places_taken() < PLACES / 4 * 3 {
        breathe().await;
    }
    // On a machine that took longer the wait has shut it as well, and this says nothing.
    if home.engine.waits() >= Duration::from_secs(1) {
        eprintln!("not seen: this machine takes a second for fifty large deliveries");
    }
    is_turned_away(&home.call("GET", "/api/v1/leads").await);
    assert_eq!(look(&home, "/login", "en").await.status, 200);
    drop(release);
    while let Some(answer) = waiting.join_next().await {
        assert_eq!(answer.unwrap().status, 200);
    }
    assert_eq!(home.call("GET", "/api/v1/leads").await.status, 200);
}

#[tokio::test]
async fn no_more_deliveries_wait_than_there_are_places_and_every_200_is_durable() {
    if has_no_writer() {
        return;
    }
    let home = patient().await;
    let release = hold_the_writer(&home).await;
    let mut waiting = deliveries(&home, PLACES, &json!({ "text": "hello" }));
    let stood = home.data.waiting().count;
    // Those that have not reached the line yet.
    while home.data.waiting().count < PLACES {
        breathe().await;
    }
    assert!(stood <= PLACES);
    for number in 0..20 {
        is_turned_away(
            &home.deliver(&home.event(&format!("late-{number}"), &json!({ "text": "hello" }))).await,
        );
    }
    let bad = Request::builder().method("POST").uri("/webhooks/messenger").body(Body::from("{}")).unwrap();
    home.ask(bad).await.is_problem(403, "bad-signature");
    assert_eq!(home.data.waiting().count, PLACES, "what was turned away, or is not Meta's, waits nowhere");
    // Somebody who leaves finds a place all the same; so many, and no more.
    for number in 0..FOR_WITHDRAWALS {
        let (home, body) =
            (Arc::clone(&home), home.event(&format!("out-{number}"), &json!({ "text": "stop" })));
        waiting.spawn(async move { home.deliver(&body).await });
    }
    while home.data.waiting().count < PLACES + FOR_WITHDRAWALS {
        breathe().await;
    }
    is_turned_away(&home.deliver(&home.event("out", &json!({ "text": "stop" }))).await);

    drop(release);
    let mut taken = 0;
    while let Some(answer) = waiting.join_next().await {
        assert_eq!(answer.unwrap().status, 200);
        taken += 1;
    }
    let stored = home.data.read("count_inbox", inbox::count).await.unwrap();
    assert_eq!((taken, stored), (PLACES + FOR_WITHDRAWALS, u64::try_from(taken).unwrap()));
    assert_eq!(home.deliver(&home.event("psid-after", &json!({ "text": "hello" }))).await.status, 200);
    let counted = engine::views::standing::read(&home.engine).await.unwrap().counted.turned_away;
    assert_eq!(counted.get("webhook"), Some(&21));
}

#[tokio::test]
async fn whoever_hangs_up_leaves_the_line_and_their_place() {
    if has_no_writer() {
        return;
    }
    let home = patient().await;
    let release = hold_the_writer(&home).await;
    let many = 3_000;
    let mut waiting = JoinSet::new();
    for number in 0..many {
        let (home, body) =
            (Arc::clone(&home), home.event(&format!("psid-{number}"), &json!({ "text": "hello" })));
        waiting.spawn(async move { home.deliver(&body).await });
    }
    while home.data.waiting().count < many {
        breathe().await;
    }
    // As when Meta gives up after five seconds: once more, and once more.
    waiting.shutdown().await;
    let queued = home.data.waiting().count;
    assert!(queued < 1_024, "{queued} lie in the writer's queue");
    let mut again = JoinSet::new();
    for number in 0..many {
        let (home, body) =
            (Arc::clone(&home), home.event(&format!("psid-{number}"), &json!({ "text": "again" })));
        again.spawn(async move { home.deliver(&body).await });
    }
    while home.data.waiting().count < queued + many {
        breathe().await;
    }
    drop(release);
    while let Some(answer) = again.join_next().await {
        assert_eq!(answer.unwrap().status, 200);
    }
    let stored = home.data.read("count_inbox", inbox::count).await.unwrap();
    assert_eq!(stored, u64::try_from(queued + many).unwrap());
}

#[tokio::test]
async fn meta_is_told_while_it_listens_and_what_was_told_too_late_counts_once() {
    if has_no_writer() {
        return;
    }
    let mut home = within(Duration::from_millis(300)).await;
    let release = hold_the_writer(&home).await;
    let body = home.event("psid-1", &json!({ "text": "hello" }));
    let late = home.deliver(&body).await;
    late.is_problem(503, "unavailable");
    assert_eq!(late.header("retry-after"), "5");
    drop(release);
    // It was in the queue, and comes again. Only the first had to be too late.
    answer(Arc::get_mut(&mut home).unwrap(), Duration::from_secs(120));
    assert_eq!(home.deliver(&body).await.status, 200);
    home.settle().await;
    assert_eq!(home.call("GET", "/api/v1/leads").await.json()["items"].as_array().unwrap().len(), 1);
    let counted = engine::views::standing::read(&home.engine).await.unwrap().counted;
    assert_eq!((counted.turned_away.get("webhook"), counted.events.get("duplicate")), (Some(&1), Some(&1)));
}
