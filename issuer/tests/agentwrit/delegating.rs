//! A delegated writ ends with the writs that it descends from.

use crate::support::agentwrit::{AgentWithWrit, App, bearer, delegation, renewal};
use crate::support::{Bench, NOON, claims, post, travel_ceiling};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::{Signature, VerifyingKey};
use edgewrit_shared::hex::from_hex;
use serde_json::{Value, json};
use std::path::PathBuf;

/// An app and agents of it, each of a task of its own.
async fn agents(count: usize) -> (Bench, App, Vec<AgentWithWrit>) {
    let bench = Bench::operated().await;
    let app = bench.register_app(&["read:data:*"]).await;
    let mut agents = Vec::new();
    for number in 0..count {
        agents.push(bench.agent(&app, &format!("t{number}"), &["read:data:*"]).await);
    }
    (bench, app, agents)
}

/// The delegated tokens of a chain of `agents`. The first token is that of
/// the first agent.
async fn chain(bench: &Bench, agents: &[AgentWithWrit]) -> Vec<String> {
    let mut tokens = vec![agents[0].token.clone()];
    for to in &agents[1..] {
        let from = tokens.last().unwrap();
        tokens.push(bench.delegated(from, &to.id, &["read:data:x"]).await);
    }
    tokens
}

async fn validity(bench: &Bench, tokens: &[String]) -> Vec<bool> {
    let mut validity = Vec::new();
    for token in tokens {
        validity.push(bench.is_valid(token).await);
    }
    validity
}

#[tokio::test]
async fn a_delegate_never_outlives_its_parent() {
    let (bench, app, agents) = agents(1).await;
    let short = bench.agent_for(&app, "short", &["read:data:*"], 10).await;
    let ask = json!({"delegate_to": agents[0].id, "scope": ["read:data:x"], "ttl": 3_600});
    let answer = bench.post(&short.login(), "/v1/delegate", &ask).await;
    assert_eq!(answer.json()["expires_in"], 10);
    let passed_on = answer.granted("access_token");
    assert_eq!(claims(&passed_on)["exp"], NOON + 10);
    bench.pass(9);
    assert!(bench.is_valid(&passed_on).await);
    bench.pass(1);
    assert!(!bench.is_valid(&passed_on).await);
}

#[tokio::test]
async fn a_renewed_delegate_never_outlives_its_parents_lineage() {
    let (bench, app, agents) = agents(2).await;
    let parent = bench.agent_for(&app, "parent", &["read:data:*"], 100).await;
    let passed_on = bench.delegated(&parent.token, &agents[0].id, &["read:data:x"]).await;
    bench.pass(50);
    let next = bench.renewed(&passed_on).await;
    assert_eq!(claims(&next)["exp"], NOON + 100, "not 110");
    let further = bench.delegated(&next, &agents[1].id, &["read:data:x"]).await;
    assert_eq!(claims(&further)["exp"], NOON + 100);
    // The parent's lineage goes on, and so may what descends from it.
    let parent = bench.renewed(&parent.token).await;
    assert_eq!(claims(&parent)["exp"], NOON + 150);
    assert!(bench.is_valid(&next).await, "renewal ends no descendants");
    bench.pass(45);
    let next = bench.renewed(&next).await;
    assert_eq!(claims(&next)["exp"], NOON + 145, "its own life of 50 seconds");
}

#[tokio::test]
async fn the_sixth_delegation_in_a_row_is_refused() {
    let (bench, _app, agents) = agents(7).await;
    let tokens = chain(&bench, &agents[..6]).await;
    let last = bench.validated(&tokens[5]).await.unwrap();
    assert_eq!(last["delegation_chain"].as_array().unwrap().len(), 5);
    let names: Vec<_> = agents.iter().take(5).map(|agent| agent.id.as_str()).collect();
    let chain = last["delegation_chain"].as_array().unwrap();
    let named: Vec<_> = chain.iter().map(|record| record["agent"].as_str().unwrap()).collect();
    assert_eq!(named, names, "the first delegator is the first of the chain");
    let answer = bench
        .send(delegation(&tokens[5], &agents[6].id, &["read:data:x"]))
        .await;
    answer.refused(403, "scope_violation");
}

#[tokio::test]
async fn releasing_a_parent_ends_its_descendants() {
    let (bench, _app, agents) = agents(4).await;
    let tokens = chain(&bench, &agents).await;
    bench.release(&tokens[1]).await;
    assert_eq!(validity(&bench, &tokens).await, [true, false, false, false]);
    assert!(
        bench.is_valid(&agents[1].token).await,
        "its own writ is another lineage"
    );
}

