//! Cosignatures and how far witnesses are, on both databases.

use crate::home::{Home, on_both};
use model::id::BrandId;
use model::time::Timestamp;
use store::tables::witness::{self, Cosignature, Standing};
use store::{Schema, StoreError, migrations};

fn by(witness: &str, at: i64) -> Cosignature {
    Cosignature {
        witness: witness.into(),
        line: format!("line of {witness} at {at}"),
        cosigned_at: Timestamp(at),
    }
}

on_both! {
    async fn the_first_signature_of_a_witness_under_a_checkpoint_stays(home: &Home) {
        let db = home.try_open(Schema::Data, migrations(Schema::Data)).await.unwrap();
        let write = |tx: &store::Tx<'_>| {
            for (size, signed) in [(7, by("b", 3)), (7, by("a", 2)), (7, by("b", 9)), (9, by("a", 11))] {
                witness::insert_cosignature(tx, size, &signed)?;
            }
            Ok::<_, StoreError>(())
        };
        db.write("cosign", write).await.unwrap();
        let read = |tx: &store::Tx<'_>| {
            assert_eq!(witness::list_cosignatures(tx, 7)?, [by("a", 2), by("b", 3)]);
            assert_eq!(witness::list_cosignatures(tx, 8)?, []);
            assert_eq!(witness::newest_with(tx, 0, 1)?, Some(9));
            assert_eq!(witness::newest_with(tx, 0, 2)?, Some(7));
            assert_eq!(witness::newest_with(tx, 7, 2)?, None, "seven leaves do not hold the leaf of index seven");
            assert_eq!(witness::newest_with(tx, 8, 1)?, Some(9));
            assert_eq!(witness::newest_with(tx, 9, 1)?, None);
            Ok::<_, StoreError>(())
        };
        db.read("cosigned", read).await.unwrap();
    }

    async fn a_failed_try_keeps_the_time_of_the_last_signature(home: &Home) {
        let db = home.try_open(Schema::Data, migrations(Schema::Data)).await.unwrap();
        let good = Standing { size: 3, tried_at: Timestamp(5), cosigned_at: Some(Timestamp(5)), problem: None };
        let bad = Standing { size: 3, tried_at: Timestamp(8), cosigned_at: None, problem: Some("unreachable".into()) };
        let expected = Standing { cosigned_at: Some(Timestamp(5)), ..bad.clone() };
        let write = move |tx: &store::Tx<'_>| {
            assert_eq!(witness::standing(tx, "w")?, None);
            witness::set_standing(tx, "w", &good)?;
            witness::set_standing(tx, "w", &bad)
        };
        db.write("try", write).await.unwrap();
        let found = db.read("tried", |tx| witness::standing(tx, "w")).await.unwrap();
        assert_eq!(found, Some(expected));
    }

    async fn a_week_is_mailed_once_per_brand_and_never_an_earlier_one(home: &Home) {
        let db = home.try_open(Schema::Data, migrations(Schema::Data)).await.unwrap();
        let (one, two) = (BrandId([1; 16]), BrandId([2; 16]));
        let mut done = Vec::new();
        for (brand, week) in [(one, 5), (one, 5), (two, 5), (one, 4), (one, 6)] {
            done.push(db.write("mail", move |tx| witness::set_mailed(tx.brand(brand), week)).await.unwrap());
        }
        assert_eq!(done, [true, false, true, false, true]);
        assert_eq!(db.read("mailed", move |tx| witness::mailed(tx.brand(one))).await.unwrap(), Some(6));
    }
}
