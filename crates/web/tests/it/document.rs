//! The OpenAPI document says what the router does.

use crate::home::Home;
use serde_json::Value;
use std::collections::BTreeSet;
use web::routes::{Caller, ROUTES};

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

fn document() -> Value {
    serde_json::from_str(&web::openapi()).unwrap()
}

/// (path, method, operation)
fn operations(document: &Value) -> Vec<(String, String, Value)> {
    let paths = document["paths"].as_object().unwrap();
    let of_path = |(path, item): (&String, &Value)| {
        let item = item.as_object().unwrap().clone();
        item.into_iter().map(|(method, operation)| (path.clone(), method, operation)).collect::<Vec<_>>()
    };
    paths.iter().flat_map(of_path).collect()
}

#[test]
fn it_lists_exactly_the_api_s_routes_with_their_scopes() {
    let document = document();
    let written: BTreeSet<(String, String, Option<String>)> = operations(&document)
        .into_iter()
        .map(|(path, method, operation)| {
            let scope = operation["security"][0]["token"][0].as_str().map(str::to_owned);
            (path, method, scope)
        })
        .collect();
    let served = ROUTES.iter().filter(|route| route.path.starts_with("/api/")).map(|route| {
        let scope =
            if let Caller::Token(scope) = route.caller { Some(scope.code().to_owned()) } else { None };
        (route.path.to_owned(), route.method.as_str().to_lowercase(), scope)
    });
    assert_eq!(written, served.collect());
}

/// What OpenAPI 3.1 asks of every part that we use.
#[test]
fn its_structure_is_valid() {
    let document = document();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1."));
    assert!(document["info"]["title"].is_string() && document["info"]["version"].is_string());
    assert!(document["info"].get("license").is_none());
    assert_eq!(document["components"]["securitySchemes"]["token"]["scheme"], "bearer");
    let mut ids = BTreeSet::new();
    for (path, method, operation) in operations(&document) {
        let at = format!("{method} {path}");
        assert!(METHODS.contains(&method.as_str()), "{at}");
        assert!(ids.insert(operation["operationId"].as_str().unwrap().to_owned()), "{at}: id stands twice");
        assert!(operation["summary"].as_str().is_some_and(|text| !text.is_empty()), "{at}");
        let named: BTreeSet<&str> =
            path.split('{').skip(1).filter_map(|part| part.split('}').next()).collect();
        let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
        let given: BTreeSet<&str> = parameters
            .iter()
            .filter(|parameter| parameter["in"] == "path")
            .map(|parameter| {
                assert_eq!(parameter["required"], true, "{at}");
                parameter["name"].as_str().unwrap()
            })
            .collect();
        assert_eq!(named, given, "{at}");
        assert!(parameters.iter().all(|parameter| parameter["schema"].is_object()), "{at}");
        let has_key = parameters.iter().any(|parameter| parameter["name"] == "Idempotency-Key");
        assert_eq!(has_key, method == "post", "{at}");
        let responses = operation["responses"].as_object().unwrap();
        assert!(responses.keys().any(|status| status.starts_with('2')), "{at}");
        for response in responses.values() {
            assert!(response["description"].is_string(), "{at}");
        }
        assert!(responses["default"]["content"]["application/problem+json"].is_object(), "{at}");
    }
    references(&document, &document);
}

/// Every `$ref` leads somewhere.
fn references(document: &Value, part: &Value) {
    match part {
        Value::Object(fields) => {
            if let Some(Value::String(reference)) = fields.get("$ref") {
                let target = document.pointer(reference.strip_prefix('#').unwrap());
                assert!(target.is_some(), "{reference} leads nowhere");
            }
            fields.values().for_each(|field| references(document, field));
        }
        Value::Array(items) => items.iter().for_each(|item| references(document, item)),
        _ => {}
    }
}

#[test]
fn the_page_about_the_api_names_every_route() {
    let page = include_str!("../../../../docs/api.md");
    // Those of the console are for people; they find their way by its links.
    for route in ROUTES.iter().filter(|route| !route.caller.is_signed_in()) {
        let named = page.split('`').any(|words| {
            words.split_once(' ').is_some_and(|(methods, path)| {
                path == route.path && methods.split(',').any(|method| method == route.method.as_str())
            })
        });
        assert!(named, "docs/api.md does not name {} {}", route.method, route.path);
    }
}

#[tokio::test]
async fn it_is_served_as_it_is_printed() {
    let home = Home::new().await;
    let served = home.visit("GET", "/api/v1/openapi.json").await;
    assert_eq!((served.status.as_u16(), served.header("content-type")), (200, "application/json"));
    assert_eq!(served.text(), web::openapi());
}
