//! What the tests of sending need: permits from the gate, a way out that answers as told, and a look
//! into what was sent.

use bytes::Bytes;
use messenger::graph::{Graph, GraphConfig};
use messenger::send::{Envelope, SendReport, SendResult};
use model::consent::{Act, Consents, EvidenceLevel, Purpose};
use model::failure::{Class, Failure};
use model::gate::{self, Bulk, Intent, Permit, SendKind};
use model::id::{AccountId, BrandId, ConsentId, LeadId, PageId};
use model::lead::Lead;
use model::outgoing::Outgoing;
use model::page::Page;
use model::personal::Personal;
use model::ports::{Outbound, OutboundError, OutboundRequest, OutboundResponse};
use model::time::{BoxFuture, Clock, Span};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use testkit::FixedClock;

pub const PAGE: &str = "1067280970047460";
pub const TOKEN: &str = "EAATESTTOKEN";
/// The published proof of [`TOKEN`] under the secret `test_app_secret`.
pub const PROOF: &str = "bad6df0b858104754a0ffde2f0c05fe9731f1a5e141ee1bccf316d05f28d5135";

pub type Answer = Result<OutboundResponse, OutboundError>;

/// Answers each request with the next answer, and keeps the requests.
#[derive(Default)]
pub struct Script {
    answers: Mutex<VecDeque<Answer>>,
    pub requests: Mutex<Vec<OutboundRequest>>,
}

impl Outbound for Script {
    fn send(&self, request: OutboundRequest) -> BoxFuture<'_, Answer> {
        self.requests.lock().unwrap().push(request);
        let answer = self.answers.lock().unwrap().pop_front().expect("more requests than answers");
        Box::pin(async { answer })
    }
}

pub struct Bench {
    pub out: Arc<Script>,
    pub clock: Arc<FixedClock>,
    pub graph: Graph,
}

/// A Graph client whose way out gives these answers.
pub fn bench(answers: impl IntoIterator<Item = Answer>) -> Bench {
    let out = Arc::new(Script { answers: Mutex::new(answers.into_iter().collect()), ..Script::default() });
    let clock = Arc::new(FixedClock::new());
    let config = GraphConfig {
        base_url: "https://graph.test/".to_owned(),
        version: "v25.0".to_owned(),
        app_id: "1517776481860111".to_owned(),
        app_secret: Personal::from("test_app_secret"),
    };
    let graph =
        Graph::new(Arc::clone(&out) as Arc<dyn Outbound>, config, Arc::clone(&clock) as Arc<dyn Clock>);
    Bench { out, clock, graph }
}

pub fn answer(status: u16, body: impl Into<String>) -> Answer {
    Ok(OutboundResponse { status, headers: Vec::new(), body: Bytes::from(body.into()) })
}

pub fn with_usage(answer: Answer, usage: &str) -> Answer {
    answer.map(|mut answer| {
        answer.headers.push(("x-business-use-case-usage".to_owned(), usage.to_owned()));
        answer
    })
}

/// A permit as the gate gives it, for the lead of this number.
pub fn permit(clock: &FixedClock, kind: SendKind, lead: u8) -> Permit {
    let now = clock.now();
    let mut consents = Consents::default();
    let yes = Act::OptIn { level: EvidenceLevel::Confirmed, id: ConsentId([9; 16]) };
    consents.record(yes, now.minus(Span::days(30)));
    let wrote = if kind == SendKind::HumanAgent { Span::days(2) } else { Span::hours(1) };
    let lead = Lead {
        id: LeadId([lead; 16]),
        brand: BrandId([2; 16]),
        page: PageId([3; 16]),
        created_at: now.minus(Span::days(30)),
        last_inbound_at: Some(now.minus(wrote)),
        consents,
        unavailable_at: None,
        thread_elsewhere_at: None,
        asked_at: None,
        fenced_at: None,
        restricted_at: None,
        dormant_at: None,
    };
    let page = Page {
        id: PageId([3; 16]),
        brand: BrandId([2; 16]),
        account: AccountId([4; 16]),
        meta_id: PAGE.to_owned(),
        stop: None,
        has_echoes: true,
        greeting_at: None,
        connected_at: now.minus(Span::days(60)),
    };
    let bulk = |purpose| {
        Intent::Bulk(Bulk {
            purpose,
            template_approved: true,
            is_subscribed: true,
            leads_end: None,
            quota_left: 10,
            open_until: None,
            restored_at: None,
        })
    };
    let intent = match kind {
        SendKind::Response => Intent::Answer { to: now.minus(wrote) },
        SendKind::Update => bulk(Purpose::Promotion),
        SendKind::Utility => bulk(Purpose::Utility),
        SendKind::HumanAgent => Intent::Human,
    };
    let permit = gate::permit(intent, &lead, &page, now, clock.monotonic()).unwrap();
    assert_eq!(permit.kind(), kind);
    permit
}

