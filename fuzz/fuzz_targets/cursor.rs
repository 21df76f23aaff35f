//! Any text as an id, as cursors are: read under one spelling or not at all.

#![no_main]

use libfuzzer_sys::fuzz_target;
use model::id::{BroadcastId, LeadId};

fuzz_target!(|text: &str| {
    if let Ok(id) = text.parse::<LeadId>() {
        assert_eq!(id.to_string(), text);
    }
    if let Ok(id) = text.parse::<BroadcastId>() {
        assert_eq!(id.to_string(), text);
    }
});
