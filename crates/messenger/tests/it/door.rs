//! What is known of an event before the 200: repeated deliveries and withdrawals.

use crate::fixtures::{self, RECEIVED_AT, line};
use messenger::recognise::{duplicate_parts, withdrawal};
use messenger::webhook::parse;
use model::consent::{Purpose, Scope, Way};
use model::time::{Span, Timestamp};
use serde_json::{Value, json};
use std::collections::BTreeMap;

fn delivery(array: &str, event: &Value) -> Vec<u8> {
    let entry = json!({"id": "1067280970047460", "time": 1_760_000_000_123_i64, array: [event]});
    json!({"object": "page", "entry": [entry]}).to_string().into_bytes()
}

fn event(members: Value) -> Value {
    let mut event = json!({
        "sender": {"id": "24001122334455667"}, "recipient": {"id": "1067280970047460"},
        "timestamp": 1_760_000_000_001_i64,
    });
    event.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    event
}

/// The duplicate key's parts of a delivery's only event.
fn parts(body: &[u8], received_at: Timestamp) -> Vec<Vec<u8>> {
    let events = parse(body, received_at).unwrap();
    assert_eq!(events.len(), 1);
    duplicate_parts(&events[0], body)
}

fn withdraws(array: &str, members: Value) -> Option<(Scope, Way)> {
    let events = parse(&delivery(array, &event(members)), RECEIVED_AT).unwrap();
    withdrawal(&events[0])
}

#[test]
fn a_repeated_delivery_has_the_same_parts_whenever_it_comes() {
    for fixture in fixtures::all().iter().filter(|fixture| fixture.name != "entry_without_id_or_time") {
        let later = RECEIVED_AT.plus(Span::hours(3));
        let (first, again) =
            (parse(&fixture.body, RECEIVED_AT).unwrap(), parse(&fixture.body, later).unwrap());
        for (first, again) in first.iter().zip(&again) {
            let same = duplicate_parts(first, &fixture.body) == duplicate_parts(again, &fixture.body);
            assert!(same, "{}: {}", fixture.name, line(first));
        }
    }
}

#[test]
fn no_two_different_events_of_all_the_deliveries_have_the_same_parts() {
    let mut seen: BTreeMap<Vec<Vec<u8>>, (String, Vec<u8>)> = BTreeMap::new();
    for fixture in fixtures::all() {
        for event in parse(&fixture.body, RECEIVED_AT).unwrap() {
            let bytes = fixture.body[event.bytes.clone()].to_vec();
            let parts = duplicate_parts(&event, &fixture.body);
            if let Some((name, other)) = seen.insert(parts, (fixture.name.clone(), bytes.clone())) {
                assert_eq!(other, bytes, "{name} and {}", fixture.name);
            }
        }
    }
    assert!(seen.len() > 80);
}

#[test]
fn an_edit_a_reaction_or_a_deletion_of_an_old_message_is_no_duplicate_of_it() {
    let of = |members: Value| parts(&delivery("messaging", &event(members)), RECEIVED_AT);
    let all = [
        of(json!({"message": {"mid": "m_1", "text": "hello"}})),
        of(json!({"message": {"mid": "m_1", "is_deleted": true}})),
        of(json!({"message_edit": {"mid": "m_1", "text": "hello!", "num_edit": 1}})),
        of(json!({"message_edit": {"mid": "m_1", "text": "stop", "num_edit": 2}})),
        of(json!({"reaction": {"mid": "m_1", "action": "react", "reaction": "like"}})),
        of(json!({"reaction": {"mid": "m_1", "action": "unreact"}})),
        parts(&delivery("standby", &event(json!({"message": {"mid": "m_1", "text": "hello"}}))), RECEIVED_AT),
    ];
    for (number, parts) in all.iter().enumerate() {
        for other in &all[number + 1..] {
            assert_ne!(parts, other);
        }
    }
}

