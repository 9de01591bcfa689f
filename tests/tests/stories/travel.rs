//! "For 10 minutes: search flights from JFK to LHR on 10 May, any number of times, and book one
//! ticket under user X."

use anyhow::{Context as _, Result, ensure};
use edgewrit_tests::clock::poll;
use edgewrit_tests::edge::HostKind;
use edgewrit_tests::issuer::IssuerProcess;
use edgewrit_tests::scenario::{Race, TravelScenario, booking, hold, search};
use serde_json::{Value, json};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

/// The issuer, the API and every edge, shared by the tests, which look at one book and so take
/// turns.
fn stage() -> Result<MutexGuard<'static, (IssuerProcess, TravelScenario)>> {
    static STAGE: OnceLock<Result<Mutex<(IssuerProcess, TravelScenario)>, String>> = OnceLock::new();
    let start = || -> Result<_> {
        let issuer = IssuerProcess::start()?;
        let story = TravelScenario::start(&issuer, &HostKind::ALL)?;
        Ok(Mutex::new((issuer, story)))
    };
    let stage = STAGE.get_or_init(|| start().map_err(|error| format!("{error:#}")));
    let stage = stage.as_ref().map_err(|error| anyhow::anyhow!("{error}"))?;
    Ok(stage.lock().unwrap_or_else(PoisonError::into_inner))
}

#[test]
fn the_story_is_true_on_every_edge() -> Result<()> {
    let stage = stage()?;
    let (issuer, story) = &*stage;
    let before = story.api.book().len();
    let mut rows = Vec::new();
    story.walk(issuer, "trip-walk", &mut |row| rows.push(row.clone()))?;
    hold(&rows)?;
    let book = story.api.book();
    let booked: Vec<_> = book
        .iter()
        .skip(before)
        .map(|booking| (booking.user.as_str(), booking.seats))
        .collect();
    assert_eq!(booked, [("X", 1)]);
    Ok(())
}

#[test]
fn twenty_bookings_at_once_over_all_edges_are_one() -> Result<()> {
    let stage = stage()?;
    let (issuer, story) = &*stage;
    for round in 0..3 {
        let race = story.race(issuer, &format!("trip-race-{round}"), 20)?;
        let expected = Race {
            permitted: 1,
            exhausted: 19,
            booked: 1,
        };
        assert_eq!(race, expected, "round {round}");
    }
    Ok(())
}

#[test]
fn what_is_refused_reaches_the_api_not_at_all() -> Result<()> {
    let stage = stage()?;
    let (issuer, story) = &*stage;
    let writ = &story.stand.writ(issuer, "trip-silence")?;
    drop(story.api.server().take());
    for edge in &story.stand.edges {
        for request in [search("CDG", writ), booking("Y", 1, writ), booking("X", 50, writ)] {
            let answer = edge.send(&request)?;
            assert_eq!(answer.status, 403, "{}: {}", edge.kind(), answer.json());
        }
    }
    let arrived: Vec<_> = story.api.server().take().iter().map(|arrival| arrival.line()).collect();
    assert_eq!(arrived, [""; 0]);
    Ok(())
}

#[test]
fn a_refusal_tells_the_attempt_and_nothing_of_the_grants() -> Result<()> {
    let stage = stage()?;
    let (issuer, story) = &*stage;
    let writs = story.stand.writs(issuer, "trip-told", 1)?;
    for edge in &story.stand.edges {
        let answer = edge.send(&booking("Y", 1, writs.first().context("no writ")?))?;
        let told = answer.json();
        assert_eq!(told.get("action"), Some(&json!("book")));
        assert_eq!(told.get("resource"), Some(&json!("tickets")));
        let text = told.to_string();
        for secret in ["JFK", "LHR", "search", "flights", "seats", "uses"] {
            ensure!(
                !text.contains(secret),
                "{}: the refusal tells `{secret}`: {text}",
                edge.kind()
            );
        }
    }
    Ok(())
}

#[test]
fn a_completed_task_ends_its_writs_on_every_edge() -> Result<()> {
    const SOON: Duration = Duration::from_secs(30);
    let stage = stage()?;
    let (issuer, story) = &*stage;
    let request = search("LHR", &story.stand.writ(issuer, "trip-over")?);
    for edge in &story.stand.edges {
        assert_eq!(edge.send(&request)?.status, 200);
    }
    let answer = issuer.post(&story.stand.client, "/v1/tasks/trip-over/complete", &json!({}))?;
    assert_eq!(answer.status, 200, "{}", answer.json());
    for edge in &story.stand.edges {
        let refused = poll(SOON, || edge.send(&request).ok().filter(|answer| answer.status != 200));
        let refused = refused.with_context(|| format!("{}: the task is over and still searches", edge.kind()))?;
        assert_eq!(refused.status, 401, "{}: {}", edge.kind(), refused.json());
        let label = edge
            .record(&refused)
            .and_then(|record| record.get("label")?.as_str().map(str::to_owned));
        assert_eq!(label.as_deref(), Some("token_revoked"), "{}", edge.kind());
    }
    Ok(())
}

#[test]
fn beyond_its_ceiling_a_client_gets_nothing() -> Result<()> {
    let stage = stage()?;
    let (issuer, story) = &*stage;
    let grant = json!({"type": "writ", "actions": ["cancel"], "resources": ["tickets"]});
    let task = json!({
        "task_id": "trip-beyond", "orch_id": "planner", "ttl": "10m",
        "audiences": {"https://travel.example": {"grants": [grant]}},
    });
    let answer = issuer.ask_task(&story.stand.client, &task)?;
    let told = answer.json();
    assert_eq!(answer.status, 403, "{told}");
    ensure!(
        told.to_string().contains("cancel"),
        "the refusal does not name the grant: {told}"
    );
    ensure!(
        told.get("writs").is_none_or(Value::is_null),
        "writs came with the refusal"
    );
    Ok(())
}
