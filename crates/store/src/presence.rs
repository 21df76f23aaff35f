//! A node's presence on PostgreSQL: a connection of its own that holds a lock of the server's as long as the
//! process lives, and on which it hears what other nodes call out.
//!
//! Invariants: the lock ends with the connection, so that others see at once that a process was killed; what is
//! called out only makes others quicker: nothing is lost when it is not heard.

use crate::error::StoreError;
use crate::port::Tx;
use crate::{params, postgres};
use futures_util::{Stream, StreamExt as _, stream};
use model::time::Timestamp;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::sync::mpsc;
use tokio_postgres::{AsyncMessage, Client, Connection};

crate::statements! {
    // A lock that can be had is held by nobody; it is given back with the transaction.
    pair IS_FREE = {
        sqlite: "SELECT $1 * 0",
        postgres: "SELECT CAST(pg_try_advisory_xact_lock($1) AS INTEGER)",
    };
    // Of this moment, and not of when the transaction began.
    pair TIME = {
        sqlite: "SELECT CAST((julianday('now') - 2440587.5) * 86400000000.0 AS INTEGER)",
        postgres: "SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS BIGINT)",
    };
    pair CALL = {
        sqlite: "SELECT $1",
        postgres: "SELECT CAST(pg_notify('entente', $1) AS TEXT)",
    };
}

/// As long as it is not dropped, and [`Presence::is_there`], others see the node.
pub struct Presence {
    client: Client,
    lock: i64,
    holds: AtomicBool,
    heard: tokio::sync::Mutex<mpsc::Receiver<String>>,
}

/// The server's lock that stands for this id.
pub(crate) const fn lock_of(id: &[u8; 16]) -> i64 {
    let [.., a, b, c, d, e, f, g, h] = *id;
    i64::from_be_bytes([a, b, c, d, e, f, g, h])
}

/// Whether the node of this id holds its lock no more. Always `false` on SQLite, which only one process opens.
pub fn is_gone(tx: &Tx<'_>, id: &[u8; 16]) -> Result<bool, StoreError> {
    tx.query_one(&IS_FREE, &params![lock_of(id)])?.flag(0)
}

/// What the server's clock says, which all nodes ask.
pub fn time(tx: &Tx<'_>) -> Result<Timestamp, StoreError> {
    tx.query_one(&TIME, &[])?.at(0)
}

/// Calls out to the other nodes. At most 8,000 bytes.
pub fn call(tx: &Tx<'_>, what: &str) -> Result<(), StoreError> {
    tx.query_one(&CALL, &params![what]).map(drop)
}

impl Presence {
    /// Listens on a connection, on which the lock of this id is to be held.
    pub(crate) async fn begin<S, T>(
        client: Client,
        connection: Connection<S, T>,
        id: &[u8; 16],
    ) -> Result<Self, StoreError>
    where
        S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + Send + 'static,
        T: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + Send + 'static,
    {
        let (tell, heard) = mpsc::channel(1_000);
        tokio::spawn(async move {
            let mut messages = std::pin::pin!(messages(connection));
            while let Some(Ok(message)) = messages.next().await {
                if let AsyncMessage::Notification(said) = message {
                    // Whoever does not listen misses something that only makes it quicker.
                    let _ = tell.try_send(said.payload().to_owned());
                }
            }
        });
        client
            .batch_execute("LISTEN entente")
            .await
            .map_err(|error| postgres::failure("presence", &error))?;
        let holds = AtomicBool::new(false);
        Ok(Self { client, lock: lock_of(id), holds, heard: tokio::sync::Mutex::new(heard) })
    }

    /// Takes the lock, if it is not held yet. Not waited for: where the server does not know yet that an earlier
    /// connection of this process is gone, that one still shows it.
    pub async fn hold(&self) -> Result<(), StoreError> {
        if self.holds.load(Ordering::Relaxed) {
            return Ok(());
        }
        let asked = self.client.query_one("SELECT pg_try_advisory_lock($1)", &[&self.lock]).await;
        let holds =
            asked.and_then(|row| row.try_get(0)).map_err(|error| postgres::failure("presence", &error))?;
        self.holds.store(holds, Ordering::Relaxed);
        Ok(())
    }

    /// Whether the connection stands, as far as is known here.
    pub fn is_there(&self) -> bool {
        !self.client.is_closed()
    }

    /// What is called out next; nothing any more once the connection is gone.
    pub async fn hear(&self) -> Option<String> {
        self.heard.lock().await.recv().await
    }
}

fn messages<S, T>(
    mut connection: Connection<S, T>,
) -> impl Stream<Item = Result<AsyncMessage, tokio_postgres::Error>>
where
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
    T: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
{
    stream::poll_fn(move |context| connection.poll_message(context))
}
