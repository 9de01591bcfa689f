//! A bundle of 100,000 revocations is taken by every edge, found in, and refused if one bit of it
//! is not as signed.

use anyhow::{Context as _, Result, ensure};
use edgewrit_shared::bundle::revocation::{Level, Revocation, Rows, Target};
use edgewrit_shared::edge_api::bundle;
use edgewrit_tests::clock::{self, poll};
use edgewrit_tests::edge::{self, EdgeProcess, HostKind};
use edgewrit_tests::forging::Parts;
use edgewrit_tests::http::{HttpRequest, HttpResponse};
use edgewrit_tests::interposer::{Interposer, Manner};
use edgewrit_tests::scenario::{Fixture, search};
use edgewrit_tests::upstream::Travel;
use serde_json::json;
use std::time::Duration;

const REVOCATIONS: u64 = 100_000;
const SOON: Duration = Duration::from_secs(60);

/// `rows`, and many revocations of ids that no writ has.
fn among_many(rows: &[u8]) -> Result<Vec<u8>> {
    let now = clock::now();
    let other = |number: u64| Revocation {
        target: Target::of(Level::Writ(&number.to_string())),
        cut: now,
        expires: now.plus(3_600),
    };
    let (own, others) = (
        Rows::from_bytes(rows)?,
        Rows::encode((0..REVOCATIONS).map(other).collect()),
    );
    Ok(own.merge(&others, now)?.as_bytes().to_vec())
}

fn becomes(edge: &EdgeProcess, request: &HttpRequest, right: impl Fn(&HttpResponse) -> bool) -> Result<()> {
    let answer = poll(SOON, || edge.send(request).ok().filter(|answer| right(answer)));
    answer.map(drop).with_context(|| {
        let last = edge.send(request).map(|answer| (answer.status, answer.json()));
        format!("{}: at last {last:?}; it said:\n{}", edge.kind(), edge.log().tail(10))
    })
}

#[test]
fn a_hundred_thousand_revocations_are_held_and_verified() -> Result<()> {
    let ((front, issuer), api) = (Interposer::with_issuer()?, Travel::start()?);
    let stand = Fixture::prepare(&issuer, "travel", &api.server().origin(), Travel::KEY)?;
    let [going, ended] =
        ["going", "ended"].map(|id| -> Result<HttpRequest> { Ok(search("LHR", &stand.writ(&issuer, id)?)) });
    let (going, ended) = (going?, ended?);
    let answer = issuer.post(&stand.client, "/v1/tasks/ended/complete", &json!({}))?;
    ensure!(answer.status == 200, "{}", answer.json());
    let whole = HttpRequest::new("GET", bundle::PATH).send(issuer.address())?;
    let mut parts = Parts::of(&whole.body)?;
    parts.rows = among_many(&parts.rows)?;
    let bundle = parts.signed(&issuer.keys()?.bundle);
    let mut flipped = bundle.clone();
    if let Some(last) = flipped.last_mut() {
        *last ^= 1;
    }
    for kind in HostKind::ALL {
        front.set(Manner::Bundle(flipped.clone()));
        let edge = edge::start(kind, &stand.setup)?;
        becomes(&edge, &going, |answer| answer.status == 503)?;
        let said = edge.log().find(SOON, |line| {
            line.contains("are not those that were signed").then_some(())
        });
        said.with_context(|| format!("{kind} does not say what is wrong:\n{}", edge.log().tail(10)))?;
        front.set(Manner::Bundle(bundle.clone()));
        becomes(&edge, &going, |answer| answer.status == 200)?;
        becomes(&edge, &ended, |answer| answer.status == 401)?;
    }
    Ok(())
}
