//! Bundles that do not count, from something that sits where the issuer is: not taken, what was
//! held stays, and the log says why.

use anyhow::{Context as _, Result, ensure};
use edgewrit_shared::edge_api::bundle;
use edgewrit_tests::clock::{self, poll};
use edgewrit_tests::edge::{EdgeProcess, HostKind};
use edgewrit_tests::forging::{IssuerKeys, Parts};
use edgewrit_tests::http::HttpRequest;
use edgewrit_tests::interposer::{Interposer, Manner};
use edgewrit_tests::issuer::IssuerProcess;
use edgewrit_tests::scenario::{Fixture, search};
use edgewrit_tests::upstream::Travel;
use serde_json::json;
use std::thread;
use std::time::Duration;

const SOON: Duration = Duration::from_secs(40);

/// A document in place of the issuer's bundle, and the line of the log about it.
struct Bad {
    name: &'static str,
    document: Vec<u8>,
    says: &'static str,
}

/// The issuer's whole bundle, as it is now.
fn whole(issuer: &IssuerProcess) -> Result<Vec<u8>> {
    let answer = HttpRequest::new("GET", bundle::PATH).send(issuer.address())?;
    ensure!(answer.status == 200, "the issuer has no bundle");
    Ok(answer.body)
}

/// Everything that is wrong with a bundle beside the wrong issuer's name. `older` is one from
/// before the revocation of `now`.
fn bad(older: &[u8], now: &[u8], keys: &IssuerKeys) -> Result<Vec<Bad>> {
    let parts = Parts::of(now)?;
    let later = clock::now().0 + 4;
    // Newer than what is held even if news come meanwhile, by less than clocks may differ, and
    // nothing else wrong.
    let forged = |change: &dyn Fn(&mut Parts)| {
        let mut parts = parts.clone();
        parts.set("issued_at", later);
        parts.set("fresh_until", later + 60);
        change(&mut parts);
        parts
    };
    let signed = |change: &dyn Fn(&mut Parts)| forged(change).signed(&keys.bundle);
    let mut flipped = now.to_vec();
    if let Some(byte) = now
        .iter()
        .position(|byte| *byte == b'\n')
        .and_then(|end| flipped.get_mut(end / 2))
    {
        *byte = if *byte == b'A' { b'B' } else { b'A' };
    }
    let (seq, unknown) = (parts.number("seq"), &keys.unknown);
    let bad = |name, document, says| Bad { name, document, says };
    Ok(vec![
        bad(
            "no bundle at all",
            b"<html>a captive portal</html>".to_vec(),
            "no JWS and line feed",
        ),
        bad("one byte changed", flipped, "the signature is not the pinned key's"),
        bad(
            "a signature by an unknown key under the pinned key's name",
            forged(&|_| {}).signed(unknown),
            "the signature is not the pinned key's",
        ),
        bad(
            "a signature by an unknown key",
            forged(&|parts| parts.kid = unknown.kid()).signed(unknown),
            "no pinned key has the id",
        ),
        bad(
            "rows cut off",
            [signed(&|_| {}), vec![0; 24]].concat(),
            "are not those that were signed",
        ),
        bad("an old one", older.to_vec(), "not newer than what is held"),
        bad(
            "a fork",
            signed(&|parts| parts.rows.clear()),
            "other revocations than were told before",
        ),
        bad(
            "of another issuer",
            signed(&|parts| parts.set("iss", "https://other.example")),
            "is another issuer",
        ),
        bad(
            "from the future",
            signed(&|parts| parts.set("issued_at", later + 3_600)),
            "the clock here is behind",
        ),
        bad(
            "stale",
            signed(&|parts| parts.set("fresh_until", later - 600)),
            "is not after now",
        ),
        bad(
            "a delta of a bundle that no edge holds",
            signed(&|parts| parts.set("from", seq + 5)),
            "a delta from seq",
        ),
        bad(
            "a delta of another epoch",
            signed(&|parts| {
                parts.set("epoch", "other");
                parts.set("from", seq);
            }),
            "a delta of epoch `other`",
        ),
        bad(
            "with the bundle key among those that sign writs",
            signed(&|parts| parts.set("keys", json!([{"kty": "OKP", "crv": "Ed25519", "x": keys.bundle.x()}]))),
            "signs bundles and nothing else",
        ),
        bad(
            "with a critical member that the edge does not know",
            signed(&|parts| {
                parts.set("also", true);
                parts.set("crit", json!(["also"]));
            }),
            "`also` is critical and unknown",
        ),
    ])
}

