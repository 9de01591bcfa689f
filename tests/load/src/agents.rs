//! Agents by the AgentWrit API: the whole way to a writ, renewals, and validation.

use crate::drive::require_success;
use crate::report::LoadReport;
use crate::server::{LoadServer, SECRET};
use crate::wire::{OpenConnection, get, post};
use anyhow::{Context as _, Result};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signer as _, SigningKey};
use edgewrit_shared::hex::from_hex;
use edgewrit_test_keys::TestKey;
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::Instant;

/// Connections that create agents at the same time.
const CREATORS: u64 = 48;
/// Connections that validate.
const VALIDATORS: usize = 32;
/// Writs that are validated.
const WRITS: usize = 10_000;

/// The text of a member of an answer.
fn text_member(answer: &Value, name: &str) -> Result<String> {
    let text = answer.get(name).and_then(Value::as_str).map(str::to_owned);
    text.with_context(|| format!("no `{name}`"))
}

/// Measures agents a second, and validations a second of new writs and of writs that the issuer has
/// seen.
pub(crate) async fn measure_rates(report: &mut LoadReport, issuer: &LoadServer, time: Duration) -> Result<()> {
    let app = Arc::new(register_app(issuer.address).await?);
    let before = issuer.computed()?;
    let (agents, mut writs) = create_agents(issuer.address, &app, time).await?;
    let computed = (issuer.computed()? - before) * 1e6 / writs.len() as f64;
    report.say("agents created/s", agents);
    report.say("agents created: us of computing each", computed);
    while writs.len() < WRITS {
        writs.extend(create_agents(issuer.address, &app, Duration::from_secs(1)).await?.1);
    }
    writs.truncate(WRITS);
    let requests: Arc<Vec<_>> = Arc::new(writs.iter().map(|writ| validation_request(writ)).collect());
    for name in ["validations/s, cold", "validations/s, warm"] {
        report.say(name, validate_all(issuer.address, &requests).await?);
    }
    Ok(())
}

/// A request that validates `writ`.
fn validation_request(writ: &str) -> Vec<u8> {
    post("/v1/token/validate", None, &json!({"token": writ}).to_string())
}

/// Registers an app. Returns the `authorization` of its session.
async fn register_app(address: SocketAddr) -> Result<String> {
    static APPS: AtomicU64 = AtomicU64::new(0);
    let mut connection = OpenConnection::open(address).await?;
    let mut ask = async |path: &str, bearer: Option<&str>, body: Value| {
        connection.ask(&post(path, bearer, &body.to_string())).await?.json()
    };
    let operator = ask("/v1/admin/auth", None, json!({"secret": SECRET})).await?;
    let operator = format!("Bearer {}", text_member(&operator, "access_token")?);
    let name = format!("load-{}", APPS.fetch_add(1, Ordering::Relaxed));
    let body = json!({"name": name, "scopes": ["read:data:*"], "token_ttl": 3600});
    let app = ask("/v1/admin/apps", Some(&operator), body).await?;
    let body =
        json!({"client_id": text_member(&app, "client_id")?, "client_secret": text_member(&app, "client_secret")?});
    let session = ask("/v1/app/auth", None, body).await?;
    Ok(format!("Bearer {}", text_member(&session, "access_token")?))
}

/// Creates agents for `time`. Returns the agents a second, and their writs.
async fn create_agents(address: SocketAddr, app: &Arc<String>, time: Duration) -> Result<(f64, Vec<String>)> {
    let (began, mut running) = (Instant::now(), JoinSet::new());
    for number in 0..CREATORS {
        let app = Arc::clone(app);
        running.spawn(async move {
            let (mut connection, mut writs) = (OpenConnection::open(address).await?, Vec::new());
            let key = SigningKey::from_bytes(TestKey::of_agent(number).seed());
            while began.elapsed() < time {
                writs.push(create_agent(&mut connection, &app, &key).await?);
            }
            Ok::<_, anyhow::Error>(writs)
        });
    }
    let mut writs = Vec::new();
    while let Some(one) = running.join_next().await {
        writs.extend(one??);
    }
    Ok((writs.len() as f64 / began.elapsed().as_secs_f64(), writs))
}

/// Creates an agent by a launch token, a challenge and a registration. Returns its writ.
async fn create_agent(connection: &mut OpenConnection, app: &str, key: &SigningKey) -> Result<String> {
    static TASKS: AtomicU64 = AtomicU64::new(0);
    let task = format!("task-{}", TASKS.fetch_add(1, Ordering::Relaxed));
    let body = json!({"agent_name": task, "allowed_scope": ["read:data:x"], "max_ttl": 3600});
    let launched = connection
        .ask(&post("/v1/app/launch-tokens", Some(app), &body.to_string()))
        .await?
        .json()?;
    let nonce = text_member(&connection.ask(&get("/v1/challenge")).await?.json()?, "nonce")?;
    let bytes = from_hex(&nonce).context("a nonce that is not hexadecimal")?;
    let body = json!({
        "launch_token": text_member(&launched, "launch_token")?,
        "nonce": nonce,
        "public_key": STANDARD.encode(key.verifying_key().as_bytes()),
        "signature": STANDARD.encode(key.sign(&bytes).to_bytes()),
        "orch_id": "load",
        "task_id": task,
        "requested_scope": ["read:data:x"],
    });
    text_member(
        &connection
            .ask(&post("/v1/register", None, &body.to_string()))
            .await?
            .json()?,
        "access_token",
    )
}

/// Sends every request once. Returns the answers a second.
async fn validate_all(address: SocketAddr, requests: &Arc<Vec<Vec<u8>>>) -> Result<f64> {
    let (next, began, mut running) = (Arc::new(AtomicU64::new(0)), Instant::now(), JoinSet::new());
    for _ in 0..VALIDATORS {
        let (requests, next) = (Arc::clone(requests), Arc::clone(&next));
        running.spawn(async move {
            let mut connection = OpenConnection::open(address).await?;
            while let Some(request) = requests.get(next.fetch_add(1, Ordering::Relaxed) as usize) {
                require_success(&connection.ask(request).await?)?;
            }
            Ok::<_, anyhow::Error>(())
        });
    }
    while let Some(one) = running.join_next().await {
        one??;
    }
    Ok(requests.len() as f64 / began.elapsed().as_secs_f64())
}
