//! Requests at full speed, and at a given rate.

use crate::wire::{OpenConnection, WireAnswer};
use anyhow::Result;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

/// Measures the answers a second of `address` when `connections` send one request after the other.
/// `request` makes the `n`th request.
pub(crate) async fn measure_rate(
    address: SocketAddr,
    connections: usize,
    time: Duration,
    request: impl Fn(u64) -> Vec<u8> + Clone + Send + 'static,
) -> Result<f64> {
    let (began, mut running) = (Instant::now(), JoinSet::new());
    for index in 0..connections as u64 {
        let request = request.clone();
        running.spawn(async move {
            let (mut connection, mut asked) = (OpenConnection::open(address).await?, 0);
            while began.elapsed() < time {
                require_success(&connection.ask(&request(index * STRIDE + asked)).await?)?;
                asked += 1;
            }
            Ok::<u64, anyhow::Error>(asked)
        });
    }
    let mut answered = 0;
    while let Some(one) = running.join_next().await {
        answered += one??;
    }
    Ok(answered as f64 / began.elapsed().as_secs_f64())
}

/// Numbers that one connection can use before it meets those of the next.
pub(crate) const STRIDE: u64 = 1 << 32;

/// The times of answers, in order of size, when one request goes out every `1 / rate` seconds
/// whatever became of those before: the time begins when it should have gone out.
pub(crate) async fn measure_times(
    address: SocketAddr,
    connections: usize,
    rate: f64,
    time: Duration,
    request: impl Fn(u64) -> Vec<u8> + Clone + Send + 'static,
) -> Result<Vec<Duration>> {
    let (began, mut running) = (Instant::now(), JoinSet::new());
    for index in 0..connections {
        let request = request.clone();
        running.spawn(async move {
            let (mut connection, mut times) = (OpenConnection::open(address).await?, Vec::new());
            for turn in 0_u32.. {
                let number = f64::from(turn) * connections as f64 + index as f64;
                let due = began + Duration::from_secs_f64(number / rate);
                if due > began + time {
                    break;
                }
                sleep_until(due).await;
                require_success(
                    &connection
                        .ask(&request(index as u64 * STRIDE + u64::from(turn)))
                        .await?,
                )?;
                times.push(due.elapsed());
            }
            Ok::<_, anyhow::Error>(times)
        });
    }
    let mut all = Vec::new();
    while let Some(one) = running.join_next().await {
        all.extend(one??);
    }
    all.sort_unstable();
    Ok(all)
}

/// The time below which `part` of all lie.
pub(crate) fn percentile(times: &[Duration], part: f64) -> Duration {
    let at = (times.len() as f64 * part) as usize;
    times
        .get(at.min(times.len().saturating_sub(1)))
        .copied()
        .unwrap_or_default()
}

/// Fails if the answer is not a success: a refusal is an error of the measurement.
pub(crate) fn require_success(answer: &WireAnswer) -> Result<()> {
    match answer.status {
        200..300 => Ok(()),
        _ => answer.json().map(drop),
    }
}
