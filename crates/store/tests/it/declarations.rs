//! Every column of the migrated schemas is declared for the data map, and nothing else is.

use crate::home::{Home, on_both};
use model::datamap::{Basis, Protection, Retention};
use std::collections::BTreeSet;
use store::holdings::HOLDINGS;
use store::{Schema, StoreError, statements};

statements! {
    pair COLUMNS = {
        sqlite: "SELECT m.name, p.name FROM sqlite_master m JOIN pragma_table_info(m.name) p WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%'",
        postgres: "SELECT table_name::text, column_name::text FROM information_schema.columns WHERE table_schema = current_schema()",
    };
}

async fn columns(home: &Home, schema: Schema) -> BTreeSet<(String, String)> {
    let db = home.try_open(schema, store::migrations(schema)).await.unwrap();
    let rows = db.read("columns", |tx| tx.query(&COLUMNS, &[])).await;
    let rows: Vec<store::Row> = rows.map_err(|error: StoreError| error).unwrap();
    rows.iter().map(|row| (row.text(0).unwrap().to_owned(), row.text(1).unwrap().to_owned())).collect()
}

fn declared(schema: Schema) -> BTreeSet<(String, String)> {
    let all = store::declarations(schema);
    let items = all.iter().flat_map(|d| d.items.iter().map(|i| (d.place.to_owned(), i.name.to_owned())));
    items.collect()
}

/// Every column is declared, and every declaration has its column; what is missing is named with where to add it.
async fn compare(home: &Home, schema: Schema) {
    let (columns, declared) = (columns(home, schema).await, declared(schema));
    let undeclared: Vec<_> = columns.difference(&declared).collect();
    assert!(
        undeclared.is_empty(),
        "declare these columns in the DECLARATION of their table's file (crates/store/src/tables or keys.rs): {undeclared:?}"
    );
    let gone: Vec<_> = declared.difference(&columns).collect();
    assert!(gone.is_empty(), "declared, but in no migrated schema: {gone:?}");
}

on_both! {
    async fn claim_d1_every_column_of_the_data_is_declared(home: &Home) {
        compare(home, Schema::Data).await;
    }

    async fn claim_d1_every_column_of_the_keys_is_declared(home: &Home) {
        compare(home, Schema::Keys).await;
    }
}

#[test]
fn claim_d1_every_table_says_where_it_comes_from_what_for_and_with_whom_it_goes() {
    let places: Vec<&str> = [Schema::Data, Schema::Keys]
        .into_iter()
        .flat_map(|schema| store::declarations(schema).into_iter().map(|declaration| declaration.place))
        .collect();
    for place in &places {
        let holding = store::holdings::holding(place)
            .unwrap_or_else(|| panic!("`{place}` needs a line in crates/store/src/holdings.rs"));
        assert!(!holding.purposes.is_empty(), "{place} has no purpose (crates/store/src/holdings.rs)");
    }
    for holding in HOLDINGS {
        assert!(places.contains(&holding.place), "{}: there is no such table", holding.place);
        let times = HOLDINGS.iter().filter(|other| other.place == holding.place).count();
        assert_eq!(times, 1, "{} stands twice", holding.place);
    }
}

#[test]
fn claim_d1_what_is_about_a_person_has_a_category_a_purpose_with_a_basis_and_an_end() {
    for schema in [Schema::Data, Schema::Keys] {
        for declaration in store::declarations(schema) {
            for item in declaration.items {
                let place = format!("{}.{}", declaration.place, item.name);
                assert!(
                    item.category().is_some(),
                    "{place}: say what it is: `.is(Category::…)` behind its declaration"
                );
                let of_table =
                    store::holdings::holding(declaration.place).map_or(&[][..], |held| held.purposes);
                let purposes = if item.serves.is_empty() { of_table } else { item.serves };
                if !item.subject.is_a_person() {
                    continue;
                }
                assert!(
                    purposes.iter().any(|purpose| purpose.basis() != Basis::NotPersonal),
                    "{place} is about a person, but none of its purposes has a lawful basis: {purposes:?}"
                );
                assert_ne!(item.basis, Basis::NotPersonal, "{place} is about a person");
                let noise = item.protection == Protection::KeyedHash;
                assert!(
                    item.retention != Retention::Installation || noise,
                    "{place} is about a person and has no end: `.kept(Retention::…)`"
                );
            }
        }
    }
}

#[test]
fn claim_d1_each_declaration_says_what_why_and_how_it_is_protected() {
    for declaration in store::declarations(Schema::Data) {
        for item in declaration.items {
            let place = format!("{}.{}", declaration.place, item.name);
            assert!(!item.category.is_empty() && !item.purpose.is_empty(), "{place}");
            if let Protection::Plain(reason) = item.protection {
                assert!(!reason.is_empty(), "{place} lies readable without a reason");
            }
            let sealed = matches!(item.protection, Protection::SealedPerson | Protection::SealedBrand);
            assert_eq!(item.name == "sealed", sealed, "{place}: only envelopes are called `sealed`");
            assert_ne!(item.retention, Retention::Days(0), "{place}");
        }
    }
}
