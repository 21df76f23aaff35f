//! Input that is refused is a line of the program's log and a count: ids and codes, few however often, and nothing of what
//! was sent.

use crate::home::{HOST, Home};
use crate::people::PASSWORD;
use crate::sessions::{Asked, asked};
use axum::body::Body;
use model::datamap::elsewhere::LOG_FIELDS;
use model::time::{Clock as _, Span};
use serde_json::json;
use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::{Arc, Mutex};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

/// What is sent; nothing of it may be in the log.
const SENT: &str = "Quillianne-marmalade";

/// Keeps every event of its thread.
#[derive(Clone, Default)]
pub struct Log(Arc<Mutex<Vec<BTreeMap<&'static str, String>>>>);

impl Log {
    /// The lines about input since the last time; all others are looked through.
    pub fn lines(&self) -> Vec<BTreeMap<&'static str, String>> {
        let all = std::mem::take(&mut *self.0.lock().unwrap());
        for (name, value) in all.iter().flatten() {
            assert!(!value.contains(SENT), "{name}: {value}");
        }
        let is_about =
            |line: &BTreeMap<_, _>| line.get("message").is_some_and(|said| said == "input was refused");
        all.into_iter().filter(is_about).collect()
    }

    fn tries(&self) -> Vec<String> {
        self.lines().iter().map(|line| line["tries"].clone()).collect()
    }
}

impl Subscriber for Log {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }
    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }
    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn event(&self, event: &Event<'_>) {
        let mut said = Said(BTreeMap::new());
        event.record(&mut said);
        self.0.lock().unwrap().push(said.0);
    }
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

struct Said(BTreeMap<&'static str, String>);

impl Visit for Said {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name(), value.to_owned());
    }
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.insert(field.name(), format!("{value:?}"));
    }
}

/// Members of a line beside message, brand and account.
pub fn told<'a>(line: &'a BTreeMap<&'static str, String>) -> [&'a str; 4] {
    ["route", "status", "why", "tries"].map(|name| line[name].as_str())
}

async fn raw(home: &Home, path: &str, kind: &str, body: &str) -> u16 {
    let request = home.signed("POST", path, &home.token).header("content-type", kind);
    home.ask(request.body(Body::from(body.to_owned())).unwrap()).await.status.as_u16()
}

#[tokio::test]
async fn claim_r4_a_refused_form_and_a_refused_body_leave_a_line_without_what_was_sent() {
    let home = Home::with_page().await;
    let log = Log::default();
    let _guard = tracing::subscriber::set_default(log.clone());
    let (brand, account) = (home.brand_id(HOST).to_string(), home.account.to_string());
    // A form of somebody who is known, twice: the second is none that is new.
    for name in [SENT.repeat(20), format!("{SENT}\0")] {
        let answer = home.submit("/account/profile", &[("name", &name)]).await;
        assert!([400, 422].contains(&answer.status.as_u16()), "{}", answer.text());
    }
    let lines = log.lines();
    assert_eq!(
        lines.iter().map(told).collect::<Vec<_>>(),
        [["POST /account/profile", "422", "form", "1"], ["POST /account/profile", "400", "malformed", "1"],]
    );
    assert!(lines.iter().all(|line| line["brand"] == brand && line["account"] == account), "{lines:?}");
    // Bodies of a program.
    let form = json!({ "purpose": SENT, "text": SENT });
    assert_eq!(home.post(&format!("/api/v1/broadcasts?{SENT}"), &form).await.status, 422);
    assert_eq!(raw(&home, "/api/v1/tags", "text/plain", SENT).await, 415);
    assert_eq!(raw(&home, "/api/v1/tags", "application/json", &SENT.repeat(20_000)).await, 413);
    let lines = log.lines();
    assert_eq!(
        lines.iter().map(told).collect::<Vec<_>>(),
        [
            ["POST /api/v1/broadcasts", "422", "invalid", "1"],
            ["POST /api/v1/tags", "415", "wrong-media-type", "1"],
            ["POST /api/v1/tags", "413", "too-large", "1"],
        ]
    );
    assert!(lines.iter().all(|line| line["brand"] == brand && line["account"] == account), "{lines:?}");
    // Whoever is not known.
    let body = format!("name=&email={SENT}&password={PASSWORD}");
    let refused = Asked { body, ..asked("POST", "/register", None) }.answer(&home).await;
    assert_eq!(refused.status, 422, "{}", refused.text());
    let lines = log.lines();
    assert_eq!(lines.iter().map(told).collect::<Vec<_>>(), [["POST /register", "422", "form", "1"]]);
    assert_eq!((lines[0]["brand"].as_str(), lines[0].get("account")), (brand.as_str(), None));
    for name in lines.iter().flat_map(BTreeMap::keys).filter(|name| **name != "message") {
        assert!(LOG_FIELDS.iter().any(|field| field.name == *name), "{name} is not declared");
    }
    // Who was at the door with a wrong password stands in a sealed entry alone.
    let wrong = format!("email={}&password={SENT}", crate::people::EMAIL);
    let refused = Asked { body: wrong, ..asked("POST", "/login", None) }.answer(&home).await;
    assert_eq!(refused.status, 422, "{}", refused.text());
    let proof = [("password", SENT), ("next", "/account")];
    assert_eq!(home.submit("/account/prove", &proof).await.status, 422);
    assert_eq!(log.lines(), []);
    // A form that is answered by going on to its page is refused all the same.
    let admin = home.admin_session().await;
    let note = [("title", ""), ("suspected", "2026-11-22T12:00"), ("drill", "yes")];
    assert_eq!(home.submit_as(&admin, "/admin/breaches", &note).await.status, 303);
    assert_eq!(
        log.lines().iter().map(told).collect::<Vec<_>>(),
        [["POST /admin/breaches", "422", "form", "1"]]
    );
    // What fits leaves none, nor does what is denied.
    assert_eq!(home.post("/api/v1/tags", &json!({ "name": "Regulars" })).await.status, 201);
    assert_eq!(home.call("GET", "/app/leads/led_00000000000000000000000000000000").await.status, 404);
    assert_eq!(log.lines(), []);
}

