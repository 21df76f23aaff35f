//! Any bytes as a signed delivery: the reader must not panic, each event's range must lie in the body,
//! and an event kept alone must read as it did in its delivery (the engine reads it twice).

#![no_main]

use libfuzzer_sys::fuzz_target;
use messenger::{recognise, webhook};
use model::time::Timestamp;

fuzz_target!(|body: &[u8]| {
    let received_at = Timestamp::from_secs(1_795_348_800);
    let Ok(events) = webhook::parse(body, received_at) else { return };
    for event in events {
        let bytes = body.get(event.bytes.clone()).expect("the range lies in the body");
        let mut alone =
            webhook::parse_event(event.array, bytes, &event.meta_page, event.stated_at, received_at)
                .expect("what was read once can be read again");
        alone.bytes = event.bytes.clone();
        assert!(alone == event, "an event alone is another event");
        assert_eq!(recognise::withdrawal(&alone), recognise::withdrawal(&event));
        assert_eq!(recognise::duplicate_parts(&event, body).len(), 5);
    }
});
