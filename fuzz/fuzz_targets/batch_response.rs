//! Any bytes as Graph's answer to one message and to three: every message gets exactly one result, and
//! nothing that is not plainly an answer counts as sent.

#![no_main]

use fuzz::{at_once, graph};
use libfuzzer_sys::fuzz_target;
use messenger::send::{Envelope, SendResult};
use model::consent::Consents;
use model::gate::{Intent, permit};
use model::id::{AccountId, BrandId, LeadId, PageId};
use model::lead::Lead;
use model::outgoing::Outgoing;
use model::page::Page;
use model::personal::Personal;
use model::time::{Clock, Timestamp};
use std::pin::pin;
use std::sync::Arc;
use testkit::FixedClock;

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
        restricted_at: None,
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
            image: None,
        },
        metadata: String::new(),
        attempts: 0,
    }
}

fuzz_target!(|body: &[u8]| {
    for (status, count) in [(200, 1), (200, 3), (400, 3), (500, 1)] {
        let clock = Arc::new(FixedClock::new());
        let graph = graph(&clock, status, body);
        let token = Personal::from("token");
        let envelopes = (1..=count).map(|number| envelope(&clock, number)).collect();
        let report = at_once(pin!(graph.send(&token, "1", envelopes)));
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
});
