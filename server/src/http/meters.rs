//! What is measured, for Prometheus. No label names an account, a key, or an address with an id in it.

use std::{collections::HashMap, sync::OnceLock, time::Duration};

use axum::http::{Method, StatusCode};
use metrics::{Counter, Histogram};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

use super::routes::ROUTES;

/// The upper ends of the buckets of times, in seconds: from a rating to the longest wait for the ledger.
const SECONDS: [f64; 14] =
    [0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5];
/// The upper ends of the buckets of counts of operations.
const OPERATIONS: [f64; 11] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0, 1_024.0];
const METHODS: [Method; 7] =
    [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::DELETE, Method::PATCH, Method::OPTIONS];
/// Requests that no route is for: the page, and what is not there.
const NO_ROUTE: &str = "other";

/// The meters of the routes, each looked up once.
pub struct Meters {
    text: PrometheusHandle,
    routes: HashMap<&'static str, Vec<Meter>>,
}

/// Of one route and one method.
struct Meter {
    route: &'static str,
    method: &'static str,
    seconds: OnceLock<Histogram>,
    /// By status, as far as it has been seen.
    requests: [OnceLock<Counter>; STATUSES.len()],
}

/// Every status that is answered; another is counted as the last.
const STATUSES: [u16; 21] =
    [200, 201, 204, 304, 400, 401, 402, 403, 404, 405, 406, 408, 409, 413, 415, 422, 429, 500, 503, 507, 599];

impl Meters {
    pub fn new() -> Self {
        let paths = ROUTES.iter().map(|route| route.path).chain([NO_ROUTE]);
        let of_route =
            |route| METHODS.iter().map(Some).chain([None]).map(move |method| Meter::new(route, method)).collect();
        Self { text: recorder(), routes: paths.map(|path| (path, of_route(path))).collect() }
    }

    /// Counts an answer. `route` is the path of the table that the request matched.
    pub fn count(&self, route: Option<&str>, method: &Method, status: StatusCode, took: Duration) {
        let meters = route.and_then(|route| self.routes.get(route)).or_else(|| self.routes.get(NO_ROUTE));
        let place = METHODS.iter().position(|known| known == method).unwrap_or(METHODS.len());
        if let Some(meter) = meters.and_then(|meters| meters.get(place)) {
            meter.count(status.as_u16(), took);
        }
    }

    /// All that was measured, in Prometheus' text form.
    pub fn text(&self, depth: usize) -> String {
        metrics::gauge!("pricetag_queue_operations").set(f64::from(u32::try_from(depth).unwrap_or(u32::MAX)));
        self.text.render()
    }

    /// Folds the samples of histograms into their buckets.
    pub fn fold(&self) {
        self.text.run_upkeep();
    }
}

impl Meter {
    fn new(route: &'static str, method: Option<&'static Method>) -> Self {
        let method = method.map_or("other", Method::as_str);
        Self { route, method, seconds: OnceLock::new(), requests: [const { OnceLock::new() }; STATUSES.len()] }
    }

    fn count(&self, status: u16, took: Duration) {
        let labels = [("route", self.route), ("method", self.method)];
        self.seconds.get_or_init(|| metrics::histogram!("pricetag_request_seconds", &labels)).record(took);
        let last = STATUSES.len() - 1;
        let place = STATUSES.iter().position(|known| *known == status).unwrap_or(last);
        let counter = self.requests[place].get_or_init(|| {
            let [route, method] = labels;
            let status = if place == last { "other".into() } else { status.to_string() };
            metrics::counter!(
                "pricetag_requests_total",
                &[route, method]
                    .map(|(name, value)| (name, value.to_owned()))
                    .into_iter()
                    .chain([("status", status)])
                    .collect::<Vec<_>>()
            )
        });
        counter.increment(1);
    }
}

/// The process has one recorder, whatever the number of servers in it.
fn recorder() -> PrometheusHandle {
    static RECORDER: OnceLock<PrometheusHandle> = OnceLock::new();
    RECORDER.get_or_init(install).clone()
}

fn install() -> PrometheusHandle {
    let builder = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".into()), &SECONDS)
        .and_then(|builder| builder.set_buckets_for_metric(Matcher::Suffix("_operations".into()), &OPERATIONS));
    let recorder = builder.expect("the lists of buckets are not empty").build_recorder();
    let handle = recorder.handle();
    // Another recorder is there only if a program around this one has set it: then it has the figures.
    if metrics::set_global_recorder(recorder).is_err() {
        tracing::warn!("another recorder of metrics is installed; /metrics stays empty");
    }
    metrics::describe_counter!("pricetag_requests_total", "Requests by route, method and status");
    metrics::describe_histogram!("pricetag_request_seconds", "Time from a request's head to its answer");
    metrics::describe_gauge!("pricetag_queue_operations", "Operations that wait for the ledger");
    handle
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use axum::http::{Method, StatusCode};

    use super::Meters;

    #[test]
    fn requests_are_counted_by_route_and_what_has_none_is_counted_together() {
        let meters = Meters::new();
        let count = |route, method: &str, status| {
            let method = Method::from_bytes(method.as_bytes()).unwrap();
            meters.count(route, &method, StatusCode::from_u16(status).unwrap(), Duration::from_millis(1));
        };
        count(Some("/v1/holds/{id}"), "GET", 200);
        count(Some("/v1/holds/{id}"), "GET", 200);
        count(None, "GET", 404);
        count(Some("/v1/holds/hold_1"), "BREW", 418);
        let text = meters.text(7);
        for line in [
            r#"pricetag_requests_total{route="/v1/holds/{id}",method="GET",status="200"} 2"#,
            r#"pricetag_requests_total{route="other",method="GET",status="404"} 1"#,
            r#"pricetag_requests_total{route="other",method="other",status="other"} 1"#,
            r#"pricetag_request_seconds_count{route="/v1/holds/{id}",method="GET"} 2"#,
            r#"pricetag_request_seconds_bucket{route="/v1/holds/{id}",method="GET",le="0.001"} 2"#,
            "pricetag_queue_operations 7",
        ] {
            assert!(text.lines().any(|found| found == line), "{line}\n{text}");
        }
        assert!(!text.contains("hold_1") && !text.contains("BREW"));
    }
}