#[tokio::test]
async fn claim_r4_however_much_is_refused_few_lines_say_so_and_all_is_counted() {
    let home = Home::with_page().await;
    let log = Log::default();
    let _guard = tracing::subscriber::set_default(log.clone());
    let name = SENT.repeat(20);
    let refuse = async |times: usize| {
        for _ in 0..times {
            assert_eq!(home.submit("/account/profile", &[("name", &name)]).await.status, 422);
        }
        log.tries()
    };
    assert_eq!(refuse(120).await, ["1", "10", "100"]);
    // Other routes are counted with it, other reasons apart, and whoever is not known together.
    let tag = home.post("/api/v1/tags", &json!({ "name": SENT.repeat(20) })).await;
    assert_eq!((tag.status.as_u16(), log.tries()), (422, vec!["1".to_owned()]));
    assert_eq!(home.submit("/account/profile", &[("name", "\0")]).await.status, 400);
    assert_eq!(log.tries(), ["1"]);
    for _ in 0..12 {
        let body = format!("name=&email={SENT}&password={PASSWORD}");
        let refused = Asked { body, ..asked("POST", "/register", None) }.answer(&home).await;
        assert_eq!(refused.status, 422);
    }
    assert_eq!(log.tries(), ["1", "10"]);
    let counted = engine::views::standing::read(&home.engine).await.unwrap().counted.unfit;
    assert_eq!(counted, BTreeMap::from([(400, 1), (422, 133)]));
    home.clock.fixed.advance(Span::hours(1));
    assert_eq!(refuse(2).await, ["1"], "the next hour begins anew");
}

#[tokio::test]
async fn claim_r4_what_is_looked_at_before_it_counts_is_refused_where_it_does_not_fit_and_only_there() {
    let home = Home::new().await;
    let admin = home.admin_session().await;
    let log = Log::default();
    let _guard = tracing::subscriber::set_default(log.clone());
    let day = |days: i64| {
        let at = home.clock.fixed.now().plus(Span::days(days));
        jiff::Timestamp::from_microsecond(at.micros()).unwrap().strftime("%Y-%m-%d").to_string()
    };
    let (soon, late) = (day(29), day(32));
    let counted = async || {
        engine::views::standing::read(&home.engine).await.unwrap().counted.unfit.values().sum::<u64>()
    };
    let document = |text: &'static str, day: &str, act: &'static str| {
        let texts = ["text-en", "text-ar"].map(|name| (name, text.to_owned()));
        let said = ["summary-en", "summary-ar"].map(|name| (name, SENT.to_owned()));
        let rest = [("after", "1"), ("early", ""), ("effective_at", day), ("do", act)];
        let rest = rest.map(|(name, value)| (name, value.to_owned()));
        ("/admin/documents/terms", texts.into_iter().chain(said).chain(rest).collect::<Vec<_>>())
    };
    let recipient = |who: &str, day: &str, act: &str| {
        let texts = ["data", "purpose", "country", "safeguard"];
        let texts = texts.map(|name| (format!("recipient-{name}").leak() as &str, SENT.to_owned()));
        let rest = [("recipient-who", who), ("recipient-from", day), ("recipient-reason", ""), ("do", act)];
        let rest = rest.map(|(name, value)| (name, value.to_owned()));
        ("/admin/recipients/new", texts.into_iter().chain(rest).collect::<Vec<_>>())
    };
    let new = "# terms\n\nQuillianne-marmalade";
    let same = "# terms\n\nWhat holds here.";
    // What is looked at, changed or done fits; what does not, and what is not published, was refused.
    let tries = [
        (document(new, &late, "look"), 0),
        (document(new, &late, "change"), 0),
        (document(new, &soon, "look"), 1),
        (document(new, &soon, "publish"), 1),
        (document(new, SENT, "look"), 1),
        (document(same, &late, "publish"), 1),
        (document(new, &late, "publish"), 0),
        (document(new, &late, "publish"), 1),
        (recipient(SENT, &late, "look"), 0),
        (recipient(SENT, &late, "change"), 0),
        (recipient(" ", &late, "look"), 1),
        (recipient(SENT, &soon, "publish"), 1),
        (recipient(SENT, SENT, ""), 1),
        (recipient(SENT, &late, "publish"), 0),
    ];
    for (at, ((path, fields), refused)) in tries.iter().enumerate() {
        let before = counted().await;
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, &**value)).collect();
        let answer = home.submit_as(&admin, path, &fields).await;
        assert!(home.engine.is_one_of_several() || answer.status == 303, "{at}: {}", answer.text());
        assert_eq!(counted().await - before, *refused, "{at}: {}", answer.text());
    }
    let lines = log.lines();
    assert_eq!(
        lines.iter().map(told).collect::<Vec<_>>(),
        [["POST /admin/documents/{kind}", "422", "form", "1"]],
        "the tenth is not reached"
    );
}
