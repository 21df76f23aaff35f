//! Every column of the migrated schemas is declared for the data map, and nothing else is.

use crate::home::{Home, on_both};
use model::datamap::{Protection, Retention};
use std::collections::BTreeSet;
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

on_both! {
    async fn claim_d1_every_column_of_the_data_is_declared(home: &Home) {
        assert_eq!(columns(home, Schema::Data).await, declared(Schema::Data));
    }

    async fn claim_d1_every_column_of_the_keys_is_declared(home: &Home) {
        assert_eq!(columns(home, Schema::Keys).await, declared(Schema::Keys));
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
