//! Up to fifty messages in one call: the form as Meta gets it, and which slot is whose.

use crate::fixtures::files;
use crate::sending::{PAGE, PROOF, TOKEN, answer, bench, plain, shown, together, with_usage};
use messenger::send::MAX_BATCH;
use model::failure::Usage;
use model::gate::SendKind;
use model::outgoing::{Button, Outgoing};
use model::ports::{Method, OutboundError};
use model::time::Span;
use proptest::prelude::*;
use serde_json::{Value, json};

/// A form's fields. Written apart from the encoder that it checks.
fn fields(form: &str) -> Vec<(String, String)> {
    let decoded = |text: &str| {
        let bytes = text.as_bytes();
        let (mut out, mut at) = (Vec::new(), 0);
        while at < bytes.len() {
            if bytes[at] == b'%' {
                out.push(u8::from_str_radix(&text[at + 1..at + 3], 16).unwrap());
                at += 3;
            } else {
                assert!(bytes[at].is_ascii_alphanumeric() || b"-._~".contains(&bytes[at]), "{text}");
                out.push(bytes[at]);
                at += 1;
            }
        }
        String::from_utf8(out).unwrap()
    };
    form.split('&')
        .map(|pair| pair.split_once('=').unwrap())
        .map(|(name, value)| (decoded(name), decoded(value)))
        .collect()
}

fn field<'a>(fields: &'a [(String, String)], name: &str) -> &'a str {
    let found: Vec<&str> = fields.iter().filter(|(n, _)| n == name).map(|(_, v)| v.as_str()).collect();
    assert_eq!(found.len(), 1, "{name}");
    found[0]
}

fn taken(mid: &str) -> Value {
    json!({"code": 200, "body": json!({"recipient_id": "1", "message_id": mid}).to_string()})
}

fn refused(status: u16, code: i64, subcode: i64) -> Value {
    let error = json!({"error": {"message": "(#1) no", "code": code, "error_subcode": subcode}});
    json!({"code": status, "headers": [], "body": error.to_string()})
}

#[tokio::test]
async fn a_batch_is_a_form_with_the_token_and_one_operation_for_each_message() {
    let bench = bench([answer(200, json!([taken("m_1"), taken("m_2")]).to_string())]);
    let text = "50 % off & more: a+b=ü 😀 \"quoted\" \\ \n next";
    let mut envelopes = vec![bench.envelope(SendKind::Update, 1, plain(text))];
    let button = Button::Postback { title: "Stop".to_owned(), payload: "entente:unsubscribe".to_owned() };
    envelopes.push(bench.envelope(
        SendKind::HumanAgent,
        2,
        Outgoing { buttons: vec![button], ..plain("Hi") },
    ));
    let report = bench.send(envelopes).await;
    assert_eq!(report.results.iter().map(|(_, r)| shown(r)).collect::<Vec<_>>(), ["m_1", "m_2"]);

    let request = bench.request();
    assert_eq!((&*request.recipient, request.method), ("meta", Method::Post));
    assert_eq!(request.url, "https://graph.test/v25.0/");
    assert_eq!(request.headers, [("content-type", "application/x-www-form-urlencoded".to_owned())]);
    let form = fields(&bench.body());
    let names: Vec<&str> = form.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["access_token", "appsecret_proof", "batch"]);
    assert_eq!(field(&form, "access_token"), TOKEN);
    assert_eq!(field(&form, "appsecret_proof"), PROOF);

    let batch: Value = serde_json::from_str(field(&form, "batch")).unwrap();
    let operations = batch.as_array().unwrap();
    assert_eq!(operations.len(), 2);
    let mut messages = Vec::new();
    for operation in operations {
        assert_eq!(operation["method"], "POST");
        assert_eq!(operation["relative_url"], format!("{PAGE}/messages"));
        assert_eq!(operation.as_object().unwrap().len(), 3);
        messages.push(fields(operation["body"].as_str().unwrap()));
    }
    assert_eq!(field(&messages[0], "recipient"), r#"{"id":"24001122334455661"}"#);
    assert_eq!(field(&messages[0], "messaging_type"), "UPDATE");
    assert_eq!(messages[0].len(), 3, "no tag");
    let message: Value = serde_json::from_str(field(&messages[0], "message")).unwrap();
    assert_eq!(message, json!({"text": text, "metadata": "d1"}));
    assert_eq!(field(&messages[1], "messaging_type"), "MESSAGE_TAG");
    assert_eq!(field(&messages[1], "tag"), "HUMAN_AGENT");
    let message: Value = serde_json::from_str(field(&messages[1], "message")).unwrap();
    assert_eq!(message["attachment"]["payload"]["buttons"][0]["payload"], "entente:unsubscribe");
}

