//! The metrics as text for Prometheus.

use super::{CountedLabels, InputMetrics, ProxyMetrics, labels, read};
use crate::records::RecordCounts;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

/// The media type of [`write_metrics`].
pub(crate) const MEDIA_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
/// Prefix of all names.
const PREFIX: &str = "edgewrit";

/// The values that are read and not counted.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Gauges {
    /// Seconds since the issuer signed the bundle by which the proxy decides.
    pub(crate) snapshot_age: Option<u64>,
    /// The highest event of the audit of the issuer that the proxy has seen.
    pub(crate) audit_seq: Option<u64>,
    /// The records on their way to the issuer.
    pub(crate) records: RecordCounts,
    /// The lines of records that were not printed.
    pub(crate) dropped_records: u64,
    /// The lines of the log that were not printed.
    pub(crate) dropped_log_lines: u64,
    /// Whether `/readyz` answers 200.
    pub(crate) is_ready: bool,
}

/// The metrics of the process as text. The registry is made for one text, because the cells of the
/// workers cost less than counters of a registry would.
pub(crate) fn write_metrics(metrics: &ProxyMetrics, gauges: &Gauges) -> String {
    let mut registry = Registry::with_prefix(PREFIX);
    add_requests(&mut registry, metrics);
    add_states(&mut registry, metrics, gauges);
    let mut text = String::new();
    // Writing to a text does not fail.
    let _whole = encode(&mut text, &registry);
    text
}

fn add_requests(registry: &mut Registry, metrics: &ProxyMetrics) {
    let sum_of = |place: usize| {
        let of_worker = |worker: &std::sync::Arc<super::WorkerMetrics>| worker.verdicts.get(place).map_or(0, read);
        metrics.workers.iter().map(of_worker).sum()
    };
    let verdicts = labels().enumerate().map(|(place, label)| (label.text(), sum_of(place)));
    add_labelled(registry, "verdicts", "Verdicts by label", verdicts);
    add_counter(
        registry,
        "cache_hits",
        "Writs that had been verified before",
        metrics.sum(|worker| &worker.cache_hits),
    );
    add_counter(
        registry,
        "cache_misses",
        "Writs that had not been verified before",
        metrics.sum(|worker| &worker.cache_misses),
    );
    add_counter(
        registry,
        "responses_reflected",
        "Responses of which a header held a secret of the edge",
        metrics.sum(|worker| &worker.reflected),
    );
    add_gauge(
        registry,
        "bodies_held_bytes",
        "Bytes of bodies that wait for their verdict",
        metrics.sum(|worker| &worker.held_bytes),
    );
    add_gauge(
        registry,
        "requests_open",
        "Requests whose exchange is in progress",
        metrics.open_requests(),
    );
}

fn add_states(registry: &mut Registry, metrics: &ProxyMetrics, gauges: &Gauges) {
    let counted = |counts: &CountedLabels| counts.all().into_iter();
    add_labelled(
        registry,
        "bundles",
        "Bundles that were taken, and the cause for others",
        counted(&metrics.bundles),
    );
    add_input(registry, "configuration", &metrics.configurations);
    if !metrics.certificates.counts.all().is_empty() {
        add_input(registry, "certificate", &metrics.certificates);
    }
    let faults = metrics.connection_faults.iter();
    add_labelled(
        registry,
        "connection_faults",
        "Connections that were ended for a fault of the client",
        faults.map(|(fault, count)| (fault.label(), count)),
    );
    if let Some(age) = gauges.snapshot_age {
        add_gauge(
            registry,
            "snapshot_age_seconds",
            "Seconds since the issuer signed the bundle",
            age,
        );
    }
    if let Some(seq) = gauges.audit_seq {
        add_gauge(
            registry,
            "snapshot_audit_seq",
            "The highest event of the issuer's audit",
            seq,
        );
    }
    let RecordCounts {
        waiting,
        delivered,
        lost,
    } = gauges.records;
    add_gauge(
        registry,
        "records_waiting",
        "Records that are not delivered yet",
        waiting,
    );
    add_counter(registry, "records_delivered", "Records that the issuer has", delivered);
    add_counter(registry, "records_lost", "Records that the issuer will not get", lost);
    let dropped = [("records", gauges.dropped_records), ("log", gauges.dropped_log_lines)];
    add_labelled(
        registry,
        "lines_dropped",
        "Lines of records and of the log that a slow reader did not take in time",
        dropped.into_iter(),
    );
    add_gauge(
        registry,
        "ready",
        "1 if the proxy takes requests and can decide them",
        gauges.is_ready.into(),
    );
}

/// Adds the counts of an input, which is called `name`.
fn add_input(registry: &mut Registry, name: &str, input: &InputMetrics) {
    add_labelled(
        registry,
        &format!("{name}s"),
        &format!("Readings of the {name} that were taken or refused"),
        input.counts.all().into_iter(),
    );
    let is_current = !input.is_behind();
    add_gauge(
        registry,
        &format!("{name}_current"),
        "1 if the proxy works by the newest one, 0 after a rejected one",
        is_current.into(),
    );
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Label {
    label: &'static str,
}

/// Adds a counter for each label that was counted.
fn add_labelled(registry: &mut Registry, name: &str, help: &str, counts: impl Iterator<Item = (&'static str, u64)>) {
    let family = Family::<Label, Counter>::default();
    for (label, count) in counts.filter(|(_, count)| *count > 0) {
        family.get_or_create(&Label { label }).inc_by(count);
    }
    registry.register(name, help, family);
}

fn add_counter(registry: &mut Registry, name: &str, help: &str, count: u64) {
    let counter = Counter::<u64>::default();
    counter.inc_by(count);
    registry.register(name, help, counter);
}

fn add_gauge(registry: &mut Registry, name: &str, help: &str, value: u64) {
    let gauge = Gauge::<i64>::default();
    gauge.set(i64::try_from(value).unwrap_or(i64::MAX));
    registry.register(name, help, gauge);
}
