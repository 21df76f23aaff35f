//! A third party played with bare sockets, so that a test decides what happens to each byte.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

pub const OK: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Answer: Yes\r\n\r\nok";

/// Listens until it is dropped.
pub struct Peer {
    pub address: SocketAddr,
    seen: Arc<Seen>,
    task: JoinHandle<()>,
}

#[derive(Default)]
pub struct Seen {
    connections: AtomicUsize,
    requests: Mutex<Vec<String>>,
}

impl Peer {
    /// Treats every connection by `play`.
    pub async fn start<F>(play: impl Fn(Line) -> F + Send + 'static) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::new(Seen::default());
        let log = Arc::clone(&seen);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                log.connections.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(play(Line { stream, seen: Arc::clone(&log) }));
            }
        });
        Self { address, seen, task }
    }

    /// Answers every request with `answer` and keeps the connection.
    pub async fn answering(answer: &'static [u8]) -> Self {
        Self::start(move |mut line| async move {
            while line.request().await.is_some() {
                line.write(answer).await;
            }
        })
        .await
    }

    pub fn connections(&self) -> usize {
        self.seen.connections.load(Ordering::SeqCst)
    }

    /// Every whole request that arrived, head and body.
    pub fn requests(&self) -> Vec<String> {
        self.seen.requests.lock().unwrap().clone()
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// One connection.
pub struct Line {
    pub stream: TcpStream,
    seen: Arc<Seen>,
}

impl Line {
    /// The next whole request, also written down; `None` when the other side is gone.
    pub async fn request(&mut self) -> Option<String> {
        let mut text = String::new();
        let mut byte = [0];
        while !text.ends_with("\r\n\r\n") {
            self.stream.read_exact(&mut byte).await.ok()?;
            text.push(char::from(byte[0]));
        }
        let length = text
            .lines()
            .find_map(|line| line.strip_prefix("content-length: ")?.parse::<usize>().ok())
            .unwrap_or(0);
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body).await.ok()?;
        text.push_str(std::str::from_utf8(&body).unwrap());
        self.seen.requests.lock().unwrap().push(text.clone());
        Some(text)
    }

    pub async fn write(&mut self, bytes: &[u8]) {
        // The other side may have gone away; what it makes of that is what the test looks at.
        let _ = self.stream.write_all(bytes).await;
    }

    /// Closes with a reset in place of an orderly end.
    pub fn reset(self) {
        self.stream.set_zero_linger().unwrap();
    }
}
