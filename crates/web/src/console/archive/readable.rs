//! The pages inside an archive, for people: in the account's language, opened without a connection.
//!
//! Invariant: no script, and nothing is loaded from anywhere; every value that somebody wrote is escaped.

use crate::console::deliveries::reason;
use crate::console::words::{count, number, short, time};
use crate::language::Language;
use crate::reader::Reader;
use askama::Template;
use engine::archive::{Head, Readable, part_name};
use engine::views::At;
use serde_json::Value;

/// Who reads, and whose brand it is.
pub struct Offline {
    pub reader: Reader,
    pub brand: String,
}

/// Facts one below the other, or rows of a table.
#[derive(Default)]
pub struct Part {
    pub title: String,
    pub lead: String,
    pub facts: Vec<(String, String)>,
    pub heads: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

#[derive(Template)]
#[template(path = "archive/index.html")]
struct IndexPage {
    language: Language,
    title: String,
    made: String,
    times: String,
    parts: Vec<Part>,
    leads_title: String,
    leads_lead: String,
    /// Address and name of each file of leads.
    files: Vec<(String, String)>,
    nothing: String,
}

pub struct LeadPart {
    pub id: String,
    pub name: String,
    pub parts: Vec<Part>,
}

#[derive(Template)]
#[template(path = "archive/leads.html")]
struct LeadsPage {
    language: Language,
    title: String,
    times: String,
    before: Option<String>,
    next: Option<String>,
    leads: Vec<LeadPart>,
    nothing: String,
}

impl Readable for Offline {
    fn index(&self, head: &Head, parts: u64) -> String {
        let language = self.reader.language;
        let files = (1..=parts)
            .map(|part| {
                (part_name(part, "html"), language.say_with("archive-file-part", "number", &number(part)))
            })
            .collect();
        let page = IndexPage {
            title: language.say_with("archive-file-title", "brand", &self.brand),
            made: language.say_with("archive-file-made", "time", &time(self.reader, head.manifest.made_at)),
            times: self.times(),
            parts: self.parts(head),
            leads_title: language.say("console-nav-leads"),
            leads_lead: count(language, "archive-size", head.manifest.leads),
            files,
            nothing: language.say("archive-file-nothing"),
            language,
        };
        page.render().unwrap_or_default()
    }

    fn leads(&self, part: u64, parts: u64, leads: &[Value]) -> String {
        let language = self.reader.language;
        let named = |part: u64| part_name(part, "html").trim_start_matches("leads/").to_owned();
        let page = LeadsPage {
            title: language.say_with("archive-file-part", "number", &number(part)),
            times: self.times(),
            before: (part > 1).then(|| named(part.saturating_sub(1))),
            next: (part < parts).then(|| named(part.saturating_add(1))),
            leads: leads.iter().map(|lead| self.lead(lead)).collect(),
            nothing: language.say("archive-file-nothing"),
            language,
        };
        page.render().unwrap_or_default()
    }

    fn columns(&self, names: &[&str]) -> Vec<String> {
        names.iter().map(|name| self.reader.language.say(&format!("exports-column-{name}"))).collect()
    }
}

impl Offline {
    fn say(&self, id: &str) -> String {
        self.reader.language.say(id)
    }

    /// By whose clocks times are told.
    fn times(&self) -> String {
        self.reader.language.say_with("archive-file-times", "zone", &self.reader.zone.shown())
    }

    /// A language by its name, where it is one of ours.
    fn spoken(&self, code: &str) -> String {
        Language::from_tag(code).map_or_else(|| code.to_owned(), |one| one.say("language-name"))
    }

    fn form(&self, code: &str) -> String {
        self.reader.language.find(&format!("exports-form-{code}"), None).unwrap_or_else(|| code.to_owned())
    }

    fn part(&self, title: &str) -> Part {
        Part { title: self.say(title), ..Part::default() }
    }

    fn table(&self, title: &str, heads: &[&str], rows: Vec<Vec<String>>) -> Part {
        let heads = heads.iter().map(|head| self.say(head)).collect();
        Part { heads, rows, ..self.part(title) }
    }

