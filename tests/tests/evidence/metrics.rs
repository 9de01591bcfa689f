//! The counters of an edge are where operators look for them.

use anyhow::{Context as _, Result, ensure};
use edgewrit_tests::clock::poll;
use edgewrit_tests::edge::{self, HostKind};
use edgewrit_tests::http::ServerReply;
use edgewrit_tests::issuer::IssuerProcess;
use edgewrit_tests::scenario::{Fixture, search};
use edgewrit_tests::upstream::{Recorder, Travel};
use serde_json::{Value, json};
use std::time::Duration;

/// The time within which every event is counted.
const SOON: Duration = Duration::from_secs(30);

#[test]
fn envoy_counts_verdicts_records_bundles_and_configurations() -> Result<()> {
    verdicts_records_bundles_and_configurations_are_counted(HostKind::Envoy)
}

#[test]
fn the_proxy_counts_verdicts_records_bundles_and_configurations() -> Result<()> {
    verdicts_records_bundles_and_configurations_are_counted(HostKind::Proxy)
}

fn verdicts_records_bundles_and_configurations_are_counted(kind: HostKind) -> Result<()> {
    let (issuer, api) = (IssuerProcess::start()?, Travel::start()?);
    let stand = Fixture::prepare(&issuer, "travel", &api.server().origin(), Travel::KEY)?;
    let writ = &stand.writ(&issuer, "counted")?;
    let host = edge::start_reconfigurable(kind, &stand.setup, 1)?;
    let ready = || {
        host.edge()
            .send(&search("LHR", writ))
            .ok()
            .filter(|answer| answer.status == 200)
    };
    poll(SOON, ready).context("it does not become ready")?;
    let before = host.statistics()?;
    let of = |statistics: &std::collections::BTreeMap<String, u64>, name: &str| {
        statistics.get(name).copied().unwrap_or_default()
    };
    for (to, times) in [("LHR", 3), ("CDG", 2)] {
        for _ in 0..times {
            host.edge().send(&search(to, writ))?;
        }
    }
    let mut broken = stand.setup.clone();
    if let Some(document) = broken.document.as_object_mut() {
        document.insert("operations".into(), json!([]));
    }
    host.configure(&broken)?;
    let expected = [
        ("verdicts_permit", 3),
        ("verdicts_not_granted", 2),
        ("cache_hits", 5),
        ("configurations_refused", 1),
    ];
    let counted = || {
        let now = host.statistics().ok()?;
        let grown = |(name, by): &(&str, u64)| of(&now, name) >= of(&before, name) + by;
        let delivered = of(&now, "records_delivered") >= 6 && of(&now, "records_waiting") == 0;
        (expected.iter().all(grown) && delivered).then_some(now)
    };
    let now = poll(SOON, counted).with_context(|| format!("{:#?}", host.statistics()))?;
    for (name, by) in expected.iter().take(3) {
        ensure!(of(&now, name) == of(&before, name) + by, "{name}: {before:#?} {now:#?}");
    }
    for name in ["bundles_taken", "configurations_taken", "snapshot_age_seconds"] {
        ensure!(now.contains_key(name), "{name}: {now:#?}");
    }
    // What the edge shows of the audit is what `edgewrit audit verify --seen` takes: the number as
    // a gauge, all of it in the log.
    let seq = of(&now, "snapshot_audit_seq");
    ensure!(seq > 0, "{now:#?}");
    issuer.verify_seen(&seq.to_string())?;
    let line = |line: &str| {
        let at = line.find(r#"{"edgewrit":"audit_seen""#)?;
        serde_json::from_str::<Value>(line.get(at..)?.trim_end()).ok()
    };
    let seen = host.edge().log().find(SOON, line).context("no line with the head")?;
    issuer.verify_seen(seen.get("audit_head").and_then(Value::as_str).context("no head")?)?;
    ensure!(of(&now, "records_lost") == 0, "{now:#?}");
    Ok(())
}

#[test]
fn envoy_counts_responses_that_hold_a_secret() -> Result<()> {
    responses_that_hold_a_secret_are_counted(HostKind::Envoy)
}

#[test]
fn the_proxy_counts_responses_that_hold_a_secret() -> Result<()> {
    responses_that_hold_a_secret_are_counted(HostKind::Proxy)
}

fn responses_that_hold_a_secret_are_counted(kind: HostKind) -> Result<()> {
    let (issuer, api) = (IssuerProcess::start()?, Recorder::start()?);
    let stand = Fixture::prepare(&issuer, "travel", &api.origin(), Travel::KEY)?;
    let writ = &stand.writ(&issuer, "reflected")?;
    let host = edge::start_reconfigurable(kind, &stand.setup, 1)?;
    let ask = || {
        let answer = host.edge().send(&search("LHR", writ)).ok();
        answer.filter(|answer| answer.status == 200)
    };
    poll(SOON, ask).context("it does not become ready")?;
    api.answer(ServerReply {
        headers: vec![("x-echo".into(), Travel::KEY.into())],
        ..Recorder::fine()
    });
    let answer = ask().context("no answer")?;
    ensure!(answer.header("x-echo").is_none(), "{answer:?}");
    let counted = || (host.statistics().ok()?.get("responses_reflected") == Some(&1)).then_some(());
    poll(SOON, counted).with_context(|| format!("{:#?}", host.statistics()))
}

#[test]
fn a_worker_writes_what_it_counts_into_its_log() -> Result<()> {
    let (issuer, api) = (IssuerProcess::start()?, Travel::start()?);
    let stand = Fixture::prepare(&issuer, "travel", &api.server().origin(), Travel::KEY)?;
    let writs = stand.writs(&issuer, "counted", 1)?;
    let edge = edge::start(HostKind::Worker, &stand.setup)?;
    for to in ["LHR", "LHR", "CDG"] {
        edge.send(&search(to, writs.first().context("no writ")?))?;
    }
    let line = |line: &str| {
        let at = line.find(r#"{"edgewrit":"metrics""#)?;
        serde_json::from_str::<Value>(line.get(at..)?.trim_end()).ok()
    };
    let metrics = edge.log().find(SOON, line).context("no line")?;
    assert_eq!(metrics.get("verdicts"), Some(&json!({"permit": 2, "not_granted": 1})));
    assert_eq!(metrics.get("cache_hits"), Some(&json!(2)), "{metrics}");
    assert_eq!(metrics.get("bundles"), Some(&json!({})), "{metrics}");
    issuer.verify_seen(metrics.get("audit_head").and_then(Value::as_str).context("no head")?)?;
    for name in ["records_lost", "reflected", "body_bytes_held"] {
        assert_eq!(metrics.get(name), Some(&json!(0)), "{name}: {metrics}");
    }
    Ok(())
}