#[test]
fn the_same_words_written_twice_are_two_events() {
    let at = |mid: &str, time: i64| {
        let mut event = event(json!({"message": {"mid": mid, "text": "hello"}}));
        event["timestamp"] = time.into();
        parts(&delivery("messaging", &event), RECEIVED_AT)
    };
    assert_ne!(at("m_1", 1_760_000_000_001), at("m_2", 1_760_000_000_001));
    assert_ne!(at("m_1", 1_760_000_000_001), at("m_1", 1_760_000_000_002));
}

#[test]
fn claim_b3_every_way_to_withdraw_is_recognised_in_both_arrays() {
    let unsubscribe = model::outgoing::UNSUBSCRIBE;
    for array in ["messaging", "standby"] {
        for (members, scope, way) in [
            (json!({"postback": {"title": "x", "payload": unsubscribe}}), Scope::All, Way::Button),
            (
                json!({"message": {"mid": "m", "text": "x", "quick_reply": {"payload": unsubscribe}}}),
                Scope::All,
                Way::Button,
            ),
            (
                json!({"message": {"mid": "m", "text": "No", "quick_reply": {"payload": "entente:no:utility:w"}}}),
                Scope::Only(Purpose::Utility),
                Way::Answer,
            ),
            (
                json!({"optin": {"type": "notification_messages", "notification_messages_status": "STOP NOTIFICATIONS"}}),
                Scope::All,
                Way::Platform,
            ),
            // In standby a tap comes without its payload.
            (json!({"postback": {"title": "Unsubscribe"}}), Scope::All, Way::Button),
        ] {
            assert_eq!(withdraws(array, members.clone()), Some((scope, way)), "{array} {members}");
        }
        for word in ["stop", "STOP!", " Unsubscribe. ", "opt-out", "توقف", "إلغاء الاشتراك", "الغاء", "قِف"]
        {
            let found = withdraws(array, json!({"message": {"mid": "m", "text": word}}));
            assert_eq!(found, Some((Scope::All, Way::Word)), "{array} {word}");
        }
    }
}

#[test]
fn what_only_looks_like_a_withdrawal_is_none() {
    let unsubscribe = model::outgoing::UNSUBSCRIBE;
    for members in [
        json!({"message": {"mid": "m", "text": "please don't stop"}}),
        json!({"message": {"mid": "m", "text": "stop", "is_deleted": true}}),
        // Our own message, whose text or button says so.
        json!({"message": {"mid": "m", "text": "stop", "is_echo": true, "app_id": 1}}),
        json!({"postback": {"title": "Opening hours"}}),
        json!({"postback": {"title": "Unsubscribe", "payload": "somebody else's"}}),
        json!({"postback": {"title": "x", "payload": format!("{unsubscribe}!")}}),
        json!({"optin": {"notification_messages_status": "RESUME NOTIFICATIONS"}}),
        json!({"reaction": {"mid": "m", "action": "react", "reaction": "stop"}}),
    ] {
        assert_eq!(withdraws("messaging", members.clone()), None, "{members}");
    }
    let nobody = json!({"message": {"mid": "m", "text": "stop"}});
    let events = parse(&delivery("messaging", &nobody), RECEIVED_AT).unwrap();
    assert_eq!(withdrawal(&events[0]), None, "nobody is named who withdraws");
}

#[test]
fn claim_b3_a_withdrawal_without_a_usable_time_counts_from_when_meta_sent_it() {
    for time in [json!(0), json!(-5), json!("soon"), json!(null), json!({"at": 1})] {
        let mut stop = event(json!({"message": {"mid": "m", "text": "stop"}}));
        stop["timestamp"] = time.clone();
        let events = parse(&delivery("messaging", &stop), RECEIVED_AT).unwrap();
        assert_eq!(events[0].at, Timestamp::from_millis(1_760_000_000_123), "{time}");
        assert!(withdrawal(&events[0]).is_some());
    }
}
