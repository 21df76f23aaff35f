//! What must be known of an event at the door, before the 200: whether it withdraws, and by which
//! parts a repeated delivery of it is recognised.

use aws_lc_rs::digest;
use model::consent::{Scope, Way};
use model::inbound::Inbound;

/// What the event withdraws, if it is a withdrawal. Standby events count: the person said so.
pub fn withdrawal(inbound: &Inbound) -> Option<(Scope, Way)> {
    inbound.psid.as_ref()?;
    model::bot::withdrawal(&inbound.event)
}

/// The parts of an event's duplicate key: page, array, kind, message id or time, and
/// a hash of its bytes. A repeated delivery has the same bytes; an edit or a reaction that carries
/// an old message id has not. When we received it is no part of it.
pub fn duplicate_parts(inbound: &Inbound, body: &[u8]) -> Vec<Vec<u8>> {
    let bytes = body.get(inbound.bytes.clone()).unwrap_or_default();
    let stated = || inbound.stated_at.map(|at| at.micros().to_be_bytes().to_vec()).unwrap_or_default();
    let which = inbound.event.mid().map_or_else(stated, |mid| mid.as_bytes().to_vec());
    vec![
        inbound.meta_page.as_bytes().to_vec(),
        inbound.array.code().as_bytes().to_vec(),
        inbound.event.name().as_bytes().to_vec(),
        which,
        digest::digest(&digest::SHA256, bytes).as_ref().to_vec(),
    ]
}
