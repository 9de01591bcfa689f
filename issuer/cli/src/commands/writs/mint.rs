//! `edgewrit mint`.

use crate::input::document::Document;
use crate::issuer_client::remote_issuer::RemoteIssuer;
use crate::issuer_client::task_writs::{basic_login, list_tokens, request_task};
use crate::output::failure::Failure;
use crate::output::streams::{print_json, print_lines};
use clap::Args;
use edgewrit_issuer::task_request::TaskRequest;
use edgewrit_shared::secret::Secret;
use std::env;
use std::path::PathBuf;

const EXAMPLES: &str = "\
A task is requested by the body of POST /v1/tasks, in YAML or JSON:

  task_id: trip-42
  orch_id: holiday-planner
  ttl: 10m
  audiences:
    https://travel.example:
      grants:
        - type: writ
          actions: [search]
          resources: [flights]
          rules: {from: {eq: JFK}, to: {eq: LHR}, date: {eq: \"2026-05-10\"}}
        - type: writ
          actions: [book]
          resources: [tickets]
          rules: {user: {eq: X}, seats: {eq: 1}}
          uses: {max: 1}

The client's id and secret are taken from EDGEWRIT_CLIENT_ID and EDGEWRIT_CLIENT_SECRET.

Examples:
  edgewrit mint --task task.yaml --issuer https://issuer.example
  TOKEN=$(edgewrit mint --task task.yaml --issuer http://127.0.0.1:8080 --tokens)";

/// Ask an issuer for the writs of a task
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct MintCommand {
    /// Task request
    #[arg(long, alias = "policy", value_name = "FILE")]
    task: PathBuf,
    /// The issuer's origin
    #[arg(long, value_name = "URL", env = "EDGEWRIT_ISSUER")]
    issuer: String,
    /// Makes repeating the same call safe: the same key and task get the same writs
    #[arg(long, value_name = "KEY")]
    idempotency_key: Option<String>,
    /// Print the tokens alone, one a line
    #[arg(long)]
    tokens: bool,
}

impl MintCommand {
    pub(crate) fn run(self) -> Result<(), Failure> {
        let task = Document::open(&self.task)?;
        task.read(TaskRequest::read)?;
        let issuer = RemoteIssuer::at(&self.issuer)?;
        let body = request_task(&issuer, &read_login()?, self.idempotency_key.as_deref(), &task)?;
        if self.tokens {
            return print_lines(list_tokens(&body)?);
        }
        print_json(format!("{body:#}"))
    }
}

/// The `authorization` header of the client in the environment.
fn read_login() -> Result<Secret, Failure> {
    let variable = |name: &str| {
        let found = env::var(name).ok().filter(|value| !value.is_empty());
        found.ok_or_else(|| Failure::new(format!("`{name}` is not set: `edgewrit client add` prints it")))
    };
    let (id, secret) = (
        variable("EDGEWRIT_CLIENT_ID")?,
        Secret::new(variable("EDGEWRIT_CLIENT_SECRET")?),
    );
    Ok(basic_login(&id, &secret))
}
