//! What of the data map lies where in an archive, and what is left out and why (GDPR articles 15 and 20).
//! A test compares this with the declarations, so that a new table about a person is not forgotten here.

/// Where the items of one stored place are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Held {
    /// In this file, under this JSON pointer.
    In(&'static str, &'static str),
    /// In none, for this reason.
    Left(&'static str),
}

use Held::{In, Left};

const LEADS: &str = "leads/00001.json";

/// Every place that holds something about an account or a lead.
pub const HELD: [(&str, Held); 46] = [
    ("acceptance", In("account.json", "/accepted_documents")),
    ("account", In("account.json", "/profile")),
    ("account_lookup", Left("a keyed hash of the address, which stands in account.json")),
    ("answer", In(LEADS, "/leads/0/answers_to_questions")),
    ("api_token", In("account.json", "/api_tokens")),
    ("audit", In("account.json", "/audit")),
    ("bot", In("pages.json", "/0/bot")),
    (
        "breach_person",
        Left(
            "whom a breach concerned: whoever it was is told, by mail, in their thread or on their own page",
        ),
    ),
    ("broadcast", In("broadcasts.json", "/0/text")),
    ("broadcast_count", In("broadcasts.json", "/0/counts")),
    ("consent_event", In(LEADS, "/leads/0/consent_events/0/record")),
    ("consent_leaf", In(LEADS, "/leads/0/consent_events/0/event/leaf_index")),
    ("credential", Left("it would help whoever finds the file; when it was changed stands in account.json")),
    ("delivery", In(LEADS, "/leads/0/deliveries")),
    ("erasure", Left("who was erased is held nowhere any more; the receipt is public under its code")),
    ("erasure_page", Left("it begins when the account is gone; until then its pages are in pages.json")),
    ("export", In("account.json", "/exports/0/taken_at")),
    (
        "facebook_login",
        Left(
            "Facebook's number for whoever connected a page, with which nobody but Facebook can do anything",
        ),
    ),
    ("idempotency", Left("a hash of a request and its answer, kept a day so that asking twice does it once")),
    ("import", Left("it tells of an archive that the account has")),
    ("import_part", Left("a part of an archive that the account has, on its way into the other tables")),
    ("inbox", Left("it waits seconds, until what follows from it is in the other tables")),
    ("lead", In(LEADS, "/leads/0/profile/psid")),
    ("lead_link", Left("the hash of a link that only the lead has; it ends within a day")),
    ("lead_tag", In(LEADS, "/leads/0/tags")),
    ("ledger_pending", Left("a commitment on its way into the log, which is public and says nothing")),
    ("ledger_tile", Left("hashes of the public log; those that a proof needs are in it")),
    ("link", Left("a one-time link that is in a mail; it would let whoever finds the file in")),
    ("lookup", Left("a keyed hash of the page and the person's id, which stand with the lead")),
    ("mail", Left("a letter on its way to the account's address")),
    ("outbox", In(LEADS, "/leads/0/waiting_answers")),
    ("page", In("pages.json", "/0/meta_id")),
    ("passkey", In("account.json", "/sign_in/passkeys")),
    ("pending_withdrawal", Left("a keyed hash of somebody who is no lead yet; it is kept for seven days")),
    (
        "reading",
        Left(
            "who looked at a lead is for the lead, on their own page; who looked at the account stands in it",
        ),
    ),
    (
        "request",
        Left("what a lead asked for is between the lead and the brand; the lead sees it on their own page"),
    ),
    ("returned", In(LEADS, "/leads/0/history")),
    ("seen", Left("a keyed hash of an event that came, kept two weeks so that it counts once")),
    ("session", In("account.json", "/sessions")),
    ("sign_in", In("account.json", "/sign_ins")),
    ("subscription", In("account.json", "/subscription/state")),
    (
        "support_grant",
        Left("that an admin gave access for support; the grant is the brand's and stands at /admin/support"),
    ),
    (
        "support_act",
        Left(
            "whom a helper looked at is written for the people too: a lead sees it on their own page, an account on its own",
        ),
    ),
    ("tag", In("tags.json", "/0/name")),
    ("template", In("templates.json", "")),
    ("wording", In("pages.json", "/0/wordings")),
];

/// Items that are left out of a place whose others are in the archive.
pub const LEFT: [(&str, &str, &str); 7] = [
    ("page", "sealed", "of the two things in it the name is in pages.json; the token is a key to the page"),
    ("api_token", "hash", "a hash of the secret, which is shown once and kept nowhere"),
    ("session", "hash", "a hash of the secret in the browser's cookie"),
    ("passkey", "mac", "a keyed hash that only this installation can compute"),
    ("passkey", "sealed", "its name is in account.json; the key is of no use elsewhere"),
    ("returned", "mac", "a keyed hash of what stands with the lead"),
    ("outbox", "claim", "which run of the program sends it"),
];