pub fn plain(text: &str) -> Outgoing {
    Outgoing {
        text: Personal::from(text),
        buttons: Vec::new(),
        quick_replies: Vec::new(),
        template: None,
        image: None,
    }
}

impl Bench {
    pub fn envelope(&self, kind: SendKind, lead: u8, message: Outgoing) -> Envelope {
        Envelope {
            permit: permit(&self.clock, kind, lead),
            psid: Personal::new(format!("2400112233445566{lead}")),
            message,
            metadata: format!("d{lead}"),
            attempts: 0,
        }
    }

    /// So many plain messages, to leads 1, 2, 3 …
    pub fn envelopes(&self, count: u8) -> Vec<Envelope> {
        (1..=count).map(|lead| self.envelope(SendKind::Update, lead, plain("Hello"))).collect()
    }

    pub async fn send(&self, envelopes: Vec<Envelope>) -> SendReport {
        self.graph.send(&Personal::from(TOKEN), PAGE, envelopes).await
    }

    /// The only request so far.
    pub fn request(&self) -> OutboundRequest {
        let requests = self.out.requests.lock().unwrap();
        assert_eq!(requests.len(), 1);
        requests[0].clone()
    }

    pub fn body(&self) -> String {
        String::from_utf8(self.request().body.to_vec()).unwrap()
    }
}

/// What became of one message, sent alone and answered so, after `attempts` attempts.
pub async fn alone(answer: Answer, attempts: i64) -> SendResult {
    let bench = bench([answer]);
    let mut envelopes = bench.envelopes(1);
    envelopes[0].attempts = attempts;
    let mut report = bench.send(envelopes).await;
    assert_eq!(report.results.len(), 1);
    report.results.remove(0).1
}

/// What became of `count` messages sent together and answered so, in the order of the leads.
pub async fn together(answer: Answer, count: u8) -> Vec<String> {
    let bench = bench([answer]);
    let report = bench.send(bench.envelopes(count)).await;
    let leads: Vec<LeadId> = report.results.iter().map(|(lead, _)| *lead).collect();
    assert_eq!(leads, (1..=count).map(|lead| LeadId([lead; 16])).collect::<Vec<_>>());
    report.results.iter().map(|(_, result)| shown(result)).collect()
}

/// A result as text: the message's id, or class and code.
pub fn shown(result: &SendResult) -> String {
    match result {
        SendResult::PermitExpired => "permit expired".to_owned(),
        SendResult::Done(Ok(sent)) => sent.mid.clone(),
        SendResult::Done(Err(Failure { class, code, retry_after })) => {
            let wait = retry_after.map(|wait| format!(" after {}s", wait.0 / 1_000_000)).unwrap_or_default();
            format!("{} {code}{wait}", class_name(*class))
        }
    }
}

pub fn class_name(class: Class) -> String {
    match class {
        Class::Retry => "retry".to_owned(),
        Class::Throttle => "throttle".to_owned(),
        Class::Permanent => "permanent".to_owned(),
        Class::Unavailable => "unavailable".to_owned(),
        Class::OptedOut => "opted_out".to_owned(),
        Class::WindowClosed => "window_closed".to_owned(),
        Class::ThreadElsewhere => "thread_elsewhere".to_owned(),
        Class::PageStop(stop) => format!("stop:{}", stop.code()),
        Class::Unknown => "unknown".to_owned(),
    }
}
