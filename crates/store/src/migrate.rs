//! Migrations: numbered, hashed, locked, and compiled in.
//!
//! Each says whether programs that do not know it may go on beside it: one that *expands* adds what they can pass
//! over; one that *contracts* takes away, or asks for, something, and says since which migration programs do without.
//! The database keeps the highest of these numbers ([`needed`]).
//!
//! Invariants: all that are missing are applied in one transaction under a lock, so that a database
//! is either wholly at a version or wholly at the one before, however many programs start at once;
//! what was applied is never edited (its hash is kept); a program works on a newer database only as long as that needs
//! nothing that the program does not know; nothing is contracted while a node serves that needs the old shape; where
//! nothing is missing, nothing is done that needs a right to change tables; on a server, whoever serves waits for a moment at
//! a time while somebody holds a table that is to be changed, and for a program that stands still no longer than for a node.

use crate::error::StoreError;
use crate::port::{Schema, Tx};
use crate::postgres as pg;
use crate::presence;
use crate::sqlite::rows::unprepared;
use deadpool_postgres::Client;
use model::datamap::{Declaration, Item};
use rusqlite::{Connection, TransactionBehavior};
use sha2::{Digest, Sha256};

/// What a migration asks of programs that do not know it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Nothing: it only adds, and they pass over what it adds.
    Expand,
    /// It takes away what only programs use that do not know migration `since` (its own number: what all before it use).
    Contract { since: i64 },
}

/// One step, as a pair of texts side by side.
#[derive(Debug, Clone, Copy)]
pub struct Migration {
    pub number: i64,
    pub kind: Kind,
    pub name: &'static str,
    pub sqlite: &'static str,
    pub postgres: &'static str,
}

impl Migration {
    /// The migration that a program must know to work on what this one leaves.
    const fn needs(&self) -> i64 {
        match self.kind {
            Kind::Expand => 0,
            Kind::Contract { since } => since,
        }
    }
}

macro_rules! kind {
    (expand $number:literal) => {
        Kind::Expand
    };
    (contract $number:literal) => {
        Kind::Contract { since: $number }
    };
    ((contract since $since:literal) $number:literal) => {
        Kind::Contract { since: $since }
    };
}

macro_rules! migrations {
    ($($number:literal $kind:tt $folder:literal / $name:literal;)*) => {
        &[$(Migration {
            number: $number,
            kind: kind!($kind $number),
            name: $name,
            sqlite: include_str!(concat!("../migrations/", $folder, "/", $name, ".sqlite.sql")),
            postgres: include_str!(concat!("../migrations/", $folder, "/", $name, ".postgres.sql")),
        }),*]
    };
}

/// The data's migrations, in order. A new one is `expand`, or `(contract since N)` where N is an expanding one of an
/// earlier release, from which on nothing uses any more what it takes away: so versions can be changed one node at a time.
pub static DATA: &[Migration] = migrations! {
    1 contract "data" / "0001_first";
    2 contract "data" / "0002_locality";
    3 contract "data" / "0003_accounts";
    4 contract "data" / "0004_mail";
    5 contract "data" / "0005_bot";
    6 contract "data" / "0006_broadcasts";
    7 contract "data" / "0007_plans";
    8 contract "data" / "0008_passkeys";
    9 contract "data" / "0009_brand";
    10 contract "data" / "0010_exports";
    11 contract "data" / "0011_erasure";
    12 contract "data" / "0012_archive";
    13 contract "data" / "0013_data_map";
    14 contract "data" / "0014_rights";
    15 contract "data" / "0015_witness";
    16 contract "data" / "0016_look_ups";
    17 contract "data" / "0017_root";
    18 contract "data" / "0018_nodes";
    19 expand "data" / "0019_versions";
    20 expand "data" / "0020_announcements";
    21 expand "data" / "0021_recipients";
    22 expand "data" / "0022_breaches";
    23 expand "data" / "0023_shell";
    24 expand "data" / "0024_audit";
    25 expand "data" / "0025_support";
    26 expand "data" / "0026_gate";
    27 expand "data" / "0027_answers";
    28 expand "data" / "0028_lacks";
};

/// The key store's migrations, in order. New ones only expand: who serves is written down beside the data.
pub static KEYS: &[Migration] = migrations! {
    1 contract "keys" / "0001_first";
    2 contract "keys" / "0002_tree";
    3 contract "keys" / "0003_copies";
    4 contract "keys" / "0004_fence";
    5 contract "keys" / "0005_copy_host";
};

/// What the `migration` table remembers of one.
struct Applied {
    schema: String,
    number: i64,
    hash: Vec<u8>,
    needs: i64,
}

/// The table in which a database remembers what was applied to it.
pub const DECLARATION: Declaration = Declaration {
    place: "migration",
    items: &[
        Item::own("number", "number of a migration", "bringing the database up to date once"),
        Item::own("schema", "data or keys", "not mixing the two up"),
        Item::own("name", "name of the migration", "naming it in errors"),
        Item::own("hash", "SHA-256 of its text", "refusing an altered one"),
        Item::own("needs", "the migration that a program must know beside it", "refusing an older program"),
    ],
};

