//! The way in, over real sockets and real TLS: what is spoken, what is refused, who is cut off, and
//! whose word about an address counts.

use crate::home::{HOST, Home, OTHER_HOST};
use axum::Router;
use axum::extract::Request;
use axum::routing::{any, get, post};
use rcgen::{CertificateParams, KeyPair};
use reqwest::{Certificate, Client, Version};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, oneshot};
use tokio::task::JoinHandle;
use web::listen::certificate::{CertificateError, Certificates, Facts};
use web::listen::client::{ClientAddress, Proxies, parse_network};
use web::listen::redirect::{self, Challenges};
use web::listen::{Limits, Transport};

/// Short, so that a test that waits for one is short; still long for an answer to come.
fn limits() -> Limits {
    let short = Duration::from_secs(2);
    Limits { handshake: short, head: short, body: short, idle: short, ..Limits::default() }
}

/// A server of this test. Stops when dropped.
struct Served {
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    serving: JoinHandle<std::io::Result<()>>,
}

impl Served {
    async fn new(router: Router, transport: Transport, limits: Limits) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let shutdown = async move { drop(stopped.await) };
        let serving = tokio::spawn(web::listen::serve(listener, router, transport, limits, shutdown));
        Self { address, stop: Some(stop), serving }
    }

    fn url(&self, path: &str) -> String {
        format!("https://localhost:{}{path}", self.address.port())
    }

    /// What comes back for these bytes until the connection ends.
    async fn say(&self, bytes: &[u8]) -> Vec<u8> {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(bytes).await.unwrap();
        to_the_end(&mut stream).await
    }
}

/// Reads until the other side ends the connection, which must be soon.
async fn to_the_end(stream: &mut TcpStream) -> Vec<u8> {
    let mut all = Vec::new();
    let reading = tokio::time::timeout(Duration::from_secs(20), stream.read_to_end(&mut all));
    // A reset is an end too.
    let _ = reading.await.expect("the connection was left open");
    all
}

/// A certificate of its own for `localhost`, and its key.
fn pair() -> (String, String) {
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(vec!["localhost".to_owned(), "127.0.0.1".to_owned()]).unwrap();
    (certificate.self_signed(&key).unwrap().pem(), key.serialize_pem())
}

fn tls((chain, key): &(String, String)) -> (Arc<Certificates>, Transport) {
    let certificates = Certificates::from_pem(chain.as_bytes(), key.as_bytes()).unwrap();
    (Arc::clone(&certificates), Transport::Tls(certificates))
}

fn client((chain, _): &(String, String)) -> reqwest::ClientBuilder {
    let root = Certificate::from_pem(chain.as_bytes()).unwrap();
    let here = SocketAddr::from(([127, 0, 0, 1], 0));
    Client::builder().no_proxy().tls_certs_only([root]).resolve("localhost", here)
}

/// Says who asks, and takes bodies.
fn echo() -> Router {
    Router::new()
        .route("/", get(|from: ClientAddress| async move { from.0.to_string() }))
        .route("/body", post(|body: String| async move { body.len().to_string() }))
        .route(
            "/host",
            any(|request: Request| async move { request.headers()["host"].to_str().unwrap().to_owned() }),
        )
}

#[tokio::test]
async fn claim_x2_https_is_spoken_as_http2_and_as_http1() {
    let pair = pair();
    let served = Served::new(echo(), tls(&pair).1, Limits::default()).await;
    for (client, version) in [
        (client(&pair).build().unwrap(), Version::HTTP_2),
        (client(&pair).http1_only().build().unwrap(), Version::HTTP_11),
        (client(&pair).tls_version_max(reqwest::tls::Version::TLS_1_2).build().unwrap(), Version::HTTP_2),
    ] {
        let answer = client.get(served.url("/")).send().await.unwrap();
        assert_eq!(answer.version(), version);
        assert_eq!(answer.text().await.unwrap(), "127.0.0.1");
        let long = "x".repeat(200_000);
        let answer = client.post(served.url("/body")).body(long).send().await.unwrap();
        assert_eq!(answer.text().await.unwrap(), "200000");
    }
    // Whoever does not know the certificate does not go on.
    let stranger = Client::builder().no_proxy().tls_certs_only([]).build().unwrap();
    assert!(stranger.get(served.url("/")).send().await.is_err());
}

