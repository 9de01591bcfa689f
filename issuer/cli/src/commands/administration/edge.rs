//! `edgewrit edge`.

use crate::issuer_client::data_directory_options::{DataDirectoryOptions, text_at};
use crate::output::failure::Failure;
use crate::output::streams::{print_json, print_lines};
use clap::{Args, Subcommand};
use edgewrit_issuer::origin::{Origin, expected_origin};
use edgewrit_shared::json::text::visible_json;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::str::FromStr;

/// Register edges, replace their credentials
#[derive(Debug, Subcommand)]
pub(crate) enum EdgeCommand {
    /// Register an edge; prints the beginning of its configuration and, once, its credential
    Add(EdgeAdd),
    /// Give an edge another credential; the present one stays valid for some more time
    Rotate(EdgeRotate),
}

const EXAMPLES: &str = "\
What is printed is the beginning of the edge's configuration: operations and the upstreams' own credentials are left to add. The
credential is shown once; give it to the edge as the secret EDGE_KEY, never in the file.

Examples:
  edgewrit edge add front-door --audience https://travel.example --upstream https://api.travel.example --data ./data
  edgewrit edge add front-door --audience https://travel.example \\
      --upstream travel=https://api.travel.example --upstream pay=https://pay.example --data ./data";

/// Register an edge
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct EdgeAdd {
    /// Name: `A-Z a-z 0-9 . _ -`, with no `-` at the beginning; the id begins with this name
    name: String,
    /// The one audience whose writs it takes
    #[arg(long, value_name = "AUDIENCE")]
    audience: String,
    /// Origin that it forwards to; name it (`travel=https://…`) if there are several
    #[arg(long, value_name = "[NAME=]URL", required = true)]
    upstream: Vec<UpstreamOption>,
    /// The issuer's origin, if `edgewrit serve` never ran on this data
    #[arg(long, value_name = "URL", env = "EDGEWRIT_ISSUER")]
    issuer: Option<String>,
    #[command(flatten)]
    data: DataDirectoryOptions,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

const ROTATE: &str = "\
Give the new credential to the edge as the secret EDGE_KEY. Until the overlap is over, the issuer takes the old one too.

Example:
  edgewrit edge rotate front-door --overlap 86400 --data ./data";

/// Give an edge another credential
#[derive(Debug, Args)]
#[command(after_help = ROTATE)]
pub(crate) struct EdgeRotate {
    /// Id or name of the edge
    edge: String,
    /// Seconds for which the credential that it has is still valid
    #[arg(long, value_name = "SECONDS", default_value = "3600")]
    overlap: u64,
    #[command(flatten)]
    data: DataDirectoryOptions,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl EdgeRotate {
    fn run(self) -> Result<(), Failure> {
        let body = json!({"edge": self.edge, "overlap": self.overlap}).to_string();
        let answer = self.data.post("/edges/rotate", body)?;
        if self.json {
            return print_json(&answer);
        }
        print_lines([
            format!("edge_id: {}", text_at(&answer, "/edge/id")?),
            format!("edge_credential: {}", text_at(&answer, "/edge/credential")?),
        ])
    }
}

impl EdgeCommand {
    pub(crate) fn run(self) -> Result<(), Failure> {
        match self {
            Self::Add(add) => add.run(),
            Self::Rotate(rotate) => rotate.run(),
        }
    }
}

/// An upstream of the edge.
#[derive(Clone, Debug)]
struct UpstreamOption {
    /// The name of the upstream in the configuration of the edge.
    name: String,
    origin: Origin,
}

/// The name of an upstream without a given name.
const UNNAMED: &str = "upstream";

impl FromStr for UpstreamOption {
    type Err = String;

    fn from_str(given: &str) -> Result<Self, String> {
        // An origin has no `=`.
        let (name, origin) = given.split_once('=').unwrap_or((UNNAMED, given));
        Ok(Self {
            name: name.to_owned(),
            origin: Origin::parse(origin).map_err(|fault| format!("expected {}", expected_origin(fault)))?,
        })
    }
}

impl EdgeAdd {
    fn run(self) -> Result<(), Failure> {
        let upstreams = name_upstreams(&self.upstream)?;
        let mut body = json!({
            "name": self.name,
            "audience": self.audience,
            "upstreams": upstreams.values().collect::<Vec<_>>(),
        });
        if let (Some(issuer), Some(members)) = (self.issuer, body.as_object_mut()) {
            members.insert("issuer".to_owned(), Value::from(issuer));
        }
        let mut answer = self.data.post("/edges", body.to_string())?;
        let named: BTreeMap<_, _> = upstreams
            .iter()
            .map(|(name, origin)| (name, json!({"origin": origin})))
            .collect();
        if let Some(members) = answer.as_object_mut() {
            members.insert("upstreams".to_owned(), json!(named));
        }
        if self.json {
            print_json(&answer)
        } else {
            print_lines(begin_configuration(&answer)?)
        }
    }
}

/// Origins by the names of their upstreams.
fn name_upstreams(given: &[UpstreamOption]) -> Result<BTreeMap<&str, &str>, Failure> {
    let mut origins = BTreeMap::new();
    for UpstreamOption { name, origin } in given {
        if origins.insert(name.as_str(), origin.as_str()).is_some() {
            let expected = "expected every upstream to have a name of its own, as in `--upstream travel=https://…`";
            return Err(Failure::new(format!(
                "`--upstream`: two are called `{name}`, {expected}"
            )));
        }
    }
    Ok(origins)
}

/// The beginning of an edge's configuration, as YAML. JSON values are YAML values.
fn begin_configuration(answer: &Value) -> Result<Vec<String>, Failure> {
    let member = |name: &str| answer.get(name).cloned().unwrap_or_default();
    let spelled = |value: &Value| visible_json(&value.to_string()).into_owned();
    let (id, credential) = (text_at(answer, "/edge/id")?, text_at(answer, "/edge/credential")?);
    let mut lines = vec![
        format!("issuer: {}", spelled(&member("issuer"))),
        format!("trust: {}", spelled(&member("trust"))),
        format!(
            "edge: {{id: {}, credential: \"${{secret:EDGE_KEY}}\"}}",
            spelled(&Value::from(id))
        ),
        format!("audience: {}", spelled(&member("audience"))),
        "upstreams:".to_owned(),
    ];
    for (name, upstream) in member("upstreams").as_object().into_iter().flatten() {
        let origin = spelled(&upstream.get("origin").cloned().unwrap_or_default());
        lines.push(format!(
            "  {}: {{origin: {origin}}}",
            spelled(&Value::from(name.as_str()))
        ));
    }
    lines.push("# The secret EDGE_KEY, shown this once:".to_owned());
    lines.push(format!("# {credential}"));
    Ok(lines)
}
