//! What lies inside envelopes: every numbered field of every type that is sealed, declared for the data map.
//!
//! Invariant: each table with a `sealed` column has a declaration here, whose items are the fields of its type, in
//! their order (a test reads the types' sources).

use model::datamap::Category::{
    self, Browser, Evidence, Id, IpAddress, Key, Language, LetterText, Mark, MessageText, OwnWords, PageId,
    PageName, PageToken, Passkey, Password, Reason, SecondFactor, State, TimeZone,
};
use model::datamap::{Basis, Declaration, Declared, Item, Protection, Purpose, Retention, Source, Subject};

/// One envelope: what is in it, and which type says so.
pub struct Sealed {
    pub declaration: Declaration,
    /// The type's name and file; empty where a single value is sealed.
    pub of: (&'static str, &'static str),
}

const fn own(name: &'static str, what: &'static str, why: &'static str, is: Category) -> Item {
    Item::account_sealed(name, what, why).is(is)
}

const fn event(name: &'static str, what: &'static str, why: &'static str, is: Category) -> Item {
    Item::own(name, what, why)
        .about(Subject::Lead)
        .basis(Basis::Contract)
        .kept(Retention::Days(30))
        .protected(Protection::SealedBrand)
        .is(is)
}

const fn proof(name: &'static str, what: &'static str, is: Category) -> Item {
    Item::lead_sealed(name, what, "proving consent and withdrawal", Basis::LegalObligation).is(is)
}

const fn to_send(name: &'static str, what: &'static str, is: Category) -> Item {
    Item::lead_sealed(name, what, "sending the answer", Basis::Contract)
        .is(is)
        .kept(Retention::UntilProcessed)
        .shared_with(&["meta"])
}

const fn broadcast(name: &'static str, what: &'static str, is: Category) -> Item {
    own(name, what, "sending it", is).shared_with(&["meta"])
}

const fn taken(name: &'static str, what: &'static str, is: Category) -> Item {
    own(name, what, "so that you can always see what left and what for", is)
        .basis(Basis::LegalObligation)
        .kept(Retention::Days(store::tables::export::DAYS))
}

const fn whence(name: &'static str, what: &'static str, why: &'static str, is: Category, days: u16) -> Item {
    own(name, what, why, is)
        .basis(Basis::LegitimateInterest)
        .serves(&[Purpose::Security])
        .kept(Retention::Days(days))
}

const fn looked(name: &'static str, what: &'static str, is: Category) -> Item {
    Item::lead_sealed(
        name,
        what,
        "so that people can always see who looked at what is kept about them",
        Basis::LegalObligation,
    )
    .is(is)
    .kept(Retention::Days(store::tables::reading::DAYS))
}

const fn noted(name: &'static str, what: &'static str) -> Item {
    Item::own(name, what, "answering the request")
        .about(Subject::Brand)
        .basis(Basis::LegalObligation)
        .is(OwnWords)
        .kept(Retention::Days(store::tables::request::DAYS))
        .protected(Protection::SealedBrand)
}

const fn granted(name: &'static str, what: &'static str) -> Item {
    Item::own(name, what, "knowing who had access")
        .about(Subject::Brand)
        .is(OwnWords)
        .kept(Retention::Days(store::tables::support::DAYS))
        .protected(Protection::SealedBrand)
}

const fn act(name: &'static str, what: &'static str, is: Category) -> Item {
    Item::own(name, what, "so that it can be seen what a helper saw")
        .about(Subject::Lead)
        .basis(Basis::LegalObligation)
        .is(is)
        .kept(Retention::Days(store::tables::support::DAYS))
        .protected(Protection::SealedPerson)
}

const fn case(name: &'static str, what: &'static str) -> Item {
    Item::own(name, what, "documenting each breach and telling whoever is affected")
        .about(Subject::Brand)
        .basis(Basis::LegalObligation)
        .is(OwnWords)
        .protected(Protection::SealedBrand)
}

const fn mail(name: &'static str, what: &'static str, is: Category) -> Item {
    own(name, what, "sending the mail", is)
        .kept(Retention::Days(store::tables::mail::DAYS))
        .shared_with(&["mail"])
}

macro_rules! envelopes {
    ($($place:literal, ($name:literal, $file:literal): [$($item:expr),* $(,)?];)*) => {
        &[$(Sealed { declaration: Declaration { place: $place, items: &[$($item),*] }, of: ($name, $file) }),*]
    };
}

