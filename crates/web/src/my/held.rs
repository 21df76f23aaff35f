//! What is kept about a lead, in a few groups that people understand: each says what it is, why, on which ground,
//! for how long and how it lies.
//!
//! Invariant (claim D1): every item of the data map that is about a lead is in a group, which a test holds; so the
//! page can leave nothing out without failing it.

/// The groups, in the order in which the page tells them. Each has its texts under `my-held-…`.
pub const GROUPS: [&str; 8] =
    ["identity", "writing", "agreements", "answers", "sent", "tags", "rights", "technical"];

/// The group of an item of the data map that is about a lead; `None` for one that no group tells of.
pub fn group_of(place: &str, name: &str) -> Option<&'static str> {
    Some(match (place, name) {
        ("lead.sealed", _) | ("lead", "sealed") => "identity",
        (
            "lead",
            "created_at"
            | "dormant_at"
            | "last_inbound_at"
            | "asked_at"
            | "unavailable_at"
            | "thread_elsewhere_at",
        ) => "writing",
        ("inbox", _) => "writing",
        (
            "lead",
            "started_at"
            | "started_id"
            | "informed_at"
            | "informed_id"
            | "confirmed_at"
            | "confirmed_id"
            | "withdrawn_at"
            | "promotion_withdrawn_at"
            | "utility_withdrawn_at",
        ) => "agreements",
        (
            "consent_event" | "consent_leaf" | "returned" | "returned.sealed" | "pending_withdrawal"
            | "ledger_pending" | "ledger_tile",
            _,
        ) => "agreements",
        ("answer" | "answer.sealed", _) => "answers",
        ("delivery" | "outbox" | "broadcast", _) => "sent",
        ("lead_tag", _) => "tags",
        ("lead", "restricted_at") => "rights",
        (
            "reading" | "reading.sealed" | "breach_person" | "support_act" | "support_act.sealed" | "request"
            | "lead_link" | "erasure",
            _,
        ) => "rights",
        ("lead", "id" | "brand_id" | "page_id" | "fenced_at") | ("lookup" | "seen", _) => "technical",
        _ => return None,
    })
}
