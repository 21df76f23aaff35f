//! The peer of the sending rows: a server that reads a request to its end and answers as Graph would,
//! always the same. It judges nothing, unlike the simulator, so that what is measured is Entente.

use anyhow::Result;
use axum::Router;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, Method, Uri};
use axum::response::IntoResponse;
use bytes::Bytes;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

/// One request as it arrived, to be sent again by the bare loop.
#[derive(Clone)]
pub struct Captured {
    pub path: String,
    pub headers: Vec<(String, String)>,
    pub body: Bytes,
}

pub struct Shared {
    requests: AtomicU64,
    first: OnceLock<Captured>,
    alone: Bytes,
    together: Bytes,
}

#[derive(Clone)]
pub struct Sink {
    pub address: SocketAddr,
    shared: Arc<Shared>,
}

const ALONE: &str = r#"{"recipient_id":"24001122334455667","message_id":"m_AbCdEfGhIjKlMnOpQrStUvWxYz0123456789AbCdEfGhIjKlMnOpQrStUvWxYz0123456789"}"#;

async fn answer(
    State(shared): State<Arc<Shared>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> impl IntoResponse {
    shared.requests.fetch_add(1, Ordering::Relaxed);
    shared.first.get_or_init(|| Captured {
        path: uri.to_string(),
        headers: ["authorization", "content-type"]
            .into_iter()
            .filter_map(|name| Some((name.to_owned(), headers.get(name)?.to_str().ok()?.to_owned())))
            .collect(),
        body: body.clone(),
    });
    if method == Method::DELETE {
        return ([(CONTENT_TYPE, "application/json")], Bytes::from_static(br#"{"success":true}"#));
    }
    let canned = if uri.path().ends_with("/messages") { &shared.alone } else { &shared.together };
    ([(CONTENT_TYPE, "application/json")], canned.clone())
}

/// On a thread of its own until the program ends; where.
pub fn serve(router: Router) -> Result<SocketAddr> {
    let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
    listener.set_nonblocking(true)?;
    let address = listener.local_addr()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    std::thread::spawn(move || {
        runtime.block_on(async move {
            if let Ok(listener) = tokio::net::TcpListener::from_std(listener) {
                // Ends with the program.
                let _ = axum::serve(listener, router).await;
            }
        });
    });
    Ok(address)
}

impl Sink {
    /// Serves on a thread of its own until the program ends.
    pub fn start() -> Result<Self> {
        let slot = serde_json::json!({ "code": 200, "body": ALONE });
        let shared = Arc::new(Shared {
            requests: AtomicU64::new(0),
            first: OnceLock::new(),
            alone: Bytes::from_static(ALONE.as_bytes()),
            together: Bytes::from(serde_json::Value::Array(vec![slot; 50]).to_string()),
        });
        let router = Router::new().fallback(answer).with_state(Arc::clone(&shared));
        Ok(Self { address: serve(router)?, shared })
    }

    pub fn requests(&self) -> u64 {
        self.shared.requests.load(Ordering::Relaxed)
    }

    /// The first request that came.
    pub fn captured(&self) -> Option<Captured> {
        self.shared.first.get().cloned()
    }
}
