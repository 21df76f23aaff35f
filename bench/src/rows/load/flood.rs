//! Webhooks: signed as Meta signs them, over connections that are kept, the next as soon as the one before is answered.
//!
//! Runs on a thread of its own and does as little as can be, because it takes its time from the same cores. A 503 is
//! waited for a little and its delivery comes again, as Meta's would.

use crate::ambient::{Watch, pause};
use crate::world::SECRET;
use anyhow::{Context as _, Result, bail, ensure};
use aws_lc_rs::hmac;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// Every tenth message is somebody's first.
const OF_STRANGERS: u64 = 10;
/// What Meta's retry waits at least.
const BREATH: u64 = 200;
/// People of the load begin here, so that they are none of those who agreed.
const FROM: u64 = 100_000_000;

/// Answers by status, and how long they took in microseconds.
#[derive(Default)]
pub struct Tally {
    statuses: BTreeMap<u16, u64>,
    took: Vec<u32>,
    broken: u64,
}

impl Tally {
    pub fn note(&mut self, status: u16, seconds: f64) {
        *self.statuses.entry(status).or_default() += 1;
        self.took.push((seconds * 1e6) as u32);
    }

    /// No answer came.
    pub fn note_broken(&mut self) {
        self.broken += 1;
    }

    pub fn add(&mut self, other: Self) {
        for (status, count) in other.statuses {
            *self.statuses.entry(status).or_default() += count;
        }
        self.took.extend(other.took);
        self.broken += other.broken;
    }

    pub fn count(&self, status: u16) -> u64 {
        self.statuses.get(&status).copied().unwrap_or(0)
    }

    pub fn all(&self) -> u64 {
        self.statuses.values().sum::<u64>() + self.broken
    }

    /// As one line.
    pub fn line(&self, what: &str, seconds: f64) -> String {
        let mut took = self.took.clone();
        took.sort_unstable();
        let at = |share: f64| {
            let last = took.len().saturating_sub(1);
            took.get((last as f64 * share).round() as usize)
                .map_or(f64::NAN, |micros| f64::from(*micros) / 1e3)
        };
        let statuses: Vec<String> =
            self.statuses.iter().map(|(status, count)| format!("{status}: {count}")).collect();
        format!(
            "{what}: {:.0}/s; p50 {:.1} ms, p99 {:.1} ms, p99.9 {:.1} ms, longest {:.1} ms; {}, without an answer {}\n",
            self.all() as f64 / seconds,
            at(0.5),
            at(0.99),
            at(0.999),
            at(1.0),
            statuses.join(", "),
            self.broken
        )
    }
}

/// Writes signed deliveries: one message of one person each.
pub struct Writer {
    pages: Vec<String>,
    text: String,
    payload: Option<String>,
    key: hmac::Key,
}

impl Writer {
    pub fn new(pages: &[String], text: &str, payload: Option<String>) -> Self {
        let key = hmac::Key::new(hmac::HMAC_SHA256, SECRET.as_bytes());
        Self { pages: pages.to_vec(), text: text.to_owned(), payload, key }
    }

