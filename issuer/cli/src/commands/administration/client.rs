//! `edgewrit client`.

use crate::input::document::Document;
use crate::issuer_client::data_directory_options::{DataDirectoryOptions, text_at};
use crate::output::failure::Failure;
use crate::output::streams::{print_json, print_line};
use clap::{Args, Subcommand};
use edgewrit_issuer::ceiling::Ceiling;
use serde_json::{Value, json};
use std::path::PathBuf;

/// Register orchestrators, list them, replace their secrets, shut them out
#[derive(Debug, Subcommand)]
pub(crate) enum ClientCommand {
    /// Register an orchestrator; prints its id and, once, its secret
    Add(ClientAdd),
    /// List orchestrators
    List(ClientList),
    /// Give an orchestrator another secret; the present one stays valid for some more time
    Rotate(ClientRotate),
    /// Shut an orchestrator out: its sessions, launch tokens, agents and writs end now
    End(End),
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
pub(crate) struct ClientAdd {
    /// Name: `A-Z a-z 0-9 . _ -`, with no `-` at the beginning; the id begins with this name
    name: String,
    /// Ceiling: the most authority that the client may ask for
    #[arg(long, value_name = "FILE")]
    ceiling: PathBuf,
    #[command(flatten)]
    data: DataDirectoryOptions,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// List orchestrators
#[derive(Debug, Args)]
pub(crate) struct ClientList {
    #[command(flatten)]
    data: DataDirectoryOptions,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

const ROTATE: &str = "\
Example:
  edgewrit client rotate planner-4c68510dfc1b --overlap 86400 --data ./data";

/// Give an orchestrator another secret
#[derive(Debug, Args)]
#[command(after_help = ROTATE)]
pub(crate) struct ClientRotate {
    /// Id of the client
    client_id: String,
    /// Seconds for which the present secret stays valid
    #[arg(long, value_name = "SECONDS", default_value = "3600")]
    overlap: u64,
    #[command(flatten)]
    data: DataDirectoryOptions,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Shut an orchestrator out
#[derive(Debug, Args)]
pub(crate) struct End {
    /// Id of the client
    client_id: String,
    #[command(flatten)]
    data: DataDirectoryOptions,
}

impl ClientCommand {
    pub(crate) fn run(self) -> Result<(), Failure> {
        match self {
            Self::Add(add) => add.run(),
            Self::List(list) => list.run(),
            Self::Rotate(rotate) => rotate.run(),
            Self::End(end) => end.run(),
        }
    }
}

impl ClientAdd {
    fn run(self) -> Result<(), Failure> {
        let ceiling = Document::open(&self.ceiling)?.read(Ceiling::read)?;
        let body = format!(
            "{{\"name\":{},\"ceiling\":{}}}",
            Value::from(self.name),
            ceiling.to_json()
        );
        let answer = self.data.post("/clients", body)?;
        print_secret(&answer, self.json)
    }
}

fn print_secret(answer: &Value, json: bool) -> Result<(), Failure> {
    if json {
        return print_json(answer);
    }
    print_line(format!("client_id: {}", text_at(answer, "/client_id")?))?;
    print_line(format!("client_secret: {}", text_at(answer, "/client_secret")?))
}

impl ClientList {
    fn run(self) -> Result<(), Failure> {
        let answer = self.data.post("/clients/list", String::new())?;
        if self.json {
            return print_json(&answer);
        }
        for client in answer.get("clients").and_then(Value::as_array).into_iter().flatten() {
            let active = client.get("active").and_then(Value::as_bool).unwrap_or_default();
            let state = if active { "active" } else { "ended" };
            print_line(format!(
                "{} {state} since {}",
                text_at(client, "/client_id")?,
                text_at(client, "/created_at")?
            ))?;
        }
        Ok(())
    }
}

impl ClientRotate {
    fn run(self) -> Result<(), Failure> {
        let body = json!({"client_id": self.client_id, "overlap": self.overlap}).to_string();
        print_secret(&self.data.post("/clients/rotate", body)?, self.json)
    }
}

impl End {
    fn run(self) -> Result<(), Failure> {
        let answer = self
            .data
            .post("/clients/end", json!({"client_id": self.client_id}).to_string())?;
        print_line(format!(
            "ended: {} at {}",
            text_at(&answer, "/client_id")?,
            text_at(&answer, "/ended_at")?
        ))
    }
}