#[tokio::test]
async fn revoking_a_parents_writ_ends_its_descendants() {
    let (bench, _app, agents) = agents(4).await;
    let tokens = chain(&bench, &agents).await;
    let jti = claims(&tokens[1])["jti"].as_str().unwrap().to_owned();
    bench.revoke("token", &jti).await;
    assert_eq!(validity(&bench, &tokens).await, [true, false, false, false]);
}

#[tokio::test]
async fn revoking_what_a_parent_was_renewed_to_ends_what_it_passed_on_before() {
    let (bench, _app, agents) = agents(3).await;
    let tokens = chain(&bench, &agents).await;
    let next = bench.renewed(&tokens[0]).await;
    let jti = claims(&next)["jti"].as_str().unwrap().to_owned();
    assert_eq!(validity(&bench, &tokens).await, [false, true, true]);
    bench.revoke("token", &jti).await;
    assert_eq!(validity(&bench, &tokens).await, [false, false, false]);
    assert!(!bench.is_valid(&next).await);
}

#[tokio::test]
async fn revoking_an_agent_ends_what_it_passed_on() {
    let (bench, _app, agents) = agents(4).await;
    let tokens = chain(&bench, &agents).await;
    bench.revoke("agent", &agents[1].id).await;
    assert_eq!(validity(&bench, &tokens).await, [true, false, false, false]);
    assert!(!bench.is_valid(&agents[1].token).await);
    assert!(bench.is_valid(&agents[2].token).await);
}

#[tokio::test]
async fn revoking_a_chain_ends_what_descends_from_where_it_is_cut() {
    for cut in 0..2 {
        let (bench, _app, agents) = agents(4).await;
        let tokens = chain(&bench, &agents).await;
        let answer = bench.revoke("chain", &agents[cut].id).await;
        assert!(answer.json()["count"].as_u64().unwrap() > 0, "{}", answer.text());
        let validity = validity(&bench, &tokens).await;
        assert!(
            validity[cut + 1..].iter().all(|is_valid| !is_valid),
            "{cut}: {validity:?}"
        );
        assert!(validity[..cut].iter().all(|is_valid| *is_valid), "{cut}: {validity:?}");
    }
}

#[tokio::test]
async fn a_chain_is_also_named_by_a_writ_of_it() {
    for cut in 0..2 {
        let (bench, _app, agents) = agents(4).await;
        let tokens = chain(&bench, &agents).await;
        let jti = claims(&tokens[cut])["jti"].as_str().unwrap().to_owned();
        bench.revoke("chain", &jti).await;
        let validity = validity(&bench, &tokens).await;
        assert!(
            validity[cut + 1..].iter().all(|is_valid| !is_valid),
            "{cut}: {validity:?}"
        );
    }
}

#[tokio::test]
async fn ending_the_task_of_a_parent_ends_its_descendants() {
    let (bench, _app, agents) = agents(3).await;
    let tokens = chain(&bench, &agents).await;
    bench.revoke("task", "t0").await;
    assert_eq!(validity(&bench, &tokens).await, [false, false, false]);
    assert!(bench.is_valid(&agents[1].token).await);
}

#[tokio::test]
async fn an_agent_cannot_delegate_to_itself() {
    let (bench, _app, agents) = agents(1).await;
    let answer = bench
        .send(delegation(&agents[0].token, &agents[0].id, &["read:data:x"]))
        .await;
    answer.refused(400, "invalid_request");
}

#[tokio::test]
async fn only_a_writ_delegates() {
    let (bench, app, agents) = agents(1).await;
    let ask = json!({"delegate_to": agents[0].id, "scope": ["read:data:x"]});
    for login in [&app.session, &bench.operator().await] {
        let answer = bench.post(login, "/v1/delegate", &ask).await;
        answer.refused(403, "insufficient_scope");
    }
    bench
        .send(post(None, "/v1/delegate", &ask))
        .await
        .refused(401, "unauthorized");
}

#[tokio::test]
async fn a_delegate_is_an_agent_of_the_same_client() {
    let (bench, _app, agents) = agents(1).await;
    let foreign = bench.register_app(&["read:data:*"]).await;
    let foreign = bench.agent(&foreign, "t0", &["read:data:*"]).await;
    let known = &agents[0].id;
    for to in [
        foreign.id.as_str(),
        "spiffe://issuer.example/agent/orch/t0/0123456789abcdef",
        &known.replace("issuer.example", "other.example"),
        &known.replace("/t0/", "/t1/"),
        &known.replace("/orch/", "/other/"),
        &format!("{known}/more"),
        &format!("{known}0"),
        &known.to_uppercase(),
        "unknown",
    ] {
        let answer = bench.send(delegation(&agents[0].token, to, &["read:data:x"])).await;
        answer.refused(404, "not_found");
    }
}

