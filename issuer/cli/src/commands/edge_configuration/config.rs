//! `edgewrit config`.

use crate::input::edge_configuration::EdgeConfiguration;
use crate::output::failure::Failure;
use crate::output::streams::{print_json, print_line};
use clap::{Args, Subcommand};
use edgewrit_edge::config as edge;
use std::path::PathBuf;

/// Check what an edge is configured with
#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Read an edge's configuration as the edge does, and say everything that is wrong with it
    Check(ConfigCheck),
}

const EXAMPLES: &str = "\
Examples:
  edgewrit config check edge.yaml
  edgewrit config check --json edge.yaml > edge.json    # for Envoy and the Worker";

/// Read an edge's configuration as the edge does
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ConfigCheck {
    /// The configuration, YAML or JSON
    file: PathBuf,
    /// Print it as JSON, which Envoy and the Worker take
    #[arg(long)]
    json: bool,
}

impl ConfigCommand {
    pub(crate) fn run(self) -> Result<(), Failure> {
        match self {
            Self::Check(check) => check.run(),
        }
    }
}

impl ConfigCheck {
    fn run(self) -> Result<(), Failure> {
        let EdgeConfiguration {
            document,
            config,
            secrets,
        } = EdgeConfiguration::open(&self.file)?;
        if self.json {
            return print_json(document.to_json());
        }
        print_line(format!("{}: an edge's configuration", self.file.display()))?;
        print_line(format!("issuer: {}", config.issuer()))?;
        for upstream in config.upstreams() {
            print_line(format!("upstream {}: {}", upstream.name(), upstream.origin()))?;
        }
        let secrets: Vec<_> = secrets.into_iter().collect();
        print_line(format!(
            "secrets: {}",
            if secrets.is_empty() {
                "none".to_owned()
            } else {
                secrets.join(", ")
            }
        ))?;
        // Values are known where the edge runs, which may be here.
        let here = |name: &&String| std::env::var(name).is_ok_and(|value| edge::is_too_short_to_search(&value));
        let mut short = secrets.iter().filter(here);
        short.try_for_each(|name| print_line(format!("warning: {}", edge::short_secret_warning(name))))
    }
}
