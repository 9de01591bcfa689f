//! The load that the issuer bears, and the cost of an edge for its host. The server has one core,
//! the client has another. Every figure stands beside that of a bare endpoint that signs the same
//! and keeps nothing, measured in turns.

use anyhow::{Context as _, Result};
use clap::{Parser, Subcommand};
use mimalloc::MiMalloc;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::runtime;

mod agents;
mod bare;
mod drive;
mod edge;
mod history;
mod report;
mod server;
mod tasks;
mod unauthenticated;
mod wire;

use report::LoadReport;
use server::LoadServer;

/// The allocator of the issuer.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// Measure the load that the issuer bears
#[derive(Debug, Parser)]
struct LoadArgs {
    #[command(subcommand)]
    role: Option<Role>,
    /// The `edgewrit` program, as it is delivered
    #[arg(long)]
    edgewrit: Option<PathBuf>,
    /// Seconds of each measurement
    #[arg(long, global = true, default_value = "4")]
    seconds: u64,
    /// Rounds of everything
    #[arg(long, global = true, default_value = "3")]
    rounds: usize,
    /// Events in the audit chain before the first request
    #[arg(long, default_value = "0")]
    history: u64,
    /// Live writs after which memory is measured
    #[arg(long, default_value = "100000")]
    live: u64,
}

#[derive(Debug, Subcommand)]
enum Role {
    /// Serve the endpoint that only signs
    Bare,
    /// Drive an edge in its real hosts instead
    Edge(edge::Options),
    /// Send unauthenticated calls, and measure the memory that they leave
    Unauthenticated {
        /// Number of calls
        #[arg(long, default_value = "1000000")]
        calls: u64,
    },
}

fn main() -> Result<()> {
    let args = LoadArgs::parse();
    let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        match args.role {
            Some(Role::Bare) => bare::serve().await,
            Some(Role::Unauthenticated { calls }) => measure_unauthenticated(&args, calls).await,
            Some(Role::Edge(ref options)) => {
                edge::measure(options, args.rounds, Duration::from_secs(args.seconds)).await
            }
            None => measure(&args).await,
        }
    })
}

fn program(args: &LoadArgs) -> Result<&Path> {
    args.edgewrit.as_deref().context("expected `--edgewrit PROGRAM`")
}

async fn measure_unauthenticated(args: &LoadArgs, calls: u64) -> Result<()> {
    let (mut report, folder) = (LoadReport::default(), tempfile::tempdir()?);
    let mut issuer = LoadServer::issuer(program(args)?, &folder.path().join("data")).await?;
    unauthenticated::measure_memory(&mut report, &issuer, calls).await?;
    issuer.stop().await?;
    report.print();
    Ok(())
}

async fn measure(args: &LoadArgs) -> Result<()> {
    let edgewrit = program(args)?;
    let mut report = LoadReport::default();
    let folder = tempfile::tempdir()?;
    let data = folder.path().join("data");
    if args.history > 0 {
        history::write_events(&data, args.history).await?;
    }
    let mut issuer = LoadServer::issuer(edgewrit, &data).await?;
    let bare = LoadServer::bare().await?;
    report.say("first answer after start, ms", issuer.started.as_secs_f64() * 1000.0);
    let client = issuer.client(edgewrit)?;
    let time = Duration::from_secs(args.seconds);
    for _ in 0..args.rounds {
        tasks::measure_rates(&mut report, &issuer, &bare, &client, time).await?;
        agents::measure_rates(&mut report, &issuer, time).await?;
    }
    tasks::measure_times_at_half(&mut report, &issuer, &client, time).await?;
    tasks::measure_memory(&mut report, &issuer, &client, args.live).await?;
    issuer.stop().await?;
    report.print();
    Ok(())
}