#[tokio::test]
async fn an_agent_of_a_native_task_can_be_a_delegate() {
    let bench = Bench::operated().await;
    let client = bench.client(travel_ceiling()).await;
    let mut task: Value = crate::support::travel_task("t");
    task["count"] = json!(3);
    let tokens = bench.post(&client, "/v1/tasks", &task).await.tokens();
    let third = claims(&tokens[2])["sub"].as_str().unwrap().to_owned();
    // Found, and then refused: what it would be given is not held.
    let answer = bench.send(delegation(&tokens[0], &third, &["read:data:x"])).await;
    answer.refused(403, "scope_violation");
    let (path, _) = third.rsplit_once('/').unwrap();
    let fourth = format!("{path}/0123456789abcdef");
    let answer = bench.send(delegation(&tokens[0], &fourth, &["read:data:x"])).await;
    answer.refused(404, "not_found");
}

#[tokio::test]
async fn a_malformed_delegation_is_refused_and_leaves_nothing() {
    let (bench, _app, agents) = agents(2).await;
    let to = &agents[1].id;
    let bad = [
        json!({}),
        json!({"delegate_to": to}),
        json!({"scope": ["read:data:x"]}),
        json!({"delegate_to": to, "scope": []}),
        json!({"delegate_to": to, "scope": "read:data:x"}),
        json!({"delegate_to": to, "scope": ["read"]}),
        json!({"delegate_to": [to], "scope": ["read:data:x"]}),
        json!({"delegate_to": "", "scope": ["read:data:x"]}),
        json!({"delegate_to": to, "scope": ["read:data:x"], "ttl": "60"}),
        json!({"delegate_to": to, "scope": vec!["read:data:x"; 257]}),
        json!([]),
    ];
    for body in bad {
        let answer = bench.post(&agents[0].login(), "/v1/delegate", &body).await;
        answer.refused(400, "invalid_request");
    }
    assert_eq!(bench.events("event_type=delegation_created").await["total"], 0);
}

#[tokio::test]
async fn an_invalid_writ_delegates_nothing() {
    let (bench, _app, agents) = agents(2).await;
    bench.release(&agents[0].token).await;
    let answer = bench
        .send(delegation(&agents[0].token, &agents[1].id, &["read:data:x"]))
        .await;
    answer.refused(401, "unauthorized");
    let old = agents[1].token.clone();
    bench.renewed(&old).await;
    let answer = bench.send(delegation(&old, &agents[0].id, &["read:data:x"])).await;
    answer.refused(401, "unauthorized");
    bench.send(renewal(&old)).await.refused(401, "unauthorized");
    let answer = bench.post(&bearer("x.y.z"), "/v1/delegate", &json!({})).await;
    answer.refused(401, "unauthorized");
}

/// The keys of the issuer's records, the one that signs and the next one, from the data directory.
fn record_keys(bench: &Bench) -> Vec<VerifyingKey> {
    let files = std::fs::read_dir(bench.path().join("keys")).unwrap();
    let files = files.map(|file| file.unwrap().path());
    let of_job = files.filter(|path| path.file_name().unwrap().to_str().unwrap().starts_with("delegation-"));
    let key = |path: PathBuf| {
        let jwk: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
        let x = URL_SAFE_NO_PAD.decode(jwk["x"].as_str().unwrap()).unwrap();
        VerifyingKey::from_bytes(&x.try_into().unwrap()).unwrap()
    };
    of_job.map(key).collect()
}

#[tokio::test]
async fn every_record_of_a_chain_is_signed_by_the_issuer() {
    let (bench, _app, agents) = agents(3).await;
    let first = bench
        .delegated(&agents[0].token, &agents[1].id, &["read:data:b", "read:data:a"])
        .await;
    let answer = bench.send(delegation(&first, &agents[2].id, &["read:data:a"])).await;
    let keys = record_keys(&bench);
    let chain = answer.json()["delegation_chain"].take();
    let scopes = ["read:data:b,read:data:a", "read:data:a"];
    for (record, scope) in chain.as_array().unwrap().iter().zip(scopes) {
        let text = |name: &str| record[name].as_str().unwrap().to_owned();
        let message = format!("{}|{scope}|{}", text("agent"), text("delegated_at"));
        let signature = Signature::from_slice(&from_hex(&text("signature")).unwrap()).unwrap();
        let signed = |message: &str| {
            keys.iter()
                .any(|key| key.verify_strict(message.as_bytes(), &signature).is_ok())
        };
        assert!(signed(&message));
        assert!(!signed(&message.replace("read", "write")));
    }
}
