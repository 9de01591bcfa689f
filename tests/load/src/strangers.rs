//! What strangers leave: calls to every endpoint that asks for no login, of every kind, and the server's memory before and after.

use crate::report::Report;
use crate::server::Server;
use crate::wire::{Connection, get, post};
use anyhow::Result;
use serde_json::json;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::task::JoinSet;

/// Connections that call at the same time.
const CONNECTIONS: usize = 32;
/// Calls before memory is first looked at: what every server needs once.
const WARM: u64 = 100_000;

/// The `number`th call. What a stranger can make up is another in each.
fn call(number: u64) -> Vec<u8> {
    let made_up = format!("{number:064x}");
    let body = |value: serde_json::Value| value.to_string();
    match number % 12 {
        0 => get("/v1/challenge"),
        1 => get("/v1/health"),
        2 => get("/v1/bundle"),
        3 => get("/.well-known/jwks.json"),
        4 => get(&format!("/v1/bundle?have={made_up}.1")),
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

/// Memory before and after `calls`.
pub(crate) async fn leave(report: &mut Report, issuer: &Server, calls: u64) -> Result<()> {
    make(issuer.address, 0, WARM).await?;
    let before = issuer.resident()?;
    for (part, from) in [1, 2, 3, 4]
        .into_iter()
        .zip((WARM..).step_by(usize::try_from(calls / 4)?))
    {
        make(issuer.address, from, from + calls / 4).await?;
        let name = format!("MB more after {part} of 4 parts of {calls} calls");
        report.say(&name, (issuer.resident()? as f64 - before as f64) / 1024.0);
    }
    Ok(())
}

async fn make(address: SocketAddr, from: u64, to: u64) -> Result<()> {
    let (next, mut running) = (Arc::new(AtomicU64::new(from)), JoinSet::new());
    for _ in 0..CONNECTIONS {
        let next = Arc::clone(&next);
        running.spawn(async move {
            let mut connection = Connection::open(address).await?;
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= to {
                    return Ok::<_, anyhow::Error>(());
                }
                // Whatever is answered: that something is, is what counts.
                connection.ask(&call(number)).await?;
            }
        });
    }
    while let Some(one) = running.join_next().await {
        one??;
    }
    Ok(())
}
