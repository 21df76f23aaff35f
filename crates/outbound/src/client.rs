//! The client: checks the register, dials, and says exactly what is known about a request that has no
//! answer.
//!
//! Why the care about errors: whoever sends a message again that has arrived reaches a person twice. So
//! `NotSent` is said only when establishing the connection failed (name, TCP or TLS), before which the
//! HTTP layer has nothing to write to. Everything later is `Unanswered`, even where a closer look might
//! prove that nothing arrived.
//!
//! What the layers below may repeat by themselves: hyper-util takes another connection when a pooled one
//! turned out to be closed *and* the request still lay unread in its queue, so no byte of it was
//! written. That is kept (a test counts arrivals). Repeating after an HTTP/2 refusal, which `reqwest`
//! does by default, is switched off. Redirects, proxies of the environment and cookies would each send
//! something to somebody who is not in the register; there are none.
//!
//! Invariant: no URL, header or body reaches an error text or a log line; they carry tokens and people.

use crate::address::{Names, REFUSED, Resolver, SystemNames, may_dial};
use crate::register::Register;
use bytes::{Bytes, BytesMut};
use model::ports::{MAX_CONNECT, Method, Outbound, OutboundError, OutboundRequest, OutboundResponse};
use model::time::{BoxFuture, Clock, Timestamp};
use reqwest::Url;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use std::collections::HashMap;
use std::error::Error;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock, PoisonError, RwLock};
use std::time::Duration;
use tokio::net::TcpStream;

/// The largest answer that is read, in bytes. A longer one is `Unanswered`.
pub const MAX_ANSWER: usize = 8 * 1024 * 1024;
/// Connections to one host that are kept for the next request.
const MAX_IDLE_CONNECTIONS: usize = 256;
/// Shorter than the minute after which servers commonly close an idle connection.
const IDLE: Duration = Duration::from_secs(30);

/// The implementation of [`Outbound`].
pub struct Client {
    register: Register,
    clock: Arc<dyn Clock>,
    resolver: Resolver,
    /// Recipients that are connected to from a later moment than their entry says, because people have to be told
    /// first.
    not_before: RwLock<HashMap<String, Timestamp>>,
    connect_timeout: Duration,
    /// For `https`; made when first used, because a machine without root certificates can still run
    /// everything that stays on it.
    verified: OnceLock<Result<reqwest::Client, String>>,
    /// For `http` to this machine; trusts no certificate.
    loopback: OnceLock<Result<reqwest::Client, String>>,
    /// One per entry of the register, in its order.
    let_through: Vec<AtomicU64>,
}

/// How often a recipient was let through to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connection {
    pub recipient: String,
    pub host: String,
    pub port: u16,
    /// Requests and dialled streams since the start.
    pub count: u64,
}

impl Client {
    pub fn new(register: Register, clock: Arc<dyn Clock>) -> Self {
        Self::with_names(register, clock, Arc::new(SystemNames))
    }

    /// The same, which asks `names` where a host is.
    pub fn with_names(register: Register, clock: Arc<dyn Clock>, names: Arc<dyn Names>) -> Self {
        let let_through = register.recipients().iter().map(|_| AtomicU64::new(0)).collect();
        Self {
            resolver: Resolver::new(names, register.private_hosts()),
            not_before: RwLock::default(),
            register,
            clock,
            connect_timeout: MAX_CONNECT,
            verified: OnceLock::new(),
            loopback: OnceLock::new(),
            let_through,
        }
    }

    pub fn register(&self) -> &Register {
        &self.register
    }

    /// From when on recipients are connected to, by name, where that is later than their entry says.
    pub fn hold_back(&self, not_before: HashMap<String, Timestamp>) {
        *self.not_before.write().unwrap_or_else(PoisonError::into_inner) = not_before;
    }

    fn is_held_back(&self, recipient: &str, now: Timestamp) -> bool {
        let held = self.not_before.read().unwrap_or_else(PoisonError::into_inner);
        held.get(recipient).is_some_and(|from| *from > now)
    }

    /// Who was let through to since the start; those never reached are left out.
    pub fn connections(&self) -> Vec<Connection> {
        self.register
            .recipients()
            .iter()
            .zip(&self.let_through)
            .map(|(recipient, count)| {
                let (host, port) = recipient.place();
                let count = count.load(Ordering::Relaxed);
                Connection { recipient: recipient.name.clone(), host, port, count }
            })
            .filter(|connection| connection.count > 0)
            .collect()
    }

    /// A bare stream to a registered recipient, for what does not speak HTTP (mail). Encrypting it is
    /// the caller's.
    pub async fn dial(&self, recipient: &str, host: &str, port: u16) -> Result<TcpStream, OutboundError> {
        self.admit(recipient, host, port)?;
        let dialled = async {
            let found = self.resolver.addresses(host).await?;
            let found: Vec<SocketAddr> = found.into_iter().map(|ip| SocketAddr::new(ip, port)).collect();
            TcpStream::connect(found.as_slice()).await
        };
        match tokio::time::timeout(self.connect_timeout, dialled).await {
            Ok(Ok(stream)) => Ok(stream),
            Ok(Err(error)) => Err(OutboundError::NotSent(error.to_string())),
            Err(_) => Err(OutboundError::NotSent(format!("no connection within {:?}", self.connect_timeout))),
        }
    }

