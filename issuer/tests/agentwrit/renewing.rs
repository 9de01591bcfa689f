//! Renewal: one successor, under any concurrency, for a day at most.

use crate::support::agentwrit::{AgentWithWrit, App, bearer, registration, renewal, request};
use crate::support::{Bench, NOON, TRAVEL, at_once, claims, post, travel_ceiling, travel_task};
use serde_json::json;

async fn agent() -> (Bench, App, AgentWithWrit) {
    let bench = Bench::operated().await;
    let app = bench.register_app(&["read:data:*"]).await;
    let agent = bench.agent(&app, "task", &["read:data:x"]).await;
    (bench, app, agent)
}

#[tokio::test]
async fn a_renewed_writ_is_dead_at_once_and_its_successor_is_not() {
    let (bench, _app, agent) = agent().await;
    let mut token = agent.token;
    for _ in 0..10 {
        let next = bench.renewed(&token).await;
        assert!(!bench.is_valid(&token).await);
        bench.send(renewal(&token)).await.refused(401, "unauthorized");
        assert!(bench.is_valid(&next).await);
        token = next;
    }
    let reopened = bench.reopened().await;
    assert!(reopened.is_valid(&token).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_renewals_at_once_one_gets_the_successor() {
    let (bench, app, _) = agent().await;
    for round in 0..10 {
        let agent = bench.agent(&app, &format!("t{round}"), &["read:data:x"]).await;
        let requests = (0..20).map(|_| renewal(&agent.token)).collect();
        let answers = at_once(&bench.app, requests).await;
        let mut renewed = Vec::new();
        for answer in &answers {
            match answer.status.as_u16() {
                200 => renewed.push(answer.granted("access_token")),
                _ => drop(answer.refused(401, "unauthorized")),
            }
        }
        assert_eq!(renewed.len(), 1, "round {round}");
        assert!(bench.is_valid(&renewed[0]).await);
        assert!(!bench.is_valid(&agent.token).await);
    }
}

#[tokio::test]
async fn a_writ_is_renewed_for_a_day_from_the_first_on() {
    let (bench, app, _) = agent().await;
    let day = 24 * 60 * 60;
    let agent = bench.agent_for(&app, "long", &["read:data:x"], 10 * 60 * 60).await;
    bench.pass(9 * 60 * 60);
    let token = bench.renewed(&agent.token).await;
    assert_eq!(claims(&token)["exp"], NOON + 19 * 60 * 60);
    bench.pass(9 * 60 * 60);
    let token = bench.renewed(&token).await;
    assert_eq!(claims(&token)["exp"], NOON + day, "six hours are left");
    bench.pass(6 * 60 * 60 - 1);
    let token = bench.renewed(&token).await;
    assert_eq!(claims(&token)["exp"], NOON + day);
    bench.pass(1);
    bench.send(renewal(&token)).await.refused(401, "unauthorized");
}

#[tokio::test]
async fn an_expired_writ_is_not_renewed() {
    let (bench, _app, agent) = agent().await;
    bench.pass(300);
    bench.send(renewal(&agent.token)).await.refused(401, "unauthorized");
}

#[tokio::test]
async fn only_writs_are_renewed() {
    let (bench, app, _) = agent().await;
    for login in [&app.session, &bench.operator().await] {
        let answer = bench.send(request("POST", Some(login), "/v1/token/renew")).await;
        answer.refused(403, "insufficient_scope");
    }
    for login in [None, Some(&bearer("")), Some(&bearer("x"))] {
        let answer = bench.send(request("POST", login, "/v1/token/renew")).await;
        answer.refused(401, "unauthorized");
    }
}

#[tokio::test]
async fn a_renewal_ignores_a_body() {
    let (bench, _app, agent) = agent().await;
    let login = bearer(&agent.token);
    let answer = bench.post(&login, "/v1/token/renew", &json!({"ttl": 100_000})).await;
    assert_eq!(answer.json()["expires_in"], 300);
}

#[tokio::test]
async fn a_renewed_writ_of_a_native_task_keeps_its_grants_and_its_allowance() {
    let bench = Bench::operated().await;
    let client = bench.client(travel_ceiling()).await;
    let token = bench
        .post(&client, "/v1/tasks", &travel_task("t"))
        .await
        .tokens()
        .remove(0);
    let before = claims(&token);
    bench.pass(100);
    let next = bench.renewed(&token).await;
    let after = claims(&next);
    assert_eq!(after["authorization_details"], before["authorization_details"]);
    assert!(after["authorization_details"][1]["uses"]["allowance"].is_string());
    for name in ["iss", "sub", "aud", "client_id", "task_id", "orch_id", "lin"] {
        assert_eq!(after[name], before[name], "{name}");
    }
    assert_eq!((&after["iat"], &after["exp"]), (&json!(NOON + 100), &json!(NOON + 700)));
    assert!(!bench.is_valid(&token).await);
    assert!(bench.is_valid(&next).await);
    assert_eq!(after["aud"], TRAVEL);
}

#[tokio::test]
async fn a_task_that_was_completed_has_no_writ_to_renew() {
    let bench = Bench::operated().await;
    let client = bench.client(travel_ceiling()).await;
    let token = bench
        .post(&client, "/v1/tasks", &travel_task("t"))
        .await
        .tokens()
        .remove(0);
    let next = bench.renewed(&token).await;
    let answer = bench.post(&client, "/v1/tasks/t/complete", &json!({})).await;
    assert_eq!(answer.status, 200);
    assert!(!bench.is_valid(&next).await);
    bench.send(renewal(&next)).await.refused(401, "unauthorized");
}

#[tokio::test]
async fn a_task_that_agents_joined_is_completed_by_its_client() {
    let (bench, app, agent) = agent().await;
    let next = bench.renewed(&agent.token).await;
    bench.pass(200);
    let answer = bench.post(&app.session, "/v1/tasks/task/complete", &json!({})).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert!(!bench.is_valid(&next).await);
    // No agent joins it any more.
    let token = bench.launch(&app, &["read:data:x"]).await;
    let ask = registration(&token, &bench.nonce().await, &["read:data:x"]);
    bench
        .send(post(None, "/v1/register", &ask))
        .await
        .refused(403, "forbidden");
}
