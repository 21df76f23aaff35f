//! A database goes from one engine into the other: every row, in the same order on both sides, and whatever is not
//! the same is seen.

use crate::home::Home;
use crate::tables::{BRAND, with_leads, write};
use model::id::LeadId;
use store::moving::{self, Mark, Stage, Target};
use store::tables::{installation, lookup};
use store::{Database, Schema};

const ID: moving::MoveId = [7; 16];

/// Names that a language sorts otherwise than by their bytes.
const NAMES: [&str; 8] = ["b", "B", "a.b", "a_b", "ab", "A", "é", "restore.at"];

async fn filled(home: &Home) -> Database {
    let db = with_leads(home, 1..=50).await;
    write(&db, |tx| {
        NAMES.iter().try_for_each(|name| installation::set(tx, name, name.as_bytes()))?;
        lookup::insert_many(tx.brand(BRAND), &[(lookup::Macs::only([7; 32], 0), LeadId([1; 16]))])
    })
    .await;
    db
}

/// A server sorts by the language of its database unless it is told otherwise.
#[tokio::test]
async fn what_is_moved_is_the_same_on_both_sides_whatever_language_the_server_sorts_by() {
    let (Some(target), home) = (Home::postgres_in_english().await, Home::sqlite()) else { return };
    let db = filled(&home).await;
    let seen = moving::look(&home.url(), Schema::Data).await.unwrap();
    assert_eq!(moving::target(&target.url(), Schema::Data, ID).await.unwrap(), Target::Empty);
    let there = target.try_open(Schema::Data, store::migrations(Schema::Data)).await.unwrap();
    // Tables without rows are no installation.
    assert_eq!(moving::target(&target.url(), Schema::Data, ID).await.unwrap(), Target::Empty);
    assert_eq!(there.begin_move(Schema::Data, ID).await.unwrap(), Target::Empty);
    assert_eq!(there.begin_move(Schema::Data, ID).await.unwrap(), Target::Ours);
    assert_eq!(there.begin_move(Schema::Data, [8; 16]).await.unwrap(), Target::Stale);
    let mut rows = 0;
    // Small chunks: the order of one engine is where the other goes on.
    there.fill_from(&home.url(), Schema::Data, ID, 3, |some| rows += some).await.unwrap();
    assert_eq!(rows, seen.rows);
    // Nothing is left to do.
    there.fill_from(&home.url(), Schema::Data, ID, 3, |_| panic!("a row was written twice")).await.unwrap();
    let sum =
        async |home: &Home, rows| moving::sum(&home.url(), Schema::Data, ID, rows, |_| ()).await.unwrap();
    let (old, new) = (sum(&home, 3).await, sum(&target, 4).await);
    assert_eq!(old, new);
    assert_eq!(old.iter().find(|sum| sum.table == "lookup").unwrap().rows, 1, "a backup leaves it out");
    assert_eq!(old.iter().map(|sum| sum.rows).sum::<u64>(), seen.rows);

    // A changed row that no count shows.
    write(&db, |tx| installation::set(tx, "é", b"another")).await;
    let changed = sum(&home, 3).await;
    let differ: Vec<_> = changed.iter().zip(&new).filter(|(a, b)| a != b).map(|(a, _)| a.table).collect();
    assert_eq!(differ, ["installation"]);
    assert_ne!(moving::look(&home.url(), Schema::Data).await.unwrap().known_by, seen.known_by);

    drop(there);
    assert!(!Database::drop_moved(&target.url(), Schema::Data, ID).await.unwrap(), "it was not taken back");
    let undone = Mark { id: ID, stage: Stage::Undone };
    Database::touch(&target.url(), "undone", move |tx| moving::set_mark(tx, Schema::Data, &undone))
        .await
        .unwrap();
    assert!(Database::drop_moved(&target.url(), Schema::Data, ID).await.unwrap());
    assert!(Database::is_bare(&target.url()).await.unwrap());
    target.remove().await;
}
