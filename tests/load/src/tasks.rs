//! Writs by task: rates, times of answers, and the memory that live writs take.

use crate::drive::{measure_rate, measure_times, percentile};
use crate::report::LoadReport;
use crate::server::LoadServer;
use crate::wire::{OpenConnection, post};
use anyhow::Result;
use serde_json::json;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::time::Instant;

/// Writs of one batch, and connections that ask for batches.
const BATCH: u64 = 100;
const BATCHES: usize = 8;
/// Connections that ask for one at a time.
const SINGLES: usize = 64;
/// Writs of one batch when there shall be many.
const MANY: u64 = 1_000;

/// The names of figures that others are computed from.
const BATCHED: &str = "writs/s, batches of 100";
const SINGLE: &str = "writs/s, one at a time";

/// Requests of tasks for `count` agents, each with an id of its own.
fn new_task_requests(client: &str, count: u64) -> impl Fn(u64) -> Vec<u8> + Clone + Send + 'static {
    static RUNS: AtomicU64 = AtomicU64::new(0);
    let (run, client) = (RUNS.fetch_add(1, Ordering::Relaxed), client.to_owned());
    move |number| {
        let body = json!({
            "task_id": format!("load-{run}-{number}"),
            "orch_id": "load",
            "ttl": "10m",
            "count": count,
            "audiences": {"https://travel.example": {"grants": [
                {"type": "writ", "actions": ["search"], "resources": ["flights"],
                 "rules": {"from": {"eq": "JFK"}, "to": {"eq": "LHR"}, "date": {"eq": "2026-05-10"}}},
                {"type": "writ", "actions": ["book"], "resources": ["tickets"],
                 "rules": {"user": {"eq": "X"}, "seats": {"eq": 1}}, "uses": {"max": 1}},
            ]}},
        });
        post("/v1/tasks", Some(&client), &body.to_string())
    }
}

/// Measures the writs a second of the issuer and of the endpoint that only signs, in turns.
pub(crate) async fn measure_rates(
    report: &mut LoadReport,
    issuer: &LoadServer,
    bare: &LoadServer,
    client: &str,
    time: Duration,
) -> Result<()> {
    for (name, count, connections) in [(BATCHED, BATCH, BATCHES), (SINGLE, 1, SINGLES)] {
        let own = Measured::of(issuer, connections, time, client, count).await?;
        let theirs = Measured::of(bare, connections, time, client, count).await?;
        report.say(name, own.rate);
        report.say(&format!("{name}: bare"), theirs.rate);
        report.say(&format!("{name}: ratio"), own.rate / theirs.rate);
        report.say(&format!("{name}: us of computing each"), own.computed);
        report.say(&format!("{name}: us of computing each, bare"), theirs.computed);
        report.say(&format!("{name}: ratio of computing"), theirs.computed / own.computed);
    }
    Ok(())
}

/// Writs a second, and microseconds of processor for each.
struct Measured {
    rate: f64,
    computed: f64,
}

impl Measured {
    async fn of(server: &LoadServer, connections: usize, time: Duration, client: &str, count: u64) -> Result<Self> {
        let (before, began) = (server.computed()?, Instant::now());
        let rate =
            measure_rate(server.address, connections, time, new_task_requests(client, count)).await? * count as f64;
        let computed = (server.computed()? - before) / (rate * began.elapsed().as_secs_f64());
        let computed = computed * 1e6;
        Ok(Self { rate, computed })
    }
}

/// Measures the times of answers at half of the load that the issuer bears.
pub(crate) async fn measure_times_at_half(
    report: &mut LoadReport,
    issuer: &LoadServer,
    client: &str,
    time: Duration,
) -> Result<()> {
    let half = report.middle(SINGLE) / 2.0;
    let taken = measure_times(issuer.address, SINGLES, half, time, new_task_requests(client, 1)).await?;
    for (name, part) in [("p50", 0.5), ("p99", 0.99)] {
        let name = format!("one at a time, half load, {name}, ms");
        report.say(&name, percentile(&taken, part).as_secs_f64() * 1000.0);
    }
    Ok(())
}

/// Measures the memory that `live` more writs take in the server.
pub(crate) async fn measure_memory(
    report: &mut LoadReport,
    issuer: &LoadServer,
    client: &str,
    live: u64,
) -> Result<()> {
    let (before, mut connection) = (issuer.resident()?, OpenConnection::open(issuer.address).await?);
    let request = new_task_requests(client, MANY);
    for number in 0..live / MANY {
        crate::drive::require_success(&connection.ask(&request(number)).await?)?;
    }
    let grown = issuer.resident()?.saturating_sub(before) as f64;
    report.say("resident at the end, MB", issuer.resident()? as f64 / 1024.0);
    report.say("kB more a 10,000 live writs", grown * 10_000.0 / live as f64);
    Ok(())
}