#[tokio::test]
async fn the_bytes_of_a_small_batch_are_these() {
    let bench = bench([answer(200, "[]")]);
    bench.send(bench.envelopes(2)).await;
    let operation = |lead: u8| {
        format!(
            "%7B%22method%22%3A%22POST%22%2C%22relative_url%22%3A%22{PAGE}%2Fmessages%22%2C%22body%22%3A%22\
             recipient%3D%257B%2522id%2522%253A%25222400112233445566{lead}%2522%257D%26messaging_type%3DUPDATE%26\
             message%3D%257B%2522text%2522%253A%2522Hello%2522%252C%2522metadata%2522%253A%2522d{lead}%2522%257D%22%7D"
        )
    };
    assert_eq!(
        bench.body(),
        format!(
            "access_token={TOKEN}&appsecret_proof={PROOF}&batch=%5B{}%2C{}%5D",
            operation(1),
            operation(2)
        )
    );
}

#[tokio::test]
async fn each_slot_belongs_to_the_message_in_its_place() {
    let slots = json!([
        taken("m_1"),
        null,
        refused(400, 551, 1_545_041),
        {"code": 200, "body": "no JSON"},
        {"code": 500, "body": "<html>"},
        {"code": 500, "body": null},
        refused(500, 1, 1_357_046),
        refused(400, 613, 0),
        "slot",
        {"body": "{\"message_id\":\"m_10\"}"},
        // Seen in the wild: the body as an object.
        {"code": 200, "body": {"message_id": "m_11"}},
        [200, "{\"message_id\":\"m_12\"}"],
        taken("m_13"),
    ]);
    assert_eq!(
        together(answer(200, slots.to_string()), 13).await,
        [
            "m_1",
            "unknown null_slot",
            "unavailable 551/1545041",
            "unknown unreadable_answer",
            "unknown http_500",
            "unknown http_500",
            "unknown 1/1357046",
            "throttle 613/0",
            "unknown unreadable_answer",
            "unknown unreadable_answer",
            "m_11",
            "unknown unreadable_answer",
            "m_13",
        ]
    );
}

#[tokio::test]
async fn what_a_short_answer_leaves_out_is_unknown() {
    let one = json!([taken("m_1")]).to_string();
    assert_eq!(together(answer(200, one), 3).await, ["m_1", "unknown short_answer", "unknown short_answer"]);
    let one = json!([refused(400, 551, 1_545_041)]).to_string();
    assert_eq!(together(answer(200, one), 2).await, ["unavailable 551/1545041", "unknown short_answer"]);
    assert_eq!(together(answer(200, "[]"), 2).await, ["unknown short_answer"; 2]);
    // More slots than messages change nothing.
    let more = json!([taken("m_1"), taken("m_2"), taken("m_3")]).to_string();
    assert_eq!(together(answer(200, more), 2).await, ["m_1", "m_2"]);
}

#[tokio::test]
async fn an_answer_that_is_no_list_leaves_all_unknown() {
    for (status, body, expected) in [
        (200, "<html>", "unknown unreadable_answer"),
        (200, "", "unknown unreadable_answer"),
        (200, "{}", "unknown unreadable_answer"),
        (200, "[", "unknown unreadable_answer"),
        (500, "", "unknown http_500"),
        (502, "[]", "unknown http_502"),
        (400, "no JSON", "unknown http_400"),
    ] {
        assert_eq!(together(answer(status, body), 3).await, [expected; 3], "{status} {body}");
    }
}

#[tokio::test]
async fn a_refusal_of_the_whole_batch_holds_for_all_unless_part_of_it_may_have_run() {
    for (status, code, subcode, expected) in [
        (400, 190, 463, "stop:token_invalid 190/463"),
        (400, 613, 0, "throttle 613/0"),
        (400, 4, 0, "throttle 4/0"),
        (403, 200, 0, "stop:permission_missing 200/0"),
        (400, 100, 0, "permanent 100/0"),
        (500, 1, 0, "unknown 1/0"),
        (400, 1, 99, "unknown 1/99"),
        (503, 2, 0, "unknown 2/0"),
        (200, 1, 1_357_046, "unknown 1/1357046"),
        // A server error is no plain refusal, whatever number it carries.
        (500, 613, 0, "unknown 613/0"),
    ] {
        let body = json!({"error": {"message": "x", "code": code, "error_subcode": subcode}});
        assert_eq!(together(answer(status, body.to_string()), 3).await, [expected; 3], "{status} {code}");
    }
}

#[tokio::test]
async fn no_answer_to_a_batch_leaves_all_unknown_and_not_sent_all_to_retry() {
    let lost = Err(OutboundError::Unanswered("timeout".to_owned()));
    assert_eq!(together(lost, 3).await, ["unknown no_answer"; 3]);
    let kept = Err(OutboundError::NotSent("refused".to_owned()));
    assert_eq!(together(kept, 3).await, ["retry not_sent"; 3]);
}

