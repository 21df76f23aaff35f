//! How the program ends: first it says that it is not ready and goes on serving, so that a balancer sends its
//! requests elsewhere; then it closes.

use crate::first_start::Running;
use crate::site::eventually;
use model::time::Clock as _;
use std::net::TcpStream;

use crate::program::RealClock;

const PLAIN: [(&str, &str); 3] = [
    ("ENTENTE_SERVER__TLS", "behind-proxy"),
    ("ENTENTE_SERVER__LISTEN", "127.0.0.1:0"),
    ("ENTENTE_SERVER__PUBLIC_URL", "http://localhost"),
];

async fn ask(running: &Running, path: &str) -> (u16, String) {
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let answer = client.get(format!("http://{}{path}", running.address)).send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stopped_program_is_not_ready_first_and_serves_until_its_wait_is_over() {
    let folder = tempfile::tempdir().unwrap();
    let mut environment = PLAIN.to_vec();
    environment.push(("ENTENTE_SERVER__DRAIN_WAIT", "3"));
    environment.push(("ENTENTE_LOG_FORMAT", "json"));
    let running = Running::start(folder.path(), &environment).await;
    assert_eq!(ask(&running, "/readyz").await, (200, "ok\n".to_owned()));
    let began = RealClock.now();
    running.signal("-TERM");
    let not_ready = (503, "not ready: it is being stopped\n".to_owned());
    eventually("the answer to a balancer", async || {
        (ask(&running, "/readyz").await == not_ready).then_some(())
    })
    .await;
    assert_eq!(ask(&running, "/healthz").await.0, 200, "it goes on serving");
    assert_eq!(ask(&running, "/api/v1/openapi.json").await.0, 200);
    let address = running.address;
    running.ended().await;
    let took = RealClock.now().since(began).0;
    assert!(took >= 3_000_000, "it did not wait: {took} µs");
    assert!(TcpStream::connect(address).is_err());

    // Its log: an object a line, with the members that are documented.
    let log = std::fs::read_to_string(folder.path().join("standard-error.txt")).unwrap();
    let lines: Vec<serde_json::Value> = log
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("no JSON: {line}")))
        .collect();
    let about = |words: &str| lines.iter().any(|line| line["message"].as_str().unwrap().contains(words));
    assert!(about("no Facebook app is configured"), "{log}");
    for line in &lines {
        for member in ["timestamp", "level", "target", "message"] {
            assert!(line[member].is_string(), "{member}: {line}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn told_twice_it_waits_for_no_balancer_and_without_a_wait_it_ends_at_once() {
    for (wait, signals) in [("300", 2), ("0", 1)] {
        let folder = tempfile::tempdir().unwrap();
        let mut environment = PLAIN.to_vec();
        environment.push(("ENTENTE_SERVER__DRAIN_WAIT", wait));
        let running = Running::start(folder.path(), &environment).await;
        running.signal("-TERM");
        if signals == 2 {
            eventually("the drain", async || (ask(&running, "/readyz").await.0 == 503).then_some(())).await;
            running.signal("-TERM");
        }
        running.ended().await;
    }
}
