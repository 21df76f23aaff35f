//! Parameters, columns, batches, and what errors say.

use crate::home::{self, GET, Home, INSERT, INSERT_ID, PUT_NUMBER, SET_NUMBER, ids, on_both};
use model::id::LeadId;
use model::time::Timestamp;
use store::{Row, Schema, StoreError, Value, params, statements};

statements! {
    SWAPPED = "SELECT CAST($2 AS BIGINT), CAST($1 AS BIGINT), 'costs $1, it''s $2'";
    SKIP = "INSERT INTO thing (id, name) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING";
    EXISTS = "SELECT EXISTS (SELECT 1 FROM thing WHERE id = $1)";
    RETURNING = "UPDATE thing SET number = $2 WHERE id = $1 RETURNING id, number";
    AFTER = "SELECT id, number FROM thing WHERE id > $1 ORDER BY id DESC LIMIT $2";
    ABOVE = "SELECT id FROM thing WHERE number > $1";
    FRESH = "INSERT INTO thing (id, name, number) VALUES ($1, NULL, $2) ON CONFLICT (id) DO NOTHING RETURNING id, number";
    keyed SET_EACH = "UPDATE thing SET number = $2 WHERE id = $1";
    keyed PUT_EACH = "INSERT INTO thing (id, number) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET number = thing.number + excluded.number";
    keyed GONE = "DELETE FROM thing WHERE id = $1 AND number = $2 RETURNING id";
    WRONG = "SELECT colour FROM nowhere";
    TO_NUMBER = "SELECT CAST(CAST($1 AS TEXT) AS BIGINT)";
    FRACTION = "SELECT AVG(number) FROM thing";
}

/// The first two columns, in order.
fn pairs(rows: &[Row]) -> Vec<(i64, i64)> {
    let mut pairs: Vec<_> = rows.iter().map(|row| (row.int(0).unwrap(), row.int(1).unwrap())).collect();
    pairs.sort_unstable();
    pairs
}

