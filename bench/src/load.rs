//! The load generator: keep-alive connections that send prepared requests as fast as they are answered.
//!
//! It runs on one thread of its own and does as little as can be, because it takes its time from the
//! same cores as what it measures.

use crate::ambient::Watch;
use anyhow::{Context as _, Result, bail};
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

pub const CONNECTIONS: usize = 32;

/// What one run brought.
pub struct Loaded {
    pub per_second: f64,
    /// Seconds, sorted.
    pub latencies: Vec<f64>,
}

impl Loaded {
    /// In milliseconds.
    pub fn percentile(&self, share: f64) -> f64 {
        let last = self.latencies.len().saturating_sub(1);
        let at = (last as f64 * share).round() as usize;
        self.latencies.get(at).copied().unwrap_or(f64::NAN) * 1_000.0
    }
}

/// `POST /webhooks/messenger` with a signed body.
pub fn request(body: &[u8], signature: &str) -> Vec<u8> {
    signed(body, &format!("x-hub-signature-256: {signature}"))
}

/// The same with these lines of signatures.
pub fn signed(body: &[u8], signatures: &str) -> Vec<u8> {
    let head = format!(
        "POST /webhooks/messenger HTTP/1.1\r\nhost: bench.example\r\ncontent-type: application/json\r\n{signatures}\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}

/// Sends every request once and waits for all answers, each of which must be a 200.
pub async fn run(address: SocketAddr, requests: Vec<Vec<u8>>) -> Result<Loaded> {
    let (tell, told) = tokio::sync::oneshot::channel();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    std::thread::spawn(move || {
        // Whoever waits has gone only if the program ends.
        let _ = tell.send(runtime.block_on(fire(address, requests)));
    });
    told.await.context("the load generator stopped")?
}

async fn fire(address: SocketAddr, requests: Vec<Vec<u8>>) -> Result<Loaded> {
    let requests = Arc::new(requests);
    let mut streams = Vec::with_capacity(CONNECTIONS);
    for _ in 0..CONNECTIONS {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        streams.push(stream);
    }
    let watch = Watch::start();
    let mut tasks = tokio::task::JoinSet::new();
    for (number, stream) in streams.into_iter().enumerate() {
        tasks.spawn(connection(stream, Arc::clone(&requests), number));
    }
    let mut latencies = Vec::with_capacity(requests.len());
    while let Some(done) = tasks.join_next().await {
        latencies.extend(done??);
    }
    let per_second = watch.rate(latencies.len());
    latencies.sort_by(f64::total_cmp);
    Ok(Loaded { per_second, latencies })
}

async fn connection(mut stream: TcpStream, requests: Arc<Vec<Vec<u8>>>, number: usize) -> Result<Vec<f64>> {
    let mut latencies = Vec::with_capacity(requests.len() / CONNECTIONS + 1);
    let mut buffer = vec![0; 16 * 1024];
    for request in requests.iter().skip(number).step_by(CONNECTIONS) {
        let watch = Watch::start();
        stream.write_all(request).await?;
        answer(&mut stream, &mut buffer).await?;
        latencies.push(watch.seconds());
    }
    Ok(latencies)
}

/// Reads one answer to its end.
async fn answer(stream: &mut TcpStream, buffer: &mut [u8]) -> Result<()> {
    let mut filled = 0;
    loop {
        let room = buffer.get_mut(filled..).unwrap_or_default();
        let read = stream.read(room).await?;
        if read == 0 {
            bail!("the server closed the connection");
        }
        filled += read;
        let got = buffer.get(..filled).unwrap_or_default();
        let Some(head) = got.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
        let head_text = std::str::from_utf8(got.get(..head).unwrap_or_default())?;
        if !head_text.starts_with("HTTP/1.1 200") {
            bail!("answered {}", head_text.lines().next().unwrap_or_default());
        }
        let length: usize = head_text
            .lines()
            .filter_map(|line| line.split_once(": "))
            .find_map(|(name, length)| {
                name.eq_ignore_ascii_case("content-length").then(|| length.parse().ok())?
            })
            .context("an answer without a length")?;
        if filled >= head + 4 + length {
            return Ok(());
        }
    }
}
