//! The real program while another program holds its database: people are told to come again, webhooks wait and
//! get their 200 in Meta's time, and it goes on by itself when the lock goes.

use crate::databases::{On, on_both};
use crate::program::{HOST, World};
use crate::site::eventually;
use serde_json::json;
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};
use store::{Database, StoreError, statements};
use tokio::task::JoinSet;

statements! {
    // Of SQLite the transaction itself holds the writer.
    pair HOLD = { sqlite: "DELETE FROM inbox WHERE 1 = 0", postgres: "LOCK TABLE inbox IN EXCLUSIVE MODE" };
}

const SECRET: &str = "simulated_app_secret";
/// Webhooks wait for 4.5 s and are told then: what is to be seen while they wait has to be seen sooner.
const SHOWS: Duration = Duration::from_millis(3_500);
/// More than there are connections to a server.
const WRITERS: usize = 12;

on_both!(while_another_holds_the_database_people_are_told_and_webhooks_wait);

fn now() -> Instant {
    #[expect(clippy::disallowed_methods, reason = "the process under test lives in real time")]
    Instant::now()
}

/// Somebody writes to the page for the first time; body and signature.
fn first_message(page: &str, number: usize) -> (String, String) {
    let at = 1_760_000_000_000_u64 + u64::try_from(number).unwrap();
    let event = json!({
        "sender": { "id": format!("2400{number:013}") }, "recipient": { "id": page }, "timestamp": at,
        "message": { "mid": format!("m_pressure_{number}"), "text": "hello" }
    });
    let body =
        json!({ "object": "page", "entry": [{ "id": page, "time": at, "messaging": [event] }] }).to_string();
    let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, SECRET.as_bytes());
    let signature = format!("sha256={}", hex::encode(aws_lc_rs::hmac::sign(&key, body.as_bytes())));
    (body, signature)
}

async fn while_another_holds_the_database_people_are_told_and_webhooks_wait(on: On) {
    for _ in 0..4 {
        if is_seen(on).await {
            return;
        }
    }
    panic!("this machine stands still too often, or nobody is turned away");
}

/// All of it; false where this machine was so slow meanwhile that it shows nothing.
async fn is_seen(on: On) -> bool {
    let mut world = World::on(on, 1).await;
    let settings = [("ENTENTE_DATABASE__CONNECTIONS", "4"), ("ENTENTE_METRICS__LISTEN", "127.0.0.1:0")];
    let program = world.serve(&settings).await;
    program.site.connect(&world.sim, &world.pages).await;
    let metrics = program.said.lines().find_map(|line| line.strip_prefix("Metrics on ")).unwrap().to_owned();
    let base = format!("http://{}", program.site.address);
    let client = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none());
    let client = client.build().unwrap();
    let ask = |path: &str| {
        let asked = client.get(format!("{base}{path}")).header("host", HOST).header("accept", "text/html");
        // Who asks before it is known that the database does not answer waits; nobody else does.
        let asked = asked.bearer_auth(&program.site.token).timeout(Duration::from_millis(300));
        async move { asked.send().await.ok() }
    };
    let answers = || async { ask("/api/v1/leads").await.filter(|answer| answer.status() == 200).map(drop) };
    eventually("an answer", answers).await;

    let (locked, is_locked) = tokio::sync::oneshot::channel();
    let (release, held) = channel::<()>();
    let (url, mut locked) = (world.databases.urls[0].clone(), Some(locked));
    let holding = tokio::spawn(async move {
        let hold = move |tx: &store::Tx<'_>| {
            tx.execute(&HOLD, &[])?;
            if let Some(locked) = locked.take() {
                locked.send(()).unwrap();
                let _released = held.recv();
            }
            Ok::<_, StoreError>(())
        };
        Database::touch(&url, "hold", hold).await
    });
    is_locked.await.unwrap();

    let began = now();
    let mut deliveries = JoinSet::new();
    for number in 0..WRITERS {
        let (body, signature) = first_message(&world.pages[0].to_string(), number);
        let request =
            client.post(format!("{base}/webhooks/messenger")).header("x-hub-signature-256", signature);
        let request = request.header("content-type", "application/json").body(body);
        deliveries.spawn(async move {
            let began = now();
            (request.send().await.unwrap().status().as_u16(), began.elapsed())
        });
    }
    let ask = &ask;
    let turned_away = |path: &'static str| async move {
        let answer = ask(path).await.filter(|answer| answer.status() == 503)?;
        assert_eq!(answer.headers()["retry-after"], "10", "{path}");
        answer.text().await.ok()
    };
    let waiting = async {
        let said = eventually("the API turns away", || turned_away("/api/v1/leads")).await;
        assert!(said.contains("urn:entente:problem:busy"), "{said}");
        let said = eventually("the console turns away", || turned_away("/app")).await;
        assert!(said.contains("Too much at once"), "{said}");
        deliveries.try_join_next().is_none()
    };
    let waits = tokio::time::timeout(SHOWS, waiting).await;
    let is_in_time = began.elapsed() < SHOWS;
    drop(release);
    holding.await.unwrap().unwrap();
    if !is_in_time {
        program.stop().await;
        world.close().await;
        return false;
    }
    assert_eq!(waits, Ok(true), "a webhook waits");
    while let Some(ended) = deliveries.join_next().await {
        let (status, took) = ended.unwrap();
        assert_eq!(status, 200);
        assert!(took < Duration::from_secs(5), "{took:?}");
    }
    // By itself, and with everything that was acknowledged.
    let leads = || async {
        let leads = ask("/api/v1/leads?limit=200").await.filter(|answer| answer.status() == 200)?;
        let leads: serde_json::Value = serde_json::from_str(&leads.text().await.ok()?).unwrap();
        (leads["items"].as_array().unwrap().len() == WRITERS).then_some(())
    };
    eventually("the leads", leads).await;
    let text = client.get(metrics).send().await.unwrap().text().await.unwrap();
    for counted in
        ["entente_turned_away_total{class=\"lists\"}", "entente_turned_away_total{class=\"console\"}"]
    {
        assert!(text.contains(counted), "{counted}: {text}");
    }
    assert!(!text.contains("class=\"webhook\""), "{text}");
    program.stop().await;
    world.close().await;
    true
}
