//! A limit on uses holds for delegates and renewed writs, also over the AgentWrit API.

use crate::edges::spending::{Spending, WritWithAllowances, spending, spent};
use crate::support::agentwrit::{AgentWithWrit, bearer, delegation, registration, renewal};
use crate::support::{NOON, TRAVEL, at_once, claims, post};
use serde_json::{Value, json};

/// One grant in the language of scopes, with a limit, and one without.
fn task(id: &str) -> Value {
    json!({"task_id": id, "orch_id": "orch", "count": 2, "audiences": {TRAVEL: {"grants": [
        {"type": "writ", "actions": ["book"], "resources": ["tickets"], "uses": {"max": 3}},
        {"type": "writ", "actions": ["search"], "resources": ["flights"]},
    ]}}})
}

/// A client with scopes beside what it books, and its session.
async fn stage() -> (Spending, crate::support::Login) {
    let mut stage = spending().await;
    let ceiling = json!([{"audience": TRAVEL, "ttl_max": "1h", "grants": [
        {"type": "writ", "actions": ["book"], "resources": ["tickets", "tickets:*"]},
        {"type": "writ", "actions": ["search"], "resources": ["flights", "flights:*"]},
    ]}]);
    stage.client = stage.bench.client(ceiling).await;
    let (id, secret) = stage.client.parts();
    let session = stage.bench.log_in(&id, &secret).await;
    (stage, session)
}

async fn held(stage: &Spending, task: &Value) -> Vec<WritWithAllowances> {
    let tokens = stage.bench.post(&stage.client, "/v1/tasks", task).await.tokens();
    tokens.into_iter().map(crate::edges::spending::held).collect()
}

/// An agent of the client that can be a delegate.
async fn delegate(stage: &Spending, session: &crate::support::Login) -> AgentWithWrit {
    let ask = json!({"agent_name": "a", "allowed_scope": ["search:flights:x"]});
    let launched = stage.bench.post(session, "/v1/app/launch-tokens", &ask).await;
    let nonce = stage.bench.nonce().await;
    let ask = registration(&launched.granted("launch_token"), &nonce, &["search:flights:x"]);
    let answer = stage.bench.say("/v1/register", &ask).await;
    let (id, token) = (answer.granted("agent_id"), answer.granted("access_token"));
    AgentWithWrit { id, token }
}

#[tokio::test]
async fn what_is_limited_is_not_passed_on_as_a_scope_without_a_limit() {
    let (stage, session) = stage().await;
    let to = delegate(&stage, &session).await;
    let limited = json!({"task_id": "t", "orch_id": "orch", "audiences": {TRAVEL: {"grants": [
        {"type": "writ", "actions": ["book"], "resources": ["tickets:1"], "uses": {"max": 3}},
        {"type": "writ", "actions": ["search"], "resources": ["flights:1"], "rules": {"from": {"eq": "JFK"}}},
        {"type": "writ", "actions": ["search"], "resources": ["flights:2"], "not_after": NOON + 300},
        {"type": "writ", "actions": ["search"], "resources": ["flights:3"]},
    ]}}});
    let held = held(&stage, &limited).await.remove(0);
    for beyond in ["book:tickets:1", "search:flights:1", "search:flights:2"] {
        let answer = stage.bench.send(delegation(&held.token, &to.id, &[beyond])).await;
        answer.refused(403, "scope_violation");
    }
    let answer = stage
        .bench
        .send(delegation(&held.token, &to.id, &["search:flights:3", "book:tickets:1"]))
        .await;
    answer.refused(403, "scope_violation");
    let passed_on = stage.bench.delegated(&held.token, &to.id, &["search:flights:3"]).await;
    assert_eq!(claims(&passed_on)["aud"], TRAVEL);
}

