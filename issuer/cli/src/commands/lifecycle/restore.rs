//! `edgewrit restore`.

use crate::input::group_readable::GroupReadable;
use crate::output::failure::Failure;
use crate::output::streams::{print_line, print_lines};
use clap::Args;
use edgewrit_issuer::data::restore::mark;
use std::path::PathBuf;

const EXAMPLES: &str = "\
A data directory that `edgewrit backup` made is marked already. This is for a data directory that was copied by other means: a snapshot of a disk, a
database that was put in the place of another. The issuer must not run.

Examples:
  edgewrit restore --dry-run --data ./data
  edgewrit restore --data ./data";

/// The steps of the next start.
const NEXT_START: [&str; 7] = [
    "the next start takes the database for a copy of an earlier state:",
    "  it begins another epoch, of which edges take a whole bundle",
    "  it makes new keys for writs, sessions, delegation records and checkpoints, current and next, and drops those of the copy",
    "  it ends every writ, session and launch token that was issued before",
    "  it keeps clients, edges, their secrets and ceilings, and bundle keys, and lists them with the commands that replace them",
    "  it records all of this in the audit (`database_restored`)",
    "  what was recorded after the copy was made is not in the audit any more",
];

/// Say that the database is a copy of an earlier state: the next start makes void what was ended
/// since
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Restore {
    /// Data directory, with the keys and the database: the one that `edgewrit serve` is given
    #[arg(long, value_name = "DIR", env = "EDGEWRIT_DATA")]
    data: PathBuf,
    #[command(flatten)]
    group: GroupReadable,
    /// Only say what the next start would do
    #[arg(long)]
    dry_run: bool,
}

impl Restore {
    pub(crate) fn run(self) -> Result<(), Failure> {
        mark(&self.data, self.group.read(), !self.dry_run).map_err(Failure::new)?;
        print_lines(NEXT_START)?;
        if self.dry_run {
            return print_line("nothing was changed");
        }
        print_line(format!("marked: {}", self.data.display()))
    }
}
