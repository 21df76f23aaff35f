//! What lies or goes elsewhere than in the databases: in the browser, in memory, in logs, in letters, in files
//! that leave.
//!
//! Invariant: these lists are complete. A cookie of a real browser, a field of a log call, a variable of a
//! letter or a field of an exported file that does not stand here fails a test, which says what to add here.

use super::{Category, Purpose};
use serde::Serialize;

/// Something that the browser keeps for us.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct InBrowser {
    pub name: &'static str,
    /// Names the sentence about its life (`data-life-CODE`).
    pub code: &'static str,
    /// `cookie`, `local_storage`, `session_storage`, `cache` or `indexed_db`.
    pub kind: &'static str,
    pub purposes: &'static [Purpose],
    /// Days it lives at most when the person chose to stay signed in; without that choice it ends with the
    /// browser.
    pub longest_days: u16,
    /// Hours after which it ends at the latest without that choice.
    pub longest_hours: u16,
    /// Minutes without use after which it ends, without that choice; where nothing longer is stated, minutes after
    /// which it ends in any case.
    pub idle_minutes: u16,
}

/// Everything that a browser keeps of us, apart from the pictures and sheets that every site's visitors hold.
pub const BROWSER: &[InBrowser] = &[
    InBrowser {
        name: "__Host-session",
        code: "session",
        kind: "cookie",
        purposes: &[Purpose::SignIn],
        longest_days: 90,
        longest_hours: 12,
        idle_minutes: 30,
    },
    InBrowser {
        name: "__Host-my",
        code: "my",
        kind: "cookie",
        purposes: &[Purpose::ServeRights],
        longest_days: 0,
        longest_hours: 0,
        idle_minutes: 30,
    },
    InBrowser {
        name: "__Host-support",
        code: "support",
        kind: "cookie",
        purposes: &[Purpose::GrantAccess],
        longest_days: 0,
        longest_hours: 72,
        idle_minutes: 0,
    },
];

/// Something about people that lies in the program's memory only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct InMemory {
    /// Names its sentence (`data-memory-CODE`).
    pub code: &'static str,
    pub is: Category,
    pub purposes: &'static [Purpose],
    /// At most so many days; gone with the process in any case.
    pub days: u16,
}

pub const MEMORY: &[InMemory] = &[
    InMemory { code: "tries", is: Category::IpAddress, purposes: &[Purpose::Security], days: 1 },
    InMemory { code: "known-places", is: Category::IpAddress, purposes: &[Purpose::Security], days: 30 },
    InMemory { code: "session-use", is: Category::Time, purposes: &[Purpose::SignIn], days: 1 },
    InMemory { code: "keys", is: Category::Key, purposes: &[Purpose::Operate], days: 1 },
    InMemory { code: "in-flight", is: Category::Id, purposes: &[Purpose::HonourNo], days: 1 },
];

/// A place where an IP address is kept (claim X5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct KeepsAddress {
    /// The table, or `memory`.
    pub place: &'static str,
    /// Names its sentence (`data-address-CODE`).
    pub code: &'static str,
    pub days: u16,
}

/// Every list with IP addresses. The program writes no log of visits.
pub const ADDRESSES: &[KeepsAddress] = &[
    KeepsAddress { place: "session", code: "session", days: 90 },
    KeepsAddress { place: "sign_in", code: "sign-in", days: 30 },
    KeepsAddress { place: "memory", code: "tries", days: 1 },
    KeepsAddress { place: "memory", code: "known-places", days: 30 },
];

/// A field of a log call: an id, a state, a count, or what went wrong. Nothing of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct LogField {
    pub name: &'static str,
    pub what: &'static str,
}

const fn log(name: &'static str, what: &'static str) -> LogField {
    LogField { name, what }
}

/// Every field that the program's own messages to its operator carry. Kept as long as the operator's system
/// keeps them; they are about the program, not about people.
pub const LOG_FIELDS: &[LogField] = &[
    log("account", "a random id"),
    log("app", "Meta's public number of an app"),
    log("attempts", "a count"),
    log("brand", "a random id"),
    log("broadcast", "a random id"),
    log("code", "a number of Meta's"),
    log("erasure", "a random id"),
    log("error", "what went wrong, in the program's own words"),
    log("event", "a random id"),
    log("events", "a count"),
    log("flaw", "which check failed"),
    log("given_up", "a count"),
    log("kind", "a kind of letter"),
    log("lead", "a random id"),
    log("node", "a random id"),
    log("number", "a random number to ask about"),
    log("page", "a random id"),
    log("part", "a part of a brand's settings"),
    log("place", "the file of a copy of the keys"),
    log("problem", "what is wrong, in the program's own words"),
    log("recipient", "a name of the register of recipients"),
    log("route", "a kind of page or call, without what it was asked for"),
    log("row", "a random id"),
    log("seconds", "a span of time"),
    log("statement", "the name of a statement"),
    log("station", "a part of the program"),
    log("status", "an HTTP status"),
    log("template", "a random id"),
    log("transaction", "the name of a transaction"),
    log("tries", "a count"),
    log("version", "a version of the program"),
    log("why", "a code of why input was refused"),
    log("witness", "a witness's name, as its key says it"),
];

