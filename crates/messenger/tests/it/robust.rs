//! Whatever arrives: no panic, no event lost, no event out of order.

use crate::fixtures::{self, RECEIVED_AT};
use crate::sending::{PAGE, TOKEN, answer, bench};
use messenger::graph::usage;
use messenger::recognise::{duplicate_parts, withdrawal};
use messenger::webhook::{parse, parse_event};
use model::inbound::{Array, Inbound};
use model::personal::Personal;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

/// Names that mean something to the reader, so that arbitrary JSON gets past the first look.
const NAMES: [&str; 34] = [
    "sender",
    "recipient",
    "timestamp",
    "id",
    "user_ref",
    "message",
    "mid",
    "text",
    "quick_reply",
    "payload",
    "attachments",
    "type",
    "is_echo",
    "app_id",
    "metadata",
    "postback",
    "referral",
    "source",
    "optin",
    "ref",
    "notification_messages_status",
    "delivery",
    "watermark",
    "reaction",
    "action",
    "message_edit",
    "pass_thread_control",
    "new_owner_app_id",
    "policy_enforcement",
    "field",
    "value",
    "item",
    "event",
    "new",
];

fn leaf() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
        proptest::sample::select(vec!["page", "stop", "توقف", "1760000000", "STOP NOTIFICATIONS", "feed"])
            .prop_map(Value::from),
    ]
}

fn anything() -> impl Strategy<Value = Value> {
    leaf().prop_recursive(4, 40, 6, |inner| {
        let name = proptest::sample::select(NAMES.to_vec());
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::vec((name, inner), 0..6).prop_map(|members| {
                members
                    .into_iter()
                    .map(|(name, value)| (name.to_owned(), value))
                    .collect::<Map<_, _>>()
                    .into()
            }),
        ]
    })
}

/// Entries whose arrays hold anything at all.
fn delivery() -> impl Strategy<Value = Value> {
    let array = || proptest::collection::vec(anything(), 0..4);
    let entry = (anything(), anything(), array(), array(), array()).prop_map(
        |(id, time, messaging, standby, changes)| json!({"id": id, "time": time, "messaging": messaging, "standby": standby, "changes": changes}),
    );
    proptest::collection::vec(entry, 0..4).prop_map(|entries| json!({"object": "page", "entry": entries}))
}

/// The items of all arrays, in the order in which they must come out.
fn items(delivery: &Value) -> Vec<(Array, &Value)> {
    let arrays = [(Array::Messaging, "messaging"), (Array::Standby, "standby"), (Array::Changes, "changes")];
    delivery["entry"]
        .as_array()
        .into_iter()
        .flatten()
        .flat_map(|entry| {
            arrays.iter().flat_map(move |(array, name)| {
                entry[*name].as_array().into_iter().flatten().map(move |item| (*array, item))
            })
        })
        .collect()
}

/// What must hold of every event of every delivery.
fn holds(body: &[u8], events: &[Inbound]) {
    for event in events {
        let bytes = &body[event.bytes.clone()];
        let mut alone =
            parse_event(event.array, bytes, &event.meta_page, Some(event.at), RECEIVED_AT).unwrap();
        alone.bytes = event.bytes.clone();
        // Read again later, the time noted at the door is the one that its delivery stated.
        assert_eq!(alone.stated_at, Some(event.at));
        alone.stated_at = event.stated_at;
        assert_eq!(&alone, event);
        assert_eq!(duplicate_parts(event, body).len(), 5);
        let _ = withdrawal(event);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn one_event_comes_out_for_each_item_that_went_in_and_in_that_order(delivery in delivery()) {
        let body = delivery.to_string();
        let events = parse(body.as_bytes(), RECEIVED_AT).unwrap();
        let items = items(&delivery);
        prop_assert_eq!(events.len(), items.len());
        for (event, (array, item)) in events.iter().zip(items) {
            prop_assert_eq!(event.array, array);
            prop_assert_eq!(&body[event.bytes.clone()], item.to_string());
        }
        holds(body.as_bytes(), &events);
    }

    #[test]
    fn any_json_is_read_or_refused(value in anything()) {
        let body = value.to_string();
        if let Ok(events) = parse(body.as_bytes(), RECEIVED_AT) {
            holds(body.as_bytes(), &events);
        }
        for array in [Array::Messaging, Array::Standby, Array::Changes] {
            prop_assert!(parse_event(array, body.as_bytes(), "1", None, RECEIVED_AT).is_some());
        }
    }

    #[test]
    fn any_bytes_are_read_or_refused(body: Vec<u8>) {
        let _ = parse(&body, RECEIVED_AT);
        let _ = parse_event(Array::Messaging, &body, "1", None, RECEIVED_AT);
    }

    #[test]
    fn damaged_deliveries_are_read_or_refused(
        which: prop::sample::Index, damage in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0u8..3), 1..6),
    ) {
        let fixtures = BODIES.with(std::rc::Rc::clone);
        let mut body = which.get(&fixtures[..]).clone();
        for (at, byte, how) in damage {
            let at = at.index(body.len());
            match how {
                0 => body[at] = byte,
                1 => { body.remove(at); }
                _ => body.insert(at, byte),
            }
        }
        if let Ok(events) = parse(&body, RECEIVED_AT) {
            holds(&body, &events);
        }
    }
}

