//! `edgewrit audit`: reads the chain in the data directory, whether a server runs or not.

use crate::issuer_client::data_directory_options::DataDirectoryOptions;
use crate::output::failure::Failure;
use crate::output::streams::print_hashed_lines;
use clap::{Args, Subcommand};
use edgewrit_issuer::audit::{ChainHead, Link};
use edgewrit_issuer::history::History;
use std::time::Duration;

mod verify;

/// Verify, export and follow what happened
#[derive(Debug, Subcommand)]
pub(crate) enum AuditCommand {
    /// Verify the chain from its beginning, and every checkpoint
    Verify(verify::AuditVerify),
    /// Print every event as a line of JSON
    Export(Export),
    /// Print what happens, as it happens
    Tail(AuditTail),
}

const EXPORT: &str = "\
A line holds the hash before it and its own. `edgewrit audit verify --export FILE` verifies such a file without a database.

Example:
  edgewrit audit export --data ./data > audit.jsonl";

/// Print every event as a line of JSON
#[derive(Debug, Args)]
#[command(after_help = EXPORT)]
pub(crate) struct Export {
    #[command(flatten)]
    data: DataDirectoryOptions,
    /// Begin behind this event
    #[arg(long, value_name = "SEQ", default_value = "0")]
    after: u64,
}

/// Print what happens, as it happens
#[derive(Debug, Args)]
pub(crate) struct AuditTail {
    #[command(flatten)]
    data: DataDirectoryOptions,
    /// Events of the past that are printed first
    #[arg(short = 'n', long, value_name = "N", default_value = "10")]
    lines: u64,
    /// End when they are printed
    #[arg(long)]
    no_follow: bool,
}

/// Events that are read at once.
const EVENTS: u64 = 2_000;
/// The time between two looks for new events.
const LOOK: Duration = Duration::from_millis(250);

impl AuditCommand {
    pub(crate) fn run(self) -> Result<(), Failure> {
        match self {
            Self::Verify(verify) => verify.run(),
            Self::Export(export) => {
                let history = export.data.open_history()?;
                print_after(&history, export.after).map(drop)
            }
            Self::Tail(tail) => tail.run(),
        }
    }
}

impl AuditTail {
    fn run(self) -> Result<(), Failure> {
        let history = self.data.open_history()?;
        let last = history.head().map_err(Failure::new)?.seq;
        let mut from = print_after(&history, last.saturating_sub(self.lines))?;
        if self.no_follow {
            return Ok(());
        }
        loop {
            std::thread::sleep(LOOK);
            from = print_after(&history, from)?;
        }
    }
}

/// Prints every event after number `from`. Returns the number of the last event.
fn print_after(history: &History, from: u64) -> Result<u64, Failure> {
    let mut before = history.head_at(from).map_err(Failure::new)?;
    loop {
        let links = history.after(before.seq, EVENTS).map_err(Failure::new)?;
        let Some(last) = links.last().map(|link| link.head) else {
            return Ok(before.seq);
        };
        print_hashed_lines(export_lines(before, &links))?;
        before = last;
    }
}

fn export_lines(mut before: ChainHead, links: &[Link]) -> Vec<String> {
    let exported = links.iter().map(|link| {
        let line = link.exported(&before);
        before = link.head;
        line
    });
    exported.collect()
}
