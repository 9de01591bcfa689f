//! `edgewrit config`.

use crate::document::Document;
use crate::failure::{Failure, print};
use clap::{Args, Subcommand};
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::path::PathBuf;

/// Check what an edge is configured with
#[derive(Debug, Subcommand)]
pub(crate) enum Config {
    /// Read an edge's configuration as the edge does, and say everything that is wrong with it
    Check(Check),
}

const EXAMPLES: &str = "\
Examples:
  edgewrit config check edge.yaml
  edgewrit config check --json edge.yaml > edge.json    # what the edges themselves take";

/// Read an edge's configuration as the edge does
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Check {
    /// The configuration, YAML or JSON
    file: PathBuf,
    /// Print it as JSON, which is what edges take
    #[arg(long)]
    json: bool,
}

impl Config {
    pub(crate) fn run(self) -> Result<(), Failure> {
        match self {
            Self::Check(check) => check.run(),
        }
    }
}

/// Stands for every secret: none is needed to see whether a configuration is one.
const ANY_SECRET: &str = "secret";

impl Check {
    fn run(self) -> Result<(), Failure> {
        let document = Document::open(&self.file)?;
        let (json, secrets) = (document.to_json(), RefCell::new(BTreeSet::new()));
        let secret = |name: &str| {
            secrets.borrow_mut().insert(name.to_owned());
            Some(ANY_SECRET.to_owned())
        };
        let config = edgewrit_edge::config::Config::read(&json, &secret).map_err(|faults| document.faulty(&faults))?;
        if self.json {
            return print(json);
        }
        print(format!("{}: an edge's configuration", self.file.display()))?;
        print(format!("issuer: {}", config.issuer()))?;
        for upstream in config.upstreams() {
            print(format!("upstream {}: {}", upstream.name(), upstream.origin()))?;
        }
        let secrets: Vec<_> = secrets.into_inner().into_iter().collect();
        print(format!(
            "secrets: {}",
            if secrets.is_empty() {
                "none".to_owned()
            } else {
                secrets.join(", ")
            }
        ))
    }
}
