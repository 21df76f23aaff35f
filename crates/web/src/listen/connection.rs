//! One connection, from its first byte to its last.
//!
//! Invariants: no step waits without end; a connection is served as HTTP/2 only where TLS has agreed
//! on it; a plain request at the TLS port gets a sentence and no service; after a request about whose end a proxy may
//! think otherwise nothing more is read from its connection, and one that names two hosts is not served.

use crate::listen::client::{self, Arrived, Proxies};
use crate::listen::redirect;
use crate::listen::{Limits, Transport};
use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::header::{CONNECTION, HOST, HeaderValue, TRANSFER_ENCODING};
use axum::http::uri::Authority;
use axum::http::{Request, Response};
use axum::routing::future::RouteFuture;
use futures_util::FutureExt as _;
use futures_util::future::{Either, Map, Ready, ready};
use http_body::{Frame, SizeHint};
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulConnection;
use std::convert::Infallible;
use std::io;
use std::net::IpAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;
use tower::Service as _;

/// The first byte of a TLS handshake record (RFC 8446, 5.1).
const HANDSHAKE: u8 = 22;
/// For whoever speaks plain HTTP at the TLS port.
const SPEAK_TLS: &[u8] = b"HTTP/1.1 400 Bad Request\r\ncontent-type: text/plain; charset=utf-8\r\n\
    content-length: 57\r\nconnection: close\r\n\r\nThis port speaks HTTPS: begin the address with https://.\n";

/// What all connections of a port share.
pub(super) struct Shared {
    pub limits: Limits,
    router: Router,
    protocol: Protocol,
    http1: hyper::server::conn::http1::Builder,
    http2: hyper::server::conn::http2::Builder<TokioExecutor>,
}

enum Protocol {
    Tls(TlsAcceptor),
    Plain(Proxies),
}

impl Shared {
    pub fn new(router: Router, transport: Transport, limits: Limits) -> io::Result<Self> {
        let protocol = match transport {
            Transport::Tls(certificates) => {
                Protocol::Tls(certificates.server_config().map_err(io::Error::other)?.into())
            }
            Transport::Plain(proxies) => Protocol::Plain(proxies),
        };
        let size = usize::try_from(limits.head_size).unwrap_or(usize::MAX);
        let mut http1 = hyper::server::conn::http1::Builder::new();
        http1
            .timer(TokioTimer::new())
            .header_read_timeout(limits.head)
            .max_headers(limits.head_lines)
            .max_header_size(size);
        let mut http2 = hyper::server::conn::http2::Builder::new(TokioExecutor::new());
        http2
            .timer(TokioTimer::new())
            .max_concurrent_streams(limits.streams)
            .max_header_list_size(limits.head_size);
        Ok(Self { limits, router, protocol, http1, http2 })
    }

    /// Whether many people may come from this one address.
    pub fn stands_for_many(&self, peer: IpAddr) -> bool {
        let is_proxy = matches!(&self.protocol, Protocol::Plain(proxies) if proxies.trusts(peer));
        is_proxy || peer.is_loopback()
    }
}

/// Serves a connection to its end.
pub(super) async fn serve(shared: &Shared, stream: TcpStream, peer: IpAddr, stopped: watch::Receiver<()>) {
    // Answers are written whole, so waiting for more only delays them.
    let _ = stream.set_nodelay(true);
    let moved = Arc::new(AtomicU64::new(0));
    let idle = shared.limits.idle;
    match &shared.protocol {
        Protocol::Plain(proxies) => {
            let entry = Entry::new(shared, peer, Some(proxies.clone()));
            let stream = TokioIo::new(Counted { inner: stream, moved: Arc::clone(&moved) });
            drive(shared.http1.serve_connection(stream, entry), &moved, idle, stopped).await;
        }
        Protocol::Tls(acceptor) => {
            let counted = Arc::clone(&moved);
            let handshake = tokio::time::timeout(shared.limits.handshake, shake(acceptor, stream, counted));
            let Ok(Some(stream)) = handshake.await else { return };
            let is_http2 = stream.get_ref().1.alpn_protocol() == Some(b"h2".as_slice());
            let (stream, entry) = (TokioIo::new(stream), Entry::new(shared, peer, None));
            if is_http2 {
                drive(shared.http2.serve_connection(stream, entry), &moved, idle, stopped).await;
            } else {
                drive(shared.http1.serve_connection(stream, entry), &moved, idle, stopped).await;
            }
        }
    }
}

type Tls = tokio_rustls::server::TlsStream<Counted>;

/// The TLS handshake; nothing when it comes to nothing, which is the client's affair.
async fn shake(acceptor: &TlsAcceptor, mut stream: TcpStream, moved: Arc<AtomicU64>) -> Option<Tls> {
    let mut first = [0];
    if stream.peek(&mut first).await.ok()? == 0 {
        return None;
    }
    if first != [HANDSHAKE] {
        // Only what looks like HTTP is answered in HTTP.
        if first.iter().all(u8::is_ascii_uppercase) {
            stream.write_all(SPEAK_TLS).await.ok()?;
            stream.shutdown().await.ok()?;
            // To close with something unread would take the answer back.
            let mut rest = [0; 1024];
            for _ in 0..64 {
                if stream.read(&mut rest).await.ok()? == 0 {
                    break;
                }
            }
        }
        return None;
    }
    acceptor.accept(Counted { inner: stream, moved }).await.ok()
}