const TABLE_SQLITE: &str = "CREATE TABLE IF NOT EXISTS migration (
    number INTEGER PRIMARY KEY, schema TEXT NOT NULL, name TEXT NOT NULL, hash BLOB NOT NULL, needs INTEGER NOT NULL DEFAULT 0) STRICT";
const HAS_TABLE_POSTGRES: &str = "SELECT 1 WHERE to_regclass('migration') IS NOT NULL";
const TABLE_POSTGRES: &str = "CREATE TABLE migration (
    number BIGINT PRIMARY KEY, schema TEXT NOT NULL, name TEXT NOT NULL, hash BYTEA NOT NULL, needs BIGINT NOT NULL DEFAULT 0)";
// The table of a database that was made before versions could be changed one node at a time.
const HAS_NEEDS_SQLITE: &str = "SELECT 1 FROM pragma_table_info('migration') WHERE name = 'needs'";
const HAS_NEEDS_POSTGRES: &str = "SELECT 1 FROM pg_attribute WHERE attrelid = to_regclass('migration') AND attname = 'needs' AND NOT attisdropped";
const ADD_NEEDS: &str = "ALTER TABLE migration ADD COLUMN needs BIGINT NOT NULL DEFAULT 0";
const ADD_NEEDS_SQLITE: &str = "ALTER TABLE migration ADD COLUMN needs INTEGER NOT NULL DEFAULT 0";
const LIST: &str = "SELECT schema, number, hash, needs FROM migration ORDER BY number";
// A program that stands still amid it loses what it holds, as one that writes does.
const BEGIN: &str = "BEGIN; SET LOCAL idle_in_transaction_session_timeout = '10s'";
// Those who start at once wait here, for as long as it takes, and hold nothing.
const LOCK: &str =
    "SELECT pg_advisory_xact_lock(hashtextextended('entente migrations of ' || current_schema(), 0))";

// Whoever comes for a table after somebody who waits to change it waits behind them: less than a permit is good for.
const BRIEFLY: &str = "SET LOCAL lock_timeout = '1s'";
/// How often it is begun anew when somebody holds a table for longer: with the pauses, for about a minute and a half.
const TRIES: u32 = 20;
/// The longest pause between two of these, in milliseconds; the shortest is half of it.
const PAUSE: u64 = 4_000;
/// Doublings until that is reached.
const DOUBLINGS: u32 = 12;

// Whoever would join meanwhile waits, and looks at what is needed afterwards.
const STOP_JOINING: &str = "LOCK TABLE node IN SHARE ROW EXCLUSIVE MODE";
const KNOWS_WHO_SERVES: &str = "SELECT 1 FROM pg_attribute WHERE attrelid = to_regclass('node') AND attname = 'knows' AND NOT attisdropped";
const SERVING: &str = "SELECT id, version, knows FROM node ORDER BY started_at";
const SERVED_BEFORE: &str = "SELECT id, version, CAST(0 AS BIGINT) FROM node ORDER BY started_at";
const HAS_NODES: &str = "SELECT 1 WHERE to_regclass('node') IS NOT NULL";
const IS_GONE: &str = "SELECT pg_try_advisory_xact_lock($1)";

crate::statements! {
    NEEDED = "SELECT COALESCE(MAX(needs), 0) FROM migration";
}

/// The migration that a program must know to work on this database.
pub fn needed(tx: &Tx<'_>) -> Result<i64, StoreError> {
    tx.query_one(&NEEDED, &[])?.int(0)
}