/// A greeting as a program of before 2008 would send it: at best TLS 1.1, with the suites of its time.
fn old_greeting(version: [u8; 2]) -> Vec<u8> {
    let mut hello = vec![version[0], version[1]];
    hello.extend([7; 32]);
    hello.push(0);
    let suites = [0xc0, 0x13, 0xc0, 0x14, 0x00, 0x2f, 0x00, 0x35, 0x00, 0x0a];
    hello.extend([0, u8::try_from(suites.len()).unwrap()]);
    hello.extend(suites);
    hello.extend([1, 0]);
    // Signatures, curves and point formats of today, so that only the version is at fault.
    let extensions = [0, 13, 0, 4, 0, 2, 4, 3, 0, 10, 0, 4, 0, 2, 0, 23, 0, 11, 0, 2, 1, 0];
    hello.extend([0, u8::try_from(extensions.len()).unwrap()]);
    hello.extend(extensions);
    let length = u8::try_from(hello.len()).unwrap();
    let mut record = vec![22, 3, 1, 0, length + 4, 1, 0, 0, length];
    record.extend(hello);
    record
}

#[tokio::test]
async fn claim_x2_old_versions_of_tls_are_refused() {
    let served = Served::new(echo(), tls(&pair()).1, Limits::default()).await;
    for version in [[3, 0], [3, 1], [3, 2]] {
        let answer = served.say(&old_greeting(version)).await;
        // A fatal alert (RFC 8446, 6) and nothing else; 70 is protocol_version.
        assert_eq!((answer[0], answer.len()), (21, 7), "{answer:?}");
        assert_eq!(answer[5..], [2, 70], "{answer:?}");
    }
    // TLS 1.2, but with suites that have neither forward secrecy nor authenticated encryption.
    let answer = served.say(&old_greeting([3, 3])).await;
    assert_eq!((answer[0], answer[5]), (21, 2), "{answer:?}");
}

#[tokio::test]
async fn claim_x2_plain_http_at_the_tls_port_gets_a_sentence_and_no_service() {
    let pair = pair();
    let served = Served::new(echo(), tls(&pair).1, Limits::default()).await;
    for request in
        ["GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", "POST /body HTTP/1.1\r\nContent-Length: 9\r\n\r\n123"]
    {
        let answer = String::from_utf8(served.say(request.as_bytes()).await).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("HTTP/1.1 400 ") && body.contains("https://"), "{answer}");
        assert!(head.contains(&format!("content-length: {}\r\n", body.len())), "{answer}");
    }
    assert_eq!(served.say(b"\x00\x01\x02 nothing at all").await, b"");
    let answer = client(&pair).build().unwrap().get(served.url("/")).send().await.unwrap();
    assert_eq!(answer.status(), 200);
}

#[tokio::test]
async fn claim_x10_whoever_is_slow_loses_the_connection_and_holds_up_nobody() {
    let pair = pair();
    let secret = Served::new(echo(), tls(&pair).1, limits()).await;
    let plain = Served::new(echo(), Transport::Plain(Proxies::none()), limits()).await;
    let quick = client(&pair).build().unwrap();
    let mut others = Vec::new();
    // Nothing at all; half a greeting; half a head; a head and half a body.
    for (served, bytes) in [
        (&secret, b"".as_slice()),
        (&secret, &[22, 3, 1, 0, 200, 1]),
        (&plain, b""),
        (&plain, b"GET / HTTP/1.1\r\nHost: localhost\r\nX-A: b"),
        (&plain, b"POST /body HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n0123"),
    ] {
        let mut stream = TcpStream::connect(served.address).await.unwrap();
        stream.write_all(bytes).await.unwrap();
        others.push(stream);
    }
    assert_eq!(quick.get(secret.url("/")).send().await.unwrap().status(), 200);
    for mut stream in others {
        let last = String::from_utf8(to_the_end(&mut stream).await).unwrap();
        assert!(!last.contains(" 200 "), "{last}");
    }
}

#[tokio::test]
async fn claim_x10_a_head_that_comes_byte_by_byte_is_not_waited_for() {
    let served = Served::new(echo(), Transport::Plain(Proxies::none()), limits()).await;
    let stream = TcpStream::connect(served.address).await.unwrap();
    let (mut read, mut write) = stream.into_split();
    let drip = tokio::spawn(async move {
        let mut ticks = tokio::time::interval(Duration::from_millis(100));
        while write.write_all(b"GET / HTTP/1.1\r\nX: 1").await.is_ok() {
            ticks.tick().await;
        }
    });
    let mut all = Vec::new();
    let reading = tokio::time::timeout(Duration::from_secs(20), read.read_to_end(&mut all));
    let _ = reading.await.expect("the dripping connection was left open");
    drip.abort();
}

