//! `edgewrit inspect`.

use crate::failure::Failure;
use crate::output::{print_line, print_lines};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use clap::Args;
use edgewrit_issuer::clock::Clock;
use edgewrit_shared::json::{self, Json};
use edgewrit_shared::limits::{JSON_VALUES, WRIT_BYTES};
use std::io::{self, Read as _};

mod verify;
pub(crate) mod words;

const EXAMPLES: &str = "\
Without --issuer nothing is verified: anybody can write a token that says anything. With it the signature, the time and the
revocations are checked as an edge checks them, by the keys that --trust pins (`edgewrit edge add` prints them). A writ that
does not count is an error.

Examples:
  edgewrit inspect \"$TOKEN\"
  edgewrit mint --task task.yaml --issuer https://issuer.example --tokens | head -1 | edgewrit inspect -
  edgewrit inspect - --issuer https://issuer.example --trust 11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo < token.txt";

/// Show what a writ says
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Inspect {
    /// The writ, or `-` to read it from standard input
    token: String,
    /// Verify it by the bundle of this issuer
    #[arg(long, value_name = "URL", requires = "trust")]
    issuer: Option<String>,
    /// Key that the issuer's bundle must be signed by: the `x` of its JWK
    #[arg(long, value_name = "PIN", requires = "issuer")]
    trust: Vec<String>,
}

impl Inspect {
    pub(crate) fn run(self) -> Result<(), Failure> {
        let token = if self.token == "-" { from_input()? } else { self.token };
        let token = token.trim();
        let (header, payload) = (part(token, 0, "header")?, part(token, 1, "payload")?);
        let now = Clock::system().now().seconds();
        let verdict = self
            .issuer
            .map(|issuer| verify::verify(token, &payload, &issuer, &self.trust, now));
        let first = match &verdict {
            None => "NOT VERIFIED: anybody can write a token that says this; see --issuer".to_owned(),
            Some(Ok(verified)) => verified.clone(),
            Some(Err(_)) => "REFUSED: an edge does not take this writ".to_owned(),
        };
        print_line(first)?;
        print_lines(words::describe(&header, &payload, now))?;
        verdict.map_or(Ok(()), |verdict| verdict.map(drop))
    }
}

fn from_input() -> Result<String, Failure> {
    // One more than the limit, and a line feed.
    let mut text = String::new();
    let read = io::stdin().take(WRIT_BYTES as u64 + 2).read_to_string(&mut text);
    read.map_err(|error| Failure::new(format!("standard input: {error}")))?;
    Ok(text)
}

/// A part of the token as JSON.
fn part(token: &str, index: usize, name: &str) -> Result<Json, Failure> {
    if token.len() > WRIT_BYTES {
        return Err(Failure::new(format!("longer than the {WRIT_BYTES} bytes of a writ")));
    }
    let count = token.split('.').count();
    if count != 3 {
        return Err(Failure::new(format!(
            "{count} parts separated by `.`, expected the 3 of a signed token"
        )));
    }
    let text = token.split('.').nth(index).unwrap_or_default();
    let bytes = URL_SAFE_NO_PAD
        .decode(text)
        .map_err(|_| Failure::new(format!("the {name} is not base64url")))?;
    json::parse(&bytes, JSON_VALUES).map_err(|error| Failure::new(format!("the {name}: {error}")))
}
