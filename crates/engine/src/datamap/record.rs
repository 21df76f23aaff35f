//! The records of processing activities (GDPR article 30) as Markdown: a brand's as controller of its accounts, and
//! the installation's as processor of the leads; and the whole map as a document.
//!
//! Invariant: every activity stands with its purposes, categories, subjects, recipients, transfers, period and
//! protection, because each is made from a table of the map.

use super::{Announced, DataMap, Entry, Place};
use model::datamap::{Goes, Protection, Retention, Subject};
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// In which role a record is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Article 30(1): about account holders.
    Controller,
    /// Article 30(2): about leads, for the account holders.
    Processor,
}

/// A text in a cell of a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}

fn joined<'a>(parts: impl Iterator<Item = &'a str>) -> String {
    let mut known: Vec<&str> = Vec::new();
    for part in parts {
        if !known.contains(&part) {
            known.push(part);
        }
    }
    known.join(", ")
}

fn kept(entry: &Entry) -> String {
    match entry.retention {
        Retention::UntilErasure => "until erasure".to_owned(),
        Retention::UntilProcessed => "until processed".to_owned(),
        Retention::Installation => "as long as the installation (noise once keys are destroyed)".to_owned(),
        Retention::Days(1) => "1 day at most".to_owned(),
        Retention::Days(days) => format!("{days} days at most"),
    }
}

fn way(entry: &Entry) -> String {
    match entry.protection {
        Protection::SealedPerson => "encrypted under the person's key".to_owned(),
        Protection::SealedBrand => "encrypted under the brand's key".to_owned(),
        Protection::Wrapped => "wrapped by its parent key".to_owned(),
        Protection::KeyedHash => "keyed hash".to_owned(),
        Protection::Hash => "hash of a random secret".to_owned(),
        Protection::Plain(why) => format!("readable: {why}"),
    }
}

fn activity(text: &mut String, place: &Place, subject: Subject, recipients: &[Announced]) {
    let entries: Vec<&Entry> = place.personal().filter(|entry| entry.subject == subject).collect();
    if entries.is_empty() {
        return;
    }
    let of = |entry: &&Entry| entry.purposes.iter().map(|one| one.code()).collect::<Vec<_>>();
    let purposes = entries.iter().flat_map(of).collect::<Vec<_>>();
    let bases: Vec<&str> =
        entries.iter().flat_map(|entry| entry.bases.iter().map(|one| one.code())).collect();
    let categories = joined(entries.iter().map(|entry| entry.category.code()));
    let names: BTreeSet<&str> = entries.iter().flat_map(|entry| entry.recipients.iter().copied()).collect();
    let told: Vec<String> = names
        .iter()
        .map(|name| match recipients.iter().find(|one| one.name == *name) {
            Some(one) => format!("{} ({}; {})", one.who, one.country, one.safeguard),
            None => format!("{name} (not announced: nothing is sent)"),
        })
        .collect();
    let ways: Vec<String> = entries.iter().map(|entry| way(entry)).collect();
    let ends: Vec<String> = entries.iter().map(|entry| kept(entry)).collect();
    // Writing into a String cannot fail.
    let _ = write!(
        text,
        "### {}\n\n| | |\n| --- | --- |\n| purposes | {} |\n| lawful basis | {} |\n| categories of data | {} |\n| recipients, transfers and their mechanism | {} |\n| erased | {} |\n| protection | {} |\n| items | {} |\n\n",
        place.name,
        joined(purposes.into_iter()),
        joined(bases.into_iter()),
        categories,
        cell(&if told.is_empty() { "nobody".to_owned() } else { told.join("; ") }),
        cell(&joined(ends.iter().map(String::as_str))),
        cell(&joined(ways.iter().map(String::as_str))),
        cell(
            &entries
                .iter()
                .map(|entry| format!("{} ({})", entry.name, entry.what))
                .collect::<Vec<_>>()
                .join("; ")
        ),
    );
}

fn head(map: &DataMap, title: &str, role: &str) -> String {
    let c = &map.controller;
    format!(
        "# {title}\n\n{}\n\n- Brand: {}\n- {role}: {}, {}, {}, {}\n- Data map: SHA-256 `{}` ({})\n\n",
        "Made by the program from its data map; it changes with the program and with the register of recipients.",
        c.brand,
        c.name,
        c.address,
        c.country,
        c.contact,
        hex::encode(map.hash()),
        map.program
    )
}

const MEASURES: &str = "## Technical and organisational measures\n\n- Personal content is encrypted under a key per person (AES-256-GCM-SIV); destroying the key makes it unreadable.\n- Look-ups are keyed hashes. Passwords are Argon2id hashes.\n- Everything is served over TLS; the program connects to registered recipients only.\n- Periods are enforced by a job every hour.\n- Evidence and erasures are committed to an append-only log with signed checkpoints.\n- The program writes no log of visits; its messages hold ids, states and counts.\n\n";

/// For whom leads are processed, as article 30(2)(a) asks. Who they are is sealed, and shown one by one.
fn controllers(accounts: &[String]) -> String {
    let mut text = "## Controllers\n\nOn behalf of the account holders, each of whom is the controller of the leads of the pages that they connected. Name and contact of each stand at their account in the console (`/admin/accounts`), where they are opened one by one and that is written down.\n\n".to_owned();
    accounts.iter().for_each(|account| {
        // Writing into a String cannot fail.
        let _ = writeln!(text, "- {}", cell(account));
    });
    if !accounts.is_empty() {
        text.push('\n');
    }
    text
}

