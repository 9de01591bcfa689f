//! `edgewrit explain`.

use crate::input::edge_configuration::{EdgeConfiguration, requested_host};
use crate::input::moment;
use crate::input::task_request;
use crate::output::failure::Failure;
use crate::output::streams::{print_json, print_lines};
use clap::Args;
use edgewrit_edge::config::Config;
use edgewrit_edge::http::head::Head;
use edgewrit_edge::rehearsal::{RehearsedGrants, Verdict, rehearse};
use edgewrit_issuer::clock::Clock;
use edgewrit_issuer::files::open_input;
use edgewrit_shared::grant::Grant;
use edgewrit_shared::limits::BODY_BYTES_MAX;
use edgewrit_shared::time::UnixSeconds;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

mod account;
mod smallest;
mod words;

use account::Explanation;

const EXAMPLES: &str = "\
What is said of each grant is the first thing that keeps it from permitting: its actions, its resources, its rules, its window. If no
grant permits, the smallest one that would is printed as a line to put into the task.

A body without a content-type header is taken for JSON if it begins with `{` or `[`, and for a form otherwise. The exit code is 0 if the request is permitted, 1 if it is refused,
and 2 if something cannot be read.

Examples:
  edgewrit explain --config edge.yaml --task task.yaml --request 'GET /flights?from=JFK&to=CDG'
  echo '{\"user\": \"X\", \"seats\": 50}' | edgewrit explain --config edge.yaml --task task.yaml --request 'POST /bookings' --body -
  edgewrit explain --config edge.yaml --task task.yaml --request 'GET /quotes' --header 'x-tenant: acme' --at 2026-05-10T12:00:00Z";

/// The exit code where something cannot be read: 1 is a refusal.
const UNREADABLE: u8 = 2;

/// Say step by step what becomes of a request under the grants of a task
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Explain {
    /// The edge's configuration, YAML or JSON
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
    /// Task request: the file that `edgewrit mint` takes
    #[arg(long, alias = "policy", value_name = "FILE")]
    task: PathBuf,
    /// Method and target, as they are sent
    #[arg(long, value_name = "METHOD TARGET", value_parser = parse_request_line)]
    request: (String, String),
    /// A header of the request
    #[arg(long, value_name = "NAME: VALUE", value_parser = parse_header)]
    header: Vec<(String, String)>,
    /// The request's body, `-` for standard input
    #[arg(long, value_name = "FILE")]
    body: Option<PathBuf>,
    /// Whose grants of the task to take; the edge's own by default
    #[arg(long, value_name = "AUDIENCE")]
    audience: Option<String>,
    /// Time: seconds since 1970 or RFC 3339; now by default
    #[arg(long, value_name = "TIME", value_parser = moment::parse)]
    at: Option<UnixSeconds>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Explain {
    pub(crate) fn run(self) -> Result<(), Failure> {
        let account = self.judge_request().map_err(|failure| failure.with_code(UNREADABLE))?;
        if self.json {
            print_json(account.to_json())?;
        } else {
            print_lines(words::account_to_words(&account))?;
        }
        match account.rehearsal.verdict {
            Verdict::Permit { .. } => Ok(()),
            Verdict::Refuse { .. } => Err(Failure::already_printed()),
        }
    }

    fn judge_request(&self) -> Result<Explanation, Failure> {
        let edge = EdgeConfiguration::open(&self.config)?.config;
        let grants = task_request::read_grants(&self.task, self.audience.as_deref().unwrap_or(edge.audience()))?;
        let request = ExplainedRequest {
            method: &self.request.0,
            target: &self.request.1,
            headers: self.header.clone(),
            body: self.body.as_deref().map(read_body).transpose()?,
        };
        let now = self.at.unwrap_or_else(|| Clock::system().now().seconds());
        Ok(request.explain(grants, &edge, now))
    }
}

/// A request, complete.
struct ExplainedRequest<'a> {
    method: &'a str,
    target: &'a str,
    headers: Vec<(String, String)>,
    body: Option<Vec<u8>>,
}

impl ExplainedRequest<'_> {
    fn explain(mut self, grants: Vec<Grant>, edge: &Config, now: UnixSeconds) -> Explanation {
        if let Some(body) = &self.body
            && !self.headers.iter().any(|(name, _)| name == "content-type")
        {
            self.headers
                .push(("content-type".to_owned(), guess_type(body).to_owned()));
        }
        let headers: Vec<_> = self
            .headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_bytes()))
            .collect();
        let head = Head {
            method: self.method,
            target: self.target.as_bytes(),
            authority: requested_host(&headers, edge),
            headers: &headers,
            has_body: self.body.is_some(),
        };
        let body = self.body.as_deref().unwrap_or_default();
        let judge = |grants: &[Grant]| rehearse(head, body, &RehearsedGrants::new(grants.to_vec()), edge, now);
        Explanation::new(grants, edge, now, judge)
    }
}

fn guess_type(body: &[u8]) -> &'static str {
    if body.trim_ascii_start().starts_with(b"{") || body.trim_ascii_start().starts_with(b"[") {
        "application/json"
    } else {
        "application/x-www-form-urlencoded"
    }
}

fn parse_request_line(text: &str) -> Result<(String, String), String> {
    let parts = text
        .split_once(' ')
        .ok_or("expected a method, one space and a target")?;
    Ok((parts.0.to_owned(), parts.1.to_owned()))
}

fn parse_header(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once(':').ok_or("expected a name, `:` and a value")?;
    Ok((name.to_ascii_lowercase(), value.trim().to_owned()))
}

/// A body, as far as any operation would read it and one byte more.
fn read_body(path: &Path) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let mut read = |from: &mut dyn Read| from.take(BODY_BYTES_MAX as u64 + 1).read_to_end(&mut bytes).map(drop);
    let done = if path.as_os_str() == "-" {
        read(&mut io::stdin())
    } else {
        open_input(path).and_then(|mut file| read(&mut file))
    };
    done.map_err(|error| Failure::new(format!("{}: {error}", path.display())))?;
    Ok(bytes)
}
