//! Launch tokens, nonces and keys: the order of their checks, and which check uses up what.

use crate::support::agentwrit::{App, registration};
use crate::support::{Answer, Bench, at_once, post};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use edgewrit_test_keys::TestKey;
use serde_json::{Value, json};

const SCOPE: [&str; 1] = ["read:data:x"];

async fn app() -> (Bench, App) {
    let bench = Bench::operated().await;
    let app = bench.register_app(&["read:data:*"]).await;
    (bench, app)
}

/// The registration of an agent that has every required member.
async fn complete(bench: &Bench, app: &App) -> Value {
    registration(&bench.launch(app, &SCOPE).await, &bench.nonce().await, &SCOPE)
}

async fn register(bench: &Bench, ask: &Value) -> Answer {
    bench.say("/v1/register", ask).await
}

fn with(ask: &Value, name: &str, value: impl Into<Value>) -> Value {
    let mut ask = ask.clone();
    ask[name] = value.into();
    ask
}

#[tokio::test]
async fn a_malformed_registration_uses_nothing_up() {
    let (bench, app) = app().await;
    let ask = complete(&bench, &app).await;
    let bad_ids = ["", ".", "..", "a/b", "a b", "ä", "%2e", &"x".repeat(129)];
    for name in ["orch_id", "task_id"] {
        for id in bad_ids {
            register(&bench, &with(&ask, name, id))
                .await
                .refused(400, "invalid_request");
        }
    }
    for name in [
        "launch_token",
        "nonce",
        "public_key",
        "signature",
        "orch_id",
        "task_id",
        "requested_scope",
    ] {
        for value in [
            json!(null),
            json!(7),
            json!(""),
            json!({}),
            json!([]),
            json!([7]),
            json!(true),
        ] {
            let answer = register(&bench, &with(&ask, name, value)).await;
            assert!(answer.refused(400, "invalid_request").contains(name), "{name}");
        }
    }
    for scope in [
        "read",
        "read:data",
        "read::x",
        ":data:x",
        "read:data:",
        "read:data: x",
        "read:data:x\u{7}",
        "rëad:data:x",
    ] {
        let answer = register(&bench, &with(&ask, "requested_scope", json!([scope]))).await;
        answer.refused(400, "invalid_request");
    }
    assert_eq!(register(&bench, &ask).await.status, 200);
}

#[tokio::test]
async fn beyond_the_launch_token_nothing_is_used_up() {
    let (bench, app) = app().await;
    let ask = complete(&bench, &app).await;
    for beyond in [
        json!(["read:data:y"]),
        json!(["read:data:x", "read:data:*"]),
        json!(["write:data:x"]),
    ] {
        let answer = register(&bench, &with(&ask, "requested_scope", beyond)).await;
        answer.refused(403, "scope_violation");
    }
    assert_eq!(register(&bench, &ask).await.status, 200);
}

#[tokio::test]
async fn a_registration_is_looked_at_in_its_order() {
    let (bench, app) = app().await;
    let ask = complete(&bench, &app).await;
    // Everything is wrong, and is made right step by step.
    let mut step = json!({
        "launch_token": "0".repeat(64), "nonce": "0".repeat(64), "public_key": "AA==", "signature": "AA==",
        "orch_id": "a/b", "task_id": "task", "requested_scope": ["write:data:x"],
    });
    register(&bench, &step).await.refused(400, "invalid_request");
    step["orch_id"] = ask["orch_id"].clone();
    register(&bench, &step).await.refused(401, "unauthorized");
    step["launch_token"] = ask["launch_token"].clone();
    register(&bench, &step).await.refused(403, "scope_violation");
    step["requested_scope"] = ask["requested_scope"].clone();
    register(&bench, &step).await.refused(401, "unauthorized");
    step["nonce"] = ask["nonce"].clone();
    // The nonce is used up here, and the launch token is not.
    register(&bench, &step).await.refused(401, "unauthorized");
    register(&bench, &ask).await.refused(401, "unauthorized");
    let token = ask["launch_token"].as_str().unwrap();
    let ask = registration(token, &bench.nonce().await, &SCOPE);
    assert_eq!(register(&bench, &ask).await.status, 200);
}

#[tokio::test]
async fn a_nonce_is_valid_once_and_for_half_a_minute() {
    let (bench, app) = app().await;
    let ask = |token: &str, nonce: &str| registration(token, nonce, &SCOPE);
    let (one, other) = (bench.launch(&app, &SCOPE).await, bench.launch(&app, &SCOPE).await);
    let nonce = bench.nonce().await;
    assert_eq!(register(&bench, &ask(&one, &nonce)).await.status, 200);
    register(&bench, &ask(&other, &nonce))
        .await
        .refused(401, "unauthorized");
    let spelled = nonce.to_uppercase();
    register(&bench, &ask(&other, &spelled))
        .await
        .refused(401, "unauthorized");

    let ask_long = json!({"agent_name": "a", "allowed_scope": SCOPE, "ttl": 600});
    let long = bench.post(&app.session, "/v1/app/launch-tokens", &ask_long).await;
    let long = long.granted("launch_token");
    let (late, in_time) = (bench.nonce().await, bench.nonce().await);
    bench.pass(29);
    assert_eq!(register(&bench, &ask(&other, &in_time)).await.status, 200);
    bench.pass(1);
    register(&bench, &ask(&long, &late)).await.refused(401, "unauthorized");
}

