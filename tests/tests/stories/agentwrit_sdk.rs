//! The SDK of AgentWrit as it is published, against the real issuer and every edge.

use anyhow::{Result, ensure};
use edgewrit_tests::client::agentwrit;
use edgewrit_tests::edge::HostKind;
use edgewrit_tests::issuer::IssuerProcess;
use edgewrit_tests::scenario::Fixture;
use edgewrit_tests::scratch;
use edgewrit_tests::upstream::Recorder;
use std::time::Duration;

/// The time within which a line of the log arrives.
const SOON: Duration = Duration::from_secs(10);
const SECRET: &str = "what only the operator knows";

/// Runs a file of claims against an issuer of its own.
fn hold(file: &str) -> Result<()> {
    let issuer = IssuerProcess::start_operated(SECRET)?;
    run(&issuer, file, &[])
}

fn run(issuer: &IssuerProcess, file: &str, more: &[(&str, &str)]) -> Result<()> {
    let settings = [("EDGEWRIT_URL", issuer.url()), ("EDGEWRIT_OPERATOR_SECRET", SECRET)];
    agentwrit(file, &[&settings, more].concat())
}

#[test]
fn agents_live_renew_and_release() -> Result<()> {
    hold("life")
}

#[test]
fn agents_delegate_and_all_of_it_ends() -> Result<()> {
    hold("delegation")
}

#[test]
fn every_refusal_is_the_exception_that_the_sdk_has_for_it() -> Result<()> {
    let issuer = IssuerProcess::start_operated(SECRET)?;
    run(&issuer, "refusals", &[])?;
    // The script puts this word wherever an unauthenticated client can put one.
    let told = issuer
        .log()
        .once_quiet(|line| line.contains("raw-input") || line.contains(SECRET));
    ensure!(
        told.is_empty(),
        "the log repeats what unauthenticated clients send: {told:#?}"
    );
    ensure!(
        !issuer
            .log()
            .at_least(1, SOON, |line| line.contains("refused"))
            .is_empty(),
        "nothing was logged"
    );
    Ok(())
}

#[test]
fn what_was_answered_survives_a_kill() -> Result<()> {
    let state = scratch::folder("state")?.join("state.json");
    let state = [("EDGEWRIT_STATE", &*state.to_string_lossy())];
    let issuer = IssuerProcess::start_operated(SECRET)?;
    run(&issuer, "before_kill", &state)?;
    run(&issuer.killed_and_restarted()?, "after_kill", &state)
}

#[test]
fn everything_is_written_down() -> Result<()> {
    hold("audit")
}

#[test]
fn its_writs_open_every_edge_within_their_scope() -> Result<()> {
    const KEY: &str = "what the API asks for";
    let (issuer, upstream) = (IssuerProcess::start_operated(SECRET)?, Recorder::start()?);
    let stand = Fixture::start(&issuer, &HostKind::ALL, "agentwrit", &upstream.origin(), KEY)?;
    drop(upstream.take());
    let edges: Vec<_> = stand
        .edges
        .iter()
        .map(|edge| format!("http://{}", edge.address()))
        .collect();
    run(&issuer, "edges", &[("EDGEWRIT_EDGES", &edges.join(","))])?;
    let arrived = upstream.take();
    for arrival in &arrived {
        assert_eq!(arrival.line(), "GET /data/x", "beyond its scope");
        assert_eq!(arrival.values("authorization"), [format!("Bearer {KEY}").as_bytes()]);
    }
    ensure!(arrived.len() >= 2 * stand.edges.len(), "{} arrived", arrived.len());
    Ok(())
}
