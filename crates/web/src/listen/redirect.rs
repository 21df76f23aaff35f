//! The plain HTTP port: sends people to HTTPS, and does nothing else (claim X2). Programs are refused: led on, they would
//! go on coming in plain text with what they hold, and nobody would see it.
//!
//! Invariant: no route of the program is reached here. The one thing that is answered otherwise is the
//! challenge of a certificate authority (RFC 8555, 8.3), which has to be asked for in plain HTTP.

use crate::headers::{self, Keeping};
use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, HOST, HeaderValue, LOCATION};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::Response;
use engine::Engine;
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

/// Host and port at which a `Host` is reached by HTTPS; nothing for a host of no brand.
pub type KnownHosts = Arc<dyn Fn(&str) -> Option<String> + Send + Sync>;

const CHALLENGES: &str = "/.well-known/acme-challenge/";

/// The brands' hosts, each with the port of its brand's public address.
pub fn hosts_of(engine: Arc<Engine>) -> KnownHosts {
    Arc::new(move |host| {
        let url = match engine.brand_by_host(host) {
            Some(brand) => brand.brand.public_url.clone(),
            None => engine.erased_brand_by_host(host)?.file.public_url.clone(),
        };
        let port = url.parse::<Uri>().ok().and_then(|url| url.port_u16());
        let host = host.parse::<Authority>().ok()?.host().to_ascii_lowercase();
        Some(match port {
            None | Some(443) => host,
            Some(port) => format!("{host}:{port}"),
        })
    })
}

/// What a certificate authority wants to see, by token.
#[derive(Clone, Default)]
pub struct Challenges(Arc<RwLock<HashMap<String, String>>>);

impl Challenges {
    pub fn put(&self, token: String, answer: String) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).insert(token, answer);
    }

    pub fn remove(&self, token: &str) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).remove(token);
    }

    fn get(&self, token: &str) -> Option<String> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(token).cloned()
    }
}

/// The whole of the plain HTTP port.
pub fn router(hosts: KnownHosts, challenges: Challenges) -> Router {
    Router::new().fallback(plain).with_state((hosts, challenges))
}

async fn plain(State((hosts, challenges)): State<(KnownHosts, Challenges)>, request: Request) -> Response {
    let token = request.uri().path().strip_prefix(CHALLENGES);
    match token.and_then(|token| challenges.get(token)) {
        Some(answer) => text(StatusCode::OK, answer),
        None => answer(&request, &hosts),
    }
}

/// What only programs call.
const FOR_PROGRAMS: [&str; 4] = ["/api/", "/webhooks/", "/billing/", "/witness/"];
/// Whoever unsubscribes is led on, whatever asks.
const WAY_OUT: &str = "/u/";

/// Whether a program asks, or somebody sends something: all that is readable on its way.
fn brings_something<B>(request: &axum::http::Request<B>) -> bool {
    let path = request.uri().path();
    !path.starts_with(WAY_OUT)
        && (FOR_PROGRAMS.iter().any(|start| path.starts_with(start))
            || request.headers().contains_key(AUTHORIZATION)
            || !matches!(*request.method(), Method::GET | Method::HEAD))
}

/// To the same address by HTTPS, if the host is a brand's.
pub(super) fn answer<B>(request: &axum::http::Request<B>, hosts: &KnownHosts) -> Response {
    let host = host(request.headers(), request.uri()).and_then(|host| hosts(host));
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
    // `*` and the like are no paths; a header holds no line breaks, or is none.
    let path = if path.starts_with('/') { path } else { "/" };
    let location = host.and_then(|host| HeaderValue::try_from(format!("https://{host}{path}")).ok());
    let Some(location) = location else {
        return text(StatusCode::MISDIRECTED_REQUEST, "No brand lives at this host.\n");
    };
    if brings_something(request) {
        let refused = "Nothing is taken in plain HTTP: ask by HTTPS. A token or password that was sent here could be read on its way: make a new one.\n";
        return text(StatusCode::FORBIDDEN, refused);
    }
    let mut response = text(StatusCode::PERMANENT_REDIRECT, "Come by HTTPS.\n");
    response.headers_mut().insert(LOCATION, location);
    response
}

/// For a peer that is no trusted proxy.
pub(super) fn not_the_proxy() -> Response {
    text(
        StatusCode::FORBIDDEN,
        "This port is for the proxy in front of it. Its operator names the proxy in server.trusted_proxies.\n",
    )
}

/// For a request of which it is not certain whom it is for.
pub(super) fn two_hosts() -> Response {
    text(StatusCode::BAD_REQUEST, "The request names more than one host.\n")
}

fn host<'a>(headers: &'a HeaderMap, uri: &'a Uri) -> Option<&'a str> {
    let header = headers.get(HOST).and_then(|host| host.to_str().ok());
    header.or_else(|| uri.authority().map(Authority::as_str))
}

fn text(status: StatusCode, body: impl Into<Body>) -> Response {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    // Over plain HTTP a browser ignores HSTS (RFC 6797, 8.1), so it is not sent.
    headers::put(response.headers_mut(), Keeping::Private, false);
    response
}
