//! What a role may do that serves: change rows, and no table.
//!
//! Why: whoever gets hold of the program's address then cannot take a table away, put a trigger on it, or empty it past
//! what its references say. Whoever owns the tables brings them up to date, by `entente migrate`.
//!
//! Invariant: a role is given the same whatever it had, in one transaction.

use super::{Postgres, failure};
use crate::copy;
use crate::error::StoreError;
use crate::port::{Options, Schema};
use deadpool_postgres::Client;

const KNOWN: &str = "SELECT 1 FROM pg_roles WHERE rolname = $1";
// Of a superuser, too.
const MAY_BE_US: &str = "SELECT pg_has_role(CAST($1 AS name), current_user, 'MEMBER')";
/// Whoever owns one of our tables can do anything to it.
const MAY_CHANGE: &str = "SELECT COALESCE(has_schema_privilege(current_schema(), 'CREATE'), FALSE) OR EXISTS (SELECT 1 FROM pg_class WHERE oid = to_regclass('migration') AND pg_has_role(relowner, 'USAGE'))";
// Statements take no parameters where they name roles and tables: the server writes them with its own quotes.
const TAKE: &str = "SELECT format('REVOKE ALL ON SCHEMA %I FROM %I', current_schema(), CAST($1 AS text)) UNION ALL SELECT format('REVOKE ALL ON TABLE %I FROM %I', name, CAST($1 AS text)) FROM UNNEST(CAST($2 AS text[])) AS name";
const GIVE: &str = "SELECT format('GRANT CONNECT ON DATABASE %I TO %I', current_database(), CAST($1 AS text)) WHERE NOT has_database_privilege(CAST($1 AS text), current_database(), 'CONNECT') UNION ALL SELECT format('GRANT USAGE ON SCHEMA %I TO %I', current_schema(), CAST($1 AS text)) UNION ALL SELECT format('GRANT %s ON TABLE %I TO %I', CASE name WHEN 'migration' THEN 'SELECT' ELSE 'SELECT, INSERT, UPDATE, DELETE' END, name, CAST($1 AS text)) FROM UNNEST(CAST($2 AS text[])) AS name UNION ALL SELECT format('ALTER DEFAULT PRIVILEGES IN SCHEMA %I GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO %I', current_schema(), CAST($1 AS text))";

impl Postgres {
    pub(crate) async fn may_change_tables(url: &str) -> Result<bool, StoreError> {
        Self::connect(url, Options { connections: 1, ..Options::default() })?.can_change_tables().await
    }

    pub(super) async fn can_change_tables(&self) -> Result<bool, StoreError> {
        let asked = self.client().await?.query_one(MAY_CHANGE, &[]).await;
        asked.and_then(|row| row.try_get(0)).map_err(|error| failure("may_change_tables", &error))
    }

    pub(crate) async fn refuse_role(url: &str, role: &str) -> Result<(), StoreError> {
        let one = Self::connect(url, Options { connections: 1, ..Options::default() })?;
        refuse(&one.first().await?, role).await
    }

    /// Gives a role what serving needs, also of tables that later migrations of ours make.
    pub(crate) async fn grant(&self, schema: Schema, role: &str) -> Result<(), StoreError> {
        let client = self.client().await?;
        let failed = |error: tokio_postgres::Error| failure("grant", &error);
        refuse(&client, role).await?;
        client.batch_execute("BEGIN").await.map_err(failed)?;
        let given = exchange(&client, schema, role).await;
        let end = if given.is_ok() { "COMMIT" } else { "ROLLBACK" };
        let ended = client.batch_execute(end).await;
        given.and(ended).map_err(failed)
    }
}

/// Roles that there are not, or that can do everything anyway.
async fn refuse(client: &Client, role: &str) -> Result<(), StoreError> {
    let failed = |error: tokio_postgres::Error| failure("grant", &error);
    if client.query_opt(KNOWN, &[&role]).await.map_err(failed)?.is_none() {
        return Err(StoreError::NoRole { role: role.to_owned() });
    }
    let is_us = client.query_one(MAY_BE_US, &[&role]).await.and_then(|row| row.try_get(0));
    if is_us.map_err(failed)? { Err(StoreError::Owner { role: role.to_owned() }) } else { Ok(()) }
}

async fn exchange(client: &Client, schema: Schema, role: &str) -> Result<(), tokio_postgres::Error> {
    let tables: Vec<&str> = copy::tables(schema).iter().map(|(name, _)| *name).collect();
    for written in [TAKE, GIVE] {
        for row in client.query(written, &[&role, &tables]).await? {
            client.batch_execute(row.try_get(0)?).await?;
        }
    }
    Ok(())
}
