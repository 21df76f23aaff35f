//! The simulator's HTTP side: connections that can be cut, Graph calls in, answers out.
//!
//! Invariant: what a fault does to an answer happens here, after the state has changed, so that a bot
//! that gets no answer really cannot know.

use crate::control;
use crate::dialog;
use crate::graph::answer::{Answer, GraphError, Mishap};
use crate::graph::params::Params;
use crate::graph::{self, Call, Context, Verb, subscription, version};
use crate::inner::Inner;
use axum::body::{Body, Bytes};
use axum::extract::connect_info::Connected;
use axum::extract::{ConnectInfo, DefaultBodyLimit, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use axum::serve::{IncomingStream, Listener};
use axum::{Router, http::header};
use futures_util::{StreamExt, stream};
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context as Task, Poll};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};

/// Everything served.
pub fn router(inner: Arc<Inner>) -> Router {
    Router::new()
        .merge(control::router())
        .fallback(any(serve_graph))
        .layer(DefaultBodyLimit::max(30 * 1024 * 1024))
        .with_state(inner)
}

/// Ends one connection without a further byte.
#[derive(Clone, Default)]
pub struct Cut(Arc<AtomicBool>);

/// A connection that can be cut.
pub struct Stream {
    tcp: TcpStream,
    cut: Cut,
}

/// Accepts connections that can be cut.
pub struct Door(pub TcpListener);

impl Listener for Door {
    type Io = Stream;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Stream, SocketAddr) {
        let (tcp, addr) = Listener::accept(&mut self.0).await;
        if let Err(error) = tcp.set_nodelay(true) {
            tracing::debug!(%error, "a connection stays with delayed small packets");
        }
        (Stream { tcp, cut: Cut::default() }, addr)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }
}

impl Connected<IncomingStream<'_, Door>> for Cut {
    fn connect_info(stream: IncomingStream<'_, Door>) -> Self {
        stream.io().cut.clone()
    }
}

impl Stream {
    fn check(&self) -> io::Result<()> {
        if self.cut.0.load(Ordering::Relaxed) {
            return Err(io::Error::from(io::ErrorKind::ConnectionReset));
        }
        Ok(())
    }
}

impl AsyncRead for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        task: &mut Task<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.tcp).poll_read(task, buf)
    }
}

