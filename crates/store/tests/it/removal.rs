//! Claim F1: no table is forgotten when an account, a page, a lead or a brand is erased. The plan is compared with
//! the migrated schemas of both databases.

use crate::home::{Home, on_both};
use crate::tables::{ACCOUNT, BRAND, BULK, OTHER, PAGE, bulk, open, with_leads, write};
use model::broadcast::BroadcastState;
use model::id::{ErasureId, LeadId, PageId};
use model::time::Timestamp;
use std::collections::BTreeSet;
use store::tables::erasure::{self, Erasure, ErasureKind, ErasureStep};
use store::tables::removal::{self, Counts};
use store::tables::removal::{OF_ACCOUNT, OF_BRAND, OF_LEAD, OF_PAGE, OTHERWISE, Part};
use store::tables::{account, broadcast, delivery, erasure_page, lookup};
use store::{Schema, StoreError, statements};

statements! {
    pair POINTING = {
        sqlite: "SELECT m.name, p.name FROM sqlite_master m JOIN pragma_table_info(m.name) p WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND p.name IN ('account_id', 'page_id', 'lead_id', 'consent_id', 'broadcast_id', 'tag_id', 'person_id', 'brand_id')",
        postgres: "SELECT table_name::text, column_name::text FROM information_schema.columns WHERE table_schema = current_schema() AND column_name IN ('account_id', 'page_id', 'lead_id', 'consent_id', 'broadcast_id', 'tag_id', 'person_id', 'brand_id')",
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
                // An account or a lead.
                "person_id" => tables(OF_ACCOUNT).contains(table) && tables(OF_LEAD).contains(table),
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

    async fn claim_f1_an_accounts_rows_go_in_parts_and_none_of_them_by_another_brands_handle(home: &Home) {
        let db = with_leads(home, 10..=14).await;
        let leads: Vec<LeadId> = (10..=14).map(|number| LeadId([number; 16])).collect();
        let some = leads.clone();
        write(&db, move |tx| {
            let scope = tx.brand(BRAND);
            broadcast::insert(scope, &bulk(BroadcastState::Sending))?;
            delivery::plan_chunk(scope, BULK, PAGE, LeadId([0; 16]), 9, Timestamp(3))?;
            let mac = |lead: &LeadId| lookup::Macs::only([lead.0[0]; 32], 0);
            let macs: Vec<_> = some.iter().map(|lead| (mac(lead), *lead)).collect();
            lookup::insert_many(scope, &macs)
        })
        .await;
        let counts = write(&db, move |tx| {
            let mut counts = Counts::new();
            let other = tx.brand(OTHER);
            removal::pages(other, &[PAGE], &mut counts)?;
            assert_eq!(removal::leads(other, &leads, Timestamp(5), &mut counts)?, 0);
            assert!(!removal::some_deliveries(other, ACCOUNT, 2, &mut counts)?);
            removal::account(other, ACCOUNT, &mut counts)?;
            assert_eq!(counts, Counts::new());

            let scope = tx.brand(BRAND);
            assert_eq!(removal::count_leads(scope, PAGE)?, 5);
            assert_eq!(removal::halt_broadcasts(scope, ACCOUNT, Timestamp(4))?, 1);
            assert_eq!(broadcast::list_active(tx)?.len(), 0);
            removal::pages(scope, &[PAGE], &mut counts)?;
            removal::account(scope, ACCOUNT, &mut counts)?;
            assert_eq!(account::role(scope, ACCOUNT)?, None);
            assert_eq!(removal::list_leads(scope, PAGE, leads[1], 2)?, leads[2..4]);
            removal::leads(scope, &leads[..2], Timestamp(5), &mut counts)?;
            assert_eq!(removal::list_leads(scope, PAGE, LeadId([0; 16]), 9)?, leads[2..]);
            removal::leads(scope, &leads[2..], Timestamp(5), &mut counts)?;
            let mut parts = 0;
            while removal::some_deliveries(scope, ACCOUNT, 2, &mut counts)? {
                parts += 1;
            }
            assert_eq!(parts, 3);
            Ok(counts)
        })
        .await;
        for (name, count) in [("leads", 5), ("look_ups", 5), ("deliveries", 5), ("broadcasts", 1), ("pages", 1)] {
            assert_eq!(counts[name], count, "{name} in {counts:?}");
        }
    }

    async fn a_page_that_is_connected_anew_is_looked_at_where_meta_may_have_been_told(home: &Home) {
        let db = open(home).await;
        write(&db, |tx| {
            let (scope, id) = (tx.brand(BRAND), ErasureId([7; 16]));
            let page = |number: u8| PageId([number; 16]);
            let new: Vec<_> = (1..=4).map(|number| erasure_page::NewErasurePage {
                page: page(number), erasure: id, meta_id: format!("{number}"), ends_at: Timestamp(99),
                sealed: Some(crate::tables::SEALED.to_vec()), is_let_go: false,
            }).collect();
            erasure_page::insert_many(scope, &new, Timestamp(1))?;
            assert!(!erasure_page::take_notice(tx, page(1), Timestamp(9))?, "its leads are not gone");
            for number in 1..=4 {
                erasure_page::set_without_rows(tx, page(number))?;
            }
            // Of the first Meta was never told.
            assert!(erasure_page::take_notice(tx, page(1), Timestamp(9))?);
            assert!(!erasure_page::begin_notice(tx, page(1), 0)?, "nobody tells any more");
            assert_eq!(erasure_page::count(tx, id)?, 3);
            assert!(erasure_page::list_taken(tx, Timestamp(99), 9)?.is_empty());
            // The second is just being told, by one at a time; who is through with the call finds it taken.
            assert!(erasure_page::begin_notice(tx, page(2), 0)? && !erasure_page::begin_notice(tx, page(2), 0)?);
            assert!(erasure_page::take_notice(tx, page(2), Timestamp(9))?);
            assert!(!erasure_page::take_notice(tx, page(2), Timestamp(9))?);
            assert!(!erasure_page::end_notice(tx, page(2))? && !erasure_page::set_later(tx, page(2), Timestamp(50))?);
            erasure_page::set_without_rows(tx, page(2))?;
            // The third was told.
            assert!(erasure_page::begin_notice(tx, page(3), 0)? && erasure_page::end_notice(tx, page(3))?);
            assert!(!erasure_page::take_notice(tx, page(3), Timestamp(9))?);
            assert_eq!(erasure_page::count(tx, id)?, 1, "nobody waits for what is looked at");
            let meta_ids = |now| erasure_page::list_taken(tx, Timestamp(now), 9)
                .map(|taken| taken.into_iter().map(|page| page.meta_id).collect::<Vec<_>>());
            assert_eq!((meta_ids(8)?, meta_ids(9)?), (vec![], vec!["2".to_owned()]));
            for number in 1..=4 {
                erasure_page::set_looked(tx, page(number), Some(Timestamp(20)))?;
            }
            assert_eq!((meta_ids(19)?, meta_ids(20)?), (vec![], vec!["2".to_owned()]));
            assert_eq!(erasure_page::list_due(tx, Timestamp(1), 9)?.len(), 1, "the fourth is due as it was");
            for number in 1..=4 {
                erasure_page::set_looked(tx, page(number), None)?;
            }
            assert!(meta_ids(99)?.is_empty() && erasure_page::count(tx, id)? == 1);
            Ok(())
        }).await;
    }

    async fn claim_f1_the_journal_goes_forward_only_and_notes_both_leaves(home: &Home) {
        let db = with_leads(home, 10..=10).await;
        let id = ErasureId([7; 16]);
        let done = write(&db, move |tx| {
            let scope = tx.brand(BRAND);
            let mut new =
                Erasure::new(id, BRAND, ErasureKind::Account, "code".into(), ACCOUNT.0, [9; 32], Timestamp(1));
            new.to_tell = 1;
            erasure::insert(scope, &new)?;
            erasure_page::insert_many(
                scope,
                &[erasure_page::NewErasurePage {
                    page: PAGE,
                    erasure: id,
                    meta_id: "1067280970047460".into(),
                    ends_at: Timestamp(99),
                    sealed: Some(crate::tables::SEALED.to_vec()),
                    is_let_go: false,
                }],
                Timestamp(1),
            )?;
            assert!(!erasure::set_all_tagged(tx, id)?);
            assert!(erasure::set_key_destroyed(tx, id, Timestamp(2), (1, "F"))?);
            assert!(!erasure::set_key_destroyed(tx, id, Timestamp(3), (2, "F"))?);
            assert!(erasure::set_tagged(tx, id, (PAGE, LeadId([7; 16])), 2)?);
            assert!(erasure::set_tagged(tx, id, (PAGE, LeadId([10; 16])), 3)?);
            let stored = erasure::find_by_code(scope, "code")?.unwrap();
            assert_eq!(stored.leads, 5);
            assert_eq!((stored.step, stored.cursor), (ErasureStep::KeyDestroyed, Some((PAGE, LeadId([10; 16])))));
            assert!(erasure::set_all_tagged(tx, id)?);
            assert!(erasure::set_progress(tx, id, "{}", 1)?);
            assert_eq!(erasure_page::list_with_rows(tx, id)?, [PAGE]);
            assert!(erasure_page::is_being_erased(tx, "1067280970047460")?);
            erasure_page::set_without_rows(tx, PAGE)?;
            assert!(!erasure_page::is_being_erased(tx, "1067280970047460")?);
            assert_eq!(erasure_page::list_due(tx, Timestamp(1), 9)?.len(), 1);
            erasure_page::set_later(tx, PAGE, Timestamp(5))?;
            assert_eq!(erasure_page::list_due(tx, Timestamp(4), 9)?.len(), 0);
            assert!(erasure_page::end_notice(tx, PAGE)?);
            assert!(!erasure_page::end_notice(tx, PAGE)?);
            assert_eq!(erasure_page::count(tx, id)?, 0);
            erasure::add_told(tx, id, true)?;
            assert!(erasure::set_done(tx, id, "{}", Timestamp(6))?);
            assert!(!erasure::set_done(tx, id, "{}", Timestamp(7))?);
            let start = (Timestamp(0), ErasureId([0; 16]));
            for (before, class, after, count) in [
                (1, "-", start, 0),
                (2, "-", start, 1),
                (2, "F", start, 0),
                (2, "-", (Timestamp(2), ErasureId([6; 16])), 1),
                (2, "-", (Timestamp(2), id), 0),
            ] {
                assert_eq!(erasure::list_in_backups(tx, Timestamp(before), class, after, 9)?.len(), count);
            }
            assert_eq!(erasure::list_brands_gone(tx)?, []);
            assert!(erasure::set_past_backups(tx, id, &[8; 32], Timestamp(9))?);
            assert!(!erasure::set_past_backups(tx, id, &[8; 32], Timestamp(9))?);
            erasure::set_leaves(tx, &[([9; 32], 3), ([8; 32], 4)])?;
            assert!(erasure::close(tx, id, Timestamp(9))?);
            Ok(erasure::find_by_code(scope, "code")?.unwrap())
        })
        .await;
        assert_eq!((done.step, done.subject, done.cursor), (ErasureStep::Done, None, None));
        assert_eq!((done.leaf_index, done.backups_leaf, done.told, done.removed), (Some(3), Some(4), 1, 5));
    }
}