#[tokio::test]
async fn a_connection_that_rests_too_long_is_ended() {
    let served = Served::new(echo(), Transport::Plain(Proxies::none()), limits()).await;
    // HTTP/1.1, kept alive after an answer.
    let answer = served.say(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").await;
    assert!(String::from_utf8(answer).unwrap().starts_with("HTTP/1.1 200"));
    // An answer that nobody fetches: the client stops reading.
    let long = Router::new().route("/", get(|| async { "x".repeat(64 << 20) }));
    let served = Served::new(long, Transport::Plain(Proxies::none()), limits()).await;
    let mut stream = TcpStream::connect(served.address).await.unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
    let Served { mut serving, stop, .. } = served;
    drop(stop);
    // The server ends though the answer was never taken.
    let ended = tokio::time::timeout(Duration::from_secs(20), &mut serving).await;
    ended.expect("the connection is still held").unwrap().unwrap();
    drop(stream);
}

#[tokio::test]
async fn claim_x10_a_head_that_is_too_large_is_refused() {
    let served = Served::new(echo(), Transport::Plain(Proxies::none()), limits()).await;
    let line = format!("X-Long: {}\r\n", "a".repeat(1_000));
    for head in [line.repeat(60), "X-A: b\r\n".repeat(150)] {
        let answer = served.say(format!("GET / HTTP/1.1\r\nHost: localhost\r\n{head}\r\n").as_bytes()).await;
        let answer = String::from_utf8(answer).unwrap();
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 431 "), "{answer}");
    }
}

#[tokio::test]
async fn claim_x10_more_connections_than_the_limit_are_closed_at_once() {
    let limits = Limits { connections: 2, ..Limits::default() };
    let served = Served::new(echo(), Transport::Plain(Proxies::none()), limits).await;
    let mut held = Vec::new();
    for _ in 0..2 {
        let mut stream = TcpStream::connect(served.address).await.unwrap();
        stream.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
        let mut answer = [0; 8];
        stream.read_exact(&mut answer).await.unwrap();
        held.push(stream);
    }
    let mut third = TcpStream::connect(served.address).await.unwrap();
    assert_eq!(to_the_end(&mut third).await, b"");
    // A place that is given up is there for the next.
    drop(held.pop());
    let again = async {
        loop {
            let answer = served.say(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").await;
            if answer.starts_with(b"HTTP/1.1 200") {
                return;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(20), again).await.expect("the place was not given back");
}

#[tokio::test]
async fn a_certificate_is_exchanged_while_connections_stand() {
    let (old, new) = (pair(), pair());
    let (certificates, transport) = tls(&old);
    let served = Served::new(echo(), transport, Limits::default()).await;
    for http1 in [false, true] {
        let build = |pair| if http1 { client(pair).http1_only() } else { client(pair) }.build().unwrap();
        certificates.replace(old.0.as_bytes(), old.1.as_bytes()).unwrap();
        let before = build(&old);
        assert_eq!(before.get(served.url("/")).send().await.unwrap().status(), 200);
        certificates.replace(new.0.as_bytes(), new.1.as_bytes()).unwrap();
        // The connection that stands goes on; a new one gets the new certificate.
        assert_eq!(before.get(served.url("/")).send().await.unwrap().status(), 200);
        assert_eq!(build(&new).get(served.url("/")).send().await.unwrap().status(), 200);
        assert!(build(&old).get(served.url("/")).send().await.is_err());
        // A pair that does not belong together changes nothing: the files are being written.
        let mixed = certificates.replace(old.0.as_bytes(), new.1.as_bytes());
        assert_eq!(mixed, Err(CertificateError::Mismatch));
        assert_eq!(certificates.replace(b"", b""), Err(CertificateError::NoCertificate));
        assert_eq!(certificates.replace(old.0.as_bytes(), b"nothing"), Err(CertificateError::NoKey));
        assert_eq!(build(&new).get(served.url("/")).send().await.unwrap().status(), 200);
    }
}

#[tokio::test]
async fn a_request_under_way_is_finished_when_the_server_stops() {
    let (arrived, go) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (here, there) = (Arc::clone(&arrived), Arc::clone(&go));
    let slow = Router::new().route(
        "/",
        get(move || async move {
            here.notify_one();
            there.notified().await;
            "done"
        }),
    );
    for http1 in [false, true] {
        let pair = pair();
        let mut served = Served::new(slow.clone(), tls(&pair).1, Limits::default()).await;
        let client = if http1 { client(&pair).http1_only() } else { client(&pair) }.build().unwrap();
        let asking = tokio::spawn(client.get(served.url("/")).send());
        arrived.notified().await;
        served.stop.take().unwrap().send(()).unwrap();
        // The port is given back at once, though the answer is not there yet.
        let closed = async { while TcpStream::connect(served.address).await.is_ok() {} };
        tokio::time::timeout(Duration::from_secs(20), closed).await.expect("the port is still open");
        go.notify_one();
        assert_eq!(asking.await.unwrap().unwrap().text().await.unwrap(), "done");
        served.serving.await.unwrap().unwrap();
    }
}

async fn address_seen(served: &Served, lines: &str) -> String {
    let request = format!("GET / HTTP/1.1\r\nHost: shop.example\r\nConnection: close\r\n{lines}\r\n");
    let answer = String::from_utf8(served.say(request.as_bytes()).await).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    format!("{} {body}", &head[9..12])
}

#[tokio::test]
async fn an_address_in_a_header_counts_from_a_trusted_proxy_only() {
    let plain = |proxies| Served::new(echo(), Transport::Plain(proxies), Limits::default());
    let claims = "X-Forwarded-For: 198.51.100.9, 192.0.2.7\r\nX-Real-IP: 198.51.100.8\r\n";
    let standard = "Forwarded: for=\"[2001:db8::7]:80\";proto=https\r\n";
    let trusted = plain(Proxies::only(vec![parse_network("127.0.0.0/8").unwrap()])).await;
    assert_eq!(address_seen(&trusted, claims).await, "200 192.0.2.7");
    assert_eq!(address_seen(&trusted, standard).await, "200 2001:db8::7");
    let stranger = plain(Proxies::only(vec![parse_network("192.0.2.1").unwrap()])).await;
    assert_eq!(address_seen(&stranger, claims).await, "200 127.0.0.1");
    assert_eq!(address_seen(&stranger, standard).await, "200 127.0.0.1");
    let nobody = plain(Proxies::none()).await;
    assert_eq!(address_seen(&nobody, claims).await, "200 127.0.0.1");
    // With TLS of our own nobody is a proxy.
    let pair = pair();
    let served = Served::new(echo(), tls(&pair).1, Limits::default()).await;
    let asked = client(&pair).build().unwrap().get(served.url("/")).header("x-forwarded-for", "192.0.2.7");
    assert_eq!(asked.send().await.unwrap().text().await.unwrap(), "127.0.0.1");
}

#[tokio::test]
async fn claim_x2_the_plain_port_redirects_to_https_and_serves_nothing_else() {
    let home = Home::new().await;
    let challenges = Challenges::default();
    challenges.put("token-1".to_owned(), "token-1.thumbprint".to_owned());
    let hosts = redirect::hosts_of(Arc::clone(&home.engine));
    let router = redirect::router(hosts, challenges.clone());
    let served = Served::new(router, Transport::Plain(Proxies::none()), Limits::default()).await;
    let client = Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let ask = async |method: &str, host: &str, path: &str| {
        let url = format!("http://{}{path}", served.address);
        let answer = client.request(method.parse().unwrap(), url).header("host", host).send().await.unwrap();
        let location = answer.headers().get("location").map(|l| l.to_str().unwrap().to_owned());
        assert!(answer.headers().get("strict-transport-security").is_none());
        assert_eq!(answer.headers()["x-content-type-options"], "nosniff");
        (answer.status().as_u16(), location, answer.text().await.unwrap())
    };
    let led = [
        ("GET", "/"),
        ("GET", "/healthz"),
        ("GET", "/app/leads?limit=1&after=x%2F"),
        ("GET", "//evil.example/"),
        // Nobody is kept from unsubscribing.
        ("GET", "/u/x"),
        ("POST", "/u/x"),
    ];
    for (method, path) in led {
        let (status, location, body) = ask(method, HOST, path).await;
        assert_eq!(status, 308, "{method} {path}");
        assert_eq!(location.unwrap(), format!("https://{HOST}:8443{path}"), "{method}");
        assert!(!body.contains("ok\n"), "{body}");
    }
    // Programs, and whoever sends something, are not led on: they would not notice what they have shown.
    let refused = [
        ("GET", "/api/v1/leads?limit=1"),
        ("POST", "/api/v1/broadcasts"),
        ("POST", "/webhooks/messenger"),
        ("GET", "/webhooks/messenger?hub.verify_token=x"),
        ("POST", "/billing/webhook"),
        ("POST", "/login"),
        ("DELETE", "/"),
        ("OPTIONS", "/"),
    ];
    for (method, path) in refused {
        let (status, location, body) = ask(method, HOST, path).await;
        assert_eq!((status, location), (403, None), "{method} {path}");
        assert!(body.contains("make a new one"), "{body}");
    }
    let url = format!("http://{}/data", served.address);
    let with_token =
        client.get(url).header("host", HOST).header("authorization", "Bearer ent_x").send().await;
    assert_eq!(with_token.unwrap().status(), 403);
    let (_, location, _) = ask("GET", &format!("{}:80", OTHER_HOST.to_uppercase()), "/u/x").await;
    assert_eq!(location.unwrap(), format!("https://{OTHER_HOST}:8443/u/x"));
    for host in ["evil.example", "127.0.0.1", ""] {
        let (status, location, _) = ask("GET", host, "/").await;
        assert_eq!((status, location), (421, None), "{host}");
    }
    // What a certificate authority asks for, as long as it is there.
    let path = "/.well-known/acme-challenge/token-1";
    assert_eq!(ask("GET", "any.example", path).await.2, "token-1.thumbprint");
    challenges.remove("token-1");
    assert_eq!(ask("GET", HOST, path).await.0, 308);
}

#[tokio::test]
async fn claim_x2_what_a_proxy_took_in_plain_http_is_sent_to_https() {
    let home = Home::new().await;
    let hosts = redirect::hosts_of(Arc::clone(&home.engine));
    let proxies = Proxies::only(vec![parse_network("127.0.0.1").unwrap()]).by_https(hosts);
    let served = Served::new(home.router.clone(), Transport::Plain(proxies), Limits::default()).await;
    let ask = async |host: &str, lines: &str| {
        let request = format!("GET /healthz HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{lines}\r\n");
        String::from_utf8(served.say(request.as_bytes()).await).unwrap()
    };
    assert!(ask(HOST, "X-Forwarded-Proto: https\r\n").await.starts_with("HTTP/1.1 200"));
    assert!(ask(HOST, "").await.starts_with("HTTP/1.1 200"), "a check by the proxy itself");
    let sent_on = ask("inside", &format!("X-Forwarded-Proto: http\r\nX-Forwarded-Host: {HOST}\r\n")).await;
    assert!(sent_on.starts_with("HTTP/1.1 308"), "{sent_on}");
    assert!(sent_on.contains(&format!("location: https://{HOST}:8443/healthz\r\n")), "{sent_on}");
    assert!(ask("evil.example", "Forwarded: proto=http\r\n").await.starts_with("HTTP/1.1 421"));
}

#[test]
fn a_certificate_says_from_when_to_when_and_for_whom() {
    let mut params =
        CertificateParams::new(vec!["*.shop.example".to_owned(), "127.0.0.1".to_owned()]).unwrap();
    params.not_before = rcgen::date_time_ymd(2026, 11, 1);
    params.not_after = rcgen::date_time_ymd(2051, 1, 1);
    let key = KeyPair::generate().unwrap();
    let pem = params.self_signed(&key).unwrap().pem();
    let facts = Facts::of_pem(pem.as_bytes()).unwrap();
    assert_eq!((facts.begins_at.secs(), facts.ends_at.secs()), (1_793_491_200, 2_556_144_000));
    assert!(facts.is_self_signed);
    for (host, is_covered) in [
        ("www.shop.example", true),
        ("127.0.0.1", true),
        ("shop.example", false),
        ("[::1]", false),
        ("", false),
    ] {
        assert_eq!(facts.covers(host), is_covered, "{host}");
    }
    assert!(Facts::of_pem(b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n").is_err());
}