    fn facts(&self, title: &str, facts: &[(&str, String)]) -> Part {
        let filled = facts.iter().filter(|(_, value)| !value.is_empty());
        let facts = filled.map(|(label, value)| (self.say(label), value.clone())).collect();
        Part { facts, ..self.part(title) }
    }

    /// A time of the file, as the reader's clocks show it.
    fn time(&self, value: Option<&Value>) -> String {
        let at = value.and_then(Value::as_str).and_then(At::parse);
        at.map(|at| time(self.reader, at)).unwrap_or_default()
    }

    fn rows(list: Option<&Value>, row: impl Fn(&Value) -> Vec<String>) -> Vec<Vec<String>> {
        list.and_then(Value::as_array).map(|list| list.iter().map(row).collect()).unwrap_or_default()
    }

    fn parts(&self, head: &Head) -> Vec<Part> {
        let own = &head.account;
        let get = |pointer: &str| text(own.pointer(pointer));
        let profile = [
            ("archive-label-name", get("/profile/name")),
            ("archive-label-email", get("/profile/email")),
            ("archive-label-language", self.spoken(&get("/profile/language"))),
            ("archive-label-zone", get("/profile/zone")),
            ("archive-label-account", get("/id")),
            ("archive-label-created", self.time(own.get("created_at"))),
            ("archive-label-password", self.time(own.pointer("/sign_in/password_changed_at"))),
            ("archive-label-plan", get("/subscription/plan")),
        ];
        let documents = Self::rows(own.get("accepted_documents"), |row| {
            let name = self.say(&format!("document-{}", text(row.get("document"))));
            vec![name, text(row.get("version")), self.time(row.get("accepted_at"))]
        });
        let sessions = Self::rows(own.get("sessions"), |row| {
            vec![
                text(row.get("browser")),
                text(row.get("address")),
                self.time(row.get("created_at")),
                self.time(row.get("seen_at")),
            ]
        });
        let history = Self::rows(own.get("sign_ins"), |row| {
            vec![
                self.time(row.get("at")),
                self.say(&format!("sign-in-outcome-{}", text(row.get("outcome")))),
                text(row.get("browser")),
                text(row.get("address")),
            ]
        });
        let exports = Self::rows(own.get("exports"), |row| {
            vec![
                self.time(row.get("taken_at")),
                self.form(&text(row.get("form"))),
                text(row.get("why")),
                text(row.get("leads")),
            ]
        });
        let pages = head.pages.iter().map(|page| {
            let asked = page.wordings.iter().find(|wording| wording.in_force);
            vec![
                page.page.name.clone(),
                page.page.meta_id.clone(),
                time(self.reader, page.page.connected_at),
                asked.map(|wording| wording.text.clone()).unwrap_or_default(),
            ]
        });
        let templates = head.templates.iter().map(|t| {
            vec![
                t.name.clone(),
                t.language.clone(),
                t.body.clone(),
                self.say(&format!("templates-state-{}", t.status.code())),
            ]
        });
        let broadcasts = head.broadcasts.iter().map(|b| {
            let said = b.template.as_ref().map_or_else(|| b.text.clone(), |template| template.name.clone());
            let counts = b.counts.iter().map(|(state, count)| {
                format!("{}: {}", self.say(&format!("archive-delivery-{state}")), number(*count))
            });
            vec![
                short(&b.id),
                time(self.reader, b.created_at),
                self.say(&format!("broadcasts-purpose-{}", b.purpose.code())),
                self.say(&format!("broadcasts-state-{}", b.state.code())),
                said,
                counts.collect::<Vec<_>>().join(" · "),
            ]
        });
        vec![
            self.facts("archive-file-account", &profile),
            self.table(
                "archive-file-documents",
                &["archive-label-document", "archive-label-version", "archive-label-accepted"],
                documents,
            ),
            self.table(
                "sessions-title",
                &["sessions-browser", "sessions-address", "sessions-since", "sessions-seen"],
                sessions,
            ),
            self.table(
                "history-title",
                &["history-when", "history-what", "sessions-browser", "sessions-address"],
                history,
            ),
            self.table(
                "exports-title",
                &["exports-column-when", "exports-column-what", "exports-column-for", "exports-column-leads"],
                exports,
            ),
            self.table(
                "console-nav-pages",
                &[
                    "archive-label-name",
                    "archive-label-meta",
                    "archive-label-connected",
                    "archive-label-question",
                ],
                pages.collect(),
            ),
            self.table(
                "archive-label-tags",
                &["archive-label-name"],
                head.tags.iter().map(|tag| vec![tag.name.clone()]).collect(),
            ),
            self.table(
                "templates-title",
                &[
                    "archive-label-name",
                    "archive-label-language",
                    "archive-label-text",
                    "archive-label-state",
                ],
                templates.collect(),
            ),
            self.table(
                "console-nav-broadcasts",
                &[
                    "archive-label-broadcast",
                    "archive-label-created",
                    "archive-label-kind",
                    "archive-label-state",
                    "archive-label-text",
                    "archive-label-counts",
                ],
                broadcasts.collect(),
            ),
        ]
    }