/// Polls a connection to its end. One on which nothing moves is asked to end, and then cut off.
async fn drive<C: GracefulConnection>(
    connection: C,
    moved: &AtomicU64,
    idle: Duration,
    mut stopped: watch::Receiver<()>,
) {
    let mut connection = pin!(connection);
    let (mut seen, mut is_ending, mut was_idle) = (0, false, false);
    loop {
        tokio::select! {
            waited = tokio::time::timeout(idle, connection.as_mut()) => {
                if waited.is_ok() {
                    return;
                }
                let now = moved.load(Ordering::Relaxed);
                if now != seen {
                    (seen, was_idle) = (now, false);
                } else if was_idle {
                    return;
                } else {
                    was_idle = true;
                    connection.as_mut().graceful_shutdown();
                }
            }
            _ = stopped.changed(), if !is_ending => {
                is_ending = true;
                connection.as_mut().graceful_shutdown();
            }
        }
    }
}

/// Hands the requests of one connection to the router.
struct Entry {
    router: Router,
    peer: IpAddr,
    /// For plain HTTP: whom to believe.
    proxies: Option<Proxies>,
    body: Duration,
}

impl Entry {
    fn new(shared: &Shared, peer: IpAddr, proxies: Option<Proxies>) -> Self {
        Self { router: shared.router.clone(), peer, proxies, body: shared.limits.body }
    }
}

impl hyper::service::Service<Request<Incoming>> for Entry {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Either<Ready<Answered>, Map<RouteFuture<Infallible>, fn(Answered) -> Answered>>;

    fn call(&self, request: Request<Incoming>) -> Self::Future {
        // An archive that comes back may be large and its sender's line slow: two hours for 2 GiB are 2.4 Mbit/s.
        let limit = if request.uri().path() == "/account/import" { self.body * 120 } else { self.body };
        if names_two_hosts(&request) {
            return Either::Left(ready(last(Ok(redirect::two_hosts()))));
        }
        // What comes in chunks may have come with a length as well, which is gone by now (RFC 9112, 6.1): a proxy that
        // went by the length would take the rest for somebody else's request, or our answer to it for somebody else's.
        let is_chunked = request.headers().contains_key(TRANSFER_ENCODING);
        let mut request = request.map(|inner| Body::new(Timed { inner, limit, deadline: None }));
        let https = self.proxies.as_ref().and_then(Proxies::https_hosts);
        let answer = match client::arrive(request.headers_mut(), self.peer, self.proxies.as_ref()) {
            Arrived::Refused => Some(redirect::not_the_proxy()),
            Arrived::From { client, by_https } => {
                request.extensions_mut().insert(client);
                https.filter(|_| !by_https).map(|hosts| redirect::answer(&request, hosts))
            }
        };
        let end: fn(Answered) -> Answered = if is_chunked { last } else { as_it_is };
        if let Some(answer) = answer {
            return Either::Left(ready(end(Ok(answer))));
        }
        // A router is always ready.
        Either::Right(self.router.clone().call(request).map(end))
    }
}

type Answered = Result<Response<Body>, Infallible>;

const fn as_it_is(answer: Answered) -> Answered {
    answer
}

/// The last answer on its connection.
fn last(mut answer: Answered) -> Answered {
    if let Ok(response) = &mut answer {
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    }
    answer
}

/// Whether it says twice which host it is for, and not the same (RFC 9112, 3.2; RFC 9113, 8.3.1). A proxy in front of
/// us may have gone by the other one.
fn names_two_hosts<B>(request: &Request<B>) -> bool {
    let mut hosts = request.headers().get_all(HOST).iter();
    let Some(first) = hosts.next() else { return false };
    let is_other =
        |authority: &Authority| !authority.as_str().as_bytes().eq_ignore_ascii_case(first.as_bytes());
    hosts.next().is_some() || request.uri().authority().is_some_and(is_other)
}

/// A request's body, which must have come within a time. The time is taken only once it is waited
/// for: most bodies come with their head.
struct Timed {
    inner: Incoming,
    limit: Duration,
    deadline: Option<Pin<Box<tokio::time::Sleep>>>,
}

impl http_body::Body for Timed {
    type Data = Bytes;
    type Error = axum::BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let this = &mut *self;
        if let Poll::Ready(frame) = Pin::new(&mut this.inner).poll_frame(cx) {
            return Poll::Ready(frame.map(|frame| frame.map_err(Into::into)));
        }
        #[expect(
            clippy::disallowed_methods,
            reason = "a limit of the network, which runs in real time; nothing is decided by it but the connection's end"
        )]
        let deadline = this.deadline.get_or_insert_with(|| Box::pin(tokio::time::sleep(this.limit)));
        if deadline.as_mut().poll(cx).is_ready() {
            return Poll::Ready(Some(Err("the body took too long".into())));
        }
        Poll::Pending
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

/// A socket that counts what moves on it.
struct Counted {
    inner: TcpStream,
    moved: Arc<AtomicU64>,
}

impl Counted {
    fn count(&self, bytes: usize) {
        self.moved.fetch_add(u64::try_from(bytes).unwrap_or(u64::MAX), Ordering::Relaxed);
    }
}

impl AsyncRead for Counted {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let read = Pin::new(&mut self.inner).poll_read(cx, buf);
        self.count(buf.filled().len().saturating_sub(before));
        read
    }
}

impl AsyncWrite for Counted {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.inner).poll_write(cx, buf);
        if let Poll::Ready(Ok(bytes)) = written {
            self.count(bytes);
        }
        written
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.inner).poll_write_vectored(cx, bufs);
        if let Poll::Ready(Ok(bytes)) = written {
            self.count(bytes);
        }
        written
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}
