//! `edgewrit backup`.

use crate::issuer_client::data_directory_options::DataDirectoryOptions;
use crate::output::failure::Failure;
use crate::output::streams::print_line;
use clap::Args;
use serde_json::{Value, json};
use std::env;
use std::path::PathBuf;

const EXAMPLES: &str = "\
The copy is a data directory: database and keys, for its owner alone. To restore, put it where the data directory was and serve from it. A
restored issuer begins another epoch, of which edges take a whole snapshot. What was ended after the backup is not in it: so its first
start ends every writ, session and launch token that was issued before, and makes new keys for all that it signs but bundles. Clients that
were ended since must be ended again. Secrets that were replaced since must be replaced again: the log and the audit list them.

Example:
  edgewrit backup /backups/2026-05-10 --data ./data";

/// Copy database and keys while the issuer runs
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Backup {
    /// Folder to make; must not be there
    to: PathBuf,
    #[command(flatten)]
    data: DataDirectoryOptions,
}

impl Backup {
    pub(crate) fn run(self) -> Result<(), Failure> {
        let here = env::current_dir().map_err(Failure::new)?;
        let to = here.join(self.to);
        let answer = self.data.post("/backup", json!({"to": to}).to_string())?;
        let bytes = answer.get("bytes").and_then(Value::as_u64).unwrap_or_default();
        print_line(format!("{}: {bytes} bytes of database, and the keys", to.display()))
    }
}
