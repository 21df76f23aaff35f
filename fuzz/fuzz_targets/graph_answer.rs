//! Any bytes as Graph's answer to every other call than sending: read or refused.

#![no_main]

use fuzz::{at_once, graph};
use libfuzzer_sys::fuzz_target;
use model::personal::Personal;
use std::pin::pin;
use std::sync::Arc;
use testkit::FixedClock;

fuzz_target!(|body: &[u8]| {
    let graph = graph(&Arc::new(FixedClock::new()), 200, body);
    let token = Personal::from("token");
    let _ = at_once(pin!(graph.user_token("code", "https://brand.example/")));
    let _ = at_once(pin!(graph.offered_pages(&token)));
    let _ = at_once(pin!(graph.user_id(&token)));
    let _ = at_once(pin!(graph.subscribe("1", &token)));
    let _ = at_once(pin!(graph.subscribed_fields("1", &token)));
    let _ = at_once(pin!(graph.token_state(&token)));
    let _ = at_once(pin!(graph.templates("1", &token)));
    let _ = at_once(pin!(graph.is_template_approved("1", &token, "order_ready", "en_US")));
    let _ = at_once(pin!(graph.callback()));
});
