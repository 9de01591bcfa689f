//! The endpoint that only signs: the same body, the same claims, the same signatures, the same
//! answer; no ceiling, no store, no audit.

use anyhow::Result;
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{get, post};
use ed25519_dalek::{Signer as _, SigningKey};
use edgewrit_issuer::id::Seed;
use edgewrit_issuer::json_document;
use edgewrit_issuer::task_request::TaskRequest;
use edgewrit_shared::jose::jws::{Algorithm, JwsKind, SigningInput};
use edgewrit_shared::limits::JSON_VALUES;
use edgewrit_shared::time::UnixSeconds;
use edgewrit_shared::token::claims::{Authority, Claims};
use edgewrit_test_keys::BARE_ENDPOINT;
use serde_json::json;
use std::sync::Arc;
use tokio::net::TcpListener;

/// The time of every request.
const NOW: UnixSeconds = UnixSeconds(1_800_000_000);
/// The life of every writ, in seconds.
const LIFE: u64 = 600;

pub(crate) async fn serve() -> Result<()> {
    let key = Arc::new(SigningKey::from_bytes(BARE_ENDPOINT.seed()));
    let router = Router::new()
        .route("/healthz", get(async || StatusCode::OK))
        .route("/v1/tasks", post(sign))
        .with_state(key);
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("listening on http://{}", listener.local_addr()?);
    Ok(axum::serve(listener, router).await?)
}

async fn sign(State(key): State<Arc<SigningKey>>, body: Bytes) -> (StatusCode, Vec<u8>) {
    let Ok(ask) = json_document::json(&body, JSON_VALUES, TaskRequest::read) else {
        return (StatusCode::BAD_REQUEST, Vec::new());
    };
    let mut writs = Vec::with_capacity(ask.writs());
    for _ in 0..ask.count {
        for part in &ask.parts {
            let claims = claims(
                &ask,
                &part.audience,
                Authority::Details(part.grants.clone()),
                writs.len(),
            );
            let input = SigningInput::new(JwsKind::Writ, Algorithm::EdDsa, KID, claims.to_json().as_bytes());
            let signature = key.sign(input.bytes()).to_bytes();
            writs.push(json!({
                "audience": part.audience,
                "access_token": input.attach(&signature),
                "agent_id": claims.sub,
                "jti": claims.jti,
                "expires_in": LIFE,
            }));
        }
    }
    let answer = json!({"task_id": ask.task_id, "expires_at": "2027-01-15T08:10:00Z", "writs": writs});
    (StatusCode::CREATED, answer.to_string().into_bytes())
}

/// A key id as long as a thumbprint.
const KID: &str = "0000000000000000000000000000000000000000000";

fn claims(ask: &TaskRequest, audience: &str, authority: Authority, index: usize) -> Claims {
    let instance = Seed([1; 32]).instance(index);
    Claims {
        iss: "http://127.0.0.1:8080".to_owned(),
        aud: audience.to_owned(),
        sub: format!("spiffe://127.0.0.1/agent/{}/{}/{instance}", ask.orch_id, ask.task_id),
        client_id: "load-0123456789ab".to_owned(),
        task_id: ask.task_id.clone(),
        orch_id: ask.orch_id.clone(),
        jti: format!("0000000000000000{instance}"),
        iat: NOW,
        nbf: NOW,
        exp: NOW.plus(LIFE),
        authority,
        lin: format!("0000000000000000{instance}"),
        anc: Vec::new(),
        cnf_jkt: None,
        agent_key: None,
    }
}