    /// The whole request. `number` makes the message's id, `person` the sender and, with it, the page.
    fn request(&self, person: u64, number: u64) -> Vec<u8> {
        let at = now();
        let pages = u64::try_from(self.pages.len()).unwrap_or(1);
        let page = usize::try_from(person % pages).ok().and_then(|at| self.pages.get(at));
        let page = page.map_or("", String::as_str);
        let quick =
            self.payload.as_ref().map(|payload| format!(r#","quick_reply":{{"payload":"{payload}"}}"#));
        let (text, quick) = (&self.text, quick.unwrap_or_default());
        let body = format!(
            r#"{{"object":"page","entry":[{{"id":"{page}","time":{at},"messaging":[{{"sender":{{"id":"2400{person:013}"}},"recipient":{{"id":"{page}"}},"timestamp":{at},"message":{{"mid":"m_{}{number:024}","text":"{text}"{quick}}}}}]}}]}}"#,
            if quick.is_empty() { "t" } else { "q" },
        );
        let signature = hex::encode(hmac::sign(&self.key, body.as_bytes()));
        crate::load::request(body.as_bytes(), &format!("sha256={signature}"))
    }

    pub fn messages(self, people: Range<usize>) -> Vec<Vec<u8>> {
        people.filter_map(|person| u64::try_from(person).ok()).map(|n| self.request(n, n)).collect()
    }
}

/// Milliseconds since 1970.
fn now() -> u128 {
    #[expect(clippy::disallowed_methods, reason = "what is delivered must be of now")]
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis()
}

/// Delivers every request until it is taken.
pub async fn deliver_all(address: SocketAddr, connections: usize, requests: Vec<Vec<u8>>) -> Result<()> {
    let (requests, next) = (Arc::new(requests), Arc::new(AtomicU64::new(0)));
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..connections {
        let (requests, next) = (Arc::clone(&requests), Arc::clone(&next));
        tasks.spawn(async move {
            let mut line = Line::new(address).await?;
            while let Some(request) =
                usize::try_from(next.fetch_add(1, Ordering::Relaxed)).ok().and_then(|at| requests.get(at))
            {
                for tries in 0.. {
                    let status = line.ask(request).await?;
                    if status == 200 {
                        break;
                    }
                    ensure!(status == 503 && tries < 100, "a delivery was answered with {status}");
                    pause(BREATH).await;
                }
            }
            Ok(())
        });
    }
    while let Some(done) = tasks.join_next().await {
        done??;
    }
    Ok(())
}

/// A flood under way.
pub struct Flood(tokio::sync::oneshot::Receiver<Result<(Tally, u64)>>);

impl Flood {
    pub fn start(
        address: SocketAddr,
        connections: usize,
        pages: Vec<String>,
        ended: &Arc<AtomicBool>,
    ) -> Result<Self> {
        let (tell, told) = tokio::sync::oneshot::channel();
        let ended = Arc::clone(ended);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        std::thread::spawn(move || {
            // Whoever waits has gone only if the program ends.
            let _ = tell.send(runtime.block_on(flood(address, connections, pages, ended)));
        });
        Ok(Self(told))
    }

    /// Waits for the answers that are due; with how many strangers were acknowledged.
    pub async fn end(self) -> Result<(Tally, u64)> {
        self.0.await.context("the flood stopped")?
    }
}

async fn flood(
    address: SocketAddr,
    connections: usize,
    pages: Vec<String>,
    ended: Arc<AtomicBool>,
) -> Result<(Tally, u64)> {
    let writer = Arc::new(Writer::new(&pages, "Do you have it in blue?", None));
    let (next, known) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..connections {
        let (writer, next, known) = (Arc::clone(&writer), Arc::clone(&next), Arc::clone(&known));
        tasks.spawn(connection(address, writer, [next, known], Arc::clone(&ended)));
    }
    let mut tally = Tally::default();
    while let Some(done) = tasks.join_next().await {
        tally.add(done??);
    }
    Ok((tally, known.load(Ordering::Relaxed)))
}

async fn connection(
    address: SocketAddr,
    writer: Arc<Writer>,
    [next, known]: [Arc<AtomicU64>; 2],
    ended: Arc<AtomicBool>,
) -> Result<Tally> {
    let mut tally = Tally::default();
    let mut line = Line::new(address).await?;
    while !ended.load(Ordering::Relaxed) {
        let number = next.fetch_add(1, Ordering::Relaxed);
        let is_stranger = number % OF_STRANGERS == 0;
        // Somebody who wrote a while ago.
        let person = if is_stranger { number } else { number / 2 / OF_STRANGERS * OF_STRANGERS };
        let request = writer.request(FROM + person, FROM + number);
        loop {
            let watch = Watch::start();
            let asked = line.ask(&request).await;
            let Ok(status) = asked else {
                tally.note_broken();
                line = Line::new(address).await?;
                continue;
            };
            tally.note(status, watch.seconds());
            if status == 200 {
                if is_stranger {
                    known.fetch_add(1, Ordering::Relaxed);
                }
                break;
            }
            ensure!(status == 503, "a delivery was answered with {status}");
            pause(BREATH).await;
        }
    }
    Ok(tally)
}

/// One connection that is kept.
struct Line {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Line {
    async fn new(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: vec![0; 16 * 1024] })
    }

    /// Sends a request and reads its answer to the end; its status.
    async fn ask(&mut self, request: &[u8]) -> Result<u16> {
        self.stream.write_all(request).await?;
        let mut filled = 0;
        loop {
            let read = self.stream.read(self.buffer.get_mut(filled..).unwrap_or_default()).await?;
            if read == 0 {
                bail!("the server closed the connection");
            }
            filled += read;
            let got = self.buffer.get(..filled).unwrap_or_default();
            let Some(head) = got.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
            let text = std::str::from_utf8(got.get(..head).unwrap_or_default())?;
            let length = text.lines().find_map(|line| line.strip_prefix("content-length: "));
            let length: usize = length.and_then(|length| length.parse().ok()).context("no length")?;
            if filled >= head + 4 + length {
                let status = text.split(' ').nth(1).and_then(|status| status.parse().ok());
                return status.context("no status");
            }
        }
    }
}
