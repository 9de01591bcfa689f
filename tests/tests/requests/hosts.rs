//! An edge that names its hosts serves no others, however a client spells the one that it speaks
//! to.

use anyhow::{Context as _, Result};
use edgewrit_tests::clock::poll;
use edgewrit_tests::edge::HostKind;
use edgewrit_tests::http::HttpRequest;
use edgewrit_tests::issuer::IssuerProcess;
use edgewrit_tests::scenario::{Fixture, search};
use edgewrit_tests::upstream::{Recorder, Travel};
use serde_json::json;
use std::time::Duration;

const SOON: Duration = Duration::from_secs(60);

/// A search for `host`, the first header of all.
fn search_for(host: &str, writ: &str) -> HttpRequest {
    let mut request = search("LHR", writ);
    request.headers.insert(0, ("host".into(), host.into()));
    request
}

#[test]
fn requests_for_other_hosts_go_nowhere() -> Result<()> {
    let (issuer, upstream) = (IssuerProcess::start()?, Recorder::start()?);
    let mut stand = Fixture::prepare(&issuer, "travel", &upstream.origin(), Travel::KEY)?;
    let document = stand.setup.document.as_object_mut().context("no configuration")?;
    document.insert("hosts".into(), json!(["api.example", "api.example:8443"]));
    stand.start_edges(&issuer, &HostKind::ALL)?;
    for edge in &stand.edges {
        let kind = edge.kind();
        let writ = &stand.writ(&issuer, &format!("trip-{kind}"))?;
        let served = |host: &str| {
            edge.send(&search_for(host, writ))
                .ok()
                .filter(|answer| answer.status == 200)
        };
        poll(SOON, || served("api.example")).with_context(|| format!("{kind}: the host is served"))?;
        for host in ["api.example:8443", "API.example"] {
            assert!(served(host).is_some(), "{kind}: {host}");
        }
        drop(upstream.take());
        for host in [
            "evil.example",
            "api.example:9",
            "api.example.",
            "api.example.evil.example",
            "",
        ] {
            let answer = edge.send(&search_for(host, writ));
            let status = answer.map_or(0, |answer| answer.status);
            // An empty one some hosts refuse by themselves.
            assert!(
                status == 421 || host.is_empty() && status != 200,
                "{kind}: `{host}`: {status}"
            );
        }
        let twice = search_for("api.example", writ).header("host", "api.example");
        assert_ne!(
            edge.send(&twice).map_or(0, |answer| answer.status),
            200,
            "{kind}: twice"
        );
        let mut absolute = search_for("api.example", writ);
        absolute.target = [b"http://evil.example".as_slice(), &absolute.target].concat();
        assert_ne!(
            edge.send(&absolute).map_or(0, |answer| answer.status),
            200,
            "{kind}: absolute"
        );
        assert_eq!(upstream.take().len(), 0, "{kind}: nothing arrives");
    }
    Ok(())
}
