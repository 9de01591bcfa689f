//! `edgewrit reach`.

use crate::input::edge_configuration::EdgeConfiguration;
use crate::input::task_request;
use crate::output::failure::Failure;
use crate::output::streams::{print_json, print_lines};
use clap::Args;
use std::path::PathBuf;

mod misses;
mod report;
#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "a test reads files of this repository")]
mod tests;

use misses::Reach;

const EXAMPLES: &str = "\
An operation is reached if the grants may permit some request that it matches. None is left out that they permit; some may be listed
that they do not, since values are not tried: a rule counts as met if it may admit a value of the parameter's type. Windows do not
count, and a limited grant counts as if it had uses left.

Just out of reach is what a grant misses by one thing: its action is granted and not its resource, its resource and not its action, or
both and a rule never admits what the operation sends.

Examples:
  edgewrit reach --config edge.yaml --task task.yaml
  edgewrit reach --config edge.yaml --task task.yaml --json";

/// List every operation that the grants of a task may reach
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ReachOf {
    /// The edge's configuration, YAML or JSON
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
    /// Task request: the file that `edgewrit mint` takes
    #[arg(long, alias = "policy", value_name = "FILE")]
    task: PathBuf,
    /// Whose grants of the task to take; the edge's own by default
    #[arg(long, value_name = "AUDIENCE")]
    audience: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl ReachOf {
    pub(crate) fn run(self) -> Result<(), Failure> {
        let edge = EdgeConfiguration::open(&self.config)?.config;
        let grants = task_request::read_grants(&self.task, self.audience.as_deref().unwrap_or(edge.audience()))?;
        let reaches: Vec<_> = edge.operations().map(|row| Reach::of(row, &grants)).collect();
        if self.json {
            return print_json(report::reaches_to_json(&reaches));
        }
        print_lines(report::reaches_to_words(&reaches))
    }
}