    /// Lets a connection pass if the register has it, for this recipient, from now or earlier on. A host in figures
    /// is looked at here, because nobody asks for its address.
    fn admit(&self, recipient: &str, host: &str, port: u16) -> Result<(), OutboundError> {
        let now = self.clock.now();
        let found = self.register.recipients().iter().zip(&self.let_through).find(|(entry, _)| {
            entry.name == recipient && entry.is_at(host, port) && entry.in_force_from <= now
        });
        let Some((entry, count)) = found.filter(|_| !self.is_held_back(recipient, now)) else {
            tracing::warn!(recipient, "refused to connect: not in force in the register of recipients");
            return Err(OutboundError::NotInRegister { host: format!("{recipient} at {host}:{port}") });
        };
        let is_refused = |ip| !may_dial(ip, entry.is_private || entry.stand_in.is_some());
        if host.parse::<IpAddr>().is_ok_and(is_refused) {
            return Err(OutboundError::NotSent(REFUSED.to_owned()));
        }
        count.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    async fn exchange(&self, request: OutboundRequest) -> Result<OutboundResponse, OutboundError> {
        let target = Target::parse(&request.url)?;
        let headers = headers(request.headers)?;
        self.admit(&request.recipient, &target.host, target.port)?;
        let client = if target.encrypted { self.verified()? } else { self.loopback()? };
        let method = match request.method {
            Method::Get => reqwest::Method::GET,
            Method::Post => reqwest::Method::POST,
            Method::Delete => reqwest::Method::DELETE,
        };
        let mut builder = client.request(method, target.url).headers(headers).timeout(request.timeout);
        if !request.body.is_empty() || request.method == Method::Post {
            builder = builder.body(request.body);
        }
        let response = builder.send().await.map_err(no_answer)?;
        read(response).await
    }

    fn verified(&self) -> Result<&reqwest::Client, OutboundError> {
        usable(self.verified.get_or_init(|| build(self.settings().https_only(true))))
    }

    fn loopback(&self) -> Result<&reqwest::Client, OutboundError> {
        usable(self.loopback.get_or_init(|| build(self.settings().tls_certs_only([]))))
    }

    fn settings(&self) -> reqwest::ClientBuilder {
        reqwest::Client::builder()
            .no_proxy()
            // A request starts when it is handed over, or fails to connect. On a connection that many share it would wait
            // for its turn, longer than a permit is good.
            .http1_only()
            .dns_resolver(Arc::new(self.resolver.clone()))
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .connect_timeout(self.connect_timeout)
            .pool_idle_timeout(IDLE)
            .pool_max_idle_per_host(MAX_IDLE_CONNECTIONS)
    }
}

impl Outbound for Client {
    fn send(&self, request: OutboundRequest) -> BoxFuture<'_, Result<OutboundResponse, OutboundError>> {
        Box::pin(self.exchange(request))
    }
}

/// Where a URL leads, checked.
struct Target {
    url: Url,
    /// Without the brackets of an IPv6 address.
    host: String,
    port: u16,
    encrypted: bool,
}

impl Target {
    fn parse(url: &str) -> Result<Self, OutboundError> {
        let bad = |problem: &str| OutboundError::BadUrl(problem.to_owned());
        let url =
            Url::parse(url).map_err(|_| bad("it cannot be read as a URL, check how it is put together"))?;
        let encrypted = match url.scheme() {
            "https" => true,
            "http" => false,
            _ => return Err(bad("only https:// leads out")),
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(bad("it carries a user name or password, send credentials in a header"));
        }
        let (Some(host), Some(port)) = (url.host_str(), url.port_or_known_default()) else {
            return Err(bad("it names no host"));
        };
        let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        if !encrypted && !host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback()) {
            return Err(bad("http:// leads to loopback addresses only, use https://"));
        }
        Ok(Self { url, host, port, encrypted })
    }
}

