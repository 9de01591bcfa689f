//! An issuer whose audit goes back within an epoch: the edges go on deciding, and say so in their
//! log, their metrics and to the issuer.

use anyhow::{Context as _, Result};
use edgewrit_shared::edge_api::bundle;
use edgewrit_tests::clock::{self, poll};
use edgewrit_tests::edge::{EdgeProcess, HostKind};
use edgewrit_tests::forging::{IssuerKeys, Parts};
use edgewrit_tests::http::HttpRequest;
use edgewrit_tests::interposer::{Interposer, Manner};
use edgewrit_tests::issuer::IssuerProcess;
use edgewrit_tests::scenario::{Fixture, search};
use edgewrit_tests::upstream::Travel;
use std::thread;
use std::time::Duration;

/// The time within which an edge takes a bundle and reports its head.
const REPORT_DEADLINE: Duration = Duration::from_secs(40);

/// The edge takes the bundle, logs that its head contradicts an earlier head, and permits `search`.
fn ensure_reported(edge: &EdgeProcess, label: &str, search: &HttpRequest) -> Result<()> {
    let reports = |line: &str| (line.contains("\"audit_head\"") && line.contains(label)).then_some(());
    // A Worker asks for a bundle only when a request arrives.
    let reported = poll(REPORT_DEADLINE, || {
        edge.send(search)
            .ok()
            .and_then(|_| edge.log().find(Duration::ZERO, reports))
    });
    reported.with_context(|| format!("{}: no `{label}` in:\n{}", edge.kind(), edge.log().tail(20)))?;
    edge.send_permitted(search).map(drop)
}

/// Every edge, with an issuer whose bundles the test replaces.
struct AuditHeadScene {
    front: Interposer,
    issuer: IssuerProcess,
    stand: Fixture,
    /// A request that the edges permit all the time.
    search: HttpRequest,
    keys: IssuerKeys,
    _api: Travel,
}

impl AuditHeadScene {
    fn start() -> Result<Self> {
        let ((front, issuer), api) = (Interposer::with_issuer()?, Travel::start()?);
        let mut stand = Fixture::prepare(&issuer, "travel", &api.server().origin(), Travel::KEY)?;
        if let Some(document) = stand.setup.document.as_object_mut() {
            document.insert("refresh".into(), 1.into());
        }
        front.shorten_waits(1);
        stand.start_edges(&issuer, &HostKind::ALL)?;
        let search = search("LHR", &stand.writ(&issuer, "going")?);
        for edge in &stand.edges {
            edge.becomes(&search, 200, REPORT_DEADLINE)?;
        }
        let keys = issuer.keys()?;
        Ok(Self {
            front,
            issuer,
            stand,
            search,
            keys,
            _api: api,
        })
    }

    /// Serves the issuer's bundle with another audit head, newer than every bundle before.
    fn serve_head(&self, head: &str) -> Result<()> {
        let bundle = HttpRequest::new("GET", bundle::PATH).send(self.issuer.address())?;
        let mut parts = Parts::of(&bundle.body)?;
        let issued_at = clock::now().0 + 4;
        parts.set("issued_at", issued_at);
        parts.set("fresh_until", issued_at + 60);
        parts.set("audit_head", head);
        self.front.set(Manner::Bundle(parts.signed(&self.keys.bundle)));
        Ok(())
    }

    /// The audit of the issuer has a report of each edge with this label.
    fn is_told(&self, audit: &str, label: &str) -> bool {
        let reports = |line: &&str| line.contains("audit_head_reported") && line.contains(label);
        audit.lines().filter(reports).count() >= self.stand.edges.len()
    }
}

#[test]
fn edges_report_an_audit_that_goes_back_or_forks_and_go_on_deciding() -> Result<()> {
    let scene = AuditHeadScene::start()?;
    // The heads are far ahead of the issuer's own, so that no real bundle comes between them.
    scene.serve_head(&format!("10000:{}", "a".repeat(64)))?;
    wait_for_bundle(&scene.stand.edges, &scene.search)?;
    let contradictions = [
        ("audit_head_fork", format!("10000:{}", "b".repeat(64))),
        ("audit_head_back", format!("9999:{}", "c".repeat(64))),
    ];
    for (label, head) in contradictions {
        scene.serve_head(&head)?;
        for edge in &scene.stand.edges {
            ensure_reported(edge, label, &scene.search)?;
        }
    }
    scene.front.set(Manner::Faithful);
    let is_told = || {
        let audit = scene.issuer.audit().ok()?;
        (scene.is_told(&audit, "audit_head_fork") && scene.is_told(&audit, "audit_head_back")).then_some(())
    };
    poll(REPORT_DEADLINE, is_told).with_context(|| scene.issuer.audit().unwrap_or_default())
}

/// The time for which edges ask for a bundle, in steps.
const STEPS: u32 = 16;
const STEP: Duration = Duration::from_millis(500);

/// Sends requests, all permitted, until every edge has taken the served bundle.
fn wait_for_bundle(edges: &[EdgeProcess], search: &HttpRequest) -> Result<()> {
    for _ in 0..STEPS {
        for edge in edges {
            edge.send_permitted(search)?;
        }
        thread::sleep(STEP);
    }
    Ok(())
}