/// Whether this program may work on a database as it lies, which it does not bring up to date here.
///
/// # Errors
/// [`StoreError::Newer`].
pub fn check_needed(tx: &Tx<'_>, schema: Schema) -> Result<(), StoreError> {
    let known = schema.migrations().last().map_or(0, |newest| newest.number);
    let found = needed(tx)?;
    if found > known { Err(StoreError::Newer { found, known }) } else { Ok(()) }
}

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
    let needed = applied.iter().map(|a| a.needs).max().unwrap_or(0);
    if needed > known {
        return Err(StoreError::Newer { found: needed, known });
    }
    if applied.last().is_some_and(|newest| newest.number > known) {
        tracing::info!("a newer version has added to the database; this one goes on beside it");
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
        if !tx.prepare(HAS_NEEDS_SQLITE)?.exists([])? {
            tx.execute_batch(ADD_NEEDS_SQLITE)?;
        }
        let mut list = tx.prepare(LIST)?;
        let rows = list.query_map([], |row| {
            Ok(Applied { schema: row.get(0)?, number: row.get(1)?, hash: row.get(2)?, needs: row.get(3)? })
        })?;
        rows.collect::<Result<Vec<_>, _>>()
    };
    let applied = applied().map_err(|e| failed("table", &e))?;
    let missing = missing(schema, migrations, |m| m.sqlite, &applied)?;
    for migration in &missing {
        let apply = || {
            tx.execute_batch(migration.sqlite)?;
            tx.execute(
                "INSERT INTO migration (number, schema, name, hash, needs) VALUES (?1, ?2, ?3, ?4, ?5)",
                (migration.number, schema.name(), migration.name, hash(migration.sqlite), migration.needs()),
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
    let mut tries = 1_u32;
    loop {
        match try_once(client, schema, migrations).await {
            Err(StoreError::LongHeld { .. }) if tries < TRIES => {}
            done => return done,
        }
        if tries == 1 {
            tracing::warn!("a migration waits for whoever holds its tables, a second at a time");
        }
        pg::pause(DOUBLINGS, PAUSE).await;
        tries = tries.saturating_add(1);
    }
}

async fn try_once(client: &Client, schema: Schema, migrations: &[Migration]) -> Result<(), StoreError> {
    client.batch_execute(BEGIN).await.map_err(|e| pg::failure("migrate", &e))?;
    let done = apply(client, schema, migrations).await;
    let end = if done.is_ok() { "COMMIT" } else { "ROLLBACK" };
    let ended = client.batch_execute(end).await.map_err(|e| pg::failure("migrate", &e));
    done.and(ended)
}

async fn apply(client: &Client, schema: Schema, migrations: &[Migration]) -> Result<(), StoreError> {
    let failed = |name: &str, error: &tokio_postgres::Error| match pg::failure("migrate", error) {
        StoreError::Statement { code, .. } => StoreError::Migration { name: name.to_owned(), reason: code },
        StoreError::NotGranted { .. } => StoreError::Behind { name: name.to_owned() },
        // Of two who wait for each other the server undoes one.
        StoreError::Held | StoreError::Contended { .. } => StoreError::LongHeld { name: name.to_owned() },
        other @ StoreError::Unavailable(_) => other,
        other => StoreError::Migration { name: name.to_owned(), reason: other.to_string() },
    };
    client.batch_execute(LOCK).await.map_err(|e| failed("lock", &e))?;
    client.batch_execute(BRIEFLY).await.map_err(|e| failed("lock", &e))?;
    if client.query_opt(HAS_TABLE_POSTGRES, &[]).await.map_err(|e| failed("table", &e))?.is_none() {
        let first = migrations.first().map_or("table", |first| first.name);
        client.batch_execute(TABLE_POSTGRES).await.map_err(|e| failed(first, &e))?;
    }
    if client.query_opt(HAS_NEEDS_POSTGRES, &[]).await.map_err(|e| failed("table", &e))?.is_none() {
        client.batch_execute(ADD_NEEDS).await.map_err(|e| failed("table", &e))?;
    }
    let mut applied = Vec::new();
    for row in client.query(LIST, &[]).await.map_err(|e| pg::failure("migrations", &e))? {
        let read = || {
            let (schema, number, hash) = (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
            Ok(Applied { schema, number, hash, needs: row.try_get(3)? })
        };
        applied.push(read().map_err(|e| failed("table", &e))?);
    }
    let missing = missing(schema, migrations, |m| m.postgres, &applied)?;
    if let Some(last) = missing.iter().max_by_key(|m| m.needs()).filter(|m| m.needs() > 0) {
        let serving = in_the_way(client, last.needs()).await.map_err(|e| failed(last.name, &e))?;
        if !serving.is_empty() {
            return Err(StoreError::InUse { name: last.name.to_owned(), nodes: serving.join(", ") });
        }
    }
    for migration in missing {
        client.batch_execute(migration.postgres).await.map_err(|e| failed(migration.name, &e))?;
        client
            .execute(
                "INSERT INTO migration (number, schema, name, hash, needs) VALUES ($1, $2, $3, $4, $5)",
                &[
                    &migration.number,
                    &schema.name(),
                    &migration.name,
                    &hash(migration.postgres),
                    &migration.needs(),
                ],
            )
            .await
            .map_err(|e| failed(migration.name, &e))?;
    }
    Ok(())
}

/// The nodes that serve and do not know migration `since`. From this call on no other joins, until the transaction
/// ends.
async fn in_the_way(client: &Client, since: i64) -> Result<Vec<String>, tokio_postgres::Error> {
    if client.query_opt(HAS_NODES, &[]).await?.is_none() {
        return Ok(Vec::new());
    }
    client.batch_execute(STOP_JOINING).await?;
    let is_told = client.query_opt(KNOWS_WHO_SERVES, &[]).await?.is_some();
    let mut serving = Vec::new();
    for row in client.query(if is_told { SERVING } else { SERVED_BEFORE }, &[]).await? {
        let (id, version, knows): (Vec<u8>, String, i64) =
            (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
        if knows >= since {
            continue;
        }
        // One that was killed holds its lock no more.
        let id = <[u8; 16]>::try_from(id.as_slice()).unwrap_or_default();
        if !client.query_one(IS_GONE, &[&presence::lock_of(&id)]).await?.try_get::<_, bool>(0)? {
            serving.push(format!("{:032x} (version {version})", u128::from_be_bytes(id)));
        }
    }
    Ok(serving)
}

pub mod next;
#[cfg(test)]
mod tests;
