//! The only SQL of Entente: SQLite by default, PostgreSQL for several nodes.
//!
//! `port` gives both one face (named transactions over fixed statements), `tables` holds one file per
//! table, `migrate` brings a database up to date, `keys` is the vault's key store.
//! Invariant: this crate handles sealed bytes and cannot open them.

pub mod copy;
pub mod erased_keys;
mod error;
pub mod holdings;
pub mod key_copies;
mod keys;
mod line;
mod migrate;
pub mod moving;
mod port;
mod postgres;
pub mod presence;
pub mod retention;
mod sqlite;
mod statement;
pub mod tables;
mod timing;
pub mod together;
mod value;

pub use error::StoreError;
pub use keys::SqlKeyStore;
pub use line::{Place, Waiting};
#[doc(hidden)]
pub use migrate::next;
pub use migrate::{Kind, Migration, check_needed, needed};
pub use port::{Database, Options, Schema, Tx, is_postgres, sqlite_file};
pub use postgres::{Protection, Server, ServerSettings, Without, protection, servers, verified_with};
pub use statement::Stmt;
pub use timing::{Connections, Figures, Timing};
pub use value::{Row, StoredId, Value};

/// Every statement that runs on a database of this schema.
pub fn statements(schema: Schema) -> Vec<&'static Stmt> {
    match schema {
        Schema::Data => {
            let copying = [copy::ALL, presence::ALL].concat();
            [tables::statements(), retention::statements(), copying].concat()
        }
        Schema::Keys => [keys::ALL, key_copies::ALL, erased_keys::ALL, copy::ALL, moving::ALL].concat(),
    }
}

/// What a database of this schema keeps: each column declared for the data map.
pub fn declarations(schema: Schema) -> Vec<model::datamap::Declaration> {
    let own = match schema {
        Schema::Data => tables::DECLARATIONS.to_vec(),
        Schema::Keys => [keys::DECLARATIONS, &[key_copies::DECLARATION, erased_keys::DECLARATION]].concat(),
    };
    own.into_iter().chain(std::iter::once(migrate::DECLARATION)).collect()
}

/// What brings a database of this schema up to date.
pub const fn migrations(schema: Schema) -> &'static [Migration] {
    schema.migrations()
}