impl AsyncWrite for Stream {
    fn poll_write(mut self: Pin<&mut Self>, task: &mut Task<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        self.check()?;
        Pin::new(&mut self.tcp).poll_write(task, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, task: &mut Task<'_>) -> Poll<io::Result<()>> {
        self.check()?;
        Pin::new(&mut self.tcp).poll_flush(task)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, task: &mut Task<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.tcp).poll_shutdown(task)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        task: &mut Task<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.check()?;
        Pin::new(&mut self.tcp).poll_write_vectored(task, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.tcp.is_write_vectored()
    }
}

async fn serve_graph(
    State(inner): State<Arc<Inner>>,
    ConnectInfo(cut): ConnectInfo<Cut>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let (asked, path) = version::split(uri.path());
    if path == "dialog/oauth" {
        return dialog::serve(&inner, &method, uri.query().unwrap_or_default(), &body);
    }
    if path.is_empty() && method == Method::GET && uri.query().is_none() {
        return control::index(State(inner)).await;
    }
    let now = inner.now();
    let Some(served) = version::serving(asked, now.div_euclid(1_000_000)) else {
        let error = GraphError::new(2500, None, &format!("Unknown path components: {}", uri.path()));
        return respond(&inner, &cut, "v26.0", plain(&error)).await;
    };
    let answer = match read(&method, uri.query(), &headers, path, &body) {
        Ok(call) => answer(&inner, now, &call).await,
        Err(error) => plain(&error),
    };
    respond(&inner, &cut, &served, answer).await
}

fn plain(error: &GraphError) -> Answer {
    let mut answer = Answer::ok(error.body("simulated"));
    answer.status = error.status;
    answer
}

async fn answer(inner: &Inner, now: i64, call: &Call) -> Answer {
    let path: Vec<&str> = call.path.iter().map(String::as_str).collect();
    match (call.verb, path.as_slice()) {
        (Verb::Post, []) => graph::batch::batch(&mut inner.world(), now, call),
        (Verb::Post, [app, "subscriptions"]) => {
            let token = {
                let mut world = inner.world();
                world.record.request("POST /{id}/subscriptions");
                world.token(call.token().as_deref(), now.div_euclid(1_000_000))
            };
            let outcome = match token {
                Ok(token) => {
                    let context = Context { now, token: &token, params: &call.params, verb: call.verb };
                    subscription::subscribe_app(inner, context, app).await
                }
                Err(error) => Err(error),
            };
            outcome.map_or_else(|error| plain(&error), Answer::ok)
        }
        _ => graph::call(&mut inner.world(), now, call),
    }
}

fn read(
    method: &Method,
    query: Option<&str>,
    headers: &HeaderMap,
    path: &str,
    body: &[u8],
) -> Result<Call, GraphError> {
    let mut params = Params::default();
    params.add_form(query.unwrap_or_default());
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if kind.starts_with("application/json") && !body.is_empty() {
        let json = serde_json::from_slice(body)
            .map_err(|_| GraphError::parameter("The request body is not valid JSON"))?;
        params.add_json(json);
    } else if kind.starts_with("multipart/") {
        return Err(GraphError::parameter(
            "The simulator takes attachments by url, not as multipart uploads",
        ));
    } else {
        let form = std::str::from_utf8(body)
            .map_err(|_| GraphError::parameter("The request body is not valid UTF-8"))?;
        params.add_form(form);
    }
    let bearer = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Bearer ").or_else(|| value.strip_prefix("OAuth ")))
        .map(|token| token.trim().to_owned());
    let verb =
        params.text("method").as_deref().and_then(Verb::parse).or_else(|| Verb::parse(method.as_str()));
    let verb = verb.ok_or_else(|| GraphError::parameter("Unsupported method"))?;
    let path = path.split('/').filter(|part| !part.is_empty()).map(str::to_owned).collect();
    Ok(Call { verb, path, params, bearer })
}

async fn respond(inner: &Inner, cut: &Cut, version: &str, answer: Answer) -> Response {
    let wait = inner.world().settings.answer_millis;
    let slow = answer.mishaps.iter().map(|mishap| match mishap {
        Mishap::Slow { millis } => *millis,
        _ => 0,
    });
    let wait = wait.saturating_add(slow.sum());
    if wait > 0 {
        inner.pause(wait).await;
    }
    let mut headers = standing_headers(inner, version);
    for (name, value) in &answer.headers {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    }
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::BAD_REQUEST);
    if answer.suffers(Mishap::Drop) {
        cut.0.store(true, Ordering::Relaxed);
        return status.into_response();
    }
    if answer.suffers(Mishap::PlainServerError) {
        let page = "<html><body>Sorry, something went wrong.</body></html>";
        return (StatusCode::INTERNAL_SERVER_ERROR, [(header::CONTENT_TYPE, "text/html")], page)
            .into_response();
    }
    if answer.suffers(Mishap::NotJson) {
        return (StatusCode::OK, headers, "OK, but this is not JSON").into_response();
    }
    let mut text = answer.text();
    if answer.suffers(Mishap::Truncate) {
        let length = text.len();
        text.truncate(length / 2);
        // The length promises more than comes.
        headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
        let half = stream::once(std::future::ready(Ok(Bytes::from(text))));
        let broken = stream::once(async {
            // The first half has to leave before the connection breaks.
            tokio::task::yield_now().await;
            Err(io::Error::from(io::ErrorKind::ConnectionReset))
        });
        let body = Body::from_stream(half.chain(broken));
        return (status, headers, body).into_response();
    }
    (status, headers, text).into_response()
}

fn standing_headers(inner: &Inner, version: &str) -> HeaderMap {
    let trace = inner.world().trace();
    let fixed = [
        ("content-type", "application/json; charset=UTF-8"),
        ("facebook-api-version", version),
        ("x-fb-request-id", trace.as_str()),
        ("x-fb-trace-id", trace.as_str()),
        ("x-fb-rev", "1000000000"),
        ("x-fb-debug", trace.as_str()),
        ("cache-control", "private, no-cache, no-store, must-revalidate"),
        ("expires", "Sat, 01 Jan 2000 00:00:00 GMT"),
        ("pragma", "no-cache"),
        ("access-control-allow-origin", "*"),
        ("strict-transport-security", "max-age=15552000; preload"),
    ];
    fixed
        .into_iter()
        .filter_map(|(name, value)| Some((HeaderName::from_static(name), HeaderValue::from_str(value).ok()?)))
        .collect()
}
