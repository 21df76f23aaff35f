//! One delivery per kind of event, and what is read of it.

use crate::fixtures::{self, RECEIVED_AT, line, lines};
use messenger::webhook::{ParseError, parse, parse_event};
use model::inbound::Array;

#[test]
fn every_delivery_is_read_as_written_beside_it() {
    let fixtures = fixtures::all();
    assert!(fixtures.len() >= 90, "only {} deliveries found", fixtures.len());
    for fixture in fixtures {
        let events = parse(&fixture.body, RECEIVED_AT).unwrap();
        assert_eq!(lines(&events), fixture.expected, "{}", fixture.name);
    }
}

#[test]
fn every_kind_of_event_is_among_the_deliveries() {
    let kinds: std::collections::BTreeSet<String> = fixtures::all()
        .iter()
        .flat_map(|fixture| parse(&fixture.body, RECEIVED_AT).unwrap())
        .map(|event| event.event.name().to_owned())
        .collect();
    let all = [
        "account_linking",
        "delivery",
        "echo",
        "edit",
        "feed",
        "message",
        "optin",
        "optout",
        "other",
        "policy",
        "postback",
        "reaction",
        "read",
        "referral",
        "resume",
        "template_status",
        "thread_control",
    ];
    assert_eq!(kinds.iter().map(String::as_str).collect::<Vec<_>>(), all);
}

/// An event that was kept alone must not become another one when the bot reads it later.
#[test]
fn an_event_kept_alone_reads_as_it_did_in_its_delivery() {
    for fixture in fixtures::all() {
        for event in parse(&fixture.body, RECEIVED_AT).unwrap() {
            let bytes = &fixture.body[event.bytes.clone()];
            let mut alone =
                parse_event(event.array, bytes, &event.meta_page, Some(event.at), RECEIVED_AT).unwrap();
            assert_eq!(alone.bytes, 0..bytes.len());
            alone.bytes = event.bytes.clone();
            // The time noted at the door is then the one that its delivery stated.
            assert_eq!(alone.stated_at, Some(event.at));
            alone.stated_at = event.stated_at;
            assert_eq!(alone, event, "{}: {}", fixture.name, line(&event));
        }
    }
}

#[test]
fn bytes_that_are_no_text_are_no_event() {
    assert_eq!(parse_event(Array::Messaging, b"\xff", "1", None, RECEIVED_AT), None);
}

#[test]
fn a_delivery_that_is_not_a_pages_json_says_which() {
    use ParseError::{NotAPage, NotJson};
    for (body, why) in [
        ("", NotJson),
        ("<html>", NotJson),
        (r#"{"object":"page","entry":["#, NotJson),
        (r#"{"object":"page","entry":[]} x"#, NotJson),
        ("[]", NotAPage),
        ("null", NotAPage),
        (r#"["page",[]]"#, NotAPage),
        (r#"{"object":"page"}"#, NotAPage),
        (r#"{"object":"page","entry":{}}"#, NotAPage),
        (r#"{"object":"instagram","entry":[]}"#, NotAPage),
        (r#"{"object":["page"],"entry":[]}"#, NotAPage),
        (r#"{"entry":[]}"#, NotAPage),
    ] {
        assert_eq!(parse(body.as_bytes(), RECEIVED_AT), Err(why), "{body}");
    }
    assert_eq!(parse(b"{\"object\":\"page\",\"entry\":[],\"x\":\"\xff\"}", RECEIVED_AT), Err(NotJson));
    assert_eq!(parse(br#"{"object":"page","entry":[]}"#, RECEIVED_AT), Ok(vec![]));
}

/// The corpus of the fuzz target, as far as this needs no fuzzer (see fuzz/README.md).
#[test]
fn the_fuzz_corpus_is_read_without_panic_and_every_event_reads_alone() {
    let files = fixtures::files("../../fuzz/corpus/webhook");
    assert!(files.len() >= 90, "only {} files in the corpus", files.len());
    for file in files {
        let body = std::fs::read(&file).unwrap();
        for event in parse(&body, RECEIVED_AT).unwrap_or_default() {
            let bytes = &body[event.bytes.clone()];
            let alone =
                parse_event(event.array, bytes, &event.meta_page, Some(event.at), RECEIVED_AT).unwrap();
            assert_eq!(line(&alone), line(&event), "{}", file.display());
        }
    }
}