#[tokio::test]
async fn a_nonce_that_the_issuer_did_not_make_is_invalid() {
    let (bench, app) = app().await;
    let nonce = bench.nonce().await;
    let token = bench.launch(&app, &SCOPE).await;
    // Each half byte is signed for: another expiry, other random bytes and another MAC are all
    // refused.
    for at in (0..64).step_by(7) {
        let mut forged: Vec<_> = nonce.chars().collect();
        forged[at] = if forged[at] == '0' { '1' } else { '0' };
        let forged: String = forged.into_iter().collect();
        let answer = register(&bench, &registration(&token, &forged, &SCOPE)).await;
        answer.refused(401, "unauthorized");
    }
    let ask = registration(&token, &nonce, &SCOPE);
    for other in ["zz", "00", &"z".repeat(64), &"0".repeat(63), &format!("{nonce}00")] {
        register(&bench, &with(&ask, "nonce", other))
            .await
            .refused(401, "unauthorized");
    }
    assert_eq!(register(&bench, &ask).await.status, 200);
}

#[tokio::test]
async fn a_launch_token_is_valid_once_and_until_it_expires() {
    let (bench, app) = app().await;
    let token = bench.launch(&app, &SCOPE).await;
    let ask = |nonce: &str| registration(&token, nonce, &SCOPE);
    assert_eq!(register(&bench, &ask(&bench.nonce().await)).await.status, 200);
    register(&bench, &ask(&bench.nonce().await))
        .await
        .refused(401, "unauthorized");
    let late = bench.launch(&app, &SCOPE).await;
    bench.pass(30);
    let ask = registration(&late, &bench.nonce().await, &SCOPE);
    register(&bench, &ask).await.refused(401, "unauthorized");
}

#[tokio::test]
async fn a_launch_token_for_many_agents_is_valid_until_it_expires() {
    let (bench, app) = app().await;
    let ask = json!({"agent_name": "a", "allowed_scope": SCOPE, "single_use": false, "ttl": 10});
    let token = bench.post(&app.session, "/v1/app/launch-tokens", &ask).await;
    let token = token.granted("launch_token");
    for _ in 0..3 {
        let ask = registration(&token, &bench.nonce().await, &SCOPE);
        assert_eq!(register(&bench, &ask).await.status, 200);
    }
    bench.pass(10);
    let ask = registration(&token, &bench.nonce().await, &SCOPE);
    register(&bench, &ask).await.refused(401, "unauthorized");
}

#[tokio::test]
async fn of_twenty_registrations_with_one_launch_token_one_succeeds() {
    let (bench, app) = app().await;
    let token = bench.launch(&app, &SCOPE).await;
    let mut requests = Vec::new();
    for _ in 0..20 {
        let ask = registration(&token, &bench.nonce().await, &SCOPE);
        requests.push(post(None, "/v1/register", &ask));
    }
    let answers = at_once(&bench.app, requests).await;
    let registered = answers.iter().filter(|answer| answer.status == 200).count();
    let refused = answers.iter().filter(|answer| answer.status == 401).count();
    assert_eq!((registered, refused), (1, 19));
}

#[tokio::test]
async fn of_twenty_registrations_with_one_nonce_one_succeeds() {
    let (bench, app) = app().await;
    let nonce = bench.nonce().await;
    let mut requests = Vec::new();
    for _ in 0..20 {
        let ask = registration(&bench.launch(&app, &SCOPE).await, &nonce, &SCOPE);
        requests.push(post(None, "/v1/register", &ask));
    }
    let answers = at_once(&bench.app, requests).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
}

#[tokio::test]
async fn a_key_that_did_not_sign_the_nonce_is_not_proved() {
    let (bench, app) = app().await;
    let token = bench.launch(&app, &SCOPE).await;
    let other = STANDARD.encode(TestKey::of_next_agent().public());
    for (name, value) in [
        ("public_key", other.clone()),
        ("public_key", "AA==".into()),
        ("public_key", "not base64".into()),
        // The neutral element, under which every client can sign.
        ("public_key", STANDARD.encode([&[1u8][..], &[0; 31]].concat())),
        ("signature", STANDARD.encode([0; 64])),
        ("signature", STANDARD.encode([0; 63])),
        ("signature", URL_SAFE_NO_PAD.encode([0xff; 64])),
    ] {
        let ask = registration(&token, &bench.nonce().await, &SCOPE);
        register(&bench, &with(&ask, name, value))
            .await
            .refused(401, "unauthorized");
    }
    let ask = registration(&token, &bench.nonce().await, &SCOPE);
    assert_eq!(register(&bench, &ask).await.status, 200);
}

#[tokio::test]
async fn two_agents_of_one_task_have_ids_of_their_own() {
    let (bench, app) = app().await;
    let (one, other) = (
        bench.agent(&app, "same", &SCOPE).await,
        bench.agent(&app, "same", &SCOPE).await,
    );
    assert_ne!(one.id, other.id);
    bench.release(&one.token).await;
    assert!(bench.is_valid(&other.token).await);
}
