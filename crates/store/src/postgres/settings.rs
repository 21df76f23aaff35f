//! What a server says about itself and about our connection to it, for whoever looks whether it is fit.
//!
//! Invariant: it looks and changes nothing.

use super::{Postgres, failure};
use crate::error::StoreError;
use crate::port::Options;
use model::time::Timestamp;

/// What decides which statements and which of their values reach the server's log, and whether what was answered is
/// kept; and who reaches it. Extensions that are not loaded have no setting.
const NAMES: [&str; 21] = [
    "is_superuser",
    "listen_addresses",
    "log_statement",
    "log_min_duration_statement",
    "log_min_duration_sample",
    "log_transaction_sample_rate",
    "log_parameter_max_length",
    "log_parameter_max_length_on_error",
    "log_min_error_statement",
    "log_error_verbosity",
    "debug_print_parse",
    "debug_print_rewritten",
    "debug_print_plan",
    "auto_explain.log_min_duration",
    "auto_explain.log_parameter_max_length",
    "pgaudit.log",
    "pgaudit.log_parameter",
    "fsync",
    "full_page_writes",
    "synchronous_commit",
    "synchronous_standby_names",
];
/// As they are in force for our user, in our database.
const ASKED: &str = "SELECT asked, current_setting(asked, true) FROM UNNEST($1::text[]) AS asked";
const NOW: &str = "SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS BIGINT)";
const ENCRYPTED: &str = "SELECT COALESCE((SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()), FALSE)";

/// What a server asks for too little.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Without {
    /// Neither a password nor a certificate.
    Anything,
    /// The password alone is enough, and the address has a certificate besides.
    Certificate,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerSettings {
    /// As the server sees the connection.
    pub is_encrypted: bool,
    /// What of that which the address has it lets our user in without.
    pub open: Option<Without>,
    /// Whether the address names another server that may take over.
    pub has_successor: bool,
    /// Whether our user can do something to tables and not to rows alone.
    pub may_change_tables: bool,
    /// What time it is there.
    pub now: Timestamp,
    /// Settings that are there and not empty, and how they stand for us.
    pub settings: Vec<(String, String)>,
}

impl ServerSettings {
    pub(crate) async fn ask(url: &str) -> Result<Self, StoreError> {
        let one = Postgres::connect(url, Options { connections: 1, ..Options::default() })?;
        let client = one.client().await?;
        let failed = |error: tokio_postgres::Error| failure("server_settings", &error);
        let is_encrypted = client.query_one(ENCRYPTED, &[]).await.and_then(|row| row.try_get(0));
        let mut settings = Vec::new();
        for row in client.query(ASKED, &[&NAMES.as_slice()]).await.map_err(failed)? {
            let read = || Ok((row.try_get::<_, String>(0)?, row.try_get::<_, Option<String>>(1)?));
            let (name, setting) = read().map_err(failed)?;
            settings.extend(setting.filter(|setting| !setting.is_empty()).map(|setting| (name, setting)));
        }
        let is_encrypted = is_encrypted.map_err(failed)?;
        let now = client.query_one(NOW, &[]).await.and_then(|row| row.try_get(0)).map_err(failed)?;
        drop(client);
        let may_change_tables = one.can_change_tables().await?;
        let (has_successor, open) = (one.has_successor, one.lets_in_without().await?);
        Ok(Self { is_encrypted, open, has_successor, may_change_tables, now: Timestamp(now), settings })
    }
}