thread_local! {
    static BODIES: std::rc::Rc<Vec<Vec<u8>>> =
        std::rc::Rc::new(fixtures::all().into_iter().map(|fixture| fixture.body).collect());
}

#[test]
fn deep_nesting_neither_overflows_nor_costs_the_other_events() {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let body = format!(
        r#"{{"object":"page","entry":[{{"id":"1","time":1760000000123,"messaging":[
            {{"sender":{{"id":"2"}},"message":{{"mid":"m_1","text":"first","new":{deep}}}}}, {deep},
            {{"sender":{deep},"message":{{"mid":"m_2","text":"stop"}}}}]}}]}}"#
    );
    let events = parse(body.as_bytes(), RECEIVED_AT).unwrap();
    assert_eq!(
        fixtures::lines(&events),
        "messaging 1 2 1760000000123 message mid=m_1 text=\"first\"\n\
         messaging 1 - 1760000000123 other unreadable\n\
         messaging 1 - 1760000000123 message mid=m_2 text=\"stop\"\n"
    );
    holds(body.as_bytes(), &events);
}

#[test]
fn claim_x10_no_body_breaks_the_reader_of_deliveries() {
    testkit::mutate::fuzz("webhook", 6_000, |body| {
        let Ok(events) = parse(body, RECEIVED_AT) else { return false };
        for event in &events {
            let bytes = body.get(event.bytes.clone()).expect("the range lies in the body");
            let alone = parse_event(event.array, bytes, &event.meta_page, event.stated_at, RECEIVED_AT);
            let mut alone = alone.expect("what was read once can be read again");
            alone.bytes = event.bytes.clone();
            assert_eq!(&alone, event, "an event alone is another event");
        }
        true
    });
}

/// Every call that reads an answer; each gets these bytes for all of its requests, of which none makes more than two.
async fn all_answers(body: &[u8]) -> u32 {
    let text = String::from_utf8_lossy(body).into_owned();
    let of = || bench((0..3).map(|_| answer(200, text.clone()))).graph;
    let token = Personal::from(TOKEN);
    let (callback, _) = of().callback().await;
    let read = [
        of().user_token("code", "https://brand.example/").await.is_ok(),
        of().offered_pages(&token).await.is_ok(),
        of().user_id(&token).await.is_ok(),
        of().subscribe(PAGE, &token).await.is_ok(),
        of().subscribed_fields(PAGE, &token).await.is_ok(),
        of().token_state(&token).await.is_ok(),
        of().templates(PAGE, &token).await.is_ok(),
        of().is_template_approved(PAGE, &token, "order_ready", "en_US").await.is_ok(),
        callback.is_ok(),
    ];
    let _ = usage(&text);
    read.into_iter().map(u32::from).sum()
}

#[test]
fn claim_x10_no_answer_of_metas_breaks_its_reader() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    testkit::mutate::fuzz("graph_answer", 1_000, |body| runtime.block_on(all_answers(body)) > 0);
}

/// Empty lists, each with another cursor.
#[tokio::test]
async fn claim_x10_lists_that_never_end_are_left() {
    let list = |n: u32| {
        let next = "https://graph.facebook.com/next";
        answer(200, format!(r#"{{"data":[],"paging":{{"cursors":{{"after":"{n}"}},"next":"{next}"}}}}"#))
    };
    let token = Personal::from(TOKEN);
    let bench = bench((0..500).map(list));
    assert_eq!(bench.graph.offered_pages(&token).await.unwrap().len(), 0);
    let asked = bench.out.requests.lock().unwrap().len();
    assert_eq!(bench.graph.templates(PAGE, &token).await.unwrap().len(), 0);
    let in_all = bench.out.requests.lock().unwrap().len();
    assert_eq!((asked, in_all), (100, 200));
}
