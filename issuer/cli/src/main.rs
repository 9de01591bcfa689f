//! The `edgewrit` command: runs the issuer, registers who may use it, mints and looks at writs, checks what people write, says what
//! the grants of a task permit.

use clap::{CommandFactory as _, Parser, Subcommand};
use edgewrit_issuer::files::make_new_files_private;
use mimalloc::MiMalloc;
use std::env;
use std::ffi::OsString;
use std::process::ExitCode;

mod admin;
mod arguments;
mod attempt;
mod audit;
mod backup;
mod client;
mod config;
mod decide;
mod document;
mod edge;
#[cfg(test)]
mod examples;
mod explain;
mod failure;
mod finding;
mod http;
mod init;
mod inspect;
mod keys;
mod lines;
mod lint;
mod mint;
mod moment;
mod narrower;
mod operations;
mod output;
mod reach;
mod restore;
mod revoke;
mod serve;
mod task;
mod task_request;
mod why;

/// A fifth of what the issuer does is making and freeing small pieces of memory; this does it in half the time.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

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
  EDGEWRIT_CLIENT_ID=… EDGEWRIT_CLIENT_SECRET=… edgewrit mint --task task.yaml --issuer http://127.0.0.1:8080
  edgewrit task show trip-42 --data ./data
  edgewrit inspect \"$TOKEN\"
  edgewrit decide --config edge.yaml < questions.jsonl
  edgewrit explain --config edge.yaml --task task.yaml --request 'GET /flights?from=JFK&to=CDG'
  edgewrit reach --config edge.yaml --task task.yaml
  edgewrit operations check edge.yaml
  edgewrit operations replay --config edge.yaml --task task.yaml access.log

Every command says `--help`. A value may begin with `-`. One that is spelled like an option of the command
is written `--option=VALUE`, or behind `--`.";

#[derive(Debug, Subcommand)]
enum Task {
    /// Write a configuration file with every setting in it
    Init(init::Init),
    /// Run the issuer
    Serve(serve::Serve),
    /// Register orchestrators, list them, replace their secrets, shut them out
    #[command(subcommand)]
    Client(client::Client),
    /// Register validators, replace their credentials
    #[command(subcommand)]
    Edge(edge::Edge),
    /// Look at signing keys, let the next one sign, give one up
    #[command(subcommand)]
    Keys(keys::Keys),
    /// End writs before their time
    Revoke(revoke::Revoke),
    /// Look at tasks
    #[command(subcommand)]
    Task(task::Task),
    /// Say what became of a request, and why
    Why(why::Why),
    /// Verify, export and follow what happened
    #[command(subcommand)]
    Audit(audit::Audit),
    /// Copy database and keys while the issuer runs
    Backup(backup::Backup),
    /// Say that a data folder is a copy: its next start makes void what was ended since
    Restore(restore::Restore),
    /// Ask an issuer for the writs of a task
    Mint(mint::Mint),
    /// Show what a writ says
    Inspect(inspect::Inspect),
    /// Check what an edge is configured with
    #[command(subcommand)]
    Config(config::Config),
    /// Decide requests by grants, one a line of JSON
    Decide(decide::Decide),
    /// Say step by step what becomes of a request under the grants of a task
    Explain(explain::Explain),
    /// List every operation that the grants of a task may reach
    Reach(reach::ReachOf),
    /// Work on an edge's table of operations
    #[command(subcommand)]
    Operations(operations::Operations),
    /// Say whether grants lie within others, one question a line of JSON
    Narrower(narrower::Narrower),
    /// Say what is doubtful about policies and ceilings
    Lint(lint::Lint),
}

impl Command {
    /// Reads a command line, of which the first word is the program's name.
    fn read(words: impl IntoIterator<Item = OsString>) -> Result<Self, clap::Error> {
        Self::try_parse_from(arguments::escape_values(Self::command(), words))
    }
}

fn main() -> ExitCode {
    make_new_files_private();
    let command = match Command::read(env::args_os()) {
        Ok(command) => command,
        Err(error) => error.exit(),
    };
    let done = match command.task {
        Task::Init(init) => init.run(),
        Task::Serve(serve) => serve.run(),
        Task::Client(client) => client.run(),
        Task::Edge(edge) => edge.run(),
        Task::Keys(keys) => keys.run(),
        Task::Revoke(revoke) => revoke.run(),
        Task::Task(task) => task.run(),
        Task::Why(why) => why.run(),
        Task::Audit(audit) => audit.run(),
        Task::Backup(backup) => backup.run(),
        Task::Restore(restore) => restore.run(),
        Task::Mint(mint) => mint.run(),
        Task::Inspect(inspect) => inspect.run(),
        Task::Config(config) => config.run(),
        Task::Decide(decide) => decide.run(),
        Task::Explain(explain) => explain.run(),
        Task::Reach(reach) => reach.run(),
        Task::Operations(operations) => operations.run(),
        Task::Narrower(narrower) => narrower.run(),
        Task::Lint(lint) => lint.run(),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}
