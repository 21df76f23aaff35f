//! Migrations: numbered, hashed, locked, and compiled in.
//!
//! Invariant: all that are missing are applied in one transaction under a lock, so that a database
//! is either wholly at a version or wholly at the one before, however many programs start at once;
//! what was applied is never edited (its hash is kept), and a newer database is left alone.

use crate::error::StoreError;
use crate::port::Schema;
use crate::postgres as pg;
use crate::sqlite::rows::unprepared;
use deadpool_postgres::Client;
use model::datamap::{Declaration, Item};
use rusqlite::{Connection, TransactionBehavior};
use sha2::{Digest, Sha256};

/// One step, as a pair of texts side by side.
pub struct Migration {
    pub number: i64,
    pub name: &'static str,
    pub sqlite: &'static str,
    pub postgres: &'static str,
}

macro_rules! migrations {
    ($($number:literal $folder:literal / $name:literal;)*) => {
        &[$(Migration {
            number: $number,
            name: $name,
            sqlite: include_str!(concat!("../migrations/", $folder, "/", $name, ".sqlite.sql")),
            postgres: include_str!(concat!("../migrations/", $folder, "/", $name, ".postgres.sql")),
        }),*]
    };
}

/// The data's migrations, in order.
pub static DATA: &[Migration] = migrations! {
    1 "data" / "0001_first";
    2 "data" / "0002_locality";
    3 "data" / "0003_accounts";
    4 "data" / "0004_mail";
    5 "data" / "0005_bot";
    6 "data" / "0006_broadcasts";
    7 "data" / "0007_plans";
    8 "data" / "0008_passkeys";
    9 "data" / "0009_brand";
    10 "data" / "0010_exports";
    11 "data" / "0011_erasure";
    12 "data" / "0012_archive";
    13 "data" / "0013_data_map";
    14 "data" / "0014_rights";
    15 "data" / "0015_witness";
    16 "data" / "0016_look_ups";
    17 "data" / "0017_root";
    18 "data" / "0018_nodes";
};

/// The key store's migrations, in order.
pub static KEYS: &[Migration] = migrations! {
    1 "keys" / "0001_first";
    2 "keys" / "0002_tree";
    3 "keys" / "0003_copies";
    4 "keys" / "0004_fence";
    5 "keys" / "0005_copy_host";
};

/// What the `migration` table remembers of one.
struct Applied {
    schema: String,
    number: i64,
    hash: Vec<u8>,
}

/// The table in which a database remembers what was applied to it.
pub const DECLARATION: Declaration = Declaration {
    place: "migration",
    items: &[
        Item::own("number", "number of a migration", "bringing the database up to date once"),
        Item::own("schema", "data or keys", "not mixing the two up"),
        Item::own("name", "name of the migration", "naming it in errors"),
        Item::own("hash", "SHA-256 of its text", "refusing an altered one"),
    ],
};

const TABLE_SQLITE: &str = "CREATE TABLE IF NOT EXISTS migration (
    number INTEGER PRIMARY KEY, schema TEXT NOT NULL, name TEXT NOT NULL, hash BLOB NOT NULL) STRICT";
const TABLE_POSTGRES: &str = "CREATE TABLE IF NOT EXISTS migration (
    number BIGINT PRIMARY KEY, schema TEXT NOT NULL, name TEXT NOT NULL, hash BYTEA NOT NULL)";
const LIST: &str = "SELECT schema, number, hash FROM migration ORDER BY number";
const LOCK: &str =
    "SELECT pg_advisory_xact_lock(hashtextextended('entente migrations of ' || current_schema(), 0))";

fn hash(sql: &str) -> Vec<u8> {
    Sha256::digest(sql.as_bytes()).to_vec()
}

/// Those still to be applied, or why this program must not touch the database.
fn missing<'m>(
    schema: Schema,
    migrations: &'m [Migration],
    text: impl Fn(&Migration) -> &str,
    applied: &[Applied],
) -> Result<Vec<&'m Migration>, StoreError> {
    if let Some(other) = applied.iter().find(|a| a.schema != schema.name()) {
        return Err(StoreError::WrongSchema { found: other.schema.clone(), wanted: schema.name() });
    }
    let known = migrations.last().map_or(0, |m| m.number);
    if let Some(newer) = applied.iter().find(|a| a.number > known) {
        return Err(StoreError::Newer { found: newer.number, known });
    }
    let mut missing = Vec::new();
    for migration in migrations {
        match applied.iter().find(|a| a.number == migration.number) {
            None => missing.push(migration),
            Some(applied) if applied.hash == hash(text(migration)) => {}
            Some(_) => return Err(StoreError::MigrationChanged { name: migration.name.to_owned() }),
        }
    }
    Ok(missing)
}