/// Something that a letter tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct LetterField {
    pub name: &'static str,
    pub is: Category,
}

const fn letter(name: &'static str, is: Category) -> LetterField {
    LetterField { name, is }
}

/// Everything that letters are filled with: facts of the letters and variables of their texts.
pub const LETTER_FIELDS: &[LetterField] = &[
    letter("advice", Category::BrandMatter),
    letter("at", Category::Time),
    letter("brand", Category::BrandMatter),
    letter("browser", Category::Browser),
    letter("by_helper", Category::State),
    letter("change", Category::State),
    letter("checkpoint", Category::BookKeeping),
    letter("clock", Category::Time),
    letter("contact", Category::BrandMatter),
    letter("controller", Category::BrandMatter),
    letter("country", Category::BrandMatter),
    letter("data", Category::BrandMatter),
    letter("day", Category::Time),
    letter("decide", Category::BrandMatter),
    letter("document", Category::BrandMatter),
    letter("done", Category::BrandMatter),
    letter("due_at", Category::Time),
    letter("early", Category::State),
    letter("effective_at", Category::Time),
    letter("ends_at", Category::Time),
    letter("failed", Category::Count),
    letter("follows", Category::BrandMatter),
    letter("forgotten", Category::BrandMatter),
    letter("happened", Category::BrandMatter),
    letter("how", Category::State),
    letter("is_certain", Category::State),
    letter("leave", Category::BrandMatter),
    letter("link", Category::SecretHash),
    letter("lost", Category::Count),
    letter("month", Category::Time),
    letter("network", Category::IpAddress),
    letter("new_address", Category::EmailAddress),
    letter("not_me", Category::SecretHash),
    letter("offset", Category::TimeZone),
    letter("opens", Category::State),
    letter("page", Category::PageName),
    letter("people", Category::Count),
    letter("plan", Category::BrandMatter),
    letter("purpose", Category::BrandMatter),
    letter("reason", Category::Reason),
    letter("receipt", Category::BrandMatter),
    letter("refused", Category::Count),
    letter("safeguard", Category::BrandMatter),
    letter("scopes", Category::State),
    letter("seen", Category::BookKeeping),
    letter("sent", Category::Count),
    letter("sign_in", Category::BrandMatter),
    letter("state", Category::State),
    letter("stop", Category::State),
    letter("summary", Category::BrandMatter),
    letter("tag", Category::SecretHash),
    letter("time", Category::Time),
    letter("total", Category::Count),
    letter("unknown", Category::Count),
    letter("valid_until", Category::Time),
    letter("version", Category::Count),
    letter("what", Category::State),
    letter("who", Category::BrandMatter),
    letter("year", Category::Time),
    letter("zone", Category::TimeZone),
];

/// A field of a file with somebody's data that leaves the service at the account's or the person's wish.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct ExportField {
    pub name: &'static str,
    pub is: Category,
}

const fn out(name: &'static str, is: Category) -> ExportField {
    ExportField { name, is }
}

