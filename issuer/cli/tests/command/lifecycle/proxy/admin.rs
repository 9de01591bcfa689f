//! Metrics and health on their listener.

use super::scene::{ProxyScene, get};
use crate::support::wait_for;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;

#[test]
fn the_metrics_count_verdicts_lookups_and_bundles() {
    let scene = ProxyScene::new();
    let proxy = scene.proxy();
    assert_eq!(scene.search(&proxy), (200, "1".to_owned()));
    assert_eq!(scene.search(&proxy), (200, "2".to_owned()));
    assert_eq!(get(&format!("{}/flights", proxy.url), None).unwrap().0, 401);
    proxy.becomes(r#"edgewrit_verdicts_total{label="permit"}"#, 2);
    proxy.becomes(r#"edgewrit_verdicts_total{label="token_missing"}"#, 1);
    let looked_up = || proxy.metric("edgewrit_cache_hits_total") + proxy.metric("edgewrit_cache_misses_total");
    wait_for(|| (looked_up() == 2).then_some(()));
    assert!(proxy.metric(r#"edgewrit_bundles_total{label="taken"}"#) >= 1);
    for (name, value) in [
        ("edgewrit_ready", 1),
        ("edgewrit_configuration_current", 1),
        (r#"edgewrit_configurations_total{label="taken"}"#, 1),
        ("edgewrit_responses_reflected_total", 0),
        ("edgewrit_bodies_held_bytes", 0),
    ] {
        assert_eq!(proxy.metric(name), value, "{name}");
    }
    assert!(proxy.metric("edgewrit_snapshot_audit_seq") > 0);
    // `edgewrit audit verify --seen` takes the head that is in the log.
    assert!(proxy.line(r#"{"edgewrit":"audit_seen""#).contains("audit_head"));
}

#[test]
fn health_and_readiness_are_on_the_listener_of_the_operator_alone() {
    let scene = ProxyScene::new();
    let proxy = scene.proxy();
    assert_eq!(proxy.page("/healthz"), (200, "alive\n".to_owned()));
    assert_eq!(proxy.page("/readyz"), (200, "ready\n".to_owned()));
    assert_eq!(proxy.page("/flights").0, 404);
    for path in ["/healthz", "/readyz", "/metrics"] {
        let (status, _) = get(&format!("{}{path}", proxy.url), Some(&scene.writ)).unwrap();
        assert!(status >= 400, "{path}: {status}");
    }
    let posted = ureq::post(format!("{}/healthz", proxy.admin)).send_empty();
    assert!(matches!(posted, Err(ureq::Error::StatusCode(405))), "{posted:?}");
}

#[test]
fn a_proxy_without_a_fresh_bundle_lives_and_is_not_ready() {
    let mut scene = ProxyScene::new();
    scene.config = scene.config.replace("\nedge:", "\nfreshness: 4\nedge:");
    scene.configure(&scene.config);
    let proxy = scene.proxy();
    assert_eq!(proxy.page("/readyz").0, 200);
    scene.issuer.signal("-KILL");
    let not_ready = wait_for(|| Some(proxy.page("/readyz")).filter(|(status, _)| *status != 200));
    assert_eq!(not_ready, (503, "there is no fresh bundle of the issuer\n".to_owned()));
    assert_eq!(scene.search(&proxy).0, 503);
    assert_eq!((proxy.page("/healthz").0, proxy.metric("edgewrit_ready")), (200, 0));
}

#[test]
fn the_metrics_count_requests_whose_framing_is_refused() {
    let scene = ProxyScene::new();
    let proxy = scene.proxy();
    let address = proxy.url.strip_prefix("http://").unwrap();
    for (head, label) in [
        ("GET /flights HTTP/1.1\r\nhost: x\r\nhost: y\r\n\r\n", "host"),
        ("GET /flights HTTP/1.1\nhost: x\n\n", "line_end"),
    ] {
        let mut client = TcpStream::connect(address).unwrap();
        client.write_all(head.as_bytes()).unwrap();
        let mut answer = String::new();
        client.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 400 "), "{answer}");
        let name = format!(r#"edgewrit_connection_faults_total{{label="{label}"}}"#);
        assert_eq!(proxy.metric(&name), 1, "{label}");
    }
}
