//! Meta's error codes: one case per row of the table, and bodies as they were captured.

use crate::sending::{alone, answer, class_name, shown, together};
use messenger::errors::{TABLE, classify, row_for};

struct Case {
    line: String,
    code: i64,
    subcode: Option<i64>,
    is_transient: bool,
    attempts: i64,
    class: String,
}

fn cases() -> Vec<Case> {
    include_str!("errors.csv")
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| {
            let fields: Vec<&str> = line.split(',').collect();
            let [code, subcode, is_transient, attempts, class] = fields[..] else { panic!("{line}") };
            Case {
                line: line.to_owned(),
                code: code.parse().unwrap(),
                subcode: (!subcode.is_empty()).then(|| subcode.parse().unwrap()),
                is_transient: is_transient == "true",
                attempts: attempts.parse().unwrap(),
                class: class.to_owned(),
            }
        })
        .collect()
}

#[test]
fn every_case_gets_its_class() {
    for case in cases() {
        let class = classify(case.code, case.subcode, case.is_transient, case.attempts);
        assert_eq!(class_name(class), case.class, "{}", case.line);
    }
}

#[test]
fn every_row_of_the_table_has_a_case_and_none_is_shadowed() {
    let cases = cases();
    for row in TABLE {
        let hit = cases
            .iter()
            .any(|case| row_for(case.code, case.subcode).is_some_and(|found| std::ptr::eq(found, row)));
        assert!(hit, "no case in errors.csv hits {row:?}");
    }
}

#[test]
fn no_code_whatever_is_retried_for_ever_except_by_throttling_or_a_stopped_page() {
    let codes = TABLE.iter().flat_map(|row| row.codes).chain(&[0, -1, i64::MAX, i64::MIN]);
    for code in codes {
        for is_transient in [true, false] {
            let class = class_name(classify(*code, None, is_transient, 9));
            assert_ne!(class, "retry", "{code}");
        }
    }
}

/// Status, body, and what must be concluded. Texts as captured in the wild; decided by numbers only.
const CAPTURED: [(u16, &str, &str); 10] = [
    (
        400,
        r##"{"error":{"message":"(#10) This message is sent outside of allowed window. Learn more about the new policy here: https:\/\/developers.facebook.com\/docs\/messenger-platform\/policy-overview","type":"OAuthException","code":10,"error_subcode":2018278,"fbtrace_id":"AbCdEfGhIjK"}}"##,
        "window_closed 10/2018278",
    ),
    (
        400,
        r##"{"error":{"message":"(#10) This message is sent outside of allowed window. You need page_messaging_subscriptions permission to be able to do it. https:\/\/developers.facebook.com\/docs\/messenger-platform\/policy-overview","type":"OAuthException","code":10,"error_subcode":2018065,"fbtrace_id":"AbCdEfGhIjK"}}"##,
        "window_closed 10/2018065",
    ),
    (
        400,
        r##"{"error":{"message":"(#551) This person isn't available right now.","type":"OAuthException","code":551,"error_subcode":1545041,"fbtrace_id":"GZLdPD3DuDR"}}"##,
        "unavailable 551/1545041",
    ),
    (
        400,
        r##"{"error":{"message":"(#551) \u6b64\u4eba\u76ee\u524d\u7121\u6cd5\u56de\u61c9\u3002","type":"OAuthException","code":200,"error_subcode":1545041,"fbtrace_id":"GZLdPD3DuDR"}}"##,
        "unavailable 200/1545041",
    ),
    (
        403,
        r##"{"error":{"message":"(#200) This person isn't receiving messages from you right now","type":"OAuthException","code":200,"error_subcode":1545041,"fbtrace_id":"AbCdEfGhIjK"}}"##,
        "unavailable 200/1545041",
    ),
    (
        400,
        r##"{"error":{"message":"(#80001) There have been too many calls to this Page account. Wait a bit and try again. For more info, please refer to https:\/\/developers.facebook.com\/docs\/graph-api\/overview\/rate-limiting.","type":"OAuthException","code":80001,"fbtrace_id":"AbCdEfGhIjK"}}"##,
        "throttle 80001",
    ),
    (
        400,
        r##"{"error":{"message":"(#613) Calls to this api have exceeded the rate limit.","type":"OAuthException","code":613,"fbtrace_id":"AbCdEfGhIjK"}}"##,
        "throttle 613",
    ),
    (
        400,
        r##"{"error":{"message":"An active access token must be used to query information about the current user.","type":"OAuthException","code":2500,"fbtrace_id":"AbCdEfGhIjK"}}"##,
        "stop:token_invalid 2500",
    ),
    (
        400,
        r##"{"error":{"message":"Unsupported get request. Object with ID '2' does not exist, cannot be loaded due to missing permissions, or does not support this operation. Please read the Graph API documentation at https:\/\/developers.facebook.com\/docs\/graph-api","type":"GraphMethodException","code":100,"fbtrace_id":"AbCdEfGhIjK"}}"##,
        "permanent 100",
    ),
    (
        500,
        r##"{"error":{"message":"(#2) Service temporarily unavailable","type":"OAuthException","is_transient":true,"code":2,"fbtrace_id":"AbCdEfGhIjK"}}"##,
        "retry 2",
    ),
];

#[tokio::test]
async fn captured_errors_are_understood_alone_and_in_a_slot() {
    for (status, body, expected) in CAPTURED {
        assert_eq!(shown(&alone(answer(status, body), 0).await), expected, "{body}");
        let slot = serde_json::json!([
            {"code": status, "headers": [{"name": "WWW-Authenticate", "value": "OAuth \"Facebook Platform\""}], "body": body},
            {"code": 200, "body": r#"{"recipient_id":"1","message_id":"m_2"}"#},
        ]);
        assert_eq!(together(answer(200, slot.to_string()), 2).await, [expected, "m_2"], "{body}");
    }
}

#[tokio::test]
async fn the_same_numbers_mean_the_same_whatever_the_text_says() {
    let body = |message: &str| {
        format!(r#"{{"error":{{"message":"{message}","code":551,"error_subcode":1545041}}}}"#)
    };
    for message in ["", "(#10) This message is sent outside of allowed window.", "(#190) expired"] {
        assert_eq!(shown(&alone(answer(400, body(message)), 0).await), "unavailable 551/1545041");
    }
}

#[tokio::test]
async fn meta_may_write_numbers_as_strings_and_leave_pieces_null() {
    for (body, expected) in [
        (r#"{"error":{"code":"551","error_subcode":"1545041"}}"#, "unavailable 551/1545041"),
        (
            r#"{"error":{"code":190,"error_subcode":null,"is_transient":null,"error_data":null}}"#,
            "stop:token_invalid 190",
        ),
        (r#"{"error":{"code":613,"error_data":{"remaining_seconds":90}}}"#, "throttle 613 after 90s"),
        (r#"{"error":{"code":613,"error_data":"{\"remaining_seconds\":90}"}}"#, "throttle 613 after 90s"),
        (r#"{"error":{"code":613,"error_data":{"remaining_seconds":-90}}}"#, "throttle 613"),
        (r#"{"error":{"code":613,"error_data":"no JSON"}}"#, "throttle 613"),
        // Not well formed: what became of the message is not known.
        (r#"{"error":{"message":"no code"}}"#, "unknown http_400"),
        (r#"{"error":"sorry"}"#, "unknown http_400"),
        (r#"{"error":[190]}"#, "unknown http_400"),
        (r#"[{"code":190}]"#, "unknown http_400"),
    ] {
        assert_eq!(shown(&alone(answer(400, body), 0).await), expected, "{body}");
    }
}
