//! What can go wrong with a database.
//!
//! Invariant: no error text holds a value from a row or a parameter. A statement is named, its
//! engine's code is given; PostgreSQL's `DETAIL`, which quotes values, is never read.

/// The statement that ends a transaction.
pub(crate) const COMMIT: &str = "COMMIT";

/// The store failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    #[error("{statement}: such a row is there already")]
    Conflict { statement: &'static str },
    #[error("{statement}: the row breaks a {kind} rule of its table")]
    Constraint { statement: &'static str, kind: &'static str },
    #[error("{statement}: the database refused it ({code})")]
    Statement { statement: &'static str, code: String },
    #[error("{statement}: the same row was given twice; this is a fault of the program, please report it")]
    Twice { statement: &'static str },
    #[error("{statement}: others kept changing the same rows; try again")]
    Contended { statement: &'static str },
    #[error(
        "{statement}: an earlier statement of this transaction had failed, so nothing more is done in it"
    )]
    Aborted { statement: &'static str },
    #[error(
        "transaction {name} was rolled back: a statement in it failed and its error was passed over; use ON CONFLICT where a conflict is expected"
    )]
    PassedOver { name: &'static str },
    #[error("{statement}: column {column} is {found}, not {wanted}")]
    Column { statement: &'static str, column: usize, wanted: &'static str, found: &'static str },
    #[error(
        "transaction {name} panicked and was rolled back; this is a fault of the program, please report it"
    )]
    Panicked { name: &'static str },
    #[error("the database was closed")]
    Stopped,
    #[error("the database cannot be reached: {0}")]
    Unavailable(String),
    #[error("another program holds the database; close it and try again")]
    Held,
    #[error(
        "the server lets our user in without its certificate, as it would anybody: in pg_hba.conf write `cert` where it says `trust`, as the server's superuser in psql: SELECT pg_reload_conf(); or leave sslcert and sslkey out of the address"
    )]
    LetsInAnybody,
    #[error("database address not usable: {0}")]
    Address(String),
    #[error("{what} is damaged ({code}): restore it from a backup")]
    Damaged { what: String, code: String },
    #[error(
        "the database was written by a newer Entente (it needs migration {found}, this program knows {known}): install that version or restore an older backup"
    )]
    Newer { found: i64, known: i64 },
    #[error(
        "migration {name} takes away what nodes of an older version still use, and these serve: {nodes}; stop them first, nothing was changed"
    )]
    InUse { name: String, nodes: String },
    #[error(
        "migration {name} could not get at its tables: for about a minute and a half others held them, and nothing was changed; wait for the end of a backup or of `entente move`, or see who it is (in psql: SELECT pid, application_name, state, xact_start FROM pg_stat_activity ORDER BY xact_start) and end that; then start again"
    )]
    LongHeld { name: String },
    #[error(
        "migration {name} is not the one that was applied to this database: install an unaltered release of Entente"
    )]
    MigrationChanged { name: String },
    #[error("migration {name} failed and nothing was changed: {reason}")]
    Migration { name: String, reason: String },
    #[error(
        "the database lacks migration {name}, and our user may not change tables: run `entente migrate` with the address of whoever owns them (--database-url-file, --keys-url-file)"
    )]
    Behind { name: String },
    #[error(
        "{statement}: our user may not do that: run `entente migrate --grant USER` with the address of whoever owns the tables (--database-url-file, --keys-url-file)"
    )]
    NotGranted { statement: &'static str },
    #[error("the server has no role {role}: make it, in psql: CREATE ROLE … LOGIN")]
    NoRole { role: String },
    #[error("{role} may do everything to the tables already: name a role that does not own them")]
    Owner { role: String },
    #[error("SQLite knows no roles: whoever may write the file may do everything")]
    NoRoles,
    #[error("this database holds the {found}, not the {wanted}: give each its own address")]
    WrongSchema { found: String, wanted: &'static str },
}

impl StoreError {
    /// Whether what was to be written may be the cause; else nothing else can be written now either, or it is not known
    /// whether it was.
    pub fn is_about_what_was_written(&self) -> bool {
        match self {
            // Too little disk, memory or connections; an operator; its files; a fault of its own.
            Self::Statement { statement, code } => {
                *statement != COMMIT && !["53", "57", "58", "XX"].iter().any(|class| code.starts_with(class))
            }
            Self::Contended { .. }
            | Self::Unavailable(_)
            | Self::Stopped
            | Self::Held
            | Self::LongHeld { .. }
            | Self::Damaged { .. }
            | Self::Behind { .. }
            | Self::NotGranted { .. }
            | Self::Newer { .. } => false,
            _ => true,
        }
    }
}
