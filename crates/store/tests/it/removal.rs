//! Claim F1: no table is forgotten when an account, a page, a lead or a brand is erased. The plan is compared with
//! the migrated schemas of both databases.

use crate::home::{Home, on_both};
use std::collections::BTreeSet;
use store::tables::removal::{OF_ACCOUNT, OF_BRAND, OF_LEAD, OF_PAGE, OTHERWISE, Part};
use store::{Schema, StoreError, statements};

statements! {
    pair POINTING = {
        sqlite: "SELECT m.name, p.name FROM sqlite_master m JOIN pragma_table_info(m.name) p WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND p.name IN ('account_id', 'page_id', 'lead_id', 'consent_id', 'broadcast_id', 'tag_id', 'brand_id')",
        postgres: "SELECT table_name::text, column_name::text FROM information_schema.columns WHERE table_schema = current_schema() AND column_name IN ('account_id', 'page_id', 'lead_id', 'consent_id', 'broadcast_id', 'tag_id', 'brand_id')",
    };
}

/// Kept although they point to somebody for a while, with the reason.
const KEPT: [(&str, &str); 3] = [
    ("erasure", "the journal: receipts without personal data"),
    ("ledger_pending", "a commitment that gets its number within a minute, and its row goes then"),
    ("erasure_page", "the erasure's own list"),
];

fn tables(parts: &[Part]) -> BTreeSet<&'static str> {
    parts.iter().map(|part| part.table).collect()
}

on_both! {
    async fn claim_f1_every_table_that_points_to_somebody_is_in_the_plan_of_an_erasure(home: &Home) {
        let db = home.try_open(Schema::Data, store::migrations(Schema::Data)).await.unwrap();
        let rows = db.read("pointing", |tx| tx.query(&POINTING, &[])).await;
        let rows: Vec<store::Row> = rows.map_err(|error: StoreError| error).unwrap();
        let otherwise: BTreeSet<&str> = OTHERWISE.iter().map(|(table, _)| *table).collect();
        let kept: BTreeSet<&str> = KEPT.iter().map(|(table, _)| *table).collect();
        for row in rows {
            let (table, column) = (row.text(0).unwrap(), row.text(1).unwrap());
            let is_planned = match column {
                "account_id" => tables(OF_ACCOUNT).contains(table),
                "page_id" => tables(OF_PAGE).contains(table) || tables(OF_LEAD).contains(table),
                "lead_id" | "consent_id" => tables(OF_LEAD).contains(table),
                "tag_id" => tables(OF_LEAD).contains(table),
                "broadcast_id" => false,
                // Of a brand everything goes: with its accounts, its pages, their leads, or by itself.
                _ => [OF_ACCOUNT, OF_PAGE, OF_LEAD, OF_BRAND].iter().any(|part| tables(part).contains(table)),
            };
            assert!(
                is_planned || otherwise.contains(table) || kept.contains(table),
                "{table}.{column} points to somebody and is in no plan: add it to src/tables/removal.rs"
            );
        }
    }
}
