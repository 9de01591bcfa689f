//! Agents at the issuer's AgentWrit API: they register, renew and delegate.

use crate::http::HttpRequest;
use crate::issuer::{IssuerClient, IssuerProcess};
use anyhow::{Context as _, Result};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use edgewrit_shared::hex::from_hex;
use edgewrit_test_keys::TestKey;
use serde_json::{Value, json};

/// The member of the answer to `request` that is called `name`.
fn told(issuer: &IssuerProcess, request: &HttpRequest, name: &str) -> Result<String> {
    let answer = request.send(issuer.address())?;
    let body = answer.json();
    let member = body.get(name).and_then(Value::as_str).map(str::to_owned);
    member.with_context(|| format!("the issuer answered {} without `{name}`: {body}", answer.status))
}

fn post(path: &str, body: &Value) -> HttpRequest {
    HttpRequest::new("POST", path).json(body)
}

/// Registers an agent of `client` with these scopes; answers with its id.
///
/// # Errors
/// If the issuer refuses.
pub fn register(issuer: &IssuerProcess, client: &IssuerClient, scopes: &[&str]) -> Result<String> {
    let login = json!({"client_id": client.client_id, "client_secret": client.client_secret});
    let session = told(issuer, &post("/v1/app/auth", &login), "access_token")?;
    let launch = json!({"agent_name": "agent", "allowed_scope": scopes});
    let launch = post("/v1/app/launch-tokens", &launch).bearer(&session);
    let launch_token = told(issuer, &launch, "launch_token")?;
    let nonce = told(issuer, &HttpRequest::new("GET", "/v1/challenge"), "nonce")?;
    let key = TestKey::of_next_agent();
    let registration = json!({
        "launch_token": launch_token,
        "nonce": nonce,
        "public_key": STANDARD.encode(key.public()),
        "signature": STANDARD.encode(key.sign(&from_hex(&nonce).context("a nonce that is not hexadecimal")?)),
        "orch_id": "planner",
        "task_id": "delegates",
        "requested_scope": scopes,
    });
    told(issuer, &post("/v1/register", &registration), "agent_id")
}

/// A writ for the agent `to`, with a part of what `writ` grants.
///
/// # Errors
/// If the issuer refuses.
pub fn delegate(issuer: &IssuerProcess, writ: &str, to: &str, scopes: &[&str]) -> Result<String> {
    let ask = json!({"delegate_to": to, "scope": scopes});
    told(issuer, &post("/v1/delegate", &ask).bearer(writ), "access_token")
}

/// The writ after `writ`, which ends.
///
/// # Errors
/// If the issuer refuses.
pub fn renew(issuer: &IssuerProcess, writ: &str) -> Result<String> {
    told(
        issuer,
        &HttpRequest::new("POST", "/v1/token/renew").bearer(writ),
        "access_token",
    )
}
