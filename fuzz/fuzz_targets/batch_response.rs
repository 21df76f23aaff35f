//! Any bytes as Graph's answer to one message and to three: every message gets exactly one result, and
//! nothing that is not plainly an answer counts as sent. And as its answer to every other call.

#![no_main]

use bytes::Bytes;
use libfuzzer_sys::fuzz_target;
use messenger::graph::{Graph, GraphConfig};
use messenger::send::{Envelope, SendResult};
use model::consent::Consents;
use model::gate::{Intent, permit};
use model::id::{AccountId, BrandId, LeadId, PageId};
use model::lead::Lead;
use model::outgoing::Outgoing;
use model::page::Page;
use model::personal::Personal;
use model::ports::{Outbound, OutboundError, OutboundRequest, OutboundResponse};
use model::time::{BoxFuture, Clock, Timestamp};
use std::sync::Arc;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use testkit::FixedClock;

/// Gives every request the same answer.
struct Same(OutboundResponse);

impl Outbound for Same {
    fn send(&self, _: OutboundRequest) -> BoxFuture<'_, Result<OutboundResponse, OutboundError>> {
        Box::pin(async { Ok(self.0.clone()) })
    }
}

fn envelope(clock: &FixedClock, number: u8) -> Envelope {
    let now = clock.now();
    let lead = Lead {
        id: LeadId([number; 16]),
        brand: BrandId([2; 16]),
        page: PageId([3; 16]),
        created_at: now,
        last_inbound_at: Some(now),
        consents: Consents::default(),
        unavailable_at: None,
        thread_elsewhere_at: None,
        asked_at: None,
        fenced_at: None,
        dormant_at: None,
    };
    let page = Page {
        id: PageId([3; 16]),
        brand: BrandId([2; 16]),
        account: AccountId([4; 16]),
        meta_id: "1".to_owned(),
        stop: None,
        has_echoes: true,
        greeting_at: None,
        connected_at: Timestamp::ZERO,
    };
    let permit = permit(Intent::Answer { to: now }, &lead, &page, now, clock.monotonic());
    Envelope {
        permit: permit.expect("an answer inside the window"),
        psid: Personal::from("2"),
        message: Outgoing {
            text: Personal::from("Hello"),
            buttons: Vec::new(),
            quick_replies: Vec::new(),
            template: None,
        },
        metadata: String::new(),
        attempts: 0,
    }
}

fn graph(clock: &Arc<FixedClock>, status: u16, body: &[u8]) -> Graph {
    let answer = OutboundResponse { status, headers: Vec::new(), body: Bytes::copy_from_slice(body) };
    let config = GraphConfig {
        base_url: "https://graph.test".to_owned(),
        version: "v25.0".to_owned(),
        app_id: "1".to_owned(),
        app_secret: Personal::from("secret"),
    };
    Graph::new(Arc::new(Same(answer)), config, Arc::clone(clock) as Arc<dyn Clock>)
}

fn at_once<T>(future: std::pin::Pin<&mut impl Future<Output = T>>) -> T {
    match future.poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("the answer is there at once"),
    }
}

fuzz_target!(|body: &[u8]| {
    for (status, count) in [(200, 1), (200, 3), (400, 3), (500, 1)] {
        let clock = Arc::new(FixedClock::new());
        let graph = graph(&clock, status, body);
        let token = Personal::from("token");
        let envelopes = (1..=count).map(|number| envelope(&clock, number)).collect();
        let report = at_once(pin!(graph.send(&token, "1", envelopes, || {})));
        assert_eq!(report.results.len(), usize::from(count));
        for (number, (lead, result)) in (1..=count).zip(report.results) {
            assert_eq!(lead, LeadId([number; 16]));
            match result {
                SendResult::Done(Ok(sent)) => assert!(status == 200 && !sent.mid.is_empty()),
                SendResult::Done(Err(failure)) => assert!(!failure.code.is_empty()),
                SendResult::PermitExpired => panic!("the permit is fresh"),
            }
        }
    }
    let graph = graph(&Arc::new(FixedClock::new()), 200, body);
    let token = Personal::from("token");
    let _ = at_once(pin!(graph.user_token("code", "https://brand.example/")));
    let _ = at_once(pin!(graph.offered_pages(&token)));
    let _ = at_once(pin!(graph.subscribe("1", &token)));
    let _ = at_once(pin!(graph.token_state(&token)));
    let _ = at_once(pin!(graph.templates("1", &token)));
    let _ = at_once(pin!(graph.callback()));
});
