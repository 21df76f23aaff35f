//! The only SQL of Entente: SQLite by default, PostgreSQL for several nodes.
//!
//! `port` gives both one face (named transactions over fixed statements), `tables` holds one file per
//! table, `migrate` brings a database up to date, `keys` is the vault's key store.
//! Invariant: this crate handles sealed bytes and cannot open them.

mod error;
pub mod holdings;
mod keys;
mod migrate;
mod port;
mod postgres;
pub mod retention;
mod sqlite;
mod statement;
pub mod tables;
mod value;

pub use error::StoreError;
pub use keys::SqlKeyStore;
pub use migrate::Migration;
pub use port::{Database, Options, Schema, Tx, sqlite_file};
pub use statement::Stmt;
pub use value::{Row, StoredId, Value};

/// Every statement that runs on a database of this schema.
pub fn statements(schema: Schema) -> Vec<&'static Stmt> {
    match schema {
        Schema::Data => tables::statements().into_iter().chain(retention::statements()).collect(),
        Schema::Keys => keys::ALL.to_vec(),
    }
}

/// What a database of this schema keeps: each column declared for the data map.
pub fn declarations(schema: Schema) -> Vec<model::datamap::Declaration> {
    let own = match schema {
        Schema::Data => tables::DECLARATIONS,
        Schema::Keys => keys::DECLARATIONS,
    };
    own.iter().copied().chain(std::iter::once(migrate::DECLARATION)).collect()
}

/// What brings a database of this schema up to date.
pub const fn migrations(schema: Schema) -> &'static [Migration] {
    schema.migrations()
}
