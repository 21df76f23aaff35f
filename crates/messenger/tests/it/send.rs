//! One message in one call: the request as Meta gets it, and what its answer means.

use crate::sending::{Bench, PAGE, PROOF, TOKEN, alone, answer, bench, plain, shown, with_usage};
use messenger::graph::usage;
use messenger::send::{METADATA_LIMIT, SendResult};
use model::failure::Usage;
use model::gate::{PERMIT_LIFE, SendKind};
use model::outgoing::{Button, Outgoing, QuickReply, Template};
use model::ports::{Method, OutboundError};
use model::time::Span;
use serde_json::{Value, json};

const TAKEN: &str = r#"{"recipient_id":"24001122334455661","message_id":"m_qr6GPBlzTU4j"}"#;

/// The JSON that a message makes.
async fn body(kind: SendKind, message: Outgoing, metadata: &str) -> Value {
    let bench = bench([answer(200, TAKEN)]);
    let mut envelope = bench.envelope(kind, 1, message);
    envelope.metadata = metadata.to_owned();
    let report = bench.send(vec![envelope]).await;
    assert_eq!(shown(&report.results[0].1), "m_qr6GPBlzTU4j");
    serde_json::from_str(&bench.body()).unwrap()
}

fn buttons() -> Vec<Button> {
    vec![
        Button::Url { title: "Shop".to_owned(), url: "https://shop.example/?a=1&b=2".to_owned() },
        Button::Postback { title: "Unsubscribe".to_owned(), payload: "entente:unsubscribe".to_owned() },
    ]
}

#[tokio::test]
async fn a_message_alone_is_json_to_the_pages_own_address_with_the_token_in_a_header() {
    let bench = bench([answer(200, TAKEN)]);
    let report = bench.send(bench.envelopes(1)).await;
    assert_eq!(shown(&report.results[0].1), "m_qr6GPBlzTU4j");
    let request = bench.request();
    assert_eq!(request.recipient, "meta");
    assert_eq!(request.method, Method::Post);
    assert_eq!(request.url, format!("https://graph.test/v25.0/{PAGE}/messages?appsecret_proof={PROOF}"));
    assert_eq!(
        request.headers,
        [("authorization", format!("Bearer {TOKEN}")), ("content-type", "application/json".to_owned())]
    );
    assert_eq!(
        bench.body(),
        r#"{"recipient":{"id":"24001122334455661"},"messaging_type":"UPDATE","message":{"text":"Hello","metadata":"d1"}}"#
    );
}

#[tokio::test]
async fn each_ground_for_sending_has_its_messaging_type_and_only_the_human_agent_a_tag() {
    for (kind, messaging_type, tag) in [
        (SendKind::Response, "RESPONSE", None),
        (SendKind::Update, "UPDATE", None),
        (SendKind::Utility, "UTILITY", None),
        (SendKind::HumanAgent, "MESSAGE_TAG", Some("HUMAN_AGENT")),
    ] {
        let body = body(kind, plain("Hello"), "d1").await;
        assert_eq!(body["messaging_type"], messaging_type);
        assert_eq!(body.get("tag").and_then(Value::as_str), tag, "{messaging_type}");
    }
}

#[tokio::test]
async fn quick_replies_stand_beside_the_text() {
    let message = Outgoing {
        quick_replies: vec![
            QuickReply { title: "Yes".to_owned(), payload: "entente:yes:promotion:w".to_owned() },
            QuickReply { title: "لا".to_owned(), payload: "entente:no:promotion:w".to_owned() },
        ],
        ..plain("May we write to you?")
    };
    let body = body(SendKind::Response, message, "d1").await;
    let expected = json!({
        "text": "May we write to you?",
        "quick_replies": [
            {"content_type": "text", "title": "Yes", "payload": "entente:yes:promotion:w"},
            {"content_type": "text", "title": "لا", "payload": "entente:no:promotion:w"},
        ],
        "metadata": "d1",
    });
    assert_eq!(body["message"], expected);
}

#[tokio::test]
async fn buttons_make_the_text_a_button_template() {
    let message = Outgoing { buttons: buttons(), ..plain("New lamps") };
    let body = body(SendKind::Update, message, "d1").await;
    let expected = json!({
        "attachment": {"type": "template", "payload": {"template_type": "button", "text": "New lamps", "buttons": [
            {"type": "web_url", "title": "Shop", "url": "https://shop.example/?a=1&b=2"},
            {"type": "postback", "title": "Unsubscribe", "payload": "entente:unsubscribe"},
        ]}},
        "metadata": "d1",
    });
    assert_eq!(body["message"], expected);
}

