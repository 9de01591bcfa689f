//! The command `edgewrit`. It runs and administrates an issuer, mints and shows writs, checks
//! configurations and grants, and says what an edge would decide.

use clap::{CommandFactory as _, Parser, Subcommand};
use edgewrit_issuer::files::make_new_files_private;
use mimalloc::MiMalloc;
use output::failure::Failure;
use output::streams::print_errors;
use std::env;
use std::ffi::OsString;
use std::process::ExitCode;

mod commands;
#[cfg(test)]
mod examples;
mod input;
mod issuer_client;
mod openapi;
mod output;

/// The allocator. The issuer spends a fifth of its time in the allocator of the system; this one
/// takes half as long.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// Task-scoped credentials for AI agents, enforced at the edge.
#[derive(Debug, Parser)]
#[command(name = "edgewrit", version, arg_required_else_help = true, after_help = EXAMPLES)]
struct Command {
    #[command(subcommand)]
    command: Commands,
}

const EXAMPLES: &str = "\
Examples:
  edgewrit try --upstream http://127.0.0.1:3000
  edgewrit serve --data ./data --listen 127.0.0.1:8080
  edgewrit proxy --config edge.yaml --listen 127.0.0.1:8000
  edgewrit client add planner --ceiling ceiling.yaml --data ./data
  edgewrit edge add front-door --audience https://travel.example --upstream travel=https://api.travel.example --data ./data
  EDGEWRIT_CLIENT_ID=… EDGEWRIT_CLIENT_SECRET=… edgewrit mint --task task.yaml --issuer http://127.0.0.1:8080
  edgewrit task show trip-42 --data ./data
  edgewrit inspect \"$TOKEN\"
  edgewrit decide --config edge.yaml < questions.jsonl
  edgewrit explain --config edge.yaml --task task.yaml --request 'GET /flights?from=JFK&to=CDG'
  edgewrit reach --config edge.yaml --task task.yaml
  edgewrit operations check edge.yaml
  edgewrit operations replay --config edge.yaml --task task.yaml access.log

Every command has `--help`. A value may begin with `-`. One that is spelled like an option of the command
is written `--option=VALUE`, or behind `--`.";

#[derive(Debug, Subcommand)]
enum Commands {
    /// Write a configuration file with every setting in it
    Init(commands::lifecycle::init::Init),
    /// Run the issuer
    Serve(commands::lifecycle::serve::Serve),
    /// Run the edge as a reverse proxy in front of an API
    Proxy(commands::lifecycle::proxy::Proxy),
    /// Try Edgewrit: run an issuer and a proxy in front of an API on this machine
    Try(commands::lifecycle::first_try::FirstTry),
    /// Register orchestrators, list them, replace their secrets, shut them out
    #[command(subcommand)]
    Client(commands::administration::client::ClientCommand),
    /// Register edges, replace their credentials
    #[command(subcommand)]
    Edge(commands::administration::edge::EdgeCommand),
    /// Look at signing keys, let the next one sign, give one up
    #[command(subcommand)]
    Keys(commands::administration::keys::Keys),
    /// End writs before their time
    Revoke(commands::administration::revoke::Revoke),
    /// Look at tasks
    #[command(subcommand)]
    Task(commands::reports::task::TaskCommand),
    /// Show what happened to a request, and why
    Why(commands::reports::why::Why),
    /// Verify, export and follow the audit
    #[command(subcommand)]
    Audit(commands::reports::audit::AuditCommand),
    /// Copy database and keys while the issuer runs
    Backup(commands::lifecycle::backup::Backup),
    /// Say that a data directory is a copy: its next start makes void what was ended since
    Restore(commands::lifecycle::restore::Restore),
    /// Ask an issuer for the writs of a task
    Mint(commands::writs::mint::MintCommand),
    /// Show what a writ says
    Inspect(commands::writs::inspect::Inspect),
    /// Check what an edge is configured with
    #[command(subcommand)]
    Config(commands::edge_configuration::config::ConfigCommand),
    /// Decide requests by grants, one a line of JSON
    Decide(commands::edge_configuration::decide::Decide),
    /// Say step by step what becomes of a request under the grants of a task
    Explain(commands::edge_configuration::explain::Explain),
    /// List every operation that the grants of a task may reach
    Reach(commands::edge_configuration::reach::ReachOf),
    /// Work on an edge's table of operations
    #[command(subcommand)]
    Operations(commands::edge_configuration::operations::Operations),
    /// Say whether grants lie within others, one question a line of JSON
    Narrower(commands::grants::narrower::Narrower),
    /// Say what is doubtful about policies and ceilings
    Lint(commands::grants::lint::Lint),
}

impl Command {
    /// Reads a command line, of which the first word is the program's name.
    fn read(words: impl IntoIterator<Item = OsString>) -> Result<Self, clap::Error> {
        Self::try_parse_from(input::arguments::escape_values(Self::command(), words))
    }
}

/// Prints every line of a failure to standard error.
fn report(failure: &Failure) -> ExitCode {
    print_errors(failure.lines().iter().map(|line| format!("error: {line}")));
    ExitCode::from(failure.code())
}

fn main() -> ExitCode {
    make_new_files_private();
    let command = match Command::read(env::args_os()) {
        Ok(command) => command,
        Err(error) => error.exit(),
    };
    let done = match command.command {
        Commands::Init(init) => init.run(),
        Commands::Serve(serve) => serve.run(),
        Commands::Proxy(proxy) => proxy.run(),
        Commands::Try(first_try) => first_try.run(),
        Commands::Client(client) => client.run(),
        Commands::Edge(edge) => edge.run(),
        Commands::Keys(keys) => keys.run(),
        Commands::Revoke(revoke) => revoke.run(),
        Commands::Task(task) => task.run(),
        Commands::Why(why) => why.run(),
        Commands::Audit(audit) => audit.run(),
        Commands::Backup(backup) => backup.run(),
        Commands::Restore(restore) => restore.run(),
        Commands::Mint(mint) => mint.run(),
        Commands::Inspect(inspect) => inspect.run(),
        Commands::Config(config) => config.run(),
        Commands::Decide(decide) => decide.run(),
        Commands::Explain(explain) => explain.run(),
        Commands::Reach(reach) => reach.run(),
        Commands::Operations(operations) => operations.run(),
        Commands::Narrower(narrower) => narrower.run(),
        Commands::Lint(lint) => lint.run(),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => report(&failure),
    }
}
