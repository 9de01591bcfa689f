//! Metrics for Prometheus. Labels come from fixed sets: routes as they are declared, methods,
//! status codes. Nothing that a client wrote is among them.

use super::endpoints::Endpoints;
use super::extract::callers::Unauthenticated;
use crate::state::Issuer;
use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;
use std::sync::Arc;
use tokio::time::Instant;

/// The first bucket of times, in seconds, and how many there are, each twice as wide.
const BUCKETS: (f64, u16) = (0.000_25, 16);
/// The label of a route that is none, and of a method that no route takes.
const OTHER: &str = "other";

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    route: String,
    method: &'static str,
    status: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RouteLabel {
    route: String,
}

/// The metrics that are counted.
#[derive(Debug)]
pub(crate) struct Metrics {
    registry: Registry,
    answered: Family<RequestLabels, Counter>,
    times: Family<RouteLabel, Histogram>,
    waiting: Gauge,
    events: Gauge,
    omitted: Gauge,
    revocations: Gauge,
    clients: Gauge,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("edgewrit");
        let metrics = Self {
            answered: Family::default(),
            times: Family::new_with_constructor(|| {
                let (first, count) = BUCKETS;
                Histogram::new(exponential_buckets(first, 2.0, count))
            }),
            waiting: Gauge::default(),
            events: Gauge::default(),
            omitted: Gauge::default(),
            revocations: Gauge::default(),
            clients: Gauge::default(),
            registry: Registry::default(),
        };
        registry.register("requests", "Requests that were answered", metrics.answered.clone());
        registry.register("request_seconds", "Time to the answer", metrics.times.clone());
        registry.register(
            "writes_waiting",
            "Writes that wait for their commit",
            metrics.waiting.clone(),
        );
        registry.register("audit_events", "Events in the audit chain", metrics.events.clone());
        registry.register(
            "audit_events_omitted",
            "Events that the limiter omitted since the start",
            metrics.omitted.clone(),
        );
        registry.register(
            "revocations",
            "Number of the latest revocation",
            metrics.revocations.clone(),
        );
        registry.register("clients", "Clients that are not shut out", metrics.clients.clone());
        Self { registry, ..metrics }
    }
}

/// Counts requests to the router that it is a layer of.
pub(crate) async fn count_requests(State(metrics): State<Arc<Metrics>>, request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>();
    let route = route.map_or(OTHER, MatchedPath::as_str).to_owned();
    let method = method_label(request.method());
    let began = Instant::now();
    let response = next.run(request).await;
    let times = metrics.times.get_or_create(&RouteLabel { route: route.clone() });
    times.observe(began.elapsed().as_secs_f64());
    drop(times);
    let status = response.status().as_u16();
    metrics
        .answered
        .get_or_create(&RequestLabels { route, method, status })
        .inc();
    response
}

fn method_label(method: &Method) -> &'static str {
    const NAMES: [&str; 5] = ["GET", "HEAD", "POST", "PUT", "DELETE"];
    NAMES.into_iter().find(|name| method == name).unwrap_or(OTHER)
}

/// The endpoint that Prometheus reads, on a listener of its own.
pub(crate) fn routes(issuer: Arc<Issuer>, metrics: Arc<Metrics>) -> Router {
    let routes = Endpoints::new()
        .get("/metrics", render_metrics)
        .get("/v1/metrics", render_metrics);
    routes.into_router().with_state((issuer, metrics))
}

async fn render_metrics(_: Unauthenticated, State((issuer, metrics)): State<(Arc<Issuer>, Arc<Metrics>)>) -> Response {
    let gauges = issuer.health.gauges();
    let set = |gauge: &Gauge, value: u64| gauge.set(i64::try_from(value).unwrap_or(i64::MAX));
    set(&metrics.waiting, gauges.waiting);
    set(&metrics.events, gauges.events);
    set(&metrics.omitted, gauges.omitted);
    set(&metrics.revocations, gauges.revocations);
    set(&metrics.clients, gauges.clients);
    let mut text = String::new();
    // Writing to a text does not fail.
    let _whole = encode(&mut text, &metrics.registry);
    let kind = HeaderValue::from_static("application/openmetrics-text; version=1.0.0; charset=utf-8");
    ([(header::CONTENT_TYPE, kind)], text).into_response()
}