#[tokio::test]
async fn a_utility_template_goes_by_name_with_its_parameters_and_payloads() {
    let template = Template {
        name: "order_update".to_owned(),
        language: "en_US".to_owned(),
        parameters: vec!["Sam".to_owned(), "4711".to_owned()],
    };
    let message = Outgoing { buttons: buttons(), template: Some(template), ..plain("") };
    let body = body(SendKind::Utility, message, "d1").await;
    let expected = json!({
        "recipient": {"id": "24001122334455661"},
        "messaging_type": "UTILITY",
        "message": {
            "template": {"name": "order_update", "language": {"code": "en_US"}, "components": [
                {"type": "body", "parameters": [{"type": "text", "text": "Sam"}, {"type": "text", "text": "4711"}]},
                {"type": "buttons", "parameters": [
                    {"type": "URL", "url": "https://shop.example/?a=1&b=2"},
                    {"type": "POSTBACK", "payload": "entente:unsubscribe"},
                ]},
            ]},
            "metadata": "d1",
        },
    });
    assert_eq!(body, expected);
}

#[tokio::test]
async fn metadata_that_meta_would_refuse_stays_behind_and_the_message_goes() {
    let longest = "ä".repeat(METADATA_LIMIT - 1);
    let sent = body(SendKind::Update, plain("Hello"), &longest).await;
    assert_eq!(sent["message"]["metadata"], longest);
    for metadata in [String::new(), "ä".repeat(METADATA_LIMIT)] {
        let sent = body(SendKind::Update, plain("Hello"), &metadata).await;
        assert_eq!(sent["message"], json!({"text": "Hello"}));
    }
}

