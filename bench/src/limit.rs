//! The limits: what the same machine does when it does nothing else.

use crate::ambient::Watch;
use crate::place::{Place, connect};
use crate::sink::Captured;
use anyhow::{Context as _, Result};
use axum::Router;
use axum::body::to_bytes;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use bytes::Bytes;
use model::time::Clock;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use tokio::sync::oneshot;

const TABLE: &str = "CREATE TABLE IF NOT EXISTS event (id INTEGER PRIMARY KEY, at INTEGER NOT NULL, sealed BLOB NOT NULL) STRICT;";

fn open(path: &Path) -> Result<rusqlite::Connection> {
    let connection = rusqlite::Connection::open(path)?;
    connection.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 2000;",
    )?;
    connection.execute_batch(TABLE)?;
    Ok(connection)
}

/// What a batched insert is on this place's database.
pub const fn batched_name(place: &Place) -> &'static str {
    if place.is_postgres() {
        "batched insert (tokio-postgres, UNNEST, 1,000 rows of 200 bytes a commit)"
    } else {
        "batched insert (rusqlite, 1,000 rows of 200 bytes a commit)"
    }
}

/// `count` rows of 200 bytes by the database's own client alone, a thousand to a commit, each commit
/// synced; rows a second.
pub async fn batched_insert(place: &Place, count: usize) -> Result<f64> {
    if place.is_postgres() {
        unnested_insert(place, count).await
    } else {
        rusqlite_insert(place.path(), count)
    }
}

const PG_TABLE: &str = "CREATE TABLE IF NOT EXISTS bench_event (id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, at BIGINT NOT NULL, sealed BYTEA NOT NULL)";
const PG_INSERT: &str =
    "INSERT INTO bench_event (at, sealed) SELECT * FROM unnest($1::BIGINT[], $2::BYTEA[])";

async fn unnested_insert(place: &Place, count: usize) -> Result<f64> {
    let client = connect(&place.data).await?;
    client.batch_execute(PG_TABLE).await?;
    client.batch_execute("TRUNCATE bench_event").await?;
    let insert = client.prepare(PG_INSERT).await?;
    let sealed = vec![&[0x5a_u8; 192][..]; 1_000];
    let watch = Watch::start();
    let mut done = 0;
    while done < count {
        let at = vec![i64::try_from(done)?; sealed.len()];
        client.execute(&insert, &[&at, &sealed]).await?;
        done += sealed.len();
    }
    Ok(watch.rate(done))
}

fn rusqlite_insert(folder: &Path, count: usize) -> Result<f64> {
    let path = folder.join("bare.db");
    for file in ["bare.db", "bare.db-wal", "bare.db-shm"] {
        // Not there before the first time.
        let _ = std::fs::remove_file(folder.join(file));
    }
    let mut connection = open(&path)?;
    let watch = Watch::start();
    let mut done = 0;
    while done < count {
        let tx = connection.transaction()?;
        let mut insert = tx.prepare_cached("INSERT INTO event (at, sealed) VALUES (?1, ?2)")?;
        for _ in 0..1_000 {
            insert.execute((i64::try_from(done)?, [0x5a_u8; 192]))?;
            done += 1;
        }
        drop(insert);
        tx.commit()?;
    }
    Ok(watch.rate(done))
}

/// The webhook's route without storage: signature, parsing, 200.
pub async fn checking_route(secret: &'static str, clock: Arc<dyn Clock>) -> Result<Served> {
    let handler = move |headers: HeaderMap, request: Request| {
        let clock = Arc::clone(&clock);
        async move {
            let Ok(body) = to_bytes(request.into_body(), 1024 * 1024).await else {
                return StatusCode::PAYLOAD_TOO_LARGE;
            };
            let signature = headers.get("x-hub-signature-256").and_then(|value| value.to_str().ok());
            let signed = messenger::signature::verify(&[secret], &body, signature);
            let parsed = messenger::webhook::parse(&body, clock.now());
            if signed.is_ok() && parsed.is_ok_and(|events| !events.is_empty()) {
                StatusCode::OK
            } else {
                StatusCode::BAD_REQUEST
            }
        }
    };
    serve(Router::new().route("/webhooks/messenger", post(handler))).await
}

struct Insert {
    body: Bytes,
    done: oneshot::Sender<()>,
}

