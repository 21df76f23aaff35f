//! How fast this crate is on one core: `cargo run --release -p messenger --example parse_speed`.
//!
//! Why an example: figures of a machine are no test; whoever changes the reader or the batch looks
//! here before and after. Wanted: 300,000 events a second read, 2 µs a message written in a batch.

#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "measures real time and stops at the first error"
)]

use bytes::Bytes;
use messenger::graph::{Graph, GraphConfig};
use messenger::send::{Envelope, MAX_BATCH};
use messenger::{recognise, signature, webhook};
use model::gate::{self, Intent};
use model::id::{AccountId, BrandId, LeadId, PageId};
use model::outgoing::{Button, Outgoing, UNSUBSCRIBE};
use model::personal::Personal;
use model::ports::{Outbound, OutboundError, OutboundRequest, OutboundResponse};
use model::time::{BoxFuture, Clock as _, Timestamp};
use std::hint::black_box;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use testkit::FixedClock;

const TEXT: &str = r#"{"object":"page","entry":[{"id":"1067280970047460","time":1760000000123,"messaging":[{"sender":{"id":"24001122334455667"},"recipient":{"id":"1067280970047460"},"timestamp":1760000000001,"message":{"mid":"m_qr6GPBlzTU4jXyDkWkYw0bqr6GPBlzTU4jXyDkWkYw0bqr6GPBlzTU4jXyDkWkYw0bqr6GPBlzTU4jXyDk","text":"Hello, is the green lamp still in stock?"}}]}]}"#;
const ROUNDS: u32 = 400_000;

fn main() {
    println!("{:>12} a delivery of {} bytes with one text", "", TEXT.len());
    let at = Timestamp::from_secs(1_760_000_000);
    measure("parse", || webhook::parse(black_box(TEXT.as_bytes()), at).unwrap().len());
    measure("and the door", || {
        let events = webhook::parse(black_box(TEXT.as_bytes()), at).unwrap();
        let marks: usize = events
            .iter()
            .map(|e| {
                recognise::duplicate_parts(e, TEXT.as_bytes()).len()
                    + usize::from(recognise::withdrawal(e).is_some())
            })
            .sum();
        marks
    });
    measure("signature", || {
        usize::from(signature::verify(&["secret"], black_box(TEXT.as_bytes()), Some(TAG)).is_err())
    });
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(batches());
}

/// Well-formed and wrong: the whole body is hashed.
const TAG: &str = "sha256=098fad9cf7299012019638abcf7945ede27cff6dd2ea8463bbc086979ebadd36";

fn measure(name: &str, mut once: impl FnMut() -> usize) {
    let start = Instant::now();
    let mut sum = 0;
    for _ in 0..ROUNDS {
        sum += once();
    }
    black_box(sum);
    let each = start.elapsed() / ROUNDS;
    println!("{name:>12} {:>9.0} a second, {each:?} each", 1.0 / each.as_secs_f64());
}

/// Takes every batch, and notes when it was handed over.
struct Taker {
    answer: Bytes,
    handed_over: Mutex<Instant>,
}

impl Outbound for Taker {
    fn send(&self, request: OutboundRequest) -> BoxFuture<'_, Result<OutboundResponse, OutboundError>> {
        *self.handed_over.lock().unwrap() = Instant::now();
        black_box(request);
        Box::pin(async {
            Ok(OutboundResponse { status: 200, headers: Vec::new(), body: self.answer.clone() })
        })
    }
}

async fn batches() {
    let slot = r#"{"code":200,"body":"{\"recipient_id\":\"24001122334455667\",\"message_id\":\"m_qr6GPBlzTU4jXyDkWkYw0bqr6GPBlzTU4jXyDkWkYw0bqr6GPBlzTU4jXyDkWkYw0bqr6GPBlzTU4jXyDk\"}"}"#;
    let answer = Bytes::from(format!("[{}]", [slot; MAX_BATCH].join(",")));
    let out = Arc::new(Taker { answer, handed_over: Mutex::new(Instant::now()) });
    let clock = Arc::new(FixedClock::new());
    let config = GraphConfig {
        base_url: "https://graph.test".to_owned(),
        version: "v25.0".to_owned(),
        app_id: "1".to_owned(),
        app_secret: Personal::from("secret"),
    };
    let graph = Graph::new(
        Arc::clone(&out) as Arc<dyn Outbound>,
        config,
        Arc::clone(&clock) as Arc<dyn model::time::Clock>,
    );
    let token = Personal::new("EAA".repeat(60));
    let (mut writing, mut reading) = (Duration::ZERO, Duration::ZERO);
    let rounds = 4_000;
    for _ in 0..rounds {
        let envelopes = (0..MAX_BATCH).map(|_| envelope(&clock)).collect();
        let start = Instant::now();
        let report = graph.send(&token, "1067280970047460", envelopes).await;
        let end = Instant::now();
        assert_eq!(report.results.len(), MAX_BATCH);
        let handed_over = *out.handed_over.lock().unwrap();
        writing += handed_over - start;
        reading += end - handed_over;
    }
    let messages = rounds * u32::try_from(MAX_BATCH).unwrap();
    println!(
        "{:>12} {:?} a message written, {:?} its answer read",
        "batch of 50",
        writing / messages,
        reading / messages
    );
}

fn envelope(clock: &FixedClock) -> Envelope {
    let now = clock.now();
    let lead = model::lead::Lead {
        id: LeadId([1; 16]),
        brand: BrandId([2; 16]),
        page: PageId([3; 16]),
        created_at: now,
        last_inbound_at: Some(now),
        consents: model::consent::Consents::default(),
        unavailable_at: None,
        thread_elsewhere_at: None,
        asked_at: None,
        fenced_at: None,
        restricted_at: None,
        dormant_at: None,
    };
    let page = model::page::Page {
        id: PageId([3; 16]),
        brand: BrandId([2; 16]),
        account: AccountId([4; 16]),
        meta_id: "1067280970047460".to_owned(),
        stop: None,
        has_echoes: true,
        greeting_at: None,
        connected_at: now,
    };
    let text = "Hello Sam, the green lamps are back in stock: 20 % off until Sunday, in the shop and online.";
    Envelope {
        permit: gate::permit(Intent::Answer { to: now }, &lead, &page, now, clock.monotonic()).unwrap(),
        psid: Personal::from("24001122334455667"),
        message: Outgoing {
            text: Personal::from(text),
            buttons: vec![
                Button::Url { title: "Shop".to_owned(), url: "https://shop.example/lamps".to_owned() },
                Button::Postback { title: "Unsubscribe".to_owned(), payload: UNSUBSCRIBE.to_owned() },
            ],
            quick_replies: Vec::new(),
            template: None,
            image: None,
        },
        metadata: format!("d{}", "0".repeat(64)),
        attempts: 0,
    }
}
