//! The map in the Data Privacy Vocabulary of the W3C, version 2.3, as JSON-LD: one process a table.
//!
//! Invariant: every term stands in that vocabulary (`dpv`, `pd`, `eu-gdpr`); what it has no term for is said in
//! plain words under `dct:description`.

use super::{Announced, DataMap, Entry, Place};
use model::datamap::{Protection, Retention, Subject};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const DPV: &str = "https://w3id.org/dpv#";

fn dpv(term: &str) -> Value {
    json!({ "@id": format!("{DPV}{term}") })
}

fn ids(iris: impl Iterator<Item = String>) -> Vec<Value> {
    let once: BTreeSet<String> = iris.collect();
    once.into_iter().map(|iri| json!({ "@id": iri })).collect()
}

fn measure(entry: &Entry) -> &'static str {
    match entry.protection {
        Protection::SealedPerson | Protection::SealedBrand => "EncryptionAtRest",
        Protection::Wrapped => "CryptographicKeyManagement",
        Protection::KeyedHash => "HashMessageAuthenticationCode",
        Protection::Hash => "HashFunctions",
        Protection::Plain(_) => "Pseudonymisation",
    }
}

fn duration(place: &Place) -> Value {
    let longest = place.days.or_else(|| place.personal().filter_map(|entry| entry.retention.days()).max());
    match longest {
        Some(days) => {
            json!({ "@type": "dpv:TemporalDuration", "dct:description": format!("P{days}D at most") })
        }
        None if place.personal().any(|entry| entry.retention == Retention::Installation) => {
            json!({ "@type": "dpv:EndlessDuration", "dct:description": "noise once the keys are destroyed" })
        }
        None if !place.step.is_empty() => {
            json!({ "@type": "dpv:UntilEventDuration", "dct:description": place.step })
        }
        None => json!({ "@type": "dpv:UntilEventDuration", "dct:description": "erasure" }),
    }
}

fn subject(subject: Subject) -> Value {
    // Account holders are customers of the brand; leads are customers of the account's page.
    dpv(if subject == Subject::Account { "Customer" } else { "Consumer" })
}

fn recipient(one: &Announced) -> Value {
    json!({
        "@id": format!("#recipient-{}", one.name),
        "@type": "dpv:Recipient",
        "dpv:hasName": one.who,
        "dpv:hasCountry": one.country,
        "dct:description": [one.data, one.purpose, one.safeguard],
        "dct:valid": one.in_force_from,
    })
}

fn process(place: &Place, announced: &[Announced]) -> Value {
    let personal: Vec<&Entry> = place.personal().collect();
    let subjects: Vec<Value> = [Subject::Account, Subject::Lead]
        .into_iter()
        .filter(|one| personal.iter().any(|entry| entry.subject == *one))
        .map(subject)
        .collect();
    let named = personal.iter().flat_map(|entry| entry.recipients.iter());
    // Who is not announced gets nothing, and stands nowhere in the graph.
    let recipients = named.filter(|name| announced.iter().any(|one| one.name == **name));
    json!({
        "@id": format!("#{}", place.name),
        "@type": "dpv:PersonalDataProcess",
        "dct:title": place.name,
        "dpv:hasDataController": { "@id": "#controller" },
        "dpv:hasDataSubject": subjects,
        "dpv:hasPersonalData": ids(personal.iter().map(|entry| entry.category.iri().to_owned())),
        "dpv:hasPurpose": ids(personal.iter().flat_map(|entry| &entry.purposes).map(|one| one.iri().to_owned())),
        "dpv:hasLegalBasis": ids(personal.iter().flat_map(|entry| &entry.bases).filter_map(|one| one.iri()).map(str::to_owned)),
        "dpv:hasDataSource": ids(personal.iter().map(|entry| entry.source.iri().to_owned())),
        "dpv:hasRecipient": ids(recipients.map(|name| format!("#recipient-{name}"))),
        "dpv:hasTechnicalMeasure": ids(personal.iter().map(|entry| format!("{DPV}{}", measure(entry)))),
        "dpv:hasStorageCondition": { "@type": "dpv:StorageCondition", "dpv:hasDuration": duration(place) },
        "dct:description": personal.iter().map(|entry| format!("{}: {} ({})", entry.name, entry.what, entry.why)).collect::<Vec<_>>(),
    })
}

/// The whole map.
pub fn write(map: &DataMap) -> String {
    let controller = json!({
        "@id": "#controller",
        "@type": "dpv:DataController",
        "dpv:hasName": map.controller.name,
        "dpv:hasAddress": map.controller.address,
        "dpv:hasContact": map.controller.contact,
        "dpv:hasCountry": map.controller.country,
    });
    let processes = map.places.iter().filter(|place| place.personal().next().is_some());
    let processes = processes.map(|place| process(place, &map.recipients));
    let graph: Vec<Value> =
        std::iter::once(controller).chain(map.recipients.iter().map(recipient)).chain(processes).collect();
    let whole = json!({
        "@context": {
            "dpv": DPV,
            "pd": "https://w3id.org/dpv/pd#",
            "eu-gdpr": "https://w3id.org/dpv/legal/eu/gdpr#",
            "dct": "http://purl.org/dc/terms/",
        },
        "@graph": graph,
    });
    format!("{whole:#}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn claim_d3_every_recipient_that_a_process_names_stands_in_the_graph() {
        let brand = toml::from_str(include_str!("../../../../brands/mysocium/brand.toml")).unwrap();
        // As it comes, the register announces no mail server.
        let announced = Announced::parse(include_str!("../../../../brands/recipients.toml")).unwrap();
        let written: Value = serde_json::from_str(&write(&DataMap::new(&brand, &announced, 7))).unwrap();
        let graph = written["@graph"].as_array().unwrap();
        let nodes: BTreeSet<&str> = graph.iter().filter_map(|node| node["@id"].as_str()).collect();
        let to = graph.iter().filter_map(|node| node["dpv:hasRecipient"].as_array()).flatten();
        let to: BTreeSet<&str> = to.filter_map(|one| one["@id"].as_str()).collect();
        assert!(!to.is_empty() && to.is_subset(&nodes), "{to:?}");
    }

    #[test]
    fn every_process_has_a_purpose_a_basis_a_subject_and_an_end() {
        let brand = toml::from_str(include_str!("../../../../brands/mysocium/brand.toml")).unwrap();
        let announced = Announced::parse(include_str!("../../../../brands/recipients.toml")).unwrap();
        let written: Value = serde_json::from_str(&write(&DataMap::new(&brand, &announced, 7))).unwrap();
        let graph = written["@graph"].as_array().unwrap();
        let processes: Vec<&Value> =
            graph.iter().filter(|node| node["@type"] == "dpv:PersonalDataProcess").collect();
        assert!(processes.len() > 25, "{}", processes.len());
        for process in processes {
            for key in
                ["hasPurpose", "hasLegalBasis", "hasDataSubject", "hasPersonalData", "hasTechnicalMeasure"]
            {
                let values = process[format!("dpv:{key}")].as_array().unwrap();
                assert!(!values.is_empty(), "{} has no {key}", process["@id"]);
            }
            assert!(process["dpv:hasStorageCondition"]["dpv:hasDuration"]["@type"].is_string());
        }
    }
}