#[tokio::test]
async fn each_message_counts_its_own_attempts() {
    let slot = refused(500, 2, 0);
    let bench = bench([answer(200, json!([slot, slot]).to_string())]);
    let mut envelopes = bench.envelopes(2);
    envelopes[1].attempts = 3;
    let report = bench.send(envelopes).await;
    assert_eq!(
        report.results.iter().map(|(_, r)| shown(r)).collect::<Vec<_>>(),
        ["retry 2/0", "permanent 2/0"]
    );
}

#[tokio::test]
async fn fifty_go_in_one_call_and_what_is_more_does_not_leave() {
    let slots: Vec<Value> = (1..=MAX_BATCH).map(|n| taken(&format!("m_{n}"))).collect();
    let results = together(answer(200, Value::from(slots).to_string()), 52).await;
    assert_eq!(results[49], "m_50");
    assert_eq!(results[50..], ["permit expired", "permit expired"]);
}

#[tokio::test]
async fn the_usage_header_of_a_batch_is_reported_and_waits_apply_to_its_throttled_slots() {
    let usage = r#"{"1":[{"call_count":100,"estimated_time_to_regain_access":5}]}"#;
    let slots = json!([taken("m_1"), refused(400, 613, 0)]).to_string();
    assert_eq!(
        together(with_usage(answer(200, slots), usage), 2).await,
        ["m_1", "throttle 613/0 after 300s"]
    );
}

/// Graph puts them there unless they are declined, and a batch's own headers need not say.
#[tokio::test]
async fn the_usage_of_a_batch_is_read_from_the_headers_of_its_slots() {
    let usage = |percent: u32, minutes: u32| {
        json!({"1": [{"call_count": percent, "estimated_time_to_regain_access": minutes}]}).to_string()
    };
    let with = |mut slot: Value, headers: Value| {
        slot["headers"] = headers;
        slot
    };
    let header = |value: Value| json!([{"name": "X-Business-Use-Case-Usage", "value": value}]);
    let slots = json!([
        with(taken("m_1"), header(usage(98, 0).into())),
        with(refused(400, 613, 0), header(usage(100, 5).into())),
        with(taken("m_3"), json!([{"name": "x-business-use-case-usage", "value": 7}])),
        with(taken("m_4"), json!("none")),
        null,
    ]);
    let bench = bench([answer(200, slots.to_string())]);
    let report = bench.send(bench.envelopes(5)).await;
    assert_eq!(
        report.results.iter().map(|(_, result)| shown(result)).collect::<Vec<_>>(),
        ["m_1", "throttle 613/0 after 300s", "m_3", "m_4", "unknown null_slot"]
    );
    assert_eq!(report.usage, Some(Usage { percent: 100, regain: Some(Span::minutes(5)) }));
}

/// The corpus of the fuzz target, as far as this needs no fuzzer (see fuzz/README.md).
#[tokio::test]
async fn the_fuzz_corpus_gives_one_result_for_each_message() {
    let files = files("../../fuzz/corpus/batch_response");
    assert!(files.len() >= 9, "only {} files in the corpus", files.len());
    for file in files {
        let body = String::from_utf8_lossy(&std::fs::read(&file).unwrap()).into_owned();
        for (status, count) in [(200, 1), (200, 3), (400, 3), (500, 1)] {
            let results = together(answer(status, body.clone()), count).await;
            assert_eq!(results.len(), usize::from(count), "{}", file.display());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn any_text_arrives_as_it_was_written(texts in proptest::collection::vec("\\PC{0,60}|[\\x00-\\x7f]{0,60}", 2..5)) {
        let bench = bench([answer(200, "[]")]);
        let envelopes = (1_u8..).zip(&texts).map(|(lead, text)| bench.envelope(SendKind::Update, lead, plain(text)));
        run(bench.send(envelopes.collect()));
        let form = fields(&bench.body());
        let batch: Value = serde_json::from_str(field(&form, "batch")).unwrap();
        for (operation, text) in batch.as_array().unwrap().iter().zip(&texts) {
            let message = fields(operation["body"].as_str().unwrap());
            let message: Value = serde_json::from_str(field(&message, "message")).unwrap();
            prop_assert_eq!(message["text"].as_str().unwrap(), text);
        }
    }

    #[test]
    fn any_answer_gives_one_result_for_each_message(status in 100_u16..600, body in ".{0,80}", count in 1_u8..5) {
        prop_assert_eq!(run(together(answer(status, body), count)).len(), usize::from(count));
    }
}

fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}