/// A header that cannot be written is found before anything is sent.
fn headers(given: Vec<(&'static str, String)>) -> Result<HeaderMap, OutboundError> {
    let mut headers = HeaderMap::with_capacity(given.len());
    for (name, value) in given {
        let unusable =
            || OutboundError::NotSent(format!("the header {name} cannot be written, check its characters"));
        let key = HeaderName::from_bytes(name.as_bytes()).map_err(|_| unusable())?;
        let mut value = HeaderValue::try_from(value).map_err(|_| unusable())?;
        value.set_sensitive(true);
        headers.append(key, value);
    }
    Ok(headers)
}

async fn read(mut response: reqwest::Response) -> Result<OutboundResponse, OutboundError> {
    let too_long =
        || OutboundError::Unanswered(format!("the answer is longer than {} MiB", MAX_ANSWER / 1024 / 1024));
    let announced = response.content_length().unwrap_or(0);
    if announced > MAX_ANSWER as u64 {
        return Err(too_long());
    }
    let status = response.status().as_u16();
    let headers = response
        .headers()
        .iter()
        .filter_map(|(name, value)| Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned())))
        .collect();
    let mut body = BytesMut::new();
    while let Some(chunk) = response.chunk().await.map_err(no_answer)? {
        if body.len() + chunk.len() > MAX_ANSWER {
            return Err(too_long());
        }
        body.extend_from_slice(&chunk);
    }
    Ok(OutboundResponse { status, headers, body: Bytes::from(body) })
}

/// `NotSent` only for a connection that never stood.
fn no_answer(error: reqwest::Error) -> OutboundError {
    let never_stood = error.is_connect();
    let text = describe(&error.without_url());
    if never_stood { OutboundError::NotSent(text) } else { OutboundError::Unanswered(text) }
}

/// The error with its causes, on one line. The URL has been taken out; the layers below name none.
fn describe(error: &(dyn Error + 'static)) -> String {
    std::iter::successors(Some(error), |&error| error.source())
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(": ")
}

fn build(settings: reqwest::ClientBuilder) -> Result<reqwest::Client, String> {
    settings.build().map_err(|error| describe(&error.without_url()))
}

fn usable(client: &Result<reqwest::Client, String>) -> Result<&reqwest::Client, OutboundError> {
    client.as_ref().map_err(|problem| {
        OutboundError::NotSent(format!(
            "the HTTP client cannot start ({problem}): install the system's root certificates"
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use testkit::FixedClock;
    use tokio::io::AsyncReadExt as _;
    use tokio::net::TcpListener;

    const REGISTER: &str = r#"
[[recipient]]
name = "meta"
host = "graph.facebook.com"
who = "Meta"
data = "Messages"
purpose = "Delivering them"
country = "Ireland"
safeguard = "Clauses"
in_force_from = 2026-11-22
"#;

    fn request(url: String) -> OutboundRequest {
        OutboundRequest {
            recipient: "meta".into(),
            method: Method::Post,
            url,
            headers: Vec::new(),
            body: Bytes::from_static(b"hello"),
            timeout: Duration::from_secs(30),
        }
    }

    #[tokio::test]
    async fn a_peer_that_never_finishes_connecting_got_nothing() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let register = Register::parse(REGISTER).unwrap().at_loopback("meta", address).unwrap();
        let mut client = Client::new(register, Arc::new(FixedClock::new()));
        client.connect_timeout = Duration::from_millis(100);
        // The kernel accepts; nobody answers the TLS greeting.
        let error = client.send(request(format!("https://{address}/"))).await.err();
        assert!(matches!(error, Some(OutboundError::NotSent(_))), "{error:?}");
    }

    #[tokio::test]
    async fn claim_b3_no_request_waits_for_others_on_a_connection_that_they_share() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let register = Register::parse(REGISTER).unwrap().at_loopback("meta", address).unwrap();
        let client = Client::new(register, Arc::new(FixedClock::new()));
        let asking = tokio::spawn(async move { client.send(request(format!("https://{address}/"))).await });
        let (mut stream, _) = listener.accept().await.unwrap();
        // What it offers to speak stands in the TLS greeting.
        let (mut greeting, has) =
            (Vec::new(), |greeting: &[u8], text: &[u8]| greeting.windows(text.len()).any(|w| w == text));
        while !has(&greeting, b"\x08http/1.1") {
            assert_ne!(stream.read_buf(&mut greeting).await.unwrap(), 0, "{greeting:?}");
        }
        assert!(!has(&greeting, b"\x02h2"));
        asking.abort();
    }

    #[test]
    fn only_https_leads_out_and_http_stays_on_this_machine() {
        for url in ["https://graph.facebook.com/v1?a=b", "http://127.0.0.1:80/", "http://[::1]:80/"] {
            assert!(Target::parse(url).is_ok(), "{url}");
        }
        for url in [
            "http://graph.facebook.com/",
            "http://localhost/",
            "http://192.0.2.1/",
            "ftp://graph.facebook.com/",
            "https://user:secret@graph.facebook.com/",
            "graph.facebook.com/?access_token=secret",
            "",
        ] {
            let Err(OutboundError::BadUrl(problem)) = Target::parse(url) else { panic!("{url} is usable") };
            assert!(!problem.contains("secret") && !problem.contains("facebook"), "{problem}");
        }
    }

    #[test]
    fn a_host_is_compared_as_the_url_parser_writes_it() {
        let target = Target::parse("https://GRAPH.facebook.COM/").unwrap();
        assert_eq!((target.host.as_str(), target.port), ("graph.facebook.com", 443));
        assert_eq!(Target::parse("http://[::1]:9/").unwrap().host, "::1");
    }
}
