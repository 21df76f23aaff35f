//! Bytes that two servers would read differently, sent over real sockets: what is refused, what ends its connection, and
//! that nothing which lies behind a request is ever taken for another one.
//!
//! What a proxy in front of us puts on one connection, an attacker's request and then somebody else's, is sent here as it
//! would arrive.

use axum::Router;
use axum::extract::Request;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use web::listen::client::Proxies;
use web::listen::{Limits, Transport};

/// Notes what reached the program.
struct Served {
    address: SocketAddr,
    seen: Arc<Mutex<Vec<String>>>,
    _stop: oneshot::Sender<()>,
}

impl Served {
    async fn new() -> Self {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let notes = Arc::clone(&seen);
        let router = Router::new().fallback(move |request: Request| {
            let notes = Arc::clone(&notes);
            async move {
                let (parts, body) = request.into_parts();
                let line = format!("{} {}", parts.method, parts.uri.path());
                notes.lock().unwrap().push(line);
                let body = axum::body::to_bytes(body, 1 << 20).await;
                body.map_or_else(|_| "broken".to_owned(), |body| format!("took {}", body.len()))
            }
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        // Short for what waits for its end; long enough for a request to come.
        let short = Duration::from_millis(1_500);
        let limits = Limits { handshake: short, head: short, body: short, idle: short, ..Limits::default() };
        let shutdown = async move { drop(stopped.await) };
        tokio::spawn(web::listen::serve(
            listener,
            router,
            Transport::Plain(Proxies::none()),
            limits,
            shutdown,
        ));
        Self { address, seen, _stop: stop }
    }

    /// What comes back for these bytes until the connection ends, and what the program saw of them.
    async fn say(&self, bytes: &str) -> (String, Vec<String>) {
        self.seen.lock().unwrap().clear();
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        // A server that has closed already does not read to the end.
        let _ = stream.write_all(bytes.as_bytes()).await;
        let mut all = Vec::new();
        let reading = tokio::time::timeout(Duration::from_secs(20), stream.read_to_end(&mut all));
        let _ = reading.await.expect("the connection was left open");
        (String::from_utf8(all).unwrap(), self.seen.lock().unwrap().clone())
    }
}

/// What stands behind a request on the same connection: the attacker's own, as a proxy does not see it.
const BEHIND: &str = "GET /admin/accounts HTTP/1.1\r\nHost: brand.example\r\n\r\n";

fn statuses(answer: &str) -> Vec<&str> {
    answer.split("HTTP/1.1 ").skip(1).map(|rest| &rest[..3]).collect()
}

#[tokio::test]
async fn claim_x10_what_has_a_length_and_chunks_ends_its_connection() {
    let served = Served::new().await;
    for heads in [
        "Content-Length: 6\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 6\r\n",
        "Transfer-Encoding: chunked\r\n",
        "Transfer-Encoding: identity, chunked\r\nContent-Length: 6\r\n",
        "transfer-encoding:chunked\r\ncontent-length:6\r\n",
    ] {
        // By the length there is one request; by the chunks there are two.
        let sent = format!("POST / HTTP/1.1\r\nHost: brand.example\r\n{heads}\r\n0\r\n\r\n{BEHIND}");
        let (answer, seen) = served.say(&sent).await;
        assert_eq!(seen, ["POST /"], "{heads:?}");
        assert_eq!(statuses(&answer), ["200"], "{heads:?}: {answer}");
        assert!(
            answer.contains("connection: close\r\n") && answer.ends_with("took 0"),
            "{heads:?}: {answer}"
        );
    }
}

#[tokio::test]
async fn claim_x10_a_request_whose_length_can_be_read_in_two_ways_is_refused() {
    let served = Served::new().await;
    for heads in [
        "Content-Length: 6\r\nContent-Length: 0\r\n",
        "Content-Length: 0, 6\r\n",
        "Content-Length: +6\r\n",
        "Content-Length: -6\r\n",
        "Content-Length: 0x6\r\n",
        "Content-Length: 6 6\r\n",
        "Content-Length: 99999999999999999999\r\n",
        "Content-Length : 6\r\n",
        "Content-Length: 6\r\n folded: 0\r\n",
        "X-A: b\r\n\tTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked, identity\r\n",
        "Transfer-Encoding: xchunked\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
        "Transfer-Encoding : chunked\r\n",
        "Transfer-Encoding: \x0bchunked\r\n",
        " Transfer-Encoding: chunked\r\n",
        "Transfer\0-Encoding: chunked\r\n",
        "X-A: b\0Transfer-Encoding: chunked\r\n",
        "X-A: b\rTransfer-Encoding: chunked\r\n",
    ] {
        let sent = format!("POST / HTTP/1.1\r\nHost: brand.example\r\n{heads}\r\n0\r\n\r\n{BEHIND}");
        let (answer, seen) = served.say(&sent).await;
        assert_eq!(statuses(&answer), ["400"], "{heads:?}: {answer}");
        assert!(seen.is_empty(), "{heads:?}: {seen:?}");
    }
    // Chunks are of HTTP/1.1.
    let old = format!("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{BEHIND}");
    let (answer, seen) = served.say(&old).await;
    assert!(seen.is_empty() && !answer.contains(" 200 "), "{answer}");
}

#[tokio::test]
async fn claim_x10_chunks_are_read_strictly_and_what_is_odd_in_them_ends_the_connection() {
    let served = Served::new().await;
    let post = "POST / HTTP/1.1\r\nHost: brand.example\r\nTransfer-Encoding: chunked\r\n\r\n";
    // An extension is passed over (RFC 9112, 7.1.1), with all that it says.
    let (answer, seen) = served.say(&format!("{post}3;a=\"0;b\"\r\nabc\r\n0\r\n\r\n{BEHIND}")).await;
    assert_eq!((seen.len(), statuses(&answer)), (1, vec!["200"]), "{answer}");
    assert!(answer.ends_with("took 3"), "{answer}");
    for body in [
        // A line that ends without a carriage return, in the size, behind the data, in an extension.
        "3\nabc\r\n0\r\n\r\n",
        "3\r\nabc\n0\r\n\r\n",
        "3;a\nabc\r\n0\r\n\r\n",
        "3\r\nabcX0\r\n\r\n",
        "-3\r\nabc\r\n0\r\n\r\n",
        "0x3\r\nabc\r\n0\r\n\r\n",
        "\r\n\r\n0\r\n\r\n",
        "fffffffffffffffff\r\nabc\r\n0\r\n\r\n",
    ] {
        let (answer, seen) = served.say(&format!("{post}{body}{BEHIND}")).await;
        assert_eq!(seen, ["POST /"], "{body:?}: {answer}");
        // The program learns that the body is broken, never of the request behind it.
        assert!(!answer.contains("took"), "{body:?}: {answer}");
    }
}

#[tokio::test]
async fn claim_x10_a_line_that_ends_in_a_line_feed_alone_hides_no_request() {
    let served = Served::new().await;
    // It ends a line (RFC 9112, 2.2 allows that), so what a proxy might take for one line are two here. Neither makes
    // a second request: chunks end the connection, a length takes what lies behind as its body.
    for heads in [
        "X-A: b\nTransfer-Encoding: chunked\r\n",
        "X-A: b\nTransfer-Encoding: chunked\nContent-Length: 5\r\n",
    ] {
        let sent = format!("POST / HTTP/1.1\r\nHost: brand.example\r\n{heads}\r\n0\r\n\r\n{BEHIND}");
        let (answer, seen) = served.say(&sent).await;
        assert_eq!((seen.len(), statuses(&answer)), (1, vec!["200"]), "{heads:?}: {answer}");
        assert!(answer.contains("connection: close\r\n"), "{heads:?}: {answer}");
    }
    let length = BEHIND.len();
    let sent =
        format!("POST / HTTP/1.1\r\nHost: brand.example\r\nX-A: b\nContent-Length: {length}\r\n\r\n{BEHIND}");
    let (answer, seen) = served.say(&sent).await;
    assert_eq!(seen, ["POST /"], "{answer}");
    assert!(answer.ends_with(&format!("took {length}")), "{answer}");
}

#[tokio::test]
async fn claim_x10_whoever_names_two_hosts_is_not_served() {
    let served = Served::new().await;
    for head in [
        "GET / HTTP/1.1\r\nHost: brand.example\r\nHost: other.example\r\n",
        "GET / HTTP/1.1\r\nHost: brand.example\r\nX-A: b\r\nhost: brand.example\r\n",
        "GET http://other.example/ HTTP/1.1\r\nHost: brand.example\r\n",
        "GET http://brand.example:81/ HTTP/1.1\r\nHost: brand.example\r\n",
    ] {
        let (answer, seen) = served.say(&format!("{head}\r\n{BEHIND}")).await;
        assert!(seen.is_empty(), "{head:?}: {seen:?}");
        assert_eq!(statuses(&answer), ["400"], "{head:?}: {answer}");
        assert!(answer.contains("connection: close\r\n"), "{answer}");
    }
    let (answer, _) = served.say("GET http://Brand.example/ HTTP/1.1\r\nHost: brand.Example\r\n\r\n").await;
    assert_eq!(statuses(&answer), ["200"], "the same in other letters: {answer}");
}

#[tokio::test]
async fn claim_x10_a_head_has_limits() {
    let served = Served::new().await;
    let line = |bytes: usize| format!("X-Long: {}\r\n", "a".repeat(bytes));
    for (lines, fits) in [
        (line(4_000), true),
        ("X-A: b\r\n".repeat(50), true),
        (line(70_000), false),
        (line(1_000).repeat(70), false),
        ("X-A: b\r\n".repeat(150), false),
    ] {
        let (answer, seen) =
            served.say(&format!("GET / HTTP/1.1\r\nHost: brand.example\r\n{lines}\r\n")).await;
        assert_eq!(seen.len(), usize::from(fits), "{} bytes: {answer}", lines.len());
        assert!(fits || answer.is_empty() || statuses(&answer) == ["431"], "{answer}");
    }
    let (answer, seen) =
        served.say(&format!("GET /{} HTTP/1.1\r\nHost: brand.example\r\n\r\n", "a".repeat(70_000))).await;
    assert!(seen.is_empty() && !answer.contains(" 200 "), "{answer:.80}");
}