/// Every envelope that is not declared beside its type.
const HERE: &[Sealed] = envelopes! {
    "credential.sealed", ("Credential", "engine/src/accounts/mod.rs"): [
        own("hash", "Argon2id hash of the password", "signing in", Password),
        own("totp", "secret of the second factor, recovery codes as hashes", "signing in more safely", SecondFactor),
    ];
    "passkey.sealed", ("Passkey", "engine/src/accounts/passkey.rs"): [
        own("name", "what the person calls it", "telling passkeys apart", OwnWords),
        own("own_id", "the passkey's own id", "asking the device for it", Passkey),
        own("key", "its public key", "checking its signature", Passkey),
    ];
    "session.sealed", ("Kept", "engine/src/accounts/whence.rs"): [
        whence("address", "IP address", "showing it to the person", IpAddress, 90),
        whence("browser", "family of the browser", "showing it to the person", Browser, 90),
        whence("around", "the address's network", "recognising a new place", IpAddress, 90),
    ];
    "sign_in.sealed", ("Kept", "engine/src/accounts/whence.rs"): [
        whence("address", "IP address", "showing it to the person", IpAddress, 30),
        whence("browser", "family of the browser", "showing it to the person", Browser, 30),
        whence("around", "the address's network", "recognising a new place", IpAddress, 30),
    ];
    "acceptance.sealed", ("Kept", "engine/src/evidence.rs"): [
        own("key", "what opens the leaf of the log", "proving what was accepted", Category::Evidence).basis(Basis::LegalObligation),
        own("record", "which text was accepted, when and in which language, as the log holds it", "proving what was accepted",
            Category::Evidence).basis(Basis::LegalObligation),
    ];
    "audit.sealed", ("Kept", "engine/src/evidence.rs"): [
        own("key", "what opens the leaf of the log", "proving what was done", Category::Evidence).basis(Basis::LegitimateInterest)
            .kept(Retention::Days(store::tables::audit::DAYS)),
        own("record", "who did what and when, without names and addresses, as the log holds it", "security",
            Category::Evidence).basis(Basis::LegitimateInterest).kept(Retention::Days(store::tables::audit::DAYS)),
    ];
    "link.sealed", ("", ""): [
        own("value", "e-mail address that is to be confirmed, or that the mail went to",
            "changing the address and taking it back", Category::EmailAddress).kept(Retention::Days(7)),
    ];
    "page.sealed", ("PageSecrets", "engine/src/actions/pages.rs"): [
        own("name", "the page's name", "showing it", PageName),
        own("token", "the page's access token", "sending for the page", PageToken).from(Source::Meta)
            .shared_with(&["meta"]),
        own("waits_for", "of a page from an archive, until it is connected: Meta's public id of it", "connecting it", PageId),
        own("is_let_go", "of a page that was disconnected: whether Meta delivers nothing of it any more", "an erasure's receipt", State),
    ];
    "facebook_login.sealed", ("", ""): [
        own("value", "Facebook's id of whoever connected the page, for this app only",
            "erasing what that login gave when Facebook asks", Id).basis(Basis::LegalObligation)
            .shared_with(&["meta"]),
    ];
    "import.sealed", ("Kept", "engine/src/actions/import/mod.rs"): [
        own("made_at", "when the archive was made", "telling you what is in it", Category::Time),
        own("brand", "the name of the brand that it is from", "telling you what is in it", Category::BrandMatter),
        own("pages", "names and Meta's public ids of its pages", "telling you what is in it", PageName),
        own("tags", "how many tags it has", "telling you what is in it", Category::Count),
        own("templates", "how many templates it has", "telling you what is in it", Category::Count),
        own("bots", "how many bots it has", "telling you what is in it", Category::Count),
        own("drafts", "how many drafts it has", "telling you what is in it", Category::Count),
        own("past", "how many bulk messages that were sent it has", "telling you what is in it", Category::Count),
    ];
    "import_part.sealed", ("", ""): [
        own("value", "a part of the archive that is not in yet: whatever you took along in it", "reading it in",
            Category::OwnWords).kept(Retention::UntilProcessed),
    ];
    "erasure_page.sealed", ("", ""): [
        own("value", "the page's access token, under the erasure's own key", "telling Meta to deliver nothing more",
            PageToken).basis(Basis::LegalObligation)
            .kept(Retention::Days(store::tables::erasure_page::DAYS)).shared_with(&["meta"]),
    ];
    "bot.sealed", ("BotSettings", "model/src/bot/settings.rs"): [
        own("is_on", "whether the bot answers", "answering for the page", State),
        own("speech", "greeting, menu and what else the page says", "answering for the page", OwnWords)
            .shared_with(&["meta"]),
        own("rules", "what is answered to what", "answering for the page", OwnWords),
        own("questions", "what leads are asked, and what for", "asking it", OwnWords),
    ];
    "template.sealed", ("TemplateText", "model/src/template.rs"): [
        broadcast("name", "the template's name", OwnWords),
        broadcast("language", "its language", Language),
        broadcast("body", "its text", OwnWords),
        broadcast("examples", "examples for its gaps", OwnWords),
        broadcast("link", "its button", OwnWords),
    ];
    "broadcast.sealed", ("Content", "model/src/outgoing.rs"): [
        broadcast("text", "the text", OwnWords),
        broadcast("buttons", "its buttons", OwnWords),
        broadcast("template", "the template it uses", OwnWords),
        broadcast("image", "address of a picture", OwnWords),
        own("filter", "to which of the leads it goes", "choosing who gets it", State),
    ];
    "tag.sealed", ("", ""): [
        own("value", "the word", "so that you can choose who gets a broadcast", Mark),
    ];
    "export.sealed", ("Kept", "engine/src/views/exports.rs"): [
        taken("form", "in what form", State),
        taken("with_names", "with names or without", State),
        taken("by", "by which way", State),
        taken("page", "of which page", Id),
        taken("level", "with which evidence", State),
        taken("state", "in which state", State),
        taken("tag", "with which tag", Mark),
        taken("why", "what for", Reason),
        taken("broadcast", "whose deliveries", Id),
    ];
    "mail.sealed", ("Addressed", "engine/src/mail/mod.rs"): [
        mail("to", "e-mail address", Category::EmailAddress),
        mail("language", "language", Language),
        mail("letter", "what the mail tells", LetterText),
        mail("zone", "time zone", TimeZone),
    ];
    "idempotency.sealed", ("Kept", "engine/src/actions/once.rs"): [
        own("body", "the answer given", "answering a repeated request once", MessageText)
            .kept(Retention::Days(1)).protected(Protection::SealedBrand),
    ];
    "billing_secret.sealed", ("", ""): [
        Item::own("value", "the secret", "verifying signed calls").about(Subject::Brand).is(Key)
            .protected(Protection::SealedBrand),
    ];
    "inbox.sealed", ("KeptEvent", "engine/src/receive.rs"): [
        event("page", "Meta's public id of the page", "routing", PageId),
        event("array", "in which part of the delivery it stood", "reading it", State),
        event("body", "the event as Meta sent it: who wrote, and what", "answering it", MessageText),
        event("signature", "Meta's signature of the delivery", "proving that Meta sent it", Evidence),
        event("start", "where in the delivery the event begins", "proving that Meta sent it", Category::Count),
        event("end", "where it ends", "proving that Meta sent it", Category::Count),
        event("at", "when it happened", "the order of events", Category::Time),
        event("psid", "page-scoped id at Meta", "finding the lead", Category::MessengerId),
    ];
    "outbox.sealed", ("Outgoing", "model/src/outgoing.rs"): [
        to_send("text", "the answer's text", MessageText),
        to_send("buttons", "its buttons", OwnWords),
        to_send("quick_replies", "its quick replies", OwnWords),
        to_send("template", "a template", OwnWords),
        to_send("image", "address of a picture", OwnWords),
    ];
    "returned.sealed", ("", ""): [
        Item::lead_sealed("value", "earlier opt-ins, withdrawals and answers, as the archive had them",
            "showing what was agreed before; no message is sent on it", Basis::LegalObligation).is(Evidence),
    ];
    "reading.sealed", ("Kept", "engine/src/reading.rs"): [
        looked("reader", "in which role somebody looked", State),
        looked("way", "by which way", State),
        looked("reason", "what for, in a word of a list", State),
        looked("words", "what for, in own words", Reason),
        looked("what", "at which kinds of data", State),
    ];
    "breach.sealed", ("Facts", "engine/src/breach/mod.rs"): [
        case("title", "what the case is called"),
        case("nature", "what happened, to whom"),
        case("contact", "whom to ask"),
        case("consequences", "what is likely to follow"),
        case("measures", "what was done"),
        case("reason", "why the authority was told late, or is not told"),
        case("texts", "what people are told"),
        case("told_in_full", "whether the authority was told everything").is(State),
        case("draft", "what people are to be told, before it was looked at"),
        case("is_drill", "whether it is only practised").is(State),
        case("mail", "the mail to the authority and its address, as it was shown last").shared_with(&["mail"]),
    ];
    "breach_entry.sealed", ("Kept", "engine/src/evidence.rs"): [
        case("key", "what opens the leaf of the log").is(Category::Evidence),
        case("record", "the entry, as the log holds it").is(Category::Evidence),
    ];
    "support_grant.sealed", ("Given", "engine/src/support.rs"): [
        granted("helper", "the name of who helps"),
        granted("purpose", "with what"),
        granted("key", "what opens the leaf of the log").is(Category::Evidence),
        granted("record", "what was seen and ended, in counts, as the log holds it").is(Category::Evidence),
    ];
    "support_act.sealed", ("Seen", "engine/src/support.rs"): [
        act("what", "which page was opened, which token was made, or what was called by one", State),
        act("reason", "what for, in own words", Reason),
    ];
    "request.sealed", ("Note", "engine/src/views/requests.rs"): [
        noted("note", "what the admin noted"),
        noted("reason", "why it was put off"),
        noted("answer", "what was answered"),
    ];
    "consent_event.sealed", ("Kept", "engine/src/evidence.rs"): [
        proof("key", "the key that opens the commitment", Key),
        proof("record", "what was shown, what was answered, Meta's signed delivery", Evidence),
    ];
};

