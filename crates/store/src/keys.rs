//! The vault's key store: wrapped keys and a few named records, in a database of their own.
//!
//! Invariant: when `destroy` returns, the wrapped keys are in no page and no log of an SQLite file.
//! PostgreSQL gives no such promise (dead rows until VACUUM, the server's log): there it is the
//! vault's new root that makes them useless.

use crate::error::StoreError;
use crate::port::{Database, Tx};
use crate::value::Row;
use crate::{params, statements};
use model::datamap::{Declaration, Item, Protection, Retention};
use model::ports::{KeyId, KeyStore, KeyStoreError, WrappedKey};
use model::time::BoxFuture;

statements! {
    GET = "SELECT id, parent, wrapped, erasure_tag, created_at FROM key WHERE id = $1";
    INSERT = "INSERT INTO key (id, parent, wrapped, erasure_tag, created_at) VALUES ($1, $2, $3, $4, $5)";
    DELETE = "DELETE FROM key WHERE id = $1";
    GET_RECORD = "SELECT value FROM record WHERE name = $1";
    SET_RECORD = "INSERT INTO record (name, value) VALUES ($1, $2)
                  ON CONFLICT (name) DO UPDATE SET value = excluded.value";
}

/// What the key store keeps, for the data map.
pub const DECLARATIONS: &[Declaration] = &[
    Declaration {
        place: "key",
        items: &[
            Item::own("id", "whose key it is: a random id", "finding the key"),
            Item::own("parent", "the key that wraps it", "opening it"),
            Item::own("wrapped", "the key itself, encrypted under its parent", "opening what is sealed")
                .kept(Retention::UntilErasure)
                .protected(Protection::Wrapped),
            Item::own("erasure_tag", "what the log says once the key is destroyed", "the erasure receipt"),
            Item::own("created_at", "when it was made", "order"),
        ],
    },
    Declaration {
        place: "record",
        items: &[
            Item::own("name", "name of a record", "running the vault"),
            Item::own("value", "root check, remembered log head", "running the vault")
                .protected(Protection::Wrapped),
        ],
    },
];

/// Wrapped keys in a database opened with `Schema::Keys`.
#[derive(Clone)]
pub struct SqlKeyStore {
    db: Database,
}

impl SqlKeyStore {
    pub const fn new(db: Database) -> Self {
        Self { db }
    }
}

impl From<StoreError> for KeyStoreError {
    fn from(error: StoreError) -> Self {
        Self(error.to_string())
    }
}

fn key(row: &Row) -> Result<WrappedKey, StoreError> {
    Ok(WrappedKey {
        id: row.id(0)?,
        parent: row.opt_id(1)?,
        wrapped: row.bytes(2)?.to_vec(),
        erasure_tag: row.array(3)?,
        created_at: row.at(4)?,
    })
}

impl KeyStore for SqlKeyStore {
    fn get<'a>(&'a self, ids: &'a [KeyId]) -> BoxFuture<'a, Result<Vec<WrappedKey>, KeyStoreError>> {
        let ids: Vec<_> = ids.iter().map(|id| params![id]).collect();
        Box::pin(self.db.read("get_keys", move |tx| {
            Ok(tx.query_many(&GET, &ids)?.iter().flatten().map(key).collect::<Result<_, _>>()?)
        }))
    }

    fn put(&self, keys: Vec<WrappedKey>) -> BoxFuture<'_, Result<(), KeyStoreError>> {
        let rows: Vec<_> = keys
            .into_iter()
            .map(|key| params![key.id, key.parent, key.wrapped, key.erasure_tag, key.created_at])
            .collect();
        Box::pin(self.db.write("put_keys", move |tx| Ok(tx.execute_many(&INSERT, &rows).map(drop)?)))
    }

    /// Calling it again after an error is safe and finishes the cleaning.
    fn destroy<'a>(&'a self, ids: &'a [KeyId]) -> BoxFuture<'a, Result<u64, KeyStoreError>> {
        let ids: Vec<_> = ids.iter().map(|id| params![id]).collect();
        Box::pin(async move {
            let delete = move |tx: &Tx<'_>| tx.execute_many(&DELETE, &ids);
            let destroyed = self.db.write("destroy_keys", delete).await?;
            self.db.checkpoint_truncate().await?;
            Ok(destroyed)
        })
    }

    fn get_record<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<Option<Vec<u8>>, KeyStoreError>> {
        let name = params![name];
        Box::pin(self.db.read("get_record", move |tx| {
            Ok(tx.query_opt(&GET_RECORD, &name)?.map(|row| row.bytes(0).map(<[u8]>::to_vec)).transpose()?)
        }))
    }

    fn set_record<'a>(&'a self, name: &'a str, value: Vec<u8>) -> BoxFuture<'a, Result<(), KeyStoreError>> {
        let record = params![name, value];
        Box::pin(self.db.write("set_record", move |tx| Ok(tx.execute(&SET_RECORD, &record).map(drop)?)))
    }
}
