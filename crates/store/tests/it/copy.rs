//! A copy of a whole database: complete, one snapshot, the same on both engines, refused when damaged.

use crate::home::{Home, on_both};
use crate::tables::{BRAND, BULK, PAGE, bulk, with_leads, write};
use model::broadcast::BroadcastState;
use model::id::LeadId;
use model::time::Timestamp;
use std::sync::mpsc::sync_channel;
use store::copy::{self, Copied, CopyError};
use store::tables::{broadcast, delivery, lead, lookup, seen};
use store::{Database, Schema};

const DUPLICATES: u64 = 4_500;

async fn filled(home: &Home) -> Database {
    let db = with_leads(home, 1..=120).await;
    write(&db, |tx| {
        broadcast::insert(tx.brand(BRAND), &bulk(BroadcastState::Sending))?;
        lookup::insert_many(tx.brand(BRAND), &[(lookup::Macs::only([7; 32], 0), LeadId([1; 16]))])?;
        let marks = (0..DUPLICATES).map(|n| {
            let mut mac = [0; 16];
            mac[..8].copy_from_slice(&n.wrapping_mul(0x9E37_79B9_7F4A_7C15).to_be_bytes());
            seen::Mark { mac, period: 1, others: [None, None] }
        });
        seen::insert_new(tx, &marks.collect::<Vec<_>>())?;
        delivery::plan_chunk(tx.brand(BRAND), BULK, PAGE, LeadId([0; 16]), 10, Timestamp(50)).map(drop)
    })
    .await;
    db
}

async fn copied(home: &Home) -> Vec<u8> {
    let (out, frames) = sync_channel(4);
    let take = std::thread::spawn(move || frames.iter().flatten().collect::<Vec<u8>>());
    Database::copy_out(&home.url(), Schema::Data, out, |_| Ok(())).await.unwrap();
    take.join().unwrap()
}

async fn second(home: &Home) -> Home {
    if home.is_sqlite() { Home::sqlite() } else { Home::postgres().await.unwrap() }
}

on_both! {
    async fn a_copy_brings_back_every_row_but_what_is_left_out(home: &Home) {
        let db = filled(home).await;
        let first = copied(home).await;
        let other = second(home).await;
        let back = other.try_open(Schema::Data, store::migrations(Schema::Data)).await.unwrap();
        let mut told = 0;
        let rows = back.copy_in(Schema::Data, first.as_slice(), |rows| told = rows).await.unwrap();
        assert_eq!(told, rows);
        assert!(rows > DUPLICATES + 120);
        assert_eq!(copied(&other).await, first, "the copy of the copy is another");
        let ids = vec![LeadId([1; 16]), LeadId([120; 16])];
        let (was, is) = (ids.clone(), ids);
        let was = write(&db, move |tx| lead::get_many(tx.brand(BRAND), &was)).await;
        let is = write(&back, move |tx| lead::get_many(tx.brand(BRAND), &is)).await;
        assert_eq!(was.len(), is.len());
        assert!(was.iter().zip(&is).all(|(a, b)| a.as_ref().map(|l| &l.lead) == b.as_ref().map(|l| &l.lead)));
        let looked_up = write(&back, |tx| lookup::find_many(tx.brand(BRAND), &[lookup::Macs::only([7; 32], 0)])).await;
        assert_eq!(looked_up, [None], "a look-up came with the copy");
        other.remove().await;
    }

    async fn a_copy_is_one_snapshot_while_others_write(home: &Home) {
        let db = filled(home).await;
        let (out, frames) = sync_channel(0);
        let (url, writing) = (home.url(), db.clone());
        let copying = tokio::spawn(async move { Database::copy_out(&url, Schema::Data, out, |_| Ok(())).await });
        let first = tokio::task::spawn_blocking(move || (frames.recv().unwrap(), frames)).await.unwrap();
        write(&writing, |tx| lead::delete(tx.brand(BRAND), LeadId([3; 16]))).await;
        let (mut all, frames) = first;
        let all = tokio::task::spawn_blocking(move || { all.extend(frames.iter().flatten()); all }).await.unwrap();
        copying.await.unwrap().unwrap();
        let other = second(home).await;
        let back = other.try_open(Schema::Data, store::migrations(Schema::Data)).await.unwrap();
        back.copy_in(Schema::Data, all.as_slice(), |_| ()).await.unwrap();
        let there = write(&back, |tx| lead::get(tx.brand(BRAND), LeadId([3; 16]))).await;
        assert!(there.is_some(), "what was deleted after the copy began is missing in it");
        other.remove().await;
    }

    async fn a_copy_that_is_cut_is_refused(home: &Home) {
        let _db = filled(home).await;
        let whole = copied(home).await;
        let other = second(home).await;
        let back = other.try_open(Schema::Data, store::migrations(Schema::Data)).await.unwrap();
        let cut = whole.get(..whole.len() - 7).unwrap();
        let refused = back.copy_in(Schema::Data, cut, |_| ()).await.unwrap_err();
        assert!(matches!(refused, CopyError::Unreadable(_) | CopyError::Damaged(_)), "{refused}");
        other.remove().await;
    }
}

#[test]
fn every_table_is_copied_or_left_out_with_a_reason() {
    for schema in [Schema::Data, Schema::Keys] {
        let mut listed: Vec<&str> = copy::tables(schema).iter().map(|(name, _)| *name).collect();
        let mut declared: Vec<&str> = store::declarations(schema).iter().map(|d| d.place).collect();
        listed.sort_unstable();
        declared.sort_unstable();
        assert_eq!(
            listed, declared,
            "a new table is listed in crates/store/src/copy.rs, parents before children"
        );
        for (name, copied) in copy::tables(schema) {
            assert!(!matches!(copied, Copied::No("")), "{name} is left out without a reason");
        }
    }
}
