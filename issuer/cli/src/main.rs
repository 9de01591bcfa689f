//! The `edgewrit` command: runs the issuer, registers who may use it, mints and looks at writs, checks what people write.

use clap::{Parser, Subcommand};
use std::process::ExitCode;

mod admin;
mod client;
mod config;
mod document;
mod edge;
#[cfg(test)]
mod examples;
mod failure;
mod http;
mod inspect;
mod lines;
mod lint;
mod mint;
mod narrower;
mod serve;
mod yaml;

/// Task-scoped credentials for AI agents, enforced at the edge.
#[derive(Debug, Parser)]
#[command(name = "edgewrit", version, arg_required_else_help = true, after_help = EXAMPLES)]
struct Command {
    #[command(subcommand)]
    task: Task,
}

const EXAMPLES: &str = "\
Examples:
  edgewrit serve --data ./data --listen 127.0.0.1:8080
  edgewrit client add planner --ceiling ceiling.yaml --data ./data
  edgewrit edge add front-door --audience https://travel.example --upstream travel=https://api.travel.example --data ./data
  EDGEWRIT_CLIENT_ID=… EDGEWRIT_CLIENT_SECRET=… edgewrit mint --policy task.yaml --issuer http://127.0.0.1:8080
  edgewrit inspect \"$TOKEN\"

Every command says `--help`.";

#[derive(Debug, Subcommand)]
enum Task {
    /// Run the issuer
    Serve(serve::Serve),
    /// Register orchestrators
    #[command(subcommand)]
    Client(client::Client),
    /// Register validators
    #[command(subcommand)]
    Edge(edge::Edge),
    /// Ask an issuer for the writs of a task
    Mint(mint::Mint),
    /// Show what a writ says
    Inspect(inspect::Inspect),
    /// Check what an edge is configured with
    #[command(subcommand)]
    Config(config::Config),
    /// Say whether grants lie within others, one question a line of JSON
    Narrower(narrower::Narrower),
    /// Say what is doubtful about policies and ceilings
    Lint(lint::Lint),
}

fn main() -> ExitCode {
    let done = match Command::parse().task {
        Task::Serve(serve) => serve.run(),
        Task::Client(client) => client.run(),
        Task::Edge(edge) => edge.run(),
        Task::Mint(mint) => mint.run(),
        Task::Inspect(inspect) => inspect.run(),
        Task::Config(config) => config.run(),
        Task::Narrower(narrower) => narrower.run(),
        Task::Lint(lint) => lint.run(),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}