/// Runs with `foreign_keys` off, so that a table can be rebuilt; references are checked at the end.
pub(crate) fn sqlite(
    connection: &mut Connection,
    schema: Schema,
    migrations: &[Migration],
) -> Result<(), StoreError> {
    let failed = |name: &str, error: &rusqlite::Error| match unprepared("migrate", error) {
        StoreError::Statement { code, .. } => StoreError::Migration { name: name.to_owned(), reason: code },
        other @ (StoreError::Held | StoreError::Damaged { .. }) => other,
        other => StoreError::Migration { name: name.to_owned(), reason: other.to_string() },
    };
    let begun = connection.transaction_with_behavior(TransactionBehavior::Immediate);
    let tx = begun.map_err(|e| failed("table", &e))?;
    let applied = || {
        tx.execute_batch(TABLE_SQLITE)?;
        let mut list = tx.prepare(LIST)?;
        let rows = list.query_map([], |row| {
            Ok(Applied { schema: row.get(0)?, number: row.get(1)?, hash: row.get(2)? })
        })?;
        rows.collect::<Result<Vec<_>, _>>()
    };
    let applied = applied().map_err(|e| failed("table", &e))?;
    let missing = missing(schema, migrations, |m| m.sqlite, &applied)?;
    for migration in &missing {
        let apply = || {
            tx.execute_batch(migration.sqlite)?;
            tx.execute(
                "INSERT INTO migration (number, schema, name, hash) VALUES (?1, ?2, ?3, ?4)",
                (migration.number, schema.name(), migration.name, hash(migration.sqlite)),
            )
        };
        apply().map_err(|e| failed(migration.name, &e))?;
    }
    if let Some(last) = missing.last() {
        let mut check = tx.prepare("PRAGMA foreign_key_check").map_err(|e| failed(last.name, &e))?;
        if check.exists([]).map_err(|e| failed(last.name, &e))? {
            let reason = "it left a reference to a row that is not there".to_owned();
            return Err(StoreError::Migration { name: last.name.to_owned(), reason });
        }
    }
    tx.commit().map_err(|e| failed("commit", &e))
}

pub(crate) async fn postgres(
    client: &Client,
    schema: Schema,
    migrations: &[Migration],
) -> Result<(), StoreError> {
    client.batch_execute("BEGIN").await.map_err(|e| pg::failure("migrate", &e))?;
    let done = apply(client, schema, migrations).await;
    let end = if done.is_ok() { "COMMIT" } else { "ROLLBACK" };
    let ended = client.batch_execute(end).await.map_err(|e| pg::failure("migrate", &e));
    done.and(ended)
}

async fn apply(client: &Client, schema: Schema, migrations: &[Migration]) -> Result<(), StoreError> {
    let failed = |name: &str, error: &tokio_postgres::Error| match pg::failure("migrate", error) {
        StoreError::Statement { code, .. } => StoreError::Migration { name: name.to_owned(), reason: code },
        other @ StoreError::Unavailable(_) => other,
        other => StoreError::Migration { name: name.to_owned(), reason: other.to_string() },
    };
    client.batch_execute(LOCK).await.map_err(|e| failed("lock", &e))?;
    client.batch_execute(TABLE_POSTGRES).await.map_err(|e| failed("table", &e))?;
    let mut applied = Vec::new();
    for row in client.query(LIST, &[]).await.map_err(|e| failed("table", &e))? {
        let read = || Ok(Applied { schema: row.try_get(0)?, number: row.try_get(1)?, hash: row.try_get(2)? });
        applied.push(read().map_err(|e| failed("table", &e))?);
    }
    for migration in missing(schema, migrations, |m| m.postgres, &applied)? {
        client.batch_execute(migration.postgres).await.map_err(|e| failed(migration.name, &e))?;
        client
            .execute(
                "INSERT INTO migration (number, schema, name, hash) VALUES ($1, $2, $3, $4)",
                &[&migration.number, &schema.name(), &migration.name, &hash(migration.postgres)],
            )
            .await
            .map_err(|e| failed(migration.name, &e))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(folder: &str, migrations: &[Migration]) {
        let path = format!("{}/migrations/{folder}", env!("CARGO_MANIFEST_DIR"));
        let mut files: Vec<String> =
            std::fs::read_dir(path).unwrap().map(|f| f.unwrap().file_name().into_string().unwrap()).collect();
        files.sort();
        let mut wanted: Vec<String> = Vec::new();
        for (migration, number) in migrations.iter().zip(1..) {
            assert_eq!(migration.number, number);
            assert!(migration.name.starts_with(&format!("{number:04}_")));
            wanted.extend(["postgres", "sqlite"].map(|engine| format!("{}.{engine}.sql", migration.name)));
        }
        assert_eq!(files, wanted, "every file in migrations/{folder} must be listed here, in order");
    }

    #[test]
    fn every_migration_file_is_listed_in_order() {
        listed("data", DATA);
        listed("keys", KEYS);
    }

    #[test]
    fn no_migration_defers_a_check_to_the_commit_that_strangers_share() {
        for migration in DATA.iter().chain(KEYS) {
            for text in [migration.sqlite, migration.postgres] {
                assert!(!text.to_uppercase().contains("DEFERR"), "{}", migration.name);
            }
        }
    }
}
