//! `edgewrit operations replay`.

use crate::input::edge_configuration::EdgeConfiguration;
use crate::input::moment;
use crate::input::task_request;
use crate::output::failure::Failure;
use crate::output::streams::{print_json, print_lines};
use clap::Args;
use edgewrit_edge::rehearsal::RehearsedGrants;
use edgewrit_issuer::clock::Clock;
use edgewrit_issuer::files::open_input;
use edgewrit_shared::time::UnixSeconds;
use std::io::{BufReader, Cursor, Read as _};
use std::path::PathBuf;

mod har;
mod judge;
mod log;
mod recorded;
mod report;
mod shape;
mod tally;

use judge::ReplayJudge;
use recorded::Recorded;
use tally::VerdictTally;

/// Bytes of the file by which it is told whether it is an archive or a log.
const HEAD_BYTES: u64 = 64 * 1024;
/// Bytes that are read at once.
const READ_BYTES: usize = 64 * 1024;

const EXAMPLES: &str = "\
The file is an access log of Envoy, one JSON object a line, or a HAR archive as browsers and proxies save it; which, is seen by its
content. In a log the method is `method`, the target `x-envoy-original-path` or `path`; `:method`, `req_method` and the like are
taken too.

A log has neither bodies nor headers. An operation that needs them is listed as not judged, and does not count as refused. The exit
code is 0 if nothing would be refused and every line could be read, and 1 otherwise.

Examples:
  edgewrit operations replay --config edge.yaml --task task.yaml access.log
  edgewrit operations replay --config edge.yaml --task task.yaml session.har --json";

/// Judge recorded requests
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Replay {
    /// The edge's configuration, YAML or JSON
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
    /// Task request: the file that `edgewrit mint` takes
    #[arg(long, alias = "policy", value_name = "FILE")]
    task: PathBuf,
    /// Whose grants of the task to take; the edge's own by default
    #[arg(long, value_name = "AUDIENCE")]
    audience: Option<String>,
    /// Time: seconds since 1970 or RFC 3339; now by default
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
        let edge = EdgeConfiguration::open(&self.config)?.config;
        let grants = task_request::read_grants(&self.task, self.audience.as_deref().unwrap_or(edge.audience()))?;
        let now = self.at.unwrap_or_else(|| Clock::system().now().seconds());
        let judge = ReplayJudge::new(&edge, RehearsedGrants::new(grants), now);
        let mut tally = VerdictTally::default();
        let failed = |error| Failure::new(format!("{}: {error}", self.file.display()));
        let mut file = open_input(&self.file).map_err(|error| failed(error.to_string()))?;
        let mut head = Vec::new();
        let read = (&mut file).take(HEAD_BYTES).read_to_end(&mut head);
        read.map_err(|error| failed(error.to_string()))?;
        let mut lines = 0;
        let mut take = |recorded: Result<Recorded, String>| {
            lines += 1;
            match recorded {
                Ok(recorded) => tally.count(&recorded, judge.judge(&recorded)),
                Err(message) => tally.unreadable(lines, message),
            }
        };
        let is_archive = har::is_archive(&head);
        let all = BufReader::with_capacity(READ_BYTES, Cursor::new(head).chain(file));
        if is_archive {
            if let Err(message) = har::read_all(all, &mut take) {
                take(Err(message));
            }
        } else {
            log::read_all(all, &mut take).map_err(|error| failed(error.to_string()))?;
        }
        if self.json {
            print_json(report::tally_to_json(&tally))?;
        } else {
            print_lines(report::tally_to_words(&tally))?;
        }
        if tally.all_pass() {
            Ok(())
        } else {
            Err(Failure::already_printed())
        }
    }
}
