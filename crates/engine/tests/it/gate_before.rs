//! `entente data-map announce` is run beside the version before, on a database as that one has left it: what it asks for
//! and writes holds on every shape of the data since there is a gate, and before that it asks for nothing.

use crate::gate::{program, register, words};
use crate::home::brand;
use engine::InForce;
use engine::datamap::diff::Change;
use engine::datamap::gate::{self, Announcing, Standing, Told};
use engine::datamap::{Announced, DataMap};
use model::id::{AccountId, AnnouncementId, BrandId};
use model::time::{Clock, Span, Timestamp};
use store::{Database, Migration, Options, Schema, StoreError, Tx, params, statements, tables};
use testkit::place::Place;
use testkit::{FixedClock, SeededEntropy};

statements! {
    // As the gate's migration knew these tables; what was applied is never edited.
    BRAND = "INSERT INTO brand (id, slug, created_at) VALUES ($1, 'bakery', $2)";
    ACCOUNT = "INSERT INTO account (id, brand_id, role, created_at, state, sealed) VALUES ($1, $2, 'user', $3, 'active', $4)";
    CREDENTIAL = "INSERT INTO credential (account_id, brand_id, changed_at, must_change, sealed) VALUES ($1, $2, $3, 0, $4)";
    MAP = "INSERT INTO data_map (brand_id, version, hash, text, made_at) VALUES ($1, 1, $2, $3, $4)";
    HELD = "UPDATE data_map SET held_at = $1";
    ANNOUNCED = "SELECT CAST(count(*) AS BIGINT) FROM announcement WHERE kind = 'data_map'";
    PENDING = "SELECT CAST(count(*) AS BIGINT) FROM ledger_pending";
}

const BRAND_ID: BrandId = BrandId([7; 16]);

/// A database that the first so many migrations have made, with somebody who is to be told.
struct Before {
    _folder: tempfile::TempDir,
    place: Place,
}

impl Before {
    async fn new(migrations: usize, is_held: bool, now: Timestamp) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let place = Place::new(folder.path()).await;
        let known: &'static [Migration] = &all().leak()[..migrations];
        let data =
            Database::open_with(&place.urls[0], Schema::Data, known, Options::default()).await.unwrap();
        let shown = DataMap::new(&brand("bakery"), &Announced::of(&register(), &InForce::new()), 7).bytes();
        let fill = move |tx: &Tx<'_>| {
            let (account, sealed) = (AccountId([8; 16]), vec![0xE5, 0x01]);
            tx.execute(&BRAND, &params![BRAND_ID, now])?;
            tx.execute(&ACCOUNT, &params![account, BRAND_ID, now, &sealed])?;
            tx.execute(&CREDENTIAL, &params![account, BRAND_ID, now, &sealed])?;
            tx.execute(&MAP, &params![BRAND_ID, [1_u8; 32], &shown, now])?;
            if is_held {
                tx.execute(&HELD, &params![now])?;
            }
            Ok::<_, StoreError>(())
        };
        data.write("fill", fill).await.unwrap();
        Self { _folder: folder, place }
    }

    fn url(&self) -> &str {
        &self.place.urls[0]
    }

    /// As the command does it.
    async fn announce(&self, now: Timestamp, from: Timestamp) -> Told {
        let ids = (0..2).map(|n| AnnouncementId::new(now, &SeededEntropy::new(n))).collect();
        let new = Announcing { program: program(14), in_force_from: from, early: None, words, ids };
        let write = move |tx: &Tx<'_>| gate::announce(tx, &new, now);
        let told = Database::touch(self.url(), "announce_data_map", write).await.unwrap();
        assert_eq!((told[0].0.as_str(), &told[1].1), ("bakery", &Told::Nothing));
        told[0].1.clone()
    }

    /// As `serve` and `doctor` look at it.
    async fn standings(&self, now: Timestamp) -> Vec<(String, Standing)> {
        let look = move |tx: &Tx<'_>| gate::standings(tx, &program(14), now);
        Database::peek(self.url(), "data_map_gate", look).await.unwrap()
    }

    async fn count(&self, of: &'static store::Stmt) -> i64 {
        Database::peek(self.url(), "count", |tx| tx.query_one(of, &params![])?.int(0)).await.unwrap()
    }
}

/// Those of the data, in order.
fn all() -> Vec<Migration> {
    let mut all = store::next::migrations(false);
    all.pop();
    all
}

fn gate_at() -> usize {
    all().iter().position(|migration| migration.name.ends_with("_gate")).unwrap()
}

#[tokio::test]
async fn claim_d1_a_map_is_announced_on_the_database_of_every_version_since_there_is_a_gate() {
    let now = FixedClock::new().now();
    let from = now.plus(Span::days(31));
    let changes = vec![Change::LongerBackups { days: 14 }];
    for migrations in gate_at() + 1..=all().len() {
        let before = Before::new(migrations, true, now).await;
        let bakery = before.standings(now).await[0].1.clone();
        assert_eq!(bakery, Standing::Unannounced(changes.clone()), "{migrations}");
        assert_eq!(before.announce(now, from).await, Told::Announced(from, changes.clone()), "{migrations}");
        assert_eq!(before.announce(now, from).await, Told::Already(from), "{migrations}");
        assert_eq!(before.standings(now).await[0].1, Standing::Waits(from, changes.clone()), "{migrations}");
        assert_eq!(before.standings(from).await[0].1, Standing::Due(from), "{migrations}");
        assert_eq!((before.count(&ANNOUNCED).await, before.count(&PENDING).await), (1, 1), "{migrations}");
    }
}

#[tokio::test]
async fn a_database_of_before_there_was_a_gate_is_left_as_it_is() {
    let now = FixedClock::new().now();
    let before = Before::new(gate_at(), false, now).await;
    assert_eq!(before.standings(now).await, Vec::new());
    assert_eq!(before.announce(now, now.plus(Span::days(31))).await, Told::Nothing);
    assert_eq!((before.count(&ANNOUNCED).await, before.count(&PENDING).await), (0, 0));
    // It is one: what the gate keeps is not there.
    let look = |tx: &Tx<'_>| tables::data_map::promised(tx.brand(BRAND_ID)).map(|found| found.is_some());
    assert!(Database::peek(before.url(), "promised", look).await.is_err());
}