/// The webhook's route as a bare insert before the 200: neither checked nor parsed, but synced, many to
/// a commit.
pub async fn inserting_route(place: &Place) -> Result<Served> {
    async fn insert(State(writer): State<Sender<Insert>>, body: Bytes) -> StatusCode {
        let (done, committed) = oneshot::channel();
        let sent = writer.send(Insert { body, done });
        if sent.is_ok() && committed.await.is_ok() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE }
    }
    let (writer, jobs) = channel();
    // An error drops the waiting requests, which then count as failed.
    if place.is_postgres() {
        let client = connect(&place.data).await?;
        client.batch_execute(PG_TABLE).await?;
        let insert = client.prepare(PG_INSERT).await?;
        let handle = tokio::runtime::Handle::current();
        std::thread::spawn(move || write_unnested(&handle, &client, &insert, &jobs));
    } else {
        let connection = open(&place.path().join("door.db"))?;
        std::thread::spawn(move || write(connection, &jobs));
    }
    serve(Router::new().route("/webhooks/messenger", post(insert)).with_state(writer)).await
}

fn write(mut connection: rusqlite::Connection, jobs: &Receiver<Insert>) -> Result<()> {
    while let Ok(first) = jobs.recv() {
        let group: Vec<Insert> = std::iter::once(first).chain(jobs.try_iter().take(511)).collect();
        let tx = connection.transaction()?;
        let mut insert = tx.prepare_cached("INSERT INTO event (at, sealed) VALUES (0, ?1)")?;
        for job in &group {
            insert.execute([&job.body[..]])?;
        }
        drop(insert);
        tx.commit()?;
        for job in group {
            // Whoever asked may have gone.
            let _ = job.done.send(());
        }
    }
    Ok(())
}

fn write_unnested(
    handle: &tokio::runtime::Handle,
    client: &tokio_postgres::Client,
    insert: &tokio_postgres::Statement,
    jobs: &Receiver<Insert>,
) -> Result<()> {
    while let Ok(first) = jobs.recv() {
        let group: Vec<Insert> = std::iter::once(first).chain(jobs.try_iter().take(511)).collect();
        let (at, sealed): (Vec<i64>, Vec<&[u8]>) = group.iter().map(|job| (0, &job.body[..])).unzip();
        handle.block_on(client.execute(insert, &[&at, &sealed]))?;
        for job in group {
            // Whoever asked may have gone.
            let _ = job.done.send(());
        }
    }
    Ok(())
}

/// A server under way; dropping it stops it.
pub struct Served {
    pub address: SocketAddr,
    stop: tokio::task::AbortHandle,
}

impl Drop for Served {
    fn drop(&mut self) {
        self.stop.abort();
    }
}

pub async fn serve(router: Router) -> Result<Served> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let serving = tokio::spawn(async move { web::serve(listener, router, std::future::pending()).await });
    Ok(Served { address, stop: serving.abort_handle() })
}

/// The HTTP client that Entente uses, in a loop: `count` times the same request, `in_flight` at a time,
/// each answer read to its end; requests a second.
pub async fn bare_loop(
    address: SocketAddr,
    captured: &Captured,
    in_flight: usize,
    count: usize,
) -> Result<f64> {
    let client = reqwest::Client::builder()
        .no_proxy()
        .tls_certs_only([])
        .retry(reqwest::retry::never())
        .pool_max_idle_per_host(256)
        .build()?;
    let mut headers = reqwest::header::HeaderMap::new();
    for (name, value) in &captured.headers {
        headers.append(reqwest::header::HeaderName::from_bytes(name.as_bytes())?, value.parse()?);
    }
    let url = reqwest::Url::parse(&format!("http://{address}{}", captured.path))?;
    let left = Arc::new(AtomicUsize::new(count));
    let watch = Watch::start();
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..in_flight {
        let (client, url, headers, left) = (client.clone(), url.clone(), headers.clone(), Arc::clone(&left));
        let body = captured.body.clone();
        tasks.spawn(async move {
            let take = |n: usize| n.checked_sub(1);
            while left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take).is_ok() {
                let request = client.post(url.clone()).headers(headers.clone()).body(body.clone());
                let answer = request.send().await?.error_for_status()?;
                answer.bytes().await?;
            }
            Ok::<_, reqwest::Error>(())
        });
    }
    while let Some(done) = tasks.join_next().await {
        done.context("the loop stopped")??;
    }
    Ok(watch.rate(count))
}