    fn lead(&self, lead: &Value) -> LeadPart {
        let get = |pointer: &str| text(lead.pointer(pointer));
        let id = get("/lead/id");
        let name = [get("/profile/given_name"), id.clone()].into_iter().find(|name| !name.is_empty());
        let tags = lead
            .get("tags")
            .and_then(Value::as_array)
            .map(|tags| tags.iter().map(|tag| text(Some(tag))).collect::<Vec<_>>().join(" · "));
        let promotions = match lead.pointer("/lead/promotion_in_force").and_then(Value::as_bool) {
            Some(true) => self.say("archive-value-agreed"),
            _ if !get("/lead/withdrawn_at").is_empty() => self.say("archive-value-withdrawn"),
            _ => self.say("archive-value-not-agreed"),
        };
        let facts = [
            ("exports-column-page", get("/page/name")),
            ("exports-column-messenger_id", get("/profile/psid")),
            ("exports-column-language", self.spoken(&get("/profile/language"))),
            ("archive-label-first", self.time(lead.pointer("/lead/created_at"))),
            ("archive-label-last", self.time(lead.pointer("/lead/last_inbound_at"))),
            ("exports-column-promotions", promotions),
            ("exports-column-tags", tags.unwrap_or_default()),
        ];
        let mut first = self.facts("archive-title", &facts);
        first.title.clear();
        let consents = Self::rows(lead.get("consent_events"), |row| {
            vec![
                self.time(row.pointer("/event/happened_at")),
                self.say(&format!("lead-purpose-{}", text(row.pointer("/event/purpose")))),
                self.say(&format!("archive-value-{}", text(row.pointer("/event/kind")))),
                text(row.pointer("/record/shown/text")),
                text(row.pointer("/record/shown/answered")),
            ]
        });
        let answers = Self::rows(lead.get("answers_to_questions"), |row| {
            vec![self.time(row.get("answered_at")), text(row.get("shown")), text(row.get("answer"))]
        });
        let deliveries = Self::rows(lead.get("deliveries"), |row| {
            let broadcast = text(row.get("broadcast"));
            vec![
                self.time(row.get("changed_at")),
                short(&broadcast),
                self.say(&format!("archive-delivery-{}", text(row.get("state")))),
                match text(row.get("reason")) {
                    code if code.is_empty() => code,
                    code => reason(self.reader.language, &code),
                },
            ]
        });
        let tables = [
            self.table(
                "archive-file-consents",
                &[
                    "history-when",
                    "archive-label-about",
                    "history-what",
                    "archive-label-shown",
                    "archive-label-answered",
                ],
                consents,
            ),
            self.table(
                "archive-file-answers",
                &["history-when", "archive-label-shown", "archive-label-answered"],
                answers,
            ),
            self.table(
                "archive-file-deliveries",
                &["history-when", "archive-label-broadcast", "archive-label-state", "archive-label-reason"],
                deliveries,
            ),
        ];
        let parts = std::iter::once(first).chain(tables.into_iter().filter(|part| !part.rows.is_empty()));
        LeadPart { name: name.unwrap_or_default(), id, parts: parts.collect() }
    }
}

/// A value of the file as text; empty if there is none.
fn text(value: Option<&Value>) -> String {
    match value {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reader::Zone;
    use engine::archive::{FORMAT, Manifest};
    use model::id::AccountId;
    use model::time::Timestamp;
    use serde_json::json;

    const NAME: &str = "Tea & <b>Spices</b>";
    const AT: &str = "2026-11-22T14:05:00Z";

    fn head() -> Head {
        let manifest = Manifest {
            format: FORMAT,
            made_at: At(Timestamp(1_795_356_300_000_000)),
            program: "0",
            brand: NAME.to_owned(),
            account: AccountId([1; 16]),
            language: "en".to_owned(),
            leads: 3,
        };
        let account = json!({
            "id": "acc_1", "created_at": AT, "profile": { "name": NAME, "email": "a@b.example", "language": "en" },
            "accepted_documents": [{ "document": "terms", "version": 2, "accepted_at": AT }],
            "sessions": [{ "browser": "Firefox, Linux", "address": "192.0.2.1", "created_at": AT, "seen_at": AT }],
            "sign_ins": [{ "at": AT, "outcome": "signed_in", "browser": "Firefox, Linux" }],
            "exports": [{ "taken_at": AT, "form": "archive", "why": "", "leads": 3 }],
        });
        let (tags, templates, broadcasts) = (Vec::new(), Vec::new(), Vec::new());
        Head { manifest, account, pages: Vec::new(), tags, templates, broadcasts }
    }

    #[test]
    fn the_pages_say_everything_in_both_languages_and_load_nothing() {
        let lead = json!({
            "lead": { "id": "led_1", "created_at": AT, "promotion_in_force": true },
            "page": { "name": NAME }, "profile": { "psid": "1", "given_name": NAME }, "tags": [NAME],
            "consent_events": [{
                "event": { "happened_at": AT, "purpose": "promotion", "kind": "opt_in" },
                "record": { "shown": { "text": NAME, "answered": "Yes" } },
            }],
            "answers_to_questions": [{ "answered_at": AT, "shown": "Size?", "answer": "L" }],
            "deliveries": [
                { "broadcast": "brd_1", "state": "sent", "changed_at": AT },
                { "broadcast": "brd_1", "state": "refused", "reason": "window_closed", "changed_at": AT },
            ],
        });
        for language in Language::ALL {
            let offline = Offline { reader: Reader { language, zone: Zone::UTC }, brand: NAME.to_owned() };
            let index = offline.index(&head(), 2);
            let leads = offline.leads(2, 3, std::slice::from_ref(&lead));
            assert!(index.contains("leads/00002.html"), "{index}");
            // A code is a word for programs.
            for page in [&index, &leads] {
                assert!(!page.contains("window_closed") && !page.contains(">archive<"), "{page}");
                assert!(!page.contains("<bdi>en</bdi>") && page.contains("UTC"), "{page}");
            }
            assert!(leads.contains("href=\"00001.html\"") && leads.contains("href=\"00003.html\""));
            for page in [index, leads] {
                for id in [
                    "archive-label",
                    "archive-file",
                    "archive-value",
                    "archive-delivery",
                    "exports-",
                    "history-",
                    "sessions-",
                    "sign-in-",
                    "document-",
                    "lead-purpose",
                    "console-nav",
                    "templates-",
                ] {
                    assert!(!page.contains(id), "{id} in {}", language.code());
                }
                for loads in ["<script", "http:", "https:", "src=", "<link", "<b>", "@import", "url("] {
                    assert!(!page.contains(loads), "{loads} in {}", language.code());
                }
                assert!(page.contains("Tea &#38; &#60;b&#62;Spices"), "{page}");
            }
            let columns = offline.columns(&engine::actions::exports::COLUMNS);
            let more = offline.columns(&engine::actions::archive::DELIVERY_COLUMNS);
            assert!(columns.iter().chain(&more).all(|name| !name.starts_with("exports-column")));
        }
    }
}