#[tokio::test]
async fn an_answer_that_does_not_say_what_became_of_the_message_leaves_it_unknown() {
    for (status, body, expected) in [
        (200, TAKEN, "m_qr6GPBlzTU4j"),
        // Sends to a plugin's guest have no recipient in the answer.
        (200, r#"{"message_id":"m_1"}"#, "m_1"),
        (200, "", "unknown unreadable_answer"),
        (200, "<html>", "unknown unreadable_answer"),
        (200, "{}", "unknown unreadable_answer"),
        (200, r#"{"recipient_id":"1"}"#, "unknown unreadable_answer"),
        (200, r#"{"message_id":""}"#, "unknown unreadable_answer"),
        (200, r#"{"message_id":7}"#, "unknown unreadable_answer"),
        (200, r#"["m_1"]"#, "unknown unreadable_answer"),
        (200, r#"{"error":{"code":10,"error_subcode":2018278}}"#, "window_closed 10/2018278"),
        (302, "", "unknown http_302"),
        (400, "Bad Request", "unknown http_400"),
        (429, "", "unknown http_429"),
        (500, "", "unknown http_500"),
        (502, "<html>Bad Gateway</html>", "unknown http_502"),
        (503, r#"{"message_id":"m_1"}"#, "unknown http_503"),
        // A well-formed Graph error may be tried again, whatever the status.
        (500, r#"{"error":{"code":2,"is_transient":true}}"#, "retry 2"),
        (500, r#"{"error":{"code":1,"error_subcode":1357046}}"#, "unknown 1/1357046"),
        (400, r#"{"error":{"code":1,"error_subcode":1357046,"is_transient":true}}"#, "unknown 1/1357046"),
    ] {
        assert_eq!(shown(&alone(answer(status, body), 0).await), expected, "{status} {body}");
    }
}

#[tokio::test]
async fn a_few_attempts_end_what_is_worth_trying_again() {
    let error = |code: i64| answer(500, format!(r#"{{"error":{{"code":{code},"is_transient":true}}}}"#));
    assert_eq!(shown(&alone(error(2), 2).await), "retry 2");
    assert_eq!(shown(&alone(error(2), 3).await), "permanent 2");
    assert_eq!(shown(&alone(error(1), 3).await), "stop:permission_missing 1");
}

#[tokio::test]
async fn only_what_certainly_never_left_is_sent_again() {
    for (error, expected) in [
        (OutboundError::NotSent("refused".to_owned()), "retry not_sent"),
        (OutboundError::Unanswered("timeout".to_owned()), "unknown no_answer"),
        (OutboundError::NotInRegister { host: "graph.test".to_owned() }, "permanent not_in_register"),
        (OutboundError::BadUrl("no host".to_owned()), "permanent bad_address"),
    ] {
        assert_eq!(shown(&alone(Err(error), 0).await), expected);
    }
}

#[tokio::test]
async fn an_expired_permit_never_reaches_the_way_out() {
    let bench = bench([]);
    let envelopes = bench.envelopes(3);
    bench.clock.advance(PERMIT_LIFE);
    let report = bench.send(envelopes).await;
    assert!(bench.out.requests.lock().unwrap().is_empty());
    assert_eq!(report.results.len(), 3);
    assert!(report.results.iter().all(|(_, result)| *result == SendResult::PermitExpired));
}

#[tokio::test]
async fn of_fresh_and_expired_permits_only_the_fresh_leave_and_each_lead_keeps_its_result() {
    async fn mixed(fresh: &[u8], body: &str) -> (Bench, Vec<String>) {
        let bench = bench([answer(200, body)]);
        let mut envelopes = bench.envelopes(4);
        bench.clock.advance(PERMIT_LIFE);
        for lead in fresh {
            envelopes[usize::from(*lead) - 1] = bench.envelope(SendKind::Update, *lead, plain("Hello"));
        }
        let report = bench.send(envelopes).await;
        let results = report.results.iter().map(|(_, result)| shown(result)).collect();
        (bench, results)
    }
    let (bench, results) = mixed(&[3], TAKEN).await;
    assert_eq!(results, ["permit expired", "permit expired", "m_qr6GPBlzTU4j", "permit expired"]);
    assert!(bench.body().contains("24001122334455663") && !bench.body().contains("24001122334455661"));
    let slots =
        r#"[{"code":200,"body":"{\"message_id\":\"m_2\"}"},{"code":200,"body":"{\"message_id\":\"m_4\"}"}]"#;
    let (bench, results) = mixed(&[2, 4], slots).await;
    assert_eq!(results, ["permit expired", "m_2", "permit expired", "m_4"]);
    assert!(bench.body().contains("24001122334455664") && !bench.body().contains("24001122334455663"));
}

#[tokio::test]
async fn nothing_to_send_is_no_request() {
    let bench = bench([]);
    assert!(bench.send(Vec::new()).await.results.is_empty());
    assert!(bench.out.requests.lock().unwrap().is_empty());
}

#[test]
fn the_usage_header_gives_the_highest_percentage_and_the_longest_wait() {
    let entry = |rest: &str| format!(r#"{{"1067280970047460":[{{"type":"messenger",{rest}}}]}}"#);
    for (header, percent, minutes) in [
        (
            entry(r#""call_count":1,"total_cputime":1,"total_time":1,"estimated_time_to_regain_access":0"#),
            1,
            None,
        ),
        (entry(r#""call_count":28,"total_cputime":25,"total_time":95"#), 95, None),
        (
            entry(
                r#""call_count":100,"total_cputime":25,"total_time":5,"estimated_time_to_regain_access":19"#,
            ),
            100,
            Some(19),
        ),
        (entry(r#""call_count":100.4,"estimated_time_to_regain_access":0.5"#), 100, Some(1)),
        (entry(r#""call_count":-4,"estimated_time_to_regain_access":-3"#), 0, None),
        (entry(r#""call_count":1e300,"estimated_time_to_regain_access":1e300"#), 1_000, Some(10_080)),
        (r#"{"1":[{"call_count":10},{"call_count":20}],"2":[{"total_time":30}]}"#.to_owned(), 30, None),
        ("{}".to_owned(), 0, None),
    ] {
        assert_eq!(usage(&header), Some(Usage { percent, regain: minutes.map(Span::minutes) }), "{header}");
    }
    for header in ["", "no JSON", "[]", r#"{"1":5}"#] {
        assert_eq!(usage(header), None, "{header}");
    }
}

#[tokio::test]
async fn what_meta_says_of_its_limit_is_the_wait_of_a_throttled_message_only() {
    let usage =
        r#"{"1067280970047460":[{"type":"messenger","call_count":100,"estimated_time_to_regain_access":2}]}"#;
    for (body, expected) in [
        (r#"{"error":{"code":80006}}"#, "throttle 80006 after 120s"),
        (r#"{"error":{"code":551}}"#, "unavailable 551"),
        (TAKEN, "m_qr6GPBlzTU4j"),
    ] {
        let bench = bench([with_usage(answer(200, body), usage)]);
        let report = bench.send(bench.envelopes(1)).await;
        assert_eq!(shown(&report.results[0].1), expected);
        assert_eq!(report.usage, Some(Usage { percent: 100, regain: Some(Span::minutes(2)) }));
    }
}
