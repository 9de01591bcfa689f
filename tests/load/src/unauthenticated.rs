//! The memory that unauthenticated calls leave in the server: calls of every kind to every endpoint
//! that a client without a valid secret or token can reach.

use crate::report::LoadReport;
use crate::server::LoadServer;
use crate::wire::{OpenConnection, get, post};
use anyhow::Result;
use edgewrit_shared::edge_api::bundle;
use serde_json::json;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::task::JoinSet;

/// Connections that call at the same time.
const CONNECTIONS: usize = 32;
/// Calls before the first measurement of memory, which every server needs once.
const WARM: u64 = 100_000;

/// The `number`th call. Values that the client chooses differ in each call.
fn make_call(number: u64) -> Vec<u8> {
    let made_up = format!("{number:064x}");
    let body = |value: serde_json::Value| value.to_string();
    match number % 12 {
        0 => get("/v1/challenge"),
        1 => get("/v1/health"),
        2 => get(bundle::PATH),
        3 => get("/.well-known/jwks.json"),
        4 => get(&format!("{}?have={made_up}.1", bundle::PATH)),
        5 => post("/v1/token/validate", None, &body(json!({"token": made_up}))),
        6 => post(
            "/v1/app/auth",
            None,
            &body(json!({"client_id": made_up, "client_secret": made_up})),
        ),
        7 => post("/v1/admin/auth", None, &body(json!({"secret": made_up}))),
        8 => post(
            "/v1/register",
            None,
            &body(json!({
                "launch_token": made_up, "nonce": made_up, "public_key": made_up, "signature": made_up,
                "orch_id": "o", "task_id": made_up, "requested_scope": ["read:data:x"],
            })),
        ),
        9 => post("/v1/tasks", Some(&format!("Bearer {made_up}")), "{}"),
        10 => get(&format!("/v1/{made_up}")),
        _ => post("/oauth/token", Some(&format!("Basic {made_up}")), &made_up),
    }
}

/// Measures the memory before and after `calls`.
pub(crate) async fn measure_memory(report: &mut LoadReport, issuer: &LoadServer, calls: u64) -> Result<()> {
    send_calls(issuer.address, 0, WARM).await?;
    let before = issuer.resident()?;
    for (part, from) in [1, 2, 3, 4]
        .into_iter()
        .zip((WARM..).step_by(usize::try_from(calls / 4)?))
    {
        send_calls(issuer.address, from, from + calls / 4).await?;
        let name = format!("MB more after {part} of 4 parts of {calls} calls");
        report.say(&name, (issuer.resident()? as f64 - before as f64) / 1024.0);
    }
    Ok(())
}

/// Sends the calls with numbers from `from` up to `to`.
async fn send_calls(address: SocketAddr, from: u64, to: u64) -> Result<()> {
    let (next, mut running) = (Arc::new(AtomicU64::new(from)), JoinSet::new());
    for _ in 0..CONNECTIONS {
        let next = Arc::clone(&next);
        running.spawn(async move {
            let mut connection = OpenConnection::open(address).await?;
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= to {
                    return Ok::<_, anyhow::Error>(());
                }
                // Each status is fine: only an answer is required.
                connection.ask(&make_call(number)).await?;
            }
        });
    }
    while let Some(one) = running.join_next().await {
        one??;
    }
    Ok(())
}
