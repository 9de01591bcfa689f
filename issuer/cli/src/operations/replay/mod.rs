//! `edgewrit operations replay`.

use crate::failure::{Failure, print};
use crate::{config, moment, policy};
use clap::Args;
use edgewrit_edge::rehearsal::Authority;
use edgewrit_issuer::clock::Clock;
use edgewrit_issuer::files::open_input;
use edgewrit_shared::time::UnixSeconds;
use std::io::Read as _;
use std::path::{Path, PathBuf};

mod har;
mod judge;
mod log;
mod recorded;
mod shape;
mod shown;
mod tally;

use judge::Judge;
use recorded::Recorded;
use tally::Tally;

/// Largest file that is read, in bytes.
const FILE_BYTES: u64 = 256 * 1024 * 1024;

const EXAMPLES: &str = "\
The file is an access log of Envoy, one JSON object a line, or a HAR archive as browsers and proxies save it; which, is seen by its
content. In a log the method is `method`, the target `x-envoy-original-path` or `path`; `:method`, `req_method` and the like are
taken too.

A log has neither bodies nor headers. An operation that needs them is listed as not judged, and does not count as refused. The exit
code is 0 if nothing would be refused and every line could be read, and 1 otherwise.

Examples:
  edgewrit operations replay --config edge.yaml --policy task.yaml access.log
  edgewrit operations replay --config edge.yaml --policy task.yaml session.har --json";

/// Judge recorded requests
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Replay {
    /// The edge's configuration, YAML or JSON
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
    /// What an orchestrator asks for: the file that `edgewrit mint` takes
    #[arg(long, value_name = "FILE")]
    policy: PathBuf,
    /// Whose grants of the policy to take; the edge's own by default
    #[arg(long, value_name = "AUDIENCE")]
    audience: Option<String>,
    /// When: seconds since 1970 or RFC 3339; now by default
    #[arg(long, value_name = "TIME", value_parser = moment::parse)]
    at: Option<UnixSeconds>,
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// An access log or a HAR archive
    file: PathBuf,
}

impl Replay {
    pub(crate) fn run(self) -> Result<(), Failure> {
        let edge = config::open(&self.config)?.config;
        let grants = policy::grants(&self.policy, self.audience.as_deref().unwrap_or(edge.audience()))?;
        let judge = Judge {
            config: &edge,
            authority: Authority::new(grants),
            now: self.at.unwrap_or_else(|| Clock::system().now().seconds()),
        };
        let mut tally = Tally::default();
        let bytes = contents(&self.file).map_err(|error| Failure::new(format!("{}: {error}", self.file.display())))?;
        let mut take = |line, recorded: Result<Recorded, String>| match recorded {
            Ok(recorded) => tally.count(&recorded, judge.judge(&recorded)),
            Err(message) => tally.unreadable(line, message),
        };
        match har::entries(&bytes) {
            Some(entries) => (1..)
                .zip(entries)
                .for_each(|(number, entry)| take(number, har::read(&entry))),
            None => (1..)
                .zip(log::lines(&bytes))
                .for_each(|(number, line)| take(number, log::read(line))),
        }
        print(if self.json {
            shown::json(&tally).to_string()
        } else {
            shown::words(&tally)
        })?;
        if tally.all_pass() { Ok(()) } else { Err(Failure::said()) }
    }
}

fn contents(path: &Path) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let file = open_input(path).map_err(|error| error.to_string())?;
    let read = file.take(FILE_BYTES + 1).read_to_end(&mut bytes);
    read.map_err(|error| error.to_string())?;
    if bytes.len() as u64 > FILE_BYTES {
        return Err(format!("larger than {FILE_BYTES} bytes, split it"));
    }
    Ok(bytes)
}