#[tokio::test]
async fn a_delegates_writ_spends_nothing_of_its_delegators_allowance() {
    let (stage, session) = stage().await;
    let to = delegate(&stage, &session).await;
    let mut ask = task("t");
    let grants = ask["audiences"][TRAVEL]["grants"].as_array_mut().unwrap();
    grants.push(json!({"type": "writ", "actions": ["search"], "resources": ["flights:1"]}));
    let held = held(&stage, &ask).await.remove(0);
    let passed_on = stage.bench.delegated(&held.token, &to.id, &["search:flights:1"]).await;
    let allowance = &held.allowances[0];
    stage
        .spend(1, &passed_on, &[&[allowance]])
        .await
        .problem(403, "not_in_writ");
    spent(&stage.spend(2, &held.token, &[&[allowance]]).await);
}

#[tokio::test]
async fn a_renewed_writ_spends_what_is_left_and_the_one_before_nothing() {
    let (stage, _session) = stage().await;
    let held = held(&stage, &task("t")).await.remove(0);
    let allowance = &held.allowances[0];
    spent(&stage.spend(1, &held.token, &[&[allowance]]).await);
    let next = stage.bench.renewed(&held.token).await;
    stage
        .spend(2, &held.token, &[&[allowance]])
        .await
        .problem(403, "writ_refused");
    spent(&stage.spend(3, &next, &[&[allowance]]).await);
    let next = stage.bench.renewed(&next).await;
    spent(&stage.spend(4, &next, &[&[allowance]]).await);
    let next = stage.bench.renewed(&next).await;
    stage
        .spend(5, &next, &[&[allowance]])
        .await
        .problem(409, "uses_exhausted");
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_spenders_with_renewed_writs_never_exceed_the_maximum() {
    let (stage, _session) = stage().await;
    for round in 0..3 {
        let mut ask = task(&format!("t{round}"));
        ask["count"] = json!(10);
        ask["audiences"][TRAVEL]["grants"][0]["uses"]["max"] = json!(7);
        let mut writs = held(&stage, &ask).await;
        for writ in writs.iter_mut().take(5) {
            writ.token = stage.bench.renewed(&writ.token).await;
        }
        // Half are renewed before, the others while all spend.
        let counters = round * 50..(round + 1) * 50;
        let spends = counters.map(|counter| {
            let writ = &writs[usize::try_from(counter).unwrap() % writs.len()];
            stage.request(counter, &writ.token, &[&[&writ.allowances[0]]])
        });
        let renewals = writs.iter().skip(5).map(|writ| renewal(&writ.token));
        let answers = at_once(&stage.bench.app, renewals.chain(spends).collect()).await;
        let permitted = answers.iter().filter(|answer| answer.text().contains("spent")).count();
        assert!(permitted <= 7, "{permitted}");
        // What is left is spent, and nothing more, by the holder of a valid writ.
        let left = &writs[0];
        let mut more = 0;
        for counter in 0..20 {
            let counter = 10_000 + round * 100 + counter;
            let answer = stage.spend(counter, &left.token, &[&[&left.allowances[0]]]).await;
            more += usize::from(answer.status == 200);
        }
        assert_eq!(permitted + more, 7);
    }
}

#[tokio::test]
async fn a_released_writ_spends_nothing() {
    let (stage, _session) = stage().await;
    let held = held(&stage, &task("t")).await;
    stage.bench.release(&held[0].token).await;
    let allowance = &held[0].allowances[0];
    stage
        .spend(1, &held[0].token, &[&[allowance]])
        .await
        .problem(403, "writ_refused");
    spent(&stage.spend(2, &held[1].token, &[&[allowance]]).await);
}

#[tokio::test]
async fn the_claims_in_an_answer_have_scopes_only() {
    let (stage, _session) = stage().await;
    let held = held(&stage, &task("t")).await.remove(0);
    let shown = stage.bench.validated(&held.token).await.unwrap();
    assert_eq!(shown["scope"], json!([]), "neither grant can be said as a scope");
    let ask = json!({"delegate_to": "x", "scope": ["book:tickets:x"]});
    let answer = stage
        .bench
        .send(post(Some(&bearer(&held.token)), "/v1/delegate", &ask))
        .await;
    answer.refused(404, "not_found");
}
