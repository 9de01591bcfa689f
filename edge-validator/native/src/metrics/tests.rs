//! Cells of workers are summed, and each label has one place.

use super::{Gauges, ProxyMetrics, labels, place_of, write_metrics};
use crate::records::RecordCounts;
use std::collections::BTreeSet;

fn value(text: &str, name: &str) -> Option<u64> {
    let line = text.lines().find(|line| line.starts_with(&format!("{name} ")))?;
    line.rsplit(' ').next()?.parse().ok()
}

#[test]
fn each_label_has_a_place_of_its_own() {
    let places: BTreeSet<_> = labels().map(|label| place_of(label).unwrap()).collect();
    assert_eq!(places.len(), labels().count());
    for (place, label) in labels().enumerate() {
        assert_eq!(place_of(label), Some(place), "{}", label.text());
    }
}

#[test]
fn the_cells_of_all_workers_are_added() {
    let metrics = ProxyMetrics::new(2);
    let [one, two] = [0, 1].map(|worker| &metrics.workers[worker]);
    one.count_lookups(3, 1);
    two.count_lookups(4, 0);
    one.show_held_bytes(100);
    two.show_held_bytes(20);
    metrics.bundles.count("taken");
    metrics.bundles.count("taken");
    metrics.configurations.count(true);
    metrics.configurations.count(false);
    let gauges = Gauges {
        snapshot_age: Some(7),
        audit_seq: None,
        records: RecordCounts {
            waiting: 5,
            delivered: 6,
            lost: 0,
        },
        dropped_records: 8,
        dropped_log_lines: 0,
        is_ready: true,
    };
    let text = write_metrics(&metrics, &gauges);
    for (name, expected) in [
        ("edgewrit_cache_hits_total", Some(7)),
        ("edgewrit_cache_misses_total", Some(1)),
        ("edgewrit_bodies_held_bytes", Some(120)),
        ("edgewrit_bundles_total{label=\"taken\"}", Some(2)),
        ("edgewrit_configurations_total{label=\"refused\"}", Some(1)),
        ("edgewrit_configuration_current", Some(0)),
        ("edgewrit_certificate_current", None),
        ("edgewrit_snapshot_age_seconds", Some(7)),
        ("edgewrit_snapshot_audit_seq", None),
        ("edgewrit_records_waiting", Some(5)),
        ("edgewrit_lines_dropped_total{label=\"records\"}", Some(8)),
        ("edgewrit_lines_dropped_total{label=\"log\"}", None),
        ("edgewrit_ready", Some(1)),
    ] {
        assert_eq!(value(&text, name), expected, "{name}:\n{text}");
    }
}