/// The edge writes down why it does not take `bad`, and decides by what it holds.
fn not_taken(edge: &EdgeProcess, bad: &Bad, going: &HttpRequest, ended: &HttpRequest) -> Result<()> {
    let kind = edge.kind();
    let about = |line: &str| (line.contains("the bundle is not taken") && line.contains(bad.says)).then_some(());
    // A Worker asks when it is asked.
    let said = poll(SOON, || {
        edge.send(going)
            .ok()
            .and_then(|_| edge.log().find(Duration::ZERO, about))
    });
    said.with_context(|| format!("{kind} did not say `{}`; it said:\n{}", bad.says, edge.log().tail(20)))?;
    for (request, status) in [(going, 200), (ended, 401)] {
        let answer = edge.send(request)?;
        ensure!(answer.status == status, "{kind}: {} {}", answer.status, answer.json());
    }
    Ok(())
}

/// Every edge hears of a revocation.
fn follows(issuer: &IssuerProcess, stand: &Fixture, task: &str) -> Result<()> {
    let request = search("LHR", &stand.writ(issuer, task)?);
    let ended = issuer.post(&stand.client, &format!("/v1/tasks/{task}/complete"), &json!({}))?;
    ensure!(ended.status == 200, "{}", ended.json());
    for edge in &stand.edges {
        let refused = poll(SOON, || edge.send(&request).ok().filter(|answer| answer.status == 401));
        refused.with_context(|| {
            format!(
                "{} does not follow the issuer any more:\n{}",
                edge.kind(),
                edge.log().tail(20)
            )
        })?;
    }
    Ok(())
}

#[test]
fn a_bundle_that_does_not_count_changes_nothing() -> Result<()> {
    let ((front, issuer), api) = (Interposer::with_issuer()?, Travel::start()?);
    let mut stand = Fixture::prepare(&issuer, "travel", &api.server().origin(), Travel::KEY)?;
    if let Some(document) = stand.setup.document.as_object_mut() {
        document.insert("refresh".into(), 1.into());
    }
    front.shorten_waits(1);
    stand.start_edges(&issuer, &HostKind::ALL)?;
    let [going, ended] =
        ["going", "ended"].map(|id| -> Result<HttpRequest> { Ok(search("LHR", &stand.writ(&issuer, id)?)) });
    let (going, ended) = (going?, ended?);
    let older = whole(&issuer)?;
    ensure!(
        issuer
            .post(&stand.client, "/v1/tasks/ended/complete", &json!({}))?
            .status
            == 200
    );
    let now = whole(&issuer)?;
    ensure!(
        Parts::of(&older)?.number("seq") < Parts::of(&now)?.number("seq"),
        "nothing was revoked"
    );
    let keys = issuer.keys()?;
    let count = bad(&older, &now, &keys)?.len();
    for number in 0..=count {
        follows(&issuer, &stand, &format!("until-{number}"))?;
        // Made anew: it has to be newer than what is held.
        let all = bad(&older, &whole(&issuer)?, &keys)?;
        let Some(bad) = all.get(number) else { break };
        front.set(Manner::Bundle(bad.document.clone()));
        let all: Result<Vec<_>> = thread::scope(|scope| {
            let edges: Vec<_> = stand
                .edges
                .iter()
                .map(|edge| scope.spawn(|| not_taken(edge, bad, &going, &ended)))
                .collect();
            edges
                .into_iter()
                .map(|edge| edge.join().ok().context("a test's thread broke")?)
                .collect()
        });
        all.with_context(|| format!("served: {}", bad.name))?;
        front.set(Manner::Faithful);
    }
    Ok(())
}
