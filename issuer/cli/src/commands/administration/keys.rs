//! `edgewrit keys`.

use crate::issuer_client::data_directory_options::{DataDirectoryOptions, text_at};
use crate::output::failure::Failure;
use crate::output::streams::{print_json, print_line};
use clap::{Args, Subcommand, ValueEnum};
use serde_json::{Value, json};

/// Look at signing keys, let the next one sign, give one up
#[derive(Debug, Subcommand)]
pub(crate) enum Keys {
    /// List every key: what it signs, where it stands, since when
    List(KeyList),
    /// Let the next key sign; what the key before it signed stays valid
    Rotate(KeyRotate),
    /// Give a key up: nothing that it signed is valid from now on, at any edge
    Drop(DropKey),
}

/// List every key
#[derive(Debug, Args)]
pub(crate) struct KeyList {
    #[command(flatten)]
    data: DataDirectoryOptions,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

const ROTATE: &str = "\
A key for writs or bundles must have been the next one for 65 seconds before it can sign: by then every edge has heard of it.
Edges pin bundle keys in `trust`: the one that signs and the next one. After the bundle key was rotated the new next one must be added
there before it is rotated again.

Example:
  edgewrit keys rotate writ --data ./data";

/// Let the next key sign
#[derive(Debug, Args)]
#[command(after_help = ROTATE)]
pub(crate) struct KeyRotate {
    /// Kind of document that the key signs
    #[arg(value_enum)]
    job: Job,
    #[command(flatten)]
    data: DataDirectoryOptions,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Job {
    /// Writs
    Writ,
    /// Bundles, which edges follow
    Bundle,
    /// Checkpoints of the audit chain
    Checkpoint,
    /// Delegation records of the AgentWrit API
    Delegation,
    /// Sessions of clients and the operator
    Session,
}

const DROP: &str = "\
For a key that another party may have. If it signs, the next one signs from now on. A bundle key is pinned at the edges: take it out of
their `trust` as well.

Example:
  edgewrit keys drop 5fSG2cjnLDkBa_0QGuS3Wwwv1QbVpLTJwXGjU_zTEcY --data ./data";

/// Give a key up
#[derive(Debug, Args)]
#[command(after_help = DROP)]
pub(crate) struct DropKey {
    /// The key's id, as `edgewrit keys list` shows it
    kid: String,
    #[command(flatten)]
    data: DataDirectoryOptions,
}

impl Keys {
    pub(crate) fn run(self) -> Result<(), Failure> {
        match self {
            Self::List(list) => list.run(),
            Self::Rotate(rotate) => rotate.run(),
            Self::Drop(drop) => drop.run(),
        }
    }
}

impl KeyList {
    fn run(self) -> Result<(), Failure> {
        let answer = self.data.post("/keys", String::new())?;
        if self.json {
            return print_json(&answer);
        }
        let keys = answer.get("keys").and_then(Value::as_array).into_iter().flatten();
        for key in keys {
            let [job, state, since, kid] = ["/job", "/state", "/since", "/kid"].map(|name| text_at(key, name));
            print_line(format!("{:<10} {:<8} {} {}", job?, state?, since?, kid?))?;
        }
        Ok(())
    }
}

impl KeyRotate {
    fn run(self) -> Result<(), Failure> {
        let job = self.job.to_possible_value();
        let job = job.as_ref().map_or("", |value| value.get_name());
        let answer = self.data.post("/keys/rotate", json!({"job": job}).to_string())?;
        print_line(format!("signs now: {}", text_at(&answer, "/kid")?))?;
        if matches!(self.job, Job::Bundle) {
            let trust = answer.get("trust").cloned().unwrap_or_default();
            print_line(format!("trust: {trust}  # for every edge, before the next rotation"))?;
        }
        Ok(())
    }
}

impl DropKey {
    fn run(self) -> Result<(), Failure> {
        let answer = self.data.post("/keys/drop", json!({"kid": self.kid}).to_string())?;
        print_line(format!("dropped: {}", text_at(&answer, "/kid")?))
    }
}
