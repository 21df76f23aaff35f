//! What Prometheus is shown of this process, on a port of its own: docs/operate/metrics.md.
//!
//! Invariants: off unless `metrics.listen` is given; no label says anything about an account or a person (of what
//! belongs to somebody, the brand's short name alone); nothing is measured where nobody looks.

mod page;
mod process;

use crate::metrics::page::Page;
use axum::Router;
use axum::extract::Request;
use axum::http::header::CONTENT_TYPE;
use axum::http::{Method, StatusCode};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use engine::Engine;
use engine::views::standing;
use model::ports::{Outbound, OutboundError, OutboundRequest, OutboundResponse};
use model::time::{BoxFuture, Clock, Timestamp};
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Unit;
use std::sync::{Arc, OnceLock};
use store::Figures;
use web::listen::certificate::Certificates;

/// Seconds. Meta waits five for the answer to a delivery.
const WEBHOOK: [f64; 11] = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0];
/// Seconds. A request to Graph is given up after twenty.
const GRAPH: [f64; 9] = [0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0];
const DELIVERIES: &str = "/webhooks/messenger";
/// As the library writes it.
const OPENMETRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

pub type Labels = Vec<(&'static str, String)>;
type Durations = Family<Labels, Histogram, fn() -> Histogram>;

/// What is measured while the program runs; the rest is asked for when somebody looks.
pub struct Meters {
    clock: Arc<dyn Clock>,
    started_at: Timestamp,
    webhook: Durations,
    graph: Durations,
    /// Of the key store's database.
    keys: OnceLock<Figures>,
    certificates: OnceLock<Arc<Certificates>>,
}

impl Meters {
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            started_at: clock.now(),
            clock,
            webhook: Family::new_with_constructor(|| Histogram::new(WEBHOOK)),
            graph: Family::new_with_constructor(|| Histogram::new(GRAPH)),
            keys: OnceLock::new(),
            certificates: OnceLock::new(),
        }
    }

    pub fn keys_are(&self, figures: Figures) {
        let _ = self.keys.set(figures);
    }

    pub fn certificates_are(&self, certificates: &Arc<Certificates>) {
        let _ = self.certificates.set(Arc::clone(certificates));
    }

    fn now(&self) -> i64 {
        self.clock.monotonic().0
    }

    fn note(&self, family: &Durations, began: i64, label: &'static str, value: String) {
        let took = seconds(self.now().saturating_sub(began));
        family.get_or_create(&vec![(label, value)]).observe(took);
    }

    /// Measures the deliveries of webhooks that this router answers.
    pub fn on_deliveries(self: &Arc<Self>, router: Router) -> Router {
        let meters = Arc::clone(self);
        router.layer(from_fn(move |request: Request, next: Next| {
            let meters = Arc::clone(&meters);
            async move {
                let is_one = request.method() == Method::POST && request.uri().path() == DELIVERIES;
                let began = meters.now();
                let response = next.run(request).await;
                if is_one {
                    meters.note(&meters.webhook, began, "status", response.status().as_u16().to_string());
                }
                response
            }
        }))
    }

    /// Measures what is asked of Graph by this way out.
    pub fn on_graph(self: &Arc<Self>, out: Arc<dyn Outbound>) -> Arc<dyn Outbound> {
        Arc::new(Measured { out, meters: Arc::clone(self) })
    }

    /// Everything, as OpenMetrics text.
    async fn text(&self, engine: &Engine) -> Result<String, std::fmt::Error> {
        let mut page = Page::default();
        process::put(&mut page, self.started_at);
        let is_ready = engine.ready().await.is_ok();
        page.gauge(
            "entente_ready",
            "Whether readyz says yes",
            None,
            [(vec![], f64::from(u8::from(is_ready)))],
        );
        match standing::read(engine).await {
            Ok(standing) => page.standing(&standing),
            Err(error) => tracing::warn!(%error, "the metrics lack how the installation stands"),
        }
        match engine.events_set_aside().await {
            Ok(events) => page.set_aside(events),
            Err(error) => tracing::warn!(%error, "the metrics lack how many events were set aside"),
        }
        let databases = [("data", Some(standing::figures(engine))), ("keys", self.keys.get().cloned())];
        page.databases(databases.into_iter().filter_map(|(name, figures)| Some((name, figures?))));
        let ends_at = self.certificates.get().and_then(|certificates| certificates.ends_at());
        page.gauge(
            "entente_certificate_not_after_timestamp",
            "When the certificate in force ends, as Unix time",
            Some(Unit::Seconds),
            ends_at.map(|at| (vec![], seconds(at.micros()))),
        );
        let help = "From a webhook delivery's head to its answer, by the answer's status";
        page.durations("entente_webhook", help, self.webhook.clone());
        let help = "From a request to Graph to its answer, by what came of it";
        page.durations("entente_graph_request", help, self.graph.clone());
        page.text()
    }
}

pub fn seconds(micros: i64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "microseconds since 1970 are exact up to the year 2255")]
    let micros = micros as f64;
    micros / 1e6
}

/// `/metrics` and nothing else.
pub fn router(meters: Arc<Meters>, engine: Arc<Engine>) -> Router {
    let show = move || {
        let (meters, engine) = (Arc::clone(&meters), Arc::clone(&engine));
        async move {
            meters.text(&engine).await.map_or_else(
                |_| StatusCode::INTERNAL_SERVER_ERROR.into_response(),
                |text| -> Response { ([(CONTENT_TYPE, OPENMETRICS)], text).into_response() },
            )
        }
    };
    Router::new().route("/metrics", get(show))
}

struct Measured {
    out: Arc<dyn Outbound>,
    meters: Arc<Meters>,
}

impl Outbound for Measured {
    fn send(&self, request: OutboundRequest) -> BoxFuture<'_, Result<OutboundResponse, OutboundError>> {
        Box::pin(async move {
            let began = self.meters.now();
            let answer = self.out.send(request).await;
            let outcome = match &answer {
                Ok(answer) if answer.status < 400 => "ok",
                Ok(_) => "error",
                Err(OutboundError::Unanswered(_)) => "unanswered",
                Err(_) => "not_sent",
            };
            self.meters.note(&self.meters.graph, began, "outcome", outcome.to_owned());
            answer
        })
    }
}