on_both! {
    async fn parameters_are_bound_by_their_number(home: &Home) {
        let db = home.open().await;
        let row = db.read("swapped", |tx| tx.query_one(&SWAPPED, &params![1_i64, 2_i64])).await.unwrap();
        assert_eq!((row.int(0), row.int(1)), (Ok(2), Ok(1)));
        assert_eq!(row.text(2), Ok("costs $1, it's $2"));
    }

    async fn values_come_back_as_they_went_in(home: &Home) {
        let db = home.open().await;
        let id = LeadId([7; 16]);
        let rows = vec![
            params![i64::MIN, "é العربية '$1'", id, Timestamp(i64::MAX), None::<i64>],
            params![2_i64, None::<String>, None::<Vec<u8>>, None::<i64>, Some(i64::MIN)],
            params![3_i64, "", Vec::new(), true, 2_i64],
        ];
        let keys = vec![params![3_i64], params![99_i64], params![i64::MIN], params![2_i64]];
        let found = db
            .write("round_trip", move |tx| {
                assert_eq!(tx.execute_many(&INSERT, &rows)?, 3);
                tx.query_many(&GET, &keys)
            })
            .await
            .unwrap();
        let [Some(third), None, Some(first), Some(second)] = &found[..] else { panic!("{found:?}") };
        assert_eq!(first.text(1), Ok("é العربية '$1'"));
        assert_eq!(first.id::<LeadId>(2), Ok(id));
        assert_eq!(first.at(3), Ok(Timestamp(i64::MAX)));
        assert_eq!(first.opt_id::<LeadId>(4), Ok(None));
        assert_eq!((second.opt_text(1), second.opt_bytes(2), second.opt_int(3)), (Ok(None), Ok(None), Ok(None)));
        assert_eq!(second.int(4), Ok(i64::MIN));
        assert_eq!((third.text(1), third.bytes(2), third.flag(3)), (Ok(""), Ok(&[][..]), Ok(true)));
        assert!(second.int(3).is_err(), "null is not a number");
    }

    async fn claim_f10_text_that_looks_like_sql_stays_text(home: &Home) {
        let db = home.open().await;
        let hostile = "x'); DROP TABLE thing; -- $1 \" ?1";
        let rows: Vec<_> = (1..=2_i64).map(|id| params![id, format!("{hostile}{id}")]).collect();
        db.write("batch", move |tx| tx.execute_many(&SKIP, &rows)).await.unwrap();
        let row = params![3_i64, format!("{hostile}3"), None::<i64>, None::<i64>, None::<i64>];
        db.write("single", move |tx| tx.execute(&INSERT, &row)).await.unwrap();
        for id in 1..=3_i64 {
            let row = db.read("get", move |tx| tx.query_one(&GET, &params![id])).await.unwrap();
            assert_eq!(row.text(1).unwrap(), format!("{hostile}{id}"));
        }
    }

    async fn a_truth_is_one_or_zero(home: &Home) {
        let db = home.open().await;
        let there = db
            .write("exists", |tx| {
                let before = tx.query_one(&EXISTS, &params![1_i64])?.flag(0)?;
                tx.execute(&INSERT_ID, &params![1_i64])?;
                Ok::<_, StoreError>((before, tx.query_one(&EXISTS, &params![1_i64])?.flag(0)?))
            })
            .await
            .unwrap();
        assert_eq!(there, (false, true));
    }

    async fn a_batch_keeps_its_order_and_counts_what_it_touched(home: &Home) {
        let db = home.open().await;
        // Many writes to the same few rows: the last of each must win.
        let puts: Vec<Vec<Value>> = (0..2_500_i64).map(|n| params![n % 5, n + 100]).collect();
        let sets = vec![params![0_i64, 1_i64], params![77_i64, 1_i64], params![1_i64, 2_i64]];
        let returned = db
            .write("batch", move |tx| {
                assert_eq!(tx.execute_many(&PUT_NUMBER, &puts)?, 2_500);
                for id in 0..5 {
                    let row = tx.query_one(&GET, &params![id])?;
                    assert_eq!(row.int(3)?, 2_595 + id);
                }
                assert_eq!(tx.execute_many(&SET_NUMBER, &sets)?, 2);
                assert_eq!(tx.execute_many(&SET_NUMBER, &[])?, 0);
                tx.query_rows(&RETURNING, &sets)
            })
            .await
            .unwrap();
        assert_eq!(pairs(&returned), [(0, 1), (1, 2)]);
    }

    async fn what_is_asked_for_many_keys_is_told_of_each_in_their_order(home: &Home) {
        let db = home.open().await;
        let puts: Vec<Vec<Value>> = (0..1_500_i64).map(|id| params![id, id * 10]).collect();
        // More than go at once; some are not there, some are asked for twice.
        let keys: Vec<i64> = (0..1_500).rev().chain([7, 9_999, 7, 3]).collect();
        let asked: Vec<_> = keys.iter().map(|id| params![*id]).collect();
        let (found, after, none) = db
            .write("many", move |tx| {
                tx.execute_many(&PUT_NUMBER, &puts)?;
                let after = [params![1_497_i64, 5_i64], params![9_999_i64, 5_i64], params![0_i64, 3_i64]];
                Ok::<_, StoreError>((
                    tx.query_many(&GET, &asked)?,
                    tx.query_each(&AFTER, &after)?,
                    tx.query_many(&GET, &[])?,
                ))
            })
            .await
            .unwrap();
        assert_eq!(found.len(), keys.len());
        for (key, row) in keys.iter().zip(found) {
            let expected = (*key < 1_500).then_some((*key, key * 10));
            assert_eq!(row.map(|row| (row.int(0).unwrap(), row.int(3).unwrap())), expected);
        }
        let ids = |rows: &Vec<Row>| rows.iter().map(|row| row.int(0).unwrap()).collect::<Vec<_>>();
        assert_eq!(after.iter().map(ids).collect::<Vec<_>>(), [vec![1_499, 1_498], vec![], vec![1_499, 1_498, 1_497]]);
        assert!(none.is_empty());
        // Each key has all its rows, and only the first of them where one is asked for.
        let above = [params![14_980_i64], params![14_990_i64], params![14_970_i64]];
        let one = db.read("above", move |tx| tx.query_each(&ABOVE, &above)).await.unwrap();
        assert_eq!(one.iter().map(Vec::len).collect::<Vec<_>>(), [1, 0, 2]);
    }

    async fn rows_that_name_the_same_row_are_refused_where_each_names_another(home: &Home) {
        if !cfg!(debug_assertions) {
            return;
        }
        let db = home.open().await;
        let (one, other) = ([params![1_i64, 10_i64], params![2_i64, 20_i64]], [params![2_i64, 1_i64], params![1_i64, 1_i64]]);
        db.write("each", move |tx| {
            assert_eq!(tx.execute_many(&PUT_EACH, &one)?, 2);
            tx.execute_many(&PUT_EACH, &other)
        })
        .await
        .unwrap();
        for stmt in [&SET_EACH, &PUT_EACH, &GONE] {
            let twice = vec![params![1_i64, 11_i64], params![2_i64, 21_i64], params![1_i64, 11_i64]];
            let returned = twice.clone();
            let counted = db.write("twice", move |tx| tx.execute_many(stmt, &twice)).await;
            assert!(matches!(counted, Err(StoreError::Twice { .. })), "{counted:?}");
            if !std::ptr::eq(stmt, &GONE) {
                continue;
            }
            let returned = db.write("twice", move |tx| tx.query_rows(stmt, &returned)).await;
            assert!(matches!(returned, Err(StoreError::Twice { .. })), "{:?}", returned.map(|rows| rows.len()));
        }
        let there = db.read("there", |tx| tx.query_many(&GET, &[params![1_i64], params![2_i64]])).await.unwrap();
        let numbers: Vec<_> = there.iter().flatten().map(|row| row.int(3).unwrap()).collect();
        assert_eq!(numbers, [11, 21], "nothing was changed");
    }

    async fn what_many_rows_return_says_itself_what_it_is_of(home: &Home) {
        let db = home.open().await;
        let first = [params![1_i64, 10_i64], params![2_i64, 20_i64]];
        let again = [params![2_i64, 21_i64], params![3_i64, 30_i64], params![3_i64, 31_i64]];
        let gone = [params![1_i64, 10_i64], params![2_i64, 21_i64], params![9_i64, 90_i64]];
        let (first, again, gone, none) = db
            .write("rows", move |tx| {
                Ok::<_, StoreError>((
                    tx.query_rows(&FRESH, &first)?,
                    tx.query_rows(&FRESH, &again)?,
                    tx.query_rows(&GONE, &gone)?,
                    tx.query_rows(&GONE, &[])?,
                ))
            })
            .await
            .unwrap();
        assert_eq!((pairs(&first), pairs(&again)), (vec![(1, 10), (2, 20)], vec![(3, 30)]));
        assert_eq!(gone.iter().map(|row| row.int(0).unwrap()).collect::<Vec<_>>(), [1], "2 has another number");
        assert!(none.is_empty());
        assert_eq!(ids(&db).await, [2, 3]);
    }

    async fn a_batch_skips_what_is_there_and_what_it_holds_twice(home: &Home) {
        let db = home.open().await;
        let rows: Vec<_> = [1_i64, 2, 1, 3].map(|id| params![id, format!("name {id}")]).to_vec();
        let again = rows.clone();
        let first = db.write("skip", move |tx| tx.execute_many(&SKIP, &rows)).await;
        let second = db.write("skip", move |tx| tx.execute_many(&SKIP, &again)).await;
        assert_eq!((first, second), (Ok(3), Ok(0)));
        let uneven = vec![params![7_i64, "seven"], params![8_i64]];
        assert!(db.write("uneven", move |tx| tx.execute_many(&SKIP, &uneven)).await.is_err());
        assert_eq!(ids(&db).await, [1, 2, 3]);
    }

    async fn a_batch_with_one_bad_row_leaves_nothing(home: &Home) {
        let db = home.open().await;
        let rows: Vec<_> = [1_i64, 2, 3, 2, 4].map(|id| params![id]).to_vec();
        let ended = db.write("batch", move |tx| tx.execute_many(&INSERT_ID, &rows)).await;
        assert_eq!(ended, Err(StoreError::Conflict { statement: INSERT_ID.name() }));
        assert_eq!(ids(&db).await, [0_i64; 0]);
    }

    async fn broken_rules_are_told_apart_and_no_value_is_told(home: &Home) {
        let db = home.open().await;
        let whole = params![1_i64, "Sample Person", b"secret", 4711_i64, None::<i64>];
        db.write("first", move |tx| tx.execute(&INSERT, &whole)).await.unwrap();
        let none = None::<i64>;
        let statement = INSERT.name();
        for (row, wanted) in [
            (params![1_i64, none, none, none, none], StoreError::Conflict { statement }),
            (params![2_i64, "Sample Person", none, none, none], StoreError::Conflict { statement }),
            (params![none, none, none, none, none], StoreError::Constraint { statement, kind: "not-null" }),
            (params![2_i64, none, none, 13_i64, none], StoreError::Constraint { statement, kind: "check" }),
            (params![2_i64, none, none, none, 99_i64], StoreError::Constraint { statement, kind: "reference" }),
        ] {
            // As NULL has no kind, `none` fits every column.
            let error = db.write("insert", move |tx| tx.execute(&INSERT, &row)).await.unwrap_err();
            assert!(!error.to_string().contains("Sample"), "{error}");
            assert_eq!(error, wanted);
        }
        // The wrong kind, and text that is no number: PostgreSQL's own messages would quote both.
        let kind = db.write("kind", |tx| tx.execute(&INSERT_ID, &params!["Sample Person"])).await.unwrap_err();
        assert!(!kind.to_string().contains("Sample"), "{kind}");
        let cast = db.read("cast", |tx| tx.query(&TO_NUMBER, &params!["Sample Person"])).await;
        assert_eq!(cast.is_ok(), home.is_sqlite(), "SQLite makes it 0");
        if let Err(error) = cast {
            assert!(!format!("{error} {error:?}").contains("Sample"), "{error}");
        }
        assert_eq!(ids(&db).await, [1]);
    }

    async fn a_wrong_statement_says_what_is_wrong_with_it(home: &Home) {
        let db = home.open().await;
        let error = db.read("wrong", |tx| tx.query(&WRONG, &[])).await.unwrap_err().to_string();
        assert!(error.contains("WRONG") && error.contains("nowhere"), "{error}");
        let count = db.read("count", |tx| tx.query(&GET, &[])).await.unwrap_err().to_string();
        assert!(count.contains("parameters"), "{count}");
        home::insert_id(&db, 1).await.unwrap();
        db.write("number", |tx| tx.execute(&SET_NUMBER, &params![1_i64, 1_i64])).await.unwrap();
        let fraction = db.read("fraction", |tx| tx.query(&FRACTION, &[])).await;
        assert!(fraction.is_err(), "neither engine hands out fractions: {fraction:?}");
        let prepared = db.prepare_all(vec![&FRACTION]).await;
        assert_eq!(prepared.is_ok(), home.is_sqlite(), "PostgreSQL knows beforehand: {prepared:?}");
    }

    async fn every_statement_of_the_store_prepares(home: &Home) {
        let data = home.try_open(Schema::Data, store::migrations(Schema::Data)).await.unwrap();
        data.prepare_all(store::statements(Schema::Data)).await.unwrap();
        data.prepare_all(home::ALL.to_vec()).await.expect_err("there is no `thing` here, so preparing must fail");
    }

    async fn every_statement_of_the_key_store_prepares(home: &Home) {
        let keys = home.try_open(Schema::Keys, store::migrations(Schema::Keys)).await.unwrap();
        assert!(!store::statements(Schema::Keys).is_empty());
        keys.prepare_all(store::statements(Schema::Keys)).await.unwrap();
    }
}

#[test]
fn a_row_shows_kinds_and_never_contents() {
    assert_eq!(format!("{:?}", params!["Sample Person", 1_i64]), "[text, a whole number]");
    assert!(std::mem::size_of::<Row>() <= 48, "rows are kept in long lists");
}
