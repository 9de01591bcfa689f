//! `edgewrit client`.

use crate::admin::{Data, text};
use crate::document::Document;
use crate::failure::{Failure, print};
use clap::{Args, Subcommand};
use edgewrit_issuer::ceiling::Ceiling;
use serde_json::Value;
use std::path::PathBuf;

/// Register orchestrators
#[derive(Debug, Subcommand)]
pub(crate) enum Client {
    /// Register an orchestrator; prints its id and, once, its secret
    Add(Add),
}

const EXAMPLES: &str = "\
A ceiling is a list, in YAML or JSON. The client can mint writs for these audiences only, never for more than this:

  - audience: https://travel.example
    ttl_max: 1h
    grants:
      - {type: writ, actions: [search], resources: [flights]}
      - {type: writ, actions: [book], resources: [tickets]}
  - audience: https://data.example
    ttl_max: 15m
    scope: [\"read:data:*\"]

With `uses_max: 5` every grant asked for must be limited to 5 uses or fewer.

Example:
  edgewrit client add planner --ceiling ceiling.yaml --data ./data";

/// Register an orchestrator
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Add {
    /// What to call it: `A-Z a-z 0-9 . _ -`; its id begins with this
    name: String,
    /// What it may ask for at most
    #[arg(long, value_name = "FILE")]
    ceiling: PathBuf,
    #[command(flatten)]
    data: Data,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Client {
    pub(crate) fn run(self) -> Result<(), Failure> {
        match self {
            Self::Add(add) => add.run(),
        }
    }
}

impl Add {
    fn run(self) -> Result<(), Failure> {
        let ceiling = Document::open(&self.ceiling)?.read(Ceiling::read)?;
        let body = format!(
            "{{\"name\":{},\"ceiling\":{}}}",
            Value::from(self.name),
            ceiling.to_json()
        );
        let answer = self.data.post("/clients", body)?;
        if self.json {
            return print(&answer);
        }
        print(format!("client_id: {}", text(&answer, "/client_id")?))?;
        print(format!("client_secret: {}", text(&answer, "/client_secret")?))
    }
}