/// The record of processing activities. `accounts`: each on behalf of whom leads are processed, where it is known.
pub fn record(map: &DataMap, part: Part, accounts: &[String]) -> String {
    let (role, title, who, subject) = match part {
        Part::Controller => (
            "Controller",
            "Record of processing activities (GDPR article 30(1))",
            "account holders of the brand",
            Subject::Account,
        ),
        Part::Processor => (
            "Processor",
            "Record of processing activities (GDPR article 30(2))",
            "leads: people who write to the pages of account holders, who are the controllers",
            Subject::Lead,
        ),
    };
    let mut text = head(map, title, role);
    if part == Part::Processor {
        text.push_str(&controllers(accounts));
    }
    let _ = write!(text, "Data subjects: {who}.\n\n## Activities\n\n");
    for place in &map.places {
        activity(&mut text, place, subject, &map.recipients);
    }
    text.push_str(MEASURES);
    text
}

/// What goes with whom.
pub fn erasure_plan(map: &DataMap) -> Vec<(Goes, Vec<&'static str>)> {
    let of = |goes: Goes| {
        map.places.iter().filter(move |place| place.goes == goes).map(|place| place.name).collect()
    };
    Goes::ALL.map(|goes| (goes, of(goes))).into()
}

/// The whole map as a document.
pub fn markdown(map: &DataMap) -> String {
    let mut text = head(map, "Data map", "Controller");
    for place in &map.places {
        let _ = write!(
            text,
            "## {} ({})\n\nFrom: {}. Goes with: {}.\n\n| item | what | why | for | basis | kept | protection | recipients |\n| --- | --- | --- | --- | --- | --- | --- | --- |\n",
            place.name,
            place.database,
            place.source.code(),
            place.goes.code(),
        );
        let columns = place.columns.iter().map(|entry| (entry, ""));
        for (entry, inside) in columns.chain(place.sealed.iter().map(|entry| (entry, "sealed."))) {
            let _ = writeln!(
                text,
                "| {inside}{} | {}: {} | {} | {} | {} | {} | {} | {} |",
                entry.name,
                entry.category.code(),
                cell(entry.what),
                cell(entry.why),
                joined(entry.purposes.iter().map(|one| one.code())),
                joined(entry.bases.iter().map(|one| one.code())),
                kept(entry),
                cell(&way(entry)),
                entry.recipients.join(", "),
            );
        }
        text.push('\n');
    }
    text.push_str("## In the browser\n\n");
    for one in map.browser {
        let _ = writeln!(
            text,
            "- {} `{}`: ends with the browser, after {} minutes without use or {} hours; if chosen, after {} days at most",
            one.kind, one.name, one.idle_minutes, one.longest_hours, one.longest_days
        );
    }
    text.push_str("\n## IP addresses\n\n");
    for one in map.addresses {
        let _ = writeln!(text, "- {} ({}): {} days at most", one.place, one.code, one.days);
    }
    text.push_str("\n## Recipients\n\n| name | who | data | country | mechanism | from |\n| --- | --- | --- | --- | --- | --- |\n");
    for one in &map.recipients {
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} | {} | {} |",
            one.name,
            cell(&one.who),
            cell(&one.data),
            cell(&one.country),
            cell(&one.safeguard),
            one.in_force_from
        );
    }
    text.push_str("\n## Erasure plan\n\n");
    for (goes, places) in erasure_plan(map) {
        let _ = writeln!(text, "- {}: {}", goes.code(), places.join(", "));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map() -> DataMap {
        let brand = toml::from_str(include_str!("../../../../brands/qchatai/brand.toml")).unwrap();
        let register = include_str!("../../../../brands/recipients.toml");
        DataMap::new(&brand, &Announced::parse(register).unwrap(), 7)
    }

    #[test]
    fn a_record_names_each_activity_with_its_basis_period_and_recipients() {
        let map = map();
        let record = record(&map, Part::Controller, &[]);
        let session = record.split("### session\n").nth(1).unwrap().split("###").next().unwrap();
        for word in
            ["legitimate-interest", "90 days at most", "encrypted under the person's key", "ip-address"]
        {
            assert!(session.contains(word), "{word}: {session}");
        }
        let page = record.split("### page\n").nth(1).unwrap();
        assert!(
            page.contains(
                "Meta Platforms Ireland Limited (Ireland, with transfers to the United States; EU-US"
            )
        );
        assert!(!record.contains("### delivery\n"), "leads are not the controller's accounts");
        let accounts = ["acc_1, page holder".to_owned()];
        let processed = super::record(&map, Part::Processor, &accounts);
        assert!(processed.contains("### delivery\n"));
        // Whose leads they are is the controller; the brand is not.
        let (name, listed) = (&map.controller.name, "## Controllers\n\nOn behalf of the account holders");
        assert!(processed.contains(&format!("- Processor: {name}")) && !processed.contains("- Controller:"));
        assert!(processed.contains(listed) && processed.contains("\n- acc_1, page holder\n"), "{processed}");
        assert!(record.contains(&format!("- Controller: {name}")) && !record.contains(listed));
    }

    #[test]
    fn the_erasure_plan_holds_every_table_once() {
        let map = map();
        let planned: usize = erasure_plan(&map).iter().map(|(_, places)| places.len()).sum();
        assert_eq!(planned, map.places.len());
    }
}