/// What lies in every envelope there is.
pub fn all() -> Vec<Sealed> {
    let beside = [
        (crate::accounts::AccountProfile::DECLARATION, ("AccountProfile", "engine/src/accounts/mod.rs")),
        (model::lead::LeadProfile::DECLARATION, ("LeadProfile", "model/src/lead.rs")),
        (model::bot::question::LeadAnswer::DECLARATION, ("LeadAnswer", "model/src/bot/question.rs")),
    ];
    let beside = beside.into_iter().map(|(declaration, of)| Sealed { declaration, of });
    beside.chain(HERE.iter().map(|one| Sealed { declaration: one.declaration, of: one.of })).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    /// The numbered fields of a type, in the order of their numbers, read from its source.
    fn fields(name: &str, file: &str) -> Vec<String> {
        let path = format!("{}/../{file}", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
        let head = format!("struct {name} {{");
        let (_, body) = text.split_once(&head).unwrap_or_else(|| panic!("{file} has no {head}"));
        let body = body.split("\n}").next().unwrap();
        let mut found: Vec<(usize, String)> = Vec::new();
        let mut number = None;
        for line in body.lines().map(str::trim) {
            if let Some(rest) = line.strip_prefix("#[n(") {
                number = rest.split(')').next().and_then(|n| n.parse().ok());
            } else if let Some((field, _)) = line.split_once(": ").filter(|_| !line.starts_with(['/', '#'])) {
                let field = field.rsplit(' ').next().unwrap().to_owned();
                found.push((number.take().unwrap_or_else(|| panic!("{name}.{field} has no number")), field));
            }
        }
        found.sort();
        found.into_iter().map(|(_, field)| field).collect()
    }

    #[test]
    fn claim_d1_every_numbered_field_of_a_sealed_type_is_declared_and_nothing_else_is() {
        for sealed in all() {
            let (name, file) = sealed.of;
            let declared: Vec<_> = sealed.declaration.items.iter().map(|item| item.name.to_owned()).collect();
            if name.is_empty() {
                assert_eq!(declared, ["value"], "{}", sealed.declaration.place);
                continue;
            }
            assert_eq!(
                declared,
                fields(name, file),
                "{}: declare the fields of `{name}` in their order, in crates/engine/src/datamap/sealed.rs or \
                 beside the type (crates/{file})",
                sealed.declaration.place
            );
        }
    }

    #[test]
    fn claim_d1_every_envelope_of_a_table_says_what_is_in_it() {
        let sealed: BTreeSet<&str> = all().iter().map(|sealed| sealed.declaration.place).collect();
        for declaration in store::declarations(store::Schema::Data) {
            if declaration.items.iter().any(|item| item.name == "sealed") {
                let place = format!("{}.sealed", declaration.place);
                assert!(
                    sealed.contains(place.as_str()),
                    "{place}: declare what lies in it in crates/engine/src/datamap/sealed.rs"
                );
            }
        }
        assert_eq!(sealed.len(), all().len(), "a place stands twice");
    }
}