/// Every field of the files with leads, however deep it stands.
pub const EXPORT_FIELDS: &[ExportField] = &[
    out("answer", Category::Answer),
    out("answered_at", Category::Time),
    out("answers_at", Category::Time),
    out("answers_to_questions", Category::Answer),
    out("asked_at", Category::Time),
    out("attempts", Category::Count),
    out("broadcast", Category::Id),
    out("changed_at", Category::Time),
    out("confirmed_at", Category::Time),
    out("consent_events", Category::Evidence),
    out("controller", Category::BrandMatter),
    out("created_at", Category::Time),
    out("deliveries", Category::State),
    out("dormant_since", Category::Time),
    out("erasure_tag", Category::SecretHash),
    out("event", Category::Evidence),
    out("evidence", Category::State),
    out("exported_at", Category::Time),
    out("first_wrote_at", Category::Time),
    out("format", Category::BookKeeping),
    out("given_at", Category::Time),
    out("given_name", Category::Name),
    out("given_name_not_shown", Category::Permission),
    out("happened_at", Category::Time),
    out("history", Category::Evidence),
    out("how", Category::State),
    out("id", Category::Id),
    out("in_force", Category::Permission),
    out("informed_at", Category::Time),
    out("kind", Category::State),
    out("language", Category::Language),
    out("last_inbound_at", Category::Time),
    out("last_wrote_at", Category::Time),
    out("lead", Category::Id),
    out("leads", Category::Id),
    out("leaf_index", Category::Count),
    out("level", Category::State),
    out("messenger_id", Category::MessengerId),
    out("meta_id", Category::PageId),
    out("name", Category::PageName),
    out("not_shown", Category::Permission),
    out("page", Category::PageName),
    out("permissions", Category::Permission),
    out("profile", Category::Name),
    out("promotion_in_force", Category::Permission),
    out("promotion_withdrawn_at", Category::Time),
    out("promotions", Category::Permission),
    out("psid", Category::MessengerId),
    out("purpose", Category::OwnWords),
    out("question", Category::OwnWords),
    out("question_that_waits", Category::OwnWords),
    out("reason", Category::State),
    out("record", Category::Evidence),
    out("recorded_at", Category::Time),
    out("restricted", Category::State),
    out("restricted_at", Category::Time),
    out("shown", Category::OwnWords),
    out("standing", Category::Permission),
    out("started_at", Category::Time),
    out("state", Category::State),
    out("tags", Category::Mark),
    out("text", Category::MessageText),
    out("thread_elsewhere_at", Category::Time),
    out("unavailable", Category::State),
    out("unavailable_at", Category::Time),
    out("utility_withdrawn_at", Category::Time),
    out("waiting_answers", Category::MessageText),
    out("what", Category::Permission),
    out("window_open_until", Category::Time),
    out("with_names", Category::State),
    out("withdrawn_at", Category::Time),
    // What the lead's own file holds besides (`/my`).
    out("advice", Category::BrandMatter),
    out("at", Category::Time),
    out("breaches", Category::State),
    out("by", Category::State),
    out("data", Category::BrandMatter),
    out("done", Category::BrandMatter),
    out("done_at", Category::Time),
    out("first_sent_at", Category::Time),
    out("given_by_this_program", Category::State),
    out("last_sent_at", Category::Time),
    out("messages", Category::Count),
    out("received", Category::State),
    out("due_at", Category::Time),
    out("files_with_many", Category::State),
    out("from", Category::Time),
    out("follows", Category::BrandMatter),
    out("happened", Category::BrandMatter),
    out("is_certain", Category::State),
    out("lists_that_were_opened", Category::State),
    out("day", Category::Time),
    out("times", Category::Count),
    out("may_have_left_you_out", Category::State),
    out("outcome", Category::State),
    out("programs_that_may_read", Category::State),
    out("put_off_because", Category::Reason),
    out("reader", Category::State),
    out("received_at", Category::Time),
    out("requests", Category::State),
    out("texts", Category::BrandMatter),
    out("told_at", Category::Time),
    out("until", Category::Time),
    out("way", Category::State),
    out("who", Category::BrandMatter),
    out("who_looked", Category::State),
    out("why", Category::Reason),
    out("words", Category::Reason),
    // The record of a consent, as it was committed to (docs/proof.md).
    out("address", Category::BrandMatter),
    out("answered", Category::Evidence),
    out("answers", Category::Evidence),
    out("body", Category::Evidence),
    out("checkpoint", Category::BookKeeping),
    out("contact", Category::BrandMatter),
    out("country", Category::BrandMatter),
    out("encoding", Category::BookKeeping),
    out("lawful_basis", Category::BookKeeping),
    out("log_before", Category::BookKeeping),
    out("person", Category::MessengerId),
    out("root", Category::BookKeeping),
    out("signature", Category::Evidence),
    out("size", Category::BookKeeping),
    out("source", Category::Evidence),
    out("withdrawal_method", Category::BookKeeping),
    out("wording", Category::Evidence),
];

/// What goes to a third party without lying in a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Flow {
    /// The recipient's name in the register; one that ends with a dash stands for every name that begins so.
    pub recipient: &'static str,
    pub what: &'static str,
    pub is: Category,
    pub purposes: &'static [Purpose],
}

impl Flow {
    /// Whether this is what the recipient of this name gets.
    pub fn goes_to(&self, name: &str) -> bool {
        self.recipient == name || (self.recipient.ends_with('-') && name.starts_with(self.recipient))
    }
}

pub const FLOWS: &[Flow] = &[
    Flow {
        recipient: "witness-",
        what: "the log's name, its number of entries and a hash, so that a witness signs them",
        is: Category::BookKeeping,
        purposes: &[Purpose::KeepLog],
    },
    Flow {
        recipient: "meta-login",
        what: "the app's public number and the address to come back to, when somebody connects a page",
        is: Category::BrandMatter,
        purposes: &[Purpose::ConnectPage],
    },
    Flow {
        recipient: "acme",
        what: "the host names of the brands, where a certificate authority is used",
        is: Category::BrandMatter,
        purposes: &[Purpose::Operate],
    },
];
